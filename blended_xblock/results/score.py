"""A learner's score in a blended unit. Pure Python."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, Protocol

# A staff-graded block of Open edX is worth as much: enough for parts of it to be whole points.
DEFAULT_POINTS: Final = 100.0
HALF: Final = Fraction(1, 2)


class Meaning(Protocol):
    """What a status is worth: ``credit`` from 0 to 1, and whether it counts at all."""

    @property
    def credit(self) -> float: ...

    @property
    def counted(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Score:
    """Whole points, as edx-submissions keeps them; ``earned`` of ``possible``, which is above 0."""

    earned: int
    possible: int


def points_of(weight: float | None) -> int:
    """Return what a unit of this weight is worth; half a point is rounded up.

    A block may have been written without a weight, or OLX with one that is no number (``nan``
    and ``inf`` pass for floats); then it is worth what a new one is.
    """
    if weight is None or not math.isfinite(weight):
        weight = DEFAULT_POINTS
    return max(0, math.floor(Fraction(str(weight)) + HALF))


def score_of(statuses: Iterable[Meaning], points: float | None) -> Score | None:
    """Return the credit of the counted sessions over their number, in points.

    ``statuses`` are those of the sessions a learner is marked at: what is not marked yet is not
    due. None where no session counts yet, or the unit is worth nothing. Half a point is rounded up.
    """
    credits = [Fraction(str(status.credit)) for status in statuses if status.counted]
    possible = points_of(points)
    if not credits or not possible:
        return None
    earned = possible * sum(credits) / len(credits)
    return Score(earned=math.floor(earned + HALF), possible=possible)
