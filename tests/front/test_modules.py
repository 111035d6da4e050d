"""Runs the tests of the browser's modules with Node, where it is installed."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent


@pytest.mark.parametrize("name", ["queue", "net", "editor", "session_data"])
def test_a_module_of_the_browser(name: str) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed: the tests of the browser's modules need it")
    done = subprocess.run(
        [node, "--test", str(HERE / f"{name}.test.mjs")],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
