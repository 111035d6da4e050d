"""What staff see who look at the course as a learner: the page of somebody who just enrolled."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from blended_xblock import api
from blended_xblock.gate.groups import NOT_YET, TOOK_PART
from blended_xblock.hosts.base import StandIn, Viewer
from blended_xblock.hosts.workbench import WorkbenchHost
from blended_xblock.models import SessionTrainer
from blended_xblock.pages.learner import LearnerPage, learner_page
from blended_xblock.workbench.runtime import CampusRuntime
from tests import factories as f
from tests.ask import all_rows, ask

pytestmark = pytest.mark.usefixtures("clock", "db")

GENERIC = StandIn()
PARIS = StandIn(cohort="Paris")


class LookingHost(WorkbenchHost):
    """The campus, where whoever looks looks as some learner of Paris."""

    def viewer(self, block: Any) -> Viewer:
        seen = replace(super().viewer(block), is_staff=False, is_learner=True)
        return replace(seen, is_masquerading=True, stand_in=PARIS)


@pytest.fixture
def several(trainer: Any, ana: Any) -> None:
    """Publish two sessions and one for Paris; Ana, who looks on below, was at the first."""
    f.build_course(
        unit=f.design(
            f.meeting(1),
            f.meeting(2),
            f.meeting(3, audience=["Paris"]),
            follow_ups=[
                {"block": "sequence_demo@after"},
                {"block": "sequence_demo@later", "delay_days": 7},
            ],
        )
    )
    f.take_roll(trainer, {})
    f.give(trainer, [api.Mark(ana.pk, "P")])


def page(user: Any, stand_in: StandIn) -> LearnerPage:
    return learner_page(f.unit(), user, stand_in=stand_in)


def titles(view: LearnerPage) -> list[str]:
    ahead = [view.next_session, *view.upcoming] if view.next_session else view.upcoming
    return [item.card.title for item in (*ahead, *view.past)]


def test_nothing_is_recorded_of_them_whatever_is_of_the_person_who_looks(
    several, ana, clock
) -> None:
    clock.move_to("2026-05-13T08:00:00Z")
    assert learner_page(f.unit(), ana).outcome == "met"
    view = page(ana, GENERIC)
    assert (view.outcome, view.opens_at) == ("not_met", None)
    assert titles(view) == ["Workshop 2"]
    assert [item.is_open for item in view.follow_ups] == [False, False]


def test_they_are_in_the_cohort_looked_as(several, ana) -> None:
    assert titles(page(ana, GENERIC)) == ["Workshop 1", "Workshop 2"]
    assert titles(page(ana, PARIS)) == ["Workshop 1", "Workshop 2", "Workshop 3"]


@pytest.mark.parametrize(
    ("group", "is_open"),
    [(TOOK_PART, [True, True]), (NOT_YET, [False, False]), (100, [True, False])],
)
def test_they_are_in_the_group_looked_as(several, ana, group, is_open) -> None:
    view = page(ana, StandIn(partition_id=f.unit().partition_id, group_id=group))
    assert [item.is_open for item in view.follow_ups] == is_open
    assert (view.outcome == "met") == any(is_open)
    other = page(ana, StandIn(partition_id=f.unit().partition_id + 1, group_id=group))
    assert not any(item.is_open for item in other.follow_ups)


def test_an_invitation_of_the_person_who_looks_gives_them_nothing(
    several, trainer, settings
) -> None:
    SessionTrainer.objects.create(session=f.session(1), user=trainer)
    settings.BLENDED_XBLOCK_HOST = f"{LookingHost.__module__}.LookingHost"
    before = all_rows()
    html = CampusRuntime(trainer).get_block(f.unit_key()).student_view().body_html()
    assert 'data-view="learner"' in html
    answer = ask(trainer, "student_view_user_state")
    assert (answer.json["outcome"], answer.json["records"]) == ("not_met", [])
    assert ask(trainer, "roll", {"session": str(f.session_id(1))}).status_code == 403
    assert ask(trainer, "calendar", {"session": str(f.session_id(3))}).status_code == 200
    for handler in ("open_roll", "invite_trainer"):
        refused = ask(trainer, handler, {"session": str(f.session_id(2)), "person": "x"})
        assert refused.status_code == 403
        assert "Leave that view" in refused.json["message"]
    assert all_rows() == before
