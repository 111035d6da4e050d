"""Guessing: five wrong codes and then a pause, for one learner and, more of them, for a room."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from blended_xblock import api
from blended_xblock.attendance.check_in.codes import is_typed_code
from blended_xblock.attendance.check_in.desk import find_desk
from blended_xblock.errors import WaitError, WrongCodeError
from blended_xblock.models import CheckInAttempt
from tests import factories as f
from tests.check_in import START, scan, typed


def a_wrong_code() -> str:
    secret, now = find_desk(f.session()).secret, timezone.now()
    return next(
        code
        for code in ("000000", "000001", "000002")
        if not is_typed_code(code, secret, f.session_id(), now=now, rotate_seconds=15)
    )


def guess(user, times: int = 1) -> None:
    for _ in range(times):
        with pytest.raises(WrongCodeError):
            typed(user, code=a_wrong_code())


def test_after_five_wrong_codes_a_learner_waits_even_with_the_right_one(desk, ana, clock) -> None:
    guess(ana, 4)
    clock.tick(60)
    guess(ana)
    with pytest.raises(WaitError, match="Wait 4 minutes"):
        typed(ana)
    assert f.record(ana).status is None
    clock.tick(239)
    with pytest.raises(WaitError, match="Wait 1 second, "):
        typed(ana)
    clock.tick(1)
    guess(ana, 4)
    with pytest.raises(WaitError, match="Wait 1 minute, "):
        typed(ana)
    clock.tick(60)
    assert typed(ana).is_new


def test_scanning_still_works_while_typing_has_to_wait(desk, ana) -> None:
    guess(ana, 5)
    assert scan(ana).is_new


def test_the_guesses_of_one_learner_stop_no_other_and_no_other_session(
    trainer, ana, ben, clock, db
) -> None:
    f.build_course(unit=f.design(f.meeting(1), f.meeting(2, start="2026-05-12T09:00")))
    clock.move_to(START)
    for n in (1, 2):
        api.set_desk(f.session_id(n), "open", actor=trainer)
    guess(ana, 5)
    assert typed(ben).is_new
    assert typed(ana, 2).is_new


def test_sixty_wrong_codes_a_minute_stop_typing_for_the_room_but_no_scan(desk, clock) -> None:
    crowd = f.crowd(13)
    for user in crowd[:12]:
        guess(user, 5)
    clock.tick(10)
    with pytest.raises(WaitError, match="Wait 50 seconds, "):
        typed(crowd[12])
    assert scan(crowd[12]).is_new
    clock.tick(50)
    assert typed(f.person("ann")).is_new


def test_wrong_scans_are_no_guesses(desk, ana) -> None:
    for _ in range(100):
        with pytest.raises(WrongCodeError):
            scan(ana, code="x" * 22)
    assert typed(ana).is_new


def test_while_waiting_a_script_fills_no_table(desk, ana) -> None:
    guess(ana, 5)
    for _ in range(50):
        with pytest.raises(WaitError):
            typed(ana)
    assert CheckInAttempt.objects.filter(user=ana, outcome="wait").count() == 1
    assert CheckInAttempt.objects.filter(user=ana).count() == 6


def test_a_script_that_is_another_device_each_time_fills_no_table(desk, ana) -> None:
    for n in range(50):
        with pytest.raises(WrongCodeError):
            scan(ana, code="x" * 22, device=f"{n:064x}")
    assert CheckInAttempt.objects.filter(user=ana).count() == 1


def test_a_learner_who_guesses_all_day_has_few_chances(desk, ana, trainer, clock) -> None:
    """The promise of the module's first lines: 180 guesses in three hours, whoever hurries."""
    api.set_desk(f.session_id(), "open", actor=trainer)
    until, made = timezone.now() + timedelta(hours=3), 0
    while timezone.now() < until:
        try:
            guess(ana)
            made += 1
        except WaitError:
            clock.tick(20)
    assert made <= 180
