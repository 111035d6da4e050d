"""A file that is whole → the people it names, matched with the course, for a person to check."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone

from blended_xblock.attendance.intake.fates import GUEST
from blended_xblock.attendance.intake.known import aliases_of, candidates_of
from blended_xblock.attendance.intake.receiving import content_of
from blended_xblock.attendance.intake.stored import said_of
from blended_xblock.design.problems import mark as _
from blended_xblock.imports import mapping as columns
from blended_xblock.imports.matching import Match, match_people
from blended_xblock.imports.people import split
from blended_xblock.imports.reading import read_report
from blended_xblock.imports.report import (
    NO_SHOW,
    OTHER_DAY,
    WAITING_ROOM,
    Participant,
    RefusedReportError,
    Remark,
    Report,
    Window,
)
from blended_xblock.models import ImportBatch, ImportedPerson, ImportedSession, Session
from blended_xblock.sets import insert_many

log = logging.getLogger(__name__)

INLINE_BYTES: Final = 256 * 1024
"""A larger file is read by a worker, and the page shows how far it is."""

State = ImportBatch.State

_IGNORED: Final[Mapping[str, str]] = {
    WAITING_ROOM: _("People who waited to be let in, which counts for nothing: %(n)d."),
    NO_SHOW: _("Registered, but not there: %(n)d."),
    OTHER_DAY: _("Left out, since they are of another day: %(n)d."),
}


@dataclass(frozen=True, slots=True)
class Read:
    """What a file was found to say; ``problem`` where it says nothing for certain."""

    report: Report | None
    problem: Mapping[str, Any]
    state: str


def read_batch(batch_id: int) -> None:
    """Read a file and store whom it names; what is stored already is stored anew, or not at all.

    Where it cannot be read, the file says why. A fault of ours is said too, and raised.
    """
    batch = ImportBatch.objects.select_related("session__unit").filter(pk=batch_id).first()
    if batch is None or batch.state != State.READING:
        return
    try:
        _read(batch)
    except Exception:
        log.exception("The file of import %s could not be read.", batch_id)
        template = _(
            "The file could not be read: the fault is ours, and it has been noted. Try again, or "
            "record these people by hand."
        )
        ImportBatch.objects.filter(pk=batch_id, state=State.READING).update(
            state=State.REFUSED, problem=Remark(template).as_data()
        )
        raise


def _read(batch: ImportBatch) -> None:
    sessions = sessions_of(batch.session)
    _advance(batch, 5)
    read = _report_of(batch, window_of(batch.session, sessions))
    _advance(batch, 60)
    matches: Sequence[Match] = ()
    people: Sequence[Participant] = ()
    if read.report is not None:
        people = read.report.participants
        candidates = candidates_of(sessions, [person.account for person in people])
        matches = match_people(people, candidates, aliases_of(batch.session.unit.course_key))
    _advance(batch, 90)
    _store(batch, read, people, matches, _covered(batch, sessions, people))


@transaction.atomic
def _store(
    batch: ImportBatch,
    read: Read,
    people: Sequence[Participant],
    matches: Sequence[Match],
    covered: Sequence[ImportedSession],
) -> None:
    locked = ImportBatch.objects.select_for_update().get(pk=batch.pk)
    if locked.state != State.READING:
        return
    locked.people.all().delete()
    locked.covered.all().delete()
    insert_many([_row(locked, *pair) for pair in enumerate(zip(people, matches, strict=True))])
    insert_many(covered)
    locked.state, locked.problem = read.state, dict(read.problem)
    locked.format = read.report.format if read.report else ""
    locked.remarks = _remarks(read.report) if read.report else []
    locked.progress, locked.progress_at = 100, timezone.now()
    locked.revision += 1
    locked.save()


def sessions_of(session: Session) -> list[Session]:
    """Return the live sessions of a unit, this one first; one query."""
    others = Session.objects.filter(unit=session.unit, state=Session.State.SCHEDULED)
    found = [session]
    for other in others.exclude(pk=session.pk):
        other.unit = session.unit
        found.append(other)
    return found


def window_of(session: Session, sessions: Sequence[Session] = ()) -> Window:
    """Return a session as the readers see it, with the other sessions a file may cover."""
    return Window(
        session.starts_at,
        session.ends_at,
        ZoneInfo(session.timezone),
        tuple((each.starts_at, each.ends_at) for each in sessions if each.pk != session.pk),
    )


def _report_of(batch: ImportBatch, window: Window) -> Read:
    data = content_of(batch)
    try:
        if batch.mapping:
            mapping = columns.Mapping.from_data(batch.mapping)
            return Read(columns.read_mapped(data, mapping, window), {}, State.READY)
        return Read(read_report(data, window), {}, State.READY)
    except RefusedReportError as error:
        problem = error.remark.as_data()
    return Read(None, problem, State.COLUMNS if _is_table(data) else State.REFUSED)


def _is_table(data: bytes) -> bool:
    """Tell whether somebody could say what the columns of a file mean."""
    try:
        return any(sheet.n_columns > 1 and sheet.n_rows > 1 for sheet in columns.sniff(data).sheets)
    except RefusedReportError:
        return False


def _advance(batch: ImportBatch, percent: int) -> None:
    """Let the page see how far it is; in a worker each statement is seen at once."""
    ImportBatch.objects.filter(pk=batch.pk).update(progress=percent, progress_at=timezone.now())


def _row(batch: ImportBatch, number: int, pair: tuple[Participant, Match]) -> ImportedPerson:
    person, match = pair
    return ImportedPerson(
        batch=batch,
        number=number,
        name=person.name[:255],
        email=(person.email or "")[:254],
        account=person.account[:255],
        said=said_of(person),
        why=GUEST if person.mark is not None and person.mark.is_guest else match.why,
        suggestions=[[each.user_id, each.score] for each in match.suggestions],
        matched_id=match.user_id,
        user_id=match.user_id,
    )


def _covered(
    batch: ImportBatch, sessions: Sequence[Session], people: Sequence[Participant]
) -> list[ImportedSession]:
    """Return the sessions a file covers: the one it was dropped at, and where it has stays."""

    def is_covered(session: Session) -> bool:
        return any(
            split(person, session.starts_at, session.ends_at, is_own=False)[0]
            for person in people
            if person.intervals
        )

    return [
        ImportedSession(batch=batch, session=session, is_chosen=session.pk == batch.session_id)
        for session in sessions
        if session.pk == batch.session_id or is_covered(session)
    ]


def _remarks(report: Report) -> list[dict[str, Any]]:
    problems = [problem.remark for problem in report.problems]
    reasons = Counter(each.reason for each in report.ignored)
    ignored = [Remark(_IGNORED[reason], {"n": n}) for reason, n in reasons.items()]
    return [remark.as_data() for remark in (*problems, *ignored, *report.warnings)]
