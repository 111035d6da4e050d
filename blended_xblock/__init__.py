"""Blended units for Open edX: here only which version runs, so that it imports anywhere."""

__version__ = "0.1.0"
