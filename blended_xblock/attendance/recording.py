"""Recording marks: set-based, once each, with history and standings in the same transaction."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from blended_xblock.attendance.statuses import statuses_of
from blended_xblock.design import Status
from blended_xblock.errors import (
    ConflictError,
    InvalidInputError,
    NotFoundError,
    NotOnRosterError,
    RollNotOpenError,
    SessionNotLiveError,
)
from blended_xblock.gate import standing
from blended_xblock.hosts import get_host
from blended_xblock.models import (
    AttendanceChange,
    AttendanceRecord,
    BlendedUnit,
    ImportBatch,
    Session,
    Waiver,
)
from blended_xblock.sets import by_user, insert_many, update_many

NOTE_LENGTH: Final = 2000
MINUTES_LIMIT: Final = 60 * 24 * 31
KEY_LENGTH: Final = 64
MAX_ID: Final = 2**63 - 1
FIRST_YEAR: Final = 2000
ASSUMED: Final = frozenset({"everyone", "close"})
"""Sources that say something of all who are left, not of one learner somebody looked at."""
_WRITTEN: Final = (
    "status",
    "minutes",
    "modality",
    "note",
    "source",
    "recorded_by",
    "recorded_at",
    "revision",
)
MARKS_LIMIT: Final = 10_000


@dataclass(frozen=True, slots=True)
class Mark:
    """What somebody says of one learner at one session.

    ``status``: a code of the unit's statuses, or None to take a mark back. ``minutes``: live
    minutes, None for not measured. ``note``: None leaves the note as it is. ``request_key``: made
    on the device, once for each mark, so that sending it again is harmless. ``at``: when it was
    made (aware); now where it is None or ahead of the server's clock.
    """

    user_id: int
    status: str | None
    minutes: int | None = None
    modality: str | None = None
    note: str | None = None
    request_key: str | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class RecordReport:
    """What became of the marks: user ids each.

    ``recorded`` changed a record; ``unchanged`` said what stood there already; ``repeated`` had
    been received before; ``superseded`` lost against a newer mark by somebody else, and stand in
    the history.
    """

    recorded: tuple[int, ...]
    unchanged: tuple[int, ...]
    repeated: tuple[int, ...]
    superseded: tuple[int, ...]
    at: datetime


def get_session(session_id: uuid.UUID | str) -> Session:
    """Return a session with its unit; raise NotFoundError where there is none."""
    try:
        return Session.objects.select_related("unit").get(pk=session_id)
    except (Session.DoesNotExist, ValidationError) as error:
        raise NotFoundError(_("There is no such session.")) from error


def lock_session(session_id: uuid.UUID | str) -> Session:
    """Return the session with its unit, both locked for this transaction, the unit first.

    The unit is locked since standings take all its sessions into account: two rolls of one unit,
    taken at the same time, decide one after the other. It is locked first as a publish does, so
    that neither waits for the other for ever.
    """
    unit = BlendedUnit.objects.select_for_update().get(pk=get_session(session_id).unit_id)
    session = Session.objects.select_for_update().get(pk=session_id)
    session.unit = unit
    return session


def require_live(session: Session) -> None:
    """Raise SessionNotLiveError for a draft, cancelled or removed session, saying what to do."""
    if session.is_live:
        return
    raise SessionNotLiveError(
        {
            Session.State.DRAFT: _(
                "The dates of this session are not confirmed yet. "
                "Ask the course team to confirm them in Studio."
            ),
            Session.State.CANCELLED: _("This session is cancelled: nobody can be recorded at it."),
            Session.State.REMOVED: _(
                "This session is no longer part of the course. What was recorded is kept."
            ),
        }[Session.State(session.state)]
    )


@transaction.atomic
def record_attendance(
    session_id: uuid.UUID | str,
    marks: Iterable[Mark],
    *,
    actor: Any,
    source: str = "roll",
    batch: ImportBatch | None = None,
) -> RecordReport:
    """Record marks at a session whose roll is open or closed; all of them or, on an error, none.

    A learner who is not on the frozen roster but enrolled is added as one who came without being
    expected. Where two marks name the same learner the later one counts.

    Raises NotFoundError, SessionNotLiveError, RollNotOpenError, NotOnRosterError (somebody is
    neither on the roster nor enrolled), InvalidInputError (unknown status, minutes, modality, too
    long a note).
    """
    sent = list(marks)
    if len(sent) > MARKS_LIMIT:
        raise InvalidInputError(
            _("At most %(limit)d marks can be sent at once.") % {"limit": MARKS_LIMIT}
        )
    return record_locked(lock_session(session_id), sent, actor=actor, source=source, batch=batch)


def record_locked(
    session: Session,
    marks: list[Mark],
    *,
    actor: Any,
    source: str,
    batch: ImportBatch | None = None,
) -> RecordReport:
    """Record marks at a session this transaction has locked; see ``record_attendance``."""
    require_live(session)
    if session.roll_state == Session.Roll.NOT_OPENED:
        raise RollNotOpenError(_("Open the roll of this session first."))
    now = timezone.now()
    received = _validated(marks, statuses_of(session.unit), now)
    known_keys = _known_keys(session, received)
    repeated = [mark.user_id for mark in received if mark.request_key in known_keys]
    fresh = [mark for mark in received if mark.request_key not in known_keys]
    if not fresh:
        return RecordReport((), (), tuple(repeated), (), now)

    users = {mark.user_id for mark in fresh}
    records = by_user(AttendanceRecord.objects.filter(session=session, user_id__in=users))
    new = _walk_ins(session, users - records.keys())
    records |= new
    changes: list[AttendanceChange] = []
    recorded: dict[int, None] = {}
    unchanged: list[int] = []
    superseded: list[int] = []
    for mark in fresh:
        record = records[mark.user_id]
        at = mark.at or now
        before = snapshot(record)
        after = _after(before, mark)
        lost = (
            record.recorded_at is not None
            and record.recorded_at > at
            and record.recorded_by_id != actor.pk
            # Nobody looked at this learner then: what somebody saw stands against it.
            and record.source not in ASSUMED
        )
        if before == after:
            unchanged.append(mark.user_id)
            if mark.request_key is None:
                continue
        elif lost:
            superseded.append(mark.user_id)
        else:
            recorded[mark.user_id] = None
            _apply(record, after, actor=actor, source=source, at=at)
        changes.append(
            AttendanceChange(
                session=session,
                user_id=mark.user_id,
                before=before,
                after=after,
                actor=actor,
                source=source,
                batch=batch,
                at=at,
                received_at=now,
                request_key=mark.request_key,
                is_applied=not lost or before == after,
            )
        )
    _write([records[user_id] for user_id in recorded], new)
    insert_many(changes)
    standing.recompute(session.unit, recorded.keys())
    return RecordReport(tuple(recorded), tuple(unchanged), tuple(repeated), tuple(superseded), now)


@transaction.atomic
def record_unmarked(
    session_id: uuid.UUID | str, status: str, *, actor: Any, source: str, key: str | None = None
) -> RecordReport:
    """Give one status to everyone expected and still unmarked; whoever has a mark keeps it.

    ``key`` makes the request keys, one for each learner, so that a retry is recorded once. Errors
    are those of ``record_attendance``.
    """
    session = lock_session(session_id)
    marks = [
        Mark(user_id=user_id, status=status, request_key=f"{key}:{user_id}" if key else None)
        for user_id in list_unmarked(session)
    ]
    return record_locked(session, marks, actor=actor, source=source)


@transaction.atomic
def clear_records(usage_key: str, user_id: int, *, actor: Any) -> None:
    """Take back every mark and waiver of a learner in a unit, whatever became of its sessions.

    Places on a roster and the history stay; the history says that ``actor`` reset them.
    """
    unit = BlendedUnit.objects.select_for_update().filter(usage_key=usage_key).first()
    if unit is None:
        return
    now = timezone.now()
    nothing = {"status": None, "minutes": None, "modality": "", "note": ""}
    records = [
        record
        for record in AttendanceRecord.objects.select_for_update().filter(
            session__unit=unit, user_id=user_id
        )
        if snapshot(record) != nothing
    ]
    changes = []
    for record in records:
        changes.append(
            AttendanceChange(
                session_id=record.session_id,
                user_id=user_id,
                before=snapshot(record),
                after=nothing,
                actor=actor,
                source="reset",
                at=now,
                received_at=now,
            )
        )
        _apply(record, nothing, actor=actor, source="reset", at=now)
    update_many(records, _WRITTEN)
    insert_many(changes)
    Waiver.objects.filter(unit=unit, user_id=user_id, revoked_at__isnull=True).update(
        revoked_at=now, revoked_by=actor
    )
    standing.recompute(unit, [user_id])


def list_unmarked(session: Session) -> list[int]:
    """Return the ids of those expected at a session of whom nothing is said yet."""
    return list(
        AttendanceRecord.objects.filter(
            session=session, is_expected=True, status__isnull=True
        ).values_list("user_id", flat=True)
    )


def snapshot(record: AttendanceRecord) -> dict[str, Any]:
    """Return what the history keeps of a record."""
    return {
        "status": record.status,
        "minutes": record.minutes,
        "modality": record.modality,
        "note": record.note,
    }


def _after(before: Mapping[str, Any], mark: Mark) -> dict[str, Any]:
    return {
        "status": mark.status,
        "minutes": mark.minutes if mark.status is not None else None,
        "modality": before["modality"] if mark.modality is None else mark.modality,
        "note": before["note"] if mark.note is None else mark.note,
    }


def _apply(
    record: AttendanceRecord, after: Mapping[str, Any], *, actor: Any, source: str, at: datetime
) -> None:
    for name, value in after.items():
        setattr(record, name, value)
    record.source, record.recorded_by, record.recorded_at = source, actor, at
    record.revision += 1


def _write(records: Collection[AttendanceRecord], new: Mapping[int, AttendanceRecord]) -> None:
    insert_many([record for record in records if record.user_id in new])
    update_many([record for record in records if record.user_id not in new], _WRITTEN)


def _validated(marks: list[Mark], statuses: Mapping[str, Status], now: datetime) -> list[Mark]:
    for mark in marks:
        _check(mark, statuses)
    return _without_repeats(
        [replace(mark, at=now) if mark.at is not None and mark.at > now else mark for mark in marks]
    )


def _check(mark: Mark, statuses: Mapping[str, Status]) -> None:
    if not _is_whole(mark.user_id, 1, MAX_ID):
        raise InvalidInputError(_("A mark needs the number of a learner."))
    if mark.status is not None and mark.status not in statuses:
        raise InvalidInputError(
            _("“%(code)s” is not a status of this unit. Use one of: %(codes)s.")
            % {"code": str(mark.status)[:20], "codes": ", ".join(statuses)}
        )
    if mark.minutes is not None and not _is_whole(mark.minutes, 0, MINUTES_LIMIT):
        raise InvalidInputError(
            _("Minutes must be a whole number from 0 to %(limit)d.") % {"limit": MINUTES_LIMIT}
        )
    if mark.modality and mark.modality not in AttendanceRecord.Modality.values:
        raise InvalidInputError(
            _("“%(modality)s” is not a way of attending. Use one of: %(all)s.")
            % {
                "modality": str(mark.modality)[:20],
                "all": ", ".join(AttendanceRecord.Modality.values),
            }
        )
    if not all(_is_text(text) for text in (mark.note, mark.request_key)):
        raise InvalidInputError(_("A note or a key has a character that cannot be stored."))
    if mark.note and len(mark.note) > NOTE_LENGTH:
        raise InvalidInputError(
            _("A note can have at most %(limit)d characters.") % {"limit": NOTE_LENGTH}
        )
    if mark.request_key is not None and not 0 < len(mark.request_key) <= KEY_LENGTH:
        raise InvalidInputError(
            _("A request key has 1 to %(limit)d characters.") % {"limit": KEY_LENGTH}
        )
    if mark.at is not None and (timezone.is_naive(mark.at) or mark.at.year < FIRST_YEAR):
        raise InvalidInputError(_("The time of a mark needs its zone and a year of this century."))


def _is_text(text: str | None) -> bool:
    """Tell whether a database can hold it: half of a surrogate pair is no character."""
    try:
        (text or "").encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in (text or "")


def _is_whole(value: object, low: int, high: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def _without_repeats(marks: list[Mark]) -> list[Mark]:
    """Drop a mark sent twice in the same call; keep the order of the rest."""
    seen: dict[str, tuple[str, int]] = {}
    kept = []
    for mark in marks:
        if mark.request_key is not None:
            this = (mark.request_key, mark.user_id)
            first = seen.setdefault(mark.request_key.casefold(), this)
            if first != this:
                raise _key_conflict()
            if first is not this:
                continue
        kept.append(mark)
    return kept


def _key_conflict() -> ConflictError:
    return ConflictError(
        _("A mark came with the key of another mark. Reload the page and mark again.")
    )


def _known_keys(session: Session, marks: Iterable[Mark]) -> set[str]:
    users = {mark.request_key: mark.user_id for mark in marks if mark.request_key is not None}
    if not users:
        return set()
    found = AttendanceChange.objects.filter(request_key__in=list(users)).values_list(
        "request_key", "session_id", "user_id"
    )
    known = set()
    for key, session_id, user_id in found:
        # A database that ignores case finds a key that only looks like the one sent.
        if key not in users or session_id != session.pk or user_id != users[key]:
            raise _key_conflict()
        known.add(key)
    return known


def _walk_ins(session: Session, users: Collection[int]) -> dict[int, AttendanceRecord]:
    if not users:
        return {}
    enrolled = {
        learner.user_id for learner in get_host().learners(session.unit.course_key, user_ids=users)
    }
    strangers = sorted(set(users) - enrolled)
    if strangers:
        raise NotOnRosterError(
            _("Nobody was recorded: %(n)d of the people named are not enrolled in this course.")
            % {"n": len(strangers)}
        )
    return {
        user_id: AttendanceRecord(session=session, user_id=user_id, is_expected=False)
        for user_id in sorted(enrolled)
    }
