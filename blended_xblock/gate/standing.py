"""Standings: the rule's verdict for each learner, kept where a request can read it in one query."""

from __future__ import annotations

import dataclasses
import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import FilteredRelation, Q
from django.utils import timezone
from edx_django_utils.cache import RequestCache

from blended_xblock import models
from blended_xblock.attendance.roster import Chosen, get_teaching, is_in_audience
from blended_xblock.attendance.statuses import meanings_of
from blended_xblock.design import Design, Status
from blended_xblock.events import announce
from blended_xblock.gate.rule import Mark, SessionFact, Verdict, evaluate
from blended_xblock.hosts import get_host
from blended_xblock.hosts.base import Learner
from blended_xblock.sets import insert_many, update_many

Outcome = Literal["met", "pending", "not_met"]

# What a request has read of standings (``gate/learner.py``); a write in the same request ends it.
STANDINGS_AT_HAND: Final = "blended_xblock.standings"

_COLUMNS: Final = (
    "is_met",
    "is_waived",
    "counted_from",
    "pending_from",
    "openings",
    "zone",
    "figures",
)


@dataclass(frozen=True, slots=True)
class Opening:
    """Whether and from when a follow-up opens, as far as is known now (UTC)."""

    is_open: bool
    opens_at: datetime | None


def outcome_at(row: models.Standing, now: datetime) -> Outcome:
    """Return the outcome at ``now``: time alone turns *not met* into *pending*."""
    if row.is_met or row.is_waived:
        return "met"
    if row.pending_from is not None and row.pending_from <= now:
        return "pending"
    return "not_met"


def opening_at(row: models.Standing, delay_days: int, now: datetime) -> Opening:
    """Return whether a follow-up with this delay is open at ``now``, and since or from when.

    A waiver opens at once. Otherwise days of delay are counted on the wall clock of the session
    attended, so that seven days after 12:30 is 12:30 across a clock change too. Without a delay a
    follow-up opens with the mark itself, not at the end of a session that still runs.
    """
    if row.is_waived:
        return Opening(is_open=True, opens_at=None)
    instants = [_opens_at(way, delay_days) for way in row.openings]
    opens_at = min(instants, default=None)
    if opens_at is None:
        return Opening(is_open=False, opens_at=None)
    if row.is_met and not delay_days:
        return Opening(is_open=True, opens_at=opens_at)
    # Before a session is over nobody is owed a date for it: they may yet be marked absent.
    is_owed = row.is_met or (row.pending_from is not None and row.pending_from <= now)
    return Opening(is_open=opens_at <= now, opens_at=opens_at if is_owed else None)


def _opens_at(way: Mapping[str, Any], delay_days: int) -> datetime:
    counted_from = datetime.fromisoformat(way["counted_from"])
    delayed = _after_days(counted_from, way["zone"], delay_days) if delay_days else None
    if way["due"] is None:
        return delayed or counted_from
    due = datetime.fromisoformat(way["due"])
    return max(due, delayed) if delayed else due


def _after_days(instant: datetime, zone: str, days: int) -> datetime:
    wall = instant.astimezone(ZoneInfo(zone)) + timedelta(days=days)
    return wall.astimezone(ZoneInfo("UTC"))


def columns_of(verdict: Verdict, zones: Mapping[str, str]) -> dict[str, Any]:
    """Return the columns of a standing that a verdict decides; ``zones`` by session id."""
    decisive = verdict.counted_session or verdict.pending_session
    return {
        "is_met": verdict.is_met,
        "counted_from": verdict.counted_from,
        "pending_from": verdict.pending_from,
        "openings": [
            {
                "due": way.due.isoformat() if way.due else None,
                "counted_from": way.counted_from.isoformat(),
                "zone": zones[way.session_id],
            }
            for way in verdict.openings
        ],
        "zone": zones[decisive] if decisive else "UTC",
        "figures": dataclasses.asdict(verdict.figures),
    }


@dataclass(slots=True)
class Known:
    """What is known of some learners in one unit, fetched at once; ``records`` by user id."""

    unit: models.BlendedUnit
    users: set[int]
    sessions: dict[uuid.UUID, models.Session] = field(default_factory=dict)
    records: dict[int, list[models.AttendanceRecord]] = field(
        default_factory=lambda: defaultdict(list)
    )
    learners: dict[int, Learner] = field(default_factory=dict)
    notices: dict[int, list[models.AbsenceNotice]] = field(
        default_factory=lambda: defaultdict(list)
    )
    # Whose roll they take: nobody is expected as a learner at a session they teach.
    taught: dict[int, set[uuid.UUID]] = field(default_factory=lambda: defaultdict(set))
    waived: set[int] = field(default_factory=set)
    at: datetime = field(default_factory=timezone.now)

    @property
    def chosen(self) -> Chosen:
        """Return the occurrences that these learners come to in place of another one."""
        return {
            user_id: {
                self.sessions[notice.instead_id].occurrence_key
                for notice in notices
                if notice.instead_id in self.sessions
            }
            for user_id, notices in self.notices.items()
        }

    def decide(self, user_id: int) -> models.Standing:
        """Return the standing that follows, not saved."""
        return self.decide_all([user_id])[0]

    def decide_all(self, user_ids: Collection[int] | None = None) -> list[models.Standing]:
        """Return the standings of these learners, or of all that are known; not saved."""
        design = self.unit.read_design()
        statuses = meanings_of(self.unit)
        chosen = self.chosen
        return [
            self._standing(design, statuses, user_id, chosen)
            for user_id in (self.users if user_ids is None else user_ids)
        ]

    def _standing(
        self, design: Design, statuses: Mapping[str, Status], user_id: int, chosen: Chosen
    ) -> models.Standing:
        verdict = evaluate(design.rule, design.gate, self._facts(statuses, user_id, chosen))
        zones = {str(session.pk): session.timezone for session in self.sessions.values()}
        return models.Standing(
            unit=self.unit,
            user_id=user_id,
            is_waived=user_id in self.waived,
            updated_at=self.at,
            **columns_of(verdict, zones),
        )

    def _facts(
        self, statuses: Mapping[str, Status], user_id: int, chosen: Chosen
    ) -> list[SessionFact]:
        """Return one fact for each session the learner was expected at, or attended.

        A cancelled or removed session is only a fact for somebody who attended it: what people did
        stays, what they can no longer do asks nothing of them.
        """
        facts: dict[uuid.UUID, SessionFact] = {}
        for record in self.records.get(user_id, ()):
            session = self.sessions[record.session_id]
            mark = _mark(record, statuses)
            if (mark and mark.is_attended) or (
                session.is_live and (mark is not None or record.is_expected)
            ):
                facts[session.pk] = _fact(session, mark, is_expected=record.is_expected)
        learner = self.learners.get(user_id)
        for session in self.sessions.values():
            is_meant = learner is not None and is_in_audience(session, learner, chosen)
            is_taught = session.pk in self.taught.get(user_id, ())
            if _is_ahead(session) and is_meant and not is_taught and session.pk not in facts:
                facts[session.pk] = _fact(session, None)
        return self._with_visited(facts)

    def _with_visited(self, facts: Mapping[uuid.UUID, SessionFact]) -> list[SessionFact]:
        """Return the facts, measured in full where the learner was only a guest.

        Nobody expected them at any session of that occurrence, so they are measured by all of it:
        one day of somebody else's two is one of two.
        """
        asked = {fact.occurrence for fact in facts.values() if fact.is_expected}
        visited = {fact.occurrence for fact in facts.values()} - asked
        missed = Mark(is_attended=False, is_counted=True)
        return [
            dataclasses.replace(fact, is_expected=True) if fact.occurrence in visited else fact
            for fact in facts.values()
        ] + [
            _fact(session, missed)
            for session in self.sessions.values()
            if session.is_live and session.occurrence_key in visited and session.pk not in facts
        ]


def get_known(unit: models.BlendedUnit, user_id: int) -> Known:
    """Return what is known of one learner in one unit, for their page; two queries.

    Each session comes with its check-in desk. Waivers are left out: whoever has one has a standing
    already.
    """
    known = Known(unit, {user_id})
    # Each is there once at most, so no session comes twice.
    own = {
        "own_record": FilteredRelation("records", condition=Q(records__user_id=user_id)),
        "own_notice": FilteredRelation(
            "absences",
            condition=Q(absences__user_id=user_id, absences__withdrawn_at__isnull=True),
        ),
        "own_invitation": FilteredRelation(
            "trainers", condition=Q(trainers__user_id=user_id, trainers__revoked_at__isnull=True)
        ),
    }
    sessions = models.Session.objects.filter(unit=unit).annotate(**own)
    for session in sessions.select_related("check_in_desk", *own):
        session.unit = unit
        known.sessions[session.pk] = session
        if record := getattr(session, "own_record", None):
            known.records[user_id].append(record)
        if notice := getattr(session, "own_notice", None):
            known.notices[user_id].append(notice)
        if getattr(session, "own_invitation", None):
            known.taught[user_id].add(session.pk)
    learners = get_host().learners(unit.course_key, user_ids=[user_id])
    known.learners = {learner.user_id: learner for learner in learners}
    return known


def _known_in(users: Mapping[models.BlendedUnit, Collection[int]]) -> list[Known]:
    """Return what is known in units of one course; six queries at most, however many units."""
    known = {unit.pk: Known(unit, set(user_ids)) for unit, user_ids in users.items()}
    everybody = set().union(*(each.users for each in known.values()))
    for session in models.Session.objects.filter(unit__in=known):
        session.unit = known[session.unit_id].unit
        known[session.unit_id].sessions[session.pk] = session
    records = models.AttendanceRecord.objects.filter(session__unit__in=known, user_id__in=everybody)
    units = {pk: each for each in known.values() for pk in each.sessions}
    for record in records:
        units[record.session_id].records[record.user_id].append(record)
    for waiver in models.Waiver.objects.filter(
        unit__in=known, user_id__in=everybody, revoked_at__isnull=True
    ):
        known[waiver.unit_id].waived.add(waiver.user_id)
    ahead = [s for each in known.values() for s in each.sessions.values() if _is_ahead(s)]
    if any(session.audience for session in ahead):
        # Where everybody is meant anyway, it does not matter who chose to come.
        for notice in models.AbsenceNotice.objects.filter(
            session__unit__in=known, user_id__in=everybody, withdrawn_at__isnull=True
        ):
            units[notice.session_id].notices[notice.user_id].append(notice)
    if ahead:
        for pk, trainers in get_teaching([session.pk for session in ahead], everybody).items():
            for user_id in trainers:
                units[pk].taught[user_id].add(pk)
        course_key = next(iter(users)).course_key
        learners = get_host().learners(course_key, user_ids=everybody)
        for each in known.values():
            each.learners = {learner.user_id: learner for learner in learners}
    return list(known.values())


def _is_ahead(session: models.Session) -> bool:
    """Tell whether those expected at a session are still those of today's course."""
    return session.is_live and session.roll_state == models.Session.Roll.NOT_OPENED


def recompute(unit: models.BlendedUnit, user_ids: Collection[int]) -> None:
    """Write the standing of exactly these learners; call it in the transaction of the change."""
    recompute_all({unit: user_ids})


def recompute_all(users: Mapping[models.BlendedUnit, Collection[int]]) -> None:
    """Write standings in units of one course, in few queries however many units there are."""
    users = {unit: user_ids for unit, user_ids in users.items() if user_ids}
    if not users:
        return
    everybody = set().union(*users.values())
    stored = {
        (row.unit_id, row.user_id): row
        for row in models.Standing.objects.filter(
            unit__in=[unit.pk for unit in users], user_id__in=everybody
        )
    }
    created: list[models.Standing] = []
    changed: list[models.Standing] = []
    for known in _known_in(users):
        for decided in known.decide_all():
            row = stored.get((decided.unit_id, decided.user_id))
            if row is None:
                created.append(decided)
            elif any(getattr(row, name) != getattr(decided, name) for name in _COLUMNS):
                decided.pk = row.pk
                changed.append(decided)
    insert_many(created)
    update_many(changed, (*_COLUMNS, "updated_at"))
    RequestCache(STANDINGS_AT_HAND).clear()
    for unit, user_ids in users.items():
        announce(unit.pk, user_ids)


@transaction.atomic
def learners_changed(course_key: str, user_ids: Collection[int]) -> None:
    """Decide again for learners who enrolled, left or changed cohort; the host says when.

    Who is expected at a session whose roll is not opened yet depends on it; opened rolls do not.
    """
    users = set(user_ids)
    units = list(
        models.BlendedUnit.objects.select_for_update().filter(course_key=course_key, is_active=True)
    )
    recompute_all(dict.fromkeys(units, users))


def compute(units: Collection[models.BlendedUnit], user_id: int) -> list[models.Standing]:
    """Return unsaved standings of a learner in units (of one course) that hold none of theirs."""
    if not units:
        return []
    return [known.decide(user_id) for known in _known_in({unit: [user_id] for unit in units})]


def _fact(session: models.Session, mark: Mark | None, *, is_expected: bool = True) -> SessionFact:
    return SessionFact(
        session_id=str(session.pk),
        occurrence=session.occurrence_key,
        ends_at=session.ends_at,
        length=int((session.ends_at - session.starts_at).total_seconds()) // 60,
        mark=mark,
        is_expected=is_expected,
    )


def _mark(record: models.AttendanceRecord, statuses: Mapping[str, Status]) -> Mark | None:
    if record.status is None:
        return None
    status = statuses[record.status]
    return Mark(
        is_attended=status.attended,
        is_counted=status.counted,
        minutes=record.minutes,
        is_live=record.modality != models.AttendanceRecord.Modality.RECORDING,
    )
