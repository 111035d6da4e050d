"""Standings: the rule's verdict for each learner, kept where a request can read it in one query."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone

from blended_xblock import models
from blended_xblock.attendance.roster import is_in_audience
from blended_xblock.design import Design, Status
from blended_xblock.gate.rule import Mark, SessionFact, Verdict, evaluate
from blended_xblock.hosts import get_host
from blended_xblock.hosts.base import Learner
from blended_xblock.sets import by_user, insert_many, update_grouped

Outcome = Literal["met", "pending", "not_met"]

_COLUMNS = (
    "is_met",
    "is_waived",
    "counted_from",
    "pending_from",
    "openings",
    "zone",
    "figures",
)


@dataclass(frozen=True, slots=True)
class Opening:
    """Whether and from when a follow-up opens, as far as is known now (UTC)."""

    is_open: bool
    opens_at: datetime | None


def outcome_at(row: models.Standing, now: datetime) -> Outcome:
    """Return the outcome at ``now``: time alone turns *not met* into *pending*."""
    if row.is_met or row.is_waived:
        return "met"
    if row.pending_from is not None and row.pending_from <= now:
        return "pending"
    return "not_met"


def opening_at(row: models.Standing, delay_days: int, now: datetime) -> Opening:
    """Return whether a follow-up with this delay is open at ``now``, and since or from when.

    A waiver opens at once. Otherwise days of delay are counted on the wall clock of the session
    attended, so that seven days after 12:30 is 12:30 across a clock change too. Without a delay a
    follow-up opens with the mark itself, not at the end of a session that still runs.
    """
    if row.is_waived:
        return Opening(is_open=True, opens_at=None)
    instants = [_opens_at(way, delay_days) for way in row.openings]
    opens_at = min(instants, default=None)
    if opens_at is None:
        return Opening(is_open=False, opens_at=None)
    if row.is_met and not delay_days:
        return Opening(is_open=True, opens_at=opens_at)
    # Before a session is over nobody is owed a date for it: they may yet be marked absent.
    is_owed = row.is_met or (row.pending_from is not None and row.pending_from <= now)
    return Opening(is_open=opens_at <= now, opens_at=opens_at if is_owed else None)


def _opens_at(way: Mapping[str, Any], delay_days: int) -> datetime:
    counted_from = datetime.fromisoformat(way["counted_from"])
    delayed = _after_days(counted_from, way["zone"], delay_days) if delay_days else None
    if way["due"] is None:
        return delayed or counted_from
    due = datetime.fromisoformat(way["due"])
    return max(due, delayed) if delayed else due


def _after_days(instant: datetime, zone: str, days: int) -> datetime:
    wall = instant.astimezone(ZoneInfo(zone)) + timedelta(days=days)
    return wall.astimezone(ZoneInfo("UTC"))


def recompute(unit: models.BlendedUnit, user_ids: Collection[int]) -> None:
    """Write the standing of exactly these learners; call it in the transaction of the change."""
    users = set(user_ids)
    if not users:
        return
    now = timezone.now()
    existing = by_user(models.Standing.objects.filter(unit=unit, user_id__in=users))
    created: list[models.Standing] = []
    changed: dict[int, dict[str, Any]] = {}
    for user_id, values in _computed(unit, users).items():
        row = existing.get(user_id)
        if row is None:
            created.append(models.Standing(unit=unit, user_id=user_id, updated_at=now, **values))
        elif any(getattr(row, name) != values[name] for name in _COLUMNS):
            changed[row.pk] = values | {"updated_at": now}
    insert_many(created)
    update_grouped(models.Standing, changed)


@transaction.atomic
def learners_changed(course_key: str, user_ids: Collection[int]) -> None:
    """Decide again for learners who enrolled, left or changed cohort; the host says when.

    Who is expected at a session whose roll is not opened yet depends on it; opened rolls do not.
    """
    users = set(user_ids)
    units = models.BlendedUnit.objects.select_for_update().filter(
        course_key=course_key, is_active=True
    )
    for unit in units:
        known = models.Standing.objects.filter(unit=unit, user_id__in=users)
        recompute(unit, known.values_list("user_id", flat=True))


def compute(unit: models.BlendedUnit, user_id: int) -> models.Standing:
    """Return an unsaved standing of a learner about whom nothing was recorded yet."""
    values = _computed(unit, {user_id})[user_id]
    return models.Standing(unit=unit, user_id=user_id, updated_at=timezone.now(), **values)


def _computed(unit: models.BlendedUnit, users: set[int]) -> dict[int, dict[str, Any]]:
    design = Design.from_dict(unit.design)
    sessions = {
        session.id: session
        for session in models.Session.objects.filter(unit=unit).exclude(
            state=models.Session.State.DRAFT
        )
    }
    facts = _facts(unit, design, sessions.values(), users)
    waived = set(
        models.Waiver.objects.filter(
            unit=unit, user_id__in=users, revoked_at__isnull=True
        ).values_list("user_id", flat=True)
    )
    zones = {str(session.id): session.timezone for session in sessions.values()}
    return {
        user_id: _columns(
            evaluate(design.rule, design.gate, facts[user_id]), zones, is_waived=user_id in waived
        )
        for user_id in users
    }


def _columns(verdict: Verdict, zones: Mapping[str, str], *, is_waived: bool) -> dict[str, Any]:
    session = verdict.counted_session or verdict.pending_session
    return {
        "is_met": verdict.is_met,
        "is_waived": is_waived,
        "counted_from": verdict.counted_from,
        "pending_from": verdict.pending_from,
        "openings": [
            {
                "due": way.due.isoformat() if way.due else None,
                "counted_from": way.counted_from.isoformat(),
                "zone": zones[way.session_id],
            }
            for way in verdict.openings
        ],
        "zone": zones[session] if session else "UTC",
        "figures": dataclasses.asdict(verdict.figures),
    }


def _facts(
    unit: models.BlendedUnit,
    design: Design,
    sessions: Iterable[models.Session],
    users: set[int],
) -> dict[int, list[SessionFact]]:
    """Return what is known of each learner: one fact for each session expected or attended.

    A cancelled or removed session is only a fact for somebody who attended it: what people did
    stays, what they can no longer do asks nothing of them.
    """
    statuses = _meanings(unit, design)
    facts: dict[int, list[SessionFact]] = defaultdict(list)
    by_id = {session.id: session for session in sessions}
    for record in models.AttendanceRecord.objects.filter(
        session__in=by_id.keys(), user_id__in=users
    ).only("session_id", "user_id", "status", "minutes", "modality", "is_expected"):
        session = by_id[record.session_id]
        mark = _mark(record, statuses)
        if (mark and mark.is_attended) or (
            session.is_live and (mark is not None or record.is_expected)
        ):
            facts[record.user_id].append(_fact(session, mark, is_expected=record.is_expected))
    ahead = [
        session
        for session in by_id.values()
        if session.is_live and session.roll_state == models.Session.Roll.NOT_OPENED
    ]
    if ahead:
        for learner in _learners(unit, users):
            done = {fact.session_id for fact in facts[learner.user_id]}
            facts[learner.user_id] += [
                _fact(session, None)
                for session in ahead
                if str(session.id) not in done and is_in_audience(session, learner)
            ]
    return facts


def _meanings(unit: models.BlendedUnit, design: Design) -> dict[str, Status]:
    """Return every status a record may bear: today's, and those withdrawn since."""
    retired = [Status(**status) for status in unit.retired_statuses]
    return {status.code: status for status in (*retired, *design.effective_statuses)}


def _learners(unit: models.BlendedUnit, users: set[int]) -> list[Learner]:
    return get_host().learners(unit.course_key, user_ids=users)


def _fact(session: models.Session, mark: Mark | None, *, is_expected: bool = True) -> SessionFact:
    return SessionFact(
        session_id=str(session.id),
        occurrence=session.occurrence_key,
        ends_at=session.ends_at,
        length=int((session.ends_at - session.starts_at).total_seconds()) // 60,
        mark=mark,
        is_expected=is_expected,
    )


def _mark(record: models.AttendanceRecord, statuses: Mapping[str, Status]) -> Mark | None:
    if record.status is None:
        return None
    status = statuses[record.status]
    return Mark(
        is_attended=status.attended,
        is_counted=status.counted,
        minutes=record.minutes,
        is_live=record.modality != models.AttendanceRecord.Modality.RECORDING,
    )
