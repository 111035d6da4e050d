"""Reads one report from the command line: ``python -m blended_xblock.imports FILE --start …``."""

from __future__ import annotations

import argparse
import json
import sys
from datetime import datetime
from pathlib import Path
from typing import Any, NoReturn
from zoneinfo import ZoneInfo

from blended_xblock.imports.encoding import MOST_BYTES
from blended_xblock.imports.reading import read_report
from blended_xblock.imports.report import RefusedReportError, Report, Window
from blended_xblock.schedule.zones import known_zone

NAME = "blended_xblock.imports"
REFUSED = 2


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        refuse(message)


def refuse(message: str) -> NoReturn:
    """Say in one line why nothing was read, and end with status 2."""
    print(f"{NAME}: {' '.join(message.split())}", file=sys.stderr)
    raise SystemExit(REFUSED)


def as_data(report: Report, window: Window) -> dict[str, Any]:
    """Return a report as plain data for JSON, with times on the session's clocks."""
    return {
        "format": report.format,
        "participants": [
            {
                "name": person.name,
                "email": person.email,
                "minutes": person.minutes,
                "intervals": [
                    [at.astimezone(window.zone).isoformat() for at in interval]
                    for interval in person.intervals
                ],
                "flags": list(person.flags),
                **({"status": person.status} if person.status else {}),
            }
            for person in report.participants
        ],
        "ignored": [{"name": each.name, "reason": each.reason} for each in report.ignored],
        "warnings": [each.message for each in report.warnings],
        **({"problems": [each.message for each in report.problems]} if report.problems else {}),
    }


def main(arguments: list[str] | None = None) -> None:
    """Read the file named and print what it says as JSON."""
    parser = _Parser(prog=f"python -m {NAME}", description=__doc__)
    parser.add_argument("file", metavar="FILE", help="the report, as the tool exported it")
    parser.add_argument("--start", required=True, help="local time, such as 2026-05-12T09:00")
    parser.add_argument("--end", required=True, help="local time, such as 2026-05-12T12:30")
    parser.add_argument("--timezone", required=True, help="IANA name, such as Europe/Paris")
    options = parser.parse_args(arguments)
    if not known_zone(options.timezone):
        refuse(f"{options.timezone} is not a time zone of the IANA database.")
    try:
        start, end = (datetime.fromisoformat(text) for text in (options.start, options.end))
        if start.tzinfo or end.tzinfo:
            raise ValueError("Give --start and --end as local times, without an offset.")
        window = Window.of(start, end, ZoneInfo(options.timezone))
    except ValueError as error:
        refuse(str(error))
    try:
        with Path(options.file).open("rb") as file:
            # One byte more shows that there is more.
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        refuse(f"{options.file} cannot be read: {error.strerror or error}.")
    try:
        report = read_report(data, window)
    except RefusedReportError as error:
        refuse(error.message)
    sys.stdout.buffer.write(
        json.dumps(as_data(report, window), ensure_ascii=False).encode("utf-8", "replace") + b"\n"
    )


if __name__ == "__main__":
    main()
