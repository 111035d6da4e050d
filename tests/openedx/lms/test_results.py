"""What an instructor records, as scores, grades and completion of somebody else in a real LMS."""

from __future__ import annotations

import json
from typing import Any
from unittest import mock

import pytest
from django.core.management import call_command
from django.urls import reverse

pytest.importorskip("lms.djangoapps.courseware", reason="there is no Open edX here")

from common.djangoapps.student.models import anonymous_id_for_user
from common.djangoapps.student.tests.factories import InstructorFactory
from completion.models import BlockCompletion
from completion.waffle import ENABLE_COMPLETION_TRACKING_SWITCH
from edx_django_utils.cache import RequestCache
from edx_toggles.toggles.testutils import override_waffle_flag, override_waffle_switch
from lms.djangoapps.course_home_api.toggles import COURSE_HOME_MICROFRONTEND_PROGRESS_TAB
from lms.djangoapps.courseware.models import StudentModule
from lms.djangoapps.grades.api import CourseGradeFactory
from submissions import api as submissions
from submissions.models import Score, Submission
from xmodule.modulestore.tests.django_utils import SharedModuleStoreTestCase

from blended_xblock import api, tasks
from blended_xblock.models import AttendanceChange, AttendanceRecord
from tests.openedx.people import PASSWORD, build_course, enrolled, meeting, session

POLICY = {
    "GRADER": [
        {"type": kind, "min_count": 1, "drop_count": 0, "short_label": kind, "weight": weight}
        for kind, weight in (("Workshop", 0.4), ("Homework", 0.6))
    ],
    "GRADE_CUTOFFS": {"Pass": 0.2},
}


def build_graded(store: Any, number: str) -> tuple[Any, Any]:
    """Return a course where three workshops, two of them over, make 40 % of the grade."""
    course, unit = build_course(number, meeting(1, -50), meeting(2, -26), meeting(3, -1))
    course.grading_policy = POLICY
    store.update_item(course, 0)
    subsection = store.get_item(store.get_item(unit.parent).parent)
    subsection.graded, subsection.format = True, "Workshop"
    store.update_item(subsection, 0)
    return course, unit


class ResultsTest(SharedModuleStoreTestCase):
    """Ana, whose attendance at three workshops others record."""

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.course, cls.unit = build_graded(cls.store, "RESULTS")

    def setUp(self) -> None:
        super().setUp()
        self.addCleanup(RequestCache.clear_all_namespaces)
        self.staff = InstructorFactory(course_key=self.course.id)
        self.ana = enrolled(self.course, username="ana")
        api.sync_course(str(self.course.id))
        for n in (1, 2, 3):
            api.open_roll(session(self.unit, n).pk, actor=self.staff)
        for switched_on in (
            override_waffle_switch(ENABLE_COMPLETION_TRACKING_SWITCH, active=True),
            override_waffle_flag(COURSE_HOME_MICROFRONTEND_PROGRESS_TAB, active=True),
        ):
            switched_on.__enter__()
            self.addCleanup(switched_on.__exit__, None, None, None)
        RequestCache.clear_all_namespaces()

    # Doing

    def mark(self, n: int, status: str | None) -> None:
        """Record Ana at a session, commit, and let the worker do all that follows."""
        with self.captureOnCommitCallbacks(execute=True):
            self.record(n, status)
        RequestCache.clear_all_namespaces()

    def record(self, n: int, status: str | None) -> None:
        mark = api.Mark(self.ana.pk, status)
        api.record_attendance(session(self.unit, n).pk, [mark], actor=self.staff)

    def republish(self, **changes: Any) -> None:
        unit = self.store.get_item(self.unit.location)
        for name, value in changes.items():
            setattr(unit, name, value)
        self.store.update_item(unit, 0)
        with self.captureOnCommitCallbacks(execute=True):
            api.sync_course(str(self.course.id))

    def waive(self) -> None:
        with self.captureOnCommitCallbacks(execute=True):
            api.grant_waiver(self.usage_key, self.ana.pk, actor=self.staff, reason="Was ill.")

    # Seeing

    @property
    def usage_key(self) -> str:
        return str(self.unit.usage_key.for_branch(None))

    @property
    def unit_id(self) -> int:
        return session(self.unit, 1).unit_id

    def score(self) -> tuple[int, int] | None:
        """Return what edx-submissions answers the gradebook for Ana."""
        key = self.course.id
        scores = submissions.get_scores(str(key), anonymous_id_for_user(self.ana, key))
        assert len(scores) <= 1
        return next(((s["points_earned"], s["points_possible"]) for s in scores.values()), None)

    def progress(self) -> tuple[float, float]:
        """Return the share of points and the course grade on Ana's own progress page."""
        RequestCache.clear_all_namespaces()
        self.client.logout()
        assert self.client.login(username=self.ana.username, password=PASSWORD)
        answer = self.client.get(reverse("course-home:progress-tab", args=[str(self.course.id)]))
        assert answer.status_code == 200
        said = answer.json()
        (part,) = [
            part
            for section in said["section_scores"]
            for part in section["subsections"]
            if part["assignment_type"] == "Workshop"
        ]
        assert part["num_points_possible"]
        stored = CourseGradeFactory().read(self.ana, course_key=self.course.id).percent
        assert stored == said["course_grade"]["percent"]
        return part["num_points_earned"] / part["num_points_possible"], stored

    def completion(self) -> float | None:
        row = BlockCompletion.objects.filter(
            user=self.ana, block_key=self.unit.usage_key.for_branch(None)
        ).first()
        return row and row.completion

    # Scores

    def test_a_mark_becomes_a_score_a_point_of_progress_and_a_grade(self) -> None:
        assert self.progress() == (0.0, 0.0)
        self.mark(1, "P")
        assert self.score() == (100, 100)
        assert self.progress() == (1.0, 0.4)

    def test_nothing_is_published_before_the_commit(self) -> None:
        with self.captureOnCommitCallbacks() as callbacks:
            self.record(1, "P")
        assert callbacks
        assert (self.score(), self.completion()) == (None, None)

    def test_the_score_is_the_credit_of_the_sessions_marked_so_far(self) -> None:
        steps = [
            (1, "P", (100, 100), 0.4),
            (2, "A", (50, 100), 0.2),
            (3, "D", (50, 100), 0.2),
            (2, "E", (75, 100), 0.3),
            (3, "A", (50, 100), 0.2),
            (1, "A", (0, 100), 0.0),
            (3, None, (0, 100), 0.0),
        ]
        for n, status, score, grade in steps:
            self.mark(n, status)
            assert (n, status, self.score()) == (n, status, score)
            assert self.progress() == (score[0] / score[1], grade)

    def test_whoever_is_excused_from_everything_so_far_has_no_score(self) -> None:
        self.mark(1, "P")
        self.mark(1, "E")
        assert self.score() is None
        assert self.progress() == (0.0, 0.0), "the platform shows what has no score as nothing yet"
        self.mark(2, "P")
        assert (self.score(), self.progress()) == ((100, 100), (1.0, 0.4))

    def test_a_unit_is_worth_its_weight_and_a_new_weight_makes_new_scores(self) -> None:
        self.addCleanup(self.republish, weight=self.unit.weight)
        for n, status in ((1, "P"), (2, "A")):
            self.mark(n, status)
        for weight, score in ((30, (15, 30)), (7, (4, 7))):
            self.republish(weight=weight)
            assert self.score() == score
        assert self.progress() == (4 / 7, 0.23)

    # Waivers and completion

    def test_a_waiver_completes_the_unit_and_scores_nothing(self) -> None:
        self.waive()
        assert (self.score(), self.completion()) == (None, 1.0)
        self.mark(1, "A")
        assert (self.score(), self.completion()) == ((0, 100), 1.0)
        with self.captureOnCommitCallbacks(execute=True):
            api.revoke_waiver(self.usage_key, self.ana.pk, actor=self.staff)
        assert (self.score(), self.completion()) == ((0, 100), 0.0)

    def test_completion_comes_with_taking_part_and_goes_with_a_correction(self) -> None:
        seen = []
        for status in ("A", "D", "E", "L", None):
            self.mark(1, status)
            seen.append(self.completion())
        assert seen == [None, 1.0, 0.0, 1.0, 0.0]

    def test_a_platform_that_tracks_no_completion_gets_none(self) -> None:
        with override_waffle_switch(ENABLE_COMPLETION_TRACKING_SWITCH, active=False):
            for n in (1, 2, 3):
                self.mark(n, "P")
        assert (self.score(), self.completion()) == ((100, 100), None)

    # Late, twice, and not at all

    def test_a_task_that_runs_twice_makes_one_score(self) -> None:
        self.mark(1, "P")
        for _again in range(2):
            tasks.publish_results.apply(args=[self.unit_id, [self.ana.pk]], throw=True)
        assert (Submission.objects.count(), Score.objects.count()) == (1, 1)

    def test_a_task_that_runs_after_a_correction_publishes_the_correction(self) -> None:
        with self.captureOnCommitCallbacks() as first:
            self.record(1, "P")
        with self.captureOnCommitCallbacks() as second:
            self.record(1, "A")
        for callback in (*second, *first):
            callback()
        assert self.score() == (0, 100)
        assert [score.points_earned for score in Score.objects.all()] == [0]

    def test_a_correction_made_while_a_task_publishes_is_published_too(self) -> None:
        real = submissions.set_score
        corrections = ["A"]

        def corrected(*args: Any, **kwargs: Any) -> None:
            if corrections:
                self.record(1, corrections.pop())
            real(*args, **kwargs)

        with self.captureOnCommitCallbacks() as callbacks:
            self.record(1, "P")
        (publish,) = callbacks
        with mock.patch.object(submissions, "set_score", corrected):
            publish()
        assert self.score() == (0, 100)

    def test_a_write_that_fails_loses_no_record_and_is_tried_again(self) -> None:
        away = submissions.SubmissionInternalError("away")
        real = submissions.set_score
        with mock.patch.object(submissions, "set_score", wraps=real) as write:
            write.side_effect = [away, away, mock.DEFAULT]
            self.mark(1, "P")
        assert write.call_count == 3
        assert self.score() == (100, 100)

    def test_what_never_succeeds_is_made_good_by_the_command(self) -> None:
        away = submissions.SubmissionInternalError("away")
        with mock.patch.object(submissions, "set_score", side_effect=away) as write:
            self.mark(1, "P")
        assert write.call_count == 1 + tasks.publish_results.max_retries
        kept = AttendanceRecord.objects.get(user=self.ana, session=session(self.unit, 1))
        assert kept.status == "P"
        assert self.score() is None
        call_command("blended_results", str(self.course.id))
        assert self.score() == (100, 100)
        assert self.progress() == (1.0, 0.4)

    # Delete learner state

    def delete_state(self) -> Any:
        """Press "Delete Learner's State" on the instructor dashboard."""
        self.client.logout()
        assert self.client.login(username=self.staff.username, password=PASSWORD)
        with self.captureOnCommitCallbacks(execute=True):
            return self.client.post(
                reverse("reset_student_attempts", args=[str(self.course.id)]),
                {
                    "problem_to_reset": self.usage_key,
                    "unique_student_identifier": self.ana.username,
                    "delete_module": "true",
                },
            )

    def check_deleted(self) -> None:
        """Check what the dialog promises (answers and scores are gone), and what stays with us."""
        assert self.score() is None
        assert self.completion() == 0.0
        assert self.progress() == (0.0, 0.0)
        assert {record.status for record in AttendanceRecord.objects.all()} == {None}
        assert not api.get_standing(self.usage_key, self.ana.pk).is_open
        lines = AttendanceChange.objects.filter(user=self.ana)
        assert [(line.source, line.before["status"], line.after["status"]) for line in lines] == [
            *[("roll", None, "P")] * 3,
            *[("reset", "P", None)] * 3,
        ]
        assert {line.actor for line in lines} == {self.staff}

    def test_deleting_a_learner_s_state_takes_marks_score_and_completion_and_keeps_history(
        self,
    ) -> None:
        for n in (1, 2, 3):
            self.mark(n, "P")
        self.waive()
        StudentModule.objects.create(
            student=self.ana,
            course_id=self.course.id,
            module_state_key=self.unit.usage_key.for_branch(None),
            module_type="blended_unit",
            state=json.dumps({}),
        )
        answer = self.delete_state()
        assert answer.status_code == 200, answer.content
        assert not StudentModule.objects.filter(student=self.ana).exists()
        self.check_deleted()

    def test_the_platform_says_there_was_no_state_though_ours_is_deleted(self) -> None:
        """It looks for a row that learners of this block do not have, after it has told us."""
        for n in (1, 2, 3):
            self.mark(n, "P")
        answer = self.delete_state()
        assert (answer.status_code, answer.content.decode()) == (400, "Module does not exist.")
        self.check_deleted()

    def test_a_learner_whose_state_was_deleted_is_marked_like_anybody(self) -> None:
        self.mark(1, "P")
        self.delete_state()
        self.mark(1, "D")
        assert (self.score(), self.progress()) == ((50, 100), (0.5, 0.2))

    def test_the_block_forgets_the_learner_it_is_told_and_nobody_else(self) -> None:
        ben = enrolled(self.course)
        self.mark(1, "P")
        with self.captureOnCommitCallbacks(execute=True):
            api.record_attendance(
                session(self.unit, 1).pk, [api.Mark(ben.pk, "P")], actor=self.staff
            )
        with self.captureOnCommitCallbacks(execute=True):
            self.store.get_item(self.unit.location).clear_student_state(
                user_id=anonymous_id_for_user(self.ana, self.course.id),
                course_id=str(self.course.id),
                item_id=self.usage_key,
                requesting_user_id=anonymous_id_for_user(self.staff, self.course.id),
            )
        statuses = dict(AttendanceRecord.objects.values_list("user_id", "status"))
        assert statuses == {self.ana.pk: None, ben.pk: "P"}
        assert self.score() is None
        self.ana = ben
        assert self.score() == (100, 100)
