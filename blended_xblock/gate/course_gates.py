"""The gates of one course, compiled on publish into one row and kept at hand across requests.

Every request for course content asks it, so it is one row by its key: read at most once a request,
and not at all while the version that a publish renews stays the same. What cannot be read raises:
a failure is remembered for the request, and nothing opens because of it.
"""

from __future__ import annotations

import logging
import time
import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from django.core.cache import cache
from django.db import transaction
from django.utils.translation import gettext as _
from edx_django_utils.cache import RequestCache

from blended_xblock.design import Design, Rule
from blended_xblock.errors import GateError
from blended_xblock.gate.groups import groups_that_open
from blended_xblock.models import BlendedUnit, CourseGate, GatedBlock

log = logging.getLogger(__name__)

# A block within its course: what a key of any branch, version or CCX has in common.
Place = tuple[str, str]

# A cache that the processes do not share can hold a gate as it was for no longer than this.
TIME_TO_LIVE: Final = 60.0
_COURSES_AT_HAND: Final = 200
_REQUEST: Final = "blended_xblock.gates"
_VERSION: Final = "blended_xblock.gates.{}"
# What is known of the first sync of a course.
_BEGUN: Final = "begun"
_NOT_PUBLISHED: Final = "not published"


@dataclass(frozen=True, slots=True)
class GatingUnit:
    """What a decision needs of a blended unit; ``delays`` (days) are those of its follow-ups."""

    pk: int
    usage_key: str
    title: str
    partition_id: int
    rule: Rule
    opens_by_itself: bool
    delays: tuple[int, ...]


@dataclass(frozen=True)
class CourseGates:
    """Every gate of a course: by block, the units that must be met with the delay (days) of each.

    ``restrictions`` hold what the course team restricted a gated block to, merged with what its
    ancestors are restricted to: group ids by partition id.
    """

    units: Mapping[int, GatingUnit] = field(default_factory=dict)
    blocks: Mapping[Place, tuple[tuple[int, int], ...]] = field(default_factory=dict)
    restrictions: Mapping[Place, Mapping[int, list[int]]] = field(default_factory=dict)
    # What the platform calls them, by language: many a request asks, and gates seldom change.
    partitions: dict[str, list[Any]] = field(default_factory=dict, compare=False)

    @cached_property
    def group_access(self) -> dict[Place, dict[int, list[int]]]:
        """Return the groups that may load each gated block, by partition id."""
        return {
            place: {
                **self.restrictions.get(place, {}),
                **{
                    self.units[pk].partition_id: groups_that_open(delay, self.units[pk].delays)
                    for pk, delay in gates
                },
            }
            for place, gates in self.blocks.items()
        }

    @cached_property
    def by_partition(self) -> dict[int, GatingUnit]:
        """Return the units by the id of their partition."""
        return {unit.partition_id: unit for unit in self.units.values()}

    def delay(self, place: Place, unit: GatingUnit) -> int:
        """Return after how many days ``unit`` opens this block."""
        return max((days for pk, days in self.blocks.get(place, ()) if pk == unit.pk), default=0)


def place_of(usage_key: str) -> Place:
    """Return where a key in text form stands in its course."""
    head, _at, block_id = usage_key.rpartition("+block@")
    if not head:
        return "", usage_key
    return head.rpartition("+type@")[2], block_id


def compile_gates(
    units: Iterable[BlendedUnit], gated_blocks: Iterable[GatedBlock]
) -> dict[str, Any]:
    """Return the gates of a course as the JSON of its row (``CourseGate.gates``)."""
    rows = list(gated_blocks)
    delays: dict[int, set[int]] = defaultdict(set)
    blocks: dict[str, list[list[int]]] = defaultdict(list)
    restrictions: dict[str, dict[str, list[int]]] = {}
    for row in rows:
        delays[row.unit_id].add(row.delay_days)
        blocks[row.usage_key].append([row.unit_id, row.delay_days])
        if row.restriction:
            restrictions[row.usage_key] = row.restriction
    return {
        "units": [
            {
                "pk": unit.pk,
                "usage_key": unit.usage_key,
                "title": unit.title,
                "partition_id": unit.partition_id,
                "rule": unit.design.get("rule") or {},
                "opens_by_itself": (unit.design.get("gate") or {}).get("when_unmarked") == "open",
                "delays": sorted(delays[unit.pk]),
            }
            for unit in sorted(units, key=lambda unit: unit.pk)
            if unit.pk in delays
        ],
        "blocks": {key: sorted(gates) for key, gates in sorted(blocks.items())},
        "restrictions": dict(sorted(restrictions.items())),
    }


def store_gates(course_key: str, gates: dict[str, Any], *, is_new: bool) -> None:
    """Write the gates of a course and renew them: here at once, elsewhere once committed."""
    CourseGate(course_key=course_key, gates=gates).save(
        force_insert=is_new, force_update=not is_new
    )
    renew(course_key)
    transaction.on_commit(lambda: renew(course_key))


def renew(course_key: str) -> None:
    """Make every process read the gates of this course again."""
    cache.set(_VERSION.format(course_key), uuid.uuid4().hex, None)
    RequestCache(_REQUEST).clear()


def gates_of(course_key: str) -> CourseGates:
    """Return the gates of a course: at most one query a request, usually none.

    A course that was never synced is synced now, so that nothing is open because nobody published
    since (a run imported from OLX, a CCX). Raises GateError where the gates cannot be read.
    """
    at_hand = RequestCache(_REQUEST).data
    found = at_hand.get(course_key)
    if found is None:
        try:
            found = _current(course_key)
        except Exception:
            log.exception("The gates of %s cannot be read; what they shut stays shut.", course_key)
            refuse(course_key)
        else:
            at_hand[course_key] = found
        found = at_hand[course_key]
    if isinstance(found, GateError):
        raise found
    return found


def refuse(course_key: str) -> None:
    """Let nothing of this course be decided for the rest of the request."""
    RequestCache(_REQUEST).data[course_key] = _undecided()


def _undecided() -> GateError:
    return GateError(_("It cannot be decided now whether this is open. Try again later."))


_at_hand: dict[str, tuple[str, float, CourseGates]] = {}


def _current(course_key: str) -> CourseGates:
    name = _VERSION.format(course_key)
    try:
        version = cache.get(name)
    except Exception:
        # What the cache holds is unreadable, or it is away: the row is not.
        log.exception("The cache did not say which gates of %s are current.", course_key)
        return _read(course_key)
    stored = _at_hand.get(course_key)
    if stored and stored[0] == version and time.monotonic() < stored[1]:
        return stored[2]
    if version is None:
        # Taken before the row is read: a publish in between renews it, and this reading is dropped.
        cache.add(name, uuid.uuid4().hex, None)
        version = cache.get(name)
    gates = _read(course_key)
    if version is not None:
        if len(_at_hand) >= _COURSES_AT_HAND:
            _at_hand.clear()
        _at_hand[course_key] = (version, time.monotonic() + TIME_TO_LIVE, gates)
    return gates


def _read(course_key: str) -> CourseGates:
    row = _row(course_key) or _first_sync(course_key)
    return CourseGates() if row is None else _gates(row.gates)


def _row(course_key: str) -> CourseGate | None:
    return CourseGate.objects.filter(course_key=course_key).first()


def _first_sync(course_key: str) -> CourseGate | None:
    """Sync a course that never was, once a minute; None where none is published.

    While another request is at it, or after one that failed, it is not known what is gated, and
    that raises. A sync that is rolled back with its request leaves the same.
    """
    from blended_xblock.publishing import sync_course

    name = f"blended_xblock.first_sync.{course_key}"
    if cache.add(name, _BEGUN, TIME_TO_LIVE):
        sync_course(course_key)
        row = _row(course_key)
        if row is None:
            cache.set(name, _NOT_PUBLISHED, TIME_TO_LIVE)
        return row
    row = _row(course_key)
    if row is None and cache.get(name) != _NOT_PUBLISHED:
        raise _undecided()
    return row


def _gates(data: Mapping[str, Any]) -> CourseGates:
    units = [
        GatingUnit(
            pk=each["pk"],
            usage_key=each["usage_key"],
            title=each["title"],
            partition_id=each["partition_id"],
            rule=Design.from_dict({"rule": each["rule"]} if each["rule"] else {}).rule,
            opens_by_itself=each["opens_by_itself"],
            delays=tuple(each["delays"]),
        )
        for each in data["units"]
    ]
    return CourseGates(
        units={unit.pk: unit for unit in units},
        blocks={
            place_of(key): tuple((pk, days) for pk, days in gates)
            for key, gates in data["blocks"].items()
        },
        restrictions={
            place_of(key): {int(pk): list(groups) for pk, groups in restriction.items()}
            for key, restriction in data["restrictions"].items()
        },
    )
