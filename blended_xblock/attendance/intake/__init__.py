"""Files with people's attendance: received, read, checked by a person, applied, taken back.

``imports`` reads and matches, and knows no database; here is what becomes of it.
"""
