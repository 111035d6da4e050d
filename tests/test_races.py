"""Two people at the same moment: one roster, one record, and both of what they said.

These need a database that several connections share: set BLENDED_TEST_DATABASE_URL to MariaDB.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from blended_xblock import api
from blended_xblock.models import (
    AttendanceChange,
    AttendanceRecord,
    BlendedUnit,
    Session,
    Waiver,
)
from blended_xblock.workbench.models import CampusEnrollment
from tests import factories as f

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        "not os.environ.get('BLENDED_TEST_DATABASE_URL', '').startswith('mysql')",
        reason="SQLite has one writer: to run races, set BLENDED_TEST_DATABASE_URL to MariaDB",
    ),
]
ROUNDS = 5


def together(*calls: Callable[[], Any]) -> list[Any]:
    """Run the calls at the same time, each with its own connection; return results or errors."""
    start = threading.Barrier(len(calls))
    results: list[Any] = [None] * len(calls)

    def run(i: int, call: Callable[[], Any]) -> None:
        try:
            start.wait(timeout=20)
            results[i] = call()
        except Exception as error:
            results[i] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=each) for each in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert not any(thread.is_alive() for thread in threads), "they wait for each other for ever"
    return results


def errors(results: list[Any]) -> list[Any]:
    return [result for result in results if isinstance(result, Exception)]


@pytest.fixture
def people(course) -> list:
    return [f.person(f"learner{i}") for i in range(20)]


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_opened_by_two_at_once_there_is_one_roster(trainer, people, _round) -> None:
    colleague = f.person("colleague", f.Role.TRAINER)
    results = together(
        *(lambda a=a: api.open_roll(f.session_id(), actor=a) for a in (trainer, colleague) * 2)
    )
    assert errors(results) == []
    assert len(set(results)) == 1
    assert AttendanceRecord.objects.count() == len(people)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_the_same_key_at_once_is_recorded_once(trainer, people, _round) -> None:
    api.open_roll(f.session_id(), actor=trainer)
    marks = [api.Mark(user.pk, "P", request_key=f"k{user.pk}") for user in people]
    results = together(*(lambda: f.give(trainer, marks) for _ in range(4)))
    assert errors(results) == []
    assert sum(len(report.recorded) for report in results) == len(people)
    assert AttendanceChange.objects.count() == len(people)
    assert set(AttendanceRecord.objects.values_list("revision", flat=True)) == {1}


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_two_rolls_of_one_unit_at_once_both_count(trainer, people, _round) -> None:
    f.redesign(sessions=[f.meeting(1), f.meeting(2)], rule={"kind": "sessions", "at_least": 2})
    f.publish()
    for n in (1, 2):
        api.open_roll(f.session_id(n), actor=trainer)
    marks = [api.Mark(user.pk, "P") for user in people]
    results = together(*(lambda n=n: f.give(trainer, marks, n) for n in (1, 2)))
    assert errors(results) == []
    assert [f.standing(user).is_met for user in people] == [True] * len(people)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_two_rolls_opened_and_closed_at_once_decide_for_both(trainer, people, _round) -> None:
    f.redesign(sessions=[f.meeting(1), f.meeting(2)])
    f.publish()
    together(*(lambda n=n: api.open_roll(f.session_id(n), actor=trainer) for n in (1, 2)))
    results = together(
        *(lambda n=n: api.close_roll(f.session_id(n), actor=trainer) for n in (1, 2))
    )
    assert errors(results) == []
    assert {f.standing(user).figures["counted"] for user in people} == {2}
    assert {f.standing(user).pending_from for user in people} == {None}


def test_two_walk_ins_at_once_are_one_row_each(trainer, people) -> None:
    api.open_roll(f.session_id(), actor=trainer)
    late = [f.person(f"late{i}") for i in range(5)]
    marks = [api.Mark(user.pk, "P") for user in late]
    assert errors(together(*(lambda: f.give(trainer, marks) for _ in range(4)))) == []
    assert AttendanceRecord.objects.filter(is_expected=False).count() == 5


def test_granted_twice_at_once_is_one_waiver(trainer, people) -> None:
    results = together(
        *(
            lambda: api.grant_waiver(f.unit_key(), people[0].pk, actor=trainer, reason="x")
            for _ in range(4)
        )
    )
    assert errors(results) == []
    assert Waiver.objects.count() == 1


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_a_change_published_twice_at_once_is_one_change(course, _round) -> None:
    f.redesign(sessions=[f.meeting(1, title="Renamed"), *(f.meeting(n) for n in range(2, 9))])
    results = together(*(f.publish for _ in range(3)))
    assert errors(results) == []
    assert sorted(report.added for report in results) == [0, 0, 7]
    assert f.session().revision == 1


def test_published_twice_at_once_is_published_once(course, clock) -> None:
    Session.objects.all().delete()
    BlendedUnit.objects.all().delete()
    results = together(*(f.publish for _ in range(3)))
    assert errors(results) == []
    assert BlendedUnit.objects.filter(usage_key=f.unit_key()).count() == 1
    assert Session.objects.filter(unit__usage_key=f.unit_key()).count() == 1


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_a_publish_and_a_roll_at_once_leave_nobody_undecided(trainer, people, _round) -> None:
    api.open_roll(f.session_id(), actor=trainer)
    f.redesign(rule={"kind": "sessions", "at_least": 2}, sessions=[f.meeting(1), f.meeting(2)])
    marks = [api.Mark(user.pk, "P") for user in people]
    results = together(lambda: f.give(trainer, marks), f.publish)
    assert errors(results) == []
    assert {f.standing(user).is_met for user in people} == {False}, (
        "two are asked for, one was given"
    )
    CampusEnrollment.objects.all().delete()
