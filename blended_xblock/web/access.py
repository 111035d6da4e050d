"""Who gets a page about a session: asked in one place by all pages of ours that show one."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from blended_xblock.hosts import get_host
from blended_xblock.hosts.base import Viewer
from blended_xblock.models import Session
from blended_xblock.permissions import Role, roles_of


@dataclass(frozen=True, slots=True)
class Entry:
    """A session, who asks for a page about it, and what they are to it."""

    session: Session
    viewer: Viewer
    roles: frozenset[Role]

    @property
    def is_staff(self) -> bool:
        return Role.STAFF in self.roles


def enter(request: HttpRequest, session_id: uuid.UUID) -> Entry:
    """Return a session for whoever takes its roll: its trainers and the course's staff.

    Raises Http404 where there is no such session, PermissionDenied for everybody else. Who looks
    through somebody else's eyes gets what that person gets; the actions let them change nothing.
    """
    session = get_object_or_404(Session.objects.select_related("unit"), pk=session_id)
    unit = session.unit
    viewer = get_host().viewer_of(request, unit.course_key, unit.usage_key)
    roles = frozenset(roles_of(viewer, session))
    if not roles & {Role.STAFF, Role.TRAINER}:
        raise PermissionDenied
    return Entry(session, viewer, roles)
