"""Who is expected at a session: today's audience before the roll opens, the frozen roster after."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from blended_xblock.hosts import get_host
from blended_xblock.hosts.base import Learner
from blended_xblock.models import AttendanceRecord, Session


def is_in_audience(session: Session, learner: Learner) -> bool:
    """Tell whether this session is meant for this learner (by cohort; no cohort named: everyone).

    Somebody who enrolled after a session had ended was never expected at it.
    """
    if session.audience and learner.cohort not in session.audience:
        return False
    return learner.enrolled_at is None or learner.enrolled_at <= session.ends_at


def list_audience(session: Session, learners: Iterable[Learner] | None = None) -> list[Learner]:
    """Return the learners expected at a session whose roll is not opened yet, ordered by name."""
    if learners is None:
        learners = get_host().learners(session.unit.course_key)
    return [learner for learner in learners if is_in_audience(session, learner)]


def is_meant_for(session: Session, user: Any) -> bool:
    """Tell whether a session concerns a person: they are in its audience, or on its roll."""
    learners = get_host().learners(session.unit.course_key, user_ids=[user.pk])
    if any(is_in_audience(session, learner) for learner in learners):
        return True
    return AttendanceRecord.objects.filter(session=session, user=user).exists()


def freeze_roster(session: Session, learners: Collection[Learner]) -> list[AttendanceRecord]:
    """Return the new rows of the roster; somebody recorded before keeps their row."""
    known = set(AttendanceRecord.objects.filter(session=session).values_list("user_id", flat=True))
    return [
        AttendanceRecord(session=session, user_id=learner.user_id)
        for learner in learners
        if learner.user_id not in known
    ]
