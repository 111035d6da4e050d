"""What the gate costs a request in the LMS, and that it does not grow with what is gated."""

from __future__ import annotations

import time
from itertools import count
from statistics import median
from typing import Any, Final

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

pytest.importorskip("lms.djangoapps.courseware", reason="there is no Open edX here")

from cms.djangoapps.contentstore.outlines import update_outline_from_modulestore
from common.djangoapps.student.models import CourseEnrollment
from common.djangoapps.student.tests.factories import StaffFactory, UserFactory
from openedx.core.djangoapps.content.block_structure.api import update_course_in_cache
from openedx.core.djangoapps.course_groups.cohorts import set_course_cohorted
from openedx.core.djangoapps.course_groups.models import CourseUserGroupPartitionGroup
from openedx.core.djangoapps.course_groups.tests.helpers import CohortFactory
from xmodule.modulestore import ModuleStoreEnum
from xmodule.modulestore.django import modulestore
from xmodule.modulestore.tests.factories import BlockFactory, CourseFactory
from xmodule.partitions.partitions import Group, UserPartition

from blended_xblock import api
from blended_xblock.gate.course_gates import renew
from blended_xblock.hosts.openedx import BLOCK_TYPE
from tests.openedx.lms.gate_case import GateCase, new_request
from tests.openedx.people import PASSWORD, STARTED, meeting, session

COHORTS: Final = 51
ROUNDS: Final = 25
# No two courses share a session: the second would be a copy, whose dates wait as drafts.
FIRST: Final = count(100, 100)
SIZES: Final = (1, 10, 50)


def build(number: str, size: int, *, is_gated: bool = False, is_grouped: bool = False) -> Any:
    """Return a course of ``size`` blended units and as many subsections.

    Each unit shuts one of them, or a cohort may open them all, or they are open: the baseline.
    """
    groups = [Group(1, "Client A"), Group(2, "Client B")]
    partitions = [UserPartition(COHORTS, "Clients", "", groups, scheme_id="cohort")]
    course = CourseFactory.create(
        number=number, start=STARTED, user_partitions=partitions if is_grouped else []
    )
    course.first = next(FIRST)
    with modulestore().bulk_operations(course.id):
        section = BlockFactory.create(parent=course, category="chapter")
        way = BlockFactory.create(parent=section, category="sequential")
        vertical = BlockFactory.create(parent=way, category="vertical")
        access = {COHORTS: [1]} if is_grouped else {}
        after = [
            BlockFactory.create(parent=section, category="sequential", group_access=access)
            for _ in range(size)
        ]
        course.after = [each.location for each in after]
        course.pages = [BlockFactory.create(parent=each, category="vertical") for each in after]
        for page in course.pages:
            BlockFactory.create(parent=page, category="html", data="What was agreed")
        course.units = [
            BlockFactory.create(
                parent=vertical,
                category=BLOCK_TYPE,
                design={
                    "sessions": [meeting(course.first + n, -1)],
                    "follow_ups": [{"block": f"sequential@{after[n].usage_key.block_id}"}]
                    if is_gated
                    else [],
                },
            )
            for n in range(size)
        ]
    return course


class GateQueriesTest(GateCase):
    """Courses with one, ten and fifty blended units, and Ana, who took part in all of them."""

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.gated = {n: build(f"GATED{n}", n, is_gated=True) for n in SIZES}
        cls.open = build("OPEN", 10)
        cls.none = build("NONE", 10)
        for unit in cls.none.units:
            cls.store.delete_item(unit.location, ModuleStoreEnum.UserID.test)
        cls.none.units = []
        cls.grouped = build("GROUPED", 10, is_grouped=True)

    def setUp(self) -> None:
        super().setUp()
        self.ana = UserFactory(username="ana")
        staff = StaffFactory(course_key=self.open.id)
        for course in (self.open, self.grouped, self.none, *self.gated.values()):
            CourseEnrollment.enroll(self.ana, course.id)
            api.sync_course(str(course.id))
            for n, unit in enumerate(course.units, course.first):
                first = session(unit, n)
                api.open_roll(first.pk, actor=staff)
                api.record_attendance(first.pk, [api.Mark(self.ana.pk, "P")], actor=staff)
            new_request()
            update_course_in_cache(course.id)
            update_outline_from_modulestore(course.id)
        set_course_cohorted(self.grouped.id, True)
        cohort = CohortFactory(course_id=self.grouped.id, name="Client A", users=[self.ana])
        CourseUserGroupPartitionGroup.objects.create(
            course_user_group=cohort, partition_id=COHORTS, group_id=1
        )
        assert self.client.login(username="ana", password=PASSWORD)

    def addresses(self, course: Any) -> dict[str, str]:
        """Return where a learner meets the last gated subsection."""
        page = course.pages[-1].location
        key = str(course.id).replace("+", "%2B")
        return {
            "unit page": reverse("render_xblock", args=[str(page)]),
            "sequence": f"/api/courseware/sequence/{course.after[-1]}",
            "outline": reverse("course-home:outline-tab", args=[str(course.id)]),
            "blocks": f"{reverse('blocks_in_course')}?course_id={key}&username=ana&depth=all",
        }

    def queries(self, url: str) -> list[str]:
        """Return the queries of a request that is not the first of its kind."""
        for _ in range(2):
            new_request()
            with CaptureQueriesContext(connection) as captured:
                answer = self.client.get(url)
            assert answer.status_code == 200, url
        return [query["sql"] for query in captured]

    def ours(self, url: str) -> list[str]:
        return [sql for sql in self.queries(url) if "blended_xblock_" in sql]

    def test_a_request_costs_one_query_however_much_is_gated(self) -> None:
        """The learner's standings; the course's gates stay at hand."""
        for n, course in self.gated.items():
            for name, url in self.addresses(course).items():
                with self.subTest(units=n, address=name):
                    (sql,) = self.ours(url)
                    assert 'FROM "blended_xblock_standing"' in sql

    def test_after_a_publish_it_costs_two(self) -> None:
        for name, url in self.addresses(self.gated[50]).items():
            self.queries(url)
            renew(str(self.gated[50].id))
            new_request()
            with self.subTest(address=name), CaptureQueriesContext(connection) as captured:
                self.client.get(url)
                ours = [each["sql"] for each in captured if "blended_xblock_" in each["sql"]]
                assert len(ours) == 2, ours

    def test_a_course_without_blended_units_costs_no_query(self) -> None:
        for name, url in self.addresses(self.none).items():
            with self.subTest(address=name):
                assert not self.ours(url)

    def test_it_costs_at_most_half_of_what_a_cohort_costs(self) -> None:
        """One course thrice: open, for a cohort, behind its units (``-s`` shows the figures).

        Two queries of three are the platform's own flags, which every restricted block costs.
        """
        print(f"\n{'':12}{'queries: open, cohort, gate':>30}{'milliseconds, the same':>36}")
        for name in self.addresses(self.open):
            urls = [
                self.addresses(each)[name] for each in (self.open, self.grouped, self.gated[10])
            ]
            plain, cohort, gated = counts = [len(self.queries(url)) for url in urls]
            spent = self.milliseconds(*urls)
            print(
                f"{name:12}"
                + "".join(f"{each:10}" for each in counts)
                + "".join(f"{each:12.1f}" for each in spent)
            )
            with self.subTest(address=name):
                assert 2 * (gated - plain) <= cohort - plain

    def milliseconds(self, *urls: str) -> list[float]:
        """Return the medians of this thread's time, in rounds where each address has its turn."""
        spent: dict[str, list[float]] = {url: [] for url in urls}
        for _ in range(ROUNDS):
            for url in urls:
                new_request()
                start = time.thread_time()
                self.client.get(url)
                spent[url].append((time.thread_time() - start) * 1000)
        return [median(spent[url]) for url in urls]
