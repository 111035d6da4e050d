"""A report of 3 000 people with five joins each, beside what reads and records it row by row."""

from __future__ import annotations

import csv
import io
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth import get_user_model
from django.utils import timezone

from bench.lines import Line, timed
from blended_xblock import api
from blended_xblock.models import AttendanceChange, AttendanceRecord, ImportBatch
from blended_xblock.pages.import_check import import_page
from tests import factories as f
from tests import intake

PEOPLE = 3000
JOINS = 5
NAMED_ONLY = 100
"""How many of them are in the report without an address, and confirmed by a person."""
MILLISECONDS = 2000
"""What reading and previewing may take on the machine it is promised for."""


def measure_imports() -> list[Line]:
    """Measure what a report costs from its last piece to the roll, and back."""
    f.build_course()
    users = f.crowd(PEOPLE)
    for user in users:
        user.email = f"{user.username}@example.org"
    get_user_model().objects.bulk_update(users, ["email"], batch_size=500)
    trainer = f.person("trainer", f.Role.TRAINER)
    api.open_roll(f.session_id(), actor=trainer)
    data = report(users)
    reading = timed("report, row by row", lambda: _read_one_by_one(data))
    batch = intake.receive(trainer, data)
    lines = [
        reading,
        timed(f"read, match and preview {PEOPLE} × {JOINS}", lambda: _preview(batch), 30, reading),
    ]
    api.read_import(batch.pk)
    api.settle_import(f.session_id(), batch.pk, _confirmed(batch, users))
    batch.refresh_from_db()
    writing = timed("report recorded row by row", lambda: _record_one_by_one(data, trainer))
    lines += [
        writing,
        timed(f"apply {PEOPLE} × {JOINS}", lambda: intake.apply(trainer, batch), 20, writing),
    ]
    intake.apply(trainer, batch)
    undo = timed(
        f"take {PEOPLE} back",
        lambda: api.undo_import(f.session_id(), batch.pk, actor=trainer),
        20,
        writing,
    )
    return [*lines, undo]


def report(users: list[Any]) -> bytes:
    """Return a Zoom report: everybody joins five times, and stays for most of the session."""
    rows = []
    for n, user in enumerate(users):
        email = "" if n < NAMED_ONLY else user.email
        for join in range(JOINS):
            start = 9 * 60 + join * 35 + n % 5
            times = (f"{at // 60:02d}:{at % 60:02d}" for at in (start, start + 34))
            rows.append(f"{user.first_name},{email},{','.join(times)}")
    return intake.zoom(*rows)


def _preview(batch: ImportBatch) -> None:
    api.read_import(batch.pk)
    import_page(api.preview_import(f.session_id(), batch.pk), may=None)


def _confirmed(batch: ImportBatch, users: list[Any]) -> list[api.Settled]:
    known = {user.first_name: user.pk for user in users}
    return [
        api.Settled(person.number, "learner", known[person.name])
        for person in batch.people.filter(email="")
    ]


def _read_one_by_one(data: bytes) -> dict[str, float]:
    """Read the same file as a first script would: each row asks who it is."""
    users = get_user_model().objects
    minutes: dict[str, float] = {}
    for row in _rows(data):
        user = users.filter(email=row["User Email"]).first() if row["User Email"] else None
        if user is not None:
            stay = _time(row["Leave Time"]) - _time(row["Join Time"])
            minutes[user.username] = minutes.get(user.username, 0) + stay.total_seconds() / 60
    return minutes


def _record_one_by_one(data: bytes, trainer: Any) -> None:
    session, now = f.session(), timezone.now()
    for name, minutes in _read_one_by_one(data).items():
        record = AttendanceRecord.objects.get(session=session, user__username=name)
        record.status, record.minutes, record.recorded_by = "P", int(minutes), trainer
        record.recorded_at = now
        record.save()
        AttendanceChange.objects.create(
            session=session, user_id=record.user_id, actor=trainer, source="import", at=now,
            received_at=now,
        )  # fmt: skip


def _rows(data: bytes) -> csv.DictReader[str]:
    return csv.DictReader(io.StringIO(data.decode()))


def _time(cell: str) -> datetime:
    return datetime.strptime(cell, "%m/%d/%Y %H:%M:%S").replace(tzinfo=ZoneInfo("Europe/Paris"))
