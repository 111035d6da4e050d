"""What more than one page shows: a session as a card, a status as a letter, a shape and words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from blended_xblock.design import Status
from blended_xblock.models import Session
from blended_xblock.schedule.wording import (
    When,
    describe_distance,
    describe_span,
    is_same_clock,
    mode_label,
)

JOIN_LEAD: Final = timedelta(minutes=15)
"""How long before the start the join link is shown; it goes at the end."""

Phase = Literal["upcoming", "today", "live", "past"]


@dataclass(frozen=True, slots=True)
class StatusChoice:
    """A status as people see it; ``kind`` picks its shape and colour, never the colour alone."""

    code: str
    label: str
    kind: Literal["present", "late", "early", "excused", "absent", "unmarked"]
    symbol: str


@dataclass(frozen=True, slots=True)
class SessionCard:
    """A session in words. ``join_url`` is empty outside the time it may be used."""

    id: str
    title: str
    state: str
    state_label: str
    phase: Phase
    when: When
    when_learner: When | None
    distance: str
    mode: str
    mode_label: str
    venue: str
    address: str
    join_url: str
    join_note: str
    audience: tuple[str, ...]


_SYMBOLS: Final = {
    "present": "●",
    "late": "◐",
    "early": "◑",
    "excused": "◇",
    "absent": "○",
    "unmarked": "·",
}
_DEFAULT_KINDS: Final = {"P": "present", "L": "late", "D": "early", "E": "excused", "A": "absent"}


def uid_of(usage_key: str) -> str:
    """Return what the ids on a unit's page begin with; the same whenever the page is made anew.

    The end of a key is the block's own name: branch and version stand before it.
    """
    return "b" + re.sub(r"[^a-z0-9]", "", usage_key.lower())[-24:]


def status_choice(status: Status) -> StatusChoice:
    """Return a status for people; one the course team made takes the shape of what it means."""
    kind = _DEFAULT_KINDS.get(status.code)
    if kind is None or (kind in {"present", "late", "early"}) != status.attended:
        if status.attended:
            kind = "present" if status.credit >= 1 else "late"
        else:
            kind = "absent" if status.counted else "excused"
    return StatusChoice(
        code=status.code,
        label=_(status.label) if status.label else status.code,
        kind=kind,  # type: ignore[arg-type]
        symbol=_SYMBOLS[kind],
    )


def unmarked_choice() -> StatusChoice:
    """Return how "nobody has said yet" looks."""
    return StatusChoice(code="", label=_("Not marked"), kind="unmarked", symbol="·")


def guest_count(n: int) -> str:
    """Return how many guests came beside the learners; nothing for none."""
    return ngettext("+ %(n)d guest", "+ %(n)d guests", n) % {"n": n} if n else ""


def phase_of(session: Session, now: datetime) -> Phase:
    """Return where a session stands in time, by its own wall clock."""
    if now >= session.ends_at:
        return "past"
    if now >= session.starts_at:
        return "live"
    if session.starts_at - now < timedelta(hours=12):
        return "today"
    return "upcoming"


def session_card(session: Session, now: datetime, *, viewer_zone: str | None = None) -> SessionCard:
    """Return a session in words, in its own zone and, where it differs, in the viewer's."""
    in_viewer_zone = None
    if viewer_zone and not is_same_clock(session.timezone, viewer_zone, session.starts_at):
        in_viewer_zone = describe_span(session.starts_at, session.ends_at, viewer_zone, now)
    join_url, join_note = _join(session, now)
    return SessionCard(
        id=str(session.pk),
        title=session.title,
        state=session.state,
        state_label=session.get_state_display(),
        phase=phase_of(session, now),
        when=describe_span(session.starts_at, session.ends_at, session.timezone, now),
        when_learner=in_viewer_zone,
        distance=describe_distance(session.starts_at, session.ends_at, now, session.timezone),
        mode=session.mode,
        mode_label=mode_label(session.mode),
        venue=session.venue,
        address=session.address,
        join_url=join_url,
        join_note=join_note,
        audience=tuple(session.audience),
    )


def _join(session: Session, now: datetime) -> tuple[str, str]:
    if not session.join_url or not session.is_live or now >= session.ends_at:
        return "", ""
    if now >= session.starts_at - JOIN_LEAD:
        return session.join_url, ""
    return "", _("The join link appears here %(n)d minutes before the start.") % {
        "n": JOIN_LEAD.seconds // 60
    }
