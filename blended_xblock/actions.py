"""What each handler of the block does once it is parsed: authorise, call one service, serialise."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from webob import Response

from blended_xblock import api
from blended_xblock.attendance.recording import MARKS_LIMIT, MAX_ID
from blended_xblock.attendance.roster import is_in_audience, is_meant_for
from blended_xblock.errors import ConflictError, InvalidInputError, NotFoundError
from blended_xblock.hosts import get_host
from blended_xblock.hosts.base import Learner, Viewer
from blended_xblock.models import Session
from blended_xblock.pages.common import status_choice
from blended_xblock.pages.instructor import history_lines
from blended_xblock.pages.learner import NOBODY, learner_page
from blended_xblock.pages.mobile import own_standing
from blended_xblock.pages.roll import can_open_roll, roll_page, roll_update
from blended_xblock.permissions import Role, get_session, get_unit, require, roles_of
from blended_xblock.schedule.calendar import build_calendar
from blended_xblock.studio_actions import save_design, studio_tool

Data = Mapping[str, Any]
NAMES_SHOWN: Final = 50


def calendar(block: Any, viewer: Viewer, data: Data) -> Response:
    session = get_session(viewer, data.get("session", ""))
    require("calendar", viewer, session)
    if roles_of(viewer, session) <= {Role.LEARNER} and not _is_expected(viewer, session):
        raise NotFoundError(_("There is no such session in this unit."))
    url = get_host().block_url(viewer.course_key, viewer.usage_key)
    body = build_calendar([session], url=url, stamp=timezone.now())
    return Response(
        body,
        content_type="text/calendar",
        charset="utf-8",
        content_disposition='attachment; filename="session.ics"',
    )


def student_view_user_state(block: Any, viewer: Viewer, data: Data) -> Response:
    require("student_view_user_state", viewer)
    page = learner_page(
        get_unit(viewer), viewer.user, zone=viewer.timezone, stand_in=viewer.stand_in
    )
    return _json(own_standing(page))


def roll(block: Any, viewer: Viewer, data: Data) -> Response:
    session = get_session(viewer, data.get("session", ""))
    require("roll", viewer, session)
    page = roll_page(
        session,
        query=str(data.get("q", ""))[:100],
        cohort=str(data.get("cohort", "")),
        only=str(data.get("only", "")),
        page=_whole(str(data.get("page", "1"))[:9], "page"),
        may_waive=Role.STAFF in roles_of(viewer),
    )
    return _html("roll", {"roll": page})


def open_roll(block: Any, viewer: Viewer, data: Data) -> Response:
    session = get_session(viewer, data.get("session", ""))
    require("open_roll", viewer, session)
    can_open, why_not = can_open_roll(session, timezone.now())
    if not can_open and why_not:
        raise ConflictError(why_not)
    opened = api.open_roll(session.pk, actor=viewer.user)
    return _saved(session, {"roll": {"state": opened.state, "expected": opened.expected}})


def record(block: Any, viewer: Viewer, data: Data) -> Response:
    session = get_session(viewer, data.get("session", ""))
    require("record", viewer, session)
    marks = data.get("marks")
    if not isinstance(marks, list) or len(marks) > MARKS_LIMIT:
        raise InvalidInputError(_("Send the marks as a list."))
    report = api.record_attendance(session.pk, [_mark(item) for item in marks], actor=viewer.user)
    touched = {*report.recorded, *report.unchanged, *report.repeated, *report.superseded}
    return _saved(session, roll_update(session, touched) | {"superseded": list(report.superseded)})


def record_all(block: Any, viewer: Viewer, data: Data) -> Response:
    session = get_session(viewer, data.get("session", ""))
    require("record_all", viewer, session)
    status, key = data.get("status"), data.get("key")
    if not isinstance(status, str) or not isinstance(key, str) or not 0 < len(key) <= 40:
        raise InvalidInputError(_("Send a status and a key."))
    report = api.record_unmarked(session.pk, status, actor=viewer.user, source="everyone", key=key)
    return _saved(session, roll_update(session, set(report.recorded)))


def close_preview(block: Any, viewer: Viewer, data: Data) -> Response:
    session = get_session(viewer, data.get("session", ""))
    require("close_preview", viewer, session)
    preview = api.preview_close(session.pk)
    people = get_host().learners(viewer.course_key, user_ids=list(preview.user_ids)[:NAMES_SHOWN])
    choice = status_choice(preview.status) if preview.status else None
    return _json(
        {
            "status": dataclasses.asdict(choice) if choice else None,
            "n": len(preview.user_ids),
            "names": [person.name for person in people],
        }
    )


def close_roll(block: Any, viewer: Viewer, data: Data) -> Response:
    session = get_session(viewer, data.get("session", ""))
    require("close_roll", viewer, session)
    closed = api.close_roll(session.pk, actor=viewer.user)
    return _saved(session, {"roll": {"state": closed.state, "expected": closed.expected}})


def history(block: Any, viewer: Viewer, data: Data) -> Response:
    session = get_session(viewer, data.get("session", ""))
    require("history", viewer, session)
    user_id = _whole(data.get("user"), "user")
    if not session.records.filter(user_id=user_id).exists():
        raise NotFoundError(_("This person is not on the roll of this session."))
    name = get_host().names([user_id]).get(user_id, "")
    return _html("history", {"lines": history_lines(session, user_id), "name": name})


def grant_waiver(block: Any, viewer: Viewer, data: Data) -> Response:
    require("grant_waiver", viewer)
    user_id = _whole(data.get("user"), "user")
    unit, reason = get_unit(viewer), data.get("reason", "")
    if not isinstance(reason, str):
        raise InvalidInputError(_("Say why: the reason is kept with the waiver."))
    api.grant_waiver(unit.usage_key, user_id, actor=viewer.user, reason=reason)
    outcome = api.get_standing(unit.usage_key, user_id).outcome
    return _json({"saved_at": _clock(viewer.timezone or "UTC"), "outcome": outcome})


def revoke_waiver(block: Any, viewer: Viewer, data: Data) -> Response:
    require("revoke_waiver", viewer)
    user_id = _whole(data.get("user"), "user")
    unit = get_unit(viewer)
    api.revoke_waiver(unit.usage_key, user_id, actor=viewer.user)
    outcome = api.get_standing(unit.usage_key, user_id).outcome
    return _json({"saved_at": _clock(viewer.timezone or "UTC"), "outcome": outcome})


def invite_trainer(block: Any, viewer: Viewer, data: Data) -> Response:
    session = get_session(viewer, data.get("session", ""))
    require("invite_trainer", viewer, session)
    person = data.get("person")
    if not isinstance(person, str):
        raise InvalidInputError(_("Give the username or the e-mail address of one person."))
    trainers = api.invite_trainer(session.pk, person, actor=viewer.user)
    return _saved(session, {"trainers": [dataclasses.asdict(trainer) for trainer in trainers]})


def revoke_trainer(block: Any, viewer: Viewer, data: Data) -> Response:
    session = get_session(viewer, data.get("session", ""))
    require("revoke_trainer", viewer, session)
    user_id = _whole(data.get("user"), "user")
    trainers = api.revoke_trainer(session.pk, user_id, actor=viewer.user)
    return _saved(session, {"trainers": [dataclasses.asdict(trainer) for trainer in trainers]})


ACTIONS: Final[Mapping[str, Callable[..., Response]]] = {
    action.__name__: action
    for action in (
        calendar,
        student_view_user_state,
        roll,
        open_roll,
        record,
        record_all,
        close_preview,
        close_roll,
        history,
        grant_waiver,
        revoke_waiver,
        invite_trainer,
        revoke_trainer,
        save_design,
        studio_tool,
    )
}


def _is_expected(viewer: Viewer, session: Session) -> bool:
    if viewer.stand_in is None:
        return is_meant_for(session, viewer.user)
    return is_in_audience(session, Learner(NOBODY, "", "", "", viewer.stand_in.cohort))


def _mark(item: Any) -> api.Mark:
    if not isinstance(item, dict):
        raise InvalidInputError(_("Each mark is an object."))
    status, minutes, at = item.get("status"), item.get("minutes"), item.get("at")
    texts = {name: item.get(name) for name in ("modality", "note", "key")}
    if status is not None and not isinstance(status, str):
        raise InvalidInputError(_("A status is a code."))
    if any(value is not None and not isinstance(value, str) for value in texts.values()):
        raise InvalidInputError(_("A modality, a note and a key are text."))
    return api.Mark(
        user_id=_whole(item.get("user_id"), "user_id"),
        status=status,
        minutes=None if minutes in (None, "") else _whole(minutes, "minutes"),
        modality=texts["modality"],
        note=texts["note"],
        request_key=texts["key"],
        at=_instant(at) if at is not None else None,
    )


def _whole(value: Any, name: str) -> int:
    try:
        if isinstance(value, bool | float):
            raise ValueError
        number = int(value)
        if abs(number) > MAX_ID:
            raise ValueError
    except (TypeError, ValueError) as error:
        raise InvalidInputError(_("“%(name)s” must be a whole number.") % {"name": name}) from error
    return number


def _instant(value: Any) -> datetime:
    try:
        instant = datetime.fromisoformat(str(value))
    except ValueError as error:
        raise InvalidInputError(_("The time of a mark must be ISO 8601.")) from error
    if instant.tzinfo is None:
        raise InvalidInputError(_("The time of a mark needs its zone."))
    return instant


def _saved(session: Session, data: dict[str, Any]) -> Response:
    return _json({"saved_at": _clock(session.timezone)} | data)


def _clock(zone: str) -> str:
    return timezone.now().astimezone(ZoneInfo(zone)).strftime("%H:%M:%S")


def _html(template: str, context: dict[str, Any]) -> Response:
    # A hundred rows are mostly indentation otherwise; inside tags and texts nothing is touched.
    html = re.sub(r"\n\s+(?=<)", "\n", render_to_string(f"blended_xblock/{template}.html", context))
    return Response(
        html,
        content_type="text/html",
        charset="utf-8",
    )


def _json(data: dict[str, Any]) -> Response:
    return Response(json.dumps(data), content_type="application/json", charset="utf-8")
