"""Who is ready for a session: prework, sign-up, announced absence, and what was noted before."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from django.db.models import Max

from blended_xblock.attendance.roster import list_audience
from blended_xblock.hosts import get_host
from blended_xblock.hosts.base import Learner
from blended_xblock.models import AttendanceRecord, BlendedUnit, LinkedBlock, Session


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one learner is with one piece of prework: completed leaves of all."""

    link: LinkedBlock
    done: int
    total: int

    @property
    def is_done(self) -> bool:
        return self.total > 0 and self.done == self.total

    @property
    def is_started(self) -> bool:
        return self.done > 0


def get_progress(
    unit: BlendedUnit, links: Sequence[LinkedBlock], user_ids: Collection[int]
) -> dict[int, list[Progress]]:
    """Return each learner's progress in these linked blocks, in the order given; one query.

    A leaf counts once its completion is whole (1.0). A link without anything to complete, or that
    leads nowhere, is left out: nobody can be behind with it.
    """
    links = [link for link in links if link.leaves]
    leaves = {leaf for link in links for leaf in link.leaves}
    if not leaves or not user_ids:
        return {user_id: [] for user_id in user_ids}
    found = get_host().completions(unit.course_key, user_ids, leaves)
    return {
        user_id: [
            Progress(
                link=link,
                done=sum(found.get((user_id, leaf), 0.0) >= 1.0 for leaf in link.leaves),
                total=len(link.leaves),
            )
            for link in links
        ]
        for user_id in user_ids
    }


Level = Literal["done", "partly", "not_started"]
LEVELS: Final[tuple[Level, ...]] = ("done", "partly", "not_started")
REMINDER: Final = "prework_reminder"
"""What ``SentMessage`` calls a reminder."""


@dataclass(frozen=True, slots=True)
class LastNote:
    """What was noted of a learner at the latest earlier session of the unit that has a note."""

    text: str
    session_title: str
    session_starts_at: datetime
    timezone: str


@dataclass(frozen=True, slots=True)
class Readiness:
    """How ready one expected learner is.

    ``registration`` is a state of ``Registration``, or empty. ``absence`` is the reason given for
    an announced absence (it may be empty), None where none was announced. ``is_enrolled`` is False
    for somebody on the frozen roster who has left the course since.
    """

    user_id: int
    name: str
    username: str
    email: str
    cohort: str
    items: tuple[Progress, ...]
    registration: str = ""
    absence: str | None = None
    note: LastNote | None = None
    reminded_at: datetime | None = None
    is_enrolled: bool = True

    @property
    def done(self) -> int:
        return sum(item.is_done for item in self.items)

    @property
    def level(self) -> Level:
        """Return where they stand as a whole; where nothing is asked, everybody is ready."""
        if self.done == len(self.items):
            return "done"
        return "partly" if any(item.is_started for item in self.items) else "not_started"

    @property
    def is_ready(self) -> bool:
        return self.level == "done"

    @property
    def may_be_reminded(self) -> bool:
        """Tell whether a reminder makes sense: not ready, still here, and said to come."""
        return not self.is_ready and self.is_enrolled and self.absence is None


def list_readiness(
    session: Session, user_ids: Collection[int] | None = None
) -> tuple[Readiness, ...]:
    """Return everybody expected at a session (or those among ``user_ids``), ordered by name.

    Before its roll is opened that is today's audience, afterwards the frozen roster. Ten queries
    at most, for any number of learners.
    """
    host = get_host()
    people = {p.user_id: p for p in host.learners(session.unit.course_key, user_ids)}
    expected = _expected(session, people)
    if user_ids is not None:
        wanted = set(user_ids)
        expected = [user_id for user_id in expected if user_id in wanted]
    gone = set(expected) - people.keys()
    for user_id, name in (host.names(gone) if gone else {}).items():
        people[user_id] = Learner(user_id=user_id, username="", name=name, email="")
    expected = [user_id for user_id in expected if user_id in people]
    links = list(session.unit.links.filter(role=LinkedBlock.Role.PREWORK))
    progress = get_progress(session.unit, links, expected)
    registrations = dict(session.registrations.values_list("user_id", "state"))
    absences = dict(
        session.absences.filter(withdrawn_at__isnull=True).values_list("user_id", "reason")
    )
    notes = _last_notes(session)
    reminded = reminded_at(session)
    rows = [
        Readiness(
            user_id=user_id,
            name=people[user_id].name,
            username=people[user_id].username,
            email=people[user_id].email,
            cohort=people[user_id].cohort,
            items=tuple(progress[user_id]),
            registration=registrations.get(user_id, ""),
            absence=absences.get(user_id),
            note=notes.get(user_id),
            reminded_at=reminded.get(user_id),
            is_enrolled=user_id not in gone,
        )
        for user_id in expected
    ]
    return tuple(rows)


def reminded_at(session: Session) -> dict[int, datetime]:
    """Return when each learner was last sent a reminder of a session; one query."""
    return dict(
        session.messages.filter(kind=REMINDER, sent_at__isnull=False)
        .values("user_id")
        .annotate(last=Max("sent_at"))
        .order_by()
        .values_list("user_id", "last")
    )


def _expected(session: Session, people: Mapping[int, Learner]) -> list[int]:
    """Return ids in the order of names; who has left the course stands at the end."""
    if session.roll_state == Session.Roll.NOT_OPENED:
        return [learner.user_id for learner in list_audience(session, people.values())]
    frozen = set(session.records.filter(is_expected=True).values_list("user_id", flat=True))
    here = [user_id for user_id in people if user_id in frozen]
    return here + sorted(frozen - people.keys())


def _last_notes(session: Session) -> dict[int, LastNote]:
    rows = (
        AttendanceRecord.objects.filter(
            session__unit=session.unit_id, session__starts_at__lt=session.starts_at
        )
        .exclude(note="")
        .order_by("session__starts_at", "session_id")
        .values_list("user_id", "note", "session__title", "session__starts_at", "session__timezone")
    )
    return {
        user_id: LastNote(note, title, starts_at, zone)
        for user_id, note, title, starts_at, zone in rows
    }
