"""A platform from which we were removed: courses open, no page breaks, nothing of ours is left."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest import mock

import pytest
from django.conf import settings
from django.test import override_settings
from django.urls import reverse

pytest.importorskip("lms.djangoapps.courseware", reason="there is no Open edX here")

from cms.djangoapps.contentstore.outlines import update_outline_from_modulestore
from common.djangoapps.student.tests.factories import StaffFactory
from edx_django_utils.plugins import PluginManager
from edx_toggles.toggles.testutils import override_waffle_flag
from lms.djangoapps.course_home_api.toggles import COURSE_HOME_MICROFRONTEND_PROGRESS_TAB
from lms.djangoapps.courseware.field_overrides import OverrideModulestoreFieldData
from openedx.core.djangoapps.content.block_structure.api import (
    get_course_in_cache,
    update_course_in_cache,
)
from stevedore._cache import get_group_all
from stevedore.extension import ExtensionManager
from xblock.core import XBlock
from xblock.plugin import PLUGIN_CACHE, PluginMissingError
from xmodule.modulestore import ModuleStoreEnum
from xmodule.partitions.partitions import UserPartition

from blended_xblock.gate.course_gates import gates_of
from blended_xblock.settings.lms import PROVIDER
from tests.openedx.lms.gate_case import BEFORE, OPEN, SHUT, GateCase, build_gated, new_request
from tests.openedx.people import all_rows, enrolled

GROUPS = (
    "openedx.user_partition_scheme",
    "openedx.dynamic_partition_generator",
    "openedx.block_structure_transformer",
)
MODULES = ("block", "gate.partitions", "gate.overrides", "gate.transformer")
COHORTS = {50: [7]}


@contextmanager
def uninstalled() -> Iterator[None]:
    """Let the platform find none of our entry points, and import nothing they lead to."""
    others = {
        group: [each for each in get_group_all(group) if "blended_xblock" not in each.value]
        for group in GROUPS
    }
    providers = [each for each in settings.MODULESTORE_FIELD_OVERRIDE_PROVIDERS if each != PROVIDER]
    plugins = vars(PluginManager)["get_available_plugins"].__func__
    with ExitStack() as stack:
        stack.callback(new_request)
        stack.callback(plugins.cache_clear)
        for patch in (
            mock.patch.dict(sys.modules, {f"blended_xblock.{name}": None for name in MODULES}),
            mock.patch.dict(ExtensionManager.ENTRY_POINT_CACHE, others),
            mock.patch.object(UserPartition, "scheme_extensions", None),
            mock.patch.dict(PLUGIN_CACHE, {(XBlock.entry_point, "blended_unit"): None}),
            mock.patch.object(OverrideModulestoreFieldData, "provider_classes", None),
            override_settings(MODULESTORE_FIELD_OVERRIDE_PROVIDERS=providers),
        ):
            stack.enter_context(patch)
        plugins.cache_clear()
        new_request()
        yield


class RemovalTest(GateCase):
    """A course behind a gate, whose team restricted the page behind it to a cohort as well."""

    # What was collected with our partition in it is still in the cache when we are gone.
    ENABLED_CACHES = ("default", "course_structure_cache")

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.place = build_gated("REMOVAL")
        cls.course, cls.unit = cls.place.course, cls.place.unit

    def setUp(self) -> None:
        super().setUp()
        self.sync(self.place)
        update_outline_from_modulestore(self.course.id)
        self.ana = enrolled(self.course, username="ana")
        self.staff = StaffFactory(course_key=self.course.id)
        flag = override_waffle_flag(COURSE_HOME_MICROFRONTEND_PROGRESS_TAB, active=True)
        flag.__enter__()
        self.addCleanup(flag.__exit__, None, None, None)

    def blocks(self) -> dict[str, Any]:
        """Return the course's blocks as the API lists them from what is cached."""
        new_request()
        answer = self.client.get(
            "/api/courses/v2/blocks/",
            {
                "course_id": self.place.key,
                "username": "ana",
                "depth": "all",
                "requested_fields": "authorization_denial_reason",
            },
        )
        assert answer.status_code == 200, answer.content
        blocks: dict[str, Any] = answer.json()["blocks"]
        return blocks

    def pages(self) -> dict[str, int]:
        """Return how the pages and interfaces around a course answer."""
        vertical = self.unit.parent.for_branch(None)
        addresses = {
            "outline": reverse("course-home:outline-tab", args=[self.place.key]),
            "progress": reverse("course-home:progress-tab", args=[self.place.key]),
            "dates": reverse("course-home:dates-tab", args=[self.place.key]),
            "navigation": reverse("course-home:course-navigation", args=[self.place.key]),
            "course": reverse("courseware_api:courseware-api", args=[self.place.key]),
            "subsection": reverse("courseware_api:sequence-api", args=[str(self.place.subsection)]),
            "page of the unit": reverse("render_xblock", args=[str(vertical)]),
            "follow-up": reverse("render_xblock", args=[str(self.place.page)]),
        }
        answers = {}
        for name, address in addresses.items():
            new_request()
            answers[name] = self.client.get(address).status_code
        return answers

    def stored(self) -> str:
        """Return all the modulestore keeps of the course's structure, published and draft."""
        branches = (ModuleStoreEnum.BranchName.published, ModuleStoreEnum.BranchName.draft)
        split = self.store._get_modulestore_for_courselike(self.course.id)
        kept = [split._lookup_course(self.course.id.for_branch(each)) for each in branches]
        return re.sub(" object at 0x[0-9a-f]+", "", repr([each.structure for each in kept]))

    def test_no_gate_is_ever_written_into_the_modulestore(self) -> None:
        page = self.store.get_item(self.place.page)
        self.addCleanup(self.restrict, page.group_access)
        self.restrict(COHORTS)
        self.sync(self.place)
        before = self.stored()
        assert "{'50': [7]}" in before
        partition = self.place.row.partition_id
        assert partition in gates_of(self.place.key).group_access["html", self.place.page.block_id]
        self.mark(self.place, self.ana, "P")
        self.mark(self.place, self.ana, "A")
        for user in (self.ana, self.staff):
            self.sign_in(user)
            self.pages()
        update_course_in_cache(self.course.id)
        assert self.stored() == before
        assert str(partition) not in before

    def restrict(self, access: dict[int, list[int]]) -> None:
        page = self.store.get_item(self.place.page)
        page.group_access = access
        self.store.update_item(page, 0)

    def test_what_was_shut_is_open_and_no_page_breaks(self) -> None:
        self.sign_in(self.ana)
        update_course_in_cache(self.course.id)
        key = str(self.place.page)
        assert self.meets(self.place.page) == SHUT
        assert self.blocks()[key]["authorization_denial_reason"]
        with uninstalled():
            assert self.meets(self.place.page) == OPEN
            assert not self.blocks()[key].get("authorization_denial_reason")
            for user in (self.ana, self.staff):
                self.sign_in(user)
                assert set(self.pages().values()) == {200}
            unit = self.store.get_item(self.unit.location)
            assert (type(unit).HIDDEN, unit.display_name) == (True, "Handling conflict")
        assert self.meets(self.place.page) == OPEN, "staff"
        self.sign_in(self.ana)
        assert self.meets(self.place.page) == SHUT, "installed again"

    def test_learners_see_the_rest_of_the_page_our_block_stood_on(self) -> None:
        self.sign_in(self.ana)
        with uninstalled():
            html = self.get(self.unit.parent.for_branch(None)).content.decode()
        assert BEFORE in html
        assert "unknown component" not in html
        assert "blended" not in html.replace("blended_unit", "").lower()

    def test_our_block_s_own_address_is_answered_as_that_of_any_block_removed(self) -> None:
        """The platform fails for a block of unknown type; learners are led to the page instead."""
        self.sign_in(self.ana)
        with uninstalled(), pytest.raises(PluginMissingError):
            self.get(self.unit.usage_key.for_branch(None))

    def test_a_structure_that_was_collected_with_us_is_collected_anew(self) -> None:
        update_course_in_cache(self.course.id)
        assert "BlendedPartition" in self.partitions()
        with uninstalled():
            assert "BlendedPartition" not in self.partitions()

    def partitions(self) -> set[str]:
        from lms.djangoapps.course_blocks.transformers.user_partitions import (
            UserPartitionTransformer,
        )

        new_request()
        structure = get_course_in_cache(self.course.id)
        found = structure.get_transformer_data(UserPartitionTransformer, "user_partitions")
        return {type(each).__name__ for each in found}

    def test_what_we_recorded_waits_for_us(self) -> None:
        self.mark(self.place, self.ana, "P")
        before = all_rows()
        with uninstalled():
            for user in (self.ana, self.staff):
                self.sign_in(user)
                self.pages()
        assert all_rows() == before
        self.sign_in(self.ana)
        assert self.meets(self.place.page) == OPEN
