"""Put the work of two authors together, so that the second to save overwrites nothing.

Everything here is plain data as the editor holds it, valid or half typed: a value of an odd type is
merged as a whole, never an error. ``mine`` is what the author at hand wrote, ``theirs`` what
somebody else stored since both started from ``base``.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from blended_xblock.authoring.conflict_words import (
    NO_TITLES,
    Place,
    both_changed,
    both_ordered,
    kept_anyway,
)
from blended_xblock.design import DEFAULT_STATUSES, CheckIn, FromMinutes
from blended_xblock.design.problems import one_line

_Key = tuple[Hashable, int]


class _Missing:
    """Stands for a value that is not there; null would be one that is."""

    def __repr__(self) -> str:
        return "missing"


_MISSING: Final = _Missing()

# Values that mean something together only: two halves of two versions could contradict each other.
_GROUPS: Final[Mapping[str, tuple[str, ...]]] = {
    "sessions": ("start", "end", "timezone"),
    "rule": ("kind", "at_least", "percent"),
    "check_in": ("late_after", "too_late_after"),
    "from_minutes": ("present_from", "absent_below"),
}
# Elements of which a design says nothing while they are as usual.
_USUAL: Final[Mapping[str, dict[str, Any]]] = {
    "check_in": CheckIn().to_dict(),
    "from_minutes": FromMinutes().to_dict(),
}


@dataclass(frozen=True, slots=True)
class Merged:
    """Both versions in one, and a sentence for each thing that both changed differently."""

    version: dict[str, Any]
    conflicts: list[str]


def merge(
    base: Mapping[str, Any],
    mine: Mapping[str, Any],
    theirs: Mapping[str, Any],
    titles: Mapping[str, str] = NO_TITLES,
) -> Merged:
    """Return one version ({"title", "weight", "design"}) with the changes of both.

    Where only one side changed something, that side counts; where both did, ``mine`` does, and
    ``conflicts`` names it. What one removed and the other changed stays. Elements of a list keep
    the order of whoever changed it, and ``titles`` names linked blocks by ``type@id``.
    """
    work = _Merge()
    version = work.mapping(base, mine, theirs, Place(titles))
    return Merged(version, work.conflicts)


@dataclass(slots=True)
class _Merge:
    conflicts: list[str] = field(default_factory=list)

    def value(self, base: Any, mine: Any, theirs: Any, place: Place) -> Any:
        """Merge what stands under one name; the result may be missing."""
        if mine == theirs or base == theirs:
            return mine
        if base == mine:
            return theirs
        if place.part in _USUAL and place.is_element:
            return self.settings(base, mine, theirs, place)
        sides = (base, mine, theirs)
        if place.is_list and all(isinstance(side, list | _Missing) for side in sides):
            return self.items(*sides, place)
        if all(isinstance(side, Mapping | _Missing) for side in sides) and not (
            isinstance(mine, _Missing) or isinstance(theirs, _Missing)
        ):
            return self.mapping(base if isinstance(base, Mapping) else {}, mine, theirs, place)
        return self.choose(mine, theirs, place)

    def settings(self, base: Any, mine: Any, theirs: Any, place: Place) -> Any:
        """Merge settings as they are meant: what is not said is as usual."""
        usual = _USUAL[place.part]
        sides = [
            usual if side is _MISSING or side is None else side for side in (base, mine, theirs)
        ]
        if not all(isinstance(side, Mapping) for side in sides):
            return self.choose(mine, theirs, place)
        before, own, other = ({**usual, **_said(side)} for side in sides)
        merged = self.mapping(before, own, other, place)
        return _MISSING if merged == usual else merged

    def choose(self, mine: Any, theirs: Any, place: Place) -> Any:
        """Keep mine, or what is there at all, and say so."""
        if isinstance(mine, _Missing) or isinstance(theirs, _Missing):
            is_mine = isinstance(theirs, _Missing)
            self.conflicts.append(kept_anyway(place, is_mine=is_mine))
            return mine if is_mine else theirs
        self.conflicts.append(both_changed(place, mine, theirs))
        return mine

    def mapping(
        self,
        base: Mapping[str, Any],
        mine: Mapping[str, Any],
        theirs: Mapping[str, Any],
        place: Place,
    ) -> dict[str, Any]:
        """Merge named values one by one; those of a group as one."""
        group = _GROUPS.get(place.part, ()) if place.is_element else ()
        result = self.group(group, base, mine, theirs, place) if group else {}
        for name in dict.fromkeys([*mine, *theirs]):
            if name not in group:
                old, own, other = (each.get(name, _MISSING) for each in (base, mine, theirs))
                result[name] = self.value(old, own, other, place.inside(name, mine, theirs))
        order = dict.fromkeys([*mine, *theirs])
        return {name: result[name] for name in order if not isinstance(result[name], _Missing)}

    def group(
        self,
        names: Sequence[str],
        base: Mapping[str, Any],
        mine: Mapping[str, Any],
        theirs: Mapping[str, Any],
        place: Place,
    ) -> dict[str, Any]:
        """Merge values that belong together: all of them are one side's."""
        before, own, other = (
            {name: side.get(name, _MISSING) for name in names} for side in (base, mine, theirs)
        )
        if before == own:
            return other
        if other not in (own, before):
            self.conflicts.append(both_changed(place.inside(names[0], mine, theirs), mine, theirs))
        return own

    def items(self, base: Any, mine: Any, theirs: Any, place: Place) -> Any:
        """Merge two lists element by element; a missing one is empty."""
        olds, owns, others = (
            _keyed([] if isinstance(side, _Missing) else side, place.leaf)
            for side in _with_defaults(base, mine, theirs, place.leaf)
        )
        kept: dict[_Key, Any] = {}
        for key in dict.fromkeys([*owns, *others]):
            old, own, other = (each.get(key, _MISSING) for each in (olds, owns, others))
            element = self.value(old, own, other, place.element_of(own, other))
            if not isinstance(element, _Missing):
                kept[key] = element
        order = self.order([*olds], [*owns], [*others], place)
        result = [kept[key] for key in order if key in kept]
        is_left_out = isinstance(mine, _Missing) or isinstance(theirs, _Missing)
        return _MISSING if is_left_out and not result else result

    def order(
        self, base: list[_Key], mine: list[_Key], theirs: list[_Key], place: Place
    ) -> list[_Key]:
        """Return all the keys in the order of whoever changed it, mine if both did."""
        common = {*base} & {*mine} & {*theirs}
        before, own, other = (
            [key for key in side if key in common] for side in (base, mine, theirs)
        )
        if before == own:
            return _woven(theirs, mine) if other != own else _woven(mine, theirs)
        if other not in (before, own):
            self.conflicts.append(both_ordered(place))
        return _woven(mine, theirs)


def _woven(lead: Sequence[_Key], other: Sequence[_Key]) -> list[_Key]:
    """Return one list in its order, with what it lacks after what that follows in the other."""
    result, known = list(lead), set(lead)
    previous: _Key | None = None
    for key in other:
        if key not in known:
            result.insert(0 if previous is None else result.index(previous) + 1, key)
            known.add(key)
        previous = key
    return result


def _with_defaults(base: Any, mine: Any, theirs: Any, part: str) -> tuple[Any, Any, Any]:
    """Return the lists as they are meant: no statuses at all are the default ones."""
    if part != "statuses":
        return base, mine, theirs
    defaults = [status.to_dict() for status in DEFAULT_STATUSES]
    meant = [side if isinstance(side, list) and side else defaults for side in (base, mine, theirs)]
    return meant[0], meant[1], meant[2]


def _keyed(items: Sequence[Any], part: str) -> dict[_Key, Any]:
    """Return elements by what makes each the same one in another version.

    Two that look the same are told apart by their number: nothing half typed may get lost.
    """
    identify = _IDENTITIES.get(part, _as_text)
    seen: Counter[Hashable] = Counter()
    keyed: dict[_Key, Any] = {}
    for item in items:
        identity = identify(item)
        keyed[identity, seen[identity]] = item
        seen[identity] += 1
    return keyed


def _said(settings: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in settings.items() if value is not None}


def _as_text(value: Any) -> str:
    return json.dumps(value, sort_keys=True, default=repr)


def _by(name: str) -> Callable[[Any], Hashable]:
    def identify(item: Any) -> Hashable:
        value = item.get(name) if isinstance(item, Mapping) else None
        if isinstance(value, str):
            return one_line(value).casefold() if name in {"id", "code"} else one_line(value)
        return _as_text(item if value is None else value)

    return identify


def _by_text(item: Any) -> Hashable:
    return one_line(item) if isinstance(item, str) else _as_text(item)


# What is not named here is the same where it is equal: nothing either side added gets lost.
_IDENTITIES: Final[Mapping[str, Callable[[Any], Hashable]]] = {
    "objectives": _by_text,
    "prework": _by("block"),
    "sessions": _by("id"),
    "statuses": _by("code"),
    "follow_ups": _by("block"),
    "make_ups": _by("block"),
    "reminders": _by("hours_before"),
}
