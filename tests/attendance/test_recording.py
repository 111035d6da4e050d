"""Marks are recorded once, all or none, with their history, and never silently lost."""

from __future__ import annotations

import zoneinfo
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from blended_xblock import api
from blended_xblock.attendance.history import list_changes
from blended_xblock.errors import ConflictError
from blended_xblock.models import AttendanceChange, AttendanceRecord
from tests import factories as f

pytestmark = pytest.mark.usefixtures("course")


@pytest.fixture(autouse=True)
def _open(course, trainer, ana, ben) -> None:
    api.open_roll(f.session_id(), actor=trainer)


def test_a_mark_is_recorded_with_who_when_and_how(trainer, ana, ben, clock) -> None:
    report = f.give(trainer, [api.Mark(ana.pk, "P", 175, "room", "On time.")], source="import")
    record = f.record(ana)
    assert report.recorded == (ana.pk,)
    assert (record.status, record.minutes, record.modality, record.note) == (
        "P",
        175,
        "room",
        "On time.",
    )
    assert (record.source, record.recorded_by, record.revision) == ("import", trainer, 1)
    assert record.recorded_at == timezone.now() == report.at
    assert f.record(ben).status is None


def test_each_change_stands_in_the_history_newest_first(trainer, ana, clock) -> None:
    f.give(trainer, [api.Mark(ana.pk, "P", note="Here.")])
    clock.tick(60)
    colleague = f.person("colleague", f.Role.TRAINER, first_name="Co", last_name="League")
    f.give(colleague, [api.Mark(ana.pk, "D", minutes=90)])
    newest, oldest = list_changes(f.session_id(), ana.pk)
    assert (newest.before["status"], newest.after["status"]) == ("P", "D")
    assert (newest.actor_name, newest.source, newest.is_applied) == ("Co League", "roll", True)
    assert newest.at == timezone.now()
    assert newest.after["note"] == "Here.", "no note sent leaves the note"
    assert oldest.before["status"] is None
    assert oldest.actor_name == "trainer"


def test_saying_the_same_again_is_no_change(trainer, ana, clock) -> None:
    f.give(trainer, [api.Mark(ana.pk, "P")])
    before = f.record(ana).recorded_at
    clock.tick(60)
    report = f.give(trainer, [api.Mark(ana.pk, "P")])
    assert (report.recorded, report.unchanged) == ((), (ana.pk,))
    assert f.record(ana).recorded_at == before
    assert AttendanceChange.objects.count() == 1


def test_a_mark_sent_twice_is_recorded_once(trainer, ana, clock) -> None:
    mark = api.Mark(ana.pk, "P", request_key="k1")
    f.give(trainer, [mark])
    f.give(trainer, [api.Mark(ana.pk, "A", request_key="k2")])
    clock.tick(60)
    report = f.give(trainer, [mark])
    assert (report.recorded, report.repeated) == ((), (ana.pk,))
    assert f.record(ana).status == "A", "the retry of an old mark must not undo a newer one"
    assert AttendanceChange.objects.count() == 2


def test_a_mark_that_changed_nothing_is_not_recorded_later_either(trainer, ana) -> None:
    f.give(trainer, [api.Mark(ana.pk, "P")])
    f.give(trainer, [api.Mark(ana.pk, "P", request_key="k1")])
    f.give(trainer, [api.Mark(ana.pk, "A")])
    assert f.give(trainer, [api.Mark(ana.pk, "P", request_key="k1")]).repeated == (ana.pk,)
    assert f.record(ana).status == "A"


def test_of_a_batch_sent_again_only_what_is_new_is_recorded(trainer, ana, ben) -> None:
    first = api.Mark(ana.pk, "P", request_key="k1")
    f.give(trainer, [first])
    report = f.give(trainer, [first, api.Mark(ben.pk, "L", request_key="k2")])
    assert (report.recorded, report.repeated) == ((ben.pk,), (ana.pk,))
    assert f.record(ben).status == "L"
    assert AttendanceChange.objects.count() == 2


def test_the_same_mark_twice_in_one_batch_is_recorded_once(trainer, ana) -> None:
    mark = api.Mark(ana.pk, "P", request_key="k1")
    assert f.give(trainer, [mark, mark]).recorded == (ana.pk,)
    assert AttendanceChange.objects.count() == 1


def test_of_two_marks_for_one_learner_the_later_counts_and_both_are_kept(trainer, ana) -> None:
    report = f.give(trainer, [api.Mark(ana.pk, "A"), api.Mark(ana.pk, "L")])
    assert report.recorded == (ana.pk,)
    assert f.record(ana).status == "L"
    assert [c.after["status"] for c in list_changes(f.session_id(), ana.pk)] == ["L", "A"]


def test_a_key_used_for_another_learner_is_a_conflict(trainer, ana, ben) -> None:
    f.give(trainer, [api.Mark(ana.pk, "P", request_key="k1")])
    before = f.written()
    with pytest.raises(ConflictError):
        f.give(trainer, [api.Mark(ana.pk, "A"), api.Mark(ben.pk, "P", request_key="k1")])
    assert f.written() == before
    assert f.record(ana).status == "P"


def test_a_key_used_at_another_session_is_a_conflict(trainer, ana) -> None:
    f.redesign(sessions=[f.meeting(1), f.meeting(2)])
    f.publish()
    f.give(trainer, [api.Mark(ana.pk, "P", request_key="k1")])
    api.open_roll(f.session_id(2), actor=trainer)
    with pytest.raises(ConflictError):
        f.give(trainer, [api.Mark(ana.pk, "P", request_key="k1")], n=2)
    assert f.record(ana, 2).status is None


def test_one_key_for_two_learners_in_one_batch_is_a_conflict(trainer, ana, ben) -> None:
    """Dropping the second mark would lose it without a word."""
    with pytest.raises(ConflictError):
        f.give(
            trainer,
            [api.Mark(ana.pk, "P", request_key="k1"), api.Mark(ben.pk, "P", request_key="k1")],
        )
    assert AttendanceChange.objects.count() == 0


def test_keys_that_differ_in_case_only_lose_no_mark(trainer, ana, ben) -> None:
    """Some databases compare text without case: refusing is fine, crashing or losing is not."""
    f.give(trainer, [api.Mark(ana.pk, "P", request_key="key")])
    try:
        f.give(trainer, [api.Mark(ben.pk, "P", request_key="KEY")])
    except ConflictError:
        assert f.record(ben).status is None
    else:
        assert f.record(ben).status == "P"


def test_a_newer_mark_by_somebody_else_wins_and_the_loser_is_kept(trainer, ana, clock) -> None:
    colleague = f.person("colleague", f.Role.TRAINER)
    offline = timezone.now() - timedelta(minutes=5)
    f.give(colleague, [api.Mark(ana.pk, "A")])
    clock.tick(60)
    report = f.give(trainer, [api.Mark(ana.pk, "P", at=offline, request_key="k1")])
    assert (report.recorded, report.superseded) == ((), (ana.pk,))
    assert (f.record(ana).status, f.record(ana).recorded_by) == ("A", colleague)
    lost = AttendanceChange.objects.get(request_key="k1")
    assert not lost.is_applied
    assert (lost.after["status"], lost.at, lost.received_at) == ("P", offline, timezone.now())
    assert f.standing(ana).is_met is False


def test_an_older_mark_that_says_the_same_is_no_conflict(trainer, ana, clock) -> None:
    earlier = timezone.now() - timedelta(minutes=5)
    f.give(f.person("colleague", f.Role.TRAINER), [api.Mark(ana.pk, "P")])
    report = f.give(trainer, [api.Mark(ana.pk, "P", at=earlier)])
    assert (report.unchanged, report.superseded) == ((ana.pk,), ())


def test_a_later_mark_from_a_device_without_network_is_recorded(trainer, ana, clock) -> None:
    f.give(f.person("colleague", f.Role.TRAINER), [api.Mark(ana.pk, "A")])
    clock.tick(600)
    made = timezone.now() - timedelta(minutes=5)
    assert f.give(trainer, [api.Mark(ana.pk, "P", at=made)]).recorded == (ana.pk,)
    assert f.record(ana).recorded_at == made


def test_a_mark_from_the_future_happened_now(trainer, ana, clock) -> None:
    """A device whose clock is wrong must not win against everybody until then."""
    f.give(trainer, [api.Mark(ana.pk, "P", at=datetime(2031, 1, 1, tzinfo=UTC))])
    assert f.record(ana).recorded_at == timezone.now()
    clock.tick(1)
    f.give(f.person("colleague", f.Role.TRAINER), [api.Mark(ana.pk, "A")])
    assert f.record(ana).status == "A"


def test_a_mark_can_be_taken_back(trainer, ana, clock) -> None:
    f.give(trainer, [api.Mark(ana.pk, "P", minutes=170, note="Mixed up with Anna.")])
    assert api.is_open(f.AFTER, ana.pk)
    f.give(trainer, [api.Mark(ana.pk, None)])
    record = f.record(ana)
    assert (record.status, record.minutes, record.note) == (None, None, "Mixed up with Anna.")
    assert not api.is_open(f.AFTER, ana.pk)
    assert [c.after["status"] for c in list_changes(f.session_id(), ana.pk)] == [None, "P"]
    clock.move_to("2026-05-13")
    assert api.get_standing(f.unit_key(), ana.pk).outcome == "pending"


def test_taking_back_a_mark_nobody_made_records_nothing(trainer, ana) -> None:
    walk_in = f.person("walk-in")
    report = f.give(trainer, [api.Mark(ana.pk, None), api.Mark(walk_in.pk, None)])
    assert report.recorded == ()
    assert f.record(ana).recorded_at is None
    assert not AttendanceRecord.objects.filter(user=walk_in).exists()


def test_a_learner_who_was_not_expected_is_added(trainer, ana) -> None:
    walk_in = f.person("walk-in", cohort="another")
    f.give(trainer, [api.Mark(walk_in.pk, "P")])
    record = f.record(walk_in)
    assert (record.status, record.is_expected) == ("P", False)
    assert api.is_open(f.AFTER, walk_in.pk)
    assert api.open_roll(f.session_id(), actor=trainer).expected == 2


def test_who_left_the_course_can_still_be_marked(trainer, ana) -> None:
    ana.campus_enrollments.all().delete()
    f.give(trainer, [api.Mark(ana.pk, "P")])
    assert f.record(ana).status == "P"


def test_modality_and_note_stay_until_something_else_is_said(trainer, ana) -> None:
    f.give(trainer, [api.Mark(ana.pk, "P", 100, "remote", "Sound was bad.")])
    f.give(trainer, [api.Mark(ana.pk, "L")])
    record = f.record(ana)
    assert (record.minutes, record.modality, record.note) == (None, "remote", "Sound was bad.")
    f.give(trainer, [api.Mark(ana.pk, "L", modality="", note="")])
    assert (f.record(ana).modality, f.record(ana).note) == ("", "")


@pytest.mark.parametrize("assumed", ["everyone", "close"])
def test_what_somebody_saw_stands_against_what_was_assumed(trainer, ana, clock, assumed) -> None:
    """A colleague without a network marked Ana late, before everybody left was marked at once."""
    colleague = f.person("colleague", f.Role.TRAINER)
    seen = clock().replace(tzinfo=UTC)
    clock.tick(600)
    if assumed == "everyone":
        api.record_unmarked(f.session_id(), "P", actor=trainer, source="everyone")
    else:
        api.close_roll(f.session_id(), actor=trainer)
    assert f.record(ana).status == ("P" if assumed == "everyone" else "A")
    clock.tick(600)
    report = f.give(colleague, [api.Mark(ana.pk, "L", request_key="phone", at=seen)])
    assert report.recorded == (ana.pk,)
    assert f.record(ana).status == "L"


# Why, and when somebody came and left


def test_a_reason_stands_in_the_history(trainer, ana) -> None:
    f.give(trainer, [api.Mark(ana.pk, "P", reason="Sat in the back row.")])
    assert list_changes(f.session_id(), ana.pk)[0].reason == "Sat in the back row."


def test_arrival_and_departure_stay_until_something_else_is_said(trainer, ana) -> None:
    paris = zoneinfo.ZoneInfo("Europe/Paris")
    came = datetime(2026, 5, 12, 9, 5, tzinfo=paris)
    left = datetime(2026, 5, 12, 11, 30, tzinfo=paris)
    f.give(trainer, [api.Mark(ana.pk, "L", arrived_at=came)])
    f.give(trainer, [api.Mark(ana.pk, "D", left_at=left)])
    assert (f.record(ana).arrived_at, f.record(ana).left_at) == (came, left)
    newest = list_changes(f.session_id(), ana.pk)[0]
    assert newest.before["left_at"] is None
    assert newest.after["arrived_at"] == "2026-05-12T07:05:00+00:00"
    f.give(trainer, [api.Mark(ana.pk, "D", arrived_at=None)])
    assert (f.record(ana).arrived_at, f.record(ana).left_at) == (None, left)
    f.give(trainer, [api.Mark(ana.pk, None)])
    assert f.record(ana).left_at is None, "nobody who was not there has left"


@pytest.mark.parametrize(
    ("said", "stands"), [("arrived_at", (True, False)), ("left_at", (False, True))]
)
def test_of_times_that_contradict_each_other_the_one_said_now_stands(
    trainer, ana, said, stands
) -> None:
    """Refusing it would hold a whole queue for what another device wrote meanwhile."""
    now = timezone.now()
    other = {"arrived_at": "left_at", "left_at": "arrived_at"}[said]
    apart = timedelta(minutes=10 if said == "arrived_at" else -10)
    f.give(trainer, [api.Mark(ana.pk, "P", **{other: now})])
    f.give(trainer, [api.Mark(ana.pk, "P", **{said: now + apart})])
    record = f.record(ana)
    assert (record.arrived_at is not None, record.left_at is not None) == stands


def test_a_history_without_arrivals_is_read_and_compared(trainer, ana) -> None:
    """Lines of earlier versions hold four values."""
    f.give(trainer, [api.Mark(ana.pk, "P")])
    line = AttendanceChange.objects.get()
    for side in (line.before, line.after):
        del side["arrived_at"], side["left_at"]
    line.save()
    assert list_changes(f.session_id(), ana.pk)[0].after["arrived_at"] is None
    assert f.give(trainer, [api.Mark(ana.pk, "P")]).unchanged == (ana.pk,)
