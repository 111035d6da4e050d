"""The readiness board of one session: who is ready, who is not, and what is known of each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.dateformat import format as date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from blended_xblock.models import Registration, Session
from blended_xblock.pages.roll import PAGE_SIZE, initials
from blended_xblock.pages.search import fold, search
from blended_xblock.reports.readiness import LEVELS, Level, Progress, Readiness, list_readiness
from blended_xblock.schedule.wording import describe_day, describe_instant

SORTS: Final = ("name", "readiness", "cohort")
_SYMBOLS: Final = {"done": "●", "partly": "◐", "not_started": "○"}
# A weekday alone says which day is meant for this long.
_WEEK: Final = 6


@dataclass(frozen=True, slots=True)
class Group:
    """One of the three groups of the bar; ``start`` is how many stand before it there."""

    level: Level
    label: str
    symbol: str
    n: int
    start: int


@dataclass(frozen=True, slots=True)
class ItemCount:
    """How many are done with one piece of prework, have begun it, and have not."""

    title: str
    done: int
    partly: int
    not_started: int


@dataclass(frozen=True, slots=True)
class ItemCell:
    """One learner and one piece of prework: a sign, and the same in words."""

    title: str
    sign: str
    words: str
    level: Level


@dataclass(frozen=True, slots=True)
class BoardRow:
    user_id: int
    name: str
    username: str
    initials: str
    cohort: str
    level: Level
    level_label: str
    symbol: str
    done: int
    total: int
    items: tuple[ItemCell, ...]
    registration: str
    absence: str | None
    note: str
    noted: str
    reminded: str
    is_enrolled: bool
    is_namesake: bool


@dataclass(frozen=True, slots=True)
class Columns:
    """What there is to show: nobody looks at a column, or a filter, of which there is nothing."""

    items: tuple[str, ...]
    registration: bool
    absence: bool
    remarks: bool


@dataclass(frozen=True, slots=True)
class BoardPage:
    """One page of a board, filtered and sorted on the server; figures are of all expected."""

    session_id: str
    headline: str
    weakest: str
    groups: tuple[Group, ...]
    expected: int
    item_counts: tuple[ItemCount, ...]
    columns: Columns
    rows: tuple[BoardRow, ...]
    found: int
    page: int
    pages: int
    query: str
    only: str
    onlys: tuple[tuple[str, str], ...]
    cohort: str
    cohorts: tuple[str, ...]
    sort: str
    sorts: tuple[tuple[str, str], ...]
    is_frozen: bool
    remindable: int


def board_page(
    session: Session,
    *,
    query: str = "",
    only: str = "",
    cohort: str = "",
    sort: str = "",
    page: int = 1,
    sees_addresses: bool,
    now: datetime | None = None,
) -> BoardPage:
    """Return one page of a session's readiness board; nine queries for any number of learners.

    ``only`` is a level (``done``, ``partly``, ``not_started``), ``signed_up``, ``not_signed_up`` or
    ``absent``; ``sort`` is one of ``SORTS``. What is none of these filters and sorts nothing.
    ``sees_addresses``: whether people are found by pieces of their e-mail address too.
    """
    now = now or timezone.now()
    people = list_readiness(session)
    has_prework = any(person.items for person in people)
    columns = _columns(session, people)
    is_named = search(query, sees_addresses=sees_addresses)
    found = _sorted(_found(people, is_named, only=only, cohort=cohort), sort)
    pages = max(1, -(-len(found) // PAGE_SIZE))
    page = min(max(1, page), pages)
    names = Counter(fold(person.name) for person in people)
    return BoardPage(
        session_id=str(session.pk),
        headline=_headline(session, people, has_prework, now),
        weakest=_weakest(people),
        groups=_groups(people) if has_prework else (),
        expected=len(people),
        item_counts=_item_counts(people),
        columns=columns,
        rows=tuple(
            _row(person, session, now, is_namesake=names[fold(person.name)] > 1)
            for person in found[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
        ),
        found=len(found),
        page=page,
        pages=pages,
        query=query,
        only=only,
        onlys=_onlys(columns, has_prework),
        cohort=cohort,
        cohorts=tuple(sorted({person.cohort for person in people if person.cohort})),
        sort=sort if sort in SORTS else SORTS[0],
        sorts=(
            ("name", _("Name")),
            *((("readiness", _("Least ready first")),) if has_prework else ()),
            ("cohort", _("Cohort")),
        ),
        is_frozen=session.roll_state != Session.Roll.NOT_OPENED,
        remindable=_remindable(session, people, now),
    )


# -- which of them, and in which order -------------------------------------------------------------


def _found(
    people: Sequence[Readiness], is_named: Callable[[Readiness], bool], *, only: str, cohort: str
) -> list[Readiness]:
    wanted = _FILTERS.get(only)

    def is_found(person: Readiness) -> bool:
        if cohort and person.cohort != cohort:
            return False
        if wanted and not wanted(person):
            return False
        return is_named(person)

    return [person for person in people if is_found(person)]


def _is_signed_up(person: Readiness) -> bool:
    return person.registration == Registration.State.REGISTERED


_FILTERS: Final[dict[str, Callable[[Readiness], bool]]] = {
    "done": lambda person: person.level == "done",
    "partly": lambda person: person.level == "partly",
    "not_started": lambda person: person.level == "not_started",
    "signed_up": _is_signed_up,
    "not_signed_up": lambda person: not _is_signed_up(person),
    "absent": lambda person: person.absence is not None,
}


def _sorted(people: list[Readiness], sort: str) -> list[Readiness]:
    """Sort a list that is in the order of names already; equals keep that order."""
    if sort == "readiness":
        return sorted(people, key=lambda p: (p.done, sum(item.done for item in p.items)))
    if sort == "cohort":
        return sorted(people, key=lambda p: (not p.cohort, fold(p.cohort)))
    return people


def _onlys(columns: Columns, has_prework: bool) -> tuple[tuple[str, str], ...]:
    choices: list[tuple[str, str]] = []
    if has_prework:
        choices += [(level, level_label(level)) for level in LEVELS]
    if columns.registration:
        choices += [("signed_up", _("Signed up")), ("not_signed_up", _("Not signed up"))]
    if columns.absence:
        choices.append(("absent", _("Announced absence")))
    return tuple(choices)


# -- what is said of all of them -------------------------------------------------------------------


def level_label(level: Level) -> str:
    """Return one of the three groups in words."""
    return {
        "done": _("Prework done"),
        "partly": _("Partly done"),
        "not_started": _("Not started"),
    }[level]


def _headline(
    session: Session, people: Collection[Readiness], has_prework: bool, now: datetime
) -> str:
    if not people:
        return _("Nobody is expected at this session.")
    if not has_prework:
        return _("This unit asks for no prework.")
    ready, total = sum(person.is_ready for person in people), len(people)
    zone = ZoneInfo(session.timezone)
    start = session.starts_at.astimezone(zone)
    days = (start.date() - now.astimezone(zone).date()).days
    if now >= session.starts_at:
        text = ngettext(
            "%(ready)d of %(total)d learner has done the prework.",
            "%(ready)d of %(total)d learners have done the prework.",
            total,
        )
    elif days == 0:
        text = ngettext(
            "%(ready)d of %(total)d is ready for today.",
            "%(ready)d of %(total)d are ready for today.",
            total,
        )
    elif days == 1:
        text = ngettext(
            "%(ready)d of %(total)d is ready for tomorrow.",
            "%(ready)d of %(total)d are ready for tomorrow.",
            total,
        )
    else:
        text = ngettext(
            "%(ready)d of %(total)d is ready for %(day)s.",
            "%(ready)d of %(total)d are ready for %(day)s.",
            total,
        )
    day = date_format(start, "l") if days <= _WEEK else describe_day(start, now)
    return text % {"ready": ready, "total": total, "day": day}


def _remindable(session: Session, people: Collection[Readiness], now: datetime) -> int:
    if not session.is_live or session.ends_at <= now:
        return 0
    return sum(person.may_be_reminded for person in people)


def _groups(people: Collection[Readiness]) -> tuple[Group, ...]:
    counts = Counter(person.level for person in people)
    groups: list[Group] = []
    for level in LEVELS:
        start = sum(group.n for group in groups)
        groups.append(Group(level, level_label(level), _SYMBOLS[level], counts[level], start))
    return tuple(groups)


def _item_counts(people: Sequence[Readiness]) -> tuple[ItemCount, ...]:
    if not people:
        return ()
    columns = zip(*(person.items for person in people), strict=True)
    counts = []
    for column in columns:
        levels = Counter(_level(item) for item in column)
        counts.append(ItemCount(column[0].link.title, *(levels[level] for level in LEVELS)))
    return tuple(counts)


def _weakest(people: Sequence[Readiness]) -> str:
    counts = _item_counts(people)
    missing = [(item.partly + item.not_started, item.title) for item in counts]
    n, title = max(missing, key=lambda pair: pair[0], default=(0, ""))
    if not n:
        return ""
    return ngettext(
        "Most often missing: %(title)s (%(n)d learner).",
        "Most often missing: %(title)s (%(n)d learners).",
        n,
    ) % {"title": title, "n": n}


# -- what is said of one of them -------------------------------------------------------------------


def _columns(session: Session, people: Sequence[Readiness]) -> Columns:
    return Columns(
        items=tuple(item.link.title for item in people[0].items) if people else (),
        registration=session.capacity is not None or any(p.registration for p in people),
        absence=any(person.absence is not None for person in people),
        remarks=any(p.absence is not None or p.note or p.reminded_at for p in people),
    )


def _row(person: Readiness, session: Session, now: datetime, *, is_namesake: bool) -> BoardRow:
    labels = {state.value: str(state.label) for state in Registration.State}
    note = person.note
    return BoardRow(
        user_id=person.user_id,
        name=person.name,
        username=person.username,
        initials=initials(person.name),
        cohort=person.cohort,
        level=person.level,
        level_label=level_label(person.level),
        symbol=_SYMBOLS[person.level],
        done=person.done,
        total=len(person.items),
        items=tuple(_cell(item) for item in person.items),
        registration=labels.get(person.registration, ""),
        absence=person.absence,
        note=note.text if note else "",
        noted=_("%(session)s, %(when)s")
        % {
            "session": note.session_title,
            "when": describe_day(note.session_starts_at.astimezone(ZoneInfo(note.timezone)), now),
        }
        if note
        else "",
        reminded=describe_instant(person.reminded_at, session.timezone, now)
        if person.reminded_at
        else "",
        is_enrolled=person.is_enrolled,
        is_namesake=is_namesake,
    )


def _level(item: Progress) -> Literal["done", "partly", "not_started"]:
    if item.is_done:
        return "done"
    return "partly" if item.is_started else "not_started"


def _cell(item: Progress) -> ItemCell:
    level = _level(item)
    if level == "done":
        return ItemCell(item.link.title, "✓", _("done"), level)
    if level == "not_started":
        return ItemCell(item.link.title, "–", _("not started"), level)
    words = _("%(done)d of %(total)d") % {"done": item.done, "total": item.total}
    return ItemCell(item.link.title, words, words, level)
