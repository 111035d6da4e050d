"""Invited trainers: who is found, what is kept, and that an invitation gives nothing else."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from blended_xblock import api
from blended_xblock.errors import InvalidInputError, NotFoundError
from blended_xblock.models import SessionTrainer
from tests import factories as f
from tests.ask import all_rows, ask
from tests.counting import Counted

pytestmark = pytest.mark.usefixtures("course")


@pytest.fixture
def guest(db: None) -> Any:
    return f.person("guest", f.Role.GUEST, first_name="Grace", email="grace@example.com")


def names(n: int = 1) -> list[str]:
    return [one.name for one in api.list_trainers([f.session_id(n)]).get(f.session_id(n), ())]


@pytest.mark.parametrize("said", ["guest", " guest ", "grace@example.com", "Grace@Example.com"])
def test_somebody_is_invited_by_username_or_address(trainer, guest, said) -> None:
    (invited,) = api.invite_trainer(f.session_id(), said, actor=trainer)
    assert (invited.user_id, invited.username, invited.name) == (guest.pk, "guest", "Grace")
    row = SessionTrainer.objects.get()
    assert (row.session_id, row.invited_by, row.revoked_at) == (f.session_id(), trainer, None)


def test_inviting_and_revoking_twice_change_nothing(trainer, guest, clock) -> None:
    api.invite_trainer(f.session_id(), "guest", actor=trainer)
    before = all_rows()
    clock.tick(60)
    assert len(api.invite_trainer(f.session_id(), "guest", actor=f.person("other"))) == 1
    assert all_rows() == before
    assert api.revoke_trainer(f.session_id(), guest.pk, actor=trainer) == ()
    before = all_rows()
    clock.tick(60)
    assert api.revoke_trainer(f.session_id(), guest.pk, actor=trainer) == ()
    assert all_rows() == before


def test_whoever_was_removed_can_be_invited_again(trainer, guest, clock) -> None:
    api.invite_trainer(f.session_id(), "guest", actor=trainer)
    api.revoke_trainer(f.session_id(), guest.pk, actor=trainer)
    assert names() == []
    clock.tick(60)
    colleague = f.person("colleague", f.Role.TRAINER)
    api.invite_trainer(f.session_id(), "guest", actor=colleague)
    assert names() == ["Grace"]
    row = SessionTrainer.objects.get()
    assert (row.invited_by, row.revoked_at) == (colleague, None)


@pytest.mark.parametrize("said", ["", "  ", "x" * 255, "\ud800"])
def test_a_name_is_needed(trainer, said) -> None:
    with pytest.raises(InvalidInputError):
        api.invite_trainer(f.session_id(), said, actor=trainer)


def test_nobody_is_guessed(trainer, guest) -> None:
    """An account that was never confirmed may have been opened with somebody else's address."""
    for said in ("nobody", "gues", "grace@example.co", "Grace"):
        with pytest.raises(NotFoundError):
            api.invite_trainer(f.session_id(), said, actor=trainer)
    guest.is_active = False
    guest.save()
    with pytest.raises(NotFoundError):
        api.invite_trainer(f.session_id(), "grace@example.com", actor=trainer)
    assert not SessionTrainer.objects.exists()


def test_an_address_of_two_people_invites_neither(trainer, guest) -> None:
    f.person("double", f.Role.GUEST, email="grace@example.com")
    with pytest.raises(InvalidInputError, match="username"):
        api.invite_trainer(f.session_id(), "grace@example.com", actor=trainer)
    assert not SessionTrainer.objects.exists()


def test_what_is_not_there_is_not_found(trainer, guest) -> None:
    with pytest.raises(NotFoundError):
        api.invite_trainer(uuid.UUID(int=7), "guest", actor=trainer)
    with pytest.raises(NotFoundError):
        api.revoke_trainer(f.session_id(), guest.pk, actor=trainer)


def test_an_invitation_gives_the_roll_of_that_session_until_it_is_taken_back(
    trainer, guest
) -> None:
    here = {"session": str(f.session_id())}
    assert ask(guest, "roll", here).status_code == 403
    assert ask(trainer, "invite_trainer", here | {"person": "guest"}).json["trainers"] == [
        {"user_id": guest.pk, "username": "guest", "name": "Grace"}
    ]
    assert ask(guest, "roll", here).status_code == 200
    for handler, data in (
        ("invite_trainer", here | {"person": "guest"}),
        ("revoke_trainer", here | {"user": guest.pk}),
        ("grant_waiver", {"user": guest.pk, "reason": "Mine."}),
    ):
        assert ask(guest, handler, data).status_code == 403, handler
    assert ask(trainer, "revoke_trainer", here | {"user": guest.pk}).json["trainers"] == []
    assert ask(guest, "roll", here).status_code == 403


@pytest.mark.parametrize("person", [None, 7, [], {}])
def test_a_person_is_text(trainer, person) -> None:
    sent = {"session": str(f.session_id()), "person": person}
    assert ask(trainer, "invite_trainer", sent).status_code == 400


def test_trainers_of_many_sessions_cost_two_queries(trainer, guest) -> None:
    f.redesign(sessions=[f.meeting(n) for n in range(1, 9)])
    f.publish()
    for n in range(1, 9):
        api.invite_trainer(f.session_id(n), "guest", actor=trainer)
    with Counted() as counted:
        found = api.list_trainers([f.session_id(n) for n in range(1, 9)])
    assert len(found) == 8
    assert counted.n == 2
