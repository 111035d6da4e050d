"""Two devices that did not know of each other: one value stands, none is lost, a person settles."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db.models import RestrictedError
from django.utils import timezone

from blended_xblock import api
from blended_xblock.attendance.history import list_changes
from blended_xblock.errors import InvalidInputError, NotFoundError
from blended_xblock.models import AttendanceChange, MarkConflict
from tests import factories as f
from tests.counting import Counted

pytestmark = pytest.mark.usefixtures("course")


@pytest.fixture(autouse=True)
def _open(course, trainer, ana, ben) -> None:
    api.open_roll(f.session_id(), actor=trainer)


@pytest.fixture
def colleague(db) -> Any:
    return f.person("colleague", f.Role.TRAINER, first_name="Co", last_name="League")


def ago(minutes: float) -> datetime:
    return timezone.now() - timedelta(minutes=minutes)


def conflicts() -> list[api.Conflict]:
    return api.list_conflicts(f.session_id())


# What stands


def test_who_saw_what_stood_changes_it_whatever_the_clocks_say(trainer, ana, colleague) -> None:
    """The phone's clock is an hour slow; what it shows is what stands."""
    f.give(colleague, [api.Mark(ana.pk, "A", base=0)])
    report = f.give(trainer, [api.Mark(ana.pk, "L", base=1, at=ago(60))])
    assert (report.recorded, report.conflicts) == ((ana.pk,), ())
    assert f.record(ana).status == "L"
    assert conflicts() == []


def test_an_older_mark_that_did_not_know_loses_and_is_to_be_settled(
    trainer, ana, colleague
) -> None:
    f.give(colleague, [api.Mark(ana.pk, "A", base=0)])
    report = f.give(trainer, [api.Mark(ana.pk, "P", base=0, at=ago(5), request_key="k")])
    assert (report.recorded, report.superseded) == ((), (ana.pk,))
    assert report.conflicts == (ana.pk,)
    assert f.record(ana).status == "A"
    (conflict,) = conflicts()
    assert (conflict.user_id, conflict.name) == (ana.pk, "ana")
    assert (conflict.standing.values["status"], conflict.standing.actor_name) == ("A", "Co League")
    assert (conflict.other.values["status"], conflict.other.actor_name) == ("P", "trainer")
    assert (conflict.standing.at, conflict.other.at) == (timezone.now(), ago(5))
    lost = AttendanceChange.objects.get(request_key="k")
    assert (lost.is_applied, lost.at) == (False, ago(5))


def test_a_newer_mark_that_did_not_know_stands_and_is_to_be_settled(
    trainer, ana, colleague
) -> None:
    f.give(colleague, [api.Mark(ana.pk, "A", base=0, at=ago(5))])
    report = f.give(trainer, [api.Mark(ana.pk, "P", base=0)])
    assert (report.recorded, report.conflicts) == ((ana.pk,), (ana.pk,))
    (conflict,) = conflicts()
    assert (conflict.standing.values["status"], conflict.standing.actor_name) == ("P", "trainer")
    assert (conflict.other.values["status"], conflict.other.actor_name) == ("A", "Co League")


def test_ones_own_older_mark_from_another_device_loses_too(trainer, ana) -> None:
    f.give(trainer, [api.Mark(ana.pk, "A", base=0)])
    report = f.give(trainer, [api.Mark(ana.pk, "P", base=0, at=ago(5))])
    assert (report.superseded, report.conflicts) == ((ana.pk,), (ana.pk,))
    assert f.record(ana).status == "A"


def test_ones_own_newer_mark_from_another_device_is_no_conflict(trainer, ana) -> None:
    f.give(trainer, [api.Mark(ana.pk, "A", base=0, at=ago(5))])
    report = f.give(trainer, [api.Mark(ana.pk, "P", base=0)])
    assert (report.recorded, report.conflicts) == ((ana.pk,), ())


def test_the_same_said_twice_is_no_conflict(trainer, ana, colleague) -> None:
    f.give(colleague, [api.Mark(ana.pk, "P", base=0)])
    report = f.give(trainer, [api.Mark(ana.pk, "P", base=0, at=ago(5), request_key="k")])
    assert (report.unchanged, report.superseded, report.conflicts) == ((ana.pk,), (), ())


@pytest.mark.parametrize("age", [5, -5])
def test_what_was_assumed_is_no_conflict_and_never_wins(
    trainer, ana, colleague, age, clock
) -> None:
    clock.tick(600)
    api.record_many(f.session_id(), "P", actor=colleague, kind="everyone", only_unmarked=True)
    clock.tick(600)
    report = f.give(trainer, [api.Mark(ana.pk, "L", base=0, at=ago(10 + age))])
    assert (report.recorded, report.conflicts) == ((ana.pk,), ())


def test_a_mark_that_was_taken_back_is_no_conflict(trainer, ana, colleague) -> None:
    f.give(colleague, [api.Mark(ana.pk, "P")])
    f.give(colleague, [api.Mark(ana.pk, None)])
    report = f.give(trainer, [api.Mark(ana.pk, "L", base=0)])
    assert (report.recorded, report.conflicts) == ((ana.pk,), ())


def test_a_repeat_is_never_listed(trainer, ana, colleague) -> None:
    f.give(colleague, [api.Mark(ana.pk, "A", base=0)])
    mark = api.Mark(ana.pk, "P", base=0, at=ago(5), request_key="k")
    assert f.give(trainer, [mark]).conflicts == (ana.pk,)
    report = f.give(trainer, [mark])
    assert (report.repeated, report.conflicts) == ((ana.pk,), ())
    assert MarkConflict.objects.count() == 1


def test_a_note_that_would_be_lost_is_a_conflict_too(trainer, ana, colleague) -> None:
    f.give(colleague, [api.Mark(ana.pk, "P", 90, base=0)])
    assert f.give(trainer, [api.Mark(ana.pk, "P", 30, base=0)]).conflicts == (ana.pk,)


# One device counts along


def test_a_queue_of_one_device_is_applied_in_order_without_a_conflict(trainer, ana) -> None:
    marks = [
        api.Mark(ana.pk, status, base=n, at=ago(10 - n), request_key=f"k{n}")
        for n, status in enumerate("PLDA")
    ]
    for some in (marks[:1], marks[1:3], marks[3:]):
        assert f.give(trainer, some).conflicts == ()
    assert f.record(ana).status == "A"
    assert [line.after["status"] for line in list_changes(f.session_id(), ana.pk)] == list("ADLP")


def test_a_queue_whose_first_mark_said_what_stood_already_goes_on(trainer, ana, colleague) -> None:
    f.give(colleague, [api.Mark(ana.pk, "P", base=0)])
    queue = [
        api.Mark(ana.pk, status, base=n, at=ago(10), request_key=f"k{n}")
        for n, status in enumerate("PLA", start=1)
    ]
    first = f.give(trainer, queue[:1])
    assert (first.unchanged, f.record(ana).revision) == ((ana.pk,), 2)
    assert f.record(ana).recorded_by == colleague, "the mark that stands is still theirs"
    rest = f.give(trainer, queue[1:])
    assert (rest.superseded, rest.conflicts) == ((), ())
    assert f.record(ana).status == "A"


def test_counting_along_past_somebody_else_is_not_knowing(trainer, ana, colleague) -> None:
    """The second mark's base equals what one mark by a colleague made of the revision."""
    f.give(colleague, [api.Mark(ana.pk, "A", base=0, at=ago(5))])
    queue = [
        api.Mark(ana.pk, "L", base=0, at=ago(8), request_key="k0"),
        api.Mark(ana.pk, "P", base=1, at=ago(7), request_key="k1"),
    ]
    report = f.give(trainer, queue)
    assert (report.recorded, report.superseded) == ((), (ana.pk, ana.pk))
    assert f.record(ana).status == "A"


def test_a_walk_in_is_marked_from_a_queue(trainer) -> None:
    walk_in = f.person("walk-in")
    report = f.give(trainer, [api.Mark(walk_in.pk, s, base=n) for n, s in enumerate("PPL")])
    assert (report.conflicts, f.record(walk_in).status) == ((), "L")
    assert f.record(walk_in).revision == 3


# Settling


@pytest.fixture
def disputed(trainer, ana, colleague) -> api.Conflict:
    f.give(colleague, [api.Mark(ana.pk, "A", base=0)])
    f.give(trainer, [api.Mark(ana.pk, "P", 90, "room", "Came.", base=0, at=ago(5))])
    return conflicts()[0]


def settle(conflict: api.Conflict, take: Any, actor: Any) -> tuple[api.Conflict, ...]:
    return api.settle_conflict(f.session_id(), conflict.id, take, actor=actor)


def test_keeping_what_stands_settles_it(disputed, trainer, ana) -> None:
    lines = AttendanceChange.objects.count()
    assert settle(disputed, "standing", trainer) == ()
    assert (f.record(ana).status, AttendanceChange.objects.count()) == ("A", lines)
    assert MarkConflict.objects.get().settled_by == trainer


def test_taking_the_other_records_it_as_ones_own(disputed, ana) -> None:
    staff = f.person("staff", f.Role.TRAINER)
    assert settle(disputed, "other", staff) == ()
    record = f.record(ana)
    assert (record.status, record.minutes, record.modality) == ("P", 90, "room")
    assert (record.note, record.source, record.recorded_by) == ("Came.", "settled", staff)
    newest = list_changes(f.session_id(), ana.pk)[0]
    assert (newest.before["status"], newest.after["status"], newest.source) == ("A", "P", "settled")
    assert f.standing(ana).is_met


def test_taking_what_was_overwritten_brings_it_back(trainer, ana, colleague) -> None:
    f.give(colleague, [api.Mark(ana.pk, "A", base=0, at=ago(5))])
    f.give(trainer, [api.Mark(ana.pk, "P", base=0)])
    settle(conflicts()[0], "other", trainer)
    assert f.record(ana).status == "A"


@pytest.mark.parametrize("again", ["standing", "other"])
def test_settling_again_changes_nothing(disputed, trainer, ana, again) -> None:
    settle(disputed, "other", trainer)
    f.give(trainer, [api.Mark(ana.pk, "L")])
    before = f.written()
    assert settle(disputed, again, trainer) == ()
    assert (f.record(ana).status, f.written()) == ("L", before)


def test_whoever_marks_what_they_saw_settles_it(disputed, colleague, ana) -> None:
    report = f.give(colleague, [api.Mark(ana.pk, "L", base=f.record(ana).revision)])
    assert report.conflicts == ()
    assert conflicts() == []
    assert MarkConflict.objects.get().settled_by == colleague


def test_confirming_what_stands_settles_it_too(disputed, colleague, ana) -> None:
    f.give(colleague, [api.Mark(ana.pk, "A", base=f.record(ana).revision, request_key="yes")])
    assert conflicts() == []


def test_a_mark_of_somebody_who_saw_nothing_settles_nothing(disputed, trainer, ana) -> None:
    f.give(trainer, [api.Mark(ana.pk, "L")])
    (conflict,) = conflicts()
    assert conflict.standing.values["status"] == "L", "what stands now, not what stood then"
    settle(conflict, "other", trainer)
    assert f.record(ana).status == "P"


def test_one_decision_settles_all_that_is_open_about_a_learner(
    disputed, trainer, ana, colleague
) -> None:
    f.give(f.person("third", f.Role.TRAINER), [api.Mark(ana.pk, "L", base=0)])
    assert len(conflicts()) == 2
    assert settle(conflicts()[0], "standing", trainer) == ()


def test_what_cannot_be_settled_is_refused(disputed, trainer, ana) -> None:
    before = f.written()
    with pytest.raises(InvalidInputError):
        settle(disputed, "both", trainer)
    with pytest.raises(NotFoundError):
        api.settle_conflict(f.session_id(), disputed.id + 1, "other", actor=trainer)
    f.redesign(sessions=[f.meeting(1), f.meeting(2)])
    f.publish()
    with pytest.raises(NotFoundError):
        api.settle_conflict(f.session_id(2), disputed.id, "other", actor=trainer)
    assert (len(conflicts()), f.written()) == (1, before)


@pytest.mark.parametrize("n", [1, 40])
def test_listing_conflicts_costs_three_queries(trainer, colleague, n) -> None:
    users = f.crowd(n)
    f.give(colleague, [api.Mark(user.pk, "A", base=0) for user in users])
    f.give(trainer, [api.Mark(user.pk, "P", base=0) for user in users])
    with Counted() as counted:
        assert len(conflicts()) == n
    assert counted.n <= 3, str(counted)


def test_an_account_that_is_deleted_takes_its_conflicts_along(trainer, colleague, ana) -> None:
    f.give(colleague, [api.Mark(ana.pk, "A", base=0)])
    f.give(trainer, [api.Mark(ana.pk, "P", base=0)])
    assert MarkConflict.objects.exists()
    with pytest.raises(RestrictedError):
        MarkConflict.objects.get().change.delete()
    ana.delete()
    assert not MarkConflict.objects.exists()
