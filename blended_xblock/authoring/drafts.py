"""What an author sends from the editor: read whole, checked whole, and compared with what is saved.

A version travels as plain data: ``{"title": text, "weight": points or null, "design": {...}}``.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from blended_xblock.authoring.changes import Version
from blended_xblock.authoring.links import LinkInfo, check_links, describe_links
from blended_xblock.authoring.points import points_warnings
from blended_xblock.design import Design, Problem
from blended_xblock.design.reader import Reader
from blended_xblock.errors import DesignError
from blended_xblock.hosts.base import OutlineNode
from blended_xblock.olx import MAX_WEIGHT

_ELEMENT: Final = "blended_unit"


def version_data(version: Version) -> dict[str, Any]:
    """Return a version as plain data."""
    return {
        "title": version.title,
        "weight": version.weight,
        "design": version.design.to_dict(),
    }


def read_draft(
    data: Mapping[str, Any], *, outline: OutlineNode | None = None, usage_key: str = ""
) -> Version:
    """Return what was sent as a version; with an outline, the links are checked in the course.

    Raises DesignError with every problem of it, title and points included.
    """
    problems: list[Problem] = []
    root = Reader(data, _ELEMENT, problems)
    title = root.text("title", required=True)
    weight = root.number("weight", 0, MAX_WEIGHT)
    design = Design()
    try:
        design = Design.from_dict(data.get("design") or {})
    except DesignError as error:
        problems += error.problems
    else:
        problems += [
            each for each in check_links(design, outline, usage_key) if each.severity == "error"
        ]
    if problems:
        raise DesignError(tuple(problems))
    return Version(title, weight, design)


def _read_links(data: Mapping[str, Any]) -> Design:
    """Return a design of the links alone, of a draft that may be wrong elsewhere."""
    design = data.get("design")
    found: dict[str, Any] = {}
    for name in ("prework", "follow_ups", "make_ups"):
        items = design.get(name) if isinstance(design, Mapping) else None
        blocks = [
            {"block": item["block"]}
            for item in (items if isinstance(items, list) else [])
            if isinstance(item, Mapping) and isinstance(item.get("block"), str)
        ]
        try:
            Design.from_dict({name: blocks})
        except DesignError:
            continue
        found[name] = blocks
    try:
        return Design.from_dict(found)
    except DesignError:
        return Design()


def read_link_infos(outline: OutlineNode | None, *drafts: Mapping[str, Any]) -> dict[str, LinkInfo]:
    """Return what the course says of every block that these drafts link to, by ``type@id``."""
    found: dict[str, LinkInfo] = {}
    for data in drafts:
        found |= describe_links(_read_links(data), outline)
    return found


def list_warnings(
    version: Version, outline: OutlineNode | None, usage_key: str, now: datetime
) -> list[Problem]:
    """Return what a valid version says although its author hardly means it."""
    links = check_links(version.design, outline, usage_key)
    return [
        *points_warnings(version.design, version.weight),
        *version.design.warnings(now),
        *(each for each in links if each.severity == "warning"),
    ]
