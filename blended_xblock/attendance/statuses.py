"""The statuses of a unit: those that can be given today, and those that records may still bear."""

from __future__ import annotations

from blended_xblock.design import Status
from blended_xblock.models import BlendedUnit


def statuses_of(unit: BlendedUnit) -> dict[str, Status]:
    """Return the statuses an instructor can give, by code, in the course team's order."""
    return {status.code: status for status in unit.read_design().effective_statuses}


def meanings_of(unit: BlendedUnit) -> dict[str, Status]:
    """Return every status a record may bear, by code: today's, and those withdrawn since."""
    retired = {status["code"]: Status(**status) for status in unit.retired_statuses}
    return retired | statuses_of(unit)
