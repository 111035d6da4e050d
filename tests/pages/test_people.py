"""Who is found at the door: by name, in any spelling, and no address is given away."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from blended_xblock import api
from blended_xblock.models import Guest
from blended_xblock.pages.people import SHOWN, find_people, suggest_people
from tests import factories as f
from tests.ask import ask
from tests.counting import Counted

pytestmark = pytest.mark.usefixtures("course")


@pytest.fixture
def people(trainer) -> None:
    """Open a roll that expects Chloé, and enrol others after it."""
    f.person("chloe", first_name="Chloé", last_name="D’Argent", email="chloe@example.org")
    api.open_roll(f.session_id(), actor=trainer)
    f.person("zoe1", first_name="Zoë", last_name="Martin", email="zoe@example.org")
    f.person("zoe2", first_name="Zoé", last_name="Martin", email="z.martin@example.com")
    f.person("lukasz", first_name="Łukasz", last_name="Wójcik")
    f.person("mai", first_name="Nguyễn", last_name="Thị Mai")
    f.person("elsewhere", first_name="Zoë", last_name="Abroad", course=f.OTHER_COURSE)


def found(query: str, *, sees_addresses: bool = True) -> list[str]:
    people, _is_more = find_people(f.session(), query, sees_addresses=sees_addresses)
    return [person.username for person in people]


@pytest.mark.parametrize(
    ("query", "usernames"),
    [
        ("zoe", ["zoe1", "zoe2"]),
        ("ZOË martin", ["zoe1", "zoe2"]),
        ("martin zo", ["zoe1", "zoe2"]),
        ("nguyen", ["mai"]),
        ("zoe2", ["zoe2"]),
        ("chloe d", ["chloe"]),
        ("abroad", []),
        ("%", []),
        ("__", []),
        ("z", []),
        (" z ", []),
        ("", []),
        ("zoe lukasz", []),
    ],
)
def test_words_are_found_whatever_their_accents(people, query, usernames) -> None:
    assert sorted(found(query)) == sorted(usernames)
    assert sorted(found(query, sees_addresses=False)) == sorted(usernames)


def test_staff_find_a_piece_of_an_address_and_trainers_the_whole(people) -> None:
    assert sorted(found("example.org")) == ["chloe", "zoe1"]
    assert found("example.org", sees_addresses=False) == []
    assert found("zoe@example.or", sees_addresses=False) == []
    (person,), _more = find_people(f.session(), " Zoe@Example.org ", sees_addresses=False)
    assert (person.username, person.email) == ("zoe1", "zoe@example.org")
    shown, _more = find_people(f.session(), "zoe", sees_addresses=False)
    assert [person.email for person in shown] == ["", ""]


def test_an_invited_trainer_never_reads_an_address_in_an_answer(people, trainer) -> None:
    guest_of_staff = f.person("invited", f.Role.GUEST)
    api.invite_trainer(f.session_id(), "invited", actor=trainer)
    here = {"session": str(f.session_id())}
    assert "zoe@example.org" in ask(trainer, "find_people", here | {"q": "zoe"}).text
    for q in ("zoe", "martin", "example", "@example.org"):
        assert "@" not in ask(guest_of_staff, "find_people", here | {"q": q}).text
    guest = api.add_guest(f.session_id(), "Zoë Martin", actor=guest_of_staff)
    answer = ask(guest_of_staff, "find_people", here | {"guest": guest.id})
    assert len(answer.json["people"]) == 2
    assert "@" not in answer.text


@pytest.mark.parametrize("action", ["roll", "board"])
def test_an_invited_trainer_guesses_no_address_by_its_pieces(people, trainer, action) -> None:
    invited = f.person("invited", f.Role.GUEST)
    api.invite_trainer(f.session_id(), "invited", actor=trainer)
    here = {"session": str(f.session_id())}
    for who, q, is_found in [
        (trainer, "chloe@ex", True),
        (invited, "chloe@ex", False),
        (invited, "Chloe@Example.org", True),
        (invited, "argent", True),
    ]:
        assert ("Chloé" in ask(who, action, here | {"q": q}).text) is is_found


def test_whoever_is_on_the_roll_is_marked_so_and_comes_last(people) -> None:
    f.person("chloe2", first_name="Chloe", last_name="Zander")
    people, _more = find_people(f.session(), "chloe", sees_addresses=True)
    assert [(one.username, one.is_on_roll) for one in people] == [
        ("chloe2", False), ("chloe", True),
    ]  # fmt: skip


def test_at_most_twenty_are_shown(people) -> None:
    f.crowd(30)
    shown, is_more = find_people(f.session(), "name000", sees_addresses=True)
    assert (len(shown), is_more) == (SHOWN, True)
    shown, is_more = find_people(f.session(), "name00012", sees_addresses=True)
    assert (len(shown), is_more) == (1, False)


def guest(trainer: Any, name: str, email: str = "") -> Guest:
    visit = api.add_guest(f.session_id(), name, email, actor=trainer)
    return Guest.objects.get(pk=visit.id)


def suggested(guest: Guest) -> list[tuple[str, str]]:
    people = suggest_people(f.session(), guest, sees_addresses=True)
    return [(person.username, person.match) for person in people]


def test_the_same_address_comes_first_and_then_the_name(people, trainer) -> None:
    one = guest(trainer, "Zoe Martin", "Z.Martin@example.com")
    assert suggested(one) == [("zoe2", "email"), ("zoe1", "name")]
    assert suggested(guest(trainer, "Martin Zoë")) == [("zoe1", "name"), ("zoe2", "name")]
    assert suggested(guest(trainer, "Zoé Martin-Dupont")) == []
    assert suggested(guest(trainer, "Mai Nguyen Thi Lan")) == [("mai", "name")]
    assert suggested(guest(trainer, "Somebody Else")) == []


def test_nobody_is_suggested_for_a_guest_without_a_name(people, trainer) -> None:
    nameless = guest(trainer, "Zoë")
    Guest.objects.update(name="", email="")
    nameless.refresh_from_db()
    assert suggested(nameless) == []


def test_who_is_a_guest_already_is_said(people, trainer) -> None:
    visit = guest(trainer, "Zoë Martin")
    first, *_rest = suggest_people(f.session(), visit, sees_addresses=True)
    api.link_guest(f.session_id(), visit.pk, first.user_id, actor=trainer)
    (same,) = [
        one for one in find_people(f.session(), "zoe1", sees_addresses=True)[0]
        if one.user_id == first.user_id
    ]  # fmt: skip
    assert same == dataclasses.replace(first, is_guest=True, is_on_roll=True, match="")


def test_searching_costs_the_same_for_any_number_of_learners(people, trainer) -> None:
    f.crowd(500)
    session = f.session()
    with Counted() as counted:
        find_people(session, "name", sees_addresses=True)
    assert counted.n <= 4, counted
    visit = guest(trainer, "Zoë Martin")
    with Counted() as counted:
        suggest_people(session, visit, sees_addresses=True)
    assert counted.n <= 3, counted
