"""What sentences about two versions are made from: a change, and two lists compared."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Generic, TypeVar

from blended_xblock.authoring.session_changes import shorten
from blended_xblock.authoring.wording import quote

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Change:
    """One difference in a sentence.

    ``kind`` is added, removed, order, renamed, moved, cancelled, changed, or other (no sentence of
    its own). ``path`` leads to it in the later version, as the path of a ``Problem`` does; for what
    was removed, to the list it stood in.
    """

    kind: str
    text: str
    path: tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Words:
    """What sentences need besides the two versions; ``statuses`` are labels by code."""

    titles: Mapping[str, str]
    now: datetime
    statuses: Mapping[str, str] = field(default_factory=dict)

    def block(self, link: str) -> str:
        """Return the title of a linked block in quotation marks, or its link."""
        return quote(shorten(self.titles.get(link) or link))


@dataclass(frozen=True, slots=True)
class Difference(Generic[_T]):
    """Two lists compared element by element; numbers are positions in the later one."""

    removed: list[_T]
    added: list[tuple[int, _T]]
    changed: list[tuple[int, _T, _T]]
    is_reordered: bool


def compare(old: Sequence[_T], new: Sequence[_T], key: Callable[[_T], Hashable]) -> Difference[_T]:
    """Return what became of each element, matched by ``key``."""
    before, after = {key(each): each for each in old}, {key(each): each for each in new}
    places = {key(each): index for index, each in enumerate(new)}
    common = [name for name in before if name in after]
    return Difference(
        removed=[each for name, each in before.items() if name not in after],
        added=[(places[name], each) for name, each in after.items() if name not in before],
        changed=[
            (places[name], before[name], each)
            for name, each in after.items()
            if name in before and before[name] != each
        ],
        is_reordered=common != [name for name in after if name in before],
    )


def is_other(old: Any, new: Any, *spoken: str) -> bool:
    """Tell whether two elements differ in more than what has been said of them."""
    return bool(replace(old, **{name: getattr(new, name) for name in spoken}) != new)
