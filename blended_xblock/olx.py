"""Read a design from OLX and write it back, so that a course file holds all of it and only it.

Learner data is never in OLX, by construction: ``write`` is given a ``Design`` and nothing else,
and a design has no place for a learner. What a file holds beyond what this version knows is kept,
given back by the next export, and warned about; comments and processing instructions are skipped;
what bears a namespace of XBlock's is left to XBlock.

Values are only turned into plain data here. ``Design.from_dict`` judges them, so that a mistake
reads the same in a file and in the editor.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from lxml import etree

from blended_xblock.design import TAGS, Design, SessionDesign, kept_xml
from blended_xblock.design.parts import (
    CHECK_IN_STATUSES,
    FROM_MINUTES_STATUSES,
    SESSION_TAGS,
)
from blended_xblock.design.problems import Problem, label, one_line
from blended_xblock.design.problems import mark as _
from blended_xblock.design.reader import Pairs, Reader
from blended_xblock.errors import DesignError

TAG: Final = "blended_unit"
MAX_WEIGHT: Final = 10_000

_OWN_ATTRIBUTES: Final = ("display_name", "weight", "model", "confirmed_for")
_WHOLE: Final = re.compile(r"[+-]?\d{1,12}", re.ASCII)
_NUMBER: Final = re.compile(r"[+-]?\d{1,12}(\.\d{1,12})?", re.ASCII)


def _whole(text: str) -> object:
    return int(text) if _WHOLE.fullmatch(text.strip()) else text


def _number(text: str) -> object:
    return float(text) if _NUMBER.fullmatch(text.strip()) else text


def _flag(text: str) -> object:
    return {"true": True, "false": False}.get(text.strip(), text)


# Tag → key of its list (or of its one element) and the attributes that are not text.
_LISTS: Final[Mapping[str, str]] = {
    "prework": "prework",
    "session": "sessions",
    "status": "statuses",
    "follow_up": "follow_ups",
    "make_up": "make_ups",
    "reminder": "reminders",
}
_ATTRIBUTES: Final[Mapping[str, Mapping[str, Callable[[str], object]]]] = {
    "prework": {"block": str},
    "session": {
        **dict.fromkeys(("id", "title", "start", "end", "timezone", "mode"), str),
        **dict.fromkeys(("occurrence", "venue", "address", "join_url"), str),
        "capacity": _whole,
        "cancelled": _flag,
    },
    "status": {"code": str, "label": str, "credit": _number, "attended": _flag, "counted": _flag},
    "rule": {"kind": str, "at_least": _whole, "percent": _whole},
    "gate": {"when_unmarked": str, "after_hours": _whole},
    "follow_up": {"block": str, "delay_days": _whole},
    "make_up": {"block": str, "within_days": _whole},
    "reminder": {"hours_before": _whole},
    "check_in": {
        **dict.fromkeys(("opens_before", "late_after", "too_late_after", "rotate_seconds"), _whole),
        **dict.fromkeys(CHECK_IN_STATUSES, str),
    },
    "from_minutes": {
        **dict.fromkeys(("present_from", "late_after", "absent_below", "left_before"), _whole),
        **dict.fromkeys(FROM_MINUTES_STATUSES, str),
    },
}
_SINGLE: Final = ("rule", "gate", "check_in", "from_minutes")
_NAMED_BY: Final = {"session": "id", "status": "code"}


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a ``blended_unit`` element holds.

    ``foreign_attributes`` are those of the element itself that are not of the design: fields of the
    block, or unknown.
    """

    display_name: str | None
    weight: float | None
    design: Design
    warnings: tuple[Problem, ...] = ()
    foreign_attributes: Mapping[str, str] = field(default_factory=dict)


def parse_string(xml: str | bytes) -> Parsed:
    """Parse the text of a ``blended_unit`` element; document types and entities are refused."""
    try:
        node = kept_xml.parse(xml)
    except kept_xml.UnreadableXMLError as error:
        template = _("is not well-formed XML: %(reason)s. Mend the file and import it again.")
        raise DesignError((Problem(TAG, "", template, {"reason": str(error)}),)) from error
    if node.tag != TAG:
        template = _("is not there: the file starts with %(tag)s. Choose another file.")
        raise DesignError((Problem(TAG, "", template, {"tag": str(node.tag)}),))
    return parse(node)


def parse(node: kept_xml.Element) -> Parsed:
    """Read an element that somebody else has parsed (it is not changed).

    Raises DesignError with all the problems of the file.
    """
    reading = _Reading()
    data = reading.unit(node)
    # A block without a weight of its own is exported with "null".
    raw_weight = node.get("weight")
    weight_data = {"weight": None if raw_weight in (None, "null") else _number(raw_weight)}
    weight = Reader(weight_data, TAG, reading.problems).number("weight", 0, MAX_WEIGHT)
    try:
        design = Design.from_dict(data)
    except DesignError as error:
        raise DesignError((*reading.problems, *error.problems)) from error
    if reading.problems:
        raise DesignError(tuple(reading.problems))
    return Parsed(
        display_name=node.get("display_name"),
        weight=weight,
        design=design,
        warnings=tuple(reading.warnings),
        foreign_attributes={
            name: value
            for name, value in node.attrib.items()
            if name not in _OWN_ATTRIBUTES and not name.startswith("{")
        },
    )


def write(design: Design, node: kept_xml.Element) -> None:
    """Add a design to an element that has none yet: its own attributes and all child elements.

    ``display_name`` and ``weight`` are the caller's to set.
    """
    node.set("model", design.model)
    if design.confirmed_for:
        node.set("confirmed_for", design.confirmed_for)
    for text in design.objectives:
        _write_text(node, "objective", "text", text, design.objective_xml)
    data = design.to_dict()
    _write_all(node, "prework", data["prework"])
    for session, values in zip(design.sessions, data["sessions"], strict=True):
        _write_session(node, session, values)
    _write_all(node, "status", data["statuses"])
    _write_all(node, "rule", [data["rule"]])
    _write_all(node, "gate", [data["gate"]])
    _write_all(node, "follow_up", data["follow_ups"])
    _write_all(node, "make_up", data["make_ups"])
    _write_all(node, "reminder", data.get("reminders", []))
    for tag in ("check_in", "from_minutes"):
        _write_all(node, tag, [data[tag]] if tag in data else [])
    _write_kept(node, design.extra_elements)


def write_unchecked(data: Mapping[str, Any], node: kept_xml.Element) -> None:
    """Add what can be written of a stored design that is no longer valid, for a person to mend."""
    for name in ("model", "confirmed_for"):
        if data.get(name):
            node.set(name, str(data[name]))
    for text in data.get("objectives", ()):
        etree.SubElement(node, "objective").text = str(text)
    for tag in _ATTRIBUTES:
        values = data.get(_LISTS.get(tag, tag), ())
        for item in [values] if isinstance(values, Mapping) else values:
            if isinstance(item, Mapping):
                element = _write_element(node, tag, {**item, "extra": {}, "extra_elements": ()})
                for cohort in item.get("audience", ()):
                    etree.SubElement(element, "audience", cohort=str(cohort))


class _Reading:
    """One reading of one file: the data found, and what is to be said about it."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.warnings: list[Problem] = []

    def unit(self, node: kept_xml.Element) -> dict[str, Any]:
        data: dict[str, Any] = {
            name: node.get(name) for name in ("model", "confirmed_for") if name in node.attrib
        }
        self._warn_of_text(node, TAG)
        counts = dict.fromkeys(TAGS, 0)
        for child in self._elements(node, TAG):
            tag = child.tag
            if tag not in counts:
                self._keep_element(data, child, TAG)
                continue
            counts[tag] += 1
            name = child.get(_NAMED_BY.get(tag, "block"))
            element = tag if tag in _SINGLE else label(tag, counts[tag], name)
            if tag == "objective":
                self._text(data, "objectives", "objective_xml", child, element)
            elif tag in _LISTS:
                data.setdefault(_LISTS[tag], []).append(self._element(child, element))
            elif counts[tag] == 1:
                data[tag] = self._element(child, element)
            else:
                text = _("is there more than once. Keep one and remove the others.")
                self.problems.append(Problem(tag, "", text, path=(tag,)))
        return data

    def _element(self, node: kept_xml.Element, element: str) -> dict[str, Any]:
        known = _ATTRIBUTES[node.tag]
        values: dict[str, Any] = {}
        for name, text in node.attrib.items():
            if name in known:
                values[name] = known[name](text)
            else:
                values.setdefault("extra", {})[name] = text
                self._warn_of_attribute(element, name)
        self._warn_of_text(node, element)
        known_tags = SESSION_TAGS if node.tag == "session" else ()
        count = 0
        for child in self._elements(node, element):
            if child.tag in known_tags:
                count += 1
                part = f"{element}, {label(child.tag, count)}"
                self._text(values, "audience", "audience_xml", child, part)
            else:
                self._keep_element(values, child, element)
        return values

    def _text(
        self, data: dict[str, Any], name: str, xml: str, node: kept_xml.Element, element: str
    ) -> None:
        """Add what an element says to a list, and all of it where it holds more than that."""
        is_between_tags = node.tag == "objective"
        text = kept_xml.text_of(node) if is_between_tags else node.get("cohort")
        data.setdefault(name, []).append(text)
        known = () if is_between_tags else ("cohort",)
        unknown = [attribute for attribute in node.attrib if attribute not in known]
        for attribute in unknown:
            self._warn_of_attribute(element, attribute)
        inner = list(self._elements(node, element))
        for child in inner:
            self._warn_of_element(element, child)
        if not is_between_tags:
            self._warn_of_text(node, element)
        if text is not None and (unknown or inner):
            data.setdefault(xml, {})[one_line(text)] = kept_xml.keep(node)

    def _elements(self, node: kept_xml.Element, element: str) -> list[kept_xml.Element]:
        found = []
        for child in node:
            if child.tag is etree.Entity:
                template = _("holds the entity %(entity)s. Write the character itself instead.")
                params = {"entity": str(child.text)}
                self.problems.append(Problem(element, "", template, params))
            elif isinstance(child.tag, str) and not kept_xml.is_xblocks(child):
                found.append(child)
        return found

    def _keep_element(self, values: dict[str, Any], child: kept_xml.Element, element: str) -> None:
        values.setdefault("extra_elements", []).append(kept_xml.keep(child))
        self._warn_of_element(element, child)

    def _warn_of_element(self, element: str, child: kept_xml.Element) -> None:
        text = _("holds the element %(tag)s, which is not known here. It is kept without effect.")
        self._warn(element, "", text, tag=child.tag)

    def _warn_of_attribute(self, element: str, name: str) -> None:
        self._warn(element, name, _("is not known here. It is kept without effect."))

    def _warn_of_text(self, node: kept_xml.Element, element: str) -> None:
        stray = (node.text, *(child.tail for child in node))
        if any(text and text.strip() for text in stray):
            self._warn(element, "", _("holds text between its elements. It is not kept."))

    def _warn(self, element: str, attribute: str, template: str, **params: str) -> None:
        self.warnings.append(Problem(element, attribute, template, params, "warning"))


def _write_all(node: kept_xml.Element, tag: str, items: list[dict[str, Any]]) -> None:
    for values in items:
        _write_element(node, tag, values)


def _write_element(node: kept_xml.Element, tag: str, values: dict[str, Any]) -> kept_xml.Element:
    element = etree.SubElement(node, tag)
    for name in _ATTRIBUTES[tag]:
        value = values.get(name)
        # An empty text, no number and a session that is not cancelled are what nothing means.
        if value in (None, "") or (name == "cancelled" and not value):
            continue
        element.set(name, _attribute(value))
    for name, text in values.get("extra", {}).items():
        element.set(name, text)
    _write_kept(element, values.get("extra_elements", ()))
    return element


def _write_session(node: kept_xml.Element, session: SessionDesign, values: dict[str, Any]) -> None:
    element = _write_element(node, "session", {**values, "extra_elements": ()})
    for cohort in session.audience:
        _write_text(element, "audience", "cohort", cohort, session.audience_xml)
    _write_kept(element, session.extra_elements)


def _write_text(node: kept_xml.Element, tag: str, attribute: str, text: str, kept: Pairs) -> None:
    whole = dict(kept).get(text)
    if whole is not None:
        _write_kept(node, (whole,))
        return
    element = etree.SubElement(node, tag)
    if attribute == "text":
        element.text = text
    else:
        element.set(attribute, text)


def _write_kept(node: kept_xml.Element, elements: tuple[str, ...] | list[str]) -> None:
    for xml in elements:
        node.append(kept_xml.parse(xml))


def _attribute(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:g}" if isinstance(value, float) else str(value)
