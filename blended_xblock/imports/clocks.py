"""Which of two numbers is the month, and which instant a moment is: decided once for a whole file.

Whether 05/12 is May or December is told by the session's own dates; where they do not tell and both
are possible, the file is refused. The same holds for cells that a spreadsheet made dates of: it may
have read a report's 05/12 as 12/05, and left 05/13 a text.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from blended_xblock.design.problems import mark as _
from blended_xblock.design.problems import shown
from blended_xblock.imports.moments import Order, Written
from blended_xblock.imports.report import RefusedReportError, Window


@dataclass(frozen=True, slots=True)
class Reading:
    """How the dates of one file are read: what numbers begin with, and what cells have become."""

    order: Order
    is_turned: bool = False

    def day(self, moment: Written) -> date | None:
        """Return a moment's date, or None where it has none."""
        if self.is_turned and moment.is_like_cell:
            return moment.turned
        return moment.on(self.order)


def reading_of(moments: Iterable[Written], window: Window) -> Reading:
    """Return how these joins and leaves are on the session's date or dates.

    Raises RefusedReportError where that cannot be told, or where no order fits all.
    """
    found = list(moments)
    # What a spreadsheet left a text, it could not read: its own order is the other one.
    texts = [moment for moment in found if moment.numbers and not _is_either(moment)]
    cells = [moment for moment in found if moment.is_cell or (texts and moment.is_like_cell)]
    return Reading(order_of(found, window), bool(cells) and _are_turned(cells, texts, window))


def _is_either(moment: Written) -> bool:
    return bool(moment.on("day") and moment.on("month"))


def _are_turned(cells: Sequence[Written], texts: Sequence[Written], window: Window) -> bool:
    if any(cell.turned is None for cell in cells) or all(cell.turned == cell.day for cell in cells):
        return False
    as_is, turned = _hits(Counter((cell.day, cell.turned) for cell in cells), window)
    if as_is == turned:
        is_sure = not as_is
        is_turned = bool(texts)
    else:
        is_turned = turned > as_is
        is_sure = is_turned or not texts or _near(cells, texts)
    if not is_sure:
        raise RefusedReportError(
            _(
                "A spreadsheet seems to have turned day and month round: %(cell)s is a date of "
                "its own, %(text)s is not. Use the report as the tool exported it."
            ),
            cell=shown(cells[0].cell),
            text=shown(texts[0].cell if texts else cells[-1].cell),
        )
    return is_turned


def _near(cells: Sequence[Written], texts: Sequence[Written]) -> bool:
    """Tell whether the dates that were left texts are of the days of those that were not."""
    days = [day for text in texts for day in (text.on("day"), text.on("month")) if day]
    within = timedelta(days=14)
    return all(any(abs(day - cell.day) <= within for cell in cells if cell.day) for day in days)


def order_of(moments: Iterable[Written], window: Window) -> Order:
    """Return the order that puts these joins and leaves on the session's date or dates.

    Raises RefusedReportError where neither does and both can be read, or where no order fits all.
    """
    found = [moment for moment in moments if moment.numbers is not None]
    # A file has few days, each of them in thousands of rows.
    counts = Counter((moment.numbers, moment.year) for moment in found)
    firsts = {(moment.numbers, moment.year): moment for moment in reversed(found)}
    numeric = list(firsts.values())[::-1]
    if not numeric:
        return "day"
    possible = [order for order in _ORDERS if all(m.on(order) for m in numeric)]
    if not possible:
        raise RefusedReportError(
            _("The dates are written in different orders, such as %(one)s. Export the file again."),
            one=shown(next((m.cell for m in numeric if not m.on("day")), numeric[0].cell)),
        )
    if len(possible) == 1 and any(_begins_with_year(m, window) for m in numeric):
        raise _order_unknown(numeric[0])
    if len(possible) == 1 or all(m.on("day") == m.on("month") for m in numeric):
        return possible[0]
    day, month = _hits(
        Counter({(m.on("day"), m.on("month")): counts[m.numbers, m.year] for m in numeric}), window
    )
    if day == month:
        raise _order_unknown(next(m for m in numeric if m.on("day") != m.on("month")))
    return "day" if day > month else "month"


def _begins_with_year(moment: Written, window: Window) -> bool:
    """Tell whether "26-05-12" is of this session where it is read as the 12th of May 2026."""
    day = moment.by_year
    if day is None or day in {moment.on("day"), moment.on("month")}:
        return False
    return day in _dates_of(window.start, window.end, window.zone)


def _order_unknown(moment: Written) -> RefusedReportError:
    return RefusedReportError(
        _(
            "It cannot be told whether %(date)s begins with the day or the month: neither is "
            "a date of this session. Check that the file is of this session."
        ),
        date=shown(moment.cell),
    )


def _hits(
    readings: Mapping[tuple[date | None, date | None], int], window: Window
) -> tuple[int, int]:
    """Return how many dates are the session's, read in one way and in the other.

    ``readings`` are the two with the number of rows that have them.

    Where none is, how many are of the other sessions of the event: in a file of several days nobody
    may have come on this one. What is the same date in both ways decides nothing.
    """
    own = _dates_of(window.start, window.end, window.zone)
    others = set().union(*(_dates_of(start, end, window.zone) for start, end in window.also))
    telling = [(*dates, count) for dates, count in readings.items() if dates[0] != dates[1]]
    for days in (own, others):
        first = sum(count for one, _other, count in telling if one in days)
        second = sum(count for _one, other, count in telling if other in days)
        if first or second:
            return first, second
    same = sum(count for (one, other), count in readings.items() if one == other and one in own)
    return same, same


_ORDERS: Final[tuple[Order, ...]] = ("day", "month")


class Clock:
    """Turns what cells say into instants, by one session's clocks and one file's order of dates."""

    def __init__(self, window: Window, reading: Reading) -> None:
        self.window = window
        self.reading = reading

    def stay(self, join: Written, leave: Written | None) -> tuple[datetime, datetime | None]:
        """Return a stay in UTC; without a leave its end is None.

        Times without a date are put into the session, or as near as can be; a leave is then the
        first one after its join. Raises RefusedReportError where somebody leaves before they join.
        """
        joined = self._at(join)
        if leave is None:
            return joined, None
        left = self._after(joined, leave) if not leave.has_date else self._at(leave)
        if left < joined and leave.has_date and leave.offset is None:
            # The hour in which clocks go back: what cannot be its first occurrence is its second.
            left = self._at(leave, fold=1)
        if left < joined:
            raise RefusedReportError(
                _("Somebody leaves (%(leave)s) before they join (%(join)s)."),
                leave=shown(leave.cell),
                join=shown(join.cell),
            )
        return joined, left

    def at(self, moment: Written) -> datetime:
        """Return the instant of one moment by itself, in UTC."""
        return self._at(moment)

    def _at(self, moment: Written, fold: int = 0) -> datetime:
        day = self.reading.day(moment)
        if day is not None:
            return self._instant(day, moment, fold)
        first = self.window.start.astimezone(self.window.zone).date() - timedelta(days=1)
        last = self.window.end.astimezone(self.window.zone).date() + timedelta(days=1)
        days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        return min((self._instant(day, moment, fold) for day in days), key=self._distance)

    def _after(self, joined: datetime, leave: Written) -> datetime:
        day = joined.astimezone(self.window.zone).date()
        left = self._instant(day, leave, 0)
        if left < joined:
            second = self._instant(day, leave, 1)
            left = second if second >= joined else self._instant(day + timedelta(days=1), leave, 0)
        return left

    def _instant(self, day: date, moment: Written, fold: int) -> datetime:
        wall = datetime.combine(day, moment.clock)
        if moment.offset is not None:
            return (wall - moment.offset).replace(tzinfo=UTC)
        return wall.replace(tzinfo=self.window.zone, fold=fold).astimezone(UTC)

    def _distance(self, instant: datetime) -> timedelta:
        window = self.window
        return max(window.start - instant, instant - window.end, timedelta())


def _dates_of(start: datetime, end: datetime, zone: ZoneInfo) -> set[date]:
    first = start.astimezone(zone).date()
    # A session that ends at midnight is not of the day that begins then.
    last = (end - timedelta(microseconds=1)).astimezone(zone).date()
    return {first + timedelta(days=n) for n in range((last - first).days + 1)}
