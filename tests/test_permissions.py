"""Every handler and every role: the table below is what people may do, written out by hand."""

from __future__ import annotations

import base64
import inspect
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from blended_xblock import api
from blended_xblock.block import BlendedUnitBlock
from blended_xblock.models import (
    Appeal,
    AttendanceRecord,
    MarkConflict,
    Session,
    SessionTrainer,
)
from blended_xblock.publishing import session_key
from blended_xblock.studio_actions import stored_version
from blended_xblock.workbench.runtime import CampusRuntime
from tests import factories as f
from tests import intake
from tests.ask import IN_STUDIO, READS, MasqueradeHost, all_rows, ask
from tests.remembered import remember

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
    "own_page": (NO, YES, NO, NO, NO, NO, NO, NO, NO, NO),
    "own_history": (NO, YES, NO, NO, NO, NO, NO, NO, NO, NO),
    "absence_options": (NO, YES, NO, NO, NO, NO, NO, NO, NO, NO),
    "announce_absence": (NO, YES, NO, NO, NO, NO, NO, NO, NO, NO),
    "withdraw_absence": (NO, YES, NO, NO, NO, NO, NO, NO, NO, NO),
    "choose_alternative": (NO, YES, NO, NO, NO, NO, NO, NO, NO, NO),
    "appeal": (NO, YES, NO, NO, NO, NO, NO, NO, NO, NO),
    "withdraw_appeal": (NO, YES, NO, NO, NO, NO, NO, NO, NO, NO),
    "inbox": (NO, NO, NO, YES, NO, NO, YES, NO, YES, YES),
    "answer_appeal": (NO, NO, NO, YES, NO, NO, YES, NO, YES, NO),
    "roll": (NO, NO, NO, YES, NO, NO, YES, NO, YES, YES),
    "roll_changes": (NO, NO, NO, YES, NO, NO, YES, NO, YES, YES),
    "export_roll": (NO, NO, NO, YES, NO, NO, YES, NO, YES, YES),
    "record_many": (NO, NO, NO, YES, NO, NO, YES, NO, YES, NO),
    # What somebody else did: an invited trainer takes back their own only.
    "undo_bulk": (NO, NO, NO, NO, NO, NO, YES, NO, YES, NO),
    "bulk_actions": (NO, NO, NO, YES, NO, NO, YES, NO, YES, YES),
    "reopen_roll": (NO, NO, NO, YES, NO, NO, YES, NO, YES, NO),
    "settle_conflict": (NO, NO, NO, YES, NO, NO, YES, NO, YES, NO),
    "board": (NO, NO, NO, YES, NO, NO, YES, NO, YES, YES),
    "alarms": (NO, NO, NO, YES, YES, NO, YES, NO, YES, YES),
    "reminder_preview": (NO, NO, NO, YES, NO, NO, YES, NO, YES, YES),
    "reminder_progress": (NO, NO, NO, YES, NO, NO, YES, NO, YES, YES),
    "send_reminders": (NO, NO, NO, YES, NO, NO, YES, NO, YES, NO),
    "open_roll": (NO, NO, NO, YES, NO, NO, YES, NO, YES, NO),
    "record": (NO, NO, NO, YES, NO, NO, YES, NO, YES, NO),
    "record_all": (NO, NO, NO, YES, NO, NO, YES, NO, YES, NO),
    "close_preview": (NO, NO, NO, YES, NO, NO, YES, NO, YES, YES),
    "close_roll": (NO, NO, NO, YES, NO, NO, YES, NO, YES, NO),
    "history": (NO, NO, NO, YES, NO, NO, YES, NO, YES, YES),
    "desk": (NO, NO, NO, YES, NO, NO, YES, NO, YES, YES),
    "set_desk": (NO, NO, NO, YES, NO, NO, YES, NO, YES, NO),
    "scan_pass": (NO, NO, NO, YES, NO, NO, YES, NO, YES, NO),
    "check_in": (NO, YES, NO, NO, NO, NO, NO, NO, NO, NO),
    "own_pass": (NO, YES, NO, NO, NO, NO, NO, NO, NO, NO),
    "find_people": (NO, NO, NO, YES, NO, NO, YES, NO, YES, YES),
    "guests": (NO, NO, NO, YES, NO, NO, YES, NO, YES, YES),
    "guest_history": (NO, NO, NO, YES, NO, NO, YES, NO, YES, YES),
    "add_walk_in": (NO, NO, NO, YES, NO, NO, YES, NO, YES, NO),
    "remove_walk_in": (NO, NO, NO, YES, NO, NO, YES, NO, YES, NO),
    "add_guest": (NO, NO, NO, YES, NO, NO, YES, NO, YES, NO),
    "mark_guest": (NO, NO, NO, YES, NO, NO, YES, NO, YES, NO),
    "edit_guest": (NO, NO, NO, YES, NO, NO, YES, NO, YES, NO),
    "remove_guest": (NO, NO, NO, YES, NO, NO, YES, NO, YES, NO),
    "restore_guest": (NO, NO, NO, YES, NO, NO, YES, NO, YES, NO),
    "link_guest": (NO, NO, NO, YES, NO, NO, YES, NO, YES, NO),
    "unlink_guest": (NO, NO, NO, YES, NO, NO, YES, NO, YES, NO),
    "imports": (NO, NO, NO, YES, NO, NO, YES, NO, YES, YES),
    "import_state": (NO, NO, NO, YES, NO, NO, YES, NO, YES, YES),
    "import_page": (NO, NO, NO, YES, NO, NO, YES, NO, YES, YES),
    "upload_import": (NO, NO, NO, YES, NO, NO, YES, NO, YES, NO),
    "read_import": (NO, NO, NO, YES, NO, NO, YES, NO, YES, NO),
    "settle_import": (NO, NO, NO, YES, NO, NO, YES, NO, YES, NO),
    "apply_import": (NO, NO, NO, YES, NO, NO, YES, NO, YES, NO),
    # What somebody else applied: an invited trainer takes back their own only.
    "undo_import": (NO, NO, NO, NO, NO, NO, YES, NO, YES, NO),
    "check_import_again": (NO, NO, NO, YES, NO, NO, YES, NO, YES, NO),
    "discard_import": (NO, NO, NO, YES, NO, NO, YES, NO, YES, NO),
    "grant_waiver": (NO, NO, NO, NO, NO, NO, YES, NO, YES, NO),
    "revoke_waiver": (NO, NO, NO, NO, NO, NO, YES, NO, YES, NO),
    "invite_trainer": (NO, NO, NO, NO, NO, NO, YES, NO, YES, NO),
    "revoke_trainer": (NO, NO, NO, NO, NO, NO, YES, NO, YES, NO),
    "save_design": (NO, NO, NO, NO, NO, NO, NO, NO, YES, NO),
    "studio_tool": (NO, NO, NO, NO, NO, NO, NO, NO, YES, NO),
}
WITHOUT_SESSION = {
    "alarms",
    "student_view_user_state",
    "own_page",
    "grant_waiver",
    "revoke_waiver",
    *IN_STUDIO,
}
WITH_SESSION = [name for name in MATRIX if name not in WITHOUT_SESSION]
THERE = "block-v1:Blended+OTHER+2026+type@blended_unit+block@unit"


def invited(username: str, n: int, **fields: Any) -> Any:
    user = f.person(username, course=f.OTHER_COURSE)
    SessionTrainer.objects.create(session=f.session(n), user=user, **fields)
    return user


def learner() -> Any:
    """Return a learner who cannot come to one session and has written about two."""
    user = f.person("x")
    api.announce_absence(f.session_id(2), user=user)
    for n in (1, 2):
        AttendanceRecord.objects.create(session=f.session(n), user=user, status="A")
    Appeal.objects.create(session=f.session(2), user=user, text="x", made_at=f.LONG_AGO)
    return user


PEOPLE: dict[str, Callable[[], Any]] = {
    "visitor": lambda: None,
    "learner": learner,
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


def of_guests(here: dict[str, Any], actor: Any) -> dict[str, dict[str, Any]]:
    """Add walk-ins and guests, and return what makes each of their handlers succeed."""
    walk_in, other, linked = (f.person(name) for name in ("walk_in", "other", "linked"))
    api.add_to_roll(f.session_id(), walk_in.pk, actor=actor)
    one, two, gone = (api.add_guest(f.session_id(), n, actor=actor).id for n in ("1", "2", "3"))
    api.link_guest(f.session_id(), two, linked.pk, actor=actor)
    api.remove_guest(f.session_id(), gone, actor=actor)
    return {
        "find_people": here | {"q": "an"},
        "add_walk_in": here | {"user": other.pk, "key": "walk-in"},
        "remove_walk_in": here | {"user": walk_in.pk},
        "guests": here,
        "guest_history": here | {"guest": one},
        "add_guest": here | {"name": "Zoë", "key": "guest"},
        "mark_guest": here | {"guest": one, "status": "P", "key": "mark"},
        "edit_guest": here | {"guest": one, "name": "Zoé"},
        "remove_guest": here | {"guest": one},
        "restore_guest": here | {"guest": gone},
        "link_guest": here | {"guest": one, "user": other.pk},
        "unlink_guest": here | {"guest": two},
    }


def of_files(here: dict[str, Any], actor: Any) -> dict[str, dict[str, Any]]:
    """Send files, and return what makes each of their handlers succeed."""
    f.person("ida", email="ida@example.org")
    report = intake.zoom("Ida,ida@example.org,09:00,12:00")
    ready, applied, undone = (intake.send(actor, report + b"\n" * n) for n in range(3))
    for batch in (applied, undone):
        intake.apply(actor, batch)
    api.undo_import(f.session_id(), undone.pk, actor=actor)
    ready.refresh_from_db()
    one = here | {"import": ready.pk}
    piece = base64.b64encode(report).decode()
    sent = {"key": "file", "name": "a.csv", "size": len(report), "number": 0, "data": piece}
    return {
        "imports": here,
        "import_state": one,
        "import_page": one,
        "upload_import": here | sent,
        "read_import": one,
        "settle_import": one | {"people": [{"number": 0, "as": "out"}]},
        "apply_import": one | {"revision": ready.revision, "again": True},
        "undo_import": here | {"import": applied.pk},
        "check_import_again": here | {"import": undone.pk},
        "discard_import": one,
    }


@pytest.fixture
def data(clock, trainer, ana, ben) -> dict[str, dict[str, Any]]:
    """Build a unit with an open roll and return what makes each handler succeed."""
    return remember("every handler", lambda: build(trainer, ana, ben))


def build(trainer: Any, ana: Any, ben: Any) -> dict[str, dict[str, Any]]:
    f.build_course(
        unit=f.design(
            f.meeting(1),
            f.meeting(2),
            f.meeting(3, audience=["Paris"]),
            f.meeting(4),
            check_in={"too_late": "L"},
        ),
        neighbour=f.design(f.meeting(1)),
    )
    f.take_roll(trainer, {ana: "P"})
    api.grant_waiver(f.unit_key(), ben.pk, actor=trainer, reason="Was ill.")
    guest = invited("guest", 1)
    many = api.record_many(f.session_id(), "L", actor=trainer, user_ids=[f.person("cleo").pk])
    # Made before the trainer's mark, by somebody who did not know of it.
    f.give(guest, [api.Mark(ana.pk, "L", base=0, at=timezone.now() - timedelta(minutes=1))])
    conflict = MarkConflict.objects.get()
    api.set_desk(f.session_id(), "open", actor=trainer)
    (shown,) = api.current_codes(f.session(), timezone.now(), ahead=0)
    here, next_week = ({"session": str(f.session_id(n))} for n in (1, 2))
    mine = api.make_appeal(f.session_id(), user=ana, text="I was there.")
    answer = {"appeal": mine.id, "accept": True, "answer": "Yes.", "status": "D"}
    return {
        "own_page": {},
        "own_history": here,
        "absence_options": next_week,
        "announce_absence": next_week | {"reason": "I am ill."},
        "withdraw_absence": next_week,
        "choose_alternative": next_week | {"instead": str(f.session_id(4))},
        "appeal": here | {"text": "I was there.", "key": "k"},
        "withdraw_appeal": next_week,
        "inbox": here,
        "answer_appeal": here | answer,
        "calendar": here,
        "student_view_user_state": {},
        "roll": here,
        "roll_changes": here | {"since": "0"},
        "export_roll": here,
        "record_many": here | {"status": "P", "key": "many", "users": [ben.pk]},
        "undo_bulk": here | {"bulk": many.bulk_id},
        "bulk_actions": here,
        "reopen_roll": here | {"undo_absences": True},
        "settle_conflict": here | {"conflict": conflict.pk, "take": "standing"},
        "alarms": {},
        "board": here,
        "reminder_preview": here,
        "reminder_progress": here | {"key": "k"},
        "send_reminders": here | {"key": "k", "users": [ana.pk], "text": "Please."},
        "open_roll": here,
        "record": here | {"marks": [{"user_id": ana.pk, "status": "A", "key": "k"}]},
        "record_all": here | {"status": "P", "key": "k"},
        "close_preview": here,
        "close_roll": here,
        "history": here | {"user": ana.pk},
        "desk": here,
        "set_desk": here | {"state": "paused"},
        "scan_pass": here | {"text": api.pass_of(f.session(), ben.pk)},
        "check_in": here | {"code": shown.typed},
        "own_pass": here,
        **of_guests(here, trainer),
        **of_files(here, trainer),
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


def prepare(handler: str) -> None:
    """Bring about what a handler needs beyond an open roll."""
    if handler == "reopen_roll":
        api.close_roll(f.session_id(), actor=f.person("closer", f.Role.TRAINER))


@pytest.mark.parametrize("role", ROLES)
def test_each_role_may_do_what_the_table_says(data, settings, role) -> None:
    user = PEOPLE[role]()
    if role == "staff looking as a learner":
        settings.BLENDED_XBLOCK_HOST = f"{MasqueradeHost.__module__}.MasqueradeHost"
    got, silent = {}, []
    for handler in MATRIX:
        with transaction.atomic():
            prepare(handler)
            before = all_rows()
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
    assert post(Client(), "open_roll") == 401
    url = reverse("handler", args=(f.unit_key(), "calendar"))
    assert Client().get(url, {"session": str(f.session_id())}).status_code == 401


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
