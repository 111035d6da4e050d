"""A trainer's own pages: the sessions they give, and the panel of one of them."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

from blended_xblock.hosts import get_host
from blended_xblock.pages.instructor import panel_of
from blended_xblock.pages.sessions import own_sessions
from blended_xblock.roles import Role
from blended_xblock.web.access import enter
from blended_xblock.web.actions import urls_of
from blended_xblock.web.login import login_required


@require_safe
@ensure_csrf_cookie
@login_required
def mine(request: HttpRequest) -> HttpResponse:
    """List the sessions to which the person is invited, those to come first."""
    zone = get_host().timezone_of(request.user)
    page = own_sessions(int(request.user.pk or 0), zone=zone)
    context = {"page": page, "owner": str(request.user.pk)}
    return render(request, "blended_xblock/web/sessions.html", context)


@require_safe
@ensure_csrf_cookie
@login_required
def panel(request: HttpRequest, session_id: uuid.UUID) -> HttpResponse:
    """Show the panel of a session on a page of its own, to whoever takes its roll."""
    entry = enter(request, session_id)
    session, unit = entry.session, entry.session.unit
    page = panel_of(entry.viewer, unit, is_staff=entry.is_staff, selected=str(session.pk))
    context = {
        "page": page,
        "uid": f"b{session.pk.hex}",
        "module_url": static("blended_xblock/js/instructor.js"),
        "urls": urls_of(unit.pk, Role.TRAINER, Role.STAFF),
    }
    return render(request, "blended_xblock/web/panel.html", context)
