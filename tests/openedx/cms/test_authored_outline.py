"""The course as its team sees it: drafts, what is published, what is graded and due."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from unittest.mock import patch
from zoneinfo import ZoneInfo

import pytest

pytest.importorskip("cms.djangoapps.contentstore", reason="there is no Open edX here")

from django.db import connection
from django.test.utils import CaptureQueriesContext
from openedx.core.djangoapps.course_groups.tests.helpers import CohortFactory
from xmodule.modulestore.django import modulestore
from xmodule.modulestore.tests.django_utils import ModuleStoreTestCase
from xmodule.modulestore.tests.factories import BlockFactory, CourseFactory

from blended_xblock.hosts import get_host, openedx_courses
from blended_xblock.hosts.base import OutlineNode
from tests.openedx.people import build_course

DUE = datetime(2026, 5, 11, 22, 0, tzinfo=UTC)
COUNTS = {"graded": True, "format": "Homework"}
MEMORY = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}


def link_of(block: Any) -> str:
    return f"{block.location.block_type}@{block.location.block_id}"


class AuthoredOutlineTest(ModuleStoreTestCase):
    """A course with a blended unit, and what an author does to it."""

    def setUp(self) -> None:
        super().setUp()
        self.course, self.unit = build_course("AUTHORED")
        self.store = modulestore()
        self.page = self.store.get_item(self.unit.location).get_parent()
        self.part = self.page.get_parent()

    def nodes(self) -> dict[str, OutlineNode]:
        root = get_host().authored_outline(str(self.course.id))
        assert root is not None
        return {node.link: node for node in root.walk()}

    def node(self, block: Any) -> OutlineNode:
        return self.nodes()[link_of(block)]

    def states(self, *blocks: Any) -> list[str]:
        nodes = self.nodes()
        return [nodes[link_of(block)].state for block in blocks]

    def add(self, category: str, parent: Any, *, publish: bool = True, **fields: Any) -> Any:
        return BlockFactory.create(
            parent_location=parent.location, category=category, publish_item=publish, **fields
        )

    def change(self, block: Any, **fields: Any) -> None:
        """Save fields of the draft, as Studio's forms do."""
        draft = self.store.get_item(block.location)
        for name, value in fields.items():
            setattr(draft, name, value)
        self.store.update_item(draft, self.user.id)

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Have a cache that keeps things, which the platform's tests do not."""
        with self.settings(CACHES=MEMORY):
            yield

    def test_what_is_published_says_so(self) -> None:
        nodes = self.nodes()
        assert {node.state for node in nodes.values()} == {"published"}
        assert nodes[link_of(self.unit)].title == "Handling conflict"
        assert nodes[link_of(self.unit)].usage_key == str(self.unit.location.for_branch(None))
        published = get_host().outline(str(self.course.id))
        assert published is not None
        assert list(nodes) == [node.link for node in published.walk()], "in the same order"

    def test_what_was_never_published_is_there_and_says_so(self) -> None:
        page = self.add("vertical", self.part, publish=False, display_name="New page")
        inside = self.add("html", page, publish=False)
        assert self.states(page, inside, self.part) == ["unpublished", "unpublished", "draft"]
        assert self.node(page).title == "New page"
        assert self.node(self.part).children[-1].link == link_of(page)

    def test_a_change_makes_a_draft_of_the_block_and_of_what_holds_it(self) -> None:
        other = self.add("html", self.page)
        self.change(self.unit, display_name="Renamed")
        assert self.node(self.unit).title == "Renamed"
        assert self.states(self.unit, self.page, self.part) == ["draft"] * 3
        assert self.states(other) == ["published"]
        self.store.publish(self.page.location, self.user.id)
        assert self.states(self.unit, self.page, self.part) == ["published"] * 3

    def test_who_takes_a_change_back_has_nothing_left_to_publish(self) -> None:
        self.change(self.unit, display_name="Renamed")
        assert self.states(self.unit, self.page) == ["draft", "draft"]
        self.store.revert_to_published(self.page.location, self.user.id)
        assert self.states(self.unit, self.page) == ["published", "published"]

    def test_what_is_taken_back_from_learners_is_not_published_any_more(self) -> None:
        self.store.unpublish(self.page.location, self.user.id)
        assert self.states(self.unit, self.page) == ["unpublished", "unpublished"]

    def test_what_is_deleted_is_gone_and_leaves_a_draft_of_what_held_it(self) -> None:
        self.store.delete_item(self.unit.location, self.user.id)
        assert link_of(self.unit) not in self.nodes()
        assert self.states(self.page) == ["draft"]
        self.store.publish(self.page.location, self.user.id)
        assert self.states(self.page) == ["published"]
        self.store.delete_item(self.part.location, self.user.id)
        assert {link_of(self.page), link_of(self.part)}.isdisjoint(self.nodes())

    def test_each_state_is_the_one_studio_shows(self) -> None:
        """Compared with what the platform answers block by block, after all sorts of changes."""
        self.change(self.add("html", self.add("vertical", self.part)), display_name="Renamed")
        self.store.delete_item(self.add("html", self.add("vertical", self.part)).location, 1)
        page = self.add("vertical", self.part, publish=False)
        self.add("html", page, publish=False)
        found = {}
        for link, node in self.nodes().items():
            block = self.store.get_item(self.course.id.make_usage_key(*link.split("@")))
            wanted = "draft" if self.store.has_changes(block) else "published"
            found[link] = (
                node.state,
                wanted if self.store.has_published_version(block) else "unpublished",
            )
        assert {link: pair for link, pair in found.items() if pair[0] != pair[1]} == {}
        assert {pair[0] for pair in found.values()} == {"published", "draft", "unpublished"}

    def test_a_subsection_is_graded_once_something_in_it_has_a_score(self) -> None:
        part = self.add("sequential", self.part.get_parent(), **COUNTS)
        page = self.add("vertical", part)
        text = self.add("html", page)
        assert [self.node(each).graded for each in (part, page, text)] == [False] * 3
        quiz = self.add("problem", page, publish=False)
        nodes = self.nodes()
        graded = [link_of(quiz), link_of(page), link_of(part)]
        assert sorted(link for link, node in nodes.items() if node.graded) == sorted(graded)

    def test_what_has_a_score_is_not_graded_where_nothing_counts(self) -> None:
        quiz = self.add("problem", self.page)
        assert [self.node(each).graded for each in (quiz, self.page, self.part)] == [False] * 3
        typeless = self.add("sequential", self.part.get_parent(), graded=True)
        page = self.add("vertical", typeless)
        quiz = self.add("problem", page)
        assert [self.node(each).graded for each in (quiz, page, typeless)] == [False] * 3

    def test_what_stands_in_a_subsection_is_due_with_it(self) -> None:
        there = DUE.astimezone(ZoneInfo("America/Montreal"))
        part = self.add("sequential", self.part.get_parent(), due=there)
        page = self.add("vertical", part)
        nodes = self.nodes()
        for block in (part, page):
            due = nodes[link_of(block)].due
            assert due == DUE
            assert due.tzinfo is UTC
        assert nodes[link_of(self.page)].due is None

    def test_a_course_is_not_read_again_until_it_changes(self) -> None:
        with self.kept():
            before = self.nodes()
            with CaptureQueriesContext(connection) as queries:
                assert self.nodes() == before
            assert len(queries) == 1
            with patch.object(openedx_courses, "_course_in", side_effect=AssertionError):
                assert self.nodes() == before

    def test_each_change_is_seen_at_once(self) -> None:
        with self.kept():
            assert self.states(self.unit) == ["published"]
            self.change(self.unit, display_name="Renamed")
            assert self.node(self.unit).title == "Renamed"
            assert self.states(self.unit) == ["draft"]
            self.store.publish(self.page.location, self.user.id)
            assert self.states(self.unit) == ["published"], "only what is published has changed"
            self.store.delete_item(self.unit.location, self.user.id)
            assert link_of(self.unit) not in self.nodes()

    def test_reading_many_blocks_costs_no_more_queries_than_reading_a_few(self) -> None:
        costs = []
        for number in (0, 4):
            for _number in range(number):
                page = self.add("vertical", self.part)
                for _other in range(5):
                    self.add("html", page)
            with CaptureQueriesContext(connection) as queries:
                size = len(self.nodes())
            costs.append((size, len(queries)))
        (few, before), (many, after) = costs
        assert many == few + 24
        assert after == before

    def test_courses_are_kept_apart(self) -> None:
        other = CourseFactory.create(number="OTHER")
        with self.kept():
            self.nodes()
            root = get_host().authored_outline(str(other.id))
        assert root is not None
        assert root.usage_key == str(other.location.for_branch(None).version_agnostic())
        assert root.children == ()

    def test_where_there_is_no_course_there_is_no_outline(self) -> None:
        for key in ("course-v1:Other+None+1", "no key at all"):
            assert get_host().authored_outline(key) is None

    def test_cohorts_are_named_in_order(self) -> None:
        other = CourseFactory.create(number="OTHER")
        CohortFactory.create(course_id=other.id, name="Elsewhere")
        for name in ("Client B", "Client A"):
            CohortFactory.create(course_id=self.course.id, name=name)
        assert get_host().cohorts(str(self.course.id)) == ["Client A", "Client B"]
        assert get_host().cohorts("course-v1:Other+None+1") == []
