"""What is put back is what was built, and only where the same would be built again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.test import override_settings

from blended_xblock import api
from tests import factories as f
from tests.ask import all_rows
from tests.remembered import remember

pytestmark = pytest.mark.django_db


class Building:
    """Builds a course with an open roll, counts how often, and says what is there afterwards."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.n = 0

    def again(self, prepare: Callable[[], Any] = lambda: None) -> tuple[Any, Any, int]:
        """Return the result, all rows, and how much waits for a commit; nothing of it stays."""
        with transaction.atomic():
            prepare()
            waited = len(connection.run_on_commit)
            result = remember(self.name, self.build)
            waiting = len(connection.run_on_commit) - waited
            found = result, all_rows(), waiting
            transaction.set_rollback(True)
        return found

    def build(self) -> dict[str, Any]:
        self.n += 1
        trainer = f.person("trainer", f.Role.TRAINER)
        f.build_course(unit=f.design(f.meeting(1), f.meeting(2)), other=f.design(f.meeting(3)))
        f.take_roll(trainer, {f.person("ana"): "P", f.person("ben"): None})
        return {"trainer": trainer, "sessions": [f.session_id(1), f.session_id(2)]}


@pytest.fixture
def building(request: pytest.FixtureRequest) -> Building:
    return Building(request.node.nodeid)


@pytest.fixture
def known(clock, building: Building) -> Building:
    """Return what was built often enough to be put back; from now on it counts."""
    building.again()
    building.again()
    building.n = 0
    return building


def test_what_is_put_back_is_what_was_built(clock, building) -> None:
    building.again()
    built = building.again()
    n = building.n
    assert len(built[1]["AttendanceRecord"]) == 2
    assert built[2] > 0
    assert (building.again(), building.n) == (built, n)


def test_what_one_test_does_to_a_result_no_other_sees(known) -> None:
    known.again()[0]["sessions"].clear()
    assert (len(known.again()[0]["sessions"]), known.n) == (2, 0)


def test_what_is_put_back_can_be_worked_with(known) -> None:
    remember(known.name, known.build)
    ana = get_user_model().objects.get(username="ana")
    f.give(f.person("colleague", f.Role.TRAINER), [api.Mark(ana.pk, "A", base=1)])
    assert (f.record(ana).status, known.n) == ("A", 0)


def test_another_row_makes_it_real(known) -> None:
    known.again(lambda: f.person("cleo"))
    assert known.n == 1


def test_another_time_makes_it_real(known, clock) -> None:
    clock.tick(1)
    known.again()
    assert known.n == 1


def test_another_setting_makes_it_real(known) -> None:
    with override_settings(TIME_ZONE="Europe/Paris"):
        known.again()
    assert known.n == 1


def test_with_a_clock_that_runs_it_is_real(building) -> None:
    for _ in range(3):
        building.again()
    assert building.n == 3


@pytest.mark.django_db(transaction=True)
def test_what_outlives_a_transaction_is_real(clock, building) -> None:
    for _ in range(3):
        building.again()
    assert building.n == 3
