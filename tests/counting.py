"""Counts the queries of a piece of work, and says which tables they went to."""

from __future__ import annotations

import re
from collections import Counter as Tally
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

_TABLE = re.compile(r"(?:FROM|INTO|UPDATE) [`\"](\w+)")


_SKIPPED = ("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN", "COMMIT")


class Counter:
    """Counts any number of queries, of which a log would keep the last thousands only."""

    def __init__(self) -> None:
        self.n = 0

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if not sql.startswith(_SKIPPED):
            self.n += 1
        return execute(sql, params, many, context)


class Counted(CaptureQueriesContext):
    """Counts queries, without the savepoints that a test's own transaction causes."""

    def __init__(self) -> None:
        super().__init__(connection)

    @property
    def n(self) -> int:
        full = self.connection.queries_log.maxlen or 0
        assert len(self.connection.queries_log) < full, "too many to tell: count them with Counter"
        return len(self.sql)

    @property
    def sql(self) -> list[str]:
        return [q["sql"] for q in self.captured_queries if not q["sql"].startswith(_SKIPPED)]

    def __str__(self) -> str:
        """Name the tables instead of the columns, and what repeats once."""
        kinds = Tally(sql[:6] + " " + next(iter(_TABLE.findall(sql)), "") for sql in self.sql)
        return f"{self.n} queries: " + ", ".join(f"{n} × {kind}" for kind, n in kinds.items())
