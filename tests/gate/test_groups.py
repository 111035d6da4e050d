"""A learner's group says just what is open: no more, and no less."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blended_xblock.gate.groups import (
    NOBODY,
    NOT_YET,
    TOOK_PART,
    group_for,
    group_ids,
    group_name,
    groups_that_open,
    merge_access,
)

delays_of_a_unit = st.lists(st.integers(0, 365), min_size=1, max_size=6, unique=True).map(sorted)


@given(delays_of_a_unit, st.integers(0, 6))
def test_a_group_opens_just_the_delays_that_have_run_out(delays, run_out) -> None:
    is_open = delays[:run_out]
    group = group_for(is_open, delays)
    assert [days for days in delays if group in groups_that_open(days, delays)] == is_open


@given(delays_of_a_unit)
def test_every_group_is_one_of_the_partition(delays) -> None:
    groups = group_ids(delays)
    assert len(set(groups)) == len(groups)
    assert {group_for(delays[:n], delays) for n in range(len(delays) + 1)} == set(groups)
    assert NOBODY not in groups
    for days in delays:
        opening = groups_that_open(days, delays)
        assert set(opening) <= set(groups)
        assert TOOK_PART in opening
        assert NOT_YET not in opening


def test_most_units_have_two_groups() -> None:
    assert group_ids([0, 0]) == group_ids([7]) == [TOOK_PART, NOT_YET]
    assert groups_that_open(7, [7]) == [TOOK_PART]


def test_groups_have_names_for_who_views_the_course_as_one() -> None:
    names = [group_name(group_id) for group_id in group_ids([0, 1, 7, 14])]
    assert names == [
        "Took part",
        "Not yet",
        "Took part, what is delayed is still shut",
        "Took part 1 day ago, what is delayed longer is still shut",
        "Took part 7 days ago, what is delayed longer is still shut",
    ]


@pytest.mark.parametrize(
    ("one", "other", "both"),
    [
        ({}, {}, {}),
        ({5: [1]}, {}, {5: [1]}),
        ({5: [1]}, {6: [2]}, {5: [1], 6: [2]}),
        ({5: [1, 2]}, {5: [2, 3]}, {5: [2]}),
        ({5: [1]}, {5: [2]}, {5: [NOBODY]}),
        ({5: []}, {5: [2]}, {5: [2]}),
        ({5: [2]}, {5: None}, {5: [2]}),
    ],
)
def test_two_restrictions_ask_for_both(one, other, both) -> None:
    assert merge_access(one, other) == both
    assert merge_access(other, one) == both


def test_merging_changes_neither() -> None:
    one, other = {5: [1, 2]}, {5: [2]}
    merge_access(one, other)[5].append(9)
    assert (one, other) == ({5: [1, 2]}, {5: [2]})
