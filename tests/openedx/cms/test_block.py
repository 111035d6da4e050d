"""The block as a citizen of Studio: preview, editor, messages beside it, what a search finds."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse
from lxml import etree

pytest.importorskip("cms.djangoapps.contentstore", reason="there is no Open edX here")

from common.djangoapps.student.tests.factories import StaffFactory
from openedx.core.djangoapps.content.search.documents import searchable_doc_for_course_block
from xmodule.modulestore.django import modulestore
from xmodule.modulestore.tests.django_utils import ModuleStoreTestCase

from tests.openedx.people import PASSWORD, build_course, meeting

BROKEN = {"rule": {"kind": "magic"}}


class StudioBlockTest(ModuleStoreTestCase):
    """A course in Studio, and its author."""

    def setUp(self) -> None:
        super().setUp()
        self.course, self.unit = build_course(
            "STUDIO",
            meeting(1, 24, join_url="https://meet.example.org/x", address="1 Quiet Road"),
            meeting(2, 48, title="For Client A", audience=["Client A"]),
        )
        author = StaffFactory(course_key=self.course.id)
        self.client.login(username=author.username, password=PASSWORD)

    def redesign(self, **design: Any) -> None:
        self.unit.design = design
        modulestore().update_item(self.unit, 0)

    def show(self, view: str) -> tuple[etree._Element, dict[str, Any]]:
        """Return a view as Studio's pages fetch it: its HTML, and all that comes with it."""
        url = reverse("xblock_view_handler", args=[str(self.unit.usage_key), view])
        answer = self.client.get(url, HTTP_ACCEPT="application/json")
        assert answer.status_code == 200
        found = answer.json()
        return etree.fromstring(found["html"], etree.HTMLParser()), found

    def view(self, root: etree._Element) -> str:
        (view,) = root.xpath("//*[@data-view]/@data-view")
        return view

    def messages(self) -> list[dict[str, str]]:
        """Return what the authoring front end reads of the unit's only block."""
        vertical = modulestore().get_parent_location(self.unit.usage_key)
        url = reverse(
            "cms.djangoapps.contentstore:v1:container_vertical",
            kwargs={"usage_key_string": str(vertical)},
        )
        (block,) = self.client.get(url).json()["children"]
        assert block["render_error"] == ""
        return block["validation_messages"]

    def test_authors_see_what_learners_will_meet(self) -> None:
        root, found = self.show("container_child_preview")
        assert self.view(root) == "author"
        assert "For Client A" in found["html"]
        styles = [each["data"] for _hash, each in found["resources"]]
        assert any(each.endswith("blended_xblock/css/blended.css") for each in styles)

    def test_authors_edit_it_and_save_where_studio_listens(self) -> None:
        root, found = self.show("studio_view")
        assert self.view(root) == "studio"
        (url,) = root.xpath("//*[@data-view='studio']/@data-url-save_design")
        assert url.startswith(
            reverse("component_handler", args=[str(self.unit.usage_key), "save_design"])
        )
        # Studio's other address stores the block again after each call, as it was before it.
        (url,) = root.xpath("//*[@data-view='studio']/@data-url-check_design")
        assert url == reverse(
            "preview_handler",
            args=[str(self.unit.usage_key), "studio_tool", "check_design"],
        )
        assert "function BlendedUnit(" in repr(found["resources"])

    def test_a_sound_design_has_no_messages(self) -> None:
        assert self.messages() == []

    def test_warnings_and_errors_of_a_design_stand_beside_the_block(self) -> None:
        self.redesign()
        assert {message["type"] for message in self.messages()} == {"warning"}
        self.redesign(**BROKEN)
        (message,) = self.messages()
        assert message["type"] == "error"
        assert "magic" in message["text"]

    def test_a_broken_design_breaks_no_page(self) -> None:
        self.redesign(**BROKEN)
        for view in ("container_child_preview", "studio_view"):
            assert "magic" in self.show(view)[1]["html"]
        url = reverse("container_handler", args=[str(self.unit.usage_key)])
        assert self.client.get(url).status_code in {200, 302}

    def test_studio_s_search_finds_it_by_objectives_and_titles(self) -> None:
        self.redesign(objectives=["Listen well"], sessions=self.unit.design["sessions"])
        block = modulestore().get_item(self.unit.usage_key)
        found = searchable_doc_for_course_block(block)
        assert found["display_name"] == "Handling conflict"
        assert found["content"] == {"objectives": "Listen well", "sessions": "Workshop 1"}
        self.redesign(**BROKEN)
        block = modulestore().get_item(self.unit.usage_key)
        assert searchable_doc_for_course_block(block)["content"] == {}
