"""Answers drawn from what was recorded; nothing here writes."""
