"""Measurements of the work that has a budget; ``python -m bench`` or ``make bench``."""
