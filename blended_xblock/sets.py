"""Writes over a whole set in one statement each, where Django's own would split it.

On SQLite Django cuts a bulk insert into pieces of 999 values: 1 000 rows of history become a dozen
statements. One prepared statement with many rows is one statement there, and one multi-row insert
on MariaDB and MySQL.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connections, models, router

FEW = 5


def insert_many(rows: Sequence[models.Model]) -> None:
    """Insert new rows of one model in one statement; generated keys are not read back."""
    if not rows:
        return
    model = type(rows[0])
    connection = connections[router.db_for_write(model)]
    fields = [
        field
        for field in model._meta.concrete_fields
        if not (field.primary_key and getattr(rows[0], field.attname) is None)
    ]
    quote = connection.ops.quote_name
    columns = ", ".join(quote(str(field.column)) for field in fields)
    holes = ", ".join(["%s"] * len(fields))
    values = [
        [
            field.get_db_prep_save(field.pre_save(row, add=True), connection=connection)
            for field in fields
        ]
        for row in rows
    ]
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {quote(model._meta.db_table)} ({columns}) VALUES ({holes})",
            values,
        )


def update_many(rows: Sequence[models.Model], names: Sequence[str]) -> None:
    """Write these fields of stored rows of one model, in few statements.

    A roll has few distinct sets of values (everyone present, three exceptions): one statement for
    each. Where every row has its own (marks made one by one without a network), what all share is
    written at once, and only what differs row by row.
    """
    if not rows:
        return
    model = type(rows[0])
    columns = {field.name: field.attname for field in model._meta.concrete_fields}
    attnames = [columns[name] for name in names]
    groups: dict[str, list[models.Model]] = {}
    for row in rows:
        groups.setdefault(repr([getattr(row, name) for name in attnames]), []).append(row)
    if len(groups) <= FEW:
        for group in groups.values():
            values = {name: getattr(group[0], name) for name in attnames}
            model._base_manager.filter(pk__in=[row.pk for row in group]).update(**values)
        return
    first = rows[0]
    shared = {
        name: getattr(first, name)
        for name in attnames
        if all(getattr(row, name) == getattr(first, name) for row in rows)
    }
    if shared:
        model._base_manager.filter(pk__in=[row.pk for row in rows]).update(**shared)
    differing = [
        name for name, attname in zip(names, attnames, strict=True) if attname not in shared
    ]
    model._base_manager.bulk_update(rows, differing)


def by_user(rows: Iterable[Any]) -> dict[int, Any]:
    """Index rows that have a ``user_id``."""
    return {row.user_id: row for row in rows}
