"""What goes out to people: reminders before a session, and digests of what waits for them."""
