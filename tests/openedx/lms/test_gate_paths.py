"""Every path of the LMS to gated content, for a learner before and after taking part."""

from __future__ import annotations

import json
import tempfile
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import override_settings
from django.urls import reverse

pytest.importorskip("lms.djangoapps.courseware", reason="there is no Open edX here")

from cms.djangoapps.contentstore.outlines import update_outline_from_modulestore
from common.djangoapps.student.tests.factories import StaffFactory
from common.djangoapps.util.milestones_helpers import seed_milestone_relationship_types
from completion.models import BlockCompletion
from completion.waffle import ENABLE_COMPLETION_TRACKING_SWITCH
from edx_toggles.toggles.testutils import override_waffle_flag, override_waffle_switch
from lms.djangoapps.course_home_api.toggles import COURSE_HOME_MICROFRONTEND_PROGRESS_TAB
from lms.djangoapps.courseware.models import StudentModule
from lms.djangoapps.grades.api import CourseGradeFactory
from opaque_keys.edx.keys import CourseKey
from openedx.core.djangoapps.content.course_overviews.models import CourseOverview
from openedx.core.djangoapps.course_date_signals.handlers import extract_dates
from openedx.core.djangoapps.course_groups.models import CourseUserGroupPartitionGroup
from openedx.core.djangoapps.course_groups.tests.helpers import CohortFactory, config_course_cohorts
from openedx.features.course_experience import COURSE_ENABLE_UNENROLLED_ACCESS_FLAG
from xmodule.capa.tests.response_xml_factory import OptionResponseXMLFactory
from xmodule.contentstore.django import contentstore
from xmodule.modulestore.django import modulestore
from xmodule.modulestore.tests.factories import BlockFactory, CourseFactory
from xmodule.modulestore.xml_exporter import export_course_to_xml
from xmodule.modulestore.xml_importer import import_course_from_xml
from xmodule.partitions.partitions import Group, UserPartition

from blended_xblock import api
from blended_xblock.hosts.openedx import BLOCK_TYPE
from blended_xblock.models import BlendedUnit, CourseGate, Session
from tests.openedx.lms.gate_case import GateCase, new_request
from tests.openedx.people import STARTED, enrolled, meeting, session

BEFORE: Final = "What to read first"
NOTES: Final = "What was agreed"
QUESTION: Final = "Will you try it"
TITLE: Final = "Handling conflict"
WHY: Final = f"Opens when you have taken part in a session. See “{TITLE}” for the dates."
GRADING: Final = {
    "GRADER": [
        {"type": "Homework", "short_label": "H", "min_count": 2, "drop_count": 0, "weight": 1}
    ],
    "GRADE_CUTOFFS": {"Pass": 0.5},
}
OPEN, SHUT = 200, 404
CLIENT_A: Final = 7
DROP: Final = {"val": 0, "zone": "top", "x_percent": "1%", "y_percent": "1%"}


@dataclass(frozen=True)
class After:
    """The keys of what comes after a session, from the whole section down to its exercises."""

    chapter: Any
    sequential: Any
    vertical: Any
    html: Any
    problem: Any
    exercise: Any


@dataclass(frozen=True)
class Built:
    """A course: a graded warm-up, a blended unit beside it, and what comes after that."""

    course: Any
    first: Any
    warm_up: Any
    warm_up_problem: Any
    unit: Any
    after: After


def link(key: Any) -> str:
    return f"{key.block_type}@{key.block_id}"


def problem(parent: Any, **fields: Any) -> Any:
    data = OptionResponseXMLFactory().build_xml(
        question_text=QUESTION, options=["Yes", "No"], correct_option="Yes"
    )
    return BlockFactory.create(parent=parent, category="problem", data=data, **fields)


def add_unit(section: Any, gated: Any, *sessions: Any, title: str = TITLE, **follow_up: Any) -> Any:
    """Add a blended unit with one follow-up, on a page of its own."""
    subsection = BlockFactory.create(parent=section, category="sequential")
    page = BlockFactory.create(parent=subsection, category="vertical")
    design = {
        "sessions": list(sessions) or [meeting(1, -1)],
        "follow_ups": [{"block": link(gated), **follow_up}],
    }
    return BlockFactory.create(parent=page, category=BLOCK_TYPE, display_name=title, design=design)


def build(number: str, level: str = "sequential", *sessions: Any, **follow_up: Any) -> Built:
    """Return a course whose blended unit gates what comes after it, at this ``level``."""
    course = CourseFactory.create(
        number=number, start=STARTED, course_visibility="public", grading_policy=GRADING
    )
    graded = {"graded": True, "format": "Homework"}
    first = BlockFactory.create(parent=course, category="chapter")
    warm_up = BlockFactory.create(parent=first, category="sequential", **graded)
    page = BlockFactory.create(parent=warm_up, category="vertical")
    BlockFactory.create(parent=page, category="html", data=BEFORE)
    warm_up_problem = problem(page, display_name="Warm up")
    chapter = BlockFactory.create(parent=course, category="chapter", display_name="Afterwards")
    sequential = BlockFactory.create(parent=chapter, category="sequential", **graded)
    vertical = BlockFactory.create(parent=sequential, category="vertical")
    after = After(
        *(block.usage_key for block in (chapter, sequential, vertical)),
        BlockFactory.create(parent=vertical, category="html", data=NOTES).usage_key,
        problem(vertical, display_name="Try it").usage_key,
        BlockFactory.create(parent=vertical, category="drag-and-drop-v2", weight=0).usage_key,
    )
    unit = add_unit(first, getattr(after, level), *sessions, **follow_up)
    return Built(course, first.usage_key, warm_up.usage_key, warm_up_problem.usage_key, unit, after)


class PathsCase(GateCase):
    """Ana learns in the course at hand, and is signed in."""

    def enter(self, course: Any) -> None:
        self.key = course.id
        self.course_id = str(course.id)
        self.staff = StaffFactory(course_key=course.id)
        self.ana = enrolled(course, username="ana")
        self.sign_in(self.ana)

    def publish(self, course: Any) -> None:
        """Do what a publish in Studio sets off: in our tables, and in the platform's."""
        api.sync_course(str(course.id))
        CourseOverview.load_from_module_store(course.id)
        extract_dates(None, course.id)
        update_outline_from_modulestore(course.id)
        new_request()

    def take_part(self, unit: Any, n: int = 1, *, user: Any = None, status: str = "P") -> None:
        which = session(unit, n)
        api.open_roll(which.pk, actor=self.staff)
        mark = api.Mark((user or self.ana).pk, status)
        with self.captureOnCommitCallbacks(execute=True):
            api.record_attendance(which.pk, [mark], actor=self.staff)
        new_request()

    def statuses(self, after: After, **params: str) -> dict[str, int]:
        """Return what the address of each block answers."""
        return {
            name: self.get(getattr(after, name), **params).status_code for name in asdict(after)
        }

    def page(self, key: Any) -> str:
        """Return what the learning front end shows of a block."""
        answer = self.get(key, recheck_access="1")
        assert answer.status_code == 200
        return answer.content.decode()

    def read(self, url: str, **params: str) -> Any:
        new_request()
        answer = self.client.get(url, params)
        assert answer.status_code == 200, answer.content
        return answer.json()

    def post(self, key: Any, handler: str, data: Any) -> Any:
        """Call a handler as the block's script does; a problem's own take a form."""
        new_request()
        parts = {"course_id": self.course_id, "usage_id": str(key), "handler": handler}
        if handler != "xmodule_handler":
            url = reverse("xblock_handler", kwargs=parts)
            return self.client.post(url, json.dumps(data), "application/json")
        url = reverse("xblock_handler", kwargs=parts | {"suffix": "problem_check"})
        return self.client.post(url, data)

    def answer(self, key: Any) -> Any:
        return self.post(key, "xmodule_handler", {f"input_{key.block_id}_2_1": "Yes"})

    def blocks(self, version: str = "v2", **params: str) -> dict[str, Any]:
        asked = {"course_id": self.course_id, "depth": "all", "username": "ana"} | params
        found: dict[str, Any] = self.read(f"/api/courses/{version}/blocks/", **asked)["blocks"]
        return found

    def message(self, key: Any, **params: str) -> str | None:
        """Return what the blocks API says of a block that is shut."""
        return self.blocks(**params)[str(key)].get("authorization_denial_message")


class PathsTest(PathsCase):
    """A subsection opens to those who took part in a session."""

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.built = build("PATHS")
        cls.after = cls.built.after

    def setUp(self) -> None:
        super().setUp()
        self.publish(self.built.course)
        self.enter(self.built.course)

    # Pages

    def test_no_address_inside_a_locked_subsection_is_found(self) -> None:
        everything_open = dict.fromkeys(asdict(self.after), OPEN)
        everything_shut = dict.fromkeys(asdict(self.after), SHUT) | {"chapter": OPEN}
        assert self.statuses(self.after) == everything_shut
        assert self.statuses(self.after, view="public_view") == everything_shut
        self.take_part(self.built.unit)
        assert self.statuses(self.after) == everything_open
        html = self.page(self.after.vertical)
        assert NOTES in html
        assert QUESTION in html

    def test_a_locked_page_says_why_and_where_to_go_instead_of_its_content(self) -> None:
        below = asdict(self.after).items()
        for name, key in below:
            html = self.page(key)
            assert (name, NOTES in html, QUESTION in html) == (name, False, False)
            if name != "chapter":
                assert "This is still locked" in html, name
                assert WHY in html, name
                assert f'href="{self.way_out()}"' in html, name

    def way_out(self) -> str:
        unit = self.built.unit.usage_key.for_branch(None)
        return f"{settings.LMS_ROOT_URL}/courses/{self.course_id}/jump_to/{unit}"

    def test_the_way_out_of_a_locked_page_leads_to_the_blended_unit(self) -> None:
        answer = self.client.get(self.way_out().removeprefix(settings.LMS_ROOT_URL))
        assert answer.status_code == 302
        assert str(self.built.unit.usage_key.for_branch(None).block_id) in self.blended_page()
        assert str(self.built.unit.parent.block_id) in answer["Location"]

    def blended_page(self) -> str:
        return self.page(self.built.unit.usage_key)

    def test_the_page_of_the_blended_unit_is_never_locked(self) -> None:
        assert 'data-view="learner"' in self.blended_page()

    def test_the_api_that_renders_one_block_finds_no_locked_one(self) -> None:
        features = settings.FEATURES | {"ENABLE_XBLOCK_VIEW_ENDPOINT": True}
        url = reverse("xblock_view", args=[self.course_id, str(self.after.html), "student_view"])
        with override_settings(FEATURES=features):
            assert self.client.get(url).status_code == 404
            self.take_part(self.built.unit)
            assert NOTES in self.read(url)["html"]

    def test_a_visitor_of_a_public_course_has_taken_part_in_nothing(self) -> None:
        self.sign_in(None)
        with override_waffle_flag(COURSE_ENABLE_UNENROLLED_ACCESS_FLAG, active=True):
            (before,) = (
                block
                for block in modulestore().get_items(self.key, qualifiers={"category": "html"})
                if block.data == BEFORE
            )
            key = before.location.for_branch(None)
            assert BEFORE in self.get(key, view="public_view").content.decode()
            assert self.get(self.after.html, view="public_view").status_code == 404
            told = self.get(self.after.html, view="public_view", recheck_access="1")
            assert NOTES not in told.content.decode()
            assert self.message(self.after.html, username="") == WHY

    # Handlers

    def test_an_answer_to_a_locked_problem_is_refused_and_not_kept(self) -> None:
        key = self.after.problem
        assert self.answer(key).status_code == 404
        assert not StudentModule.objects.filter(student=self.ana).exists()
        self.take_part(self.built.unit)
        assert self.answer(key).json()["success"] == "correct"
        assert StudentModule.objects.get(student=self.ana, module_state_key=key).grade == 1

    def test_a_handler_of_somebody_else_s_block_is_refused_too(self) -> None:
        key = self.after.exercise
        assert self.post(key, "drop_item", DROP).status_code == 404
        assert not StudentModule.objects.filter(student=self.ana).exists()
        self.take_part(self.built.unit)
        assert self.post(key, "drop_item", DROP).json()["correct"] is True
        state = json.loads(StudentModule.objects.get(module_state_key=key).state)
        assert list(state["item_state"]) == ["0"]

    def test_a_locked_block_cannot_be_completed_by_its_handler(self) -> None:
        def complete() -> int:
            answer = self.post(self.after.html, "publish_completion", {"completion": 1})
            return int(answer.status_code)

        with override_waffle_switch(ENABLE_COMPLETION_TRACKING_SWITCH, active=True):
            assert complete() == 404
            assert not BlockCompletion.objects.filter(user=self.ana).exists()
            self.take_part(self.built.unit)
            assert complete() == 200
        assert BlockCompletion.objects.get(user=self.ana, block_key=self.after.html).completion

    def test_the_completion_api_takes_a_learner_s_word_and_opens_nothing(self) -> None:
        """It asks for no access at all, of whatever kind: that is the platform's own."""
        claim = {
            "username": "ana",
            "course_key": self.course_id,
            "blocks": {str(self.after.html): 1, str(self.after.problem): 1},
        }
        url = "/api/completion/v1/completion-batch"
        with override_waffle_switch(ENABLE_COMPLETION_TRACKING_SWITCH, active=True):
            answer = self.client.post(url, json.dumps(claim), "application/json")
        assert answer.status_code == 200
        assert self.get(self.after.html).status_code == 404
        assert self.message(self.after.html) == WHY
        assert CourseGradeFactory().read(self.ana, self.built.course).percent == 0

    # What the front ends read

    def sequence(self) -> Any:
        return self.read(f"/api/courseware/sequence/{self.after.sequential}")

    def test_the_courseware_finds_the_pages_that_will_say_why(self) -> None:
        """The front end loads each page in a frame, and there a learner reads why."""
        before = self.sequence()
        assert [item["id"] for item in before["items"]] == [str(self.after.vertical)]
        assert NOTES not in json.dumps(before)
        assert QUESTION not in json.dumps(before)
        self.take_part(self.built.unit)
        assert [item["id"] for item in self.sequence()["items"]] == [str(self.after.vertical)]

    def outlines(self) -> dict[str, tuple[bool, bool]]:
        """Return whether each outline shows the subsection, and its page."""
        urls = {
            "outline": reverse("course-home:outline-tab", args=[self.course_id]),
            "sidebar": reverse("course-home:course-navigation", args=[self.course_id]),
            "sequences": f"/api/learning_sequences/v1/course_outline/{self.course_id}",
        }
        found = {}
        for name, url in urls.items():
            text = json.dumps(self.read(url))
            found[name] = (str(self.after.sequential) in text, str(self.after.vertical) in text)
        return found

    def test_a_locked_subsection_stays_in_every_outline_without_what_is_in_it(self) -> None:
        kept_and_shut, kept = (True, False), (True, True)
        # The first and the last show no pages to anybody.
        assert set(self.outlines().values()) == {kept_and_shut}
        self.take_part(self.built.unit)
        assert self.outlines()["sidebar"] == kept

    def test_the_blocks_api_says_why_of_everything_that_is_locked(self) -> None:
        locked = {str(key) for name, key in asdict(self.after).items() if name != "chapter"}

        def messages() -> dict[str, str | None]:
            found = self.blocks()
            return {key: found[key].get("authorization_denial_message") for key in locked}

        assert set(messages().values()) == {WHY}
        assert self.message(self.after.chapter) is None
        assert self.message(self.built.warm_up) is None
        assert not locked & set(self.blocks("v1")), "which hides what is denied"
        self.take_part(self.built.unit)
        assert set(messages().values()) == {None}
        assert locked <= set(self.blocks("v1"))

    def test_the_blocks_api_tells_nobody_more_without_a_learner_s_name(self) -> None:
        everything = {"course_id": self.course_id, "all_blocks": "true", "depth": "all"}
        assert self.client.get("/api/courses/v2/blocks/", everything).status_code == 403
        self.sign_in(self.staff)
        assert self.message(self.after.problem, username="ana") == WHY, "what Ana sees"
        found = self.read("/api/courses/v2/blocks/", **everything)["blocks"]
        assert "authorization_denial_message" not in found[str(self.after.problem)]

    def test_the_app_is_told_the_same(self) -> None:
        seed_milestone_relationship_types()
        key = str(self.after.problem)

        def app(version: str) -> Any:
            url = f"/api/mobile/{version}/course_info/blocks/"
            return self.read(url, course_id=self.course_id, username="ana", depth="all")["blocks"]

        assert key not in app("v3"), "which hides what is denied"
        assert app("v4")[key]["authorization_denial_message"] == WHY
        self.take_part(self.built.unit)
        assert key in app("v3")
        assert "authorization_denial_message" not in app("v4")[key]

    # Grades

    def percent(self) -> float:
        new_request()
        return float(CourseGradeFactory().read(self.ana, self.built.course).percent)

    def test_a_locked_subsection_counts_zero_in_the_grade_and_does_not_vanish(self) -> None:
        """Who skips the session must not gain by it: one of two homeworks is half a grade."""
        self.answer(self.built.warm_up_problem)
        assert self.percent() == 0.5
        assert self.answer(self.after.problem).status_code == 404
        assert self.percent() == 0.5
        self.take_part(self.built.unit)
        assert self.percent() == 0.5
        self.answer(self.after.problem)
        assert self.percent() == 1

    def test_a_correction_shuts_again_and_takes_no_points_away(self) -> None:
        self.take_part(self.built.unit)
        self.answer(self.after.problem)
        before = self.percent()
        assert before == 0.5
        self.take_part(self.built.unit, status="A")
        assert self.get(self.after.html).status_code == 404
        assert self.percent() == before

    def test_the_progress_page_shows_the_points_that_are_still_to_be_had(self) -> None:
        def shown() -> tuple[float, float]:
            url = reverse("course-home:progress-tab", args=[self.course_id])
            with override_waffle_flag(COURSE_HOME_MICROFRONTEND_PROGRESS_TAB, active=True):
                sections = self.read(url)["section_scores"]
            (found,) = (
                subsection
                for section in sections
                for subsection in section["subsections"]
                if subsection["block_key"] == str(self.after.sequential)
            )
            return found["num_points_earned"], found["num_points_possible"]

        assert shown() == (0, 1)
        self.take_part(self.built.unit)
        self.answer(self.after.problem)
        assert shown() == (1, 1)


class LevelsTest(PathsCase):
    """A whole section, a subsection, a page, or one problem opens."""

    LEVELS = ("chapter", "sequential", "vertical", "problem")

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.courses = {level: build(f"L-{level}", level) for level in cls.LEVELS}

    def check(self, level: str, locked: set[str]) -> None:
        built = self.courses[level]
        self.publish(built.course)
        self.enter(built.course)
        keys = asdict(built.after)
        expected = {name: SHUT if name in locked else OPEN for name in keys}
        assert self.statuses(built.after) == expected
        found = self.blocks()
        said = {name for name in keys if "authorization_denial_message" in found[str(keys[name])]}
        assert said == locked
        assert self.answer(built.after.problem).status_code == SHUT
        self.take_part(built.unit)
        assert set(self.statuses(built.after).values()) == {OPEN}
        assert self.answer(built.after.problem).status_code == OPEN

    def test_a_section(self) -> None:
        names = {"chapter", "sequential", "vertical", "html", "problem", "exercise"}
        self.check("chapter", names)

    def test_a_subsection(self) -> None:
        self.check("sequential", {"sequential", "vertical", "html", "problem", "exercise"})

    def test_a_page(self) -> None:
        self.check("vertical", {"vertical", "html", "problem", "exercise"})

    def test_a_problem(self) -> None:
        self.check("problem", {"problem"})

    def test_a_page_shows_why_in_the_place_of_its_one_locked_problem(self) -> None:
        built = self.courses["problem"]
        self.publish(built.course)
        self.enter(built.course)
        for params in ({}, {"recheck_access": "1"}):
            html = self.get(built.after.vertical, **params).content.decode()
            assert (NOTES in html, QUESTION in html) == (True, False)
        assert WHY in html
        self.take_part(built.unit)
        html = self.page(built.after.vertical)
        assert (WHY in html, QUESTION in html) == (False, True)


class DelayTest(PathsCase):
    """A subsection opens a week after the session."""

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.now = meeting(1, -1)
        cls.built = build("DELAY", "sequential", cls.now, meeting(2, -8 * 24), delay_days=7)

    def setUp(self) -> None:
        super().setUp()
        self.publish(self.built.course)
        self.enter(self.built.course)

    def test_who_took_part_just_now_reads_the_day_it_opens(self) -> None:
        self.take_part(self.built.unit, 1)
        end = datetime.fromisoformat(self.now["end"]).replace(tzinfo=UTC) + timedelta(days=7)
        expected = f"You took part in “{TITLE}”. This opens on {end:%a} {end.day} {end:%b}"
        for name in ("sequential", "vertical", "problem"):
            key = getattr(self.built.after, name)
            assert self.get(key).status_code == 404
            assert expected in self.page(key)
            assert (self.message(key) or "").startswith(expected)
        assert self.answer(self.built.after.problem).status_code == 404

    def test_who_took_part_longer_ago_is_let_in(self) -> None:
        self.take_part(self.built.unit, 2)
        assert set(self.statuses(self.built.after).values()) == {OPEN}


class TwoUnitsTest(PathsCase):
    """Two blended units gate the same subsection."""

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.built = build("TWO")
        cls.second = add_unit(
            modulestore().get_item(cls.built.first),
            cls.built.after.sequential,
            meeting(7, -1),
            title="Practising it",
        )

    def test_both_must_be_met_whichever_comes_first(self) -> None:
        self.publish(self.built.course)
        self.enter(self.built.course)
        after = self.built.after
        meetings = [(self.built.unit, 1), (self.second, 7)]
        ben = enrolled(self.built.course, username="ben")
        for user, (first, last) in ((self.ana, meetings), (ben, meetings[::-1])):
            self.sign_in(user)
            assert self.get(after.html).status_code == 404
            self.take_part(*first, user=user)
            assert self.get(after.html).status_code == 404
            assert self.answer(after.problem).status_code == 404
            html = self.page(after.html)
            assert str(last[0].usage_key.block_id) in html, "the one that is still to be met"
            assert str(first[0].usage_key.block_id) not in html
            expected = WHY.replace(TITLE, last[0].display_name)
            assert expected in html
            assert self.message(after.html, username=user.username) == expected
            self.take_part(*last, user=user)
            assert NOTES in self.page(after.html)
            assert self.answer(after.problem).status_code == 200


class NestedTest(PathsCase):
    """The section that a blended unit stands in is its own follow-up."""

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.built = build("NESTED")
        page = modulestore().get_item(cls.built.unit.parent)
        cls.beside = BlockFactory.create(parent=page, category="html", data=NOTES)
        unit = modulestore().get_item(cls.built.unit.location)
        unit.design = unit.design | {"follow_ups": [{"block": link(cls.built.first)}]}
        modulestore().update_item(unit, 0)

    def test_the_way_in_stays_open_and_the_rest_is_locked(self) -> None:
        self.publish(self.built.course)
        self.enter(self.built.course)
        page = self.built.unit.parent.for_branch(None)
        subsection = modulestore().get_item(page).parent.for_branch(None)
        way_in = (self.built.first, subsection, page, self.built.unit.usage_key)
        inside = (self.built.warm_up, self.built.warm_up_problem, self.beside.usage_key)
        for key in way_in:
            assert self.get(key).status_code == 200, key
            assert self.message(key) is None, key
        assert 'data-view="learner"' in self.page(page)
        assert NOTES not in self.page(page)
        for key in inside:
            assert self.get(key).status_code == 404, key
            assert self.message(key) == WHY, key
        self.take_part(self.built.unit)
        assert {self.get(key).status_code for key in (*way_in, *inside)} == {200}


class ImportedTest(PathsCase):
    """A course comes from OLX; nobody has published anything in it."""

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        key = CourseKey.from_string("course-v1:Org+IMPORTED+2026")
        source = build("SOURCE")
        unit = modulestore().get_item(source.unit.location)
        # Its dates are those of the new run.
        unit.design = unit.design | {"confirmed_for": str(key)}
        modulestore().update_item(unit, 0)
        groups = [Group(CLIENT_A, "Client A")]
        partitions = [UserPartition(50, "Clients", "", groups, scheme_id="cohort")]
        source.course.user_partitions = partitions
        modulestore().update_item(source.course, 0)
        note = BlockFactory.create(
            parent=modulestore().get_item(source.after.vertical),
            category="html",
            data=NOTES,
            group_access={50: [CLIENT_A]},
        )
        with tempfile.TemporaryDirectory() as folder:
            export_course_to_xml(modulestore(), contentstore(), source.course.id, folder, "olx")
            import_course_from_xml(
                modulestore(),
                0,
                folder,
                ["olx"],
                static_content_store=None,
                target_id=key,
                create_if_not_present=True,
            )
        # Another process did all this, and told nobody.
        Session.objects.filter(unit__course_key=str(key)).delete()
        for table in (CourseGate, BlendedUnit):
            table.objects.filter(course_key=str(key)).delete()
        cache.clear()
        new_request()
        cls.course = modulestore().get_course(key)
        cls.after = After(*(block.map_into_course(key) for block in asdict(source.after).values()))
        cls.note = note.usage_key.map_into_course(key)
        cls.unit = modulestore().get_item(source.unit.usage_key.map_into_course(key))

    def setUp(self) -> None:
        super().setUp()
        self.enter(self.course)
        assert not BlendedUnit.objects.filter(course_key=self.course_id).exists()

    def check_the_rest(self) -> None:
        """See that everything is locked by now, and opens."""
        keys = asdict(self.after)
        assert self.statuses(self.after) == dict.fromkeys(keys, SHUT) | {"chapter": OPEN}
        assert WHY in self.page(self.after.vertical)
        self.take_part(self.unit)
        assert set(self.statuses(self.after).values()) == {OPEN}
        assert self.answer(self.after.problem).status_code == 200

    def test_a_first_answer_finds_the_gate_closed(self) -> None:
        assert self.answer(self.after.problem).status_code == 404
        self.check_the_rest()

    def test_a_first_look_at_a_page_finds_the_gate_closed(self) -> None:
        html = self.page(self.after.vertical)
        assert (WHY in html, NOTES in html, QUESTION in html) == (True, False, False)
        self.check_the_rest()

    def test_a_first_look_at_one_block_finds_the_gate_closed(self) -> None:
        assert self.get(self.after.html).status_code == 404
        self.check_the_rest()

    def test_a_first_look_at_the_courseware_closes_the_gate(self) -> None:
        said = self.read(f"/api/courseware/sequence/{self.after.sequential}")
        assert NOTES not in json.dumps(said)
        self.check_the_rest()

    def test_what_the_first_to_look_may_not_see_is_locked_for_others_too(self) -> None:
        config_course_cohorts(self.course, is_cohorted=True)
        ben = enrolled(self.course, username="ben")
        cohort = CohortFactory(course_id=self.key, name="Client A", users=[ben])
        CourseUserGroupPartitionGroup.objects.create(
            course_user_group=cohort, partition_id=50, group_id=CLIENT_A
        )
        assert self.answer(self.after.problem).status_code == 404
        self.sign_in(ben)
        assert self.get(self.note).status_code == 404
        self.take_part(self.unit, user=ben)
        assert NOTES in self.page(self.note)
        self.sign_in(self.ana)
        self.take_part(self.unit)
        assert self.get(self.note).status_code == 404

    def test_a_first_look_at_the_outline_finds_the_gate_closed(self) -> None:
        assert self.message(self.after.problem) == WHY
        self.check_the_rest()
