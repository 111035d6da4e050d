"""Writes over a whole set in one statement each, where Django's own would split it.

On SQLite Django cuts a bulk insert into pieces of 999 values: 1 000 rows of history become a dozen
statements. One prepared statement with many rows is one statement there, and one multi-row insert
on MariaDB and MySQL.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connections, models, router


def insert_many(rows: Sequence[models.Model]) -> None:
    """Insert new rows of one model in one statement; generated keys are not read back."""
    if rows:
        _insert(rows)


def update_many(rows: Sequence[models.Model], names: Sequence[str]) -> None:
    """Write these fields of stored rows of one model, in one statement.

    Where all rows have the same values (everyone present) that is an update. Where they differ, all
    are inserted in one statement that updates what it meets.
    """
    if not rows:
        return
    model = type(rows[0])
    columns = {field.name: field.attname for field in model._meta.concrete_fields}
    values = {columns[name]: getattr(rows[0], columns[name]) for name in names}
    if all(getattr(row, name) == value for row in rows for name, value in values.items()):
        model._base_manager.filter(pk__in=[row.pk for row in rows]).update(**values)
        return
    _insert(
        rows,
        updating=[
            str(field.column) for field in model._meta.concrete_fields if field.name in names
        ],
    )


def by_user(rows: Iterable[Any]) -> dict[int, Any]:
    """Index rows that have a ``user_id``."""
    return {row.user_id: row for row in rows}


def _insert(rows: Sequence[models.Model], updating: Sequence[str] = ()) -> None:
    """Insert rows in one statement; of those that are there, these columns are updated instead."""
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
    meeting = ""
    if updating and connection.vendor == "mysql":
        new = ", ".join(f"{quote(name)} = VALUES({quote(name)})" for name in updating)
        meeting = f" ON DUPLICATE KEY UPDATE {new}"
    elif updating:
        new = ", ".join(f"{quote(name)} = excluded.{quote(name)}" for name in updating)
        meeting = f" ON CONFLICT ({quote(str(model._meta.pk.column))}) DO UPDATE SET {new}"
    values = [
        [
            field.get_db_prep_save(field.pre_save(row, add=not updating), connection=connection)
            for field in fields
        ]
        for row in rows
    ]
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {quote(model._meta.db_table)} ({columns}) VALUES ({holes}){meeting}",
            values,
        )
