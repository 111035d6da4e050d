"""What becomes of a person of a file, by what is certain and what somebody decided."""

from __future__ import annotations

from typing import Final, Literal

from blended_xblock.attendance.people import fold
from blended_xblock.models import ImportedPerson

CERTAIN: Final = frozenset({"email", "account", "alias"})
GUEST: Final = "guest"
"""Why somebody is no learner: our own export says that they were a guest."""
ASIDE: Final = frozenset({"host", "bot", "room"})

Decision = ImportedPerson.Decision
Fate = Literal["learner", "guest", "out", "aside", "unsettled"]
Who = int | str
"""A learner by user id, or a guest by ``guest_key``."""


def fate_of(person: ImportedPerson) -> Fate:
    """Return what is decided of a person of a file, by somebody or since it is certain."""
    if person.decision == Decision.LEARNER and person.user_id is None:
        # Their account is gone.
        return "unsettled"
    if person.decision:
        return Decision(person.decision).value  # type: ignore[return-value]
    if person.why in CERTAIN and person.user_id is not None:
        return "learner"
    if person.why == GUEST:
        return "guest"
    return "aside" if person.why in ASIDE else "unsettled"


def who_is(person: ImportedPerson) -> Who | None:
    """Return which learner or guest a person of a file is, None where they are neither."""
    fate = fate_of(person)
    if fate == "learner":
        return person.user_id
    return guest_key(person.name, person.email) if fate == "guest" else None


def guest_key(name: str, email: str) -> str:
    """Return by what a guest is known again at a session: their address, else their name."""
    return f"email:{email.casefold()}" if email else f"name:{fold(name)}"
