"""What changed at a session since a page last asked, for pages that ask every few seconds."""

from __future__ import annotations

from dataclasses import dataclass

from blended_xblock.attendance.conflicts import Conflict, list_conflicts
from blended_xblock.models import AttendanceChange, Session


@dataclass(frozen=True, slots=True)
class Changes:
    """What was touched at a session since a cursor, and the cursor to ask with next.

    ``user_ids`` and ``guest_ids``: of whom a line of history was written, applied or not.
    """

    cursor: int
    user_ids: frozenset[int]
    guest_ids: frozenset[int]
    roll_state: str
    conflicts: tuple[Conflict, ...]


def get_cursor(session: Session) -> int:
    """Return where the history of a session ends now; 0 where nothing was recorded yet.

    Ask before you read the records: what is written in between is then told once more, not missed.
    """
    newest = AttendanceChange.objects.filter(session=session).order_by("-id")
    return newest.values_list("id", flat=True).first() or 0


def changes_since(session: Session, cursor: int) -> Changes:
    """Return what happened at a session after ``cursor``, in two queries while nothing is disputed.

    The cursor is the number of the newest line of the session's history. Whoever writes a line
    holds the session's unit locked until it is committed, so within a session lines become visible
    in the order of their numbers, and a cursor never steps over one that appears later.
    """
    rows = list(
        AttendanceChange.objects.filter(session=session, id__gt=cursor).values_list(
            "id", "user_id", "guest_id"
        )
    )
    return Changes(
        cursor=max((pk for pk, _user, _guest in rows), default=cursor),
        user_ids=frozenset(user for _pk, user, _guest in rows if user is not None),
        guest_ids=frozenset(guest for _pk, _user, guest in rows if guest is not None),
        roll_state=session.roll_state,
        conflicts=tuple(list_conflicts(session.pk)),
    )
