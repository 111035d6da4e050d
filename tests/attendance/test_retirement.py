"""A retired person's account leaves no words behind; figures and the audit trail stay true."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from blended_xblock import api, models, signals
from blended_xblock.attendance.retirement import forget_person
from tests import factories as f
from tests.ask import all_rows
from tests.counting import Counted
from tests.room import fill_the_room

pytestmark = pytest.mark.usefixtures("course")
SECRET = "Grandmother’s funeral"


def words_of(user: Any) -> list[str]:
    """Return every table that still holds the words, in a row about this person."""
    tables = all_rows()
    visits = {row["id"] for row in tables["Guest"] if row["user_id"] == user.pk}
    files = {row["batch_id"] for row in tables["ImportedPerson"] if row["user_id"] == user.pk}

    def text(row: dict[str, Any]) -> str:
        return " ".join(
            bytes(value).decode() if isinstance(value, bytes | memoryview) else str(value)
            for value in row.values()
        )

    def is_of(table: str, row: dict[str, Any]) -> bool:
        if table.startswith("Import"):
            batch = row["id"] if table == "ImportBatch" else row.get("batch_id")
            return batch in files or row.get("user_id") == user.pk
        return row.get("user_id") == user.pk or row.get("guest_id") in visits

    return [
        table
        for table, rows in tables.items()
        for row in rows
        if is_of(table, row) and SECRET in text(row)
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
        fill_the_room(f.session(), user, trainer, SECRET)
        clock.tick(60)
        f.give(trainer, [api.Mark(user.pk, "P", 170)])


def test_no_word_about_them_is_left_anywhere(told, ana, ben) -> None:
    everywhere = words_of(ana)
    assert set(everywhere) == {
        "AttendanceRecord",
        "AttendanceChange",
        "Waiver",
        "SessionFeedback",
        "MarkConflict",
        "Guest",
        "CheckInAttempt",
        "AbsenceNotice",
        "Appeal",
        "SentMessage",
        "ImportBatch",
        "ImportedPerson",
        "ImportPiece",
        "ImportAlias",
    }
    forget_person(ana.pk)
    assert words_of(ana) == []
    assert words_of(ben) == everywhere, "nobody else's"


def test_nothing_but_words_changes(told, ana) -> None:
    words = {"note", "reason", "comment", "before", "after", "other"}
    words |= {"name", "email", "text", "answer", "error", "device", "account", "said", "remarks"}
    # Files that name the person, and the names they go by, are gone altogether.
    thrown_away = {"ImportPiece", "ImportAlias"}

    def facts() -> dict[str, list[dict[str, Any]]]:
        return {
            table: [{name: row[name] for name in row.keys() - words} for row in rows]
            for table, rows in all_rows().items()
            if table not in thrown_away
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
    # The eight updates of free text and what wipes files find no row; the rest is only read.
    assert counted.n == 14, counted


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
    assert counted.n <= 16, counted
    assert words_of(ana) == []


def test_a_guest_who_was_this_person_has_no_name_any_more(told, trainer, ana, ben) -> None:
    guest = models.Guest.objects.get(user=ana)
    models.Guest.objects.filter(pk=guest.pk).update(status="P", minutes=90, removed_at=f.LONG_AGO)
    forget_person(ana.pk)
    guest.refresh_from_db()
    assert (guest.name, guest.email, guest.note) == ("", "", "")
    assert (guest.status, guest.minutes, guest.user, guest.added_at) == (
        "P", 90, ana, guest.added_at,
    )  # fmt: skip
    assert models.Guest.objects.get(user=ben).email == "z@example.org", "the same, typed for Ben"


def test_a_guest_who_gave_their_address_is_forgotten_too(told, ana, ben) -> None:
    here, now = {"session": f.session(), "added_at": timezone.now()}, timezone.now()
    same = models.Guest.objects.create(**here, name="Ana?", email="Ana@Example.org")
    other = models.Guest.objects.create(**here, name="Anna", email="anna@example.org")
    blank = models.Guest.objects.create(**here, name="Zoë")
    line = models.AttendanceChange.objects.create(
        session=f.session(), guest=same, after={"status": "P", "note": SECRET}, before={},
        reason=SECRET, source="guest", at=now, received_at=now,
    )  # fmt: skip
    signals.person_retired(ana, ["ana@example.org", ""])
    for row in (same, other, blank, line):
        row.refresh_from_db()
    assert (same.name, same.email) == ("", "")
    assert (other.name, other.email, blank.name) == ("Anna", "anna@example.org", "Zoë")
    assert (line.after, line.reason) == ({"status": "P", "note": ""}, "")
