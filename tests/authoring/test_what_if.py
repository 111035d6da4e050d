"""The what-if table: each line is what the rule itself makes of marks like these."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation
from hypothesis import assume, given
from hypothesis import strategies as st

from blended_xblock.authoring.what_if import MAX_CASES, Case, list_cases
from blended_xblock.design import Design, SessionDesign
from blended_xblock.gate.rule import Mark, Opening, SessionFact, evaluate
from blended_xblock.gate.standing import opening_at, outcome_at
from blended_xblock.schedule.wording import describe_instant
from tests import designs
from tests import factories as f
from tests.factories import meeting

BEFORE = datetime(2026, 5, 1, tzinfo=UTC)
BETWEEN = datetime(2026, 5, 22, tzinfo=UTC)
LONG_AFTER = datetime(2026, 12, 1, tzinfo=UTC)
TITLES = {"sequence_demo@after": "After the workshop", "sequence_demo@later": "A week later"}
AFTER = {"block": "sequence_demo@after"}
LATER = {"block": "sequence_demo@later", "delay_days": 7}
EVERY, MISSES = "attends every session", "misses every session"
FIRST = "attends the first session only"
ALL_BUT_LAST = "attends all sessions but the last"
NO_ROLL = "comes, but nobody does the roll"
TWO = {"kind": "sessions", "at_least": 2}
DAY_AFTER = {"when_unmarked": "open", "after_hours": 24}


def cases(
    *sessions: dict[str, Any], now: datetime = BEFORE, zone: str | None = None, **values: Any
) -> dict[str, Case]:
    """Return the table's lines by whom they are about; by default of two sessions."""
    values = {
        "sessions": list(sessions) or [meeting(1), meeting(2)],
        "follow_ups": [AFTER],
        **values,
    }
    found = list_cases(Design.from_dict(values), TITLES, now, zone)
    assert len({case.who for case in found}) == len(found) <= MAX_CASES
    return {case.who: case for case in found}


def line(found: dict[str, Case], who: str) -> tuple[str, str]:
    return found[who].outcome, found[who].text


def test_without_a_session_there_is_nothing_to_try() -> None:
    assert list_cases(Design(), {}, BEFORE, None) == []
    assert cases(meeting(cancelled=True)) == {}


def test_one_session_is_told_in_the_singular() -> None:
    opens = ("open", "“After the workshop” opens with the roll of “Workshop 1” (Tue 12 May).")
    shut = ("shut", "Stays shut: 0 of 1 session.")
    found = cases(meeting())
    assert {who: line(found, who) for who in found} == {
        "attends the session": opens,
        "leaves the session early": opens,
        "is excused from the session": shut,
        "misses the session": shut,
        NO_ROLL: ("waits", "Waits for the roll of “Workshop 1”."),
    }


@pytest.mark.parametrize(
    ("rule", "who", "line_"),
    [
        (TWO, EVERY, ("later", "“A week later” opens on Tue 26 May, 12:00 (Paris time).")),
        (TWO, FIRST, ("shut", "Stays shut: 1 of 2 sessions.")),
        ({"kind": "minutes", "at_least": 200}, FIRST, ("shut", "Stays shut: 180 of 200 minutes.")),
        (
            {"kind": "minutes", "at_least": 200},
            "stays for half of every session",
            ("shut", "Stays shut: 180 of 200 minutes."),
        ),
        (
            {"kind": "minutes", "at_least": 180},
            "stays for half of every session",
            ("later", "“A week later” opens on Tue 26 May, 12:00 (Paris time)."),
        ),
        (
            {"kind": "occurrence", "percent": 100},
            FIRST,
            ("shut", "Stays shut: 1 of 2 sessions of one occurrence."),
        ),
        (
            {"kind": "occurrence", "percent": 50},
            FIRST,
            ("later", "“A week later” opens on Tue 19 May, 12:00 (Paris time)."),
        ),
    ],
)
def test_each_kind_of_rule(rule: dict[str, Any], who: str, line_: tuple[str, str]) -> None:
    days = [meeting(1, occurrence="spring"), meeting(2, occurrence="spring")]
    assert line(cases(*days, rule=rule, follow_ups=[LATER]), who) == line_


def test_one_of_two_occurrences_is_tried_alone() -> None:
    days = [meeting(n, occurrence="spring" if n < 3 else "autumn") for n in (1, 2, 3, 4)]
    found = cases(*days, rule={"kind": "occurrence", "percent": 100})
    assert found["attends every session of “spring”"].outcome == "open"
    assert found[FIRST].outcome == "shut"
    # The first half is the first occurrence: one line says both.
    assert "attends the first 2 sessions of 4" not in found
    one = [meeting(1, occurrence="spring"), meeting(2, occurrence="spring")]
    assert not any("“spring”" in who for who in cases(*one))


@pytest.mark.parametrize(
    ("count", "named"),
    [
        (2, []),
        (3, [ALL_BUT_LAST]),
        (5, [ALL_BUT_LAST, "attends the first 2 sessions of 5"]),
    ],
)
def test_more_sessions_make_more_to_try(count: int, named: list[str]) -> None:
    sessions = [meeting(n) for n in range(1, count + 1)]
    rule = {"kind": "sessions", "at_least": count - 1}
    found = cases(*sessions, rule=rule)
    assert [who for who in found if who == ALL_BUT_LAST or " of " in who] == named
    if count == 5:
        assert found[ALL_BUT_LAST].outcome == "open"
        assert found[named[1]].outcome == "shut"


def test_the_first_session_is_the_first_by_time() -> None:
    moved = meeting(1, start="2026-06-02T09:00", end="2026-06-02T12:00")
    assert "“Workshop 2” (Tue 19 May)" in cases(moved, meeting(2))[FIRST].text


@pytest.mark.parametrize(
    ("now", "outcome", "text"),
    [
        (
            BEFORE,
            "open",
            "“After the workshop” opens with the roll of “Workshop 1” (Tue 12 May). "
            "“A week later” opens on Tue 19 May, 12:00 (Paris time).",
        ),
        (
            BETWEEN,
            "open",
            "“After the workshop” opens with the roll of “Workshop 1” (Tue 12 May). "
            "“A week later” has been open since Tue 19 May, 12:00 (Paris time).",
        ),
        (
            datetime(2027, 1, 2, tzinfo=UTC),
            "open",
            "“After the workshop” opens with the roll of “Workshop 1” (Tue 12 May 2026). "
            "“A week later” has been open since Tue 19 May 2026, 12:00 (Paris time).",
        ),
    ],
)
def test_each_delay_has_its_own_date(now: datetime, outcome: str, text: str) -> None:
    assert line(cases(now=now, follow_ups=[LATER, AFTER]), FIRST) == (outcome, text)


def test_a_delay_that_still_runs_is_later_and_one_that_is_over_is_open() -> None:
    opens = datetime(2026, 5, 19, 10, tzinfo=UTC)
    second = timedelta(seconds=1)
    assert cases(now=opens - second, follow_ups=[LATER])[FIRST].outcome == "later"
    assert cases(now=opens, follow_ups=[LATER])[FIRST].outcome == "open"


def test_follow_ups_are_named_together_and_counted_from_the_fourth_on() -> None:
    four = [{"block": f"html@{n}"} for n in range(4)]
    assert cases(follow_ups=four)[FIRST].text == (
        "“html@0”, “html@1”, “html@2” and 1 more open with the roll of “Workshop 1” (Tue 12 May)."
    )
    five = [{"block": f"html@{n}", "delay_days": n} for n in range(5)]
    assert cases(follow_ups=five)[FIRST].text.endswith(
        "“html@2” opens on Thu 14 May, 12:00 (Paris time). 2 more open after that."
    )


@pytest.mark.parametrize(
    ("gate", "now", "outcome", "text"),
    [
        ({}, BEFORE, "waits", "Waits for the roll of “Workshop 1”."),
        ({}, LONG_AFTER, "waits", "Waits for the roll of “Workshop 1”."),
        (
            DAY_AFTER,
            BEFORE,
            "waits",
            "Waits for the roll of “Workshop 1”. “After the workshop” opens on Wed 13 May, 12:00 "
            "(Paris time) at the latest. “A week later” opens on Tue 19 May, 12:00 (Paris time) "
            "at the latest.",
        ),
        (
            DAY_AFTER,
            datetime(2026, 5, 14, tzinfo=UTC),
            "open",
            "Does not wait for the roll of “Workshop 1” any longer. “After the workshop” has been "
            "open since Wed 13 May, 12:00 (Paris time). “A week later” opens on Tue 19 May, 12:00 "
            "(Paris time) at the latest.",
        ),
        (
            {"when_unmarked": "open", "after_hours": 24 * 10},
            BEFORE,
            "waits",
            "Waits for the roll of “Workshop 1”. “After the workshop” and “A week later” open on "
            "Fri 22 May, 12:00 (Paris time) at the latest.",
        ),
    ],
)
def test_a_roll_that_is_never_done(
    gate: dict[str, Any], now: datetime, outcome: str, text: str
) -> None:
    found = cases(gate={"when_unmarked": "wait", **gate}, now=now, follow_ups=[AFTER, LATER])
    assert line(found, NO_ROLL) == (outcome, text)


def test_a_rule_out_of_reach_waits_for_nothing() -> None:
    found = cases(rule={"kind": "sessions", "at_least": 3}, gate=DAY_AFTER)
    assert {case.outcome for case in found.values()} == {"shut"}


@pytest.mark.parametrize(
    ("who", "outcome", "text"),
    [
        (EVERY, "open", "Has taken part. There is no follow-up to open."),
        (MISSES, "shut", "Has not taken part: 0 of 1 session."),
        (NO_ROLL, "waits", "Waits for the roll of “Workshop 1”."),
    ],
)
def test_without_a_follow_up_it_is_said_who_has_taken_part(
    who: str, outcome: str, text: str
) -> None:
    assert line(cases(follow_ups=[]), who) == (outcome, text)


def status(code: str, label: str, **meaning: Any) -> dict[str, Any]:
    return designs.status(code=code, label=label, **meaning)


PRESENT = designs.status()
ABSENT = status("A", "Absent", attended=False, counted=True, credit=0)
PARTLY = status("H", "Half-time", attended=False, counted=True, credit=0.5)
ELSEWHERE = status("O", "Elsewhere", attended=False, counted=False, credit=0)
ONLOOKER = status("G", "Onlooker", attended=True, counted=False, credit=1)
BRIEF = status("B", "Brief", attended=True, counted=True, credit=0.25)


@pytest.mark.parametrize(
    ("statuses", "outcomes"),
    [
        ([PRESENT, ABSENT], {}),
        ([PRESENT, ABSENT, PARTLY], {}),
        ([PRESENT, ABSENT, ELSEWHERE], {"Elsewhere": "shut"}),
        ([PRESENT, ABSENT, ONLOOKER], {"Onlooker": "shut"}),
        ([PRESENT, ABSENT, BRIEF, ELSEWHERE], {"Brief": "open", "Elsewhere": "shut"}),
        ([ELSEWHERE, PRESENT], {"Elsewhere": "shut"}),
    ],
)
def test_statuses_that_mean_something_else_are_tried_under_their_own_labels(
    statuses: list[dict[str, Any]], outcomes: dict[str, str]
) -> None:
    """The rule here is an occurrence's: a session that does not count is in no share of it."""
    found = cases(statuses=statuses, rule={"kind": "occurrence"})
    assert {who: case.outcome for who, case in found.items() if "“" in who} == {
        f"is marked “{label}” at every session": outcome for label, outcome in outcomes.items()
    }
    assert (MISSES in found) == (ABSENT in statuses)


def test_where_nobody_can_be_marked_absent_the_other_sessions_stay_unmarked() -> None:
    found = cases(statuses=[PRESENT], rule=TWO)
    assert set(found) == {EVERY, FIRST, NO_ROLL}
    assert line(found, FIRST) == ("waits", "Waits for the roll of “Workshop 2”.")


def test_cancelled_sessions_ask_nothing() -> None:
    days = [meeting(n, occurrence="spring", cancelled=n == 2) for n in (1, 2, 3)]
    found = cases(*days, rule=TWO, follow_ups=[LATER])
    assert found[FIRST].text == "Stays shut: 1 of 2 sessions."
    assert found[EVERY].text == "“A week later” opens on Tue 2 Jun, 12:00 (Paris time)."
    assert ALL_BUT_LAST not in found


def test_of_cohorts_that_meet_apart_the_first_is_told() -> None:
    sessions = [
        meeting(1, audience=["Blue"], cancelled=True),
        meeting(2, audience=["Green", "Red"]),
        meeting(3, audience=["Red"]),
        meeting(4),
    ]
    found = cases(*sessions, rule={"kind": "sessions", "at_least": 3})
    assert all(who.endswith(" (cohort “Green”)") for who in found)
    assert found[f"{EVERY} (cohort “Green”)"].text == "Stays shut: 2 of 3 sessions."


@pytest.mark.parametrize("audience", [[], ["Green"], ["Red", "Green"]])
def test_a_cohort_is_not_named_where_it_makes_no_difference(audience: list[str]) -> None:
    found = cases(meeting(1, audience=audience), meeting(2, audience=audience[::-1]))
    assert EVERY in found


@pytest.mark.parametrize(
    ("zone", "said"),
    [
        (None, "12:00 (Paris time)."),
        ("Europe/Berlin", "12:00 (Paris time)."),
        ("No/Where", "12:00 (Paris time)."),
        ("America/Montreal", "12:00 (Paris time; Tue 19 May, 06:00 in Montreal time)."),
    ],
)
def test_a_date_is_read_on_the_clocks_of_the_session_and_of_the_author(
    zone: str | None, said: str
) -> None:
    text = cases(zone=zone, follow_ups=[LATER])[FIRST].text
    assert text == f"“A week later” opens on Tue 19 May, {said}"


def test_the_day_is_that_of_the_session_s_own_clock() -> None:
    """An evening in Honolulu is the next day in Paris."""
    evening = meeting(start="2026-05-12T19:00", end="2026-05-12T22:00", timezone="Pacific/Honolulu")
    assert "(Tue 12 May)" in cases(evening)["attends the session"].text


# ── The same, for real ───────────────────────────────────────────────────────────────────────
SPRING = "attends every session of “spring”"
EARLY = "leaves every session early"
MARKED = {
    EVERY: "PPP",
    SPRING: "PPA",
    FIRST: "PAA",
    MISSES: "AAA",
    EARLY: "DDD",
    "is excused from every session": "EEE",
    NO_ROLL: "   ",
}
OUTCOMES = {"met": "open", "pending": "waits", "not_met": "shut"}


@pytest.mark.usefixtures("db")
@pytest.mark.parametrize("gate", [{"when_unmarked": "wait"}, DAY_AFTER])
@pytest.mark.parametrize(
    "rule",
    [
        {"kind": "sessions", "at_least": 1},
        TWO,
        {"kind": "minutes", "at_least": 400},
        {"kind": "occurrence", "percent": 60},
    ],
)
def test_learners_who_are_marked_like_that_find_what_the_table_says(
    rule: dict[str, Any], gate: dict[str, Any], trainer: Any, clock: Any
) -> None:
    days = [meeting(n, occurrence="spring" if n < 3 else "autumn") for n in (1, 2, 3)]
    f.build_course(unit=f.design(*days, rule=rule, gate=gate, follow_ups=[LATER]))
    clock.move_to(LONG_AFTER)
    learners = {who: f.person(f"learner{n}") for n, who in enumerate(MARKED)}
    for n in (1, 2, 3):
        marks = {learners[who]: codes[n - 1] for who, codes in MARKED.items()}
        f.take_roll(trainer, {user: code for user, code in marks.items() if code != " "}, n)
    found = cases(*days, rule=rule, gate=gate, follow_ups=[LATER], now=LONG_AFTER)
    assert set(MARKED) - set(found) == ({EARLY} if rule["kind"] == "minutes" else set())
    for who in set(MARKED) & set(found):
        row = f.standing(learners[who])
        opening = opening_at(row, 7, LONG_AFTER)
        outcome = "open" if opening.is_open else OUTCOMES[outcome_at(row, LONG_AFTER)]
        assert found[who].outcome == outcome, who
        if opening.opens_at:
            when = describe_instant(opening.opens_at, "Europe/Paris", LONG_AFTER)
            assert when in found[who].text


# ── Whatever the design ──────────────────────────────────────────────────────────────────────
NOWS = st.datetimes(datetime(2023, 1, 1), datetime(2031, 1, 1), timezones=st.just(UTC))
RANKS = {"shut": 0, "waits": 1, "later": 2, "open": 2}


def decided(
    design: Design, sessions: Sequence[SessionDesign], marks: Sequence[Mark | None], now: datetime
) -> str:
    """Return the outcome as the rule and the delays mean it, without going the table's way."""
    facts = [
        SessionFact(
            session_id=session.id,
            occurrence=session.occurrence_key,
            ends_at=session.ends_at,
            length=int((session.ends_at - session.starts_at) / timedelta(minutes=1)),
            mark=mark,
        )
        for session, mark in zip(sessions, marks, strict=True)
    ]
    verdict = evaluate(design.rule, design.gate, facts)
    zones = {session.id: ZoneInfo(session.timezone) for session in sessions}
    delays = {item.delay_days for item in design.follow_ups} or {0}

    def instant(way: Opening, days: int) -> datetime:
        if not days:
            return way.due or way.counted_from
        wall = way.counted_from.astimezone(zones[way.session_id]) + timedelta(days=days)
        return max(wall.astimezone(UTC), way.due or way.counted_from)

    is_open = any(instant(way, days) <= now for way in verdict.openings for days in delays)
    if is_open or (verdict.is_met and 0 in delays):
        return "open"
    if verdict.is_met:
        return "later"
    return "shut" if verdict.pending_session is None else "waits"


def tidy(values: dict[str, Any]) -> dict[str, Any]:
    """Take from the texts what would look like a slip of ours; give each status its own label."""
    for session in values["sessions"]:
        for name in {"title", "occurrence"} & session.keys():
            session[name] = session[name].replace("%", "x")
    for each in values["statuses"]:
        each["label"] = each["code"]
    return values


def without_cohorts(values: dict[str, Any]) -> Design:
    for session in values["sessions"]:
        session["audience"] = []
    return Design.from_dict(values)


@given(designs.valid().map(without_cohorts), NOWS, st.sampled_from([None, *designs.ZONES]))
def test_every_design_is_told_as_the_rule_decides(
    design: Design, now: datetime, zone: str | None
) -> None:
    live = sorted(
        (session for session in design.sessions if not session.cancelled),
        key=lambda session: session.ends_at,
    )
    found = {case.who: case for case in list_cases(design, {}, now, zone)}
    assert bool(found) == bool(live)
    if not live:
        return
    statuses = design.effective_statuses
    present = Mark(True, any(each.counted for each in statuses if each.attended))
    absent = Mark(False, True)
    rest = len(live) - 1
    expected: dict[str, list[Mark | None]] = {
        EVERY if rest else "attends the session": [present] * len(live),
        NO_ROLL: [None] * len(live),
    }
    if any(each.counted and not each.attended for each in statuses):
        expected[MISSES if rest else "misses the session"] = [absent] * len(live)
        if rest:
            expected[FIRST] = [present, *[absent] * rest]
    for who, marks in expected.items():
        assert found[who].outcome == decided(design, live, marks, now), who


@given(designs.valid().map(tidy), NOWS, st.sampled_from(["en", "fr"]))
def test_each_line_is_told_once_in_whole_sentences(
    values: dict[str, Any], now: datetime, language: str
) -> None:
    with translation.override(language):
        found = list_cases(Design.from_dict(values), {}, now, None)
    assert len({case.who for case in found}) == len(found) <= MAX_CASES
    for case in found:
        assert "%(" not in case.who + case.text
        assert case.text.endswith(".")


@given(designs.valid().map(without_cohorts), NOWS)
def test_whoever_attends_every_session_is_no_worse_off_than_after_the_first(
    design: Design, now: datetime
) -> None:
    """A date of theirs may be later: where nobody can be marked as having missed the rest.

    Where no status of those who came counts, a rule of an occurrence is met by unmarked ones alone.
    """
    assume(any(each.attended and each.counted for each in design.effective_statuses))
    found = {case.who: case.outcome for case in list_cases(design, {}, now, None)}
    if FIRST in found:
        assert RANKS[found[EVERY]] >= RANKS[found[FIRST]]


def test_the_largest_design_is_told_at_once() -> None:
    """While somebody types, the table is made again at each pause; this leaves room to spare."""
    design = Design.from_dict(
        {
            "sessions": [meeting(n) for n in range(1, 201)],
            "follow_ups": [{"block": f"html@{n}", "delay_days": n} for n in range(50)],
            "rule": {"kind": "sessions", "at_least": 200},
            "gate": DAY_AFTER,
        }
    )
    spent = []
    for _ in range(5):
        start = time.perf_counter()
        list_cases(design, {}, BEFORE, "America/Montreal")
        spent.append(time.perf_counter() - start)
    assert min(spent) < 0.2
