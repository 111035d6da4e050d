"""Marks made without knowing of each other: which one stands, and what a person has to settle.

A mark that names its ``base`` says which revision of the record it saw. Every such mark raises the
revision by one, whatever becomes of it, so a device that counts along knows the base of its next
mark, and a base that fits proves that nobody else came between.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from blended_xblock.attendance.ledger import Author, Ledger, full, snapshot
from blended_xblock.attendance.marks import Mark
from blended_xblock.attendance.sessions import lock_session, require_roll
from blended_xblock.errors import InvalidInputError, NotFoundError
from blended_xblock.hosts import get_host
from blended_xblock.models import (
    AttendanceChange,
    AttendanceRecord,
    Guest,
    MarkConflict,
    Session,
)
from blended_xblock.sets import by_user, insert_many

ASSUMED: Final = frozenset({"everyone", "close"})
"""Sources that say something of all who are left, not of one learner somebody looked at."""


@dataclass(frozen=True, slots=True)
class Meeting:
    """How a mark meets what stands: it knew of it, it loses, a person has to settle it."""

    is_known: bool = False
    is_lost: bool = False
    is_conflict: bool = False


def meet(record: AttendanceRecord | Guest, mark: Mark, *, actor: Any, at: datetime) -> Meeting:
    """Return how a mark, made at ``at``, meets a record it would change.

    What was seen may be changed, whatever the clocks say. Otherwise the newer of the two stands,
    except that nothing assumed stands against what somebody saw. Without a base one's own marks are
    applied in the order they arrive, and nothing is left to settle.
    """
    is_known = mark.base is not None and mark.base == record.revision
    if is_known or record.recorded_at is None or record.source in ASSUMED:
        return Meeting(is_known=is_known)
    is_newer_there = record.recorded_at > at
    is_of_another = record.recorded_by_id != actor.pk
    is_told = mark.base is not None
    return Meeting(
        is_lost=is_newer_there and (is_of_another or is_told),
        is_conflict=is_told and record.status is not None and (is_of_another or is_newer_there),
    )


def author_of(record: AttendanceRecord | Guest) -> Author:
    """Return who said last what a record holds."""
    return Author(record.recorded_by_id, record.recorded_at, record.source)


@dataclass(slots=True)
class Disputes:
    """The conflicts that one transaction finds and settles at one session."""

    session: Session
    actor: Any
    now: datetime
    _found: list[tuple[AttendanceChange, MarkConflict]] = field(default_factory=list)
    _settled: set[int] = field(default_factory=set)

    def add(self, user_id: int, change: AttendanceChange, met: Author) -> None:
        """Note that a change contradicted what it met."""
        conflict = MarkConflict(
            session=self.session,
            user_id=user_id,
            other=change.before,
            other_actor_id=met.user_id,
            other_at=met.at or self.now,
        )
        self._found.append((change, conflict))

    def settle(self, user_id: int) -> None:
        """Settle what is open about a learner: somebody who saw it has said what holds."""
        self._settled.add(user_id)
        for _change, conflict in self._found:
            if conflict.user_id == user_id:
                conflict.settled_at, conflict.settled_by = self.now, self.actor

    @property
    def users(self) -> tuple[int, ...]:
        """Return the learners about whom something new is to be settled, in the order found."""
        return tuple(dict.fromkeys(c.user_id for _change, c in self._found if c.settled_at is None))

    def write(self, changes: list[AttendanceChange]) -> None:
        """Write what was found and settled; ``changes``: all of this transaction, written."""
        if self._settled:
            settle_open(self.session, self._settled, actor=self.actor, now=self.now)
        if not self._found:
            return
        users = {conflict.user_id for _change, conflict in self._found}
        _read_keys(self.session, [change for change in changes if change.user_id in users])
        for change, conflict in self._found:
            conflict.change = change
        insert_many([conflict for _change, conflict in self._found])


def _read_keys(session: Session, changes: list[AttendanceChange]) -> None:
    """Give changes the keys the database gave them, which writing many at once does not tell.

    Nobody else writes at a session that is locked: they are the newest of these learners, in order.
    """
    newest = AttendanceChange.objects.filter(
        session=session, user_id__in={change.user_id for change in changes}
    ).order_by("-id")
    keys = newest.values_list("pk", flat=True)[: len(changes)]
    for change, pk in zip(reversed(changes), keys, strict=True):
        change.pk = pk


def settle_open(session: Session, user_ids: Collection[int], *, actor: Any, now: datetime) -> None:
    """Settle whatever is open about these learners at a session; it has been decided."""
    MarkConflict.objects.filter(
        session=session, user_id__in=user_ids, settled_at__isnull=True
    ).update(settled_at=now, settled_by=actor)


@dataclass(frozen=True, slots=True)
class Side:
    """One of two values: a snapshot, whose mark it is and when it was made (UTC)."""

    values: dict[str, Any]
    actor_id: int | None
    actor_name: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two marks of one learner that contradict each other: what stands now, and the other."""

    id: int
    user_id: int
    name: str
    standing: Side
    other: Side


def list_conflicts(session_id: uuid.UUID | str) -> list[Conflict]:
    """Return what a person has to settle at a session, oldest first.

    One query where nothing is open, three otherwise. ``standing`` is what the record holds now,
    which may be a third value.
    """
    rows = list(
        MarkConflict.objects.filter(session_id=session_id, settled_at__isnull=True)
        .select_related("change")
        .order_by("id")
    )
    if not rows:
        return []
    records = by_user(
        AttendanceRecord.objects.filter(
            session_id=session_id, user_id__in={row.user_id for row in rows}
        )
    )
    sides = [(row, *_sides(row, records[row.user_id])) for row in rows]
    people = {row.user_id for row in rows}
    people |= {a.user_id for _row, *both in sides for _values, a in both if a.user_id is not None}
    names = get_host().names(people)

    def side(values: dict[str, Any], author: Author) -> Side:
        name = names.get(author.user_id or 0, "")
        return Side(values, author.user_id, name, author.at)

    return [
        Conflict(
            id=row.pk,
            user_id=row.user_id,
            name=names.get(row.user_id, ""),
            standing=side(*standing),
            other=side(*other),
        )
        for row, standing, other in sides
    ]


@transaction.atomic
def settle_conflict(
    session_id: uuid.UUID | str,
    conflict_id: int,
    take: Literal["standing", "other"],
    *,
    actor: Any,
) -> tuple[Conflict, ...]:
    """Settle two marks that contradict each other; return what is still open at the session.

    ``standing`` keeps what the record holds; ``other`` records the other mark, as ``actor``'s, with
    the source ``settled``. Either decides for the learner: whatever else is open about them is
    settled too. Settling again changes nothing.

    Raises NotFoundError (no such session or conflict), InvalidInputError (neither of the two),
    SessionNotLiveError, RollNotOpenError.
    """
    session = lock_session(session_id)
    if take not in ("standing", "other"):
        raise InvalidInputError(_("Choose one of the two marks."))
    row = (
        MarkConflict.objects.filter(session=session, pk=conflict_id)
        .select_related("change")
        .first()
    )
    if row is None:
        raise NotFoundError(_("There is no such conflict at this session."))
    if row.settled_at is None:
        now = timezone.now()
        if take == "other":
            require_roll(session)
            record = AttendanceRecord.objects.get(session=session, user_id=row.user_id)
            values, _author = _sides(row, record)[1]
            if values != snapshot(record):
                ledger = Ledger(session.unit, actor, "settled", now)
                ledger.apply(record, values, at=now)
                ledger.write()
        settle_open(session, [row.user_id], actor=actor, now=now)
    return tuple(list_conflicts(session.pk))


def _sides(
    row: MarkConflict, record: AttendanceRecord
) -> tuple[tuple[dict[str, Any], Author], tuple[dict[str, Any], Author]]:
    """Return what stands and the other: the mark that came later, or what it met."""
    met = (full(row.other), Author(row.other_actor_id, row.other_at))
    came = (full(row.change.after), Author(row.change.actor_id, row.change.at))
    return (snapshot(record), author_of(record)), met if row.change.is_applied else came
