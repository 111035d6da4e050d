"""Bytes of a file → a report: each tool is known by the shape of its table, never by file name.

A workbook's sheets are tables like any other: a report that was saved again reads the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import Final

from blended_xblock.design.problems import mark as _
from blended_xblock.design.problems import shown
from blended_xblock.imports import bbb, generic, meet, roll, teams, zoom
from blended_xblock.imports.encoding import check_size, decode
from blended_xblock.imports.people import gather
from blended_xblock.imports.report import (
    OTHER_DAY,
    Found,
    RefusedReportError,
    Remark,
    Report,
    Window,
)
from blended_xblock.imports.tables import Row, is_blank, read_tables
from blended_xblock.imports.workbooks import Sheet, is_workbook, read_workbook

READERS: Final[tuple[Callable[[Sequence[Row], Window], Found | None], ...]] = (
    roll.read,
    bbb.read_rows,
    teams.read_v3,
    zoom.read_webinar,
    teams.read_v2,
    zoom.read_participants,
    zoom.read_unique,
    meet.read,
    teams.read_v1,
    generic.read,
)
"""In this order; each returns None for a table that is not its own, or refuses one that is."""

_LINES_SHOWN: Final = 3
_SHEETS_SHOWN: Final = 9


def read_report(data: bytes, window: Window) -> Report:
    """Return what a file says of a session; raise RefusedReportError where that is not certain.

    Everybody the file names is there, hosts and room devices too. Times are UTC.
    """
    check_size(data)
    if is_workbook(data):
        return _read_sheets(read_workbook(data), window)
    text = decode(data)
    found = bbb.read(text)
    if found is None:
        for rows in read_tables(text):
            found = read_rows(rows, window)
            if found is not None:
                break
    if found is None:
        raise _unknown(line.strip() for line in text.splitlines() if not is_blank([line]))
    return finish(found, window)


def _read_sheets(sheets: Sequence[Sheet], window: Window) -> Report:
    """Read the first sheet that is a report and names somebody, and say that it is only this."""
    sheets = [sheet for sheet in sheets if sheet.rows]
    empty: Found | None = None
    for sheet in sheets:
        found = read_rows(sheet.rows, window)
        if found is None or found.is_empty:
            empty = empty or found
            continue
        others = [shown(other.name) for other in sheets if other is not sheet]
        if others:
            read, rest = shown(sheet.name), ", ".join(others[:_SHEETS_SHOWN])
            said = _("Only the sheet %(read)s was read, and not: %(rest)s")
            found.warnings.append(Remark(said, {"read": read, "rest": rest}))
        return finish(found, window)
    if empty is not None:
        return finish(empty, window)
    if not sheets:
        raise RefusedReportError(_("The workbook is empty."))
    raise _unknown(
        ", ".join(cell.strip() for cell in row if cell.strip())
        for sheet in sheets
        for row in sheet.rows
        if not is_blank(row)
    )


def read_rows(rows: Sequence[Row], window: Window) -> Found | None:
    """Return what a table says, or None where no tool writes such a table."""
    for reader in READERS:
        found = reader(rows, window)
        if found is not None:
            return found
    return None


def finish(found: Found, window: Window) -> Report:
    """Put rows together by person; a report that names nobody is refused."""
    problems = sorted(found.problems, key=lambda problem: problem.line)
    if found.is_empty and problems:
        raise RefusedReportError(problems[0].remark.template, **problems[0].remark.params)
    if found.is_empty and any(each.reason == OTHER_DAY for each in found.ignored):
        raise RefusedReportError(_("No row of the table is of the day of this session."))
    if found.is_empty:
        raise RefusedReportError(_("The report names nobody who took part."))
    participants = tuple(found.people) or gather(found.stays, window)
    warnings = list(found.warnings)
    if found.stays and all(person.minutes == 0 for person in participants):
        said = _("Nobody was there during the session: is this the file of another one?")
        warnings.append(Remark(said))
    return Report(
        found.format, participants, tuple(found.ignored), tuple(warnings), tuple(problems)
    )


def _unknown(lines: Iterable[str]) -> RefusedReportError:
    return RefusedReportError(
        _(
            "This is no attendance report of Zoom, Teams, Meet or BigBlueButton, and no table "
            "with the columns email, username or name. It begins: %(lines)s"
        ),
        lines=" / ".join(shown(line) for line in islice(lines, _LINES_SHOWN)),
    )
