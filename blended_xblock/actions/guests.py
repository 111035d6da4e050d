"""Somebody else came: learners who were not expected, and guests without an account."""

from __future__ import annotations

import dataclasses
from typing import Any

from webob import Response

from blended_xblock import api
from blended_xblock.actions.answers import as_html, as_json, as_saved
from blended_xblock.actions.parse import (
    Data,
    read_instant,
    read_text,
    read_time,
    read_whole,
)
from blended_xblock.attendance.guests import count_guests, get_guest, visit_of
from blended_xblock.errors import GuestChangedError
from blended_xblock.hosts import get_host
from blended_xblock.hosts.base import Viewer
from blended_xblock.models import Session
from blended_xblock.pages.common import guest_count
from blended_xblock.pages.guests import guest_update, guests_page, name_of
from blended_xblock.pages.history import guest_lines
from blended_xblock.pages.people import find_people as search_people
from blended_xblock.pages.people import suggest_people
from blended_xblock.pages.roll import roll_update
from blended_xblock.permissions import Role, get_session, require, roles_of

QUERY_LENGTH = 254
"""As long as an e-mail address may be."""


def find_people(viewer: Viewer, data: Data) -> Response:
    session = get_session(viewer, data.get("session", ""))
    require("find_people", viewer, session)
    sees_addresses = Role.STAFF in roles_of(viewer, session)
    query = str(data.get("q", ""))[:QUERY_LENGTH]
    if query.strip() or not data.get("guest"):
        people, is_more = search_people(session, query, sees_addresses=sees_addresses)
    else:
        guest = get_guest(session, read_whole(data["guest"], "guest"))
        people = suggest_people(session, guest, sees_addresses=sees_addresses)
        is_more = False
    return as_json({"people": [dataclasses.asdict(one) for one in people], "is_more": is_more})


def add_walk_in(viewer: Viewer, data: Data) -> Response:
    session = get_session(viewer, data.get("session", ""))
    require("add_walk_in", viewer, session)
    added = api.add_to_roll(
        session.pk,
        read_whole(data.get("user"), "user"),
        actor=viewer.user,
        status=_text_or_none(data, "status"),
        reason=_text(data, "reason").strip(),
        needs_reason=True,
        request_key=_text_or_none(data, "key"),
    )
    return _with_learner(session, added.user_id, {"is_new": added.is_new})


def remove_walk_in(viewer: Viewer, data: Data) -> Response:
    session = get_session(viewer, data.get("session", ""))
    require("remove_walk_in", viewer, session)
    user_id = read_whole(data.get("user"), "user")
    api.remove_from_roll(session.pk, user_id, actor=viewer.user)
    return _with_learner(session, user_id, {})


def guests(viewer: Viewer, data: Data) -> Response:
    session = get_session(viewer, data.get("session", ""))
    require("guests", viewer, session)
    return as_html("guests", {"page": guests_page(session)})


def guest_history(viewer: Viewer, data: Data) -> Response:
    session = get_session(viewer, data.get("session", ""))
    require("guest_history", viewer, session)
    guest = get_guest(session, read_whole(data.get("guest"), "guest"))
    return as_html("history", {"lines": guest_lines(session, guest), "name": name_of(guest)})


def add_guest(viewer: Viewer, data: Data) -> Response:
    session = get_session(viewer, data.get("session", ""))
    require("add_guest", viewer, session)
    guest = api.add_guest(
        session.pk,
        _text(data, "name"),
        _text(data, "email"),
        actor=viewer.user,
        status=_text_or_none(data, "status"),
        reason=_text(data, "reason").strip(),
        needs_reason=True,
        request_key=_text_or_none(data, "key"),
    )
    return _with_guest(session, guest, {})


def mark_guest(viewer: Viewer, data: Data) -> Response:
    session = get_session(viewer, data.get("session", ""))
    require("mark_guest", viewer, session)
    minutes, at, base = data.get("minutes"), data.get("at"), data.get("base")
    number = read_whole(data.get("guest"), "guest")
    try:
        report = api.mark_guest(
            session.pk,
            number,
            _text_or_none(data, "status"),
            actor=viewer.user,
            minutes=None if minutes in (None, "") else read_whole(minutes, "minutes"),
            modality=_text_or_none(data, "modality"),
            note=_text_or_none(data, "note"),
            arrived_at=read_time(data, "arrived_at"),
            left_at=read_time(data, "left_at"),
            reason=_text(data, "reason").strip(),
            needs_reason=True,
            request_key=_text_or_none(data, "key"),
            at=read_instant(at) if at is not None else None,
            base=None if base is None else read_whole(base, "base"),
        )
    except GuestChangedError as error:
        standing = guest_update(session, visit_of(get_guest(session, number)))
        raise GuestChangedError(error.message, guest=standing) from error
    return _with_guest(session, report.guest, {"outcome": report.outcome})


def edit_guest(viewer: Viewer, data: Data) -> Response:
    session = get_session(viewer, data.get("session", ""))
    require("edit_guest", viewer, session)
    guest = api.edit_guest(
        session.pk,
        read_whole(data.get("guest"), "guest"),
        actor=viewer.user,
        name=_text_or_none(data, "name"),
        email=_text_or_none(data, "email"),
    )
    return _with_guest(session, guest, {})


def remove_guest(viewer: Viewer, data: Data) -> Response:
    session = get_session(viewer, data.get("session", ""))
    require("remove_guest", viewer, session)
    number = read_whole(data.get("guest"), "guest")
    return _with_guest(session, api.remove_guest(session.pk, number, actor=viewer.user), {})


def restore_guest(viewer: Viewer, data: Data) -> Response:
    session = get_session(viewer, data.get("session", ""))
    require("restore_guest", viewer, session)
    number = read_whole(data.get("guest"), "guest")
    return _with_guest(session, api.restore_guest(session.pk, number, actor=viewer.user), {})


def link_guest(viewer: Viewer, data: Data) -> Response:
    session = get_session(viewer, data.get("session", ""))
    require("link_guest", viewer, session)
    number, user_id = read_whole(data.get("guest"), "guest"), read_whole(data.get("user"), "user")
    return _with_link(session, api.link_guest(session.pk, number, user_id, actor=viewer.user))


def unlink_guest(viewer: Viewer, data: Data) -> Response:
    session = get_session(viewer, data.get("session", ""))
    require("unlink_guest", viewer, session)
    number = read_whole(data.get("guest"), "guest")
    return _with_link(session, api.unlink_guest(session.pk, number, actor=viewer.user))


ACTIONS = (
    find_people,
    add_walk_in,
    remove_walk_in,
    guests,
    guest_history,
    add_guest,
    mark_guest,
    edit_guest,
    remove_guest,
    restore_guest,
    link_guest,
    unlink_guest,
)


def _with_learner(session: Session, user_id: int, more: dict[str, Any]) -> Response:
    name = get_host().names([user_id]).get(user_id, "")
    return as_saved(session, roll_update(session, {user_id}) | {"name": name} | more)


def _with_guest(session: Session, guest: api.GuestVisit, more: dict[str, Any]) -> Response:
    counted = {"count": guest_count(count_guests(session.pk))}
    return as_saved(session, {"guest": guest_update(session, guest)} | counted | more)


def _with_link(session: Session, report: api.LinkReport) -> Response:
    """Answer with the learner's row too: a link may have changed it."""
    more: dict[str, Any] = {"outcome": report.outcome, "name": ""}
    if report.user_id is not None:
        more |= roll_update(session, {report.user_id})
        more["name"] = get_host().names([report.user_id]).get(report.user_id, "")
    return _with_guest(session, report.guest, more)


def _text(data: Data, name: str) -> str:
    return _text_or_none(data, name) or ""


def _text_or_none(data: Data, name: str) -> str | None:
    value = data.get(name)
    return None if value is None else read_text(value, name)
