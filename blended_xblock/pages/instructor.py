"""The instructor's panel: its sessions and who waits for them, and how a record came to be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from blended_xblock.attendance.history import list_changes
from blended_xblock.attendance.roster import list_audience
from blended_xblock.attendance.statuses import meanings_of
from blended_xblock.attendance.trainers import Trainer, list_trainers
from blended_xblock.hosts import get_host
from blended_xblock.models import AttendanceRecord, BlendedUnit, Session
from blended_xblock.pages.common import SessionCard, session_card, status_choice
from blended_xblock.schedule.wording import describe_instant


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
    """The panel's frame; the roll itself is fetched as a part of its own."""

    title: str
    sessions: tuple[SessionTab, ...]
    selected: str
    may_waive: bool
    may_invite: bool


@dataclass(frozen=True, slots=True)
class HistoryLine:
    text: str
    detail: str
    is_applied: bool


def instructor_page(
    unit: BlendedUnit,
    *,
    zone: str | None = None,
    only_sessions: set[Any] | None = None,
    may_waive: bool,
    may_invite: bool = False,
    selected: str = "",
    now: datetime | None = None,
) -> InstructorPage:
    """Return the panel with its sessions; ``only_sessions`` (ids) limits an invited trainer.

    Dates are read in the session's zone and, where it differs, in ``zone`` (IANA).
    """
    now = now or timezone.now()
    sessions = [
        session
        for session in unit.sessions.all()
        if (only_sessions is None or session.pk in only_sessions)
        and (session.state != Session.State.REMOVED or session.roll_opened_at)
    ]
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
    )


def _waiting(unit: BlendedUnit, sessions: Sequence[Session], now: datetime) -> dict[Any, str]:
    """Return how many learners are unmarked at sessions that are over: they wait at the gate."""
    over = [
        session
        for session in sessions
        if session.is_live and session.ends_at <= now and session.roll_state != Session.Roll.CLOSED
    ]
    if not over:
        return {}
    numbers = Counter(
        AttendanceRecord.objects.filter(
            session__in=over, is_expected=True, status__isnull=True
        ).values_list("session_id", flat=True)
    )
    untaken = [session for session in over if session.roll_state == Session.Roll.NOT_OPENED]
    if untaken:
        learners = get_host().learners(unit.course_key)
        numbers.update({session.pk: len(list_audience(session, learners)) for session in untaken})
    return {
        pk: ngettext("%(n)d learner waits for this roll", "%(n)d learners wait for this roll", n)
        % {"n": n}
        for pk, n in numbers.items()
        if n
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


def history_lines(session: Session, user_id: int) -> tuple[HistoryLine, ...]:
    """Return how one learner's record at a session came to be, newest first."""
    now = timezone.now()
    choices = {code: status_choice(status) for code, status in meanings_of(session.unit).items()}

    def said(values: Mapping[str, Any]) -> str:
        code = values.get("status")
        label = choices[code].label if code in choices else code or _("not marked")
        parts = [label]
        if values.get("minutes") is not None:
            parts.append(
                ngettext("%(n)d minute", "%(n)d minutes", values["minutes"])
                % {"n": values["minutes"]}
            )
        if values.get("note"):
            parts.append(_("“%(note)s”") % {"note": values["note"]})
        return ", ".join(parts)

    sources = {
        "roll": _("on the roll"),
        "everyone": _("everyone marked at once"),
        "close": _("when the roll was closed"),
    }
    return tuple(
        HistoryLine(
            text=_("%(before)s → %(after)s")
            % {"before": said(change.before), "after": said(change.after)},
            detail=" · ".join(
                part
                for part in (
                    change.actor_name,
                    describe_instant(change.at, session.timezone, now),
                    sources.get(change.source, change.source),
                    "" if change.is_applied else _("not applied: a newer mark stood there"),
                )
                if part
            ),
            is_applied=change.is_applied,
        )
        for change in list_changes(session.pk, user_id)
    )
