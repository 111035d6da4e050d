"""Recording marks: set-based, once each, with history and standings in the same transaction."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from blended_xblock.attendance import conflicts
from blended_xblock.attendance.conflicts import ASSUMED
from blended_xblock.attendance.ledger import NOTHING, Ledger, after_mark, snapshot
from blended_xblock.attendance.marks import (
    KEY_LENGTH,
    MARKS_LIMIT,
    MAX_ID,
    MINUTES_LIMIT,
    NOTE_LENGTH,
    Mark,
    key_conflict,
    validated,
)
from blended_xblock.attendance.reasons import require_reasons
from blended_xblock.attendance.sessions import (
    get_session,
    lock_session,
    require_live,
    require_roll,
)
from blended_xblock.attendance.statuses import statuses_of
from blended_xblock.errors import InvalidInputError, NotOnRosterError
from blended_xblock.hosts import get_host
from blended_xblock.models import (
    Appeal,
    AttendanceChange,
    AttendanceRecord,
    BlendedUnit,
    BulkAction,
    ImportBatch,
    MarkConflict,
    Session,
    Waiver,
)
from blended_xblock.sets import by_user

__all__ = [
    "ASSUMED",
    "KEY_LENGTH",
    "MARKS_LIMIT",
    "MAX_ID",
    "MINUTES_LIMIT",
    "NOTE_LENGTH",
    "Mark",
    "RecordReport",
    "clear_records",
    "get_session",
    "list_unmarked",
    "lock_session",
    "record_attendance",
    "record_locked",
    "require_live",
    "require_roll",
    "snapshot",
]


@dataclass(frozen=True, slots=True)
class RecordReport:
    """What became of the marks: user ids each.

    ``recorded`` changed a record; ``unchanged`` said what stood there already; ``repeated`` had
    been received before; ``superseded`` lost against a newer mark, and stand in the history.
    ``conflicts`` contradicted a mark they did not know of, whichever of the two stands now.
    """

    recorded: tuple[int, ...]
    unchanged: tuple[int, ...]
    repeated: tuple[int, ...]
    superseded: tuple[int, ...]
    at: datetime
    conflicts: tuple[int, ...] = ()


@transaction.atomic
def record_attendance(
    session_id: uuid.UUID | str,
    marks: Iterable[Mark],
    *,
    actor: Any,
    source: str = "roll",
    batch: ImportBatch | None = None,
    needs_reason: bool = False,
) -> RecordReport:
    """Record marks at a session whose roll is open or closed; all of them or, on an error, none.

    A learner who is not on the frozen roster but enrolled is added as one who came without being
    expected. Where two marks name the same learner the later one counts. With ``needs_reason`` a
    mark made after the roll was closed wants a reason.

    Raises NotFoundError, SessionNotLiveError, RollNotOpenError, NotOnRosterError (somebody is
    neither on the roster nor enrolled), InvalidInputError (unknown status, minutes, modality, too
    long a note), of these ReasonNeededError.
    """
    sent = list(marks)
    if len(sent) > MARKS_LIMIT:
        raise InvalidInputError(
            _("At most %(limit)d marks can be sent at once.") % {"limit": MARKS_LIMIT}
        )
    session = lock_session(session_id)
    if needs_reason:
        require_reasons(session, sent)
    return record_locked(session, sent, actor=actor, source=source, batch=batch)


def record_locked(
    session: Session,
    marks: list[Mark],
    *,
    actor: Any,
    source: str,
    batch: ImportBatch | None = None,
    bulk: BulkAction | None = None,
) -> RecordReport:
    """Record marks at a session this transaction has locked; see ``record_attendance``."""
    require_roll(session)
    now = timezone.now()
    received = validated(marks, statuses_of(session.unit), now)
    known_keys = _known_keys(session, received)
    repeated = [mark.user_id for mark in received if mark.request_key in known_keys]
    fresh = [mark for mark in received if mark.request_key not in known_keys]
    if not fresh:
        return RecordReport((), (), tuple(repeated), (), now)

    users = {mark.user_id for mark in fresh}
    records = by_user(AttendanceRecord.objects.filter(session=session, user_id__in=users))
    records |= _walk_ins(session, users - records.keys())
    ledger = Ledger(session.unit, actor, source, now, batch, bulk)
    disputes = conflicts.Disputes(session, actor, now)
    recorded: dict[int, None] = {}
    unchanged: list[int] = []
    superseded: list[int] = []
    for mark in fresh:
        record, at = records[mark.user_id], mark.at or now
        before = snapshot(record)
        after = after_mark(before, mark)
        meeting = conflicts.meet(record, mark, actor=actor, at=at)
        said: dict[str, Any] = {"at": at, "reason": mark.reason, "request_key": mark.request_key}
        if meeting.is_known:
            disputes.settle(mark.user_id)
        if before == after:
            unchanged.append(mark.user_id)
            if mark.base is not None and (record.pk or record.revision):
                ledger.touch(record)
            elif mark.request_key is None:
                continue
            ledger.note(record, after, **said)
            continue
        author = conflicts.author_of(record)
        if meeting.is_lost:
            superseded.append(mark.user_id)
            change = ledger.note(record, after, is_applied=False, **said)
            if mark.base is not None:
                ledger.touch(record)
        else:
            recorded[mark.user_id] = None
            change = ledger.apply(record, after, **said)
        if meeting.is_conflict:
            disputes.add(mark.user_id, change, author)
    ledger.write()
    disputes.write(ledger.changes)
    return RecordReport(
        tuple(recorded), tuple(unchanged), tuple(repeated), tuple(superseded), now, disputes.users
    )


@transaction.atomic
def clear_records(usage_key: str, user_id: int, *, actor: Any) -> None:
    """Take back every mark and waiver of a learner in a unit, whatever became of its sessions.

    Places on a roster, announced absences and the history stay; the history says that ``actor``
    reset them. What waits for a decision about a record that is gone is closed: appeals are
    withdrawn, conflicts settled. A guest who was linked to the learner stays so, with every mark of
    the guest's own.
    """
    unit = BlendedUnit.objects.select_for_update().filter(usage_key=usage_key).first()
    if unit is None:
        return
    now = timezone.now()
    ledger = Ledger(unit, actor, "reset", now)
    for record in AttendanceRecord.objects.select_for_update().filter(
        session__unit=unit, user_id=user_id
    ):
        if snapshot(record) != NOTHING:
            ledger.apply(record, NOTHING, at=now)
    Waiver.objects.filter(unit=unit, user_id=user_id, revoked_at__isnull=True).update(
        revoked_at=now, revoked_by=actor
    )
    sessions = list(unit.sessions.values_list("pk", flat=True))
    Appeal.objects.filter(session__in=sessions, user_id=user_id, state=Appeal.State.OPEN).update(
        state=Appeal.State.WITHDRAWN
    )
    MarkConflict.objects.filter(
        session__in=sessions, user_id=user_id, settled_at__isnull=True
    ).update(settled_at=now, settled_by=actor)
    ledger.write(decide_also=[user_id])


def list_unmarked(session: Session) -> list[int]:
    """Return the ids of those expected at a session of whom nothing is said yet."""
    return list(
        AttendanceRecord.objects.filter(
            session=session, is_expected=True, status__isnull=True
        ).values_list("user_id", flat=True)
    )


def _known_keys(session: Session, marks: Iterable[Mark]) -> set[str]:
    users = {mark.request_key: mark.user_id for mark in marks if mark.request_key is not None}
    if not users:
        return set()
    found = AttendanceChange.objects.filter(request_key__in=list(users)).values_list(
        "request_key", "session_id", "user_id"
    )
    known = set()
    for key, session_id, user_id in found:
        # A database that ignores case finds a key that only looks like the one sent.
        if key not in users or session_id != session.pk or user_id != users[key]:
            raise key_conflict()
        known.add(key)
    return known


def _walk_ins(session: Session, users: Collection[int]) -> dict[int, AttendanceRecord]:
    if not users:
        return {}
    enrolled = {
        learner.user_id for learner in get_host().learners(session.unit.course_key, user_ids=users)
    }
    strangers = sorted(set(users) - enrolled)
    if strangers:
        raise NotOnRosterError(
            _("Nobody was recorded: %(n)d of the people named are not enrolled in this course.")
            % {"n": len(strangers)}
        )
    return {
        user_id: AttendanceRecord(session=session, user_id=user_id, is_expected=False)
        for user_id in sorted(enrolled)
    }
