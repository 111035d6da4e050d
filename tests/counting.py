"""Counts the queries of a piece of work, and says which tables they went to."""

from __future__ import annotations

import re
from collections import Counter

from django.db import connection
from django.test.utils import CaptureQueriesContext

_TABLE = re.compile(r"(?:FROM|INTO|UPDATE) [`\"](\w+)")


class Counted(CaptureQueriesContext):
    """Counts queries, without the savepoints that a test's own transaction causes."""

    def __init__(self) -> None:
        super().__init__(connection)

    @property
    def n(self) -> int:
        return len(self.sql)

    @property
    def sql(self) -> list[str]:
        skipped = ("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN", "COMMIT")
        return [q["sql"] for q in self.captured_queries if not q["sql"].startswith(skipped)]

    def __str__(self) -> str:
        """Name the tables instead of the columns, and what repeats once."""
        kinds = Counter(sql[:6] + " " + next(iter(_TABLE.findall(sql)), "") for sql in self.sql)
        return f"{self.n} queries: " + ", ".join(f"{n} × {kind}" for kind, n in kinds.items())
