"""The author's view: what learners will meet, and what is missing or broken, beforehand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from blended_xblock import api
from blended_xblock.attendance.held import sessions_with_records
from blended_xblock.design import Design
from blended_xblock.hosts.base import OutlineNode
from blended_xblock.hosts.workbench import WorkbenchHost
from blended_xblock.models import BlendedUnit
from blended_xblock.pages.author import AuthorPage, author_page
from blended_xblock.workbench.runtime import CampusRuntime
from tests import factories as f
from tests.counting import Counted
from tests.test_publishing_copies import TwoRunsHost, own_elsewhere

pytestmark = pytest.mark.usefixtures("course")

STATES = {"read": "unpublished", "before": "draft"}


class DraftsHost(WorkbenchHost):
    """The campus, if it kept drafts: some of its blocks are not published as they stand."""

    def authored_outline(self, course_key: str) -> OutlineNode | None:
        root = super().authored_outline(course_key)
        return root and _with_states(root)


class NoCourseHost(WorkbenchHost):
    """The campus, when the course cannot be read."""

    def authored_outline(self, course_key: str) -> OutlineNode | None:
        return None


def _with_states(node: OutlineNode) -> OutlineNode:
    children = tuple(map(_with_states, node.children))
    return replace(node, children=children, state=STATES.get(node.block_id, node.state))


def page(weight: float | None = None, title: str = "unit", **changes: Any) -> AuthorPage:
    design = Design.from_dict({**f.design(), **changes})
    return author_page(title, design, weight=weight, usage_key=f.unit_key(), course_key=f.COURSE)


def html(**changes: Any) -> str:
    """Return the page as Studio shows it after these changes."""
    f.redesign(**changes)
    block = CampusRuntime(is_author_mode=True).get_block(f.unit_key())
    return block.author_view().content


def warnings(view: AuthorPage, word: str) -> list[str]:
    """Return the warnings with this word in them."""
    found = [finding.text for finding in view.findings if finding.severity == "warning"]
    return [text for text in found if word in text]


def test_a_whole_unit_is_shown_with_its_links_resolved() -> None:
    view = page(objectives=["Listen"], rule={"kind": "minutes", "at_least": 90})
    assert [link.title for link in view.prework] == ["before"]
    assert [(link.title, link.detail) for link in view.follow_ups] == [("after", "opens at once")]
    assert "90 minutes" in view.rule
    assert view.sessions[0].when.text == "Tue 12 May, 09:00–12:00"
    assert not [finding for finding in view.findings if finding.severity == "error"]


def test_a_link_that_leads_nowhere_is_named_in_the_words_of_the_form() -> None:
    view = page(follow_ups=[{"block": "html_demo@gone"}])
    assert view.follow_ups[0].is_broken
    assert view.follow_ups[0].notes == ("leads nowhere",)
    assert view.findings[0].text.startswith("Follow-up 1 “html_demo@gone”: The block is not in")


def test_findings_are_said_in_the_words_of_the_form() -> None:
    view = page(sessions=[f.meeting(venue="")])
    assert "Session 1 “Workshop 1”: The room is empty." in warnings(view, "room")[0]


def test_a_link_to_what_holds_the_unit_is_an_error() -> None:
    view = page(follow_ups=[{"block": "sequence_demo@live"}])
    assert view.findings[0].severity == "error"
    assert "holds this blended unit" in view.findings[0].text


def test_a_link_says_where_it_stands_and_what_learners_have_of_it(settings) -> None:
    settings.BLENDED_XBLOCK_HOST = f"{__name__}.DraftsHost"
    view = page(
        prework=[{"block": "sequence_demo@before"}, {"block": "html_demo@read"}],
        make_ups=[{"block": "sequence_demo@instead", "within_days": 1}],
    )
    assert [(link.path, link.notes) for link in view.prework] == [
        ((), ("changes not published",)),
        (("before", "before-unit"), ("not published",)),
    ]
    assert [(link.notes, link.detail) for link in view.make_ups] == [
        ((), "within 1 day after the session missed")
    ]


def test_nothing_is_said_of_links_where_the_course_cannot_be_read(settings) -> None:
    settings.BLENDED_XBLOCK_HOST = f"{__name__}.NoCourseHost"
    view = page()
    assert not view.prework[0].is_broken
    assert view.prework[0].notes == ()
    assert warnings(view, "The block") == []


def test_a_session_in_the_past_or_cancelled_says_so(clock) -> None:
    clock.move_to(f.FIRST_END)
    view = page(sessions=[f.meeting(1), f.meeting(2, cancelled=True), f.meeting(3)])
    assert [session.note for session in view.sessions] == ["in the past", "cancelled", ""]


def test_it_says_whether_learners_see_this_already() -> None:
    assert page().published == "This is what learners see."
    assert page().changes == ()
    assert "Publish to show them" in page(objectives=["New"]).published
    f.move("blended_unit@unit", None)
    f.publish()
    assert page(objectives=["New"]).published.startswith("Not published yet")
    assert page(objectives=["New"]).changes == ()


def test_it_lists_what_is_not_published_yet() -> None:
    view = page(99.4, title="Conflict", sessions=[f.meeting(venue="Hall")], follow_ups=[])
    assert view.changes == (
        "The unit “unit” is now called “Conflict”.",
        "The points change from 100 to 99.",
        "“Workshop 1”: the room is now Hall.",
        "“after” is no longer a follow-up: it is not locked any more.",
    )


def test_points_that_are_published_as_the_same_number_are_no_change() -> None:
    assert page(99.5).changes == ()


def test_a_design_of_another_release_in_the_tables_breaks_nothing() -> None:
    BlendedUnit.objects.update(design={"model": "of another release"})
    view = page()
    assert "Publish to show them" in view.published
    assert view.changes == ()


@pytest.mark.parametrize(("n", "is_folded"), [(5, False), (6, True)])
def test_many_changes_are_folded_away(n: int, is_folded: bool) -> None:
    content = html(objectives=[f"Objective <{i}>" for i in range(n)])
    assert content.count("New objective: “Objective &lt;") == n
    assert ("<details" in content) == is_folded
    assert ("Not published yet: 6 changes" in content) == is_folded


def test_a_session_says_what_is_recorded_at_it(trainer, ana, ben) -> None:
    f.redesign(sessions=[f.meeting(n) for n in range(1, 5)])
    f.publish()
    f.take_roll(trainer, {ana: "P", ben: "A"}, 1)
    f.take_roll(trainer, {}, 2)
    f.take_roll(trainer, {ana: "P", ben: None}, 3)
    api.close_roll(f.session_id(3), actor=trainer)
    sessions = [f.meeting(n) for n in range(1, 6)]
    expected = ["2 people recorded, roll open", "roll open", "2 people recorded", "", ""]
    assert [session.records for session in page(sessions=sessions).sessions] == expected
    with Counted() as counted:
        held = sessions_with_records(f.unit_key())
    assert counted.n == 1, str(counted)
    assert {name: (each.records, each.roll_state, each.title) for name, each in held.items()} == {
        f.meeting(1)["id"]: (2, "open", "Workshop 1"),
        f.meeting(2)["id"]: (0, "open", "Workshop 2"),
        f.meeting(3)["id"]: (2, "closed", "Workshop 3"),
    }
    assert all(each.text for each in held.values())


def test_moving_a_session_with_records_is_warned_of(trainer, ana) -> None:
    f.redesign(sessions=[f.meeting(1), f.meeting(2)])
    f.publish()
    f.take_roll(trainer, {ana: "P"})
    moved = f.meeting(1, start="2026-05-13T09:00", end="2026-05-13T12:00", title="Renamed")
    assert warnings(page(sessions=[moved, f.meeting(2, venue="Hall")]), "record") == [
        "The roll of “Workshop 1” (Tue 12 May, 09:00–12:00, Paris time) holds 1 record; after "
        "publishing it belongs to the new date: Wed 13 May, 09:00–12:00 (Paris time).",
    ]


def test_the_same_instant_on_another_clock_moves_no_record(trainer, ana) -> None:
    f.take_roll(trainer, {ana: "P"})
    same = f.meeting(timezone="Europe/Berlin")
    assert warnings(page(sessions=[same]), "record") == []


def test_removing_a_session_with_records_says_what_becomes_of_them(trainer, ana, ben) -> None:
    f.redesign(sessions=[f.meeting(1), f.meeting(2), f.meeting(3)])
    f.publish()
    f.take_roll(trainer, {ana: "P", ben: "A"})
    left = [f.meeting(3)]
    expected = (
        "“Workshop 1” (Tue 12 May, 09:00–12:00, Paris time) is no longer in the unit: publishing "
        "takes it off learners’ pages; its 2 records are kept."
    )
    assert warnings(page(sessions=left), "record") == [expected]
    f.redesign(sessions=left)
    f.publish()
    assert warnings(page(sessions=left), "record") == []
    assert sessions_with_records(f.unit_key())[f.meeting(1)["id"]].state == "removed"


class TestCopiesOfAnotherRun:
    """Sessions that another run of the course had first, 60 days before, wait for their dates."""

    @pytest.fixture(autouse=True)
    def _copied(self, course, settings) -> None:
        settings.BLENDED_XBLOCK_HOST = f"{TwoRunsHost.__module__}.TwoRunsHost"
        own_elsewhere(f.meeting(2))
        f.redesign(sessions=[f.meeting(1), f.meeting(2)])
        f.publish()

    def test_are_shown_with_the_dates_of_the_tables(self) -> None:
        view = page(sessions=[f.meeting(1), f.meeting(2)])
        table = f.session(2)
        assert table.state == "draft"
        assert [session.is_unconfirmed for session in view.sessions] == [False, True]
        assert view.sessions[1].when.text == "Sat 18 Jul, 09:00–12:00"
        assert (
            view.sessions[1].when.start
            == table.starts_at.astimezone(ZoneInfo("Europe/Paris")).isoformat()
        )
        assert view.changes == ()
        assert warnings(view, "another course run")[0].startswith("1 session comes from")
        assert "Dates to confirm" in html()

    def test_change_by_what_is_written_and_not_by_being_moved(self) -> None:
        changed = f.meeting(2, start="2026-05-20T09:00", end="2026-05-20T12:00")
        assert page(sessions=[f.meeting(1), changed]).changes == (
            "“Workshop 2” moves from Sat 18 Jul, 09:00–12:00 (Paris time) to Sun 19 Jul, "
            "09:00–12:00 (Paris time).",
        )

    def test_are_themselves_once_their_dates_are_confirmed(self) -> None:
        confirmed = f.meeting(2, start="2026-07-18T09:00", end="2026-07-18T12:00")
        view = page(sessions=[f.meeting(1), confirmed], confirmed_for=f.COURSE)
        assert [session.is_unconfirmed for session in view.sessions] == [False, False]
        assert view.changes == ("The dates of the sessions are confirmed for this course.",)
        assert warnings(view, "another course run") == []


def test_the_page_costs_no_more_for_many_sessions(trainer, ana) -> None:
    f.redesign(sessions=[f.meeting(n) for n in range(1, 41)])
    f.publish()
    f.take_roll(trainer, {ana: "P"})
    with Counted() as outline:
        DraftsHost().authored_outline(f.COURSE)
    with Counted() as counted:
        page(sessions=[f.meeting(n, venue="Hall") for n in range(1, 41)])
    assert counted.n - outline.n == 2, str(counted)


def test_the_delay_of_a_follow_up_is_said_in_days() -> None:
    follow_ups = [{"block": "sequence_demo@after", "delay_days": days} for days in (7,)]
    assert "7 days after" in page(follow_ups=follow_ups).follow_ups[0].detail
    one = page(follow_ups=[{"block": "sequence_demo@after", "delay_days": 1}]).follow_ups[0].detail
    assert "1 day after" in one


@pytest.mark.parametrize(
    ("weight", "expected"),
    [
        (None, []),
        (0, []),
        (2, []),
        (2.4, ["The number of points is not whole: 2.4 is taken as 2."]),
        (1, ["The number of points is 1 for 2 sessions"]),
        (
            0.5,
            [
                "The number of points is not whole: 0.5 is taken as 1.",
                "The number of points is 1 for 2 sessions",
            ],
        ),
    ],
)
def test_points_too_few_or_broken_are_said(weight: float | None, expected: list[str]) -> None:
    sessions = [f.meeting(1), f.meeting(2), f.meeting(3, cancelled=True)]
    found = [each.text for each in page(weight, sessions=sessions).findings if "oint" in each.text]
    assert len(found) == len(expected)
    assert all(text.startswith(start) for text, start in zip(found, expected, strict=True))


def test_what_is_missing_from_many_sessions_is_said_once() -> None:
    """A timetable just made has no rooms: nine warnings of it would hide all others."""
    view = page(sessions=[f.meeting(n) for n in range(1, 10)])
    texts = [finding.text for finding in view.findings]
    (said,) = [text for text in texts if "room" in text]
    assert said.startswith("Session 1 “Workshop 1” and 8 more: The room is empty.")
