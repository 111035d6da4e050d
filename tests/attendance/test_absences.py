"""Announced absences: until the start, with an offer that holds, and excusing nobody by itself."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from blended_xblock import api
from blended_xblock.attendance.roster import is_meant_for, list_audience
from blended_xblock.errors import (
    BlendedError,
    ConflictError,
    InvalidInputError,
    NotFoundError,
    SessionNotLiveError,
)
from blended_xblock.gate.standing import compute
from blended_xblock.models import AbsenceNotice, AttendanceRecord, Session, Standing
from tests import factories as f
from tests.counting import Counted

pytestmark = pytest.mark.usefixtures("clock", "db")


def pair(name: str, n: int, **changes: Any) -> list[dict[str, Any]]:
    """Return two sessions that are one occurrence: the nth and the one after it."""
    return [f.meeting(i, occurrence=name, **changes) for i in (n, n + 1)]


def build(*sessions: dict[str, Any], **changes: Any) -> None:
    f.build_course(unit=f.design(*sessions, **changes))


def announce(user: Any, n: int = 2, reason: str = "") -> api.Absence:
    return api.announce_absence(f.session_id(n), user=user, reason=reason)


def choose(user: Any, n: int, instead: int | None) -> api.Absence:
    there = None if instead is None else f.session_id(instead)
    return api.choose_alternative(f.session_id(n), there, user=user)


def offers(user: Any, n: int = 2) -> list[list[str]]:
    found = api.list_alternatives(f.session(n), user, timezone.now())
    return [[session.title for session in offer.sessions] for offer in found]


def expected(n: int) -> set[int]:
    return {learner.user_id for learner in list_audience(f.session(n))}


# Saying so


def test_an_absence_is_announced_before_the_session_with_or_without_a_reason(ana) -> None:
    build(f.meeting(1), f.meeting(2))
    assert announce(ana, reason="  The children are ill. ").reason == "The children are ill."
    assert list(api.list_absences(f.session(2))) == [ana.pk]
    assert announce(ana).reason == ""
    assert AbsenceNotice.objects.count() == 1


def test_announcing_again_keeps_when_it_was_announced_first(ana, clock) -> None:
    build(f.meeting(1), f.meeting(2))
    first = announce(ana, reason="Ill").announced_at
    clock.tick(3600)
    assert announce(ana, reason="Still ill").announced_at == first
    api.withdraw_absence(f.session_id(2), user=ana)
    assert announce(ana).announced_at == timezone.now(), "this is another announcement"


def test_announcing_excuses_nobody_by_itself(ana, trainer, clock) -> None:
    build(f.meeting(1), f.meeting(2))
    announce(ana)
    assert ana.pk in expected(2)
    clock.move_to(f.session(2).starts_at)
    f.take_roll(trainer, {}, 2)
    assert (f.record(ana, 2).status, f.record(ana, 2).is_expected) == (None, True)
    api.close_roll(f.session_id(2), actor=trainer)
    assert f.record(ana, 2).status == "A"


@pytest.mark.parametrize("when", ["start", "end"])
def test_once_it_has_begun_the_way_leads_to_the_appeal(ana, clock, when) -> None:
    build(f.meeting(1), f.meeting(2))
    session = f.session(2)
    clock.move_to(session.starts_at if when == "start" else session.ends_at)
    with pytest.raises(ConflictError, match="If something wrong is recorded of you, say so"):
        announce(ana)
    assert not AbsenceNotice.objects.exists()


@pytest.mark.parametrize("state", ["draft", "cancelled", "removed"])
def test_from_a_session_that_is_not_live_nobody_is_absent(ana, state) -> None:
    build(f.meeting(1), f.meeting(2))
    Session.objects.update(state=state)
    with pytest.raises(SessionNotLiveError):
        announce(ana)


def test_only_a_session_meant_for_somebody_can_be_missed(ana) -> None:
    build(f.meeting(2, audience=["Paris"]))
    with pytest.raises(NotFoundError):
        announce(ana)
    stranger = f.person("zz", course=f.OTHER_COURSE)
    build(f.meeting(2))
    with pytest.raises(NotFoundError):
        announce(stranger)
    with pytest.raises(NotFoundError):
        api.announce_absence("00000000-0000-0000-0000-000000000000", user=ana)


@pytest.mark.parametrize("reason", ["x" * 1001, "x" * 5_000_000, "a\0b", "\ud800"])
def test_a_reason_that_cannot_be_kept_is_refused(ana, reason) -> None:
    build(f.meeting(2))
    with pytest.raises(InvalidInputError):
        announce(ana, reason=reason)
    assert not AbsenceNotice.objects.exists()


# And taking it back


def test_withdrawing_ends_the_notice_and_the_choice(ana) -> None:
    build(f.meeting(2, audience=["Paris"]), f.meeting(3, audience=["Lyon"]))
    paris = f.person("p", cohort="Paris")
    announce(paris)
    choose(paris, 2, 3)
    assert paris.pk in expected(3)
    api.withdraw_absence(f.session_id(2), user=paris)
    api.withdraw_absence(f.session_id(2), user=paris)
    assert api.list_absences(f.session(2)) == {}
    assert paris.pk not in expected(3)
    assert not is_meant_for(f.session(3), paris)
    with pytest.raises(NotFoundError):
        api.withdraw_absence(f.session_id(2), user=ana)


def test_after_the_start_a_notice_stays_what_it_was(ana, clock) -> None:
    build(f.meeting(2), f.meeting(3))
    announce(ana)
    clock.move_to(f.session(2).starts_at)
    with pytest.raises(ConflictError):
        api.withdraw_absence(f.session_id(2), user=ana)
    assert list(api.list_absences(f.session(2))) == [ana.pk]


# What is offered


def test_other_occurrences_are_offered_whole_and_only_while_all_of_it_is_ahead(ana, clock) -> None:
    build(
        f.meeting(1),
        f.meeting(2),
        *pair("pair", 3),
        f.meeting(5, cancelled=True),
        f.meeting(6),
    )
    assert offers(ana) == [["Workshop 3", "Workshop 4"], ["Workshop 6"]]
    clock.move_to(f.session(3).starts_at)
    assert offers(ana) == [["Workshop 6"]], "day one of two has begun"


def test_the_same_occurrence_is_no_other_date(ana) -> None:
    build(*pair("one", 2))
    assert offers(ana, 2) == []


def test_a_draft_is_not_offered_nor_what_was_announced_as_missed(ana) -> None:
    build(f.meeting(2), f.meeting(3), f.meeting(4), *pair("half", 5))
    Session.objects.filter(pk__in=[f.session_id(3), f.session_id(6)]).update(state="draft")
    assert offers(ana) == [["Workshop 4"]]
    announce(ana, 4)
    assert offers(ana) == []


def test_another_cohorts_session_is_offered_while_it_has_a_place(ana, ben) -> None:
    build(f.meeting(2), f.meeting(3, audience=["Paris"], capacity=2), f.meeting(4, capacity=1))
    f.person("p", cohort="Paris")
    (paris, own) = api.list_alternatives(f.session(2), ana, timezone.now())
    assert paris.places_left == 1
    assert own.places_left is None, "she is expected there anyway"
    announce(ben)
    choose(ben, 2, 3)
    assert offers(ana) == [["Workshop 4"]]
    announce(ana)
    with pytest.raises(ConflictError, match="No place is left"):
        choose(ana, 2, 3)


def test_of_two_days_the_fuller_one_decides(ana) -> None:
    first, second = pair("pair", 3, audience=["Paris"])
    build(f.meeting(2), first | {"capacity": 5}, second | {"capacity": 2})
    f.person("p", cohort="Paris")
    (offer,) = api.list_alternatives(f.session(2), ana, timezone.now())
    assert offer.places_left == 1


# Choosing


def test_whoever_chose_is_expected_there_whatever_their_cohort(trainer, clock) -> None:
    build(f.meeting(2, audience=["Paris"]), *pair("pair", 3, audience=["Lyon"]))
    paris = f.person("p", cohort="Paris")
    announce(paris)
    absence = choose(paris, 2, 4)
    assert absence.instead == (f.session_id(3), f.session_id(4)), "any day names all of it"
    assert is_meant_for(f.session(3), paris)
    assert [expected(n) for n in (2, 3, 4)] == [{paris.pk}] * 3
    f.take_roll(trainer, {}, 3)
    assert f.record(paris, 3).is_expected


def test_what_is_missed_and_what_is_chosen_decide_as_recorded(trainer, clock) -> None:
    rule = {"kind": "occurrence", "percent": 100}
    build(f.meeting(2, audience=["Paris"]), *pair("pair", 3, audience=["Lyon"]), rule=rule)
    paris = f.person("p", cohort="Paris")
    announce(paris)
    choose(paris, 2, 3)
    for n, status in ((2, "E"), (3, "P")):
        clock.move_to(f.session(n).starts_at)
        f.take_roll(trainer, {paris: status}, n)
    assert not f.standing(paris).is_met, "one day of two"
    clock.move_to(f.session(4).starts_at)
    f.take_roll(trainer, {paris: "P"}, 4)
    assert f.standing(paris).is_met


def test_a_choice_decides_the_standing_at_once() -> None:
    build(f.meeting(2, audience=["Paris"]), f.meeting(3, audience=["Lyon"]))
    paris = f.person("p", cohort="Paris")
    announce(paris)
    choose(paris, 2, 3)
    before = f.standing(paris)
    assert (before.figures["unmarked"], before.pending_from) == (2, f.session(2).ends_at)
    choose(paris, 2, None)
    assert f.standing(paris).figures["unmarked"] == 1


def test_on_a_frozen_roll_they_are_not_expected_and_closing_makes_nobody_absent(
    trainer, clock
) -> None:
    build(f.meeting(2, audience=["Paris"]), f.meeting(3, audience=["Lyon"]))
    paris, lyon = f.person("p", cohort="Paris"), f.person("l", cohort="Lyon")
    f.take_roll(trainer, {}, 3)
    announce(paris)
    choose(paris, 2, 3)
    assert (f.record(paris, 3).is_expected, f.record(lyon, 3).is_expected) == (False, True)
    api.close_roll(f.session_id(3), actor=trainer)
    assert (f.record(paris, 3).status, f.record(lyon, 3).status) == (None, "A")


def test_taking_a_choice_back_takes_the_place_back_unless_it_was_marked(trainer, clock) -> None:
    build(f.meeting(2, audience=["Paris"]), f.meeting(3, audience=["Lyon"]))
    paris = f.person("p", cohort="Paris")
    f.take_roll(trainer, {}, 3)
    announce(paris)
    choose(paris, 2, 3)
    choose(paris, 2, None)
    assert not AttendanceRecord.objects.filter(user=paris).exists()
    choose(paris, 2, 3)
    f.give(trainer, [api.Mark(paris.pk, "E")], 3)
    choose(paris, 2, None)
    assert f.record(paris, 3).status == "E"


def test_what_has_begun_is_chosen_for_good(ana, clock) -> None:
    build(f.meeting(4), f.meeting(2), f.meeting(3))
    announce(ana, 4)
    choose(ana, 4, 2)
    clock.move_to(f.session(2).starts_at)
    with pytest.raises(ConflictError, match="has begun"):
        choose(ana, 4, 3)
    with pytest.raises(ConflictError, match="has begun"):
        api.withdraw_absence(f.session_id(4), user=ana)


def test_a_chosen_session_that_is_cancelled_frees_the_choice(ana, clock) -> None:
    build(f.meeting(2), f.meeting(3), f.meeting(4))
    announce(ana)
    choose(ana, 2, 3)
    Session.objects.filter(pk=f.session_id(3)).update(state="cancelled")
    assert api.list_absences(f.session(2))[ana.pk].instead == ()
    clock.move_to(f.session(3).starts_at)
    assert choose(ana, 2, 4).instead == (f.session_id(4),)


def test_another_date_may_still_be_chosen_when_the_missed_one_is_over(ana, clock) -> None:
    build(f.meeting(2), f.meeting(3))
    announce(ana)
    clock.move_to(f.session(2).ends_at)
    assert choose(ana, 2, 3).instead == (f.session_id(3),)


def test_what_is_not_offered_cannot_be_chosen(ana) -> None:
    f.build_course(
        unit=f.design(f.meeting(1), f.meeting(2), f.meeting(3)), neighbour=f.design(f.meeting(4))
    )
    with pytest.raises(NotFoundError):
        choose(ana, 2, 3)
    announce(ana)
    for there in (f.session_id(1), f.session_id(2), f.session_id(4, "neighbour"), "x", ""):
        with pytest.raises(NotFoundError):
            api.choose_alternative(f.session_id(2), there, user=ana)
    assert api.list_absences(f.session(2))[ana.pk].instead == ()


@pytest.mark.parametrize("people", [3, 300])
def test_the_cost_does_not_grow_with_the_people(people) -> None:
    build(f.meeting(2), *(f.meeting(n, audience=["Lyon"], capacity=900) for n in range(3, 13)))
    crowd = f.crowd(people)
    for user in crowd[:3]:
        announce(user)
        choose(user, 2, 3)
    session = f.session(2)
    with Counted() as listed:
        assert len(api.list_absences(session)) == 3
    with Counted() as offered:
        api.list_alternatives(session, crowd[0], timezone.now())
    with Counted() as chosen:
        choose(crowd[0], 2, 4)
    assert listed.n <= 2, str(listed)
    assert offered.n <= 5, str(offered)
    assert chosen.n <= 21, str(chosen)


# Whatever is said in whatever order

STEPS = st.tuples(
    st.sampled_from(["choose", "announce", "withdraw"]),
    st.integers(0, 2),
    st.sampled_from([2, 3]),
    st.sampled_from([3, 4, None]),
)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(STEPS, min_size=4, max_size=12), st.booleans())
def test_no_order_of_words_overbooks_or_leaves_a_standing_behind(trainer, steps, is_frozen) -> None:
    """A full session stays full, a choice needs its notice, and standings are what they would be
    if they were decided anew."""
    with transaction.atomic():
        build(
            f.meeting(2, audience=["Paris"], capacity=4),
            f.meeting(3, audience=["Lyon"], capacity=2),
            f.meeting(4, audience=["Nice"], capacity=1),
        )
        people = [f.person(f"p{i}", cohort="Paris") for i in range(3)]
        f.person("lyon", cohort="Lyon")
        if is_frozen:
            f.take_roll(trainer, {}, 3)
        for user in people:
            announce(user)
        api.learners_changed(f.COURSE, {user.pk for user in people})
        for what, who, n, instead in steps:
            user = people[who]
            with contextlib.suppress(BlendedError):
                if what == "announce":
                    announce(user, n)
                elif what == "withdraw":
                    api.withdraw_absence(f.session_id(n), user=user)
                else:
                    choose(user, n, instead)
        frozen = AttendanceRecord.objects.filter(session=f.session(3)).count()
        assert (frozen if is_frozen else len(expected(3))) <= 2
        assert len(expected(4)) <= 1
        assert not AbsenceNotice.objects.filter(
            withdrawn_at__isnull=False, instead__isnull=False
        ).exists()
        for row in Standing.objects.all():
            (anew,) = compute([f.unit()], row.user_id)
            assert (row.figures, row.pending_from) == (anew.figures, anew.pending_from)
        transaction.set_rollback(True)
