"""A person's messages: what a platform would have sent them by e-mail."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

from blended_xblock.workbench.models import CampusMail
from blended_xblock.workbench.pages import for_people

PAGE_SIZE = 20


@require_safe
@ensure_csrf_cookie
@for_people
def mine(request: HttpRequest) -> HttpResponse:
    """Show the person's own messages, newest first, and nobody else's."""
    mails = CampusMail.objects.filter(user=request.user.pk)
    page = Paginator(mails, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "blended_xblock/campus/mail.html", {"page": page})
