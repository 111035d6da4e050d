"""Runs the measurements of ``bench`` and fails where a budget of queries is exceeded."""

from __future__ import annotations

import pytest


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


def test_a_budget_exceeded_is_seen_and_a_baseline_has_none() -> None:
    from bench.run import Line, over_budget, table

    kept, over, free = Line("a", 2, 1.0, 2), Line("b", 3, 1.0, 2), Line("c", 99, 1.0)
    assert over_budget([kept, over, free]) == [over]
    assert "3 !" in table([kept, over, free])
