"""Journeys of the three people in Chromium, against the demo as `make demo` serves it."""
