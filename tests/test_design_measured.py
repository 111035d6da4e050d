"""What measured minutes mean, at each boundary and of all settings."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blended_xblock.design import Design, FromMinutes
from blended_xblock.design.measured import Judgement, judge, measured_of, minutes_for
from tests.designs import status, valid

START = datetime(2026, 5, 12, 7, 0, tzinfo=UTC)
END = START + timedelta(minutes=180)
# Of one person's first and last times, more minutes only ever lead to the right.
ORDER = ("absent", "left_early", "late", "present")


def of(
    minutes: int | None,
    first: int | None = None,
    last: int | None = None,
    end: datetime = END,
    **settings: int,
) -> Judgement | None:
    """Judge with the first and the last minute counted from the start."""
    joined, left = (
        None if minute is None else START + timedelta(minutes=minute) for minute in (first, last)
    )
    return judge(minutes, joined, left, START, end, FromMinutes(**settings))


@pytest.mark.parametrize(
    ("minutes", "first", "last", "expected"),
    [
        (0, None, None, "absent"),
        (17, 0, 17, "absent"),
        (18, 0, 18, "left_early"),
        (134, 0, 134, "left_early"),
        (135, 0, 135, "present"),
        (135, 9, 144, "present"),
        (135, 10, 145, "late"),
        (135, 45, 180, "late"),
        (134, 46, 180, "late"),
        (134, 10, 170, "late"),
        (134, 10, 169, "left_early"),
        (134, 9, 180, "left_early"),
        (17, 163, 180, "absent"),
        (18, 162, 180, "late"),
        # Before the start and after the end, where nobody cut the times.
        (180, -30, 300, "present"),
        (100, -30, 300, "left_early"),
        # Totals alone.
        (134, None, None, "left_early"),
        (135, None, None, "present"),
        (134, 20, None, "left_early"),
        (134, None, 180, "left_early"),
        (None, 0, 180, None),
        (None, None, None, None),
    ],
)
def test_the_usual_settings(
    minutes: int | None, first: int | None, last: int | None, expected: str | None
) -> None:
    assert of(minutes, first, last) == expected


def test_the_second_decides_who_is_late() -> None:
    late = START + timedelta(minutes=10)
    for joined, expected in ((late - timedelta(seconds=1), "present"), (late, "late")):
        assert judge(180, joined, END, START, END, FromMinutes()) == expected
    stayed = END - timedelta(minutes=10)
    for left, expected in ((stayed, "late"), (stayed - timedelta(seconds=1), "left_early")):
        assert judge(100, late, left, START, END, FromMinutes()) == expected


@pytest.mark.parametrize(
    ("settings", "minutes", "first", "last", "expected"),
    [
        ({"present_from": 100}, 179, 0, 180, "left_early"),
        ({"present_from": 100}, 180, 0, 180, "present"),
        ({"present_from": 10}, 17, 0, 17, "absent"),
        ({"present_from": 10}, 18, 0, 18, "present"),
        ({"present_from": 1, "absent_below": 0}, 0, 0, 0, "left_early"),
        ({"present_from": 1, "absent_below": 0}, 1, 0, 1, "present"),
        ({"absent_below": 0}, 0, None, None, "left_early"),
        ({"absent_below": 100, "present_from": 100}, 179, 0, 179, "absent"),
        # Who is there at the start is never late: a stay may have been cut to the session.
        ({"late_after": 0}, 180, 0, 180, "present"),
        ({"late_after": 0}, 179, 1, 180, "late"),
        ({"late_after": 1440}, 180, 45, 180, "present"),
        ({"left_before": 0}, 100, 80, 180, "late"),
        ({"left_before": 0}, 100, 79, 179, "left_early"),
        ({"left_before": 1440}, 20, 30, 50, "late"),
    ],
)
def test_other_settings(
    settings: dict[str, int], minutes: int, first: int | None, last: int | None, expected: str
) -> None:
    assert of(minutes, first, last, **settings) == expected


def test_a_share_is_dropped_to_whole_minutes_as_minutes_are() -> None:
    """Who was there for 37 minutes and a half, 75 % of 50, has 37 of them."""
    end = START + timedelta(minutes=50)
    assert [of(n, 0, n, end) for n in (36, 37)] == ["left_early", "present"]
    assert (minutes_for(75, START, end), minutes_for(10, START, end)) == (37, 5)


def test_nobody_is_present_without_a_minute() -> None:
    end = START + timedelta(minutes=20)
    assert minutes_for(1, START, end) == 1
    assert [of(n, 0, n, end, present_from=1, absent_below=1) for n in (0, 1)] == [
        "absent",
        "present",
    ]


def test_a_session_over_a_change_of_the_clocks_is_as_long_as_it_lasts() -> None:
    paris = ZoneInfo("Europe/Paris")
    start = datetime(2026, 10, 24, 23, 0, tzinfo=paris)
    end = datetime(2026, 10, 25, 5, 0, tzinfo=paris)
    assert minutes_for(100, start, end) == 7 * 60
    first = datetime(2026, 10, 25, 2, 30, fold=1, tzinfo=paris)
    until = FromMinutes(present_from=50, late_after=270, left_before=150)
    assert judge(210, first, end, start, end, until) == "late"
    earlier = first.replace(fold=0)
    assert judge(210, earlier, end, start, end, until) == "present"
    assert judge(100, first, first, start, end, until) == "late"
    assert judge(100, first, first - timedelta(minutes=1), start, end, until) == "left_early"


SETTINGS = st.builds(
    lambda shares, late, left: FromMinutes(
        present_from=max(shares), absent_below=min(shares), late_after=late, left_before=left
    ),
    st.tuples(st.integers(1, 100), st.integers(0, 100)),
    st.integers(0, 1440),
    st.integers(0, 1440),
)
INSTANTS = st.none() | st.integers(-3_600, 90_000).map(lambda n: START + timedelta(seconds=n))
ENDS = st.integers(1, 24 * 60).map(lambda n: START + timedelta(minutes=n))


@given(SETTINGS, INSTANTS, INSTANTS, ENDS, st.integers(0, 1_500), st.integers(0, 1_500))
def test_more_minutes_are_never_worse(
    settings: FromMinutes,
    first: datetime | None,
    last: datetime | None,
    end: datetime,
    fewer: int,
    more: int,
) -> None:
    fewer, more = sorted((fewer, more))
    least, most = (judge(n, first, last, START, end, settings) for n in (fewer, more))
    assert least
    assert most
    assert ORDER.index(least) <= ORDER.index(most)


@given(SETTINGS, ENDS, st.integers(1, 24 * 3_600))
def test_nobody_falls_below_a_share_by_rounding(
    settings: FromMinutes, end: datetime, seconds: int
) -> None:
    """Judge the seconds exactly; what was dropped of them never makes it worse."""
    share = Fraction(seconds * 100, (end - START) // timedelta(seconds=1))
    minutes = seconds // 60
    found = judge(minutes, START, START + timedelta(seconds=seconds), START, end, settings)
    if minutes and share >= settings.present_from:
        assert found == "present"
    if minutes and share >= settings.absent_below:
        assert found != "absent"
    # And by less than a minute at most in the other direction.
    if Fraction((minutes + 1) * 6_000, (end - START) // timedelta(seconds=1)) <= (
        settings.absent_below
    ):
        assert found == "absent"


def codes(design: dict[str, Any], **settings: Any) -> list[str | None]:
    found = measured_of(Design.from_dict({**design, "from_minutes": settings}))
    all_four = (found.present, found.late, found.left_early, found.absent)
    return [status and status.code for status in all_four]


def missed(code: str, **changes: Any) -> dict[str, Any]:
    return status(code=code, credit=0, attended=False, **changes)


def test_the_usual_statuses() -> None:
    assert codes({}) == ["P", "L", "D", "A"]
    assert codes({}, present="L", late="D", left_early="A", absent="E") == ["L", "D", "A", "E"]


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        ([status(), missed("A")], ["P", "P", None, "A"]),
        ([status()], ["P", "P", None, None]),
        ([status(credit=0.5), status(code="Q")], ["Q", "Q", None, None]),
        # A letter that means something else here is not taken for the usual one.
        ([status(), missed("L"), missed("D"), status(code="A")], ["P", "P", None, "L"]),
        ([status(), missed("A", counted=False), missed("U")], ["P", "P", None, "U"]),
        ([status(), missed("E", counted=False)], ["P", "P", None, None]),
        ([status(), missed("U") | {"credit": 0.2}, missed("V")], ["P", "P", None, "V"]),
    ],
)
def test_the_statuses_of_a_unit_with_its_own(
    statuses: list[dict[str, Any]], expected: list[str | None]
) -> None:
    assert codes({"statuses": statuses}) == expected


@given(valid())
def test_each_judgement_has_a_status_of_the_unit_or_a_person_decides(data: dict[str, Any]) -> None:
    design = Design.from_dict(data)
    measured = measured_of(design)
    assert measured.status_of(None) is None
    assert measured.status_of("present") in design.effective_statuses
    assert measured.status_of("late") in design.effective_statuses
    assert measured.status_of("left_early") in (None, *design.effective_statuses)
    assert measured.status_of("absent") in (None, *design.effective_statuses)
