"""What every element of a design has: the unknown that was in its file, to give back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from blended_xblock.design.reader import Pairs, Reader


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """What every element has: the unknown attributes and elements that an export gives back."""

    extra: Pairs = ()
    extra_elements: tuple[str, ...] = ()

    def kept(self) -> dict[str, Any]:
        """Return what is kept, for ``to_dict``; nothing where there is none."""
        kept: dict[str, Any] = {}
        if self.extra:
            kept["extra"] = dict(self.extra)
        if self.extra_elements:
            kept["extra_elements"] = list(self.extra_elements)
        return kept


def finish(reader: Reader, known_tags: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return what is kept of an element all of whose known attributes were read."""
    extra, elements = reader.extra(), reader.extra_elements(known_tags)
    reader.finish()
    return {"extra": extra, "extra_elements": elements}
