"""The one validator: what it refuses it names, all of it at once, and what it takes it keeps."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import FrozenInstanceError
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from lxml import etree

from blended_xblock.design import DEFAULT_STATUSES, Design, Problem, Rule, SessionDesign
from blended_xblock.errors import BlendedError, DesignError
from tests.designs import FIRST, SECOND, complete, session, status, valid

S1 = "session 1 (3f0c1d5e…)"
S2 = "session 2 (9a4c6f12…)"
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def problems_of(data: Any) -> list[Problem]:
    with pytest.raises(DesignError) as caught:
        Design.from_dict(data)
    return list(caught.value.problems)


def of_session(**changes: Any) -> dict[str, Any]:
    return {"sessions": [session(**changes)]}


def of_status(**changes: Any) -> dict[str, Any]:
    return {"statuses": [status(), status(code="A", **changes)]}


WRONG: list[tuple[str, dict[str, Any], str, str, str]] = [
    (
        "unknown zone",
        of_session(timezone="Europe/Pari"),
        S1,
        "timezone",
        "for example Europe/Paris",
    ),
    ("zone not text", of_session(timezone=2), S1, "timezone", "for example Europe/Paris"),
    ("missing zone", of_session(timezone=None), S1, "timezone", 'Add it, for example timezone="Eu'),
    ("end before start", of_session(end="2026-05-12T08:59"), S1, "end", "Choose a later end"),
    ("end at start", of_session(end="2026-05-12T09:00"), S1, "end", "2026-05-12 09:00"),
    ("gap", of_session(start="2026-03-29T02:30"), S1, "start", "from 2026-03-29 03:00 on"),
    ("gap at end", of_session(end="2027-03-28T02:00"), S1, "end", "before 2027-03-28 02:00"),
    (
        "no start",
        of_session(start=None),
        S1,
        "start",
        'Add it, for example start="2026-05-12T09:00"',
    ),
    ("no end", of_session(end=None), S1, "end", 'Add it, for example end="2026-05-12T12:30"'),
    ("seconds", of_session(start="2026-05-12T09:00:00"), S1, "start", "without seconds or offset"),
    ("offset", of_session(start="2026-05-12T09:00Z"), S1, "start", "without seconds or offset"),
    ("no such day", of_session(start="2026-02-30T09:00"), S1, "start", "Write a day of the years"),
    ("a typing error", of_session(start="0206-05-12T09:00"), S1, "start", "years 2000 to 2100"),
    (
        "other digits",
        of_session(start="\uff12\uff10\uff12\uff16-05-12T09:00"),
        S1,
        "start",
        "Write a day",
    ),
    ("start not text", of_session(start=20260512), S1, "start", "Write a day"),
    ("no title", of_session(title=None), S1, "title", 'Add it, for example title="Workshop"'),
    ("blank title", of_session(title=" \n"), S1, "title", "Write a text"),
    ("title of a no-break space", of_session(title="\u00a0"), S1, "title", "Write a text"),
    ("title not text", of_session(title=["x"]), S1, "title", "Write a text"),
    ("long title", of_session(title="x" * 256), S1, "title", "Shorten it to 255"),
    ("long address", of_session(address="x" * 2001), S1, "address", "Shorten it to 2000"),
    ("control", of_session(title="a\x07"), S1, "title", "U+0007 at position 2"),
    ("surrogate", of_session(venue="\ud800"), S1, "venue", "U+D800 at position 1"),
    ("no id", of_session(id=None), "session 1", "id", 'Add it, for example id="'),
    ("empty id", of_session(id=""), "session 1", "id", 'Add it, for example id="'),
    ("bad id", of_session(id="day-1"), "session 1 (day-1)", "id", "Give it one, for example "),
    ("braces", of_session(id="{" + FIRST + "}"), f"session 1 ({{{FIRST}}})", "id", "Give it one"),
    ("mode", of_session(mode="remote"), S1, "mode", "Use one of: in_person, online, hybrid"),
    ("capacity 0", of_session(capacity=0), S1, "capacity", "whole number from 1 to 100000"),
    ("capacity true", of_session(capacity=True), S1, "capacity", "whole number from 1"),
    ("capacity text", of_session(capacity="20"), S1, "capacity", "whole number from 1"),
    ("capacity half", of_session(capacity=1.5), S1, "capacity", "whole number from 1"),
    ("cancelled", of_session(cancelled="no"), S1, "cancelled", "Write true or false"),
    ("cancelled 1", of_session(cancelled=1), S1, "cancelled", "Write true or false"),
    ("cohort", of_session(audience=[""]), f"{S1}, audience 1", "cohort", "Write a text"),
    ("no cohort", of_session(audience=[None]), f"{S1}, audience 1", "cohort", "Add it"),
    ("cohort twice", of_session(audience=["A", " A"]), f"{S1}, audience 2", "cohort", "remove one"),
    ("audience", of_session(audience="A"), S1, "audience", "Send a list"),
    (
        "51 cohorts",
        of_session(audience=list(map(str, range(51)))),
        f"{S1}, audience",
        "",
        "Keep 50",
    ),
    ("unknown name", of_session(strat="x"), S1, "strat", "Correct its spelling"),
    (
        "duplicate session id",
        {"sessions": [session(), session(id=FIRST.upper())]},
        "session 2 (3F0C1D5E…)",
        "id",
        f"also that of {S1}. Give this one its own, for example ",
    ),
    ("201 sessions", {"sessions": [session()] * 201}, "session", "", "Keep 200 at most"),
    ("a session is a text", {"sessions": ["x"]}, "session 1", "", "Send an object"),
    ("sessions", {"sessions": {}}, "blended_unit", "sessions", "Send a list"),
    ("credit above 1", of_status(credit=1.01), "status 2 (A)", "credit", "number from 0 to 1"),
    ("credit below 0", of_status(credit=-0.1), "status 2 (A)", "credit", "number from 0 to 1"),
    ("credit nan", of_status(credit=float("nan")), "status 2 (A)", "credit", "number from 0 to 1"),
    ("credit huge", of_status(credit=10**5000), "status 2 (A)", "credit", "number from 0 to 1"),
    ("credit true", of_status(credit=True), "status 2 (A)", "credit", "number from 0 to 1"),
    ("no credit", of_status(credit=None), "status 2 (A)", "credit", "Add it"),
    ("attended", of_status(attended="yes"), "status 2 (A)", "attended", "Write true or false"),
    ("no counted", of_status(counted=None), "status 2 (A)", "counted", "Add it"),
    ("no label", of_status(label=None), "status 2 (A)", "label", "Add it"),
    ("no code", {"statuses": [status(), status(code=None)]}, "status 2", "code", "Add it"),
    (
        "long code",
        {"statuses": [status(code="LATE")]},
        "status 1 (LATE)",
        "code",
        "Shorten it to 3",
    ),
    (
        "space",
        {"statuses": [status(code="A B")]},
        "status 1 (A B)",
        "code",
        "characters without it",
    ),
    (
        "duplicate status code",
        {"statuses": [status(), status(code="p")]},
        "status 2 (p)",
        "code",
        "same as that of status 1 (P). Change it",
    ),
    (
        "no attended status",
        {"statuses": [status(attended=False)]},
        "status",
        "attended",
        "Set it to",
    ),
    (
        "21 statuses",
        {"statuses": [status(code=f"{number}") for number in range(21)]},
        "status",
        "",
        "Keep 20 at most",
    ),
    (
        "unknown model",
        {"model": "flipped"},
        "blended_unit",
        "model",
        "Use one of: flipped_classroom",
    ),
    ("model not text", {"model": []}, "blended_unit", "model", "Use one of"),
    (
        "rule kind",
        {"rule": {"kind": "days"}},
        "rule",
        "kind",
        "one of: sessions, occurrence, minutes",
    ),
    (
        "no rule kind",
        {"rule": {"at_least": 2}},
        "rule",
        "kind",
        'Add it, for example kind="sessions"',
    ),
    (
        "no minutes",
        {"rule": {"kind": "minutes"}},
        "rule",
        "at_least",
        "Add it, for example at_least=",
    ),
    ("rule 0", {"rule": {"kind": "sessions", "at_least": 0}}, "rule", "at_least", "from 1 to 200"),
    ("201", {"rule": {"kind": "sessions", "at_least": 201}}, "rule", "at_least", "from 1 to 200"),
    (
        "percent",
        {"rule": {"kind": "occurrence", "percent": 101}},
        "rule",
        "percent",
        "from 1 to 100",
    ),
    (
        "percent of sessions",
        {"rule": {"kind": "sessions", "percent": 50}},
        "rule",
        "percent",
        "kind is sessions. Remove it",
    ),
    (
        "number of occurrences",
        {"rule": {"kind": "occurrence", "at_least": 1}},
        "rule",
        "at_least",
        "kind is occurrence. Remove it",
    ),
    ("rule is a list", {"rule": []}, "blended_unit", "rule", "Send an object"),
    (
        "when",
        {"gate": {"when_unmarked": "never"}},
        "gate",
        "when_unmarked",
        "Use one of: wait, open",
    ),
    ("no when", {"gate": {}}, "gate", "when_unmarked", 'for example when_unmarked="wait"'),
    (
        "hours",
        {"gate": {"when_unmarked": "open", "after_hours": -1}},
        "gate",
        "after_hours",
        "from 0 to 8760",
    ),
    ("no block", {"prework": [{}]}, "prework 1", "block", 'for example block="sequential@before"'),
    (
        "a usage key",
        {"make_ups": [{"block": "block-v1:O+C+R+type@html+block@x"}]},
        "make_up 1 (block-v1:O+C+R+type@html+block@x)",
        "block",
        "for example sequential@before, not a whole usage key",
    ),
    (
        "prework twice",
        {"prework": [{"block": "html@a"}, {"block": "html@a"}]},
        "prework 2 (html@a)",
        "block",
        "remove one of the two",
    ),
    (
        "prework and follow-up",
        {"prework": [{"block": "html@a"}], "follow_ups": [{"block": "html@a"}]},
        "follow_up 1 (html@a)",
        "block",
        "is also prework 1 (html@a): it cannot come before the session",
    ),
    (
        "follow-up and make-up",
        {"follow_ups": [{"block": "html@a"}], "make_ups": [{"block": "html@a"}]},
        "make_up 1 (html@a)",
        "block",
        "is also follow_up 1 (html@a), which stays shut for whoever missed the session. Choose",
    ),
    (
        "delay",
        {"follow_ups": [{"block": "html@a", "delay_days": 366}]},
        "follow_up 1 (html@a)",
        "delay_days",
        "from 0 to 365",
    ),
    (
        "within",
        {"make_ups": [{"block": "html@a", "within_days": 0}]},
        "make_up 1 (html@a)",
        "within_days",
        "from 1 to 365",
    ),
    (
        "too late before late",
        {"check_in": {"late_after": 70}},
        "check_in",
        "too_late_after",
        "is 60 minutes, but learners are late only after 70. Choose 70 or more",
    ),
    (
        "a status of another case",
        {"statuses": [status(), status(code="A", attended=False)], "check_in": {"early": "p"}},
        "check_in",
        "early",
        "Use one of P, A, or leave it empty",
    ),
    (
        "a status withdrawn",
        {"statuses": [status()], "check_in": {"too_late": "A"}},
        "check_in",
        "too_late",
        "is “A”, which is no code of the unit’s statuses. Use one of P",
    ),
    (
        "a status longer than any",
        {"check_in": {"on_time": "Present"}},
        "check_in",
        "on_time",
        "Shorten it to 3",
    ),
    (
        "no minutes of that kind",
        {"check_in": {"opens_before": ""}},
        "check_in",
        "opens_before",
        "from 0 to 1440",
    ),
    (
        "a code for a blink",
        {"check_in": {"rotate_seconds": 4}},
        "check_in",
        "rotate_seconds",
        "from 5 to 300",
    ),
    ("check-in is a number", {"check_in": 30}, "blended_unit", "check_in", "Send an object"),
    (
        "absent with more than present",
        {"from_minutes": {"absent_below": 76}},
        "from_minutes",
        "absent_below",
        "is 76%, but learners count as present from 75% on. Choose 75 or less",
    ),
    (
        "present with nothing",
        {"from_minutes": {"present_from": 0}},
        "from_minutes",
        "present_from",
        "from 1 to 100",
    ),
    (
        "more than all of it",
        {"from_minutes": {"absent_below": 101}},
        "from_minutes",
        "absent_below",
        "from 0 to 100",
    ),
    (
        "half a percent",
        {"from_minutes": {"present_from": 75.5}},
        "from_minutes",
        "present_from",
        "whole number",
    ),
    (
        "late before the start",
        {"from_minutes": {"late_after": -1}},
        "from_minutes",
        "late_after",
        "from 0 to 1440",
    ),
    (
        "a day before the end",
        {"from_minutes": {"left_before": 1441}},
        "from_minutes",
        "left_before",
        "from 0 to 1440",
    ),
    (
        "measured with a status withdrawn",
        {"statuses": [status()], "from_minutes": {"left_early": "D"}},
        "from_minutes",
        "left_early",
        "is “D”, which is no code of the unit’s statuses. Use one of P",
    ),
    (
        "measured with a text",
        {"from_minutes": "75 %"},
        "blended_unit",
        "from_minutes",
        "Send an object",
    ),
    (
        "no hours before",
        {"reminders": [{}]},
        "reminder 1",
        "hours_before",
        'Add it, for example hours_before="24"',
    ),
    (
        "reminder at the start",
        {"reminders": [{"hours_before": 0}]},
        "reminder 1",
        "hours_before",
        "from 1 to 8760",
    ),
    (
        "reminder a year ahead",
        {"reminders": [{"hours_before": 8761}]},
        "reminder 1",
        "hours_before",
        "from 1 to 8760",
    ),
    (
        "half an hour",
        {"reminders": [{"hours_before": 0.5}]},
        "reminder 1",
        "hours_before",
        "whole number",
    ),
    (
        "reminder twice",
        {"reminders": [{"hours_before": 24}, {"hours_before": 2}, {"hours_before": 24}]},
        "reminder 3",
        "hours_before",
        "same as that of reminder 1. Change it",
    ),
    (
        "11 reminders",
        {"reminders": [{"hours_before": hours} for hours in range(1, 12)]},
        "reminder",
        "",
        "Keep 10 at most",
    ),
    ("reminder is a number", {"reminders": [24]}, "reminder 1", "", "Send an object"),
    (
        "51 links",
        {"prework": [{"block": f"html@{number}"} for number in range(51)]},
        "prework",
        "",
        "Keep 50 at most",
    ),
    ("51 objectives", {"objectives": list(map(str, range(51)))}, "objective", "", "Keep 50"),
    ("objective", {"objectives": ["a", " "]}, "objective 2", "text", "Write a text"),
    ("objective twice", {"objectives": ["a b", "a\nb"]}, "objective 2", "text", "remove one"),
    ("long objective", {"objectives": ["x" * 2001]}, "objective 1", "text", "Shorten it to 2000"),
    ("unknown top name", {"session": []}, "blended_unit", "session", "Correct its spelling"),
    ("extra known", of_session(extra={"title": "x"}), S1, "title", "Rename or remove it"),
    ("extra name", of_session(extra={"a b": "x"}), S1, "a b", "Rename or remove it"),
    ("extra beyond ASCII", of_session(extra={"é": "x"}), S1, "é", "Rename or remove it"),
    ("extra xmlns", of_session(extra={"xmlns": "x"}), S1, "xmlns", "Rename or remove it"),
    ("extra value", of_session(extra={"a": 1}), S1, "a", "Write a text"),
    ("extra control", of_session(extra={"a": "\x00"}), S1, "a", "U+0000 at position 1"),
    (
        "51 extras",
        of_session(extra={f"a{number}": "" for number in range(51)}),
        S1,
        "extra",
        "Remove some",
    ),
    ("kept XML", {"extra_elements": ["<a>"]}, "blended_unit", "extra_elements", "Remove it"),
    ("kept name", {"extra_elements": ["<é/>"]}, "blended_unit", "extra_elements", "Remove it"),
    ("kept known", {"extra_elements": ["<rule/>"]}, "blended_unit", "extra_elements", "Remove it"),
    (
        "kept XML of XBlock",
        {"extra_elements": ['<o:a xmlns:o="http://code.edx.org/xblock/option"/>']},
        "blended_unit",
        "extra_elements",
        "Remove it",
    ),
    (
        "kept bomb",
        {"extra_elements": ['<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>']},
        "blended_unit",
        "extra_elements",
        "Remove it",
    ),
    (
        "kept depth",
        {"extra_elements": ["<a>" * 65 + "</a>" * 65]},
        "blended_unit",
        "extra_elements",
        "Remove it",
    ),
    (
        "kept text is another",
        {"objectives": ["a"], "objective_xml": {"a": "<objective>b</objective>"}},
        "blended_unit",
        "objective_xml",
        "Remove it",
    ),
]
NOT_HTTPS = [
    "http://meet.example.org/x",
    "javascript:alert(1)",
    "meet.example.org/x",
    "https://",
    "https:///x",
    "https://exa mple.org",
    "https://example.org\\@evil.example",
    "https://[::1",
    "https://example.org:port/",
    "https://example.org/\u200b",
]


@pytest.mark.parametrize(
    ("data", "element", "attribute", "remedy"),
    [row[1:] for row in WRONG],
    ids=[row[0] for row in WRONG],
)
def test_a_mistake_is_named_with_its_place_and_its_remedy(
    data: dict[str, Any], element: str, attribute: str, remedy: str
) -> None:
    problems = problems_of(data)
    assert [(p.element, p.attribute) for p in problems if remedy in p.detail()] == [
        (element, attribute)
    ]
    place = f"{element}, {attribute}: " if attribute else f"{element}: "
    assert any(p.message().startswith(place) and remedy in p.message() for p in problems)


@pytest.mark.parametrize(
    "row",
    [row for row in WRONG if not row[0].startswith(("201 s", "51", "21"))],
    ids=lambda r: r[0],
)
def test_one_mistake_is_one_problem(row: tuple[Any, ...]) -> None:
    assert len(problems_of(row[1])) == 1


def test_what_is_over_a_limit_is_not_read_at_all() -> None:
    assert len(problems_of({"sessions": ["x"] * 1_000})) == 1 + 200


@pytest.mark.parametrize("address", NOT_HTTPS)
def test_learners_are_sent_to_https_only(address: str) -> None:
    (problem,) = problems_of(of_session(join_url=address))
    assert (problem.element, problem.attribute) == (S1, "join_url")
    assert "starts with https://" in problem.message()


@pytest.mark.parametrize("data", [None, [], "x", 3])
def test_something_else_than_an_object_is_refused(data: Any) -> None:
    (problem,) = problems_of(data)
    assert "Send an object" in problem.message()


def test_all_problems_are_reported_at_once_with_the_path_to_each() -> None:
    data = complete()
    data["sessions"][1] |= {"start": "2026-03-29T02:30", "end": "2026-03-29T01:30", "mode": "x"}
    data["statuses"][0]["credit"] = 7
    data["gate"]["after_hours"] = "soon"
    assert {p.path for p in problems_of(data)} == {
        ("sessions", 1, "start"),
        ("sessions", 1, "end"),
        ("sessions", 1, "mode"),
        ("statuses", 0, "credit"),
        ("gate", "after_hours"),
    }


def test_the_error_says_it_all_in_words() -> None:
    with pytest.raises(BlendedError) as caught:
        Design.from_dict({"model": "x", "gate": {}})
    assert (caught.value.status, caught.value.code) == (400, "invalid_design")
    assert caught.value.message.count("\n") == 1


def test_a_clock_jump_is_explained() -> None:
    (problem,) = problems_of(of_session(start="2026-03-29T02:30"))
    assert problem.message() == (
        f"{S1}, start: 2026-03-29 02:30 does not exist in Europe/Paris: the clock jumps from "
        "2026-03-29 02:00 to 2026-03-29 03:00. Choose a time before 2026-03-29 02:00, or from "
        "2026-03-29 03:00 on."
    )


def test_a_message_is_translated_before_its_values_are_filled_in() -> None:
    french = {
        "is “%(value)s”, which is not known. Use one of: %(choices)s.": "choisir %(choices)s",
        "%(element)s, %(attribute)s: %(detail)s": "%(element)s, %(attribute)s\u00a0: %(detail)s",
    }
    (problem,) = problems_of(of_session(mode="%(choices)s"))
    assert problem.message(french.__getitem__) == (
        f"{S1}, mode\u00a0: choisir in_person, online, hybrid"
    )
    assert problem.detail(french.__getitem__) == "choisir in_person, online, hybrid"
    assert "“%(choices)s”" in str(problem)


@pytest.mark.parametrize("wrong", [session(id=None), session(id="x")])
def test_a_session_without_a_good_id_is_offered_a_fresh_one(wrong: dict[str, Any]) -> None:
    offered = {problems_of({"sessions": [wrong]})[0].params["example"] for _ in range(3)}
    assert len(offered) == 3
    for text in offered:
        identifier = text.removeprefix('id="').removesuffix('"')
        assert Design.from_dict(of_session(id=identifier)).sessions[0].id == identifier


def test_a_long_unprintable_value_is_quoted_short_and_visible() -> None:
    (problem,) = problems_of({"model": "\u202e" + "x" * 10_000})
    assert "“U+202E" + "x" * 59 + "…”" in problem.message()


@given(st.text(max_size=20) | st.text(st.characters(), max_size=5))
@example("\ufffe")
@example("\ud83d")
@example("\x0b")
@example("\x85")
def test_what_xml_cannot_hold_is_refused_and_nothing_else(text: str) -> None:
    data = of_session(venue=f"a{text}b")
    try:
        etree.Element("x").set("y", text)
    except ValueError:
        (problem,) = problems_of(data)
        assert (problem.attribute, "Remove it" in problem.message()) == ("venue", True)
    else:
        venue = Design.from_dict(data).sessions[0].venue
        assert venue.replace(" ", "") == f"a{text}b".translate(dict.fromkeys(map(ord, " \t\r\n")))


@given(valid())
def test_plain_values_come_back_the_same(data: dict[str, Any]) -> None:
    design = Design.from_dict(data)
    written = design.to_dict()
    assert Design.from_dict(written) == design
    assert Design.from_dict(json.loads(json.dumps(written))).to_dict() == written


@given(valid())
def test_nothing_of_what_was_authored_is_lost(data: dict[str, Any]) -> None:
    written = Design.from_dict(data).to_dict()
    for name in ("sessions", "statuses", "prework", "follow_ups", "make_ups", "reminders"):
        for before, after in zip(data[name], written.get(name, []), strict=True):
            assert {key for key, value in before.items() if value not in ({}, [])} <= set(after)
            assert after.get("extra", {}) == before.get("extra", {})
            assert after.get("extra_elements", []) == before.get("extra_elements", [])
    assert [text.split() for text in written["objectives"]] == [
        text.split() for text in data["objectives"]
    ]
    for before, after in zip(data["sessions"], written["sessions"], strict=True):
        for key in ("id", "start", "end", "timezone", "mode", "capacity", "cancelled", "join_url"):
            assert after[key] == before[key]


def shuffled(value: Any, order: Callable[[list[Any]], list[Any]]) -> Any:
    if isinstance(value, dict):
        return {key: shuffled(value[key], order) for key in order(list(value))}
    return [shuffled(item, order) for item in value] if isinstance(value, list) else value


@given(valid(), st.randoms(use_true_random=False))
def test_the_digest_does_not_depend_on_the_order_of_names(data: dict[str, Any], rng: Any) -> None:
    other = shuffled(data, lambda names: rng.sample(names, len(names)))
    assert Design.from_dict(other).digest() == Design.from_dict(data).digest()


def test_the_digest_tells_designs_apart() -> None:
    data = complete()
    digest = Design.from_dict(data).digest()
    assert len(digest) == 64
    data["sessions"][0]["venue"] = "Room 5"
    assert Design.from_dict(data).digest() != digest
    zero, minus = ({"statuses": [status(), status(code="A", credit=c)]} for c in (0, -0.0))
    assert Design.from_dict(zero).digest() == Design.from_dict(minus).digest()


def test_a_design_without_reminders_is_written_as_before_there_were_any() -> None:
    """Another digest would make every published unit look changed."""
    data = complete()
    del data["reminders"]
    del data["check_in"]
    del data["from_minutes"]
    design = Design.from_dict(data)
    assert design == Design.from_dict(data | {"reminders": []})
    assert "reminders" not in design.to_dict()
    assert design.digest() == "2cd5876b2b15fef3585b561b812702a7c1c0fa5f0d205f37e22b3bd6cc09324c"
    assert Design().digest() == "2dda775859592cbd0a45abc29e656890bdf69396f1b2c8dc5ec89876693349d2"


def test_a_design_with_the_usual_check_in_is_written_as_before_there_was_any() -> None:
    data = complete()
    del data["check_in"]
    usual = {"opens_before": 30, "late_after": 10, "too_late_after": 60, "rotate_seconds": 15}
    for settings in (None, {}, usual, usual | {"late": "", "too_late": " "}):
        design = Design.from_dict(data | {"check_in": settings})
        assert "check_in" not in design.to_dict()
        assert design.digest() == Design.from_dict(data).digest()


def test_a_design_with_the_usual_minutes_is_written_as_before_there_were_any() -> None:
    data = complete()
    del data["from_minutes"]
    usual = {"present_from": 75, "late_after": 10, "absent_below": 10, "left_before": 10}
    for settings in (None, {}, usual, usual | {"late": "", "absent": " "}):
        design = Design.from_dict(data | {"from_minutes": settings})
        assert "from_minutes" not in design.to_dict()
        assert design.digest() == Design.from_dict(data).digest()
    assert Design.from_dict(data | {"from_minutes": {"absent_below": 0}}) != design


def test_two_unreadable_reminders_are_two_problems_not_three() -> None:
    wrong = [{"hours_before": 10**5000}, {"hours_before": True}]
    found = problems_of({"reminders": wrong})
    assert [problem.path for problem in found] == [
        ("reminders", 0, "hours_before"),
        ("reminders", 1, "hours_before"),
    ]


def test_everything_a_design_can_say_is_understood() -> None:
    design = Design.from_dict(complete())
    first, second = design.sessions
    assert (first.starts_at, first.ends_at) == (
        datetime(2026, 5, 12, 7, 0, tzinfo=UTC),
        datetime(2026, 5, 12, 10, 30, tzinfo=UTC),
    )
    assert (first.occurrence_key, second.occurrence_key) == ("spring", SECOND)
    assert (first.audience, first.capacity, first.cancelled) == (("Client A", "Client B"), 20, True)
    assert first.address == "12 rue des Lilas\nParis"
    assert second.extra == (("room_type", "lab"),)
    assert (design.rule.kind, design.rule.percent) == ("occurrence", 80)
    assert (design.gate.when_unmarked, design.gate.after_hours) == ("open", 48)
    assert (design.follow_ups[0].block, design.follow_ups[0].delay_days) == ("sequential@after", 7)
    assert (design.make_ups[0].block, design.make_ups[0].within_days) == ("video@recording", 14)
    assert [item.hours_before for item in design.reminders] == [168, 24]
    assert (design.check_in.opens_before, design.check_in.too_late) == (45, "A")
    assert design.check_in.extra == (("beep", "on"),)
    assert (design.from_minutes.present_from, design.from_minutes.absent) == (80, "A")
    assert design.from_minutes.extra == (("breaks", "out"),)
    assert design.prework[0].block == "sequential@before"
    assert design.confirmed_for == "course-v1:Org+Course+Run"
    assert [item.code for item in design.effective_statuses] == ["P", "A"]
    assert design.extra_elements == ("<badge><name>Mediator</name></badge>",)


def test_a_design_cannot_be_changed_and_can_be_a_key() -> None:
    design = Design.from_dict(complete())
    with pytest.raises(FrozenInstanceError):
        design.model = "flex"  # type: ignore[misc]
    assert len({design, Design.from_dict(complete())}) == 1


def test_an_empty_design_has_the_defaults() -> None:
    design = Design.from_dict({})
    assert design == Design()
    assert (design.model, design.rule, design.gate.when_unmarked) == ("custom", Rule(), "wait")
    assert (design.rule.kind, design.rule.at_least, design.gate.after_hours) == ("sessions", 1, 72)
    assert design.effective_statuses == DEFAULT_STATUSES
    assert design.to_dict()["statuses"] == []


def test_the_default_statuses_are_those_of_the_field() -> None:
    assert [(s.code, s.credit, s.attended, s.counted) for s in DEFAULT_STATUSES] == [
        ("P", 1.0, True, True),
        ("L", 1.0, True, True),
        ("D", 0.5, True, True),
        ("E", 0.0, False, False),
        ("A", 0.0, False, True),
    ]


def test_a_time_that_comes_twice_is_the_first_one() -> None:
    twice = of_session(start="2026-10-25T02:30", end="2026-10-25T04:00")
    assert Design.from_dict(twice).sessions[0].starts_at == datetime(
        2026, 10, 25, 0, 30, tzinfo=UTC
    )


def test_limits_themselves_are_allowed() -> None:
    data = complete() | {
        "objectives": [f"{number} " + "x" * 1990 for number in range(50)],
        "prework": [{"block": f"html@{number}"} for number in range(50)],
        "sessions": [
            session(id=f"00000000-0000-4000-8000-{number:012}", title="é" * 255)
            for number in range(200)
        ],
        "rule": {"kind": "sessions", "at_least": 200},
    }
    assert len(Design.from_dict(data).sessions) == 200


def warned(data: dict[str, Any], now: datetime = NOW) -> dict[tuple[str, str], str]:
    found = Design.from_dict(data).warnings(now)
    assert {problem.severity for problem in found} <= {"warning"}
    return {(problem.element, problem.attribute): problem.message() for problem in found}


def quiet() -> dict[str, Any]:
    links = {"follow_ups": [{"block": "html@a"}], "make_ups": [{"block": "video@b"}]}
    return of_session(venue="Room 4") | links


def test_a_sound_design_warns_of_nothing() -> None:
    assert warned(quiet()) == {}


def test_an_empty_design_says_what_comes_first() -> None:
    found = warned({})
    assert "Schedule a first session" in found[("session", "")]
    assert "Add what should open" in found[("follow_up", "")]


def test_a_past_session_is_warned_about_unless_cancelled() -> None:
    later = datetime(2026, 5, 12, 10, 30, tzinfo=UTC)
    assert "Check the date" in warned(quiet(), later)[(S1, "end")]
    assert warned(quiet(), later.replace(minute=29)) == {}
    cancelled = quiet()
    cancelled["sessions"][0]["cancelled"] = True
    assert (S1, "end") not in warned(cancelled, later)


@pytest.mark.parametrize(
    ("changes", "attribute", "remedy"),
    [
        ({"end": "2026-05-13T09:01"}, "end", "make one session for each day"),
        ({"start": "2026-10-25T02:30", "end": "2026-10-25T05:00"}, "start", "comes twice"),
        ({"start": "2026-10-25T01:30", "end": "2026-10-25T02:59"}, "end", "choose another time"),
        ({"mode": "online"}, "join_url", "Add the address"),
        ({"mode": "hybrid"}, "join_url", "Add the address"),
        ({"venue": ""}, "venue", "Say where"),
    ],
)
def test_what_is_hardly_meant_is_warned_about(
    changes: dict[str, Any], attribute: str, remedy: str
) -> None:
    data = quiet()
    data["sessions"][0] |= changes
    found = warned(data)
    assert list(found) == [(S1, attribute)]
    assert remedy in found[(S1, attribute)]


@pytest.mark.parametrize(
    ("kind", "enough", "too_much"), [("sessions", 1, 2), ("minutes", 210, 211)]
)
def test_a_rule_nobody_can_meet_is_warned_about(kind: str, enough: int, too_much: int) -> None:
    assert warned(quiet() | {"rule": {"kind": kind, "at_least": enough}}) == {}
    found = warned(quiet() | {"rule": {"kind": kind, "at_least": too_much}})
    assert f"asks for {too_much} {kind}" in found[("rule", "at_least")]
    assert "schedule more" in found[("rule", "at_least")]


def test_sessions_can_be_built_directly() -> None:
    built = SessionDesign(
        FIRST, "Workshop", datetime(2026, 5, 12, 9), datetime(2026, 5, 12, 12, 30), "Europe/Paris"
    )
    assert Design.from_dict(of_session()) == Design(sessions=(built,))
