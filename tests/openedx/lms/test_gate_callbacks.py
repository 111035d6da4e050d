"""The platform's address for callbacks, which checks nobody's access, is gated all the same."""

from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("lms.djangoapps.courseware", reason="there is no Open edX here")

from common.djangoapps.student.tests.factories import StaffFactory
from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext
from lms.djangoapps.courseware.models import StudentModule
from xmodule.modulestore.tests.factories import BlockFactory, CourseFactory

from blended_xblock.gate.course_gates import renew
from blended_xblock.models import CourseGate
from tests.openedx.lms.gate_case import new_request
from tests.openedx.lms.test_gate_paths import QUESTION, PathsCase, build, problem
from tests.openedx.people import STARTED


class CallbacksTest(PathsCase):
    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.built = build("CALLBACKS")
        after = cls.store.get_item(cls.built.after.vertical)
        cls.tool = BlockFactory.create(parent=after, category="lti").location
        cls.plain = CourseFactory.create(number="PLAIN", start=STARTED)
        section = BlockFactory.create(parent=cls.plain, category="chapter")
        subsection = BlockFactory.create(parent=section, category="sequential")
        page = BlockFactory.create(parent=subsection, category="vertical")
        cls.question = problem(page).usage_key

    def setUp(self) -> None:
        super().setUp()
        self.publish(self.built.course)
        self.enter(self.built.course)

    def knock(self, handler: str = "problem_get", key: Any = None, **data: str) -> HttpResponse:
        """Call an old block's handler, as ``xmodule_handler`` takes it."""
        return self.knock_at(key or self.built.after.problem, f"xmodule_handler/{handler}", **data)

    def knock_at(self, key: Any, handler: str, **data: str) -> HttpResponse:
        new_request()
        return self.client.post(
            f"/courses/{self.course_id}/xblock/{key}/handler_noauth/{handler}", data
        )

    def answers(self) -> dict[str, str]:
        return {f"input_{self.built.after.problem.block_id}_2_1": "Yes"}

    def test_it_takes_no_answer_to_a_locked_problem(self) -> None:
        assert self.knock("problem_check", **self.answers()).status_code == 404
        assert not StudentModule.objects.filter(student=self.ana).exists()

    def test_an_address_that_names_a_branch_is_the_same_address(self) -> None:
        self.course_id += "+branch@published-branch"
        assert self.knock().status_code == 404
        self.take_part(self.built.unit)
        assert QUESTION in self.knock().content.decode()

    def test_it_shows_no_locked_problem_whoever_asks(self) -> None:
        assert self.knock().status_code == 404
        self.client.logout()
        assert self.knock().status_code == 404

    def test_it_answers_who_took_part(self) -> None:
        self.take_part(self.built.unit)
        assert QUESTION in self.knock().content.decode()
        assert self.knock("problem_check", **self.answers()).status_code == 200

    def test_it_answers_staff(self) -> None:
        self.sign_in(StaffFactory(course_key=self.built.course.id))
        assert QUESTION in self.knock().content.decode()

    def test_it_answers_for_what_is_not_gated(self) -> None:
        assert self.knock(key=self.built.warm_up_problem).status_code == 200

    def test_a_tool_s_server_reaches_it_and_a_learner_s_browser_does_not(self) -> None:
        """Without a session nobody can tell whose grade comes; the tool's signature is checked."""
        assert self.knock_at(self.tool, "grade_handler").status_code == 404
        self.client.logout()
        assert self.knock_at(self.tool, "grade_handler").status_code == 200

    def test_it_stays_shut_when_the_gates_cannot_be_read(self) -> None:
        self.take_part(self.built.unit)
        CourseGate.objects.update(gates={"units": "broken"})
        renew(self.course_id)
        assert self.knock().status_code == 404

    def test_it_costs_nothing_in_a_course_without_blended_units(self) -> None:
        self.enter(self.plain)
        with CaptureQueriesContext(connection) as captured:
            assert self.knock(key=self.question).status_code == 200
        assert not [each["sql"] for each in captured if "blended_xblock_" in each["sql"]]
