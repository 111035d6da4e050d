"""A course behind a gate in the LMS, and what a person meets who walks up to it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final

from common.djangoapps.student.tests.factories import StaffFactory
from django.conf import settings
from django.test import override_settings
from django.urls import reverse
from edx_django_utils.cache import RequestCache
from lms.djangoapps.courseware.tests.helpers import MasqueradeMixin
from openedx.core.djangoapps.content.block_structure.api import update_course_in_cache
from xmodule.modulestore.django import modulestore
from xmodule.modulestore.tests.django_utils import SharedModuleStoreTestCase
from xmodule.modulestore.tests.factories import BlockFactory

from blended_xblock import api
from blended_xblock.models import BlendedUnit
from blended_xblock.settings.lms import WRAPPER
from tests.openedx.people import PASSWORD, build_course, enrolled, session

BEFORE: Final = "What to read first"
AFTER: Final = "What was agreed"
PROBLEM: Final = (
    "<problem><numericalresponse answer='4'><formulaequationinput/></numericalresponse></problem>"
)
# What people meet at a page; the last is what the platform says to whom it lets in nowhere.
OPEN, SHUT, AWAY = "open", "shut", "away"


@dataclass(frozen=True)
class Gated:
    """A course and the keys of what stands in it: one page before the session, two things after."""

    course: Any
    unit: Any
    before: Any
    subsection: Any
    page: Any
    problem: Any

    @property
    def key(self) -> str:
        return str(self.course.id)

    @property
    def row(self) -> BlendedUnit:
        return BlendedUnit.objects.get(course_key=self.key)


def build_gated(number: str, *sessions: dict[str, Any], **design: Any) -> Gated:
    """Return the course of ``build_course`` with something to read and to do on both sides."""
    course, unit = build_course(number, *sessions)
    before = BlockFactory.create(parent_location=unit.parent, category="html", data=BEFORE)
    (page,) = [
        block
        for block in modulestore().get_items(course.id, qualifiers={"category": "html"})
        if block.data == AFTER
    ]
    problem = BlockFactory.create(parent_location=page.parent, category="problem", data=PROBLEM)
    subsection = modulestore().get_item(page.parent).parent
    unit = modulestore().get_item(unit.location)
    unit.design = {**unit.design, **design}
    modulestore().update_item(unit, 0)
    keys = (block.for_branch(None) for block in (subsection, page.location, problem.location))
    return Gated(course, unit, before.location.for_branch(None), *keys)


def new_request() -> None:
    """Forget what a request keeps in mind, as the platform does between two of them."""
    RequestCache.clear_all_namespaces()


# Where people are served the platform asks the providers; its settings for tests do not. What staff
# read of a block in the platform's dialog for debugging, shut or not, is none of our business.
@override_settings(
    XBLOCK_FIELD_DATA_WRAPPERS=[WRAPPER],
    FEATURES={**settings.FEATURES, "DISPLAY_DEBUG_INFO_TO_STAFF": False},
)
class GateCase(SharedModuleStoreTestCase, MasqueradeMixin):
    """Signs people in and tells what they meet."""

    def setUp(self) -> None:
        super().setUp()
        new_request()
        self.addCleanup(new_request)

    def sync(self, *places: Gated) -> None:
        for place in places:
            api.sync_course(place.key)
        new_request()

    def mark(self, place: Gated, user: Any, status: str, n: int = 1) -> None:
        """Record somebody at session ``n``."""
        first = session(place.unit, n)
        staff = StaffFactory(course_key=place.course.id)
        api.open_roll(first.pk, actor=staff)
        api.record_attendance(first.pk, [api.Mark(user.pk, status)], actor=staff)
        new_request()

    def took_part(self, place: Gated, **fields: Any) -> Any:
        user = enrolled(place.course, **fields)
        self.mark(place, user, "P")
        return user

    def sign_in(self, user: Any | None) -> None:
        self.client.logout()
        if user is not None:
            assert self.client.login(username=user.username, password=PASSWORD)

    def get(self, key: Any, **params: str) -> Any:
        new_request()
        answer = self.client.get(reverse("render_xblock", args=[str(key)]), params)
        new_request()
        return answer

    def meets(self, key: Any, text: str = AFTER, **params: str) -> str:
        """Return what whoever is signed in meets at a page, asked as the front end asks."""
        plain = self.get(key, **params)
        told = self.get(key, recheck_access="1", **params)
        if plain.status_code == 200:
            assert text in plain.content.decode()
            assert text in told.content.decode()
            return OPEN
        assert text not in plain.content.decode()
        assert text not in told.content.decode()
        return SHUT if told.status_code == 200 else AWAY

    def reason(self, key: Any) -> str:
        """Return what is read instead of a page that is shut."""
        return str(self.get(key, recheck_access="1").content.decode())

    def answers(self, problem: Any) -> str:
        """Return whether whoever is signed in can answer a problem."""
        new_request()
        url = reverse(
            "xblock_handler",
            kwargs={
                "course_id": str(problem.course_key),
                "usage_id": str(problem),
                "handler": "xmodule_handler",
                "suffix": "problem_check",
            },
        )
        answer = self.client.post(url, {f"input_{problem.block_id}_2_1": "4"})
        new_request()
        if answer.status_code == 200:
            assert json.loads(answer.content)["success"] == "correct"
            return OPEN
        return SHUT

    def listed(self, course_key: Any, username: str, key: Any) -> str:
        """Return how the outline of a learner shows a block."""
        update_course_in_cache(course_key)
        new_request()
        answer = self.client.get(
            "/api/courses/v2/blocks/",
            {
                "course_id": str(course_key),
                "username": username,
                "depth": "all",
                "requested_fields": "authorization_denial_reason",
            },
        )
        new_request()
        assert answer.status_code == 200, answer.content
        block = answer.json()["blocks"].get(str(key))
        if block is None:
            return AWAY
        return SHUT if block.get("authorization_denial_reason") else OPEN
