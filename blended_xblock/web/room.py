"""Pages for the room: the projector shows the code of the check-in, or a camera reads learners'."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

from blended_xblock.pages.common import session_card
from blended_xblock.roles import Role
from blended_xblock.web.access import Entry, enter
from blended_xblock.web.actions import urls_of
from blended_xblock.web.login import login_required


@require_safe
@ensure_csrf_cookie
@login_required
def screen(request: HttpRequest, session_id: uuid.UUID) -> HttpResponse:
    """Show the page for the projector; the code itself is fetched, again and again."""
    entry = enter(request, session_id)
    context = _context(entry) | {
        "roll_state": entry.session.roll_state,
        "unit_title": entry.session.unit.title,
    }
    return render(request, "blended_xblock/web/screen.html", context)


@require_safe
@ensure_csrf_cookie
@login_required
def scan(request: HttpRequest, session_id: uuid.UUID) -> HttpResponse:
    """Show the page that reads the codes learners show on their own phones."""
    return render(request, "blended_xblock/web/scan.html", _context(enter(request, session_id)))


def _context(entry: Entry) -> dict[str, Any]:
    return {
        "card": session_card(entry.session, timezone.now()),
        "urls": urls_of(entry.session.unit_id, Role.TRAINER, Role.STAFF),
    }
