"""Studio on the campus: one block's editor and preview, and the button that publishes."""

from __future__ import annotations

from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe
from web_fragments.fragment import Fragment
from xblock.exceptions import NoSuchUsage

from blended_xblock.errors import BlendedError
from blended_xblock.workbench.blocks import CONTAINERS
from blended_xblock.workbench.errors import refuse
from blended_xblock.workbench.keys import COURSE_KEY
from blended_xblock.workbench.outline import add_unit, get_outline, path_to, walk_with_ancestors
from blended_xblock.workbench.pages import View, for_people
from blended_xblock.workbench.people import place_of
from blended_xblock.workbench.runtime import CampusRuntime


def for_authors(view: View) -> View:
    """Let the course team in; tell everybody else what to do instead."""

    @wraps(view)
    @for_people
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        place = place_of(request.user)
        if place is None or not place.may_author:
            return refuse(
                request,
                403,
                _("Studio is for the course team"),
                _("Switch to the course author in the bar at the top, then open this page again."),
            )
        return view(request, *args, **kwargs)

    return wrapper


@require_safe
@for_authors
def index(request: HttpRequest) -> HttpResponse:
    """List the blocks of the course, the blended units first."""
    root = get_outline()
    if root is None:
        raise Http404
    blocks = [
        {
            "node": node,
            "depth": len(above),
            "url": reverse("campus_studio", args=(node.usage_key,)),
            "is_container": node.block_type in CONTAINERS,
            "is_unit": node.block_type == "blended_unit",
        }
        for node, above in walk_with_ancestors(root)
        if above
    ]
    return render(
        request,
        "blended_xblock/campus/studio_index.html",
        {
            "course": root,
            "switch_next": reverse("campus_course"),
            "blocks": blocks,
            "units": [each for each in blocks if each["is_unit"]],
        },
    )


@for_authors
def add(request: HttpRequest) -> HttpResponse:
    """Add an empty blended unit in a subsection of its own, last in the course, and open it."""
    if request.method != "POST":
        return redirect("campus_studio_index")
    return redirect("campus_studio", add_unit(CampusRuntime(request.user, is_author_mode=True)))


@require_safe
@ensure_csrf_cookie
@for_authors
def block(request: HttpRequest, usage_key: str) -> HttpResponse:
    """Show a block as its author meets it: the editor, if it has one, and a preview."""
    runtime = CampusRuntime(request.user, is_author_mode=True)
    root = get_outline(runtime)
    path = path_to(root, usage_key) if root else ()
    try:
        stored = runtime.get_block(usage_key)
    except NoSuchUsage as error:
        raise Http404 from error
    if not path:
        raise Http404
    if path[-1].block_type in CONTAINERS:
        return redirect("campus_studio_index")
    page = Fragment()
    preview = runtime.render(stored, "author_view", {})
    page.add_fragment_resources(preview)
    editor = None
    if hasattr(stored, "studio_view"):
        editor = runtime.render(stored, "studio_view", {})
        page.add_fragment_resources(editor)
    return render(
        request,
        "blended_xblock/campus/studio_block.html",
        {
            "node": path[-1],
            "subsection": path[1],
            "usage_key": usage_key,
            # Whoever one becomes in Studio wants to see the block as that person does.
            "switch_next": reverse("campus_block", args=(usage_key,)),
            "preview_html": mark_safe(preview.body_html()),  # noqa: S308 - a block's own markup
            "editor_html": mark_safe(editor.body_html()) if editor else "",  # noqa: S308
            "head_html": mark_safe(page.head_html()),  # noqa: S308
            "foot_html": mark_safe(page.foot_html()),  # noqa: S308
        },
    )


@for_authors
def publish(request: HttpRequest, usage_key: str) -> HttpResponse:
    """Publish the course: bring the tables in line with the blocks, and tell what changed."""
    from blended_xblock import api

    if request.method != "POST":
        return redirect("campus_studio", usage_key)
    try:
        report = api.sync_course(str(COURSE_KEY))
    except BlendedError as error:
        messages.error(request, error.message)
    else:
        messages.success(
            request,
            _(
                "Published. Sessions: %(sessions)s (%(added)s new, %(changed)s changed, "
                "%(removed)s removed). Locked until people took part: %(gated)s blocks."
            )
            % {
                "sessions": report.sessions,
                "added": report.added,
                "changed": report.changed,
                "removed": report.removed,
                "gated": report.gated,
            },
        )
        for warning in report.warnings:
            messages.warning(request, warning)
    return redirect("campus_studio", usage_key)
