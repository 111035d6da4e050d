"""What happens around us in a real LMS and means something to us, each of it heard once."""

from __future__ import annotations

from typing import Any
from unittest import mock

import pytest
from django.db import DatabaseError
from django.db.models.signals import post_delete
from django.utils import timezone

pytest.importorskip("lms.djangoapps.courseware", reason="there is no Open edX here")

from common.djangoapps.student.models import CourseEnrollment
from common.djangoapps.student.tests.factories import StaffFactory, UserFactory
from edx_django_utils.cache import RequestCache
from openedx.core.djangoapps.course_groups.cohorts import (
    add_user_to_cohort,
    remove_user_from_cohort,
)
from openedx.core.djangoapps.course_groups.tests.helpers import CohortFactory
from openedx.core.djangoapps.user_api.accounts.signals import USER_RETIRE_LMS_MISC
from openedx.core.djangoapps.user_api.models import RetirementState, UserRetirementStatus
from openedx_events.content_authoring.signals import COURSE_IMPORT_COMPLETED
from openedx_events.learning.signals import (
    COHORT_MEMBERSHIP_CHANGED,
    COURSE_ENROLLMENT_CHANGED,
)
from xmodule.modulestore import ModuleStoreEnum
from xmodule.modulestore.django import SignalHandler
from xmodule.modulestore.tests.django_utils import ModuleStoreTestCase, SharedModuleStoreTestCase
from xmodule.modulestore.tests.factories import BlockFactory, CourseFactory

from blended_xblock import api, events, signals
from blended_xblock.models import (
    AttendanceChange,
    AttendanceRecord,
    BlendedUnit,
    CourseGate,
    GatedBlock,
    Guest,
    Session,
    SessionFeedback,
    Standing,
    Waiver,
)
from tests.openedx.people import all_rows, build_course, enrolled, meeting, session

LISTENED_TO = {
    "course_published": SignalHandler.course_published,
    "course_deleted": SignalHandler.course_deleted,
    "import": COURSE_IMPORT_COMPLETED,
    "retirement": USER_RETIRE_LMS_MISC,
    "cohort": COHORT_MEMBERSHIP_CHANGED,
    "cohort left": post_delete,
    "enrolment": COURSE_ENROLLMENT_CHANGED,
    "our own": events.decided,
}


@pytest.mark.parametrize("name", LISTENED_TO)
def test_a_signal_reaches_us_once(name: str) -> None:
    """Receivers of ours are held strongly; a weak one would be gone by now."""
    ours = [
        receiver
        for (uid, _sender), receiver, *_more in LISTENED_TO[name].receivers
        if str(uid).startswith("blended_xblock.")
    ]
    assert len(ours) == 1
    assert callable(ours[0])


class PeopleTest(SharedModuleStoreTestCase):
    """A unit whose session is meant for a cohort, and its roll is not opened yet."""

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.course, cls.unit = build_course("PEOPLE", meeting(1, -1, audience=["Client A"]))
        cls.plain = build_plain()

    def setUp(self) -> None:
        super().setUp()
        self.addCleanup(RequestCache.clear_all_namespaces)
        api.sync_course(str(self.course.id))
        self.staff = StaffFactory(course_key=self.course.id)
        self.ana = UserFactory(username="ana")
        self.usage_key = str(self.unit.usage_key.for_branch(None))

    def act(self, act: Any, *arguments: Any) -> None:
        """Act and commit; whatever it is, we decide once."""
        with (
            mock.patch.object(signals, "learners_moved", wraps=signals.learners_moved) as told,
            self.captureOnCommitCallbacks(execute=True),
        ):
            act(*arguments)
        RequestCache.clear_all_namespaces()
        assert told.call_count == 1

    def is_awaited(self) -> bool | None:
        """Tell whether Ana's attendance is waited for, as stored; None where nothing is."""
        row = Standing.objects.filter(user=self.ana, unit__course_key=str(self.course.id)).first()
        return row and row.pending_from is not None

    def cohort(self, name: str) -> Any:
        return CohortFactory(course_id=self.course.id, name=name)

    def test_who_enrols_gets_a_standing_and_who_leaves_is_no_longer_waited_for(self) -> None:
        self.act(add_user_to_cohort, self.cohort("Client A"), self.ana.username)
        for act, is_awaited in (
            (CourseEnrollment.enroll, True),
            (CourseEnrollment.unenroll, False),
            (CourseEnrollment.enroll, True),
        ):
            self.act(act, self.ana, self.course.id)
            assert self.is_awaited() is is_awaited

    def test_a_cohort_changes_at_which_sessions_a_learner_is_expected(self) -> None:
        first, second = self.cohort("Client A"), self.cohort("Client B")
        self.act(CourseEnrollment.enroll, self.ana, self.course.id)
        assert self.is_awaited() is False
        for act, cohort, is_awaited in (
            (add_user_to_cohort, first, True),
            (add_user_to_cohort, second, False),
            (add_user_to_cohort, first, True),
            (remove_user_from_cohort, first, False),
        ):
            self.act(act, cohort, self.ana.username)
            assert self.is_awaited() is is_awaited

    def test_nothing_is_decided_where_the_enrolment_is_rolled_back(self) -> None:
        before = all_rows()
        with self.captureOnCommitCallbacks():
            CourseEnrollment.enroll(self.ana, self.course.id)
        assert all_rows() == before

    def test_an_enrolment_in_a_course_without_blended_units_writes_nothing(self) -> None:
        before = all_rows()
        self.act(CourseEnrollment.enroll, self.ana, self.plain.id)
        assert all_rows() == before

    def test_an_enrolment_succeeds_whatever_is_wrong_with_us(self) -> None:
        with mock.patch.object(signals, "learners_changed", side_effect=DatabaseError("away")):
            self.act(CourseEnrollment.enroll, self.ana, self.course.id)
        assert CourseEnrollment.is_enrolled(self.ana, self.course.id)
        assert self.is_awaited() is None

    def test_what_was_recorded_outlasts_the_enrolment(self) -> None:
        self.act(CourseEnrollment.enroll, self.ana, self.course.id)
        place = session(self.unit, 1)
        api.open_roll(place.pk, actor=self.staff)
        api.record_attendance(place.pk, [api.Mark(self.ana.pk, "P")], actor=self.staff)
        self.act(CourseEnrollment.unenroll, self.ana, self.course.id)
        assert api.get_standing(self.usage_key, self.ana.pk).outcome == "met"
        assert AttendanceRecord.objects.get(user=self.ana, session=place).status == "P"

    # Retirement

    def test_a_retired_person_s_words_are_wiped_and_the_figures_stay(self) -> None:
        ana, ben = (enrolled(self.course) for _person in range(2))
        place = session(self.unit, 1)
        api.open_roll(place.pk, actor=self.staff)
        for user in (ana, ben):
            for status in ("D", "P"):
                marks = [api.Mark(user.pk, status, minutes=170, note="Dentist at four")]
                api.record_attendance(place.pk, marks, actor=self.staff)
            api.grant_waiver(self.usage_key, user.pk, actor=self.staff, reason="Was ill")
            SessionFeedback.objects.create(
                session=place, user=user, rating=4, comment="Cold room", given_at=timezone.now()
            )
        written = ("Dentist at four", "Was ill", "Cold room")
        for _again in range(2):
            USER_RETIRE_LMS_MISC.send(sender=None, user=ana)
        for user, is_kept in ((ana, False), (ben, True)):
            about = repr(
                [
                    list(table.objects.filter(user=user).values())
                    for table in (AttendanceRecord, AttendanceChange, Waiver, SessionFeedback)
                ]
            )
            assert [text in about for text in written] == [is_kept] * 3
            record = AttendanceRecord.objects.get(user=user, session=place)
            assert (record.status, record.minutes) == ("P", 170)
            lines = AttendanceChange.objects.filter(user=user)
            assert [line.after["status"] for line in lines] == ["D", "P"]
            assert SessionFeedback.objects.get(user=user).rating == 4
            assert Waiver.objects.filter(user=user, revoked_at=None).count() == 1
            assert api.get_standing(self.usage_key, user.pk).outcome == "met"

    def test_a_guest_who_gave_a_retired_person_s_old_address_has_no_name(self) -> None:
        """By the time we are told, the account has lost its address: only the request has it."""
        place = session(self.unit, 1)
        api.open_roll(place.pk, actor=self.staff)
        same, other = (
            api.add_guest(place.pk, "Ana?", email, actor=self.staff).id
            for email in (self.ana.email.upper(), "somebody@else.example.org")
        )
        RetirementState.objects.get_or_create(state_name="PENDING", state_execution_order=1)
        UserRetirementStatus.create_retirement(self.ana)
        self.ana.email = "retired@retired.invalid"
        self.ana.save()
        USER_RETIRE_LMS_MISC.send(sender=None, user=self.ana)
        assert Guest.objects.get(pk=same).name == ""
        assert Guest.objects.get(pk=other).name == "Ana?"

    def test_a_retirement_that_fails_here_is_not_counted_as_done(self) -> None:
        with (
            mock.patch.object(signals, "forget_person", side_effect=DatabaseError("away")),
            pytest.raises(DatabaseError),
        ):
            USER_RETIRE_LMS_MISC.send(sender=None, user=self.ana)


class CoursesTest(ModuleStoreTestCase):
    """Publishes and deletions, told by the modulestore itself."""

    ENABLED_SIGNALS = ("course_published", "course_deleted")

    def republish(self, unit: Any, **changes: Any) -> None:
        """Save a draft and publish it, as Studio does."""
        key = unit.location.for_branch(None)
        with self.store.branch_setting(ModuleStoreEnum.Branch.draft_preferred, key.course_key):
            draft = self.store.get_item(key)
            for name, value in changes.items():
                setattr(draft, name, value)
            self.store.update_item(draft, self.user.id)
            self.store.publish(key, self.user.id)

    def test_a_course_published_in_this_process_is_synced(self) -> None:
        course, unit = build_course("COURSE")
        assert Session.objects.filter(unit__course_key=str(course.id)).count() == 2
        assert GatedBlock.objects.filter(unit__course_key=str(course.id)).exists()
        self.republish(unit, design={**unit.design, "sessions": [meeting(1, 5, title="Moved")]})
        assert session(unit, 1).title == "Moved"
        assert session(unit, 2).state == Session.State.REMOVED

    def test_a_course_without_blended_units_is_not_ours(self) -> None:
        with mock.patch.object(signals, "sync_course") as sync:
            build_plain()
        assert not sync.called
        assert not CourseGate.objects.exists()

    def test_a_publish_succeeds_where_the_sync_fails_and_the_sync_is_tried_again(self) -> None:
        course, unit = build_course("COURSE")
        away = DatabaseError("away")
        with mock.patch.object(signals, "sync_course", side_effect=away) as failing:
            self.republish(unit, display_name="Renamed")
        assert failing.call_count == 1
        assert self.store.get_item(unit.location).display_name == "Renamed"
        assert BlendedUnit.objects.get(course_key=str(course.id)).title == "Renamed", "tried again"

    def test_a_deleted_course_has_no_gates_and_keeps_its_records(self) -> None:
        course, unit = build_course("COURSE")
        other, _unit = build_course("OTHER")
        staff, ana = StaffFactory(course_key=course.id), enrolled(course)
        place = session(unit, 1)
        api.open_roll(place.pk, actor=staff)
        api.record_attendance(place.pk, [api.Mark(ana.pk, "P")], actor=staff)
        self.store.delete_course(course.id, self.user.id)
        assert not BlendedUnit.objects.get(course_key=str(course.id)).is_active
        assert BlendedUnit.objects.get(course_key=str(other.id)).is_active
        assert not CourseGate.objects.get(course_key=str(course.id)).gates["blocks"]
        assert AttendanceRecord.objects.get(session=place, user=ana).status == "P"


def build_plain() -> Any:
    """Return a course with nothing of ours in it."""
    course = CourseFactory.create(number="PLAIN")
    BlockFactory.create(parent=course, category="chapter")
    return course
