"""What happens around us is followed up, and never broken by us."""

from __future__ import annotations

from typing import Any, ClassVar

import pytest
from django.db import DatabaseError, transaction

from blended_xblock import api, events, signals
from blended_xblock.hosts.workbench import WorkbenchHost
from blended_xblock.models import (
    AttendanceRecord,
    BlendedUnit,
    CourseGate,
    GatedBlock,
    Session,
    Standing,
)
from blended_xblock.workbench.models import CampusEnrollment
from tests import factories as f
from tests.ask import all_rows
from tests.counting import Counted


class AwayHost(WorkbenchHost):
    """The campus, whose store or people are away for some calls."""

    times: ClassVar[int] = 0

    def _maybe(self) -> None:
        if AwayHost.times:
            AwayHost.times -= 1
            raise DatabaseError("the store is away")

    def outline(self, course_key: str) -> Any:
        self._maybe()
        return super().outline(course_key)

    def learners(self, course_key: str, user_ids: Any = None) -> Any:
        self._maybe()
        return super().learners(course_key, user_ids)


@pytest.fixture
def away(settings: Any) -> Any:
    """Return what makes the next calls fail; after them the host is back."""
    settings.BLENDED_XBLOCK_HOST = f"{__name__}.AwayHost"

    def fail(times: int) -> None:
        AwayHost.times = times

    yield fail
    AwayHost.times = 0


# A course is published or deleted


def test_a_publish_compiles_the_course(course) -> None:
    f.redesign(follow_ups=[{"block": "sequence_demo@later"}])
    signals.course_published(f.COURSE)
    gated = set(GatedBlock.objects.values_list("usage_key", flat=True))
    assert f.LATER in gated
    assert f.AFTER not in gated


def test_a_course_without_units_costs_one_query_and_no_row(course) -> None:
    before = all_rows()
    with Counted() as counted:
        signals.course_published(f.OTHER_COURSE)
    assert counted.n == 1, counted
    assert all_rows() == before


def test_a_course_whose_last_unit_is_gone_loses_its_gates(course) -> None:
    f.move("blended_unit@unit", None)
    signals.course_published(f.COURSE)
    assert not BlendedUnit.objects.get().is_active
    assert not any(CourseGate.objects.get().gates.values())


def test_a_sync_that_fails_breaks_no_publish_and_is_tried_again(course, away, caplog) -> None:
    """The campus's Celery runs a task at once, and tries again without waiting."""
    f.redesign(follow_ups=[{"block": "sequence_demo@later"}])
    away(3)
    signals.course_published(f.COURSE)
    assert f"The sync of {f.COURSE} failed; its gates stay as they were." in caplog.text
    assert set(GatedBlock.objects.values_list("usage_key", flat=True)) >= {f.LATER}


def test_a_sync_that_never_works_leaves_every_gate_as_it_was(course, away, caplog) -> None:
    before = all_rows()
    f.redesign(follow_ups=[])
    away(1000)
    signals.course_published(f.COURSE)
    away(0)
    after = all_rows()
    for table in before.keys() - {"XBlockState", "FailedJob"}:
        assert after[table] == before[table]
    assert [job["name"] for job in after["FailedJob"]] == ["blended_xblock.sync_course"]
    assert caplog.text.count("raised unexpected") == 1, "the task has given up"


def test_a_deleted_course_keeps_records_and_no_gate(course, trainer, ana, ben) -> None:
    f.take_roll(trainer, {ana: "P", ben: "A"})
    records = list(AttendanceRecord.objects.order_by("pk").values())
    assert not api.is_open(f.AFTER, ben.pk)
    signals.course_deleted(f.COURSE)
    assert api.is_open(f.AFTER, ben.pk)
    assert not any(CourseGate.objects.get().gates.values())
    assert f.session().state == Session.State.REMOVED
    assert list(AttendanceRecord.objects.order_by("pk").values()) == records


def test_the_deletion_of_any_other_course_is_nothing_to_us(course) -> None:
    before = all_rows()
    signals.course_deleted(f.OTHER_COURSE)
    assert all_rows() == before


def test_a_deletion_goes_on_where_ours_fails(course, monkeypatch, caplog) -> None:
    def fail(course_key: str) -> None:
        raise DatabaseError("away")

    monkeypatch.setattr(signals, "retire_course", fail)
    signals.course_deleted(f.COURSE)
    assert f"the deletion of {f.COURSE} could not be recorded" in caplog.text
    assert BlendedUnit.objects.get().is_active


# Learners come, go and move


def is_expected(user: Any) -> bool:
    return f.standing(user).pending_from is not None


def test_who_enrols_is_decided_once_it_is_committed(
    course, ana, django_capture_on_commit_callbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        signals.learners_moved(f.COURSE, [ana.pk])
        assert not Standing.objects.exists(), "the enrolment may still be undone"
    assert is_expected(ana)


def test_who_leaves_or_changes_cohort_is_expected_no_more(
    clock, ana, ben, django_capture_on_commit_callbacks
) -> None:
    f.build_course(unit=f.design(f.meeting(audience=["Red"])))
    CampusEnrollment.objects.update(cohort="Red")
    both = [ana.pk, ben.pk]
    with django_capture_on_commit_callbacks(execute=True):
        signals.learners_moved(f.COURSE, both)
    assert (is_expected(ana), is_expected(ben)) == (True, True)
    CampusEnrollment.objects.filter(user=ana).update(cohort="Blue")
    CampusEnrollment.objects.filter(user=ben).delete()
    with django_capture_on_commit_callbacks(execute=True):
        signals.learners_moved(f.COURSE, both)
    assert (is_expected(ana), is_expected(ben)) == (False, False)


def test_enrolments_elsewhere_cost_one_query(course, ana) -> None:
    with Counted() as counted, transaction.atomic():
        signals.learners_moved(f.OTHER_COURSE, [ana.pk])
    assert counted.n <= 1, counted
    assert not Standing.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_an_enrolment_that_is_rolled_back_decides_nothing(course, ana) -> None:
    with transaction.atomic():
        signals.learners_moved(f.COURSE, [ana.pk])
        transaction.set_rollback(True)
    assert not Standing.objects.exists()


def test_an_enrolment_stands_where_ours_fails(
    course, ana, away, caplog, django_capture_on_commit_callbacks
) -> None:
    away(1)
    with django_capture_on_commit_callbacks(execute=True):
        signals.learners_moved(f.COURSE, [ana.pk])
    assert f"enrolments of [{ana.pk}] in {f.COURSE} could not be recorded" in caplog.text
    assert not Standing.objects.exists()


# A person is retired


def test_a_retirement_wipes_words(course, trainer, ana) -> None:
    f.take_roll(trainer, {})
    f.give(trainer, [api.Mark(ana.pk, "E", note="Ill again.")])
    signals.person_retired(ana)
    assert (f.record(ana).status, f.record(ana).note) == ("E", "")


def test_a_retirement_that_fails_is_not_counted_as_done(course, ana, monkeypatch) -> None:
    def fail(*_person: Any) -> None:
        raise DatabaseError("away")

    monkeypatch.setattr(signals, "forget_person", fail)
    with pytest.raises(DatabaseError):
        signals.person_retired(ana)


# Our own signal


@pytest.mark.django_db(transaction=True)
def test_what_was_decided_is_told_once_after_the_commit_and_in_order(course, trainer) -> None:
    told: list[tuple[int, list[int]]] = []

    def listen(unit_id: int, user_ids: list[int], **_signal: Any) -> None:
        told.append((unit_id, user_ids))

    users = [f.person(f"learner{i}") for i in range(5)]
    api.open_roll(f.session_id(), actor=trainer)
    events.decided.connect(listen)
    try:
        with transaction.atomic():
            f.give(trainer, [api.Mark(user.pk, "P") for user in reversed(users[:4])])
            assert told == []
    finally:
        events.decided.disconnect(listen)
    assert told == [(f.unit().pk, [user.pk for user in users[:4]])]
