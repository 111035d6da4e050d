"""Absences that a learner announces beforehand, and where they come instead.

Announcing excuses nobody: the record of the session stays what an instructor makes it. Whoever
comes to another occurrence instead is expected there, whatever cohort it is for.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from blended_xblock.attendance.recording import lock_session, require_live
from blended_xblock.attendance.roster import (
    get_chosen,
    get_teaching,
    is_in_audience,
    is_meant_for,
    list_audience,
)
from blended_xblock.attendance.texts import clean_text
from blended_xblock.errors import ConflictError, NotFoundError
from blended_xblock.gate import standing
from blended_xblock.hosts import get_host
from blended_xblock.models import AbsenceNotice, AttendanceRecord, Session

REASON_LENGTH: Final = 1000
SOURCE: Final = "instead"
"""Marks a place on a roll that was frozen before its learner chose to come."""


@dataclass(frozen=True, slots=True)
class Absence:
    """An absence announced; ``instead`` are the sessions, by time, the learner comes to instead."""

    session_id: uuid.UUID
    user_id: int
    reason: str
    announced_at: datetime
    instead: tuple[uuid.UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class Alternative:
    """An occurrence that a learner could come to instead: its sessions, by time.

    ``places_left`` is None where there is no limit, or the learner has a place there anyway.
    """

    sessions: tuple[Session, ...]
    places_left: int | None

    @property
    def id(self) -> uuid.UUID:
        """Return what ``choose_alternative`` is told: the first session stands for all of them."""
        return self.sessions[0].pk


@transaction.atomic
def announce_absence(
    session_id: uuid.UUID | str, *, user: Any, reason: str = "", now: datetime | None = None
) -> Absence:
    """Say that ``user`` cannot come to a session; saying it again changes the reason.

    Raises NotFoundError (no such session, or one not meant for them), SessionNotLiveError,
    ConflictError (it has begun), InvalidInputError (too long a reason).
    """
    reason = clean_text(reason, REASON_LENGTH)
    session = lock_session(session_id)
    _require_meant(session, user)
    require_live(session)
    now = now or timezone.now()
    if session.starts_at <= now:
        raise ConflictError(
            _(
                "This session has begun, so an absence can no longer be announced. If something "
                "wrong is recorded of you, say so below the session on this page."
            )
        )
    notice, is_new = AbsenceNotice.objects.get_or_create(
        session=session, user=user, defaults={"reason": reason, "announced_at": now}
    )
    if not is_new:
        if notice.withdrawn_at is not None:
            notice.announced_at, notice.withdrawn_at = now, None
        notice.reason = reason
        notice.save(update_fields=["reason", "announced_at", "withdrawn_at"])
    return _absence(notice, _occurrences(session))


@transaction.atomic
def withdraw_absence(session_id: uuid.UUID | str, *, user: Any) -> None:
    """Let ``user`` come after all; a choice of another occurrence ends with it.

    Withdrawing twice changes nothing. Raises NotFoundError (nothing was announced) and
    ConflictError (the session has begun, or the one chosen instead has).
    """
    session = lock_session(session_id)
    notice = AbsenceNotice.objects.filter(session=session, user=user).first()
    if notice is None:
        raise NotFoundError(_("You have not announced an absence from this session."))
    if notice.withdrawn_at is not None:
        return
    now = timezone.now()
    if session.starts_at <= now:
        raise ConflictError(
            _("This session has begun. If you are there after all, your trainer records it.")
        )
    notice.withdrawn_at = now
    _move(session, notice, None, now)


@transaction.atomic
def choose_alternative(
    session_id: uuid.UUID | str, instead_id: uuid.UUID | str | None, *, user: Any
) -> Absence:
    """Let ``user`` come to another occurrence, named by any of its sessions; None takes it back.

    They are expected at all its sessions from now on. Where a roll was frozen already they are put
    on it as not expected: a roster once frozen changes no figure. Standings follow in the same
    transaction.

    Raises NotFoundError (nothing was announced, or no such offer), ConflictError (no place is left,
    or what was chosen before has begun).
    """
    session = lock_session(session_id)
    notice = AbsenceNotice.objects.filter(
        session=session, user=user, withdrawn_at__isnull=True
    ).first()
    if notice is None:
        raise NotFoundError(_("Say first that you cannot come to this session."))
    now = timezone.now()
    occurrences = _occurrences(session)
    chosen = None
    if instead_id is not None:
        chosen = _offered(session, instead_id, user, now, occurrences)
    if (chosen.id if chosen else None) != notice.instead_id:
        _move(session, notice, chosen, now)
    return _absence(notice, occurrences)


def list_alternatives(session: Session, user: Any, now: datetime) -> list[Alternative]:
    """Return what ``user`` could come to in place of a session, soonest first; five queries.

    Other occurrences of the unit, of which nothing has begun or is still a draft. An occurrence
    that is not for the learner's cohort is offered while each of its sessions has a place.
    """
    return _alternatives(session, user, now, _occurrences(session))


def list_absences(session: Session) -> dict[int, Absence]:
    """Return who announced an absence from a session, by user id; two queries at most."""
    notices = list(
        AbsenceNotice.objects.filter(session=session, withdrawn_at__isnull=True).select_related(
            "instead"
        )
    )
    is_elsewhere = any(notice.instead_id for notice in notices)
    occurrences = _occurrences(session) if is_elsewhere else {}
    return {notice.user_id: _absence(notice, occurrences) for notice in notices}


def list_replacements(session: Session) -> dict[int, Session]:
    """Return who comes to a session in place of another one, and of which; one query."""
    notices = AbsenceNotice.objects.filter(
        instead__unit=session.unit_id, withdrawn_at__isnull=True
    ).select_related("session", "instead")
    return {
        notice.user_id: notice.session
        for notice in notices
        if notice.instead and notice.instead.occurrence_key == session.occurrence_key
    }


def _require_meant(session: Session, user: Any) -> None:
    if not is_meant_for(session, user):
        raise NotFoundError(_("There is no such session in this unit."))


def _occurrences(session: Session) -> dict[str, list[Session]]:
    """Return the sessions of a unit that are not cancelled or gone, by occurrence and time."""
    gone = (Session.State.CANCELLED, Session.State.REMOVED)
    occurrences = defaultdict(list)
    for each in Session.objects.filter(unit=session.unit_id).exclude(state__in=gone):
        each.unit = session.unit
        occurrences[each.occurrence_key].append(each)
    return occurrences


def _absence(notice: AbsenceNotice, occurrences: Mapping[str, list[Session]]) -> Absence:
    sessions = occurrences.get(notice.instead.occurrence_key, ()) if notice.instead else ()
    instead = tuple(each.pk for each in sessions)
    return Absence(notice.session_id, notice.user_id, notice.reason, notice.announced_at, instead)


def _offered(
    session: Session,
    instead_id: uuid.UUID | str,
    user: Any,
    now: datetime,
    occurrences: Mapping[str, list[Session]],
) -> Alternative:
    for offer in _alternatives(session, user, now, occurrences, with_full=True):
        if str(instead_id) in {str(each.pk) for each in offer.sessions}:
            if offer.places_left == 0:
                raise ConflictError(_("No place is left there. Choose another date."))
            return offer
    raise NotFoundError(_("You cannot come to this session instead. Choose one that is offered."))


def _alternatives(
    session: Session,
    user: Any,
    now: datetime,
    occurrences: Mapping[str, list[Session]],
    *,
    with_full: bool = False,
) -> list[Alternative]:
    learners = get_host().learners(session.unit.course_key)
    learner = next((each for each in learners if each.user_id == user.pk), None)
    if learner is None:
        return []
    announced = set(
        AbsenceNotice.objects.filter(
            session__unit=session.unit_id, user=user, withdrawn_at__isnull=True
        ).values_list("session_id", flat=True)
    )
    ahead = [
        sessions
        for key, sessions in occurrences.items()
        if key != session.occurrence_key
        and all(each.is_live and each.starts_at > now for each in sessions)
        and not any(each.pk in announced for each in sessions)
    ]
    chosen = get_chosen(session.unit)
    taken = _taken([each for sessions in ahead for each in sessions], learners, chosen)
    offers = []
    for sessions in ahead:
        is_theirs = all(
            is_in_audience(each, learner, chosen) or user.pk in taken[each.pk] for each in sessions
        )
        left = [
            max(0, each.capacity - len(taken[each.pk]))
            for each in sessions
            if each.capacity is not None
        ]
        places = None if is_theirs or not left else min(left)
        if places != 0 or with_full:
            offers.append(Alternative(tuple(sessions), places))
    return offers


def _taken(
    sessions: Collection[Session], learners: Iterable[Any], chosen: Mapping[int, Collection[str]]
) -> dict[uuid.UUID, set[int]]:
    """Return who has a place at each of these sessions: on its roll, or expected at it."""
    frozen = [each for each in sessions if each.roll_state != Session.Roll.NOT_OPENED]
    taken: dict[uuid.UUID, set[int]] = {each.pk: set() for each in sessions}
    if frozen:
        rows = AttendanceRecord.objects.filter(session__in=frozen)
        for session_id, user_id in rows.values_list("session_id", "user_id"):
            taken[session_id].add(user_id)
    people = list(learners)
    teaching = get_teaching([each.pk for each in sessions])
    for session in sessions:
        if session.roll_state == Session.Roll.NOT_OPENED:
            expected = list_audience(session, people, chosen, teaching.get(session.pk, ()))
            taken[session.pk] = {learner.user_id for learner in expected}
    return taken


def _move(
    session: Session, notice: AbsenceNotice, chosen: Alternative | None, now: datetime
) -> None:
    """Write where somebody comes instead, and what follows from it on rolls and standings."""
    before = _occurrence_of(notice)
    if any(each.starts_at <= now for each in before):
        raise ConflictError(
            _("What you chose instead has begun, so your choice can no longer be changed.")
        )
    # Nobody but the learner put them there, and nobody has marked them.
    AttendanceRecord.objects.filter(
        session__in=before, user=notice.user_id, source=SOURCE, revision=0
    ).delete()
    notice.instead_id = chosen.id if chosen else None
    notice.save(update_fields=["instead", "withdrawn_at"])
    for each in chosen.sessions if chosen else ():
        if each.roll_state != Session.Roll.NOT_OPENED:
            AttendanceRecord.objects.get_or_create(
                session=each,
                user_id=notice.user_id,
                defaults={"is_expected": False, "source": SOURCE},
            )
    if before or chosen:
        standing.recompute(session.unit, [notice.user_id])


def _occurrence_of(notice: AbsenceNotice) -> list[Session]:
    """Return the live sessions of what was chosen before; none where it was since cancelled."""
    if notice.instead is None:
        return []
    key, unit = notice.instead.occurrence_key, notice.instead.unit_id
    live = Session.objects.filter(unit=unit, state=Session.State.SCHEDULED)
    return [each for each in live if each.occurrence_key == key]
