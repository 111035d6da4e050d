"""What a unit links to, seen in its course: where each block stands, and what cannot be linked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from django.utils.translation import gettext

from blended_xblock.design import Design, Link, Problem
from blended_xblock.design.problems import label
from blended_xblock.design.problems import mark as _
from blended_xblock.design.reader import Reader
from blended_xblock.hosts.base import OutlineNode
from blended_xblock.schedule.wording import describe_instant, describe_zone

_Severity = Literal["error", "warning"]

_LISTS: Final = (("prework", "prework"), ("follow_ups", "follow_up"), ("make_ups", "make_up"))
# The containers of a platform, and those of the demonstration.
_LEVELS: Final = {
    "course": "course",
    "chapter": "section",
    "sequential": "subsection",
    "sequence_demo": "subsection",
    "vertical": "unit",
    "vertical_demo": "unit",
}
# What holds the unit that names it, by the list it stands in.
_HOLDERS: Final = {
    "prework": _(
        "holds this blended unit, so nobody could finish it before the session. Choose a block "
        "that stands beside the unit."
    ),
    "follow_ups": _(
        "holds this blended unit, which would stay shut together with it. Choose a block that "
        "stands beside the unit."
    ),
    "make_ups": _(
        "holds this blended unit, so it cannot be done in place of it. Choose a block that stands "
        "beside the unit."
    ),
}


@dataclass(frozen=True, slots=True)
class LinkInfo:
    """A linked block for its course team.

    ``path`` are the titles of what holds it, from the top of the course down. ``state`` is that of
    an OutlineNode, or "deleted" for what is not in the course: then the link stands for the title.
    ``kind`` is "subsection", "unit" and so on in the reader's language.
    """

    link: str
    title: str
    path: tuple[str, ...]
    state: str
    graded: bool
    block_type: str
    kind: str


@dataclass(frozen=True, slots=True)
class _Place:
    node: OutlineNode
    above: tuple[OutlineNode, ...]
    level: str


@dataclass(frozen=True, slots=True)
class _Named:
    """A link where a design names it: its list, the tag in OLX, and the position from 0."""

    name: str
    tag: str
    index: int
    link: str

    def problem(self, severity: _Severity, text: str, **params: str) -> Problem:
        element = label(self.tag, self.index + 1, self.link)
        return Problem(element, "block", text, params, severity, (self.name, self.index, "block"))


def describe_links(design: Design, outline: OutlineNode | None) -> dict[str, LinkInfo]:
    """Return every block the design names, by ``type@id``; one that is gone is "deleted"."""
    places = _places(outline)
    return {named.link: _describe(named.link, places.get(named.link)) for named in _links(design)}


def titles_of(links: Mapping[str, LinkInfo]) -> dict[str, str]:
    """Return the titles of linked blocks, as sentences name them."""
    return {link: info.title for link, info in links.items()}


def check_links(design: Design, outline: OutlineNode | None, usage_key: str) -> list[Problem]:
    """Return what the course says of a design's links; of a course that cannot be read, nothing.

    ``outline`` is the course as authored, ``usage_key`` the unit's own. Errors are links to the
    unit itself or to what holds it. Warnings are links that lead nowhere or to what learners do
    not get, follow-ups that give no grade, prework that is due too late, and prework and make-ups
    behind the lock of a follow-up.
    """
    if outline is None:
        return []
    places = _places(outline)
    own = _place_of(usage_key, places)
    holders = {node.link for node in own.above} if own else set()
    late = _LateWork(design)
    locks = _Locks(design, places)
    problems = []
    for named in _links(design):
        place = places.get(named.link)
        if place is None:
            text = _("is not in this course any more. Choose another block, or remove it.")
            problems.append(named.problem("warning", text))
        elif place.node.usage_key == usage_key:
            text = _("is this blended unit itself. Choose another block.")
            problems.append(named.problem("error", text))
        elif place.node is outline:
            text = _("is the whole course, with this blended unit in it. Choose a part of it.")
            problems.append(named.problem("error", text))
        elif named.link in holders:
            problems.append(named.problem("error", _HOLDERS[named.name]))
        else:
            problems += _about_state(named, place.node)
            problems += late.about(named, place.node)
            problems += locks.about(named, place)
    return problems


def outline_for_picker(outline: OutlineNode, usage_key: str) -> dict[str, Any]:
    """Return the course as authored for a tree to pick from, as plain data.

    ``{"children": [{"link", "title", "kind", "state", "graded", "refused", "children"}, …]}``,
    sections first. ``refused`` is empty, or the reason why this one cannot be picked.
    """
    own = _place_of(usage_key, _places(outline))
    holders = {node.link for node in own.above} if own else set()

    def node_data(node: OutlineNode, above: str) -> dict[str, Any]:
        level = _level(node, above)
        return {
            "link": node.link,
            "title": node.title,
            "kind": _kind(node.block_type, level),
            "state": node.state,
            "graded": node.graded,
            "refused": refusal(node, level),
            "children": [node_data(child, level) for child in node.children],
        }

    def refusal(node: OutlineNode, level: str) -> str:
        if node.usage_key == usage_key:
            return gettext("This is the blended unit itself.")
        if level == "section":
            return gettext("Choose a subsection, a unit or a component.")
        if node.link in holders:
            return gettext("It holds this blended unit.")
        if not _is_linkable(node.link):
            return gettext(
                "No link can be made of its identifier. Duplicate it, and choose the copy."
            )
        return ""

    return {"children": [node_data(child, "course") for child in outline.children]}


def _about_state(named: _Named, node: OutlineNode) -> Iterator[Problem]:
    if node.state == "unpublished":
        text = _("is not published: learners do not get it until you publish it.")
        yield named.problem("warning", text)
    if named.name == "follow_ups" and not node.graded:
        text = _(
            "is not graded: taking part opens it, but nothing of it counts. Make it graded, or "
            "leave it if that is meant."
        )
        yield named.problem("warning", text)


class _LateWork:
    """Finds prework that may be done after the session it prepares for."""

    def __init__(self, design: Design) -> None:
        sessions = [session for session in design.sessions if not session.cancelled]
        self.first = min(sessions, key=lambda session: session.starts_at, default=None)

    def about(self, named: _Named, node: OutlineNode) -> Iterator[Problem]:
        first, due = self.first, node.due
        if named.name != "prework" or first is None or due is None or due <= first.starts_at:
            return
        text = _(
            "is due on %(due)s, but the first session starts on %(start)s (%(zone)s). Set an "
            "earlier due date."
        )
        yield named.problem(
            "warning",
            text,
            # Each names its year where the other's is another.
            due=describe_instant(due, first.timezone, first.starts_at),
            start=describe_instant(first.starts_at, first.timezone, due),
            zone=describe_zone(first.timezone),
        )


class _Locks:
    """Finds what should be within reach but stands behind the lock of a follow-up."""

    def __init__(self, design: Design, places: Mapping[str, _Place]) -> None:
        self.locked = {item.block for item in design.follow_ups}
        self.inside: dict[str, str] = {}
        for place in filter(None, map(places.get, (item.block for item in design.follow_ups))):
            for node in place.above:
                self.inside.setdefault(node.link, place.node.title)

    def about(self, named: _Named, place: _Place) -> Iterator[Problem]:
        if named.name == "follow_ups":
            return
        around = next((node for node in place.above if node.link in self.locked), None)
        if around is not None:
            text = _(
                "stands in the follow-up “%(title)s”, which stays shut until somebody took part. "
                "Choose a block outside of it."
            )
            yield named.problem("warning", text, title=around.title)
        elif named.link in self.inside:
            text = _(
                "holds the follow-up “%(title)s”, which stays shut until somebody took part. "
                "Choose a block without it."
            )
            yield named.problem("warning", text, title=self.inside[named.link])


def _links(design: Design) -> Iterator[_Named]:
    for name, tag in _LISTS:
        items: Sequence[Link] = getattr(design, name)
        for index, item in enumerate(items):
            yield _Named(name, tag, index, item.block)


def _places(outline: OutlineNode | None) -> dict[str, _Place]:
    places: dict[str, _Place] = {}
    stack = [_Place(outline, (), "course")] if outline else []
    while stack:
        place = stack.pop()
        places[place.node.link] = place
        above = (*place.above, place.node)
        stack += [_Place(child, above, _level(child, place.level)) for child in place.node.children]
    return places


def _place_of(usage_key: str, places: Mapping[str, _Place]) -> _Place | None:
    return next((place for place in places.values() if place.node.usage_key == usage_key), None)


def _describe(link: str, place: _Place | None) -> LinkInfo:
    if place is None:
        block_type = link.partition("@")[0]
        kind = _kind(block_type, _LEVELS.get(block_type, "component"))
        return LinkInfo(link, link, (), "deleted", False, block_type, kind)
    node = place.node
    return LinkInfo(
        link=link,
        title=node.title,
        path=tuple(each.title for each in place.above[1:]),
        state=node.state,
        graded=node.graded,
        block_type=node.block_type,
        kind=_kind(node.block_type, place.level),
    )


def _level(node: OutlineNode, above: str) -> str:
    """Return what an author calls a block, from its type and the level of what holds it.

    What stands in a unit is a component, whatever it holds itself (an experiment holds units). A
    container of a type we do not know is named by what it holds.
    """
    if above in {"unit", "component"}:
        return "component"
    known = _LEVELS.get(node.block_type)
    if known is not None:
        return known
    below = {_LEVELS.get(child.block_type) for child in node.children}
    if "subsection" in below:
        return "section"
    return "subsection" if "unit" in below else "component"


def _kind(block_type: str, level: str) -> str:
    if block_type == "blended_unit":
        return gettext("blended unit")
    return {
        "course": gettext("course"),
        "section": gettext("section"),
        "subsection": gettext("subsection"),
        "unit": gettext("unit"),
    }.get(level, gettext("component"))


def _is_linkable(link: str) -> bool:
    problems: list[Problem] = []
    Link.read(Reader({"block": link}, "", problems))
    return not problems
