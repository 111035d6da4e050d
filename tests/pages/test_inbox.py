"""The panel's inbox: what learners wrote about one session, and what is left to settle."""

from __future__ import annotations

from typing import Any

import pytest

from blended_xblock import api
from blended_xblock.models import SessionTrainer
from blended_xblock.pages.inbox import Inbox, inbox_page
from tests import factories as f
from tests.ask import ask
from tests.counting import Counted

pytestmark = pytest.mark.usefixtures("clock", "db")


def page(n: int = 1) -> Inbox:
    return inbox_page(f.session(n))


def here(n: int = 1) -> dict[str, Any]:
    return {"session": str(f.session_id(n))}


def test_where_nobody_wrote_there_is_no_inbox(ana, trainer) -> None:
    f.build_course()
    assert page().is_empty
    assert ask(trainer, "inbox", here()).text.strip() == ""


def test_an_absence_waits_until_somebody_has_recorded_something(ana, trainer, clock) -> None:
    f.build_course(unit=f.design(f.meeting(1), f.meeting(2), f.meeting(3)))
    api.announce_absence(f.session_id(2), user=ana, reason="Ill")
    api.choose_alternative(f.session_id(2), f.session_id(3), user=ana)
    assert "once the roll is open" in ask(trainer, "inbox", here(2)).text
    clock.move_to(f.session(2).starts_at)
    f.take_roll(trainer, {}, 2)
    (item,) = page(2).absences
    assert (item.name, item.reason, item.is_marked, page(2).waiting) == ("ana", "Ill", False, 1)
    assert item.instead == ("Workshop 3 · Tue 26 May, 09:00–12:00 (Paris time)",)
    assert 'data-excuse="E"' in ask(trainer, "inbox", here(2)).text
    mark = {"user_id": ana.pk, "status": "E", "key": "k"}
    assert ask(trainer, "record", here(2) | {"marks": [mark]}).status_code == 200
    (item,) = page(2).settled
    assert (item.status.label, page(2).waiting, page(2).absences) == ("Excused", 0, ())
    assert "data-excuse" not in ask(trainer, "inbox", here(2)).text


def test_who_comes_in_place_of_another_date_is_named(ana, trainer) -> None:
    f.build_course(unit=f.design(f.meeting(2), f.meeting(3)))
    api.announce_absence(f.session_id(2), user=ana)
    api.choose_alternative(f.session_id(2), f.session_id(3), user=ana)
    (visitor,) = page(3).visitors
    assert (visitor.name, visitor.missed) == (
        "ana",
        "Workshop 2 · Tue 19 May, 09:00–12:00 (Paris time)",
    )
    assert page(3).waiting == 0


def test_a_unit_without_an_excuse_offers_none(ana, trainer, clock) -> None:
    yes = {"code": "Y", "label": "Here", "credit": 1.0, "attended": True, "counted": True}
    f.build_course(unit=f.design(f.meeting(2), statuses=[yes]))
    api.announce_absence(f.session_id(2), user=ana)
    clock.move_to(f.session(2).starts_at)
    f.take_roll(trainer, {}, 2)
    assert page(2).excused is None
    assert "data-excuse" not in ask(trainer, "inbox", here(2)).text


def test_an_appeal_proposes_what_attended_means_here(ana, trainer) -> None:
    f.build_course()
    f.take_roll(trainer, {ana: "P"})
    api.make_appeal(f.session_id(), user=ana, text="I was late, honestly.")
    (item,) = page().appeals
    assert (item.status.label, item.proposed) == ("Present", "L")


def test_an_answer_changes_the_row_of_the_roll_and_folds_the_appeal(ana, trainer) -> None:
    f.build_course()
    f.take_roll(trainer, {ana: "A"})
    made = api.make_appeal(f.session_id(), user=ana, text="I was there.")
    body = here() | {"appeal": made.id, "accept": True, "answer": "Yes.", "status": "P"}
    answer = ask(trainer, "answer_appeal", body)
    assert [(row["user_id"], row["status"]) for row in answer.json["rows"]] == [(ana.pk, "P")]
    assert (page().appeals, page().waiting) == ((), 0)
    assert page().answered[0].answered == "trainer, Tue 12 May, 10:00"
    assert ask(trainer, "answer_appeal", body).status_code == 409


@pytest.mark.parametrize(
    "wrong",
    [
        {"accept": "yes"},
        {"accept": None},
        {"accept": 1},
        {"appeal": "x"},
        {"appeal": None},
        {"appeal": 10**30},
        {"answer": ""},
        {"answer": None},
        {"answer": 7},
        {"status": 7},
        {"status": ["P"]},
        {"status": "X"},
        {"accept": False},
    ],
    ids=str,
)
def test_a_wrong_answer_is_refused_and_answers_nothing(ana, trainer, wrong) -> None:
    f.build_course()
    f.take_roll(trainer, {ana: "A"})
    made = api.make_appeal(f.session_id(), user=ana, text="I was there.")
    body = here() | {"appeal": made.id, "accept": True, "answer": "Yes.", "status": "P"}
    assert ask(trainer, "answer_appeal", body | wrong).status_code == 400
    assert f.record(ana).status == "A"
    assert page().waiting == 1


def test_an_invited_trainer_answers_for_their_own_session_only(ana, trainer) -> None:
    f.build_course(unit=f.design(f.meeting(1), f.meeting(2)))
    for n in (1, 2):
        f.take_roll(trainer, {ana: "A"}, n)
    made = api.make_appeal(f.session_id(), user=ana, text="I was there.")
    guest = f.person("guest", course=f.OTHER_COURSE)
    SessionTrainer.objects.create(session=f.session(2), user=guest)
    assert ask(guest, "inbox", here(1)).status_code == 403
    body = {"appeal": made.id, "accept": True, "answer": "Yes."}
    assert ask(guest, "answer_appeal", here(1) | body).status_code == 403
    assert ask(guest, "answer_appeal", here(2) | body).status_code == 404, "it is of session 1"
    SessionTrainer.objects.create(session=f.session(1), user=guest)
    assert ask(guest, "answer_appeal", here(1) | body).status_code == 200


def test_a_trainer_who_is_a_learner_too_cannot_answer_themself(ana, trainer) -> None:
    f.build_course()
    f.take_roll(trainer, {ana: "A"})
    made = api.make_appeal(f.session_id(), user=ana, text="I was there.")
    SessionTrainer.objects.create(session=f.session(1), user=ana)
    body = here() | {"appeal": made.id, "accept": True, "answer": "Yes.", "status": "P"}
    assert ask(ana, "answer_appeal", body).status_code == 403
    assert f.record(ana).status == "A"


@pytest.mark.parametrize("people", [3, 60])
def test_the_inbox_costs_the_same_for_any_number_of_letters(trainer, people) -> None:
    f.build_course(unit=f.design(f.meeting(1), f.meeting(2), f.meeting(3)))
    crowd = f.crowd(people)
    f.take_roll(trainer, dict.fromkeys(crowd, "A"))
    for user in crowd:
        made = api.make_appeal(f.session_id(), user=user, text="x")
        if user.pk % 2:
            api.answer_appeal(made.id, actor=trainer, accept=False, answer="No.")
        api.announce_absence(f.session_id(2), user=user)
        api.choose_alternative(f.session_id(2), f.session_id(3), user=user)
    with Counted() as counted:
        for n in (1, 2, 3):
            page(n)
    assert counted.n <= 23, str(counted)


def test_a_flood_of_letters_is_shown_in_portions(trainer) -> None:
    f.build_course(unit=f.design(f.meeting(1), f.meeting(2)))
    for user in f.crowd(52):
        api.announce_absence(f.session_id(2), user=user)
    view = page(2)
    assert (len(view.absences), view.more, view.waiting) == (50, 2, 52)
    assert "2 more appear here" in ask(trainer, "inbox", here(2)).text
