"""Applying a file: one press, one transaction, all of it or nothing."""

from __future__ import annotations

import uuid
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _

from blended_xblock.attendance.conflicts import author_of
from blended_xblock.attendance.guests import GUESTS_LIMIT
from blended_xblock.attendance.intake.effects import SOURCE, Effect
from blended_xblock.attendance.intake.fates import fate_of
from blended_xblock.attendance.intake.known import aliases_of
from blended_xblock.attendance.intake.planning import Plan, plan_of
from blended_xblock.attendance.intake.receiving import get_batch
from blended_xblock.attendance.intake.settling import require_ready
from blended_xblock.attendance.intake.stored import participant_of
from blended_xblock.attendance.ledger import NOTHING, Author, Ledger, put
from blended_xblock.attendance.marks import check_reason
from blended_xblock.attendance.reasons import reason_at, require_reason
from blended_xblock.attendance.rolls import open_locked
from blended_xblock.attendance.sessions import lock_unit, require_live
from blended_xblock.errors import (
    ConflictError,
    ImportChangedError,
    NotAllowedError,
    SameFileError,
)
from blended_xblock.imports.matching import alias_keys
from blended_xblock.models import (
    AttendanceChange,
    AttendanceRecord,
    BlendedUnit,
    Guest,
    ImportAlias,
    ImportBatch,
    ImportedPerson,
    ImportedSession,
    Session,
)
from blended_xblock.sets import insert_many, update_many

State = ImportBatch.State
Decision = ImportedPerson.Decision


@dataclass(frozen=True, slots=True)
class Applied:
    """What one press did: how many learners and guests of each kind of effect, at all sessions.

    ``is_repeated``: it had been done before. ``user_ids`` are those whose record changed.
    """

    recorded: int
    filled: int
    unchanged: int
    kept: int
    left_out: int
    guests: int
    user_ids: tuple[int, ...]
    at: datetime
    is_repeated: bool = False


@transaction.atomic
def apply_import(
    session_id: uuid.UUID | str,
    batch_id: int,
    *,
    actor: Any,
    revision: int,
    is_again: bool = False,
    may: Collection[uuid.UUID] | None = None,
    reason: str = "",
    needs_reason: bool = False,
) -> Applied:
    """Record what a file says at the sessions that were chosen; a roll not opened yet is opened.

    ``revision`` is what the page showed. A file that counts already is applied once more only with
    ``is_again``. ``may``: the sessions whose roll ``actor`` takes, None for all of the unit's.
    ``reason`` is kept with what is corrected on rolls that are closed; with ``needs_reason`` these
    want one. A retry changes nothing.

    Raises NotFoundError, SessionNotLiveError, NotAllowedError, InvalidInputError (the reason is too
    long), of these ReasonNeededError, and ConflictError (nothing to apply, too many guests); of
    these SameFileError, and ImportChangedError where somebody decided something since.
    """
    check_reason(reason)
    unit = lock_unit(session_id)
    batch = get_batch(session_id, batch_id, is_locked=True)
    if batch.state == State.APPLIED:
        return _applied_before(batch)
    require_ready(batch)
    if batch.revision != revision:
        raise ImportChangedError(
            _("Something about this file was decided since. Look through it once more.")
        )
    sessions = lock_chosen(batch, unit, may)
    if not is_again:
        _refuse_same(batch, sessions)
    opened = _open_rolls(batch, sessions, actor)
    plan = plan_of(batch, sessions)
    if not any(effect.kind in ("record", "fill", "same") for effect in plan.effects):
        raise ConflictError(_("There is nothing to record. Say first who these people are."))
    if needs_reason:
        for effect in plan.writes:
            require_reason(effect.session, reason)
    now = timezone.now()
    users: dict[int, None] = {}
    ledger = Ledger(unit, actor, SOURCE, now, batch)
    for session in sessions:
        for effect in plan.of(session, "record", "fill"):
            if isinstance(effect.row, AttendanceRecord):
                _record(ledger, effect, reason)
                users[effect.row.user_id] = None
    ledger.write(decide_also=set().union(*opened.values()))
    guests = _write_guests(plan, actor, now, reason)
    _remember(plan, unit.course_key, actor, now)
    _note_outcomes(plan)
    batch.pieces.all().delete()
    batch.state, batch.applied_at, batch.applied_by = State.APPLIED, now, actor
    batch.save(update_fields=["state", "applied_at", "applied_by"])
    return _applied(plan, tuple(users), guests, now)


def same_files(batch: ImportBatch, sessions: Sequence[Session]) -> list[Any]:
    """Return the files of the course with the same content that count already; one query.

    ``is_here`` of each tells whether it counts at one of these sessions.
    """
    covers = ImportedSession.objects.filter(
        batch=OuterRef("pk"), session__in=sessions, is_chosen=True
    )
    course = BlendedUnit.objects.filter(sessions=batch.session_id).values("course_key")
    return list(
        ImportBatch.objects.filter(
            sha256=batch.sha256, state=State.APPLIED, session__unit__course_key__in=course
        )
        .exclude(pk=batch.pk)
        .annotate(is_here=Exists(covers))
        .select_related("session")
        .order_by("pk")
    )


def lock_chosen(
    batch: ImportBatch,
    unit: BlendedUnit,
    may: Collection[uuid.UUID] | None,
    *,
    is_live_needed: bool = True,
) -> list[Session]:
    sessions = list(
        Session.objects.select_for_update()
        .filter(pk__in=batch.covered.filter(is_chosen=True).values("session_id"))
        .order_by("starts_at", "pk")
    )
    for session in sessions:
        session.unit = unit
        if may is not None and session.pk not in may:
            raise NotAllowedError(
                _("This file is of sessions you are not invited to. Ask the course staff.")
            )
        if is_live_needed:
            require_live(session)
    return sessions


def _refuse_same(batch: ImportBatch, sessions: Sequence[Session]) -> None:
    if any(file.is_here for file in same_files(batch, sessions)):
        raise SameFileError(
            _("This very file is applied already. Applying it once more changes nothing twice.")
        )


def _open_rolls(
    batch: ImportBatch, sessions: Sequence[Session], actor: Any
) -> Mapping[uuid.UUID, Collection[int]]:
    """Open the rolls that are not, and return for each of whom it is to be decided then."""
    opened = {}
    for session in sessions:
        concerned = open_locked(session, actor=actor)
        if concerned is not None:
            opened[session.pk] = concerned
    if opened:
        batch.covered.filter(session__in=opened).update(opened_roll=True)
    return opened


def _record(ledger: Ledger, effect: Effect, reason: str) -> None:
    record = effect.row
    assert isinstance(record, AttendanceRecord)
    said = reason_at(effect.session, reason)
    ledger.apply(record, effect.after, at=ledger.now, author=_author(effect), reason=said)


def _author(effect: Effect) -> Author | None:
    """Return whose mark it stays where it only gets minutes; None for whoever applies the file."""
    return author_of(effect.row) if effect.kind == "fill" else None


def _write_guests(plan: Plan, actor: Any, now: datetime, reason: str) -> int:
    """Write new guests and what is said of those who are there; the history tells both."""
    effects = [each for each in plan.writes if isinstance(each.row, Guest)]
    if not effects:
        return 0
    for session in plan.sessions:
        mine = [each for each in effects if each.session.pk == session.pk and each.is_new]
        here = Guest.objects.filter(session=session, removed_at__isnull=True)
        if mine and here.count() + len(mine) > GUESTS_LIMIT:
            raise ConflictError(
                _("A session can have at most %(limit)d guests.") % {"limit": GUESTS_LIMIT}
            )
    for each in effects:
        guest = each.row
        assert isinstance(guest, Guest)
        put(guest, each.after, _author(each) or Author(actor.pk, now, SOURCE))
        guest.revision += 1
        if each.is_new:
            guest.added_by, guest.added_at = actor, now
            guest.request_key = _guest_key(plan.batch, each)
    new = [each for each in effects if each.is_new]
    known = [each for each in effects if not each.is_new]
    insert_many([each.row for each in new])
    update_many(
        [each.row for each in known], (*NOTHING, "source", "recorded_by", "recorded_at", "revision")
    )
    keys = [_guest_key(plan.batch, each) for each in new]
    ids = dict(Guest.objects.filter(request_key__in=keys).values_list("request_key", "pk"))
    lines = []
    for each in effects:
        assert isinstance(each.row, Guest)
        is_new = each.row.pk is None
        if is_new:
            each.row.pk = ids[_guest_key(plan.batch, each)]
        said = {"name": each.row.name, "email": each.row.email} if is_new else {}
        lines.append(
            AttendanceChange(
                session=each.session,
                guest=each.row,
                before={} if is_new else dict(each.before),
                after=dict(each.after) | said,
                actor=actor,
                source="guest_added" if is_new else SOURCE,
                reason=reason_at(each.session, reason),
                batch=plan.batch,
                at=now,
                received_at=now,
            )
        )
    insert_many(lines)
    return len(effects)


def _guest_key(batch: ImportBatch, effect: Effect) -> str:
    return f"import-{batch.pk}-{effect.session.pk.hex}-{effect.people[0]}"


def _remember(plan: Plan, course_key: str, actor: Any, now: datetime) -> None:
    """Remember whom a person confirmed, so that the next file need not ask.

    What two people of a file are called is remembered of neither.
    """
    bearers: dict[str, set[int | None]] = defaultdict(set)
    confirmed: set[str] = set()
    for person in plan.people:
        user_id = person.user_id if fate_of(person) == "learner" else None
        for key in alias_keys(participant_of(person)):
            bearers[key].add(user_id)
            if person.decision == Decision.LEARNER and user_id is not None:
                confirmed.add(key)
    if not confirmed:
        return
    known = aliases_of(course_key, confirmed)
    said = {key: next(iter(bearers[key])) if len(bearers[key]) == 1 else None for key in confirmed}
    insert_many(
        [
            ImportAlias(
                course_key=course_key,
                key=key,
                user_id=user_id,
                batch=plan.batch,
                confirmed_by=actor,
                confirmed_at=now,
            )
            for key, user_id in said.items()
            if known.get(key) != user_id
        ]
    )


def _note_outcomes(plan: Plan) -> None:
    """Say of each person of the file what became of them; of several sessions the most telling."""
    rank = ("added", "record", "fill", "kept", "unknown", "same")
    outcomes: dict[int, str] = {}
    guests: dict[int, int] = {}
    for effect in plan.effects:
        is_added = (
            isinstance(effect.row, AttendanceRecord) and effect.is_new and effect.kind == "record"
        )
        outcome = "added" if is_added else effect.kind
        for number in effect.people:
            known = outcomes.get(number)
            if known is None or rank.index(outcome) < rank.index(known):
                outcomes[number] = outcome
            if isinstance(effect.row, Guest) and effect.row.pk is not None:
                guests[number] = effect.row.pk
    for person in plan.people:
        person.outcome = outcomes.get(person.number, "out")
        person.guest_id = guests.get(person.number)
    update_many(plan.people, ("outcome", "guest"))


def _applied(plan: Plan, users: tuple[int, ...], guests: int, now: datetime) -> Applied:
    kinds = Counter(effect.kind for effect in plan.effects)
    out = sum(1 for person in plan.people if person.outcome == "out")
    return Applied(
        recorded=kinds["record"],
        filled=kinds["fill"],
        unchanged=kinds["same"],
        kept=kinds["kept"] + kinds["unknown"],
        left_out=out,
        guests=guests,
        user_ids=users,
        at=now,
    )


def _applied_before(batch: ImportBatch) -> Applied:
    """Return what the press that is repeated did: two rows of one person are one of these."""
    people = list(batch.people.all())
    whose = {(row.outcome, row.user_id or row.number) for row in people if row.guest_id is None}
    guests = {(row.outcome, row.guest_id) for row in people if row.guest_id is not None}
    outcomes = Counter(outcome for outcome, _who in (*whose, *guests))
    assert batch.applied_at is not None
    changed = AttendanceChange.objects.filter(batch=batch, user__isnull=False, source=SOURCE)
    return Applied(
        recorded=outcomes["record"] + outcomes["added"],
        filled=outcomes["fill"],
        unchanged=outcomes["same"],
        kept=outcomes["kept"] + outcomes["unknown"],
        left_out=sum(row.outcome == "out" for row in people),
        guests=len(guests),
        user_ids=tuple(dict.fromkeys(changed.values_list("user_id", flat=True).order_by("id"))),
        at=batch.applied_at,
        is_repeated=True,
    )
