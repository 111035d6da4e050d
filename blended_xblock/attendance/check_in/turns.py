"""A turn: who scanned a code that was good then does not lose it while they log in, or read.

A signed word of ours: this session, this device, scanned at that moment, and by whom where they
were logged in already. It is good for ten minutes, on the device that scanned (whose cookie it is
bound to, so that a turn sent to a friend is worth nothing), for one learner: one who logs in after
another on the same device scans again, and both are flagged to the instructor.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from django.core.signing import BadSignature, TimestampSigner, b62_decode

from blended_xblock.attendance.check_in.codes import is_scanned_code
from blended_xblock.attendance.check_in.desk import desk_state, find_desk
from blended_xblock.models import Session

LIFETIME: Final = timedelta(minutes=10)
# Neither is written otherwise in an address, however often a login wraps it in another one; and no
# dot, since the platform's login drops what looks like the name of a file.
_SEP: Final = "~"
_LONGEST: Final = 200


def give_turn(session: Session, code: str, *, device: str, user_id: int, now: datetime) -> str:
    """Return a turn for a code scanned ``now``, "" where it is not good; at most one query.

    ``device`` must be one; ``user_id`` is 0 for who is not logged in yet.
    """
    desk = find_desk(session)
    if not device or desk is None:
        return ""
    state = desk_state(session, now, desk=desk)
    length = state.rotate_seconds
    if not state.is_open or not is_scanned_code(
        code, desk.secret, session.pk, now=now, rotate_seconds=length
    ):
        return ""
    return _signer(device).sign(f"{session.pk.hex}{_SEP}{user_id}")


def read_turn(text: str, session: Session, *, device: str, user_id: int) -> datetime | None:
    """Return when the code was scanned; None for a turn of others, of another time, or forged."""
    if not device or len(text) > _LONGEST:
        return None
    try:
        value = _signer(device).unsign(text, max_age=LIFETIME)
        since = datetime.fromtimestamp(b62_decode(text.split(_SEP)[2]), UTC)
    except (BadSignature, ValueError):
        return None
    whose = {f"{session.pk.hex}{_SEP}{0}", f"{session.pk.hex}{_SEP}{user_id}"}
    return since if value in whose else None


def _signer(device: str) -> TimestampSigner:
    return TimestampSigner(sep=_SEP, salt=f"blended_xblock.check_in.turn.{device}")
