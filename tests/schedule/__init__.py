"""Tests of when sessions take place."""
