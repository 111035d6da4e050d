"""Asks, for every action, whether this person may do it here; the table stands in ``roles``."""

from __future__ import annotations

import uuid
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from blended_xblock.errors import AnotherAccountError, NotAllowedError, NotFoundError
from blended_xblock.hosts.base import Viewer
from blended_xblock.models import BlendedUnit, Session, SessionTrainer
from blended_xblock.roles import ALLOWED, WRITES, Role

__all__ = ["Role", "get_session", "get_unit", "require", "require_owner", "roles_of"]


def roles_of(viewer: Viewer, session: Session | None = None) -> set[Role]:
    """Return what ``viewer`` is here; a trainer is one only for the sessions they are invited to.

    Without a session, somebody invited to any session of the block is a trainer of it.
    """
    if viewer.user is None:
        return set()
    if viewer.is_author_mode:
        return {Role.AUTHOR} if viewer.is_author else set()
    if viewer.stand_in is not None:
        # Whatever the person who looks is invited to, the learner they look as is not.
        return {Role.LEARNER}
    roles = set()
    if viewer.is_staff:
        roles.add(Role.STAFF)
    if viewer.is_learner:
        roles.add(Role.LEARNER)
    invitations = SessionTrainer.objects.filter(
        user=viewer.user, revoked_at__isnull=True, session__unit__usage_key=viewer.usage_key
    )
    if session is not None:
        invitations = invitations.filter(session=session)
    if invitations.exists():
        roles.add(Role.TRAINER)
    return roles


def require(action: str, viewer: Viewer, session: Session | None = None) -> None:
    """Raise NotAllowedError unless ``viewer`` may do ``action`` (to this session, if one is named).

    Nobody writes while looking through somebody else's eyes.
    """
    if action in WRITES and viewer.is_masquerading:
        raise NotAllowedError(
            _("You are viewing this as somebody else. Leave that view before you change anything.")
        )
    if not roles_of(viewer, session) & ALLOWED.get(action, frozenset()):
        raise NotAllowedError(_("You are not allowed to do this here."))


def require_owner(viewer: Viewer, owner: Any) -> None:
    """Raise AnotherAccountError where what was kept on a device is not of who is logged in now.

    ``owner`` is the id that the page was made for; None where it says nothing of it.
    """
    if owner is None or (viewer.user is not None and str(owner) == str(viewer.user.pk)):
        return
    raise AnotherAccountError(
        _("Somebody else is logged in now. Log in as who made these marks, then try again.")
    )


def get_unit(viewer: Viewer) -> BlendedUnit:
    """Return the published unit behind the block that ``viewer`` looks at."""
    unit = BlendedUnit.objects.filter(usage_key=viewer.usage_key).first()
    if unit is None:
        raise NotFoundError(_("This blended unit is not published yet."))
    return unit


def get_session(viewer: Viewer, session_id: str) -> Session:
    """Return a session of the block that ``viewer`` looks at; another block's is not found."""
    try:
        key = uuid.UUID(str(session_id))
        return Session.objects.select_related("unit").get(pk=key, unit__usage_key=viewer.usage_key)
    except (ValueError, ValidationError, Session.DoesNotExist) as error:
        raise NotFoundError(_("There is no such session in this unit.")) from error
