"""Taking changes back, many as one: who was changed since keeps what they have."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import QuerySet
from django.utils import timezone

from blended_xblock.attendance.ledger import NOTHING, Author, Ledger, full, snapshot
from blended_xblock.gate import standing
from blended_xblock.models import (
    AttendanceChange,
    AttendanceRecord,
    BulkAction,
    ImportBatch,
    Session,
)
from blended_xblock.sets import by_user

UNDO: Final = "undo"
"""The source of a line that took others back."""


@dataclass(frozen=True, slots=True)
class UndoReport:
    """User ids: who has again what they had, and who was changed since and keeps what they have."""

    restored: tuple[int, ...]
    kept: tuple[int, ...]


def undo_changes(
    session: Session,
    changes: QuerySet[AttendanceChange],
    *,
    actor: Any,
    source: str = UNDO,
    bulk: BulkAction | None = None,
    batch: ImportBatch | None = None,
) -> UndoReport:
    """Give every learner of these changes what they had before the first of them.

    Call it in a transaction that has locked the session. A learner was changed since when somebody
    said something of them after it, be it the same once more; what was itself undone does not
    count. Who said what stands again is said again: a record that was taken back is not ``actor``'s
    mark. ``source`` begins with ``undo``; ``bulk`` and ``batch`` are written into the new lines.
    """
    report = put_back(session, changes, actor=actor, source=source, bulk=bulk, batch=batch)
    standing.recompute(session.unit, report.restored)
    return report


def put_back(
    session: Session,
    changes: QuerySet[AttendanceChange],
    *,
    actor: Any,
    source: str,
    bulk: BulkAction | None = None,
    batch: ImportBatch | None = None,
) -> UndoReport:
    """Do what ``undo_changes`` does, five queries, and leave to the caller to decide again."""
    now = timezone.now()
    mine: dict[int, list[AttendanceChange]] = {}
    for change in changes.filter(session=session, user__isnull=False, is_applied=True).order_by(
        "id"
    ):
        if not _is_undoing(change):
            mine.setdefault(change.user_id or 0, []).append(change)
    records = by_user(AttendanceRecord.objects.filter(session=session, user_id__in=mine))
    histories = _histories(session, mine)
    ledger = Ledger(session.unit, actor, source, now, batch, bulk)
    restored, kept = [], []
    for user_id, own in mine.items():
        past = past_of(histories[user_id], own)
        record = records.get(user_id)
        if record is None or past.is_changed_since or snapshot(record) != full(own[-1].after):
            kept.append(user_id)
            continue
        ledger.apply(record, past.values, at=now, author=past.author)
        restored.append(user_id)
    ledger.write_marks()
    return UndoReport(tuple(restored), tuple(kept))


@dataclass(frozen=True, slots=True)
class Past:
    """What stood before some changes that are taken back, and who said it.

    ``first`` is the first of them, or what an earlier file said on which they stood, where that
    file was taken back before. ``said_by`` is the line that counts, None where nobody said it.
    """

    first: AttendanceChange
    values: Mapping[str, Any]
    said_by: AttendanceChange | None
    is_changed_since: bool

    @property
    def author(self) -> Author:
        line = self.said_by
        return Author(line.actor_id, line.at, line.source) if line else Author()


def past_of(history: Iterable[AttendanceChange], own: Sequence[AttendanceChange]) -> Past:
    """Return what stood before ``own``, of all that was applied to one person, oldest first."""
    numbers = {change.pk for change in own}
    others = [line for line in history if line.pk not in numbers and not _is_undoing(line)]
    first, values = own[0], marks_of(own[0].before)
    said_by = None
    for line in reversed([line for line in others if line.pk < own[0].pk]):
        if not _is_undone(line):
            said_by = said_by or (line if _says_something(line) else None)
        elif said_by is None and line.batch_id and marks_of(line.after) == values:
            # A file that was taken back while these changes stood on it: it counts no more.
            first, values = line, marks_of(line.before)
    is_changed = any(line.pk > own[0].pk and not _is_undone(line) for line in others)
    return Past(first, values, said_by, is_changed)


def _histories(
    session: Session, users: Mapping[int, object]
) -> Mapping[int, list[AttendanceChange]]:
    """Return what was applied to these learners at a session, oldest first."""
    lines = AttendanceChange.objects.filter(
        session=session, user_id__in=users, is_applied=True
    ).select_related("bulk", "batch")
    histories: dict[int, list[AttendanceChange]] = {user_id: [] for user_id in users}
    for line in lines.order_by("id"):
        if not _is_undoing(line):
            histories[line.user_id or 0].append(line)
    return histories


def marks_of(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a line says of a mark: those of guests tell their names as well."""
    return {name: value for name, value in full(values).items() if name in NOTHING}


def _says_something(line: AttendanceChange) -> bool:
    """Tell whether a line is somebody's mark: what changed nothing, or only filled it, is not."""
    before, after = marks_of(line.before), marks_of(line.after)
    if before == after:
        return False
    is_fill = line.batch_id is not None and before["status"] is not None
    return not (is_fill and all(before[name] in (NOTHING[name], after[name]) for name in NOTHING))


def _is_undoing(line: AttendanceChange) -> bool:
    return line.source.startswith(UNDO)


def _is_undone(line: AttendanceChange) -> bool:
    return any(
        action is not None and action.undone_at is not None for action in (line.bulk, line.batch)
    )
