"""Decision tables of the three rules: what counts as taking part, to the minute and per cent."""

from __future__ import annotations

import pytest

from blended_xblock.design import Gate, Rule
from blended_xblock.gate.rule import Mark, SessionFact, evaluate
from tests.gate.facts import (
    ABSENT,
    EXCUSED,
    GUEST,
    OPEN_AFTER_A_DAY,
    PRESENT,
    WAIT,
    fact,
    hour,
    present,
)

MARKS: dict[str, Mark | None] = {
    "P": PRESENT,
    "A": ABSENT,
    "E": EXCUSED,
    "G": GUEST,
    "R": present(None, live=False),
    ".": None,
}


def facts(marks: str, occurrence: str = "") -> list[SessionFact]:
    """Return sessions a, b, c… that end an hour apart, with one letter of ``MARKS`` each."""
    return [
        fact(chr(ord("a") + i), MARKS[letter], occurrence=occurrence)
        for i, letter in enumerate(marks)
    ]


@pytest.mark.parametrize(
    ("at_least", "marks", "met_with"),
    [
        (1, "", None),
        (1, "P", "a"),
        (1, "A", None),
        (1, "E", None),
        (1, "AP", "b"),
        (1, "PA", "a"),
        (1, "PP", "a"),
        (2, "P", None),
        (2, "PAP", "c"),
        (2, "PEP", "c"),
        (2, "P.P", "c"),
        (3, "PPAP", "d"),
        (1, "G", "a"),
        (1, "R", "a"),
    ],
)
def test_at_least_n_sessions(at_least: int, marks: str, met_with: str | None) -> None:
    verdict = evaluate(Rule("sessions", at_least), WAIT, facts(marks))
    assert verdict.is_met is (met_with is not None)
    assert verdict.counted_session == met_with
    assert verdict.counted_from == (hour(ord(met_with) - ord("a")) if met_with else None)


@pytest.mark.parametrize(
    ("percent", "marks", "met_with"),
    [
        (100, "PP", "b"),
        (100, "PA", None),
        (100, "P.", None),
        (100, "PE", "a"),
        (100, "EE", None),
        (100, "EA", None),
        (100, "EP", "b"),
        (50, "PA", "a"),
        (51, "PA", None),
        (50, "PAA", None),
        (33, "PAA", "a"),
        (34, "PAA", None),
        (66, "PPA", "b"),
        (67, "PPA", None),
        (75, "PPPA", "c"),
        (76, "PPPA", None),
        (14, "PAAAAAA", "a"),
        (15, "PAAAAAA", None),
        (1, "A", None),
        (1, "P" + "A" * 99, "a"),
        (1, "P" + "A" * 100, None),
        (100, "G", None),
        (100, "GP", "b"),
        (50, "GPA", "b"),
    ],
)
def test_percentage_of_one_occurrence(percent: int, marks: str, met_with: str | None) -> None:
    verdict = evaluate(Rule("occurrence", percent=percent), WAIT, facts(marks, "spring"))
    assert verdict.counted_session == met_with
    assert verdict.is_met is (met_with is not None)


def test_sessions_of_two_occurrences_do_not_add_up() -> None:
    halves = [
        fact("a", PRESENT, occurrence="spring"),
        fact("b", ABSENT, occurrence="spring"),
        fact("c", ABSENT, occurrence="autumn"),
        fact("d", PRESENT, occurrence="autumn"),
    ]
    assert not evaluate(Rule("occurrence"), WAIT, halves).is_met
    assert evaluate(Rule("sessions", 2), WAIT, halves).is_met


def test_any_one_occurrence_is_enough() -> None:
    both = [
        fact("a", ABSENT, occurrence="spring"),
        fact("b", PRESENT, occurrence="spring"),
        fact("c", PRESENT, occurrence="autumn"),
        fact("d", PRESENT, occurrence="autumn"),
    ]
    verdict = evaluate(Rule("occurrence"), WAIT, both)
    assert verdict.is_met
    assert verdict.counted_session == "d"


@pytest.mark.parametrize(
    ("at_least", "marks", "met_with"),
    [
        (60, [present(60)], "a"),
        (61, [present(60)], None),
        (60, [present(59)], None),
        (60, [present(None)], "a"),
        (61, [present(None)], None),
        (1, [present(0)], None),
        (60, [present(0), present(60)], "b"),
        (90, [present(45), ABSENT, present(45)], "c"),
        (90, [present(45), None, present(44)], None),
        (60, [present(None, live=False)], None),
        (60, [present(90, live=False), present(30)], None),
        (1, [Mark(is_attended=False, is_counted=True, minutes=500)], None),
        (1, [Mark(is_attended=False, is_counted=False, minutes=500)], None),
        (60, [Mark(is_attended=True, is_counted=False, minutes=60)], "a"),
    ],
)
def test_at_least_m_live_minutes(
    at_least: int, marks: list[Mark | None], met_with: str | None
) -> None:
    sessions = [fact(chr(ord("a") + i), mark) for i, mark in enumerate(marks)]
    verdict = evaluate(Rule("minutes", at_least), WAIT, sessions)
    assert verdict.counted_session == met_with
    assert verdict.is_met is (met_with is not None)


def test_minutes_nobody_measured_are_those_of_the_session() -> None:
    long = fact("a", present(None), length=210)
    assert evaluate(Rule("minutes", 210), WAIT, [long]).is_met
    assert not evaluate(Rule("minutes", 211), WAIT, [long]).is_met


@pytest.mark.parametrize("kind", ["sessions", "occurrence", "minutes"])
def test_without_facts_nothing_is_met_and_nothing_is_owed(kind: str) -> None:
    verdict = evaluate(Rule(kind), OPEN_AFTER_A_DAY, [])
    assert not verdict.is_met
    assert verdict.pending_from is None
    assert not verdict.openings
    assert (verdict.figures.reached, verdict.figures.needed) == (0, 1)


@pytest.mark.parametrize(
    ("rule", "marks", "pending"),
    [
        (Rule("sessions", 1), ".", "a"),
        (Rule("sessions", 1), "A.", "b"),
        (Rule("sessions", 1), "..", "a"),
        (Rule("sessions", 2), ".", None),
        (Rule("sessions", 2), "..", "b"),
        (Rule("sessions", 2), "P.", "b"),
        (Rule("sessions", 2), ".P", "a"),
        (Rule("sessions", 1), "E", None),
        (Rule("occurrence", percent=100), ".", "a"),
        (Rule("occurrence", percent=100), "A.", None),
        (Rule("occurrence", percent=50), "A.", "b"),
        (Rule("occurrence", percent=100), "P..", "c"),
        (Rule("minutes", 60), ".", "a"),
        (Rule("minutes", 61), ".", None),
        (Rule("minutes", 61), "..", "b"),
    ],
)
def test_which_unmarked_session_could_still_decide(
    rule: Rule, marks: str, pending: str | None
) -> None:
    verdict = evaluate(rule, WAIT, facts(marks, "spring"))
    assert verdict.pending_session == pending
    assert verdict.pending_from == (hour(ord(pending) - ord("a")) if pending else None)
    assert not verdict.openings, "the course team chose to wait"


def test_a_met_rule_waits_for_nothing() -> None:
    verdict = evaluate(Rule(), OPEN_AFTER_A_DAY, facts("P.."))
    assert verdict.is_met
    assert verdict.pending_from is None


@pytest.mark.parametrize("hours", [0, 1, 72])
def test_an_unmarked_roll_opens_after_the_hours_chosen(hours: int) -> None:
    gate = Gate(when_unmarked="open", after_hours=hours)
    verdict = evaluate(Rule("sessions", 2), gate, facts(".."))
    assert verdict.openings[0].due == hour(1 + hours)
    assert verdict.openings[0].counted_from == hour(1)


def test_somebody_marked_absent_is_not_let_in_by_the_hours() -> None:
    verdict = evaluate(Rule("occurrence"), OPEN_AFTER_A_DAY, facts("A.", "spring"))
    assert not verdict.openings


def test_the_hours_count_from_the_roll_that_stays_open() -> None:
    """The roll of the first session has been overdue for days when the second is attended."""
    sessions = [fact("a", None, at=0), fact("b", PRESENT, at=200)]
    verdict = evaluate(Rule("sessions", 2), OPEN_AFTER_A_DAY, sessions)
    assert verdict.openings[0].due == hour(24)


@pytest.mark.parametrize(
    ("rule", "marks", "reached", "needed"),
    [
        (Rule("sessions", 3), "PAP.", 2, 3),
        (Rule("sessions", 1), "PP", 2, 1),
        (Rule("minutes", 180), "PP", 120, 180),
        (Rule("minutes", 180), "PR", 60, 180),
        (Rule("occurrence", percent=100), "PA.", 1, 3),
        (Rule("occurrence", percent=34), "PAA", 1, 2),
        (Rule("occurrence", percent=33), "PAA", 1, 1),
        (Rule("occurrence", percent=1), "AAA", 0, 1),
        (Rule("occurrence", percent=100), "EEE", 0, 1),
    ],
)
def test_figures_for_people(rule: Rule, marks: str, reached: int, needed: int) -> None:
    figures = evaluate(rule, WAIT, facts(marks, "spring")).figures
    assert (figures.reached, figures.needed) == (reached, needed)
    assert figures.attended == sum(letter in "PGR" for letter in marks)
    assert figures.counted == sum(letter in "PAR" for letter in marks)
    assert figures.unmarked == marks.count(".")
