"""The sign-in sheet of a session: what the roll holds, as paper that people sign."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.dateformat import format as date_format
from django.utils.translation import gettext as _

from blended_xblock.attendance.roster import list_audience
from blended_xblock.attendance.statuses import meanings_of
from blended_xblock.attendance.trainers import list_trainers
from blended_xblock.hosts import get_host
from blended_xblock.models import AttendanceRecord, Guest, Session
from blended_xblock.pages.common import SessionCard, StatusChoice, session_card, status_choice
from blended_xblock.pages.search import fold
from blended_xblock.schedule.wording import describe_span_in_full

BLANK_LINES: Final = 5
MOST_BLANK_LINES: Final = 60


@dataclass(frozen=True, slots=True)
class SheetLine:
    """One line to sign; ``said`` tells two people of one name apart, or says who is a guest."""

    n: int
    name: str = ""
    said: str = ""
    cohort: str = ""
    status: StatusChoice | None = None
    arrived: str = ""


@dataclass(frozen=True, slots=True)
class SheetPage:
    """A sheet: the people expected, by name, then who else is known, then ``blank`` lines."""

    session_id: str
    card: SessionCard
    when: str
    trainers: tuple[str, ...]
    expected: tuple[SheetLine, ...]
    others: tuple[SheetLine, ...]
    blank: tuple[SheetLine, ...]
    has_cohorts: bool
    is_frozen: bool
    with_status: bool

    @property
    def columns(self) -> int:
        return 4 + self.has_cohorts + self.with_status


@dataclass(frozen=True, slots=True)
class _Entry:
    name: str
    said: str = ""
    cohort: str = ""
    status: str | None = None
    arrived_at: datetime | None = None


def sheet_page(
    session: Session,
    *,
    with_status: bool = False,
    blank: int = BLANK_LINES,
    now: datetime | None = None,
) -> SheetPage:
    """Return the sheet of a session; eight queries for any number of learners.

    It names the frozen roster once the roll is open, and today's audience before. Nothing recorded
    is on it unless ``with_status``.
    """
    now = now or timezone.now()
    expected, others = _people(session)
    meanings = {code: status_choice(status) for code, status in meanings_of(session.unit).items()}
    zone = ZoneInfo(session.timezone)

    def lines(entries: list[_Entry], start: int) -> tuple[SheetLine, ...]:
        ordered = sorted(entries, key=lambda entry: (fold(entry.name), entry.said))
        return tuple(
            SheetLine(
                n=n,
                name=entry.name,
                said=entry.said,
                cohort=entry.cohort,
                status=meanings.get(entry.status or "") if with_status else None,
                arrived=_clock(entry.arrived_at, zone) if with_status else "",
            )
            for n, entry in enumerate(ordered, start)
        )

    after = 1 + len(expected) + len(others)
    return SheetPage(
        session_id=str(session.pk),
        card=session_card(session, now),
        when=describe_span_in_full(session.starts_at, session.ends_at, session.timezone),
        trainers=tuple(one.name for one in list_trainers([session.pk]).get(session.pk, ())),
        expected=lines(expected, 1),
        others=lines(others, 1 + len(expected)),
        blank=tuple(
            SheetLine(n) for n in range(after, after + min(max(0, blank), MOST_BLANK_LINES))
        ),
        has_cohorts=any(entry.cohort for entry in (*expected, *others)),
        is_frozen=session.roll_state != Session.Roll.NOT_OPENED,
        with_status=with_status,
    )


def _people(session: Session) -> tuple[list[_Entry], list[_Entry]]:
    """Return who is expected, and who else is known to come: walk-ins and guests."""
    learners = {one.user_id: one for one in get_host().learners(session.unit.course_key)}
    records = {row.user_id: row for row in AttendanceRecord.objects.filter(session=session)}
    if session.roll_state == Session.Roll.NOT_OPENED:
        for learner in list_audience(session, learners.values()):
            unmarked = AttendanceRecord(session=session, user_id=learner.user_id)
            records.setdefault(learner.user_id, unmarked)
    # Who has left the course stays on the roster, by name.
    gone = set(records) - learners.keys()
    names = get_host().names(gone) if gone else {}
    names |= {user_id: learners[user_id].name for user_id in records if user_id in learners}
    namesakes = Counter(fold(name) for name in names.values())
    expected: list[_Entry] = []
    others: list[_Entry] = []
    for user_id, record in records.items():
        name, known = names.get(user_id, ""), learners.get(user_id)
        entry = _Entry(
            name=name,
            said=known.username if known and namesakes[fold(name)] > 1 else "",
            cohort=known.cohort if known else "",
            status=record.status,
            arrived_at=record.arrived_at,
        )
        (expected if record.is_expected else others).append(entry)
    for guest in Guest.objects.filter(session=session, removed_at=None, user=None):
        others.append(
            _Entry(guest.name, _("guest"), "", status=guest.status, arrived_at=guest.arrived_at)
        )
    return expected, others


def _clock(instant: datetime | None, zone: ZoneInfo) -> str:
    # Translators: how a time of day is written, in Django's date format letters.
    return date_format(instant.astimezone(zone), _("H:i")) if instant else ""
