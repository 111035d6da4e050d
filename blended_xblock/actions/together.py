"""What is done to many at once: marked, taken back, listed; and a closed roll that is reopened."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from webob import Response

from blended_xblock import api
from blended_xblock.actions.answers import as_json, as_saved
from blended_xblock.actions.parse import Data, read_whole
from blended_xblock.attendance.marks import MARKS_LIMIT
from blended_xblock.errors import (
    InvalidInputError,
    NotAllowedError,
    NotFoundError,
)
from blended_xblock.hosts.base import Viewer
from blended_xblock.models import BulkAction, Session
from blended_xblock.pages.history import bulk_items
from blended_xblock.pages.roll import roll_update
from blended_xblock.permissions import Role, get_session, require, roles_of


def record_many(viewer: Viewer, data: Data) -> Response:
    session = get_session(viewer, data.get("session", ""))
    require("record_many", viewer, session)
    status, key, reason = data.get("status"), data.get("key"), data.get("reason") or ""
    cohort = data.get("cohort") or ""
    if status is not None and not isinstance(status, str):
        raise InvalidInputError(_("A status is a code."))
    if not isinstance(key, str) or not isinstance(reason, str) or not isinstance(cohort, str):
        raise InvalidInputError(_("A key, a reason and a cohort are text."))
    users = _users(data)
    report = api.record_many(
        session.pk,
        status,
        actor=viewer.user,
        kind="selection" if users is not None else "everyone",
        key=key,
        user_ids=users,
        only_unmarked=users is None,
        cohort=cohort,
        reason=reason.strip(),
        seen=_seen(data),
        needs_reason=True,
    )
    done = {
        "bulk": report.bulk_id,
        "n": report.n,
        "unchanged": len(report.unchanged),
        "conflicts": list(report.conflicts),
    }
    return as_saved(session, roll_update(session, set(report.recorded)) | done)


def undo_bulk(viewer: Viewer, data: Data) -> Response:
    session = get_session(viewer, data.get("session", ""))
    require("undo_bulk", viewer, session)
    number = read_whole(data.get("bulk"), "bulk")
    bulk = BulkAction.objects.filter(session=session, pk=number).first()
    if bulk is None:
        raise NotFoundError(_("There is no such action at this session."))
    if not _may_undo(viewer, session, bulk.actor_id):
        raise NotAllowedError(
            _("Somebody else did this: ask them, or the course staff, to take it back.")
        )
    report = api.undo_bulk(session.pk, number, actor=viewer.user)
    done = {"restored": len(report.restored), "kept": list(report.kept)}
    return as_saved(session, roll_update(session, {*report.restored, *report.kept}) | done)


def bulk_actions(viewer: Viewer, data: Data) -> Response:
    session = get_session(viewer, data.get("session", ""))
    require("bulk_actions", viewer, session)
    is_staff = Role.STAFF in roles_of(viewer, session)
    return as_json(
        {
            "actions": [
                item | {"can_undo": bulk.can_undo and (is_staff or _is_own(viewer, bulk.actor_id))}
                for bulk, item in bulk_items(session, api.list_bulk_actions(session.pk))
            ]
        }
    )


def reopen_roll(viewer: Viewer, data: Data) -> Response:
    session = get_session(viewer, data.get("session", ""))
    require("reopen_roll", viewer, session)
    undo_absences = data.get("undo_absences", False)
    if not isinstance(undo_absences, bool):
        raise InvalidInputError(_("Say whether the absences of the closing are taken back."))
    report = api.reopen_roll(session.pk, actor=viewer.user, undo_absences=undo_absences)
    roll = {"state": report.roll.state, "expected": report.roll.expected}
    return as_saved(
        session, {"roll": roll, "restored": len(report.restored), "kept": list(report.kept)}
    )


ACTIONS = (record_many, undo_bulk, bulk_actions, reopen_roll)


def _may_undo(viewer: Viewer, session: Session, actor_id: int | None) -> bool:
    """Tell whether somebody may take this back: staff may always, a trainer what they did."""
    return Role.STAFF in roles_of(viewer, session) or _is_own(viewer, actor_id)


def _is_own(viewer: Viewer, actor_id: int | None) -> bool:
    return viewer.user is not None and viewer.user.pk == actor_id


def _seen(data: Data) -> dict[int, int]:
    """Return which revision of a learner's record the page showed, where it showed one."""
    seen: Any = data.get("seen") or {}
    if not isinstance(seen, dict) or len(seen) > MARKS_LIMIT:
        raise InvalidInputError(_("Send the revisions by the numbers of the learners."))
    return {read_whole(user, "seen"): read_whole(base, "seen") for user, base in seen.items()}


def _users(data: Data) -> list[int] | None:
    """Return who is named, or None where everyone unmarked is meant."""
    users: Any = data.get("users")
    if users is None:
        if data.get("unmarked") is not True:
            raise InvalidInputError(_("Say who is meant: these learners, or all not marked yet."))
        return None
    if not isinstance(users, list) or len(users) > MARKS_LIMIT:
        raise InvalidInputError(_("Send the numbers of the learners as a list."))
    return [read_whole(user, "users") for user in users]
