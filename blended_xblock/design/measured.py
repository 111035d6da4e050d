"""What measured minutes mean: present, late, left early or absent, and with which status.

Minutes are whole, and what is left of a started one is dropped, so a share of a session is dropped
to whole minutes too: of 50 minutes 75 % are 37, not 38. Whoever was there for the full share is
then never below it by rounding. A share above 0 % is one minute at least: nobody is present
without one.

Where a setting is empty, ``present`` is the first status that says *attended* with the most
credit; ``late`` is the status "L" where the unit has one and it says *attended*, else what
``present`` is; ``left_early`` is "D" likewise, else none; ``absent`` is "A" where the unit has one
that is counted and not attended, else the first such status with the least credit, else none. None
means that a person decides: a unit that knows only Present and Absent has no word for half a
session, and neither is safe to guess.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final, Literal

from blended_xblock.design.arrivals import LATE

if TYPE_CHECKING:
    from blended_xblock.design import Design, FromMinutes, Status

Judgement = Literal["present", "late", "left_early", "absent"]

LEFT_EARLY: Final = "D"
ABSENT: Final = "A"


@dataclass(frozen=True, slots=True)
class Measured:
    """A status for each judgement; None: nobody is recorded without a person."""

    present: Status
    late: Status
    left_early: Status | None
    absent: Status | None

    def status_of(self, judgement: Judgement | None) -> Status | None:
        """Return the status to record, or None where a person decides."""
        if judgement is None:
            return None
        status: Status | None = getattr(self, judgement)
        return status


def measured_of(design: Design) -> Measured:
    """Return the statuses that measured minutes give in this unit."""
    known = {status.code: status for status in design.effective_statuses}
    settings = design.from_minutes
    attended = {code: status for code, status in known.items() if status.attended}
    # A design without any status that says *attended* is refused.
    best = max(attended.values(), key=lambda each: each.credit)
    present = known.get(settings.present, best)
    missed = {
        code: status for code, status in known.items() if status.counted and not status.attended
    }
    least = min(missed.values(), key=lambda each: each.credit, default=None)
    return Measured(
        present=present,
        late=known.get(settings.late, attended.get(LATE, present)),
        left_early=known.get(settings.left_early, attended.get(LEFT_EARLY)),
        absent=known.get(settings.absent, missed.get(ABSENT, least)),
    )


def minutes_for(percent: int, start: datetime, end: datetime) -> int:
    """Return the whole minutes that so much of a session takes (aware instants)."""
    seconds = (end.astimezone(UTC) - start.astimezone(UTC)) // timedelta(seconds=1)
    return max(1, percent * seconds // 6_000) if percent else 0


def judge(
    minutes: int | None,
    first: datetime | None,
    last: datetime | None,
    start: datetime,
    end: datetime,
    settings: FromMinutes,
) -> Judgement | None:
    """Judge one person's part of one session; None where the minutes are unknown.

    ``minutes`` are those in the session, ``first`` and ``last`` when the person joined first and
    left last (None in a report that gives totals alone). All instants are aware. Whoever is there
    at the start is not late, even with ``late_after`` 0, since a stay may be cut to the session.
    """
    if minutes is None:
        return None
    if minutes < minutes_for(settings.absent_below, start, end):
        return "absent"
    is_late = first is not None and _is_late(first.astimezone(UTC), start, settings)
    if minutes >= minutes_for(settings.present_from, start, end):
        return "late" if is_late else "present"
    until = end.astimezone(UTC) - timedelta(minutes=settings.left_before)
    stayed = last is not None and last.astimezone(UTC) >= until
    return "late" if is_late and stayed else "left_early"


def _is_late(first: datetime, start: datetime, settings: FromMinutes) -> bool:
    begins = start.astimezone(UTC)
    return first > begins and first >= begins + timedelta(minutes=settings.late_after)
