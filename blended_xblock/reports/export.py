"""The roll of one session as a table for a spreadsheet, for those who take that roll.

Either comma-separated values (RFC 4180) as spreadsheets open them: UTF-8 with a byte order mark,
and with semicolons where the reader's language writes decimal numbers with a comma; or a workbook.
``imports/roll.py`` reads both again, and knows the headers.
"""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal
from zoneinfo import ZoneInfo

from django.utils import formats
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from blended_xblock.attendance.guests import GuestVisit, list_guests
from blended_xblock.attendance.people import fold, get_former
from blended_xblock.attendance.roster import list_audience
from blended_xblock.attendance.statuses import meanings_of
from blended_xblock.hosts import get_host
from blended_xblock.hosts.base import Learner
from blended_xblock.models import AttendanceRecord, Session
from blended_xblock.reports.cells import guard
from blended_xblock.reports.workbook import CONTENT_TYPE, Column, Kind, write_workbook

ROWS_AT_ONCE: Final = 1000
"""How many records are in memory: their notes weigh, whom they are of does not."""

_NAME_LENGTH: Final = 80
_SHAPES: Final[Mapping[str, tuple[Kind, int]]] = {
    "name": ("text", 28),
    "email": ("text", 30),
    "minutes": ("number", 10),
    "arrived": ("time", 22),
    "left": ("time", 22),
    "note": ("text", 40),
    "recorded_at": ("time", 22),
}
"""What the columns of a workbook are and how wide; the others are short texts."""
_NOT_IN_NAMES: Final = frozenset('<>:"/\\|?*%')
"""What a system somewhere refuses in the name of a file, or reads as a place."""


@dataclass(frozen=True, slots=True)
class Export:
    """A file: what it is called, what it is, and its bytes, made while they are read."""

    name: str
    content_type: str
    chunks: Iterator[bytes]


@dataclass(frozen=True, slots=True)
class _Words:
    """What the file says in the reader's language: read before it is sent, for all of it."""

    statuses: Mapping[str | None, str]
    modalities: Mapping[str, str]
    expected: str
    not_expected: str
    guest: str
    nameless: str
    somebody: str


def export_roll(
    session: Session, *, sees_addresses: bool, kind: Literal["csv", "xlsx"] = "csv"
) -> Export:
    """Return everybody on a roll, a row each: learners by name, then guests who are nobody else.

    Before the roll opens that is today's audience. Times are those of the session's clock. Eight
    queries for a thousand people, and one more for each further thousand.
    """
    columns = _columns(session, sees_addresses=sees_addresses)
    people, order = _people(session)
    guests = [guest for guest in list_guests(session.pk) if guest.user_id is None]
    recorders = _recorders(session, guests)
    rows = _rows(session, people, order, guests, recorders, _words(session))
    if kind == "xlsx":
        table = {key: Column(guard(columns[key]), *_SHAPES.get(key, ())) for key in columns}
        guarded = ({key: guard(text) for key, text in row.items()} for row in rows)
        chunks = write_workbook(session.title, table, guarded)
        return Export(_name(session, kind), CONTENT_TYPE, chunks)
    return Export(_name(session, kind), "text/csv", _written(columns, rows, _separator()))


def _columns(session: Session, *, sees_addresses: bool) -> dict[str, str]:
    zone = {"zone": session.timezone}
    columns = {
        "name": _("Name"),
        "username": _("Username"),
        "email": _("E-mail"),
        "cohort": _("Cohort"),
        "kind": _("On the roll as"),
        "code": _("Status code"),
        "status": _("Status"),
        "minutes": _("Minutes"),
        "modality": _("How"),
        "arrived": _("Arrived (%(zone)s)") % zone,
        "left": _("Left (%(zone)s)") % zone,
        "note": _("Note"),
        "recorded_by": _("Recorded by"),
        "recorded_at": _("Recorded (%(zone)s)") % zone,
    }
    if not sees_addresses:
        del columns["email"]
    return columns


def _words(session: Session) -> _Words:
    statuses: dict[str | None, str] = {
        code: _(status.label) if status.label else code
        for code, status in meanings_of(session.unit).items()
    }
    return _Words(
        statuses=statuses | {None: _("Not marked")},
        modalities={value: str(label) for value, label in AttendanceRecord.Modality.choices},
        expected=_("expected"),
        not_expected=_("not expected"),
        guest=_("guest"),
        nameless=_("Name removed"),
        somebody=_("somebody"),
    )


def _people(session: Session) -> tuple[dict[int, Learner], list[int]]:
    """Return whom the roll knows, and in which order it names them."""
    people = {one.user_id: one for one in get_host().learners(session.unit.course_key)}
    listed = set(session.records.values_list("user_id", flat=True))
    if session.roll_state == Session.Roll.NOT_OPENED:
        listed |= {one.user_id for one in list_audience(session, people.values())}
    people |= get_former(listed - people.keys())
    known = [people[user_id] for user_id in listed if user_id in people]
    known.sort(key=lambda one: (fold(one.name), one.user_id))
    return people, [one.user_id for one in known]


def _recorders(session: Session, guests: Sequence[GuestVisit]) -> Mapping[int, str]:
    recorders = session.records.order_by().values_list("recorded_by", flat=True).distinct()
    people = (*recorders, *(guest.recorded_by_id for guest in guests))
    known = {user_id for user_id in people if user_id is not None}
    return get_host().names(known) if known else {}


def _rows(
    session: Session,
    people: Mapping[int, Learner],
    order: Sequence[int],
    guests: Sequence[GuestVisit],
    recorders: Mapping[int, str],
    words: _Words,
) -> Iterator[dict[str, str]]:
    zone = ZoneInfo(session.timezone)
    for first in range(0, len(order), ROWS_AT_ONCE):
        user_ids = order[first : first + ROWS_AT_ONCE]
        found = session.records.filter(user_id__in=user_ids)
        records = {record.user_id: record for record in found}
        for user_id in user_ids:
            person = people[user_id]
            # Of today's audience nothing is stored yet.
            record = records.get(user_id) or AttendanceRecord(session=session, user_id=user_id)
            yield {
                "name": person.name,
                "username": person.username,
                "email": person.email,
                "cohort": person.cohort,
                "kind": words.expected if record.is_expected else words.not_expected,
            } | _recorded(record, zone, recorders, words)
    for guest in guests:
        yield {
            "name": guest.name or words.nameless,
            "email": guest.email,
            "kind": words.guest,
        } | _recorded(guest, zone, recorders, words)


def _recorded(
    record: AttendanceRecord | GuestVisit,
    zone: ZoneInfo,
    recorders: Mapping[int, str],
    words: _Words,
) -> dict[str, str]:
    by = recorders.get(record.recorded_by_id or 0, words.somebody)
    return {
        "code": record.status or "",
        "status": words.statuses.get(record.status, record.status or ""),
        "minutes": "" if record.minutes is None else str(record.minutes),
        "modality": words.modalities.get(record.modality, ""),
        "arrived": _local(record.arrived_at, zone),
        "left": _local(record.left_at, zone),
        "note": record.note,
        "recorded_by": by if record.recorded_at else "",
        "recorded_at": _local(record.recorded_at, zone),
    }


def _local(instant: datetime | None, zone: ZoneInfo) -> str:
    """Return an instant on a clock as ISO 8601, the way a spreadsheet knows it for a time."""
    if instant is None:
        return ""
    return instant.astimezone(zone).replace(tzinfo=None).isoformat(" ", "seconds")


def _separator() -> str:
    decimal = formats.get_format("DECIMAL_SEPARATOR", lang=get_language(), use_l10n=True)
    return ";" if decimal == "," else ","


def _written(
    columns: Mapping[str, str], rows: Iterator[Mapping[str, str]], separator: str
) -> Iterator[bytes]:
    """Yield the file in pieces of a few thousand bytes."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=separator, lineterminator="\r\n")
    text.write("\ufeff")
    writer.writerow([guard(label) for label in columns.values()])
    for row in rows:
        writer.writerow([guard(row.get(name, "")) for name in columns])
        if text.tell() > 8000:
            yield _taken(text)
    yield _taken(text)


def _taken(text: io.StringIO) -> bytes:
    piece = text.getvalue()
    text.seek(0)
    text.truncate()
    # A name of the platform's may hold half of a surrogate pair; one cell is not worth the file.
    return piece.encode("utf-8", "replace")


def _name(session: Session, kind: str) -> str:
    """Return what the file is called: the session and its day, in letters that any system takes."""
    title = unicodedata.normalize("NFC", session.title)
    kept = "".join(
        " " if char in _NOT_IN_NAMES or unicodedata.category(char)[0] in "CZ" else char
        for char in title
    )
    day = session.starts_at.astimezone(ZoneInfo(session.timezone)).date().isoformat()
    return f"{' '.join(kept.split())[:_NAME_LENGTH]} {day}".strip(" .") + f".{kind}"
