"""Every migration goes forward, back and forward again, on a database with rows, and loses none.

On whatever database the tests run on: SQLite, or MariaDB, which commits each change of a table.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone
from edx_django_utils.cache import RequestCache

from blended_xblock import api, models
from blended_xblock.gate.course_gates import gates_of, place_of
from tests import factories as f
from tests.room import fill_the_room

APP = "blended_xblock"
NAMES = sorted(name for app, name in MigrationLoader(None).disk_migrations if app == APP)
LATEST = NAMES[-1]
Rows = dict[str, list[dict[str, Any]]]

pytestmark = pytest.mark.django_db(transaction=True)


def migrate(name: str | None) -> None:
    """Bring our tables to this migration, and None away."""
    executor = MigrationExecutor(connection)
    executor.migrate([(APP, name)])


def rows_at(name: str) -> Rows:
    """Return every row of ours, read as the tables stand at this migration."""
    state = MigrationExecutor(connection).loader.project_state((APP, name)).apps
    return {
        model.__name__: list(model.objects.order_by("pk").values())
        for model in state.get_app_config(APP).get_models()
    }


def shared(rows: Rows, other: Rows) -> Rows:
    """Return the rows with the tables and columns that both have."""
    return {
        table: [
            {column: row[column] for column in row if not other[table] or column in other[table][0]}
            for row in rows[table]
        ]
        for table in rows.keys() & other.keys()
    }


@pytest.fixture(autouse=True)
def _latest_afterwards() -> Iterator[None]:
    yield
    migrate(LATEST)
    forget()


def forget() -> None:
    """Be another process, which has nothing at hand."""
    cache.clear()
    RequestCache.clear_all_namespaces()


def without_guests(rows: Rows) -> Rows:
    """Return the rows that an older version can hold: its history is of learners only."""
    changes = [row for row in rows["AttendanceChange"] if row["user_id"] is not None]
    return rows | {"AttendanceChange": changes}


@pytest.fixture
def filled(course: None, trainer: Any, ana: Any, ben: Any) -> None:
    """Put a row into every table there is."""
    f.take_roll(trainer, {ana: "P", ben: "A"})
    f.give(trainer, [api.Mark(ana.pk, "D", 90, "room", "Left early – 🚆", request_key="k1")])
    api.grant_waiver(f.unit_key(), ana.pk, actor=trainer, reason="Was ill.")
    api.invite_trainer(f.session_id(), "ben", actor=trainer)
    session, now = f.session(), timezone.now()
    models.ImportBatch.objects.create(
        session=session, file_name="zoom.csv", sha256="0" * 64, format="zoom", imported_by=trainer
    )
    models.Registration.objects.create(session=session, user=ana, state="registered", queued_at=now)
    models.SessionFeedback.objects.create(session=session, user=ana, rating=5, given_at=now)
    fill_the_room(session, ana, trainer)
    empty = [table for table, rows in rows_at(LATEST).items() if not rows]
    assert empty == [], "a table without a row tells nothing about its rows"


@pytest.mark.parametrize("name", NAMES[:-1])
def test_back_and_forward_twice_no_row_is_lost(filled, name) -> None:
    before = rows_at(LATEST)
    if name < "0003":
        before = without_guests(before)
    for _again in range(2):
        migrate(name)
        older = rows_at(name)
        assert older == shared(before, older)
        migrate(LATEST)
        newer = rows_at(LATEST)
        assert shared(newer, older) == older


def test_the_history_of_guests_goes_with_them_on_the_way_back(filled) -> None:
    assert models.AttendanceChange.objects.filter(guest__isnull=False).count() == 1
    of_learners = models.AttendanceChange.objects.filter(user__isnull=False).count()
    migrate(NAMES[1])
    assert len(rows_at(NAMES[1])["AttendanceChange"]) == of_learners
    migrate(LATEST)
    assert models.AttendanceChange.objects.count() == of_learners
    assert not models.Guest.objects.exists()


def test_on_the_way_back_a_name_stands_for_whom_it_stood_for_last(filled, ana, ben) -> None:
    models.ImportAlias.objects.all().delete()
    batches = [
        models.ImportBatch.objects.create(session=f.session(), file_name=f"{n}.csv")
        for n in range(3)
    ]
    said = [("ada", ana, 0), ("ada", ben, 1), ("bo", ben, 0), ("bo", None, 2), ("cy", ana, 2)]
    for key, user, n in said:
        models.ImportAlias.objects.create(
            course_key=f.COURSE, key=key, user=user, batch=batches[n], confirmed_at=timezone.now()
        )
    migrate("0004_the_reports")
    rows = rows_at("0004_the_reports")["ImportAlias"]
    assert [(row["key"], row["user_id"]) for row in rows] == [("ada", ben.pk), ("cy", ana.pk)]


def test_what_is_written_between_two_versions_is_there_in_the_next(filled) -> None:
    """Rows of a first version, which never knew of the tables and columns that came later."""
    migrate(NAMES[0])
    state = MigrationExecutor(connection).loader.project_state((APP, NAMES[0])).apps
    unit = state.get_model(APP, "BlendedUnit").objects.create(
        usage_key="old", course_key="course-v1:Old+OLD+1", title="Old", partition_id=100
    )
    state.get_model(APP, "GatedBlock").objects.create(unit=unit, usage_key="old-block")
    migrate(LATEST)
    block = models.GatedBlock.objects.get(usage_key="old-block")
    assert (block.unit.title, block.restriction, block.delay_days) == ("Old", {}, 0)


def test_a_gate_shut_before_an_upgrade_is_shut_after_it(filled) -> None:
    """The gates of a course are compiled into a row that older versions do not have."""
    before = gates_of(f.COURSE)
    assert place_of(f.APPLY) in before.group_access
    migrate(NAMES[0])
    migrate(LATEST)
    forget()
    assert not models.CourseGate.objects.exists()
    assert gates_of(f.COURSE) == before, "the first look compiles it"


def test_all_the_way_out_and_in_again(filled, trainer, ana) -> None:
    migrate(None)
    assert [t for t in connection.introspection.table_names() if t.startswith(f"{APP}_")] == []
    migrate(LATEST)
    assert not any(rows_at(LATEST).values())
    forget()
    f.publish()
    f.take_roll(trainer, {ana: "P"})
    assert api.is_open(f.APPLY, ana.pk)


def test_constraints_survive_the_way_back_and_forward(filled, ana) -> None:
    def constraints() -> dict[str, set[str]]:
        with connection.cursor() as cursor:
            return {
                model._meta.db_table: set(
                    connection.introspection.get_constraints(cursor, model._meta.db_table)
                )
                for model in (models.AttendanceRecord, models.Session, models.GatedBlock)
            }

    def ours(found: dict[str, set[str]]) -> dict[str, set[str]]:
        return {t: {name for name in names if "blended_" in name} for t, names in found.items()}

    before = constraints()
    assert "blended_record_once" in before[models.AttendanceRecord._meta.db_table]
    migrate(NAMES[0])
    migrate(LATEST)
    assert ours(constraints()) == ours(before)
