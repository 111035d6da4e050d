"""A publish brings the tables in line, again and again the same, and loses nothing recorded."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

import pytest
from django.db import connection

from blended_xblock import api
from blended_xblock.models import (
    AttendanceChange,
    AttendanceRecord,
    BlendedUnit,
    GatedBlock,
    LinkedBlock,
    Session,
    Standing,
)
from tests import factories as f

TABLES = (BlendedUnit, Session, LinkedBlock, GatedBlock, Standing, AttendanceRecord)


def everything() -> dict[str, list[dict]]:
    return {model.__name__: list(model.objects.order_by("pk").values()) for model in TABLES}


@pytest.mark.usefixtures("course")
def test_what_the_course_team_wrote_stands_in_the_tables(db) -> None:
    row = f.session()
    assert (row.starts_at, row.ends_at) == (datetime(2026, 5, 12, 7, tzinfo=UTC), f.FIRST_END)
    assert (row.title, row.timezone, row.state, row.revision) == (
        "Workshop 1",
        "Europe/Paris",
        "scheduled",
        0,
    )
    unit = f.unit()
    assert (unit.course_key, unit.title, unit.is_active) == (f.COURSE, "unit", True)
    assert 100 <= unit.partition_id <= 2**31 - 1
    link = unit.links.get(role="prework")
    assert link.usage_key == f.key("sequence_demo@before")
    assert link.leaves == [f.key("html_demo@read"), f.key("html_demo@watch")]


@pytest.mark.usefixtures("course")
def test_a_second_sync_touches_no_row(trainer, ana, clock) -> None:
    f.take_roll(trainer, {ana: "P"})
    before = everything()
    clock.tick(3600)
    writes = []

    def spy(execute, sql, params, many, context):
        if sql.lstrip().split()[0] in {"INSERT", "UPDATE", "DELETE"}:
            writes.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(spy):
        report = f.publish()
    assert (report.added, report.changed, report.removed, report.warnings) == (0, 0, 0, [])
    assert everything() == before
    assert writes == []


@pytest.mark.usefixtures("course")
def test_a_moved_and_renamed_session_keeps_its_records(trainer, ana) -> None:
    f.take_roll(trainer, {ana: "P"})
    f.redesign(
        sessions=[f.meeting(title="Moved", start="2026-06-02T14:00", end="2026-06-02T17:00")]
    )
    report = f.publish()
    assert (report.changed, report.added) == (1, 0)
    row = f.session()
    assert (row.title, row.revision) == ("Moved", 1)
    assert f.record(ana).status == "P"
    assert f.standing(ana).counted_from == datetime(2026, 6, 2, 15, tzinfo=UTC)


@pytest.mark.usefixtures("course")
@pytest.mark.parametrize(
    ("change", "raised"),
    [
        ({"venue": "Room 4"}, True),
        ({"cancelled": True}, True),
        (
            {"timezone": "Africa/Cairo", "start": "2026-05-12T10:00", "end": "2026-05-12T13:00"},
            True,
        ),
        ({"capacity": 12}, False),
        ({"audience": ["Paris"]}, False),
        ({"join_url": "https://meet.example.org/x"}, False),
    ],
)
def test_the_revision_is_raised_for_what_a_calendar_shows(change, raised) -> None:
    f.redesign(sessions=[f.meeting(**change)])
    assert f.publish().changed == 1
    assert f.session().revision == int(raised)


@pytest.mark.usefixtures("course")
def test_a_removed_session_keeps_its_records_and_comes_back_with_them(trainer, ana) -> None:
    f.take_roll(trainer, {ana: "P"})
    f.redesign(sessions=[f.meeting(2)])
    report = f.publish()
    assert (report.removed, report.added) == (1, 1)
    assert f.session().state == "removed"
    assert f.record(ana).status == "P"
    assert AttendanceChange.objects.count() == 1
    assert api.is_open(f.AFTER, ana.pk), "what she did stays done"
    assert f.publish().removed == 0
    f.redesign(sessions=[f.meeting(1)])
    assert f.publish().changed == 1
    assert (f.session().state, f.session().roll_state) == ("scheduled", "open")
    f.give(trainer, [api.Mark(ana.pk, "L")])
    assert f.session().revision == 2


@pytest.mark.usefixtures("course")
def test_a_stricter_rule_decides_again_for_everybody_recorded(trainer, ana, clock) -> None:
    f.take_roll(trainer, {ana: "P"})
    f.redesign(rule={"kind": "sessions", "at_least": 2}, sessions=[f.meeting(1), f.meeting(2)])
    f.publish()
    assert not api.is_open(f.AFTER, ana.pk)
    clock.move_to("2026-05-20")
    assert api.get_standing(f.unit_key(), ana.pk).outcome == "pending"
    f.redesign(rule={"kind": "sessions", "at_least": 1})
    f.publish()
    assert api.is_open(f.AFTER, ana.pk)


@pytest.mark.usefixtures("course")
def test_moving_a_session_decides_again_without_a_mark(trainer, ana, clock) -> None:
    api.open_roll(f.session_id(), actor=trainer)
    f.redesign(sessions=[f.meeting(start="2026-07-01T09:00", end="2026-07-01T12:00")])
    f.publish()
    clock.move_to("2026-06-30")
    assert api.get_standing(f.unit_key(), ana.pk).outcome == "not_met"
    clock.move_to("2026-07-02")
    assert api.get_standing(f.unit_key(), ana.pk).outcome == "pending"


@pytest.mark.usefixtures("course")
def test_an_unpublished_unit_keeps_its_records_and_comes_back(trainer, ana, ben) -> None:
    f.take_roll(trainer, {ana: "P"})
    partition = f.unit().partition_id
    f.move("blended_unit@unit", None)
    f.publish()
    assert not f.unit().is_active
    assert f.session().state == "removed"
    assert api.is_open(f.AFTER, ben.pk)
    f.move("blended_unit@unit", "vertical_demo@live-unit")
    f.publish()
    assert f.unit().is_active
    assert f.unit().partition_id == partition
    assert f.session().state == "scheduled"
    assert api.is_open(f.AFTER, ana.pk)
    assert not api.is_open(f.AFTER, ben.pk)


@pytest.mark.usefixtures("course")
@pytest.mark.parametrize(
    "broken",
    [
        {"sessions": [f.meeting(timezone="Europe/Pariss")]},
        {"sessions": [f.meeting(end="2026-05-12T08:00")]},
        {"rule": {"kind": "magic"}},
        {"sessions": "all of them"},
        {"surprise": 1},
    ],
)
def test_a_broken_design_leaves_what_was_compiled(trainer, ana, ben, broken) -> None:
    f.take_roll(trainer, {ana: "P"})
    before = everything()
    f.redesign(**broken)
    report = f.publish()
    assert len(report.warnings) == 1
    assert "“unit” was left as it was" in report.warnings[0]
    assert everything() == before
    assert not api.is_open(f.AFTER, ben.pk)


@pytest.mark.django_db
def test_a_broken_design_does_not_stop_its_neighbours(clock) -> None:
    f.build_course(one=f.design(), two=f.design(f.meeting(2)))
    f.redesign("one", rule={"kind": "magic"})
    f.redesign("two", sessions=[f.meeting(2, title="Renamed")])
    f.publish()
    assert f.session(2, "two").title == "Renamed"
    assert f.session(1, "one").title == "Workshop 1"


@pytest.mark.usefixtures("course")
def test_a_failure_midway_changes_nothing(monkeypatch) -> None:
    from blended_xblock.gate import standing

    f.take_roll(f.person("t", f.Role.TRAINER), {f.person("x"): "P"})
    before = everything()
    f.redesign(sessions=[f.meeting(1, title="Renamed"), f.meeting(2)], follow_ups=[])

    def fail(*_args: object) -> None:
        raise RuntimeError("no")

    monkeypatch.setattr(standing, "recompute_all", fail)
    with pytest.raises(RuntimeError):
        f.publish()
    assert everything() == before


@pytest.mark.django_db
def test_a_course_that_is_not_published_changes_nothing(clock) -> None:
    report = api.sync_course(f.OTHER_COURSE)
    assert report.warnings
    assert not BlendedUnit.objects.exists()


@pytest.mark.django_db
def test_each_unit_has_a_partition_of_its_own(clock) -> None:
    f.build_course(**{f"unit{i}": f.design(f.meeting(i + 1)) for i in range(8)})
    ids = list(BlendedUnit.objects.values_list("partition_id", flat=True))
    assert len(set(ids)) == 8
    assert all(100 <= each <= 2**31 - 1 for each in ids)


@pytest.mark.usefixtures("course")
def test_a_sessions_key_follows_from_unit_and_id_alone() -> None:
    assert f.session().pk == uuid.uuid5(uuid.NAMESPACE_URL, f"{f.unit_key()}#{uuid.UUID(int=1)}")
