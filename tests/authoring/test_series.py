"""A series keeps its time on the wall across every clock change, and explains where it cannot."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import pytest
from django.utils import translation
from hypothesis import assume, given
from hypothesis import strategies as st

from blended_xblock.authoring.series import MAX_HOLIDAYS, Plan, PlannedDay, plan_series
from blended_xblock.design import Design
from blended_xblock.errors import DesignError, InvalidInputError
from tests.designs import FIRST, SECOND, complete, session

NOW = datetime(2026, 5, 1, tzinfo=UTC)
MINUTE, DAY, WEEK = timedelta(minutes=1), timedelta(days=1), timedelta(weeks=1)
TUESDAY, THURSDAY = 1, 3
# From here on three years are looked at, so that a run finds today what it finds tomorrow.
SCANNED_FROM = datetime(2026, 1, 1, tzinfo=UTC)
SCANNED_DAYS = 3 * 365
# Names the zone files hold that are no place.
PLACELESS = {"Factory", "localtime", "posixrules"}


def plan(pattern: dict[str, Any] | None = None, zone: str | None = None, **wish: Any) -> Plan:
    """Plan a series, of a Tuesday's workshop on Tuesdays unless something else is wished."""
    data = {"session": pattern or session(), "every": 1, "weekdays": [TUESDAY], "count": 3}
    return plan_series(data | {"until": None, "holidays": [], **wish}, now=NOW, author_zone=zone)


def days(made: Plan) -> list[str]:
    return [each["start"][:10] for each in made.sessions]


def minutes(wall: datetime) -> str:
    return wall.isoformat(timespec="minutes")


# Every zone, at each of its clock changes


@cache
def jumps() -> list[tuple[str, datetime]]:
    """Return, for each clock change of three years, a wall time that is skipped or comes twice."""
    found = []
    for zone in sorted(available_timezones() - PLACELESS):
        tz = ZoneInfo(zone)
        offsets = [(SCANNED_FROM + n * DAY).astimezone(tz).utcoffset() for n in range(SCANNED_DAYS)]
        for number, (before, after) in enumerate(pairwise(offsets)):
            if before == after:
                continue
            low, high = SCANNED_FROM + number * DAY, SCANNED_FROM + (number + 1) * DAY
            while high - low > MINUTE:
                middle = (low + (high - low) / 2).replace(second=0, microsecond=0)
                low, high = (
                    (middle, high) if middle.astimezone(tz).utcoffset() == before else (low, middle)
                )
            midst = high.replace(tzinfo=None) + before + (after - before) / 2
            found.append((zone, midst.replace(second=0)))
    return found


@cache
def showings(wall: datetime, zone: str) -> tuple[datetime, ...]:
    """Return the instants at which the clocks of a zone show a time: none, one or two."""
    tz = ZoneInfo(zone)
    near = [wall.replace(tzinfo=UTC) + shift for shift in (-2 * DAY, -DAY, DAY, 2 * DAY)]
    instants = {
        wall.replace(tzinfo=UTC) - (moment.astimezone(tz).utcoffset() or timedelta())
        for moment in near
    }
    return tuple(sorted(at for at in instants if at.astimezone(tz).replace(tzinfo=None) == wall))


def check(pattern: dict[str, Any], made: Plan) -> set[str]:
    """Check a plan without holidays against the clock itself; return which kinds of day it has."""
    zone = pattern["timezone"]
    start, end = datetime.fromisoformat(pattern["start"]), datetime.fromisoformat(pattern["end"])
    sessions = {
        each.start.date(): each for each in Design.from_dict({"sessions": made.sessions}).sessions
    }
    assert len(sessions) == len(made.sessions)
    kinds = set()
    for planned in made.days:
        shift = date.fromisoformat(planned.day) - start.date()
        walls = (start + shift, end + shift)
        shown = [showings(wall, zone) for wall in walls]
        copy = sessions.pop(walls[0].date(), None)
        if not all(shown):
            kinds.add("skipped")
            assert copy is None, (zone, planned)
            assert "does not exist" in planned.note
            continue
        assert copy is not None, (zone, planned)
        assert (copy.start, copy.end) == walls
        assert (copy.starts_at, copy.ends_at) == (shown[0][0], shown[1][0])
        read = [at.astimezone(ZoneInfo(zone)) for at in (copy.starts_at, copy.ends_at)]
        assert tuple(at.replace(tzinfo=None) for at in read) == walls
        # Start and end may be the same time of the clock, on different days.
        twice = {f"{wall:%H:%M}" for wall, at in zip(walls, shown, strict=True) if len(at) == 2}
        for wall in walls:
            said = f"shows {wall:%H:%M} twice" in planned.note
            assert said == (f"{wall:%H:%M}" in twice), (zone, planned)
            kinds.add("twice" if said else "once")
    assert not sessions
    return kinds


def pattern_before(wall: datetime, length: timedelta, zone: str) -> dict[str, Any] | None:
    """Return a session at this time two weeks before, if the clock showed it then."""
    start = wall - 2 * WEEK
    if not showings(start, zone) or not showings(start + length, zone):
        return None
    return session(start=minutes(start), end=minutes(start + length), timezone=zone)


@pytest.mark.parametrize("ends_there", [False, True], ids=["start", "end"])
def test_in_every_zone_a_series_goes_through_each_clock_change(ends_there: bool) -> None:
    tried = {"once": 0, "twice": 0, "skipped": 0}
    length = timedelta(minutes=100)
    for zone, wall in jumps():
        pattern = pattern_before(wall - length if ends_there else wall, length, zone)
        assert pattern is not None, (zone, wall)
        made = plan(pattern, weekdays=[datetime.fromisoformat(pattern["start"]).weekday()], count=4)
        kinds = check(pattern, made)
        assert kinds & {"twice", "skipped"}, (zone, wall)
        for kind in kinds:
            tried[kind] += 1
    assert len({zone for zone, _wall in jumps()}) > 100
    assert min(tried.values()) > 300


def waits() -> Iterator[st.SearchStrategy[timedelta]]:
    """Return lengths of sessions: within a day, and over some days."""
    yield st.integers(1, 600).map(lambda number: number * MINUTE)
    yield st.integers(1, 3 * 24 * 60).map(lambda number: number * MINUTE)


@given(st.data())
def test_whatever_is_repeated_keeps_its_time_on_the_wall(data: st.DataObject) -> None:
    zone, wall = data.draw(st.sampled_from(jumps()))
    wall += data.draw(st.integers(-90, 90)) * MINUTE
    pattern = pattern_before(wall, data.draw(st.one_of(*waits())), zone)
    assume(pattern is not None)
    assert pattern is not None
    first = datetime.fromisoformat(pattern["start"]).date()
    weekdays = data.draw(st.sets(st.integers(0, 6), min_size=1))
    until = first + data.draw(st.integers(7, 60)) * DAY
    ends = data.draw(st.sampled_from([{"count": 12}, {"until": until.isoformat(), "count": None}]))
    made = plan(pattern, weekdays=sorted(weekdays), **ends)
    check(pattern, made)
    walked = [first + number * DAY for number in range(1, 13 * 7 + 1)]
    expected = [day for day in walked if day.weekday() in weekdays]
    expected = expected[:11] if ends["count"] else [day for day in expected if day <= until]
    assert [each.day for each in made.days] == [day.isoformat() for day in expected]


# What is copied


def test_the_copies_are_the_session_on_other_days_with_ids_of_their_own() -> None:
    (pattern, _other) = Design.from_dict(complete()).to_dict()["sessions"]
    pattern |= {"extra": {"room_type": "lab"}, "extra_elements": ["<badge/>"]}
    made = plan(pattern, weekdays=[TUESDAY, THURSDAY], count=4)
    assert days(made) == ["2026-05-14", "2026-05-19", "2026-05-21"]
    for copy in made.sessions:
        day = copy["start"][:10]
        own = {"id": copy["id"], "start": f"{day}T09:00", "end": f"{day}T12:30"}
        assert copy == pattern | own
    assert len({FIRST, *(copy["id"] for copy in made.sessions)}) == 4
    assert Design.from_dict({"sessions": made.sessions}).to_dict()["sessions"] == made.sessions


def test_a_session_over_several_days_stays_as_many_days_long() -> None:
    made = plan(session(end="2026-05-14T17:00"), count=2)
    assert [each["end"] for each in made.sessions] == ["2026-05-21T17:00"]
    assert made.days[0].when == "Tue 19 May, 09:00 – Thu 21 May, 17:00"


@pytest.mark.parametrize(
    ("given_", "own", "copied"),
    [
        ("autumn", "spring", "autumn"),
        ("", "spring", "spring"),
        (None, "", ""),
        ("  a  b ", "", "a b"),
    ],
)
def test_an_occurrence_that_is_given_is_that_of_the_copies(given_, own, copied) -> None:
    made = plan(session(occurrence=own), occurrence=given_)
    assert [each["occurrence"] for each in made.sessions] == [copied, copied]


def test_the_session_is_the_first_of_the_count_even_on_a_weekday_not_chosen() -> None:
    assert days(plan(weekdays=[THURSDAY], count=3)) == ["2026-05-14", "2026-05-21"]


def test_the_last_day_is_one_of_the_series() -> None:
    assert days(plan(until="2026-05-26", count=None)) == ["2026-05-19", "2026-05-26"]


def test_a_form_s_empty_text_is_no_value() -> None:
    assert days(plan(until="", count=2)) == ["2026-05-19"]
    assert days(plan(until="2026-05-19", count="")) == ["2026-05-19"]


# What each day says


def test_a_day_is_shown_on_both_clocks_only_where_they_differ() -> None:
    there = plan(zone="America/Montreal", count=2).days
    assert there == [
        PlannedDay(
            "2026-05-19",
            "Tue 19 May, 09:00–12:30",
            "Tue 19 May, 03:00–06:30 (Montreal time)",
            "",
        )
    ]
    for same in ("Europe/Madrid", None, "Mars/Olympus", ""):
        assert plan(zone=same, count=2).days[0].yours == ""


def test_clocks_that_part_during_a_session_differ() -> None:
    # Zones that change their clocks in the night between the start and the end.
    night = session(start="2026-10-17T20:00", end="2026-10-18T06:00", timezone="Europe/Paris")
    (day,) = plan(night, zone="Africa/Johannesburg", weekdays=[5], count=2).days
    assert day.day == "2026-10-24"
    assert day.yours == "Sat 24 Oct, 20:00 – Sun 25 Oct, 07:00 (Johannesburg time)"
    assert day.note == "The clock changes in the midst of it: it lasts 11 h 00 min."


def test_holidays_are_listed_with_a_note_and_do_not_use_up_the_count() -> None:
    made = plan(holidays=["2026-05-19", "2026-05-20", "2026-06-09"], count=3)
    assert days(made) == ["2026-05-26", "2026-06-02"]
    assert [(each.day, each.when, each.note) for each in made.days] == [
        ("2026-05-19", "Tue 19 May", "Holiday: no session is made."),
        ("2026-05-26", "Tue 26 May, 09:00–12:30", ""),
        ("2026-06-02", "Tue 2 Jun, 09:00–12:30", ""),
    ]


def test_a_holiday_on_the_session_s_own_day_does_not_touch_it() -> None:
    made = plan(holidays=["2026-05-12"], count=3)
    assert [each.day for each in made.days] == days(made) == ["2026-05-19", "2026-05-26"]


def test_days_that_are_all_holidays_are_shown_and_make_nothing() -> None:
    made = plan(until="2026-05-19", count=None, holidays=["2026-05-19"])
    assert (made.sessions, [each.day for each in made.days]) == ([], ["2026-05-19"])


def test_a_time_that_does_not_exist_is_explained_and_left_out() -> None:
    pattern = session(start="2026-03-22T02:30", end="2026-03-22T04:00")
    made = plan(pattern, weekdays=[6], count=3)
    assert days(made) == ["2026-04-05"]
    assert made.days[0] == PlannedDay(
        "2026-03-29",
        "Sun 29 Mar",
        "",
        "No session is made: 2026-03-29 02:30 does not exist in Europe/Paris, where the clock "
        "jumps from 2026-03-29 02:00 to 2026-03-29 03:00. Add one for this day by hand, at "
        "another time.",
    )


def test_a_time_that_comes_twice_is_made_and_says_which_is_meant() -> None:
    pattern = session(start="2026-10-18T02:30", end="2026-10-18T04:00")
    (day,) = plan(pattern, weekdays=[6], count=2).days
    assert day.note == (
        "The clock shows 02:30 twice that day; the first of the two is meant. "
        "The clock changes in the midst of it: it lasts 2 h 30 min."
    )


def test_days_are_in_the_reader_s_language() -> None:
    with translation.override("fr"):
        assert plan(count=2).days[0].when.startswith("mar")


# What is refused


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        ({"weekdays": []}, "at least one weekday"),
        ({"weekdays": None}, "at least one weekday"),
        ({"weekdays": "12"}, "at least one weekday"),
        ({"weekdays": [7]}, "from 0 (Monday) to 6 (Sunday)"),
        ({"weekdays": [-1]}, "from 0 (Monday) to 6 (Sunday)"),
        ({"weekdays": [True]}, "from 0 (Monday) to 6 (Sunday)"),
        ({"weekdays": [1, 1]}, "each once"),
        ({"weekdays": [1, {}]}, "from 0 (Monday) to 6 (Sunday)"),
        ({"weekdays": list(range(7)) * 1000}, "from 0 (Monday) to 6 (Sunday)"),
        ({"every": 0}, "whole number from 1 to 52"),
        ({"every": 53}, "whole number from 1 to 52"),
        ({"every": 1.5}, "whole number from 1 to 52"),
        ({"every": True}, "whole number from 1 to 52"),
        ({"every": None}, "whole number from 1 to 52"),
        ({"count": None}, "its last day, or the number"),
        ({"count": None, "until": ""}, "its last day, or the number"),
        ({"until": "2026-06-01"}, "not both"),
        ({"count": 201}, "from 2 to 200"),
        ({"count": 1}, "from 2 to 200"),
        ({"count": 0}, "from 2 to 200"),
        ({"count": 10**400}, "from 2 to 200"),
        ({"count": "3"}, "from 2 to 200"),
        ({"count": None, "until": "2026-05-11"}, "before the session, 2026-05-12"),
        ({"count": None, "until": "2026-02-30"}, "“2026-02-30” is not a day"),
        ({"count": None, "until": "20260601"}, "“20260601” is not a day"),
        ({"count": None, "until": "\uff12026-06-01"}, "is not a day"),
        ({"count": None, "until": 7}, "“7” is not a day"),
        ({"count": None, "until": []}, "“list” is not a day"),
        ({"count": None, "until": "2026-05-18"}, "no other day"),
        ({"count": None, "until": "9999-12-31"}, "more than 200 sessions"),
        ({"count": 200, "every": 52}, "beyond the year 2100"),
        ({"holidays": "2026-05-19"}, "as a list of days"),
        ({"holidays": ["2026-05-19", "Easter"]}, "“Easter” is not a day"),
        ({"holidays": [None]}, "“NoneType” is not a day"),
        ({"holidays": ["2026-05-19"] * (MAX_HOLIDAYS + 1)}, "367 holidays. Keep 366 at most"),
        ({"session": None}, "Choose the session to repeat"),
        ({"session": []}, "Choose the session to repeat"),
        ({"occurrence": "x" * 256}, "occurrence: is 256 characters long"),
        ({"occurrence": ["x"]}, "occurrence: is “list”"),
    ],
    ids=lambda value: str(value)[:60],
)
def test_what_makes_no_series_is_refused_with_what_to_change(wish, words) -> None:
    with pytest.raises(InvalidInputError) as caught:
        plan(**wish)
    assert words in caught.value.message


@pytest.mark.parametrize(
    ("weekday", "last", "beyond"),
    [(TUESDAY, "2030-03-05", "2030-03-12"), (THURSDAY, "2030-02-28", "2030-03-07")],
)
def test_the_longest_series_is_as_long_as_a_unit_can_be(weekday, last, beyond) -> None:
    assert days(plan(weekdays=[weekday], count=200))[198:] == [last]
    assert days(plan(weekdays=[weekday], count=None, until=last))[198:] == [last]
    with pytest.raises(InvalidInputError, match="more than 200 sessions"):
        plan(weekdays=[weekday], count=None, until=beyond)


def test_a_session_that_is_wrong_is_refused_in_the_design_s_own_words() -> None:
    wrong = session(id=SECOND, title="", end="2026-05-12T08:00", join_url="http://x")
    with pytest.raises(DesignError) as known:
        Design.from_dict({"sessions": [wrong]})
    with pytest.raises(InvalidInputError) as caught:
        plan(wrong)
    assert caught.value.message == known.value.message
    assert len(known.value.problems) == 3


@given(
    st.dictionaries(
        st.sampled_from(
            ["session", "every", "weekdays", "until", "count", "holidays", "occurrence"]
        ),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
            lambda inner: (
                st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3)
            ),
            max_leaves=6,
        ),
    )
)
def test_rubbish_is_refused_or_planned_and_nothing_else_goes_wrong(wish: dict[str, Any]) -> None:
    try:
        made = plan(**wish)
    except InvalidInputError:
        return
    assert made.days
