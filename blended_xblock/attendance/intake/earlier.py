"""What files that were applied before said of the same people at the same sessions."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from django.db.models import F

from blended_xblock.attendance.intake.fates import Who, who_is
from blended_xblock.attendance.intake.stored import participant_of
from blended_xblock.imports.report import Participant
from blended_xblock.models import ImportBatch, ImportedPerson, Session

MADE_BY_HAND: Final = frozenset({"csv", "roll"})
"""Formats of tables in which a person wrote what is to be recorded; the others were measured."""


@dataclass(slots=True)
class Earlier:
    """What earlier files said of one person at one session.

    ``said`` adds up with what a file says now. ``chosen`` are the statuses that somebody chose
    where such a file was checked, ``written`` is who a table made by hand has a status of.
    """

    said: list[Participant] = field(default_factory=list)
    chosen: set[str] = field(default_factory=set)
    written: list[Participant] = field(default_factory=list)


def earlier_of(
    batch: ImportBatch, sessions: Sequence[Session]
) -> Mapping[tuple[uuid.UUID, Who], Earlier]:
    """Return what other files that count said of these sessions; one query.

    The same file once more says nothing new.
    """
    rows = (
        ImportedPerson.objects.filter(
            batch__state=ImportBatch.State.APPLIED,
            batch__covered__session__in=sessions,
            batch__covered__is_chosen=True,
        )
        .exclude(batch=batch)
        .annotate(
            at_session=F("batch__covered__session"),
            of=F("batch__session"),
            form=F("batch__format"),
            sha256=F("batch__sha256"),
        )
    )
    found: dict[tuple[uuid.UUID, Who], Earlier] = defaultdict(Earlier)
    for row in rows:
        who = who_is(row)
        if who is None:
            continue
        earlier, person = found[row.at_session, who], participant_of(row)
        if row.status:
            earlier.chosen.add(row.status)
        elif row.form in MADE_BY_HAND and person.status:
            earlier.written.append(person)
        if row.sha256 != batch.sha256:
            said = adding_up([person], row.form)
            earlier.said += said if row.at_session == row.of else of_another(said)
    return found


def adding_up(said: Iterable[Participant], form: str) -> list[Participant]:
    """Return what counts beside other files of a session.

    Of a table made by hand these are stays alone: a total may be that of another table, corrected.
    """
    if form not in MADE_BY_HAND:
        return list(said)
    return of_another(each for each in said if form != "roll" and not each.status)


def of_another(said: Iterable[Participant]) -> list[Participant]:
    """Return what a file says of another session than its own: totals are of its own alone."""
    return [replace(each, seconds=None, minutes=0) for each in said if each.intervals]
