"""The sentences that say what the settings of a blended unit mean."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from blended_xblock.authoring.wording import describe_design, describe_minutes, name_all
from blended_xblock.design import Design
from tests import designs
from tests.factories import meeting

TITLES = {
    "html@after": "After the workshop",
    "html@later": "A week later",
    "video@recording": "Recording",
}
AFTER = {"block": "html@after"}
LATER = {"block": "html@later", "delay_days": 7}
NOW = datetime(2026, 5, 1, tzinfo=UTC)
WAITS = "While a roll is not done, learners wait."


def describe(**values: Any) -> list[str]:
    values = {"sessions": [meeting(1), meeting(2)], "follow_ups": [AFTER], **values}
    return describe_design(Design.from_dict(values), TITLES)


@pytest.mark.parametrize(
    ("rule", "who"),
    [
        ({"kind": "sessions"}, "attends any one session"),
        ({"kind": "sessions", "at_least": 2}, "attends at least 2 sessions"),
        ({"kind": "occurrence"}, "attends every session of one occurrence"),
        (
            {"kind": "occurrence", "percent": 80},
            "attends at least 80% of the sessions of one occurrence",
        ),
        ({"kind": "minutes", "at_least": 1}, "takes part live for at least 1 minute"),
        ({"kind": "minutes", "at_least": 120}, "takes part live for at least 120 minutes"),
    ],
)
def test_the_rule_says_who_opens_the_follow_up(rule: dict[str, Any], who: str) -> None:
    assert describe(rule=rule) == [
        f"A learner who {who} opens “After the workshop” at once.",
        WAITS,
    ]
    assert describe(rule=rule, follow_ups=[]) == [
        f"A learner who {who} has taken part. Nothing is locked: there is no follow-up."
    ]


@pytest.mark.parametrize(
    ("follow_ups", "said"),
    [
        ([AFTER], "opens “After the workshop” at once."),
        ([{**AFTER, "delay_days": 1}], "opens “After the workshop” 1 day later."),
        ([LATER], "opens “A week later” 7 days later."),
        ([LATER, AFTER], "opens “After the workshop” at once, and “A week later” 7 days later."),
        (
            [LATER, {**AFTER, "delay_days": 7}],
            "opens “A week later” and “After the workshop” 7 days later.",
        ),
        ([{"block": "html@unknown"}], "opens “html@unknown” at once."),
        (
            [{"block": f"html@{n}"} for n in range(5)],
            "opens “html@0”, “html@1”, “html@2” and 2 more at once.",
        ),
        (
            [{"block": f"html@{n}", "delay_days": n} for n in range(5)],
            "opens “html@0” at once, “html@1” 1 day later, “html@2” 2 days later, "
            "and 2 more after that.",
        ),
    ],
)
def test_follow_ups_of_the_same_delay_stand_together_the_soonest_first(
    follow_ups: list[dict[str, Any]], said: str
) -> None:
    assert describe(follow_ups=follow_ups)[0] == f"A learner who attends any one session {said}"


def test_where_there_is_one_session_nobody_asks_which() -> None:
    """A cancelled session is none to choose from."""
    one = [meeting(1), meeting(2, cancelled=True)]
    assert describe(sessions=one)[0].startswith("A learner who attends the session opens")
    assert describe(sessions=one, follow_ups=[])[0].startswith(
        "A learner who attends the session has taken part."
    )


@pytest.mark.parametrize(
    ("sessions", "said"),
    [
        ([], "No session is planned yet: nobody can take part."),
        ([meeting(cancelled=True)], "Every session is cancelled: nobody can take part."),
    ],
)
def test_without_a_session_nothing_is_said_of_rolls(sessions: list[Any], said: str) -> None:
    assert describe(sessions=sessions) == [
        "A learner who attends any one session opens “After the workshop” at once.",
        said,
    ]


@pytest.mark.parametrize(
    ("gate", "said"),
    [
        ({"when_unmarked": "wait", "after_hours": 48}, WAITS),
        (
            {"when_unmarked": "open", "after_hours": 72},
            "A learner who is still not marked 72 hours after a session counts as having "
            "attended: follow-ups open by themselves.",
        ),
        (
            {"when_unmarked": "open", "after_hours": 1},
            "A learner who is still not marked 1 hour after a session counts as having "
            "attended: follow-ups open by themselves.",
        ),
        (
            {"when_unmarked": "open", "after_hours": 0},
            "As soon as a session is over, a learner who is not marked counts as having "
            "attended: follow-ups open by themselves.",
        ),
    ],
)
def test_what_a_roll_that_is_not_done_means(gate: dict[str, Any], said: str) -> None:
    assert describe(gate=gate)[1] == said


@pytest.mark.parametrize(
    ("make_ups", "named"),
    [
        ([{"block": "video@recording", "within_days": 14}], "“Recording” (within 14 days)"),
        ([{"block": "video@recording", "within_days": 1}], "“Recording” (within 1 day)"),
        ([{"block": "video@recording"}, {"block": "html@x"}], "“Recording” and “html@x”"),
        (
            [{"block": "html@x"}, {"block": "video@recording", "within_days": 14}],
            "“html@x” and “Recording” (within 14 days)",
        ),
        (
            [{"block": f"html@{n}", "within_days": n} for n in range(1, 6)],
            "“html@1” (within 1 day), “html@2” (within 2 days), “html@3” (within 3 days) "
            "and 2 more",
        ),
    ],
)
def test_a_make_up_is_said_to_open_nothing(make_ups: list[dict[str, Any]], named: str) -> None:
    assert describe(make_ups=make_ups)[2] == (
        "A learner who missed a session and has not taken part otherwise can do "
        f"{named}. This opens no follow-up by itself."
    )


@pytest.mark.parametrize(
    ("hours", "said"),
    [
        ([24], "1 day"),
        ([1], "1 hour"),
        ([36], "36 hours"),
        ([2, 168, 24], "7 days, 1 day and 2 hours"),
    ],
)
def test_reminders_are_said_the_earliest_first(hours: list[int], said: str) -> None:
    reminders = [{"hours_before": each} for each in hours]
    assert describe(reminders=reminders)[-1] == (
        f"Calendar entries remind learners {said} before each session."
    )


LAST = "From 60 minutes after its start, only the trainer can record them."


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (
            {"opens_before": 20},
            "from 20 minutes before each session as “Present” and from 10 minutes after its start "
            f"as “Late”. {LAST}",
        ),
        (
            {"opens_before": 0, "late_after": 0},
            f"from the start of each session as “Late”. {LAST}",
        ),
        (
            {"late_after": 1, "too_late_after": 30, "early": "E", "too_late": "A"},
            "from 30 minutes before each session as “Excused”, from its start as “Present”, from 1 "
            "minute after its start as “Late” and from 30 minutes after its start as “Absent”.",
        ),
        ({"late": "P"}, f"from 30 minutes before each session as “Present”. {LAST}"),
        (
            {"late_after": 0, "too_late_after": 0},
            "from 30 minutes before each session as “Present”. From its start, only the trainer "
            "can record them.",
        ),
    ],
)
def test_a_check_in_that_is_not_the_usual_one_is_said(settings: dict[str, Any], said: str) -> None:
    assert describe(check_in=settings)[-1] == f"Learners check themselves in {said}"


def test_nothing_is_said_of_the_usual_check_in() -> None:
    assert describe(check_in={}) == describe()
    nobody = {"opens_before": 0, "late_after": 0, "too_late_after": 0}
    assert describe(check_in=nobody)[-1].startswith("Learners cannot check themselves in")


HERE, NOT = designs.status(), designs.status(code="A", label="Absent", credit=0, attended=False)
LATE_10 = "Whoever joins 10 minutes or more after the start and stays is recorded as “Late”."


@pytest.mark.parametrize(
    ("settings", "statuses", "shares", "lateness"),
    [
        (
            {"present_from": 80},
            [],
            "“Present” from 80%, “Left early” from 10% and “Absent” below 10%",
            LATE_10,
        ),
        ({"absent_below": 0}, [], "“Present” from 75% and “Left early” below 75%", LATE_10),
        ({"absent_below": 75}, [], "“Present” from 75% and “Absent” below 75%", LATE_10),
        ({"left_early": "P"}, [], "“Present” from 10% and “Absent” below 10%", LATE_10),
        ({"left_early": "P", "absent": "P"}, [], "“Present” for everybody", LATE_10),
        (
            {"late_after": 1},
            [],
            "“Present” from 75%, “Left early” from 10% and “Absent” below 10%",
            "Whoever joins 1 minute or more after the start and stays is recorded as “Late”.",
        ),
        (
            {"late_after": 0, "late": "E"},
            [],
            "“Present” from 75%, “Left early” from 10% and “Absent” below 10%",
            "Whoever joins after the start and stays is recorded as “Excused”.",
        ),
        (
            {"late_after": 5},
            [HERE, NOT],
            "“Present” from 75%, left to the trainer from 10% and “Absent” below 10%",
            "",
        ),
        ({"present_from": 50}, [HERE], "“Present” from 50% and left to the trainer below 50%", ""),
    ],
)
def test_minutes_that_do_not_mean_the_usual_are_said(
    settings: dict[str, Any], statuses: list[Any], shares: str, lateness: str
) -> None:
    said = f"From a report, learners are recorded by their share of the session: {shares}."
    found = describe(from_minutes=settings, statuses=statuses)[-1]
    assert found == f"{said} {lateness}".strip()


def test_nothing_is_said_of_the_usual_minutes() -> None:
    assert describe(from_minutes={}) == describe()


def test_minutes_are_told_of_the_next_session_else_of_the_last() -> None:
    def told(*sessions: dict[str, Any]) -> str:
        return describe_minutes(Design.from_dict({"sessions": [*sessions]}), NOW)

    next_one = designs.session(title="Next", end="2026-05-12T12:00")
    later = designs.session(id=designs.SECOND, title="Later", start="2026-05-12T10:00")
    past = later | {"title": "Past", "start": "2026-04-30T10:00", "end": "2026-04-30T11:00"}
    assert told(later, next_one) == told(past, next_one) == told(next_one)
    assert told(next_one) == (
        "Of the 180 minutes of “Next”: “Present” from 135, “Left early” from 18 and “Absent” "
        "below 18."
    )
    assert told(past).startswith("Of the 60 minutes of “Past”: “Present” from 45,")
    assert told(next_one | {"cancelled": True}) == told() == ""


@given(designs.valid(), st.sampled_from(["en", "fr"]))
def test_every_design_is_said_in_whole_sentences(values: dict[str, Any], language: str) -> None:
    design = Design.from_dict(values)
    with translation.override(language):
        said = describe_design(design, {})
        measured = describe_minutes(design, NOW)
    assert 1 <= len(said) <= 6
    assert bool(measured) == any(not session.cancelled for session in design.sessions)
    for sentence in (*said, *filter(None, [measured])):
        # Links hold no such sign followed by a bracket: only a slip of ours would leave one.
        assert "%(" not in sentence
        assert sentence.endswith(".")
    for item in (*design.follow_ups, *design.make_ups):
        assert any(item.block in sentence for sentence in said)


@given(st.integers(1, 60))
def test_titles_are_named_or_counted(count: int) -> None:
    """So many are there in all, whether by name or as a number at the end."""
    said = name_all([f"T{n}" for n in range(count)])
    more = int(said.split(" and ")[1].split(" ")[0]) if said.endswith(" more") else 0
    assert said.count("“") + more == count


def test_a_title_with_a_percent_sign_is_left_alone() -> None:
    assert name_all(["100 %(sure)s", "50%"]) == "“100 %(sure)s” and “50%”"
