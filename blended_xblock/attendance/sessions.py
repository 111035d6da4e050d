"""Finding a session, holding it for a change, and telling whether people can be recorded at it."""

from __future__ import annotations

import uuid

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from blended_xblock.errors import NotFoundError, RollNotOpenError, SessionNotLiveError
from blended_xblock.models import BlendedUnit, Session


def get_session(session_id: uuid.UUID | str) -> Session:
    """Return a session with its unit; raise NotFoundError where there is none."""
    try:
        return Session.objects.select_related("unit").get(pk=session_id)
    except (Session.DoesNotExist, ValidationError) as error:
        raise NotFoundError(_("There is no such session.")) from error


def lock_session(session_id: uuid.UUID | str) -> Session:
    """Return the session with its unit, both locked for this transaction, the unit first.

    The unit is locked since standings take all its sessions into account: two rolls of one unit,
    taken at the same time, decide one after the other. It is locked first as a publish does, so
    that neither waits for the other for ever.
    """
    unit = BlendedUnit.objects.select_for_update().get(pk=get_session(session_id).unit_id)
    session = Session.objects.select_for_update().get(pk=session_id)
    session.unit = unit
    return session


def lock_unit(session_id: uuid.UUID | str) -> BlendedUnit:
    """Return the unit of a session, locked for this transaction; for writes at several of its own.

    Raises NotFoundError where there is no such session. One query.
    """
    of = Session.objects.filter(pk=session_id).values("unit_id")
    unit = BlendedUnit.objects.select_for_update().filter(pk__in=of).first()
    if unit is None:
        raise NotFoundError(_("There is no such session."))
    return unit


def require_live(session: Session) -> None:
    """Raise SessionNotLiveError for a draft, cancelled or removed session, saying what to do."""
    if session.is_live:
        return
    raise SessionNotLiveError(
        {
            Session.State.DRAFT: _(
                "The dates of this session are not confirmed yet. "
                "Ask the course team to confirm them in Studio."
            ),
            Session.State.CANCELLED: _("This session is cancelled: nobody can be recorded at it."),
            Session.State.REMOVED: _(
                "This session is no longer part of the course. What was recorded is kept."
            ),
        }[Session.State(session.state)]
    )


def require_roll(session: Session) -> None:
    """Raise an error unless people can be recorded at this session now."""
    require_live(session)
    if session.roll_state == Session.Roll.NOT_OPENED:
        raise RollNotOpenError(_("Open the roll of this session first."))
