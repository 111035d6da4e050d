"""Opening and closing a roll: the roster is frozen once; closing says first who becomes absent."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import Exists, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from blended_xblock.attendance.bulk import mark_together, undo_locked
from blended_xblock.attendance.marks import Mark
from blended_xblock.attendance.recording import list_unmarked
from blended_xblock.attendance.roster import freeze_roster, list_audience
from blended_xblock.attendance.sessions import (
    get_session,
    lock_session,
    require_live,
    require_roll,
)
from blended_xblock.attendance.statuses import statuses_of
from blended_xblock.attendance.undo import UndoReport, undo_changes
from blended_xblock.design import Status
from blended_xblock.errors import ConflictError
from blended_xblock.gate import standing
from blended_xblock.models import (
    AbsenceNotice,
    AttendanceChange,
    AttendanceRecord,
    BlendedUnit,
    BulkAction,
    Guest,
    Session,
    Standing,
)
from blended_xblock.sets import insert_many

ROLL_LEAD: Final = timedelta(days=1)
"""How long before its session a roll may be opened: the roster is frozen then."""


@dataclass(frozen=True, slots=True)
class Roll:
    """The state of a session's roll; ``unmarked`` counts those expected and not marked yet."""

    session_id: uuid.UUID
    state: str
    expected: int
    unmarked: int
    opened_at: datetime | None
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class ClosePreview:
    """What closing would do: these people (user ids) would be recorded with ``status``.

    ``status`` is None where everybody is marked already. ``announced`` are those of them who said
    beforehand that they cannot come: they can be given ``excused`` first, where the unit has it.
    """

    status: Status | None
    user_ids: tuple[int, ...]
    announced: tuple[int, ...] = ()
    excused: Status | None = None


def can_open_roll(session: Session, now: datetime) -> tuple[bool, str]:
    """Return whether an instructor is offered to open a roll now, and if not, why."""
    if not session.is_live:
        return False, str(session.get_state_display())
    if session.roll_state != Session.Roll.NOT_OPENED:
        return False, ""
    if session.starts_at - now > ROLL_LEAD:
        return False, _(
            "The roll can be opened from the day before. Opening it freezes the list of learners."
        )
    return True, ""


@transaction.atomic
def open_roll(session_id: uuid.UUID | str, *, actor: Any) -> Roll:
    """Open a session's roll and freeze its roster; opening it again changes nothing.

    Raises NotFoundError, or SessionNotLiveError for a draft, cancelled or removed session.
    """
    session = lock_session(session_id)
    require_live(session)
    concerned = open_locked(session, actor=actor)
    if concerned is not None:
        standing.recompute(session.unit, concerned)
    return get_roll(session)


def open_locked(session: Session, *, actor: Any) -> set[int] | None:
    """Open the roll of a session this transaction has locked, unless it is opened already.

    Returns of whom it is to be decided again (user ids): the caller has that done when all is
    written. None where it was opened before.
    """
    if session.roll_state != Session.Roll.NOT_OPENED:
        return None
    expected = list_audience(session)
    insert_many(freeze_roster(session, expected))
    _set_opened(session, Session.Roll.OPEN, timezone.now(), actor)
    return _concerned(session, {learner.user_id for learner in expected})


def unopen_locked(session: Session) -> set[int] | None:
    """Take the opening of a roll back, as if nobody had opened it, where nothing stands on it.

    What was taken back by then stays in the history. The roster is frozen anew when the roll is
    opened again. Returns of whom it is to be decided again (user ids), which is the caller's; None
    where it stays open: anybody has or had another mark than a file's, somebody came onto the roll,
    there is a guest, or it is closed.
    """
    if session.roll_state != Session.Roll.OPEN:
        return None
    rows = AttendanceRecord.objects.filter(session=session)
    marked = rows.filter(Q(status__isnull=False) | ~Q(note="") | Q(is_expected=False))
    by_hand = AttendanceChange.objects.filter(session=session, batch__isnull=True)
    guests = Guest.objects.filter(session=session, removed_at__isnull=True)
    used = Session.objects.filter(Exists(marked) | Exists(by_hand) | Exists(guests), pk=session.pk)
    if used.exists():
        return None
    expected = set(rows.values_list("user_id", flat=True))
    rows.delete()
    _set_opened(session, Session.Roll.NOT_OPENED, None, None)
    return _concerned(session, expected)


def _set_opened(session: Session, state: str, at: datetime | None, actor: Any) -> None:
    session.roll_state, session.roll_opened_at, session.roll_opened_by = state, at, actor
    session.save(update_fields=["roll_state", "roll_opened_at", "roll_opened_by"])


def _concerned(session: Session, expected: Collection[int]) -> set[int]:
    """Return the roster, and of whom something was decided while they were expected still."""
    known = Standing.objects.filter(unit=session.unit).values_list("user_id", flat=True)
    return {*expected, *known}


def get_roll(session: Session) -> Roll:
    """Return the state of a session's roll, with one query."""
    marked = list(
        AttendanceRecord.objects.filter(session=session, is_expected=True).values_list(
            "status", flat=True
        )
    )
    return Roll(
        session_id=session.pk,
        state=session.roll_state,
        expected=len(marked),
        unmarked=sum(1 for status in marked if status is None),
        opened_at=session.roll_opened_at,
        closed_at=session.roll_closed_at,
    )


def absent_status(unit: BlendedUnit) -> Status:
    """Return the status of those unmarked when a roll closes: the first that says *did not attend*.

    It must count (an excuse is given, never assumed). Raises ConflictError where the course team
    defined none.
    """
    for status in statuses_of(unit).values():
        if not status.attended and status.counted:
            return status
    raise ConflictError(
        _(
            "This unit has no status for people who did not attend, so every learner must be "
            "marked before the roll can be closed."
        )
    )


def excused_status(unit: BlendedUnit) -> Status | None:
    """Return the first status of those who were not there and of whom it is not counted, if any."""
    for status in statuses_of(unit).values():
        if not status.attended and not status.counted:
            return status
    return None


def preview_close(session_id: uuid.UUID | str) -> ClosePreview:
    """Return who would become absent if the roll were closed now; nothing is written."""
    session = get_session(session_id)
    unmarked = tuple(list_unmarked(session))
    if not unmarked:
        return ClosePreview(None, ())
    announced = set(
        AbsenceNotice.objects.filter(
            session=session, user_id__in=unmarked, withdrawn_at__isnull=True
        ).values_list("user_id", flat=True)
    )
    return ClosePreview(
        absent_status(session.unit),
        unmarked,
        tuple(user_id for user_id in unmarked if user_id in announced),
        excused_status(session.unit),
    )


@transaction.atomic
def close_roll(session_id: uuid.UUID | str, *, actor: Any) -> Roll:
    """Close a roll: who is unmarked becomes absent; closing it again changes nothing.

    Corrections stay possible afterwards. Raises NotFoundError, SessionNotLiveError,
    RollNotOpenError, ConflictError (no status for absent people).
    """
    session = lock_session(session_id)
    require_roll(session)
    if session.roll_state == Session.Roll.OPEN:
        closed_at = timezone.now()
        unmarked = list_unmarked(session)
        if unmarked:
            code = absent_status(session.unit).code
            marks = [Mark(user_id=user_id, status=code) for user_id in unmarked]
            mark_together(session, marks, code, actor=actor, kind="close", at=closed_at)
        session.roll_state = Session.Roll.CLOSED
        session.roll_closed_at = closed_at
        session.roll_closed_by = actor
        session.save(update_fields=["roll_state", "roll_closed_at", "roll_closed_by"])
    return get_roll(session)


@dataclass(frozen=True, slots=True)
class ReopenReport:
    """A roll that is open again, and whose absences (user ids) were taken back or kept."""

    roll: Roll
    restored: tuple[int, ...]
    kept: tuple[int, ...]


@transaction.atomic
def reopen_roll(session_id: uuid.UUID | str, *, actor: Any, undo_absences: bool) -> ReopenReport:
    """Open a closed roll again; ``undo_absences`` takes back whom closing it made absent.

    The roster stays as it was frozen. Whoever was changed since the closing keeps what they have.
    Raises NotFoundError, SessionNotLiveError, ConflictError (the roll is not closed).
    """
    session = lock_session(session_id)
    require_live(session)
    if session.roll_state != Session.Roll.CLOSED:
        raise ConflictError(_("This roll is not closed, so there is nothing to reopen."))
    report = _undo_close(session, actor) if undo_absences else UndoReport((), ())
    session.roll_state = Session.Roll.OPEN
    session.roll_closed_at = session.roll_closed_by = None
    session.save(update_fields=["roll_state", "roll_closed_at", "roll_closed_by"])
    return ReopenReport(get_roll(session), report.restored, report.kept)


def _undo_close(session: Session, actor: Any) -> UndoReport:
    """Take back the absences of the closing that is being undone, not those of an earlier one."""
    closed_at = session.roll_closed_at
    assert closed_at is not None
    closing = BulkAction.objects.filter(
        session=session, kind="close", at=closed_at, undone_at__isnull=True
    ).first()
    if closing is not None:
        return undo_locked(session, closing, actor=actor)
    # Rolls were closed before there were actions.
    lines = AttendanceChange.objects.filter(
        source="close", bulk__isnull=True, received_at__gte=closed_at - timedelta(minutes=1)
    )
    return undo_changes(session, lines, actor=actor)
