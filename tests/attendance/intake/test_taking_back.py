"""Taking a file back restores exactly what was there; a fault while applying writes nothing."""

from __future__ import annotations

from typing import Any

import pytest

from blended_xblock import api
from blended_xblock.attendance import ledger
from blended_xblock.attendance.intake import applying
from blended_xblock.models import AttendanceRecord, Guest, Standing
from tests import factories as f
from tests import intake
from tests.ask import all_rows

pytestmark = pytest.mark.usefixtures("course")

REPORT = intake.zoom(
    "Ada,ada@example.org,09:00,12:00",
    "Bo,bo@example.org,09:00,12:00",
    "Cy,cy@example.org,09:00,12:00",
    "Dee,dee@example.org,09:00,12:00",
    "Durand Eva,,09:00,12:00",
    "Vera,vera@example.com,09:00,12:00",
    "Walter,walter@example.com,09:00,12:00",
)


@pytest.fixture
def people(trainer) -> dict[str, Any]:
    return {name: f.person(name, email=f"{name}@example.org") for name in ("ada", "bo", "cy")} | {
        # Enrolled after it was over: on no roll before the file.
        "dee": f.person("dee", email="dee@example.org", enrolled_at=f.FIRST_END.replace(day=20)),
        "eva": f.person("eva", first_name="Eva", last_name="Durand", email="eva@example.org"),
    }


def state() -> dict[str, Any]:
    """Return what people see of records, guests and standings, by whom and since when."""
    marks = (
        "status", "minutes", "modality", "note", "arrived_at", "left_at", "source",
        "recorded_by_id", "recorded_at",
    )  # fmt: skip
    return {
        "records": list(
            AttendanceRecord.objects.order_by("session_id", "user_id").values(
                "session_id", "user_id", "is_expected", *marks
            )
        ),
        "guests": list(
            Guest.objects.filter(removed_at__isnull=True)
            .order_by("pk")
            .values("pk", "name", "email", *marks)
        ),
        "standings": [
            {name: value for name, value in row.items() if name not in ("id", "updated_at")}
            for row in Standing.objects.order_by("unit_id", "user_id").values()
        ],
    }


def settled(trainer: Any, people: dict[str, Any], report: bytes = REPORT) -> Any:
    batch = intake.send(trainer, report)
    numbers = {name: row.number for name, row in intake.people(batch).items()}
    return api.settle_import(
        f.session_id(),
        batch.pk,
        [
            api.Settled(numbers["Durand Eva"], "learner", people["eva"].pk),
            api.Settled(numbers["Vera"], "guest"),
            api.Settled(numbers["Walter"], "guest"),
            api.Settled(numbers["Cy"], overrules=True),
        ],
    )


@pytest.fixture
def batch(trainer, people) -> Any:
    """A file that meets marks made by hand, assumed ones, none, a walk-in and known guests."""
    f.take_roll(trainer, {people["ada"]: "P", people["cy"]: "E"})
    colleague = f.person("colleague", f.Role.TRAINER)
    api.add_guest(f.session_id(), "Vera", "vera@example.com", actor=colleague, status="P")
    api.close_roll(f.session_id(), actor=colleague)
    return settled(trainer, people)


def test_everybody_has_again_exactly_what_they_had(trainer, people, batch) -> None:
    before = state()
    done = intake.apply(trainer, batch)
    assert (done.recorded, done.filled, done.guests) == (5, 2, 2)
    assert state() != before
    api.undo_import(f.session_id(), batch.pk, actor=trainer)
    after = state()
    # Who was on the roll for a while has a standing, as anybody whom somebody takes off again.
    strangers = [row for row in after["standings"] if row["user_id"] == people["dee"].pk]
    assert [(row["is_met"], row["openings"]) for row in strangers] == [(False, [])]
    after["standings"] = [row for row in after["standings"] if row not in strangers]
    for name, rows in before.items():
        assert after[name] == rows, name


@pytest.mark.parametrize(
    ("where", "name"),
    [
        (applying, "open_locked"),
        (applying, "plan_of"),
        (applying.Ledger, "write"),
        (ledger, "insert_many"),
        (ledger.standing, "recompute"),
        (applying, "_write_guests"),
        (applying, "insert_many"),
        (applying, "_remember"),
        (applying, "_note_outcomes"),
        (applying, "_applied"),
        (applying.ImportBatch, "save"),
    ],
)
@pytest.mark.parametrize("is_before", [True, False])
def test_a_fault_in_any_step_writes_nothing(
    trainer, people, monkeypatch, where, name, is_before
) -> None:
    batch = settled(trainer, people)
    before = all_rows()
    step = getattr(where, name)

    def broken(*arguments: Any, **named: Any) -> None:
        if not is_before:
            step(*arguments, **named)
        raise RuntimeError("out of disk")

    with monkeypatch.context() as patched:
        patched.setattr(where, name, broken)
        with pytest.raises(RuntimeError):
            intake.apply(trainer, batch)
    assert all_rows() == before
    assert intake.apply(trainer, batch).guests == 2


def test_files_taken_back_in_the_order_they_came_leave_nothing(trainer, people) -> None:
    f.take_roll(trainer, {})
    before = state()
    files = [
        intake.zoom("Ada,ada@example.org,09:00,12:00", "Bo,bo@example.org,09:00,09:30"),
        intake.zoom("Ada,ada@example.org,09:00,10:30", "Bo,bo@example.org,09:30,12:00"),
    ]
    batches = [intake.send(trainer, data) for data in files]
    for each in batches:
        intake.apply(trainer, each)
    assert f.record(people["bo"]).minutes == 180
    for each in batches:
        api.undo_import(f.session_id(), each.pk, actor=trainer)
    assert state() == before


def test_guests_whom_a_file_brings_again_do_not_count_twice(trainer, people, monkeypatch) -> None:
    monkeypatch.setattr(applying, "GUESTS_LIMIT", 2)
    batch = settled(trainer, people)
    intake.apply(trainer, batch)
    api.undo_import(f.session_id(), batch.pk, actor=trainer)
    copy = api.check_import_again(f.session_id(), batch.pk, actor=trainer)
    assert intake.apply(trainer, copy).guests == 2
    more = intake.send(trainer, intake.zoom("Xenia,xenia@example.com,09:00,12:00"))
    api.settle_import(f.session_id(), more.pk, [api.Settled(0, "guest")])
    with pytest.raises(api.BlendedError, match="at most 2 guests"):
        intake.apply(trainer, more)


def test_a_lost_answer_is_given_again(trainer, people, batch) -> None:
    revision = batch.revision
    first = intake.apply(trainer, batch)
    again = api.apply_import(f.session_id(), batch.pk, actor=trainer, revision=revision)
    assert again.is_repeated
    for name in ("recorded", "filled", "unchanged", "kept", "left_out", "guests", "at"):
        assert getattr(again, name) == getattr(first, name), name
    assert set(again.user_ids) == set(first.user_ids)
