"""Taking a file back: everybody has again what they had; the file can be checked once more."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from blended_xblock.attendance.guests import SOURCE as BY_HAND
from blended_xblock.attendance.intake.applying import lock_chosen
from blended_xblock.attendance.intake.effects import SOURCE
from blended_xblock.attendance.intake.receiving import get_batch
from blended_xblock.attendance.ledger import NOTHING, Author, put, snapshot
from blended_xblock.attendance.rolls import unopen_locked
from blended_xblock.attendance.sessions import lock_unit
from blended_xblock.attendance.undo import Past, marks_of, past_of, put_back
from blended_xblock.errors import ConflictError
from blended_xblock.gate import standing
from blended_xblock.models import (
    AttendanceChange,
    AttendanceRecord,
    ImportAlias,
    ImportBatch,
    ImportedSession,
    Session,
)
from blended_xblock.sets import insert_many, update_many

UNDONE: Final = "undo_import"
_ADDED: Final = "guest_added"

State = ImportBatch.State


@dataclass(frozen=True, slots=True)
class TakenBack:
    """What taking a file back did: user ids who have again what they had, and who keep theirs.

    ``unopened`` are the sessions whose roll is not opened any more.
    """

    restored: tuple[int, ...]
    kept: tuple[int, ...]
    guests: int
    unopened: tuple[uuid.UUID, ...] = ()
    is_repeated: bool = False


@transaction.atomic
def undo_import(
    session_id: uuid.UUID | str,
    batch_id: int,
    *,
    actor: Any,
    may: Collection[uuid.UUID] | None = None,
) -> TakenBack:
    """Take a file back: everybody has again what they had before it was applied.

    Whoever was changed since keeps what they have. Who came onto the roll by it is off again, what
    was remembered by it is forgotten, and a roll that a file opened, and nobody has used otherwise,
    is not opened any more. A retry changes nothing.

    Raises NotFoundError, NotAllowedError and ConflictError (it is not applied).
    """
    unit = lock_unit(session_id)
    batch = get_batch(session_id, batch_id, is_locked=True)
    if batch.state == State.UNDONE:
        return TakenBack((), (), 0, is_repeated=True)
    if batch.state != State.APPLIED:
        raise ConflictError(_("This file is not applied, so there is nothing to take back."))
    sessions = lock_chosen(batch, unit, may, is_live_needed=False)
    restored: dict[int, None] = {}
    kept: dict[int, None] = {}
    changes = AttendanceChange.objects.filter(batch=batch)
    for session in sessions:
        report = put_back(session, changes, actor=actor, source=UNDONE, batch=batch)
        _take_off(batch, session, report.restored)
        restored |= dict.fromkeys(report.restored)
        kept |= dict.fromkeys(report.kept)
    guests = _take_guests_back(batch, actor)
    unopened = _unopen(sessions)
    standing.recompute(unit, set(restored).union(*unopened.values()))
    ImportAlias.objects.filter(batch=batch).delete()
    batch.state, batch.undone_at, batch.undone_by = State.UNDONE, timezone.now(), actor
    batch.save(update_fields=["state", "undone_at", "undone_by"])
    return TakenBack(tuple(restored), tuple(kept), guests, tuple(unopened))


@transaction.atomic
def check_again(session_id: uuid.UUID | str, batch_id: int, *, actor: Any) -> ImportBatch:
    """Return a copy of a file that was taken back, with all that was decided of it, to be applied.

    Asked for again it is the same copy, unless that was discarded. Raises NotFoundError, and
    ConflictError for a file that was not taken back.
    """
    batch = get_batch(session_id, batch_id, is_locked=True)
    if batch.state != State.UNDONE:
        raise ConflictError(_("Only a file that was taken back can be checked once more."))
    key = f"again-{batch.pk}"
    known = ImportBatch.objects.filter(request_key=key)
    known.filter(state=State.DISCARDED).update(request_key=None)
    if (copy := known.first()) is not None:
        return copy
    people, covered = list(batch.people.all()), list(batch.covered.all())
    batch.pk, batch.request_key, batch.state = None, key, State.READY
    batch.imported_by, batch.revision = actor, 1
    batch.applied_at = batch.applied_by = batch.undone_at = batch.undone_by = None
    batch._state.adding = True
    batch.save()
    for person in people:
        person.pk, person.batch, person.outcome, person.guest = None, batch, "", None
    for each in covered:
        each.pk, each.batch, each.opened_roll = None, batch, False
    insert_many(people)
    insert_many(covered)
    return batch


def _take_off(batch: ImportBatch, session: Session, restored: Collection[int]) -> None:
    """Take those off the roll whom the file put on it and of whom nothing else is known."""
    added = batch.people.filter(outcome="added", user_id__in=restored).values("user_id")
    rows = AttendanceRecord.objects.filter(
        session=session, user_id__in=added, is_expected=False, status__isnull=True, note=""
    )
    rows.delete()


def _unopen(sessions: Collection[Session]) -> Mapping[uuid.UUID, Collection[int]]:
    """Take back that a file, this one or another, opened a roll which nothing stands on now.

    Returns for each such session of whom it is to be decided then.
    """
    by_file = ImportedSession.objects.filter(session__in=sessions, opened_roll=True)
    opened = set(by_file.values_list("session_id", flat=True))
    done = {}
    for session in sessions:
        concerned = unopen_locked(session) if session.pk in opened else None
        if concerned is not None:
            done[session.pk] = concerned
    if done:
        by_file.filter(session__in=done).update(opened_roll=False)
    return done


def _take_guests_back(batch: ImportBatch, actor: Any) -> int:
    """Remove the guests a file brought, and give those it only marked what they had before.

    Who was marked, linked or removed since stays as they are.
    """
    now, lines, changed = timezone.now(), [], []
    for guest_id, history in _histories(batch).items():
        own = [line for line in history if line.batch_id == batch.pk]
        guest, past = own[0].guest, past_of(history, own)
        assert guest is not None
        is_gone = guest.removed_at is not None or guest.user_id is not None
        stands = snapshot(guest)
        if is_gone or past.is_changed_since or stands != marks_of(own[-1].after):
            continue
        is_new = past.first.source == _ADDED
        if is_new:
            guest.removed_at, guest.removed_by = now, actor
        else:
            put(guest, past.values, _author(past))
            guest.revision += 1
        changed.append(guest)
        lines.append(
            AttendanceChange(
                session_id=own[0].session_id,
                guest_id=guest_id,
                before=stands,
                after=stands if is_new else past.values,
                actor=actor,
                batch=batch,
                at=now,
                received_at=now,
                source="guest_removed" if is_new else UNDONE,
            )
        )
    update_many(
        changed,
        (*NOTHING, "source", "recorded_by", "recorded_at", "revision", "removed_at", "removed_by"),
    )
    insert_many(lines)
    return len(changed)


def _histories(batch: ImportBatch) -> dict[int, list[AttendanceChange]]:
    """Return what was applied to each guest a file wrote of, oldest first; one query."""
    mine = AttendanceChange.objects.filter(batch=batch, guest__isnull=False).values("guest_id")
    found: dict[int, list[AttendanceChange]] = defaultdict(list)
    lines = AttendanceChange.objects.filter(guest__in=mine, is_applied=True)
    for line in lines.select_related("guest", "bulk", "batch").order_by("id"):
        found[line.guest_id or 0].append(line)
    return found


def _author(past: Past) -> Author:
    """Return who said what a guest has again; a guest who is added with a mark has it from them."""
    line = past.said_by
    if line is None or line.source != _ADDED:
        return past.author
    return Author(line.actor_id, line.at, SOURCE if line.batch_id else BY_HAND)
