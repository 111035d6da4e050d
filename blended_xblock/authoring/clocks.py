"""Say what the clocks do to a session: changes in the midst of it, and the author's own time."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from blended_xblock.design import SessionDesign
from blended_xblock.schedule import zones
from blended_xblock.schedule.wording import describe_span_in_zone, is_same_clock


def describe_on_clock_of(session: SessionDesign, zone: str | None, now: datetime) -> str:
    """Return when a session is in another zone, or "" where the clocks there show the same.

    Raises NonexistentTimeError where the session's own clocks skip one of its times.
    """
    start, end = session.starts_at, session.ends_at
    if not zone or all(is_same_clock(session.timezone, zone, at) for at in (start, end)):
        return ""
    return describe_span_in_zone(start, end, zone, now)


def clock_notes(session: SessionDesign) -> list[str]:
    """Return a sentence for each time that comes twice, and one where the length is another."""
    notes = [
        _("The clock shows %(time)s twice that day; the first of the two is meant.")
        % {"time": wall.strftime("%H:%M")}
        for wall in (session.start, session.end)
        if zones.is_ambiguous(wall, session.timezone)
    ]
    length = session.ends_at - session.starts_at
    if length != session.end - session.start:
        hours, minutes = divmod(int(length.total_seconds()) // 60, 60)
        notes.append(
            _("The clock changes in the midst of it: it lasts %(hours)d h %(minutes)02d min.")
            % {"hours": hours, "minutes": minutes}
        )
    return notes
