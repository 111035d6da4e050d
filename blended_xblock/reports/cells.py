"""Texts of people as cells of a table that somebody opens in a spreadsheet.

A spreadsheet runs a cell that begins with a formula's sign, also after white space and in its
full-width form (https://owasp.org/www-community/attacks/CSV_Injection). Such a cell gets an
apostrophe in front, which says "this is text" there.

A file that is opened with another separator than it was written with is cut in other places, at
what stands inside a text: after a comma, a semicolon, a tab or a line break the same rule holds.

``unguard`` is the way back, for whoever reads such a table again: it takes away exactly the
apostrophes that ``guard`` put there, so every text comes back as it was.
"""

from __future__ import annotations

import re
from typing import Final

# With the full-width, small, raised and lowered forms, which NFKC makes the same signs.
_SIGN: Final = "=+\\-@\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b\u207a-\u207c\u208a-\u208c"
# White space and what is not seen: a spreadsheet may drop it and look at what follows. Apostrophes
# too, so that a text that has one of its own gets it back.
_UNSEEN: Final = "\\s\\x00-\\x1f\\x7f-\\x9f\\xad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff'"
# Possessive, and it matches anywhere: a long text of nothing but white space is read once.
_RUN: Final = re.compile(f"(?=[{_UNSEEN}{_SIGN}])([{_UNSEEN}]*+)([{_SIGN}])?")
_CUT: Final = re.compile(r"([\t\r\n])")
_CUT_GUARDED: Final = re.compile(r"([\t\r\n])'")
_STARTS_AWAY: Final = re.compile(r"'*[\t\r\n]")


def guard(text: str) -> str:
    """Return a text as a cell that no spreadsheet runs."""

    def guarded(run: re.Match[str]) -> str:
        unseen, sign = run.groups("")
        if sign:
            unseen = _CUT.sub(_apostrophe_after, unseen)
        return f"{_apostrophe(run)}{unseen}{sign}"

    return _RUN.sub(guarded, text)


def unguard(cell: str) -> str:
    """Return the text that such a cell stands for."""

    def bare(run: re.Match[str]) -> str:
        unseen, sign = run.groups("")
        unseen = unseen.removeprefix(_apostrophe(run))
        if sign:
            unseen = _CUT_GUARDED.sub(_without_apostrophe, unseen)
        return f"{unseen}{sign}"

    return _RUN.sub(bare, cell)


def _apostrophe(run: re.Match[str]) -> str:
    """Return what stands before this run; a text that starts with a tab or a line break is odd."""
    if run.start() == 0:
        return "'" if run[2] or _STARTS_AWAY.match(run[1]) else ""
    return "'" if run[2] and run.string[run.start() - 1] in ",;" else ""


def _apostrophe_after(cut: re.Match[str]) -> str:
    return f"{cut[1]}'"


def _without_apostrophe(cut: re.Match[str]) -> str:
    return cut[1]
