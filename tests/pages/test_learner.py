"""The learner's page: what is next, what was recorded, why something is shut, and nothing else."""

from __future__ import annotations

import pytest
from completion.models import BlockCompletion
from opaque_keys.edx.keys import UsageKey

from blended_xblock import api
from blended_xblock.hosts import get_host
from blended_xblock.models import Session
from blended_xblock.pages.learner import LearnerPage, learner_page
from blended_xblock.workbench.keys import COURSE_KEY
from tests import factories as f

pytestmark = pytest.mark.usefixtures("clock", "db")


def page(user, name: str = "unit") -> LearnerPage:
    return learner_page(f.unit(name), user, zone=get_host().timezone_of(user))


def complete(user, link: str) -> None:
    block = UsageKey.from_string(f.key(link))
    BlockCompletion.objects.create(
        user=user,
        context_key=COURSE_KEY,
        block_key=block,
        block_type=block.block_type,
        completion=1.0,
    )


def steps(view: LearnerPage) -> dict[str, tuple[str, str]]:
    return {step.key: (step.state, step.detail) for step in view.steps}


def titles(sessions) -> list[str]:
    return [each.card.title for each in sessions]


def test_the_three_steps_from_first_look_to_open(ana, trainer) -> None:
    f.build_course()
    assert steps(page(ana)) == {
        "prework": ("current", "0 of 1 done"),
        "session": ("current", "Tue 12 May, 09:00–12:00"),
        "follow_up": ("locked", "locked"),
    }
    complete(ana, "html_demo@read")
    (item,) = page(ana).prework
    assert (item.state, item.detail) == ("started", "1 of 2 done — continue")
    complete(ana, "html_demo@watch")
    assert page(ana).prework[0].state == "done"
    f.take_roll(trainer, {ana: "P"})
    assert steps(page(ana)) == {
        "prework": ("done", "1 of 1 done"),
        "session": ("done", "you took part"),
        "follow_up": ("current", "open"),
    }


def test_a_shut_follow_up_has_a_reason_and_no_address(ana, trainer) -> None:
    f.build_course()
    (item,) = page(ana).follow_ups
    assert (item.is_open, item.url) == (False, "")
    assert item.reason.startswith("Opens when")
    f.take_roll(trainer, {ana: "P"})
    (item,) = page(ana).follow_ups
    assert (item.is_open, item.reason) == (True, "You took part. This is open.")
    assert item.url


def test_the_next_session_is_the_first_that_is_live_and_not_over(ana, clock) -> None:
    f.build_course(
        unit=f.design(
            f.meeting(1), f.meeting(2, cancelled=True), f.meeting(3), f.meeting(4, audience=["X"])
        )
    )
    assert page(ana).next_session.card.title == "Workshop 1"
    clock.move_to(f.FIRST_END)
    view = page(ana)
    assert view.next_session.card.title == "Workshop 3"
    assert titles(view.upcoming) == []
    assert "Workshop 1" in titles(view.past)
    clock.move_to("2026-07-01")
    assert page(ana).next_session is None
    assert steps(page(ana))["session"] == ("current", "not recorded yet")


def test_a_session_of_another_cohort_is_shown_once_she_was_there(ana, trainer) -> None:
    f.build_course(unit=f.design(f.meeting(1, audience=["Paris"])))
    assert page(ana).next_session is None
    f.take_roll(trainer, {ana: "P"})
    assert page(ana).next_session.card.title == "Workshop 1"


def test_a_draft_is_shown_as_such_and_is_not_next(ana) -> None:
    f.build_course()
    Session.objects.update(state="draft")
    view = page(ana)
    assert view.next_session is None
    assert titles(view.upcoming) == ["Workshop 1"]
    assert "confirmed" in view.upcoming[0].card.state_label
    assert not view.upcoming[0].calendar


def test_times_are_shown_on_both_clocks_only_where_they_differ(clock) -> None:
    f.build_course()
    tokyo, rome = f.person("t", timezone="Asia/Tokyo"), f.person("r", timezone="Europe/Rome")
    card = page(tokyo).next_session.card
    assert (card.when.text, card.when.zone) == ("Tue 12 May, 09:00–12:00", "Paris time")
    assert card.when_learner.text == "Tue 12 May, 16:00–19:00"
    assert page(rome).next_session.card.when_learner is None


@pytest.mark.parametrize(
    ("moment", "shown"),
    [
        ("2026-05-12T06:44:59Z", False),
        ("2026-05-12T06:45:00Z", True),
        ("2026-05-12T09:59:59Z", True),
        ("2026-05-12T10:00:00Z", False),
    ],
)
def test_the_join_link_shows_from_a_quarter_of_an_hour_before_to_the_end(
    ana, clock, moment, shown
) -> None:
    link = "https://meet.example.org/x"
    f.build_course(unit=f.design(f.meeting(mode="online", join_url=link)))
    clock.move_to(moment)
    view = page(ana)
    (session,) = [each for each in (view.next_session, *view.past) if each]
    assert session.card.join_url == (link if shown else "")


def test_a_learner_reads_their_record_and_never_the_note(ana, trainer, clock) -> None:
    f.build_course()
    f.take_roll(trainer, {})
    f.give(trainer, [api.Mark(ana.pk, "D", 90, "room", "Argued with everybody.")])
    clock.move_to("2026-05-13")
    view = page(ana)
    (past,) = view.past
    assert past.attendance.status.label == "Left early"
    assert past.attendance.detail == "Recorded by trainer, Tue 12 May, 10:00 · 90 minutes"
    assert "Argued" not in repr(view)


def test_a_make_up_is_offered_to_who_missed_the_session_and_nobody_else(
    ana, ben, trainer, clock
) -> None:
    f.build_course(unit=f.design(make_ups=[{"block": "sequence_demo@instead"}]))
    cleo = f.person("cleo")
    f.take_roll(trainer, {ana: "A", ben: "P", cleo: "E"})
    clock.move_to("2026-05-13")
    assert [len(page(user).make_ups) for user in (ana, ben, cleo)] == [1, 0, 1]


@pytest.mark.parametrize(
    ("now", "said"),
    [
        ("2026-05-13", "Until Tue 26 May"),
        ("2026-05-27", "The time for it ended on Tue 26 May"),
    ],
)
def test_a_make_up_says_until_when(ana, trainer, clock, now, said) -> None:
    """The days run from the end of the session missed, on the clock of its room."""
    make_up = {"block": "sequence_demo@instead", "within_days": 14}
    f.build_course(unit=f.design(make_ups=[make_up]))
    f.take_roll(trainer, {ana: "A"})
    clock.move_to(now)
    assert [item.detail for item in page(ana).make_ups] == [said]


def test_a_withdrawn_status_keeps_its_label_and_its_make_up(ana, trainer, clock) -> None:
    f.build_course(unit=f.design(make_ups=[{"block": "sequence_demo@instead"}]))
    f.take_roll(trainer, {ana: "A"})
    yes = {"code": "Y", "label": "Was here", "credit": 1.0, "attended": True, "counted": True}
    f.redesign(statuses=[yes])
    f.publish()
    clock.move_to("2026-05-13")
    view = page(ana)
    assert view.past[0].attendance.status.label == "Absent"
    assert len(view.make_ups) == 1


def test_a_link_that_leads_nowhere_is_not_shown(ana) -> None:
    f.build_course(
        unit=f.design(
            prework=[{"block": "html_demo@gone"}], follow_ups=[{"block": "html_demo@gone2"}]
        )
    )
    assert page(ana).prework == ()
    assert page(ana).follow_ups == ()


def test_reading_writes_nothing(ana) -> None:
    f.build_course()
    before = f.written()
    page(ana)
    assert f.written() == before


def test_a_unit_of_nothing_is_a_page_too(ana) -> None:
    f.build_course(unit={"sessions": []})
    view = page(ana)
    assert (view.next_session, view.past, view.follow_ups) == (None, (), ())
    assert steps(view) == {"session": ("todo", "no date yet")}
