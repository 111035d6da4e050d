"""Who meets the gate in the LMS: real people, through the addresses the LMS serves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import override_settings

pytest.importorskip("lms.djangoapps.courseware", reason="there is no Open edX here")

from ccx_keys.locator import CCXLocator
from common.djangoapps.student.models import CourseEnrollment
from common.djangoapps.student.roles import CourseStaffRole
from common.djangoapps.student.tests.factories import StaffFactory, UserFactory
from edx_toggles.toggles.testutils import override_waffle_flag
from lms.djangoapps.ccx.overrides import override_field_for_ccx
from lms.djangoapps.ccx.tests.factories import CcxFactory
from lms.djangoapps.courseware.field_overrides import (
    OverrideModulestoreFieldData,
    disable_overrides,
)
from openedx.core.djangoapps.course_groups.cohorts import add_user_to_cohort
from openedx.core.djangoapps.course_groups.models import CourseUserGroupPartitionGroup
from openedx.core.djangoapps.course_groups.tests.helpers import (
    CohortFactory,
    config_course_cohorts,
)
from openedx.features.course_experience import COURSE_ENABLE_UNENROLLED_ACCESS_FLAG
from xmodule.partitions.partitions import Group, UserPartition

from blended_xblock import api
from blended_xblock.gate.groups import NOT_YET, TOOK_PART
from blended_xblock.models import GatedBlock
from blended_xblock.settings.lms import PROVIDER
from tests.openedx.lms.gate_case import (
    AWAY,
    BEFORE,
    OPEN,
    SHUT,
    GateCase,
    Gated,
    build_gated,
    new_request,
)
from tests.openedx.people import STARTED, all_rows, enrolled, everybody, invited

WHY = "Opens when you have taken part in a session. See “Handling conflict” for the dates."
CCX_PROVIDER = "lms.djangoapps.ccx.overrides.CustomCoursesForEdxOverrideProvider"


class RolesAtTheGateTest(GateCase):
    """Everybody the platform knows, before and after they took part."""

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.place = build_gated("PEOPLE")
        cls.course = cls.place.course
        cls.other = build_gated("ELSEWHERE")

    def setUp(self) -> None:
        super().setUp()
        self.sync(self.place, self.other)

    def everybody(self) -> dict[str, tuple[str, Callable[[], Any]]]:
        return everybody(self.course, self.place.unit, self.other.course)

    def at_the_gate(self) -> tuple[str, str, str]:
        """Return what is met before the session, after it, and by an answer."""
        return (
            self.meets(self.place.before, BEFORE),
            self.meets(self.place.page),
            self.answers(self.place.problem),
        )

    def test_only_staff_pass_without_having_taken_part(self) -> None:
        met, expected = {}, {}
        for name, (kind, make) in self.everybody().items():
            self.sign_in(make())
            met[name] = self.at_the_gate()
            is_learner = name == "learner"
            expected[name] = (OPEN, OPEN, OPEN) if kind == "staff" else (AWAY, AWAY, SHUT)
            expected[name] = (OPEN, SHUT, SHUT) if is_learner else expected[name]
        assert met == expected

    def test_once_enrolled_everybody_but_staff_is_a_learner(self) -> None:
        met, expected = {}, {}
        for name, (kind, make) in self.everybody().items():
            if name == "anonymous":
                continue
            user = make()
            CourseEnrollment.enroll(user, self.course.id)
            self.sign_in(user)
            if kind == "staff":
                expected[name] = ((OPEN, OPEN, OPEN),)
                met[name] = (self.at_the_gate(),)
                continue
            expected[name] = (OPEN, SHUT, SHUT), (OPEN, OPEN, OPEN)
            at_first = self.at_the_gate()
            self.mark(self.place, user, "P")
            met[name] = at_first, self.at_the_gate()
        assert met == expected

    def test_who_leaves_the_course_is_let_in_nowhere(self) -> None:
        ana = self.took_part(self.place)
        CourseEnrollment.unenroll(ana, self.course.id)
        self.sign_in(ana)
        assert self.at_the_gate() == (AWAY, AWAY, OPEN), "the platform's handlers ask no enrolment"

    def test_visitors_of_a_public_course_meet_the_gate(self) -> None:
        self.course.course_visibility = "public"
        self.store.update_item(self.course, 0)
        with override_waffle_flag(COURSE_ENABLE_UNENROLLED_ACCESS_FLAG, active=True):
            for visitor in (None, UserFactory()):
                self.sign_in(visitor)
                assert self.meets(self.place.before, BEFORE, view="public_view") == OPEN
                assert self.meets(self.place.page, view="public_view") == SHUT

    def test_an_invited_trainer_who_learns_here_too_meets_the_gate(self) -> None:
        trainer = invited(self.place.unit, 1)
        CourseEnrollment.enroll(trainer, self.course.id)
        self.sign_in(trainer)
        assert self.at_the_gate() == (OPEN, SHUT, SHUT)


class OneLearnerTest(GateCase):
    """What opens the gate for one learner, and what shuts it again."""

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.place = build_gated("LEARNER")
        cls.course = cls.place.course

    def setUp(self) -> None:
        super().setUp()
        self.sync(self.place)
        self.ana = enrolled(self.course, username="ana")
        self.staff = StaffFactory(course_key=self.course.id)
        self.sign_in(self.ana)

    def met(self) -> tuple[str, str, str]:
        """Return what ana meets: at the page, by an answer, and in the outline."""
        page, problem = self.place.page, self.place.problem
        return (
            self.meets(page),
            self.answers(problem),
            self.listed(self.course.id, "ana", self.place.subsection),
        )

    def test_a_mark_opens_and_its_correction_shuts(self) -> None:
        self.mark(self.place, self.ana, "P")
        assert self.met() == (OPEN, OPEN, OPEN)
        self.mark(self.place, self.ana, "A")
        assert self.met() == (SHUT, SHUT, SHUT)
        self.mark(self.place, self.ana, "P")
        assert self.met() == (OPEN, OPEN, OPEN)

    def test_a_waiver_opens_until_it_is_taken_back(self) -> None:
        assert self.met() == (SHUT, SHUT, SHUT)
        usage_key = self.place.row.usage_key
        api.grant_waiver(usage_key, self.ana.pk, actor=self.staff, reason="Was ill.")
        assert self.met() == (OPEN, OPEN, OPEN)
        api.revoke_waiver(usage_key, self.ana.pk, actor=self.staff)
        assert self.met() == (SHUT, SHUT, SHUT)

    def test_what_one_learner_did_opens_nothing_for_another(self) -> None:
        self.took_part(self.place, username="ben")
        assert self.met() == (SHUT, SHUT, SHUT)

    def test_who_enrols_after_the_publish_is_shut_out_and_let_in(self) -> None:
        """No row stands for them until somebody records something."""
        late = enrolled(self.course, username="late")
        self.sign_in(late)
        assert self.meets(self.place.page) == SHUT
        self.mark(self.place, late, "P")
        assert self.meets(self.place.page) == OPEN

    def test_what_is_shut_says_why_and_where_to_go(self) -> None:
        said = self.reason(self.place.page)
        assert WHY in said
        assert f"/jump_to/{self.place.row.usage_key}" in said


class MasqueradeTest(GateCase):
    """Staff who look at the course as somebody else, by the platform's own means."""

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.place = build_gated("MASK")
        cls.course = cls.place.course

    def setUp(self) -> None:
        super().setUp()
        self.sync(self.place)
        self.ana = self.took_part(self.place, username="ana")
        self.ben = enrolled(self.course, username="ben")
        self.staff = StaffFactory(course_key=self.course.id, username="staff")
        self.sign_in(self.staff)
        self.rows = all_rows()

    def met(self) -> tuple[str, str]:
        met = self.meets(self.place.page), self.answers(self.place.problem)
        assert all_rows() == self.rows, "whoever looks on writes nothing"
        return met

    def test_the_list_of_views_offers_the_groups_of_the_unit(self) -> None:
        answer = self.client.get(f"/courses/{self.course.id}/masquerade")
        offered = [
            (choice["name"], choice["group_id"])
            for choice in answer.json()["available"]
            if choice.get("user_partition_id") == self.place.row.partition_id
        ]
        assert offered == [("Took part", TOOK_PART), ("Not yet", NOT_YET)]

    def test_each_group_meets_what_it_names(self) -> None:
        partition = self.place.row.partition_id
        for group, expected in ((TOOK_PART, OPEN), (NOT_YET, SHUT), (TOOK_PART, OPEN)):
            self.update_masquerade(user_partition_id=partition, group_id=group)
            assert self.met() == (expected, expected)

    def test_each_learner_meets_what_they_meet_themselves(self) -> None:
        for username, expected in (("ana", OPEN), ("ben", SHUT), ("ana", OPEN)):
            self.update_masquerade(username=username)
            assert self.met() == (expected, expected)

    def test_a_learner_whose_mark_changes_is_seen_so_at_once(self) -> None:
        self.update_masquerade(username="ana")
        assert self.met() == (OPEN, OPEN)
        self.mark(self.place, self.ana, "A")
        self.rows = all_rows()
        assert self.met() == (SHUT, SHUT)

    def test_any_learner_is_one_who_did_not_take_part_yet(self) -> None:
        self.update_masquerade(role="student")
        assert self.met() == (SHUT, SHUT)
        assert WHY in self.reason(self.place.page)

    def test_a_group_of_something_else_says_nothing_of_the_session(self) -> None:
        self.update_masquerade(user_partition_id=50, group_id=1)
        assert self.met() == (SHUT, SHUT)

    def test_staff_are_staff_again_afterwards(self) -> None:
        self.update_masquerade(role="student")
        self.update_masquerade(role="staff")
        assert self.met() == (OPEN, OPEN)

    def test_staff_who_took_part_as_learners_elsewhere_look_as_if_they_had_not(self) -> None:
        """What was recorded of a person opens nothing for the part they play."""
        self.sign_in(self.ana)
        CourseStaffRole(self.course.id).add_users(self.ana)
        self.update_masquerade(role="student")
        assert self.met() == (SHUT, SHUT)


CLIENTS, CLIENT_A, CLIENT_B = 50, 7, 8


class CohortTest(GateCase):
    """A follow-up that the course team shows to one cohort only."""

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.place = build_gated("COHORT")
        cls.course = cls.place.course
        groups = [Group(CLIENT_A, "Client A"), Group(CLIENT_B, "Client B")]
        cls.course = cls.store.get_course(cls.course.id)
        cls.course.user_partitions = [
            UserPartition(CLIENTS, "Clients", "", groups, scheme_id="cohort")
        ]
        cls.store.update_item(cls.course, 0)
        subsection = cls.store.get_item(cls.place.subsection)
        subsection.group_access = {CLIENTS: [CLIENT_A]}
        cls.store.update_item(subsection, 0)

    def setUp(self) -> None:
        super().setUp()
        self.sync(self.place)
        config_course_cohorts(self.course, is_cohorted=True)
        self.cohorts = {}
        for name, group in (("Client A", CLIENT_A), ("Client B", CLIENT_B)):
            self.cohorts[name] = CohortFactory(course_id=self.course.id, name=name)
            CourseUserGroupPartitionGroup.objects.create(
                course_user_group=self.cohorts[name], partition_id=CLIENTS, group_id=group
            )

    def member(self, cohort: str | None, *, did_take_part: bool) -> Any:
        make = self.took_part if did_take_part else lambda place: enrolled(place.course)
        user = make(self.place)
        if cohort:
            add_user_to_cohort(self.cohorts[cohort], user.username)
        return user

    def test_both_must_be_met(self) -> None:
        met = {}
        for cohort in ("Client A", "Client B", None):
            for did_take_part in (True, False):
                self.sign_in(self.member(cohort, did_take_part=did_take_part))
                answers = self.answers(self.place.problem)
                met[cohort, did_take_part] = (self.meets(self.place.page), answers)
        open_to = {who for who, found in met.items() if OPEN in found}
        assert open_to == {("Client A", True)}, met
        assert met["Client A", True] == (OPEN, OPEN)
        assert met["Client A", False] == (SHUT, SHUT)

    def test_a_learner_who_changes_cohort_is_let_in_or_out(self) -> None:
        ana = self.member("Client B", did_take_part=True)
        self.sign_in(ana)
        assert self.meets(self.place.page) != OPEN
        add_user_to_cohort(self.cohorts["Client A"], ana.username)
        assert self.meets(self.place.page) == OPEN

    def test_staff_who_look_as_the_cohort_did_not_take_part(self) -> None:
        """The platform lets them choose one group, so all other restrictions stay shut."""
        self.sign_in(StaffFactory(course_key=self.course.id))
        for partition, group in (
            (CLIENTS, CLIENT_A),
            (self.place.row.partition_id, TOOK_PART),
        ):
            self.update_masquerade(user_partition_id=partition, group_id=group)
            assert self.meets(self.place.page) != OPEN

    def test_what_the_author_wrote_stays_as_it_is(self) -> None:
        self.sign_in(self.member("Client A", did_take_part=True))
        assert self.meets(self.place.page) == OPEN
        new_request()
        subsection = self.store.get_item(self.place.subsection)
        page = self.store.get_item(self.place.page)
        ours = {self.place.row.partition_id: [TOOK_PART]}
        assert subsection.group_access == {CLIENTS: [CLIENT_A], **ours}
        assert page.group_access == {CLIENTS: [CLIENT_A], **ours}
        with disable_overrides():
            subsection = self.store.get_item(self.place.subsection)
            page = self.store.get_item(self.place.page)
            assert page.group_access == {CLIENTS: [CLIENT_A]}, "as the platform hands it down"
            assert subsection.group_access == {CLIENTS: [CLIENT_A]}
            assert not page.fields["group_access"].is_set_on(page)

    def test_a_publish_does_not_take_our_own_gate_for_the_author_s(self) -> None:
        before = list(GatedBlock.objects.order_by("pk").values())
        self.sync(self.place)
        assert list(GatedBlock.objects.order_by("pk").values()) == before
        assert {row["restriction"].get(str(CLIENTS), [None])[0] for row in before} == {CLIENT_A}
        assert {len(row["restriction"]) for row in before} == {1}


@override_settings(
    MODULESTORE_FIELD_OVERRIDE_PROVIDERS=(PROVIDER, CCX_PROVIDER),
)
class CustomCourseTest(GateCase):
    """A custom course (CCX): its learners, the master course's content and design."""

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        OverrideModulestoreFieldData.provider_classes = None
        cls.addClassCleanup(setattr, OverrideModulestoreFieldData, "provider_classes", None)
        cls.place = build_gated("MASTER")
        course = cls.store.get_course(cls.place.course.id)
        course.enable_ccx = True
        cls.store.update_item(course, 0)

    def setUp(self) -> None:
        super().setUp()
        self.sync(self.place)
        ccx = CcxFactory(course_id=self.place.course.id, coach=UserFactory())
        # Where a coach makes one, the platform's form asks for the day it starts.
        override_field_for_ccx(ccx, self.place.course, "start", STARTED)
        self.key = CCXLocator.from_course_locator(self.place.course.id, str(ccx.id))
        new_request()
        self.custom = self.in_custom_course(self.place)

    def in_custom_course(self, place: Gated) -> Gated:
        def here(key: Any) -> Any:
            return self.key.make_usage_key(key.block_type, key.block_id)

        names = ("before", "subsection", "page", "problem")
        keys = {name: here(getattr(place, name)) for name in names}
        unit = self.store.get_item(here(place.unit.location))
        return Gated(self.store.get_course(self.key), unit, **keys)

    def learner(self) -> Any:
        user = enrolled(self.custom.course)
        self.sign_in(user)
        return user

    def at_the_gate(self, place: Gated) -> tuple[str, str, str]:
        return (
            self.meets(place.before, BEFORE),
            self.meets(place.page),
            self.answers(place.problem),
        )

    def test_it_gates_from_the_first_request_on_though_nobody_published_it(self) -> None:
        assert not GatedBlock.objects.filter(unit__course_key=str(self.key)).exists()
        self.learner()
        assert self.at_the_gate(self.custom) == (OPEN, SHUT, SHUT)

    def test_its_own_session_opens_it(self) -> None:
        self.sync(self.custom)
        self.mark(self.custom, self.learner(), "P")
        assert self.at_the_gate(self.custom) == (OPEN, OPEN, OPEN)
        assert self.meets(self.place.page) == AWAY

    def test_who_took_part_in_the_master_course_did_not_do_so_here(self) -> None:
        user = self.learner()
        CourseEnrollment.enroll(user, self.place.course.id)
        self.mark(self.place, user, "P")
        assert self.at_the_gate(self.place) == (OPEN, OPEN, OPEN)
        assert self.at_the_gate(self.custom) == (OPEN, SHUT, SHUT)
