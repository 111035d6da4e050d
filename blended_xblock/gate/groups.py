"""The groups of a blended unit's partition: how the platform's access checks name a standing.

A learner is in exactly one. *Not yet* opens nothing, *took part* every follow-up; where follow-ups
have several delays, one more group for each delay but the longest opens those that are due. Later
groups open whatever earlier ones do, since a longer delay never ends before a shorter one.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

TOOK_PART: Final = 1
NOT_YET: Final = 2
# A block that no group may see: nobody is ever in this one.
NOBODY: Final = 0
_UP_TO: Final = 100


def group_ids(delays: Collection[int]) -> list[int]:
    """Return the groups of a unit whose follow-ups have these delays (days)."""
    return [TOOK_PART, NOT_YET, *(_UP_TO + days for days in sorted(set(delays))[:-1])]


def group_name(group_id: int) -> str:
    """Return what a member of staff reads who views the course as one of this group."""
    if group_id == TOOK_PART:
        return _("Took part")
    if group_id == NOT_YET:
        return _("Not yet")
    days = group_id - _UP_TO
    if not days:
        return _("Took part, what is delayed is still shut")
    return ngettext(
        "Took part %(days)d day ago, what is delayed longer is still shut",
        "Took part %(days)d days ago, what is delayed longer is still shut",
        days,
    ) % {"days": days}


def groups_that_open(delay: int, delays: Collection[int]) -> list[int]:
    """Return the groups for which a follow-up with this delay is open."""
    return [TOOK_PART, *(_UP_TO + days for days in sorted(set(delays))[:-1] if days >= delay)]


def group_for(open_delays: Collection[int], delays: Collection[int]) -> int:
    """Return the group of a learner for whom just these delays have run out."""
    if not open_delays:
        return NOT_YET
    longest = max(open_delays)
    return TOOK_PART if longest >= max(delays) else _UP_TO + longest


def merge_access(
    one: Mapping[int, Collection[int]], other: Mapping[int, Collection[int]]
) -> dict[int, list[int]]:
    """Return a restriction (groups by partition) that asks for both.

    No groups means no restriction, as in the platform; what both leave to no group is left to
    ``NOBODY``.
    """
    access = {pk: list(groups) for pk, groups in one.items() if groups}
    for pk, groups in other.items():
        if not groups:
            continue
        if pk in access:
            access[pk] = [group for group in access[pk] if group in groups] or [NOBODY]
        else:
            access[pk] = list(groups)
    return access
