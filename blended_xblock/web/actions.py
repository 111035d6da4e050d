"""The door to the actions for pages that stand outside the block."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from blended_xblock.actions import ACTIONS, door
from blended_xblock.attendance.check_in.device import read_number
from blended_xblock.hosts import get_host
from blended_xblock.models import BlendedUnit
from blended_xblock.roles import Role, actions_of


# Each service is one transaction, as behind the platform's door to the block.
@transaction.non_atomic_requests
@never_cache
def act(request: HttpRequest, unit_id: int, action: str) -> HttpResponse:
    """Call an action of a unit as the person of the session; Django checks the token of a POST.

    Whoever is not logged in is told so with 401: their page keeps what it has and tries again.
    """
    if action not in ACTIONS:
        raise Http404
    if not request.user.is_authenticated:
        message = _("You are logged out. Log in again in another tab; nothing here is lost.")
        return JsonResponse({"code": "logged_out", "message": message}, status=401)
    unit = get_object_or_404(BlendedUnit, pk=unit_id)
    viewer = replace(
        get_host().viewer_of(request, unit.course_key, unit.usage_key),
        origin=request.build_absolute_uri("/").rstrip("/"),
        device=read_number(request.COOKIES),
    )
    call = partial(ACTIONS[action], viewer)
    query = request.GET.dict()
    response = door.answer(action, request.method or "", query, lambda: request.body, call)
    # Needs what only a Django with XBlocks in it has: the platform, or the demo.
    from xblock.django.request import webob_to_django_response

    # What is made while it is sent is not gathered first.
    return webob_to_django_response(response, streaming=isinstance(response.app_iter, Iterator))


def urls_of(unit_id: int, *roles: Role) -> dict[str, Any]:
    """Return the address of each action of these roles, under the name its page gives it."""
    return {
        action.replace("_", "-"): reverse("blended_xblock:act", args=(unit_id, action))
        for action in actions_of(*roles)
        if action in ACTIONS
    }
