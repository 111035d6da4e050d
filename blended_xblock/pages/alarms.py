"""What waits for whoever opens the panel: of all sessions to staff, of their own to a trainer."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime

from django.utils import timezone

from blended_xblock.hosts.base import Viewer
from blended_xblock.models import BlendedUnit, Session, SessionTrainer
from blended_xblock.reports.alarms import Alarm, list_alarms


def own_sessions(viewer: Viewer, unit: BlendedUnit) -> set[uuid.UUID]:
    """Return the sessions of a unit to which ``viewer`` is invited as a trainer."""
    return set(
        SessionTrainer.objects.filter(
            user=viewer.user, revoked_at__isnull=True, session__unit=unit
        ).values_list("session_id", flat=True)
    )


def shown_sessions(unit: BlendedUnit, only: Collection[uuid.UUID] | None) -> list[Session]:
    """Return the sessions a panel shows: of those removed, only what was begun."""
    sessions = []
    for session in unit.sessions.all():
        if only is not None and session.pk not in only:
            continue
        if session.state != Session.State.REMOVED or session.roll_opened_at:
            session.unit = unit
            sessions.append(session)
    return sessions


def alarms_of(
    unit: BlendedUnit,
    sessions: Sequence[Session],
    *,
    is_staff: bool,
    now: datetime | None = None,
) -> tuple[Alarm, ...]:
    """Return what waits at these sessions; jobs that failed are for the course's staff only."""
    return list_alarms(unit, sessions, now or timezone.now(), with_jobs=is_staff)
