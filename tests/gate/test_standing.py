"""Standings: rewritten for exactly those concerned, right while time passes and nobody writes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blended_xblock import api
from blended_xblock.gate.standing import opening_at
from blended_xblock.models import Session, Standing
from blended_xblock.workbench.models import CampusEnrollment
from tests import factories as f

WEEK_LATER = {"block": "sequence_demo@later", "delay_days": 7}


def outcome(user, name: str = "unit") -> str:
    return api.get_standing(f.unit_key(name), user.pk).outcome


@pytest.mark.usefixtures("course")
def test_only_the_learners_touched_are_decided_again(trainer, ana, ben, clock) -> None:
    f.take_roll(trainer, {ana: "P", ben: "P"})
    before = Standing.objects.values().get(user=ben)
    clock.tick(60)
    f.give(trainer, [api.Mark(ana.pk, "A")])
    assert Standing.objects.values().get(user=ben) == before
    assert f.standing(ana).updated_at > before["updated_at"]
    assert not f.standing(ana).is_met


@pytest.mark.usefixtures("course")
def test_a_mark_that_decides_nothing_new_rewrites_nothing(trainer, ana, clock) -> None:
    f.take_roll(trainer, {ana: "P"})
    before = Standing.objects.values().get(user=ana)
    clock.tick(60)
    f.give(trainer, [api.Mark(ana.pk, "L")])
    assert Standing.objects.values().get(user=ana) == before


@pytest.mark.usefixtures("course")
@pytest.mark.parametrize("opened", [True, False])
def test_time_alone_turns_not_met_into_pending(trainer, ana, clock, opened) -> None:
    if opened:
        api.open_roll(f.session_id(), actor=trainer)
    clock.move_to(f.FIRST_END - timedelta(seconds=1))
    assert outcome(ana) == "not_met"
    clock.move_to(f.FIRST_END)
    assert outcome(ana) == "pending"
    assert "not recorded yet" in api.get_standing(f.unit_key(), ana.pk).reason
    assert not api.is_open(f.AFTER, ana.pk)


@pytest.mark.usefixtures("course")
def test_late_data_decides_again_in_both_directions(trainer, ana, clock) -> None:
    clock.move_to("2026-06-30")
    f.take_roll(trainer, {ana: "A"})
    assert outcome(ana) == "not_met"
    f.give(trainer, [api.Mark(ana.pk, "P")])
    assert (outcome(ana), api.is_open(f.AFTER, ana.pk)) == ("met", True)
    f.give(trainer, [api.Mark(ana.pk, "E")])
    assert (outcome(ana), api.is_open(f.AFTER, ana.pk)) == ("not_met", False)


@pytest.mark.usefixtures("course")
def test_excused_is_kept_when_the_roll_closes_and_owes_nothing(trainer, ana, clock) -> None:
    f.take_roll(trainer, {ana: "E"})
    api.close_roll(f.session_id(), actor=trainer)
    clock.move_to("2026-06-30")
    assert f.record(ana).status == "E"
    assert outcome(ana) == "not_met"


@pytest.mark.usefixtures("course")
@pytest.mark.parametrize("state", ["cancelled", "removed"])
def test_a_session_that_fell_out_is_a_fact_only_for_who_was_there(trainer, ana, ben, state) -> None:
    f.take_roll(trainer, {ana: "P"})
    sessions = [f.meeting(cancelled=True)] if state == "cancelled" else [f.meeting(2)]
    f.redesign(sessions=sessions)
    f.publish()
    assert f.session().state == state
    assert outcome(ana) == "met"
    ahead = 1 if state == "removed" else 0
    assert f.standing(ben).figures["unmarked"] == ahead, (
        "only what is still to come is asked of him"
    )


@pytest.mark.usefixtures("course")
def test_a_learner_nothing_was_written_about_is_decided_on_the_fly(ana, clock) -> None:
    clock.move_to("2026-05-20")
    report = api.get_standing(f.unit_key(), ana.pk)
    assert (report.outcome, report.is_open) == ("pending", False)
    assert not Standing.objects.exists(), "reads never write"


@pytest.mark.usefixtures("course")
def test_who_joined_after_the_roll_opened_is_not_pending(trainer, ana, clock) -> None:
    api.open_roll(f.session_id(), actor=trainer)
    late = f.person("late", enrolled_at=datetime(2026, 5, 12, 9, tzinfo=UTC))
    clock.move_to("2026-05-20")
    assert outcome(late) == "not_met"
    assert outcome(ana) == "pending"


@pytest.mark.django_db
def test_one_day_of_somebody_elses_two_is_not_all_of_them(clock, trainer, ana) -> None:
    """What she was not asked to do stands in no denominator, yet half an event is not the event."""
    days = [f.meeting(n, occurrence="spring", audience=["Paris"]) for n in (1, 2)]
    f.build_course(unit=f.design(*days, rule={"kind": "occurrence", "percent": 100}))
    f.take_roll(trainer, {ana: "P"}, 1)
    assert not api.is_open(f.AFTER, ana.pk)
    f.take_roll(trainer, {ana: "P"}, 2)
    assert api.is_open(f.AFTER, ana.pk)


# Delays


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("zone", "wall_end", "opens"),
    [
        # The clocks of Paris go back on 25 October 2026: 12:00 stays 12:00, an hour later in UTC.
        ("Europe/Paris", "2026-10-20T12:00", datetime(2026, 10, 27, 11, tzinfo=UTC)),
        # They go forward on 28 March 2027.
        ("Europe/Paris", "2027-03-24T12:00", datetime(2027, 3, 31, 10, tzinfo=UTC)),
        ("America/Toronto", "2026-10-27T12:00", datetime(2026, 11, 3, 17, tzinfo=UTC)),
        ("Asia/Kolkata", "2026-10-20T12:00", datetime(2026, 10, 27, 6, 30, tzinfo=UTC)),
        # 02:30 does not exist a week later: the first time that does is meant, 03:30 in summer.
        ("Europe/Paris", "2027-03-21T02:30", datetime(2027, 3, 28, 1, 30, tzinfo=UTC)),
    ],
)
def test_days_of_delay_are_counted_on_the_sessions_own_clock(
    clock, trainer, ana, zone, wall_end, opens
) -> None:
    start = wall_end.replace("T12", "T09").replace("T02", "T00")
    f.build_course(
        unit=f.design(f.meeting(start=start, end=wall_end, timezone=zone), follow_ups=[WEEK_LATER])
    )
    clock.move_to(opens - timedelta(days=7, hours=3))
    f.take_roll(trainer, {ana: "P"})
    assert api.lock_for(ana.pk, f.LATER).opens_at == opens
    clock.move_to(opens - timedelta(seconds=1))
    assert not api.is_open(f.LATER, ana.pk)
    clock.move_to(opens)
    assert api.is_open(f.LATER, ana.pk)


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1)),
    st.sampled_from(["Europe/Paris", "America/St_Johns", "Australia/Lord_Howe", "UTC"]),
    st.integers(0, 365),
)
def test_a_longer_delay_never_opens_earlier(end, zone, days) -> None:
    end = end.replace(tzinfo=UTC)
    way = {"due": None, "counted_from": end.isoformat(), "zone": zone}
    row = Standing(is_met=True, openings=[way])
    one, other = (opening_at(row, days + more, end).opens_at for more in (0, 1))
    assert one < other
    assert abs(one - end - timedelta(days=days)) <= timedelta(hours=1)


@pytest.mark.django_db
def test_without_a_delay_the_mark_itself_opens(clock, trainer, ana) -> None:
    f.build_course(unit=f.design(follow_ups=[{"block": "sequence_demo@after"}, WEEK_LATER]))
    f.take_roll(trainer, {ana: "P"})
    assert api.is_open(f.AFTER, ana.pk), "the session still runs, and she is there"
    assert not api.is_open(f.LATER, ana.pk)


@pytest.mark.django_db
def test_the_delay_counts_from_the_session_attended_not_from_the_mark(clock, trainer, ana) -> None:
    f.build_course(unit=f.design(follow_ups=[WEEK_LATER]))
    clock.move_to(f.FIRST_END + timedelta(days=30))
    f.take_roll(trainer, {ana: "P"})
    assert api.is_open(f.LATER, ana.pk)


# Rolls that stay open


def open_after(hours: int, **changes) -> dict:
    return f.design(gate={"when_unmarked": "open", "after_hours": hours}, **changes)


@pytest.mark.django_db
@pytest.mark.parametrize("opened", [True, False])
def test_a_roll_that_stays_unmarked_opens_after_the_hours_chosen(
    clock, trainer, ana, opened
) -> None:
    f.build_course(unit=open_after(48))
    if opened:
        api.open_roll(f.session_id(), actor=trainer)
    assert not api.is_open(f.AFTER, ana.pk)
    assert api.get_standing(f.unit_key(), ana.pk).opens_at is None
    clock.move_to(f.FIRST_END)
    assert api.lock_for(ana.pk, f.AFTER).opens_at == f.FIRST_END + timedelta(hours=48)
    clock.move_to(f.FIRST_END + timedelta(hours=48, seconds=-1))
    assert not api.is_open(f.AFTER, ana.pk)
    clock.move_to(f.FIRST_END + timedelta(hours=48))
    assert api.is_open(f.AFTER, ana.pk)
    assert outcome(ana) == "pending", "open, and still owed a mark"


@pytest.mark.django_db
def test_a_late_absent_closes_what_the_hours_had_opened(clock, trainer, ana) -> None:
    f.build_course(unit=open_after(1))
    clock.move_to("2026-05-20")
    assert api.is_open(f.AFTER, ana.pk)
    f.take_roll(trainer, {ana: "A"})
    assert not api.is_open(f.AFTER, ana.pk)


@pytest.mark.django_db
def test_the_hours_open_nothing_to_who_was_not_expected(clock, trainer, ana) -> None:
    f.build_course(unit=open_after(1, sessions=[f.meeting(audience=["Paris"])]))
    paris = f.person("paris", cohort="Paris")
    late = f.person("late", cohort="Paris", enrolled_at=f.FIRST_END + timedelta(hours=1))
    api.learners_changed(f.COURSE, [paris.pk, late.pk])
    clock.move_to("2026-05-20")
    assert api.is_open(f.AFTER, paris.pk)
    assert not api.is_open(f.AFTER, ana.pk)
    assert not api.is_open(f.AFTER, late.pk)


@pytest.mark.django_db
def test_a_delayed_follow_up_waits_for_both_its_delay_and_the_hours(clock, trainer, ana) -> None:
    f.build_course(unit=open_after(48, follow_ups=[WEEK_LATER]))
    api.open_roll(f.session_id(), actor=trainer)
    clock.move_to(f.FIRST_END + timedelta(days=7, seconds=-1))
    assert not api.is_open(f.LATER, ana.pk)
    clock.move_to(f.FIRST_END + timedelta(days=7))
    assert api.is_open(f.LATER, ana.pk)


@pytest.mark.django_db
def test_a_change_of_cohort_reaches_a_standing_already_written(clock, trainer, ana) -> None:
    """A row written earlier must not let in somebody who is no longer expected at all."""
    f.build_course(unit=open_after(1, sessions=[f.meeting(audience=["Paris"])]))
    CampusEnrollment.objects.filter(user=ana).update(cohort="Paris")
    api.grant_waiver(f.unit_key(), ana.pk, actor=trainer, reason="By mistake.")
    api.revoke_waiver(f.unit_key(), ana.pk, actor=trainer)
    CampusEnrollment.objects.filter(user=ana).update(cohort="Lyon")
    api.open_roll(f.session_id(), actor=trainer)
    clock.move_to("2026-05-20")
    assert not api.is_open(f.AFTER, ana.pk)


# Statuses that the course team withdrew

NEW_CODES = [
    {"code": "Y", "label": "Was here", "credit": 1.0, "attended": True, "counted": True},
    {"code": "N", "label": "Was not", "credit": 0.0, "attended": False, "counted": True},
]


@pytest.mark.usefixtures("course")
def test_records_with_a_withdrawn_status_keep_their_meaning(trainer, ana, ben) -> None:
    f.take_roll(trainer, {ana: "P", ben: "E"})
    for statuses in (NEW_CODES, [{**NEW_CODES[0], "code": "Z"}], NEW_CODES):
        f.redesign(statuses=statuses)
        f.publish()
        assert api.is_open(f.AFTER, ana.pk)
        assert f.standing(ana).figures["counted"] == 1
        assert f.standing(ben).figures["counted"] == 0
    assert f.record(ana).status == "P"
    with pytest.raises(api.BlendedError):
        f.give(trainer, [api.Mark(ben.pk, "P")])
    f.give(trainer, [api.Mark(ben.pk, "Y")])
    assert api.is_open(f.AFTER, ben.pk)


@pytest.mark.usefixtures("course")
def test_a_code_that_came_back_means_what_it_means_today(trainer, ana) -> None:
    f.take_roll(trainer, {ana: "P"})
    f.redesign(statuses=NEW_CODES)
    f.publish()
    f.redesign(statuses=[*NEW_CODES, {**NEW_CODES[1], "code": "P", "label": "Phoned in"}])
    f.publish()
    assert not api.is_open(f.AFTER, ana.pk)
    assert Session.objects.get().unit.retired_statuses
