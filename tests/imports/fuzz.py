"""Read hostile files until the time is over: ``make fuzz``, or ``python -m tests.imports.fuzz``.

Hypothesis makes the files, from reports of each family, tables and workbooks; each is read or
refused, within bounds of time and memory. The first that is not ends the run with status 1: it is
made as small as can be, kept as a file, and read again by ``python -m tests.imports.fuzz FILE``.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import sys
import time
import traceback
from pathlib import Path

from hypothesis import HealthCheck, given, seed, settings
from hypothesis.database import DirectoryBasedExampleDatabase

from blended_xblock.imports.mapping import Mapping
from tests.imports.fuzzing import TARGETS, Case, check

FOUND = Path("test-results/fuzz")
EXAMPLES = 300
"""Of one target, before the next has its turn."""
MEMORY = 2 * 1024**3
"""Of the whole process: a file that wants more fails, and does not take the machine with it."""


def main() -> int:
    """Fuzz for some minutes, or read one file again; return the status of the process."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--seed", type=int, default=random.randrange(2**32))
    parser.add_argument("file", nargs="?", type=Path, help="a file that was found before")
    options = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    if options.file:
        return _again(options.file)
    print(
        f"Reading hostile files for {options.minutes:g} minutes (MINUTES=…), seed {options.seed}: "
        + ", ".join(TARGETS),
        flush=True,
    )
    return _fuzz(time.monotonic() + options.minutes * 60, options.seed)


def _fuzz(end: float, number: int) -> int:
    counts = {name: [0, 0] for name in TARGETS}
    while time.monotonic() < end:
        for name in TARGETS:
            if time.monotonic() > end:
                break
            number += 1
            last: list[Case] = []
            try:
                _run(name, number, end, counts[name], last)
            except Exception:
                return _found(name, number, last)
    for name, (made, read) in counts.items():
        print(f"  {name}: {made} files, {read} of them read and the others refused")
    print("Nothing was found.")
    return 0


def _run(name: str, number: int, end: float, count: list[int], last: list[Case]) -> None:
    """Read some files of one target; ``last`` is then the one that was not refused as it should."""

    @seed(number)
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=DirectoryBasedExampleDatabase(".hypothesis/fuzz"),
        suppress_health_check=list(HealthCheck),
    )
    @given(TARGETS[name])
    def run(case: Case) -> None:
        if time.monotonic() > end and not last:
            return
        last[:] = [case]
        count[0] += 1
        count[1] += check(case) is not None
        last.clear()

    run()


def _found(name: str, number: int, last: list[Case]) -> int:
    """Keep what was found, and say how it is read again."""
    traceback.print_exc()
    if last:
        FOUND.mkdir(parents=True, exist_ok=True)
        path = FOUND / f"{name.replace(' ', '-')}-{number}.bin"
        path.write_bytes(last[0].data)
        if last[0].mapping:
            path.with_suffix(".json").write_text(json.dumps(last[0].mapping.as_data()))
        print(f"Found by “{name}”: {path}\nOnce more: python -m tests.imports.fuzz {path}")
    return 1


def _again(path: Path) -> int:
    beside = path.with_suffix(".json")
    mapping = None
    if beside != path and beside.exists():
        data = json.loads(beside.read_text())
        columns = {int(place): role for place, role in data["columns"].items()}
        mapping = Mapping(data["sheet"], data["header"], columns)
    print(check(Case(path.read_bytes(), mapping)) or "It is refused, as it should be.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
