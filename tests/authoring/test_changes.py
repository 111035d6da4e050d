"""Whatever differs between two versions is said, in the words and the order of the page."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blended_xblock.authoring.changes import Version, list_changes
from blended_xblock.design import Design
from tests.designs import FIRST, SECOND, complete, session, status, texts, valid

NOW = datetime(2026, 5, 1, tzinfo=UTC)
TITLES = {"sequential@before": "Before the workshop", "sequential@after": "After the workshop"}
Values = dict[str, Any]
VERSIONS = st.builds(
    lambda title, weight, values: Version(title, weight, Design.from_dict(values)),
    texts(),
    st.none() | st.floats(0, 1000),
    valid(),
)


def said(before: Values, after: Values) -> list[str]:
    """Return the sentences for two designs of the same title and points."""
    versions = [Version("Unit", 1, Design.from_dict(values)) for values in (before, after)]
    return [change.text for change in list_changes(*versions, TITLES, now=NOW)]


def changed(part: str, **values: Any) -> list[str]:
    """Return the sentences where the first element of a part of a small design changed."""
    before = {
        "prework": [{"block": "sequential@before"}],
        "sessions": [session(venue="Room 4", audience=["A"], capacity=2, occurrence="spring")],
        "statuses": [status()],
        "follow_ups": [{"block": "sequential@after"}],
        "make_ups": [{"block": "video@recording"}],
        "reminders": [{"hours_before": 24}],
    }
    after = deepcopy(before)
    after[part][0] |= values
    return said(before, after)


@given(VERSIONS, VERSIONS)
def test_there_is_nothing_to_say_exactly_where_two_versions_are_equal(
    one: Version, other: Version
) -> None:
    assert bool(list_changes(one, other, now=NOW)) == (one != other)
    assert list_changes(one, deepcopy(one), now=NOW) == []


def leaves(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the path of every single value in plain data."""
    if isinstance(value, dict | list):
        items = value.items() if isinstance(value, dict) else enumerate(value)
        return [leaf for name, each in items for leaf in leaves(each, (*path, name))]
    return [path]


OTHER = {
    "model": "flex",
    "start": "2026-05-12T08:00",
    "end": "2026-05-12T19:00",
    "timezone": "Asia/Kolkata",
    "mode": "online",
    "join_url": "https://meet.example.org/y",
    "id": "00000000-0000-4000-8000-000000000000",
    "block": "html@other",
    "when_unmarked": "wait",
    "code": "Q",
    **dict.fromkeys(("early", "on_time", "late", "too_late"), "L"),
    **dict.fromkeys(("present", "left_early", "absent"), "L"),
}


def different(name: Any, value: Any) -> Any:
    """Return another valid value for a name of a design."""
    if name == "extra_elements" or (isinstance(value, str) and value.startswith("<")):
        return "<badge/>"
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value / 2 if name == "credit" and value else value + 1 if name != "credit" else 0.5
    return OTHER.get(name) or (12 if value is None else f"{value} other"[:255])


# With a second status of those who took part, so that either may stop being one.
WHOLE = Design.from_dict(
    complete() | {"statuses": [*complete()["statuses"], status(code="L", label="Late")]}
).to_dict()
# A kind of rule has its own kind of number, and a status what is recorded with it by itself:
# neither changes alone.
TOGETHER = {("rule", "kind"), ("statuses", 1, "code")}
ALONE = [path for path in leaves(WHOLE) if path not in TOGETHER]


@pytest.mark.parametrize("path", ALONE, ids=lambda path: ".".join(map(str, path)))
def test_every_single_value_of_a_design_is_spoken_of_when_it_changes(path: tuple[Any, ...]) -> None:
    values = deepcopy(WHOLE)
    place: Any = values
    for name in path[:-1]:
        place = place[name]
    place[path[-1]] = different(path[-1], place[path[-1]])
    if path == ("statuses", 0, "code"):
        # What bears another code is another status: nothing can go on with the old one.
        values["check_in"] |= dict.fromkeys(("early", "on_time", "late"), "Q")
        values["from_minutes"] |= dict.fromkeys(("present", "late", "left_early"), "Q")
    versions = [Version("Unit", 1, Design.from_dict(each)) for each in (WHOLE, values)]
    found = list_changes(*versions, now=NOW)
    assert found
    assert {change.path[0] for change in found} - {"check_in", "from_minutes"} <= {path[0]}
    assert any(change.path[:1] == path[:1] for change in found)


def test_title_and_points_are_said_first() -> None:
    before = Version("Conflict", 1, Design())
    after = Version("Handling conflict", 2.5, Design(model="flex"))
    assert [change.text for change in list_changes(before, after)] == [
        "The unit “Conflict” is now called “Handling conflict”.",
        "The points change from 1 to 2.5.",
        "The model is now “Flex”.",
    ]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (
            {"start": "2026-05-13T10:00", "end": "2026-05-13T12:00"},
            "“Workshop” moves from Tue 12 May, 09:00–12:30 (Paris time) to Wed 13 May, "
            "10:00–12:00 (Paris time).",
        ),
        (
            {"start": "2027-05-12T09:00", "end": "2027-05-12T12:30", "timezone": "Asia/Kolkata"},
            "“Workshop” moves from Tue 12 May, 09:00–12:30 (Paris time) to Wed 12 May 2027, "
            "09:00–12:30 (Kolkata time).",
        ),
        ({"title": "Practice"}, "“Workshop” is now called “Practice”."),
        ({"cancelled": True}, "“Workshop” is cancelled."),
        ({"mode": "online"}, "“Workshop” is now held online."),
        ({"mode": "hybrid"}, "“Workshop” is now held in the room and online."),
        ({"venue": "Room 5"}, "“Workshop”: the room is now Room 5."),
        ({"venue": "100% %(name)s"}, "“Workshop”: the room is now 100% %(name)s."),
        ({"venue": ""}, "“Workshop”: no room is named any more."),
        ({"address": "1 High St\nLondon"}, "“Workshop”: the address is now 1 High St London."),
        (
            {"join_url": "https://meet.example.org/x"},
            "“Workshop”: the join link is now https://meet.example.org/x",
        ),
        ({"capacity": 1}, "“Workshop”: there is now 1 place."),
        ({"capacity": None}, "“Workshop”: the number of places is no longer limited."),
        ({"audience": ["A", "B"]}, "“Workshop” is now only for “A” and “B”."),
        ({"audience": []}, "“Workshop” is now for everybody in the course."),
        ({"occurrence": "autumn"}, "“Workshop” is now part of the occurrence “autumn”."),
        ({"occurrence": ""}, "“Workshop” now stands alone, in no occurrence with others."),
        ({"extra": {"room_type": "lab"}}, "“Workshop”: other details changed."),
    ],
)
def test_a_changed_session_is_said_field_by_field(values: Values, expected: str) -> None:
    assert changed("sessions", **values) == [expected]


def test_a_session_changed_in_many_ways_has_a_sentence_for_each() -> None:
    values = {"title": "Practice", "venue": "Room 5", "extra": {"x-type": "lab"}}
    assert changed("sessions", **values) == [
        "“Workshop” is now called “Practice”.",
        "“Practice”: the room is now Room 5.",
        "“Practice”: other details changed.",
    ]


def test_a_session_that_takes_place_after_all_is_no_longer_cancelled() -> None:
    before = {"sessions": [session(cancelled=True)]}
    assert said(before, {"sessions": [session()]}) == ["“Workshop” is no longer cancelled."]


def test_two_zones_of_one_city_are_told_apart_by_their_names() -> None:
    before = {"sessions": [session(timezone="America/Indianapolis")]}
    after = {"sessions": [session(timezone="America/Indiana/Indianapolis")]}
    assert said(before, after) == ["“Workshop”: the time zone is now America/Indiana/Indianapolis."]


def test_sessions_are_told_apart_by_their_id_and_not_by_their_place() -> None:
    third = session(id="00000000-0000-4000-8000-000000000000", title="Third")
    before = {"sessions": [session(), session(id=SECOND, title="Second day")]}
    after = {"sessions": [third, session(id=SECOND, title="Second day", venue="Hall")]}
    assert said(before, after) == [
        "New session: “Third”, Tue 12 May, 09:00–12:30 (Paris time).",
        "Session removed: “Workshop”, Tue 12 May, 09:00–12:30 (Paris time).",
        "“Second day”: the room is now Hall.",
    ]


def test_a_changed_session_names_its_place_in_the_later_version() -> None:
    before = [session(id=SECOND), session(id=FIRST)]
    after = [session(id=FIRST, venue="Hall"), session(id=SECOND)]
    versions = [Version("", 1, Design.from_dict({"sessions": each})) for each in (before, after)]
    changes = list_changes(*versions)
    assert [change.path for change in changes] == [("sessions", 0, "venue"), ("sessions",)]
    assert changes[1].text == "The sessions stand in another order."


@pytest.mark.parametrize(
    ("part", "values", "expected"),
    [
        ("statuses", {"label": "Here"}, "“Present” is now called “Here”."),
        ("statuses", {"credit": 0.5}, "“Present” now earns 50% of the credit."),
        ("statuses", {"counted": False}, "A session with “Present” is now left out of the count."),
        ("statuses", {"extra": {"x-a": "b"}}, "“Present”: other details changed."),
        ("prework", {"extra": {"x-a": "b"}}, "“Before the workshop”: other details changed."),
        (
            "follow_ups",
            {"delay_days": 7},
            "“After the workshop” opens 7 days after the session attended.",
        ),
        ("follow_ups", {"extra": {"x-a": "b"}}, "“After the workshop”: other details changed."),
        (
            "make_ups",
            {"within_days": 1},
            "“video@recording” must be done within 1 day after a session missed.",
        ),
        ("make_ups", {"extra": {"x-a": "b"}}, "“video@recording”: other details changed."),
        ("reminders", {"extra": {"x-a": "b"}}, "Reminders: other details changed."),
    ],
)
def test_a_changed_element_is_said(part: str, values: Values, expected: str) -> None:
    assert changed(part, **values) == [expected]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({}, {"objectives": ["Listen"]}, ["New objective: “Listen”"]),
        ({"objectives": ["Listen"]}, {}, ["Objective removed: “Listen”"]),
        (
            {"objectives": ["A", "B"]},
            {"objectives": ["B", "A"]},
            ["The objectives stand in another order."],
        ),
        ({}, {"objectives": ["x" * 200]}, [f"New objective: “{'x' * 79}…”"]),
        (
            {"prework": [{"block": "sequential@before"}]},
            {"prework": [{"block": "html@b"}, {"block": "html@a"}]},
            [
                "“html@b” is now prework.",
                "“html@a” is now prework.",
                "“Before the workshop” is no longer prework.",
            ],
        ),
        (
            {"follow_ups": [{"block": "sequential@after"}]},
            {"make_ups": [{"block": "sequential@after", "within_days": 14}]},
            [
                "“After the workshop” is no longer a follow-up: it is not locked any more.",
                "New make-up: “After the workshop” must be done within 14 days after a session "
                "missed.",
            ],
        ),
        (
            {},
            {"follow_ups": [{"block": "html@a"}]},
            ["New follow-up: “html@a” opens as soon as a learner took part."],
        ),
        (
            {},
            {"rule": {"kind": "minutes", "at_least": 90}},
            [
                "What counts is new: Follow-ups open to learners who took part live for at least "
                "90 minutes."
            ],
        ),
        (
            {},
            {"rule": {"kind": "sessions", "extra": {"x": "y"}}},
            ["What counts: other details changed."],
        ),
        (
            {},
            {"gate": {"when_unmarked": "open", "after_hours": 48}},
            [
                "While a roll is not done, follow-ups now open by themselves 48 hours after the "
                "session."
            ],
        ),
        (
            {},
            {"gate": {"when_unmarked": "wait", "after_hours": 48}},
            ["While a roll is not done: other details changed."],
        ),
        (
            {"reminders": [{"hours_before": 24}]},
            {"reminders": [{"hours_before": 1}]},
            [
                "Learners are now reminded 1 hour before each session.",
                "Learners are no longer reminded 1 day before each session.",
            ],
        ),
        (
            {},
            {"check_in": {"opens_before": 15, "late_after": 5, "rotate_seconds": 20, "late": "E"}},
            [
                "Check-in now opens 15 minutes before each session.",
                "Who checks in is now late from 5 minutes after the start.",
                "The code on the screen now changes every 20 seconds.",
                "Who checks in late is now recorded as “Excused”.",
            ],
        ),
        (
            {"check_in": {"opens_before": 15, "too_late_after": 70, "too_late": "A"}},
            {"check_in": {"opens_before": 0}},
            [
                "Check-in now opens with the start of each session.",
                "Who checks in is now too late from 60 minutes after the start.",
                "Who comes too late to check in is now left to the trainer.",
            ],
        ),
        (
            {},
            {"check_in": {"extra": {"beep": "on"}}},
            ["Check-in: other details changed."],
        ),
        (
            {},
            {
                "from_minutes": {
                    "present_from": 80,
                    "absent_below": 20,
                    "late_after": 1,
                    "left_before": 5,
                    "left_early": "A",
                }
            },
            [
                "In a report, learners now count as present from 80% of a session.",
                "In a report, learners now count as absent below 20% of a session.",
                "In a report, whoever joins from 1 minute after the start now counts as late.",
                "In a report, whoever is there 5 minutes before the end now counts as having "
                "stayed.",
                "Whoever counts as having left early in a report is now recorded as “Absent”.",
            ],
        ),
        (
            {"from_minutes": {"late_after": 5, "present": "L"}},
            {"from_minutes": {"absent_below": 0, "late_after": 0, "left_before": 0}},
            [
                "In a report, nobody counts as absent any more.",
                "In a report, whoever joins after the start now counts as late.",
                "In a report, only who is there at the end now counts as having stayed.",
                "Whoever counts as present in a report now has the usual status.",
            ],
        ),
        (
            {},
            {"from_minutes": {"extra": {"breaks": "out"}}},
            ["Attendance from a report: other details changed."],
        ),
        (
            {},
            {"statuses": [status(), status(code="X", label="Elsewhere", attended=False)]},
            [
                "New status: “Elsewhere”.",
                "Status removed: “Late”.",
                "Status removed: “Left early”.",
                "Status removed: “Excused”.",
                "Status removed: “Absent”.",
            ],
        ),
        (
            {},
            {"confirmed_for": "course-v1:a+b+c"},
            ["The dates of the sessions are confirmed for this course."],
        ),
        ({}, {"extra_elements": ["<badge/>"]}, ["The unit: other details changed."]),
    ],
)
def test_what_changed_in_a_part_is_said(before: Values, after: Values, expected: list[str]) -> None:
    assert said(before, after) == expected


def test_default_statuses_written_out_are_a_change_that_means_the_same() -> None:
    written = [each.to_dict() for each in Design().effective_statuses]
    assert said({}, {"statuses": written}) == ["Statuses: other details changed."]


@dataclass(frozen=True, slots=True)
class LaterDesign(Design):
    """A design of a version to come."""

    badges: tuple[str, ...] = ()


@pytest.mark.parametrize("make", [lambda: LaterDesign(badges=("Mediator",)), LaterDesign])
def test_what_no_sentence_knows_is_said_in_general(make: Callable[[], Design]) -> None:
    changes = list_changes(Version("", 1, LaterDesign(badges=("x",))), Version("", 1, make()))
    assert [(change.kind, change.text) for change in changes] == [
        ("other", "The unit: other details changed.")
    ]
