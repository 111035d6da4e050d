"""Learners who came without being expected: put on the roll, and taken off while untouched."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any, Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from blended_xblock.attendance.ledger import NOTHING, Ledger, snapshot
from blended_xblock.attendance.marks import Mark, find_by_key, validated
from blended_xblock.attendance.reasons import require_reason
from blended_xblock.attendance.recording import record_locked
from blended_xblock.attendance.sessions import lock_session, require_roll
from blended_xblock.attendance.statuses import statuses_of
from blended_xblock.errors import ConflictError, NotFoundError, NotOnRosterError
from blended_xblock.hosts import get_host
from blended_xblock.models import (
    AttendanceChange,
    AttendanceRecord,
    Guest,
    MarkConflict,
    Session,
)

ADDED: Final = "walk_in"
TAKEN_OFF: Final = "off_roll"


@dataclass(frozen=True, slots=True)
class WalkIn:
    """A learner who is on the roll; ``is_new``: this call put them there."""

    user_id: int
    is_new: bool


@transaction.atomic
def add_to_roll(
    session_id: uuid.UUID | str,
    user_id: int,
    *,
    actor: Any,
    status: str | None = None,
    reason: str = "",
    request_key: str | None = None,
    needs_reason: bool = False,
) -> WalkIn:
    """Put an enrolled learner on a roll that did not expect them, unmarked unless given a status.

    Whoever is on the roll already stays as they are. ``reason`` is kept in the history;
    with ``needs_reason`` a closed roll wants one (ReasonNeededError).

    Raises NotFoundError, SessionNotLiveError, RollNotOpenError, NotOnRosterError (not enrolled) and
    InvalidInputError.
    """
    session = lock_session(session_id)
    if needs_reason:
        require_reason(session, reason)
    require_roll(session)
    now = timezone.now()
    mark = Mark(user_id, status, reason=reason, request_key=request_key)
    validated([mark], statuses_of(session.unit), now)
    lines = AttendanceChange.objects.all()
    if find_by_key(lines, request_key, session_id=session.pk, user_id=user_id):
        return WalkIn(user_id, is_new=True)
    if AttendanceRecord.objects.filter(session=session, user_id=user_id).exists():
        return WalkIn(user_id, is_new=False)
    require_enrolled(session, user_id)
    if status is not None:
        record_locked(session, [mark], actor=actor, source=ADDED)
        return WalkIn(user_id, is_new=True)
    record = AttendanceRecord(session=session, user_id=user_id, is_expected=False)
    ledger = Ledger(session.unit, actor, ADDED, now)
    ledger.note(record, snapshot(record), at=now, reason=reason, request_key=request_key)
    ledger.touch(record)
    ledger.write()
    return WalkIn(user_id, is_new=True)


@transaction.atomic
def remove_from_roll(session_id: uuid.UUID | str, user_id: int, *, actor: Any) -> None:
    """Take somebody off a roll who was put on it by mistake; the history of it stays.

    Only while nobody has said anything of them since, so that no mark ever disappears with a row:
    the one given when they were added goes with them. Who was taken off it already stays off.

    Raises NotFoundError (also for somebody who never was on it), SessionNotLiveError,
    RollNotOpenError and ConflictError (expected here, marked since, or here through a guest).
    """
    session = lock_session(session_id)
    require_roll(session)
    record = AttendanceRecord.objects.filter(session=session, user_id=user_id).first()
    if record is None:
        # Who was here and is not any more is off the roll; anybody else is none of its business.
        if not AttendanceChange.objects.filter(session=session, user_id=user_id).exists():
            raise NotFoundError(_("This person is not on the roll of this session."))
        return
    if record.is_expected:
        raise ConflictError(_("This learner was expected at this session and stays on its roll."))
    if Guest.objects.filter(session=session, user_id=user_id).exists():
        raise ConflictError(
            _("A guest of this session is linked to this learner. Unlink it first.")
        )
    is_as_added = record.revision == 1 and record.source == ADDED
    open_conflicts = MarkConflict.objects.filter(
        session=session, user_id=user_id, settled_at__isnull=True
    )
    if (snapshot(record) != NOTHING and not is_as_added) or open_conflicts.exists():
        raise ConflictError(
            _("Something was recorded of this learner since. Take the mark and note back first.")
        )
    take_off(record, Ledger(session.unit, actor, TAKEN_OFF, timezone.now()))


def take_off(record: AttendanceRecord, ledger: Ledger) -> None:
    """Delete a row of the roll; what stood in it is a line of the history."""
    ledger.note(record, NOTHING, at=ledger.now)
    user_id = record.user_id
    record.delete()
    ledger.write(decide_also=[user_id])


def require_enrolled(session: Session, user_id: int) -> None:
    """Raise NotOnRosterError unless this is a learner of the course."""
    if not get_host().learners(session.unit.course_key, user_ids=[user_id]):
        raise NotOnRosterError(
            _("This person is not enrolled in this course. Enrol them, or add them as a guest.")
        )
