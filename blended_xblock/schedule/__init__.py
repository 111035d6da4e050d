"""When sessions take place: zones, words and calendars for dates."""
