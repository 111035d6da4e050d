"""What learners ask of a block: their own state, and sessions for their calendar."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext as _
from webob import Response

from blended_xblock.actions.answers import as_json
from blended_xblock.actions.parse import Data
from blended_xblock.attendance.roster import is_in_audience, is_meant_for
from blended_xblock.errors import NotFoundError
from blended_xblock.hosts import get_host
from blended_xblock.hosts.base import Learner, Viewer
from blended_xblock.models import Session
from blended_xblock.pages.learner import NOBODY, learner_page
from blended_xblock.pages.mobile import own_standing
from blended_xblock.permissions import Role, get_session, get_unit, require, roles_of
from blended_xblock.schedule.calendar import build_calendar


def calendar(viewer: Viewer, data: Data) -> Response:
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


def student_view_user_state(viewer: Viewer, data: Data) -> Response:
    require("student_view_user_state", viewer)
    page = learner_page(
        get_unit(viewer), viewer.user, zone=viewer.timezone, stand_in=viewer.stand_in
    )
    return as_json(own_standing(page))


ACTIONS = (calendar, student_view_user_state)


def _is_expected(viewer: Viewer, session: Session) -> bool:
    if viewer.stand_in is None:
        return is_meant_for(session, viewer.user)
    return is_in_audience(session, Learner(NOBODY, "", "", "", viewer.stand_in.cohort))
