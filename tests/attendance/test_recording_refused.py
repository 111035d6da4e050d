"""What is refused leaves nothing behind; what fails midway leaves nothing behind either."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from django.db import IntegrityError, connection
from django.db.models.signals import pre_save

from blended_xblock import api
from blended_xblock.errors import (
    InvalidInputError,
    NotOnRosterError,
    RollNotOpenError,
    SessionNotLiveError,
)
from blended_xblock.models import Session
from tests import factories as f

pytestmark = pytest.mark.usefixtures("course")


@pytest.fixture(autouse=True)
def _open(course, trainer, ana, ben) -> None:
    api.open_roll(f.session_id(), actor=trainer)


@pytest.mark.parametrize(
    "wrong",
    [
        {"status": "X"},
        {"status": "p"},
        {"status": ""},
        {"status": "present"},
        {"minutes": -1},
        {"minutes": 60 * 24 * 31 + 1},
        {"minutes": 10**30},
        {"minutes": 1.5},
        {"modality": "telepathy"},
        {"modality": "ROOM"},
        {"note": "x" * 2001},
        {"note": "x" * 5_000_000},
        {"request_key": ""},
        {"request_key": "k" * 65},
        {"at": datetime(2026, 5, 12, 9)},
        {"at": datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14)))},
        {"reason": "x" * 2001},
        {"reason": "\ud800"},
        {"base": -1},
        {"base": 1.5},
        {"base": True},
        {"arrived_at": datetime(2026, 5, 12, 9)},
        {"left_at": datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14)))},
        {
            "arrived_at": datetime(2026, 5, 12, 9, tzinfo=UTC),
            "left_at": datetime(2026, 5, 12, 8, tzinfo=UTC),
        },
        {"user_id": 10**30},
        {"user_id": -1},
        {"user_id": 0},
    ],
    ids=lambda wrong: f"{wrong}"[:40],
)
def test_a_wrong_mark_is_refused_with_all_that_came_with_it(trainer, ana, ben, wrong) -> None:
    before = f.written()
    mark = api.Mark(**({"user_id": ben.pk, "status": "P"} | wrong))
    with pytest.raises(InvalidInputError) as caught:
        f.give(trainer, [api.Mark(ana.pk, "P"), mark])
    assert f.written() == before
    assert f.record(ana).status is None
    assert len(caught.value.message) < 300, "a message must not repeat megabytes"


def test_the_longest_note_and_most_minutes_fit(trainer, ana) -> None:
    f.give(trainer, [api.Mark(ana.pk, "P", 60 * 24 * 31, "room", "é" * 2000, "k" * 64)])
    assert len(f.record(ana).note) == 2000


def test_names_and_notes_of_the_whole_world_fit(trainer, ana) -> None:
    f.give(trainer, [api.Mark(ana.pk, "P", note="👩🏽‍🏫 佐藤 ليلى", request_key="clé-🔑")])
    assert f.record(ana).note == "👩🏽‍🏫 佐藤 ليلى"
    assert f.give(trainer, [api.Mark(ana.pk, "A", request_key="clé-🔑")]).repeated


@pytest.mark.parametrize("where", ["nowhere", "another course", "guest of this course"])
def test_a_stranger_is_refused_with_all_that_came_with_them(trainer, ana, where) -> None:
    if where == "nowhere":
        stranger_id = ana.pk + 10_000
    elif where == "another course":
        stranger_id = f.person("stranger", course=f.OTHER_COURSE).pk
    else:
        stranger_id = f.person("guest", f.Role.GUEST).pk
    before = f.written()
    with pytest.raises(NotOnRosterError):
        f.give(trainer, [api.Mark(ana.pk, "P"), api.Mark(stranger_id, "P")])
    assert f.written() == before


def test_ten_thousand_marks_and_one_are_too_many(trainer, ana) -> None:
    with pytest.raises(InvalidInputError, match="10000"):
        f.give(trainer, [api.Mark(ana.pk, "P")] * 10_001)


def test_no_marks_are_no_error(trainer) -> None:
    before = f.written()
    assert f.give(trainer, []).recorded == ()
    assert f.written() == before


def test_nobody_is_recorded_before_the_roll_opens(trainer, ana) -> None:
    f.redesign(sessions=[f.meeting(1), f.meeting(2)])
    f.publish()
    with pytest.raises(RollNotOpenError):
        f.give(trainer, [api.Mark(ana.pk, "P")], n=2)


@pytest.mark.parametrize("state", ["draft", "cancelled", "removed"])
def test_nobody_is_recorded_at_a_session_that_is_not_live(trainer, ana, state) -> None:
    Session.objects.update(state=state)
    with pytest.raises(SessionNotLiveError):
        f.give(trainer, [api.Mark(ana.pk, "P")])
    assert f.record(ana).status is None


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("table", ["attendancechange", "standing"])
def test_a_failure_midway_leaves_nothing_half_written(trainer, ana, ben, table) -> None:
    """Records are written first, then the history, then the standings; the last ones fail here."""
    f.give(trainer, [api.Mark(ana.pk, "P")])
    before = f.written()

    def fail(execute, sql, params, many, context):
        if f"blended_xblock_{table}" in sql and not sql.lstrip().startswith("SELECT"):
            raise IntegrityError("the disk is full")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(fail), pytest.raises(IntegrityError):
        f.give(trainer, [api.Mark(ana.pk, "A"), api.Mark(ben.pk, "P")])
    assert f.written() == before
    assert f.record(ana).status == "P"
    assert f.record(ben).status is None
    assert f.standing(ana).is_met
    assert api.is_open(f.AFTER, ana.pk)


@pytest.mark.django_db(transaction=True)
def test_a_roll_that_cannot_be_closed_makes_nobody_absent(trainer, ana, ben) -> None:
    def fail(instance: Session, **_kwargs: object) -> None:
        raise RuntimeError("no")

    before = f.written()
    pre_save.connect(fail, sender=Session)
    try:
        with pytest.raises(RuntimeError):
            api.close_roll(f.session_id(), actor=trainer)
    finally:
        pre_save.disconnect(fail, sender=Session)
    assert f.written() == before
    assert f.record(ana).status is None
