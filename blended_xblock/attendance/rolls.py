"""Opening and closing a roll: the roster is frozen once; closing says first who becomes absent."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from blended_xblock.attendance.recording import (
    Mark,
    get_session,
    list_unmarked,
    lock_session,
    record_locked,
    require_live,
)
from blended_xblock.attendance.roster import freeze_roster, list_audience
from blended_xblock.attendance.statuses import statuses_of
from blended_xblock.design import Status
from blended_xblock.errors import ConflictError, RollNotOpenError
from blended_xblock.gate import standing
from blended_xblock.models import AttendanceRecord, BlendedUnit, Session, Standing
from blended_xblock.sets import insert_many


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

    ``status`` is None where everybody is marked already.
    """

    status: Status | None
    user_ids: tuple[int, ...]


@transaction.atomic
def open_roll(session_id: uuid.UUID | str, *, actor: Any) -> Roll:
    """Open a session's roll and freeze its roster; opening it again changes nothing.

    Raises NotFoundError, or SessionNotLiveError for a draft, cancelled or removed session.
    """
    session = lock_session(session_id)
    require_live(session)
    if session.roll_state == Session.Roll.NOT_OPENED:
        expected = list_audience(session)
        insert_many(freeze_roster(session, expected))
        session.roll_state = Session.Roll.OPEN
        session.roll_opened_at = timezone.now()
        session.roll_opened_by = actor
        session.save(update_fields=["roll_state", "roll_opened_at", "roll_opened_by"])
        # Also for those about whom something was decided while they were still expected.
        known = Standing.objects.filter(unit=session.unit).values_list("user_id", flat=True)
        standing.recompute(session.unit, {learner.user_id for learner in expected} | set(known))
    return get_roll(session)


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


def preview_close(session_id: uuid.UUID | str) -> ClosePreview:
    """Return who would become absent if the roll were closed now; nothing is written."""
    session = get_session(session_id)
    unmarked = tuple(list_unmarked(session))
    return ClosePreview(absent_status(session.unit) if unmarked else None, unmarked)


@transaction.atomic
def close_roll(session_id: uuid.UUID | str, *, actor: Any) -> Roll:
    """Close a roll: who is unmarked becomes absent; closing it again changes nothing.

    Corrections stay possible afterwards. Raises NotFoundError, SessionNotLiveError,
    RollNotOpenError, ConflictError (no status for absent people).
    """
    session = lock_session(session_id)
    require_live(session)
    if session.roll_state == Session.Roll.NOT_OPENED:
        raise RollNotOpenError(_("Open the roll of this session first."))
    if session.roll_state == Session.Roll.OPEN:
        unmarked = list_unmarked(session)
        if unmarked:
            code = absent_status(session.unit).code
            marks = [Mark(user_id=user_id, status=code) for user_id in unmarked]
            record_locked(session, marks, actor=actor, source="close")
        session.roll_state = Session.Roll.CLOSED
        session.roll_closed_at = timezone.now()
        session.roll_closed_by = actor
        session.save(update_fields=["roll_state", "roll_closed_at", "roll_closed_by"])
    return get_roll(session)
