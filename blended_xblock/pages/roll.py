"""The roll of one session, page by page: who is ready, who is marked as what, and by whom."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.utils import timezone
from django.utils.translation import gettext as _

from blended_xblock.attendance.conflicts import list_conflicts
from blended_xblock.attendance.feed import get_cursor
from blended_xblock.attendance.guests import count_guests
from blended_xblock.attendance.people import get_former
from blended_xblock.attendance.rolls import can_open_roll
from blended_xblock.attendance.roster import list_audience
from blended_xblock.attendance.statuses import meanings_of, statuses_of
from blended_xblock.gate.standing import outcome_at
from blended_xblock.hosts import get_host
from blended_xblock.hosts.base import Learner
from blended_xblock.models import AttendanceRecord, LinkedBlock, Session, Standing
from blended_xblock.pages.common import (
    SessionCard,
    StatusChoice,
    guest_count,
    session_card,
    status_choice,
    unmarked_choice,
)
from blended_xblock.pages.history import conflict_items
from blended_xblock.pages.roll_clock import SessionClock, session_clock, time_of_day
from blended_xblock.pages.search import fold, search
from blended_xblock.reports.readiness import Progress, get_progress
from blended_xblock.schedule.wording import describe_instant

PAGE_SIZE: Final = 100
_USUAL: Final = {"in_person": "room", "online": "remote"}
"""How people attend a session of one mode: not worth a sign on each row."""


@dataclass(frozen=True, slots=True)
class Count:
    status: StatusChoice
    n: int


@dataclass(frozen=True, slots=True)
class RollRow:
    """One learner on the roll; ``status`` is None while unmarked.

    ``number``: their place in the list as it is filtered, typed to go there. ``revision`` is what
    a mark made on this page names as its base. Instants are UTC; ``arrived`` and ``left`` are the
    same on the session's clock, empty where nobody said. ``is_namesake``: somebody else on this
    roll has the same name, so that it says too little.
    ``absence``: the reason of an absence announced (it may be empty), None where there is none.
    """

    user_id: int
    number: int
    name: str
    username: str
    initials: str
    photo: str
    cohort: str
    prework_done: int
    prework_total: int
    status: StatusChoice | None
    minutes: int | None
    modality: str
    arrived_at: datetime | None
    arrived: str
    left_at: datetime | None
    left: str
    note: str
    recorded: str
    revision: int
    is_expected: bool
    is_enrolled: bool
    outcome: str
    is_waived: bool
    is_namesake: bool
    absence: str | None


@dataclass(frozen=True, slots=True)
class RollPage:
    """One page of a session's roll, searched and filtered on the server.

    ``counts`` and the headline are of the whole roll, whatever the search. ``everyone`` is what
    all who are still unmarked can be given at once: the first status that says *attended*.
    ``guests`` says how many came beside the learners, and is empty for none.
    ``cursor`` is where the page asks on for what changed since (``api.changes_since``).
    ``modalities`` (value and label) are those a row shows. ``found_ids`` are those of everybody
    found, on any page, so that all can be selected. ``conflicts``: ``conflict_items`` as JSON.
    """

    session_id: str
    unit_id: int
    card: SessionCard
    clock: SessionClock
    roll_state: str
    can_open: bool
    why_not: str
    statuses: tuple[StatusChoice, ...]
    modalities: tuple[tuple[str, str], ...]
    everyone: StatusChoice | None
    unmarked: StatusChoice
    counts: tuple[Count, ...]
    unmarked_count: int
    expected_count: int
    rows: tuple[RollRow, ...]
    found: int
    found_ids: str
    page: int
    pages: int
    query: str
    cohort: str
    cohorts: tuple[str, ...]
    only: str
    guests: str
    closed: str
    may_waive: bool
    cursor: int
    conflicts: str


def roll_page(
    session: Session,
    *,
    query: str = "",
    cohort: str = "",
    only: str = "",
    page: int = 1,
    may_waive: bool,
    sees_addresses: bool,
    now: datetime | None = None,
) -> RollPage:
    """Return one page of a roll; at most twelve queries for any number of learners.

    Before the roll opens it shows today's audience, so that readiness can be seen beforehand.
    ``only`` is a status code, ``unmarked``, or ``not_ready``. ``sees_addresses``: whether people
    are found by pieces of their e-mail address too.
    """
    now = now or timezone.now()
    unit = session.unit
    cursor = get_cursor(session)
    people = {p.user_id: p for p in get_host().learners(unit.course_key)}
    records = {r.user_id: r for r in AttendanceRecord.objects.filter(session=session)}
    if session.roll_state == Session.Roll.NOT_OPENED:
        for learner in list_audience(session, people.values()):
            records.setdefault(
                learner.user_id, AttendanceRecord(session=session, user_id=learner.user_id)
            )
    gone = get_former(set(records) - people.keys())
    people |= gone
    links = list(unit.links.filter(role=LinkedBlock.Role.PREWORK))
    progress = get_progress(unit, links, list(records))
    statuses = statuses_of(unit)
    choices = {code: status_choice(status) for code, status in statuses.items()}
    meanings = {code: status_choice(status) for code, status in meanings_of(unit).items()}
    is_named = search(query, sees_addresses=sees_addresses)
    found = _found(records, people, progress, is_named, cohort=cohort, only=only)
    pages = max(1, -(-len(found) // PAGE_SIZE))
    page = min(max(1, page), pages)
    shown = found[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    marked = Counter(record.status for record in records.values() if record.status is not None)
    can_open, why_not = can_open_roll(session, now)
    return RollPage(
        session_id=str(session.pk),
        unit_id=unit.pk,
        card=session_card(session, now),
        clock=session_clock(session, choices),
        roll_state=session.roll_state,
        can_open=can_open,
        why_not=why_not,
        statuses=tuple(choices.values()),
        modalities=tuple(
            (value, str(label))
            for value, label in AttendanceRecord.Modality.choices
            if value != _USUAL.get(session.mode)
        ),
        everyone=next((choices[code] for code, s in statuses.items() if s.attended), None),
        unmarked=unmarked_choice(),
        guests=guest_count(count_guests(session.pk)),
        counts=tuple(Count(choice, marked[code]) for code, choice in choices.items()),
        unmarked_count=sum(
            1 for record in records.values() if record.status is None and record.is_expected
        ),
        expected_count=sum(1 for record in records.values() if record.is_expected),
        rows=_rows(
            session,
            shown,
            people,
            records,
            progress,
            meanings,
            now,
            first=(page - 1) * PAGE_SIZE + 1,
            gone=gone.keys(),
        ),
        found=len(found),
        found_ids=" ".join(map(str, found)),
        page=page,
        pages=pages,
        query=query,
        cohort=cohort,
        cohorts=tuple(sorted({people[i].cohort for i in records if people[i].cohort})),
        only=only,
        closed=_closed(session, now),
        may_waive=may_waive,
        cursor=cursor,
        conflicts=json.dumps(conflict_items(session, list_conflicts(session.pk))),
    )


def roll_update(session: Session, user_ids: Collection[int]) -> dict[str, Any]:
    """Return what changed on a roll after a write, as JSON: the counts and the rows touched.

    At most one page of rows: after more than that the page fetches the roll again.
    """
    now = timezone.now()
    marked = Counter(
        AttendanceRecord.objects.filter(session=session).values_list("status", "is_expected")
    )
    by_code: Counter[str | None] = Counter()
    for (status, _is_expected), n in marked.items():
        by_code[status] += n
    shown = sorted(user_ids)[:PAGE_SIZE]
    records = AttendanceRecord.objects.filter(session=session, user_id__in=shown)
    standings = {
        row.user_id: row for row in Standing.objects.filter(unit=session.unit_id, user_id__in=shown)
    }
    rows = list(records)
    names = _recorders({record.recorded_by_id for record in rows})
    return {
        "counts": [{"code": code, "n": by_code[code]} for code in statuses_of(session.unit)],
        "unmarked": marked[None, True],
        "rows": [
            {
                "user_id": record.user_id,
                "status": record.status,
                "minutes": record.minutes,
                "modality": record.modality,
                "arrived_at": _iso(record.arrived_at),
                "left_at": _iso(record.left_at),
                "note": record.note,
                "revision": record.revision,
                "recorded": _recorded(record, names, session.timezone, now),
                "by_id": record.recorded_by_id,
                "by": names.get(record.recorded_by_id or 0, _("somebody")),
                "outcome": outcome_at(standings[record.user_id], now)
                if record.user_id in standings
                else "not_met",
            }
            for record in rows
        ],
    }


def _found(
    records: Mapping[int, AttendanceRecord],
    people: Mapping[int, Learner],
    progress: Mapping[int, list[Progress]],
    is_named: Callable[[Learner], bool],
    *,
    cohort: str,
    only: str,
) -> list[int]:
    def is_wanted(user_id: int) -> bool:
        person, record = people[user_id], records[user_id]
        if cohort and person.cohort != cohort:
            return False
        if only == "unmarked" and record.status is not None:
            return False
        if only == "not_ready" and _is_ready(progress[user_id]):
            return False
        if only and only not in {"unmarked", "not_ready"} and record.status != only:
            return False
        return is_named(person)

    return sorted(
        (user_id for user_id in records if user_id in people and is_wanted(user_id)),
        key=lambda user_id: (fold(people[user_id].name), user_id),
    )


def _is_ready(progress: Sequence[Progress]) -> bool:
    return all(item.is_done for item in progress)


def _closed(session: Session, now: datetime) -> str:
    if session.roll_closed_at is None:
        return ""
    return _("Closed %(when)s. You can still correct it.") % {
        "when": describe_instant(session.roll_closed_at, session.timezone, now)
    }


def _rows(
    session: Session,
    shown: Sequence[int],
    people: Mapping[int, Learner],
    records: Mapping[int, AttendanceRecord],
    progress: Mapping[int, list[Progress]],
    choices: Mapping[str, StatusChoice],
    now: datetime,
    *,
    first: int,
    gone: Collection[int],
) -> tuple[RollRow, ...]:
    standings = {
        row.user_id: row for row in Standing.objects.filter(unit=session.unit_id, user_id__in=shown)
    }
    recorders = _recorders({records[i].recorded_by_id for i in shown})
    names = Counter(fold(people[user_id].name) for user_id in records if user_id in people)
    photos = get_host().photos(session.unit.course_key, shown) if shown else {}
    absences = dict(
        session.absences.filter(withdrawn_at__isnull=True).values_list("user_id", "reason")
    )
    rows = []
    for number, user_id in enumerate(shown, first):
        person, record = people[user_id], records[user_id]
        standing = standings.get(user_id)
        rows.append(
            RollRow(
                user_id=user_id,
                number=number,
                name=person.name,
                username=person.username,
                initials=initials(person.name),
                photo=photos.get(user_id, ""),
                cohort=person.cohort,
                prework_done=sum(item.is_done for item in progress[user_id]),
                prework_total=len(progress[user_id]),
                status=_choice(record, choices),
                minutes=record.minutes,
                modality=record.modality,
                arrived_at=record.arrived_at,
                arrived=time_of_day(record.arrived_at, session.timezone),
                left_at=record.left_at,
                left=time_of_day(record.left_at, session.timezone),
                note=record.note,
                recorded=_recorded(record, recorders, session.timezone, now),
                revision=record.revision,
                is_expected=record.is_expected,
                is_enrolled=user_id not in gone,
                outcome=outcome_at(standing, now) if standing else "not_met",
                is_waived=bool(standing and standing.is_waived),
                is_namesake=names[fold(person.name)] > 1,
                absence=absences.get(user_id),
            )
        )
    return tuple(rows)


def _iso(instant: datetime | None) -> str | None:
    return instant.isoformat() if instant else None


def _choice(record: AttendanceRecord, choices: Mapping[str, StatusChoice]) -> StatusChoice | None:
    if record.status is None:
        return None
    return choices[record.status]


def _recorders(user_ids: set[int | None]) -> dict[int, str]:
    known = {user_id for user_id in user_ids if user_id is not None}
    return get_host().names(known) if known else {}


def _recorded(record: AttendanceRecord, names: Mapping[int, str], zone: str, now: datetime) -> str:
    if record.recorded_at is None:
        return ""
    return _("%(name)s, %(when)s") % {
        "name": names.get(record.recorded_by_id or 0, _("somebody")),
        "when": describe_instant(record.recorded_at, zone, now),
    }


def initials(name: str) -> str:
    """Return at most two letters for a name: of its first and its last word.

    What stands in parentheses (the name in another script) says how to read it, and is left out.
    """
    words = [word for word in name.split("(")[0].split() if word]
    if not words:
        return "·"
    return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper()
