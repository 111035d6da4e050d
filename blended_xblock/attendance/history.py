"""How a record came to be as it is: every change, by whom, when, by what."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from blended_xblock.hosts import get_host
from blended_xblock.models import AttendanceChange


@dataclass(frozen=True, slots=True)
class Change:
    """One line of a record's history; ``at`` is when it was marked, in UTC."""

    before: dict[str, Any]
    after: dict[str, Any]
    actor_name: str
    source: str
    at: datetime
    is_applied: bool


def list_changes(session_id: uuid.UUID | str, user_id: int) -> list[Change]:
    """Return the history of one learner at one session, newest first, in two queries."""
    rows = list(
        AttendanceChange.objects.filter(session_id=session_id, user_id=user_id).order_by("-id")
    )
    names = get_host().names({row.actor_id for row in rows if row.actor_id is not None})
    return [
        Change(
            before=row.before,
            after=row.after,
            actor_name=names.get(row.actor_id or 0, ""),
            source=row.source,
            at=row.at,
            is_applied=row.is_applied,
        )
        for row in rows
    ]
