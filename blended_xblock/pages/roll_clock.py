"""The clock of a session as the roll's page needs it: to read times, and to say what they mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from blended_xblock.models import Session
from blended_xblock.pages.common import StatusChoice
from blended_xblock.schedule.wording import describe_zone


@dataclass(frozen=True, slots=True)
class SessionClock:
    """A session's start and end (ISO 8601, UTC), its zone (IANA), and what to suggest by them.

    ``late_after`` counts minutes from the start; ``late`` and
    ``early`` are the codes to suggest, empty where the unit has none. ``is_one_day``: a time of day
    says enough.
    """

    zone: str
    starts_at: str
    ends_at: str
    late_after: int
    late: str
    early: str
    is_one_day: bool
    zone_note: str


def session_clock(session: Session, choices: Mapping[str, StatusChoice]) -> SessionClock:
    """Return a session's clock; ``choices`` are the statuses that can be given, by code."""
    rules = session.unit.read_design().check_in
    zone = ZoneInfo(session.timezone)
    days = {at.astimezone(zone).date() for at in (session.starts_at, session.ends_at)}

    def code_of(kind: str) -> str:
        return next((choice.code for choice in choices.values() if choice.kind == kind), "")

    return SessionClock(
        zone=session.timezone,
        starts_at=session.starts_at.isoformat(),
        ends_at=session.ends_at.isoformat(),
        late_after=rules.late_after,
        late=rules.late if rules.late in choices else code_of("late"),
        early=code_of("early"),
        is_one_day=len(days) == 1,
        zone_note=_("Times are those of the session's clock: %(zone)s.")
        % {"zone": describe_zone(session.timezone)},
    )


def time_of_day(at: datetime | None, zone: str) -> str:
    """Return an instant as the page itself writes it on the clocks of ``zone``: "09:25"."""
    return at.astimezone(ZoneInfo(zone)).strftime("%H:%M") if at else ""
