"""The roll of one session, page by page: who is ready, who is marked as what, and by whom."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.contrib.auth import get_user_model
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from blended_xblock.attendance.roster import list_audience
from blended_xblock.attendance.statuses import meanings_of, statuses_of
from blended_xblock.gate.standing import outcome_at
from blended_xblock.hosts import get_host
from blended_xblock.hosts.base import Learner
from blended_xblock.models import AttendanceRecord, LinkedBlock, Session, Standing
from blended_xblock.pages.common import (
    SessionCard,
    StatusChoice,
    session_card,
    status_choice,
    unmarked_choice,
)
from blended_xblock.reports.readiness import Progress, get_progress
from blended_xblock.schedule.wording import describe_instant

PAGE_SIZE: Final = 100


@dataclass(frozen=True, slots=True)
class Count:
    status: StatusChoice
    n: int


@dataclass(frozen=True, slots=True)
class RollRow:
    """One learner on the roll; ``status`` is None while unmarked.

    ``is_namesake``: somebody else on this roll has the same name, so that it says too little.
    """

    user_id: int
    name: str
    username: str
    initials: str
    cohort: str
    prework_done: int
    prework_total: int
    status: StatusChoice | None
    minutes: int | None
    modality: str
    note: str
    recorded: str
    is_expected: bool
    is_enrolled: bool
    outcome: str
    is_waived: bool
    is_namesake: bool


@dataclass(frozen=True, slots=True)
class RollPage:
    """One page of a session's roll, searched and filtered on the server.

    ``counts`` and the headline are of the whole roll, whatever the search. ``everyone`` is what
    all who are still unmarked can be given at once: the first status that says *attended*.
    """

    session_id: str
    card: SessionCard
    roll_state: str
    can_open: bool
    why_not: str
    statuses: tuple[StatusChoice, ...]
    everyone: StatusChoice | None
    unmarked: StatusChoice
    counts: tuple[Count, ...]
    unmarked_count: int
    expected_count: int
    ready_headline: str
    weakest: str
    rows: tuple[RollRow, ...]
    found: int
    page: int
    pages: int
    query: str
    cohort: str
    cohorts: tuple[str, ...]
    only: str
    closed: str
    may_waive: bool


def roll_page(
    session: Session,
    *,
    query: str = "",
    cohort: str = "",
    only: str = "",
    page: int = 1,
    may_waive: bool,
    now: datetime | None = None,
) -> RollPage:
    """Return one page of a roll; at most twelve queries for any number of learners.

    Before the roll opens it shows today's audience, so that readiness can be seen beforehand.
    ``only`` is a status code, ``unmarked``, or ``not_ready``.
    """
    now = now or timezone.now()
    unit = session.unit
    people = {p.user_id: p for p in get_host().learners(unit.course_key)}
    records = {r.user_id: r for r in AttendanceRecord.objects.filter(session=session)}
    if session.roll_state == Session.Roll.NOT_OPENED:
        for learner in list_audience(session, people.values()):
            records.setdefault(
                learner.user_id, AttendanceRecord(session=session, user_id=learner.user_id)
            )
    gone = _gone(set(records) - people.keys())
    people |= gone
    links = list(unit.links.filter(role=LinkedBlock.Role.PREWORK))
    progress = get_progress(unit, links, list(records))
    statuses = statuses_of(unit)
    choices = {code: status_choice(status) for code, status in statuses.items()}
    meanings = {code: status_choice(status) for code, status in meanings_of(unit).items()}
    found = _found(records, people, progress, query=query, cohort=cohort, only=only)
    pages = max(1, -(-len(found) // PAGE_SIZE))
    page = min(max(1, page), pages)
    shown = found[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    marked = Counter(record.status for record in records.values() if record.status is not None)
    can_open, why_not = can_open_roll(session, now)
    return RollPage(
        session_id=str(session.pk),
        card=session_card(session, now),
        roll_state=session.roll_state,
        can_open=can_open,
        why_not=why_not,
        statuses=tuple(choices.values()),
        everyone=next((choices[code] for code, s in statuses.items() if s.attended), None),
        unmarked=unmarked_choice(),
        counts=tuple(Count(choice, marked[code]) for code, choice in choices.items()),
        unmarked_count=sum(
            1 for record in records.values() if record.status is None and record.is_expected
        ),
        expected_count=sum(1 for record in records.values() if record.is_expected),
        ready_headline=_ready_headline(records, progress),
        weakest=_weakest(progress),
        rows=_rows(session, shown, people, records, progress, meanings, now, gone=gone.keys()),
        found=len(found),
        page=page,
        pages=pages,
        query=query,
        cohort=cohort,
        cohorts=tuple(sorted({people[i].cohort for i in records if people[i].cohort})),
        only=only,
        closed=_closed(session, now),
        may_waive=may_waive,
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
                "note": record.note,
                "recorded": _recorded(record, names, session.timezone, now),
                "outcome": outcome_at(standings[record.user_id], now)
                if record.user_id in standings
                else "not_met",
            }
            for record in rows
        ],
    }


def _gone(user_ids: set[int]) -> dict[int, Learner]:
    """Return people on the roll who are no longer enrolled; they stay in the record."""
    if not user_ids:
        return {}
    names = get_host().names(user_ids)
    return {
        user.pk: Learner(
            user_id=user.pk,
            username=user.get_username(),
            name=names.get(user.pk) or user.get_username(),
            email=user.email,
        )
        for user in get_user_model().objects.filter(pk__in=user_ids)
    }


def fold(text: str) -> str:
    """Return text without case and accents, as people search it: "Chloé" is found by "chloe"."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def _found(
    records: Mapping[int, AttendanceRecord],
    people: Mapping[int, Learner],
    progress: Mapping[int, list[Progress]],
    *,
    query: str,
    cohort: str,
    only: str,
) -> list[int]:
    words = fold(query).split()

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
        text = fold(f"{person.name} {person.username} {person.email}")
        return all(word in text for word in words)

    return sorted(
        (user_id for user_id in records if user_id in people and is_wanted(user_id)),
        key=lambda user_id: (fold(people[user_id].name), user_id),
    )


def _is_ready(progress: Sequence[Progress]) -> bool:
    return all(item.is_done for item in progress)


def _ready_headline(
    records: Mapping[int, AttendanceRecord], progress: Mapping[int, list[Progress]]
) -> str:
    expected = [user_id for user_id, record in records.items() if record.is_expected]
    if not expected:
        return _("Nobody is expected at this session.")
    if not any(progress[user_id] for user_id in expected):
        return _("This unit asks for no prework.")
    ready = sum(_is_ready(progress[user_id]) for user_id in expected)
    return ngettext(
        "%(ready)d of %(total)d learner has done the prework.",
        "%(ready)d of %(total)d learners have done the prework.",
        len(expected),
    ) % {"ready": ready, "total": len(expected)}


def _weakest(progress: Mapping[int, list[Progress]]) -> str:
    missing: Counter[str] = Counter(
        item.link.title for items in progress.values() for item in items if not item.is_done
    )
    if not missing:
        return ""
    title, n = missing.most_common(1)[0]
    return ngettext(
        "Most often missing: %(title)s (%(n)d learner).",
        "Most often missing: %(title)s (%(n)d learners).",
        n,
    ) % {"title": title, "n": n}


def can_open_roll(session: Session, now: datetime) -> tuple[bool, str]:
    """Return whether an instructor is offered to open a roll now, and if not, why."""
    if not session.is_live:
        return False, str(session.get_state_display())
    if session.roll_state != Session.Roll.NOT_OPENED:
        return False, ""
    if (session.starts_at - now).total_seconds() > 24 * 3600:
        return False, _(
            "The roll can be opened from the day before. Opening it freezes the list of learners."
        )
    return True, ""


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
    gone: Collection[int],
) -> tuple[RollRow, ...]:
    standings = {
        row.user_id: row for row in Standing.objects.filter(unit=session.unit_id, user_id__in=shown)
    }
    recorders = _recorders({records[i].recorded_by_id for i in shown})
    names = Counter(fold(people[user_id].name) for user_id in records if user_id in people)
    rows = []
    for user_id in shown:
        person, record = people[user_id], records[user_id]
        standing = standings.get(user_id)
        rows.append(
            RollRow(
                user_id=user_id,
                name=person.name,
                username=person.username,
                initials=initials(person.name),
                cohort=person.cohort,
                prework_done=sum(item.is_done for item in progress[user_id]),
                prework_total=len(progress[user_id]),
                status=_choice(record, choices),
                minutes=record.minutes,
                modality=record.modality,
                note=record.note,
                recorded=_recorded(record, recorders, session.timezone, now),
                is_expected=record.is_expected,
                is_enrolled=user_id not in gone,
                outcome=outcome_at(standing, now) if standing else "not_met",
                is_waived=bool(standing and standing.is_waived),
                is_namesake=names[fold(person.name)] > 1,
            )
        )
    return tuple(rows)


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
