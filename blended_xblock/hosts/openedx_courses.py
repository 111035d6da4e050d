"""Read courses from the platform's modulestore, for ``openedx.py``; imports as there.

A course has two branches: what its team sees in Studio, and what learners have of it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC
from typing import Any, Final

from django.conf import settings
from django.core.cache import cache
from opaque_keys import InvalidKeyError
from opaque_keys.edx.keys import CourseKey

from blended_xblock.gate.groups import merge_access
from blended_xblock.gate.structure import BLOCK_TYPE, without_branch
from blended_xblock.hosts.base import OutlineNode, PublishedUnit
from blended_xblock.results.score import points_of

TEAM: Final = ("instructor", "staff", "limited_staff")
"""The roles of those who give a course."""
_KEPT_FOR: Final = 300


def read_outline(course_key: str) -> OutlineNode | None:
    """Return the published course as a tree, or None where there is no such course."""
    course = published_course(course_key)
    if course is None:
        return None
    with _as_authored():
        return _node(course, {})


def authored_outline(course_key: str) -> OutlineNode | None:
    """Return the draft course as a tree, kept by the versions of both branches.

    So it is never stale: each change makes a version of the draft, and each publish one of what is
    published. Asking which they are is one query.
    """
    versions = _versions(course_key)
    if versions is None:
        return None
    # A digest, since course keys may hold what a cache refuses in a name.
    digest = hashlib.sha256(" ".join((course_key, *versions)).encode()).hexdigest()
    name = f"blended_xblock.authored_outline.{digest}"
    tree = cache.get(name)
    if tree is None:
        tree = _read_authored(course_key)
        cache.set(name, tree, _KEPT_FOR)
    return tree


def read_units(course_key: str) -> list[PublishedUnit]:
    """Return every blended unit of the published course, in outline order."""
    course = published_course(course_key)
    if course is None:
        return []
    return [
        PublishedUnit(
            usage_key=without_branch(block.location),
            title=block.display_name,
            weight=points_of(block.weight),
            design=dict(block.design),
            ancestors=ancestors,
        )
        for block, ancestors in _walk(course, ())
        if block.scope_ids.block_type == BLOCK_TYPE
    ]


def published_course(course_key: str, depth: int | None = None) -> Any | None:
    """Return the root block of what is published; ``depth`` levels are loaded, None for all."""
    return _course_in("published_only", course_key, depth)


def draft_course(course_key: str, depth: int | None = None) -> Any | None:
    """Return the root block of the course as its team sees it."""
    return _course_in("draft_preferred", course_key, depth)


def is_studio() -> bool:
    """Tell whether this process is Studio, not the LMS."""
    return getattr(settings, "SERVICE_VARIANT", "lms") == "cms"


def _course_in(branch: str, course_key: str, depth: int | None) -> Any | None:
    from xmodule.modulestore import ModuleStoreEnum
    from xmodule.modulestore.django import modulestore

    key = _course_key(course_key)
    if key is None:
        return None
    store = modulestore()
    with store.branch_setting(getattr(ModuleStoreEnum.Branch, branch), key):
        return store.get_course(key, depth=depth)


def _course_key(text: str) -> Any | None:
    try:
        return CourseKey.from_string(text)
    except InvalidKeyError:
        return None


def _versions(course_key: str) -> tuple[str, str] | None:
    """Return the versions of a course's branches, draft first, or None where there is no course."""
    from common.djangoapps.split_modulestore_django.models import SplitModulestoreCourseIndex

    index = SplitModulestoreCourseIndex.objects.filter(course_id=_course_key(course_key))
    return index.values_list("draft_version", "published_version").first()


@contextmanager
def _as_authored() -> Iterator[None]:
    """Read fields as the course team wrote them: in the LMS our own gate would answer too."""
    if is_studio():
        yield
        return
    from lms.djangoapps.courseware.field_overrides import disable_overrides

    with disable_overrides():
        yield


def _walk(block: Any, ancestors: tuple[str, ...]) -> Iterator[tuple[Any, tuple[str, ...]]]:
    yield block, ancestors
    if block.has_children:
        below = (*ancestors, without_branch(block.location))
        for child in _children(block):
            yield from _walk(child, below)


def _read_authored(course_key: str) -> OutlineNode | None:
    draft = draft_course(course_key)
    if draft is None:
        return None
    with _as_authored():
        return _authored_node(draft, _published_versions(course_key))


def _published_versions(course_key: str) -> dict[tuple[str, str], object]:
    """Return the version of each published block by type and id; the blocks are not loaded."""
    course = published_course(course_key, depth=0)
    if course is None:
        return {}
    structure = course.runtime.course_entry.structure
    versions: dict[tuple[str, str], object] = {}
    # From the root down: a block that was taken out may still be listed, and no learner has it.
    left = [structure["root"]]
    while left:
        place = left.pop()
        data = structure["blocks"].get(place)
        if data is not None:
            versions[place] = _version(data.edit_info)
            left += data.fields.get("children", ())
    return versions


def _authored_node(
    block: Any, published: Mapping[tuple[str, str], object], *, has_type: bool = True
) -> OutlineNode:
    """Return a block of the draft; ``has_type`` is False below a subsection that cannot count.

    The platform counts a subsection by its assignment type (``format``). Studio sets it together
    with ``graded``, which what stands in it inherits; other tools may set only one of them.
    """
    key = block.location
    if key.block_type == "sequential":
        has_type = bool(getattr(block, "format", None))
    children: tuple[OutlineNode, ...] = ()
    if block.has_children:
        children = tuple(
            _authored_node(child, published, has_type=has_type) for child in _children(block)
        )
    has_score = getattr(block, "has_score", False) or any(child.graded for child in children)
    due = getattr(block, "due", None)
    return OutlineNode(
        usage_key=without_branch(key),
        block_type=key.block_type,
        block_id=key.block_id,
        title=block.display_name_with_default,
        children=children,
        graded=has_type and has_score and bool(getattr(block, "graded", False)),
        state=_state(block, children, published),
        due=due.astimezone(UTC) if due else None,
    )


def _state(
    block: Any, children: tuple[OutlineNode, ...], published: Mapping[tuple[str, str], object]
) -> str:
    place = (block.location.block_type, block.location.block_id)
    if place not in published:
        return "unpublished"
    if published[place] != _version(block):
        return "draft"
    # What learners have of a subsection is not what its team sees, if a page of it differs.
    is_whole = all(child.state == "published" for child in children)
    return "published" if is_whole else "draft"


def _version(edited: Any) -> object:
    """Return the version a block is a copy of, or was changed in: of both branches alike.

    The draft's block and the published one are the same if these are, which is how Studio itself
    tells that something is not published.
    """
    source = getattr(edited, "source_version", None)
    return source if source is not None else getattr(edited, "update_version", None)


def _node(
    block: Any, inherited: Mapping[int, list[int]], *, is_for_all: bool = True
) -> OutlineNode:
    """Return a block as a node; what not every learner gets cannot be asked of any as prework."""
    with _afresh(block):
        return _read_node(block, inherited, is_for_all=is_for_all)


def _children(block: Any) -> Iterator[Any]:
    """Yield every child, in the midst of a request too.

    There ``get_children`` leaves out what the learner who asks may not load, and has read who may.
    """
    from xmodule.modulestore.exceptions import ItemNotFoundError

    for key in block.children:
        # A child that is listed and not there is passed over, as the platform does.
        with suppress(ItemNotFoundError):
            yield block.runtime.load_item(key, for_parent=block)


@contextmanager
def _afresh(block: Any) -> Iterator[None]:
    """Read a block's fields from the store, and leave nothing of that in the block.

    A course that was never synced is synced in the midst of a request, which shares its blocks with
    us: a field read as authored would stay so, and the first look would find no gate.
    """
    kept = block._field_data_cache, block._dirty_fields
    block._field_data_cache, block._dirty_fields = {}, {}
    try:
        yield
    finally:
        block._field_data_cache, block._dirty_fields = kept


def _read_node(block: Any, inherited: Mapping[int, list[int]], *, is_for_all: bool) -> OutlineNode:
    from xblock.completable import XBlockCompletionMode

    is_for_all = is_for_all and not getattr(block, "visible_to_staff_only", False)
    picks = getattr(block, "has_dynamic_children", lambda: False)()
    restriction = merge_access(inherited, block.group_access or {})
    children: tuple[OutlineNode, ...] = ()
    if block.has_children:
        children = tuple(
            _node(child, restriction, is_for_all=is_for_all and not picks)
            for child in _children(block)
        )
    is_completable = XBlockCompletionMode.get_mode(block) == XBlockCompletionMode.COMPLETABLE
    return OutlineNode(
        usage_key=without_branch(block.location),
        block_type=block.scope_ids.block_type,
        block_id=block.location.block_id,
        title=block.display_name_with_default,
        children=children,
        graded=bool(getattr(block, "graded", False)) and bool(getattr(block, "has_score", False)),
        completable=not block.has_children and is_for_all and is_completable,
        restriction=restriction,
    )
