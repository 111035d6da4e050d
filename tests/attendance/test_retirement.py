"""A retired person's account leaves no words behind; figures and the audit trail stay true."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from blended_xblock import api, models
from blended_xblock.attendance.retirement import forget_person
from tests import factories as f
from tests.ask import all_rows
from tests.counting import Counted

pytestmark = pytest.mark.usefixtures("course")
SECRET = "Grandmother’s funeral"


def words_of(user: Any) -> list[str]:
    """Return every table that still holds the words, in a row about this person."""
    return [
        table
        for table, rows in all_rows().items()
        for row in rows
        if row.get("user_id") == user.pk and SECRET in str(row)
    ]


@pytest.fixture
def told(trainer, ana, ben, clock) -> None:
    """Write the same words about Ana and about Ben, wherever words about somebody can stand."""
    f.take_roll(trainer, {})
    colleague = f.person("colleague", f.Role.TRAINER)
    for user in (ana, ben):
        f.give(trainer, [api.Mark(user.pk, "D", 90, "room", note=SECRET, request_key=f"{user}")])
        late = timezone.now() - timezone.timedelta(hours=1)
        f.give(colleague, [api.Mark(user.pk, "A", note=f"{SECRET}?", at=late)])
        api.grant_waiver(f.unit_key(), user.pk, actor=trainer, reason=SECRET)
        api.revoke_waiver(f.unit_key(), user.pk, actor=trainer)
        api.grant_waiver(f.unit_key(), user.pk, actor=trainer, reason=f"{SECRET} again")
        models.SessionFeedback.objects.create(
            session=f.session(), user=user, rating=4, comment=SECRET, given_at=timezone.now()
        )
        clock.tick(60)
        f.give(trainer, [api.Mark(user.pk, "P", 170)])


def test_no_word_about_them_is_left_anywhere(told, ana, ben) -> None:
    everywhere = words_of(ana)
    assert set(everywhere) == {
        "AttendanceRecord",
        "AttendanceChange",
        "Waiver",
        "SessionFeedback",
    }
    forget_person(ana.pk)
    assert words_of(ana) == []
    assert words_of(ben) == everywhere, "nobody else's"


def test_nothing_but_words_changes(told, ana) -> None:
    words = {"note", "reason", "comment", "before", "after"}

    def facts() -> dict[str, list[dict[str, Any]]]:
        return {
            table: [{name: row[name] for name in row.keys() - words} for row in rows]
            for table, rows in all_rows().items()
        }

    def history() -> list[tuple[Any, ...]]:
        return [
            (side["status"], side["minutes"], side["modality"])
            for line in models.AttendanceChange.objects.filter(user=ana)
            for side in (line.before, line.after)
        ]

    before = facts(), history()
    forget_person(ana.pk)
    assert (facts(), history()) == before
    assert (f.record(ana).status, f.record(ana).minutes) == ("P", 170)


def test_a_mark_that_lost_is_wiped_too(told, ana) -> None:
    lost = models.AttendanceChange.objects.get(user=ana, is_applied=False)
    assert SECRET in lost.after["note"]
    forget_person(ana.pk)
    lost.refresh_from_db()
    assert (lost.after["status"], lost.after["note"]) == ("A", "")


def test_what_a_retired_trainer_wrote_of_others_is_theirs(told, trainer, ana, ben) -> None:
    before = words_of(ana), words_of(ben)
    forget_person(trainer.pk)
    assert (words_of(ana), words_of(ben)) == before
    assert f.record(ana).recorded_by == trainer


def test_repeating_it_writes_nothing(told, ana) -> None:
    forget_person(ana.pk)
    before = all_rows()
    with Counted() as counted:
        forget_person(ana.pk)
    assert all_rows() == before
    # The three updates of free text find no row; the history is only read.
    assert counted.n == 4, counted


@pytest.mark.parametrize("who", ["nobody", "trainer"])
def test_a_person_without_traces_is_no_error(course, trainer, who) -> None:
    before = all_rows()
    forget_person(trainer.pk if who == "trainer" else 10**6)
    assert all_rows() == before


def test_a_long_history_costs_few_queries(trainer, ana) -> None:
    f.take_roll(trainer, {})
    for i in range(60):
        f.give(trainer, [api.Mark(ana.pk, "PA"[i % 2], note=f"{SECRET} {i}")])
    with Counted() as counted:
        forget_person(ana.pk)
    assert counted.n <= 8, counted
    assert words_of(ana) == []
