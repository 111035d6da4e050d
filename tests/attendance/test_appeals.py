"""Appeals: one at a time, answered once, by somebody else, and the record follows in one step."""

from __future__ import annotations

from typing import Any

import pytest

from blended_xblock import api
from blended_xblock.errors import (
    BlendedError,
    ConflictError,
    InvalidInputError,
    NotAllowedError,
    NotFoundError,
    RollNotOpenError,
    SessionNotLiveError,
)
from blended_xblock.models import Appeal, AttendanceChange, Session
from tests import factories as f

pytestmark = pytest.mark.usefixtures("course")


@pytest.fixture
def _absent(course, ana, trainer) -> None:
    f.take_roll(trainer, {ana: "A"})


def appeal(user: Any, text: str = "I was there.", key: str | None = None, n: int = 1) -> Any:
    return api.make_appeal(f.session_id(n), user=user, text=text, request_key=key)


def answer(made: Any, actor: Any, accept: bool = True, **more: Any) -> api.AppealReport:
    more = {"answer": "You are right."} | more
    return api.answer_appeal(made.id, actor=actor, accept=accept, **more)


# Writing one


@pytest.mark.usefixtures("_absent")
def test_a_recorded_learner_can_say_that_it_is_wrong(ana) -> None:
    made = appeal(ana, "  I was there. ")
    assert (made.text, made.state, made.answer) == ("I was there.", "open", "")
    assert api.list_appeals(f.session()) == [made]


def test_before_the_end_there_must_be_something_to_appeal_against(ana, trainer, clock) -> None:
    with pytest.raises(ConflictError, match="Wait until the session is over"):
        appeal(ana)
    f.take_roll(trainer, {})
    with pytest.raises(ConflictError):
        appeal(ana)
    clock.move_to(f.FIRST_END)
    assert appeal(ana).state == "open"


def test_a_past_session_whose_roll_nobody_took_can_be_written_about(ana, trainer, clock) -> None:
    clock.move_to(f.FIRST_END)
    made = appeal(ana)
    with pytest.raises(RollNotOpenError):
        answer(made, trainer, status="P")
    assert Appeal.objects.get().state == "open", "nothing is answered by halves"
    assert answer(made, trainer).state == "accepted"


@pytest.mark.usefixtures("_absent")
def test_one_stays_open_at_a_time(ana, trainer) -> None:
    made = appeal(ana, key="k1")
    with pytest.raises(ConflictError, match="take back"):
        appeal(ana, key="k2")
    answer(made, trainer, accept=False)
    assert appeal(ana, key="k3").state == "open", "an answer may be answered"


@pytest.mark.usefixtures("_absent")
def test_a_retry_stores_nothing_and_returns_what_is_there(ana, trainer) -> None:
    made = appeal(ana, key="k")
    assert appeal(ana, "Sent again", key="k") == made
    answered = answer(made, trainer)
    assert appeal(ana, key="k") == answered
    api.withdraw_appeal(f.session_id(), user=ana)
    assert Appeal.objects.count() == 1


@pytest.mark.usefixtures("_absent")
def test_a_key_of_somebody_else_says_nothing_of_theirs(ana, ben) -> None:
    appeal(ana, "A secret", key="k")
    with pytest.raises(ConflictError) as refused:
        appeal(ben, key="k")
    assert "secret" not in refused.value.message


@pytest.mark.usefixtures("_absent")
@pytest.mark.parametrize("text", ["", "  \n", "x" * 2001, "x" * 5_000_000, "a\0b", "\ud800"])
def test_a_text_that_cannot_be_kept_is_refused(ana, trainer, text) -> None:
    with pytest.raises(InvalidInputError):
        appeal(ana, text)
    made = appeal(ana)
    with pytest.raises(InvalidInputError):
        answer(made, trainer, answer=text)
    assert Appeal.objects.get().state == "open"


@pytest.mark.parametrize("key", ["", " ", "k" * 65, "\0"])
@pytest.mark.usefixtures("_absent")
def test_a_key_that_is_none_is_refused(ana, key) -> None:
    with pytest.raises(InvalidInputError):
        appeal(ana, key=key)


@pytest.mark.usefixtures("_absent")
def test_it_is_about_a_live_session_of_ones_own(ana) -> None:
    stranger = f.person("zz", course=f.OTHER_COURSE)
    with pytest.raises(NotFoundError):
        appeal(stranger)
    Session.objects.update(state="removed")
    with pytest.raises(SessionNotLiveError):
        appeal(ana)


@pytest.mark.usefixtures("_absent")
def test_it_can_be_taken_back(ana, ben, trainer) -> None:
    made = appeal(ana)
    api.withdraw_appeal(f.session_id(), user=ben)
    assert Appeal.objects.get().state == "open", "ben's own, of which there is none"
    api.withdraw_appeal(f.session_id(), user=ana)
    api.withdraw_appeal(f.session_id(), user=ana)
    assert api.list_appeals(f.session()) == []
    with pytest.raises(ConflictError, match="taken this appeal back"):
        answer(made, trainer, status="P")
    assert f.record(ana).status == "A"


# Answering one


@pytest.mark.usefixtures("_absent")
def test_accepting_corrects_the_record_and_opens_the_follow_up(ana, trainer) -> None:
    assert not api.is_open(f.APPLY, ana.pk)
    done = answer(appeal(ana), trainer, status="P", answer="I found you on the list.")
    assert (done.state, done.answered_by) == ("accepted", "trainer")
    assert f.record(ana).status == "P"
    assert api.is_open(f.APPLY, ana.pk)
    change = AttendanceChange.objects.latest("id")
    assert (change.source, change.reason) == ("appeal", "I found you on the list.")


@pytest.mark.usefixtures("_absent")
def test_a_correction_takes_nothing_else_away(ana, trainer) -> None:
    f.give(trainer, [api.Mark(ana.pk, "D", 90, "room", "Left for a call.")])
    answer(appeal(ana), trainer, status="P")
    record = f.record(ana)
    assert (record.minutes, record.modality, record.note) == (90, "room", "Left for a call.")


@pytest.mark.usefixtures("_absent")
def test_declining_changes_no_record(ana, trainer) -> None:
    before = AttendanceChange.objects.count()
    made = appeal(ana)
    with pytest.raises(InvalidInputError):
        answer(made, trainer, accept=False, status="P")
    assert answer(made, trainer, accept=False).state == "declined"
    assert (f.record(ana).status, AttendanceChange.objects.count()) == ("A", before)


@pytest.mark.usefixtures("_absent")
def test_the_first_answer_stands(ana, trainer) -> None:
    made = appeal(ana)
    answer(made, trainer, accept=False)
    colleague = f.person("colleague", f.Role.TRAINER)
    with pytest.raises(ConflictError, match="answered this appeal meanwhile"):
        answer(made, colleague, status="P")
    assert f.record(ana).status == "A"


@pytest.mark.usefixtures("_absent")
def test_nobody_answers_their_own(ana) -> None:
    with pytest.raises(NotAllowedError):
        answer(appeal(ana), ana, status="P")
    assert Appeal.objects.get().state == "open"


@pytest.mark.usefixtures("_absent")
@pytest.mark.parametrize("status", ["X", "", "PP"])
def test_an_unknown_status_answers_nothing(ana, trainer, status) -> None:
    made = appeal(ana)
    with pytest.raises(BlendedError):
        answer(made, trainer, status=status)
    assert Appeal.objects.get().state == "open"


def test_there_is_no_such_appeal(trainer) -> None:
    with pytest.raises(NotFoundError):
        api.answer_appeal(7, actor=trainer, accept=True, answer="x")
