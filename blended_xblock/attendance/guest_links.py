"""A guest who turns out to have an account: linked to it, and unlinked without losing anything.

What was recorded of the guest stays with the guest. A link fills the learner's own record from it
where nobody has marked them; undoing the link puts the record back, unless somebody has said
something of the learner since.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from blended_xblock.attendance.conflicts import ASSUMED, author_of
from blended_xblock.attendance.guests import (
    GuestVisit,
    get_guest,
    require_present,
    visit_of,
    write_line,
)
from blended_xblock.attendance.ledger import Author, Ledger, full, snapshot
from blended_xblock.attendance.marks import UNCHANGED, Mark
from blended_xblock.attendance.recording import record_locked
from blended_xblock.attendance.sessions import lock_session, require_roll
from blended_xblock.attendance.walk_ins import require_enrolled, take_off
from blended_xblock.errors import ConflictError
from blended_xblock.models import AttendanceChange, AttendanceRecord, Guest, Session

SOURCE: Final = "guest"
LINKED: Final = "guest_linked"
UNLINKED: Final = "guest_unlinked"


@dataclass(frozen=True, slots=True)
class LinkReport:
    """What became of the record of the learner ``user_id`` by a link, or by taking it back.

    ``filled`` from the guest's mark; ``restored`` to what it was before the link; ``stands``: it
    holds what somebody said of the learner, and was left alone; ``unchanged``: there was nothing to
    write.
    """

    guest: GuestVisit
    user_id: int | None
    outcome: Literal["filled", "restored", "stands", "unchanged"]


@transaction.atomic
def link_guest(
    session_id: uuid.UUID | str, guest_id: int, user_id: int, *, actor: Any
) -> LinkReport:
    """Say who a guest is: a learner of the course, or somebody on this roll.

    A mark of the learner's own stands. One that was only assumed (everyone present, or absent when
    the roll was closed) gives way to what was seen of the guest. Linking to the same learner again
    changes nothing.

    Raises NotFoundError, SessionNotLiveError, RollNotOpenError, NotOnRosterError, and ConflictError
    (removed, linked to another learner, or the learner is another guest of this session).
    """
    session = lock_session(session_id)
    require_roll(session)
    guest = get_guest(session, guest_id)
    require_present(guest)
    if guest.user_id == user_id:
        return LinkReport(visit_of(guest), user_id, "unchanged")
    if guest.user_id is not None:
        raise ConflictError(
            _("%(name)s is linked to another account. Take that link back first.")
            % {"name": guest.name}
        )
    twin = Guest.objects.filter(session=session, user_id=user_id).first()
    if twin is not None:
        raise ConflictError(
            _("Another guest of this session is linked to this learner already: %(name)s.")
            % {"name": twin.name}
        )
    record = AttendanceRecord.objects.filter(session=session, user_id=user_id).first()
    if record is None:
        require_enrolled(session, user_id)
    met = author_of(record) if record else Author()
    line, outcome = _fill(session, record, guest, user_id, actor)
    guest.user_id, guest.linked_by, guest.linked_at = user_id, actor, timezone.now()
    guest.link_change, guest.link_added = line, line is not None and record is None
    guest.save(update_fields=["user", "linked_by", "linked_at", "link_change", "link_added"])
    said = snapshot(guest)
    after = said | {"user_id": user_id, "met": _as_json(met)}
    write_line(guest, said | {"user_id": None}, after, actor=actor, source=LINKED)
    return LinkReport(visit_of(guest), user_id, outcome)


@transaction.atomic
def unlink_guest(session_id: uuid.UUID | str, guest_id: int, *, actor: Any) -> LinkReport:
    """Take a link back: the guest is a guest again, with every mark they had.

    The learner's record becomes what it was before the link, unless somebody has said something of
    them since: then it stays, and the answer says so. Raises NotFoundError.
    """
    session = lock_session(session_id)
    guest = get_guest(session, guest_id)
    user_id = guest.user_id
    if user_id is None:
        return LinkReport(visit_of(guest), None, "unchanged")
    outcome = _put_back(session, guest, actor)
    guest.user = guest.linked_by = guest.linked_at = guest.link_change = None
    guest.link_added = False
    guest.save(update_fields=["user", "linked_by", "linked_at", "link_change", "link_added"])
    said = snapshot(guest)
    after = said | {"user_id": None}
    write_line(guest, said | {"user_id": user_id}, after, actor=actor, source=UNLINKED)
    return LinkReport(visit_of(guest), user_id, outcome)


def _fill(
    session: Session, record: AttendanceRecord | None, guest: Guest, user_id: int, actor: Any
) -> tuple[AttendanceChange | None, Literal["filled", "stands", "unchanged"]]:
    """Return the line written into the learner's history, and what became of their record."""
    if record is not None and record.status is not None and record.source not in ASSUMED:
        return None, "stands"
    if guest.status is not None:
        mark = _mark_of(guest, record, user_id)
        report = record_locked(session, [mark], actor=actor, source=SOURCE)
        if not report.recorded:
            return None, "unchanged"
    elif record is None:
        # Who the guest is belongs on the roll, although nobody has said yet whether they stayed.
        record = AttendanceRecord(session=session, user_id=user_id, is_expected=False)
        ledger = Ledger(session.unit, actor, SOURCE, timezone.now())
        ledger.note(record, snapshot(record), at=ledger.now)
        ledger.touch(record)
        ledger.write()
    else:
        return None, "unchanged"
    line = AttendanceChange.objects.filter(session=session, user_id=user_id).latest("pk")
    return line, "filled"


def _mark_of(guest: Guest, record: AttendanceRecord | None, user_id: int) -> Mark:
    """Return the guest's mark as one of the learner, made when it was made.

    A mark that was taken back later than that does not stand against it: it says nothing any more.
    """
    at = guest.recorded_at
    if record is not None and record.recorded_at and at and record.source not in ASSUMED:
        at = max(at, record.recorded_at)
    return Mark(
        user_id,
        guest.status,
        minutes=guest.minutes,
        modality=guest.modality or None,
        # A note about the learner is theirs; the guest's is still with the guest.
        note=None if record is not None and record.note else guest.note,
        at=at,
        arrived_at=guest.arrived_at or UNCHANGED,
        left_at=guest.left_at or UNCHANGED,
    )


def _put_back(
    session: Session, guest: Guest, actor: Any
) -> Literal["restored", "stands", "unchanged"]:
    line = guest.link_change
    if line is None:
        return "unchanged"
    of_learner = AttendanceChange.objects.filter(session=session, user=guest.user)
    record = AttendanceRecord.objects.filter(session=session, user=guest.user).first()
    if record is None or of_learner.filter(pk__gt=line.pk).exists():
        return "stands"
    ledger = Ledger(session.unit, actor, UNLINKED, timezone.now())
    if guest.link_added:
        take_off(record, ledger)
    else:
        ledger.apply(record, full(line.before), at=ledger.now, author=_met(guest))
        ledger.write()
    return "restored"


def _as_json(author: Author) -> dict[str, Any]:
    at = author.at.isoformat() if author.at else None
    return {"user_id": author.user_id, "at": at, "source": author.source}


def _met(guest: Guest) -> Author:
    """Return who had said what the learner's record held when the guest was linked."""
    line = AttendanceChange.objects.filter(guest=guest, source=LINKED).latest("pk")
    met = line.after["met"]
    at = datetime.fromisoformat(met["at"]) if met["at"] else None
    return Author(met["user_id"], at, met["source"])
