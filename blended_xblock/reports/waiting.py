"""How many learners wait at the gate since nobody has recorded them at a session that is over."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import datetime

from django.db.models import Count, Q

from blended_xblock.attendance.roster import get_chosen, get_teaching, list_audience
from blended_xblock.hosts import get_host
from blended_xblock.models import AttendanceRecord, BlendedUnit, Session, Standing


def is_unrecorded(session: Session, now: datetime) -> bool:
    """Tell whether a session is over and its roll is still to be taken, or to be closed."""
    return session.is_live and session.ends_at <= now and session.roll_state != Session.Roll.CLOSED


def count_waiting(
    unit: BlendedUnit, sessions: Collection[Session], now: datetime
) -> dict[uuid.UUID, int]:
    """Return how many wait for each of these sessions of a unit; at most six queries.

    Whoever met the rule elsewhere, or was waived, waits for nothing. A session for which nobody
    waits is left out.
    """
    over = [session for session in sessions if is_unrecorded(session, now)]
    if not over:
        return {}
    # Who has gone through the gate by now, one way or the other.
    through = Standing.objects.filter(unit=unit).filter(Q(is_met=True) | Q(is_waived=True))
    numbers = dict(
        AttendanceRecord.objects.filter(session__in=over, is_expected=True, status__isnull=True)
        .exclude(user_id__in=through.values("user_id"))
        .values("session_id")
        .annotate(n=Count("id"))
        .order_by()
        .values_list("session_id", "n")
    )
    untaken = [session for session in over if session.roll_state == Session.Roll.NOT_OPENED]
    if untaken:
        learners = get_host().learners(unit.course_key)
        chosen = get_chosen(unit)
        teaching = get_teaching([session.pk for session in untaken])
        gone_on = set(through.values_list("user_id", flat=True))
        left = [learner for learner in learners if learner.user_id not in gone_on]
        for session in untaken:
            numbers[session.pk] = len(
                list_audience(session, left, chosen, teaching.get(session.pk, ()))
            )
    return {pk: n for pk, n in numbers.items() if n}
