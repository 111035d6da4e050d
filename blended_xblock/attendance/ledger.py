"""One way into the records: what they become, the line of history that says so, and standings."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from blended_xblock.attendance.marks import UNCHANGED, Mark, Unchanged
from blended_xblock.gate import standing
from blended_xblock.models import (
    AttendanceChange,
    AttendanceRecord,
    BlendedUnit,
    BulkAction,
    Guest,
    ImportBatch,
)
from blended_xblock.sets import insert_many, update_many

NOTHING: Final[Mapping[str, Any]] = {
    "status": None,
    "minutes": None,
    "modality": "",
    "note": "",
    "arrived_at": None,
    "left_at": None,
}
"""The snapshot of a record nobody has said anything of."""
_TIMES: Final = ("arrived_at", "left_at")
_WRITTEN: Final = (*NOTHING, "source", "recorded_by", "recorded_at", "revision")


def snapshot(record: AttendanceRecord | Guest) -> dict[str, Any]:
    """Return what the history keeps of a record; instants as ISO 8601 in UTC."""
    values = {name: getattr(record, name) for name in NOTHING}
    return values | {name: _as_text(values[name]) for name in _TIMES}


def full(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return a snapshot with every key: older lines of the history know no arrival."""
    return {**NOTHING, **values}


def after_mark(before: Mapping[str, Any], mark: Mark) -> dict[str, Any]:
    """Return what a record becomes by a mark; one that is taken back has neither minutes nor times.

    Of an arrival and a departure that contradict each other the one said now stands.
    """
    if mark.status is None:
        measured: dict[str, Any] = {"minutes": None, "arrived_at": None, "left_at": None}
    else:
        arrived = _said(mark.arrived_at, before["arrived_at"])
        left = _said(mark.left_at, before["left_at"])
        if arrived and left and datetime.fromisoformat(left) < datetime.fromisoformat(arrived):
            arrived, left = (arrived, None) if mark.left_at is UNCHANGED else (None, left)
        measured = {"minutes": mark.minutes, "arrived_at": arrived, "left_at": left}
    return {
        "status": mark.status,
        "modality": before["modality"] if mark.modality is None else mark.modality,
        "note": before["note"] if mark.note is None else mark.note,
        **measured,
    }


def _said(value: datetime | Unchanged | None, before: str | None) -> str | None:
    return before if value is UNCHANGED else _as_text(value)


def _as_text(value: datetime | None) -> str | None:
    return value.astimezone(UTC).isoformat() if value else None


@dataclass(slots=True)
class Author:
    """Who said last what a record holds, when, and by what; nobody by default."""

    user_id: int | None = None
    at: datetime | None = None
    source: str = ""


def put(record: AttendanceRecord | Guest, values: Mapping[str, Any], author: Author) -> None:
    """Make a record hold a snapshot, as said by ``author``; nothing is written."""
    for name in NOTHING:
        value = values[name]
        is_time = name in _TIMES and value is not None
        setattr(record, name, datetime.fromisoformat(value) if is_time else value)
    record.recorded_by_id, record.recorded_at = author.user_id, author.at
    record.source = author.source


@dataclass(slots=True)
class Ledger:
    """What one transaction writes of the records of one unit, all of it at once in ``write``."""

    unit: BlendedUnit
    actor: Any
    source: str
    now: datetime
    batch: ImportBatch | None = None
    bulk: BulkAction | None = None
    changes: list[AttendanceChange] = field(default_factory=list)
    _touched: dict[int, AttendanceRecord] = field(default_factory=dict)
    _decided: set[int] = field(default_factory=set)

    def note(
        self,
        record: AttendanceRecord,
        after: Mapping[str, Any],
        *,
        at: datetime,
        reason: str = "",
        request_key: str | None = None,
        is_applied: bool = True,
    ) -> AttendanceChange:
        """Add a line to the history of a record; the record stays as it is."""
        change = AttendanceChange(
            session_id=record.session_id,
            user_id=record.user_id,
            before=snapshot(record),
            after=dict(after),
            actor=self.actor,
            source=self.source,
            reason=reason,
            batch=self.batch,
            bulk=self.bulk,
            at=at,
            received_at=self.now,
            request_key=request_key,
            is_applied=is_applied,
        )
        self.changes.append(change)
        return change

    def apply(
        self,
        record: AttendanceRecord,
        after: Mapping[str, Any],
        *,
        at: datetime,
        author: Author | None = None,
        reason: str = "",
        request_key: str | None = None,
    ) -> AttendanceChange:
        """Change a record and say so in its history; ``author``: who said it, if not the actor."""
        change = self.note(record, after, at=at, reason=reason, request_key=request_key)
        put(record, after, author or Author(self.actor.pk, at, self.source))
        self._decided.add(record.user_id)
        self.touch(record)
        return change

    def touch(self, record: AttendanceRecord) -> None:
        """Raise a record's revision: a mark met it, whatever became of the mark."""
        record.revision += 1
        self._touched[id(record)] = record

    def write(self, *, decide_also: Collection[int] = ()) -> None:
        """Write records, history and the standings of those whose record changed."""
        standing.recompute(self.unit, self.write_marks() | set(decide_also))

    def write_marks(self) -> set[int]:
        """Write records and history; return of whom it is to be decided again (user ids)."""
        touched = list(self._touched.values())
        insert_many([record for record in touched if record.pk is None])
        update_many([record for record in touched if record.pk is not None], _WRITTEN)
        insert_many(self.changes)
        return self._decided
