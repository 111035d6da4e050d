"""Every handler and every role: the table below is what people may do, written out by hand."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from blended_xblock import api
from blended_xblock.block import BlendedUnitBlock
from blended_xblock.models import Session, SessionTrainer
from blended_xblock.publishing import session_key
from blended_xblock.studio_actions import stored_version
from blended_xblock.workbench.runtime import CampusRuntime
from tests import factories as f
from tests.ask import IN_STUDIO, READS, MasqueradeHost, all_rows, ask

YES, NO = 200, 403
ROLES = (
    "visitor",
    "learner",
    "learner of another course",
    "trainer of this session",
    "trainer of another session",
    "trainer no longer invited",
    "staff",
    "staff of another course",
    "author",
    "staff looking as a learner",
)
# What the roles above get, in their order. The campus's author is course staff as well.
MATRIX: dict[str, tuple[int, ...]] = {
    "calendar": (NO, YES, NO, YES, NO, NO, YES, NO, YES, YES),
    "student_view_user_state": (NO, YES, NO, YES, YES, NO, YES, NO, YES, YES),
    "roll": (NO, NO, NO, YES, NO, NO, YES, NO, YES, YES),
    "open_roll": (NO, NO, NO, YES, NO, NO, YES, NO, YES, NO),
    "record": (NO, NO, NO, YES, NO, NO, YES, NO, YES, NO),
    "record_all": (NO, NO, NO, YES, NO, NO, YES, NO, YES, NO),
    "close_preview": (NO, NO, NO, YES, NO, NO, YES, NO, YES, YES),
    "close_roll": (NO, NO, NO, YES, NO, NO, YES, NO, YES, NO),
    "history": (NO, NO, NO, YES, NO, NO, YES, NO, YES, YES),
    "grant_waiver": (NO, NO, NO, NO, NO, NO, YES, NO, YES, NO),
    "revoke_waiver": (NO, NO, NO, NO, NO, NO, YES, NO, YES, NO),
    "invite_trainer": (NO, NO, NO, NO, NO, NO, YES, NO, YES, NO),
    "revoke_trainer": (NO, NO, NO, NO, NO, NO, YES, NO, YES, NO),
    "save_design": (NO, NO, NO, NO, NO, NO, NO, NO, YES, NO),
    "studio_tool": (NO, NO, NO, NO, NO, NO, NO, NO, YES, NO),
}
WITHOUT_SESSION = {"student_view_user_state", "grant_waiver", "revoke_waiver", *IN_STUDIO}
WITH_SESSION = [name for name in MATRIX if name not in WITHOUT_SESSION]
THERE = "block-v1:Blended+OTHER+2026+type@blended_unit+block@unit"


def invited(username: str, n: int, **fields: Any) -> Any:
    user = f.person(username, course=f.OTHER_COURSE)
    SessionTrainer.objects.create(session=f.session(n), user=user, **fields)
    return user


PEOPLE: dict[str, Callable[[], Any]] = {
    "visitor": lambda: None,
    "learner": lambda: f.person("x"),
    "learner of another course": lambda: f.person("x", course=f.OTHER_COURSE),
    "trainer of this session": lambda: invited("x", 1),
    "trainer of another session": lambda: invited("x", 2),
    "trainer no longer invited": lambda: invited("x", 1, revoked_at=f.LONG_AGO),
    "staff": lambda: f.person("x", f.Role.TRAINER),
    "staff of another course": lambda: f.person("x", f.Role.TRAINER, course=f.OTHER_COURSE),
    "author": lambda: f.person("x", f.Role.AUTHOR),
    "staff looking as a learner": lambda: f.person("x", f.Role.TRAINER),
}


def renamed() -> dict[str, Any]:
    """Return what saves the unit under another name."""
    base = stored_version(CampusRuntime().get_block(f.unit_key()))
    return base | {"title": "Renamed", "base": base}


@pytest.fixture
def data(clock, trainer, ana, ben) -> dict[str, dict[str, Any]]:
    """Build a unit with an open roll and return what makes each handler succeed."""
    f.build_course(
        unit=f.design(f.meeting(1), f.meeting(2), f.meeting(3, audience=["Paris"])),
        neighbour=f.design(f.meeting(1)),
    )
    f.take_roll(trainer, {ana: "P"})
    api.grant_waiver(f.unit_key(), ben.pk, actor=trainer, reason="Was ill.")
    guest = invited("guest", 1)
    here = {"session": str(f.session_id())}
    return {
        "calendar": here,
        "student_view_user_state": {},
        "roll": here,
        "open_roll": here,
        "record": here | {"marks": [{"user_id": ana.pk, "status": "A", "key": "k"}]},
        "record_all": here | {"status": "P", "key": "k"},
        "close_preview": here,
        "close_roll": here,
        "history": here | {"user": ana.pk},
        "grant_waiver": {"user": ana.pk, "reason": "Asked for it."},
        "revoke_waiver": {"user": ben.pk},
        "invite_trainer": here | {"person": "ben"},
        "revoke_trainer": here | {"user": guest.pk},
        "save_design": renamed(),
        "studio_tool": renamed(),
    }


def test_every_handler_has_a_row() -> None:
    handlers = {
        name
        for name, member in inspect.getmembers(BlendedUnitBlock)
        if getattr(member, "_is_xblock_handler", False)
    }
    assert handlers == set(MATRIX)
    assert all(len(row) == len(ROLES) == len(PEOPLE) for row in MATRIX.values())


@pytest.mark.parametrize("role", ROLES)
def test_each_role_may_do_what_the_table_says(data, settings, role) -> None:
    user = PEOPLE[role]()
    if role == "staff looking as a learner":
        settings.BLENDED_XBLOCK_HOST = f"{MasqueradeHost.__module__}.MasqueradeHost"
    before = all_rows()
    got, silent = {}, []
    for handler in MATRIX:
        with transaction.atomic():
            got[handler] = ask(user, handler, data[handler]).status_code
            is_unchanged = all_rows() == before
            transaction.set_rollback(True)
        if is_unchanged != (got[handler] != YES or handler in (*READS, "open_roll", "studio_tool")):
            silent.append(handler)
    assert got == {handler: row[ROLES.index(role)] for handler, row in MATRIX.items()}
    assert silent == [], "refused but written, or accepted and not written"


@pytest.mark.parametrize("handler", MATRIX)
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "HEAD"])
def test_each_handler_takes_one_method_only(data, trainer, handler, method) -> None:
    if (method == "GET") == (handler in READS) and method in {"GET", "POST"}:
        return
    before = all_rows()
    response = ask(trainer, handler, data[handler], method=method)
    assert response.status_code == 405
    assert all_rows() == before


@pytest.mark.parametrize("handler", WITH_SESSION)
def test_a_session_of_another_place_is_not_found(data, trainer, handler) -> None:
    elsewhere = Session.objects.get(pk=f.session_id(1, "neighbour"))
    elsewhere.unit.pk, elsewhere.unit.usage_key = None, THERE
    elsewhere.unit.course_key = f.OTHER_COURSE
    elsewhere.unit.save(force_insert=True)
    abroad = Session.objects.create(
        pk=session_key(THERE, "1"),
        unit=elsewhere.unit,
        design_id="1",
        title="Abroad",
        starts_at=elsewhere.starts_at,
        ends_at=elsewhere.ends_at,
        timezone="UTC",
        mode="online",
        roll_state="open",
    )
    before = all_rows()
    strange = [
        str(f.session_id(1, "neighbour")),
        str(abroad.pk),
        "00000000-0000-0000-0000-000000000000",
        "not-a-uuid",
        "",
        "' OR 1=1 --",
    ]
    for session in strange:
        response = ask(trainer, handler, data[handler] | {"session": session})
        assert (response.status_code, response.json["code"]) == (404, "not_found"), session
    without = {name: value for name, value in data[handler].items() if name != "session"}
    assert ask(trainer, handler, without).status_code == 404
    assert all_rows() == before


@pytest.mark.parametrize("session", [None, 7, [], {}, ["x"], True])
def test_a_session_that_is_no_text_is_not_found(data, trainer, session) -> None:
    assert ask(trainer, "open_roll", {"session": session}).status_code == 404


def test_a_learner_gets_the_calendar_of_no_other_cohort(data, ana, trainer) -> None:
    there = {"session": str(f.session_id(3))}
    assert ask(f.person("p", cohort="Paris"), "calendar", there).status_code == 200
    assert ask(trainer, "calendar", there).status_code == 200
    assert ask(ana, "calendar", there).status_code == 404
    f.take_roll(trainer, {ana: "P"}, 3)
    assert ask(ana, "calendar", there).status_code == 200, "she was there"


def test_a_trainer_who_is_a_learner_too_rolls_their_own_session_only(data, ana) -> None:
    SessionTrainer.objects.create(session=f.session(2), user=ana)
    assert ask(ana, "roll", {"session": str(f.session_id(2))}).status_code == 200
    assert ask(ana, "roll", {"session": str(f.session_id(1))}).status_code == 403
    assert ask(ana, "calendar", {"session": str(f.session_id(3))}).status_code == 404


@pytest.mark.parametrize("role", [role for role in ROLES if role != "staff looking as a learner"])
def test_in_studio_the_course_team_authors_and_nobody_takes_a_roll(data, role) -> None:
    user = PEOPLE[role]()
    before = all_rows()
    for handler in MATRIX:
        if role != "author" or handler not in IN_STUDIO:
            assert ask(user, handler, data[handler], in_studio=True).status_code == NO, handler
    assert all_rows() == before


@pytest.mark.parametrize("role", ["author", "staff", "learner"])
def test_in_the_course_nobody_authors(data, role) -> None:
    user, before = PEOPLE[role](), all_rows()
    for handler in IN_STUDIO:
        assert ask(user, handler, data[handler], in_studio=False).status_code == NO
    assert all_rows() == before


# The same through Django, with sessions, CSRF and all


def post(client: Client, handler: str, **headers: str) -> int:
    url = reverse("handler", args=(f.unit_key(), handler))
    body = f'{{"session": "{f.session_id(2)}"}}'
    return client.post(url, body, "application/json", headers=headers).status_code


def test_a_change_without_a_csrf_token_is_refused(data, trainer, clock) -> None:
    clock.move_to(f.session(2).starts_at)
    client = Client(enforce_csrf_checks=True)
    client.force_login(trainer)
    assert post(client, "open_roll") == 403
    assert f.session(2).roll_state == "not_opened"
    client.get(reverse("campus_block", args=(f.key("sequence_demo@live"),)))
    token = client.cookies["csrftoken"].value
    assert post(client, "open_roll", **{"X-CSRFToken": token}) == 200
    assert f.session(2).roll_state == "open"


def test_a_visitor_is_refused_before_anything_is_read(data) -> None:
    assert post(Client(), "open_roll") == 403
    url = reverse("handler", args=(f.unit_key(), "calendar"))
    assert Client().get(url, {"session": str(f.session_id())}).status_code == 403


def test_a_design_is_saved_in_studio_and_never_in_the_course(data) -> None:
    client = Client()
    client.force_login(f.person("author", f.Role.AUTHOR))
    body = renamed()
    before = all_rows()
    url = reverse("handler", args=(f.unit_key(), "save_design"))
    assert client.post(url, body, "application/json").status_code == 403
    assert all_rows() == before
    url = reverse("studio_handler", args=(f.unit_key(), "save_design"))
    assert client.post(url, body, "application/json").status_code == 200
