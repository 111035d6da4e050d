"""Why a closed roll is corrected: it must be said, and the learner can read it.

Asked of a session that is locked: a roll closed while a mark waited for its turn is closed for it.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from blended_xblock.attendance.marks import Mark
from blended_xblock.errors import ReasonNeededError
from blended_xblock.models import Session


def require_reason(session: Session, reason: str) -> None:
    """Raise ReasonNeededError where the roll is closed and nothing is said."""
    if session.roll_state == Session.Roll.CLOSED and not reason.strip():
        raise ReasonNeededError(_sentence())


def require_reasons(session: Session, marks: Iterable[Mark]) -> None:
    """Raise ReasonNeededError for what corrects a closed roll without saying why.

    A mark made before the closing is no correction, however late it comes from a device without a
    network.
    """
    closed_at = session.roll_closed_at
    if session.roll_state != Session.Roll.CLOSED or closed_at is None:
        return
    bare = [m for m in marks if not m.reason.strip() and (m.at is None or m.at > closed_at)]
    if bare:
        raise ReasonNeededError(
            _sentence(),
            user_ids=[mark.user_id for mark in bare],
            keys=[mark.request_key for mark in bare if mark.request_key is not None],
        )


def reason_at(session: Session, reason: str) -> str:
    """Return the reason of a change at a session; on a roll that is open nothing is corrected."""
    return reason.strip() if session.roll_state == Session.Roll.CLOSED else ""


def _sentence() -> str:
    return _("This roll is closed. Say why you correct it: the learner can read the reason.")
