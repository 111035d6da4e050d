"""Rows with a join and a leave → stays: what the readers of most tools share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from blended_xblock.design.problems import mark as _
from blended_xblock.design.problems import shown
from blended_xblock.imports.clocks import Clock, reading_of
from blended_xblock.imports.moments import Written, offset_of, read_moment
from blended_xblock.imports.names import read_email
from blended_xblock.imports.report import Interval, RefusedReportError, Stay, Window
from blended_xblock.imports.tables import Row, is_blank
from blended_xblock.imports.words import Columns, names_host

_LOOKED_AT = 500
_BLANK = frozenset({"", "-", "--", "---", "–", "—", "n/a"})


@dataclass(frozen=True, slots=True)
class TimedRow:
    """One row of a person with times that are not yet on a clock."""

    line: int
    name: str
    email: str | None
    join: Written | None
    leave: Written | None
    seconds: float | None = None
    is_unknown: bool = False
    status: str = ""
    account: str = ""
    note: str = ""
    is_host: bool = False


def read_time(cell: str, line: int) -> Written | None:
    """Return a time, or None for a blank cell; raise RefusedReportError for anything else."""
    if cell.strip().casefold() in _BLANK:
        return None
    moment = read_moment(cell)
    if moment is None:
        raise RefusedReportError(
            _("Line %(line)d: “%(cell)s” cannot be read as a date and time."),
            line=line,
            cell=shown(cell),
        )
    return moment


def time_of(columns: Columns, row: Sequence[str], role: str, line: int) -> Written | None:
    """Return the time in a column, or None for a blank cell."""
    header = columns.header_of(role) if role in columns else ""
    return by_header(read_time(columns.of(row, role), line), header)


def by_header(moment: Written | None, header: str) -> Written | None:
    """Return a time on the clocks of its column's header, where that states UTC."""
    if moment is None or moment.offset is not None:
        return moment
    return replace(moment, offset=offset_of(header))


def timed_stays(rows: Sequence[TimedRow], window: Window) -> list[Stay]:
    """Return the stays of a whole file: the order of its dates is decided by all of its rows."""
    moments = [m for row in rows for m in (row.join, row.leave) if m is not None]
    clock = Clock(window, reading_of(moments, window))
    return [_stay(row, clock) for row in rows]


def _stay(row: TimedRow, clock: Clock) -> Stay:
    if row.join is None:
        # A leave alone says that somebody was there, but not for how long.
        is_unknown = row.is_unknown or row.leave is not None
        return _of(row, seconds=row.seconds, is_unknown=is_unknown)
    try:
        joined, left = clock.stay(row.join, row.leave)
    except RefusedReportError as error:
        raise RefusedReportError(
            _("Line %(line)d: %(reason)s"), line=row.line, reason=error.remark
        ) from error
    end = clock.window.end_for(joined) if left is None else left
    return _of(row, interval=(joined, end), is_open=left is None)


def _of(
    row: TimedRow,
    *,
    interval: Interval | None = None,
    is_open: bool = False,
    seconds: float | None = None,
    is_unknown: bool = False,
) -> Stay:
    return Stay(
        row.name,
        row.email,
        interval,
        is_open,
        seconds,
        is_unknown,
        status=row.status,
        account=row.account,
        note=row.note,
        is_host=row.is_host,
        line=row.line,
    )


def refuse_wider(rows: Sequence[Row], start: int, columns: Columns) -> None:
    """Raise RefusedReportError where a row below the header has more than there are columns.

    A name with a comma that nobody quoted puts what follows below the wrong header.
    """
    width = len(columns.header)
    for line, row in enumerate(rows[start + 1 :], start=start + 2):
        if len(row) > width and not is_blank(row[width:]):
            raise RefusedReportError(
                _("Line %(line)d has more cells than the table has columns. Export it again."),
                line=line,
            )


def find_header(
    rows: Sequence[Row], fits: Callable[[Columns], bool], most: int = 60
) -> tuple[int, Columns] | None:
    """Return the first row, near the top, that is a header of the wanted shape."""
    for index, row in enumerate(rows[:most]):
        columns = Columns(row)
        if fits(columns):
            if "email" not in columns:
                _find_addresses(columns, rows[index + 1 :])
            return index, columns
    return None


def _find_addresses(columns: Columns, rows: Sequence[Row]) -> None:
    """Take the only column of addresses for that of the e-mail, whatever it is called."""
    places = [
        place
        for place in columns.unknown_places
        if not names_host(columns.header[place])
        and any(read_email(row[place]) for row in rows[:_LOOKED_AT] if place < len(row))
    ]
    if len(places) == 1:
        columns.take("email", places[0])
