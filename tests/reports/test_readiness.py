"""Who is ready: prework, sign-up, announced absence and earlier notes, of those expected."""

from __future__ import annotations

from typing import Any

import pytest
from completion.models import BlockCompletion
from django.utils import timezone
from opaque_keys.edx.keys import UsageKey

from blended_xblock import api
from blended_xblock.models import AbsenceNotice, Registration, SentMessage
from blended_xblock.reports.readiness import REMINDER, Readiness, list_readiness
from blended_xblock.workbench.keys import COURSE_KEY
from tests import factories as f

pytestmark = pytest.mark.django_db


def done(user: Any, *links: str, completion: float = 1.0) -> None:
    for link in links:
        BlockCompletion.objects.create(
            user=user,
            context_key=COURSE_KEY,
            block_key=UsageKey.from_string(f.key(link)),
            block_type="html_demo",
            completion=completion,
        )


def of(user: Any, n: int = 1) -> Readiness:
    return next(p for p in list_readiness(f.session(n)) if p.user_id == user.pk)


@pytest.fixture
def _two_items(clock) -> None:
    prework = [{"block": "sequence_demo@before"}, {"block": "sequence_demo@instead"}]
    f.build_course(unit=f.design(f.meeting(1), f.meeting(2), prework=prework))


@pytest.mark.usefixtures("_two_items")
def test_a_level_says_how_far_somebody_is(ana, ben) -> None:
    eve, joe = f.person("eve"), f.person("joe")
    done(ana, "html_demo@read", "html_demo@watch", "html_demo@recording")
    done(ben, "html_demo@recording")
    done(eve, "html_demo@read")
    done(joe, "html_demo@read", "html_demo@watch", completion=0.9)
    found = {p.username: (p.level, p.done, [i.done for i in p.items]) for p in _people()}
    assert found == {
        "ana": ("done", 2, [2, 1]),
        "ben": ("partly", 1, [0, 1]),
        "eve": ("partly", 0, [1, 0]),
        "joe": ("not_started", 0, [0, 0]),
    }


def test_where_no_prework_is_asked_everybody_is_ready(clock, ana) -> None:
    f.build_course(unit=f.design(prework=[]))
    assert of(ana).is_ready
    assert not of(ana).may_be_reminded


@pytest.mark.usefixtures("_two_items")
def test_before_the_roll_opens_it_is_of_todays_audience_and_after_of_the_frozen_roster(
    ana, ben, trainer
) -> None:
    api.open_roll(f.session_id(), actor=trainer)
    f.person("late")
    walk_in = f.person("walk-in")
    f.give(trainer, [api.Mark(walk_in.pk, "P")])
    ben.campus_enrollments.all().delete()
    assert [p.username for p in _people()] == ["ana", ""]
    gone = _people()[1]
    assert (gone.user_id, gone.name, gone.is_enrolled) == (ben.pk, "ben", False)
    assert not gone.may_be_reminded
    assert [p.username for p in list_readiness(f.session(2))] == ["ana", "late", "walk-in"]


@pytest.mark.usefixtures("_two_items")
def test_what_is_known_of_a_learner_stands_beside(ana, ben, trainer) -> None:
    f.take_roll(trainer, {ana: "L", ben: "P"})
    f.give(trainer, [api.Mark(ana.pk, "L", note="Needs a seat near the door.")])
    second = f.session(2)
    Registration.objects.create(
        session=second, user=ana, state="waitlisted", queued_at=timezone.now()
    )
    notice = AbsenceNotice.objects.create(
        session=second, user=ben, reason="On leave", announced_at=timezone.now()
    )
    SentMessage.objects.create(
        kind=REMINDER,
        request_key="k",
        session=second,
        user=ana,
        queued_at=timezone.now(),
        sent_at=timezone.now(),
    )
    one, other = of(ana, 2), of(ben, 2)
    assert one.registration == "waitlisted"
    assert one.note is not None
    assert (one.note.text, one.note.session_title) == ("Needs a seat near the door.", "Workshop 1")
    assert one.reminded_at == timezone.now()
    assert one.may_be_reminded
    assert (other.absence, other.may_be_reminded) == ("On leave", False)
    assert of(ana, 1).note is None, "what is noted at the session itself stands on its roll"
    notice.withdrawn_at = timezone.now()
    notice.save()
    assert (of(ben, 2).absence, of(ben, 2).may_be_reminded) == (None, True)


@pytest.mark.usefixtures("_two_items")
def test_the_last_note_is_the_one_of_the_latest_earlier_session(ana, trainer) -> None:
    f.redesign(sessions=[f.meeting(n) for n in (1, 2, 3)])
    f.publish()
    for n, note in ((2, "second"), (1, "first")):
        f.take_roll(trainer, {ana: "P"}, n)
        f.give(trainer, [api.Mark(ana.pk, "P", note=note)], n)
    assert of(ana, 3).note.text == "second"  # type: ignore[union-attr]
    assert of(ana, 2).note.text == "first"  # type: ignore[union-attr]


def _people() -> list[Readiness]:
    return list(list_readiness(f.session()))
