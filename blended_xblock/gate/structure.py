"""Whether a course has blended units at all, told from what the modulestore has already loaded.

A course without them must cost no query and depend on none of our tables.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Any, Final

BLOCK_TYPE: Final = "blended_unit"
_STRUCTURES_AT_HAND: Final = 1000
_at_hand: OrderedDict[Any, bool] = OrderedDict()


def has_blended_units(block: Any) -> bool:
    """Tell whether the structure that ``block`` was loaded from holds a blended unit.

    The split modulestore's runtime carries it (``course_entry.structure``); each version of a
    course is looked through once, save those still being written. Where there is none to look at,
    the answer is yes: then the tables say it.
    """
    structure = getattr(getattr(block.runtime, "course_entry", None), "structure", None)
    if structure is None:
        return True
    version = structure["_id"]
    if version in _at_hand:
        return _at_hand[version]
    found = any(place[0] == BLOCK_TYPE for place in structure["blocks"])
    if not _is_being_written(block):
        _at_hand[version] = found
        if len(_at_hand) > _STRUCTURES_AT_HAND:
            _at_hand.popitem(last=False)
    return found


def _is_being_written(block: Any) -> bool:
    """Tell whether a bulk operation still adds blocks to this very version, as an import does.

    Where the modulestore does not say, the answer is yes: then it is looked through each time.
    """
    entry = block.runtime.course_entry
    try:
        record = block.runtime.modulestore._get_bulk_ops_record(entry.course_key)
        return bool(record.active) and entry.structure["_id"] not in record.structures_in_db
    except AttributeError:
        return True


def without_branch(key: Any) -> str:
    """Return the key of a course or block as our tables hold it: of no branch and no version."""
    return str(key.for_branch(None).version_agnostic())


def is_draft(block: Any) -> bool:
    """Tell whether ``block`` was loaded from the draft branch, which gates nothing."""
    entry = getattr(block.runtime, "course_entry", None)
    return bool(entry is not None and entry.course_key.branch == "draft-branch")
