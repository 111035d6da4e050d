"""Write a unit's sessions as a table for a spreadsheet, and say what such a table would change.

The table is CSV (RFC 4180) with a heading row; what a person's spreadsheet makes of it is read too.
"""

from __future__ import annotations

import csv
import io
import uuid
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Final, Literal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from blended_xblock.authoring import session_cells as cells
from blended_xblock.authoring.session_table import Table, read_table
from blended_xblock.design import Design, Problem
from blended_xblock.design.checks import MAX_TITLE, NO_WALL_TIME
from blended_xblock.design.parts import MAX_SESSIONS
from blended_xblock.design.problems import canonical_uuid, one_line, shown
from blended_xblock.errors import DesignError, InvalidInputError
from blended_xblock.reports.cells import guard

# Stands where a time could not be read, so that the rest of the row can still be checked.
_SOME_START, _SOME_END = "2000-06-15T09:00", "2000-06-15T10:00"
_COLUMN_OF: Final = {"audience": "cohorts"}

Effect = Literal["new", "changed", "same", "bad"]


@dataclass(frozen=True, slots=True)
class Row:
    """What one row would do; ``number`` is the row's in a spreadsheet, where the headings are 1."""

    number: int
    title: str
    effect: Effect
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """What a table would make of the sessions if it were applied; bad rows change nothing.

    ``sessions`` are all of them, as plain data; ``notes`` are sentences about the whole table.
    """

    sessions: list[dict[str, Any]]
    rows: tuple[Row, ...]
    notes: tuple[str, ...]


def write_sessions(sessions: Iterable[Mapping[str, Any]]) -> str:
    """Return sessions as CSV text; they may be half typed, and are written as they are."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(cells.COLUMNS)
    for session in sessions:
        row = _row_of(session)
        writer.writerow([guard(row[name]) for name in cells.COLUMNS])
    return text.getvalue()


def read_sessions(text: str, *, existing: Sequence[Mapping[str, Any]], zone: str) -> Reading:
    """Return what the table would do to the existing sessions; nothing is stored.

    A row with the id of an existing session replaces it, but for the columns that the table does
    not have and for what the form does not know; any other row is a new session. ``zone`` is that
    of new sessions without one. Raises InvalidInputError where the table as a whole is wrong.
    """
    if not all(isinstance(session, Mapping) for session in existing):
        raise InvalidInputError(
            _("The sessions could not be read. Reload the page and paste the table again.")
        )
    reader = _TableReader(read_table(text), existing, zone)
    rows = tuple(reader.read_row(number, record) for number, record in reader.table.records)
    total = len(reader.sessions)
    if total > MAX_SESSIONS:
        raise InvalidInputError(
            _(
                "Together with the table there would be %(total)s sessions. Remove some: "
                "%(limit)s at most can be kept."
            )
            % {"total": total, "limit": MAX_SESSIONS}
        )
    return Reading(reader.sessions, rows, (*reader.table.notes, *reader.notes()))


# Writing


def _row_of(session: Mapping[str, Any]) -> dict[str, str]:
    day, start = _split_time(session.get("start"))
    end_day, end = _split_time(session.get("end"))
    audience, cancelled = session.get("audience"), session.get("cancelled")
    names = audience if isinstance(audience, list | tuple) else ()
    others = {name: _as_text(session.get(name)) for name in cells.COLUMNS}
    return others | {
        "date": day,
        "start": start,
        "end_date": end_day if end_day != day else "",
        "end": end,
        "cohorts": cells.join_names([name for name in names if isinstance(name, str)]),
        "cancelled": _as_text(cancelled or None),
    }


def _split_time(value: object) -> tuple[str, str]:
    day, _t, clock = _as_text(value).partition("T")
    return day, clock


def _as_text(value: object) -> str:
    if isinstance(value, str):
        return value
    return shown(value) if isinstance(value, int | float) else ""


# Reading a row


class _TableReader:
    """Reads the rows of one table into the sessions that there are."""

    def __init__(self, table: Table, existing: Sequence[Mapping[str, Any]], zone: str) -> None:
        self.table = table
        self.sessions = [dict(session) for session in existing]
        self.zone = zone
        self._known: dict[str, int] = {}
        for index, session in enumerate(existing):
            self._known.setdefault(_canonical(session.get("id")), index)
        self._known.pop("", None)
        records = [record for _number, record in table.records]
        self._order = cells.find_order(
            table.cell(record, name) or "" for record in records for name in ("date", "end_date")
        )
        self._uses = Counter(_canonical(table.cell(record, "id")) for record in records)
        self._foreign = 0

    def notes(self) -> Iterable[str]:
        """Yield what is to be said of the rows together, once all are read."""
        if self._foreign:
            yield ngettext(
                "%(n)d row has an id that is not of this unit. It is added as a new session with "
                "an id of its own.",
                "%(n)d rows have ids that are not of this unit. They are added as new sessions "
                "with ids of their own.",
                self._foreign,
            ) % {"n": self._foreign}

    def read_row(self, number: int, record: list[str]) -> Row:
        """Take one row over into the sessions, unless it is bad."""
        title = one_line(self.table.cell(record, "title") or "")[:MAX_TITLE]
        identifier = _canonical(self.table.cell(record, "id"))
        index = self._known.get(identifier)
        stored = {} if index is None else self.sessions[index]
        row = _RowReader(self.table, record, stored, self._order)
        session = row.read(self.zone)
        if any(cell.strip() for cell in record[self.table.width :]):
            row.problems.append(
                _(
                    "The row has more cells than there are headings. Put a text that holds the "
                    "separator in quotation marks, or remove what is too much."
                )
            )
        if identifier and self._uses[identifier] > 1:
            row.problem("id", _("is in several rows. Keep one of them, or empty it in the others."))
        if row.problems:
            return Row(number, title, "bad", tuple(dict.fromkeys(row.problems)))
        if index is None:
            self._foreign += bool(identifier)
            self.sessions.append({**session, "id": str(uuid.uuid4())})
            return Row(number, title, "new")
        if session == _checked(stored):
            return Row(number, title, "same")
        self.sessions[index] = session
        return Row(number, title, "changed")


class _RowReader:
    """Reads one row over what is stored of its session, and collects its problems."""

    def __init__(
        self, table: Table, record: list[str], stored: Mapping[str, Any], order: cells.Order
    ) -> None:
        self.table = table
        self.record = record
        self.stored = stored
        self.order = order
        self.problems: list[str] = []

    def problem(self, name: str, text: str) -> None:
        """Report what is wrong in a column; the text goes on from its heading."""
        self.problems.append(
            _("Column “%(column)s”: %(problem)s")
            % {"column": self.table.heading(name), "problem": text}
        )

    def read(self, zone: str) -> dict[str, Any]:
        """Return the session that the row says; only good if there were no problems."""
        session = {**self.stored, **self._values()}
        # These two are never empty, so that an empty cell leaves them as they are.
        session["timezone"] = self._text("timezone") or self.stored.get("timezone") or zone
        mode = cells.read_mode(self._text("mode"))
        session["mode"] = mode or self.stored.get("mode") or "in_person"
        times = self._times()
        session["start"], session["end"] = times or (_SOME_START, _SOME_END)
        try:
            (checked,) = Design.from_dict({"sessions": [session]}).sessions
        except DesignError as error:
            for problem in error.problems:
                self._report(problem, is_timed=times is not None)
            return session
        return checked.to_dict()

    def _values(self) -> dict[str, Any]:
        """Return what the row's plain cells say; a column that is not there says nothing."""
        found: dict[str, Any] = {}
        for name in ("title", "occurrence", "venue", "address", "join_url"):
            text = self.table.cell(self.record, name)
            if text is not None:
                found[name] = text
        for name, read in (("capacity", cells.read_number), ("cancelled", cells.read_flag)):
            text = self.table.cell(self.record, name)
            if text is not None:
                found[name] = read(text)
        names = self.table.cell(self.record, "cohorts")
        if names is not None:
            try:
                found["audience"] = cells.split_names(names)
            except InvalidInputError as error:
                self.problem("cohorts", error.message)
        found["id"] = self.stored.get("id") or self._text("id") or str(uuid.uuid4())
        return found

    def _times(self) -> tuple[str, str] | None:
        """Return start and end as the design writes them, or None if one cannot be read."""
        day, start, end = self._day("date"), self._time("start"), self._time("end")
        last = day
        if self._text("end_date"):
            last = self._day("end_date")
        elif "end_date" not in self.table.places and day:
            last = self._stored_end(day)
        if day is None or start is None or last is None or end is None:
            return None
        return _wall(day, start), _wall(last, end)

    def _stored_end(self, day: date) -> date:
        """Return the last day of a session that lasts as many days as the stored one."""
        try:
            start, end = (datetime.fromisoformat(self.stored[name]) for name in ("start", "end"))
            return day + (end.date() - start.date())
        except (KeyError, TypeError, ValueError, OverflowError):
            return day

    def _day(self, name: str) -> date | None:
        try:
            return cells.read_day(self._text(name), self.order)
        except InvalidInputError as error:
            self.problem(name, error.message)
            return None

    def _time(self, name: str) -> time | None:
        try:
            return cells.read_time(self._text(name))
        except InvalidInputError as error:
            self.problem(name, error.message)
            return None

    def _text(self, name: str) -> str:
        return (self.table.cell(self.record, name) or "").strip()

    def _report(self, problem: Problem, *, is_timed: bool) -> None:
        """Say a problem of the design as one of the column that its value came from."""
        field = str(problem.path[2]) if len(problem.path) > 2 else ""
        name = _COLUMN_OF.get(field, field)
        if name in {"start", "end"} and not is_timed:
            return
        if name not in cells.COLUMNS:
            self.problems.append(problem.message(_))
        elif name == "id":
            text = _("is “%(value)s”, which no session has. Empty it for a new session.")
            self.problem(name, text % {"value": shown(self._text("id"))})
        elif problem.template == NO_WALL_TIME:
            is_last = name == "end" and self._text("end_date")
            text = _("is not in the years %(first)s to %(last)s. Write a day of these years.")
            self.problem("end_date" if is_last else "date", text % problem.params)
        else:
            self.problem(name, problem.detail(_))


def _wall(day: date, clock: time) -> str:
    return datetime.combine(day, clock).isoformat(timespec="minutes")


def _canonical(value: object) -> str:
    """Return an id in its one spelling, or "" for what is none."""
    return (canonical_uuid(value.strip()) or "") if isinstance(value, str) else ""


def _checked(session: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return a stored session as the design writes it, or None if it is not valid."""
    try:
        (checked,) = Design.from_dict({"sessions": [session]}).sessions
    except DesignError:
        return None
    return checked.to_dict()
