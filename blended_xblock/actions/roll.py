"""The roll of a session: opened, marked, closed, and how a record came to be."""

from __future__ import annotations

import dataclasses
from typing import Any, Final

from django.utils import timezone
from django.utils.translation import gettext as _
from webob import Response

from blended_xblock import api
from blended_xblock.actions.answers import as_html, as_json, as_saved
from blended_xblock.actions.parse import Data, read_instant, read_time, read_whole
from blended_xblock.attendance.marks import MARKS_LIMIT
from blended_xblock.attendance.rolls import can_open_roll
from blended_xblock.design import Status
from blended_xblock.errors import (
    ConflictError,
    InvalidInputError,
    NotFoundError,
)
from blended_xblock.hosts import get_host
from blended_xblock.hosts.base import Viewer
from blended_xblock.pages.common import status_choice
from blended_xblock.pages.history import conflict_items, history_lines
from blended_xblock.pages.roll import roll_page, roll_update
from blended_xblock.permissions import Role, get_session, require, require_owner, roles_of

NAMES_SHOWN: Final = 50


def roll(viewer: Viewer, data: Data) -> Response:
    session = get_session(viewer, data.get("session", ""))
    require("roll", viewer, session)
    is_staff = Role.STAFF in roles_of(viewer)
    page = roll_page(
        session,
        query=str(data.get("q", ""))[:100],
        cohort=str(data.get("cohort", "")),
        only=str(data.get("only", "")),
        page=read_whole(str(data.get("page", "1"))[:9], "page"),
        may_waive=is_staff,
        sees_addresses=is_staff,
    )
    return as_html("roll", {"roll": page})


def open_roll(viewer: Viewer, data: Data) -> Response:
    session = get_session(viewer, data.get("session", ""))
    require("open_roll", viewer, session)
    can_open, why_not = can_open_roll(session, timezone.now())
    if not can_open and why_not:
        raise ConflictError(why_not)
    opened = api.open_roll(session.pk, actor=viewer.user)
    return as_saved(session, {"roll": {"state": opened.state, "expected": opened.expected}})


def record(viewer: Viewer, data: Data) -> Response:
    # First of all: what is refused for good is taken from the device that kept it.
    require_owner(viewer, data.get("owner"))
    session = get_session(viewer, data.get("session", ""))
    require("record", viewer, session)
    marks = data.get("marks")
    if not isinstance(marks, list) or len(marks) > MARKS_LIMIT:
        raise InvalidInputError(_("Send the marks as a list."))
    read = [_mark(item) for item in marks]
    report = api.record_attendance(session.pk, read, actor=viewer.user, needs_reason=True)
    touched = {*report.recorded, *report.unchanged, *report.repeated, *report.superseded}
    lost = {"superseded": list(report.superseded), "conflicts": list(report.conflicts)}
    return as_saved(session, roll_update(session, touched) | lost)


def roll_changes(viewer: Viewer, data: Data) -> Response:
    session = get_session(viewer, data.get("session", ""))
    require("roll_changes", viewer, session)
    changes = api.changes_since(session, read_whole(data.get("since"), "since"))
    return as_json(
        (roll_update(session, changes.user_ids) if changes.user_ids else {"rows": []})
        | {
            "cursor": changes.cursor,
            "touched": len(changes.user_ids),
            "guests": sorted(changes.guest_ids),
            "roll_state": changes.roll_state,
            "conflicts": conflict_items(session, changes.conflicts),
        }
    )


def settle_conflict(viewer: Viewer, data: Data) -> Response:
    session = get_session(viewer, data.get("session", ""))
    require("settle_conflict", viewer, session)
    take = data.get("take")
    if take not in ("standing", "other"):
        raise InvalidInputError(_("Choose one of the two marks."))
    number = read_whole(data.get("conflict"), "conflict")
    settled = session.conflicts.filter(pk=number).values_list("user_id", flat=True)
    still_open = api.settle_conflict(session.pk, number, take, actor=viewer.user)
    return as_saved(
        session,
        roll_update(session, set(settled)) | {"conflicts": conflict_items(session, still_open)},
    )


def record_all(viewer: Viewer, data: Data) -> Response:
    session = get_session(viewer, data.get("session", ""))
    require("record_all", viewer, session)
    status, key = data.get("status"), data.get("key")
    if not isinstance(status, str) or not isinstance(key, str) or not 0 < len(key) <= 40:
        raise InvalidInputError(_("Send a status and a key."))
    report = api.record_many(
        session.pk,
        status,
        actor=viewer.user,
        kind="everyone",
        key=key,
        only_unmarked=True,
        needs_reason=True,
    )
    done = {"bulk": report.bulk_id, "n": report.n}
    return as_saved(session, roll_update(session, set(report.recorded)) | done)


def close_preview(viewer: Viewer, data: Data) -> Response:
    session = get_session(viewer, data.get("session", ""))
    require("close_preview", viewer, session)
    preview = api.preview_close(session.pk)
    wanted = {*preview.user_ids[:NAMES_SHOWN], *preview.announced[:NAMES_SHOWN]}
    people = get_host().learners(viewer.course_key, user_ids=wanted) if wanted else []
    absent, announced = set(preview.user_ids[:NAMES_SHOWN]), set(preview.announced[:NAMES_SHOWN])
    return as_json(
        {
            "status": _choice(preview.status),
            "n": len(preview.user_ids),
            "names": [person.name for person in people if person.user_id in absent],
            "announced": {
                "users": list(preview.announced),
                "names": [person.name for person in people if person.user_id in announced],
                "excused": _choice(preview.excused),
            },
        }
    )


def close_roll(viewer: Viewer, data: Data) -> Response:
    session = get_session(viewer, data.get("session", ""))
    require("close_roll", viewer, session)
    closed = api.close_roll(session.pk, actor=viewer.user)
    return as_saved(session, {"roll": {"state": closed.state, "expected": closed.expected}})


def history(viewer: Viewer, data: Data) -> Response:
    session = get_session(viewer, data.get("session", ""))
    require("history", viewer, session)
    user_id = read_whole(data.get("user"), "user")
    if not session.records.filter(user_id=user_id).exists():
        raise NotFoundError(_("This person is not on the roll of this session."))
    name = get_host().names([user_id]).get(user_id, "")
    return as_html("history", {"lines": history_lines(session, user_id), "name": name})


ACTIONS = (
    roll,
    roll_changes,
    open_roll,
    record,
    record_all,
    settle_conflict,
    close_preview,
    close_roll,
    history,
)


def _choice(status: Status | None) -> dict[str, Any] | None:
    return dataclasses.asdict(status_choice(status)) if status else None


def _mark(item: Any) -> api.Mark:
    if not isinstance(item, dict):
        raise InvalidInputError(_("Each mark is an object."))
    status, minutes, at = item.get("status"), item.get("minutes"), item.get("at")
    texts = {name: item.get(name) for name in ("modality", "note", "key", "reason")}
    base = item.get("base")
    if status is not None and not isinstance(status, str):
        raise InvalidInputError(_("A status is a code."))
    if any(value is not None and not isinstance(value, str) for value in texts.values()):
        raise InvalidInputError(_("A modality, a note, a reason and a key are text."))
    return api.Mark(
        user_id=read_whole(item.get("user_id"), "user_id"),
        status=status,
        minutes=None if minutes in (None, "") else read_whole(minutes, "minutes"),
        modality=texts["modality"],
        note=texts["note"],
        request_key=texts["key"],
        at=read_instant(at) if at is not None else None,
        reason=(texts["reason"] or "").strip(),
        base=None if base is None else read_whole(base, "base"),
        arrived_at=read_time(item, "arrived_at"),
        left_at=read_time(item, "left_at"),
    )
