"""The course as people of the campus see it: its outline, and one page for each subsection."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from typing import Any
from urllib.parse import quote

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe
from opaque_keys.edx.keys import UsageKey
from web_fragments.fragment import Fragment
from xblock.exceptions import NoSuchUsage

from blended_xblock.hosts import get_host
from blended_xblock.hosts.base import OutlineNode
from blended_xblock.workbench import scores
from blended_xblock.workbench.blocks import DONE_BY_VIEWING
from blended_xblock.workbench.errors import refuse
from blended_xblock.workbench.keys import COURSE_KEY, parse_usage_key
from blended_xblock.workbench.outline import get_outline, leaves, path_to
from blended_xblock.workbench.runtime import CampusRuntime, render_lock

View = Callable[..., HttpResponse]


@dataclass(slots=True)
class Part:
    """A subsection on the outline page."""

    node: OutlineNode
    url: str
    done: int
    total: int
    lock: Any | None
    score: str = ""
    has_session: bool = False

    @property
    def is_done(self) -> bool:
        return self.total > 0 and self.done == self.total


@dataclass(slots=True)
class Leaf:
    """One block on a subsection's page, already rendered."""

    node: OutlineNode
    body: SafeString
    is_done: bool
    done_url: str = ""
    is_locked: bool = False


@dataclass(slots=True)
class Unit:
    """A unit on a subsection's page."""

    node: OutlineNode
    leaves: list[Leaf] = field(default_factory=list)

    @property
    def shows_title(self) -> bool:
        """Tell whether a heading is needed: some blocks say themselves what they are."""
        return [leaf.node.block_type for leaf in self.leaves] != ["blended_unit"]


def for_people(view: View) -> View:
    """Send a visitor who is nobody yet to the first page, and then on to what they wanted."""

    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return redirect(f"{reverse('campus_home')}?next={quote(request.get_full_path())}")
        return view(request, *args, **kwargs)

    return wrapper


@require_safe
@ensure_csrf_cookie
@for_people
def outline(request: HttpRequest) -> HttpResponse:
    """Show the course: what is done, what is locked and why."""
    runtime = CampusRuntime(request.user)
    root = _course(runtime)
    if (refusal := _refusal(request, runtime, root)) is not None:
        return refusal
    runtime.learn_locks(node.usage_key for node in root.children)
    completed = _completed(request.user, leaves(root))
    points = scores.get_scores(request.user)
    parts = [
        _part(runtime, node, completed, points)
        for node in root.children
        if _may_enter(runtime, node)
    ]
    return render(
        request,
        "blended_xblock/campus/outline.html",
        {
            "course": root,
            "parts": parts,
            "is_learner": runtime.is_learner,
            "is_staff": runtime.is_staff,
        },
    )


@require_safe
@ensure_csrf_cookie
@for_people
def block(request: HttpRequest, usage_key: str) -> HttpResponse:
    """Show the subsection in which a block stands; any key of the course leads to its page."""
    runtime = CampusRuntime(request.user)
    root = _course(runtime)
    path = path_to(root, str(_shown_key(runtime, usage_key)))
    if not path:
        raise Http404
    if len(path) == 1:
        return redirect("campus_course")
    subsection = path[1]
    if len(path) > 2:
        address = reverse("campus_block", args=(subsection.usage_key,))
        query = f"?{request.META['QUERY_STRING']}" if request.META.get("QUERY_STRING") else ""
        return redirect(f"{address}{query}#{path[-1].block_id}")
    if (refusal := _refusal(request, runtime, subsection)) is not None:
        return refusal
    return _subsection(request, runtime, root, subsection)


def _subsection(
    request: HttpRequest, runtime: CampusRuntime, root: OutlineNode, subsection: OutlineNode
) -> HttpResponse:
    runtime.learn_locks(node.usage_key for node in subsection.walk())
    lock = runtime.lock_of(runtime.get_block(subsection.usage_key))
    page = Fragment()
    units = []
    if lock is not None:
        page = render_lock(lock)
    else:
        completed = _completed(request.user, leaves(subsection))
        units = [_unit(runtime, node, page, completed) for node in subsection.children]
    place = root.children.index(subsection)
    return render(
        request,
        "blended_xblock/campus/subsection.html",
        {
            "course": root,
            "subsection": subsection,
            "units": units,
            "lock": lock,
            "locked_html": mark_safe(page.body_html()) if lock else "",  # noqa: S308
            "before": root.children[place - 1] if place else None,
            "after": root.children[place + 1] if place + 1 < len(root.children) else None,
            "is_learner": runtime.is_learner,
            "may_try_report": not runtime.is_learner and subsection.block_id == "workshop",
            "may_author": runtime.place is not None and runtime.place.may_author,
            "head_html": mark_safe(page.head_html()),  # noqa: S308
            "foot_html": mark_safe(page.foot_html()),  # noqa: S308
        },
    )


def _unit(
    runtime: CampusRuntime, node: OutlineNode, page: Fragment, completed: dict[str, float]
) -> Unit:
    unit = Unit(node)
    for leaf in leaves(node):
        stored = runtime.get_block(leaf.usage_key)
        is_locked = runtime.lock_of(stored) is not None
        if not runtime.may_load(stored):
            continue
        part = runtime.render(stored, "student_view", {})
        page.add_fragment_resources(part)
        is_done = completed.get(leaf.usage_key, 0.0) >= 1
        done_url = ""
        if leaf.block_type in DONE_BY_VIEWING and not is_done and not is_locked:
            done_url = runtime.handler_url(stored, "publish_completion")
        unit.leaves.append(
            Leaf(
                node=leaf,
                body=mark_safe(part.body_html()),  # noqa: S308 - a block's own markup
                is_done=is_done,
                done_url=done_url,
                is_locked=is_locked,
            )
        )
    return unit


def _part(
    runtime: CampusRuntime,
    node: OutlineNode,
    completed: dict[str, float],
    points: dict[str, tuple[int, int]],
) -> Part:
    mine = leaves(node)
    # A blended unit is not ticked off: where somebody stands in it is said on its own page.
    counted = [leaf for leaf in mine if leaf.block_type != "blended_unit" and leaf.completable]
    scored = [points[leaf.usage_key] for leaf in mine if leaf.graded and leaf.usage_key in points]
    score = ""
    if scored:
        score = _("Score: %(earned)s of %(possible)s") % {
            "earned": sum(earned for earned, _possible in scored),
            "possible": sum(possible for _earned, possible in scored),
        }
    return Part(
        node=node,
        url=reverse("campus_block", args=(node.usage_key,)),
        done=sum(completed.get(leaf.usage_key, 0.0) >= 1 for leaf in counted),
        total=len(counted),
        lock=runtime.lock_of(runtime.get_block(node.usage_key)),
        score=score,
        has_session=any(leaf.block_type == "blended_unit" for leaf in mine),
    )


def _course(runtime: CampusRuntime) -> OutlineNode:
    root = get_outline(runtime)
    if root is None:
        raise Http404
    return root


def _shown_key(runtime: CampusRuntime, usage_key: str) -> UsageKey:
    """Return the block of the outline that shows a key: a part of a question is its question."""
    try:
        return runtime.gate_key(runtime.get_block(parse_usage_key(usage_key)))
    except NoSuchUsage as error:
        raise Http404 from error


def _completed(user: Any, nodes: list[OutlineNode]) -> dict[str, float]:
    found = get_host().completions(str(COURSE_KEY), [user.pk], [node.usage_key for node in nodes])
    return {usage_key: value for (_user, usage_key), value in found.items()}


def _may_enter(runtime: CampusRuntime, node: OutlineNode) -> bool:
    """Tell whether the person has any business below a node."""
    if runtime.is_staff or runtime.is_learner:
        return True
    return any(runtime.may_load(runtime.get_block(leaf.usage_key)) for leaf in leaves(node))


def _refusal(
    request: HttpRequest, runtime: CampusRuntime, node: OutlineNode
) -> HttpResponse | None:
    """Return the page for somebody without a place in this part, or None where they have one."""
    if _may_enter(runtime, node):
        return None
    return refuse(
        request,
        403,
        _("You have no place in this part of the course"),
        _(
            "A guest trainer sees the session they are invited to and nothing else. "
            "Go back to the course, or switch to somebody else in the bar at the top."
        ),
    )
