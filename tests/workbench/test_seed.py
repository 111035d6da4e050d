"""The seed: a course around today, people with different histories, and nothing done twice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from completion.models import BlockCompletion
from django.contrib.auth import get_user_model
from django.utils import timezone
from hypothesis import example, given
from hypothesis import strategies as st
from lxml import etree
from workbench.models import XBlockState

from blended_xblock import api
from blended_xblock.models import AttendanceChange, AttendanceRecord, Session, SessionTrainer
from blended_xblock.workbench import seed
from blended_xblock.workbench.cast import LEARNERS, MERIDIAN, NORTHWIND, extra_learners
from blended_xblock.workbench.course import PARIS, course_olx, dates_around
from blended_xblock.workbench.models import CampusEnrollment
from blended_xblock.workbench.scores import get_scores


def counts() -> dict[str, int]:
    return {
        model.__name__: model.objects.count()
        for model in (
            get_user_model(),
            CampusEnrollment,
            XBlockState,
            BlockCompletion,
            Session,
            AttendanceRecord,
            AttendanceChange,
            SessionTrainer,
        )
    }


@given(st.datetimes(datetime(2024, 1, 1), datetime(2032, 1, 1), timezones=st.just(UTC)))
@example(datetime(2027, 3, 28, 1, 40, tzinfo=UTC))
@example(datetime(2027, 3, 28, 0, 10, tzinfo=UTC))
@example(datetime(2026, 11, 28, 21, 40, tzinfo=UTC))
def test_the_sessions_stand_around_any_moment(now: datetime) -> None:
    dates = dates_around(now)

    start, end = (moment.replace(tzinfo=PARIS, fold=0).astimezone(UTC) for moment in dates.today)
    assert dates.today[0].minute in (0, 30)
    for moment in (*dates.today, *dates.next):
        # An hour that a clock leaves out is no time of a session.
        instant = moment.replace(tzinfo=PARIS).astimezone(UTC)
        assert instant.astimezone(PARIS).replace(tzinfo=None) == moment
    # Where a clock change falls into the session, its wall clock is an hour off: say no more.
    change = {PARIS.utcoffset(moment) for moment in dates.today}
    if len(change) == 1 and PARIS.utcoffset(now.replace(tzinfo=None)) in change:
        assert timedelta(hours=1) <= now - start < timedelta(hours=1, minutes=30)
        # The report of it, which the demo offers, is that of a session of three hours.
        assert end - start == timedelta(hours=3)
    assert dates.past[1].replace(tzinfo=ZoneInfo("America/Toronto")) < now
    assert dates.next[0].replace(tzinfo=PARIS) > now
    # A follow-up a week after the session in Montréal is still to come.
    opens = dates.past[1].replace(tzinfo=ZoneInfo("America/Toronto")) + timedelta(days=7)
    assert opens > now


def test_the_course_is_well_formed_and_keeps_its_ids() -> None:
    today, later = (
        etree.fromstring(course_olx(moment))
        for moment in (timezone.now(), timezone.now() + timedelta(days=90))
    )

    for name in ("id", "url_name"):
        assert today.xpath(f"//@{name}") == later.xpath(f"//@{name}")
        assert len(set(today.xpath(f"//@{name}"))) == len(today.xpath(f"//@{name}"))
    assert today.xpath("//session/@start") != later.xpath("//session/@start")
    assert "%{" not in course_olx(timezone.now())


def test_a_second_seed_changes_nothing(campus: None) -> None:
    before = counts()

    assert seed.seed() is False

    assert counts() == before


def test_each_part_of_the_seed_can_be_repeated(campus: None) -> None:
    before = counts()

    seed.seed_course()
    users = seed.seed_people()

    assert len(users) == len(LEARNERS) + 4
    assert counts() == before


def test_the_course_is_published_with_its_sessions_and_gate(campus: None) -> None:
    past, current, coming = Session.objects.order_by("starts_at")
    now = timezone.now()

    assert past.ends_at < now
    assert current.starts_at < now < current.ends_at
    assert now < coming.starts_at
    assert (past.mode, current.mode, coming.mode) == ("in_person", "hybrid", "online")
    assert (past.audience, current.audience, coming.audience) == ([NORTHWIND], [MERIDIAN], [])
    assert past.roll_state == Session.Roll.CLOSED
    assert current.roll_state == Session.Roll.NOT_OPENED


def test_last_weeks_roll_tells_different_stories(campus: None) -> None:
    records = AttendanceRecord.objects.filter(session__title="Workshop in Montréal")

    assert set(records.values_list("status", flat=True)) == {"P", "L", "D", "E", "A"}
    assert records.exclude(note="").count() == 4
    assert records.count() == sum(person.cohort == NORTHWIND for person in LEARNERS)
    assert {record.recorded_by.username for record in records} == {"camille.laurent"}


@pytest.mark.parametrize(
    ("username", "is_exercise_open"),
    [("lea.martin", False), ("maelle.tremblay", True), ("noah.oconnor", False)],
)
def test_the_people_to_be_stand_where_their_cards_say(
    campus: None, username: str, is_exercise_open: bool
) -> None:
    user = get_user_model().objects.get(username=username)

    assert api.is_open(str(seed.EXERCISE), user.pk) is is_exercise_open
    look_back = seed.COURSE_KEY.make_usage_key("sequence_demo", "look-back")
    assert api.is_open(str(look_back), user.pk) is False


def test_the_guest_is_invited_to_todays_session_only(campus: None) -> None:
    invitation = SessionTrainer.objects.get()

    assert invitation.user.username == "piotr.zielinski"
    assert invitation.session.title == "Workshop in Paris"
    assert invitation.invited_by.username == "camille.laurent"


def test_prework_and_exercises_are_done_to_different_degrees(campus: None) -> None:
    done = {
        person.username: BlockCompletion.objects.filter(
            user__username=person.username, block_key__in=seed.PREWORK
        ).count()
        for person in LEARNERS
    }

    assert done == {person.username: person.prework for person in LEARNERS}
    assert set(done.values()) == {0, 1, 2, 3}
    etienne = get_user_model().objects.get(username="etienne.gagnon")
    earned, possible = get_scores(etienne)[str(seed.EXERCISE)]
    assert earned == possible


def test_more_learners_can_be_had(campus: None) -> None:
    seed.seed_people(30)

    assert CampusEnrollment.objects.filter(role="learner").count() == len(LEARNERS) + 30
    assert {person.cohort for person in extra_learners(30)} == {NORTHWIND, MERIDIAN}
