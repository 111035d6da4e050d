"""With which status a check-in is recorded: what the course team set, and what is usual where not.

Where a setting is empty, ``on_time`` is the first status that says *attended* with the most credit,
and ``early`` is what ``on_time`` is; ``late`` is the status "L" where the unit has one and it says
*attended*, else what ``on_time`` is; ``too_late`` is none: a person decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from blended_xblock.design import Design, Status

LATE: Final = "L"


@dataclass(frozen=True, slots=True)
class Arrivals:
    """A status for each time of arrival; None: nobody is recorded without a person."""

    early: Status
    on_time: Status
    late: Status
    too_late: Status | None


def arrivals_of(design: Design) -> Arrivals:
    """Return the statuses that check-ins of this unit give."""
    known = {status.code: status for status in design.effective_statuses}
    settings = design.check_in
    # A design without any status that says *attended* is refused.
    best = max((each for each in known.values() if each.attended), key=lambda each: each.credit)
    on_time = known.get(settings.on_time, best)
    usual = known.get(LATE)
    return Arrivals(
        early=known.get(settings.early, on_time),
        on_time=on_time,
        late=known.get(settings.late, usual if usual and usual.attended else on_time),
        too_late=known.get(settings.too_late),
    )
