"""Who is expected at a session: today's audience before the roll opens, the frozen roster after."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final

from blended_xblock.hosts import get_host
from blended_xblock.hosts.base import Learner
from blended_xblock.models import (
    AbsenceNotice,
    AttendanceRecord,
    BlendedUnit,
    Session,
    SessionTrainer,
)

Chosen = Mapping[int, Collection[str]]
"""Occurrences of a unit that learners come to in place of one they cannot, by user id."""

NOBODY_CHOSE: Final[Chosen] = MappingProxyType({})


def is_in_audience(session: Session, learner: Learner, chosen: Chosen = NOBODY_CHOSE) -> bool:
    """Tell whether this session is meant for this learner (by cohort; no cohort named: everyone).

    Whoever said that they come to it in place of another one is meant too. Somebody who enrolled
    after a session had ended was never expected at it.
    """
    is_by_cohort = not session.audience or learner.cohort in session.audience
    if not is_by_cohort and session.occurrence_key not in chosen.get(learner.user_id, ()):
        return False
    return learner.enrolled_at is None or learner.enrolled_at <= session.ends_at


def list_audience(
    session: Session,
    learners: Iterable[Learner] | None = None,
    chosen: Chosen | None = None,
    trainers: Collection[int] | None = None,
) -> list[Learner]:
    """Return the learners expected at a session whose roll is not opened yet, ordered by name.

    Who is invited to take its roll teaches it, and is not expected as a learner. ``chosen`` and
    ``trainers`` (user ids) are read where they are not given and may matter: one query each.
    """
    if learners is None:
        learners = get_host().learners(session.unit.course_key)
    if chosen is None:
        chosen = get_chosen(session.unit) if session.audience else NOBODY_CHOSE
    if trainers is None:
        trainers = get_teaching([session.pk]).get(session.pk, ())
    return [
        learner
        for learner in learners
        if learner.user_id not in trainers and is_in_audience(session, learner, chosen)
    ]


def is_meant_for(session: Session, user: Any) -> bool:
    """Tell whether a session concerns a person: they are in its audience, or on its roll."""
    learners = get_host().learners(session.unit.course_key, user_ids=[user.pk])
    chosen = get_chosen(session.unit, [user.pk]) if session.audience else NOBODY_CHOSE
    if any(is_in_audience(session, learner, chosen) for learner in learners):
        return True
    return AttendanceRecord.objects.filter(session=session, user=user).exists()


def get_teaching(
    session_ids: Collection[uuid.UUID], user_ids: Collection[int] | None = None
) -> Mapping[uuid.UUID, Collection[int]]:
    """Return who (of all, or of these) is invited to take the roll of each session; one query."""
    invitations = SessionTrainer.objects.filter(session__in=session_ids, revoked_at__isnull=True)
    if user_ids is not None:
        invitations = invitations.filter(user_id__in=user_ids)
    teaching: dict[uuid.UUID, set[int]] = defaultdict(set)
    for session_id, user_id in invitations.values_list("session_id", "user_id"):
        teaching[session_id].add(user_id)
    return teaching


def get_chosen(unit: BlendedUnit, user_ids: Collection[int] | None = None) -> Chosen:
    """Return which occurrences of a unit learners (all, or these) chose instead; one query."""
    notices = AbsenceNotice.objects.filter(instead__unit=unit, withdrawn_at__isnull=True)
    if user_ids is not None:
        notices = notices.filter(user_id__in=user_ids)
    chosen: dict[int, set[str]] = defaultdict(set)
    for notice in notices.select_related("instead"):
        assert notice.instead is not None
        chosen[notice.user_id].add(notice.instead.occurrence_key)
    return chosen


def freeze_roster(session: Session, learners: Collection[Learner]) -> list[AttendanceRecord]:
    """Return the new rows of the roster; somebody recorded before keeps their row."""
    known = set(AttendanceRecord.objects.filter(session=session).values_list("user_id", flat=True))
    return [
        AttendanceRecord(session=session, user_id=learner.user_id)
        for learner in learners
        if learner.user_id not in known
    ]
