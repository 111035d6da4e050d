"""What Studio does to a course, and what becomes of blended units, sessions, records and gates."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

pytest.importorskip("cms.djangoapps.contentstore", reason="there is no Open edX here")

from cms.djangoapps.contentstore.utils import delete_course
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from opaque_keys.edx.keys import CourseKey, UsageKey
from openedx.core.djangoapps.content_libraries import api as libraries
from openedx.core.djangoapps.models.course_details import CourseDetails
from openedx.core.lib.tempdir import mkdtemp_clean
from organizations.models import Organization
from xmodule.contentstore.django import contentstore
from xmodule.modulestore import ModuleStoreEnum
from xmodule.modulestore.tests.django_utils import ModuleStoreTestCase
from xmodule.modulestore.tests.factories import BlockFactory, CourseFactory
from xmodule.modulestore.xml_exporter import export_course_to_xml
from xmodule.modulestore.xml_importer import import_course_from_xml

from blended_xblock import api
from blended_xblock.models import (
    AttendanceChange,
    AttendanceRecord,
    BlendedUnit,
    CourseGate,
    Session,
)
from tests.openedx.people import all_rows, build_course, enrolled, meeting, session


def text(key: Any) -> str:
    """Return a usage key as our tables hold it."""
    return str(key.for_branch(None).version_agnostic())


def unit_of(key: Any) -> BlendedUnit:
    return BlendedUnit.objects.get(usage_key=text(key))


def sessions_of(key: Any) -> dict[str, Session]:
    """Return the sessions of the unit at ``key`` by title."""
    return {row.title: row for row in Session.objects.filter(unit__usage_key=text(key))}


def states_of(key: Any) -> set[str]:
    return {row.state for row in sessions_of(key).values()}


def gates_of(course_key: Any) -> dict[str, set[str]]:
    """Return which blocks each blended unit of a course shuts, as requests for content read it."""
    gates = CourseGate.objects.get(course_key=str(course_key)).gates
    names = {unit["pk"]: unit["usage_key"] for unit in gates["units"]}
    found: dict[str, set[str]] = {name: set() for name in names.values()}
    for block, by_units in gates["blocks"].items():
        for pk, _delay in by_units:
            found[names[pk]].add(block)
    return found


class StudioCase(ModuleStoreTestCase):
    """A course team's course: Ana came to the first of two sessions, Ben did not."""

    ENABLED_SIGNALS = ("course_published", "course_deleted")

    def setUp(self) -> None:
        super().setUp()
        self.client.login(username=self.user.username, password=self.user_password)
        self.course, self.unit = build_course("PUBLISHED")
        self.vertical = self.store.get_parent_location(self.unit.usage_key)
        block_type, _at, block_id = self.unit.design["follow_ups"][0]["block"].partition("@")
        self.after = self.course.id.make_usage_key(block_type, block_id)
        self.ana, self.ben = enrolled(self.course), enrolled(self.course)
        first = session(self.unit, 1)
        api.open_roll(first.pk, actor=self.user)
        marks = [api.Mark(self.ana.pk, "P"), api.Mark(self.ben.pk, "A")]
        api.record_attendance(first.pk, marks, actor=self.user)
        self.was_recorded = self.recorded()
        self.were_sessions = set(Session.objects.values_list("pk", flat=True))

    def tearDown(self) -> None:
        """Whatever was done to the course: nothing recorded is lost or altered."""
        super().tearDown()
        assert self.recorded() == self.was_recorded
        assert self.were_sessions <= set(Session.objects.values_list("pk", flat=True))

    def recorded(self) -> list[list[dict[str, Any]]]:
        tables = (AttendanceRecord, AttendanceChange)
        return [list(table.objects.order_by("pk").values()) for table in tables]

    def studio(self, method: str, key: Any = None, **data: Any) -> dict[str, Any]:
        """Do what Studio's pages do: ask its handler of blocks."""
        url = reverse("xblock_handler", args=[str(key)] if key else [])
        answer = self.client.generic(
            method,
            url,
            json.dumps(data),
            content_type="application/json",
            HTTP_ACCEPT="application/json",
        )
        assert answer.status_code in {200, 204}, answer.content
        return answer.json() if answer.content else {}

    def publish(self, key: Any) -> None:
        self.studio("POST", key, publish="make_public")

    def redesign(self, key: Any = None, **changes: Any) -> None:
        """Change the draft of a design, which stays a draft."""
        block = self.store.get_item(key or self.unit.usage_key)
        block.design = {**block.design, **changes}
        self.store.update_item(block, self.user.id)

    def below(self, key: Any) -> set[str]:
        """Return a published block and all that stands below it."""
        with self.store.branch_setting(ModuleStoreEnum.Branch.published_only):
            block = self.store.get_item(key)
            children = block.children if block.has_children else ()
            return {text(key)}.union(*(self.below(child) for child in children))

    def new_vertical(self, parent: Any = None) -> Any:
        parent = parent or self.store.get_parent_location(self.vertical)
        return BlockFactory.create(parent_location=parent, category="vertical").usage_key

    def assert_gate_as_it_was(self) -> None:
        assert gates_of(self.course.id) == {text(self.unit.usage_key): self.below(self.after)}
        assert api.is_open(text(self.after), self.ana.pk)
        assert not api.is_open(text(self.after), self.ben.pk)

    def assert_retired(self) -> None:
        assert not unit_of(self.unit.usage_key).is_active
        assert states_of(self.unit.usage_key) == {"removed"}
        assert gates_of(self.course.id) == {}
        assert api.is_open(text(self.after), self.ben.pk)

    def assert_another_unit(self, copy: Any) -> None:
        """The copy has the design and nothing of what was recorded; the original has all."""
        ours, theirs = sessions_of(self.unit.usage_key), sessions_of(copy)
        assert set(theirs) == set(ours)
        assert not {row.pk for row in theirs.values()} & {row.pk for row in ours.values()}
        assert unit_of(copy).partition_id != unit_of(self.unit.usage_key).partition_id
        assert not AttendanceRecord.objects.filter(session__unit=unit_of(copy)).exists()
        assert states_of(self.unit.usage_key) == {"scheduled"}

    def assert_drafts(self, copy: Any, *, later: timedelta) -> None:
        assert states_of(copy) == {"draft"}
        ours = sessions_of(self.unit.usage_key)
        for title, row in sessions_of(copy).items():
            assert row.starts_at - ours[title].starts_at == later
            with pytest.raises(api.BlendedError, match="confirm"):
                api.open_roll(row.pk, actor=self.user)


@contextmanager
def a_database_that_fails(*, times: int) -> Iterator[None]:
    """Let our sessions not be written for so many times, in the middle of a sync."""
    left = times

    def fail(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal left
        if left and sql.startswith('UPDATE "blended_xblock_session"'):
            left -= 1
            raise OperationalError("the database went away")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(fail):
        yield


class PublishTest(StudioCase):
    def test_a_publish_makes_the_design_live(self) -> None:
        self.redesign(sessions=[meeting(1, -1, title="Renamed"), meeting(2, 48), meeting(3, 96)])
        assert "Workshop 3" not in sessions_of(self.unit.usage_key), "a draft is not live"
        self.publish(self.vertical)
        assert set(sessions_of(self.unit.usage_key)) == {"Renamed", "Workshop 2", "Workshop 3"}
        assert states_of(self.unit.usage_key) == {"scheduled"}
        self.assert_gate_as_it_was()

    def test_a_session_taken_out_is_removed_and_comes_back_with_its_records(self) -> None:
        both = self.unit.design["sessions"]
        self.redesign(sessions=both[1:])
        self.publish(self.vertical)
        assert session(self.unit, 1).state == "removed"
        self.redesign(sessions=both)
        self.publish(self.vertical)
        assert session(self.unit, 1).state == "scheduled"
        assert session(self.unit, 1).records.count() == 2
        self.assert_gate_as_it_was()

    def test_publishing_again_changes_no_row(self) -> None:
        before = all_rows()
        self.publish(self.vertical)
        self.publish(self.store.get_parent_location(self.vertical))
        assert all_rows() == before

    def test_discarded_changes_change_no_row(self) -> None:
        before = all_rows()
        self.redesign(sessions=[meeting(3, 96)], follow_ups=[])
        self.studio("POST", self.vertical, publish="discard_changes")
        self.publish(self.vertical)
        assert all_rows() == before

    def test_an_unpublished_unit_opens_its_follow_up_and_comes_back_as_it_was(self) -> None:
        partition = unit_of(self.unit.usage_key).partition_id
        self.store.unpublish(self.vertical, self.user.id)
        self.assert_retired()
        self.publish(self.vertical)
        assert unit_of(self.unit.usage_key).partition_id == partition
        assert states_of(self.unit.usage_key) == {"scheduled"}
        self.assert_gate_as_it_was()


class DeleteAndMoveTest(StudioCase):
    def test_a_deleted_block_shuts_until_its_unit_is_published_and_then_no_more(self) -> None:
        self.studio("DELETE", self.unit.usage_key)
        self.assert_gate_as_it_was()
        self.publish(self.vertical)
        self.assert_retired()

    def test_a_deleted_section_takes_the_gate_along(self) -> None:
        subsection = self.store.get_parent_location(self.vertical)
        self.studio("DELETE", subsection)
        self.assert_retired()

    def test_a_deleted_follow_up_leaves_the_sessions(self) -> None:
        self.studio("DELETE", self.after)
        assert gates_of(self.course.id) == {}
        assert states_of(self.unit.usage_key) == {"scheduled"}

    def test_a_moved_block_is_the_same_unit_with_the_same_sessions(self) -> None:
        before = {title: row.pk for title, row in sessions_of(self.unit.usage_key).items()}
        place = self.new_vertical()
        for target in (place, self.vertical):
            self.move_to(target)
            self.assert_gate_as_it_was()
            # There the place it left is published first, on the way back the place it came to.
            self.publish(self.vertical)
            self.publish(place)
            after = {title: row.pk for title, row in sessions_of(self.unit.usage_key).items()}
            assert after == before
            assert states_of(self.unit.usage_key) == {"scheduled"}
            assert BlendedUnit.objects.count() == 1
            self.assert_gate_as_it_was()

    def test_a_block_moved_below_its_own_follow_up_does_not_shut_the_way_to_itself(self) -> None:
        place = self.new_vertical(self.after)
        self.move_to(place)
        self.publish(self.vertical)
        self.publish(place)
        (shut,) = gates_of(self.course.id).values()
        assert shut == self.below(self.after) - {
            text(key) for key in (self.after, place, self.unit.usage_key)
        }
        assert shut
        assert states_of(self.unit.usage_key) == {"scheduled"}

    def move_to(self, place: Any) -> None:
        self.studio(
            "PATCH", move_source_locator=str(self.unit.usage_key), parent_locator=str(place)
        )


class CopyTest(StudioCase):
    def setUp(self) -> None:
        super().setUp()
        self.other = CourseFactory.create(
            number="ELSEWHERE", start=self.course.start + timedelta(days=60)
        )
        section = BlockFactory.create(parent=self.other, category="chapter")
        subsection = BlockFactory.create(parent=section, category="sequential")
        self.elsewhere = self.new_vertical(subsection.usage_key)

    def copy(self, source: Any, parent: Any) -> UsageKey:
        """Copy and paste a block as Studio does, and return where it is now."""
        url = "/api/content-staging/v1/clipboard/"
        answer = self.client.post(
            url, json.dumps({"usage_key": str(source)}), content_type="application/json"
        )
        assert answer.status_code == 200, answer.content
        found = self.studio("POST", parent_locator=str(parent), staged_content="clipboard")
        return UsageKey.from_string(found["locator"])

    def test_a_duplicate_and_a_pasted_copy_are_units_of_their_own(self) -> None:
        place = self.new_vertical()
        duplicate = self.studio(
            "POST",
            parent_locator=str(self.vertical),
            duplicate_source_locator=str(self.unit.usage_key),
        )
        copies = [
            UsageKey.from_string(duplicate["locator"]),
            self.copy(self.unit.usage_key, place),
        ]
        assert BlendedUnit.objects.count() == 1, "a draft is not live"
        self.publish(self.vertical)
        self.publish(place)
        for copy in copies:
            self.assert_another_unit(copy)
            assert states_of(copy) == {"scheduled"}
        shut = self.below(self.after)
        keys = (self.unit.usage_key, *copies)
        assert gates_of(self.course.id) == {text(key): shut for key in keys}
        assert not api.is_open(text(self.after), self.ana.pk), "the copies have not been met"

    def test_a_copied_vertical_brings_units_of_its_own(self) -> None:
        subsection = self.store.get_parent_location(self.vertical)
        place = self.copy(self.vertical, subsection)
        self.publish(place)
        (copy,) = self.store.get_item(place).children
        self.assert_another_unit(copy)
        assert len(gates_of(self.course.id)) == 2

    def test_pasted_into_another_course_it_waits_for_its_dates_and_gates_nothing(self) -> None:
        """Its follow-up is not in that course: the link leads nowhere there."""
        copy = self.copy(self.unit.usage_key, self.elsewhere)
        self.publish(self.elsewhere)
        self.assert_another_unit(copy)
        self.assert_drafts(copy, later=timedelta(days=60))
        assert gates_of(self.other.id) == {}
        self.assert_gate_as_it_was()

    def test_a_block_of_a_library_is_a_unit_of_each_course_and_follows_its_library(self) -> None:
        Organization.objects.create(name="Blended", short_name="Blended")
        library = libraries.create_library(
            org=Organization.objects.get(short_name="Blended"), slug="LIB", title="Workshops"
        )
        source = libraries.create_library_block(library.key, "blended_unit", "shared").usage_key
        olx = """
            <blended_unit display_name="From the library">
              <session id="{id}" title="{title}" start="2030-05-12T09:00" end="2030-05-12T12:00"
                       timezone="UTC" mode="online"/>
              <follow_up block="{after}"/>
            </blended_unit>"""
        after = f"{self.after.block_type}@{self.after.block_id}"
        shared = {"id": uuid.UUID(int=77), "after": after}
        libraries.set_library_block_olx(source, olx.format(title="Shared", **shared))
        libraries.publish_changes(library.key)
        assert BlendedUnit.objects.count() == 1, "nobody learns in a library"

        here, there = self.copy(source, self.vertical), self.copy(source, self.elsewhere)
        self.publish(self.vertical)
        self.publish(self.elsewhere)
        assert (states_of(here), states_of(there)) == ({"scheduled"}, {"draft"})
        before = sessions_of(here)["Shared"]
        assert before.pk != sessions_of(there)["Shared"].pk
        assert gates_of(self.course.id)[text(here)] == self.below(self.after)
        assert gates_of(self.other.id) == {}

        libraries.set_library_block_olx(source, olx.format(title="Shared anew", **shared))
        libraries.publish_changes(library.key)
        answer = self.client.post(f"/api/contentstore/v2/downstreams/{here}/sync")
        assert answer.status_code == 200, answer.content
        self.publish(self.vertical)
        assert sessions_of(here)["Shared anew"].pk == before.pk
        assert set(sessions_of(there)) == {"Shared"}


class RunTest(StudioCase):
    """Whole courses: re-run, exported and imported, deleted."""

    def rerun(self, **fields: Any) -> Any:
        answer = self.client.post(
            reverse("course_handler"),
            json.dumps(
                {
                    "source_course_key": str(self.course.id),
                    "org": self.course.id.org,
                    "number": self.course.id.course,
                    "run": "again",
                    "display_name": "Again",
                    **fields,
                }
            ),
            content_type="application/json",
            HTTP_ACCEPT="application/json",
        )
        assert answer.status_code == 200, answer.content
        return CourseKey.from_string(answer.json()["destination_course_key"])

    def assert_run_of_its_own(self, key: Any) -> Any:
        """Return the unit in the other run, whose gate shuts the follow-up over there."""
        unit = self.unit.usage_key.map_into_course(key)
        self.assert_another_unit(unit)
        there = self.below(self.after.map_into_course(key))
        assert gates_of(key) == {text(unit): there}
        assert not there & self.below(self.after)
        self.assert_gate_as_it_was()
        return unit

    def test_a_rerun_waits_for_dates_that_move_with_its_start(self) -> None:
        start = self.course.start + timedelta(days=60)
        key = self.rerun(start=start.isoformat())
        unit = self.assert_run_of_its_own(key)
        self.assert_drafts(unit, later=timedelta(days=60))
        details = {"overview": "", "intro_video": None, "start_date": "2020-04-10T00:00:00Z"}
        CourseDetails.update_from_json(key, details, self.user)
        self.assert_drafts(unit, later=datetime(2020, 4, 10, tzinfo=UTC) - self.course.start)

    def test_dates_confirmed_in_a_rerun_are_live(self) -> None:
        key = self.rerun(start=self.course.start.isoformat())
        unit = self.unit.usage_key.map_into_course(key)
        self.redesign(unit, confirmed_for=str(key), sessions=[meeting(1, 500), meeting(2, 600)])
        self.assert_drafts(unit, later=timedelta())
        self.publish(self.store.get_parent_location(unit))
        assert states_of(unit) == {"scheduled"}
        assert sessions_of(unit)["Workshop 1"].starts_at > datetime.now(UTC)
        self.assert_run_of_its_own(key)

    def exported(self) -> str:
        root = mkdtemp_clean()
        export_course_to_xml(self.store, contentstore(), self.course.id, root, "course")
        return root

    def imported(self, root: str, key: Any) -> None:
        import_course_from_xml(
            self.store,
            self.user.id,
            root,
            ["course"],
            load_error_blocks=False,
            static_content_store=contentstore(),
            target_id=key,
            create_if_not_present=True,
        )

    def test_a_course_imported_over_itself_changes_nothing_but_what_was_changed(self) -> None:
        before = all_rows()
        root = self.exported()
        self.imported(root, self.course.id)
        assert all_rows()["Session"] == before["Session"]
        self.assert_gate_as_it_was()
        self.redesign(sessions=[meeting(2, 48), meeting(3, 96)], follow_ups=[])
        self.publish(self.vertical)
        assert session(self.unit, 1).state == "removed"
        self.imported(root, self.course.id)
        states = {title: row.state for title, row in sessions_of(self.unit.usage_key).items()}
        assert states == {
            "Workshop 1": "scheduled",
            "Workshop 2": "scheduled",
            "Workshop 3": "removed",
        }
        self.assert_gate_as_it_was()

    def test_a_course_imported_into_another_run_is_a_run_of_its_own(self) -> None:
        start = self.course.start + timedelta(days=60)
        run = CourseFactory.create(number="ELSEWHERE", run="imported", start=start)
        self.imported(self.exported(), run.id)
        unit = self.assert_run_of_its_own(run.id)
        later = self.store.get_course(run.id).start - self.course.start
        self.assert_drafts(unit, later=later)

    def test_a_deleted_course_shuts_nothing_and_keeps_what_was_recorded(self) -> None:
        other = self.rerun(start=self.course.start.isoformat())
        before = gates_of(other)
        delete_course(self.course.id, self.user.id)
        self.assert_retired()
        assert gates_of(other) == before


class TroubleTest(StudioCase):
    """A publish that cannot be compiled is a publish all the same, and opens nothing."""

    def test_a_broken_design_is_published_and_what_was_compiled_stays(self) -> None:
        before = all_rows()
        self.redesign(rule={"kind": "magic"}, follow_ups=[])
        self.publish(self.vertical)
        assert self.published_design()["rule"] == {"kind": "magic"}
        assert all_rows() == before
        self.assert_gate_as_it_was()

    def test_a_unit_that_was_never_sound_is_published_and_gates_nothing(self) -> None:
        new = BlockFactory.create(
            parent_location=self.new_vertical(),
            category="blended_unit",
            design={"rule": {"kind": "magic"}},
        )
        self.publish(new.usage_key)
        assert not BlendedUnit.objects.filter(usage_key=text(new.usage_key)).exists()
        self.assert_gate_as_it_was()

    def test_a_sync_that_fails_is_told_and_done_again_by_itself(self) -> None:
        self.redesign(sessions=[meeting(1, -1, title="Renamed"), meeting(2, 48)])
        with (
            a_database_that_fails(times=1),
            self.assertLogs("blended_xblock.signals", "ERROR") as logs,
        ):
            self.publish(self.vertical)
        assert f"The sync of {self.course.id} failed" in logs.output[0]
        assert "Renamed" in sessions_of(self.unit.usage_key)

    def test_a_sync_that_keeps_failing_breaks_no_publish_and_leaves_the_gate_alone(self) -> None:
        build_course("NEIGHBOUR", meeting(11, -1), meeting(12, 48))
        before = all_rows()
        self.redesign(sessions=[meeting(1, -1, title="Renamed"), meeting(3, 48)], follow_ups=[])
        with (
            a_database_that_fails(times=1000),
            self.assertLogs("blended_xblock.signals", "ERROR"),
        ):
            self.publish(self.vertical)
        assert self.published_design()["follow_ups"] == []
        assert all_rows() == before, "nothing of it is half done, and the other course is as it was"
        self.assert_gate_as_it_was()
        self.publish(self.vertical)
        assert set(sessions_of(self.unit.usage_key)) == {"Renamed", "Workshop 2", "Workshop 3"}
        assert gates_of(self.course.id) == {}

    def published_design(self) -> dict[str, Any]:
        with self.store.branch_setting(ModuleStoreEnum.Branch.published_only):
            return self.store.get_item(self.unit.usage_key).design


class BudgetTest(ModuleStoreTestCase):
    """Twenty blended units among two thousand blocks."""

    UNITS, BLOCKS, BUDGET = 20, 2000, 40

    def test_a_sync_costs_forty_queries_at_most(self) -> None:
        course = self.big_course()
        with self.store.branch_setting(ModuleStoreEnum.Branch.published_only):
            assert len(self.store.get_items(course.id)) >= self.BLOCKS
        first, report = self.sync(course.id, "first")
        assert (report.units, report.added) == (self.UNITS, self.UNITS)
        assert report.gated > self.BLOCKS / 2
        again, report = self.sync(course.id, "again")
        assert (report.units, report.added, report.changed) == (self.UNITS, 0, 0)
        assert max(first, again) <= self.BUDGET

    def sync(self, course_key: Any, what: str) -> tuple[int, api.SyncReport]:
        began = time.perf_counter()
        with CaptureQueriesContext(connection) as queries:
            report = api.sync_course(str(course_key))
        spent = time.perf_counter() - began
        print(f"sync {what}: {len(queries)} queries, {spent:.2f} s")
        return len(queries), report

    def big_course(self) -> Any:
        course = CourseFactory.create(number="BIG")
        user_id = self.user.id

        def child(parent: Any, category: str, **fields: Any) -> Any:
            return self.store.create_child(user_id, parent, category, fields=fields).location

        with self.store.bulk_operations(course.id):
            for n in range(self.UNITS):
                section = child(course.location, "chapter")
                after = child(section, "sequential")
                pages = [child(after, "vertical") for _page in range(9)]
                for page in pages:
                    for _text in range(10):
                        child(page, "html", data="What was agreed")
                live = child(child(section, "sequential"), "vertical")
                child(live, "html", data="Before we meet")
                design = {
                    "sessions": [meeting(n + 1, 24)],
                    "follow_ups": [{"block": f"sequential@{after.block_id}"}],
                }
                child(live, "blended_unit", design=design)
                for vertical in (*pages, live):
                    self.store.publish(vertical, user_id)
        return course
