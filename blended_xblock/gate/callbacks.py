"""The gate at the platform's address for callbacks, which checks nobody's access.

``…/handler_noauth/…`` is there for other servers, such as an LTI tool that sends a grade. The
platform answers it for whoever's session comes along: a learner could read a locked problem there,
and answer it. So a shut block answers nobody, as at its other address; a server without a session
reaches only blocks of the types that are called back (``BLENDED_XBLOCK_CALLBACK_BLOCKS``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from opaque_keys import InvalidKeyError
from opaque_keys.edx.keys import CourseKey, UsageKey

from blended_xblock.errors import GateError
from blended_xblock.gate.course_gates import gates_of
from blended_xblock.gate.learner import is_open_to
from blended_xblock.gate.structure import without_branch
from blended_xblock.hosts import get_host

_ADDRESS: Final = "xblock_handler_noauth"
_CALLED_BACK: Final = ("lti", "lti_consumer")


class CallbackGate:
    """Middleware of the LMS; every other address passes at the cost of one comparison."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on; ``process_view`` is where it is known what it asks for."""
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, _view: Any, _args: Any, kwargs: Mapping[str, str]
    ) -> None:
        """Raise Http404 where the block is shut, as the platform does at its other address."""
        match = request.resolver_match
        if match is None or match.url_name != _ADDRESS:
            return
        try:
            course_key = CourseKey.from_string(kwargs["course_id"])
            usage_key = UsageKey.from_string(kwargs["usage_id"])
        except InvalidKeyError:
            return
        if _is_shut(request.user, course_key, usage_key):
            raise Http404


def _is_shut(user: Any, course_key: CourseKey, usage_key: UsageKey) -> bool:
    # An address may name a branch as well; the platform takes it.
    course = without_branch(course_key)
    host = get_host()
    called_back = getattr(settings, "BLENDED_XBLOCK_CALLBACK_BLOCKS", _CALLED_BACK)
    if user.is_anonymous and usage_key.block_type in called_back:
        return False
    if not host.has_units(course):
        return False
    try:
        gates = gates_of(course)
    except GateError:
        return True
    place = (usage_key.block_type, usage_key.block_id)
    if place not in gates.blocks or host.is_course_staff(user, course):
        return False
    return not is_open_to(user.pk, course, gates, place)
