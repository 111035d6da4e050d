"""One learner in one course, as a request sees them: their group in each partition, and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from edx_django_utils.cache import RequestCache

from blended_xblock import models
from blended_xblock.gate.course_gates import CourseGates, GatingUnit, Place
from blended_xblock.gate.groups import group_for
from blended_xblock.gate.reasons import explain_lock
from blended_xblock.gate.standing import STANDINGS_AT_HAND, compute, opening_at


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a block is shut: a sentence, and the blended unit where something can be done about it.

    ``opens_at`` (UTC) is known only when all that is missing is time.
    """

    unit: GatingUnit
    reason: str
    opens_at: datetime | None


def group_of(user_id: int | None, course_key: str, gates: CourseGates, unit: GatingUnit) -> int:
    """Return the learner's group in the unit's partition; one query a request for all units."""
    standing = _standing(user_id, course_key, gates, unit)
    now = timezone.now()
    is_open = [days for days in unit.delays if opening_at(standing, days, now).is_open]
    return group_for(is_open, unit.delays)


def is_open_to(user_id: int | None, course_key: str, gates: CourseGates, place: Place) -> bool:
    """Tell whether every unit that gates this block is met; one query a request for all units."""
    now = timezone.now()
    return all(
        opening_at(_standing(user_id, course_key, gates, gates.units[pk]), days, now).is_open
        for pk, days in gates.blocks.get(place, ())
    )


def refusal_of(
    user_id: int | None, course_key: str, gates: CourseGates, unit: GatingUnit, place: Place
) -> Refusal:
    """Return why ``unit`` keeps a block shut for this learner; no further query."""
    standing = _standing(user_id, course_key, gates, unit)
    now = timezone.now()
    opening = opening_at(standing, gates.delay(place, unit), now)
    return Refusal(
        unit=unit,
        reason=explain_lock(unit.title, unit.rule, standing, opening, now),
        opens_at=opening.opens_at,
    )


def _standing(
    user_id: int | None, course_key: str, gates: CourseGates, unit: GatingUnit
) -> models.Standing:
    """Return the learner's standing; of a visitor, and of somebody without one, nothing is known.

    Where the clock alone lets people in, somebody without a row (who enrolled unnoticed since the
    publish) is computed; that costs four queries for all such units.
    """
    if user_id is None:
        return models.Standing(unit_id=unit.pk)
    at_hand = RequestCache(STANDINGS_AT_HAND).data
    key = f"{user_id} {course_key}"
    if key not in at_hand:
        rows = models.Standing.objects.filter(user_id=user_id, unit__in=list(gates.units))
        at_hand[key] = {row.unit_id: row for row in rows}
    known: dict[int, models.Standing] = at_hand[key]
    if unit.pk not in known:
        missing = [each for each in gates.units.values() if each.pk not in known]
        for each in missing:
            known[each.pk] = models.Standing(unit_id=each.pk, user_id=user_id)
        by_themselves = [each.pk for each in missing if each.opens_by_itself]
        units = models.BlendedUnit.objects.filter(pk__in=by_themselves) if by_themselves else ()
        for row in compute(list(units), user_id):
            known[row.unit_id] = row
    return known[unit.pk]
