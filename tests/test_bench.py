"""Runs the measurements of ``bench`` and fails where a budget of queries is exceeded."""

from __future__ import annotations

import pytest
from django.db import connection


@pytest.mark.django_db
def test_a_baseline_of_many_queries_leaves_those_after_it_counted() -> None:
    from bench.lines import timed

    def ask(n: int) -> None:
        with connection.cursor() as cursor:
            for _ in range(n):
                cursor.execute("SELECT 1")

    timed("many", lambda: ask(connection.queries_limit + 1))
    assert timed("few", lambda: ask(7)).queries == 7


@pytest.mark.bench
@pytest.mark.django_db
def test_every_budget_is_kept() -> None:
    from bench.run import measure, over_budget, table

    lines = measure()
    print("\n" + table(lines))
    assert over_budget(lines) == []


@pytest.mark.bench
@pytest.mark.django_db(transaction=True)
def test_a_big_installation_is_upgraded_and_loses_nothing() -> None:
    from bench.migrations import measure, rows_asked_for
    from bench.run import over_budget, table

    records = rows_asked_for()
    if records is None:
        pytest.skip(
            "a million records want MariaDB: name one in BLENDED_TEST_DATABASE_URL, "
            "or ask for fewer, BLENDED_BENCH_ROWS=20000"
        )
    lines = measure(records)
    print("\n" + table(lines))
    assert over_budget(lines) == []


@pytest.mark.bench
@pytest.mark.redis
@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(
    "not os.environ.get('BLENDED_TEST_DATABASE_URL', '').startswith('mysql')",
    reason="SQLite has one writer: to check in a lecture hall, set BLENDED_TEST_DATABASE_URL to "
    "MariaDB",
)
def test_a_lecture_hall_checks_in_within_ten_seconds(tmp_path) -> None:
    from bench.check_in import LEARNERS, SECONDS, measure
    from bench.run import table
    from blended_xblock.models import AttendanceChange, AttendanceRecord, CheckInAttempt
    from tests.results.test_worker import Redis

    broker = Redis()
    broker.start()
    try:
        lines, refusals = measure(tmp_path, broker.url)
        assert broker.queued() == LEARNERS, "each result waits for a worker"
    finally:
        broker.kill()
    print("\n" + table(lines))
    assert refusals == []
    records = AttendanceRecord.objects.values_list("status", "source", "revision")
    assert list(records) == [("P", "check_in", 1)] * LEARNERS
    assert AttendanceChange.objects.values("user").distinct().count() == LEARNERS
    assert AttendanceChange.objects.count() == LEARNERS
    assert CheckInAttempt.objects.filter(outcome="accepted").count() == LEARNERS
    assert lines[0].milliseconds < SECONDS * 1000


def test_a_budget_exceeded_is_seen_and_a_baseline_has_none() -> None:
    from bench.lines import Line
    from bench.run import over_budget, table

    kept, over, free = Line("a", 2, 1.0, 2), Line("b", 3, 1.0, 2), Line("c", 99, 1.0)
    assert over_budget([kept, over, free]) == [over]
    assert "3 !" in table([kept, over, free])
