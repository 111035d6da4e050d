"""What somebody confirmed is remembered for the course: by name, and of one person alone."""

from __future__ import annotations

from typing import Any

import pytest

from blended_xblock import api
from blended_xblock.attendance.intake.known import aliases_of
from blended_xblock.attendance.retirement import forget_person
from blended_xblock.models import ImportAlias
from tests import factories as f
from tests import intake

pytestmark = pytest.mark.usefixtures("course")

ACCOUNTS = (
    "name,username,join,leave\n"
    "{0},one,2026-05-12 09:00,2026-05-12 12:00\n"
    "{0},two,2026-05-12 09:00,2026-05-12 12:00\n"
)


def confirm(trainer: Any, data: bytes, *users: Any) -> Any:
    """Send a file, say who its people are in their order, and apply it."""
    batch = intake.send(trainer, data)
    decided = [api.Settled(n, "learner", user.pk) for n, user in enumerate(users) if user]
    api.settle_import(f.session_id(), batch.pk, decided)
    intake.apply(trainer, batch, is_again=True)
    return batch


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("José García", "Jose Garcia"),
        ("Jürgen Groß", "Jurgen Gross"),
        ("İpek Özdemir", "Ipek Ozdemir"),
        ("Łukasz Żak", "Łukasz Zak"),
        ("Ada 😀 Lovelace", "Ada 😃 Lovelace"),
        ("Sébastien " * 30, "Sebastien " * 30),
    ],
)
def test_names_that_a_database_takes_for_one_are_two(trainer, one, other) -> None:
    ada, bo = f.person("ada"), f.person("bo")
    for name, user in ((one, ada), (other, bo), (one, ada)):
        confirm(trainer, intake.zoom(f"{name},,09:00,12:00"), user)
    rows = intake.send(trainer, intake.zoom(f"{one},,09:00,11:00", f"{other},,09:00,11:00"))
    assert [(row.why, row.user) for row in rows.people.all()] == [("alias", ada), ("alias", bo)]
    assert ImportAlias.objects.count() == 2


def test_a_name_that_two_people_bear_is_not_remembered(trainer) -> None:
    ada, bo = f.person("ada"), f.person("bo")
    confirm(trainer, intake.zoom("Ada Lovelace,,09:00,12:00"), ada)
    assert ImportAlias.objects.count() == 1
    table = ACCOUNTS.format("Ada Lovelace").encode()
    confirm(trainer, table, ada, bo)
    assert not aliases_of(f.COURSE), "nor what was remembered of it before"
    for users in ((ada, None), (None, ada)):
        confirm(trainer, table, *users)
        assert not aliases_of(f.COURSE), "whoever the other one is"


def test_what_a_file_said_is_forgotten_with_it_and_what_it_replaced_counts_again(trainer) -> None:
    ada, bo, cy = f.person("ada"), f.person("bo"), f.person("cy")
    report = intake.zoom("Ada Lovelace,,09:00,12:00")
    first, second = (confirm(trainer, report, user) for user in (ada, bo))
    table = confirm(trainer, ACCOUNTS.format("Ada Lovelace").encode(), ada, cy)

    def known() -> list[int]:
        return list(aliases_of(f.COURSE).values())

    assert known() == []
    api.undo_import(f.session_id(), table.pk, actor=trainer)
    assert known() == [bo.pk]
    api.undo_import(f.session_id(), first.pk, actor=trainer)
    assert known() == [bo.pk], "what came later stays"
    api.undo_import(f.session_id(), second.pk, actor=trainer)
    assert known() == []
    assert not ImportAlias.objects.exists()


def test_with_somebody_who_is_retired_goes_whom_their_name_stood_for_before(trainer) -> None:
    ada, bo, cy = f.person("ada"), f.person("bo"), f.person("cy")
    for user in (ada, bo):
        confirm(trainer, intake.zoom("Ada Lovelace,,09:00,12:00"), user)
    confirm(trainer, intake.zoom("Cyrille Durand,,09:00,12:00"), cy)
    forget_person(bo.pk)
    assert list(aliases_of(f.COURSE).values()) == [cy.pk]
