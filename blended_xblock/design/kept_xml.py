"""Keep XML that this version does not know as text, so that an export writes it out again.

What is kept comes from files and from browsers alike. It is therefore parsed here, where it enters,
by the parser that will write it: what passes can never break the export of a course. Names beyond
ASCII do not pass, because lxml writes ``<&#233;/>`` where somebody serialises without an encoding.
"""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from lxml import etree

# What is known of lxml's types is too coarse: an attribute's value may be text or bytes there.
Element = Any

MAX_LENGTH = 10_000
# libxml2 stops at 256 levels, and a course file puts a few around ours.
MAX_DEPTH = 64


# The elements in which XBlock itself keeps a block's long fields.
_XBLOCK_NAMESPACES = (
    "http://code.edx.org/xblock/option",
    "http://code.edx.org/xblock/block",
)


class UnreadableXMLError(ValueError):
    """The text is not XML, or more than plain elements and text."""


def parse(xml: str | bytes) -> Element:
    """Return the root of a document, refusing entities, document types and anything remote."""
    # A declared encoding says nothing of text that is already decoded.
    encoding = "utf-8" if isinstance(xml, str) else None
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        encoding=encoding,
    )
    source = xml.encode("utf-8", "surrogatepass") if isinstance(xml, str) else xml
    try:
        root = etree.fromstring(source, parser)
    except etree.XMLSyntaxError as error:
        raise UnreadableXMLError(error.msg or "empty") from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise UnreadableXMLError("a document type is not allowed")
    return root


def keep(element: Element) -> str:
    """Return an element as text that stands alone: with its namespaces, without its tail."""
    alone = deepcopy(element)
    alone.tail = None
    # lxml drops a namespace that a parent declares too, so an unused one would come and go.
    etree.cleanup_namespaces(alone)
    return str(etree.tostring(alone, encoding="unicode"))


def read_kept(xml: str) -> Element | None:
    """Return the element that such a text holds, or None if it could not be written out again."""
    if len(xml) > MAX_LENGTH:
        return None
    try:
        element = parse(xml)
        parse(etree.tostring(element))
    except UnreadableXMLError:
        return None
    return element if _depth_of(element) <= MAX_DEPTH else None


def text_of(element: Element) -> str:
    """Return all the text in an element, markup and comments left out."""
    parts = [element.text or ""] if isinstance(element.tag, str) else []
    for child in element:
        parts += [text_of(child), child.tail or ""]
    return "".join(parts)


def is_xblocks(element: Element) -> bool:
    """Tell whether an element is XBlock's to read and write, not ours."""
    return etree.QName(element).namespace in _XBLOCK_NAMESPACES


def is_attribute_name(name: str) -> bool:
    """Tell whether an attribute of this name, with or without ``{namespace}``, survives a file."""
    probe = etree.Element("probe")
    try:
        probe.set(name, "")
        return dict(parse(etree.tostring(probe)).attrib) == {name: ""}
    except ValueError:
        return False


def _depth_of(element: Element) -> int:
    level = deepest = 0
    for event, _node in etree.iterwalk(element, events=("start", "end")):
        level += 1 if event == "start" else -1
        deepest = max(deepest, level)
    return deepest
