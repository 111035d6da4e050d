"""What a file says of one person ⇄ what the table keeps of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any, Final

from blended_xblock.imports.report import Mark, Participant
from blended_xblock.models import ImportedPerson

_COLUMNS: Final = ("name", "email", "account")
_EMPTY: Final = Participant(name="", email=None, minutes=None)


def said_of(participant: Participant) -> dict[str, Any]:
    """Return as JSON what is not a column, and not as in an empty one."""
    said = _differing(participant, _EMPTY)
    if participant.intervals:
        said["intervals"] = [[at.isoformat() for at in stay] for stay in participant.intervals]
    if participant.mark is not None:
        mark = _differing(participant.mark, Mark())
        said["mark"] = {
            name: value.isoformat() if isinstance(value, datetime) else value
            for name, value in mark.items()
        }
    return said


def participant_of(row: ImportedPerson) -> Participant:
    """Return what a file said of this person."""
    values: dict[str, Any] = {"minutes": None, **row.said}
    for name, read in _READ.items():
        if name in values:
            values[name] = read(values[name])
    return Participant(name=row.name, email=row.email or None, account=row.account, **values)


def _differing(one: Any, empty: Any) -> dict[str, Any]:
    return {
        each.name: value
        for each in fields(one)
        if each.name not in _COLUMNS
        and (value := getattr(one, each.name)) != getattr(empty, each.name)
    }


def _mark(said: Mapping[str, Any]) -> Mark:
    values: dict[str, Any] = dict(said)
    for name in ("arrived", "left", "seen"):
        if name in values:
            values[name] = datetime.fromisoformat(values[name])
    return Mark(**values)


def _stays(said: list[list[str]]) -> tuple[tuple[datetime, datetime], ...]:
    return tuple(
        (datetime.fromisoformat(join), datetime.fromisoformat(leave)) for join, leave in said
    )


_READ: Final[Mapping[str, Callable[[Any], Any]]] = {
    "intervals": _stays,
    "flags": tuple,
    "lines": tuple,
    "mark": _mark,
}
