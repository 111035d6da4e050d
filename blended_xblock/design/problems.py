"""Problems of what a course team authored: where they are, what they are, and what to do.

They are kept as templates, so that one problem can be shown in the language of whoever looks at it.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal

_SHOWN: Final = 60
_SPACES: Final = re.compile("[ \t\r\n]+")


def mark(text: str) -> str:
    """Mark a template for translation (imported as ``_``) without translating it here."""
    return text


_ = mark


def _identity(text: str) -> str:
    return text


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend, or with severity ``warning`` to know about.

    ``element`` and ``attribute`` are named as in OLX, with the position from 1: ``session 2
    (3f0c1d5e…)``, ``start``. ``path`` leads to the same place in the JSON, with the position
    from 0: ``("sessions", 1, "start")``. ``attribute`` is empty where the element itself is meant.
    """

    element: str
    attribute: str
    template: str
    params: Mapping[str, str] = field(default_factory=dict, hash=False)
    severity: Literal["error", "warning"] = "error"
    path: tuple[str | int, ...] = ()

    def detail(self, gettext: Callable[[str], str] = _identity) -> str:
        """Return what is wrong and what to do, without the place."""
        return gettext(self.template) % self.params

    def message(self, gettext: Callable[[str], str] = _identity) -> str:
        """Return the place, what is wrong there and what to do."""
        place = {"element": self.element, "attribute": self.attribute}
        if self.attribute:
            frame = gettext(_("%(element)s, %(attribute)s: %(detail)s"))
        else:
            frame = gettext(_("%(element)s: %(detail)s"))
        return frame % {**place, "detail": self.detail(gettext)}

    def __str__(self) -> str:
        return self.message()


def label(tag: str, number: int, name: object = "") -> str:
    """Return how messages name one of several elements: by position, and by name if it has one."""
    if not isinstance(name, str) or not name:
        return f"{tag} {number}"
    is_uuid = canonical_uuid(name) is not None
    return f"{tag} {number} ({name[:8] + '…' if is_uuid else shown(name)})"


def shown(value: object) -> str:
    """Return somebody's value as a message can quote it: short, on one line, nothing invisible."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        # Python refuses to print an integer of thousands of digits.
        return str(value) if value.bit_length() < 200 else "…"
    if not isinstance(value, str | float):
        return type(value).__name__
    text = str(value)
    cut = text[:_SHOWN] + ("…" if len(text) > _SHOWN else "")
    return "".join(c if c.isprintable() else f"U+{ord(c):04X}" for c in cut)


def one_line(text: str) -> str:
    """Return the text with each stretch of white space as one space, as a wrapped file means it.

    Only what XML calls white space: a no-break space is typography and stays.
    """
    return _SPACES.sub(" ", text).strip(" ")


def canonical_uuid(text: str) -> str | None:
    """Return a UUID in lower case, or None if the text is no UUID written with hyphens."""
    try:
        canonical = str(uuid.UUID(text))
    except ValueError:
        return None
    return canonical if canonical == text.lower() else None


def as_read(wall: datetime) -> str:
    """Return a wall time as messages write it."""
    return wall.isoformat(sep=" ", timespec="minutes")
