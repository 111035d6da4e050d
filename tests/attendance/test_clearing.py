"""What "Delete learner state" takes back of a learner, and what it leaves standing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from blended_xblock import api, models
from blended_xblock.attendance.recording import clear_records
from tests import factories as f
from tests.ask import all_rows

pytestmark = pytest.mark.usefixtures("course")


@pytest.fixture
def told(trainer, ana, ben) -> None:
    """Let both learners have a mark, a conflict, an appeal and an absence, and Ana be a guest."""
    f.take_roll(trainer, {ana: "P", ben: "P"})
    colleague, now = f.person("colleague", f.Role.TRAINER), timezone.now()
    f.give(
        colleague,
        [api.Mark(user.pk, "A", base=0, at=now - timedelta(minutes=9)) for user in (ana, ben)],
    )
    for user in (ana, ben):
        here = {"session": f.session(), "user": user}
        models.Appeal.objects.create(**here, text="I was there.", made_at=now)
        models.Appeal.objects.create(
            **here, text="Before.", made_at=now, state="declined", answer="No.", answered_at=now
        )
        models.AbsenceNotice.objects.create(**here, reason="Train", announced_at=now)
    assert models.MarkConflict.objects.count() == 2


def of(user: Any) -> dict[str, list[dict[str, Any]]]:
    return {
        table: [row for row in rows if row.get("user_id") == user.pk]
        for table, rows in all_rows().items()
    }


def clear(user: Any, actor: Any) -> None:
    clear_records(f.unit_key(), user.pk, actor=actor)


def test_marks_go_and_what_waits_for_a_decision_about_them_is_closed(told, trainer, ana) -> None:
    clear(ana, trainer)
    assert f.record(ana).status is None
    appeals = models.Appeal.objects.filter(user=ana).order_by("pk")
    assert [(appeal.state, appeal.text) for appeal in appeals] == [
        ("withdrawn", "I was there."), ("declined", "Before."),
    ]  # fmt: skip
    conflict = models.MarkConflict.objects.get(user=ana)
    assert (conflict.settled_at, conflict.settled_by) == (timezone.now(), trainer)
    assert api.list_conflicts(f.session_id())[0].user_id != ana.pk


def test_absences_and_the_history_stay(told, trainer, ana) -> None:
    before = of(ana)
    clear(ana, trainer)
    after = of(ana)
    assert after["AbsenceNotice"] == before["AbsenceNotice"]
    known = len(before["AttendanceChange"])
    assert after["AttendanceChange"][:known] == before["AttendanceChange"]
    assert after["AttendanceChange"][-1]["source"] == "reset"


def test_nobody_else_is_touched(told, trainer, ana, ben) -> None:
    before = of(ben)
    clear(ana, trainer)
    assert of(ben) == before


def test_clearing_again_writes_nothing(told, trainer, ana, clock) -> None:
    clear(ana, trainer)
    before = all_rows()
    clock.tick(60)
    clear(ana, trainer)
    assert all_rows() == before


def test_a_linked_guest_keeps_their_marks_and_the_reset_stands(told, trainer) -> None:
    dan = f.person("dan")
    guest = api.add_guest(f.session_id(), "Dan?", actor=trainer, status="L")
    api.link_guest(f.session_id(), guest.id, dan.pk, actor=trainer)
    clear(dan, trainer)
    assert f.record(dan).status is None
    assert api.unlink_guest(f.session_id(), guest.id, actor=trainer).outcome == "stands"
    assert f.record(dan).status is None
    assert models.Guest.objects.get(pk=guest.id).status == "L"
