"""Check-in: the desk as a display asks for it, a learner's code, and a learner's own code."""

from __future__ import annotations

import dataclasses
from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from webob import Response

from blended_xblock import api
from blended_xblock.actions.answers import as_json, as_saved
from blended_xblock.actions.parse import Data, read_text
from blended_xblock.attendance.check_in.desk import find_desk
from blended_xblock.attendance.check_in.device import device_of, keep_number, new_number
from blended_xblock.attendance.check_in.qr import qr_svg
from blended_xblock.errors import ConflictError
from blended_xblock.hosts import get_host
from blended_xblock.hosts.base import Viewer
from blended_xblock.models import Session
from blended_xblock.pages.common import status_choice
from blended_xblock.permissions import get_session, require
from blended_xblock.schedule.wording import describe_clock


def check_in(viewer: Viewer, data: Data) -> Response:
    session = get_session(viewer, data.get("session", ""))
    require("check_in", viewer, session)
    number = viewer.device or new_number()
    done = api.check_in(
        session.pk,
        user=viewer.user,
        method="typed",
        code=read_text(data.get("code"), "code"),
        device=device_of(number, session.pk),
    )
    response = as_saved(session, _checked_in(session, done))
    if number != viewer.device:
        is_secure = settings.SESSION_COOKIE_SECURE or viewer.origin.startswith("https:")
        keep_number(response, number, is_secure=is_secure)
    return response


def desk(viewer: Viewer, data: Data) -> Response:
    session = get_session(viewer, data.get("session", ""))
    require("desk", viewer, session)
    return as_json(desk_answer(session, viewer.origin))


def set_desk(viewer: Viewer, data: Data) -> Response:
    session = get_session(viewer, data.get("session", ""))
    require("set_desk", viewer, session)
    api.set_desk(session.pk, read_text(data.get("state"), "state"), actor=viewer.user)
    return as_saved(session, desk_answer(get_session(viewer, str(session.pk)), viewer.origin))


def scan_pass(viewer: Viewer, data: Data) -> Response:
    session = get_session(viewer, data.get("session", ""))
    require("scan_pass", viewer, session)
    done = api.check_in_by_pass(session.pk, read_text(data.get("text"), "text"), actor=viewer.user)
    name = get_host().names([done.user_id]).get(done.user_id, "")
    words = {"name": name, "status": done.label}
    if done.is_new:
        sentence = _("%(name)s is checked in: %(status)s.") % words
    elif done.status.attended:
        sentence = _("%(name)s is recorded already: %(status)s.") % words
    else:
        sentence = (
            _("%(name)s is recorded as “%(status)s”. If that is wrong, change it on the roll.")
            % words
        )
    answer = _checked_in(session, done) | {"sentence": sentence, "name": name}
    # With it whoever takes the mark back says which one they mean.
    revision = session.records.values_list("revision", flat=True).get(user_id=done.user_id)
    return as_saved(session, answer | {"user": done.user_id, "revision": revision})


def own_pass(viewer: Viewer, data: Data) -> Response:
    session = get_session(viewer, data.get("session", ""))
    require("own_pass", viewer, session)
    if viewer.stand_in is not None or viewer.user is None:
        raise ConflictError(_("You are viewing this as nobody in particular, who has no code."))
    text = api.pass_of(session, viewer.user.pk)
    name = get_host().names([viewer.user.pk]).get(viewer.user.pk, "")
    label = _("The code of %(name)s for %(session)s") % {"name": name, "session": session.title}
    return as_json({"text": text, "name": name, "qr": qr_svg(text, label)})


ACTIONS = (check_in, desk, set_desk, scan_pass, own_pass)


def desk_answer(session: Session, origin: str = "") -> dict[str, Any]:
    """Return what a display shows of a desk; instants are milliseconds since 1970.

    ``url`` and ``qr`` (an SVG) of a code stand there where the site's address is known. A display
    counts by ``now``, the server's clock, and needs no other.
    """
    now = timezone.now()
    opened = find_desk(session)
    state = api.desk_state(session, now, desk=opened)
    codes = api.current_codes(session, now, desk=opened) if opened else []
    return {
        "now": _ms(now),
        "desk": {
            name: _ms(value) if isinstance(value, datetime) else value
            for name, value in dataclasses.asdict(state).items()
            if name != "session_id"
        },
        "codes": [_code(code, origin) for code in codes],
        "present": dataclasses.asdict(api.present_list(session)),
    }


def _code(code: api.ShownCode, origin: str) -> dict[str, Any]:
    path = _path(code.ticket)
    shown: dict[str, Any] = {
        "step": code.step,
        "typed": code.typed,
        "from": _ms(code.valid_from),
        "until": _ms(code.valid_until),
        "path": path,
    }
    if origin and path:
        url = f"{origin}{path}"
        shown |= {"url": url, "qr": qr_svg(url, _("Code to scan"))}
    return shown


def _path(ticket: str) -> str:
    try:
        return reverse("blended_xblock:check_in", args=(ticket,))
    except NoReverseMatch:
        # Studio does not serve our pages; no desk is shown there.
        return ""


def _checked_in(session: Session, done: api.CheckedIn) -> dict[str, Any]:
    return {
        "status": dataclasses.asdict(status_choice(done.status)),
        "is_new": done.is_new,
        "sentence": done.sentence,
        "time": describe_clock(done.at, session.timezone),
    }


def _ms(instant: datetime) -> int:
    return int(instant.timestamp() * 1000)
