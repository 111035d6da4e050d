"""What each of the three people sees, as plain data for one template each."""
