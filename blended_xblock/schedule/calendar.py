"""Sessions as calendar entries (RFC 5545) that a phone's calendar accepts and later updates."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from icalendar import Alarm, Calendar, Event

from blended_xblock.models import Session

_STATUSES: Final = {
    Session.State.DRAFT: "TENTATIVE",
    Session.State.SCHEDULED: "CONFIRMED",
    Session.State.CANCELLED: "CANCELLED",
    Session.State.REMOVED: "CANCELLED",
}
PRODUCT: Final = "-//blended_xblock//blended sessions//EN"


def build_calendar(sessions: Iterable[Session], *, url: str = "", stamp: datetime) -> bytes:
    """Return an .ics file of the sessions, with the VTIMEZONE of each zone it names.

    The UID of an entry is the session's own key and its SEQUENCE the session's revision, so that
    fetching it again after a change replaces the entry. The join link is not in it: a calendar is
    shared more widely than a session is. Each reminder of the unit's design is an alarm of every
    session that takes place. ``stamp`` is the instant of making (RFC 5545, DTSTAMP).
    """
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    for session in sessions:
        calendar.add_component(_entry(session, url, stamp))
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical())


def _entry(session: Session, url: str, stamp: datetime) -> Event:
    zone = ZoneInfo(session.timezone)
    entry = Event()
    entry.add("uid", f"{session.id}@blended-xblock")
    entry.add("dtstamp", stamp.astimezone(UTC))
    entry.add("sequence", session.revision)
    entry.add("summary", _summary(session))
    entry.add("dtstart", session.starts_at.astimezone(zone))
    entry.add("dtend", session.ends_at.astimezone(zone))
    entry.add("status", _STATUSES[Session.State(session.state)])
    place = ", ".join(part for part in (session.venue, session.address) if part)
    if place:
        entry.add("location", place)
    if url:
        entry.add("url", url)
    for alarm in _alarms(session):
        entry.add_component(alarm)
    return entry


def _alarms(session: Session) -> Iterator[Alarm]:
    # A draft's dates are not confirmed, and what is cancelled needs nobody to come.
    if not session.is_live:
        return
    for reminder in session.unit.design.get("reminders", ()):
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", _summary(session))
        alarm.add("trigger", -timedelta(hours=reminder["hours_before"]))
        yield alarm


def _summary(session: Session) -> str:
    unit = session.unit.title
    return session.title if not unit or unit == session.title else f"{unit}: {session.title}"
