"""What a learner can say of one of their sessions, what they have said, and what was answered."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from blended_xblock.attendance.absences import list_alternatives
from blended_xblock.attendance.check_in.desk import desk_state
from blended_xblock.attendance.statuses import meanings_of
from blended_xblock.gate.standing import Known
from blended_xblock.models import (
    AbsenceNotice,
    Appeal,
    AttendanceRecord,
    BlendedUnit,
    CheckInDesk,
    Session,
)
from blended_xblock.schedule.wording import (
    describe_instant,
    describe_span_in_zone,
    is_same_clock,
    mode_label,
)


@dataclass(frozen=True, slots=True)
class OwnAbsence:
    """An absence the learner announced; ``instead`` says in words where they come instead."""

    reason: str
    announced: str
    instead: tuple[str, ...]
    can_change: bool
    can_choose: bool
    can_withdraw: bool


@dataclass(frozen=True, slots=True)
class OwnAppeal:
    """What the learner wrote about their record, and the answer with who gave it and when."""

    state: str
    text: str
    made: str
    answer: str
    answered: str


@dataclass(frozen=True, slots=True)
class OwnCheckIn:
    """The check-in as the learner meets it; ``is_expected`` says that a code is being shown now."""

    is_open: bool
    is_expected: bool
    sentence: str


@dataclass(frozen=True, slots=True)
class Own:
    """What is the learner's own at one session; ``replaces`` is what they come to it instead of."""

    absence: OwnAbsence | None = None
    can_announce: bool = False
    replaces: str = ""
    appeals: tuple[OwnAppeal, ...] = ()
    can_appeal: bool = False
    has_history: bool = False
    check_in: OwnCheckIn | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """Another date in words, a line for each of its sessions; ``places`` where they are few."""

    id: str
    lines: tuple[str, ...]
    places: str


@dataclass(slots=True)
class OwnSessions:
    """What one learner said of the sessions of a unit; read with one query."""

    unit: BlendedUnit
    user_id: int
    known: Known
    zone: str | None
    now: datetime
    names: Mapping[int, str] = field(default_factory=dict)
    _notices: dict[Any, AbsenceNotice] = field(default_factory=dict)
    _appeals: dict[Any, list[Appeal]] = field(default_factory=lambda: defaultdict(list))
    _opens_before: timedelta = timedelta()
    _attended: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        self._notices = {n.session_id: n for n in self.known.notices.get(self.user_id, ())}
        appeals = Appeal.objects.filter(session__unit=self.unit, user_id=self.user_id)
        for appeal in appeals.exclude(state=Appeal.State.WITHDRAWN):
            self._appeals[appeal.session_id].append(appeal)
        settings = self.unit.read_design().check_in
        meanings = meanings_of(self.unit)
        self._attended = frozenset(code for code, status in meanings.items() if status.attended)
        self._opens_before = timedelta(minutes=settings.opens_before)

    @property
    def people(self) -> set[int]:
        """Return who answered, so that a page asks for all its names at once."""
        return {
            appeal.answered_by_id
            for appeals in self._appeals.values()
            for appeal in appeals
            if appeal.answered_by_id is not None
        }

    def of(self, session: Session, record: AttendanceRecord | None) -> Own:
        """Return what is the learner's own at a session; no query."""
        notice = self._notices.get(session.pk)
        appeals = self._appeals.get(session.pk, [])
        is_marked = record is not None and record.status is not None
        is_ahead = session.is_live and session.starts_at > self.now
        is_waiting = any(appeal.state == Appeal.State.OPEN for appeal in appeals)
        return Own(
            absence=self._absence(notice, session) if notice else None,
            can_announce=is_ahead and notice is None,
            replaces=self._replaces(session),
            appeals=tuple(map(self._appeal, appeals)),
            can_appeal=session.is_live and not is_waiting and self._can_be_wrong(session, record),
            has_history=is_marked,
            check_in=None if is_marked else self._check_in(session),
        )

    def _can_be_wrong(self, session: Session, record: AttendanceRecord | None) -> bool:
        """Tell whether there is something to say: nobody who is in the room is asked for it."""
        if session.ends_at <= self.now:
            return True
        code = record.status if record is not None else None
        return code is not None and code not in self._attended

    def _absence(self, notice: AbsenceNotice, session: Session) -> OwnAbsence:
        instead = self._occurrence(notice)
        can_change = session.is_live and not any(each.starts_at <= self.now for each in instead)
        return OwnAbsence(
            reason=notice.reason,
            announced=self._when(notice.announced_at),
            instead=tuple(session_line(each, self.zone, self.now) for each in instead),
            can_change=can_change,
            # Whether a place is left is asked when the dates are.
            can_choose=can_change and self._has_other(session),
            can_withdraw=can_change and session.starts_at > self.now,
        )

    def _occurrence(self, notice: AbsenceNotice) -> list[Session]:
        chosen = self.known.sessions.get(notice.instead_id) if notice.instead_id else None
        if chosen is None:
            return []
        return [
            each
            for each in self.known.sessions.values()
            if each.occurrence_key == chosen.occurrence_key and each.is_live
        ]

    def _has_other(self, session: Session) -> bool:
        return any(
            each.is_live
            and each.starts_at > self.now
            and each.occurrence_key != session.occurrence_key
            for each in self.known.sessions.values()
        )

    def _replaces(self, session: Session) -> str:
        for notice in self._notices.values():
            if session in self._occurrence(notice):
                missed = self.known.sessions[notice.session_id]
                return session_line(missed, self.zone, self.now)
        return ""

    def _appeal(self, appeal: Appeal) -> OwnAppeal:
        answered = ""
        if appeal.answered_at is not None:
            answered = _("%(name)s, %(when)s") % {
                "name": self.names.get(appeal.answered_by_id or 0, _("somebody")),
                "when": self._when(appeal.answered_at),
            }
        return OwnAppeal(
            state=appeal.state,
            text=appeal.text,
            made=self._when(appeal.made_at),
            answer=appeal.answer,
            answered=answered,
        )

    def _check_in(self, session: Session) -> OwnCheckIn | None:
        """Return the check-in where there is one now; the desk came with the session."""
        if not session.is_live or session.roll_state == Session.Roll.CLOSED:
            return None
        desk: CheckInDesk | None = getattr(session, "check_in_desk", None)
        if desk is None:
            is_time = session.starts_at - self._opens_before <= self.now < session.ends_at
            # Nobody shows a code yet, and the page does not notice when somebody does.
            return OwnCheckIn(is_open=True, is_expected=False, sentence="") if is_time else None
        state = desk_state(session, self.now, desk=desk)
        if state.why in {"too_early", "over"}:
            return None
        return OwnCheckIn(
            is_open=state.is_open,
            is_expected=state.is_open,
            sentence="" if state.is_open else state.sentence,
        )

    def _when(self, instant: datetime) -> str:
        return describe_instant(instant, self.zone or "UTC", self.now)


def session_line(session: Session, zone: str | None, now: datetime) -> str:
    """Return a session in one line: "Workshop · Tue 12 May, 09:00–12:30 (Paris time)"."""
    when = describe_span_in_zone(session.starts_at, session.ends_at, session.timezone, now)
    if zone and not is_same_clock(session.timezone, zone, session.starts_at):
        yours = describe_span_in_zone(session.starts_at, session.ends_at, zone, now)
        when = _("%(when)s; for you: %(yours)s") % {"when": when, "yours": yours}
    return _("%(title)s · %(when)s") % {"title": session.title, "when": when}


def absence_options_part(
    session: Session, user: Any, zone: str | None, now: datetime
) -> tuple[Offer, ...]:
    """Return the other dates that a learner could come on, in words."""
    return tuple(
        Offer(
            id=str(offer.id),
            lines=tuple(_offer_lines(offer.sessions, zone, now)),
            places=""
            if offer.places_left is None
            else ngettext("%(n)d place left", "%(n)d places left", offer.places_left)
            % {"n": offer.places_left},
        )
        for offer in list_alternatives(session, user, now)
    )


def _offer_lines(sessions: Iterable[Session], zone: str | None, now: datetime) -> Iterable[str]:
    for session in sessions:
        line = session_line(session, zone, now)
        place = session.venue or mode_label(session.mode)
        yield _("%(line)s · %(place)s") % {"line": line, "place": place}
