"""What waits for somebody: rolls, conflicts, appeals, jobs; one list, most urgent first."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

from django.db.models import Count, Sum
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from blended_xblock.attendance.check_in.anomalies import anomalies_of
from blended_xblock.models import (
    AbsenceNotice,
    Appeal,
    AttendanceRecord,
    BlendedUnit,
    FailedJob,
    MarkConflict,
    Session,
)
from blended_xblock.reports.waiting import count_waiting, is_unrecorded
from blended_xblock.schedule.wording import describe_day

Kind = Literal["not_taken", "still_open", "job", "conflict", "appeal", "anomaly", "absence"]
_ORDER: Final[tuple[Kind, ...]] = (
    "not_taken",
    "still_open",
    "job",
    "conflict",
    "appeal",
    "anomaly",
    "absence",
)
LEFT_OPEN: Final = timedelta(hours=2)
"""How long after its session a roll may stay open without anybody being told."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """One thing that waits: where, what, how many it is about, and what to do about it.

    ``session_id`` is None and ``title`` empty for what is of the whole course.
    """

    kind: Kind
    session_id: uuid.UUID | None
    title: str
    sentence: str
    advice: str
    n: int


def list_alarms(
    unit: BlendedUnit, sessions: Sequence[Session], now: datetime, *, with_jobs: bool = False
) -> tuple[Alarm, ...]:
    """Return what waits at these sessions of a unit, most urgent first, then the oldest session.

    ``with_jobs``: jobs of the course that gave up too, which only its staff can do anything about.
    Sixteen queries at most, however many sessions there are. Words are in the active language.
    """
    if not sessions:
        return tuple(_jobs(unit)) if with_jobs else ()
    alarms = [
        *_rolls(unit, sessions, now),
        *(_jobs(unit) if with_jobs else ()),
        *_conflicts(sessions, now),
        *_appeals(sessions, now),
        *_anomalies(sessions, now),
        *_absences(sessions, now),
    ]
    place = {session.pk: i for i, session in enumerate(sorted(sessions, key=_when))}
    return tuple(
        sorted(
            alarms,
            key=lambda one: (
                _ORDER.index(one.kind),
                -1 if one.session_id is None else place[one.session_id],
            ),
        )
    )


def _rolls(unit: BlendedUnit, sessions: Sequence[Session], now: datetime) -> Iterator[Alarm]:
    waiting = count_waiting(unit, sessions, now)
    for session in sessions:
        if not is_unrecorded(session, now):
            continue
        n = waiting.get(session.pk, 0)
        if session.roll_state == Session.Roll.NOT_OPENED:
            yield _alarm(
                "not_taken",
                session,
                now,
                _("The roll was not taken.") if not n else _not_taken(n),
                _("Take the roll."),
                n,
            )
        elif session.ends_at <= now - LEFT_OPEN:
            yield _alarm(
                "still_open",
                session,
                now,
                _("The roll is still open.") if not n else _still_open(n),
                _("Mark them, then close the roll.") if n else _("Close the roll."),
                n,
            )


def _not_taken(n: int) -> str:
    return ngettext(
        "The roll was not taken: %(n)d learner waits for it.",
        "The roll was not taken: %(n)d learners wait for it.",
        n,
    ) % {"n": n}


def _still_open(n: int) -> str:
    return ngettext(
        "The roll is still open: %(n)d learner is not marked and waits.",
        "The roll is still open: %(n)d learners are not marked and wait.",
        n,
    ) % {"n": n}


def _jobs(unit: BlendedUnit) -> Iterator[Alarm]:
    rows = FailedJob.objects.filter(course_key=unit.course_key, settled_at__isnull=True)
    counted = rows.values("name").annotate(n=Sum("times")).order_by("name")
    for name, n in counted.values_list("name", "n"):
        yield Alarm("job", None, "", *_job_words(name), n)


def _job_words(name: str) -> tuple[str, str]:
    ask = _("Ask whoever runs this site to look at the failed jobs.")
    return {
        "blended_xblock.publish_results": (
            _("Scores and completions of some learners were not published."),
            ask,
        ),
        "blended_xblock.sync_course": (
            _("The last publish of the course did not reach the blended units."),
            _("Publish the course again, or ask whoever runs this site."),
        ),
        "blended_xblock.send_messages": (
            _("Some reminders could not be sent."),
            _("Send them again from the readiness board."),
        ),
    }.get(name, (_("Work in the background failed."), ask))


def _conflicts(sessions: Sequence[Session], now: datetime) -> Iterator[Alarm]:
    rows = MarkConflict.objects.filter(session__in=_keys(sessions), settled_at__isnull=True)
    for session, n in _counted(rows, sessions):
        sentence = ngettext(
            "%(n)d learner was marked differently by two people.",
            "%(n)d learners were marked differently by two people.",
            n,
        )
        yield _alarm("conflict", session, now, sentence % {"n": n}, _("Say which mark holds."), n)


def _appeals(sessions: Sequence[Session], now: datetime) -> Iterator[Alarm]:
    rows = Appeal.objects.filter(session__in=_keys(sessions), state=Appeal.State.OPEN)
    for session, n in _counted(rows, sessions):
        sentence = ngettext(
            "%(n)d learner says that what is recorded of them is wrong.",
            "%(n)d learners say that what is recorded of them is wrong.",
            n,
        )
        yield _alarm("appeal", session, now, sentence % {"n": n}, _("Answer them."), n)


def _anomalies(sessions: Sequence[Session], now: datetime) -> Iterator[Alarm]:
    """Say what is odd about check-ins; a closed roll has been looked at by somebody."""
    unsettled = [s for s in sessions if s.is_live and s.roll_state == Session.Roll.OPEN]
    if not unsettled:
        return
    found = anomalies_of(unsettled)
    for session in unsettled:
        odd = found.get(session.pk, ())
        if not odd:
            continue
        n = len(odd)
        sentence = (
            odd[0].sentence
            if n == 1
            else ngettext(
                "%(n)d thing about the check-in looks odd.",
                "%(n)d things about the check-in look odd.",
                n,
            )
            % {"n": n}
        )
        yield _alarm("anomaly", session, now, sentence, _("Ask who was there."), n)


def _absences(sessions: Sequence[Session], now: datetime) -> Iterator[Alarm]:
    """Say who announced an absence from what is still to come, and is not marked there yet."""
    ahead = [session for session in sessions if session.is_live and session.ends_at > now]
    if not ahead:
        return
    marked = AttendanceRecord.objects.filter(session__in=_keys(ahead), status__isnull=False)
    pairs = set(marked.values_list("session_id", "user_id"))
    notices = AbsenceNotice.objects.filter(session__in=_keys(ahead), withdrawn_at__isnull=True)
    numbers = Counter(
        pair[0] for pair in notices.values_list("session_id", "user_id") if pair not in pairs
    )
    for session in ahead:
        n = numbers[session.pk]
        if not n:
            continue
        sentence = ngettext(
            "%(n)d learner announced an absence.", "%(n)d learners announced an absence.", n
        )
        yield _alarm("absence", session, now, sentence % {"n": n}, _("Read why."), n)


def _counted(rows: Any, sessions: Collection[Session]) -> list[tuple[Session, int]]:
    counted = rows.values("session_id").annotate(n=Count("user", distinct=True)).order_by()
    numbers = dict(counted.values_list("session_id", "n"))
    return [(session, numbers[session.pk]) for session in sessions if session.pk in numbers]


def _alarm(
    kind: Kind, session: Session, now: datetime, sentence: str, advice: str, n: int
) -> Alarm:
    day = describe_day(session.starts_at.astimezone(ZoneInfo(session.timezone)), now)
    title = _("%(session)s, %(when)s") % {"session": session.title, "when": day}
    return Alarm(kind, session.pk, title, sentence, advice, n)


def _keys(sessions: Collection[Session]) -> list[uuid.UUID]:
    return [session.pk for session in sessions]


def _when(session: Session) -> tuple[datetime, uuid.UUID]:
    return session.starts_at, session.pk
