"""A learner's page of a check-in: what they can do now, or what is recorded of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from django.utils.translation import gettext as _

from blended_xblock.attendance.check_in.arrival import arrival_status
from blended_xblock.attendance.check_in.desk import DeskState, desk_state
from blended_xblock.attendance.check_in.service import CheckedIn, held_mark
from blended_xblock.errors import BlendedError
from blended_xblock.hosts import get_host
from blended_xblock.hosts.base import Viewer
from blended_xblock.models import Session
from blended_xblock.pages.common import SessionCard, StatusChoice, session_card, status_choice
from blended_xblock.schedule.wording import describe_clock

Kind = Literal["ready", "type", "done", "held", "told", "refused", "stranger"]


@dataclass(frozen=True, slots=True)
class CheckInPage:
    """What a learner reads; ``kind`` says what they can do.

    ``ready``: check in with one press; ``type``: type the code; ``done``: recorded as attending,
    ``held``: as not attending, which they can tell; ``told``: they did; ``refused``: not now;
    ``stranger``: not as this person. ``can_type``: typing the code of the screen is a way out.
    """

    kind: Kind
    heading: str
    sentence: str
    card: SessionCard
    name: str
    course_url: str
    status: StatusChoice | None = None
    time: str = ""
    can_type: bool = False


def check_in_page(
    session: Session,
    viewer: Viewer,
    now: datetime,
    *,
    held_since: datetime | None = None,
    is_typing: bool = False,
) -> CheckInPage:
    """Return the page of a learner; at most five queries.

    ``held_since``: when they scanned a good code; None where they did not, or type one
    (``is_typing``).
    """
    page = _frame(session, viewer, now)
    record = session.records.filter(user=viewer.user).first()
    held = held_mark(session, record) if record else None
    state = desk_state(session, held_since or now)
    if held is not None:
        return _recorded(page, session, held, can_tell=held_since is not None)
    if held_since is None and not state.is_open:
        return replace(page, heading=_shut_heading(state), sentence=state.sentence)
    try:
        arrival_status(session, state, held_since or now)
    except BlendedError as error:
        return replace(page, heading=_("You are late"), sentence=error.message)
    if is_typing:
        sentence = _("Type the six digits below the code on the screen.")
        return replace(page, kind="type", heading=_("Check in"), sentence=sentence)
    if held_since is None:
        sentence = _("The code has changed since you scanned it. Scan the one on the screen now.")
        heading = _("Scan again")
        return replace(page, heading=heading, sentence=sentence, can_type=True)
    return replace(page, kind="ready", heading=_("Check in"), sentence="")


def refused_page(
    session: Session, viewer: Viewer, now: datetime, error: BlendedError, *, is_typing: bool
) -> CheckInPage:
    """Return the page of a learner whose code was refused; they may try again where it helps."""
    page = _frame(session, viewer, now)
    can_retry = error.code in {"wrong_code", "wait"}
    heading = _("Not checked in yet")
    if is_typing and can_retry:
        return replace(page, kind="type", heading=heading, sentence=error.message)
    return replace(page, heading=heading, sentence=error.message, can_type=can_retry)


def stranger_page(
    session: Session, viewer: Viewer, now: datetime, error: BlendedError
) -> CheckInPage:
    """Return the page of somebody who cannot check in as who they are."""
    page = _frame(session, viewer, now)
    sentence = error.message
    if not viewer.is_masquerading:
        sentence = _(
            "%(name)s is not a learner of this course. Log in as yourself, or speak to your "
            "trainer, who can record you."
        ) % {"name": page.name}
    return replace(page, kind="stranger", heading=_("You cannot check in"), sentence=sentence)


def told_page(session: Session, viewer: Viewer, now: datetime) -> CheckInPage:
    """Return the page of a learner who is recorded as not attending, and told that they are."""
    sentence = _(
        "Your trainer sees that you had the code of the room. Speak to them before you go."
    )
    page = _frame(session, viewer, now)
    return replace(page, kind="told", heading=_("Your trainer is told"), sentence=sentence)


def _frame(session: Session, viewer: Viewer, now: datetime) -> CheckInPage:
    user_id = viewer.user.pk if viewer.user else 0
    return CheckInPage(
        kind="refused",
        heading="",
        sentence="",
        card=session_card(session, now, viewer_zone=viewer.timezone),
        name=get_host().names([user_id]).get(user_id, ""),
        course_url=get_host().block_url(viewer.course_key, viewer.usage_key),
    )


def _recorded(
    page: CheckInPage, session: Session, held: CheckedIn, *, can_tell: bool
) -> CheckInPage:
    status = status_choice(held.status)
    recorded = replace(page, status=status, time=describe_clock(held.at, session.timezone))
    if held.status.attended:
        return replace(recorded, kind="done", heading=_("You are checked in"))
    sentence = _("You are recorded as “%(status)s”. If that is wrong, tell your trainer now.") % {
        "status": status.label
    }
    kind: Kind = "held" if can_tell else "refused"
    return replace(recorded, kind=kind, heading=_("You are not checked in"), sentence=sentence)


def _shut_heading(state: DeskState) -> str:
    return {
        "too_early": _("You are early"),
        "not_started": _("Check-in has not started"),
        "paused": _("Check-in is paused"),
        "over": _("This session is over"),
    }.get(state.why, _("Check-in is closed"))
