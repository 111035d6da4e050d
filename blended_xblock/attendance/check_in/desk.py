"""The check-in desk of a session: when it is open, which codes it shows, and who came.

Reading never writes: a desk is made when an instructor opens it, and until then there is no code.
"""

from __future__ import annotations

import secrets
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal

from django.db import transaction
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _

from blended_xblock.attendance.check_in.codes import (
    in_groups,
    scanned_code,
    step_of,
    ticket_of,
    typed_code,
)
from blended_xblock.attendance.rolls import can_open_roll, open_roll
from blended_xblock.attendance.sessions import lock_session, require_live
from blended_xblock.attendance.statuses import meanings_of
from blended_xblock.design.parts import CheckIn
from blended_xblock.errors import ConflictError, InvalidInputError
from blended_xblock.hosts import get_host
from blended_xblock.models import AttendanceRecord, CheckInAttempt, CheckInDesk, Guest, Session
from blended_xblock.schedule.wording import describe_instant

Why = Literal[
    "open",
    "held_open",
    "not_started",
    "paused",
    "closed",
    "too_early",
    "over",
    "roll_closed",
    "not_live",
]
State = CheckInDesk.State
OPENING: Final = frozenset({State.AUTO, State.OPEN})
"""States in which learners may check in, at the right time."""


@dataclass(frozen=True, slots=True)
class DeskState:
    """Whether learners can check in now, and why; the sentence is for the people in the room.

    ``state`` is what an instructor chose ("" where nobody opened the desk yet). ``opens_at`` to
    ``closes_at`` is when the desk is open by itself; from ``late_from`` people are late, from
    ``too_late_from`` too late.
    """

    session_id: uuid.UUID
    state: str
    is_open: bool
    why: Why
    sentence: str
    opens_at: datetime
    closes_at: datetime
    late_from: datetime
    too_late_from: datetime
    rotate_seconds: int


@dataclass(frozen=True, slots=True)
class ShownCode:
    """What a display shows in one step, ``valid_from`` to ``valid_until``.

    It is accepted for one step longer. ``ticket`` is what the address behind the QR code ends with,
    ``typed`` is in groups, as people read it.
    """

    step: int
    ticket: str
    typed: str
    valid_from: datetime
    valid_until: datetime


@dataclass(frozen=True, slots=True)
class Present:
    """How many of how many are here, and the first names of those who checked in last."""

    here: int
    expected: int
    names: tuple[str, ...]


def settings_of(session: Session) -> CheckIn:
    """Return the unit's settings of the check-in."""
    return session.unit.read_design().check_in


def find_desk(session: Session) -> CheckInDesk | None:
    """Return the desk of a session, or None where nobody opened it yet; at most one query.

    No query where it was read with the session (``select_related("check_in_desk")``).
    """
    if CheckInDesk.session.field.remote_field.is_cached(session):
        return getattr(session, "check_in_desk", None)
    return CheckInDesk.objects.filter(session=session).first()


def desk_state(session: Session, now: datetime, *, desk: CheckInDesk | None = None) -> DeskState:
    """Return whether learners can check in at ``now`` and why; at most one query.

    ``desk`` saves the query where the caller has it.
    """
    desk = desk or find_desk(session)
    settings = settings_of(session)
    start = session.starts_at
    opens_at = start - timedelta(minutes=settings.opens_before)
    why = _why(session, desk, opens_at, now)
    return DeskState(
        session_id=session.pk,
        state=desk.state if desk else "",
        is_open=why in {"open", "held_open"},
        why=why,
        sentence=_sentence(why, session, opens_at, now),
        opens_at=opens_at,
        closes_at=session.ends_at,
        late_from=start + timedelta(minutes=settings.late_after),
        too_late_from=start + timedelta(minutes=settings.too_late_after),
        rotate_seconds=settings.rotate_seconds,
    )


@transaction.atomic
def set_desk(session_id: uuid.UUID | str, state: str, *, actor: Any) -> DeskState:
    """Open, pause or close the check-in, or let the session's times do it ("auto").

    Opening it opens the roll, which freezes the roster; with "auto" that happens once its time has
    come, at the latest when the first learner checks in. Setting what is set changes nothing.

    Raises NotFoundError, SessionNotLiveError, InvalidInputError (no such state), ConflictError
    (the roll is closed, or cannot be opened yet).
    """
    if state not in State.values:
        raise InvalidInputError(_("A check-in is open, paused, closed or goes by itself."))
    session = lock_session(session_id)
    now = timezone.now()
    if state in OPENING:
        _require_open_roll(session, now)
    desk = make_desk(session)
    if desk.state != state or desk.changed_at is None:
        desk.state, desk.changed_by, desk.changed_at = state, actor, now
        desk.save(update_fields=["state", "changed_by", "changed_at"])
    current = desk_state(session, now, desk=desk)
    if current.is_open and session.roll_state == Session.Roll.NOT_OPENED:
        open_roll(session.pk, actor=actor)
    return current


def make_desk(session: Session) -> CheckInDesk:
    """Return the desk of a session this transaction has locked, with a secret of its own."""
    desk, _is_new = CheckInDesk.objects.get_or_create(
        session=session, defaults={"secret": secrets.token_hex(32)}
    )
    return desk


def current_codes(
    session: Session, now: datetime, ahead: int = 1, *, desk: CheckInDesk | None = None
) -> list[ShownCode]:
    """Return the code of now and the ``ahead`` next ones; none while nobody can check in.

    At most one query; ``desk`` saves it where the caller has it.
    """
    desk = desk or find_desk(session)
    state = desk_state(session, now, desk=desk) if desk else None
    if desk is None or state is None or not state.is_open:
        return []
    first, length = step_of(now, state.rotate_seconds), state.rotate_seconds
    return [
        ShownCode(
            step=step,
            ticket=ticket_of(session.pk, scanned_code(desk.secret, session.pk, step)),
            typed=in_groups(typed_code(desk.secret, session.pk, step)),
            valid_from=datetime.fromtimestamp(step * length, UTC),
            valid_until=datetime.fromtimestamp((step + 1) * length, UTC),
        )
        for step in range(first, first + ahead + 1)
    ]


def present_list(session: Session, limit: int = 5) -> Present:
    """Return the head count, and the first names of the last who checked in; four queries.

    Here is who has a status that says so: walk-ins and guests are heads too.
    """
    attended = {code for code, status in meanings_of(session.unit).items() if status.attended}
    heads = AttendanceRecord.objects.filter(session=session).values_list("status", "is_expected")
    guests = Guest.objects.filter(session=session, removed_at=None, user=None)
    here = guests.filter(status__in=attended).count()
    expected = 0
    for status, is_expected, n in heads.annotate(n=Count("id")):
        here += n if status in attended else 0
        expected += n if is_expected else 0
    last: dict[int, None] = {}
    accepted = CheckInAttempt.objects.filter(session=session, outcome="accepted")
    # Twice as many, since one learner may have checked in again.
    for user_id in accepted.order_by("-id").values_list("user_id", flat=True)[: 2 * limit]:
        last.setdefault(user_id, None)
    shown = list(last)[:limit]
    names = get_host().names(shown) if shown else {}
    first_names = tuple(first_name(names[user_id]) for user_id in shown if user_id in names)
    return Present(here, expected, first_names)


def first_name(name: str) -> str:
    """Return the first word of a name: enough on a screen that everybody sees."""
    return name.split()[0] if name.split() else ""


def _why(session: Session, desk: CheckInDesk | None, opens_at: datetime, now: datetime) -> Why:
    if not session.is_live:
        return "not_live"
    if session.roll_state == Session.Roll.CLOSED:
        return "roll_closed"
    if desk is not None and desk.state == State.OPEN:
        return "held_open"
    if desk is not None and desk.state == State.PAUSED:
        return "paused"
    if desk is not None and desk.state == State.CLOSED:
        return "closed"
    if now >= session.ends_at:
        return "over"
    if now < opens_at:
        return "too_early"
    # Until somebody has opened it there is no code, and nobody to see who comes.
    return "open" if desk is not None else "not_started"


def _sentence(why: Why, session: Session, opens_at: datetime, now: datetime) -> str:
    return {
        "open": _("Check-in is open."),
        "held_open": _("Check-in is open."),
        "not_started": _(
            "Check-in has not been started yet. Your trainer will show a code in the room."
        ),
        "paused": _("Check-in is paused. Wait until your trainer goes on with it."),
        "closed": _("Check-in is closed. If you are here, tell your trainer."),
        "too_early": _("Check-in opens %(when)s.")
        % {"when": describe_instant(opens_at, session.timezone, now)},
        "over": _("This session is over. If you were there, tell your trainer."),
        "roll_closed": _(
            "The roll of this session is closed. If you were there, tell your trainer."
        ),
        "not_live": _("This session does not take place as planned. Ask your trainer."),
    }[why]


def _require_open_roll(session: Session, now: datetime) -> None:
    require_live(session)
    if session.roll_state == Session.Roll.CLOSED:
        raise ConflictError(
            _("The roll of this session is closed. Reopen it before people check in again.")
        )
    if session.roll_state == Session.Roll.NOT_OPENED:
        can_open, why_not = can_open_roll(session, now)
        if not can_open:
            raise ConflictError(why_not)
