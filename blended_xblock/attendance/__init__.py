"""Attendance: who is expected, what was recorded, by whom, and how it came to be so."""
