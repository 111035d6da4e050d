"""Who may do what: one table of roles and actions; an action without a row is refused.

Pure Python, since the block makes a handler for each row while Django is not ready yet.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final, Literal


class Role(StrEnum):
    """What a person is to one block; somebody can be several."""

    LEARNER = "learner"
    TRAINER = "trainer"
    STAFF = "staff"
    AUTHOR = "author"


_LEARNER: Final = frozenset({Role.LEARNER})
_PEOPLE: Final = frozenset({Role.LEARNER, Role.TRAINER, Role.STAFF})
_ROLL: Final = frozenset({Role.TRAINER, Role.STAFF})
_STAFF: Final = frozenset({Role.STAFF})
_AUTHOR: Final = frozenset({Role.AUTHOR})

READS: Final[Mapping[str, frozenset[Role]]] = {
    "calendar": _PEOPLE,
    "student_view_user_state": _PEOPLE,
    "own_page": _LEARNER,
    "own_history": _LEARNER,
    "absence_options": _LEARNER,
    "roll": _ROLL,
    "roll_changes": _ROLL,
    "export_roll": _ROLL,
    "alarms": _ROLL,
    "board": _ROLL,
    "reminder_preview": _ROLL,
    "reminder_progress": _ROLL,
    "close_preview": _ROLL,
    "history": _ROLL,
    "bulk_actions": _ROLL,
    "desk": _ROLL,
    "own_pass": _LEARNER,
    "inbox": _ROLL,
    "find_people": _ROLL,
    "guests": _ROLL,
    "guest_history": _ROLL,
    "imports": _ROLL,
    "import_state": _ROLL,
    "import_page": _ROLL,
}
"""What only looks: answered to a GET, and to those who look through somebody else's eyes too."""

WRITES: Final[Mapping[str, frozenset[Role]]] = {
    "announce_absence": _LEARNER,
    "withdraw_absence": _LEARNER,
    "choose_alternative": _LEARNER,
    "appeal": _LEARNER,
    "withdraw_appeal": _LEARNER,
    "answer_appeal": _ROLL,
    "open_roll": _ROLL,
    "record": _ROLL,
    "record_all": _ROLL,
    "settle_conflict": _ROLL,
    "record_many": _ROLL,
    "undo_bulk": _ROLL,
    "reopen_roll": _ROLL,
    "close_roll": _ROLL,
    "set_desk": _ROLL,
    "scan_pass": _ROLL,
    "check_in": _LEARNER,
    "send_reminders": _ROLL,
    "add_walk_in": _ROLL,
    "remove_walk_in": _ROLL,
    "add_guest": _ROLL,
    "mark_guest": _ROLL,
    "edit_guest": _ROLL,
    "remove_guest": _ROLL,
    "restore_guest": _ROLL,
    "link_guest": _ROLL,
    "unlink_guest": _ROLL,
    "upload_import": _ROLL,
    "read_import": _ROLL,
    "settle_import": _ROLL,
    "apply_import": _ROLL,
    "undo_import": _ROLL,
    "check_import_again": _ROLL,
    "discard_import": _ROLL,
    "grant_waiver": _STAFF,
    "revoke_waiver": _STAFF,
    "invite_trainer": _STAFF,
    "revoke_trainer": _STAFF,
    "save_design": _AUTHOR,
}
"""What changes something: answered to a POST with a token, never to a masquerading person."""

ASKS: Final[Mapping[str, frozenset[Role]]] = {"studio_tool": _AUTHOR}
"""What only looks, but at more than an address can hold: a POST."""

ALLOWED: Final[Mapping[str, frozenset[Role]]] = {**READS, **WRITES, **ASKS}


def method_of(action: str) -> Literal["GET", "POST"]:
    """Return how an action is asked for; what changes something is never a GET."""
    return "GET" if action in READS else "POST"


def actions_of(*roles: Role) -> tuple[str, ...]:
    """Return what people of these roles may ask for; their page holds the address of each."""
    return tuple(action for action, allowed in ALLOWED.items() if allowed & set(roles))
