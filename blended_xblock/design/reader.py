"""Read the lists and the elements of a design, and what is kept of those we do not know."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from blended_xblock.design import kept_xml
from blended_xblock.design.checks import Values
from blended_xblock.design.problems import Problem, label, one_line
from blended_xblock.design.problems import mark as _

MAX_EXTRAS: Final = 50

Pairs = tuple[tuple[str, str], ...]
"""A mapping that can be frozen: names with values, sorted by name."""

_NOT_AN_OBJECT: Final = _("is “%(value)s”. Send an object with named values.")
_UNKEPT: Final = _(
    "holds XML that cannot be exported again: “%(value)s”. Remove it, or mend it in the file."
)


class Reader(Values):
    """Reads one element and those in it."""

    def items(self, name: str, tag: str, limit: int) -> list[object]:
        """Return a list, no longer than the limit."""
        value = self.get(name)
        if value is None:
            return []
        if not isinstance(value, list | tuple):
            self.problem(name, _("is “%(value)s”, which is not a list. Send a list."), value=value)
            return []
        if len(value) > limit:
            params = {"count": str(len(value)), "limit": str(limit)}
            element = tag if not self.path else f"{self.element}, {tag}"
            template = _("there are %(count)s of them. Keep %(limit)s at most, and remove others.")
            path = (*self.path, name)
            self.problems.append(Problem(element, "", template, params, "error", path))
        return list(value[:limit])

    def children(self, name: str, tag: str, limit: int, named_by: str = "") -> list[Reader]:
        """Return a reader for each element of a list, labelled by position and name, if any."""
        readers = []
        for index, item in enumerate(self.items(name, tag, limit)):
            is_mapping = isinstance(item, Mapping)
            data: Mapping[str, object] = item if isinstance(item, Mapping) else {}
            element = label(tag, index + 1, data.get(named_by))
            reader = Reader(data, element, self.problems, (*self.path, name, index))
            if is_mapping:
                readers.append(reader)
            else:
                reader.not_an_object("", item)
        return readers

    def not_an_object(self, name: str, value: object) -> None:
        """Report something else where named values belong."""
        self.problem(name, _NOT_AN_OBJECT, value=value)

    def child(self, name: str, element: str | None = None) -> Reader | None:
        """Return a reader for the one element of this name, if there is one."""
        value = self.get(name)
        if value is None:
            return None
        if not isinstance(value, Mapping):
            self.not_an_object(name, value)
            return None
        return Reader(value, element or name, self.problems, (*self.path, name))

    def texts(
        self, name: str, tag: str, attribute: str, limits: tuple[int, int]
    ) -> tuple[str, ...]:
        """Return a list of different texts; ``limits`` are how many and how long."""
        first_of: dict[str, str] = {}
        for index, item in enumerate(self.items(name, tag, limits[0])):
            element = label(tag, index + 1)
            if self.path:
                element = f"{self.element}, {element}"
            reader = Reader({attribute: item}, element, self.problems, (*self.path, name, index))
            before = len(self.problems)
            text = reader.text(attribute, limits[1], required=True)
            if len(self.problems) == before:
                reader.once(attribute, text, first_of)
        return tuple(first_of)

    def kept_texts(self, name: str, tag: str, attribute: str, texts: tuple[str, ...]) -> Pairs:
        """Return the whole XML of those texts whose element held something unknown, by text.

        An entry for a text that is no longer there is left behind: its author changed it.
        """
        value = self.get(name)
        if value is None:
            return ()
        if not isinstance(value, Mapping):
            self.not_an_object(name, value)
            return ()
        kept = {}
        for key, xml in value.items():
            text = one_line(str(key))
            if text in texts:
                element = kept_xml.read_kept(xml) if isinstance(xml, str) else None
                if element is None or element.tag != tag or xml_text(element, attribute) != text:
                    self.problem(name, _UNKEPT, value=xml)
                else:
                    kept[text] = kept_xml.keep(element)
        return tuple(sorted(kept.items()))

    def extra(self) -> Pairs:
        """Return the unknown attributes kept from a file; call it when all known ones are read."""
        known = set(self._known)
        child = self.child("extra", self.element)
        if child is None:
            return ()
        kept = {}
        for name, value in list(child.data.items())[:MAX_EXTRAS]:
            before = len(self.problems)
            if name in known or not kept_xml.is_attribute_name(name):
                child.problem(name, _("cannot be kept under this name. Rename or remove it."))
            else:
                child.clean(name, value, kept_xml.MAX_LENGTH, lines=True)
            if isinstance(value, str) and len(self.problems) == before:
                kept[name] = value
        if len(child.data) > MAX_EXTRAS:
            self.problem(
                "extra",
                _("has %(count)s unknown attributes. Remove some: %(limit)s at most can be kept."),
                count=len(child.data),
                limit=MAX_EXTRAS,
            )
        return tuple(sorted(kept.items()))

    def extra_elements(self, known_tags: Iterable[str]) -> tuple[str, ...]:
        """Return the unknown elements kept from a file, each as text."""
        kept = []
        for xml in self.items("extra_elements", "extra_elements", MAX_EXTRAS):
            element = kept_xml.read_kept(xml) if isinstance(xml, str) else None
            if element is None or element.tag in tuple(known_tags) or kept_xml.is_xblocks(element):
                self.problem("extra_elements", _UNKEPT, value=xml)
            else:
                kept.append(kept_xml.keep(element))
        return tuple(kept)


def xml_text(element: kept_xml.Element, attribute: str) -> str:
    """Return what an element that holds one text says: in its attribute, or between its tags."""
    return one_line(
        kept_xml.text_of(element) if attribute == "text" else element.get(attribute, "")
    )
