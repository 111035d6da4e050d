"""What apps read: the timetable for everybody holds nobody; one's own standing only one's own."""

from __future__ import annotations

import json

import pytest

from blended_xblock import api
from blended_xblock.models import BlendedUnit, Session
from blended_xblock.workbench.runtime import CampusRuntime
from tests import factories as f
from tests.ask import ask
from tests.counting import Counted

pytestmark = pytest.mark.usefixtures("clock", "db")

SECRET = {"venue": "Room 4", "address": "1 Quiet Road", "join_url": "https://meet.example.org/x"}


def timetable(user: object = None) -> dict:
    return CampusRuntime(user).get_block(f.unit_key()).student_view_data()


def test_the_timetable_says_when_and_neither_where_nor_who(ana, trainer) -> None:
    f.build_course(
        unit=f.design(
            f.meeting(1, **SECRET),
            f.meeting(2, cancelled=True),
            f.meeting(3, title="For Client A", audience=["Client A"]),
            objectives=["Listen well"],
        )
    )
    f.take_roll(trainer, {ana: "P"})
    said = timetable(ana)
    assert said == timetable() == timetable(trainer), "it is kept for the whole course"
    assert json.loads(json.dumps(said)) == said
    assert (said["title"], said["model"]) == ("unit", "custom")
    assert said["objectives"] == ["Listen well"]
    assert said["sessions"][0] == {
        "id": str(f.session_id(1)),
        "title": "Workshop 1",
        "start": "2026-05-12T09:00:00+02:00",
        "end": "2026-05-12T12:00:00+02:00",
        "timezone": "Europe/Paris",
        "mode": "in_person",
        "is_cancelled": False,
    }
    assert [session["is_cancelled"] for session in said["sessions"]] == [False, True]
    for secret in (*SECRET.values(), "Client A", "ana", "Present"):
        assert secret not in json.dumps(said)


def test_dates_still_to_be_confirmed_are_not_in_the_timetable() -> None:
    f.build_course(unit=f.design(f.meeting(1), f.meeting(2)))
    Session.objects.filter(pk=f.session_id(1)).update(state="draft")
    assert [session["title"] for session in timetable()["sessions"]] == ["Workshop 2"]


def test_a_unit_that_cannot_be_read_keeps_no_other_from_being_read(caplog) -> None:
    f.build_course()
    BlendedUnit.objects.update(design={"rule": {"kind": "magic"}})
    assert timetable() == {}
    assert "cannot be read" in caplog.text
    BlendedUnit.objects.update(is_active=False)
    assert timetable() == {}


def test_the_timetable_costs_two_queries_of_ours() -> None:
    f.build_course(unit=f.design(f.meeting(1), f.meeting(2), f.meeting(3)))
    block = CampusRuntime().get_block(f.unit_key())
    assert block.display_name == "unit"
    with Counted() as counted:
        block.student_view_data()
    assert counted.n == 2


def test_a_learner_reads_their_own_standing(ana, ben, trainer, clock) -> None:
    f.build_course(unit=f.design(f.meeting(1), f.meeting(2, **SECRET)))
    f.take_roll(trainer, {ben: "A"})
    f.give(trainer, [api.Mark(ana.pk, "P", note="Argued.")])
    clock.move_to("2026-05-13T08:00:00Z")
    said = ask(ana, "student_view_user_state").json
    assert (said["outcome"], said["opens_at"]) == ("met", "2026-05-12T10:00:00+00:00")
    (record,) = said["records"]
    assert record["session"] == str(f.session_id(1))
    assert record["status"] == {"code": "P", "label": "Present"}
    assert said["follow_ups"] == [
        {"title": "after", "is_open": True, "reason": "You took part. This is open."}
    ]
    following = said["next_session"]
    assert (following["id"], following["venue"]) == (str(f.session_id(2)), "Room 4")
    assert following["join_url"] == "", "its time has not come"
    assert "Argued" not in json.dumps(said)
    assert ask(ben, "student_view_user_state").json["outcome"] == "not_met"


def test_somebody_of_whom_nothing_is_recorded_reads_so(ana) -> None:
    f.build_course(unit=f.design(f.meeting(2)))
    said = ask(ana, "student_view_user_state").json
    assert (said["outcome"], said["opens_at"], said["records"]) == ("not_met", None, [])
