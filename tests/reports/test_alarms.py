"""What waits: each alarm where it is due and nowhere else, the most urgent first."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from blended_xblock import api, jobs
from blended_xblock.models import AbsenceNotice, Appeal, CheckInAttempt, Session, SessionTrainer
from blended_xblock.reports.alarms import Alarm, list_alarms
from blended_xblock.reports.waiting import count_waiting
from tests import factories as f
from tests.ask import ask
from tests.counting import Counted
from tests.room import fill_the_room

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _three_sessions(clock) -> None:
    f.build_course(unit=f.design(f.meeting(1), f.meeting(2), f.meeting(3, audience=["Paris"])))


def alarms(**kwargs: Any) -> list[Alarm]:
    unit = f.unit()
    sessions = list(Session.objects.select_related("unit").filter(unit=unit))
    return list(list_alarms(unit, sessions, timezone.now(), **kwargs))


def kinds() -> list[tuple[str, int]]:
    return [(one.kind, one.n) for one in alarms()]


def test_where_nothing_waits_nothing_is_said(ana, trainer) -> None:
    assert alarms(with_jobs=True) == []
    f.take_roll(trainer, {ana: "P"})
    assert alarms(with_jobs=True) == []


def test_a_roll_that_was_not_taken_says_who_waits(ana, ben, clock) -> None:
    clock.move_to(f.session().ends_at)
    (one,) = alarms()
    assert (one.kind, one.n, one.session_id) == ("not_taken", 2, f.session_id())
    assert one.title == "Workshop 1, Tue 12 May"
    assert one.sentence == "The roll was not taken: 2 learners wait for it."
    api.grant_waiver(f.unit_key(), ana.pk, actor=None, reason="Was ill.")
    assert kinds() == [("not_taken", 1)], "who was waived waits for nothing"


def test_a_roll_may_stay_open_for_two_hours(ana, ben, trainer, clock) -> None:
    f.take_roll(trainer, {ana: "P"})
    clock.move_to(f.session().ends_at + timedelta(minutes=119))
    assert alarms() == []
    clock.tick(timedelta(minutes=1))
    (one,) = alarms()
    assert (one.kind, one.n) == ("still_open", 1)
    assert one.sentence == "The roll is still open: 1 learner is not marked and waits."
    f.give(trainer, [api.Mark(ben.pk, "P")])
    assert [(one.n, one.advice) for one in alarms()] == [(0, "Close the roll.")]
    api.close_roll(f.session_id(), actor=trainer)
    assert alarms() == []


def test_a_session_that_is_off_asks_for_no_roll(ana, clock) -> None:
    clock.move_to(f.session().ends_at)
    for state in ("cancelled", "removed", "draft"):
        Session.objects.filter(pk=f.session_id()).update(state=state)
        assert alarms() == [], state


def test_who_met_the_rule_elsewhere_waits_for_no_roll(ana, ben, trainer, clock) -> None:
    f.take_roll(trainer, {ana: "P"})
    api.close_roll(f.session_id(), actor=trainer)
    clock.move_to(f.session(2).ends_at)
    assert count_waiting(f.unit(), [f.session(2)], timezone.now()) == {f.session_id(2): 1}


def test_all_kinds_stand_in_the_order_of_their_urgency(ana, ben, trainer, clock) -> None:
    f.take_roll(trainer, {ana: "P"}, 1)
    api.open_roll(f.session_id(2), actor=trainer)
    now = timezone.now()
    second = f.session(2)
    fill_the_room(second, ana, trainer, "x")
    Appeal.objects.exclude(session=second).delete()
    AbsenceNotice.objects.all().delete()
    AbsenceNotice.objects.create(session=f.session(3), user=ben, announced_at=now)
    CheckInAttempt.objects.all().delete()
    for user in (ana, ben):
        CheckInAttempt.objects.create(
            session=second, user=user, at=now, method="scan", outcome="accepted", device="d"
        )
    jobs.keep_failure("blended_xblock.sync_course", [f.COURSE], KeyError(), course_key=f.COURSE)
    clock.move_to(f.session().ends_at + timedelta(hours=3))
    found = alarms(with_jobs=True)
    assert [one.kind for one in found] == [
        "still_open",
        "job",
        "conflict",
        "appeal",
        "anomaly",
        "absence",
    ]
    assert all(one.sentence and one.advice for one in found)
    assert "job" not in [one.kind for one in alarms()]


def test_what_was_withdrawn_or_is_over_waits_for_nobody(ana, trainer, clock) -> None:
    now = timezone.now()
    notice = AbsenceNotice.objects.create(session=f.session(2), user=ana, announced_at=now)
    assert kinds() == [("absence", 1)]
    notice.withdrawn_at = now
    notice.save()
    assert kinds() == []
    notice.withdrawn_at = None
    notice.save()
    f.take_roll(trainer, {ana: "E"}, 2)
    assert kinds() == []


def test_a_trainer_sees_what_waits_at_their_own_sessions(ana, clock) -> None:
    guest = f.person("guest", course=f.OTHER_COURSE)
    SessionTrainer.objects.create(session=f.session(2), user=guest)
    jobs.keep_failure("blended_xblock.sync_course", [f.COURSE], KeyError(), course_key=f.COURSE)
    clock.move_to(f.session(2).ends_at)
    staff = f.person("staff", f.Role.TRAINER)
    everything, own = ask(staff, "alarms").text, ask(guest, "alarms").text
    assert everything.count("data-kind-of") == 3
    assert own.count("data-kind-of") == 1
    assert "Workshop 2" in own
    assert "Workshop 1" not in own


@pytest.mark.parametrize("many", [2, 200])
def test_any_number_of_sessions_costs_the_same(many, trainer) -> None:
    f.redesign(sessions=[f.meeting(n, audience=["Paris"]) for n in range(1, many + 1)])
    f.publish()
    users = f.crowd(20, cohort="Paris")
    f.take_roll(trainer, dict.fromkeys(users[:3], "P"))
    for n in (1, 2):
        fill_the_room(f.session(n), users[n], trainer, "x")
    unit = f.unit()
    sessions = list(Session.objects.select_related("unit").filter(unit=unit))
    with Counted() as counted:
        found = list_alarms(unit, sessions, sessions[-1].ends_at, with_jobs=True)
    assert len(found) >= many
    assert counted.n <= 16, str(counted)
