"""Say in words what differs between two versions of a blended unit, so that nobody has to compare.

Nothing that differs is left out: what has no sentence of its own gets a general one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from blended_xblock.authoring.conflict_words import NO_TITLES
from blended_xblock.authoring.differences import Change, Words
from blended_xblock.authoring.merging import Merged, merge
from blended_xblock.authoring.part_changes import DESCRIBERS, other_part
from blended_xblock.design import Design

__all__ = ["Change", "Merged", "Version", "list_changes", "merge"]


@dataclass(frozen=True, slots=True)
class Version:
    """A blended unit at one moment: its title, its points (None: as many as a new one) and all."""

    title: str
    weight: float | None
    design: Design


def list_changes(
    before: Version,
    after: Version,
    titles: Mapping[str, str] = NO_TITLES,
    *,
    now: datetime | None = None,
) -> list[Change]:
    """Return what differs, in the order of the page; empty exactly when the versions are equal.

    ``titles`` names linked blocks by ``type@id``. Dates are those of the sessions' own clocks, with
    the year where it is not that of ``now``.
    """
    words = Words(titles, now or timezone.now(), _status_labels(after.design))
    changes: list[Change] = []
    for name, old, new in _parts(before, after):
        if old == new:
            continue
        describe = DESCRIBERS.get(name)
        said = list(describe(old, new, words)) if describe else []
        changes += said or [Change("other", other_part(name), (name,))]
    if not changes and before != after:
        changes.append(Change("other", other_part(""), ()))
    return changes


def _status_labels(design: Design) -> dict[str, str]:
    return {each.code: _(each.label) for each in design.effective_statuses if each.label}


def _parts(before: Version, after: Version) -> Iterator[tuple[str, Any, Any]]:
    """Yield each part of the unit with both its values: those with sentences first, in order."""
    yield "title", before.title, after.title
    yield "weight", before.weight, after.weight
    names = dict.fromkeys(each.name for each in (*fields(before.design), *fields(after.design)))
    spoken = [name for name in DESCRIBERS if name in names]
    for name in dict.fromkeys([*spoken, *names]):
        yield name, getattr(before.design, name, None), getattr(after.design, name, None)
