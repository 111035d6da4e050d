"""Tests of the browser's modules that need no browser."""
