"""The learner's page: three steps, the next session first, and why anything is shut."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from blended_xblock.attendance.roster import Chosen, is_in_audience
from blended_xblock.attendance.statuses import meanings_of
from blended_xblock.design import Design
from blended_xblock.gate.groups import groups_that_open
from blended_xblock.gate.reasons import explain
from blended_xblock.gate.standing import Known, Opening, get_known, opening_at, outcome_at
from blended_xblock.hosts import get_host
from blended_xblock.hosts.base import Learner, StandIn
from blended_xblock.models import AttendanceRecord, BlendedUnit, LinkedBlock, Session, Standing
from blended_xblock.pages.common import (
    SessionCard,
    StatusChoice,
    session_card,
    status_choice,
    unmarked_choice,
)
from blended_xblock.pages.own import Own, OwnSessions
from blended_xblock.reports.readiness import Progress, get_progress
from blended_xblock.schedule.wording import describe_day, describe_instant

NOBODY: Final = 0
"""The user id of a learner who does not exist: no row has it."""


@dataclass(frozen=True, slots=True)
class Step:
    """One of the three steps; ``state`` is drawn, ``detail`` says it in words."""

    key: Literal["prework", "session", "follow_up"]
    label: str
    state: Literal["done", "current", "todo", "locked"]
    detail: str


@dataclass(frozen=True, slots=True)
class PreworkItem:
    """One piece of prework; ``state`` is empty where there is nothing to complete."""

    title: str
    url: str
    state: Literal["done", "started", "todo", ""]
    detail: str


@dataclass(frozen=True, slots=True)
class Attendance:
    """What is recorded of the learner at one session, by whom and when; notes are not for them."""

    status: StatusChoice
    detail: str


@dataclass(frozen=True, slots=True)
class LearnerSession:
    card: SessionCard
    attendance: Attendance | None
    calendar: bool
    own: Own


@dataclass(frozen=True, slots=True)
class FollowUpItem:
    """A follow-up; ``url`` is empty while it is shut, ``reason`` says why or how it opened."""

    title: str
    url: str
    is_open: bool
    reason: str
    is_graded: bool


@dataclass(frozen=True, slots=True)
class LearnerPage:
    """The page; ``current`` is the key of the step to take first, where several can be taken.

    ``opens_at`` (UTC) is from when what opens without a delay is open, as far as is known.
    """

    title: str
    objectives: tuple[str, ...]
    steps: tuple[Step, ...]
    current: str
    outcome: str
    opens_at: datetime | None
    next_session: LearnerSession | None
    upcoming: tuple[LearnerSession, ...]
    past: tuple[LearnerSession, ...]
    prework: tuple[PreworkItem, ...]
    follow_ups: tuple[FollowUpItem, ...]
    make_ups: tuple[PreworkItem, ...]

    @property
    def has_past_news(self) -> bool:
        """Tell whether something was written about a past session: that is not folded away."""
        return any(item.own.appeals for item in self.past)


def learner_page(
    unit: BlendedUnit,
    user: Any,
    *,
    zone: str | None = None,
    stand_in: StandIn | None = None,
    now: datetime | None = None,
) -> LearnerPage:
    """Return what ``user`` sees of a blended unit, with dates in their ``zone`` (IANA) too.

    With ``stand_in`` it is what such a learner would see who enrolled just now. Seven queries,
    none of them a write.
    """
    now = now or timezone.now()
    design = Design.from_dict(unit.design)
    user_id = user.pk if stand_in is None else NOBODY
    known = get_known(unit, user_id)
    links = list(unit.links.all())
    if stand_in is None:
        row = Standing.objects.filter(unit=unit, user_id=user_id).first() or known.decide(user_id)
    else:
        # Enrolled just now: whoever was not there yet is waited for at no past session.
        known.learners[NOBODY] = Learner(NOBODY, "", "", "", stand_in.cohort, enrolled_at=now)
        row = _imagined(unit, links, stand_in, now) or known.decide(NOBODY)
    progress = get_progress(unit, links, [user_id])[user_id]
    sessions = _sessions(unit, user_id, known, now, zone)
    follow_ups = tuple(
        _follow_up(unit, link, design, row, sessions.rows, zone=zone, now=now)
        for link in _of(links, LinkedBlock.Role.FOLLOW_UP)
        if link.usage_key
    )
    prework = _items(unit, _of(links, LinkedBlock.Role.PREWORK), progress)
    missed = [] if row.is_met else [item for item in sessions.past if _is_missed(item)]
    steps = _steps(prework, sessions, follow_ups, row, now)
    return LearnerPage(
        title=unit.title,
        objectives=tuple(design.objectives),
        steps=steps,
        current=next((step.key for step in steps if step.state == "current"), ""),
        outcome=outcome_at(row, now),
        opens_at=opening_at(row, 0, now).opens_at,
        next_session=sessions.next,
        upcoming=sessions.upcoming,
        past=sessions.past,
        prework=prework,
        follow_ups=follow_ups,
        make_ups=_make_ups(unit, links, progress, missed, now) if missed else (),
    )


def _imagined(
    unit: BlendedUnit, links: Sequence[LinkedBlock], stand_in: StandIn, now: datetime
) -> Standing | None:
    """Return the standing of a learner in the group looked as, or None where nothing is open."""
    if stand_in.partition_id != unit.partition_id or stand_in.group_id is None:
        return None
    delays = {link.days or 0 for link in _of(links, LinkedBlock.Role.FOLLOW_UP) if link.usage_key}
    due = [days for days in delays if stand_in.group_id in groups_that_open(days, delays)]
    if not due:
        return None
    attended = now - timedelta(days=max(due))
    way = {"due": None, "counted_from": attended.isoformat(), "zone": "UTC"}
    return Standing(unit=unit, user_id=NOBODY, is_met=True, openings=[way], zone="UTC")


@dataclass(frozen=True, slots=True)
class _Sessions:
    rows: list[Session]
    next: LearnerSession | None
    upcoming: tuple[LearnerSession, ...]
    past: tuple[LearnerSession, ...]


def _sessions(
    unit: BlendedUnit, user_id: int, known: Known, now: datetime, zone: str | None
) -> _Sessions:
    """Return the sessions meant for this learner or that they were recorded at."""
    records = {record.session_id: record for record in known.records[user_id]}
    learner = known.learners.get(user_id)
    own = OwnSessions(unit, user_id, known, zone, now)
    people = {r.recorded_by_id for r in records.values() if r.recorded_by_id is not None}
    people |= own.people
    own.names = names = get_host().names(people) if people else {}
    choices = {code: status_choice(status) for code, status in meanings_of(unit).items()}
    chosen, taught = known.chosen, known.taught.get(user_id, ())
    rows = [
        session
        for session in known.sessions.values()
        if _concerns(session, learner, records.get(session.pk), chosen, taught)
    ]
    views = [(s, _learner_session(s, records.get(s.pk), choices, names, own)) for s in rows]
    ahead = [view for s, view in views if s.ends_at > now and s.state != Session.State.CANCELLED]
    behind = [view for s, view in views if view not in ahead]
    live = [view for view in ahead if view.card.state == Session.State.SCHEDULED]
    first = live[0] if live else None
    return _Sessions(
        rows=rows,
        next=first,
        upcoming=tuple(view for view in ahead if view is not first),
        past=tuple(reversed(behind)),
    )


def _concerns(
    session: Session,
    learner: Any,
    record: AttendanceRecord | None,
    chosen: Chosen,
    taught: Collection[uuid.UUID],
) -> bool:
    if record is not None and record.status is not None:
        return True
    if session.state == Session.State.REMOVED or session.pk in taught:
        return False
    return learner is not None and is_in_audience(session, learner, chosen)


def _learner_session(
    session: Session,
    record: AttendanceRecord | None,
    choices: dict[str, StatusChoice],
    names: dict[int, str],
    own: OwnSessions,
) -> LearnerSession:
    now, zone = own.now, own.zone
    card = session_card(session, now, viewer_zone=zone)
    attendance = None
    if record is not None and record.status is not None:
        attendance = _attendance(record, choices, names, zone or session.timezone, now)
    elif card.phase == "past" and session.is_live:
        attendance = Attendance(unmarked_choice(), _("Not recorded yet."))
    return LearnerSession(
        card=card,
        attendance=attendance,
        calendar=session.is_live and card.phase != "past",
        own=own.of(session, record),
    )


def _attendance(
    record: AttendanceRecord,
    choices: dict[str, StatusChoice],
    names: dict[int, str],
    zone: str,
    now: datetime,
) -> Attendance:
    assert record.status is not None
    status = choices[record.status]
    by = names.get(record.recorded_by_id or 0)
    when = describe_instant(record.recorded_at, zone, now) if record.recorded_at else ""
    if by:
        detail = _("Recorded by %(name)s, %(when)s") % {"name": by, "when": when}
    else:
        detail = _("Recorded %(when)s") % {"when": when}
    if record.minutes is not None:
        detail += " · " + ngettext("%(n)d minute", "%(n)d minutes", record.minutes) % {
            "n": record.minutes
        }
    return Attendance(status=status, detail=detail)


def _follow_up(
    unit: BlendedUnit,
    link: LinkedBlock,
    design: Design,
    row: Standing,
    sessions: list[Session],
    *,
    zone: str | None,
    now: datetime,
) -> FollowUpItem:
    opening: Opening = opening_at(row, link.days or 0, now)
    return FollowUpItem(
        title=link.title,
        url=get_host().block_url(unit.course_key, link.usage_key) if opening.is_open else "",
        is_open=opening.is_open,
        reason=explain(design.rule, row, opening, sessions, zone=zone or row.zone, now=now),
        is_graded=link.is_graded,
    )


def _items(
    unit: BlendedUnit, links: Sequence[LinkedBlock], progress: Sequence[Progress]
) -> tuple[PreworkItem, ...]:
    by_link = {item.link.pk: item for item in progress}
    items = []
    for link in links:
        if not link.usage_key:
            continue
        state: Literal["done", "started", "todo", ""] = ""
        detail = ""
        mine = by_link.get(link.pk)
        if mine is not None:
            state = "done" if mine.is_done else "started" if mine.is_started else "todo"
            detail = {
                "done": _("Done"),
                "started": _("%(done)d of %(total)d done — continue")
                % {"done": mine.done, "total": mine.total},
                "todo": _("Not started"),
            }[state]
        url = get_host().block_url(unit.course_key, link.usage_key)
        items.append(PreworkItem(title=link.title, url=url, state=state, detail=detail))
    return tuple(items)


def _is_missed(item: LearnerSession) -> bool:
    return item.attendance is not None and item.attendance.status.kind in {"absent", "excused"}


def _make_ups(
    unit: BlendedUnit,
    links: Sequence[LinkedBlock],
    progress: Sequence[Progress],
    missed: Sequence[LearnerSession],
    now: datetime,
) -> tuple[PreworkItem, ...]:
    """Return the make-ups; a deadline runs from the end of the session missed last."""
    last = max(missed, key=lambda item: datetime.fromisoformat(item.card.when.end))
    ended = datetime.fromisoformat(last.card.when.end)
    items = []
    for link in _of(links, LinkedBlock.Role.MAKE_UP):
        for item in _items(unit, [link], progress):
            if link.days is not None:
                until = ended + timedelta(days=link.days)
                said = _("Until %(day)s") if until >= now else _("The time for it ended on %(day)s")
                item = replace(item, detail=said % {"day": describe_day(until, now)})
            items.append(item)
    return tuple(items)


def _steps(
    prework: Sequence[PreworkItem],
    sessions: _Sessions,
    follow_ups: Sequence[FollowUpItem],
    row: Standing,
    now: datetime,
) -> tuple[Step, ...]:
    steps = []
    is_met = row.is_met or row.is_waived
    countable = [item for item in prework if item.state]
    if prework:
        done = sum(item.state == "done" for item in countable)
        is_done = done == len(countable)
        detail = _("%(done)d of %(total)d done") % {"done": done, "total": len(countable)}
        steps.append(Step("prework", _("Prework"), "done" if is_done else "current", detail))
    steps.append(_session_step(sessions, row, is_met=is_met, now=now))
    if follow_ups:
        count = sum(item.is_open for item in follow_ups)
        if count == len(follow_ups):
            detail = pgettext("follow-ups", "open")
        elif count:
            detail = _("%(open)d of %(total)d open") % {"open": count, "total": len(follow_ups)}
        else:
            detail = pgettext("follow-ups", "locked")
        steps.append(Step("follow_up", _("Follow-up"), "current" if count else "locked", detail))
    return tuple(steps)


def _session_step(sessions: _Sessions, row: Standing, *, is_met: bool, now: datetime) -> Step:
    label = _("Session")
    if is_met:
        return Step("session", label, "done", _("you took part"))
    if outcome_at(row, now) == "pending":
        return Step("session", label, "current", _("not recorded yet"))
    if sessions.next is not None:
        return Step("session", label, "current", sessions.next.card.when.text)
    return Step("session", label, "todo", _("no date yet"))


def _of(links: Sequence[LinkedBlock], role: str) -> list[LinkedBlock]:
    return [link for link in links if link.role == role]
