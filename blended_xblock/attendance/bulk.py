"""Marking many at once: one press, one action, which can be undone as one."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from blended_xblock.attendance.conflicts import ASSUMED
from blended_xblock.attendance.marks import (
    MARKS_LIMIT,
    Mark,
    check_key,
    check_status,
    find_by_key,
)
from blended_xblock.attendance.reasons import require_reason
from blended_xblock.attendance.recording import RecordReport, record_locked
from blended_xblock.attendance.sessions import lock_session, require_roll
from blended_xblock.attendance.statuses import statuses_of
from blended_xblock.attendance.undo import UNDO, UndoReport, undo_changes
from blended_xblock.errors import ConflictError, InvalidInputError, NotFoundError
from blended_xblock.hosts import get_host
from blended_xblock.models import (
    AttendanceChange,
    AttendanceRecord,
    BulkAction,
    MarkConflict,
    Session,
)
from blended_xblock.sets import by_user

KINDS: Final = frozenset({"everyone", "selection", "close"})


@dataclass(frozen=True, slots=True)
class BulkReport:
    """What one press did: user ids. ``bulk_id`` undoes it; None where there is nothing to undo.

    ``unchanged`` had the status already. ``is_repeated``: the press had been received before, and
    this is what it did then. ``conflicts`` met a mark that the page of the press did not show.
    """

    bulk_id: int | None
    recorded: tuple[int, ...]
    unchanged: tuple[int, ...]
    at: datetime
    is_repeated: bool = False
    conflicts: tuple[int, ...] = ()

    @property
    def n(self) -> int:
        return len(self.recorded)


@dataclass(frozen=True, slots=True)
class Bulk:
    """One press in the list of those that can be undone; ``status`` None took marks back."""

    id: int
    kind: str
    status: str | None
    n: int
    actor_id: int | None
    actor_name: str
    at: datetime
    undone_at: datetime | None
    undone_by_name: str

    @property
    def can_undo(self) -> bool:
        return self.undone_at is None


@transaction.atomic
def record_many(
    session_id: uuid.UUID | str,
    status: str | None,
    *,
    actor: Any,
    kind: str = "selection",
    key: str | None = None,
    user_ids: Collection[int] | None = None,
    only_unmarked: bool = False,
    cohort: str = "",
    reason: str = "",
    seen: Mapping[int, int] | None = None,
    needs_reason: bool = False,
) -> BulkReport:
    """Give one status to many learners of a session as one action.

    To ``user_ids`` or else to everyone expected; of these, to those of one ``cohort`` and, with
    ``only_unmarked``, to those of whom nothing is said yet. Minutes stay as they are. ``kind``:
    ``everyone`` is assumed of all who are left and never stands against what somebody saw,
    ``selection`` was meant of each. A retry with the same ``key`` changes nothing. ``seen``: the
    revisions that the page showed, by user id; each is the ``base`` of that learner's mark. With
    ``needs_reason`` a closed roll wants a reason.

    Errors are those of ``record_attendance``; ConflictError for the key of another action.
    """
    if kind not in KINDS:
        raise InvalidInputError(_("There is no such way of marking many at once."))
    if user_ids is not None and len(user_ids) > MARKS_LIMIT:
        raise InvalidInputError(
            _("At most %(limit)d marks can be sent at once.") % {"limit": MARKS_LIMIT}
        )
    check_key(key)
    session = lock_session(session_id)
    if needs_reason:
        require_reason(session, reason)
    require_roll(session)
    check_status(status, statuses_of(session.unit))
    records, users = _wanted(session, user_ids, only_unmarked=only_unmarked, cohort=cohort)
    if (done := find_by_key(BulkAction.objects.all(), key, session_id=session.pk)) is not None:
        recorded = _users_of(done)
        return BulkReport(
            done.pk, recorded, tuple(u for u in users if u not in set(recorded)), done.at, True
        )
    unchanged = tuple(user for user in users if user in records and records[user].status == status)
    bases = seen or {}
    marks = [
        Mark(
            user,
            status,
            records[user].minutes if user in records else None,
            reason=reason,
            base=bases.get(user),
        )
        for user in users
        if user not in set(unchanged)
    ]
    bulk, report = mark_together(session, marks, status, actor=actor, kind=kind, key=key)
    return BulkReport(
        bulk.pk if bulk else None,
        report.recorded,
        (*unchanged, *report.unchanged),
        report.at,
        conflicts=report.conflicts,
    )


@transaction.atomic
def record_unmarked(
    session_id: uuid.UUID | str, status: str, *, actor: Any, source: str, key: str | None = None
) -> RecordReport:
    """Give one status to everyone expected and still unmarked; whoever has a mark keeps it.

    ``source`` is the kind of ``record_many``, whose errors these are. A retry with the same ``key``
    is recorded once.
    """
    report = record_many(session_id, status, actor=actor, kind=source, key=key, only_unmarked=True)
    if report.is_repeated:
        return RecordReport((), (), report.recorded, (), report.at)
    return RecordReport(report.recorded, report.unchanged, (), (), report.at)


def mark_together(
    session: Session,
    marks: list[Mark],
    status: str | None,
    *,
    actor: Any,
    kind: str,
    key: str | None = None,
    at: datetime | None = None,
) -> tuple[BulkAction | None, RecordReport]:
    """Record marks at a locked session as one action; none is written where there is no mark.

    With a ``key`` it is written all the same, so that a retry does not mark who came since.
    """
    if not marks and key is None:
        return None, RecordReport((), (), (), (), timezone.now())
    bulk = BulkAction.objects.create(
        session=session,
        kind=kind,
        status=status,
        actor=actor,
        at=at or timezone.now(),
        request_key=key,
    )
    return bulk, record_locked(session, marks, actor=actor, source=kind, bulk=bulk)


@transaction.atomic
def undo_bulk(session_id: uuid.UUID | str, bulk_id: int, *, actor: Any) -> UndoReport:
    """Take one action back: everybody it marked has again what they had before it.

    Whoever was changed since keeps what they have, and is named in ``kept``. It is undone once: a
    retry answers what the first one did. What a closed roll made absent is taken back by reopening
    it.

    Raises NotFoundError (no such session or action), ConflictError (the roll is closed and this
    closed it), SessionNotLiveError.
    """
    session = lock_session(session_id)
    bulk = BulkAction.objects.filter(session=session, pk=bulk_id).first()
    if bulk is None:
        raise NotFoundError(_("There is no such action at this session."))
    if bulk.undone_at is not None:
        back = tuple(bulk.changes.filter(source=UNDO).values_list("user_id", flat=True))
        return UndoReport(back, tuple(u for u in _users_of(bulk) if u not in set(back)))
    require_roll(session)
    if bulk.kind == "close" and session.roll_state == Session.Roll.CLOSED:
        raise ConflictError(_("Reopen the roll to take back whom closing it made absent."))
    return undo_locked(session, bulk, actor=actor)


def undo_locked(session: Session, bulk: BulkAction, *, actor: Any) -> UndoReport:
    """Take back one action that was not undone yet, at a session this transaction has locked."""
    changes = AttendanceChange.objects.filter(bulk=bulk)
    report = undo_changes(session, changes, actor=actor, source=UNDO, bulk=bulk)
    bulk.undone_at, bulk.undone_by = timezone.now(), actor
    bulk.save(update_fields=["undone_at", "undone_by"])
    # What it contradicted stands again: nothing is left to decide. What is only assumed of all who
    # are left contradicts nobody.
    if bulk.kind not in ASSUMED:
        MarkConflict.objects.filter(
            change__bulk=bulk, user_id__in=report.restored, settled_at__isnull=True
        ).update(settled_at=bulk.undone_at, settled_by=actor)
    return report


def list_bulk_actions(session_id: uuid.UUID | str) -> list[Bulk]:
    """Return what was done to many at once at a session, newest first, in two queries.

    What marked nobody is left out.
    """
    is_own = ~Q(changes__source=UNDO)
    rows = list(
        BulkAction.objects.filter(session_id=session_id)
        .annotate(marked=Count("changes", filter=is_own))
        .filter(marked__gt=0)
        .order_by("-id")
    )
    people = {who for row in rows for who in (row.actor_id, row.undone_by_id) if who is not None}
    names = get_host().names(people) if people else {}
    return [
        Bulk(
            id=row.pk,
            kind=row.kind,
            status=row.status,
            n=row.marked,
            actor_id=row.actor_id,
            actor_name=names.get(row.actor_id or 0, ""),
            at=row.at,
            undone_at=row.undone_at,
            undone_by_name=names.get(row.undone_by_id or 0, ""),
        )
        for row in rows
    ]


def _wanted(
    session: Session, user_ids: Collection[int] | None, *, only_unmarked: bool, cohort: str
) -> tuple[Mapping[int, AttendanceRecord], list[int]]:
    """Return the records of a session and who of all, or of these, is meant."""
    records = by_user(AttendanceRecord.objects.filter(session=session))
    if user_ids is None:
        users = sorted(user for user, record in records.items() if record.is_expected)
    else:
        users = list(dict.fromkeys(user_ids))
    if only_unmarked:
        users = [u for u in users if u not in records or records[u].status is None]
    if cohort:
        learners = get_host().learners(session.unit.course_key)
        members = {learner.user_id for learner in learners if learner.cohort == cohort}
        users = [user for user in users if user in members]
    return records, users


def _users_of(bulk: BulkAction) -> tuple[int, ...]:
    marked = bulk.changes.exclude(source=UNDO).order_by("id").values_list("user_id", flat=True)
    return tuple(user_id for user_id in marked if user_id is not None)
