"""Guests: people who came without an account, by name; what is recorded of them, and its history.

Every change of a guest writes a line of history, so that a page that asks what changed is told.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, Final, Literal

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from blended_xblock.attendance.conflicts import meet
from blended_xblock.attendance.ledger import Author, after_mark, put, snapshot
from blended_xblock.attendance.marks import (
    UNCHANGED,
    Mark,
    Unchanged,
    check_text,
    find_by_key,
    validated,
)
from blended_xblock.attendance.reasons import require_reason
from blended_xblock.attendance.sessions import lock_session, require_roll
from blended_xblock.attendance.statuses import statuses_of
from blended_xblock.errors import (
    ConflictError,
    GuestChangedError,
    InvalidInputError,
    NotFoundError,
)
from blended_xblock.hosts import get_host
from blended_xblock.models import AttendanceChange, Guest, Session

NAME_LENGTH: Final = 255
EMAIL_LENGTH: Final = 254
GUESTS_LIMIT: Final = 500
SOURCE: Final = "roll"

Outcome = Literal["recorded", "unchanged", "repeated", "superseded"]


@dataclass(frozen=True, slots=True)
class GuestVisit:
    """One guest of one session; instants are UTC. ``user_id``: who they turned out to be."""

    id: int
    session_id: uuid.UUID
    name: str
    email: str
    status: str | None
    minutes: int | None
    modality: str
    note: str
    arrived_at: datetime | None
    left_at: datetime | None
    recorded_by_id: int | None
    recorded_at: datetime | None
    revision: int
    user_id: int | None
    is_removed: bool


@dataclass(frozen=True, slots=True)
class GuestReport:
    """What became of a mark of a guest, in the words of a ``RecordReport``."""

    guest: GuestVisit
    outcome: Outcome


@transaction.atomic
def add_guest(
    session_id: uuid.UUID | str,
    name: str,
    email: str = "",
    *,
    actor: Any,
    status: str | None = None,
    reason: str = "",
    request_key: str | None = None,
    needs_reason: bool = False,
) -> GuestVisit:
    """Add somebody without an account to a session whose roll is open or closed.

    ``request_key`` makes it harmless to send it again; ``reason`` is kept in the history. With
    ``needs_reason`` a closed roll wants one. Raises NotFoundError, SessionNotLiveError,
    RollNotOpenError, InvalidInputError (of these ReasonNeededError), and ConflictError (somebody
    with this e-mail address is a guest here already, or too many are).
    """
    session = lock_session(session_id)
    if needs_reason:
        require_reason(session, reason)
    require_roll(session)
    name, email, now = _read_name(name), _read_email(email), timezone.now()
    said = Mark(1, status, reason=reason, request_key=request_key)
    validated([said], statuses_of(session.unit), now)
    known = find_by_key(Guest.objects.all(), request_key, session_id=session.pk)
    if known is not None:
        return visit_of(known)
    _refuse_double(session, email)
    if Guest.objects.filter(session=session).count() >= GUESTS_LIMIT:
        raise ConflictError(
            _("A session can have at most %(limit)d guests.") % {"limit": GUESTS_LIMIT}
        )
    guest = Guest(
        session=session, name=name, email=email, added_by=actor, added_at=now,
        request_key=request_key,
    )  # fmt: skip
    if status is not None:
        put(guest, after_mark(snapshot(guest), said), Author(actor.pk, now, SOURCE))
        guest.revision = 1
    guest.save()
    said_now = snapshot(guest) | {"name": name, "email": email}
    write_line(guest, {}, said_now, actor=actor, source="guest_added", at=now, reason=reason)
    return visit_of(guest)


@transaction.atomic
def mark_guest(
    session_id: uuid.UUID | str,
    guest_id: int,
    status: str | None,
    *,
    actor: Any,
    minutes: int | None = None,
    modality: str | None = None,
    note: str | None = None,
    arrived_at: datetime | Unchanged | None = UNCHANGED,
    left_at: datetime | Unchanged | None = UNCHANGED,
    reason: str = "",
    request_key: str | None = None,
    at: datetime | None = None,
    base: int | None = None,
    needs_reason: bool = False,
) -> GuestReport:
    """Record a mark of a guest; its parts mean what they mean in a ``Mark`` of a learner.

    A newer mark by somebody else stands, and the older one is in the history. ``base`` is the
    guest's ``revision`` that was seen: with one, nothing that somebody else said since is changed.
    With ``needs_reason`` a closed roll wants a reason (ReasonNeededError).

    Raises NotFoundError, SessionNotLiveError, RollNotOpenError, InvalidInputError, ConflictError
    (removed, or linked: then the learner is marked on the roll), and of these GuestChangedError
    (marked by somebody else since).
    """
    session = lock_session(session_id)
    if needs_reason:
        require_reason(session, reason)
    require_roll(session)
    guest = get_guest(session, guest_id)
    now = timezone.now()
    mark = Mark(
        guest.pk, status, minutes, modality, note, request_key, at, reason,
        base=base, arrived_at=arrived_at, left_at=left_at,
    )  # fmt: skip
    (mark,) = validated([mark], statuses_of(session.unit), now)
    if find_by_key(AttendanceChange.objects.all(), request_key, guest_id=guest.pk):
        return GuestReport(visit_of(guest), "repeated")
    require_present(guest)
    if guest.user_id is not None:
        raise ConflictError(
            _("%(name)s is linked to an account. Mark the learner on the roll instead.")
            % {"name": guest.name}
        )
    at = mark.at or now
    before = snapshot(guest)
    after = after_mark(before, mark)
    outcome: Outcome = "recorded"
    if before == after:
        outcome = "unchanged"
        if request_key is None:
            return GuestReport(visit_of(guest), outcome)
    elif base is not None and base != guest.revision and guest.recorded_by_id != actor.pk:
        raise _changed(guest)
    elif meet(guest, _as_seen(guest, mark), actor=actor, at=at).is_lost:
        outcome = "superseded"
    write_line(
        guest, before, after, actor=actor, source=SOURCE, at=at, reason=reason,
        request_key=request_key, is_applied=outcome != "superseded",
    )  # fmt: skip
    if outcome == "recorded":
        put(guest, after, Author(actor.pk, at, SOURCE))
        guest.revision += 1
        guest.save()
    return GuestReport(visit_of(guest), outcome)


@transaction.atomic
def edit_guest(
    session_id: uuid.UUID | str,
    guest_id: int,
    *,
    actor: Any,
    name: str | None = None,
    email: str | None = None,
) -> GuestVisit:
    """Correct the name or the e-mail address of a guest; None leaves it as it is.

    Raises NotFoundError, InvalidInputError and ConflictError (the address of another guest here).
    """
    session = lock_session(session_id)
    guest = get_guest(session, guest_id)
    require_present(guest)
    before = {"name": guest.name, "email": guest.email}
    after = {
        "name": before["name"] if name is None else _read_name(name),
        "email": before["email"] if email is None else _read_email(email),
    }
    if before != after:
        _refuse_double(session, after["email"], beside=guest)
        guest.name, guest.email = after["name"], after["email"]
        guest.save(update_fields=["name", "email"])
        said = snapshot(guest)
        write_line(guest, said | before, said | after, actor=actor, source="guest_edited")
    return visit_of(guest)


@transaction.atomic
def remove_guest(session_id: uuid.UUID | str, guest_id: int, *, actor: Any) -> GuestVisit:
    """Take a guest off a session; all that was recorded is kept and can be brought back.

    Raises NotFoundError, and ConflictError for one who is linked to an account.
    """
    guest = get_guest(lock_session(session_id), guest_id)
    if guest.user_id is not None:
        raise ConflictError(
            _("%(name)s is linked to an account. Take the link back first.") % {"name": guest.name}
        )
    if guest.removed_at is None:
        guest.removed_at, guest.removed_by = timezone.now(), actor
        guest.save(update_fields=["removed_at", "removed_by"])
        said = snapshot(guest)
        write_line(guest, said, said, actor=actor, source="guest_removed")
    return visit_of(guest)


@transaction.atomic
def restore_guest(session_id: uuid.UUID | str, guest_id: int, *, actor: Any) -> GuestVisit:
    """Bring a removed guest back, with all that was recorded of them.

    Raises NotFoundError, and ConflictError where another guest has their e-mail address by now.
    """
    session = lock_session(session_id)
    guest = get_guest(session, guest_id)
    if guest.removed_at is not None:
        _refuse_double(session, guest.email, beside=guest)
        guest.removed_at = guest.removed_by = None
        guest.save(update_fields=["removed_at", "removed_by"])
        said = snapshot(guest)
        write_line(guest, said, said, actor=actor, source="guest_restored")
    return visit_of(guest)


def list_guests(session_id: uuid.UUID | str) -> list[GuestVisit]:
    """Return the guests of a session who were not removed, by name; one query."""
    guests = Guest.objects.filter(session_id=session_id, removed_at__isnull=True)
    return [visit_of(guest) for guest in guests]


def count_guests(session_id: uuid.UUID | str) -> int:
    """Return how many guests a session has who were not removed; one query."""
    return Guest.objects.filter(session_id=session_id, removed_at__isnull=True).count()


def visit_of(guest: Guest) -> GuestVisit:
    return GuestVisit(
        id=guest.pk,
        session_id=guest.session_id,
        name=guest.name,
        email=guest.email,
        status=guest.status,
        minutes=guest.minutes,
        modality=guest.modality,
        note=guest.note,
        arrived_at=guest.arrived_at,
        left_at=guest.left_at,
        recorded_by_id=guest.recorded_by_id,
        recorded_at=guest.recorded_at,
        revision=guest.revision,
        user_id=guest.user_id,
        is_removed=guest.removed_at is not None,
    )


def get_guest(session: Session, guest_id: int) -> Guest:
    """Return a guest of this session, removed or not; raise NotFoundError for any other."""
    guest = Guest.objects.filter(session=session, pk=guest_id).first()
    if guest is None:
        raise NotFoundError(_("There is no such guest at this session."))
    return guest


def require_present(guest: Guest) -> None:
    if guest.removed_at is not None:
        raise ConflictError(
            _("%(name)s was removed from this session. Bring them back first.")
            % {"name": guest.name}
        )


def write_line(
    guest: Guest,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    *,
    actor: Any,
    source: str,
    at: datetime | None = None,
    reason: str = "",
    request_key: str | None = None,
    is_applied: bool = True,
) -> None:
    """Write one line into the history of a stored guest."""
    now = timezone.now()
    AttendanceChange.objects.create(
        session_id=guest.session_id, guest=guest, before=dict(before), after=dict(after),
        actor=actor, source=source, reason=reason, at=at or now, received_at=now,
        request_key=request_key, is_applied=is_applied,
    )  # fmt: skip


def _as_seen(guest: Guest, mark: Mark) -> Mark:
    """Forget a base that does not fit: one's own marks are applied in the order they arrive."""
    return mark if mark.base == guest.revision else replace(mark, base=None)


def _changed(guest: Guest) -> GuestChangedError:
    names = get_host().names([guest.recorded_by_id]) if guest.recorded_by_id else {}
    said = {
        "name": guest.name,
        "who": names.get(guest.recorded_by_id or 0) or _("Somebody else"),
    }
    return GuestChangedError(
        _("%(who)s marked %(name)s since: shown as they did. To change it, mark again.") % said,
        guest=asdict(visit_of(guest)),
    )


def _read_name(name: str) -> str:
    """Return a name on one line; what it is made of is nobody's business but the database's."""
    check_text(name)
    said = " ".join(name.split())
    if not said:
        raise InvalidInputError(_("Give the guest a name."))
    if len(said) > NAME_LENGTH:
        raise InvalidInputError(
            _("A name can have at most %(limit)d characters.") % {"limit": NAME_LENGTH}
        )
    return said


def _read_email(email: str) -> str:
    said = email.strip()
    if not said:
        return ""
    try:
        validate_email(said)
    except ValidationError as error:
        raise InvalidInputError(
            _("This is not an e-mail address. Correct it, or leave it empty.")
        ) from error
    if len(said) > EMAIL_LENGTH:
        raise InvalidInputError(
            _("An e-mail address can have at most %(limit)d characters.") % {"limit": EMAIL_LENGTH}
        )
    return said


def _refuse_double(session: Session, email: str, beside: Guest | None = None) -> None:
    if not email:
        return
    same = Guest.objects.filter(session=session, removed_at__isnull=True, email__iexact=email)
    double = same.exclude(pk=beside.pk).first() if beside else same.first()
    if double is not None:
        raise ConflictError(
            _("Somebody with this e-mail address is already a guest: %(name)s.")
            % {"name": double.name}
        )
