"""How many queries each page and each bulk write costs: upper bounds, for any number of people.

Each name says what the design allows; each bound is what it costs today, so that more is noticed.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from freezegun import freeze_time

from blended_xblock import api
from blended_xblock.models import GatedBlock
from blended_xblock.pages.roll import roll_page
from blended_xblock.studio_actions import stored_version
from blended_xblock.workbench.runtime import CampusRuntime
from tests import factories as f
from tests.ask import ask
from tests.counting import Counted

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    """Let the clock run: rows written with different times must not cost a statement each."""
    with freeze_time("2026-05-12T08:00:00Z", tick=True):
        yield


def roll_of(n: int) -> None:
    f.build_course()
    f.crowd(n)
    api.open_roll(f.session_id(), actor=f.person("trainer", f.Role.TRAINER))


@pytest.mark.parametrize("recorded", [True, False])
def test_a_learners_view_costs_ten_queries(ana, recorded) -> None:
    f.build_course(
        unit=f.design(
            f.meeting(1),
            f.meeting(2),
            f.meeting(3),
            follow_ups=[
                {"block": "sequence_demo@after"},
                {"block": "sequence_demo@later", "delay_days": 7},
            ],
            make_ups=[{"block": "sequence_demo@instead"}],
        )
    )
    if recorded:
        f.take_roll(f.person("trainer", f.Role.TRAINER), {ana: "A"})
    block = CampusRuntime(ana).get_block(f.unit_key())
    assert block.display_name == "unit", (
        "the campus loads its course with the first field asked for"
    )
    with Counted() as counted:
        block.student_view()
    assert counted.n <= 10, str(counted)


@pytest.mark.parametrize("people", [10, 1000])
def test_a_roll_page_costs_twelve_queries_for_any_number_of_learners(people) -> None:
    roll_of(people)
    with Counted() as counted:
        page = roll_page(f.session(), may_waive=True)
    assert (page.found, len(page.rows)) == (people, min(people, 100))
    assert counted.n <= 6, str(counted)


def test_the_roll_handler_costs_twelve_queries() -> None:
    roll_of(1000)
    trainer = f.person("colleague", f.Role.TRAINER)
    with Counted() as counted:
        response = ask(trainer, "roll", {"session": str(f.session_id()), "only": "not_ready"})
    assert response.status_code == 200
    # Two of them are the campus's: it loads the stored course, and who asks.
    assert counted.n <= 10, str(counted)


@pytest.mark.parametrize("people", [10, 1000])
def test_marking_everybody_costs_fifteen_queries(people) -> None:
    roll_of(people)
    users = list(f.session().records.values_list("user_id", flat=True))
    marks = [api.Mark(user, "P", request_key=f"all:{user}") for user in users]
    trainer = f.person("colleague", f.Role.TRAINER)
    with Counted() as counted:
        report = f.give(trainer, marks)
    assert len(report.recorded) == people
    assert counted.n <= 12, str(counted)


def test_marking_everybody_through_the_handler_adds_who_asks_and_the_answer() -> None:
    roll_of(1000)
    trainer = f.person("colleague", f.Role.TRAINER)
    with Counted() as counted:
        data = {"session": str(f.session_id()), "status": "P", "key": "all"}
        assert ask(trainer, "record_all", data).json["unmarked"] == 0
    assert counted.n <= 21, str(counted)


def test_opening_and_closing_a_roll_cost_fifteen_queries() -> None:
    f.build_course()
    f.crowd(1000)
    trainer = f.person("trainer", f.Role.TRAINER)
    with Counted() as opening:
        api.open_roll(f.session_id(), actor=trainer)
    with Counted() as closing:
        api.close_roll(f.session_id(), actor=trainer)
    assert opening.n <= 14, str(opening)
    assert closing.n <= 14, str(closing)


def test_a_hundred_marks_from_a_queue_cost_fifteen_queries() -> None:
    """Marks made one by one without a network each have a time of their own."""
    roll_of(100)
    made = timezone.now() - timedelta(hours=1)
    users = list(f.session().records.values_list("user_id", flat=True))
    marks = [
        api.Mark(user, "P", request_key=f"k{user}", at=made + timedelta(seconds=i))
        for i, user in enumerate(users)
    ]
    trainer = f.person("colleague", f.Role.TRAINER)
    with Counted() as counted:
        f.give(trainer, marks)
    assert counted.n <= 13, str(counted)


@pytest.mark.parametrize("gate", ["wait", "open"])
@pytest.mark.parametrize("units", [1, 10, 50])
@pytest.mark.parametrize("recorded", [True, False])
def test_a_gate_costs_two_queries_however_many_units_shut_it(ana, units, gate, recorded) -> None:
    f.build_course()
    trainer = f.person("trainer", f.Role.TRAINER)
    template = f.unit()
    for i in range(units):
        template.pk, template.usage_key, template.partition_id = None, f"unit-{i}", i + 100
        template.design = {**template.design, "gate": {"when_unmarked": gate, "after_hours": 1}}
        template.save(force_insert=True)
        GatedBlock.objects.create(unit=template, usage_key=f.APPLY)
        if recorded:
            api.grant_waiver(f"unit-{i}", ana.pk, actor=trainer, reason="x")
    with Counted() as counted:
        api.is_open(f.APPLY, ana.pk)
    # Who enrolled after the publish has no row yet: where the clock alone lets people in, the rule
    # is asked, once for all units.
    is_asked = gate == "open" and not recorded
    assert counted.n <= (6 if is_asked else 2), str(counted)


def test_a_gate_costs_one_query_where_nothing_is_gated(ana) -> None:
    f.build_course()
    with Counted() as counted:
        assert api.is_open(f.key("html_demo@read"), ana.pk)
    assert counted.n <= 1


def test_publishing_twenty_units_costs_forty_queries(settings) -> None:
    settings.BLENDED_XBLOCK_HOST = "tests.big_course.BigCourseHost"
    with Counted() as first:
        report = f.publish()
    assert (report.units, report.gated) == (20, 1600)
    with Counted() as again:
        f.publish()
    assert again.n <= 6, str(again)
    assert first.n <= 21, str(first)


def test_publishing_a_change_to_twenty_units_costs_forty_queries(settings, ana) -> None:
    """Everybody recorded in each of them is decided again."""
    settings.BLENDED_XBLOCK_HOST = "tests.big_course.BigCourseHost"
    f.publish()
    trainer = f.person("trainer", f.Role.TRAINER)
    for i in range(20):
        f.take_roll(trainer, {ana: "P"}, 10 * i + 1, f"unit-{i}")
    settings.BLENDED_XBLOCK_HOST = "tests.big_course.ChangedBigCourseHost"
    with Counted() as counted:
        f.publish()
    assert not f.standing(ana, "unit-7").is_met
    assert counted.n <= 16, str(counted)


def open_in_studio(many: int) -> tuple[Any, Any]:
    """Return an author, and a unit with so many sessions that hold records."""
    f.build_course(unit=f.design(*(f.meeting(n) for n in range(1, many + 1))))
    trainer, ana = f.person("trainer", f.Role.TRAINER), f.person("ana")
    for n in range(1, min(many, 3) + 1):
        f.take_roll(trainer, {ana: "P"}, n)
    author = f.person("author", f.Role.AUTHOR)
    return author, CampusRuntime(author, is_author_mode=True).get_block(f.unit_key())


@pytest.mark.parametrize("sessions", [1, 60])
@pytest.mark.parametrize(("view", "most"), [("studio_view", 6), ("author_view", 4)])
def test_what_an_author_sees_costs_the_same_for_any_number_of_sessions(
    view, most, sessions
) -> None:
    _author, block = open_in_studio(sessions)
    with Counted() as counted:
        block.render(view)
    assert counted.n <= most, str(counted)


@pytest.mark.parametrize("sessions", [1, 60])
def test_checking_what_an_author_types_costs_no_more_for_many_sessions(sessions) -> None:
    author, block = open_in_studio(sessions)
    version = stored_version(block)
    with Counted() as counted:
        assert ask(author, "studio_tool", version).status_code == 200
    assert counted.n <= 3, str(counted)
