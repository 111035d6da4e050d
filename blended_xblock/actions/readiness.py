"""Before a session: who is ready, and a reminder to those who are not; and what waits at all."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from webob import Response

from blended_xblock import api
from blended_xblock.actions.answers import as_html, as_json, as_saved
from blended_xblock.actions.parse import Data, read_whole
from blended_xblock.attendance.recording import MARKS_LIMIT
from blended_xblock.errors import InvalidInputError
from blended_xblock.hosts import get_host
from blended_xblock.hosts.base import Viewer
from blended_xblock.pages.alarms import alarms_of, own_sessions, shown_sessions
from blended_xblock.pages.board import board_page
from blended_xblock.pages.reminder import reminder_page
from blended_xblock.permissions import Role, get_session, get_unit, require, roles_of


def board(viewer: Viewer, data: Data) -> Response:
    session = get_session(viewer, data.get("session", ""))
    require("board", viewer, session)
    page = board_page(
        session,
        query=str(data.get("q", ""))[:100],
        only=str(data.get("only", "")),
        cohort=str(data.get("cohort", "")),
        sort=str(data.get("sort", "")),
        page=read_whole(str(data.get("page", "1"))[:9], "page"),
        sees_addresses=Role.STAFF in roles_of(viewer, session),
    )
    return as_html("parts/board", {"board": page})


def reminder_preview(viewer: Viewer, data: Data) -> Response:
    session = get_session(viewer, data.get("session", ""))
    require("reminder_preview", viewer, session)
    preview = api.preview_reminders(session.pk, actor=viewer.user)
    return as_html("parts/reminder", {"reminder": reminder_page(str(session.pk), preview)})


def send_reminders(viewer: Viewer, data: Data) -> Response:
    session = get_session(viewer, data.get("session", ""))
    require("send_reminders", viewer, session)
    key, text, users = data.get("key"), data.get("text", ""), data.get("users")
    if not isinstance(key, str) or not isinstance(text, str):
        raise InvalidInputError(_("A key and a personal line are text."))
    if users is not None and (not isinstance(users, list) or len(users) > MARKS_LIMIT):
        raise InvalidInputError(_("Send the learners as a list."))
    progress = api.send_reminders(
        session.pk,
        actor=viewer.user,
        key=key,
        user_ids=None if users is None else [read_whole(user, "user") for user in users],
        text=text,
        again=data.get("again") is True,
    )
    return as_saved(session, _progress(progress))


def reminder_progress(viewer: Viewer, data: Data) -> Response:
    session = get_session(viewer, data.get("session", ""))
    require("reminder_progress", viewer, session)
    progress = api.get_reminder_progress(session.pk, str(data.get("key", "")))
    return as_json(_progress(progress))


def alarms(viewer: Viewer, data: Data) -> Response:
    require("alarms", viewer)
    unit = get_unit(viewer)
    is_staff = Role.STAFF in roles_of(viewer)
    sessions = shown_sessions(unit, None if is_staff else own_sessions(viewer, unit))
    found = alarms_of(unit, sessions, is_staff=is_staff)
    return as_html("parts/alarms", {"alarms": found, "uid": str(data.get("uid", ""))[:40]})


ACTIONS = (alarms, board, reminder_preview, send_reminders, reminder_progress)


def _progress(progress: api.ReminderProgress) -> dict[str, Any]:
    names = get_host().names(progress.failed) if progress.failed else {}
    return {
        "total": progress.total,
        "sent": progress.sent,
        "not_needed": progress.not_needed,
        "unwanted": progress.unwanted,
        "waiting": progress.waiting,
        "failed": [names.get(user_id, "") for user_id in progress.failed],
    }
