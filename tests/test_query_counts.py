"""How many queries each page and each bulk write costs: upper bounds, for any number of people.

Each name says what the design allows; each bound is what it costs today, so that more is noticed.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.utils import timezone
from freezegun import freeze_time

from blended_xblock import api
from blended_xblock.models import GatedBlock
from blended_xblock.pages.history import own_history_lines
from blended_xblock.pages.roll import roll_page
from blended_xblock.studio_actions import stored_version
from blended_xblock.workbench.runtime import CampusRuntime
from tests import factories as f
from tests import intake
from tests.ask import ask
from tests.check_in import on_screen
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
        page = roll_page(f.session(), may_waive=True, sees_addresses=True)
    assert (page.found, len(page.rows)) == (people, min(people, 100))
    assert counted.n <= 11, str(counted)


def test_the_roll_handler_costs_twelve_queries() -> None:
    roll_of(1000)
    trainer = f.person("colleague", f.Role.TRAINER)
    with Counted() as counted:
        response = ask(trainer, "roll", {"session": str(f.session_id()), "only": "not_ready"})
    assert response.status_code == 200
    # Two of them are the campus's: it loads the stored course, and who asks.
    assert counted.n <= 15, str(counted)


@pytest.mark.parametrize("is_opened", [False, True])
def test_a_readiness_board_costs_twelve_queries_for_a_thousand_learners(is_opened) -> None:
    f.build_course()
    gone, *_others = f.crowd(1000)
    trainer = f.person("trainer", f.Role.TRAINER)
    if is_opened:
        api.open_roll(f.session_id(), actor=trainer)
        gone.campus_enrollments.all().delete()
    with Counted() as counted:
        response = ask(trainer, "board", {"session": str(f.session_id()), "sort": "readiness"})
    assert response.text.count("data-user=") == 100
    # Two of them are the campus’s: it loads the stored course, and who asks.
    assert counted.n <= (14 if is_opened else 13), str(counted)


@pytest.mark.parametrize("people", [10, 1000])
def test_queueing_reminders_costs_fifteen_queries(people) -> None:
    f.build_course()
    f.crowd(people)
    trainer = f.person("trainer", f.Role.TRAINER)
    with Counted() as looking:
        assert len(api.preview_reminders(f.session_id(), actor=trainer).people) == people
    with Counted() as pressing:
        assert api.send_reminders(f.session_id(), actor=trainer, key="k").waiting == people
    assert looking.n <= 12, str(looking)
    assert pressing.n <= 15, str(pressing)


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
    assert counted.n <= 24, str(counted)


def test_opening_and_closing_a_roll_cost_fifteen_queries() -> None:
    f.build_course()
    f.crowd(1000)
    trainer = f.person("trainer", f.Role.TRAINER)
    with Counted() as opening:
        api.open_roll(f.session_id(), actor=trainer)
    with Counted() as closing:
        api.close_roll(f.session_id(), actor=trainer)
    assert opening.n <= 15, str(opening)
    assert closing.n <= 15, str(closing)


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


@pytest.mark.parametrize("disputed", [False, True])
def test_a_hundred_marks_with_a_base_cost_fifteen_queries(disputed) -> None:
    """Each of them contradicts what a colleague said meanwhile: a conflict each."""
    roll_of(100)
    users = list(f.session().records.values_list("user_id", flat=True))
    made = timezone.now() - timedelta(hours=1)
    if disputed:
        f.give(f.person("other", f.Role.TRAINER), [api.Mark(user, "A") for user in users])
    marks = [
        api.Mark(user, "P", request_key=f"k{user}", base=0, at=made + timedelta(seconds=i))
        for i, user in enumerate(users)
    ]
    trainer = f.person("colleague", f.Role.TRAINER)
    with Counted() as counted:
        report = f.give(trainer, marks)
    assert len(report.conflicts) == (100 if disputed else 0)
    assert counted.n <= (15 if disputed else 14), str(counted)


@pytest.mark.parametrize("people", [10, 1000])
@pytest.mark.parametrize("how", ["everyone", "selection", "cohort"])
def test_marking_many_as_one_action_costs_fifteen_queries(people, how) -> None:
    f.build_course()
    users = f.crowd(people, cohort="Paris")
    api.open_roll(f.session_id(), actor=f.person("trainer", f.Role.TRAINER))
    trainer = f.person("colleague", f.Role.TRAINER)
    asked = {
        "everyone": {"kind": "everyone", "only_unmarked": True},
        "selection": {"user_ids": [user.pk for user in users]},
        "cohort": {"cohort": "Paris"},
    }[how]
    with Counted() as counted:
        report = api.record_many(f.session_id(), "P", actor=trainer, key="k", **asked)
    assert report.n == people
    assert counted.n <= (15 if how == "cohort" else 14), str(counted)
    with Counted() as again:
        api.record_many(f.session_id(), "P", actor=trainer, key="k", **asked)
    assert again.n <= 7, str(again)


@pytest.mark.parametrize("people", [10, 1000])
def test_undoing_an_action_costs_sixteen_queries(people) -> None:
    roll_of(people)
    trainer = f.person("colleague", f.Role.TRAINER)
    report = api.record_many(f.session_id(), "P", actor=trainer)
    with Counted() as counted:
        undone = api.undo_bulk(f.session_id(), report.bulk_id, actor=trainer)
    assert len(undone.restored) == people
    assert counted.n <= 16, str(counted)
    with Counted() as listing:
        assert api.list_bulk_actions(f.session_id())[0].n == people
    assert listing.n <= 2, str(listing)


def test_reopening_a_roll_costs_what_an_undo_and_its_state_cost() -> None:
    roll_of(1000)
    trainer = f.person("colleague", f.Role.TRAINER)
    api.close_roll(f.session_id(), actor=trainer)
    with Counted() as counted:
        report = api.reopen_roll(f.session_id(), actor=trainer, undo_absences=True)
    assert len(report.restored) == 1000
    assert counted.n <= 17, str(counted)


@pytest.mark.parametrize("n", [0, 1, 1000])
def test_asking_what_changed_costs_the_same_for_any_number(n) -> None:
    """Two of them are the campus's; while nothing changes, nothing else is read."""
    roll_of(1000)
    trainer = f.person("colleague", f.Role.TRAINER)
    users = list(f.session().records.values_list("user_id", flat=True))[:n]
    f.give(trainer, [api.Mark(user, "P", request_key=f"k{user}") for user in users])
    with Counted() as counted:
        data = {"session": str(f.session_id()), "since": "0"}
        answer = ask(trainer, "roll_changes", data).json
    assert (answer["touched"], len(answer["rows"])) == (n, min(n, 100))
    assert counted.n <= (10 if n else 6), str(counted)


@pytest.mark.parametrize("sessions", [1, 8])
def test_a_learners_own_history_costs_three_queries(sessions, ana) -> None:
    f.build_course(unit=f.design(*(f.meeting(n) for n in range(1, sessions + 1))))
    trainer = f.person("trainer", f.Role.TRAINER)
    for n in range(1, sessions + 1):
        f.take_roll(trainer, {ana: "P"}, n)
    unit = f.unit()
    with Counted() as counted:
        assert len(api.list_own_changes(ana, unit)) == sessions
    assert counted.n <= 2, str(counted)
    with Counted() as counted:
        assert len(own_history_lines(ana, unit)) == sessions
    assert counted.n <= 3, str(counted)


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
    assert counted.n <= 17, str(counted)


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


def open_desk(n: int) -> Any:
    f.build_course()
    f.crowd(n)
    trainer = f.person("trainer", f.Role.TRAINER)
    with freeze_time("2026-05-12T07:01:00Z"):
        api.set_desk(f.session_id(), "open", actor=trainer)
    return trainer


@pytest.mark.parametrize("people", [10, 1000])
@pytest.mark.parametrize(("method", "most"), [("scan", 15), ("typed", 15)])
def test_a_check_in_costs_fifteen_queries_for_any_number_of_learners(people, method, most) -> None:
    open_desk(people)
    learner = f.session().records.order_by("id").last().user
    with freeze_time("2026-05-12T07:02:00Z", tick=True):
        code = on_screen()[method == "typed"]
        with Counted() as counted:
            assert api.check_in(f.session_id(), user=learner, method=method, code=code).is_new
        with Counted() as again:
            assert not api.check_in(f.session_id(), user=learner, method=method, code=code).is_new
    assert counted.n <= most, str(counted)
    assert again.n <= 9, str(again)


@pytest.mark.parametrize("people", [10, 1000])
def test_what_a_display_asks_for_costs_eight_queries(people) -> None:
    trainer = open_desk(people)
    with freeze_time("2026-05-12T07:02:00Z", tick=True):
        for user in f.session().records.order_by("id")[:8]:
            api.check_in(f.session_id(), user=user.user, method="scan", code=on_screen()[0])
        with Counted() as counted:
            shown = ask(trainer, "desk", {"session": str(f.session_id())}).json
    assert (shown["present"]["here"], len(shown["present"]["names"])) == (8, 5)
    # Two more are the campus's: it loads the stored course, and who asks.
    assert counted.n <= 10, str(counted)


def test_a_learners_page_of_the_check_in_costs_eight_queries(client) -> None:
    open_desk(100)
    learner = f.session().records.order_by("id").last().user
    client.force_login(learner)
    with freeze_time("2026-05-12T07:02:00Z", tick=True):
        ticket = api.current_codes(f.session(), timezone.now())[0].ticket
        with Counted() as counted:
            assert client.get(f"/blended/in/{ticket}/").status_code == 200
    assert counted.n <= 10, str(counted)


@pytest.mark.parametrize("people", [10, 1000])
def test_the_page_of_a_file_costs_sixteen_queries_for_any_number_of_people(people) -> None:
    trainer, batch = a_file_of(people)
    asked = {"session": str(f.session_id()), "import": batch.pk}
    with Counted() as counted:
        response = ask(trainer, "import_page", asked)
    assert response.text.count("data-number=") == min(people, 100)
    with Counted() as again:
        ask(trainer, "import_page", asked | {"numbers": "1,2"})
    # Two of them are the campus's: it loads the stored course, and who asks.
    assert counted.n <= 16, str(counted)
    assert again.n <= 16, str(again)


@pytest.mark.parametrize("files", [1, 30])
def test_the_list_of_files_costs_six_queries_for_any_number_of_them(files) -> None:
    trainer, _batch = a_file_of(10)
    for n in range(1, files):
        intake.send(trainer, intake.zoom(f"Learner {n},,09:00,12:00"))
    with Counted() as counted:
        response = ask(trainer, "imports", {"session": str(f.session_id())})
    assert response.text.count("data-file=") == files
    assert counted.n <= 6, str(counted)


@pytest.mark.parametrize("people", [10, 1000])
def test_settling_a_file_costs_no_more_for_many(people) -> None:
    trainer, batch = a_file_of(people)
    data = {
        "session": str(f.session_id()),
        "import": batch.pk,
        "people": [{"number": number, "as": "guest"} for number in range(people)],
    }
    with Counted() as counted:
        assert ask(trainer, "settle_import", data).status_code == 200
    assert counted.n <= 10, str(counted)


@pytest.mark.parametrize("people", [10, 1000])
def test_a_file_that_opens_the_roll_costs_no_more_for_many_nor_does_taking_it_back(people) -> None:
    """On a roll that is open both take 20 at most, which `make bench` holds."""
    trainer, batch = a_file_of(people)
    with Counted() as counted:
        done = api.apply_import(f.session_id(), batch.pk, actor=trainer, revision=batch.revision)
    assert done.recorded == people // 2
    with Counted() as back:
        undone = api.undo_import(f.session_id(), batch.pk, actor=trainer)
    assert undone.unopened == (f.session_id(),)
    assert counted.n <= 24, str(counted)
    assert back.n <= 26, str(back)


def a_file_of(people: int) -> tuple[Any, Any]:
    """Return a trainer and their file: half of it learners, half whom nobody knows."""
    f.build_course()
    users = f.crowd(people)
    for n, user in enumerate(users):
        user.email = f"{user.username}@example.org" if n % 2 else ""
    get_user_model().objects.bulk_update(users, ["email"], batch_size=500)
    trainer = f.person("trainer", f.Role.TRAINER)
    rows = [f"{user.username},{user.email},09:00,12:00" for user in users]
    return trainer, intake.send(trainer, intake.zoom(*rows))
