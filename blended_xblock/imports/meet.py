"""Google Meet: durations in words, with or without the times of the first join and last exit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from blended_xblock.imports.durations import read_duration
from blended_xblock.imports.names import read_email, read_name
from blended_xblock.imports.report import Found, Window
from blended_xblock.imports.rows import TimedRow, find_header, refuse_wider, time_of, timed_stays
from blended_xblock.imports.tables import Row, filled
from blended_xblock.imports.words import Columns, counts_minutes, names_original

_OTHERS = {"upn", "role", "attended", "waiting", "total", "status", "minutes", "username"}
# BigBlueButton's dashboard has eight; a row of it that nobody can read must not be one of Meet.
_MOST_UNKNOWN: Final = 5


def read(rows: Sequence[Row], window: Window) -> Found | None:
    """Read an attendance report, below a block about the meeting or not; None if this is none."""
    header = find_header(rows, _is_meet)
    if header is None:
        return None
    start, columns = header
    refuse_wider(rows, start, columns)
    names = _name_columns(columns)
    timed = []
    for line, row in enumerate(rows[start + 1 :], start=start + 2):
        # A name alone is somebody whose time is blank; a line that is no row has fewer cells.
        if filled(row) < (1 if len(row) >= len(columns.header) else 2) or not names:
            continue
        email = read_email(columns.of(row, "email"))
        name = read_name(" ".join(columns.of(row, role) for role in names)) or email
        if not name:
            continue
        join = time_of(columns, row, "join", line)
        leave = time_of(columns, row, "leave", line)
        cell = columns.of(row, "duration")
        seconds = read_duration(cell)
        is_unknown = join is None and seconds is None and bool(cell)
        timed.append(TimedRow(line, name, email, join, leave, seconds, is_unknown))
    return Found("meet", timed_stays(timed, window))


def _is_meet(columns: Columns) -> bool:
    if "duration" not in columns or set(columns.roles) & _OTHERS or not _name_columns(columns):
        return False
    if counts_minutes(columns.header_of("duration")):
        return False
    if len(columns.unknown) > _MOST_UNKNOWN:
        return False
    return not ("name" in columns and names_original(columns.header_of("name")))


def _name_columns(columns: Columns) -> tuple[str, ...]:
    """Return the columns of the name, first name first: "Nom" beside "Prénom" is a last name."""
    if columns.has("first_name"):
        return ("first_name", "last_name" if "last_name" in columns else "name")
    if columns.has("last_name"):
        return ("name", "last_name")
    return ("name",) if "name" in columns else ()
