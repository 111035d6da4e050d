"""What a cell says of a status, by those that a unit has; and what changed since an export."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from blended_xblock.design.problems import mark as _
from blended_xblock.imports.report import Participant, RowProblem
from blended_xblock.imports.words import fold

Statuses = Sequence[tuple[str, Sequence[str]]]
"""Each code with its labels, in every language that somebody may have written them in."""


def read_status(cell: str, statuses: Statuses) -> str | None:
    """Return the code that a cell means, or None where it means none, or more than one.

    As it is written first, then without case and accents; a code goes before a label.
    """
    text = cell.strip()
    if any(code == text for code, _labels in statuses):
        return text
    word = fold(text)
    if not word:
        return None
    for found in (
        {code for code, _labels in statuses if fold(code) == word},
        {code for code, labels in statuses if any(fold(label) == word for label in labels)},
    ):
        if found:
            return found.pop() if len(found) == 1 else None
    return None


def status_of(person: Participant, statuses: Statuses) -> str | RowProblem:
    """Return the code of somebody's status, "" where the row says none, or why it is not certain.

    Our own export says it twice, as a code and in words; where somebody changed only one of them,
    nobody can tell which is meant. One that is blank says nothing.
    """
    line = person.lines[0] if person.lines else 0
    label = person.mark.label if person.mark else ""
    codes = {}
    for cell in (person.status, label):
        if cell:
            code = read_status(cell, statuses)
            if code is None:
                return RowProblem.of(_UNKNOWN, line, cell)
            codes[code] = cell
    if len(codes) > 1:
        return RowProblem.of(_TWO, line, person.status, label=label[:60])
    if person.mark and person.mark.says_none and person.mark.seen and person.status:
        # It was marked when it was exported, so that "not marked" is what somebody wrote.
        return RowProblem.of(_TAKEN_BACK, line, person.status)
    return next(iter(codes), "")


def is_seen(seen: datetime | None, recorded: datetime | None) -> bool:
    """Tell whether a mark is still the one that was exported.

    A spreadsheet may have cut the seconds off; a mark made again within that minute is not noticed.
    """
    if seen is None or recorded is None:
        return seen is None and recorded is None
    if seen.second == 0:
        recorded = recorded.replace(second=0)
    return seen == recorded.replace(microsecond=0)


_UNKNOWN = _("Line %(line)d: “%(cell)s” is no status of this unit. Write a code or its label.")
_TWO = _(
    "Line %(line)d: the code is “%(cell)s” and the status is “%(label)s”. Change both columns, or "
    "clear the one that is wrong."
)
_TAKEN_BACK = _(
    "Line %(line)d: the code is “%(cell)s”, but the status says that there is none. Clear the code "
    "to take the mark back."
)
