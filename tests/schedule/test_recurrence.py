"""A weekly series is what walking the calendar day by day would find."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blended_xblock.schedule.recurrence import (
    MAX_DAYS,
    TooManyDaysError,
    Weekly,
    list_days,
    split_days,
)

MONDAY, TUESDAY, WEDNESDAY, FRIDAY, SUNDAY = 0, 1, 2, 4, 6
# A Tuesday.
FIRST = date(2026, 5, 12)


def weekly(*weekdays: int, **values: Any) -> Weekly:
    return Weekly(**{"first": FIRST, "weekdays": frozenset(weekdays), **values})


def walked(series: Weekly, days: int) -> list[date]:
    """Return the days of a series by looking at so many days of the calendar, one by one."""
    monday = series.first - timedelta(days=series.first.weekday())
    found = []
    for number in range(days):
        day = series.first + timedelta(days=number)
        is_chosen = (
            day.weekday() in series.weekdays and (day - monday).days // 7 % series.every == 0
        )
        is_over = series.until is not None and day > series.until
        if is_chosen and not is_over and day not in series.holidays:
            found.append(day)
    return found[: series.count]


@st.composite
def serieses(draw: st.DrawFn) -> Weekly:
    """Return a series that ends within some six years of its first day."""
    first = draw(st.dates(date(2000, 1, 1), date(2100, 12, 31)))
    ends = draw(st.booleans())
    days_on = st.integers(0, 1000).map(lambda number: first + timedelta(days=number))
    return Weekly(
        first=first,
        weekdays=draw(st.frozensets(st.integers(0, 6), min_size=1)),
        every=draw(st.integers(1, 8) | st.just(52)),
        until=draw(days_on) if ends else None,
        count=None if ends else draw(st.integers(1, 12)),
        holidays=draw(st.frozensets(days_on, max_size=40)),
    )


# Twelve days, each 52 weeks after the last, behind a thousand days of holidays.
LONGEST = 12 * 52 * 7 + 1000 + 52 * 7


@given(serieses())
def test_a_series_is_what_walking_day_by_day_finds(series: Weekly) -> None:
    assert list_days(series, limit=2000) == walked(series, LONGEST)


@given(serieses())
def test_days_and_holidays_left_out_are_the_series_without_holidays(series: Weekly) -> None:
    days, left_out = split_days(series, limit=2000)
    assert set(left_out) <= series.holidays
    plain = Weekly(
        series.first,
        series.weekdays,
        series.every,
        series.until,
        None if series.count is None else len(days) + len(left_out),
    )
    assert sorted([*days, *left_out]) == list_days(plain, limit=2000)


@given(serieses(), st.integers(0, 20))
def test_there_are_never_more_days_than_wanted(series: Weekly, limit: int) -> None:
    whole = walked(series, LONGEST)
    if len(whole) > limit:
        with pytest.raises(TooManyDaysError, match=f"more than {limit} days"):
            list_days(series, limit)
    else:
        assert list_days(series, limit) == whole


def test_the_first_chosen_day_after_the_first_counts_in_the_same_week() -> None:
    days = list_days(weekly(MONDAY, FRIDAY, every=2, count=3))
    assert days == [date(2026, 5, 15), date(2026, 5, 25), date(2026, 5, 29)]


def test_weeks_start_on_monday() -> None:
    # The Sunday belongs to the week of the Tuesday before it, not to the next one.
    assert list_days(weekly(SUNDAY, every=2, count=2)) == [date(2026, 5, 17), date(2026, 5, 31)]


def test_the_last_day_belongs_to_the_series() -> None:
    assert list_days(weekly(TUESDAY, until=date(2026, 5, 19)))[-1] == date(2026, 5, 19)
    assert list_days(weekly(TUESDAY, until=FIRST)) == [FIRST]
    assert list_days(weekly(MONDAY, until=date(2026, 5, 17))) == []


def test_a_holiday_does_not_use_up_the_count_but_shortens_what_ends_on_a_day() -> None:
    holidays = frozenset({date(2026, 5, 19)})
    by_count = weekly(TUESDAY, count=3, holidays=holidays)
    assert split_days(by_count) == (
        [FIRST, date(2026, 5, 26), date(2026, 6, 2)],
        [date(2026, 5, 19)],
    )
    by_day = weekly(TUESDAY, until=date(2026, 6, 2), holidays=holidays)
    assert list_days(by_day) == [FIRST, date(2026, 5, 26), date(2026, 6, 2)]


@pytest.mark.parametrize("ends", [{"until": date.max}, {"count": 10**9}], ids=str)
def test_what_would_hardly_end_is_refused_soon(ends: dict[str, Any]) -> None:
    with pytest.raises(TooManyDaysError) as caught:
        list_days(weekly(*range(7), **ends))
    assert caught.value.limit == MAX_DAYS


@pytest.mark.parametrize("ends", [{"until": date.max}, {"count": 5}], ids=str)
def test_the_end_of_the_calendar_is_no_error(ends: dict[str, Any]) -> None:
    assert list_days(weekly(*range(7), first=date(9999, 12, 27), **ends)) == []


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"weekdays": frozenset()}, "needs weekdays"),
        ({"weekdays": frozenset({7})}, "needs weekdays"),
        ({"weekdays": frozenset({-1, 2})}, "needs weekdays"),
        ({"every": 0}, "every 1 to 52"),
        ({"every": 53}, "every 1 to 52"),
        ({"until": None}, "exactly one"),
        ({"count": 3}, "exactly one"),
        ({"until": date(2026, 5, 11)}, "end before it begins"),
        ({"until": None, "count": 0}, "at least one day"),
    ],
    ids=str,
)
def test_values_that_make_no_series_are_refused(values: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        weekly(**{"weekdays": frozenset({WEDNESDAY}), "until": date(2026, 6, 1), **values})
