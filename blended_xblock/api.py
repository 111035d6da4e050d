"""The Python door: what other plugins, our block and our tests call; all else is internal.

``actor`` is a user and is recorded, not asked: whether they may do it is decided by the caller's
layer (``blended_xblock.permissions``). Every error is a ``BlendedError``.
"""

from __future__ import annotations

from blended_xblock.attendance.recording import (
    Mark,
    RecordReport,
    record_attendance,
    record_unmarked,
)
from blended_xblock.attendance.rolls import ClosePreview, Roll, close_roll, open_roll, preview_close
from blended_xblock.attendance.trainers import (
    Trainer,
    invite_trainer,
    list_trainers,
    revoke_trainer,
)
from blended_xblock.errors import BlendedError
from blended_xblock.gate.access import (
    Lock,
    StandingReport,
    get_standing,
    is_open,
    lock_for,
    locks_for,
)
from blended_xblock.gate.standing import learners_changed
from blended_xblock.gate.waivers import grant_waiver, revoke_waiver
from blended_xblock.publishing import SyncReport, sync_course

__all__ = [
    "BlendedError",
    "ClosePreview",
    "Lock",
    "Mark",
    "RecordReport",
    "Roll",
    "StandingReport",
    "SyncReport",
    "Trainer",
    "close_roll",
    "get_standing",
    "grant_waiver",
    "invite_trainer",
    "is_open",
    "learners_changed",
    "list_trainers",
    "lock_for",
    "locks_for",
    "open_roll",
    "preview_close",
    "record_attendance",
    "record_unmarked",
    "revoke_trainer",
    "revoke_waiver",
    "sync_course",
]
