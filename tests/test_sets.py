"""Writes over a whole set: what they write is what was meant, in as many statements as promised."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from blended_xblock.models import AttendanceChange, AttendanceRecord
from blended_xblock.sets import by_user, insert_many, update_many
from tests import factories as f

pytestmark = pytest.mark.usefixtures("course")


def records(users) -> list[AttendanceRecord]:
    session = f.session()
    return [AttendanceRecord(session=session, user=user, note=user.username) for user in users]


def test_rows_arrive_whole_in_one_statement() -> None:
    rows = records(f.crowd(1500))
    with CaptureQueriesContext(connection) as queries:
        insert_many(rows)
    assert len(queries) == 1
    stored = list(AttendanceRecord.objects.order_by("user_id"))
    assert [row.note for row in stored] == [row.note for row in rows]
    assert {(row.is_expected, row.status, row.revision) for row in stored} == {(True, None, 0)}


def test_each_kind_of_value_survives(trainer, ana) -> None:
    now = timezone.now()
    values = {"status": None, "note": "“é” 👩🏽‍🏫 % %s 'quoted' \\", "minutes": 5}
    insert_many(
        [
            AttendanceChange(
                session=f.session(),
                user=ana,
                before={},
                after=values,
                actor=None,
                source="roll",
                at=now,
                received_at=now,
                request_key=None,
            )
        ]
    )
    change = AttendanceChange.objects.get()
    assert (change.before, change.after) == ({}, values)
    assert (change.at, change.actor, change.request_key) == (now, None, None)
    assert change.is_applied is True


def test_no_rows_are_no_statement() -> None:
    with CaptureQueriesContext(connection) as queries:
        insert_many([])
        update_many([], ["status"])
    assert len(queries) == 0


def test_one_row_that_may_not_stand_there_keeps_all_out(ana, ben) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        insert_many(records([ana, ben, ana]))
    assert not AttendanceRecord.objects.exists()


def test_a_few_values_are_one_statement_and_nobody_else_is_touched() -> None:
    users = f.crowd(30)
    insert_many(records(users))
    stored = list(AttendanceRecord.objects.order_by("user_id"))
    for i, row in enumerate(stored[:-1]):
        row.status = "PLA"[i % 3]
    with CaptureQueriesContext(connection) as queries:
        update_many(stored[:-1], ["status", "minutes"])
    assert len(queries) == 1
    after = by_user(AttendanceRecord.objects.all())
    assert [after[user.pk].status for user in users] == [*("PLA"[i % 3] for i in range(29)), None]


def test_what_every_row_has_for_itself_is_one_statement_too() -> None:
    users = f.crowd(300)
    insert_many(records(users))
    stored = list(AttendanceRecord.objects.order_by("user_id"))
    for i, row in enumerate(stored):
        row.status, row.minutes = "P", i
    with CaptureQueriesContext(connection) as queries:
        update_many(stored, ["status", "minutes", "recorded_by"])
    assert len(queries) == 1
    after = AttendanceRecord.objects.order_by("user_id")
    assert [(row.status, row.minutes, row.note) for row in after] == [
        ("P", i, user.username) for i, user in enumerate(users)
    ]


def test_values_that_only_look_alike_are_kept_apart(ana, ben) -> None:
    insert_many(records([ana, ben]))
    mine, his = AttendanceRecord.objects.order_by("user_id")
    mine.status, his.status = None, "A"
    update_many([mine, his], ["status"])
    assert f.record(ana).status is None
    assert f.record(ben).status == "A"
