"""Warnings about sessions beside each other, and about who misses the only one."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any

import pytest

from blended_xblock.design import Design, Problem
from tests.designs import session

LONG_BEFORE = datetime(2026, 1, 1, tzinfo=UTC)


def meeting(n: int, start: str, end: str, **changes: Any) -> dict[str, Any]:
    """Return session ``n`` on 12 May 2026 from one time of the clock to another."""
    day = "2026-05-12T"
    return session(
        id=str(uuid.UUID(int=n)),
        title=f"Workshop {n}",
        start=start if "T" in start else day + start,
        end=end if "T" in end else day + end,
        venue="Room 4",
        **changes,
    )


def warnings(*sessions: dict[str, Any], **changes: Any) -> list[Problem]:
    data = {"sessions": list(sessions), "follow_ups": [{"block": "html@a"}], **changes}
    return list(Design.from_dict(data).warnings(LONG_BEFORE))


def overlaps(*sessions: dict[str, Any]) -> list[tuple[Any, str]]:
    """Return where each overlap is said, and the other session it names."""
    found = warnings(*sessions, make_ups=[{"block": "video@b"}])
    assert {problem.severity for problem in found} <= {"warning"}
    return [(problem.path, problem.params["title"]) for problem in found]


def at(n: int, other: int) -> tuple[Any, str]:
    return ("sessions", n - 1, "start"), f"Workshop {other}"


MORNING = ("09:00", "12:00")


@pytest.mark.parametrize(
    ("first", "second", "is_one"),
    [
        ({}, {}, True),
        ({}, {"audience": ["Client A"]}, True),
        ({"audience": ["Client A"]}, {}, True),
        ({"audience": ["Client A"]}, {"audience": ["Client B", "Client A"]}, True),
        ({"audience": ["Client A"]}, {"audience": ["Client B"]}, False),
        ({"audience": ["Client A"]}, {"audience": ["client a"]}, False),
        ({}, {"cancelled": True}, False),
        ({"cancelled": True}, {}, False),
    ],
)
def test_two_sessions_at_once_are_warned_about_if_somebody_is_expected_at_both(
    first: dict[str, Any], second: dict[str, Any], is_one: bool
) -> None:
    one, two = meeting(1, *MORNING, **first), meeting(2, "11:00", "14:00", **second)
    assert overlaps(one, two) == ([at(2, 1)] if is_one else [])


def test_the_session_that_starts_later_is_the_one_to_move() -> None:
    """Of two that start together it is the one further down."""
    assert overlaps(meeting(1, "11:00", "14:00"), meeting(2, *MORNING)) == [at(1, 2)]
    assert overlaps(meeting(1, *MORNING), meeting(2, *MORNING)) == [at(2, 1)]


def test_a_session_may_start_when_another_ends() -> None:
    assert overlaps(meeting(1, *MORNING), meeting(2, "12:00", "14:00")) == []
    assert overlaps(meeting(1, "09:00", "12:01"), meeting(2, "12:00", "14:00")) == [at(2, 1)]


def test_a_short_session_does_not_hide_a_long_one_that_still_runs() -> None:
    day = meeting(1, "09:00", "17:00")
    assert overlaps(day, meeting(2, "10:00", "11:00"), meeting(3, "13:00", "14:00")) == [
        at(2, 1),
        at(3, 1),
    ]


def test_clocks_of_different_zones_are_compared_as_instants() -> None:
    paris = meeting(1, "18:00", "19:00")
    same = meeting(2, "12:30", "13:30", timezone="America/Montreal")
    later = meeting(2, "13:00", "14:00", timezone="America/Montreal")
    assert overlaps(paris, same) == [at(2, 1)]
    assert overlaps(paris, later) == []


def test_each_session_is_warned_about_once_however_many_run_at_the_same_time() -> None:
    found = overlaps(*(meeting(n, *MORNING) for n in range(1, 201)))
    assert found == [at(n, 1) for n in range(2, 201)]


def test_an_overlap_is_said_in_words() -> None:
    (problem,) = warnings(meeting(1, *MORNING), meeting(2, *MORNING))
    assert problem.message() == (
        "session 2 (00000000…), start: is while “Workshop 1” goes on, and some people are "
        "expected at both. Choose another time, or other cohorts; leave it if they choose one of "
        "the two."
    )


ONLY = meeting(1, *MORNING)
SECOND = meeting(2, "2026-05-13T09:00", "2026-05-13T12:00")
MAKE_UP = [{"block": "video@b"}]


@pytest.mark.parametrize(
    ("sessions", "changes", "is_one"),
    [
        ([ONLY], {}, True),
        ([ONLY, SECOND | {"cancelled": True}], {}, True),
        ([ONLY, SECOND], {}, False),
        ([ONLY], {"make_ups": MAKE_UP}, False),
        ([ONLY], {"follow_ups": []}, False),
        ([], {}, False),
        ([ONLY | {"cancelled": True}], {}, False),
    ],
)
def test_who_misses_the_only_session_needs_another_way(
    sessions: list[dict[str, Any]], changes: dict[str, Any], is_one: bool
) -> None:
    found = [each for each in warnings(*sessions, **changes) if each.element == "make_up"]
    assert [each.path for each in found] == ([("make_ups",)] if is_one else [])
    assert all("Add a second session or a make-up" in each.detail() for each in found)


def about_check_in(**settings: Any) -> list[tuple[str, str]]:
    found = warnings(meeting(1, *MORNING), make_ups=[{"block": "video@b"}], check_in=settings)
    assert {problem.element for problem in found} <= {"check_in"}
    assert all(problem.path == ("check_in", problem.attribute) for problem in found)
    return [(problem.attribute, problem.detail()) for problem in found]


@pytest.mark.parametrize(
    ("settings", "name", "remedy"),
    [
        ({"opens_before": 241}, "opens_before", "hours before the session. Choose fewer"),
        ({"opens_before": 0, "late_after": 0}, "late_after", "nobody can be on time"),
        ({"late_after": 180, "too_late_after": 180}, "late_after", "nobody can be late"),
        ({"early": "A"}, "early", "Choose another status"),
        ({"on_time": "E"}, "on_time", "does not say that the learner took part"),
        ({"late": "A"}, "late", "unless that is meant"),
    ],
)
def test_a_check_in_that_is_hardly_meant_is_warned_about(
    settings: dict[str, Any], name: str, remedy: str
) -> None:
    ((attribute, detail),) = about_check_in(**settings)
    assert attribute == name
    assert remedy in detail


def about_minutes(**settings: Any) -> list[tuple[str, str]]:
    found = warnings(meeting(1, *MORNING), make_ups=[{"block": "video@b"}], from_minutes=settings)
    assert {problem.element for problem in found} <= {"from_minutes"}
    assert all(problem.path == ("from_minutes", problem.attribute) for problem in found)
    return [(problem.attribute, problem.detail()) for problem in found]


@pytest.mark.parametrize(
    ("settings", "name", "remedy"),
    [
        ({"late_after": 180}, "late_after", "nobody can be late. Choose fewer"),
        ({"left_before": 180}, "left_before", "never left early. Choose fewer"),
        ({"present": "E"}, "present", "does not say that the learner took part"),
        ({"late": "A"}, "late", "unless that is meant"),
        ({"left_early": "A"}, "left_early", "unless that is meant"),
        ({"absent": "D"}, "absent", "says that the learner took part"),
    ],
)
def test_minutes_that_hardly_mean_that_are_warned_about(
    settings: dict[str, Any], name: str, remedy: str
) -> None:
    ((attribute, detail),) = about_minutes(**settings)
    assert attribute == name
    assert remedy in detail


def test_sound_minutes_are_not_warned_about() -> None:
    assert about_minutes() == []
    assert about_minutes(late_after=179, left_before=179, absent="E", left_early="P") == []
    short = warnings(meeting(1, "09:00", "09:10"), make_ups=[{"block": "video@b"}])
    assert short == []


def test_a_sound_check_in_is_not_warned_about() -> None:
    """Also not one that says of nobody by itself that they are late, or that leaves some out."""
    assert about_check_in() == []
    assert about_check_in(opens_before=240, late_after=179, too_late_after=179) == []
    assert about_check_in(opens_before=0, late="D", too_late="A") == []
    short = warnings(meeting(1, "09:00", "09:10"), make_ups=[{"block": "video@b"}])
    assert short == []
