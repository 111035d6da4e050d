"""The course as it stands in the store, as the tree that every host answers with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.utils.translation import gettext as _
from lxml import etree
from xblock.completable import XBlockCompletionMode
from xblock.exceptions import NoSuchUsage

from blended_xblock.hosts.base import OutlineNode
from blended_xblock.workbench.blocks import CONTAINERS
from blended_xblock.workbench.keys import COURSE_KEY, ROOT_KEY
from blended_xblock.workbench.runtime import CampusRuntime


def get_outline(runtime: CampusRuntime | None = None) -> OutlineNode | None:
    """Return the stored course, or None before it was seeded."""
    runtime = runtime or CampusRuntime()
    try:
        root = runtime.get_block(ROOT_KEY)
    except NoSuchUsage:
        return None
    return _node(runtime, root, is_graded=False)


def get_authored_outline(runtime: CampusRuntime | None = None) -> OutlineNode | None:
    """Return the stored course with ``graded`` only where something counts, as its team asks."""
    runtime = runtime or CampusRuntime()
    root = get_outline(runtime)
    return None if root is None else _authored(runtime, root)


def _authored(runtime: CampusRuntime, node: OutlineNode) -> OutlineNode:
    children = tuple(_authored(runtime, child) for child in node.children)
    counts = any(child.graded for child in children)
    if node.block_type not in CONTAINERS:
        counts = bool(getattr(runtime.load_block_type(node.block_type), "has_score", False))
    return replace(node, children=children, graded=node.graded and counts)


@transaction.atomic
def add_unit(runtime: CampusRuntime) -> str:
    """Add a new blended unit in a subsection of its own, last in the course; return its key."""
    name, title = uuid4().hex[:8], _("New blended unit")
    page = etree.Element("sequence_demo", url_name=f"part-{name}", display_name=title)
    unit = etree.SubElement(page, "vertical_demo", url_name=f"page-{name}", display_name=title)
    etree.SubElement(unit, "blended_unit", url_name=f"unit-{name}", display_name=title)
    added = runtime.parse_xml_string(etree.tostring(page, encoding="unicode"))
    root = runtime.get_block(ROOT_KEY)
    root.children = [*root.children, added]
    root.save()
    section = runtime.get_block(added)
    section.parent = ROOT_KEY
    section.save()
    return str(COURSE_KEY.make_usage_key("blended_unit", f"unit-{name}"))


def _node(runtime: CampusRuntime, block: Any, *, is_graded: bool) -> OutlineNode:
    usage_key = block.scope_ids.usage_id
    is_container = usage_key.block_type in CONTAINERS
    # Being graded is inherited, as on a platform.
    is_graded = is_graded or block.graded
    children: tuple[OutlineNode, ...] = ()
    if is_container:
        children = tuple(
            _node(runtime, runtime.get_block(child), is_graded=is_graded)
            for child in block.children
        )
    mode = XBlockCompletionMode.get_mode(type(block))
    return OutlineNode(
        usage_key=str(usage_key),
        block_type=usage_key.block_type,
        block_id=usage_key.block_id,
        title=block.display_name or usage_key.block_id,
        children=children,
        graded=is_graded,
        completable=not is_container and mode == XBlockCompletionMode.COMPLETABLE,
    )


def walk_with_ancestors(
    node: OutlineNode, above: tuple[OutlineNode, ...] = ()
) -> Iterator[tuple[OutlineNode, tuple[OutlineNode, ...]]]:
    """Yield every node with what stands above it, the root first."""
    yield node, above
    for child in node.children:
        yield from walk_with_ancestors(child, (*above, node))


def path_to(root: OutlineNode, usage_key: str) -> tuple[OutlineNode, ...]:
    """Return the nodes from the root to a block, itself included; empty if it is not there."""
    for node, above in walk_with_ancestors(root):
        if node.usage_key == usage_key:
            return (*above, node)
    return ()


def leaves(node: OutlineNode) -> list[OutlineNode]:
    """Return what a learner works through below a node, itself if it has no children."""
    return [each for each in node.walk() if each.block_type not in CONTAINERS]
