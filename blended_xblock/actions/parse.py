"""Reading what was sent: plain values, or an error that says what is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from blended_xblock.attendance.marks import MAX_ID, UNCHANGED, Unchanged
from blended_xblock.errors import InvalidInputError

Data = Mapping[str, Any]


def read_whole(value: Any, name: str) -> int:
    try:
        if isinstance(value, bool | float):
            raise ValueError
        number = int(value)
        if abs(number) > MAX_ID:
            raise ValueError
    except (TypeError, ValueError) as error:
        raise InvalidInputError(_("“%(name)s” must be a whole number.") % {"name": name}) from error
    return number


def read_text(value: Any, name: str) -> str:
    if not isinstance(value, str):
        raise InvalidInputError(_("“%(name)s” must be text.") % {"name": name})
    return value


def read_time(data: Data, name: str) -> datetime | Unchanged | None:
    """Return an instant; what is not sent stays, an empty one is cleared."""
    if name not in data:
        return UNCHANGED
    return None if data[name] in (None, "") else read_instant(data[name])


def read_instant(value: Any) -> datetime:
    try:
        instant = datetime.fromisoformat(str(value))
    except ValueError as error:
        raise InvalidInputError(_("The time of a mark must be ISO 8601.")) from error
    if instant.tzinfo is None:
        raise InvalidInputError(_("The time of a mark needs its zone."))
    return instant
