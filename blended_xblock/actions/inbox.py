"""What learners sent to those who take a session's roll, and the answer to it."""

from __future__ import annotations

from django.utils.translation import gettext as _
from webob import Response

from blended_xblock import api
from blended_xblock.actions.answers import as_html, as_saved
from blended_xblock.actions.parse import Data, read_text, read_whole
from blended_xblock.errors import InvalidInputError, NotFoundError
from blended_xblock.hosts.base import Viewer
from blended_xblock.pages.inbox import inbox_page
from blended_xblock.pages.roll import roll_update
from blended_xblock.permissions import get_session, require


def inbox(viewer: Viewer, data: Data) -> Response:
    session = get_session(viewer, data.get("session", ""))
    require("inbox", viewer, session)
    return as_html("parts/inbox", {"inbox": inbox_page(session)})


def answer_appeal(viewer: Viewer, data: Data) -> Response:
    session = get_session(viewer, data.get("session", ""))
    require("answer_appeal", viewer, session)
    number, accept, status = read_whole(data.get("appeal"), "appeal"), data.get("accept"), None
    if not isinstance(accept, bool):
        raise InvalidInputError(_("Accept the appeal or decline it."))
    if data.get("status") is not None:
        status = read_text(data["status"], "status")
    if not session.appeals.filter(pk=number).exists():
        raise NotFoundError(_("There is no such appeal."))
    answer = read_text(data.get("answer"), "answer")
    done = api.answer_appeal(number, actor=viewer.user, accept=accept, answer=answer, status=status)
    return as_saved(session, roll_update(session, {done.user_id}))


ACTIONS = (inbox, answer_appeal)
