"""Repeat a session every so many weeks, and show each day of it before anything is made.

The clock on the wall stays what it is; where a clock change makes that impossible the day is left
out and explained, never moved.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from blended_xblock.authoring.clocks import clock_notes, describe_on_clock_of
from blended_xblock.design import Design, SessionDesign
from blended_xblock.design.checks import LAST_YEAR
from blended_xblock.design.parts import MAX_SESSIONS
from blended_xblock.design.problems import as_read, shown
from blended_xblock.errors import DesignError, InvalidInputError
from blended_xblock.schedule import zones
from blended_xblock.schedule.recurrence import MAX_WEEKS, TooManyDaysError, Weekly, split_days
from blended_xblock.schedule.wording import describe_day, describe_span

MAX_HOLIDAYS: Final = 366

_ISO_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


@dataclass(frozen=True, slots=True)
class PlannedDay:
    """One day of a series: ``day`` (ISO) and its time in words, in its own zone (``when``).

    ``yours`` is the time in the author's zone, with the zone, and empty where their clocks show the
    same. ``note`` says what is special; a day for which no session is made always has one.
    """

    day: str
    when: str
    yours: str
    note: str


@dataclass(frozen=True, slots=True)
class Plan:
    """The sessions to add to a design, as plain data, and every day of the series in order."""

    sessions: list[dict[str, Any]]
    days: list[PlannedDay]


def plan_series(data: Mapping[str, Any], *, now: datetime, author_zone: str | None) -> Plan:
    """Return copies of ``data["session"]`` for the other days of its series; nothing is stored.

    ``data`` is what a browser sent: ``session`` (plain data of the design), ``every`` (weeks),
    ``weekdays`` (0 is Monday), ``until`` (ISO day) or ``count``, ``holidays`` (ISO days) and
    ``occurrence`` (a name for the copies, or empty for the session's own). The session itself is
    the first of the count, whichever its weekday. Raises InvalidInputError.
    """
    pattern = _read_pattern(data)
    series = _read_series(data, pattern.start.date())
    days, left_out = _split(series)
    if not days and not left_out:
        raise InvalidInputError(
            _("The series has no other day than that of the session. Let it end later.")
        )
    viewer_zone = author_zone if author_zone and zones.known_zone(author_zone) else None
    sessions: list[dict[str, Any]] = []
    planned = [_leave_out(day, pattern.timezone, now) for day in left_out]
    for day in days:
        copy = _copy(pattern, day)
        if copy.end.year > LAST_YEAR:
            raise InvalidInputError(
                _("The series goes on beyond the year %(year)s. End it earlier.")
                % {"year": LAST_YEAR}
            )
        try:
            planned.append(_describe(copy, now, viewer_zone))
        except zones.NonexistentTimeError as error:
            planned.append(_skip(day, error, now))
        else:
            sessions.append(copy.to_dict())
    return Plan(sessions, sorted(planned, key=lambda each: each.day))


def _read_pattern(data: Mapping[str, Any]) -> SessionDesign:
    session = data.get("session")
    if not isinstance(session, Mapping):
        raise InvalidInputError(_("Choose the session to repeat."))
    occurrence = data.get("occurrence")
    values = {**session, "occurrence": occurrence} if occurrence not in (None, "") else session
    try:
        (pattern,) = Design.from_dict({"sessions": [values]}).sessions
    except DesignError as error:
        # Said in the language of whoever repeats it; the error itself speaks none.
        problems = [problem.message(_) for problem in error.problems]
        raise InvalidInputError("\n".join(problems)) from error
    return pattern


def _read_series(data: Mapping[str, Any], first: date) -> Weekly:
    """Return the series that was asked for, in the order in which the form asks for it."""
    every = _whole(data.get("every", 1))
    if every is None or not 1 <= every <= MAX_WEEKS:
        raise InvalidInputError(
            _("Say how many weeks lie between: a whole number from 1 to %(limit)s.")
            % {"limit": MAX_WEEKS}
        )
    weekdays = _read_weekdays(data.get("weekdays"))
    # A form sends what is left empty as an empty text.
    until, count = data.get("until"), data.get("count")
    has_until, has_count = until not in (None, ""), count not in (None, "")
    if not has_until and not has_count:
        raise InvalidInputError(
            _("Say when the series ends: give its last day, or the number of sessions.")
        )
    if has_until and has_count:
        raise InvalidInputError(
            _("A series ends in one way: give its last day or the number of sessions, not both.")
        )
    return Weekly(
        first=first,
        weekdays=weekdays,
        every=every,
        until=_read_until(until, first) if has_until else None,
        count=_read_count(count) if has_count else None,
        holidays=_read_holidays(data.get("holidays")),
    )


def _read_weekdays(value: object) -> frozenset[int]:
    if not isinstance(value, list | tuple) or not value:
        raise InvalidInputError(_("Choose at least one weekday."))
    # Only a browser that was tampered with sends a week of more than seven days.
    days = [_whole(each) for each in value[:8]]
    found = frozenset(day for day in days if day is not None and 0 <= day <= 6)
    if len(value) > 7 or len(found) < len(days):
        raise InvalidInputError(
            _("Choose the weekdays from the list: each once, from 0 (Monday) to 6 (Sunday).")
        )
    return found


def _read_count(value: object) -> int:
    count = _whole(value)
    if count is None or not 2 <= count <= MAX_SESSIONS:
        raise InvalidInputError(
            _(
                "The number of sessions is a whole number from 2 to %(limit)s; this one is the "
                "first of them. Change it."
            )
            % {"limit": MAX_SESSIONS}
        )
    return count


def _read_until(value: object, first: date) -> date:
    until = _read_day(value)
    if until < first:
        raise InvalidInputError(
            _("The last day, %(until)s, is before the session, %(first)s. Choose a later one.")
            % {"until": until.isoformat(), "first": first.isoformat()}
        )
    return until


def _read_holidays(value: object) -> frozenset[date]:
    if value is None:
        return frozenset()
    if not isinstance(value, list | tuple):
        raise InvalidInputError(_("Give the holidays as a list of days, such as 2026-12-25."))
    if len(value) > MAX_HOLIDAYS:
        raise InvalidInputError(
            _("There are %(count)s holidays. Keep %(limit)s at most, and remove others.")
            % {"count": len(value), "limit": MAX_HOLIDAYS}
        )
    return frozenset(map(_read_day, value))


def _read_day(value: object) -> date:
    try:
        # fromisoformat alone would take 20261225 and 2026-W52-5 too.
        if isinstance(value, str) and _ISO_DAY.fullmatch(value):
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise InvalidInputError(
        _("“%(value)s” is not a day. Write year, month and day, for example 2026-12-25.")
        % {"value": shown(value)}
    )


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _split(series: Weekly) -> tuple[list[date], list[date]]:
    """Return the days to make and the holidays among them, without that of the session itself."""
    others = MAX_SESSIONS - 1 if series.count is None else series.count - 1
    try:
        days, left_out = split_days(series, MAX_SESSIONS)
    except TooManyDaysError as error:
        raise _too_many() from error
    days = [day for day in days if day != series.first]
    if series.count is None and len(days) > others:
        raise _too_many()
    days = days[:others]
    # With a count, the series is over at its last session.
    over = series.until or days[-1]
    return days, [day for day in left_out if series.first < day <= over]


def _too_many() -> InvalidInputError:
    return InvalidInputError(
        _("This makes more than %(limit)s sessions. End the series earlier, or repeat it less.")
        % {"limit": MAX_SESSIONS}
    )


def _copy(pattern: SessionDesign, day: date) -> SessionDesign:
    """Return the session on another day, at the same time on the wall, so many days long."""
    shift = timedelta(days=(day - pattern.start.date()).days)
    return replace(
        pattern, id=str(uuid.uuid4()), start=pattern.start + shift, end=pattern.end + shift
    )


def _describe(session: SessionDesign, now: datetime, viewer_zone: str | None) -> PlannedDay:
    """Return a day on which a session is made; raise NonexistentTimeError if it cannot be."""
    when = describe_span(session.starts_at, session.ends_at, session.timezone, now)
    return PlannedDay(
        day=session.start.date().isoformat(),
        when=when.text,
        yours=describe_on_clock_of(session, viewer_zone, now),
        note=" ".join(clock_notes(session)),
    )


def _skip(day: date, error: zones.NonexistentTimeError, now: datetime) -> PlannedDay:
    note = _(
        "No session is made: %(wall)s does not exist in %(zone)s, where the clock jumps from "
        "%(before)s to %(after)s. Add one for this day by hand, at another time."
    ) % {
        "wall": as_read(error.wall),
        "zone": error.zone,
        "before": as_read(error.jumps_from),
        "after": as_read(error.jumps_to),
    }
    return PlannedDay(day.isoformat(), _day_in_words(day, error.zone, now), "", note)


def _leave_out(day: date, zone: str, now: datetime) -> PlannedDay:
    note = _("Holiday: no session is made.")
    return PlannedDay(day.isoformat(), _day_in_words(day, zone, now), "", note)


def _day_in_words(day: date, zone: str, now: datetime) -> str:
    # Noon, because some zones change their clocks at midnight.
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=ZoneInfo(zone))
    return describe_day(noon, now)
