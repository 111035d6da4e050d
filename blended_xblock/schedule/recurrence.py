"""Lay out the days of a weekly series on the calendar alone: what a clock shows is asked elsewhere.

A week starts on Monday. The week of the first day is week one, so that with ``every=2`` the third,
the fifth and so on follow; days of week one before the first day are not part of the series.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Final

from dateutil.rrule import MO, WEEKLY, rrule  # type: ignore[import-untyped]

MAX_WEEKS: Final = 52
MAX_DAYS: Final = 200

# dateutil stumbles in the last week that Python's calendar has; nobody plans as far as this.
_HORIZON: Final = date(9000, 1, 1)


class TooManyDaysError(ValueError):
    """The series has more days than are wanted at once."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"the series has more than {limit} days; end it earlier")
        self.limit = limit


@dataclass(frozen=True, slots=True)
class Weekly:
    """Every so many weeks on some weekdays (0 is Monday), until a last day or for a count of days.

    Exactly one of ``until`` (included) and ``count`` is given. A holiday is left out and does not
    use up the count. Raises ValueError where the values make no series.
    """

    first: date
    weekdays: frozenset[int]
    every: int = 1
    until: date | None = None
    count: int | None = None
    holidays: frozenset[date] = frozenset()

    def __post_init__(self) -> None:
        if not self.weekdays or not self.weekdays <= frozenset(range(7)):
            raise ValueError("a series needs weekdays, from 0 (Monday) to 6 (Sunday)")
        if not 1 <= self.every <= MAX_WEEKS:
            raise ValueError(f"a series repeats every 1 to {MAX_WEEKS} weeks")
        if (self.until is None) == (self.count is None):
            raise ValueError("a series ends at a day or after a count: give exactly one")
        if self.until is not None and self.until < self.first:
            raise ValueError("a series cannot end before it begins")
        if self.count is not None and self.count < 1:
            raise ValueError("a series has at least one day")


def list_days(series: Weekly, limit: int = MAX_DAYS) -> list[date]:
    """Return the days of a series in order, holidays left out.

    Raises TooManyDaysError if there are more than ``limit``.
    """
    return split_days(series, limit)[0]


def split_days(series: Weekly, limit: int = MAX_DAYS) -> tuple[list[date], list[date]]:
    """Return the days of a series, and the holidays that were left out among them, in order.

    Raises TooManyDaysError if there are more than ``limit`` days.
    """
    days: list[date] = []
    left_out: list[date] = []
    for day in _walk(series):
        if day in series.holidays:
            left_out.append(day)
            continue
        if len(days) == limit:
            raise TooManyDaysError(limit)
        days.append(day)
        if len(days) == series.count:
            break
    return days, left_out


def _walk(series: Weekly) -> Iterator[date]:
    """Yield the chosen weekdays of the weeks that count, holidays among them."""
    last = _HORIZON if series.until is None else min(series.until, _HORIZON)
    rule = rrule(
        WEEKLY,
        dtstart=datetime.combine(series.first, time()),
        until=datetime.combine(last, time()),
        interval=series.every,
        wkst=MO,
        byweekday=sorted(series.weekdays),
    )
    for moment in rule:
        yield moment.date()
