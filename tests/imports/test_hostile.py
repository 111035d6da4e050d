"""Whatever bytes come, a reader answers or refuses: no other error, and soon.

``make fuzz`` does the same for as long as you like.
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from blended_xblock.imports.mapping import Mapping, read_mapped, sniff
from blended_xblock.imports.report import RefusedReportError
from tests.imports import fuzzing
from tests.imports.files import read, window, zoom
from tests.imports.fuzzing import Case, check, packed, parts_of


@settings(max_examples=30, suppress_health_check=list(HealthCheck))
@given(st.data())
@pytest.mark.parametrize("target", fuzzing.TARGETS)
def test_whatever_comes_is_read_or_refused(target, data) -> None:
    check(data.draw(fuzzing.TARGETS[target]))


@pytest.mark.parametrize("seed", fuzzing.SEEDS)
def test_what_is_damaged_there_was_a_report_before(seed) -> None:
    assert check(Case(seed.encode())) is not None


def sheet(rows: str) -> bytes:
    return packed(parts_of(rows))


HOSTILE = {
    "NUL bytes": (b"Name,Email\0Duration\n", "not a text file"),
    "NUL bytes at the end": (b"email,status\na@example.org,P\n" + b"\0" * 500, "not a text file"),
    "a million columns": (b"," * 1_000_000, "at most 300000 rows of 500 columns"),
    "a million columns below a header": (
        b"email,status\n" + b";" * 1_000_000,
        "at most 300000 rows of 500 columns",
    ),
    "a million rows": (b"email\n" * 1_000_000, "at most 300000 rows"),
    "a column far away": (sheet("<row><c r='XFD1'><v>1</v></c></row>"), "at most 300000 rows"),
    "sixteen thousand columns": (sheet(f"<row>{'<c><v>1</v></c>' * 16_384}</row>"), "500 columns"),
    "a sheet of a million rows": (
        sheet("<row><c><v>1</v></c></row>" * 1_000_001),
        "far larger unpacked",
    ),
    "deep quotes": (b'"' * 1_000_001, "larger than a report"),
    "quotes in quotes": (('"' + '""' * 9_000 + '"\n').encode(), "no attendance report"),
    "a quote that is never closed": (
        b'email,note\n"a@example.org,' + b"x\n" * 9_000,
        "no attendance",
    ),
    "two encodings": (
        zoom("Chloé,,,,,").encode() + "Zoé,,,,,\n".encode("cp1252"),
        "mixes two encodings",
    ),
    "UTF-16 after UTF-8": (
        zoom("Ada,,,,,").encode() + "Zoé,,,,,\n".encode("utf-16-le"),
        "not a text file",
    ),
    "a web page called .csv": (b"\n <html><table><tr><td>email", "web page"),
    "a picture called .csv": (b"\x89PNG\r\n\x1a\n" + bytes(500), "picture"),
    "a JPEG called .xlsx": (b"\xff\xd8\xff\xe0" + bytes(500), "picture"),
    "more than 50 MB": (b"x" * (50 * 1024 * 1024 + 1), "has 50 MB; at most 50 MB can be read"),
    "more than 50 MB of a workbook": (b"PK\x03\x04" + bytes(60 * 1024 * 1024), "60 MB; at most 50"),
    "parentheses": (b"Name (Original Name),Join Time\n" + b"(" * 20_001, "larger than a report"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_in_words_and_soon(name) -> None:
    data, reason = HOSTILE[name]
    began = time.process_time()
    with pytest.raises(RefusedReportError) as refused:
        read(data)
    assert reason in refused.value.message
    for reader in (sniff, lambda data: read_mapped(data, ALL_NAMES, window())):
        with contextlib.suppress(RefusedReportError):
            reader(data)
    assert time.process_time() - began < 20


ALL_NAMES = Mapping(0, None, {0: "name"})


@pytest.mark.parametrize(
    "data",
    [
        b'"' * 2_000_000,
        b"," * 5_000_000,
        b"\n" * 5_000_000,
        ("Name (Original Name),Join Time,Leave Time\n" + "(" * 20_000).encode(),
        zoom(*["Ada,a@example.org,12/05/2026 09:00,12/05/2026 10:00,60,"] * 50_000).encode(),
        zoom(f"{'1 ' * 9_000},a@example.org,{'9' * 9_000},x,,").encode(),
        sheet("<row><c t='str'><v>email</v></c></row>" * 50_000),
        sheet("<row/>" * 500_000),
        sheet("<row><c s='0'/></row>" * 300_000),
    ],
)
def test_large_and_deep_files_are_answered_soon(data) -> None:
    began = time.process_time()
    with contextlib.suppress(RefusedReportError):
        read(data)
    assert time.process_time() - began < 20


def test_the_fuzzer_fails_with_the_file_that_it_found(tmp_path: Path) -> None:
    """It finds a reader that stumbles, and says how to see that again."""
    stumbling = (
        "import sys; from tests.imports import fuzz, fuzzing; from pathlib import Path\n"
        "def read(data, window): assert b'9' not in data; raise fuzzing.RefusedReportError('No.')\n"
        f"fuzzing.read_report = read; fuzz.FOUND = Path({str(tmp_path)!r})\n"
        "sys.argv = ['fuzz', '--minutes', '1', '--seed', '1']; sys.exit(fuzz.main())"
    )
    done = subprocess.run(
        [sys.executable, "-c", stumbling], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1, done.stderr
    (found,) = tmp_path.glob("*.bin")
    assert b"9" in found.read_bytes()
    assert f"python -m tests.imports.fuzz {found}" in done.stdout
    again = subprocess.run(
        [sys.executable, "-m", "tests.imports.fuzz", str(found)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert again.returncode == 0, again.stderr


def test_the_fuzzer_runs_as_long_as_it_is_told() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.imports.fuzz", "--minutes", "0.01"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Nothing was found." in done.stdout
