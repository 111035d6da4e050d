"""A trainer's own sessions, in whatever course they are: what comes next, what is left to do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from blended_xblock.models import Session
from blended_xblock.pages.common import SessionCard, session_card
from blended_xblock.pages.instructor import roll_label


@dataclass(frozen=True, slots=True)
class OwnSession:
    """A session somebody gives; ``todo`` says what its roll still lacks, if it is over."""

    card: SessionCard
    unit_title: str
    roll_label: str
    people: str
    todo: str


@dataclass(frozen=True, slots=True)
class OwnSessions:
    """Those that run or are still to come, soonest first; those that are over, latest first."""

    coming: tuple[OwnSession, ...]
    past: tuple[OwnSession, ...]


def own_sessions(
    user_id: int, *, zone: str | None = None, now: datetime | None = None
) -> OwnSessions:
    """Return the sessions to which a person is invited, and no other; one query.

    Whoever is no longer invited to one does not find it here. A removed session is listed where
    its roll was taken.
    """
    now = now or timezone.now()
    expected = Q(records__is_expected=True)
    sessions = (
        Session.objects.filter(trainers__user=user_id, trainers__revoked_at__isnull=True)
        .exclude(state=Session.State.REMOVED, roll_opened_at__isnull=True)
        .select_related("unit")
        .annotate(
            expected=Count("records", filter=expected, distinct=True),
            unmarked=Count(
                "records", filter=expected & Q(records__status__isnull=True), distinct=True
            ),
        )
    )
    rows = [_own(session, now, zone) for session in sessions]
    return OwnSessions(
        coming=tuple(row for row in rows if row.card.phase != "past"),
        past=tuple(row for row in reversed(rows) if row.card.phase == "past"),
    )


def _own(session: Any, now: datetime, zone: str | None) -> OwnSession:
    is_taken = session.roll_state != Session.Roll.NOT_OPENED
    people = ""
    if is_taken:
        people = ngettext("%(n)d learner expected", "%(n)d learners expected", session.expected)
        people %= {"n": session.expected}
    return OwnSession(
        card=session_card(session, now, viewer_zone=zone),
        unit_title=session.unit.title,
        roll_label=roll_label(session, now),
        people=people,
        todo=_todo(session, now),
    )


def _todo(session: Any, now: datetime) -> str:
    if not session.is_live or session.ends_at > now:
        return ""
    if session.roll_state == Session.Roll.NOT_OPENED:
        return _("Take the roll: learners wait for it.")
    if session.roll_state == Session.Roll.OPEN and session.unmarked:
        return ngettext(
            "Finish the roll: %(n)d learner is not marked.",
            "Finish the roll: %(n)d learners are not marked.",
            session.unmarked,
        ) % {"n": session.unmarked}
    if session.roll_state == Session.Roll.OPEN:
        return _("Close the roll: everybody is marked.")
    return ""
