"""The addresses that blocks' JavaScript calls: the only way to a handler on the campus."""

from __future__ import annotations

import logging

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from xblock.django.request import django_to_webob_request, webob_to_django_response
from xblock.exceptions import NoSuchHandlerError, NoSuchUsage

from blended_xblock.workbench.people import place_of
from blended_xblock.workbench.runtime import CampusRuntime

log = logging.getLogger(__name__)


def handler(
    request: HttpRequest, usage_key: str, handler_slug: str, suffix: str = ""
) -> HttpResponse:
    """Call a handler as the person of the session; CSRF is checked as for every other page."""
    if not request.user.is_authenticated:
        message = _("Choose who you are on the campus's first page, then try again.")
        return JsonResponse({"code": "logged_out", "message": message}, status=401)
    return _call(CampusRuntime(request.user), request, usage_key, handler_slug, suffix)


def studio_handler(
    request: HttpRequest, usage_key: str, handler_slug: str, suffix: str = ""
) -> HttpResponse:
    """Call a handler as Studio would: for people who may author only."""
    place = place_of(request.user)
    if place is None or not place.may_author:
        return _refusal(_("Only the course team works in Studio. Switch to the course author."))
    runtime = CampusRuntime(request.user, is_author_mode=True)
    return _call(runtime, request, usage_key, handler_slug, suffix)


def _call(
    runtime: CampusRuntime, request: HttpRequest, usage_key: str, handler_slug: str, suffix: str
) -> HttpResponse:
    try:
        block = runtime.get_block(usage_key)
        result = runtime.handle(block, handler_slug, django_to_webob_request(request), suffix or "")
    except (NoSuchUsage, NoSuchHandlerError) as error:
        raise Http404 from error
    except PermissionDenied:
        return _refusal(_("You are not allowed to do this here."))
    return webob_to_django_response(result)


def _refusal(message: str) -> JsonResponse:
    return JsonResponse({"code": "not_allowed", "message": message}, status=403)
