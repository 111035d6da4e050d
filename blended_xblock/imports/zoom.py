"""Zoom: meeting participants row by row, unique users with totals, and webinars in sections."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Final

from blended_xblock.design.problems import mark as _
from blended_xblock.design.problems import shown
from blended_xblock.imports.durations import read_minutes
from blended_xblock.imports.moments import read_moment
from blended_xblock.imports.names import read_email, read_name, split_host
from blended_xblock.imports.report import (
    NO_SHOW,
    WAITING_ROOM,
    Found,
    Ignored,
    RefusedReportError,
    Stay,
    Window,
)
from blended_xblock.imports.rows import TimedRow, find_header, refuse_wider, time_of, timed_stays
from blended_xblock.imports.tables import Row, filled
from blended_xblock.imports.words import (
    Columns,
    counts_minutes,
    is_yes,
    names_host,
    names_original,
    states_unit,
)

_LOOKED_AT: Final = 50


def read_webinar(rows: Sequence[Row], window: Window) -> Found | None:
    """Read an attendee report: each section repeats its header; None if this is none."""
    if find_header(rows, lambda columns: columns.has("attended", "name", "join", "leave")) is None:
        return None
    found = Found("zoom-webinar")
    timed: list[TimedRow] = []
    absent: dict[tuple[str, str | None], None] = {}
    waiting: dict[str, Ignored] = {}
    columns: Columns | None = None
    are_hosts = False
    for line, row in enumerate(rows, start=1):
        if filled(row) < 2:
            # Perhaps the heading of a section.
            are_hosts = names_host("".join(row)) if filled(row) else are_hosts
            continue
        header = Columns(row)
        if header.has("name", "join", "leave"):
            columns = header
            continue
        if columns is None:
            continue
        name, email, is_host = _who(columns, row)
        if not name:
            continue
        if "attended" in columns and not _answer(columns, row, "attended", line):
            absent[name, email] = None
        elif not _is_waiting(columns, row, line, name, waiting):
            timed.append(_timed(columns, row, line, (name, email, is_host or are_hosts)))
    found.stays = timed_stays(timed, window)
    came = {(stay.email or stay.name).casefold() for stay in found.stays}
    missing = [name for name, email in absent if (email or name).casefold() not in came]
    found.ignored = [Ignored(name, NO_SHOW) for name in dict.fromkeys(missing)]
    found.ignored += waiting.values()
    return found


def read_participants(rows: Sequence[Row], window: Window) -> Found | None:
    """Read a meeting's participants, one row for each time they joined; None if this is none."""
    header = find_header(rows, _is_participants)
    if header is None or _is_in_sections(*header, rows):
        return None
    start, columns = header
    found = Found("zoom-participants")
    refuse_wider(rows, start, columns)
    hosts = _hosts(rows[:start])
    timed: list[TimedRow] = []
    waiting: dict[str, Ignored] = {}
    for line, row in _body(rows, start, columns):
        name, email, is_host = _who(columns, row, hosts)
        if not name:
            continue
        if not _is_waiting(columns, row, line, name, waiting):
            timed.append(_timed(columns, row, line, (name, email, is_host)))
    found.stays = timed_stays(timed, window)
    found.ignored = list(waiting.values())
    return found


def _is_in_sections(start: int, columns: Columns, rows: Sequence[Row]) -> bool:
    """Tell whether this is a webinar in a language in which nobody knows who attended."""
    return bool(columns.unknown_places) and any(
        filled(before) == 1 and Columns(row).has("name", "join", "leave")
        for before, row in itertools.pairwise(rows[start + 1 :])
    )


def _is_participants(columns: Columns) -> bool:
    if not columns.has("name", "join", "leave") or {"upn", "attended"} & set(columns.roles):
        return False
    if names_original(columns.header_of("name")):
        return True
    return "duration" in columns and counts_minutes(columns.header_of("duration"))


def read_unique(rows: Sequence[Row], window: Window) -> Found | None:
    """Read unique users, whose file has totals only; None if this is none."""
    header = find_header(rows, _is_unique)
    if header is None or _has_times(*header, rows):
        return None
    start, columns = header
    role = "total" if "total" in columns else "duration"
    found = Found("zoom-unique")
    refuse_wider(rows, start, columns)
    hosts = _hosts(rows[:start])
    waiting: dict[str, Ignored] = {}
    for line, row in _body(rows, start, columns, fewest=1):
        name, email, is_host = _who(columns, row, hosts)
        if not name or _is_waiting(columns, row, line, name, waiting):
            continue
        cell = columns.of(row, role)
        seconds = read_minutes(cell)
        found.stays.append(
            Stay(
                name,
                email,
                seconds=seconds,
                is_unknown=seconds is None and bool(cell),
                is_host=is_host,
                line=line,
            )
        )
    found.ignored = list(waiting.values())
    return found


def _is_unique(columns: Columns) -> bool:
    if "name" not in columns or {"join", "leave", "upn", "first_name"} & set(columns.roles):
        return False
    if "total" in columns:
        # In hours or seconds it would be sixty times as much, or as little.
        return counts_minutes(columns.header_of("total")) or not states_unit(columns, "total")
    return (
        "duration" in columns
        and counts_minutes(columns.header_of("duration"))
        and names_original(columns.header_of("name"))
    )


def _has_times(start: int, columns: Columns, rows: Sequence[Row]) -> bool:
    """Tell whether a column that nobody knows has dates: then each row is a stay, not a total."""
    return any(
        (moment := read_moment(row[place])) and moment.has_date
        for _line, row in _body(rows[: start + _LOOKED_AT], start, columns)
        for place in columns.unknown_places
        if place < len(row)
    )


def _body(
    rows: Sequence[Row], start: int, columns: Columns, fewest: int = 2
) -> list[tuple[int, Row]]:
    """Return the rows that say so many things; those of one are whole rows, with blank cells."""
    header = [cell.strip() for cell in rows[start]]
    return [
        (line, row)
        for line, row in enumerate(rows[start + 1 :], start=start + 2)
        if filled(row) >= (fewest if len(row) >= len(header) else 2)
        and [cell.strip() for cell in row] != header
    ]


def _hosts(rows: Sequence[Row]) -> frozenset[str]:
    """Return the host's name or address as the block about the meeting has it, in small letters."""
    found: set[str] = set()
    for header, row in itertools.pairwise(rows):
        columns = Columns(header)
        found.update(cell for head, cell in zip(header, row, strict=False) if names_host(head))
        found.add(columns.of(row, "email"))
    return frozenset(cell.strip().casefold() for cell in found) - {""}


def _timed(columns: Columns, row: Row, line: int, who: tuple[str, str | None, bool]) -> TimedRow:
    name, email, is_host = who
    join = time_of(columns, row, "join", line)
    leave = time_of(columns, row, "leave", line)
    is_unknown = join is None and leave is None
    return TimedRow(line, name, email, join, leave, is_unknown=is_unknown, is_host=is_host)


def _who(
    columns: Columns, row: Row, hosts: frozenset[str] = frozenset()
) -> tuple[str, str | None, bool]:
    """Return name, e-mail, and whether they are the host."""
    email = read_email(columns.of(row, "email"))
    cell = columns.of(row, "name")
    rest, is_host = split_host(cell)
    is_original = names_original(columns.header_of("name"))
    name = read_name(rest if is_original else cell, is_original=is_original) or (email or "")
    is_host = is_host or name.casefold() in hosts or (email or "").casefold() in hosts
    return name, email, is_host


def _is_waiting(
    columns: Columns, row: Row, line: int, name: str, waiting: dict[str, Ignored]
) -> bool:
    """Tell whether a row is of the waiting room; who is in it is kept, once each."""
    if "waiting" not in columns or not _answer(columns, row, "waiting", line):
        return False
    waiting.setdefault(name, Ignored(name, WAITING_ROOM))
    return True


def _answer(columns: Columns, row: Row, role: str, line: int) -> bool:
    cell = columns.of(row, role)
    answer = is_yes(cell)
    if answer is None:
        raise RefusedReportError(
            _("Line %(line)d: “%(cell)s” should be yes or no (column %(column)s)."),
            line=line,
            cell=shown(cell),
            column=shown(columns.header_of(role)),
        )
    return answer
