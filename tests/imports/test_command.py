"""The command, as a person calls it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.imports.files import zoom

SESSION = ["--start", "2026-05-12T09:00", "--end", "2026-05-12T12:30", "--timezone", "Europe/Paris"]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "blended_xblock.imports", *arguments]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)


def test_it_prints_one_object(tmp_path: Path) -> None:
    file = tmp_path / "picture.png"
    file.write_text(zoom("Chloé 🚆,c@example.org,12/05/2026 08:50,,,"), encoding="utf-8")
    done = run(str(file), *SESSION)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout) == {
        "format": "zoom-participants",
        "participants": [
            {
                "name": "Chloé 🚆",
                "email": "c@example.org",
                "minutes": 210,
                "intervals": [["2026-05-12T08:50:00+02:00", "2026-05-12T12:30:00+02:00"]],
                "flags": ["open-ended"],
            }
        ],
        "ignored": [],
        "warnings": [],
    }


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nowhere.csv", *SESSION], "nowhere.csv cannot be read: No such file or directory."),
        ([], "required"),
        (["x", *SESSION[:4], "--timezone", "Mars/Base"], "is not a time zone"),
        (["x", "--start", "noon", *SESSION[2:]], "noon"),
        (["x", "--start", "2026-05-13T09:00", *SESSION[2:]], "must be after its start"),
        (["x", "--start", "2026-05-12T09:00Z", *SESSION[2:]], "without an offset"),
    ],
)
def test_a_refusal_is_one_line_and_status_two(arguments, said) -> None:
    done = run(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("blended_xblock.imports: ")
    assert len(done.stderr.splitlines()) == 1
    assert said in done.stderr


def test_a_file_that_is_too_large_is_not_read_whole(tmp_path: Path) -> None:
    file = tmp_path / "large.csv"
    with file.open("wb") as out:
        out.truncate(200 * 1024 * 1024)
    done = run(str(file), *SESSION)
    assert done.returncode == 2
    assert "at most 50 MB" in done.stderr
