"""A learner's own code: they show it, and the instructor's camera or scanner reads it.

It says which session and who, signed by us, and is worth nothing by itself: only somebody who takes
the roll of that session can check people in with it, and they see whom.
"""

from __future__ import annotations

import base64
import uuid
from datetime import datetime
from typing import Any, Final

from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from blended_xblock.attendance.check_in.arrival import arrival_status, late_status
from blended_xblock.attendance.check_in.desk import desk_state
from blended_xblock.attendance.check_in.service import (
    CheckedIn,
    Method,
    find_place,
    record_arrival,
    require_open,
    write_attempt,
)
from blended_xblock.attendance.sessions import lock_session
from blended_xblock.errors import (
    BlendedError,
    CheckInClosedError,
    NotEnrolledError,
    TooLateError,
    WrongCodeError,
)
from blended_xblock.hosts import get_host
from blended_xblock.models import CheckInAttempt, Session

_LONGEST: Final = 200


def pass_of(session: Session, user_id: int) -> str:
    """Return a learner's own code for a session; short, and the same whenever it is asked for."""
    raw = session.pk.bytes + user_id.to_bytes(8, "big")
    return _signer().sign(base64.urlsafe_b64encode(raw).decode("ascii"))


def read_pass(text: str) -> tuple[uuid.UUID, int] | None:
    """Return the session and the user id of a learner's own code, or None where it is not ours."""
    if len(text) > _LONGEST:
        return None
    try:
        raw = base64.urlsafe_b64decode(_signer().unsign(text.strip()))
    except (BadSignature, ValueError):
        return None
    return uuid.UUID(bytes=raw[:16]), int.from_bytes(raw[16:], "big")


def check_in_by_pass(
    session_id: uuid.UUID | str, text: str, *, actor: Any, now: datetime | None = None
) -> CheckedIn:
    """Record the learner who showed their own code to ``actor``, who takes the roll of a session.

    The status is that of a check-in at this moment; where a learner alone would be too late, it is
    the one for coming late, since a person sees them. A mark of an instructor stands.

    Raises NotFoundError, WrongCodeError (no code of ours, or one of another session),
    CheckInClosedError, TooEarlyError, NotEnrolledError; a refusal of somebody known is recorded.
    """
    now = now or timezone.now()
    refusal: BlendedError | None = None
    with transaction.atomic():
        session = lock_session(session_id)
        user_id = _whose(session, read_pass(text))
        attempt = CheckInAttempt(session=session, user_id=user_id, at=now, method=Method.PASS)
        try:
            answer = _recorded(session, attempt, actor)
        except BlendedError as error:
            refusal, attempt.outcome = error, error.code
        write_attempt(attempt)
    if refusal is not None:
        raise refusal
    return answer


def _recorded(session: Session, attempt: CheckInAttempt, actor: Any) -> CheckedIn:
    record, desk = find_place(session, attempt.user_id)
    state = desk_state(session, attempt.at, desk=desk)
    require_open(state)
    if desk is None:
        raise CheckInClosedError(state.sentence)
    try:
        status = arrival_status(session, state, attempt.at)
    except TooLateError:
        status = late_status(session)
    return record_arrival(
        session, desk, record, status, attempt, at=attempt.at, actor=actor, source="pass"
    )


def _whose(session: Session, read: tuple[uuid.UUID, int] | None) -> int:
    if read is None:
        raise WrongCodeError(
            _("This is not a learner's code. Scan the one on the learner's own page.")
        )
    there, user_id = read
    # Who is neither on the roll nor in the course is nobody whose name is told here.
    people = get_host().learners(session.unit.course_key, user_ids=[user_id])
    name = people[0].name if people else ""
    if there != session.pk:
        if not name:
            raise WrongCodeError(_("This code is for another session, of another course."))
        raise WrongCodeError(
            _("This code of %(name)s is for another session. Ask for the one of today.")
            % {"name": name}
        )
    if not people and not session.records.filter(user_id=user_id).exists():
        raise NotEnrolledError(_("The person with this code is not enrolled in this course."))
    return user_id


def _signer() -> Signer:
    return Signer(salt="blended_xblock.check_in.pass")
