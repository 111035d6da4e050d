"""The block as a citizen of the LMS: its views, its files, its texts, and what programs read."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from django.urls import reverse
from django.utils import translation
from lxml import etree

pytest.importorskip("lms.djangoapps.courseware", reason="there is no Open edX here")

import polib
from common.djangoapps.student.models import CourseEnrollment
from common.djangoapps.student.tests.factories import StaffFactory
from edx_toggles.toggles.testutils import override_waffle_flag
from lms.djangoapps.courseware.tests.helpers import MasqueradeMixin
from openedx.core.djangoapps.content.block_structure.api import update_course_in_cache
from openedx.core.djangoapps.course_groups.models import CourseUserGroupPartitionGroup
from openedx.core.djangoapps.course_groups.tests.helpers import CohortFactory
from openedx.core.djangoapps.lang_pref import LANGUAGE_KEY
from openedx.core.djangoapps.user_api.preferences.api import set_user_preference
from openedx.core.lib.xblock_pipeline.finder import XBlockPipelineFinder
from openedx.features.course_experience import COURSE_ENABLE_UNENROLLED_ACCESS_FLAG
from path import Path as AtlasPath
from xmodule.modulestore.tests.django_utils import SharedModuleStoreTestCase
from xmodule.partitions.partitions import Group, UserPartition

import blended_xblock
from blended_xblock import api
from blended_xblock.gate.groups import NOT_YET, TOOK_PART
from blended_xblock.models import BlendedUnit
from tests.openedx.people import (
    PASSWORD,
    all_rows,
    build_course,
    enrolled,
    invited,
    meeting,
    session,
)

CLIENT_A = 7


def page(html: str) -> etree._Element:
    return etree.fromstring(html, etree.HTMLParser())


class BlockTest(SharedModuleStoreTestCase, MasqueradeMixin):
    """A course with a blended unit of three sessions, one of them for a cohort only."""

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.course, cls.unit = build_course(
            "BLOCK",
            meeting(1, -1),
            meeting(2, 48, join_url="https://meet.example.org/x"),
            meeting(3, 72, title="For Client A", audience=["Client A"]),
        )
        groups = [Group(CLIENT_A, "Client A")]
        cls.course.user_partitions = [UserPartition(50, "Clients", "", groups, scheme_id="cohort")]
        cls.store.update_item(cls.course, 0)

    def setUp(self) -> None:
        super().setUp()
        api.sync_course(str(self.course.id))
        self.staff = StaffFactory(course_key=self.course.id)
        self.ana = enrolled(self.course, username="ana")
        first = session(self.unit, 1)
        api.open_roll(first.pk, actor=self.staff)
        api.record_attendance(first.pk, [api.Mark(self.ana.pk, "P")], actor=self.staff)
        cohort = CohortFactory(course_id=self.course.id, name="Client A")
        CourseUserGroupPartitionGroup.objects.create(
            course_user_group=cohort, partition_id=50, group_id=CLIENT_A
        )

    def show(self, user: Any | None, *, status: int = 200, **params: str) -> str:
        self.client.logout()
        if user is not None:
            assert self.client.login(username=user.username, password=PASSWORD)
        return self.look(status=status, **params)

    def look(self, *, status: int = 200, **params: str) -> str:
        url = reverse("render_xblock", args=[str(self.unit.usage_key)])
        answer = self.client.get(url, params)
        assert answer.status_code == status
        return answer.content.decode()

    def shown(self, html: str) -> str:
        """Return which of our templates was rendered, inside the block's wrapper."""
        (view,) = page(html).xpath(
            "//*[contains(@class, 'xblock')]//*[@class='blended']/@data-view"
        )
        return view

    # Views

    def test_each_person_gets_their_own_view(self) -> None:
        trainer = invited(self.unit, 2)
        CourseEnrollment.enroll(trainer, self.course.id)
        assert self.shown(self.show(self.ana)) == "learner"
        assert self.shown(self.show(self.staff)) == "instructor", "who is not enrolled, and staff"
        html = self.show(trainer)
        assert self.shown(html) == "instructor"
        assert str(session(self.unit, 2).pk) in html
        assert str(session(self.unit, 1).pk) not in html
        assert "data-trainers=" not in html

    def test_who_is_invited_has_to_be_enrolled_to_open_the_page(self) -> None:
        """The platform itself lets nobody else into a course; the form says so."""
        trainer = invited(self.unit, 1)
        self.show(trainer, status=404)
        CourseEnrollment.enroll(trainer, self.course.id)
        assert self.shown(self.look()) == "instructor"
        assert "they must be in this course" in self.show(self.staff)

    def test_a_learner_s_page_has_everything_it_names(self) -> None:
        html = self.show(self.ana)
        (root,) = page(html).xpath("//*[@class='blended']")
        assert root.get("data-module").endswith("blended_xblock/js/learner.js")
        (wrapper,) = page(html).xpath("//*[@data-block-type='blended_unit']")
        assert wrapper.get("data-init") == "BlendedUnit"
        assert "function BlendedUnit(" in html
        (style,) = [url for url in page(html).xpath("//link/@href") if "blended_xblock" in url]
        assert {style, root.get("data-module")} <= self.collected()

    def test_the_modules_a_module_imports_are_served_beside_it(self) -> None:
        files = self.collected()
        folder = Path(blended_xblock.__file__).parent / "static" / "blended_xblock" / "js"
        place = "/static/xblock/resources/blended_xblock/static/blended_xblock/js"
        names = {file.name for file in folder.glob("*.js")}
        assert {"instructor.js", "net.js", "trainers.js"} <= names
        assert {f"{place}/{name}" for name in names} <= files

    def collected(self) -> set[str]:
        """Return the addresses of what the platform collects of our package."""
        return {
            f"/static/{storage.prefix}/{path}"
            for path, storage in XBlockPipelineFinder().list([])
            if storage.module == "blended_xblock"
        }

    def test_a_link_leads_the_whole_window_to_another_page(self) -> None:
        """In the learning front end the block stands in a frame."""
        links = page(self.show(self.ana)).xpath("//*[@class='blended']//a")
        assert links
        for link in links:
            is_kept = link.get("download") is not None or link.get("target") == "_self"
            assert is_kept or link.get("target") in {"_parent", "_blank"}, link.attrib

    def test_visitors_are_asked_to_enrol(self) -> None:
        self.course.course_visibility = "public"
        self.store.update_item(self.course, 0)
        with override_waffle_flag(COURSE_ENABLE_UNENROLLED_ACCESS_FLAG, active=True):
            html = self.show(None, view="public_view")
        assert "Enrol in this course" in html
        assert "Workshop" not in html

    # Looking as somebody else

    def test_staff_who_look_as_a_learner_see_the_page_of_one(self) -> None:
        self.show(self.staff)
        before = all_rows()
        self.update_masquerade(role="student")
        html = self.look()
        assert self.shown(html) == "learner"
        assert "Workshop 2" in html
        assert "For Client A" not in html
        assert "Nothing is recorded yet" in html
        assert "Enrol in this course" not in html
        self.update_masquerade(role="student", group_id=CLIENT_A, user_partition_id=50)
        assert "For Client A" in self.look()
        assert all_rows() == before

    def test_staff_who_look_as_one_who_took_part_see_what_that_opens(self) -> None:
        self.show(self.staff)
        partition = session(self.unit, 1).unit.partition_id
        for group, state in ((TOOK_PART, "open"), (NOT_YET, "locked")):
            self.update_masquerade(user_partition_id=partition, group_id=group)
            (shown,) = page(self.look()).xpath(
                "//*[@class='blended-item'][contains(., 'Afterwards')]/@data-state"
            )
            assert shown == state

    def test_staff_who_look_as_one_learner_see_what_that_one_sees(self) -> None:
        self.show(self.staff)
        before = all_rows()
        self.update_masquerade(role="student", username="ana")
        html = self.look()
        assert self.shown(html) == "learner"
        assert "Present" in html
        assert all_rows() == before

    def test_a_first_look_as_somebody_else_publishes_nothing(self) -> None:
        course, unit = build_course("UNSYNCED")
        self.client.login(username=StaffFactory(course_key=course.id).username, password=PASSWORD)
        self.update_masquerade(course_id=course.id, role="student")
        before = all_rows()
        url = reverse("render_xblock", args=[str(unit.usage_key)])
        assert "not published yet" in self.client.get(url).content.decode()
        assert all_rows() == before

    # What programs read

    def blocks(self) -> Any:
        update_course_in_cache(self.course.id)
        self.client.login(username="ana", password=PASSWORD)
        answer = self.client.get(
            reverse("blocks_in_course"),
            {
                "course_id": str(self.course.id),
                "username": "ana",
                "depth": "all",
                "student_view_data": "blended_unit",
                "requested_fields": "student_view_multi_device",
            },
        )
        assert answer.status_code == 200
        return answer.json()["blocks"][str(self.unit.usage_key)]

    def test_the_blocks_api_tells_the_timetable_and_nobody_s_data(self) -> None:
        block = self.blocks()
        assert block["student_view_multi_device"] is True
        said = block["student_view_data"]
        assert [one["title"] for one in said["sessions"]] == ["Workshop 1", "Workshop 2"]
        for secret in ("Room 4", "meet.example.org", "Client A", "ana", "Present"):
            assert secret not in repr(said)

    def test_a_course_is_read_whatever_is_wrong_with_a_unit(self) -> None:
        BlendedUnit.objects.update(design={"rule": {"kind": "magic"}})
        assert self.blocks()["student_view_data"] == {}

    def test_a_learner_reads_their_own_standing(self) -> None:
        self.show(self.ana)
        url = reverse(
            "xblock_handler",
            args=[str(self.course.id), str(self.unit.usage_key), "student_view_user_state"],
        )
        said = self.client.get(url).json()
        assert said["outcome"] == "met"
        assert [one["status"]["label"] for one in said["records"]] == ["Present"]
        assert said["next_session"]["title"] == "Workshop 1"
        assert self.client.post(url).status_code == 405

    # Texts

    def test_our_own_translations_are_spoken(self) -> None:
        with translation.override("fr"):
            expected = translation.gettext("Before you come")
        assert expected != "Before you come"
        assert expected in self.show_in_french()

    def test_translations_the_platform_brings_win_and_ours_say_the_rest(self) -> None:
        with tempfile.TemporaryDirectory() as root:
            folder = Path(root, "blended_xblock", "fr", "LC_MESSAGES")
            folder.mkdir(parents=True)
            texts = polib.POFile()
            texts.metadata = {
                "Content-Type": "text/plain; charset=UTF-8",
                "Plural-Forms": "nplurals=2; plural=n>1;",
            }
            texts.append(polib.POEntry(msgid="Before you come", msgstr="Avant la rencontre"))
            texts.save_as_mofile(str(folder / "django.mo"))
            with mock.patch("xmodule.modulestore.django.get_python_locale_root") as locale_root:
                locale_root.return_value = AtlasPath(root)
                html = self.show_in_french()
        assert "Avant la rencontre" in html
        with translation.override("fr"):
            assert translation.gettext("Your attendance") in html

    def show_in_french(self) -> str:
        set_user_preference(self.ana, LANGUAGE_KEY, "fr")
        self.client.login(username="ana", password=PASSWORD)
        url = reverse("render_xblock", args=[str(self.unit.usage_key)])
        return self.client.get(url, HTTP_ACCEPT_LANGUAGE="fr").content.decode()
