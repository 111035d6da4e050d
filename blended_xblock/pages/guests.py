"""The guests of a session as people see them: below the roll, marked with the same choices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from blended_xblock.attendance.guests import GuestVisit, list_guests
from blended_xblock.attendance.statuses import meanings_of, statuses_of
from blended_xblock.hosts import get_host
from blended_xblock.models import Guest, Session
from blended_xblock.pages.common import StatusChoice, guest_count, status_choice
from blended_xblock.pages.roll import initials
from blended_xblock.schedule.wording import describe_instant


@dataclass(frozen=True, slots=True)
class GuestRow:
    """One guest; ``name`` is never empty. ``linked_name`` is empty without a link."""

    id: int
    name: str
    email: str
    initials: str
    status: StatusChoice | None
    minutes: int | None
    modality: str
    note: str
    arrived_at: datetime | None
    left_at: datetime | None
    recorded: str
    linked_name: str
    revision: int


@dataclass(frozen=True, slots=True)
class GuestsPage:
    """The guests of a session, all of them: there are few."""

    session_id: str
    statuses: tuple[StatusChoice, ...]
    rows: tuple[GuestRow, ...]
    count: str
    zone: str


def guests_page(session: Session, now: datetime | None = None) -> GuestsPage:
    """Return the guests of a session by name; two queries for any number of them."""
    now = now or timezone.now()
    guests = list_guests(session.pk)
    meanings = {code: status_choice(status) for code, status in meanings_of(session.unit).items()}
    names = _names(guests)
    return GuestsPage(
        session_id=str(session.pk),
        statuses=tuple(status_choice(status) for status in statuses_of(session.unit).values()),
        rows=tuple(_row(session, guest, meanings, names, now) for guest in guests),
        count=guest_count(len(guests)),
        zone=session.timezone,
    )


def guest_update(session: Session, guest: GuestVisit) -> dict[str, Any]:
    """Return a guest after a write, as JSON."""
    names = _names([guest])
    meanings = {code: status_choice(status) for code, status in meanings_of(session.unit).items()}
    row = _row(session, guest, meanings, names, timezone.now())
    return {
        "id": row.id,
        "name": row.name,
        "email": row.email,
        "status": guest.status,
        "minutes": row.minutes,
        "modality": row.modality,
        "note": row.note,
        "recorded": row.recorded,
        "linked_name": row.linked_name,
        "revision": row.revision,
    }


def name_of(guest: GuestVisit | Guest) -> str:
    """Return what a guest is called; one whose account was retired has no name any more."""
    return guest.name or _("Name removed")


def _names(guests: list[GuestVisit]) -> Mapping[int, str]:
    people = {user for guest in guests for user in (guest.recorded_by_id, guest.user_id)}
    known = {user for user in people if user is not None}
    return get_host().names(known) if known else {}


def _row(
    session: Session,
    guest: GuestVisit,
    meanings: Mapping[str, StatusChoice],
    names: Mapping[int, str],
    now: datetime,
) -> GuestRow:
    recorded = ""
    if guest.recorded_at is not None:
        recorded = _("%(name)s, %(when)s") % {
            "name": names.get(guest.recorded_by_id or 0, _("somebody")),
            "when": describe_instant(guest.recorded_at, session.timezone, now),
        }
    linked = "" if guest.user_id is None else names.get(guest.user_id) or _("somebody")
    return GuestRow(
        id=guest.id,
        name=name_of(guest),
        email=guest.email,
        initials=initials(name_of(guest)),
        status=None if guest.status is None else meanings[guest.status],
        minutes=guest.minutes,
        modality=guest.modality,
        note=guest.note,
        arrived_at=guest.arrived_at,
        left_at=guest.left_at,
        recorded=recorded,
        linked_name=linked,
        revision=guest.revision,
    )
