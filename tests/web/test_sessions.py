"""A trainer's own pages: what they are invited to, and nothing else."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from blended_xblock import api
from blended_xblock.models import Session, SessionTrainer
from blended_xblock.pages.sessions import own_sessions
from tests import factories as f
from tests.counting import Counted

MINE = "/blended/sessions/"


@pytest.fixture
def piotr(clock: Any, db: None, trainer: Any) -> Any:
    """Return a guest trainer of the first and the third of four weekly sessions."""
    f.build_course(unit=f.design(*(f.meeting(n) for n in range(1, 5))))
    piotr = f.person("piotr", f.Role.GUEST, timezone="Asia/Tokyo")
    for n in (1, 3):
        api.invite_trainer(f.session_id(n), "piotr", actor=trainer)
    return piotr


def page_of(user: Any, address: str = MINE) -> Any:
    client = Client()
    if user is not None:
        client.force_login(user)
    return client.get(address)


def test_a_trainer_finds_their_sessions_and_no_other(piotr) -> None:
    html = page_of(piotr).content.decode()
    assert [f"Workshop {n}" in html for n in range(1, 5)] == [True, False, True, False]
    assert "Happening now" in html
    assert "Your time:" in html, "Tokyo is not Paris"
    for n in (1, 3):
        assert reverse("blended_xblock:panel", args=(f.session_id(n),)) in html


def test_what_is_over_stands_below_and_says_what_its_roll_lacks(piotr, ana, ben, clock) -> None:
    clock.move_to(f.FIRST_END)
    assert [own.todo for own in own_sessions(piotr.pk).past] == [
        "Take the roll: learners wait for it."
    ]
    f.take_roll(piotr, {ana: "P"})
    (past,) = own_sessions(piotr.pk).past
    assert (past.people, past.todo) == (
        "2 learners expected",
        "Finish the roll: 1 learner is not marked.",
    )
    f.give(piotr, [api.Mark(ben.pk, "A")])
    assert own_sessions(piotr.pk).past[0].todo == "Close the roll: everybody is marked."
    api.close_roll(f.session_id(), actor=piotr)
    assert own_sessions(piotr.pk).past[0].todo == ""
    assert [own.card.title for own in own_sessions(piotr.pk).coming] == ["Workshop 3"]


def test_an_invitation_that_was_taken_back_is_gone(piotr, trainer) -> None:
    api.revoke_trainer(f.session_id(1), piotr.pk, actor=trainer)
    assert "Workshop 1" not in page_of(piotr).content.decode()
    assert page_of(piotr, f"{MINE}{f.session_id(1)}/").status_code == 403


def test_without_an_invitation_the_page_says_how_one_comes(piotr, ana) -> None:
    answer = page_of(ana)
    assert answer.status_code == 200
    assert "No session of yours is still to come" in answer.content.decode()


def test_a_removed_session_stays_where_its_roll_was_taken(piotr, ana) -> None:
    f.take_roll(piotr, {ana: "P"})
    Session.objects.all().update(state="removed")
    own = own_sessions(piotr.pk)
    assert [row.card.title for row in (*own.coming, *own.past)] == ["Workshop 1"]


def test_a_visitor_logs_in_and_comes_back(piotr) -> None:
    address = f"{MINE}{f.session_id(1)}/"
    for wanted in (MINE, address):
        answer = page_of(None, wanted)
        assert answer.status_code == 302
        assert answer.url.endswith(f"?next={wanted}")


@pytest.mark.parametrize(
    ("n", "who", "code"),
    [
        (1, "piotr", 200),
        (2, "piotr", 403),
        (1, "ana", 403),
        (2, "trainer", 200),
        (2, "elsewhere", 403),
    ],
)
def test_the_panel_opens_to_who_takes_this_roll(piotr, ana, trainer, n, who, code) -> None:
    people = {"piotr": piotr, "ana": ana, "trainer": trainer}
    people["elsewhere"] = f.person("elsewhere", f.Role.TRAINER, course=f.OTHER_COURSE)
    assert page_of(people[who], f"{MINE}{f.session_id(n)}/").status_code == code


def test_the_panel_of_a_guest_names_no_other_session(piotr) -> None:
    html = page_of(piotr, f"{MINE}{f.session_id(3)}/").content.decode()
    assert str(f.session_id(3)) in html
    assert str(f.session_id(2)) not in html
    assert "data-trainers" not in html, "only course staff invite"


def test_a_session_that_is_not_there_is_not_found(piotr) -> None:
    assert page_of(piotr, f"{MINE}00000000-0000-0000-0000-000000000000/").status_code == 404


def test_the_list_costs_one_query_for_any_number_of_sessions(piotr, trainer) -> None:
    f.crowd(30)
    for n in (1, 3):
        Session.objects.filter(pk=f.session_id(n)).update(
            starts_at=datetime(2026, 5, 11, tzinfo=UTC)
        )
        api.open_roll(f.session_id(n), actor=trainer)
    for n in (2, 4):
        SessionTrainer.objects.create(session=f.session(n), user=piotr)
    with Counted() as counted:
        own = own_sessions(piotr.pk)
    assert len(own.coming) + len(own.past) == 4
    assert counted.n == 1, str(counted)
