"""What programs read of a blended unit, mobile apps first: the timetable, and one's own standing.

The platform keeps the first for a whole course and gives it to whoever may see the course, enrolled
or not. So it names no learner, no place, no join link, and no session that only some are expected
at; each learner gets those with their own standing.
"""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from blended_xblock.design import Design
from blended_xblock.models import BlendedUnit, Session
from blended_xblock.pages.learner import LearnerPage, LearnerSession


def timetable(unit: BlendedUnit) -> dict[str, Any]:
    """Return a unit's title, model, objectives and the sessions for everybody, soonest first.

    Times are ISO 8601 with the offset of the session's zone. Sessions whose dates are still to be
    confirmed are left out; one query.
    """
    design = Design.from_dict(unit.design)
    shown = (Session.State.SCHEDULED, Session.State.CANCELLED)
    return {
        "title": unit.title,
        "model": design.model,
        "objectives": list(design.objectives),
        "sessions": [
            {
                "id": str(session.pk),
                "title": session.title,
                "start": _local(session, "starts_at"),
                "end": _local(session, "ends_at"),
                "timezone": session.timezone,
                "mode": session.mode,
                "is_cancelled": session.state == Session.State.CANCELLED,
            }
            for session in unit.sessions.filter(state__in=shown)
            if not session.audience
        ],
    }


def own_standing(page: LearnerPage) -> dict[str, Any]:
    """Return what a learner's page says of themself, as JSON; notes about them are not in it.

    ``opens_at`` (ISO 8601, UTC, or None) is when follow-ups without a delay open or opened, as far
    as is known. ``records`` are in the order of the page, the newest first.
    """
    ahead = [page.next_session, *page.upcoming] if page.next_session else page.upcoming
    return {
        "outcome": page.outcome,
        "opens_at": page.opens_at.isoformat() if page.opens_at else None,
        "follow_ups": [
            {"title": item.title, "is_open": item.is_open, "reason": item.reason}
            for item in page.follow_ups
        ],
        "records": [_record(item) for item in (*ahead, *page.past) if item.attendance],
        "next_session": _session(page.next_session) if page.next_session else None,
    }


def _record(item: LearnerSession) -> dict[str, Any]:
    assert item.attendance is not None
    status = item.attendance.status
    return {
        "session": item.card.id,
        "title": item.card.title,
        "start": item.card.when.start,
        "status": {"code": status.code, "label": status.label},
        "detail": item.attendance.detail,
    }


def _session(item: LearnerSession) -> dict[str, Any]:
    card = item.card
    return {
        "id": card.id,
        "title": card.title,
        "start": card.when.start,
        "end": card.when.end,
        "when": f"{card.when.text} · {card.when.zone}",
        "mode": card.mode,
        "venue": card.venue,
        "address": card.address,
        "join_url": card.join_url,
        "join_note": card.join_note,
    }


def _local(session: Session, name: str) -> str:
    return str(getattr(session, name).astimezone(ZoneInfo(session.timezone)).isoformat())
