"""Runs the tests of the browser's modules with Node, where it is installed."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent


def test_the_queue_of_marks() -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed: the tests of the browser's modules need it")
    done = subprocess.run(
        [node, "--test", str(HERE / "queue.test.mjs")],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
