"""A waiver opens at once, can be taken back, and is never forgotten."""

from __future__ import annotations

import pytest

from blended_xblock import api
from blended_xblock.errors import InvalidInputError, NotFoundError
from blended_xblock.models import Standing, Waiver
from tests import factories as f

pytestmark = pytest.mark.django_db
WEEK = [{"block": "sequence_demo@after", "delay_days": 7}]


@pytest.fixture(autouse=True)
def _course(clock) -> None:
    f.build_course(unit=f.design(follow_ups=WEEK))


def grant(user, actor, reason: str = "Was ill, did the exercises with me.") -> Waiver:
    return api.grant_waiver(f.unit_key(), user.pk, actor=actor, reason=reason)


def test_a_waiver_opens_at_once_whatever_the_delay(trainer, ana, ben) -> None:
    grant(ana, trainer)
    assert api.is_open(f.AFTER, ana.pk)
    assert not api.is_open(f.AFTER, ben.pk)
    report = api.get_standing(f.unit_key(), ana.pk)
    assert report.outcome == "met"
    assert report.reason == "Your course team opened this for you."
    assert not report.row.is_met, "a waiver is not attendance"


def test_a_waiver_survives_marks_and_the_close_of_the_roll(trainer, ana) -> None:
    grant(ana, trainer)
    f.take_roll(trainer, {ana: "A"})
    api.close_roll(f.session_id(), actor=trainer)
    f.publish()
    assert api.is_open(f.AFTER, ana.pk)


def test_granting_twice_is_one_waiver(trainer, ana) -> None:
    first = grant(ana, trainer)
    again = grant(ana, f.person("colleague", f.Role.TRAINER), "Another reason.")
    assert again == first
    assert Waiver.objects.get().reason == "Was ill, did the exercises with me."


def test_revoked_granted_again_and_all_of_it_kept(trainer, ana, clock) -> None:
    grant(ana, trainer)
    clock.tick(60)
    revoked = api.revoke_waiver(f.unit_key(), ana.pk, actor=trainer)
    assert (revoked.revoked_by, revoked.revoked_at is not None) == (trainer, True)
    assert not api.is_open(f.AFTER, ana.pk)
    clock.tick(60)
    grant(ana, trainer, "After all.")
    assert api.is_open(f.AFTER, ana.pk)
    assert [w.reason for w in Waiver.objects.all()] == [
        "After all.",
        "Was ill, did the exercises with me.",
    ]


def test_after_a_revocation_attendance_still_opens(trainer, ana, clock) -> None:
    f.take_roll(trainer, {ana: "P"})
    grant(ana, trainer)
    api.revoke_waiver(f.unit_key(), ana.pk, actor=trainer)
    assert not api.is_open(f.AFTER, ana.pk), "the delay counts again"
    clock.move_to("2026-05-19T10:00Z")
    assert api.is_open(f.AFTER, ana.pk)


def test_only_the_learner_named_is_decided_again(trainer, ana, ben, clock) -> None:
    f.take_roll(trainer, {})
    before = Standing.objects.values().get(user=ben)
    clock.tick(60)
    grant(ana, trainer)
    assert Standing.objects.values().get(user=ben) == before


@pytest.mark.parametrize("reason", ["", "   \n", "x" * 2001, "\ud800"])
def test_a_reason_is_asked_for(trainer, ana, reason) -> None:
    before = f.written()
    with pytest.raises(InvalidInputError):
        grant(ana, trainer, reason)
    assert f.written() == before


def test_nobody_but_learners_of_the_course_gets_one(trainer) -> None:
    before = f.written()
    for stranger in (f.person("x", course=f.OTHER_COURSE), f.person("g", f.Role.GUEST)):
        with pytest.raises(NotFoundError):
            grant(stranger, trainer)
    with pytest.raises(NotFoundError):
        api.grant_waiver(f.unit_key(), 10**6, actor=trainer, reason="Who?")
    assert f.written() == before


def test_there_is_nothing_to_take_back_twice(trainer, ana) -> None:
    grant(ana, trainer)
    api.revoke_waiver(f.unit_key(), ana.pk, actor=trainer)
    with pytest.raises(NotFoundError):
        api.revoke_waiver(f.unit_key(), ana.pk, actor=trainer)


def test_a_waiver_holds_for_its_own_unit_only(trainer, ana, clock) -> None:
    f.build_course(unit=f.design(follow_ups=WEEK), other=f.design(f.meeting(2), follow_ups=WEEK))
    grant(ana, trainer)
    assert not api.is_open(f.AFTER, ana.pk)
    api.grant_waiver(f.unit_key("other"), ana.pk, actor=trainer, reason="That one too.")
    assert api.is_open(f.AFTER, ana.pk)


@pytest.mark.parametrize(
    "call",
    [
        lambda user, actor: api.grant_waiver("no-unit", user.pk, actor=actor, reason="x"),
        lambda user, actor: api.revoke_waiver("no-unit", user.pk, actor=actor),
    ],
)
def test_an_unknown_unit_is_not_found(trainer, ana, call) -> None:
    with pytest.raises(NotFoundError):
        call(ana, trainer)
