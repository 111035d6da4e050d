"""Who is meant by what somebody typed: the same words find the same people on every page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from blended_xblock.attendance.people import fold


class Named(Protocol):
    """Somebody who can be searched for."""

    @property
    def name(self) -> str: ...

    @property
    def username(self) -> str: ...

    @property
    def email(self) -> str: ...


def search(query: str, *, sees_addresses: bool) -> Callable[[Named], bool]:
    """Return what tells whether somebody is found: by pieces of their name and username, all words.

    Whoever may not see e-mail addresses finds somebody by the whole address only, and then has seen
    it already: by pieces one could be guessed letter by letter.
    """
    words, address = fold(query).split(), query.strip().casefold()

    def is_found(person: Named) -> bool:
        if person.email and person.email.casefold() == address:
            return True
        text = f"{person.name} {person.username}"
        if sees_addresses:
            text += f" {person.email}"
        folded = fold(text)
        return all(word in folded for word in words)

    return is_found
