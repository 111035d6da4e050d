"""Who may change a blended unit in Studio, through the addresses its pages post to."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

pytest.importorskip("cms.djangoapps.contentstore", reason="there is no Open edX here")

from common.djangoapps.student.roles import CourseCreatorRole, CourseLimitedStaffRole
from common.djangoapps.student.tests.factories import (
    GlobalStaffFactory,
    InstructorFactory,
    StaffFactory,
    UserFactory,
)
from xmodule.modulestore.django import modulestore
from xmodule.modulestore.tests.django_utils import ModuleStoreTestCase

from blended_xblock import api
from blended_xblock.block import BlendedUnitBlock
from blended_xblock.studio_actions import TOOLS, stored_version
from tests.openedx.people import PASSWORD, all_rows, build_course, enrolled, session, with_role

HANDLERS = sorted(
    name
    for name, member in inspect.getmembers(BlendedUnitBlock)
    if getattr(member, "_is_xblock_handler", False)
)


class StudioRolesTest(ModuleStoreTestCase):
    """A course of its author, who is the only one to change its blended unit."""

    def setUp(self) -> None:
        super().setUp()
        self.course, self.unit = build_course("STUDIO")
        self.other, _unit = build_course("OTHER")
        key = self.course.id
        self.authors: dict[str, Callable[[], Any]] = {
            "author": lambda: StaffFactory(course_key=key),
            "administrator of the course": lambda: InstructorFactory(course_key=key),
            "global staff": GlobalStaffFactory,
        }
        self.strangers: dict[str, Callable[[], Any]] = {
            "limited staff": lambda: with_role(CourseLimitedStaffRole(key)),
            "learner": lambda: enrolled(self.course),
            "author of another course": lambda: StaffFactory(course_key=self.other.id),
            "course creator": lambda: with_role(CourseCreatorRole()),
            "somebody": UserFactory,
        }

    def ask(self, handler: str, data: dict[str, Any], view: str = "component_handler") -> Any:
        url = reverse(
            view, kwargs={"usage_key_string": str(self.unit.usage_key), "handler": handler}
        )
        return self.client.post(url, json.dumps(data), "application/json")

    def save(self, title: str, view: str = "component_handler") -> Any:
        base = stored_version(self.stored())
        design = base["design"] | {"objectives": ["Listen well"]}
        return self.ask("save_design", {"title": title, "design": design, "base": base}, view)

    def log_in(self, user: Any) -> None:
        assert self.client.login(username=user.username, password=PASSWORD)

    def stored(self) -> Any:
        return modulestore().get_item(self.unit.usage_key)

    def test_each_author_saves_the_design(self) -> None:
        for name, make in self.authors.items():
            self.log_in(make())
            answer = self.save(name)
            assert (name, answer.status_code) == (name, 200)
            assert answer.json()["version"]["title"] == name
            block = self.stored()
            assert (block.display_name, block.design["objectives"]) == (name, ["Listen well"])

    def test_nobody_else_does(self) -> None:
        before = self.stored().design
        for view in ("component_handler", "preview_handler"):
            for name, make in self.strangers.items():
                self.log_in(make())
                answer = self.save("Taken over", view)
                assert (name, answer.status_code) == (name, 403)
                assert answer.json()["message"] == "You are not allowed to do this here."
            self.client.logout()
            assert self.save("Taken over", view).status_code == 302, "to the log-in page"
        assert (self.stored().display_name, self.stored().design) == ("Handling conflict", before)

    def test_nobody_takes_a_roll_in_studio(self) -> None:
        api.sync_course(str(self.course.id))
        here = {"session": str(session(self.unit, 1).pk)}
        before = all_rows()
        for name, make in (self.authors | self.strangers).items():
            self.log_in(make())
            for handler in HANDLERS:
                if handler in ("save_design", "studio_tool"):
                    continue
                url = reverse("component_handler", args=[str(self.unit.usage_key), handler])
                answers = {self.ask(handler, here).status_code}
                answers.add(self.client.get(url, here).status_code)
                # The handler takes one method; the other is refused for that alone.
                assert (name, handler, answers) == (name, handler, {403, 405})
        assert all_rows() == before

    def test_a_design_with_problems_is_refused_and_nothing_is_saved(self) -> None:
        before = self.stored().design
        self.log_in(self.authors["author"]())
        wrong = {"title": "x", "design": {"rule": {"kind": "magic"}}, "base": {}}
        answer = self.ask("save_design", wrong)
        assert answer.status_code == 400
        assert "magic" in answer.json()["fields"][0]["text"]
        assert (self.stored().display_name, self.stored().design) == ("Handling conflict", before)

    def test_the_second_of_two_authors_overwrites_nothing(self) -> None:
        self.log_in(self.authors["author"]())
        base = stored_version(self.stored())
        first = base | {"title": "First", "base": base}
        second = base | {"weight": 33, "base": base}
        assert self.ask("save_design", first).status_code == 200
        answer = self.ask("save_design", second)
        assert (answer.status_code, answer.json()["code"]) == (409, "changed")
        assert (self.stored().display_name, self.stored().weight) == ("First", base["weight"])
        merged = answer.json()["merged"] | {"base": answer.json()["theirs"]}
        assert self.ask("save_design", merged).status_code == 200
        assert (self.stored().display_name, self.stored().weight) == ("First", 33)

    def test_the_editor_s_tools_answer_authors_and_write_nothing(self) -> None:
        before = stored_version(self.stored())
        self.log_in(self.authors["author"]())
        view = "preview_handler"
        key = str(self.unit.usage_key)
        for tool in TOOLS:
            url = reverse(
                view,
                kwargs={"usage_key_string": key, "handler": "studio_tool", "suffix": tool},
            )
            answer = self.client.post(url, json.dumps(before), "application/json")
            assert (tool, answer.status_code) in {(tool, 200), (tool, 400)}, answer.content
        outline = self.client.post(url.replace(tool, "outline"), "{}", "application/json").json()
        assert outline["outline"]["children"]
        assert stored_version(self.stored()) == before

    def test_a_design_is_not_saved_without_a_csrf_token(self) -> None:
        self.client = Client(enforce_csrf_checks=True)
        self.log_in(self.authors["author"]())
        assert self.save("Forged").status_code == 403
        assert self.stored().display_name == "Handling conflict"
