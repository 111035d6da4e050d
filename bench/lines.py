"""One measurement: its queries, the best of three times, and how it stands to a baseline."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from tests.counting import Counter

ROUNDS = 3
Work = Callable[[], Any]


@dataclass(frozen=True, slots=True)
class Line:
    """One measurement; ``budget`` None for a baseline, which may cost what it likes."""

    work: str
    queries: int
    milliseconds: float
    budget: int | None = None
    baseline: str = ""
    ratio: float | None = None


@contextmanager
def rolled_back() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def timed(work: str, call: Work, budget: int | None = None, baseline: Line | None = None) -> Line:
    best = float("inf")
    for _ in range(ROUNDS):
        with rolled_back():
            start = time.perf_counter()
            call()
            best = min(best, time.perf_counter() - start)
    counter = Counter()
    with rolled_back(), connection.execute_wrapper(counter):
        call()
    queries = counter.n
    milliseconds = best * 1000
    ratio = milliseconds / baseline.milliseconds if baseline else None
    return Line(work, queries, milliseconds, budget, baseline.work if baseline else "", ratio)
