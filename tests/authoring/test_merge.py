"""Two authors' work becomes one: nothing either wrote is lost, and what cannot be both is named."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blended_xblock.authoring.merging import merge
from blended_xblock.design import DEFAULT_STATUSES, CheckIn, Design, FromMinutes
from tests.designs import FIRST, SECOND, complete, session, status, texts, valid

Values = dict[str, Any]
THIRD = "00000000-0000-4000-8000-000000000003"

# What a form half filled in, or a program with a mistake, may hold anywhere.
ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)
LISTS = {
    "objectives": None,
    "prework": "block",
    "sessions": "id",
    "statuses": "code",
    "follow_ups": "block",
    "make_ups": "block",
    "reminders": "hours_before",
}


@st.composite
def versions(draw: st.DrawFn) -> Values:
    """Return any valid version."""
    design = Design.from_dict(draw(valid())).to_dict()
    return {"title": draw(texts()), "weight": draw(st.none() | st.floats(0, 9)), "design": design}


@st.composite
def half_typed(draw: st.DrawFn) -> Values:
    """Return a version of which values are missing or odd, at any depth."""
    version = deepcopy(draw(versions()))
    for _ in range(draw(st.integers(0, 4))):
        place: Any = version
        while isinstance(place, dict | list) and place:
            name = draw(st.sampled_from(range(len(place)) if isinstance(place, list) else [*place]))
            what = draw(st.sampled_from(["deeper", "remove", "replace"]))
            if what == "remove":
                del place[name]
                break
            if what == "replace":
                place[name] = draw(ODD)
                break
            place = place[name]
    return version


def unit(**design: Any) -> Values:
    return {"title": "Unit", "weight": 1, "design": design}


def merged(base: Values, mine: Values, theirs: Values) -> tuple[Values, list[str]]:
    """Return the design of two merged, and the conflicts."""
    result = merge(unit(**base), unit(**mine), unit(**theirs))
    return result.version["design"], result.conflicts


def with_session(**changes: Any) -> Values:
    return {"sessions": [session(**changes)]}


@given(half_typed(), half_typed())
def test_where_one_side_changed_nothing_the_other_is_the_result(
    base: Values, other: Values
) -> None:
    for mine, theirs, expected in (
        (other, base, other),
        (base, other, other),
        (other, other, other),
    ):
        result = merge(base, mine, theirs)
        assert result.version == expected
        assert result.conflicts == []


@given(half_typed(), half_typed(), half_typed())
def test_nothing_half_typed_breaks_it_or_is_changed_by_it(
    base: Values, mine: Values, theirs: Values
) -> None:
    before = deepcopy([base, mine, theirs])
    assert all(isinstance(text, str) and text for text in merge(base, mine, theirs).conflicts)
    assert [base, mine, theirs] == before


@given(versions(), versions(), versions())
def test_no_element_either_side_added_is_lost(base: Values, mine: Values, theirs: Values) -> None:
    result = merge(base, mine, theirs).version["design"]
    for part, key in LISTS.items():

        def names(version: Values, part: str = part, key: str | None = key) -> set[Any]:
            items = version["design"].get(part, [])
            if part == "statuses" and not items:
                items = [each.to_dict() for each in DEFAULT_STATUSES]
            return {item[key] if key else item for item in items}

        kept = names({"design": result})
        for side in (mine, theirs):
            assert names(side) - names(base) <= kept
        assert names(base) & names(mine) & names(theirs) <= kept
        assert kept <= names(mine) | names(theirs)


@given(versions(), versions(), versions(), st.data())
def test_edits_of_different_parts_are_both_in_a_valid_result(
    base: Values, one: Values, other: Values, data: st.DataObject
) -> None:
    parts = ["title", "weight", *dict.fromkeys([*base["design"], *one["design"], *other["design"]])]
    of_mine = set(data.draw(st.lists(st.sampled_from(parts))))
    # Two parts name statuses: what one author removes and the other names is asked at saving.
    naming = {"check_in", "from_minutes"}
    of_mine = of_mine | naming if "statuses" in of_mine else of_mine - naming
    mine, theirs = deepcopy(base), deepcopy(base)
    for part in parts:
        edited, source = (mine, one) if part in of_mine else (theirs, other)
        if part in {"title", "weight"}:
            edited[part] = source[part]
        elif part in source["design"]:
            edited["design"][part] = source["design"][part]
        else:
            edited["design"].pop(part, None)
    result = merge(base, mine, theirs)
    assert result.conflicts == []
    Design.from_dict(result.version["design"])
    for part in ("title", "weight"):
        assert result.version[part] == (mine if part in of_mine else theirs)[part]
    for part in parts[2:]:
        side = mine if part in of_mine else theirs
        assert result.version["design"].get(part) == side["design"].get(part)


@given(versions(), st.data())
def test_edits_of_different_elements_are_both_in_a_valid_result(
    base: Values, data: st.DataObject
) -> None:
    """Each session is edited, moved or removed by one of the two, who add some of their own."""
    mine, theirs = deepcopy(base), deepcopy(base)
    added = {}
    for side in (mine, theirs):
        for new in Design.from_dict(data.draw(valid())).to_dict()["sessions"]:
            added[new["id"]] = new
            place = data.draw(st.integers(0, len(side["design"]["sessions"])))
            side["design"]["sessions"].insert(place, new)
    expected = dict(added)
    for old in base["design"]["sessions"]:
        side = data.draw(st.sampled_from([mine, theirs]))["design"]["sessions"]
        if data.draw(st.booleans()):
            side.remove(old)
        else:
            expected[old["id"]] = {**old, "venue": "Hall", "end": "2031-01-01T00:00"}
            side[side.index(old)] = expected[old["id"]]
    result = merge(base, mine, theirs)
    assert result.conflicts == []
    found = result.version["design"]["sessions"]
    assert {each["id"]: each for each in found} == expected
    assert len(found) == len(expected)
    Design.from_dict(result.version["design"])


def test_two_authors_of_one_session_are_merged_field_by_field() -> None:
    design, conflicts = merged(
        with_session(venue="Room 4"),
        with_session(venue="Room 5", extra={"x-a": "1"}),
        with_session(venue="Room 4", title="Practice", capacity=12, extra={"x-b": "2"}),
    )
    assert design["sessions"] == [
        session(venue="Room 5", title="Practice", capacity=12, extra={"x-a": "1", "x-b": "2"})
    ]
    assert conflicts == []


@pytest.mark.parametrize(
    ("base", "mine", "theirs", "conflict"),
    [
        (
            {"venue": "Room 4"},
            {"venue": "Room 5"},
            {"venue": "Room 6"},
            "“Workshop”, room: you chose “Room 5”, the other author “Room 6”. Yours is kept.",
        ),
        (
            {"capacity": 20},
            {"capacity": "thirty"},
            {"capacity": 25},
            "“Workshop”, number of places: you chose “thirty”, the other author 25. Yours is kept.",
        ),
        (
            {"venue": "Room 4"},
            {"venue": ""},
            {"venue": "Room 6"},
            "“Workshop”, room: you chose nothing, the other author “Room 6”. Yours is kept.",
        ),
        (
            {"mode": "hybrid"},
            {"mode": "online"},
            {"mode": "in_person"},
            "“Workshop”, how it is held: you chose online, the other author in the room. "
            "Yours is kept.",
        ),
        (
            {"audience": ["A", "B"]},
            {"audience": ["A"]},
            {"audience": ["B"]},
            "“Workshop”, cohorts: you chose “A”, the other author “B”. Yours is kept.",
        ),
        (
            {"address": "here"},
            {"address": "x" * 90},
            {"address": "there"},
            "“Workshop”, address: you and the other author changed it differently. Yours is kept.",
        ),
        (
            {},
            {"start": "2026-05-13T09:00", "end": "2026-05-13T12:30"},
            {"end": "2026-05-12T11:00"},
            "“Workshop”, date: you chose Wed 13 May, 09:00–12:30 (Paris time), the other author "
            "Tue 12 May, 09:00–11:00 (Paris time). Yours is kept.",
        ),
        (
            {},
            {"start": "tomorrow"},
            {"timezone": "Asia/Kolkata"},
            "“Workshop”, date: you and the other author changed it differently. Yours is kept.",
        ),
    ],
)
@pytest.mark.usefixtures("clock")
def test_what_both_changed_differently_stays_mine_and_is_named(
    base: Values, mine: Values, theirs: Values, conflict: str
) -> None:
    design, conflicts = merged(
        with_session(**base), with_session(**{**base, **mine}), with_session(**{**base, **theirs})
    )
    assert design["sessions"] == [session(**{**base, **mine})]
    assert conflicts == [conflict]


def test_a_session_is_never_left_with_the_start_of_one_author_and_the_end_of_the_other() -> None:
    """The first moves it to the afternoon, the second shortens it: together it would end first."""
    mine = with_session(start="2026-05-12T12:00", end="2026-05-12T12:30")
    design, conflicts = merged(with_session(), mine, with_session(end="2026-05-12T11:00"))
    assert design == mine
    assert len(conflicts) == 1


def test_a_rule_is_one_authors_and_its_other_details_are_both() -> None:
    mine = {"kind": "sessions", "at_least": 2, "extra": {"x-a": "1"}}
    theirs = {"kind": "occurrence", "percent": 90, "extra": {"x-b": "2"}}
    design, conflicts = merged(
        {"rule": {"kind": "occurrence", "percent": 80}}, {"rule": mine}, {"rule": theirs}
    )
    assert design["rule"] == {**mine, "extra": {"x-a": "1", "x-b": "2"}}
    assert conflicts == [
        "What counts: you chose “Follow-ups open to learners who took part in at least 2 "
        "sessions.”, the other author “Follow-ups open to learners who took part in 90% of the "
        "sessions of one occurrence.”. Yours is kept."
    ]


def test_a_check_in_is_merged_setting_by_setting_from_what_is_usual() -> None:
    mine = {"opens_before": 15, "extra": {"x-a": "1"}}
    design, conflicts = merged({}, {"check_in": mine}, {"check_in": {"late": "L"}})
    assert conflicts == []
    assert Design.from_dict(design) == Design.from_dict({"check_in": {**mine, "late": "L"}})


def test_when_one_is_late_and_too_late_is_one_authors() -> None:
    """Together, mine and theirs would be too late before they are late."""
    mine, theirs = {"late_after": 50}, {"too_late_after": 20}
    design, conflicts = merged({}, {"check_in": mine}, {"check_in": theirs})
    assert Design.from_dict(design) == Design.from_dict({"check_in": mine})
    assert conflicts == [
        "Check-in, lateness: you chose late after 50 minutes and too late after 60, the other "
        "author late after 10 minutes and too late after 20. Yours is kept."
    ]


def test_a_check_in_put_back_to_the_usual_one_is_gone_and_their_change_of_it_stays() -> None:
    base = {"check_in": CheckIn(opens_before=15).to_dict()}
    assert merged(base, {"check_in": None}, base) == ({"check_in": None}, [])
    theirs = {"check_in": {**base["check_in"], "late": "L"}}
    design, conflicts = merged(base, {}, theirs)
    assert (design["check_in"], conflicts) == (CheckIn(late="L").to_dict(), [])


def test_what_minutes_mean_is_merged_setting_by_setting_from_what_is_usual() -> None:
    mine = {"late_after": 5, "extra": {"x-a": "1"}}
    design, conflicts = merged({}, {"from_minutes": mine}, {"from_minutes": {"absent": "E"}})
    assert conflicts == []
    assert Design.from_dict(design) == Design.from_dict({"from_minutes": {**mine, "absent": "E"}})


def test_the_shares_of_a_session_are_one_authors() -> None:
    """Together, mine and theirs would be absent with more than present takes."""
    mine, theirs = {"present_from": 20}, {"absent_below": 50}
    design, conflicts = merged({}, {"from_minutes": mine}, {"from_minutes": theirs})
    assert Design.from_dict(design) == Design.from_dict({"from_minutes": mine})
    assert conflicts == [
        "Attendance from a report, shares of the session: you chose present from 20% and absent "
        "below 10%, the other author present from 75% and absent below 50%. Yours is kept."
    ]
    typed = {"from_minutes": {"present_from": "half"}}
    assert merged({}, typed, {"from_minutes": theirs})[1] == [
        "Attendance from a report, shares of the session: you and the other author changed it "
        "differently. Yours is kept."
    ]


def test_two_who_set_when_learners_are_late_by_a_report_are_told() -> None:
    mine, theirs = {"late_after": 5}, {"late_after": 20}
    design, conflicts = merged({}, {"from_minutes": mine}, {"from_minutes": theirs})
    assert Design.from_dict(design) == Design.from_dict({"from_minutes": mine})
    assert conflicts == [
        "Attendance from a report, lateness: you chose late after 5 minutes, the other author late "
        "after 20 minutes. Yours is kept."
    ]


def test_usual_minutes_are_gone_and_their_change_of_them_stays() -> None:
    base = {"from_minutes": FromMinutes(present_from=80).to_dict()}
    assert merged(base, {"from_minutes": None}, base) == ({"from_minutes": None}, [])
    theirs = {"from_minutes": {**base["from_minutes"], "late": "L"}}
    design, conflicts = merged(base, {}, theirs)
    assert (design["from_minutes"], conflicts) == (FromMinutes(late="L").to_dict(), [])


def test_title_points_and_model_are_merged_as_well() -> None:
    result = merge(
        {"title": "A", "weight": 1, "design": {"model": "custom"}},
        {"title": "B", "weight": 2, "design": {"model": "flex"}},
        {"title": "C", "weight": 2.0, "design": {"model": "project"}},
    )
    assert result.version == {"title": "B", "weight": 2, "design": {"model": "flex"}}
    assert result.conflicts == [
        "Title: you chose “B”, the other author “C”. Yours is kept.",
        "Model: you chose “Flex”, the other author “Project”. Yours is kept.",
    ]


@pytest.mark.parametrize("is_mine", [True, False])
def test_what_one_removed_and_the_other_changed_stays_and_is_named(is_mine: bool) -> None:
    base = {"sessions": [session(), session(id=SECOND, title="Second day")]}
    changed = {"sessions": [session(venue="Hall"), session(id=SECOND, title="Second day")]}
    removed = {"sessions": [session(id=SECOND, title="Second day")]}
    design, conflicts = merged(base, *((changed, removed) if is_mine else (removed, changed)))
    assert design == changed
    assert conflicts == [
        "“Workshop”: the other author removed it, but you changed it. It is kept."
        if is_mine
        else "“Workshop”: you removed it, but the other author changed it. It is kept."
    ]


@pytest.mark.parametrize("is_mine", [True, False])
def test_what_one_removed_and_the_other_left_alone_is_gone(is_mine: bool) -> None:
    base = {"prework": [{"block": "html@a"}, {"block": "html@b"}]}
    removed = {"prework": [{"block": "html@b"}]}
    other = {"prework": [{"block": "html@a"}, {"block": "html@b"}, {"block": "html@c"}]}
    design, conflicts = merged(base, *((removed, other) if is_mine else (other, removed)))
    assert design == {"prework": [{"block": "html@b"}, {"block": "html@c"}]}
    assert conflicts == []


@pytest.mark.parametrize(
    ("base", "mine", "theirs", "expected"),
    [
        ("ab", "axb", "aybz", "ayxbz"),
        ("ab", "xab", "yab", "yxab"),
        ("abc", "cba", "abdc", "cbda"),
        ("abc", "abxc", "cab", "cabx"),
        ("abc", "abc", "cab", "cab"),
        ("", "ab", "ca", "cab"),
    ],
)
def test_the_order_is_that_of_whoever_changed_it_and_what_is_new_follows_its_neighbour(
    base: str, mine: str, theirs: str, expected: str
) -> None:
    sides = [{"objectives": list(side)} for side in (base, mine, theirs)]
    assert merged(*sides) == ({"objectives": list(expected)}, [])


def test_two_new_orders_leave_mine_and_are_named() -> None:
    sides = [{"objectives": list(side)} for side in ("abc", "cba", "bac")]
    design, conflicts = merged(*sides)
    assert design["objectives"] == list("cba")
    assert conflicts == ["Objectives: you and the other author changed the order. Yours is kept."]


def test_no_statuses_are_the_default_ones_when_both_write_their_own() -> None:
    defaults = [each.to_dict() for each in DEFAULT_STATUSES]
    mine, theirs = deepcopy(defaults), deepcopy(defaults[:2])
    mine[0]["label"], theirs[0]["credit"] = "Here", 0.5
    design, conflicts = merged({"statuses": []}, {"statuses": mine}, {"statuses": theirs})
    assert design["statuses"] == [status(label="Here", credit=0.5), defaults[1]]
    assert conflicts == []
    back, _conflicts = merged({"statuses": theirs}, {"statuses": []}, {"statuses": theirs})
    assert back == {"statuses": []}


def test_two_that_look_the_same_while_they_are_typed_are_both_kept() -> None:
    mine = {"prework": [{"block": ""}, {"block": ""}, "odd", {}], "sessions": [{"title": "New"}]}
    theirs = {"prework": [{"block": "html@a"}], "sessions": [{"title": "Other"}]}
    design, conflicts = merged({}, mine, theirs)
    assert design == {
        "prework": [{"block": "html@a"}, *mine["prework"]],
        "sessions": [{"title": "Other"}, {"title": "New"}],
    }
    assert conflicts == []


def test_a_link_is_named_by_its_title() -> None:
    sides = [unit(follow_ups=[{"block": "html@a", "delay_days": days}]) for days in (1, 2, 3)]
    assert merge(*sides, {"html@a": "Afterwards"}).conflicts == [
        "“Afterwards”, delay in days: you chose 2, the other author 3. Yours is kept."
    ]
    assert merge(*sides).conflicts[0].startswith("“html@a”, delay in days")


def test_what_this_version_does_not_know_is_merged_by_its_elements() -> None:
    base = {"badges": [{"name": "a"}], "extra_elements": ["<x/>"]}
    mine = {"badges": [{"name": "a"}, {"name": "b"}], "extra_elements": ["<x/>", "<y/>"]}
    theirs = {"badges": [{"name": "c"}], "extra_elements": ["<z/>", "<x/>"]}
    design, conflicts = merged(base, mine, theirs)
    assert design == {
        "badges": [{"name": "c"}, {"name": "b"}],
        "extra_elements": ["<z/>", "<x/>", "<y/>"],
    }
    assert conflicts == []


def test_an_unchanged_value_that_is_left_out_on_one_side_is_no_conflict() -> None:
    """Reminders are left out of a design that has none."""
    theirs = {"reminders": [{"hours_before": 24}]}
    mine = {"reminders": [{"hours_before": 1}]}
    assert merged({}, mine, theirs)[0]["reminders"] == [*theirs["reminders"], *mine["reminders"]]
    assert merged(theirs, {}, theirs) == ({}, [])


def test_a_whole_design_with_one_change_from_each_keeps_everything_else() -> None:
    base = Design.from_dict(complete()).to_dict()
    mine, theirs = deepcopy(base), deepcopy(base)
    mine["sessions"][0]["venue"] = "Hall"
    theirs["sessions"].append(session(id=THIRD))
    theirs["sessions"][1]["title"] = "Day 2"
    design, conflicts = merged(base, mine, theirs)
    expected = deepcopy(theirs)
    expected["sessions"][0]["venue"] = "Hall"
    assert (design, conflicts) == (expected, [])
    assert design["sessions"][0]["id"] == FIRST
