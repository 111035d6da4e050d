"""What a file meets: marks a person chose, other files, people who left, linked guests."""

from __future__ import annotations

from typing import Any

import pytest

from blended_xblock import api
from blended_xblock.models import AttendanceRecord, Guest
from blended_xblock.pages.import_check import import_page
from blended_xblock.workbench.models import CampusEnrollment
from tests import factories as f
from tests import intake

pytestmark = pytest.mark.usefixtures("course")

ALL_OF_IT = intake.zoom("Ada,ada@example.org,09:00,12:00")
TEN_MINUTES = intake.zoom("Ada,ada@example.org,09:00,09:10")
TWENTY_MINUTES = intake.zoom("Ada,ada@example.org,09:10,09:20")


@pytest.fixture
def ada(course) -> Any:
    return f.person("ada", first_name="Ada", last_name="Lovelace", email="ada@example.org")


def kinds(batch: Any) -> list[str]:
    return [each.kind for each in api.preview_import(f.session_id(), batch.pk).plan.effects]


def said(ada: Any) -> tuple[str | None, int | None]:
    record = f.record(ada)
    return record.status, record.minutes


def test_a_status_that_somebody_chose_stands_against_the_next_file(trainer, ada) -> None:
    batch = intake.send(trainer, TEN_MINUTES)
    api.settle_import(f.session_id(), batch.pk, [api.Settled(0, status="E")])
    intake.apply(trainer, batch)
    more = intake.send(trainer, TWENTY_MINUTES)
    assert kinds(more) == ["kept"]
    assert kinds(intake.send(trainer, TEN_MINUTES)) == ["kept"], "the same file once more"
    assert said(ada) == ("E", 10)
    api.settle_import(f.session_id(), more.pk, [api.Settled(0, overrules=True)])
    intake.apply(trainer, more)
    assert said(ada) == ("D", 20)
    assert kinds(intake.send(trainer, ALL_OF_IT)) == ["record"], "nobody chose what stands now"


def test_a_mark_written_in_a_table_stands_against_what_is_measured(trainer, ada) -> None:
    table = b"email,status\nada@example.org,E\n"
    intake.apply(trainer, intake.send(trainer, table))
    assert kinds(intake.send(trainer, ALL_OF_IT)) == ["kept"]
    corrected = intake.send(trainer, table.replace(b",E", b",P"))
    assert kinds(corrected) == ["record"], "a table that was corrected says what holds"


def test_a_chosen_status_that_is_gone_is_not_replaced_by_another(trainer, ada) -> None:
    batch = intake.send(trainer, TEN_MINUTES)
    api.settle_import(f.session_id(), batch.pk, [api.Settled(0, status="E")])
    f.redesign(
        statuses=[
            {"code": "P", "label": "Present", "credit": 1.0, "attended": True, "counted": True},
            {"code": "A", "label": "Absent", "credit": 0.0, "attended": False, "counted": True},
        ]
    )
    f.publish()
    (effect,) = api.preview_import(f.session_id(), batch.pk).plan.effects
    assert effect.kind == "unknown"
    assert effect.problem is not None
    assert "“E”" in effect.problem.message
    with pytest.raises(api.BlendedError, match="nothing to record"):
        intake.apply(trainer, batch)
    assert not AttendanceRecord.objects.filter(status__isnull=False).exists()


@pytest.mark.parametrize("is_open", [True, False])
def test_who_left_the_course_meanwhile_is_not_put_on_a_roll(trainer, ada, is_open) -> None:
    bo = f.person("bo", email="bo@example.org", enrolled_at=f.FIRST_END.replace(day=20))
    report = ALL_OF_IT + intake.zoom("Bo,bo@example.org,09:00,12:00").split(b"\n", 1)[1]
    if is_open:
        api.open_roll(f.session_id(), actor=trainer)
    batch = intake.send(trainer, report)
    CampusEnrollment.objects.filter(user__in=(ada, bo)).delete()
    page = import_page(api.preview_import(f.session_id(), batch.pk), may=None)
    assert page.to_settle == (1 if is_open else 2)
    assert "Enrol" in page.rows[0].unknown
    if is_open:
        intake.apply(trainer, batch)
        assert said(ada) == ("P", 180), "on the roll when it was opened"
        assert AttendanceRecord.objects.count() == 1
        return
    with pytest.raises(api.BlendedError, match="nothing to record"):
        intake.apply(trainer, batch)


def test_who_enrolled_late_is_put_on_the_roll(trainer, ada) -> None:
    f.person("bo", email="bo@example.org", enrolled_at=f.FIRST_END.replace(day=20))
    batch = intake.send(trainer, intake.zoom("Bo,bo@example.org,09:00,12:00"))
    assert kinds(batch) == ["record"]


def test_a_linked_guest_is_not_marked_behind_the_learner(trainer, ada) -> None:
    api.open_roll(f.session_id(), actor=trainer)
    guest = api.add_guest(f.session_id(), "Vera", "vera@example.com", actor=trainer, status="P")
    api.link_guest(f.session_id(), guest.id, ada.pk, actor=trainer)
    before = Guest.objects.values().get()
    batch = intake.send(trainer, intake.zoom("Vera,vera@example.com,09:00,12:00"))
    api.settle_import(f.session_id(), batch.pk, [api.Settled(0, "guest")])
    intake.apply(trainer, batch)
    assert Guest.objects.values().get(pk=guest.id) == before
    assert Guest.objects.exclude(pk=guest.id).get().minutes == 180


def test_a_guest_of_one_session_is_not_added_to_another(trainer, ada) -> None:
    late = {"start": "2026-05-12T13:00", "end": "2026-05-12T15:00"}
    f.redesign(sessions=[f.meeting(1), f.meeting(2, **late)])
    f.publish()
    report = intake.zoom("Vera,vera@example.com,09:00,12:00", "Ada,ada@example.org,09:00,15:00")
    batch = intake.send(trainer, report)
    both = {f.session_id(1), f.session_id(2)}
    api.settle_import(f.session_id(), batch.pk, [api.Settled(0, "guest")], sessions=both)
    intake.apply(trainer, batch)
    assert [guest.session_id for guest in Guest.objects.all()] == [f.session_id(1)]


def test_stays_of_tables_and_reports_are_united_and_totals_of_a_table_are_the_last(
    trainer, ada
) -> None:
    def table(join: str, leave: str) -> bytes:
        day = "2026-05-12"
        return f"email,join,leave\nada@example.org,{day} {join},{day} {leave}\n".encode()

    for data, minutes in (
        (table("09:00", "10:00"), 60),
        (table("09:30", "10:30"), 90),
        (intake.zoom("Ada,ada@example.org,11:30,12:00"), 120),
        (table("10:30", "10:40"), 130),
        (b"email,minutes\nada@example.org,100\n", 100),
        (b"email,minutes\nada@example.org,50\n", 50),
    ):
        intake.apply(trainer, intake.send(trainer, data))
        assert said(ada)[1] == minutes


def test_a_mark_made_by_hand_gets_the_minutes_of_all_files(trainer, ada) -> None:
    f.take_roll(trainer, {ada: "P"})
    for data, minutes in (
        (intake.zoom("Ada,ada@example.org,09:00,11:50"), 170),
        (intake.zoom("Ada,ada@example.org,11:50,12:00"), 180),
    ):
        batch = intake.send(trainer, data)
        assert kinds(batch) == ["fill"]
        intake.apply(trainer, batch)
        assert said(ada) == ("P", minutes)
        assert f.record(ada).source == "roll"
    f.give(trainer, [api.Mark(ada.pk, "P", 5)])
    assert kinds(intake.send(trainer, intake.zoom("Ada,ada@example.org,09:00,12:00"))) == ["same"]


def test_guests_add_up_too(trainer, ada) -> None:
    for row, minutes in (("09:00,10:00", 60), ("09:30,12:00", 180)):
        batch = intake.send(trainer, intake.zoom(f"Vera,vera@example.com,{row}"))
        api.settle_import(f.session_id(), batch.pk, [api.Settled(0, "guest")])
        intake.apply(trainer, batch)
        assert Guest.objects.get().minutes == minutes


def test_totals_of_a_tool_add_up(trainer, ada) -> None:
    def totals(minutes: int) -> bytes:
        header = "Name (Original Name),User Email,Total Duration (Minutes),Guest"
        return f"{header}\nAda,ada@example.org,{minutes},No\n".encode()

    for n, minutes in ((60, 60), (50, 110), (90, 180)):
        batch = intake.send(trainer, totals(n))
        assert batch.format == "zoom-unique", batch.problem
        intake.apply(trainer, batch)
        assert said(ada)[1] == minutes


def test_rows_of_one_learner_count_as_one(trainer, ada) -> None:
    report = intake.zoom("Ada,ada@example.org,09:00,10:00", "iPhone,,09:30,12:00")
    batch = intake.send(trainer, report)
    api.settle_import(f.session_id(), batch.pk, [api.Settled(1, "learner", ada.pk)])
    assert intake.apply(trainer, batch).recorded == 1
    assert said(ada) == ("P", 180)


def test_the_same_file_is_noticed_under_another_name_and_at_another_session(trainer, ada) -> None:
    f.redesign(sessions=[f.meeting(1), f.meeting(2)])
    f.publish()
    totals = b"email,minutes\nada@example.org,100\n"
    intake.apply(trainer, intake.send(trainer, totals, name="one.csv"))
    here = api.preview_import(f.session_id(), intake.send(trainer, totals, name="two.csv").pk)
    assert [file.name for file in here.same] == ["one.csv"]
    assert here.elsewhere == ()
    batch = intake.send(trainer, totals, n=2)
    there = api.preview_import(f.session_id(2), batch.pk)
    assert there.same == ()
    assert [(file.name, title) for file, title in there.elsewhere] == [("one.csv", "Workshop 1")]
    (words,) = import_page(there, may=None).same
    assert "Workshop 1" in words
    intake.apply(trainer, batch, n=2)


def test_a_matched_person_who_is_a_guest_is_told_as_one(trainer, ada) -> None:
    batch = intake.send(trainer, ALL_OF_IT)
    api.settle_import(f.session_id(), batch.pk, [api.Settled(0, "guest")])
    intake.apply(trainer, batch)
    page = import_page(api.preview_import(f.session_id(), batch.pk), may=None)
    assert page.rows[0].said == "Recorded as a guest"
