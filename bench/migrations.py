"""A big installation: how long it stands still for an upgrade, a retirement, a course's scores.

A hundred courses of ten sessions; each learner is in a few of them and has a record, with its line
in the history, at every session. Measured once: nobody upgrades three times. It wants MariaDB:
``BLENDED_TEST_DATABASE_URL`` names one. ``BLENDED_BENCH_ROWS`` asks for another number of records.
"""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime
from io import StringIO
from typing import Any

from completion.waffle import ENABLE_COMPLETION_TRACKING_SWITCH
from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from waffle.models import Switch

from bench.lines import Line, Work
from blended_xblock.attendance.retirement import forget_person
from blended_xblock.models import AttendanceChange, AttendanceRecord, BlendedUnit, Session, Standing
from tests import factories as f
from tests.test_migrations import LATEST, NAMES, migrate

RECORDS = 1_000_000
COURSES = 100
SESSIONS = 10
# Each learner is in so many of the courses.
COURSES_OF_ONE = 5
_AT = datetime(2026, 5, 12, 10, tzinfo=UTC)


def rows_asked_for() -> int | None:
    """Return how many records to measure with; None where nobody should wait for so many."""
    asked = os.environ.get("BLENDED_BENCH_ROWS")
    if asked:
        return int(asked)
    return None if connection.vendor == "sqlite" else RECORDS


def measure(records: int) -> list[Line]:
    """Fill the database with about so many records and measure; it is left full."""
    filling = _line(f"fill {records} records", lambda: _fill(records))
    there = AttendanceRecord.objects.count()
    learner = AttendanceRecord.objects.exclude(note="").values_list("user_id", flat=True)[0]
    learners = Standing.objects.filter(unit=f.unit()).count()
    lines = [
        filling,
        _line(f"migrate back to {NAMES[0]}", lambda: migrate(NAMES[0])),
        _line(f"migrate forward to {LATEST}", lambda: migrate(LATEST)),
        _line("retire one learner", lambda: forget_person(learner), 18),
        _line("retire them again", lambda: forget_person(learner), 14),
        _line(f"publish the scores of {learners} learners", _publish_scores),
        _line("publish them again, unchanged", _publish_scores),
    ]
    assert AttendanceRecord.objects.count() == there, "a migration has lost records"
    return lines


def _line(work: str, call: Work, budget: int | None = None) -> Line:
    queries = 0

    # Django's own log of queries, which the tests count, ends at 9 000.
    def count(execute: Any, *query: Any) -> Any:
        nonlocal queries
        queries += 1
        return execute(*query)

    with connection.execute_wrapper(count):
        start = time.perf_counter()
        call()
        seconds = time.perf_counter() - start
    return Line(work, queries, seconds * 1000, budget)


def _publish_scores() -> None:
    call_command("blended_results", f.COURSE, stdout=StringIO())


def _fill(records: int) -> None:
    cache.clear()
    Switch.objects.create(name=ENABLE_COMPLETION_TRACKING_SWITCH.name, active=True)
    f.build_course(unit=f.design(*(f.meeting(n) for n in range(1, SESSIONS + 1))))
    trainer = f.person("trainer", f.Role.TRAINER)
    each = max(1, records // (COURSES * SESSIONS))
    people = each * COURSES // COURSES_OF_ONE
    get_user_model().objects.bulk_create(
        [get_user_model()(username=f"learner{i:06d}") for i in range(people)], batch_size=1000
    )
    ids = list(
        get_user_model()
        .objects.filter(username__startswith="learner")
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    for i, unit in enumerate(_units()):
        first = i * each % people
        _enter(unit, ids[first], ids[first + each - 1], trainer.pk)


def _units() -> list[BlendedUnit]:
    """Return the unit of the course, and a copy of it with its sessions for every other course."""
    units = [f.unit()]
    sessions = list(Session.objects.filter(unit=units[0]))
    for i in range(1, COURSES):
        unit = f.unit()
        unit.pk, unit.usage_key, unit.course_key = None, f"{unit.usage_key}-{i}", f"course-{i}"
        unit.save(force_insert=True)
        units.append(unit)
        for session in sessions:
            session.pk, session.unit = Session._meta.pk.get_default(), unit
        Session.objects.bulk_create(sessions)
    return units


def _enter(unit: BlendedUnit, first: int, last: int, trainer: int) -> None:
    """Write a unit's records, history and standings in three statements, read from the database."""
    after = '{"status": "P", "minutes": 170, "modality": "room", "note": "Left early, was ill."}'
    values = {
        "unit": unit.pk, "first": first, "last": last, "trainer": trainer, "at": _AT,
        "after": after,
    }  # fmt: skip
    people = f"FROM {get_user_model()._meta.db_table} u"
    pairs = (
        f"{people}, {Session._meta.db_table} s "
        "WHERE s.unit_id = %(unit)s AND u.id BETWEEN %(first)s AND %(last)s"
    )
    # One of ten has a note, as in life.
    note = "CASE WHEN MOD(u.id, 10) = 0 THEN 'Left early, was ill.' ELSE '' END"
    statements = (
        f"INSERT INTO {AttendanceRecord._meta.db_table} (session_id, user_id, is_expected, status,"
        " minutes, modality, note, source, recorded_by_id, recorded_at, revision) "
        f"SELECT s.id, u.id, 1, 'P', 170, 'room', {note}, 'roll', %(trainer)s, %(at)s, 1 {pairs}",
        f"INSERT INTO {AttendanceChange._meta.db_table} (session_id, user_id, `before`, `after`,"
        " actor_id, source, reason, at, received_at, is_applied) "
        f"SELECT s.id, u.id, '{{}}', %(after)s, %(trainer)s, 'roll', '', %(at)s, %(at)s, 1 {pairs}",
        f"INSERT INTO {Standing._meta.db_table} (unit_id, user_id, is_met, is_waived, openings,"
        " zone, figures, updated_at) "
        f"SELECT %(unit)s, u.id, 1, 0, '[]', 'UTC', '{{}}', %(at)s {people} "
        "WHERE u.id BETWEEN %(first)s AND %(last)s",
    )
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement, values)
