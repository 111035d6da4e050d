"""What applying a file would do: whom it names, at which sessions, and what becomes of each."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from blended_xblock.attendance.guests import NAME_LENGTH
from blended_xblock.attendance.intake.earlier import Earlier, earlier_of, of_another
from blended_xblock.attendance.intake.effects import Effect, Judge, Kind, line_of
from blended_xblock.attendance.intake.fates import Who, guest_key, who_is
from blended_xblock.attendance.intake.stored import participant_of
from blended_xblock.attendance.roster import list_audience
from blended_xblock.design.problems import mark
from blended_xblock.hosts import get_host
from blended_xblock.imports.report import RowProblem
from blended_xblock.models import AttendanceRecord, Guest, ImportBatch, ImportedPerson, Session


@dataclass(slots=True)
class Plan:
    """All that a file would do, and what it was made of."""

    batch: ImportBatch
    sessions: tuple[Session, ...]
    people: list[ImportedPerson]
    effects: list[Effect] = field(default_factory=list)

    def of(self, session: Session, *kinds: Kind) -> list[Effect]:
        return [
            each for each in self.effects if each.session.pk == session.pk and each.kind in kinds
        ]

    @property
    def writes(self) -> list[Effect]:
        """Return what would be written."""
        return [each for each in self.effects if each.kind in ("record", "fill")]

    def only_of(self, session_ids: Collection[uuid.UUID]) -> Plan:
        """Return what it would do at these sessions alone."""
        effects = [each for each in self.effects if each.session.pk in session_ids]
        return replace(self, effects=effects)


def plan_of(batch: ImportBatch, sessions: Sequence[Session]) -> Plan:
    """Return what applying a file to these sessions would do.

    Three queries, one more for guests and for learners who are on no roll yet, and those of the
    audience where a roll is not opened.
    """
    plan = Plan(batch, tuple(sessions), list(batch.people.all()))
    groups = _groups(plan.people)
    records = _records(sessions, [user for user in groups if isinstance(user, int)])
    guests = _guests(sessions) if any(isinstance(who, str) for who in groups) else {}
    earlier = earlier_of(batch, sessions)
    expected = {session.pk: _expected(session) for session in sessions}
    left = _left(groups, records, expected, sessions)
    for session in sessions:
        judged = Judge(session, batch)
        for who, rows in groups.items():
            said = [participant_of(row) for row in rows]
            if not judged.is_own:
                said = of_another(said)
            before = earlier.get((session.pk, who), Earlier())
            if not said and not before.said:
                continue
            row: AttendanceRecord | Guest
            if isinstance(who, int):
                row = records.get((session.pk, who)) or AttendanceRecord(
                    session=session, user_id=who, is_expected=who in expected[session.pk]
                )
            else:
                row = _guest_of(rows[0], session, guests)
            effect = judged.effect(rows, said, before, row)
            if effect is not None and row.pk is None and who in left:
                effect = replace(effect, kind="unknown", after=effect.before, problem=_gone(rows))
            if effect is not None:
                plan.effects.append(effect)
    return plan


def _left(
    groups: Collection[Who],
    records: Collection[tuple[uuid.UUID, int]],
    expected: Mapping[uuid.UUID, Collection[int]],
    sessions: Sequence[Session],
) -> Collection[int]:
    """Return who is on no roll here and no learner of the course any more; a query for some."""
    known = {user_id for _session_id, user_id in records}.union(*expected.values())
    strange = {who for who in groups if isinstance(who, int)} - known
    if not strange:
        return ()
    course_key = sessions[0].unit.course_key
    return strange - {
        each.user_id for each in get_host().learners(course_key, user_ids=sorted(strange))
    }


def _gone(rows: Sequence[ImportedPerson]) -> RowProblem:
    return RowProblem.of(_LEFT, line_of(rows))


def _expected(session: Session) -> Collection[int]:
    """Return who will be on the roll of a session when it is opened; nobody else afterwards."""
    if session.roll_state != Session.Roll.NOT_OPENED:
        return ()
    return {learner.user_id for learner in list_audience(session)}


def _groups(people: Iterable[ImportedPerson]) -> dict[Who, list[ImportedPerson]]:
    """Return the rows of each learner and of each guest."""
    groups: dict[Who, list[ImportedPerson]] = defaultdict(list)
    for person in people:
        who = who_is(person)
        if who is not None:
            groups[who].append(person)
    return groups


def _records(
    sessions: Sequence[Session], users: Collection[int]
) -> dict[tuple[uuid.UUID, int], AttendanceRecord]:
    rows = AttendanceRecord.objects.filter(session__in=sessions, user_id__in=users)
    return {(row.session_id, row.user_id): row for row in rows}


def _guests(sessions: Sequence[Session]) -> dict[tuple[uuid.UUID, str], Guest]:
    # Who turned out to be a learner is marked as such; the guest of it says what was before.
    rows = Guest.objects.filter(
        session__in=sessions, removed_at__isnull=True, user__isnull=True
    ).order_by("-id")
    return {(row.session_id, guest_key(row.name, row.email)): row for row in rows}


def _guest_of(
    person: ImportedPerson, session: Session, guests: Mapping[tuple[uuid.UUID, str], Guest]
) -> Guest:
    known = guests.get((session.pk, guest_key(person.name, person.email)))
    return known or Guest(
        session=session,
        name=(person.name or person.email or person.account)[:NAME_LENGTH],
        email=person.email,
    )


_LEFT: Final = mark(
    "Line %(line)d: this person is no longer enrolled in this course. Enrol them again, or add "
    "them as a guest."
)
