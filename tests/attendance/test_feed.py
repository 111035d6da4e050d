"""A page that asks every few seconds hears of everything once, and of nothing else."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from blended_xblock import api
from blended_xblock.attendance.feed import get_cursor
from tests import factories as f

pytestmark = pytest.mark.usefixtures("course")


@pytest.fixture(autouse=True)
def _open(course, trainer, ana, ben) -> None:
    api.open_roll(f.session_id(), actor=trainer)


def since(cursor: int) -> api.Changes:
    return api.changes_since(f.session(), cursor)


def test_nothing_new_is_nothing(trainer, ana) -> None:
    f.give(trainer, [api.Mark(ana.pk, "P")])
    cursor = get_cursor(f.session())
    changes = since(cursor)
    assert (changes.cursor, changes.user_ids, changes.roll_state) == (cursor, frozenset(), "open")


def test_what_changed_since_is_told_once(trainer, ana, ben) -> None:
    assert get_cursor(f.session()) == 0
    f.give(trainer, [api.Mark(ana.pk, "P")])
    first = since(0)
    assert first.user_ids == {ana.pk}
    f.give(trainer, [api.Mark(ben.pk, "P")])
    second = since(first.cursor)
    assert second.user_ids == {ben.pk}
    assert since(second.cursor).user_ids == frozenset()


def test_everything_that_touches_a_record_is_told(trainer, ana, ben, clock) -> None:
    """Also a mark that lost, or that said what stood: both raise the revision."""
    colleague = f.person("colleague", f.Role.TRAINER)

    def told(work: Any) -> frozenset[int]:
        cursor = get_cursor(f.session())
        work()
        return since(cursor).user_ids

    earlier = timezone.now() - timedelta(minutes=5)
    assert told(lambda: f.give(colleague, [api.Mark(ana.pk, "A", base=0)])) == {ana.pk}
    assert told(lambda: f.give(trainer, [api.Mark(ana.pk, "P", base=0, at=earlier)])) == {ana.pk}
    assert told(lambda: f.give(trainer, [api.Mark(ana.pk, "A", base=2)])) == {ana.pk}
    assert told(lambda: api.close_roll(f.session_id(), actor=trainer)) == {ben.pk}
    reopen = {"actor": trainer, "undo_absences": True}
    assert told(lambda: api.reopen_roll(f.session_id(), **reopen)) == {ben.pk}


def test_conflicts_and_the_state_of_the_roll_are_told_each_time(trainer, ana) -> None:
    f.give(f.person("colleague", f.Role.TRAINER), [api.Mark(ana.pk, "A", base=0)])
    f.give(trainer, [api.Mark(ana.pk, "P", base=0)])
    changes = since(get_cursor(f.session()))
    assert [conflict.user_id for conflict in changes.conflicts] == [ana.pk]
    api.settle_conflict(f.session_id(), changes.conflicts[0].id, "standing", actor=trainer)
    assert since(changes.cursor).conflicts == ()
    api.close_roll(f.session_id(), actor=trainer)
    assert since(changes.cursor).roll_state == "closed"


def test_other_sessions_are_not_told_of(trainer, ana) -> None:
    f.redesign(sessions=[f.meeting(1), f.meeting(2)])
    f.publish()
    f.take_roll(trainer, {ana: "P"}, 2)
    assert since(0).user_ids == frozenset()
    assert get_cursor(f.session()) == 0
