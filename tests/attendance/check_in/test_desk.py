"""The desk: open by the session's times or by hand, and never because somebody looked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from blended_xblock import api
from blended_xblock.attendance.check_in.codes import is_typed_code, read_ticket
from blended_xblock.attendance.check_in.desk import (
    current_codes,
    desk_state,
    find_desk,
    present_list,
    set_desk,
)
from blended_xblock.errors import ConflictError, InvalidInputError, NotFoundError
from blended_xblock.models import CheckInAttempt, CheckInDesk
from tests import factories as f
from tests.counting import Counted

START = datetime(2026, 5, 12, 7, tzinfo=UTC)
END = f.FIRST_END


def why(at: datetime) -> str:
    return desk_state(f.session(), at).why


def minutes(n: float) -> timedelta:
    return timedelta(minutes=n)


def test_until_somebody_opens_it_there_is_no_code_and_looking_makes_none(course, clock) -> None:
    state = desk_state(f.session(), START)
    assert (state.is_open, state.why, state.state) == (False, "not_started", "")
    assert current_codes(f.session(), START) == []
    assert present_list(f.session()).here == 0
    assert not CheckInDesk.objects.exists()


def test_by_itself_it_is_open_from_before_the_start_to_the_end(course, trainer, clock) -> None:
    set_desk(f.session_id(), "auto", actor=trainer)
    assert why(START - minutes(30.01)) == "too_early"
    assert why(START - minutes(30)) == "open"
    assert why(END - minutes(0.01)) == "open"
    assert why(END) == "over"


def test_its_times_are_those_of_the_units_settings(course, trainer, clock) -> None:
    f.redesign(
        check_in={"opens_before": 5, "late_after": 3, "too_late_after": 20, "rotate_seconds": 60}
    )
    f.publish()
    state = desk_state(f.session(), START)
    assert state.opens_at == START - minutes(5)
    assert state.late_from == START + minutes(3)
    assert state.too_late_from == START + minutes(20)
    assert (state.closes_at, state.rotate_seconds) == (END, 60)


@pytest.mark.parametrize(
    ("choice", "expected"), [("open", "held_open"), ("paused", "paused"), ("closed", "closed")]
)
def test_the_hand_of_an_instructor_is_stronger_than_the_clock(
    course, trainer, choice, expected
) -> None:
    set_desk(f.session_id(), choice, actor=trainer)
    for at in (START - minutes(60), START, END + minutes(60)):
        assert why(at) == expected
    set_desk(f.session_id(), "auto", actor=trainer)
    assert why(START) == "open"


def test_opening_it_opens_the_roll_and_freezes_the_roster(course, trainer, ana, clock) -> None:
    clock.move_to(START - minutes(60))
    set_desk(f.session_id(), "open", actor=trainer)
    assert f.session().roll_state == "open"
    assert f.session().roll_opened_by == trainer
    assert f.record(ana).status is None


def test_left_to_its_times_it_opens_no_roll_before_they_have_come(course, trainer, clock) -> None:
    clock.move_to(START - minutes(60))
    set_desk(f.session_id(), "auto", actor=trainer)
    assert f.session().roll_state == "not_opened"
    clock.move_to(START - minutes(20))
    set_desk(f.session_id(), "auto", actor=trainer)
    assert f.session().roll_state == "open"


@pytest.mark.parametrize("choice", ["paused", "closed"])
def test_pausing_or_closing_it_opens_no_roll(course, trainer, choice) -> None:
    set_desk(f.session_id(), choice, actor=trainer)
    assert f.session().roll_state == "not_opened"
    assert current_codes(f.session(), START) == []


@pytest.mark.parametrize("choice", ["open", "auto"])
def test_a_closed_roll_takes_nobody(course, trainer, choice) -> None:
    set_desk(f.session_id(), "open", actor=trainer)
    api.close_roll(f.session_id(), actor=trainer)
    assert why(START) == "roll_closed"
    with pytest.raises(ConflictError, match="Reopen"):
        set_desk(f.session_id(), choice, actor=trainer)


def test_a_roll_that_cannot_be_opened_yet_keeps_the_desk_shut(course, trainer, clock) -> None:
    clock.move_to(START - timedelta(days=2))
    with pytest.raises(ConflictError, match="day before"):
        set_desk(f.session_id(), "open", actor=trainer)
    assert not CheckInDesk.objects.exists()


@pytest.mark.parametrize("state", ["draft", "cancelled", "removed"])
def test_a_session_that_is_not_live_has_no_desk(course, trainer, state) -> None:
    session = f.session()
    session.state = state
    session.save()
    assert why(START) == "not_live"
    with pytest.raises(ConflictError):
        set_desk(f.session_id(), "open", actor=trainer)


def test_what_is_no_state_is_refused(course, trainer) -> None:
    with pytest.raises(InvalidInputError):
        set_desk(f.session_id(), "ajar", actor=trainer)
    with pytest.raises(NotFoundError):
        set_desk("0f8fad5b-d9cb-469f-a165-70867728950e", "open", actor=trainer)


def test_every_display_shows_the_same_codes_and_they_follow_each_other(course, trainer) -> None:
    set_desk(f.session_id(), "auto", actor=trainer)
    now = START + timedelta(seconds=7)
    shown = current_codes(f.session(), now, ahead=2)
    assert shown == current_codes(f.session(), now + timedelta(seconds=7), ahead=2)
    assert len({code.ticket for code in shown}) == len({code.typed for code in shown}) == 3
    assert shown[0].valid_from <= now < shown[0].valid_until == shown[1].valid_from
    desk = find_desk(f.session())
    for code in shown:
        session_id, _code = read_ticket(code.ticket)
        assert session_id == f.session_id()
        at = code.valid_from
        assert is_typed_code(code.typed, desk.secret, session_id, now=at, rotate_seconds=15)


def test_setting_it_again_keeps_its_secret_and_who_set_it(course, trainer) -> None:
    set_desk(f.session_id(), "open", actor=trainer)
    before = find_desk(f.session())
    set_desk(f.session_id(), "open", actor=f.person("colleague", f.Role.TRAINER))
    after = find_desk(f.session())
    assert (after.secret, after.changed_by) == (before.secret, trainer)
    assert len(bytes.fromhex(after.secret)) == 32


def test_two_sessions_have_two_secrets(trainer, clock, db) -> None:
    f.build_course(unit=f.design(f.meeting(1), f.meeting(2)))
    set_desk(f.session_id(1), "open", actor=trainer)
    set_desk(f.session_id(2), "paused", actor=trainer)
    assert CheckInDesk.objects.values_list("secret", flat=True).distinct().count() == 2


def test_the_head_count_and_the_last_first_names(course, trainer, clock) -> None:
    users = f.crowd(8)
    f.take_roll(trainer, dict.fromkeys(users[:6], "P") | {users[6]: "A"})
    for user in (*users[:6], users[2]):
        CheckInAttempt.objects.create(
            session=f.session(), user=user, at=START, method="scan", outcome="accepted"
        )
    with Counted() as counted:
        present = present_list(f.session())
    assert (present.here, present.expected) == (6, 8)
    order = (2, 5, 4, 3, 1)
    assert present.names == tuple(f"Name{i:05d}" for i in order)
    # One of them reads the session.
    assert counted.n <= 5, str(counted)
