"""What becomes of a person's traces when their account is retired.

The platform anonymises the account itself, to which our rows point. What people wrote in their own
words about the learner, or the learner about a session, is wiped here; statuses, minutes and times
stay, so that a session's figures and its audit trail remain true.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction

from blended_xblock.models import (
    AttendanceChange,
    AttendanceRecord,
    SessionFeedback,
    Waiver,
)
from blended_xblock.sets import update_many


@transaction.atomic
def forget_person(user_id: int) -> None:
    """Wipe free text about and by this person; repeating it changes nothing."""
    AttendanceRecord.objects.filter(user_id=user_id).exclude(note="").update(note="")
    Waiver.objects.filter(user_id=user_id).exclude(reason="").update(reason="")
    SessionFeedback.objects.filter(user_id=user_id).exclude(comment="").update(comment="")
    changed = []
    for change in AttendanceChange.objects.filter(user_id=user_id):
        sides = {"before": _wiped(change.before), "after": _wiped(change.after)}
        if sides != {"before": change.before, "after": change.after}:
            change.before, change.after = sides["before"], sides["after"]
            changed.append(change)
    update_many(changed, ("before", "after"))


def _wiped(side: dict[str, Any]) -> dict[str, Any]:
    return {**side, "note": ""} if side.get("note") else side
