"""What learners say of their own sessions: that they cannot come, and that a record is wrong.

Who it is of is the person of the host's session, whatever a request names.
"""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext as _
from webob import Response

from blended_xblock import api
from blended_xblock.actions.answers import as_html, as_json, as_saved
from blended_xblock.actions.parse import Data, read_text
from blended_xblock.attendance.roster import is_meant_for
from blended_xblock.errors import NotFoundError
from blended_xblock.hosts.base import Viewer
from blended_xblock.models import Session
from blended_xblock.pages.common import uid_of
from blended_xblock.pages.history import HistoryLine, own_history_lines
from blended_xblock.pages.learner import learner_page
from blended_xblock.pages.own import Offer, absence_options_part
from blended_xblock.permissions import get_session, get_unit, require


def own_page(viewer: Viewer, data: Data) -> Response:
    """Answer the learner's page, so that what they wrote shows and nothing beside it is lost."""
    require("own_page", viewer)
    unit = get_unit(viewer)
    page = learner_page(unit, viewer.user, zone=viewer.timezone, stand_in=viewer.stand_in)
    return as_html("learner", {"page": page, "uid": uid_of(viewer.usage_key)})


def own_history(viewer: Viewer, data: Data) -> Response:
    session = _own_session("own_history", viewer, data)
    lines: tuple[HistoryLine, ...] = ()
    if viewer.stand_in is None:
        lines = own_history_lines(viewer.user, session.unit).get(session.pk, ())
    return as_html("parts/own_history", {"lines": lines})


def absence_options(viewer: Viewer, data: Data) -> Response:
    session = _own_session("absence_options", viewer, data)
    offers: tuple[Offer, ...] = ()
    if viewer.stand_in is None:
        offers = absence_options_part(session, viewer.user, viewer.timezone, timezone.now())
    return as_html("parts/absence_options", {"offers": offers, "session_id": str(session.pk)})


def announce_absence(viewer: Viewer, data: Data) -> Response:
    session = _session("announce_absence", viewer, data)
    reason = read_text(data.get("reason", ""), "reason")
    api.announce_absence(session.pk, user=viewer.user, reason=reason)
    return as_saved(session, {})


def withdraw_absence(viewer: Viewer, data: Data) -> Response:
    session = _session("withdraw_absence", viewer, data)
    api.withdraw_absence(session.pk, user=viewer.user)
    return as_saved(session, {})


def choose_alternative(viewer: Viewer, data: Data) -> Response:
    session = _session("choose_alternative", viewer, data)
    instead = data.get("instead")
    absence = api.choose_alternative(
        session.pk,
        None if instead is None else read_text(instead, "instead"),
        user=viewer.user,
    )
    return as_saved(session, {"instead": [str(pk) for pk in absence.instead]})


def appeal(viewer: Viewer, data: Data) -> Response:
    session = _session("appeal", viewer, data)
    key = data.get("key")
    made = api.make_appeal(
        session.pk,
        user=viewer.user,
        text=read_text(data.get("text"), "text"),
        request_key=None if key is None else read_text(key, "key"),
    )
    return as_saved(session, {"state": made.state})


def withdraw_appeal(viewer: Viewer, data: Data) -> Response:
    session = _session("withdraw_appeal", viewer, data)
    api.withdraw_appeal(session.pk, user=viewer.user)
    return as_json({})


ACTIONS = (
    own_page,
    own_history,
    absence_options,
    announce_absence,
    withdraw_absence,
    choose_alternative,
    appeal,
    withdraw_appeal,
)


def _session(action: str, viewer: Viewer, data: Data) -> Session:
    session = get_session(viewer, data.get("session", ""))
    require(action, viewer, session)
    return session


def _own_session(action: str, viewer: Viewer, data: Data) -> Session:
    """Return a session that concerns the learner; another cohort's is as good as none."""
    session = _session(action, viewer, data)
    if viewer.stand_in is None and not is_meant_for(session, viewer.user):
        raise NotFoundError(_("There is no such session in this unit."))
    return session
