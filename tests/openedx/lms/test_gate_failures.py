"""The gate never opens because of an error, and an error in one course is not felt in another."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.log import AdminEmailHandler

pytest.importorskip("lms.djangoapps.courseware", reason="there is no Open edX here")

from common.djangoapps.student.models import CourseEnrollment
from common.djangoapps.student.tests.factories import UserFactory
from lms.djangoapps.courseware.field_overrides import disable_overrides
from xmodule.modulestore import ModuleStoreEnum
from xmodule.modulestore.tests.factories import BlockFactory, CourseFactory
from xmodule.partitions.partitions import Group, UserPartition

from blended_xblock import models, signals
from blended_xblock.gate.course_gates import compile_gates, renew
from tests.openedx.lms.gate_case import (
    AFTER,
    AWAY,
    BEFORE,
    OPEN,
    SHUT,
    GateCase,
    Gated,
    build_gated,
)
from tests.openedx.people import STARTED, enrolled, meeting

TABLES = [model._meta.db_table for model in vars(models).values() if hasattr(model, "_meta")]
GATES, STANDINGS = "blended_xblock_coursegate", "blended_xblock_standing"


def build_plain(number: str) -> tuple[Any, Any]:
    """Return a course that has never heard of us, and a page of it."""
    course = CourseFactory.create(number=number, start=STARTED)
    parent = course
    for category in ("chapter", "sequential", "vertical"):
        parent = BlockFactory.create(parent=parent, category=category)
    page = BlockFactory.create(parent=parent, category="html", data=AFTER)
    return course, page.location.for_branch(None)


@contextmanager
def without(*tables: str) -> Iterator[None]:
    """Take tables of ours away, as a migration that was forgotten or failed would leave them."""
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} RENAME TO gone_{table}")
        yield
        for table in tables:
            cursor.execute(f"ALTER TABLE gone_{table} RENAME TO {table}")


class FailureCase(GateCase):
    """Ana took part, Ben did not: in a course where something goes wrong, and in another."""

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        # Django writes a mail of every error, the whole course in it: seconds each.
        log = logging.getLogger("django")
        for handler in [each for each in log.handlers if isinstance(each, AdminEmailHandler)]:
            log.removeHandler(handler)
            cls.addClassCleanup(log.addHandler, handler)
        cls.place = build_gated("BROKEN")
        cls.other = build_gated("SOUND", meeting(11, -1))
        cls.plain, cls.plain_page = build_plain("PLAIN")

    def setUp(self) -> None:
        super().setUp()
        self.client.raise_request_exception = False
        self.sync(self.place, self.other)
        self.ana, self.ben = UserFactory(username="ana"), UserFactory(username="ben")
        for user in (self.ana, self.ben):
            for course in (self.place.course, self.other.course, self.plain):
                CourseEnrollment.enroll(user, course.id)
        self.mark(self.place, self.ana, "P")
        self.mark(self.other, self.ana, "P", 11)

    def fresh_process(self) -> None:
        """Leave nothing at hand, as in a process that has just started."""
        cache.clear()

    def met(self, user: Any, place: Gated) -> tuple[str, str, str]:
        self.sign_in(user)
        return (
            self.meets(place.before, BEFORE),
            self.meets(place.page),
            self.answers(place.problem),
        )

    def check_sound(self, place: Gated) -> None:
        """Everything is as if nothing had happened."""
        assert self.met(self.ana, place) == (OPEN, OPEN, OPEN)
        assert self.met(self.ben, place) == (OPEN, SHUT, SHUT)

    def check_shut(self, place: Gated) -> None:
        """What can not be decided is open to nobody, on no path, and in no later request."""
        for _request in range(2):
            for user in (self.ben, self.ana):
                _before, page, answer = self.met(user, place)
                assert page != OPEN, user
                assert answer == SHUT, user

    def check_plain(self) -> None:
        for user in (self.ana, self.ben):
            self.sign_in(user)
            assert self.meets(self.plain_page) == OPEN


class RowsAndTablesTest(FailureCase):
    """What is wrong stands in the database or in a cache."""

    def test_at_first_all_is_sound(self) -> None:
        self.check_sound(self.place)
        self.check_sound(self.other)
        self.check_plain()

    def test_without_the_table_of_gates_nothing_opens(self) -> None:
        with without(GATES):
            self.fresh_process()
            self.check_shut(self.place)
            self.check_plain()
        self.check_sound(self.place)

    def test_gates_at_hand_hold_while_their_table_is_away(self) -> None:
        self.check_sound(self.place)
        with without(GATES):
            self.check_sound(self.place)

    def test_without_the_table_of_standings_nothing_opens(self) -> None:
        with without(STANDINGS):
            self.fresh_process()
            self.check_shut(self.place)
            assert self.met(self.ana, self.place)[0] == OPEN, "what nobody gates stays open"
            self.check_plain()
        self.check_sound(self.place)

    def test_a_course_without_blended_units_asks_none_of_our_tables(self) -> None:
        with CaptureQueriesContext(connection) as captured:
            self.check_plain()
        assert not [query for query in captured if "blended_xblock_" in query["sql"]]
        with without(*TABLES):
            self.fresh_process()
            self.check_plain()
            self.sign_in(enrolled(self.plain))
            assert self.meets(self.plain_page) == OPEN

    def test_a_row_of_gates_that_makes_no_sense_opens_nothing(self) -> None:
        row = models.CourseGate.objects.get(pk=self.place.key)
        sound = dict(row.gates)
        (unit,) = sound["units"]
        broken: dict[str, Any] = {
            "no object": "nonsense",
            "nothing": {},
            "parts are missing": {"units": []},
            "a unit that is not there": sound | {"units": []},
            "a unit of an older release": sound | {"units": [{"pk": unit["pk"]}]},
            "a rule nobody knows": sound | {"units": [unit | {"rule": {"kind": "magic"}}]},
            "delays of another kind": sound | {"units": [unit | {"delays": None}]},
            "restrictions of another kind": sound | {"restrictions": {"x": "y"}},
        }
        for name, gates in broken.items():
            with self.subTest(name):
                models.CourseGate.objects.filter(pk=self.place.key).update(gates=gates)
                self.fresh_process()
                self.check_shut(self.place)
                self.check_sound(self.other)
        self.sync(self.place)
        self.check_sound(self.place)

    def test_a_standing_that_makes_no_sense_opens_nothing_for_that_learner(self) -> None:
        cleo = self.took_part(self.place, username="cleo")
        way = models.Standing.objects.get(unit=self.place.row, user=self.ana).openings
        broken: dict[str, dict[str, Any]] = {
            "no list": {"openings": "nonsense"},
            "no way in": {"openings": []},
            "parts are missing": {"openings": [{}]},
            "no instant": {"openings": [{**way[0], "counted_from": "soon", "due": "soon"}]},
        }
        for name, values in broken.items():
            with self.subTest(name):
                models.Standing.objects.filter(user=self.ana, unit=self.place.row).update(**values)
                assert OPEN not in self.met(self.ana, self.place)[1:]
                assert self.met(self.ben, self.place) == (OPEN, SHUT, SHUT)
                assert self.met(cleo, self.place) == (OPEN, OPEN, OPEN)
        self.mark(self.place, self.ana, "L")
        assert self.met(self.ana, self.place) == (OPEN, OPEN, OPEN)

    def test_a_row_of_gates_that_is_missing_is_made_anew(self) -> None:
        models.CourseGate.objects.filter(pk=self.place.key).delete()
        self.fresh_process()
        self.check_sound(self.place)
        assert models.CourseGate.objects.filter(pk=self.place.key).exists()

    def test_a_first_sync_that_fails_opens_nothing_and_is_tried_again(self) -> None:
        models.CourseGate.objects.filter(pk=self.place.key).delete()
        self.fresh_process()
        with without("blended_xblock_session"):
            self.check_shut(self.place)
            self.check_sound(self.other)
        self.check_shut(self.place)
        self.fresh_process()
        self.check_sound(self.place)

    def test_a_version_that_somebody_else_renewed_is_heard(self) -> None:
        """Another process published; what is at hand here is of before."""
        self.check_sound(self.place)
        row = models.CourseGate.objects.get(pk=self.place.key)
        models.CourseGate.objects.filter(pk=row.pk).update(gates=compile_gates([], []))
        self.check_sound(self.place)
        renew(self.place.key)
        assert self.met(self.ben, self.place) == (OPEN, OPEN, OPEN)
        models.CourseGate.objects.filter(pk=row.pk).update(gates=row.gates)
        renew(self.place.key)
        self.check_sound(self.place)

    def test_a_cache_that_lost_or_spoiled_the_version_opens_nothing(self) -> None:
        name = f"blended_xblock.gates.{self.place.key}"
        for spoiled in (None, "", 0, {"units": []}, "0" * 32):
            with self.subTest(spoiled):
                cache.set(name, spoiled, None)
                self.check_sound(self.place)
        cache.delete(name)
        self.check_sound(self.place)

    def test_a_cache_entry_that_can_not_be_read_changes_nothing(self) -> None:
        """What another release pickled, or half of an entry: then the row is read."""
        name = cache.make_key(f"blended_xblock.gates.{self.place.key}")
        assert name in cache._cache
        cache._cache[name] = b"half a pickle"
        self.check_sound(self.place)
        self.check_sound(self.other)


class CoursesTest(FailureCase):
    """What is wrong stands in the course, or was left behind by a sync that failed."""

    def built(self, number: str, n: int, **design: Any) -> Gated:
        """Return a course of the test's own, with ana and ben in it; ana took part."""
        place = build_gated(number, meeting(n, -1), **design)
        self.sync(place)
        for user in (self.ana, self.ben):
            CourseEnrollment.enroll(user, place.course.id)
        self.mark(place, self.ana, "P", n)
        self.check_sound(place)
        return place

    def redesign(self, place: Gated, design: dict[str, Any]) -> None:
        with disable_overrides():
            unit = self.store.get_item(place.unit.location)
            unit.design = design
            self.store.update_item(unit, 0)

    def remove(self, key: Any) -> None:
        self.store.delete_item(key, 0, revision=ModuleStoreEnum.RevisionOption.all)

    def test_a_broken_design_leaves_the_gate_as_it_was(self) -> None:
        place = self.built("DESIGN", 21)
        for design in ({"rule": {"kind": "magic"}}, {"follow_ups": "x"}, {"sessions": [{}]}):
            with self.subTest(design):
                self.redesign(place, design)
                signals.course_published(place.key)
                self.fresh_process()
                self.check_sound(place)

    def test_a_sync_that_fails_leaves_the_gate_as_it_was(self) -> None:
        place = self.built("SYNC", 22)
        design = self.store.get_item(place.unit.location).design
        self.redesign(place, {**design, "follow_ups": []})
        with without("blended_xblock_linkedblock"):
            signals.course_published(place.key)
            self.fresh_process()
            self.check_sound(place)
        self.sync(place)
        assert self.met(self.ben, place) == (OPEN, OPEN, OPEN), "now nothing follows the session"

    def test_ids_that_are_taken_shut_this_course_and_no_other(self) -> None:
        """A partition of the course's own has our unit's id: the generator cannot go on."""
        place = self.built("TAKEN", 23)
        course = self.store.get_course(place.course.id)
        groups = [Group(1, "Client A"), Group(2, "Client B")]
        course.user_partitions = [
            UserPartition(place.row.partition_id, "Clients", "", groups, scheme_id="cohort")
        ]
        self.store.update_item(course, 0)
        self.check_shut(place)
        self.check_sound(self.other)
        self.check_plain()
        course.user_partitions = []
        self.store.update_item(course, 0)
        self.check_sound(place)

    def test_the_gate_goes_with_the_only_unit_though_its_row_is_left(self) -> None:
        place = self.built("ONLY", 24)
        self.remove(place.unit.location)
        assert models.CourseGate.objects.get(pk=place.key).gates["blocks"]
        for user in (self.ana, self.ben):
            assert self.met(user, place) == (OPEN, OPEN, OPEN)
        self.sync(place)
        assert self.met(self.ben, place) == (OPEN, OPEN, OPEN)

    def test_a_unit_that_is_gone_gates_beside_another_until_the_sync(self) -> None:
        place = self.built("BESIDE", 25)
        BlockFactory.create(
            parent_location=place.unit.parent,
            category="blended_unit",
            design={"sessions": [meeting(26, -1)]},
        )
        self.remove(place.unit.location)
        self.check_sound(place)
        self.sync(place)
        assert self.met(self.ben, place) == (OPEN, OPEN, OPEN)

    def test_a_follow_up_that_is_gone_hurts_nothing(self) -> None:
        place = self.built("LOST", 27)
        self.remove(place.subsection)
        for _is_synced in (False, True):
            for user in (self.ana, self.ben):
                self.sign_in(user)
                assert self.meets(place.before, BEFORE) == OPEN
                assert self.meets(place.page) == AWAY
            self.sync(place)

    def test_who_has_no_row_is_not_let_in_by_the_clock_on_an_error(self) -> None:
        """Where a unit opens by itself, somebody new is computed; that may fail too."""
        place = build_gated(
            "CLOCK", meeting(28, -5), gate={"when_unmarked": "open", "after_hours": 0}
        )
        self.sync(place)
        late = enrolled(place.course, username="late")
        since = datetime.now(UTC) - timedelta(days=1)
        CourseEnrollment.objects.filter(user=late).update(created=since)
        models.Standing.objects.filter(user=late).delete()
        self.sign_in(late)
        with without("blended_xblock_attendancerecord"):
            assert (self.meets(place.page), self.answers(place.problem)) == (AWAY, SHUT)
        assert (self.meets(place.page), self.answers(place.problem)) == (OPEN, OPEN)
