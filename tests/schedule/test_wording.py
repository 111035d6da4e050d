"""Dates in words: on whose clock, in which year, how far away, also around a change of clocks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from blended_xblock.schedule.wording import (
    describe_day,
    describe_distance,
    describe_instant,
    describe_span,
    describe_zone,
    is_same_clock,
)

START = datetime(2026, 5, 12, 7, tzinfo=UTC)
END = START + timedelta(hours=3)
NOW = datetime(2026, 5, 10, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "text", "zone_text"),
    [
        ("Europe/Paris", "Tue 12 May, 09:00–12:00", "Paris time"),
        ("America/New_York", "Tue 12 May, 03:00–06:00", "New York time"),
        ("America/Argentina/Buenos_Aires", "Tue 12 May, 04:00–07:00", "Buenos Aires time"),
        ("Asia/Kolkata", "Tue 12 May, 12:30–15:30", "Kolkata time"),
        ("UTC", "Tue 12 May, 07:00–10:00", "UTC"),
        ("Etc/UTC", "Tue 12 May, 07:00–10:00", "UTC"),
        ("Pacific/Kiritimati", "Tue 12 May, 21:00 – Wed 13 May, 00:00", "Kiritimati time"),
    ],
)
def test_a_session_on_the_clocks_of_a_zone(zone, text, zone_text) -> None:
    when = describe_span(START, END, zone, NOW)
    assert (when.text, when.zone) == (text, zone_text)
    assert datetime.fromisoformat(when.start) == START
    assert datetime.fromisoformat(when.end) == END


@pytest.mark.parametrize(
    ("now", "text"),
    [
        (NOW, "Tue 12 May, 09:00–12:00"),
        (datetime(2025, 12, 31, 22, 59, tzinfo=UTC), "Tue 12 May 2026, 09:00–12:00"),
        (datetime(2025, 12, 31, 23, 0, tzinfo=UTC), "Tue 12 May, 09:00–12:00"),
        (datetime(2027, 1, 1, tzinfo=UTC), "Tue 12 May 2026, 09:00–12:00"),
        (None, "Tue 12 May, 09:00–12:00"),
    ],
)
def test_the_year_is_named_where_it_is_another_on_the_same_clock(now, text) -> None:
    assert describe_span(START, END, "Europe/Paris", now).text == text


def test_a_session_over_the_turn_of_the_year_names_the_other_year() -> None:
    start = datetime(2026, 12, 31, 22, tzinfo=UTC)
    text = describe_span(start, start + timedelta(hours=2), "UTC", NOW).text
    assert text == "Thu 31 Dec, 22:00 – Fri 1 Jan 2027, 00:00"


def test_a_night_in_which_the_clocks_go_back_reads_as_the_clocks_do() -> None:
    start = datetime(2026, 10, 24, 23, tzinfo=UTC)
    when = describe_span(start, start + timedelta(hours=3), "Europe/Paris", NOW)
    assert when.text == "Sun 25 Oct, 01:00–03:00", "three hours that the clock shows as two"
    assert (when.start[-6:], when.end[-6:]) == ("+02:00", "+01:00")


def test_one_instant_and_one_day() -> None:
    assert describe_instant(END, "Asia/Tokyo", NOW) == "Tue 12 May, 19:00"
    assert describe_day(START.astimezone(ZoneInfo("Europe/Paris"))) == "Tue 12 May"


def test_days_are_written_in_the_readers_language() -> None:
    with translation.override("fr"):
        assert "12 mai, 12:00" in describe_instant(END, "Europe/Paris", NOW)
        assert "Paris" in describe_zone("Europe/Paris")


@pytest.mark.parametrize(
    ("now", "text"),
    [
        (START - timedelta(days=30), "in 30 days"),
        (datetime(2026, 5, 10, 0, 0, tzinfo=UTC), "in 2 days"),
        (datetime(2026, 5, 10, 21, 59, tzinfo=UTC), "in 2 days"),
        (datetime(2026, 5, 10, 22, 0, tzinfo=UTC), "tomorrow"),
        (datetime(2026, 5, 11, 21, 59, tzinfo=UTC), "tomorrow"),
        (datetime(2026, 5, 11, 22, 0, tzinfo=UTC), "in 9 hours"),
        (START - timedelta(hours=2), "in 2 hours"),
        (START - timedelta(hours=1), "in 1 hour"),
        (START - timedelta(minutes=59), "in 59 minutes"),
        (START - timedelta(minutes=1), "in 1 minute"),
        (START - timedelta(seconds=1), "in 1 minute"),
        (START, "now"),
        (END - timedelta(seconds=1), "now"),
        (END, "earlier today"),
        (datetime(2026, 5, 12, 21, 59, tzinfo=UTC), "earlier today"),
        (datetime(2026, 5, 12, 22, 0, tzinfo=UTC), "yesterday"),
        (datetime(2026, 5, 13, 22, 0, tzinfo=UTC), "2 days ago"),
    ],
)
def test_how_far_away_on_the_sessions_own_calendar(now, text) -> None:
    assert describe_distance(START, END, now, "Europe/Paris") == text


@given(st.integers(1, 23 * 60))
def test_a_session_nearer_by_an_hour_never_reads_as_further_away(minutes: int) -> None:
    """In the same day, on the way to it, the number of hours said only ever goes down."""
    start = datetime(2026, 5, 12, 23, 30, tzinfo=UTC)

    def hours(before: int) -> float:
        text = describe_distance(
            start, start + timedelta(hours=1), start - timedelta(minutes=before), "UTC"
        )
        number, unit = text.split()[1:]
        return int(number) / (60 if unit.startswith("minute") else 1)

    assert hours(minutes) <= hours(minutes + 1)
    assert abs(hours(minutes) * 60 - minutes) <= 30


@pytest.mark.parametrize(
    ("one", "other", "month", "same"),
    [
        ("Europe/Paris", "Europe/Rome", 5, True),
        ("Europe/Paris", "Africa/Lagos", 1, True),
        ("Europe/Paris", "Africa/Lagos", 7, False),
        ("America/Phoenix", "America/Los_Angeles", 7, True),
        ("America/Phoenix", "America/Los_Angeles", 1, False),
    ],
)
def test_whether_two_zones_agree_depends_on_the_day(one, other, month, same) -> None:
    assert is_same_clock(one, other, datetime(2026, month, 15, 12, tzinfo=UTC)) is same
