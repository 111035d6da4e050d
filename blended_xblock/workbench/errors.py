"""Pages for when something cannot be shown: each says what happened and what to do next."""

from __future__ import annotations

import logging
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

log = logging.getLogger(__name__)


def refuse(request: HttpRequest, status: int, title: str, advice: str) -> HttpResponse:
    """Return a page of the campus that says why not, and what to do."""
    return render(
        request,
        "blended_xblock/campus/error.html",
        {"title": title, "advice": advice},
        status=status,
    )


def bad_request(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """Answer what cannot be understood."""
    return refuse(
        request,
        400,
        _("This request could not be understood"),
        _("Go back, reload the page and try again."),
    )


def permission_denied(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """Answer somebody who may not see the page."""
    return refuse(
        request,
        403,
        _("This page is not for the person you are now"),
        _("Switch to somebody else in the bar at the top, or go back to the course."),
    )


def page_not_found(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """Answer an address behind which there is nothing."""
    return refuse(
        request,
        404,
        _("There is no such page"),
        _("The address may be mistyped or from another course. Start again from the course."),
    )


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer after a failure, with a page that needs neither the database nor the session."""
    return HttpResponse(
        render_to_string("blended_xblock/campus/server_error.html"),
        status=500,
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form from a page that is out of date."""
    log.info("CSRF check failed: %s", reason)
    return refuse(
        request,
        403,
        _("This page was out of date, so nothing was sent"),
        _("You switched to somebody else since it was opened. Reload the page and try again."),
    )
