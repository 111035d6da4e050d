"""Rows that a build left behind, put back the next time without building them again.

Most service tests begin with the same course, and building it costs more than what they ask of it.
A build is real unless this process has seen it begin from exactly the same rows, at the same time
of a stopped clock, in the same language: whatever it reads may decide what it writes. A build that
changes or removes rows is always real, and so is each where settings are overridden or where the
test's rows outlive a transaction.
"""

from __future__ import annotations

import copy
import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, time
from functools import partial
from typing import Any, TypeVar

from django.conf import Settings, settings
from django.core.cache import cache
from django.db import connection, transaction
from django.utils import timezone, translation
from edx_django_utils.cache import RequestCache

T = TypeVar("T")
Rows = tuple[tuple[Any, ...], ...]

_TABLE = re.compile(r"\b(?:FROM|JOIN|INTO|UPDATE) [`\"](\w+)[`\"]")
# Every table that a build of this process has read or written.
_met: set[str] = set()
_kept: dict[Any, _Build] = {}


@dataclass
class _Build:
    result: Any
    new_rows: dict[str, Rows]
    on_commit: list[Callable[[], Any]]


def remember(name: str, build: Callable[[], T]) -> T:
    """Build, or put back what the same build wrote from the same rows before; return its result.

    ``name`` must say everything that the build does not read from the database, the clock or the
    settings. What a build draws by lot is the same whenever it is put back.
    """
    if not _is_undone_by_the_test():
        return build()
    before = {table: _read(table) for table in sorted(_met)}
    rows = hashlib.sha256(repr(before).encode()).digest()
    key = (name, timezone.now(), translation.get_language(), rows)
    if key in _kept:
        return _put_back(_kept[key])
    # Dicts for their order: what is referred to was written first, and is so again.
    met: dict[str, None] = {}
    written: dict[str, None] = {}
    n_callbacks = len(connection.run_on_commit)
    with connection.execute_wrapper(partial(_note, met, written)):
        result = build()
    is_known = met.keys() <= before.keys()
    _met.update(met)
    if is_known and timezone.now() == key[1]:
        after = {table: _read(table) for table in written}
        if all(set(before[table]) <= set(after[table]) for table in written):
            _kept[key] = _Build(
                copy.deepcopy(result),
                {t: tuple(row for row in after[t] if row not in before[t]) for t in written},
                [callback for _, callback, *_ in connection.run_on_commit[n_callbacks:]],
            )
    return result


def _is_undone_by_the_test() -> bool:
    """Tell whether the test is one transaction, and leaves the settings as they are."""
    return type(settings._wrapped) is Settings and any(
        atomic._from_testcase for atomic in connection.atomic_blocks
    )


def _note(
    met: dict[str, None], written: dict[str, None], execute: Any, sql: str, *args: Any
) -> Any:
    tables = dict.fromkeys(_TABLE.findall(sql))
    met.update(tables)
    if not sql.startswith("SELECT"):
        written.update(tables)
    return execute(sql, *args)


def _read(table: str) -> Rows:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
        return tuple(tuple(map(_plain, row)) for row in cursor.fetchall())


def _plain(value: Any) -> Any:
    """Return a value as the database takes it back: SQLite's driver makes times of its texts."""
    return str(value) if isinstance(value, date | time) else value


def _put_back(build: _Build) -> Any:
    with connection.cursor() as cursor:
        for table, rows in build.new_rows.items():
            if rows:
                marks = ", ".join(["%s"] * len(rows[0]))
                cursor.executemany(
                    f"INSERT INTO {connection.ops.quote_name(table)} VALUES ({marks})", rows
                )
    # What was learnt of the rows before: a build that publishes renews it.
    cache.clear()
    RequestCache.clear_all_namespaces()
    for callback in build.on_commit:
        transaction.on_commit(callback)
    return copy.deepcopy(build.result)
