"""The instructor's panel: its sessions and who waits for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from blended_xblock.attendance.trainers import Trainer, list_trainers
from blended_xblock.hosts.base import Viewer
from blended_xblock.models import BlendedUnit, Session
from blended_xblock.pages.alarms import alarms_of, own_sessions, shown_sessions
from blended_xblock.pages.common import SessionCard, session_card
from blended_xblock.reports.alarms import Alarm
from blended_xblock.reports.waiting import count_waiting


@dataclass(frozen=True, slots=True)
class SessionTab:
    """A session in the picker; ``waiting`` says how many learners wait for its roll, if any do."""

    card: SessionCard
    roll_state: str
    roll_label: str
    waiting: str
    is_selected: bool
    trainers: tuple[Trainer, ...]

    @property
    def trainer_names(self) -> str:
        return ", ".join(trainer.name for trainer in self.trainers)


@dataclass(frozen=True, slots=True)
class InstructorPage:
    """The panel's frame; the roll itself is fetched as a part of its own.

    ``owner`` is whose marks the page keeps on the device: the id of who looks, empty for somebody
    who looks through another's eyes and may not write.
    """

    title: str
    sessions: tuple[SessionTab, ...]
    selected: str
    may_waive: bool
    may_invite: bool
    owner: str
    alarms: tuple[Alarm, ...]


def panel_of(
    viewer: Viewer, unit: BlendedUnit, *, is_staff: bool, selected: str = ""
) -> InstructorPage:
    """Return the panel as ``viewer`` may see it: an invited trainer's holds their sessions only."""
    own = None if is_staff else own_sessions(viewer, unit)
    return instructor_page(
        unit,
        zone=viewer.timezone,
        only_sessions=own,
        may_waive=is_staff,
        may_invite=is_staff and not viewer.is_masquerading,
        owner="" if viewer.user is None or viewer.is_masquerading else str(viewer.user.pk),
        selected=selected,
    )


def instructor_page(
    unit: BlendedUnit,
    *,
    zone: str | None = None,
    only_sessions: set[Any] | None = None,
    may_waive: bool,
    may_invite: bool = False,
    owner: str = "",
    selected: str = "",
    now: datetime | None = None,
) -> InstructorPage:
    """Return the panel with its sessions; ``only_sessions`` (ids) limits an invited trainer.

    Dates are read in the session's zone and, where it differs, in ``zone`` (IANA).
    """
    now = now or timezone.now()
    sessions = shown_sessions(unit, only_sessions)
    chosen = selected or _nearest(sessions, now)
    waiting = _waiting(unit, sessions, now)
    trainers = list_trainers([session.pk for session in sessions]) if may_invite else {}
    return InstructorPage(
        title=unit.title,
        sessions=tuple(
            SessionTab(
                card=session_card(session, now, viewer_zone=zone),
                roll_state=session.roll_state,
                roll_label=roll_label(session, now),
                waiting=waiting.get(session.pk, ""),
                is_selected=str(session.pk) == chosen,
                trainers=trainers.get(session.pk, ()),
            )
            for session in sessions
        ),
        selected=chosen,
        may_waive=may_waive,
        may_invite=may_invite,
        owner=owner,
        alarms=alarms_of(unit, sessions, is_staff=may_waive, now=now),
    )


def _waiting(unit: BlendedUnit, sessions: Sequence[Session], now: datetime) -> dict[Any, str]:
    """Return in words how many learners wait for the roll of each session that is over."""
    return {
        pk: ngettext("%(n)d learner waits for this roll", "%(n)d learners wait for this roll", n)
        % {"n": n}
        for pk, n in count_waiting(unit, sessions, now).items()
    }


def _nearest(sessions: Sequence[Session], now: datetime) -> str:
    """Return the session an instructor most likely came for: the one running, or nearest to now."""
    live = [session for session in sessions if session.is_live] or list(sessions)
    if not live:
        return ""

    def distance(session: Session) -> float:
        if session.starts_at <= now < session.ends_at:
            return 0.0
        return min(
            abs((session.starts_at - now).total_seconds()),
            abs((session.ends_at - now).total_seconds()),
        )

    return str(min(live, key=distance).pk)


def roll_label(session: Session, now: datetime) -> str:
    """Return where a session's roll stands, in words."""
    if not session.is_live:
        return str(session.get_state_display())
    if session.roll_state == Session.Roll.OPEN:
        return _("Roll open")
    if session.roll_state == Session.Roll.CLOSED:
        return _("Roll closed")
    return _("Roll not taken") if session.ends_at <= now else _("Roll not opened")
