"""Block structures that were collected where no field is overridden, as in Studio's workers."""

from __future__ import annotations

import pytest
from django.test import override_settings

pytest.importorskip("lms.djangoapps.courseware", reason="there is no Open edX here")

from common.djangoapps.student.tests.factories import StaffFactory
from lms.djangoapps.course_blocks.api import (
    get_course_block_access_transformers,
    get_course_blocks,
)
from lms.djangoapps.course_blocks.transformers.access_denied_filter import (
    AccessDeniedMessageFilterTransformer,
)
from openedx.core.djangoapps.content.block_structure.api import update_course_in_cache
from openedx.core.djangoapps.content.block_structure.transformers import (
    BlockStructureTransformers,
)

from tests.openedx.lms.gate_case import GateCase, build_gated, new_request
from tests.openedx.people import enrolled


@override_settings(XBLOCK_FIELD_DATA_WRAPPERS=[])
class CollectedTest(GateCase):
    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.place = build_gated("COLLECTED")

    def setUp(self) -> None:
        super().setUp()
        self.sync(self.place)
        update_course_in_cache(self.place.course.id)
        new_request()

    def has(self, user: object) -> tuple[bool, bool]:
        """Tell whether the structure gives somebody what comes before, and what after."""
        new_request()
        transformers = BlockStructureTransformers(
            [*get_course_block_access_transformers(user), AccessDeniedMessageFilterTransformer()]
        )
        blocks = get_course_blocks(user, self.place.course.location, transformers)
        return self.place.before in blocks, self.place.page in blocks

    def test_the_gate_is_in_the_structure(self) -> None:
        ana, ben = enrolled(self.place.course), enrolled(self.place.course)
        self.mark(self.place, ana, "P")
        assert self.has(ana) == (True, True)
        assert self.has(ben) == (True, False)

    def test_staff_see_all_of_it(self) -> None:
        assert self.has(StaffFactory(course_key=self.place.course.id)) == (True, True)
