"""What holds whatever the facts: promises of the rule, and an oracle that steps through time."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from blended_xblock.design import Gate, Rule
from blended_xblock.gate.rule import Mark, SessionFact, evaluate
from tests.gate.facts import (
    ABSENT,
    EXCUSED,
    OPEN_AFTER_A_DAY,
    PRESENT,
    WAIT,
    assume,
    fact,
    first_instant,
    hour,
    is_met_naively,
    opens_from,
)

DELAYS = (0, 1, 7)
minutes = st.one_of(st.none(), st.integers(0, 200))
marks = st.one_of(
    st.none(),
    st.builds(
        Mark,
        is_attended=st.booleans(),
        is_counted=st.booleans(),
        minutes=minutes,
        is_live=st.booleans(),
    ),
)
attended = st.builds(
    Mark,
    is_attended=st.just(True),
    is_counted=st.booleans(),
    minutes=minutes,
    is_live=st.booleans(),
)
rules = st.one_of(
    st.builds(Rule, st.just("sessions"), at_least=st.integers(1, 4)),
    st.builds(Rule, st.just("minutes"), at_least=st.integers(1, 300)),
    st.builds(Rule, st.just("occurrence"), percent=st.sampled_from([1, 33, 34, 50, 67, 75, 100])),
)
gates = st.builds(
    Gate, when_unmarked=st.sampled_from(["wait", "open"]), after_hours=st.integers(0, 100)
)


@st.composite
def some_facts(draw: st.DrawFn, marks: st.SearchStrategy[Mark | None] = marks) -> list[SessionFact]:
    """Return up to seven sessions of two occurrences, some of which end at the same time."""
    facts = []
    for i in range(draw(st.integers(0, 7))):
        one = fact(
            f"s{i}",
            draw(marks),
            at=draw(st.integers(0, 240)),
            occurrence=draw(st.sampled_from(["spring", "autumn"])),
            length=draw(st.integers(1, 120)),
        )
        # Only somebody who came can be recorded at a session they were not asked to.
        is_walk_in = one.mark is not None and one.mark.is_attended and draw(st.booleans())
        facts.append(replace(one, is_expected=not is_walk_in))
    return facts


lots = settings(max_examples=200, deadline=None)


@lots
@given(rules, gates, some_facts())
def test_met_is_what_the_sentence_says(rule: Rule, gate: Gate, facts: list[SessionFact]) -> None:
    verdict = evaluate(rule, gate, facts)
    assert verdict.is_met == is_met_naively(rule, facts)
    assert verdict.is_met == (verdict.figures.reached >= verdict.figures.needed)


@lots
@given(rules, gates, some_facts(), st.randoms())
def test_the_order_of_facts_never_matters(rule, gate, facts, random) -> None:
    shuffled = random.sample(facts, len(facts))
    assert evaluate(rule, gate, shuffled) == evaluate(rule, gate, facts)


@lots
@given(rules, gates, some_facts(), st.integers(0, 240), attended, st.sampled_from(DELAYS))
@example(  # one of two is half, one of three is not: the day that counted must not move
    Rule("occurrence", percent=50),
    WAIT,
    [fact("a", PRESENT, occurrence="spring"), fact("b", ABSENT, occurrence="spring")],
    200,
    PRESENT,
    7,
)
@example(  # open since the hours ran out, then attends one session more
    Rule("sessions", 2), OPEN_AFTER_A_DAY, [fact("a", None), fact("b", None)], 200, PRESENT, 0
)
@example(  # the same, and the session more meets the rule by itself
    Rule("sessions", 1), OPEN_AFTER_A_DAY, [fact("a", None)], 200, PRESENT, 7
)
def test_one_more_attended_session_never_closes_a_gate(
    rule: Rule, gate: Gate, facts: list[SessionFact], end: int, mark: Mark, delay: int
) -> None:
    """Whoever comes to one more session, asked to or not, stays in.

    A day that already counted moves only if the course team asked for one session more.
    """
    before = evaluate(rule, gate, facts)
    more = fact("one more", mark, at=end, occurrence="spring", length=60)
    assert evaluate(rule, gate, [*facts, more]).is_met or not before.is_met
    after = evaluate(rule, gate, [*facts, replace(more, is_expected=False)])
    assert after.is_met or not before.is_met
    assert opens_from(after, delay) <= opens_from(before, delay)


@lots
@given(rules, gates, some_facts(), st.sampled_from(DELAYS), st.data())
def test_marking_an_unmarked_session_attended_never_closes_a_gate(
    rule, gate, facts, delay, data
) -> None:
    unmarked = [i for i, f in enumerate(facts) if f.mark is None]
    if not unmarked:
        return
    place = data.draw(st.sampled_from(unmarked))
    marked = [replace(f, mark=PRESENT) if i == place else f for i, f in enumerate(facts)]
    before, after = evaluate(rule, gate, facts), evaluate(rule, gate, marked)
    assert opens_from(after, delay) <= opens_from(before, delay)


@lots
@given(rules, gates, some_facts(), st.sampled_from(DELAYS))
def test_turning_absent_into_excused_never_closes_a_gate(rule, gate, facts, delay) -> None:
    forgiven = [replace(f, mark=EXCUSED) if f.mark == ABSENT else f for f in facts]
    before, after = evaluate(rule, gate, facts), evaluate(rule, gate, forgiven)
    assert after.is_met or not before.is_met
    assert opens_from(after, delay) <= opens_from(before, delay)


@lots
@given(rules, gates, some_facts())
def test_excused_sessions_change_nothing(rule, gate, facts) -> None:
    kept = [f for f in facts if f.mark is None or f.mark.is_counted or f.mark.is_attended]
    before, after = evaluate(rule, gate, facts), evaluate(rule, gate, kept)
    assert replace(after, figures=before.figures) == before


@lots
@given(rules, some_facts())
def test_pending_begins_when_an_unmarked_session_that_is_over_could_decide(rule, facts) -> None:
    verdict = evaluate(rule, WAIT, facts)
    expected = None
    if not verdict.is_met:
        expected = first_instant(rule, facts, {f.ends_at for f in facts})
    assert verdict.pending_from == expected


@lots
@given(rules, some_facts(), st.integers(0, 100))
def test_the_hours_run_out_for_each_roll_by_itself(rule, facts, hours) -> None:
    """At each hour a roll that has been open for so long counts as if all had been present."""
    verdict = evaluate(rule, Gate(when_unmarked="open", after_hours=hours), facts)
    if verdict.is_met:
        return
    allowed = timedelta(hours=hours)
    expected = next(
        (
            now
            for now in (hour(n) for n in range(240 + 100 + 1))
            if is_met_naively(rule, assume(facts, now - allowed))
        ),
        None,
    )
    first = verdict.openings[0].due if verdict.openings else None
    assert first == expected


@lots
@given(rules, some_facts())
def test_no_session_before_the_one_that_counted_was_enough(rule, facts) -> None:
    verdict = evaluate(rule, WAIT, facts)
    if not verdict.is_met:
        return
    before = [
        replace(f, mark=ABSENT) if f.mark and f.mark.is_attended and f.mark.is_counted else f
        for f in facts
        if f.ends_at >= verdict.counted_from and (f.mark is None or f.mark.is_counted)
    ] + [f for f in facts if f.ends_at < verdict.counted_from]
    assert not is_met_naively(rule, before)


@pytest.mark.parametrize("percent", range(1, 101))
def test_every_percentage_of_every_small_occurrence_is_exact(percent: int) -> None:
    """Floating point would fail here: 7 of 25 is 28 %, and 0.28 * 25 is a little more than 7."""
    rule = Rule("occurrence", percent=percent)
    for of in range(1, 26):
        for came in range(of + 1):
            sessions = [
                fact(f"s{i}", PRESENT if i < came else ABSENT, at=i, occurrence="spring")
                for i in range(of)
            ]
            met = came > 0 and 100 * came >= percent * of
            assert evaluate(rule, WAIT, sessions).is_met == met, (came, of)
