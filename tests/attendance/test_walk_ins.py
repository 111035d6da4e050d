"""Learners who were not expected: put on the roll once, and taken off while nothing is said."""

from __future__ import annotations

from typing import Any

import pytest

from blended_xblock import api
from blended_xblock.errors import (
    ConflictError,
    InvalidInputError,
    NotOnRosterError,
    RollNotOpenError,
    SessionNotLiveError,
)
from blended_xblock.models import AttendanceChange, AttendanceRecord, Session
from tests import factories as f
from tests.ask import all_rows

pytestmark = pytest.mark.usefixtures("course")


@pytest.fixture
def opened(trainer, ana) -> None:
    """Open the roll with Ana on it; whoever enrols after that is not expected."""
    api.open_roll(f.session_id(), actor=trainer)


@pytest.fixture
def dan(opened) -> Any:
    return f.person("dan")


def add(actor: Any, user: Any, **more: Any) -> api.WalkIn:
    return api.add_to_roll(f.session_id(), user.pk, actor=actor, **more)


def take_off(actor: Any, user: Any) -> None:
    api.remove_from_roll(f.session_id(), user.pk, actor=actor)


def lines(user: Any) -> list[tuple[str, str | None]]:
    return [(line.source, line.after["status"]) for line in user.blended_changes.order_by("pk")]


def test_somebody_is_added_unmarked_and_not_expected(trainer, dan) -> None:
    assert add(trainer, dan) == api.WalkIn(dan.pk, is_new=True)
    row = f.record(dan)
    assert (row.is_expected, row.status, row.recorded_at, row.revision) == (False, None, None, 1)
    assert lines(dan) == [("walk_in", None)]
    assert api.preview_close(f.session_id()).user_ids != (dan.pk,), "closing marks the expected"


def test_somebody_is_added_with_a_status(trainer, dan) -> None:
    add(trainer, dan, status="L")
    assert (f.record(dan).status, f.record(dan).source) == ("L", "walk_in")
    assert f.standing(dan).is_met


def test_whoever_is_on_the_roll_stays_as_they_are(trainer, ana, dan) -> None:
    f.give(trainer, [api.Mark(ana.pk, "A")])
    before = all_rows()
    assert add(trainer, ana, status="P") == api.WalkIn(ana.pk, is_new=False)
    assert all_rows() == before


def test_the_same_press_sent_again_adds_once(trainer, dan, ana) -> None:
    add(trainer, dan, request_key="k")
    before = all_rows()
    assert add(trainer, dan, request_key="k").is_new, "the page still offers to undo it"
    assert all_rows() == before
    eve = f.person("eve")
    for user, key in ((eve, "k"), (eve, "K" if is_blind_to_case() else "k")):
        with pytest.raises(ConflictError):
            add(trainer, user, request_key=key)
    take_off(trainer, dan)
    add(trainer, dan, request_key="k")
    assert not f.session().records.filter(user=dan).exists(), "a late retry brings nobody back"


def is_blind_to_case() -> bool:
    from django.db import connection

    return connection.vendor == "mysql"


def test_a_reason_is_kept(trainer, dan) -> None:
    api.close_roll(f.session_id(), actor=trainer)
    add(trainer, dan, reason="Sat at the back.")
    assert AttendanceChange.objects.get(user=dan).reason == "Sat at the back."


def test_who_cannot_be_added(trainer, dan, clock) -> None:
    stranger = f.person("stranger", course=f.OTHER_COURSE)
    before = all_rows()
    with pytest.raises(NotOnRosterError, match="guest"):
        add(trainer, stranger)
    for wrong in ({"status": "Z"}, {"reason": "x" * 2001}, {"request_key": ""}):
        with pytest.raises(InvalidInputError):
            add(trainer, dan, **wrong)
    assert all_rows() == before
    Session.objects.update(state="cancelled")
    with pytest.raises(SessionNotLiveError):
        add(trainer, dan)
    Session.objects.update(state="scheduled", roll_state="not_opened")
    with pytest.raises(RollNotOpenError):
        add(trainer, dan)


@pytest.mark.parametrize("status", [None, "P"])
def test_adding_is_undone_and_the_history_stays(trainer, dan, status) -> None:
    add(trainer, dan, status=status)
    take_off(trainer, dan)
    assert not AttendanceRecord.objects.filter(user=dan).exists()
    assert lines(dan) == [("walk_in", status), ("off_roll", None)]
    if status:
        assert not f.standing(dan).is_met
    before = all_rows()
    take_off(trainer, dan)
    assert all_rows() == before, "again changes nothing"
    add(trainer, dan)
    assert f.record(dan).status is None


def test_no_mark_disappears_with_a_row(trainer, ana, dan) -> None:
    with pytest.raises(ConflictError, match="expected"):
        take_off(trainer, ana)
    add(trainer, dan, status="P")
    f.give(f.person("colleague", f.Role.TRAINER), [api.Mark(dan.pk, "L", note="Train")])
    before = all_rows()
    with pytest.raises(ConflictError, match="recorded"):
        take_off(trainer, dan)
    assert all_rows() == before
    f.give(trainer, [api.Mark(dan.pk, None, note="")])
    take_off(trainer, dan)
    assert not AttendanceRecord.objects.filter(user=dan).exists()


def test_a_note_alone_is_something_recorded(trainer, dan) -> None:
    add(trainer, dan)
    f.give(trainer, [api.Mark(dan.pk, None, note="Will come later")])
    with pytest.raises(ConflictError):
        take_off(trainer, dan)
