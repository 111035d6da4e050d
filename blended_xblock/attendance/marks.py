"""A mark: what somebody says of one learner at one session, and whether it can be stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from typing import Final, TypeVar

from django.db.models import Model, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from blended_xblock.design import Status
from blended_xblock.errors import ConflictError, InvalidInputError
from blended_xblock.models import AttendanceRecord

NOTE_LENGTH: Final = 2000
MINUTES_LIMIT: Final = 60 * 24 * 31
KEY_LENGTH: Final = 64
MAX_ID: Final = 2**63 - 1
FIRST_YEAR: Final = 2000
MARKS_LIMIT: Final = 10_000

Row = TypeVar("Row", bound=Model)


class Unchanged(Enum):
    """The one value that says: leave what stands there."""

    UNCHANGED = "unchanged"


UNCHANGED: Final = Unchanged.UNCHANGED


@dataclass(frozen=True, slots=True)
class Mark:
    """What somebody says of one learner at one session.

    ``status``: a code of the unit's statuses, or None to take a mark back. ``minutes``: live
    minutes, None for not measured. ``note``: None leaves the note as it is. ``request_key``: made
    on the device, once for each mark, so that sending it again is harmless. ``at``: when it was
    made (aware); now where it is None or ahead of the server's clock.

    ``reason``: why it was corrected, kept in the history. ``base``: the record's ``revision`` that
    the device saw, plus one for each mark of this learner that it made since; None where it is not
    known (``conflicts`` says what follows from it). ``arrived_at`` and ``left_at``: aware, None
    clears; where only one is said and contradicts the other, the other is forgotten.
    """

    user_id: int
    status: str | None
    minutes: int | None = None
    modality: str | None = None
    note: str | None = None
    request_key: str | None = None
    at: datetime | None = None
    reason: str = ""
    base: int | None = None
    arrived_at: datetime | Unchanged | None = UNCHANGED
    left_at: datetime | Unchanged | None = UNCHANGED


def validated(marks: list[Mark], statuses: Mapping[str, Status], now: datetime) -> list[Mark]:
    """Return the marks without those sent twice, none of them made in the future.

    Raises InvalidInputError for the first that cannot be stored, ConflictError for two marks with
    one key.
    """
    for mark in marks:
        _check(mark, statuses)
    return _without_repeats(
        [replace(mark, at=now) if mark.at is not None and mark.at > now else mark for mark in marks]
    )


def key_conflict() -> ConflictError:
    return ConflictError(_("This was sent for something else. Reload the page and try again."))


def find_by_key(rows: QuerySet[Row], key: str | None, **of: object) -> Row | None:
    """Return what was stored with this key before, if anything.

    Raises ConflictError where it was stored of something else than ``of`` says.
    """
    row = None if key is None else rows.filter(request_key=key).first()
    # A database that ignores case finds a key that only looks like the one sent.
    if row is not None and any(
        getattr(row, name) != value for name, value in {"request_key": key, **of}.items()
    ):
        raise key_conflict()
    return row


def check_reason(reason: str) -> None:
    """Raise InvalidInputError for what cannot be kept as the reason of a correction."""
    check_text(reason)
    if len(reason) > NOTE_LENGTH:
        raise InvalidInputError(
            _("A reason can have at most %(limit)d characters.") % {"limit": NOTE_LENGTH}
        )


def check_key(key: str | None) -> None:
    """Raise InvalidInputError unless this can be stored as a key of a request."""
    if key is not None and not 0 < len(key) <= KEY_LENGTH:
        raise InvalidInputError(
            _("A request key has 1 to %(limit)d characters.") % {"limit": KEY_LENGTH}
        )
    check_text(key)


def check_status(status: str | None, statuses: Mapping[str, Status]) -> None:
    """Raise InvalidInputError unless this status can be given in the unit; None takes back."""
    if status is not None and status not in statuses:
        raise InvalidInputError(
            _("“%(code)s” is not a status of this unit. Use one of: %(codes)s.")
            % {"code": str(status)[:20], "codes": ", ".join(statuses)}
        )


def check_text(*texts: str | None) -> None:
    """Raise InvalidInputError for what no database can hold: half of a surrogate pair, a NUL."""
    if not all(_is_text(text) for text in texts):
        raise InvalidInputError(_("A note or a key has a character that cannot be stored."))


def _check(mark: Mark, statuses: Mapping[str, Status]) -> None:
    if not _is_whole(mark.user_id, 1, MAX_ID):
        raise InvalidInputError(_("A mark needs the number of a learner."))
    check_status(mark.status, statuses)
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
    check_text(mark.note)
    if mark.note and len(mark.note) > NOTE_LENGTH:
        raise InvalidInputError(
            _("A note can have at most %(limit)d characters.") % {"limit": NOTE_LENGTH}
        )
    check_reason(mark.reason)
    check_key(mark.request_key)
    if mark.base is not None and not _is_whole(mark.base, 0, MAX_ID):
        raise InvalidInputError(_("A mark was made on a version of the roll that cannot be."))
    _check_times(mark)


def _check_times(mark: Mark) -> None:
    if not _is_instant(mark.at):
        raise InvalidInputError(_("The time of a mark needs its zone and a year of this century."))
    arrived, left = mark.arrived_at, mark.left_at
    if not (arrived is UNCHANGED or _is_instant(arrived)) or not (
        left is UNCHANGED or _is_instant(left)
    ):
        raise InvalidInputError(
            _("When somebody arrived or left needs its zone and a year of this century.")
        )
    if isinstance(arrived, datetime) and isinstance(left, datetime) and left < arrived:
        raise InvalidInputError(_("Somebody cannot leave before they arrived: check both times."))


def _is_instant(value: datetime | Unchanged | None) -> bool:
    """Tell whether it is an instant that every database can hold, or nothing."""
    if not isinstance(value, datetime):
        return value is None
    return not timezone.is_naive(value) and FIRST_YEAR <= value.year < 9999


def _is_text(text: str | None) -> bool:
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
                raise key_conflict()
            if first is not this:
                continue
        kept.append(mark)
    return kept
