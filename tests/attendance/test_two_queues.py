"""Any two queues, in any order, against the rules said as simply as they can be."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from blended_xblock import api
from blended_xblock.models import AttendanceChange, MarkConflict
from tests import factories as f

MARKS = 200
LEARNERS = 5
said_by_two = st.lists(
    st.tuples(
        st.integers(0, 1),
        st.integers(0, LEARNERS - 1),
        st.sampled_from("PLA"),
        st.integers(0, 59),
    ),
    min_size=MARKS,
    max_size=MARKS,
)
"""For each mark: which device, which learner, the status, and how many minutes ago."""


@dataclass
class Told:
    """One learner as the rules have it."""

    status: str | None = None
    by: int | None = None
    at: datetime | None = None
    revision: int = 0
    disputes: int = 0

    def hear(self, mark: api.Mark, by: int) -> bool:
        """Return whether the mark was applied."""
        assert mark.at is not None
        knew = mark.base == self.revision
        newer_there = self.at is not None and self.at > mark.at
        self.revision += 1
        if knew:
            self.disputes = 0
        if mark.status == self.status:
            return True
        if not knew and self.status is not None and (self.by != by or newer_there):
            self.disputes += 1
        if not knew and newer_there:
            return False
        self.status, self.by, self.at = mark.status, by, mark.at
        return True


@pytest.fixture
def users(course, trainer) -> list[Any]:
    people = f.crowd(LEARNERS)
    api.open_roll(f.session_id(), actor=trainer)
    return people


@settings(
    max_examples=10,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(said=said_by_two, cuts=st.lists(st.integers(1, 40), min_size=1), is_same=st.booleans())
def test_none_is_lost_none_is_doubled_and_times_are_kept(
    trainer, users, said, cuts, is_same
) -> None:
    """Two devices, of two people or of one, send what they queued in pieces, each piece twice."""
    actors = (trainer, trainer if is_same else f.person("colleague", f.Role.TRAINER))
    with transaction.atomic():
        _send_and_compare(actors, users, said, cuts)
        transaction.set_rollback(True)
    if not is_same:
        actors[1].delete()


def _send_and_compare(actors: Any, users: list[Any], said: list[Any], cuts: list[int]) -> None:
    queues = _queues(users, said)
    rules = {user.pk: Told() for user in users}
    applied: dict[str | None, bool] = {}
    turn = 0
    while any(queues):
        device = turn % 2 if queues[turn % 2] else 1 - turn % 2
        queue, size = queues[device], cuts[turn % len(cuts)]
        piece, queue[:] = queue[:size], queue[size:]
        f.give(actors[device], piece)
        again = f.give(actors[device], piece)
        assert (again.recorded, again.conflicts, len(again.repeated)) == ((), (), len(piece))
        for mark in piece:
            applied[mark.request_key] = rules[mark.user_id].hear(mark, actors[device].pk)
        turn += 1
    lines = {line.request_key: line for line in AttendanceChange.objects.all()}
    assert len(lines) == AttendanceChange.objects.count() == MARKS
    assert {key: line.is_applied for key, line in lines.items()} == applied
    assert all(lines[str(n)].at == _ago(minutes) for n, (*_who, minutes) in enumerate(said))
    for user in users:
        record, rule = f.record(user), rules[user.pk]
        assert (record.status, record.revision) == (rule.status, rule.revision)
        disputes = MarkConflict.objects.filter(user=user, settled_at=None)
        assert disputes.count() == rule.disputes


def _queues(users: list[Any], said: list[Any]) -> tuple[list[api.Mark], list[api.Mark]]:
    """Return what each device queued: it saw the roll before anybody marked, and counts along."""
    queues: tuple[list[api.Mark], list[api.Mark]] = ([], [])
    bases: dict[tuple[int, int], int] = {}
    for n, (device, who, status, minutes) in enumerate(said):
        base = bases.get((device, who), 0)
        bases[device, who] = base + 1
        queues[device].append(
            api.Mark(users[who].pk, status, base=base, at=_ago(minutes), request_key=str(n))
        )
    return queues


def _ago(minutes: int) -> datetime:
    return timezone.now() - timedelta(minutes=minutes)
