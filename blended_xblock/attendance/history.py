"""How a record came to be as it is: every change, by whom, when, by what, and why."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from blended_xblock.attendance.ledger import full
from blended_xblock.hosts import get_host
from blended_xblock.models import AttendanceChange, BlendedUnit

ON_TIME: Final = timedelta(minutes=1)
"""A mark that came to the server within this time came when it was made."""


@dataclass(frozen=True, slots=True)
class Change:
    """One line of a record's history; ``at`` is when it was marked, in UTC.

    ``received_at`` says when it came to the server, where that was later by more than a minute.
    ``bulk_kind``: of the action that marked many at once, or that this line took back.
    ``is_applied`` is False for a mark that lost against a newer one.
    """

    session_id: uuid.UUID
    before: dict[str, Any]
    after: dict[str, Any]
    actor_name: str
    source: str
    at: datetime
    is_applied: bool
    reason: str = ""
    bulk_kind: str = ""
    received_at: datetime | None = None


def list_changes(session_id: uuid.UUID | str, user_id: int) -> list[Change]:
    """Return the history of one learner at one session, newest first, in two queries."""
    rows = AttendanceChange.objects.filter(session_id=session_id, user_id=user_id)
    return _changes(list(rows.select_related("bulk").order_by("-id")))


def list_own_changes(user: Any, unit: BlendedUnit) -> list[Change]:
    """Return a learner's own history at all sessions of a unit, newest first, in two queries.

    Reasons are for them to read, notes are not: a line that changed only the note is left out.
    """
    rows = AttendanceChange.objects.filter(session__unit=unit, user=user)
    changes = _changes(list(rows.select_related("bulk").order_by("-id")))
    without = [
        replace(each, before=_without_note(each.before), after=_without_note(each.after))
        for each in changes
    ]
    return [each for each in without if each.before != each.after]


def list_guest_changes(guest_id: int) -> list[Change]:
    """Return the history of one guest, newest first, in two queries."""
    rows = AttendanceChange.objects.filter(guest_id=guest_id)
    return _changes(list(rows.select_related("bulk").order_by("-id")))


def _changes(rows: Sequence[AttendanceChange]) -> list[Change]:
    people = {row.actor_id for row in rows if row.actor_id is not None}
    names = get_host().names(people) if people else {}
    return [
        Change(
            session_id=row.session_id,
            before=full(row.before),
            after=full(row.after),
            actor_name=names.get(row.actor_id or 0, ""),
            source=row.source,
            at=row.at,
            is_applied=row.is_applied,
            reason=row.reason,
            bulk_kind=row.bulk.kind if row.bulk else "",
            received_at=row.received_at if row.received_at - row.at > ON_TIME else None,
        )
        for row in rows
    ]


def _without_note(values: Mapping[str, Any]) -> dict[str, Any]:
    return {**values, "note": ""}
