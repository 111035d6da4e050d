"""A table that somebody made: rows with a status, minutes or times, once its columns are known.

A row that cannot be read is listed and left out, and the others are used: whoever made the table
can mend it. Dates are still decided for the whole table, or it is refused.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final, Literal

from blended_xblock.design.problems import mark as _
from blended_xblock.design.problems import shown
from blended_xblock.imports.clocks import Clock, reading_of
from blended_xblock.imports.durations import read_minutes
from blended_xblock.imports.moments import DateCell, Written, read_moment
from blended_xblock.imports.names import MOST, read_email, read_name
from blended_xblock.imports.people import keys_of
from blended_xblock.imports.report import (
    OTHER_DAY,
    Found,
    Ignored,
    RefusedReportError,
    Remark,
    RowProblem,
    Stay,
    Window,
)
from blended_xblock.imports.rows import by_header
from blended_xblock.imports.tables import Row, is_blank
from blended_xblock.imports.words import fold

Role = Literal[
    "name",
    "first_name",
    "last_name",
    "email",
    "account",
    "external_id",
    "status",
    "minutes",
    "join",
    "leave",
    "date",
    "note",
]
"""What a column says. An account is a username; ``external_id`` stands in where it is blank."""
WHO: Final = ("email", "account", "external_id", "name", "first_name", "last_name")
WHAT: Final = ("status", "minutes", "join", "leave")

_NOTHING: Final = frozenset({"", "-", "--", "---", "–", "—", "n/a"})
_NO_TIME: Final = _("Line %(line)d: “%(cell)s” cannot be read as a date and time.")
_NO_DATE: Final = _("Line %(line)d: “%(cell)s” cannot be read as a date.")
_NO_MINUTES: Final = _("Line %(line)d: “%(cell)s” cannot be read as minutes.")
_NOBODY: Final = _("Line %(line)d names nobody.")
_TURNED: Final = _("Line %(line)d: Somebody leaves (“%(cell)s”) before they join.")
_TWO_MARKS: Final = _(
    "Line %(line)d says “%(cell)s” of %(name)s, and line %(other)d says something else. Leave one "
    "row for each person."
)


@dataclass(frozen=True, slots=True)
class _Line:
    """One row that could be read, with times that are not yet on a clock."""

    number: int
    stay: Stay
    join: Written | None = None
    leave: Written | None = None
    day: Written | None = None


def read_table(
    rows: Sequence[Row], first: int, places: Mapping[Role, int], window: Window
) -> Found:
    """Return what the rows from this index on say, by the places of their columns.

    Raises RefusedReportError where it cannot be told what their dates begin with.
    """
    found = Found("csv")
    lines: list[_Line] = []
    header = rows[first - 1] if first else []
    for number, row in enumerate(rows[first:], start=first + 1):
        if not is_blank(row):
            line = _line(_Cells(row, places, header), number, found.problems)
            if line is not None:
                lines.append(line)
    lines = _without_contradictions(lines, found.problems, is_marks="status" in places)
    moments = [m for line in lines for m in (line.join, line.leave, line.day) if m]
    clock = Clock(window, reading_of(moments, window))
    own, others = _dates_of(window, is_own=True), _dates_of(window, is_own=False)
    for line in lines:
        day = clock.reading.day(line.day) if line.day else None
        # Stays of the event's other days are told apart by their times; marks of them are not.
        is_stay = line.join is not None and not line.stay.status
        if day is None or day in own or (is_stay and day in others):
            _place(line, clock, found)
        else:
            found.ignored.append(Ignored(line.stay.name, OTHER_DAY))
    return found


class _Cells:
    """The cells of one row by what they are; what says that there is nothing is blank."""

    def __init__(self, row: Row, places: Mapping[Role, int], header: Row) -> None:
        self._row = row
        self._places = places
        self._header = header

    def __getitem__(self, role: Role) -> str:
        place = self._places.get(role)
        cell = self._row[place].strip() if place is not None and place < len(self._row) else ""
        return "" if cell.casefold() in _NOTHING else cell

    def by_header(self, moment: Written | None, role: Role) -> Written | None:
        """Return a time of this column on the clocks that its header states."""
        place = self._places.get(role, -1)
        return by_header(moment, self._header[place] if 0 <= place < len(self._header) else "")


def _line(cells: _Cells, number: int, problems: list[RowProblem]) -> _Line | None:
    account = (cells["account"] or cells["external_id"])[:MOST]
    email = read_email(cells["email"])
    name = _name(cells) or read_name(account) or email or read_name(cells["email"])
    if not name:
        problems.append(RowProblem.of(_NOBODY, number))
        return None
    before = len(problems)
    day = _moment(_dated(cells["date"], "00:00"), cells["date"], _NO_DATE, number, problems)
    join = _moment(_dated(cells["date"], cells["join"]), cells["join"], _NO_TIME, number, problems)
    leave = _moment(cells["leave"], cells["leave"], _NO_TIME, number, problems)
    if leave is not None and join is None and not leave.has_date:
        leave = read_moment(_dated(cells["date"], cells["leave"])) or leave
    join, leave = cells.by_header(join, "join"), cells.by_header(leave, "leave")
    if len(problems) > before:
        return None
    seconds = read_minutes(cells["minutes"])
    is_unknown = join is None and seconds is None and bool(cells["minutes"])
    if is_unknown:
        # Who it is and what they got may still be certain; how long they were there is unknown.
        problems.append(RowProblem.of(_NO_MINUTES, number, cells["minutes"]))
    if join is None and seconds is not None:
        leave = None
    stay = Stay(
        name,
        email,
        seconds=seconds,
        is_unknown=is_unknown or (join is None and leave is not None),
        status=cells["status"][:MOST],
        account=account,
        note=cells["note"],
        line=number,
    )
    return _Line(number, stay, join, leave, day)


def _name(cells: _Cells) -> str:
    """Return the whole name: where three columns have it, it is the one that has all of it."""
    first, name, last = cells["first_name"], cells["name"], cells["last_name"]
    if first and name and last:
        return read_name(name)
    return read_name(f"{first} {name or last}" if first else f"{name} {last}")


def _dates_of(window: Window, *, is_own: bool) -> set[date]:
    """Return the dates of the session, or of the others of its event."""
    dates = set()
    for start, end in ((window.start, window.end),) if is_own else window.also:
        first = start.astimezone(window.zone).date()
        last = (end - timedelta(microseconds=1)).astimezone(window.zone).date()
        dates |= {first + timedelta(days=n) for n in range((last - first).days + 1)}
    return dates


def _dated(day: str, time: str) -> str:
    """Return a time with the date of another column, unless it has one, or is none."""
    if not day or not time or isinstance(time, DateCell):
        return time
    moment = read_moment(time)
    if moment is None or moment.has_date:
        return time
    if isinstance(day, DateCell):
        return DateCell(f"{day[:10]} {time}")
    dated = read_moment(day)
    # A date that was written with a time of its own, such as midnight, is that date.
    text = day if dated is None else day.split()[0]
    return f"{text} {time}"


def _moment(
    text: str, cell: str, template: str, number: int, problems: list[RowProblem]
) -> Written | None:
    if not cell:
        return None
    moment = read_moment(text)
    if moment is None or (template == _NO_DATE and not moment.has_date):
        problems.append(RowProblem.of(template, number, cell))
        return None
    return moment


def _without_contradictions(
    lines: Sequence[_Line], problems: list[RowProblem], *, is_marks: bool
) -> list[_Line]:
    """Return the lines of those of whom the table says one thing; list the others.

    A table of marks has a row for each person and day: one that comes twice the same is one. In a
    table of stays the rows of a person add up.
    """
    if not is_marks:
        return list(lines)
    by_key: dict[tuple[str, ...], list[_Line]] = defaultdict(list)
    keys = keys_of([line.stay for line in lines])
    for key, line in zip(keys, lines, strict=True):
        by_key[*key, line.day.cell if line.day else ""].append(line)
    kept: set[int] = set()
    for same in by_key.values():
        first, *rest = same
        other = next((line for line in rest if _said(line) != _said(first)), None)
        if other is None:
            kept.update(line.number for line in (same if first.join else same[:1]))
            continue
        cell = other.stay.status or first.stay.status
        problems.append(
            RowProblem.of(
                _TWO_MARKS,
                other.number,
                cell,
                name=first.stay.name[:60],
                other=first.number,
            )
        )
    return [line for line in lines if line.number in kept]


def _said(line: _Line) -> tuple[str, float | None]:
    """Return what must be the same in two rows of one person; stays of one person may differ."""
    return fold(line.stay.status), None if line.join else line.stay.seconds


def _place(line: _Line, clock: Clock, found: Found) -> None:
    """Put a stay on the clock."""
    stay = line.stay
    if line.join is None:
        found.stays.append(stay)
        return
    try:
        joined, left = clock.stay(line.join, line.leave)
    except RefusedReportError:
        cell = line.leave.cell if line.leave else ""
        found.problems.append(RowProblem.of(_TURNED, line.number, cell))
        return
    end = clock.window.end_for(joined) if left is None else left
    found.stays.append(replace(stay, interval=(joined, end), is_open=left is None, seconds=None))


def unknown_headers(header: Sequence[str], places: Iterable[int]) -> list[str]:
    """Return the headers of columns that are not used."""
    used = set(places)
    return [cell for place, cell in enumerate(header) if cell.strip() and place not in used]


def without_meaning(headers: Sequence[str]) -> Remark:
    """Return the remark that these columns are not used."""
    listed = ", ".join(shown(each) for each in headers[:9])
    return Remark(_("Columns without a meaning here: %(columns)s"), {"columns": listed})
