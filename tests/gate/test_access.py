"""Is this block open for this learner, now? And if not: why, and what is there to do?"""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection

from blended_xblock import api
from blended_xblock.errors import NotFoundError
from tests import factories as f

RETURN = [{"block": "sequence_demo@after"}]


@pytest.mark.usefixtures("course")
def test_the_follow_up_and_everything_below_it_is_shut(trainer, ana, ben) -> None:
    below = (f.AFTER, f.key("vertical_demo@after-unit"), f.APPLY, f.key("problem_demo@quiz"))
    assert not any(api.is_open(usage_key, ana.pk) for usage_key in below)
    assert set(api.locks_for(ana.pk, below)) == set(below)
    f.take_roll(trainer, {ana: "P"})
    assert all(api.is_open(usage_key, ana.pk) for usage_key in below)
    assert api.locks_for(ana.pk, below) == {}
    assert not any(api.is_open(usage_key, ben.pk) for usage_key in below)


@pytest.mark.usefixtures("course")
@pytest.mark.parametrize(
    "link",
    ["sequence_demo@before", "blended_unit@unit", "vertical_demo@live-unit", "course@course"],
)
def test_everything_else_is_open(ana, link) -> None:
    assert api.is_open(f.key(link), ana.pk)
    assert api.lock_for(ana.pk, f.key(link)) is None


@pytest.mark.usefixtures("course")
@pytest.mark.parametrize("usage_key", ["", "nonsense", "block-v1:X+Y+Z+type@html+block@apply"])
def test_a_block_nobody_knows_is_not_ours_to_shut(ana, usage_key) -> None:
    assert api.is_open(usage_key, ana.pk)


@pytest.mark.django_db
def test_a_block_that_two_units_gate_needs_both(clock, trainer, ana) -> None:
    f.build_course(one=f.design(follow_ups=RETURN), two=f.design(f.meeting(2), follow_ups=RETURN))
    lock = api.lock_for(ana.pk, f.APPLY)
    assert set(lock.unit_keys) == {f.unit_key("one"), f.unit_key("two")}
    clock.move_to("2026-05-20")
    f.take_roll(trainer, {ana: "P"}, 2, "two")
    assert not api.is_open(f.APPLY, ana.pk)
    assert api.lock_for(ana.pk, f.APPLY).unit_keys == (f.unit_key("one"),)
    f.take_roll(trainer, {ana: "P"}, 1, "one")
    assert api.is_open(f.APPLY, ana.pk)
    f.give(trainer, [api.Mark(ana.pk, "A")], 2, "two")
    assert not api.is_open(f.APPLY, ana.pk)


@pytest.mark.django_db
def test_of_two_delays_for_one_block_the_longer_counts(clock, trainer, ana) -> None:
    f.build_course(
        unit=f.design(
            follow_ups=[
                {"block": "html_demo@apply", "delay_days": 2},
                {"block": "sequence_demo@after", "delay_days": 1},
                {"block": "problem_demo@quiz"},
            ]
        )
    )
    f.take_roll(trainer, {ana: "P"})
    clock.move_to("2026-05-13T10:00Z")
    open_now = [api.is_open(key, ana.pk) for key in (f.AFTER, f.APPLY, f.key("problem_demo@quiz"))]
    assert open_now == [True, False, True]
    clock.move_to("2026-05-14T10:00Z")
    assert api.is_open(f.APPLY, ana.pk)


@pytest.mark.usefixtures("course")
def test_an_unpublished_unit_gates_nothing(ana) -> None:
    assert not api.is_open(f.AFTER, ana.pk)
    f.move("blended_unit@unit", None)
    f.publish()
    assert api.is_open(f.AFTER, ana.pk)
    assert api.locks_for(ana.pk, [f.AFTER]) == {}


@pytest.mark.usefixtures("course")
@pytest.mark.parametrize("table", ["gatedblock", "standing"])
@pytest.mark.parametrize("ask", [api.is_open, lambda key, user: api.lock_for(user, key)])
def test_what_cannot_be_decided_does_not_open(trainer, ana, table, ask) -> None:
    f.take_roll(trainer, {ana: "P"})

    def fail(execute, sql, params, many, context):
        if f"blended_xblock_{table}" in sql:
            raise DatabaseError("gone away")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(fail), pytest.raises(DatabaseError):
        ask(f.AFTER, ana.pk)


@pytest.mark.usefixtures("course")
def test_the_standing_of_an_unknown_unit_is_not_found(ana) -> None:
    with pytest.raises(NotFoundError):
        api.get_standing(f.AFTER, ana.pk)


# The words


@pytest.mark.usefixtures("course")
def test_the_reason_says_what_is_missing_when_and_what_to_do(trainer, clock) -> None:
    eve = f.person("eve", timezone="Asia/Tokyo")
    clock.move_to("2026-05-12T06:59:59Z")
    assert api.lock_for(eve.pk, f.AFTER).reason == (
        "Opens when you have taken part in a session. "
        "Your next session: Workshop 1, Tue 12 May, 09:00–12:00 (Paris time)."
    )
    clock.move_to("2026-05-12T07:00:00Z")
    assert "Workshop 1 is happening now." in api.lock_for(eve.pk, f.AFTER).reason
    clock.move_to("2026-05-12T10:00:00Z")
    assert api.lock_for(eve.pk, f.AFTER).reason == (
        "Your attendance on Tue 12 May is not recorded yet. "
        "This opens as soon as your trainer has recorded that you took part."
    )
    f.take_roll(trainer, {eve: "A"})
    assert api.lock_for(eve.pk, f.AFTER).reason == (
        "Opens when you have taken part in a session. "
        "No further session is planned for you. Ask your course team."
    )


@pytest.mark.django_db
def test_the_reason_names_the_opening_on_the_learners_own_clock(clock, trainer) -> None:
    f.build_course(unit=f.design(follow_ups=[{"block": "sequence_demo@after", "delay_days": 7}]))
    eve = f.person("eve", timezone="Asia/Tokyo")
    f.take_roll(trainer, {eve: "P"})
    assert api.lock_for(eve.pk, f.AFTER).reason == (
        "You took part. This opens on Tue 19 May, 19:00."
    )


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ({"kind": "sessions", "at_least": 2}, "taken part in 2 sessions"),
        ({"kind": "occurrence", "percent": 100}, "every session of one run"),
        ({"kind": "occurrence", "percent": 75}, "75% of the sessions"),
        ({"kind": "minutes", "at_least": 1}, "live for 1 minute."),
        ({"kind": "minutes", "at_least": 90}, "live for 90 minutes."),
    ],
)
def test_the_reason_names_the_rule(clock, ana, rule, words) -> None:
    f.build_course(unit=f.design(rule=rule))
    assert words in api.lock_for(ana.pk, f.AFTER).reason


@pytest.mark.django_db
def test_sessions_of_other_cohorts_are_not_offered(clock, ana) -> None:
    f.build_course(unit=f.design(f.meeting(1, audience=["Paris"]), f.meeting(2, title="For all")))
    said = api.lock_for(ana.pk, f.AFTER).reason
    assert "For all" in said
    assert "Workshop 1" not in said


@pytest.mark.usefixtures("course")
def test_who_took_part_is_told_so(trainer, ana) -> None:
    f.take_roll(trainer, {ana: "P"})
    report = api.get_standing(f.unit_key(), ana.pk)
    assert (report.outcome, report.is_open, report.reason) == (
        "met",
        True,
        "You took part. This is open.",
    )
