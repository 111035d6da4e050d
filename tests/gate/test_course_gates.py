"""The gates of a course: one row, at most one query, and never open because of an error."""

from __future__ import annotations

import time
from unittest import mock

import pytest
from django.core.cache import cache
from django.db import DatabaseError
from edx_django_utils.cache import RequestCache

from blended_xblock import api, models
from blended_xblock.errors import GateError
from blended_xblock.gate import course_gates
from blended_xblock.gate.course_gates import gates_of, place_of
from blended_xblock.gate.groups import NOT_YET, TOOK_PART
from blended_xblock.gate.learner import group_of, refusal_of
from blended_xblock.workbench.keys import COURSE_KEY
from tests import factories as f
from tests.counting import Counted

COURSE = str(COURSE_KEY)
APPLY = place_of(f.APPLY)


@pytest.fixture(autouse=True)
def _new_request():
    cache.clear()
    RequestCache.clear_all_namespaces()
    yield
    RequestCache.clear_all_namespaces()


def new_request() -> None:
    RequestCache.clear_all_namespaces()


@pytest.mark.usefixtures("course")
def test_every_descendant_of_a_follow_up_is_gated() -> None:
    gates = gates_of(COURSE)
    [unit] = gates.units.values()
    below = (f.AFTER, f.key("vertical_demo@after-unit"), f.APPLY, f.key("problem_demo@quiz"))
    assert set(gates.group_access) == {place_of(key) for key in below}
    assert gates.group_access[APPLY] == {unit.partition_id: [TOOK_PART]}
    assert gates.by_partition == {unit.partition_id: unit}


@pytest.mark.usefixtures("course")
def test_a_request_asks_once_and_the_next_one_not_at_all() -> None:
    gates_of(COURSE)
    new_request()
    cache.clear()
    with Counted() as first:
        gates_of(COURSE)
        gates_of(COURSE)
    new_request()
    with Counted() as second:
        gates_of(COURSE)
    assert (first.n, second.n) == (1, 0)


@pytest.mark.usefixtures("course")
def test_a_publish_is_seen_by_the_next_request() -> None:
    assert APPLY in gates_of(COURSE).blocks
    f.redesign(follow_ups=[{"block": "problem_demo@quiz"}])
    f.publish()
    new_request()
    assert set(gates_of(COURSE).blocks) == {place_of(f.key("problem_demo@quiz"))}


@pytest.mark.usefixtures("course")
def test_a_reading_from_before_a_publish_does_not_outlive_it() -> None:
    read = course_gates._read

    def read_while_somebody_publishes(course_key):
        before = read(course_key)
        f.redesign(follow_ups=[])
        f.publish()
        return before

    cache.clear()
    with mock.patch.object(course_gates, "_read", read_while_somebody_publishes):
        gates_of(COURSE)
    new_request()
    assert gates_of(COURSE).blocks == {}


@pytest.mark.usefixtures("course")
def test_where_the_cache_is_not_shared_a_minute_is_the_longest(monkeypatch) -> None:
    assert APPLY in gates_of(COURSE).blocks
    models.CourseGate.objects.update(gates={"units": [], "blocks": {}, "restrictions": {}})
    new_request()
    assert APPLY in gates_of(COURSE).blocks
    later = time.monotonic() + course_gates.TIME_TO_LIVE
    monkeypatch.setattr(course_gates.time, "monotonic", lambda: later)
    new_request()
    assert gates_of(COURSE).blocks == {}


@pytest.mark.usefixtures("course")
def test_a_course_that_was_never_synced_is_synced_when_it_is_first_asked_for() -> None:
    models.CourseGate.objects.all().delete()
    models.GatedBlock.objects.all().delete()
    cache.clear()
    new_request()
    assert APPLY in gates_of(COURSE).blocks
    assert models.GatedBlock.objects.exists()


@pytest.mark.django_db
def test_a_course_that_does_not_exist_is_looked_for_once_a_minute() -> None:
    assert gates_of("course-v1:X+Y+Z").blocks == {}
    new_request()
    cache.delete("blended_xblock.gates.course-v1:X+Y+Z")
    with mock.patch("blended_xblock.publishing.sync_course") as sync:
        assert gates_of("course-v1:X+Y+Z").blocks == {}
    sync.assert_not_called()


@pytest.mark.usefixtures("course")
def test_what_cannot_be_read_raises_for_the_whole_request_and_not_longer() -> None:
    cache.clear()
    with (
        mock.patch.object(course_gates, "_read", side_effect=DatabaseError) as read,
        pytest.raises(GateError),
    ):
        gates_of(COURSE)
    with pytest.raises(GateError):
        gates_of(COURSE)
    assert read.call_count == 1
    new_request()
    assert APPLY in gates_of(COURSE).blocks


@pytest.mark.usefixtures("course")
def test_a_sync_that_fails_opens_nothing() -> None:
    models.CourseGate.objects.all().delete()
    cache.clear()
    new_request()
    with (
        mock.patch("blended_xblock.publishing.sync_course", side_effect=DatabaseError),
        pytest.raises(GateError),
    ):
        gates_of(COURSE)


@pytest.mark.django_db
@pytest.mark.usefixtures("clock")
def test_a_broken_design_keeps_the_gate_it_had() -> None:
    f.build_course(one=f.design(), two=f.design(f.meeting(2)))
    before = gates_of(COURSE).group_access[APPLY]
    assert len(before) == 2
    f.redesign("two", rule={"kind": "no such kind"})
    f.publish()
    new_request()
    assert gates_of(COURSE).group_access[APPLY] == before


@pytest.mark.usefixtures("course")
def test_the_group_of_a_learner_is_what_the_gate_says(trainer, ana, ben) -> None:
    f.take_roll(trainer, {ana: "P", ben: "A"})
    gates = gates_of(COURSE)
    [unit] = gates.units.values()
    groups = {user: group_of(user.pk, COURSE, gates, unit) for user in (ana, ben)}
    assert groups == {ana: TOOK_PART, ben: NOT_YET}
    assert api.is_open(f.APPLY, ana.pk)
    assert not api.is_open(f.APPLY, ben.pk)
    assert group_of(None, COURSE, gates, unit) == NOT_YET


@pytest.mark.usefixtures("course")
def test_a_mark_made_in_the_same_request_counts_in_it(trainer, ana) -> None:
    gates = gates_of(COURSE)
    [unit] = gates.units.values()
    assert group_of(ana.pk, COURSE, gates, unit) == NOT_YET
    f.take_roll(trainer, {ana: "P"})
    assert group_of(ana.pk, COURSE, gates, unit) == TOOK_PART


@pytest.mark.django_db
def test_one_query_tells_a_learner_s_groups_in_fifty_units(clock, trainer, ana) -> None:
    f.build_course(**{f"unit{i}": f.design(f.meeting(i)) for i in range(1, 51)})
    clock.move_to("2026-05-12T08:00Z")
    f.take_roll(trainer, {ana: "P"}, 1, "unit1")
    gates = gates_of(COURSE)
    new_request()
    with Counted() as counted:
        groups = [group_of(ana.pk, COURSE, gates, unit) for unit in gates.units.values()]
        said = [
            refusal_of(ana.pk, COURSE, gates, unit, APPLY).reason for unit in gates.units.values()
        ]
    assert sorted(groups) == [TOOK_PART] + 49 * [NOT_YET]
    assert all(said)
    assert counted.n == 1, str(counted)


@pytest.mark.django_db
def test_delays_open_one_after_the_other(clock, trainer, ana) -> None:
    f.build_course(
        unit=f.design(
            follow_ups=[
                {"block": "html_demo@apply"},
                {"block": "problem_demo@quiz", "delay_days": 7},
            ]
        )
    )
    f.take_roll(trainer, {ana: "P"})
    gates = gates_of(COURSE)
    [unit] = gates.units.values()
    access = gates.group_access
    quiz = place_of(f.key("problem_demo@quiz"))

    def is_open(place):
        return group_of(ana.pk, COURSE, gates, unit) in access[place][unit.partition_id]

    assert (is_open(APPLY), is_open(quiz)) == (True, False)
    refusal = refusal_of(ana.pk, COURSE, gates, unit, quiz)
    assert "19 May" in refusal.reason
    assert unit.title in refusal.reason
    clock.move_to("2026-05-19T09:59Z")
    assert not is_open(quiz)
    clock.move_to("2026-05-19T10:00Z")
    assert is_open(quiz)


@pytest.mark.usefixtures("course")
def test_the_refusal_names_the_unit_and_what_to_do(clock, trainer, ana) -> None:
    gates = gates_of(COURSE)
    [unit] = gates.units.values()
    first = refusal_of(ana.pk, COURSE, gates, unit, APPLY)
    assert first.reason.startswith("Opens when you have taken part in a session.")
    assert first.unit.usage_key == f.unit_key()
    f.take_roll(trainer, {ana: None})
    clock.move_to("2026-05-13")
    new_request()
    waiting = refusal_of(ana.pk, COURSE, gates, unit, APPLY)
    assert "not recorded yet" in waiting.reason
