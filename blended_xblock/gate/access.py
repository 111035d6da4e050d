"""The question every path to content asks: is this block open for this learner, now?

If it cannot be answered (a database error), the error goes up; nothing ever opens because of one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth import get_user_model
from django.utils import timezone
from django.utils.translation import gettext as _

from blended_xblock import models
from blended_xblock.attendance.roster import (
    NOBODY_CHOSE,
    get_chosen,
    get_teaching,
    is_in_audience,
)
from blended_xblock.errors import NotFoundError
from blended_xblock.gate.reasons import explain
from blended_xblock.gate.standing import Opening, Outcome, compute, opening_at, outcome_at
from blended_xblock.hosts import get_host


@dataclass(frozen=True, slots=True)
class Lock:
    """A shut block: why, since one or more blended units ask for it, and from when it may open.

    ``opens_at`` (UTC) is known only when all that is missing is time. ``unit_keys`` name the
    blended units still to be met, where a learner goes to do something about it.
    """

    usage_key: str
    unit_keys: tuple[str, ...]
    reason: str
    opens_at: datetime | None


@dataclass(frozen=True, slots=True)
class StandingReport:
    """What ``get_standing`` tells: the outcome now, the opening of an undelayed follow-up, why."""

    outcome: Outcome
    opens_at: datetime | None
    reason: str
    is_open: bool
    row: models.Standing


def is_open(usage_key: str, user_id: int) -> bool:
    """Tell whether this block is open for this learner now; a block nobody gates is open.

    Two queries, however many blended units there are; four more where a unit opens by itself while
    its roll stays unmarked and this learner has enrolled since it was published.
    """
    gates = list(_gates([usage_key]))
    return all(opening.is_open for _gate, _row, opening in _openings(gates, user_id))


def lock_for(user_id: int, usage_key: str) -> Lock | None:
    """Return why this block is shut for this learner, or None where it is open."""
    return locks_for(user_id, [usage_key]).get(usage_key)


def locks_for(user_id: int, usage_keys: Iterable[str]) -> dict[str, Lock]:
    """Return the locks among these blocks; a block that two units gate needs both."""
    shut: dict[str, list[tuple[models.GatedBlock, models.Standing, Opening]]] = defaultdict(list)
    for gate, row, opening in _openings(list(_gates(usage_keys)), user_id):
        if not opening.is_open:
            shut[gate.usage_key].append((gate, row, opening))
    if not shut:
        return {}
    # One sentence for each unit and delay, however many blocks stand below its follow-ups.
    said: dict[tuple[int, int], str] = {}
    for gates in shut.values():
        for gate, row, opening in gates:
            place = (gate.unit_id, gate.delay_days)
            if place not in said:
                said[place] = _reason(gate.unit, row, opening)
    locks = {}
    for usage_key, gates in shut.items():
        instants = [opening.opens_at for _gate, _row, opening in gates]
        locks[usage_key] = Lock(
            usage_key=usage_key,
            unit_keys=tuple(gate.unit.usage_key for gate, _row, _opening in gates),
            reason=" ".join(
                dict.fromkeys(said[gate.unit_id, gate.delay_days] for gate, _r, _o in gates)
            ),
            opens_at=max(i for i in instants if i) if all(instants) else None,
        )
    return locks


def get_standing(usage_key: str, user_id: int) -> StandingReport:
    """Return a learner's standing in the blended unit at ``usage_key``.

    Raises NotFoundError where no such unit is published.
    """
    unit = models.BlendedUnit.objects.filter(usage_key=usage_key).first()
    if unit is None:
        raise NotFoundError(_("There is no such blended unit in the published course."))
    row = models.Standing.objects.filter(unit=unit, user_id=user_id).first()
    row = row or compute([unit], user_id)[0]
    now = timezone.now()
    opening = opening_at(row, 0, now)
    return StandingReport(
        outcome=outcome_at(row, now),
        opens_at=opening.opens_at,
        reason=_reason(unit, row, opening),
        is_open=opening.is_open,
        row=row,
    )


def _gates(usage_keys: Iterable[str]) -> Iterable[models.GatedBlock]:
    return models.GatedBlock.objects.filter(
        usage_key__in=list(usage_keys), unit__is_active=True
    ).select_related("unit")


def _openings(
    gates: list[models.GatedBlock], user_id: int
) -> list[tuple[models.GatedBlock, models.Standing, Opening]]:
    if not gates:
        return []
    now = timezone.now()
    rows = {
        row.unit_id: row
        for row in models.Standing.objects.filter(
            user_id=user_id, unit_id__in={gate.unit_id for gate in gates}
        )
    }
    # Of somebody without a row nothing is recorded: shut, unless the clock alone lets people in.
    units = {gate.unit for gate in gates if gate.unit_id not in rows}
    for unit in units:
        rows[unit.pk] = models.Standing(unit=unit, user_id=user_id)
    for row in compute([unit for unit in units if _opens_by_itself(unit)], user_id):
        rows[row.unit_id] = row
    return [
        (gate, rows[gate.unit_id], opening_at(rows[gate.unit_id], gate.delay_days, now))
        for gate in gates
    ]


def _opens_by_itself(unit: models.BlendedUnit) -> bool:
    return (unit.design.get("gate") or {}).get("when_unmarked") == "open"


def _reason(unit: models.BlendedUnit, row: models.Standing, opening: Opening) -> str:
    host = get_host()
    now = timezone.now()
    if row.pk is None:
        row = compute([unit], row.user_id)[0]
    learners = host.learners(unit.course_key, user_ids=[row.user_id])
    sessions = list(unit.sessions.all())
    is_by_cohort = any(session.audience for session in sessions)
    chosen = get_chosen(unit, [row.user_id]) if is_by_cohort else NOBODY_CHOSE
    taught = get_teaching([session.pk for session in sessions], [row.user_id])
    sessions = [
        session
        for session in sessions
        if session.pk not in taught
        and any(is_in_audience(session, learner, chosen) for learner in learners)
    ]
    user = get_user_model().objects.filter(pk=row.user_id).first()
    return explain(
        unit.read_design().rule,
        row,
        opening,
        sessions,
        zone=(host.timezone_of(user) if user else None) or row.zone,
        now=now,
    )
