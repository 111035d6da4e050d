"""Reports of conferencing tools and spreadsheets: what a file says of who was there, and when.

``reading.read_report`` turns the bytes of a file into people with their stays, or refuses it with
the reason. Pure Python: it knows nothing of our tables; matching and applying are built on it.
"""
