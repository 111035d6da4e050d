"""Runs the tests of the browser's modules with Node, where it is installed."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections import Counter
from pathlib import Path

import pytest

HERE = Path(__file__).parent
TEMPLATES = HERE.parents[1] / "templates"


@pytest.mark.parametrize("path", sorted(HERE.glob("*.test.mjs")), ids=lambda path: path.stem)
def test_a_module_of_the_browser(path: Path) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed: the tests of the browser's modules need it")
    done = subprocess.run(
        [node, "--test", str(path)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("page", ["instructor", "learner", "studio"])
def test_a_sentence_has_a_name_of_its_own_on_its_page(page: str) -> None:
    """Scripts of a page share their sentences: of two with one name the later would be said."""
    names = Counter(_names(f"blended_xblock/{page}.html"))
    assert names
    assert [name for name, n in names.items() if n > 1] == []


def _names(template: str) -> list[str]:
    text = (TEMPLATES / template).read_text()
    names = re.findall(r'data-string="(\w+)"', text)
    for part in set(re.findall(r'{% include "([^"]+)"', text)):
        names += _names(part)
    return names
