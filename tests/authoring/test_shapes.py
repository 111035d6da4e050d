"""A model fills in what is empty and touches nothing else, whatever stands there already."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blended_xblock.authoring.shapes import describe_shape, list_models, start_from
from blended_xblock.design import MODELS, Design
from blended_xblock.errors import DesignError, InvalidInputError
from blended_xblock.gate import rule as gate_rule
from tests.designs import ZONES, exists, session, valid

# A Tuesday.
FIRST = datetime(2026, 5, 12, 9)
PARIS = "Europe/Paris"
CARDS = {card.model: card for card in list_models()}
SHAPED = [model for model in MODELS if model != "custom"]


def started(
    model: str, current: Mapping[str, Any] | None = None, /, **given_: Any
) -> dict[str, Any]:
    """Start from a model; what is no argument of its own is an option."""
    arguments = {"first": FIRST, "zone": PARIS, "cohorts": ()}
    arguments |= {name: given_.pop(name) for name in list(given_) if name in arguments}
    return start_from(model, given_, current or {}, **arguments)


def filled(model: str, **given_: Any) -> list[dict[str, Any]]:
    return started(model, **given_)["sessions"]


def walls(sessions: Iterable[Mapping[str, Any]]) -> list[tuple[str, str]]:
    return [(each["start"], each["end"]) for each in sessions]


def canonical(data: Mapping[str, Any]) -> dict[str, Any]:
    return Design.from_dict(data).to_dict()


@st.composite
def choices(draw: st.DrawFn, models: list[str] = SHAPED) -> tuple[str, dict[str, int]]:
    """Return a model with some of its options, each in its range."""
    model = draw(st.sampled_from(models))
    values: dict[str, int] = {}
    for option in CARDS[model].options:
        high = values["drop_ins"] if option.name == "needed" else option.high
        values[option.name] = draw(st.integers(option.low, high))
    said = {name for name in values if name == "drop_ins" or draw(st.booleans())}
    return model, {name: value for name, value in values.items() if name in said}


@st.composite
def currents(draw: st.DrawFn) -> dict[str, Any]:
    """Return designs of which some parts are written, and others empty or filled in by a model."""
    written = draw(valid())
    for part in ("rule", "gate", "reminders"):
        if draw(st.booleans()):
            written[part] = draw(st.sampled_from(untouched(part)))
    return written


@st.composite
def moments(draw: st.DrawFn) -> tuple[datetime, str]:
    """Return first sessions, many of them just where clocks change."""
    zone = draw(st.sampled_from((*ZONES, "America/New_York", "Pacific/Apia")))
    day = draw(st.dates(date(2025, 1, 1), date(2029, 12, 31)))
    return datetime(day.year, day.month, day.day, draw(st.integers(0, 23)), 30), zone


# ── Nothing written is lost ──────────────────────────────────────────────────────────────────


@given(currents(), choices(list(MODELS)), st.booleans(), moments())
def test_nothing_that_was_written_is_thrown_away_or_changed(
    current: dict[str, Any],
    choice: tuple[str, dict[str, int]],
    add_sessions: bool,
    moment: tuple[datetime, str],
) -> None:
    model, options = choice
    first, zone = moment
    before = canonical(current)
    after = started(model, current, first=first, zone=zone, **options, add_sessions=add_sessions)
    assert after == canonical(after)
    assert after["model"] == model
    assert after["sessions"][: len(before["sessions"])] == before["sessions"]
    free = {"model", "sessions", "rule", "gate", "reminders"}
    assert {k: v for k, v in after.items() if k not in free} == {
        k: v for k, v in before.items() if k not in free
    }
    if before["sessions"] and not add_sessions:
        assert after["sessions"] == before["sessions"]
    for name in ("rule", "gate", "reminders"):
        if before.get(name) not in untouched(name):
            assert after[name] == before[name]


def untouched(name: str) -> list[Any]:
    """Return what an empty design holds, and what each model fills into one."""
    return [canonical({}).get(name), *(started(model).get(name) for model in SHAPED)]


@given(currents(), choices(list(MODELS)), moments())
def test_choosing_the_same_model_twice_changes_nothing_more(
    current: dict[str, Any], choice: tuple[str, dict[str, int]], moment: tuple[datetime, str]
) -> None:
    model, options = choice
    first, zone = moment
    once = started(model, current, first=first, zone=zone, **options)
    assert started(model, once, first=first, zone=zone, **options) == once


@given(currents(), st.dictionaries(st.text(max_size=5), st.none() | st.booleans(), max_size=3))
def test_the_blank_model_only_sets_the_model(
    current: dict[str, Any], options: dict[str, Any]
) -> None:
    after = start_from("custom", options, current, first=FIRST, zone=PARIS)
    assert after == canonical(current) | {"model": "custom"}


def test_what_is_given_is_not_changed_in_place() -> None:
    current, options = canonical({"sessions": [session()]}), {"add_sessions": True}
    start_from("rotation", options, current, first=FIRST, zone=PARIS)
    assert (current, options) == (canonical({"sessions": [session()]}), {"add_sessions": True})


@pytest.mark.parametrize(
    ("part", "written"),
    [
        ("rule", {"kind": "minutes", "at_least": 90}),
        ("rule", {"kind": "sessions", "at_least": 2}),
        ("rule", {"kind": "sessions", "at_least": 1, "extra": {"grace": "15"}}),
        ("rule", {"kind": "sessions", "at_least": 1, "extra_elements": ["<note/>"]}),
        ("gate", {"when_unmarked": "open", "after_hours": 72}),
        ("reminders", [{"hours_before": 48}]),
        ("reminders", [{"hours_before": 24, "extra": {"by": "mail"}}]),
    ],
)
@pytest.mark.parametrize("model", SHAPED)
def test_what_an_author_set_stays(model: str, part: str, written: Any) -> None:
    assert started(model, {part: written})[part] == written


@pytest.mark.parametrize("before", SHAPED)
@pytest.mark.parametrize("after", SHAPED)
def test_what_a_model_filled_in_makes_way_for_another_model(before: str, after: str) -> None:
    changed = started(after, started(before) | {"sessions": []})
    fresh = started(after)
    for part in ("rule", "gate", "reminders"):
        assert changed[part] == fresh[part]


def test_sessions_come_after_those_there_are_only_when_asked_for() -> None:
    current = {"sessions": [session()]}
    assert len(started("flex", current)["sessions"]) == 1
    assert len(started("flex", current, add_sessions=False)["sessions"]) == 1
    more = started("flex", current, add_sessions=True)["sessions"]
    assert [each["title"] for each in more[:2]] == ["Workshop", "Drop-in 1"]
    assert len(more) == 7


def test_sessions_added_again_are_another_running() -> None:
    """The name of an occurrence joins sessions: an old one must not gain members."""
    once = started("rotation")
    twice = started("rotation", once, add_sessions=True)
    assert len(twice["sessions"]) == 18
    names = [{each["occurrence"] for each in half} for half in halves(twice["sessions"])]
    assert [len(found) for found in names] == [3, 3]
    assert not names[0] & names[1]


def halves(items: list[Any]) -> tuple[list[Any], list[Any]]:
    return items[: len(items) // 2], items[len(items) // 2 :]


def test_a_rule_about_occurrences_is_not_set_where_no_sessions_belong_together() -> None:
    """Any single session would meet it, though the author asks for three."""
    flex = started("flex")
    assert started("project", flex)["rule"] == {"kind": "sessions", "at_least": 3}
    assert started("project", flex, add_sessions=True)["rule"]["kind"] == "occurrence"


def test_a_design_that_is_not_valid_is_refused_with_its_places() -> None:
    with pytest.raises(DesignError) as caught:
        started("flex", {"sessions": [session(title="")]})
    assert [problem.path for problem in caught.value.problems] == [("sessions", 0, "title")]


# ── The shapes ───────────────────────────────────────────────────────────────────────────────


def test_every_model_is_offered_in_words() -> None:
    cards = list_models()
    assert [card.model for card in cards] == list(MODELS)
    for card in cards:
        assert [step.partition(":")[0] for step in card.steps] == ["Before", "Live", "After"]
        assert card.when.startswith("Choose it when ")
        for option in card.options:
            assert option.low <= option.default <= option.high
            assert option.kind == "number"
        for part, links in (("follow_up", "follow_ups"), ("make_up", "make_ups")):
            Design.from_dict({links: [{"block": "html@a", **card.defaults[part]}]})


@pytest.mark.parametrize(
    ("model", "titles", "modes", "rule", "reminders"),
    [
        ("flipped_classroom", ["Workshop"], ["in_person"], ("sessions", 1), [72, 24]),
        ("flex", [f"Drop-in {n}" for n in range(1, 7)], ["online"] * 6, ("sessions", 3), [24, 1]),
        (
            "enriched_virtual",
            ["Meeting 1", "Meeting 2"],
            ["in_person"] * 2,
            ("occurrence", 100),
            [168, 24],
        ),
        (
            "project",
            ["Kick-off", "Milestone 1", "Milestone 2", "Milestone 3", "Final presentation"],
            ["in_person", "online", "online", "online", "in_person"],
            ("occurrence", 80),
            [168, 24],
        ),
        (
            "rotation",
            [
                f"Station {'ABC'[(group + slot) % 3]}, slot {slot + 1} – Group {group + 1}"
                for slot in range(3)
                for group in range(3)
            ],
            ["in_person"] * 9,
            ("occurrence", 100),
            [24],
        ),
    ],
)
def test_a_model_fills_an_empty_design(
    model: str, titles: list[str], modes: list[str], rule: tuple[str, int], reminders: list[int]
) -> None:
    design = Design.from_dict(started(model))
    assert design.model == model
    assert [each.title for each in design.sessions] == titles
    assert [each.mode for each in design.sessions] == modes
    amount = design.rule.percent if design.rule.kind == "occurrence" else design.rule.at_least
    assert (design.rule.kind, amount) == rule
    assert [each.hours_before for each in design.reminders] == reminders
    assert (design.gate.when_unmarked, design.gate.after_hours) == ("wait", 72)
    assert design.sessions[0].start == FIRST
    assert {each.timezone for each in design.sessions} == {PARIS}


@pytest.mark.parametrize(("model", "together"), [("enriched_virtual", 2), ("project", 5)])
def test_meetings_that_are_all_needed_are_one_occurrence(model: str, together: int) -> None:
    sessions = filled(model)
    assert len(sessions) == together
    assert len({each["occurrence"] for each in sessions} - {""}) == 1


def test_each_group_of_a_flipped_classroom_has_its_workshop_on_a_day_of_its_own() -> None:
    sessions = filled("flipped_classroom", groups=2, cohorts=["Client A", "Client B", "Other"])
    assert [(each["title"], each["audience"]) for each in sessions] == [
        ("Workshop – Client A", ["Client A"]),
        ("Workshop – Client B", ["Client B"]),
    ]
    assert walls(sessions) == [
        ("2026-05-12T09:00", "2026-05-12T12:00"),
        ("2026-05-13T09:00", "2026-05-13T12:00"),
    ]
    assert filled("flipped_classroom", groups=1, cohorts=["Client A"])[0]["audience"] == []


# ── Rotation ─────────────────────────────────────────────────────────────────────────────────

rotations = st.tuples(st.integers(2, 6), st.integers(2, 6), st.integers(2, 12), st.booleans())


@given(rotations, st.integers(15, 240))
def test_a_rotation_is_a_latin_rectangle(numbers: tuple[int, int, int, bool], minutes: int) -> None:
    """By the times, stations and names in the sessions themselves, not by how they were made."""
    stations, slots, groups, has_cohorts = numbers
    names = [f"Client {n}" for n in range(groups)] if has_cohorts else []
    sessions = filled(
        "rotation",
        stations=stations,
        slots=slots,
        groups=groups,
        minutes=minutes,
        cohorts=names,
    )
    wanted = names or [f"Group {n}" for n in range(1, groups + 1)]
    stations_of: dict[str, list[str]] = defaultdict(list)
    times_of: dict[str, set[str]] = defaultdict(set)
    held: set[tuple[str, str]] = set()
    for each in sessions:
        place, _dash, who = each["title"].partition(" – ")
        station = place.partition(",")[0]
        assert (each["start"], station) not in held
        held.add((each["start"], station))
        here = who.split(", ")
        assert len(here) == 1 or groups > stations
        assert each["audience"] == (here if has_cohorts else [])
        for name in here:
            stations_of[name].append(station)
            assert each["start"] not in times_of[name]
            times_of[name].add(each["start"])
    assert sorted(stations_of) == sorted(wanted)
    for name in wanted:
        assert len(stations_of[name]) == slots
        assert len(set(stations_of[name])) == min(stations, slots)
    shared = [len(each["title"].split(" – ")[1].split(", ")) for each in sessions]
    assert max(shared) - min(shared) <= 1


@given(rotations, st.data())
def test_all_of_one_groups_sessions_meet_the_rule_and_one_less_does_not(
    numbers: tuple[int, int, int, bool], data: st.DataObject
) -> None:
    """Also where everybody is expected at every group's sessions, for want of cohorts."""
    stations, slots, groups, has_cohorts = numbers
    names = [f"Client {n}" for n in range(groups)] if has_cohorts else []
    design = Design.from_dict(
        started("rotation", stations=stations, slots=slots, groups=groups, cohorts=names)
    )
    group = data.draw(st.sampled_from(names or [f"Group {n}" for n in range(1, groups + 1)]))
    mine = [
        each.id for each in design.sessions if group in each.title.partition(" – ")[2].split(", ")
    ]
    missed = data.draw(st.sampled_from(mine))

    def is_met(attended: Iterable[str]) -> bool:
        facts = [
            gate_rule.SessionFact(
                session_id=each.id,
                occurrence=each.occurrence_key,
                ends_at=each.ends_at,
                length=45,
                mark=gate_rule.Mark(is_attended=each.id in attended, is_counted=True),
            )
            for each in design.sessions
            if not each.audience or group in each.audience
        ]
        return gate_rule.evaluate(design.rule, design.gate, facts).is_met

    assert is_met(mine)
    assert not is_met([each for each in mine if each != missed])


def test_slots_follow_each_other_on_a_working_day_and_go_on_the_next() -> None:
    sessions = filled("rotation", stations=2, slots=3, groups=2, minutes=240)
    assert sorted(set(walls(sessions))) == [
        ("2026-05-12T09:00", "2026-05-12T13:00"),
        ("2026-05-12T13:00", "2026-05-12T17:00"),
        ("2026-05-13T09:00", "2026-05-13T13:00"),
    ]
    late = filled("rotation", first=FIRST.replace(hour=23), stations=2, slots=2, minutes=45)
    assert sorted(set(walls(late))) == [
        ("2026-05-12T23:00", "2026-05-12T23:45"),
        ("2026-05-13T23:00", "2026-05-13T23:45"),
    ]


def test_slots_and_groups_are_as_many_as_stations_unless_said() -> None:
    assert len(filled("rotation", stations=5)) == 25
    assert len(filled("rotation", stations=5, groups=2)) == 10


def test_too_few_cohorts_are_not_used_for_some_groups_only() -> None:
    assert not any(each["audience"] for each in filled("rotation", cohorts=["A", "B"]))
    assert all(each["audience"] for each in filled("rotation", cohorts=["A", "B", "C"]))


def test_a_cohort_that_a_design_cannot_name_is_passed_over() -> None:
    odd = ["", "two  spaces", "bell\x07", "x" * 256, "A", "A", "B"]
    assert not any(each["audience"] for each in filled("rotation", cohorts=odd))
    sessions = filled("rotation", cohorts=[*odd, "C"])
    assert {tuple(each["audience"]) for each in sessions} == {("A",), ("B",), ("C",)}


def test_long_and_misleading_names_of_cohorts_keep_groups_apart() -> None:
    cohorts = ["x" * 254 + letter for letter in "abc"]
    sessions = filled("rotation", cohorts=cohorts)
    assert len({each["occurrence"] for each in sessions}) == 3
    # Four groups at two stations: "A" with "B, C", and "A, B" with "C".
    sessions = filled("rotation", stations=2, groups=4, cohorts=["A", "A, B", "B, C", "C"])
    assert len({each["occurrence"] for each in sessions}) == 2


# ── Days and times ───────────────────────────────────────────────────────────────────────────


@given(choices(), moments())
def test_sessions_stand_on_working_days_at_the_time_chosen(
    choice: tuple[str, dict[str, int]], moment: tuple[datetime, str]
) -> None:
    model, options = choice
    first, zone = moment
    sessions = filled(model, first=first, zone=zone, **options)
    starts = [datetime.fromisoformat(start) for start, _end in walls(sessions)]
    assert starts == sorted(starts)
    assert starts[0] >= first
    by_day: dict[date, list[datetime]] = defaultdict(list)
    for start in starts:
        by_day[start.date()].append(start)
    for day, found in by_day.items():
        assert found[0].time() == first.time()
        assert day.weekday() < 5 or first.weekday() >= 5
    for each in Design.from_dict({"sessions": sessions}).sessions:
        assert each.starts_at < each.ends_at
    if model != "rotation":
        assert len(by_day) == len(sessions)
    if starts[0] != first:
        skipped = [first + timedelta(days=n) for n in range((starts[0] - first).days)]
        assert all(
            day.weekday() >= 5
            or not all(
                exists(day + timedelta(minutes=minute), zone) for minute in range(0, 8 * 60 + 1, 15)
            )
            for day in skipped
        )


@pytest.mark.parametrize("zone", ["Europe/Paris", "America/New_York"])
def test_weekly_drop_ins_keep_their_time_across_a_clock_change(zone: str) -> None:
    sessions = filled("flex", first=datetime(2026, 3, 3, 9), zone=zone, drop_ins=6)
    design = Design.from_dict({"sessions": sessions})
    assert [each.start for each in design.sessions] == [
        datetime(2026, 3, 3, 9) + timedelta(weeks=n) for n in range(6)
    ]
    assert len({each.starts_at.hour for each in design.sessions}) == 2


@pytest.mark.parametrize(
    ("first", "zone", "wanted"),
    [
        # Clocks change on a Sunday in Paris, on a Friday in Jerusalem.
        ("2026-03-29T02:30", PARIS, "2026-03-30T02:30"),
        ("2026-03-27T02:30", "Asia/Jerusalem", "2026-03-30T02:30"),
        # The end would be skipped.
        ("2026-03-27T01:30", "Asia/Jerusalem", "2026-03-30T01:30"),
    ],
)
def test_a_skipped_time_moves_on_to_a_day_that_has_it(first: str, zone: str, wanted: str) -> None:
    start = datetime.fromisoformat(first)
    sessions = filled("flex", first=start, zone=zone, drop_ins=2, needed=1)
    assert sessions[0]["start"] == wanted


def test_daily_drop_ins_leave_weekends_out_and_never_share_a_day() -> None:
    sessions = filled("flex", first=datetime(2026, 5, 14, 9), days=1, drop_ins=5)
    assert [start[8:10] for start, _end in walls(sessions)] == ["14", "15", "18", "19", "20"]


@pytest.mark.parametrize(
    ("first", "model", "options", "days"),
    [
        (datetime(2026, 5, 16, 9), "flipped_classroom", {}, ["16"]),
        (datetime(2026, 5, 17, 9), "flex", {"days": 7, "drop_ins": 3}, ["17", "24", "31"]),
        (datetime(2026, 5, 16, 9), "flex", {"days": 1, "drop_ins": 3}, ["16", "17", "18"]),
    ],
)
def test_who_starts_on_a_weekend_works_on_weekends(
    first: datetime, model: str, options: dict[str, Any], days: list[str]
) -> None:
    sessions = filled(model, first=first, **options)
    assert [start[8:10] for start, _end in walls(sessions)] == days


def test_seconds_are_left_out() -> None:
    sessions = filled("flipped_classroom", first=FIRST.replace(second=59, microsecond=1))
    assert sessions[0]["start"] == "2026-05-12T09:00"


@pytest.mark.parametrize(
    "first",
    [
        datetime(1999, 12, 31, 9),
        datetime(2100, 12, 31, 9),
        datetime.max,
        datetime.min,
        FIRST.replace(tzinfo=UTC),
    ],
)
def test_a_day_outside_the_years_of_a_design_is_refused(first: datetime) -> None:
    with pytest.raises(InvalidInputError, match="2000 to 2100") as caught:
        started("flex", first=first)
    assert not isinstance(caught.value, DesignError)


@pytest.mark.parametrize("zone", ["Paris", "", None])
def test_an_unknown_zone_is_refused(zone: Any) -> None:
    with pytest.raises(InvalidInputError, match="for example Europe/Paris"):
        started("flex", zone=zone)


# ── What is asked for ────────────────────────────────────────────────────────────────────────

HOSTILE = ["3", "", None, -1, 0, 10**5000, math.nan, math.inf, 3.0, True, [3], {}]


@pytest.mark.parametrize("value", HOSTILE, ids=lambda value: str(type(value)))
@pytest.mark.parametrize(
    ("model", "option"), [(card.model, each) for card in CARDS.values() for each in card.options]
)
def test_an_option_out_of_its_range_is_refused_by_its_label(
    model: str, option: Any, value: Any
) -> None:
    with pytest.raises(InvalidInputError) as caught:
        started(model, **{option.name: value})
    high = 6 if option.name == "needed" else option.high
    wanted = f"{option.label}: write a whole number from {option.low} to {high}"
    assert caught.value.message.startswith(wanted)
    with pytest.raises(InvalidInputError):
        describe_shape(model, {option.name: value})


def test_nobody_needs_more_drop_ins_than_there_are() -> None:
    with pytest.raises(InvalidInputError, match="from 1 to 4, not “5”"):
        started("flex", drop_ins=4, needed=5)
    assert started("flex", drop_ins=2)["rule"]["at_least"] == 2


@pytest.mark.parametrize("model", ["flipped", "", None, [], {}])
def test_an_unknown_model_is_refused(model: Any) -> None:
    with pytest.raises(InvalidInputError, match="Flipped classroom, Rotation"):
        started(model)


@pytest.mark.parametrize("options", [None, [], "x"])
def test_options_that_are_no_mapping_are_refused(options: Any) -> None:
    with pytest.raises(InvalidInputError, match="by name"):
        start_from("flex", options, {}, first=FIRST, zone=PARIS)


@pytest.mark.parametrize("value", ["true", 1, None])
def test_adding_sessions_is_a_plain_yes_or_no(value: Any) -> None:
    with pytest.raises(InvalidInputError, match="yes or no"):
        started("flex", add_sessions=value)


@pytest.mark.parametrize(("there", "fits"), [(191, True), (192, False)])
def test_there_are_never_more_than_200_sessions(there: int, fits: bool) -> None:
    current = {"sessions": [session(id=f"00000000-0000-4000-8000-{n:012}") for n in range(there)]}
    if fits:
        assert len(started("rotation", current, add_sessions=True)["sessions"]) == 200
        return
    with pytest.raises(InvalidInputError) as caught:
        started("rotation", current, add_sessions=True)
    assert re.findall(r"\d+", caught.value.message) == ["192", "9", "201", "200"]
    assert len(started("rotation", current)["sessions"]) == 192


@pytest.mark.parametrize(
    ("model", "options", "sentence"),
    [
        ("rotation", {}, "Makes 9 sessions: 3 stations × 3 slots, for 3 groups."),
        ("rotation", {"groups": 2}, "Makes 6 sessions: 3 stations × 3 slots, for 2 groups."),
        (
            "rotation",
            {"groups": 7},
            "Makes 9 sessions: 3 stations × 3 slots, for 7 groups that share stations.",
        ),
        ("flipped_classroom", {}, "Makes 1 session: a workshop for everybody."),
        ("flipped_classroom", {"groups": 4}, "Makes 4 sessions: a workshop for each group."),
        ("flex", {}, "Makes 6 sessions: drop-ins online, of which a learner needs 3."),
        (
            "enriched_virtual",
            {"meetings": 1},
            "Makes 1 session: a meeting in the room that is required.",
        ),
        (
            "project",
            {"milestones": 1},
            "Makes 3 sessions: a kick-off, 1 milestone and a final presentation.",
        ),
        ("custom", {}, "Makes no sessions: you add those you need."),
    ],
)
def test_a_sentence_says_what_a_model_makes(
    model: str, options: dict[str, int], sentence: str
) -> None:
    assert describe_shape(model, options) == sentence


@given(choices())
def test_the_sentence_counts_the_sessions_that_are_made(
    choice: tuple[str, dict[str, int]],
) -> None:
    model, options = choice
    count = len(filled(model, **options))
    assert describe_shape(model, options).startswith(f"Makes {count} session")
