"""The first page: choose who you are. There are no passwords; the campus is on your own machine."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_safe

from blended_xblock.workbench.cards import get_personas
from blended_xblock.workbench.errors import page_not_found
from blended_xblock.workbench.keys import COURSE_KEY
from blended_xblock.workbench.models import CampusEnrollment

_BACKEND = "django.contrib.auth.backends.ModelBackend"


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show the cards, and everybody else of the course below them."""
    personas = get_personas()
    groups: dict[str, list[Any]] = {"learners": [], "staff": []}
    for persona in personas:
        is_learner = persona.place.role == CampusEnrollment.Role.LEARNER
        groups["learners" if is_learner else "staff"].append(persona)
    others = (
        CampusEnrollment.objects.filter(
            course_key=str(COURSE_KEY), role=CampusEnrollment.Role.LEARNER, persona=""
        )
        .select_related("user")
        .order_by("cohort", "user__first_name", "user__last_name")[:50]
    )
    return render(
        request,
        "blended_xblock/campus/home.html",
        {**groups, "others": others, "next": _safe_next(request, request.GET.get("next"))},
    )


def switch(request: HttpRequest) -> HttpResponse:
    """Become somebody of the course, by a form only. Nothing that anybody did is lost by it."""
    if request.method != "POST":
        return redirect("campus_home")
    user_id = request.POST.get("user", "")
    place = (
        CampusEnrollment.objects.filter(course_key=str(COURSE_KEY), user_id=user_id)
        .select_related("user")
        .first()
        if user_id.isdigit()
        else None
    )
    if place is None:
        return page_not_found(request)
    # Pages in other tabs go on asking. Were the session they ask with gone, the answer to them
    # would take the cookie of the new one away; so the old one is left to expire.
    request.session = type(request.session)()
    login(request, place.user, backend=_BACKEND)
    wanted = _safe_next(request, request.POST.get("next"))
    return redirect(wanted or reverse("campus_course"))


def _safe_next(request: HttpRequest, address: str | None) -> str:
    """Return an address of the campus, never one of another site."""
    allowed = url_has_allowed_host_and_scheme(
        address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return address if address and allowed else ""
