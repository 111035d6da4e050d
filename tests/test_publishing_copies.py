"""A copy of a unit gets its design and never its records; in another run it waits for its dates."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from blended_xblock import api
from blended_xblock.errors import SessionNotLiveError
from blended_xblock.hosts.workbench import WorkbenchHost
from blended_xblock.models import AttendanceRecord, BlendedUnit, Session
from blended_xblock.publishing import session_key
from tests import factories as f

THERE = "block-v1:Blended+OTHER+2026+type@blended_unit+block@unit"
THERE_START = datetime(2026, 3, 2, tzinfo=UTC)


class TwoRunsHost(WorkbenchHost):
    """The campus, which also knows when the other run of the course started: 60 days before."""

    def course_start(self, course_key: str) -> datetime | None:
        return THERE_START if course_key == f.OTHER_COURSE else super().course_start(course_key)


def own_elsewhere(*meetings: dict, state: str = "scheduled") -> None:
    """Let another run of the course have published these sessions first."""
    unit = BlendedUnit.objects.create(
        usage_key=THERE, course_key=f.OTHER_COURSE, title="unit", partition_id=100
    )
    for values in meetings:
        Session.objects.create(
            id=session_key(THERE, values["id"]),
            unit=unit,
            design_id=values["id"],
            title=values["title"],
            starts_at=f.FIRST_END - timedelta(hours=3),
            ends_at=f.FIRST_END,
            timezone="Europe/Paris",
            mode="online",
            state=state,
        )


@pytest.fixture
def _copied(db, clock, settings) -> None:
    settings.BLENDED_XBLOCK_HOST = f"{__name__}.TwoRunsHost"
    own_elsewhere(f.meeting(1))
    f.build_course(unit=f.design(f.meeting(1), f.meeting(2)))


@pytest.mark.django_db
def test_a_duplicate_in_the_same_course_has_sessions_of_its_own(clock, trainer, ana) -> None:
    f.build_course(unit=f.design(), copy=f.design())
    f.take_roll(trainer, {ana: "P"}, 1, "unit")
    assert f.session_id(1, "unit") != f.session_id(1, "copy")
    assert f.session(1, "copy").state == "scheduled"
    assert f.session(1, "copy").roll_state == "not_opened"
    assert AttendanceRecord.objects.filter(session=f.session_id(1, "copy")).count() == 0
    assert not api.is_open(f.AFTER, ana.pk), "the copy has not been met"


@pytest.mark.usefixtures("_copied")
def test_in_another_run_sessions_known_there_are_drafts_and_new_ones_live() -> None:
    assert f.session(1).state == "draft"
    assert f.session(2).state == "scheduled"
    assert f.publish().drafts == 1


@pytest.mark.usefixtures("_copied")
def test_the_dates_of_a_draft_move_with_the_start_of_the_course() -> None:
    draft = f.session(1)
    days = (datetime(2026, 5, 1, tzinfo=UTC) - THERE_START).days
    assert days == 60
    assert draft.starts_at == datetime(2026, 5, 12, 7, tzinfo=UTC) + timedelta(days=days)
    before = Session.objects.values().get(pk=draft.pk)
    f.publish()
    assert Session.objects.values().get(pk=draft.pk) == before, "moved once, not at each publish"


@pytest.mark.usefixtures("_copied")
def test_a_draft_is_not_live(trainer, ana, clock) -> None:
    with pytest.raises(SessionNotLiveError, match="confirm"):
        api.open_roll(f.session_id(1), actor=trainer)
    clock.move_to("2027-01-01")
    f.redesign(sessions=[f.meeting(1)])
    f.publish()
    assert api.get_standing(f.unit_key(), ana.pk).outcome == "not_met", "a draft asks for nothing"


@pytest.mark.usefixtures("_copied")
def test_confirmed_for_this_run_they_are_live_with_the_dates_written() -> None:
    f.redesign(confirmed_for=f.OTHER_COURSE)
    f.publish()
    assert f.session(1).state == "draft", "confirmed for another run"
    f.redesign(confirmed_for=f.COURSE)
    assert f.publish().drafts == 0
    assert f.session(1).state == "scheduled"
    assert f.session(1).ends_at == f.FIRST_END


@pytest.mark.usefixtures("_copied")
def test_what_is_live_does_not_become_a_draft_again(trainer, ana) -> None:
    f.redesign(confirmed_for=f.COURSE)
    f.publish()
    f.take_roll(trainer, {ana: "P"})
    f.redesign(confirmed_for="")
    f.publish()
    assert f.session(1).state == "scheduled"


@pytest.mark.usefixtures("_copied")
@pytest.mark.parametrize("way", ["the session", "the unit"])
def test_a_draft_taken_out_and_put_back_is_still_a_draft(way) -> None:
    if way == "the session":
        f.redesign(sessions=[f.meeting(2)])
        f.publish()
        f.redesign(sessions=[f.meeting(1), f.meeting(2)])
    else:
        f.move("blended_unit@unit", None)
        f.publish()
        f.move("blended_unit@unit", "vertical_demo@live-unit")
    f.publish()
    assert f.session(1).state == "draft"


@pytest.mark.django_db
def test_the_run_where_the_ids_were_first_seen_stays_live(clock) -> None:
    f.build_course()
    own_elsewhere(f.meeting(1), state="draft")
    f.publish()
    assert f.session(1).state == "scheduled"


@pytest.mark.django_db
def test_a_draft_elsewhere_owns_nothing(clock) -> None:
    own_elsewhere(f.meeting(1), state="draft")
    f.build_course()
    assert f.session(1).state == "scheduled"


@pytest.mark.django_db
def test_a_draft_whose_moved_date_falls_into_a_clock_change_does_not_stop_the_publish(
    clock, settings
) -> None:
    """28 January 02:30 exists in Paris; sixty days later, on 29 March 2026, it does not."""
    settings.BLENDED_XBLOCK_HOST = f"{__name__}.TwoRunsHost"
    night = f.meeting(1, start="2026-01-28T02:30", end="2026-01-28T04:00")
    own_elsewhere(night)
    f.build_course(unit=f.design(night), other=f.design(f.meeting(2)))
    assert f.session(1).state == "draft"
    assert f.session(1).ends_at == datetime(2026, 3, 29, 2, tzinfo=UTC)
    assert f.session(2, "other").state == "scheduled"
