"""Who in a report is no learner, by their name: bots that take notes, and devices of rooms."""

from __future__ import annotations

from typing import Literal

from blended_xblock.imports import machines
from blended_xblock.imports.spellings import plain, words


def recognise(name: str) -> Literal["bot", "room"] | None:
    """Return what a name is that is not a person's, for a person to confirm; None if it may be."""
    text = " ".join(plain(name).split())
    if machines.is_bot(text):
        return "bot"
    return "room" if machines.is_room(text) else None


def is_anybody(name: str) -> bool:
    """Tell whether a name may be anyone's next time: a device's, a number, a short first name."""
    text = " ".join(plain(name).split())
    return machines.is_anybody(text, words(text))
