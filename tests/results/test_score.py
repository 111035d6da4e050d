"""A score is the credit of the sessions that count over their number: examples, and an oracle."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from blended_xblock.results.score import Score, points_of, score_of


@dataclass(frozen=True)
class Worth:
    """What a status is worth, in hundredths, so that the oracle never meets a float."""

    percent: int
    counted: bool = True

    @property
    def credit(self) -> float:
        return self.percent / 100


PRESENT, LATE, HALF, ABSENT = Worth(100), Worth(75), Worth(50), Worth(0)
EXCUSED = Worth(0, counted=False)
GUEST = Worth(100, counted=False)

worths = st.builds(Worth, st.integers(0, 100), st.booleans())
counted = st.builds(Worth, st.integers(0, 100))
excused = st.builds(Worth, st.integers(0, 100), st.just(False))
points = st.integers(1, 1000)
lots = settings(max_examples=300, deadline=None)


def naively(statuses: list[Worth], possible: int) -> Score | None:
    """Try every number of points; take the nearest to the share, the higher of two."""
    due = [status for status in statuses if status.counted]
    if not due or possible == 0:
        return None
    share = Fraction(sum(status.percent for status in due), 100 * len(due))
    exact = share * possible
    nearest = min(range(possible + 1), key=lambda whole: (abs(whole - exact), -whole))
    return Score(nearest, possible)


def earned(statuses: list[Worth], possible: float | None = 100) -> int:
    score = score_of(statuses, possible)
    assert score is not None
    return score.earned


@pytest.mark.parametrize(
    ("statuses", "possible", "expected"),
    [
        ([PRESENT], 100, (100, 100)),
        ([ABSENT], 100, (0, 100)),
        ([PRESENT, ABSENT], 100, (50, 100)),
        ([PRESENT, PRESENT, ABSENT], 100, (67, 100)),
        ([PRESENT, ABSENT, ABSENT], 100, (33, 100)),
        ([PRESENT, LATE], 100, (88, 100)),  # 87.5: half a point is rounded up
        ([HALF], 1, (1, 1)),
        ([PRESENT, PRESENT, ABSENT], 1, (1, 1)),  # decision 0009 says these two
        ([PRESENT, ABSENT, ABSENT], 1, (0, 1)),
        ([PRESENT, EXCUSED, ABSENT], 10, (5, 10)),
        ([PRESENT, GUEST], 10, (10, 10)),
        ([Worth(29)] * 100, 50, (15, 50)),  # 14.5, which a sum of floats makes 14.49…
        ([PRESENT], None, (100, 100)),
        ([PRESENT], 2.5, (3, 3)),
    ],
)
def test_an_example_is_what_a_person_works_out(statuses, possible, expected) -> None:
    assert score_of(statuses, possible) == Score(*expected)


@lots
@given(st.lists(worths, max_size=12), st.integers(0, 300))
@example([Worth(1)] * 3 + [Worth(0)] * 3, 100)
@example([Worth(10), Worth(20)], 10)
def test_the_oracle_agrees(statuses: list[Worth], possible: int) -> None:
    assert score_of(statuses, possible) == naively(statuses, possible)


@pytest.mark.parametrize("statuses", [[], [EXCUSED], [EXCUSED, GUEST]])
def test_where_nothing_counts_there_is_no_score(statuses) -> None:
    assert score_of(statuses, 100) is None


@pytest.mark.parametrize("worthless", [0, 0.0, 0.49, -0.5, -3])
def test_a_unit_worth_nothing_gives_no_score(worthless) -> None:
    assert score_of([PRESENT], worthless) is None


@lots
@given(st.lists(counted, min_size=1, max_size=12), points)
def test_a_score_stays_between_the_worst_and_the_best_session(statuses, possible) -> None:
    alone = [earned([status], possible) for status in statuses]
    assert 0 <= min(alone) <= earned(statuses, possible) <= max(alone) <= possible


@lots
@given(st.lists(worths, max_size=8), st.lists(excused, max_size=4), points, st.randoms())
def test_who_is_excused_is_in_neither_sum_and_order_is_nothing(due, out, possible, chance) -> None:
    mixed = [*due, *out]
    chance.shuffle(mixed)
    assert score_of(mixed, possible) == score_of(due, possible)


@lots
@given(st.lists(worths, max_size=8), counted, counted, points)
def test_a_correction_moves_the_score_the_way_of_the_credit(rest, one, other, possible) -> None:
    worse, better = sorted((one, other), key=lambda status: status.percent)
    assert earned([*rest, worse], possible) <= earned([*rest, better], possible)


@lots
@given(st.lists(counted, min_size=1, max_size=8), points)
def test_one_more_session_attended_never_costs_and_one_missed_never_pays(due, possible) -> None:
    before = earned(due, possible)
    assert earned([*due, PRESENT], possible) >= before
    assert earned([*due, ABSENT], possible) <= before


@lots
@given(st.lists(counted, min_size=1, max_size=8), points)
def test_everything_twice_is_the_same_score(due, possible) -> None:
    assert score_of(due * 2, possible) == score_of(due, possible)


@lots
@given(st.lists(counted, min_size=1, max_size=8), st.integers(0, 10_000))
def test_a_weight_with_a_fraction_is_a_whole_number_of_points(due, hundredths) -> None:
    weight = hundredths / 100
    nearest = min(range(102), key=lambda whole: (abs(whole * 100 - hundredths), -whole))
    assert points_of(weight) == nearest
    assert score_of(due, weight) == naively(due, nearest)


@pytest.mark.parametrize("weight", [float("nan"), float("inf"), float("-inf")])
def test_a_weight_that_is_no_number_is_that_of_a_new_unit(weight) -> None:
    """OLX and Studio's fields take such words for a number; no publish may fail over one."""
    assert points_of(weight) == 100
    assert score_of([PRESENT], weight) == Score(100, 100)
