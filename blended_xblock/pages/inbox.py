"""What learners sent to those who take a session's roll: absences announced, and appeals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils import timezone
from django.utils.translation import gettext as _

from blended_xblock.attendance.absences import (
    Absence,
    list_absences,
    list_replacements,
)
from blended_xblock.attendance.appeals import AppealReport, list_appeals
from blended_xblock.attendance.statuses import meanings_of, statuses_of
from blended_xblock.hosts import get_host
from blended_xblock.models import Appeal, AttendanceRecord, Session
from blended_xblock.pages.common import StatusChoice, status_choice, unmarked_choice
from blended_xblock.pages.own import session_line
from blended_xblock.schedule.wording import describe_instant

SHOWN: Final = 50
"""How many of each are on the page at once; the next come up as these are settled."""


@dataclass(frozen=True, slots=True)
class AbsenceItem:
    """Somebody who said that they cannot come; ``instead`` are the sessions they come to."""

    user_id: int
    name: str
    reason: str
    announced: str
    instead: tuple[str, ...]
    status: StatusChoice
    is_marked: bool


@dataclass(frozen=True, slots=True)
class AppealItem:
    """What somebody says of their record; ``proposed`` is what accepting would make of it."""

    id: int
    user_id: int
    name: str
    text: str
    made: str
    status: StatusChoice
    proposed: str
    state: str
    answer: str
    answered: str


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who comes here instead of to ``missed``."""

    name: str
    missed: str


@dataclass(frozen=True, slots=True)
class Inbox:
    """What is to be read of one session; ``waiting`` counts what somebody has to do.

    ``absences`` and ``appeals`` wait, ``settled`` and ``answered`` are done (``done`` counts them).
    Of each so many are shown; ``more`` counts what waits and is not.
    """

    session_id: str
    roll_state: str
    absences: tuple[AbsenceItem, ...]
    settled: tuple[AbsenceItem, ...]
    visitors: tuple[Visitor, ...]
    appeals: tuple[AppealItem, ...]
    answered: tuple[AppealItem, ...]
    statuses: tuple[StatusChoice, ...]
    excused: StatusChoice | None
    waiting: int
    done: int
    more: int

    @property
    def is_empty(self) -> bool:
        return not (self.waiting or self.done or self.visitors)


def inbox_page(session: Session, now: datetime | None = None) -> Inbox:
    """Return what learners sent about a session; seven queries for any number of them."""
    now = now or timezone.now()
    absences = list_absences(session)
    appeals = list_appeals(session)
    visitors = list_replacements(session)
    people = {*absences, *visitors, *(appeal.user_id for appeal in appeals)}
    names = get_host().names(people) if people else {}
    records = {
        record.user_id: record
        for record in AttendanceRecord.objects.filter(session=session, user_id__in=people)
    }
    meanings = {code: status_choice(status) for code, status in meanings_of(session.unit).items()}
    statuses = statuses_of(session.unit)
    attended = [code for code, status in statuses.items() if status.attended]
    excused = next((s for s in statuses.values() if not s.attended and not s.counted), None)
    others = {each.pk: each for each in session.unit.sessions.all()} if absences else {}

    def status_of(user_id: int) -> StatusChoice:
        record = records.get(user_id)
        code = record.status if record else None
        return meanings[code] if code else unmarked_choice()

    def absence_item(absence: Absence) -> AbsenceItem:
        status = status_of(absence.user_id)
        return AbsenceItem(
            user_id=absence.user_id,
            name=names.get(absence.user_id, ""),
            reason=absence.reason,
            announced=describe_instant(absence.announced_at, session.timezone, now),
            instead=tuple(session_line(others[pk], None, now) for pk in absence.instead),
            status=status,
            is_marked=bool(status.code),
        )

    def appeal_item(appeal: AppealReport) -> AppealItem:
        status = status_of(appeal.user_id)
        return AppealItem(
            id=appeal.id,
            user_id=appeal.user_id,
            name=names.get(appeal.user_id, ""),
            text=appeal.text,
            made=describe_instant(appeal.made_at, session.timezone, now),
            status=status,
            proposed=next((code for code in attended if code != status.code), ""),
            state=appeal.state,
            answer=appeal.answer,
            answered=_answered(appeal, session, now),
        )

    items = [appeal_item(appeal) for appeal in appeals]
    missing = sorted(map(absence_item, absences.values()), key=_by_name)
    waiting = [item for item in items if item.state == Appeal.State.OPEN]
    answered = [item for item in reversed(items) if item.state != Appeal.State.OPEN]
    unmarked = [item for item in missing if not item.is_marked]
    marked = [item for item in missing if item.is_marked]
    return Inbox(
        session_id=str(session.pk),
        roll_state=session.roll_state,
        absences=tuple(unmarked[:SHOWN]),
        settled=tuple(marked[:SHOWN]),
        visitors=_visitors(visitors, names, now)[:SHOWN],
        appeals=tuple(waiting[:SHOWN]),
        answered=tuple(answered[:SHOWN]),
        statuses=tuple(map(status_choice, statuses.values())),
        excused=status_choice(excused) if excused else None,
        waiting=len(waiting) + len(unmarked),
        done=len(answered) + len(marked),
        more=max(0, len(waiting) - SHOWN) + max(0, len(unmarked) - SHOWN),
    )


def _by_name(item: AbsenceItem) -> tuple[str, int]:
    return item.name.casefold(), item.user_id


def _visitors(
    visitors: Mapping[int, Session], names: Mapping[int, str], now: datetime
) -> tuple[Visitor, ...]:
    people = [
        Visitor(names.get(user_id, ""), session_line(missed, None, now))
        for user_id, missed in visitors.items()
    ]
    return tuple(sorted(people, key=lambda person: person.name.casefold()))


def _answered(appeal: AppealReport, session: Session, now: datetime) -> str:
    if appeal.answered_at is None:
        return ""
    return _("%(name)s, %(when)s") % {
        "name": appeal.answered_by or _("somebody"),
        "when": describe_instant(appeal.answered_at, session.timezone, now),
    }
