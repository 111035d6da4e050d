"""The sign-in sheet of a session, ready to print."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from blended_xblock.pages.sheet import BLANK_LINES, MOST_BLANK_LINES, sheet_page
from blended_xblock.web.access import enter
from blended_xblock.web.login import login_required


@require_safe
@login_required
def sheet(request: HttpRequest, session_id: uuid.UUID) -> HttpResponse:
    """Show the sheet; ``?status=1`` adds what is recorded, ``?blank=10`` that many empty lines."""
    entry = enter(request, session_id)
    said = request.GET.get("blank", "")
    page = sheet_page(
        entry.session,
        with_status=request.GET.get("status") == "1",
        blank=int(said) if said.isascii() and said.isdigit() and len(said) < 4 else BLANK_LINES,
    )
    context = {"sheet": page, "most_blank": MOST_BLANK_LINES}
    return render(request, "blended_xblock/web/sheet.html", context)
