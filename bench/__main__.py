"""``python -m bench``: the measurements of ``make bench``, with the database that the tests use."""

from __future__ import annotations

import sys

import pytest

if __name__ == "__main__":
    sys.exit(pytest.main(["-q", "-s", "--no-header", "-m", "bench", "tests/test_bench.py"]))
