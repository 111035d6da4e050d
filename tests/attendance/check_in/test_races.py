"""A room full of phones at the same moment: one record each, and no limit outrun.

These need a database that several connections share: set BLENDED_TEST_DATABASE_URL to MariaDB.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from blended_xblock import api
from blended_xblock.errors import BlendedError, CheckInClosedError
from blended_xblock.models import (
    AttendanceChange,
    AttendanceRecord,
    CheckInAttempt,
    CheckInDesk,
    Session,
)
from tests import factories as f
from tests.check_in import on_screen, scan, typed
from tests.test_races import ROUNDS, errors, pytestmark, together

__all__ = ["pytestmark"]


@pytest.fixture
def room(db) -> list:
    """Return a session's learners, a minute after its start by the clock of the machine.

    Threads would not see a clock that a test has stopped.
    """
    f.build_course(unit=f.design(check_in={"rotate_seconds": 300}))
    people = [f.person(f"learner{i}") for i in range(12)]
    now = timezone.now()
    Session.objects.filter(pk=f.session_id()).update(
        starts_at=now - timedelta(minutes=1), ends_at=now + timedelta(hours=3)
    )
    return people


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_a_room_at_once_is_one_record_each(room, trainer, _round) -> None:
    api.set_desk(f.session_id(), "open", actor=trainer)
    code = on_screen()[0]
    results = together(*(lambda u=u: scan(u, code=code) for u in room))
    assert errors(results) == []
    assert all(done.is_new for done in results)
    records = AttendanceRecord.objects.filter(session=f.session_id())
    assert set(records.values_list("status", "revision")) == {("P", 1)}
    assert CheckInAttempt.objects.filter(outcome="accepted").count() == len(room)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_the_same_tap_four_times_at_once_is_one_record(room, trainer, _round) -> None:
    api.set_desk(f.session_id(), "open", actor=trainer)
    code = on_screen()[0]
    results = together(*(lambda: scan(room[0], code=code) for _ in range(4)))
    assert errors(results) == []
    assert sorted(done.is_new for done in results) == [False, False, False, True]
    assert AttendanceChange.objects.count() == 1


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_the_first_of_the_room_open_the_roll_once(room, trainer, _round) -> None:
    CheckInDesk.objects.create(
        session_id=f.session_id(), secret="5e" * 32, changed_by=trainer, changed_at=timezone.now()
    )
    code = on_screen()[0]
    results = together(*(lambda u=u: scan(u, code=code) for u in room[:6]))
    assert errors(results) == []
    session = f.session()
    assert (session.roll_state, session.roll_opened_by) == ("open", trainer)
    assert AttendanceRecord.objects.filter(is_expected=True).count() == len(room)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_a_desk_opened_by_two_has_one_secret(room, trainer, _round) -> None:
    colleague = f.person("colleague", f.Role.TRAINER)
    results = together(
        *(lambda a=a: api.set_desk(f.session_id(), "open", actor=a) for a in (trainer, colleague))
    )
    assert errors(results) == []
    assert CheckInDesk.objects.count() == 1
    assert AttendanceRecord.objects.count() == len(room)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_guesses_made_at_once_outrun_no_limit(room, trainer, _round) -> None:
    api.set_desk(f.session_id(), "open", actor=trainer)
    results = together(*(lambda: typed(room[0], code="no code") for _ in range(12)))
    codes = sorted(error.code for error in errors(results))
    assert codes == ["wait"] * 7 + ["wrong_code"] * 5


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_a_roll_closed_meanwhile_takes_nobody_after_it(room, trainer, _round) -> None:
    api.set_desk(f.session_id(), "open", actor=trainer)
    code = on_screen()[0]
    results = together(
        *(lambda u=u: scan(u, code=code) for u in room[:6]),
        lambda: api.close_roll(f.session_id(), actor=trainer),
    )
    assert all(isinstance(error, CheckInClosedError) for error in errors(results))
    got_in = {done.user_id for done in results[:6] if not isinstance(done, BlendedError)}
    present = AttendanceRecord.objects.filter(status="P").values_list("user_id", flat=True)
    assert set(present) == got_in
    assert AttendanceRecord.objects.filter(status="A").count() == len(room) - len(got_in)
