"""Writes over a whole set in one statement each, where Django's own would split it.

On SQLite Django cuts a bulk insert into pieces of 999 values: 1 000 rows of history become a dozen
statements. One prepared statement with many rows is one statement there, and one multi-row insert
on MariaDB and MySQL.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import connections, models, router


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
    columns = ", ".join(quote(field.column) for field in fields)
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


def update_grouped(
    model: type[models.Model], values_by_pk: Mapping[Any, Mapping[str, Any]]
) -> None:
    """Update rows with one statement for each distinct set of values.

    A roll has few of them (everyone present, three exceptions), however many learners there are.
    """
    groups: dict[str, tuple[Mapping[str, Any], list[Any]]] = {}
    for pk, values in values_by_pk.items():
        groups.setdefault(repr(sorted(values.items())), (values, []))[1].append(pk)
    for values, pks in groups.values():
        model._base_manager.filter(pk__in=pks).update(**values)


def by_user(rows: Iterable[Any]) -> dict[int, Any]:
    """Index rows that have a ``user_id``."""
    return {row.user_id: row for row in rows}
