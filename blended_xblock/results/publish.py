"""Hands scores and completions to the host, as they are true when it runs.

It may run late, twice, or beside another run for the same learner. So it does not trust what it was
called for: it reads, publishes, and reads again; whoever publishes last has seen the last change.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from django.utils import timezone

from blended_xblock.attendance.statuses import meanings_of
from blended_xblock.design import Status
from blended_xblock.gate.standing import outcome_at
from blended_xblock.hosts import get_host
from blended_xblock.models import AttendanceRecord, BlendedUnit, Standing
from blended_xblock.results.score import Score, score_of

log = logging.getLogger(__name__)

_ROUNDS: Final = 5


@dataclass(frozen=True, slots=True)
class Result:
    """What others should keep of one learner; ``is_done`` where they took part or were waived."""

    score: Score | None
    is_done: bool


def publish_results(unit_id: int, user_ids: Collection[int]) -> list[int]:
    """Publish these learners' scores and completions; return those for whom it failed.

    One learner's failure is logged and keeps nobody else from theirs. The results of a unit that is
    no longer published stay as they are.
    """
    unit = BlendedUnit.objects.filter(pk=unit_id, is_active=True).first()
    if unit is None:
        return []
    failed: dict[int, None] = {}
    pending = set(user_ids)
    published: dict[int, Result] = {}
    for _round in range(_ROUNDS):
        results = results_of(unit, pending)
        for user_id in sorted(pending):
            if published.get(user_id) == results[user_id] or user_id in failed:
                continue
            try:
                _publish(unit, user_id, results[user_id])
            except Exception:
                log.exception(
                    "The result of user %s in %s was not published.", user_id, unit.usage_key
                )
                failed[user_id] = None
            published[user_id] = results[user_id]
        now = results_of(unit, pending)
        pending = {user_id for user_id in pending if now[user_id] != published[user_id]}
        if not pending:
            break
    return [*failed, *pending]


def results_of(unit: BlendedUnit, user_ids: Collection[int]) -> dict[int, Result]:
    """Return what is true of these learners now; two queries, however many they are."""
    meanings = meanings_of(unit)
    marked: dict[int, list[Status]] = defaultdict(list)
    records = AttendanceRecord.objects.filter(
        session__unit=unit, user_id__in=user_ids, status__isnull=False
    ).select_related("session")
    for record in records:
        status = meanings[str(record.status)]
        # As in the standing: a session taken off the plan asks nothing, but what people did stays.
        if record.session.is_live or status.attended:
            marked[record.user_id].append(status)
    now = timezone.now()
    done = {
        row.user_id
        for row in Standing.objects.filter(unit=unit, user_id__in=user_ids)
        if outcome_at(row, now) == "met"
    }
    return {
        user_id: Result(score_of(marked[user_id], unit.weight), user_id in done)
        for user_id in user_ids
    }


def _publish(unit: BlendedUnit, user_id: int, result: Result) -> None:
    host = get_host()
    host.publish_score(unit.course_key, unit.usage_key, user_id, result.score)
    host.publish_completion(unit.course_key, unit.usage_key, user_id, float(result.is_done))
    host.forget_navigation(unit.course_key, user_id)
