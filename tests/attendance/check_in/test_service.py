"""Checking in: what is recorded, of whom, as what, and what never is."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from blended_xblock import api
from blended_xblock.errors import (
    CheckInClosedError,
    InvalidInputError,
    NotEnrolledError,
    TooEarlyError,
    TooLateError,
    WrongCodeError,
)
from blended_xblock.models import (
    AbsenceNotice,
    AttendanceChange,
    AttendanceRecord,
    CheckInAttempt,
    SessionTrainer,
)
from tests import factories as f
from tests.check_in import START, on_screen, scan, typed

STATUSES = [
    {"code": "X", "label": "Was there", "credit": 1, "attended": True, "counted": True},
    {"code": "Y", "label": "Was there late", "credit": 0.5, "attended": True, "counted": True},
    {"code": "N", "label": "Was not", "credit": 0, "attended": False, "counted": True},
]


def outcomes(user) -> list[str]:
    return list(CheckInAttempt.objects.filter(user=user).values_list("outcome", flat=True))


@pytest.mark.parametrize("way", [scan, typed])
def test_a_good_code_records_the_learner_as_they_are(desk, ana, way) -> None:
    done = way(ana)
    record = f.record(ana)
    assert (done.status.code, done.is_new, done.user_id) == ("P", True, ana.pk)
    assert "Present" in done.sentence
    assert (record.status, record.modality, record.source) == ("P", "room", "check_in")
    assert (record.recorded_by, record.recorded_at) == (ana, timezone.now())
    assert record.arrived_at == timezone.now()
    assert f.standing(ana).is_met
    assert outcomes(ana) == ["accepted"]


@pytest.mark.parametrize(
    ("minutes", "status"),
    [(-30, "P"), (-0.01, "P"), (0, "P"), (9.99, "P"), (10, "L"), (59.99, "L")],
)
def test_the_status_follows_the_clock(desk, ana, minutes, status) -> None:
    desk(minutes)
    assert scan(ana).status.code == status


def test_too_late_a_person_decides(desk, ana) -> None:
    desk(60)
    with pytest.raises(TooLateError, match="tell your trainer"):
        scan(ana)
    assert f.record(ana).status is None
    assert outcomes(ana) == ["too_late"]


@pytest.mark.parametrize(
    ("minutes", "status"), [(-1, "E"), (0, "D"), (4.9, "D"), (5, "P"), (20, "A"), (170, "A")]
)
def test_the_units_settings_name_a_status_for_each(desk, ana, trainer, minutes, status) -> None:
    f.redesign(
        check_in={
            "late_after": 5, "too_late_after": 20,
            "early": "E", "on_time": "D", "late": "P", "too_late": "A",
        }
    )  # fmt: skip
    f.publish()
    desk(minutes)
    assert scan(ana).status.code == status


@pytest.mark.parametrize(("minutes", "status"), [(-1, "X"), (0, "X"), (30, "X")])
def test_a_unit_with_its_own_statuses_gives_the_one_with_the_most_credit(
    desk, ana, minutes, status
) -> None:
    f.redesign(statuses=STATUSES[::-1])
    f.publish()
    desk(minutes)
    assert scan(ana).status.code == status


@pytest.mark.parametrize(
    ("mode", "modality"), [("in_person", "room"), ("hybrid", "room"), ("online", "remote")]
)
def test_how_somebody_is_here_follows_the_session(desk, ana, mode, modality) -> None:
    f.redesign(sessions=[f.meeting(mode=mode, join_url="https://meet.example.org/x")])
    f.publish()
    scan(ana)
    assert f.record(ana).modality == modality


# Once, whatever a learner does


def test_who_was_taken_off_the_roll_and_comes_again_is_recorded_again(desk, trainer) -> None:
    dan = f.person("dan")
    scan(dan)
    mark = api.Mark(dan.pk, None, modality="", note="")
    api.record_attendance(f.session_id(), [mark], actor=trainer)
    api.remove_from_roll(f.session_id(), dan.pk, actor=trainer)
    assert scan(dan).is_new
    assert f.record(dan).status == "P"


def test_a_second_tap_records_nothing_more(desk, ana) -> None:
    code = on_screen()[0]
    first = scan(ana, code=code)
    desk(2.1)
    again = scan(ana, code=code)
    assert (first.is_new, again.is_new) == (True, False)
    assert (again.status, again.at) == (first.status, first.at)
    assert AttendanceChange.objects.filter(user=ana).count() == 1
    assert f.record(ana).revision == 1
    assert outcomes(ana) == ["accepted", "already"]


def test_who_comes_back_later_stays_on_time(desk, ana) -> None:
    scan(ana)
    desk(30)
    assert scan(ana).status.code == "P"


def test_after_a_mark_was_taken_back_one_can_check_in_again(desk, ana, trainer) -> None:
    scan(ana)
    f.give(trainer, [api.Mark(ana.pk, None)])
    desk(12)
    assert scan(ana).is_new
    assert f.record(ana).status == "L"


# What an instructor said stands


@pytest.mark.parametrize(("status", "outcome"), [("L", "already"), ("A", "contradicted")])
def test_a_mark_of_an_instructor_is_never_overwritten(desk, ana, trainer, status, outcome) -> None:
    f.give(trainer, [api.Mark(ana.pk, status)])
    done = scan(ana)
    assert (done.status.code, done.is_new) == (status, False)
    assert ("trainer" in done.sentence) == (status == "A")
    record = f.record(ana)
    assert (record.status, record.recorded_by, record.source) == (status, trainer, "roll")
    assert outcomes(ana) == [outcome]


def test_everyone_present_is_recorded_already(desk, ana, trainer) -> None:
    api.record_unmarked(f.session_id(), "P", actor=trainer, source="everyone")
    assert not scan(ana).is_new
    assert f.record(ana).source == "everyone"


def test_who_announced_an_absence_may_come_all_the_same(desk, ana) -> None:
    AbsenceNotice.objects.create(session=f.session(), user=ana, announced_at=START)
    assert scan(ana).is_new


def test_absent_because_a_roll_was_closed_is_nothing_anybody_saw(desk, ana, trainer) -> None:
    api.close_roll(f.session_id(), actor=trainer)
    with pytest.raises(CheckInClosedError, match="roll of this session is closed"):
        api.check_in(f.session_id(), user=ana, method="scan", code="x")
    session = f.session()
    session.roll_state = "open"
    session.save()
    assert scan(ana).is_new
    assert f.record(ana).status == "P"


# When it is shut


def test_before_it_opens_it_says_when(desk, ana) -> None:
    desk(-31)
    with pytest.raises(TooEarlyError, match="08:30"):
        api.check_in(f.session_id(), user=ana, method="scan", code="x")
    assert outcomes(ana) == ["too_early"]


@pytest.mark.parametrize("state", ["paused", "closed"])
def test_shut_by_hand_no_code_is_good(desk, ana, trainer, state) -> None:
    code = on_screen()[0]
    api.set_desk(f.session_id(), state, actor=trainer)
    with pytest.raises(CheckInClosedError):
        scan(ana, code=code)
    assert f.record(ana).status is None
    assert outcomes(ana) == ["check_in_closed"]


def test_after_the_end_it_is_over_unless_held_open(desk, ana, trainer) -> None:
    f.redesign(check_in={"too_late": "L"})
    f.publish()
    desk(180)
    with pytest.raises(CheckInClosedError, match="over"):
        scan(ana, code="x")
    api.set_desk(f.session_id(), "open", actor=trainer)
    assert scan(ana).status.code == "L"


def test_where_nobody_opened_a_desk_no_code_is_good(course, ana, clock) -> None:
    with pytest.raises(CheckInClosedError, match="not been started"):
        api.check_in(f.session_id(), user=ana, method="typed", code="493027")
    assert outcomes(ana) == ["check_in_closed"]


def test_a_session_that_does_not_take_place_takes_nobody(desk, ana) -> None:
    code = on_screen()[0]
    session = f.session()
    session.state = "cancelled"
    session.save()
    with pytest.raises(CheckInClosedError):
        scan(ana, code=code)


def test_a_desk_set_the_evening_before_opens_the_roll_with_the_first_learner(
    course, trainer, ana, ben, clock
) -> None:
    clock.move_to(START - timedelta(hours=12))
    api.set_desk(f.session_id(), "auto", actor=trainer)
    clock.move_to(START)
    assert f.session().roll_state == "not_opened"
    scan(ana)
    assert f.session().roll_opened_by == trainer
    assert f.record(ben).status is None
    scan(ben)
    assert (f.record(ana).status, f.record(ben).status) == ("P", "P")


# Who


def test_an_enrolled_learner_who_was_not_expected_is_a_walk_in(desk) -> None:
    late = f.person("late")
    assert scan(late).is_new
    assert not f.record(late).is_expected


def test_a_stranger_is_refused_and_learns_nothing_of_the_code(desk) -> None:
    people = [f.person("elsewhere", course=f.OTHER_COURSE), f.person("team", f.Role.TRAINER)]
    guest = f.person("guest", course=f.OTHER_COURSE)
    SessionTrainer.objects.create(session=f.session(), user=guest)
    for user in (*people, guest):
        for code in (on_screen()[0], "wrong"):
            with pytest.raises(NotEnrolledError):
                scan(user, code=code)
        assert not AttendanceRecord.objects.filter(user=user).exists()
        assert outcomes(user) == ["not_enrolled"]


# Codes


def test_the_code_of_the_step_before_is_good_and_older_ones_are_not(desk, ana, ben, clock) -> None:
    code, digits = on_screen()
    clock.tick(29)
    assert on_screen()[0] != code
    # It was the code of the first second of its step.
    assert scan(ana, code=code).is_new
    clock.tick(1)
    for way, old in ((scan, code), (typed, digits)):
        with pytest.raises(WrongCodeError):
            way(ben, code=old)
    assert f.record(ben).status is None


def test_one_code_is_for_the_whole_room(desk) -> None:
    users = [f.person(f"learner{i}") for i in range(5)]
    code = on_screen()[0]
    assert all(scan(user, code=code).is_new for user in users)


def test_a_code_is_good_the_way_it_is_meant(desk, ana) -> None:
    scanned, digits = on_screen()
    with pytest.raises(WrongCodeError):
        scan(ana, code=digits)
    with pytest.raises(WrongCodeError):
        typed(ana, code=scanned)
    with pytest.raises(InvalidInputError):
        api.check_in(f.session_id(), user=ana, method="pass", code=scanned)


def test_refusals_of_one_kind_fill_no_table(desk, ana, clock) -> None:
    for _ in range(20):
        with pytest.raises(WrongCodeError):
            scan(ana, code="wrong")
    assert len(outcomes(ana)) == 1
    clock.tick(61)
    with pytest.raises(WrongCodeError):
        scan(ana, code="wrong")
    assert len(outcomes(ana)) == 2


# The turn of whoever had to log in


def test_a_turn_keeps_the_moment_of_the_scan(desk, ana) -> None:
    held = START + timedelta(minutes=9)
    desk(15)
    done = scan(ana, code="long gone", held_since=held)
    assert (done.status.code, done.at) == ("P", held)
    assert f.record(ana).arrived_at == held


@pytest.mark.parametrize("state", ["paused", "closed"])
def test_a_turn_outlives_a_desk_that_was_shut_since(desk, ana, trainer, state) -> None:
    held = timezone.now()
    api.set_desk(f.session_id(), state, actor=trainer)
    desk(5)
    assert scan(ana, code="x", held_since=held).is_new


def test_a_turn_does_not_outlive_the_roll(desk, ana, trainer) -> None:
    held = timezone.now()
    api.close_roll(f.session_id(), actor=trainer)
    with pytest.raises(CheckInClosedError):
        scan(ana, code="x", held_since=held)


def test_a_turn_is_of_one_learner(desk, ana, ben) -> None:
    held = timezone.now()
    desk(3)
    assert scan(ana, code="x", held_since=held, device="d").is_new
    with pytest.raises(WrongCodeError, match="yourself"):
        scan(ben, code="x", held_since=held, device="d")
    assert f.record(ben).status is None
    assert outcomes(ben) == ["turn_used"]
    assert scan(ben, code="x", held_since=held, device="another").is_new
