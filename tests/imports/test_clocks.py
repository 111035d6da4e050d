"""Days and months, clocks that change, nights, durations: what a cell may mean."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blended_xblock.imports.durations import read_duration, read_minutes
from blended_xblock.imports.moments import read_moment
from blended_xblock.imports.people import seconds_within, union
from blended_xblock.imports.report import RefusedReportError
from tests.imports.files import read, told, window, zoom


def row(join: str, leave: str) -> str:
    return f'Ada,a@example.org,"{join}","{leave}",,'


@pytest.mark.parametrize(
    "join",
    [
        "05/12/2026 09:30:00 AM",
        "12/05/2026 09:30",
        "12.05.26, 09:30:00",
        "12-05-2026 9:30",
        "2026-05-12T07:30:00Z",
        "2026-05-12 03:30:00-04:00",
        "May 12, 2026 09:30 AM",
        "12 mai 2026 à 09:30",
        "12 de mayo de 2026, 9:30 a. m.",
        "12. Mai 2026 09:30",
        "12 maja 2026, 09:30",
        "5/12/26, 9:30:00\u202fAM",
        "\u200e5/12/26, 9:30:00 AM",
        "\u0661\u0662/\u0660\u0665/\u0662\u0660\u0662\u0666 \u0660\u0669:\u0663\u0660",
        "2026/05/12 上午 9:30",
    ],
)
def test_one_moment_in_many_ways(join) -> None:
    assert told(read(zoom(row(join, "2026-05-12T08:30:00Z"))))["Ada"] == (
        60,
        ("12 09:30", "12 10:30"),
    )


@pytest.mark.parametrize(
    "cell", ["", "soon", "13:75", "99/99/2026 09:00", "32 May 2026 09:00", "13 PM", "1" * 500]
)
def test_what_is_no_moment(cell) -> None:
    assert read_moment(cell) is None


def test_the_sessions_date_decides_which_number_is_the_month() -> None:
    rows = [row("06/05/2026 09:00", "06/05/2026 10:00")]
    june, may = (
        {"start": "2026-06-05T09:00", "end": "2026-06-05T12:00"},
        {
            "start": "2026-05-06T09:00",
            "end": "2026-05-06T12:00",
        },
    )
    assert told(read(zoom(*rows), **june))["Ada"][0] == 60
    assert told(read(zoom(*rows), **may))["Ada"][0] == 60
    with pytest.raises(RefusedReportError, match="begins with the day or the month"):
        read(zoom(*rows))


def test_one_certain_date_decides_for_the_whole_file() -> None:
    rows = [
        row("06/05/2026 09:00", "06/05/2026 10:00"),
        row("25/05/2026 09:00", "25/05/2026 10:00"),
    ]
    report = read(zoom(*rows))
    assert [stay[0] for stay in told(report)["Ada"][1:]] == ["06 09:00", "25 09:00"]


def test_dates_in_two_orders_are_refused() -> None:
    with pytest.raises(RefusedReportError, match="different orders"):
        read(zoom(row("25/05/2026 09:00", "25/05/2026 10:00"), row("05/25/2026 09:00", "")))


def test_the_hour_that_comes_twice_is_its_first_unless_that_cannot_be() -> None:
    night = {"start": "2026-10-25T01:00", "end": "2026-10-25T04:00"}
    report = read(zoom(row("25/10/2026 02:50", "25/10/2026 02:10")), **night)
    assert report.participants[0].minutes == 20
    report = read(zoom(row("25/10/2026 01:50", "25/10/2026 03:10")), **night)
    assert report.participants[0].minutes == 140, "the night is an hour longer"


def test_times_without_a_date_find_the_night() -> None:
    text = "Name,Email,Duration,Time joined,Time exited\n"
    text += "Ada,a@example.org,1 hr,23:30,00:30\nBo,b@example.org,20 min,00:05,00:25\n"
    report = read(text, start="2026-05-12T23:00", end="2026-05-13T01:00")
    assert told(report) == {
        "Ada": (60, ("12 23:30", "13 00:30")),
        "Bo": (20, ("13 00:05", "13 00:25")),
    }


def test_leaving_before_joining_is_refused_with_its_line() -> None:
    with pytest.raises(RefusedReportError, match="Line 2: Somebody leaves"):
        read(zoom(row("12/05/2026 10:00", "12/05/2026 09:00")))


@pytest.mark.parametrize(
    ("cell", "seconds"),
    [
        ("3 hr 40 min", 13_200),
        ("1h 5m", 3_900),
        ("42m", 2_520),
        ("1:00:00", 3_600),
        ("3 Std. 33 Min. 0 Sek.", 12_780),
        ("1 heure et 2 minutes", 3_720),
        ("1 ora 2 minuti", 3_720),
        ("1 uur en 2 minuten", 3_720),
        ("2 godz. 5 min", 7_500),
        ("1 hora y 2 minutos", 3_720),
        ("45s", 45),
        ("1,5 h", 5_400),
    ],
)
def test_durations_of_each_language(cell, seconds) -> None:
    assert read_duration(cell) == seconds


@pytest.mark.parametrize(
    "cell", ["", "unknown", "1:30", "42", "5 min 1 h", "1 h 1 h", "-3 min", "h"]
)
def test_a_duration_that_cannot_be_read_is_unknown(cell) -> None:
    assert read_duration(cell) is None


def test_a_column_of_minutes_takes_numbers() -> None:
    assert (read_minutes("42"), read_minutes("1,5"), read_minutes("-4")) == (2_520, 90, None)


instants = st.integers(0, 400).map(
    lambda n: datetime(2026, 5, 12, 6, tzinfo=UTC) + timedelta(minutes=n)
)
stays = st.lists(st.tuples(instants, instants).map(lambda pair: (min(pair), max(pair))))


@given(stays)
def test_the_union_is_the_same_time_as_counting_each_minute(found) -> None:
    live = window()
    joined = union(found)
    assert all(a[1] < b[0] for a, b in itertools.pairwise(joined)), "apart, in order"
    minutes = {
        minute
        for start, end in found
        for minute in range(int(start.timestamp()) // 60, int(end.timestamp()) // 60)
        if live.start.timestamp() <= minute * 60 < live.end.timestamp()
    }
    assert seconds_within(joined, live) == 60 * len(minutes)
