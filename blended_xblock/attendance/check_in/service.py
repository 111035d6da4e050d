"""Checking in: a code is judged, and what follows from it is written with the attempt, or neither.

A refusal is recorded too, as an attempt without a mark; it is raised once that is written. What an
instructor has said of a learner stands: a check-in marks who is unmarked, nobody else.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from blended_xblock.attendance.check_in.arrival import arrival_status, modality_of
from blended_xblock.attendance.check_in.codes import is_scanned_code, is_typed_code
from blended_xblock.attendance.check_in.desk import DeskState, desk_state, find_desk
from blended_xblock.attendance.check_in.limits import require_patience
from blended_xblock.attendance.marks import Mark
from blended_xblock.attendance.recording import record_locked
from blended_xblock.attendance.rolls import open_roll
from blended_xblock.attendance.sessions import lock_session
from blended_xblock.attendance.statuses import meanings_of
from blended_xblock.design import Status
from blended_xblock.errors import (
    BlendedError,
    CheckInClosedError,
    InvalidInputError,
    NotEnrolledError,
    TooEarlyError,
    WrongCodeError,
)
from blended_xblock.hosts import get_host
from blended_xblock.models import AttendanceRecord, CheckInAttempt, CheckInDesk, Session

Method = CheckInAttempt.Method
ACCEPTED: Final = "accepted"
ALREADY: Final = "already"
"""A good code of somebody whose attendance was recorded before, by whatever."""
CONTRADICTED: Final = "contradicted"
"""A good code of somebody who is recorded as not attending."""
TURN_USED: Final = "turn_used"
"""The turn kept for a login, taken by a second learner on the same device."""
HERE: Final = frozenset({ACCEPTED, ALREADY, CONTRADICTED, TURN_USED})
"""Outcomes of people who had a good code in their hands."""
CLOSING: Final = "close"
# A refusal is written once in this time, so that a script fills no table; wrong typed codes are
# written each, since they are counted.
_QUIET: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class CheckedIn:
    """What is recorded of a learner after a check-in.

    ``is_new`` is False where it was recorded before, by whatever; then ``at`` is when that was.
    """

    session_id: uuid.UUID
    user_id: int
    status: Status
    at: datetime
    is_new: bool

    @property
    def label(self) -> str:
        """Return the status in words."""
        return _(self.status.label) if self.status.label else self.status.code

    @property
    def sentence(self) -> str:
        """Return it for the learner."""
        words = {"status": self.label}
        if self.is_new:
            return _("You are checked in: %(status)s.") % words
        if self.status.attended:
            return _("You are recorded already: %(status)s.") % words
        return (
            _("You are recorded as “%(status)s”. If that is wrong, tell your trainer now.") % words
        )


def check_in(
    session_id: uuid.UUID | str,
    *,
    user: Any,
    method: str,
    code: str,
    device: str = "",
    now: datetime | None = None,
    held_since: datetime | None = None,
) -> CheckedIn:
    """Record that ``user`` is at a session, by the code of the screen that they scanned or typed.

    ``method``: "scan" or "typed". ``device``: see ``device.device_of``. ``held_since``: when the
    code was scanned, where a signed turn says so (``turns``): the code has been judged then, and
    that is when they came.

    Raises NotFoundError, CheckInClosedError, TooEarlyError, TooLateError, WrongCodeError,
    WaitError, NotEnrolledError; each attempt refused is recorded.
    """
    if method not in (Method.SCAN, Method.TYPED):
        raise InvalidInputError(_("A code is scanned or typed."))
    now = now or timezone.now()
    refusal: BlendedError | None = None
    with transaction.atomic():
        session = lock_session(session_id)
        attempt = CheckInAttempt(session=session, user=user, at=now, method=method, device=device)
        try:
            answer = _judged(session, attempt, code, held_since)
        except BlendedError as error:
            # Whatever is refused is refused before anything is written.
            refusal = error
            attempt.outcome = attempt.outcome or error.code
        write_attempt(attempt)
    if refusal is not None:
        raise refusal
    return answer


def record_arrival(
    session: Session,
    desk: CheckInDesk,
    record: AttendanceRecord | None,
    status: Status,
    attempt: CheckInAttempt,
    *,
    at: datetime,
    actor: Any,
    source: str,
) -> CheckedIn:
    """Record a learner who is unmarked, at a session this transaction has locked.

    Who has a mark keeps it, unless it was only assumed when the roll was closed, which has been
    reopened since: so a second tap needs no key to be told from the first. A desk that opens by
    itself opens the roll with the first who comes.
    """
    user_id = attempt.user_id
    if record is not None and (held := held_mark(session, record)) is not None:
        attempt.outcome = ALREADY if held.status.attended else CONTRADICTED
        return held
    if session.roll_state == Session.Roll.NOT_OPENED:
        session.roll_state = open_roll(session.pk, actor=desk.changed_by).state
    mark = Mark(
        user_id=user_id,
        status=status.code,
        modality=modality_of(session),
        arrived_at=at,
    )
    record_locked(session, [mark], actor=actor, source=source)
    attempt.outcome = ACCEPTED
    return CheckedIn(session.pk, user_id, status, at, is_new=True)


def held_mark(session: Session, record: AttendanceRecord) -> CheckedIn | None:
    """Return what stands against a check-in, or None where nothing does; ``at``: when they came."""
    status = meanings_of(session.unit).get(record.status or "")
    if status is None or record.source == CLOSING:
        return None
    came = record.arrived_at or record.recorded_at or session.starts_at
    return CheckedIn(session.pk, record.user_id, status, came, is_new=False)


def find_place(
    session: Session, user_id: int
) -> tuple[AttendanceRecord | None, CheckInDesk | None]:
    """Return what is recorded of a learner (None without a row) and the desk, if there is one.

    One query for somebody on the roll. Raises NotEnrolledError for who has no business here.
    """
    records = AttendanceRecord.objects.select_related("session__check_in_desk")
    record = records.filter(session=session, user_id=user_id).first()
    if record is not None:
        return record, getattr(record.session, "check_in_desk", None)
    if not get_host().learners(session.unit.course_key, user_ids=[user_id]):
        raise NotEnrolledError(
            _("You are not enrolled in the course of this session. Ask your trainer for help.")
        )
    return None, find_desk(session)


def write_attempt(attempt: CheckInAttempt) -> None:
    """Keep an attempt, unless it only repeats a refusal (or an answer) of a moment ago.

    Only who had a good code is followed by device: what a refused one says of its device is made up
    as easily as the code.
    """
    is_counted = attempt.outcome == ACCEPTED or (
        attempt.outcome == WrongCodeError.code and attempt.method == Method.TYPED
    )
    if not is_counted:
        same = CheckInAttempt.objects.filter(
            session_id=attempt.session_id,
            user_id=attempt.user_id,
            outcome=attempt.outcome,
            at__gt=attempt.at - _QUIET,
        )
        if attempt.outcome in HERE:
            same = same.filter(device=attempt.device)
        if same.exists():
            return
    attempt.save()


def require_open(state: DeskState) -> None:
    """Raise what the desk says while nobody can check in."""
    if state.why == "too_early":
        raise TooEarlyError(state.sentence)
    if not state.is_open:
        raise CheckInClosedError(state.sentence)


def _judged(
    session: Session, attempt: CheckInAttempt, code: str, held_since: datetime | None
) -> CheckedIn:
    if attempt.method == Method.TYPED:
        require_patience(session, attempt.user_id, attempt.at)
    record, desk = find_place(session, attempt.user_id)
    at = held_since or attempt.at
    state = desk_state(session, at, desk=desk)
    if held_since is None or state.why in {"roll_closed", "not_live"} or desk is None:
        require_open(state)
    if desk is None:
        raise CheckInClosedError(state.sentence)
    if held_since is None:
        _require_code(desk, state, attempt, code)
    else:
        _require_own_turn(attempt, held_since)
    status = arrival_status(session, state, at)
    return record_arrival(
        session, desk, record, status, attempt, at=at, actor=attempt.user, source="check_in"
    )


def _require_code(desk: CheckInDesk, state: DeskState, attempt: CheckInAttempt, code: str) -> None:
    is_good = is_scanned_code if attempt.method == Method.SCAN else is_typed_code
    length = state.rotate_seconds
    if is_good(code, desk.secret, desk.session_id, now=attempt.at, rotate_seconds=length):
        return
    if attempt.method == Method.SCAN:
        raise WrongCodeError(
            _("The code has changed since you scanned it. Scan the one on the screen now.")
        )
    raise WrongCodeError(
        _("This is not the code on the screen, or no longer. Look again and type the one of now.")
    )


def _require_own_turn(attempt: CheckInAttempt, held_since: datetime) -> None:
    """Let one learner use a turn: whoever logs in after them on the same device scans again."""
    others = CheckInAttempt.objects.filter(
        session_id=attempt.session_id,
        device=attempt.device,
        outcome__in=HERE,
        at__gte=held_since,
    ).exclude(user_id=attempt.user_id)
    if others.exists():
        attempt.outcome = TURN_USED
        raise WrongCodeError(
            _("Somebody else has checked in with this scan. Scan the code on the screen yourself.")
        )
