"""Applying a file: who gets which mark, what stands against it, once, and all of it or nothing."""

from __future__ import annotations

import pytest

from blended_xblock import api
from blended_xblock.models import AttendanceChange, AttendanceRecord, ImportAlias, ImportBatch
from tests import factories as f
from tests import intake

pytestmark = pytest.mark.usefixtures("course")


@pytest.fixture
def learners(trainer):
    return {
        name: f.person(name, first_name=first, last_name=last, email=f"{name}@example.org")
        for name, first, last in (
            ("ada", "Ada", "Lovelace"),
            ("bo", "Bo", "Berg"),
            ("cy", "Cyrille", "Durand"),
            ("dee", "Dee", "Ndiaye"),
        )
    }


REPORT = intake.zoom(
    "Ada L,ada@example.org,09:00,12:00",
    "Bo,bo@example.org,09:20,12:00",
    "Cy,CY@example.org,09:00,10:40",
    "Dee,dee@example.org,09:00,09:05",
)


def statuses(n: int = 1) -> dict[str, str | None]:
    rows = AttendanceRecord.objects.filter(session=f.session_id(n)).select_related("user")
    return {row.user.username: row.status for row in rows}


def test_each_gets_the_status_of_their_minutes(trainer, learners) -> None:
    batch = intake.send(trainer, REPORT)
    assert batch.state == "ready", batch.problem
    done = intake.apply(trainer, batch)
    assert (done.recorded, done.kept, done.left_out) == (4, 0, 0)
    assert statuses() == {"ada": "P", "bo": "L", "cy": "D", "dee": "A"}
    record = f.record(learners["bo"])
    assert (record.minutes, record.modality, record.source) == (160, "remote", "import")
    assert record.arrived_at.isoformat() == "2026-05-12T07:20:00+00:00"
    batch.refresh_from_db()
    assert (batch.state, batch.applied_by, batch.pieces.count()) == ("applied", trainer, 0)
    assert len(batch.sha256) == 64


def test_undo_gives_back_what_was_there(trainer, learners) -> None:
    f.take_roll(trainer, {learners["ada"]: "E"})
    before = statuses()
    batch = intake.send(trainer, REPORT)
    intake.apply(trainer, batch)
    assert statuses()["bo"] == "L"
    done = api.undo_import(f.session_id(), batch.pk, actor=trainer)
    assert len(done.restored) == 3
    assert statuses() == before
    assert f.record(learners["bo"]).minutes is None
    assert api.undo_import(f.session_id(), batch.pk, actor=trainer).is_repeated


def test_a_mark_made_by_hand_stands(trainer, learners) -> None:
    f.take_roll(trainer, {learners["ada"]: "E", learners["cy"]: "D"})
    batch = intake.send(trainer, REPORT)
    preview = api.preview_import(f.session_id(), batch.pk)
    kinds = {each.row.user.username: each.kind for each in preview.plan.effects}
    assert kinds == {"ada": "kept", "bo": "record", "cy": "fill", "dee": "record"}
    done = intake.apply(trainer, batch)
    assert (done.recorded, done.filled, done.kept) == (2, 1, 1)
    assert statuses() == {"ada": "E", "bo": "L", "cy": "D", "dee": "A"}
    record = f.record(learners["cy"])
    assert (record.minutes, record.source) == (100, "roll")


def test_what_was_assumed_of_all_who_were_left_gives_way(trainer, learners) -> None:
    f.take_roll(trainer, {})
    api.close_roll(f.session_id(), actor=trainer)
    assert set(statuses().values()) == {"A"}
    intake.apply(trainer, intake.send(trainer, REPORT))
    assert statuses()["ada"] == "P"


def test_a_name_is_only_a_suggestion_and_a_confirmed_one_is_remembered(trainer, learners) -> None:
    report = intake.zoom("Durand Cyrille,,09:00,12:00", "Ada,ada@example.org,09:00,12:00")
    batch = intake.send(trainer, report)
    person = intake.people(batch)["Durand Cyrille"]
    assert (person.user, person.why) == (None, "name")
    assert person.suggestions[0][0] == learners["cy"].pk
    api.settle_import(
        f.session_id(), batch.pk, [api.Settled(person.number, "learner", learners["cy"].pk)]
    )
    intake.apply(trainer, batch)
    assert statuses()["cy"] == "P"
    again = intake.send(trainer, intake.zoom("Durand Cyrille,,09:00,11:00"))
    assert intake.people(again)["Durand Cyrille"].why == "alias"
    api.undo_import(f.session_id(), batch.pk, actor=trainer)
    assert not ImportAlias.objects.exists()


def test_unsettled_people_are_left_out(trainer, learners) -> None:
    report = intake.zoom("Somebody Else,,09:00,12:00", "Ada,ada@example.org,09:00,12:00")
    batch = intake.send(trainer, report)
    done = intake.apply(trainer, batch)
    assert (done.recorded, done.left_out) == (1, 1)


def test_two_files_of_one_session_add_up(trainer, learners) -> None:
    intake.apply(trainer, intake.send(trainer, intake.zoom("Ada,ada@example.org,09:00,10:00")))
    assert statuses()["ada"] == "D"
    intake.apply(trainer, intake.send(trainer, intake.zoom("Ada,ada@example.org,09:30,12:00")))
    assert (statuses()["ada"], f.record(learners["ada"]).minutes) == ("P", 180)


def test_the_same_file_twice_is_noticed(trainer, learners) -> None:
    intake.apply(trainer, intake.send(trainer, REPORT))
    batch = intake.send(trainer, REPORT)
    assert api.preview_import(f.session_id(), batch.pk).same
    with pytest.raises(api.BlendedError) as error:
        intake.apply(trainer, batch)
    assert error.value.code == "same_file"
    before = AttendanceChange.objects.count()
    intake.apply(trainer, batch, is_again=True)
    assert AttendanceChange.objects.count() == before


def test_a_guest_is_added_and_taken_away_again(trainer, learners) -> None:
    report = intake.zoom(
        "Vera Visitor,vera@example.com,09:00,12:00", "Ada,ada@example.org,09:00,12:00"
    )
    batch = intake.send(trainer, report)
    number = intake.people(batch)["Vera Visitor"].number
    api.settle_import(f.session_id(), batch.pk, [api.Settled(number, "guest")])
    done = intake.apply(trainer, batch)
    assert done.guests == 1
    (guest,) = api.list_guests(f.session_id())
    assert (guest.name, guest.status, guest.minutes) == ("Vera Visitor", "P", 180)
    api.undo_import(f.session_id(), batch.pk, actor=trainer)
    assert api.list_guests(f.session_id()) == []
    copy = api.check_import_again(f.session_id(), batch.pk, actor=trainer)
    assert api.check_import_again(f.session_id(), batch.pk, actor=trainer).pk == copy.pk
    api.discard_import(f.session_id(), copy.pk)
    copy = api.check_import_again(f.session_id(), batch.pk, actor=trainer)
    assert intake.apply(trainer, copy).guests == 1


def test_a_retry_changes_nothing(trainer, learners) -> None:
    batch = intake.send(trainer, REPORT)
    revision = batch.revision
    intake.apply(trainer, batch)
    before = AttendanceChange.objects.count()
    done = api.apply_import(f.session_id(), batch.pk, actor=trainer, revision=revision)
    assert done.is_repeated
    assert done.recorded == 4
    assert AttendanceChange.objects.count() == before


def test_what_was_decided_since_is_looked_through_first(trainer, learners) -> None:
    batch = intake.send(trainer, REPORT)
    api.settle_import(f.session_id(), batch.pk, [api.Settled(0, "out")])
    with pytest.raises(api.BlendedError) as error:
        api.apply_import(f.session_id(), batch.pk, actor=trainer, revision=batch.revision)
    assert error.value.code == "import_changed"
    assert not AttendanceRecord.objects.exists()
    assert ImportBatch.objects.get(pk=batch.pk).state == "ready"
