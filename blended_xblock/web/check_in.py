"""A learner checks in: the page behind the code of the room, and one to type its digits.

Looking writes nothing; the one button posts. Who must log in first keeps the turn of their scan in
the address that the login leads back to.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_http_methods

from blended_xblock import api
from blended_xblock.attendance.check_in.codes import read_ticket
from blended_xblock.attendance.check_in.device import (
    device_of,
    keep_number,
    new_number,
    read_number,
)
from blended_xblock.attendance.check_in.turns import give_turn, read_turn
from blended_xblock.errors import BlendedError, NotAllowedError
from blended_xblock.hosts import get_host
from blended_xblock.hosts.base import Viewer
from blended_xblock.models import Session
from blended_xblock.pages.check_in import (
    CheckInPage,
    check_in_page,
    refused_page,
    stranger_page,
    told_page,
)
from blended_xblock.permissions import require
from blended_xblock.web.login import login_required

_METHODS = ["GET", "HEAD", "POST"]
_LONGEST_CODE = 64


@require_http_methods(_METHODS)
@never_cache
@csrf_protect
def scan(request: HttpRequest, ticket: str) -> HttpResponse:
    """Show what a scanned code leads to, with a button; check in when it is pressed."""
    read = read_ticket(ticket)
    session = _find(read[0]) if read else None
    if read is None or session is None:
        return render(request, "blended_xblock/web/check_in_unknown.html", status=404)
    number = read_number(request.COOKIES) or new_number()
    response = _scanned(request, session, read[1], device_of(number, session.pk))
    return _with_number(request, response, number)


@require_http_methods(_METHODS)
@never_cache
@csrf_protect
@login_required
def typed(request: HttpRequest, session_id: uuid.UUID) -> HttpResponse:
    """Show a field for the code of the room, and take it."""
    session = get_object_or_404(
        Session.objects.select_related("unit", "check_in_desk"), pk=session_id
    )
    number = read_number(request.COOKIES) or new_number()
    response = _typed(request, session, device_of(number, session.pk))
    return _with_number(request, response, number)


def _scanned(request: HttpRequest, session: Session, code: str, device: str) -> HttpResponse:
    now = timezone.now()
    user_id = int(request.user.pk or 0)
    said = request.POST if request.method == "POST" else request.GET
    turn = said.get("turn", "")
    held_since = read_turn(turn, session, device=device, user_id=user_id)
    if held_since is None:
        turn = give_turn(session, code, device=device, user_id=user_id, now=now)
        held_since = now if turn else None
    if not request.user.is_authenticated:
        query = f"?{urlencode({'turn': turn})}" if turn else ""
        return redirect_to_login(f"{request.path}{query}")
    viewer = _viewer(request, session)
    if (refusal := _refusal(request, session, viewer, now)) is not None:
        return refusal
    if request.method == "POST":
        try:
            done = api.check_in(
                session.pk,
                user=viewer.user,
                method="scan",
                code=code,
                device=device,
                held_since=held_since,
            )
        except BlendedError as error:
            page = refused_page(session, viewer, now, error, is_typing=False)
            return _page(request, session, page, status=error.status)
        if not done.is_new and not done.status.attended:
            return _page(request, session, told_page(session, viewer, now))
        return redirect(request.path)
    page = check_in_page(session, viewer, now, held_since=held_since)
    return _page(request, session, page, turn=turn)


def _typed(request: HttpRequest, session: Session, device: str) -> HttpResponse:
    now = timezone.now()
    viewer = _viewer(request, session)
    if (refusal := _refusal(request, session, viewer, now)) is not None:
        return refusal
    if request.method != "POST":
        return _page(request, session, check_in_page(session, viewer, now, is_typing=True))
    code = request.POST.get("code", "")[:_LONGEST_CODE]
    try:
        done = api.check_in(session.pk, user=viewer.user, method="typed", code=code, device=device)
    except BlendedError as error:
        page = refused_page(session, viewer, now, error, is_typing=True)
        return _page(request, session, page, status=error.status)
    if not done.is_new and not done.status.attended:
        return _page(request, session, told_page(session, viewer, now))
    return redirect(request.path)


def _find(session_id: uuid.UUID) -> Session | None:
    sessions = Session.objects.select_related("unit", "check_in_desk")
    return sessions.filter(pk=session_id).first()


def _viewer(request: HttpRequest, session: Session) -> Viewer:
    unit = session.unit
    return get_host().viewer_of(request, unit.course_key, unit.usage_key)


def _refusal(
    request: HttpRequest, session: Session, viewer: Viewer, now: datetime
) -> HttpResponse | None:
    """Return the page of somebody who may not check in here, None for a learner of the course."""
    try:
        require("check_in", viewer, session)
    except NotAllowedError as error:
        page = stranger_page(session, viewer, now, error)
        return _page(request, session, page, status=error.status)
    return None


def _page(
    request: HttpRequest, session: Session, page: CheckInPage, *, status: int = 200, turn: str = ""
) -> HttpResponse:
    context: dict[str, Any] = {
        "page": page,
        "turn": turn,
        "type_url": reverse("blended_xblock:check_in_typed", args=(session.pk,)),
        "other_url": get_host().logout_url(request.path),
    }
    return render(request, "blended_xblock/web/check_in.html", context, status=status)


def _with_number(request: HttpRequest, response: HttpResponse, number: str) -> HttpResponse:
    if read_number(request.COOKIES) != number:
        is_secure = request.is_secure() or settings.SESSION_COOKIE_SECURE
        keep_number(response, number, is_secure=is_secure)
    return response
