"""What people try who are not in the room, or not who they say: none of it writes a mark."""

from __future__ import annotations

import base64
import json
import uuid

import pytest
from django.core.signing import Signer
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from blended_xblock import api
from blended_xblock.attendance.check_in import codes
from blended_xblock.attendance.check_in.desk import find_desk
from blended_xblock.attendance.check_in.passes import pass_of
from blended_xblock.models import (
    AttendanceChange,
    AttendanceRecord,
    CheckInAttempt,
    SessionTrainer,
)
from tests import factories as f
from tests.ask import all_rows, ask
from tests.check_in import on_screen


def marks() -> int:
    return AttendanceRecord.objects.filter(status__isnull=False).count()


def as_user(user, **kwargs) -> Client:
    client = Client(**kwargs)
    client.force_login(user)
    return client


def here(**data) -> dict:
    return {"session": str(f.session_id()), **data}


def scan_url(code: str, session_id: uuid.UUID | None = None) -> str:
    ticket = codes.ticket_of(session_id or f.session_id(), code)
    return reverse("blended_xblock:check_in", args=(ticket,))


# Codes


def test_guessed_codes_write_no_mark_and_end_in_a_wait(desk, ana) -> None:
    good = on_screen()[1].replace(" ", "")
    guesses = [f"{n:06d}" for n in range(12) if f"{n:06d}" != good][:10]
    answers = [ask(ana, "check_in", here(code=guess)) for guess in guesses]
    assert [answer.status_code for answer in answers] == [400] * 5 + [429] * 5
    assert {answer.json["code"] for answer in answers} <= {"wrong_code", "wait"}
    assert ask(ana, "check_in", here(code=good)).status_code == 429
    assert marks() == 0


def test_guesses_are_counted_whichever_door_they_come_through(desk, ana) -> None:
    typed = reverse("blended_xblock:check_in_typed", args=(f.session_id(),))
    act = reverse("blended_xblock:act", args=(f.unit().pk, "check_in"))
    client = as_user(ana)
    for _ in range(2):
        assert client.post(typed, {"code": "x"}).status_code == 400
        body = json.dumps(here(code="x"))
        assert client.post(act, body, content_type="application/json").status_code == 400
    assert ask(ana, "check_in", here(code="x")).status_code == 400
    assert client.post(typed, {"code": "x"}).status_code == 429
    assert client.post(act, body, content_type="application/json").status_code == 429


def test_a_photo_of_the_screen_is_worth_nothing_half_a_minute_later(desk, ana, clock) -> None:
    scanned, digits = on_screen()
    clock.tick(30)
    assert as_user(ana).post(scan_url(scanned)).status_code == 400
    assert ask(ana, "check_in", here(code=digits)).json["code"] == "wrong_code"
    assert marks() == 0


def test_the_code_of_another_session_is_none_here(desk, ana, trainer) -> None:
    f.redesign(sessions=[f.meeting(1), f.meeting(2, start="2026-05-12T09:00")])
    f.publish()
    api.set_desk(f.session_id(2), "open", actor=trainer)
    scanned, digits = on_screen(2)
    assert as_user(ana).post(scan_url(scanned)).status_code == 400
    assert ask(ana, "check_in", here(code=digits)).json["code"] == "wrong_code"
    assert marks() == 0


def test_a_code_made_without_the_secret_is_none(desk, ana) -> None:
    step = codes.step_of(timezone.now(), 15)
    for secret in ("00" * 32, f.session_id().hex * 2):
        code = codes.scanned_code(secret, f.session_id(), step)
        assert as_user(ana).post(scan_url(code)).status_code == 400
    assert marks() == 0


def test_the_secret_of_a_desk_is_told_to_nobody(desk, ana, trainer) -> None:
    secret = find_desk(f.session()).secret
    shown = [
        ask(trainer, "desk", here()).text,
        ask(trainer, "set_desk", here(state="open")).text,
        as_user(ana).get(scan_url(on_screen()[0])).content.decode(),
    ]
    assert not any(secret in text for text in shown)


# People


def test_nobody_checks_in_another_learner(desk, ana, ben) -> None:
    """No user is ever read from a request: what names one is not looked at."""
    _scanned, digits = on_screen()
    more = {"user": ben.pk, "user_id": ben.pk, "username": "ben", "actor": ben.pk}
    assert ask(ana, "check_in", here(code=digits) | more).status_code == 200
    client = as_user(f.person("cleo"))
    client.post(f"{scan_url(on_screen()[0])}?user={ben.pk}", more)
    assert f.record(ben).status is None
    names = AttendanceChange.objects.values_list("user__username", "actor__username")
    assert set(names) == {("ana", "ana"), ("cleo", "cleo")}


def test_a_pass_is_of_no_use_to_the_learner_who_holds_it(desk, ana, ben) -> None:
    for user in (ana, ben):
        for holder in (ana, ben):
            text = pass_of(f.session(), holder.pk)
            assert ask(user, "scan_pass", here(text=text)).status_code == 403
    assert marks() == 0


@pytest.mark.parametrize("action", ["set_desk", "scan_pass", "desk"])
def test_the_trainer_of_another_course_holds_no_desk_here(desk, ana, action) -> None:
    stranger = f.person("stranger", f.Role.TRAINER, course=f.OTHER_COURSE)
    elsewhere = f.person("elsewhere", course=f.OTHER_COURSE)
    SessionTrainer.objects.create(session=f.session(), user=elsewhere, revoked_at=timezone.now())
    data = here(state="closed", text=pass_of(f.session(), ana.pk))
    for user in (stranger, elsewhere):
        assert ask(user, action, data).status_code == 403
        body = None if action == "desk" else json.dumps(data)
        url = reverse("blended_xblock:act", args=(f.unit().pk, action))
        client = as_user(user)
        response = (
            client.get(url, data)
            if body is None
            else client.post(url, body, content_type="application/json")
        )
        assert response.status_code == 403
    assert find_desk(f.session()).state == "auto"
    assert marks() == 0


def test_the_learner_of_another_course_is_no_walk_in(desk) -> None:
    stranger = f.person("stranger", course=f.OTHER_COURSE)
    scanned, digits = on_screen()
    assert ask(stranger, "check_in", here(code=digits)).status_code == 403
    assert as_user(stranger).post(scan_url(scanned)).status_code == 403
    assert not AttendanceRecord.objects.filter(user=stranger).exists()


def test_one_phone_that_brings_the_class_is_flagged(desk, ana, ben) -> None:
    phone = Client()
    for user in (ana, ben):
        phone.force_login(user)
        phone.post(scan_url(on_screen()[0]))
    (anomaly,) = api.list_anomalies(f.session())
    assert (anomaly.kind, set(anomaly.user_ids)) == ("shared_device", {ana.pk, ben.pk})


def test_a_phone_that_types_in_the_course_is_the_same_phone(desk, ana, ben) -> None:
    phone = Client()
    url = reverse("handler", args=(f.unit_key(), "check_in"))
    for user in (ana, ben):
        phone.force_login(user)
        body = json.dumps(here(code=on_screen()[1]))
        response = phone.post(url, body, content_type="application/json")
        assert response.status_code == 200
        # A block's answer sets its cookies as a plain header, which Django's client does not read.
        phone.cookies.load(response.headers.get("Set-Cookie", ""))
        cookie = phone.cookies["blended_device"]
        assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/")
    (anomaly,) = api.list_anomalies(f.session())
    assert anomaly.kind == "shared_device"


# Requests


def test_no_get_changes_anything(desk, ana, trainer) -> None:
    scanned, digits = on_screen()
    typed = reverse("blended_xblock:check_in_typed", args=(f.session_id(),))
    before = all_rows()
    for user in (ana, trainer):
        client = as_user(user)
        for method in (client.get, client.head):
            method(scan_url(scanned), {"code": digits, "turn": "x"})
            method(typed, {"code": digits})
            for action in ("check_in", "set_desk", "scan_pass"):
                url = reverse("blended_xblock:act", args=(f.unit().pk, action))
                data = here(code=digits, state="closed", text="x")
                assert method(url, data).status_code == 405
    for method in ("PUT", "PATCH", "DELETE"):
        assert as_user(ana).generic(method, scan_url(scanned)).status_code == 405
        assert as_user(ana).generic(method, typed).status_code == 405
    assert all_rows() == before


def test_a_page_of_another_site_checks_nobody_in(desk, ana, trainer) -> None:
    """Without the token of our own page a POST is refused, with the learner's cookies and all."""
    scanned, digits = on_screen()
    typed = reverse("blended_xblock:check_in_typed", args=(f.session_id(),))
    client = as_user(ana, enforce_csrf_checks=True)
    assert client.post(scan_url(scanned)).status_code == 403
    assert client.post(typed, {"code": digits}).status_code == 403
    for action in ("check_in", "set_desk", "scan_pass"):
        url = reverse("blended_xblock:act", args=(f.unit().pk, action))
        for user in (ana, trainer):
            body = json.dumps(here(code=digits, state="closed"))
            other = as_user(user, enforce_csrf_checks=True)
            assert other.post(url, body, content_type="application/json").status_code == 403
    assert marks() == 0
    assert not CheckInAttempt.objects.exists()


def test_with_our_token_the_same_client_gets_in(desk, ana) -> None:
    client = as_user(ana, enforce_csrf_checks=True)
    url = scan_url(on_screen()[0])
    client.get(url)
    token = client.cookies["csrftoken"].value
    assert client.post(url, {"csrfmiddlewaretoken": token}).status_code == 302
    assert marks() == 1


HOSTILE = [
    "\0",
    "\ud800",
    "493\x00027",
    "' OR 1=1 --",
    "<script>alert(1)</script>",
    "=cmd|'/c calc'!A1",
    "../../etc/passwd",
    "\u202e493027",
    "x" * 5_000_000,
]


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text[:12]))
def test_hostile_text_is_refused_and_stored_nowhere(desk, ana, trainer, text) -> None:
    assert ask(ana, "check_in", here(code=text)).json["code"] == "wrong_code"
    assert ask(trainer, "scan_pass", here(text=text)).json["code"] == "wrong_code"
    assert ask(trainer, "set_desk", here(state=text)).json["code"] == "invalid_input"
    assert ask(ana, "check_in", {"session": text, "code": "1"}).status_code == 404
    assert marks() == 0
    attempts = CheckInAttempt.objects.values_list("method", "outcome")
    assert set(attempts) == {("typed", "wrong_code")}


@pytest.mark.parametrize("text", [text for text in HOSTILE if len(text) < 100])
def test_hostile_forms_are_refused(desk, ana, text) -> None:
    client = as_user(ana)
    typed = reverse("blended_xblock:check_in_typed", args=(f.session_id(),))
    sent = text.encode("utf-8", "surrogatepass").decode("latin-1")
    response = client.post(typed, {"code": sent, "turn": sent})
    assert response.status_code == 400
    assert "<script>alert" not in response.content.decode()
    old = scan_url("x" * 22)
    assert client.post(old, {"turn": sent}).status_code == 400
    assert client.get(old, {"turn": sent}).status_code == 200
    assert marks() == 0


def test_five_megabytes_are_too_many(desk, ana) -> None:
    client = as_user(ana)
    typed = reverse("blended_xblock:check_in_typed", args=(f.session_id(),))
    act = reverse("blended_xblock:act", args=(f.unit().pk, "check_in"))
    big = "4" * 5_000_000
    assert client.post(typed, {"code": big}).status_code == 400
    body = json.dumps(here(code=big))
    assert client.post(act, body, "application/json").status_code in {400, 413}
    assert marks() == 0


@pytest.mark.parametrize("value", [None, 493027, 4.93, [], {}, True, ["493027"]])
def test_what_is_no_text_is_refused(desk, ana, trainer, value) -> None:
    assert ask(ana, "check_in", here(code=value)).json["code"] == "invalid_input"
    assert ask(trainer, "scan_pass", here(text=value)).json["code"] == "invalid_input"
    assert ask(trainer, "set_desk", here(state=value)).json["code"] == "invalid_input"
    assert marks() == 0


@pytest.mark.parametrize("cookie", ["x", "x" * 4000, "\u00e9" * 22, "' OR 1=1 --", "a\tb"])
def test_a_cookie_that_is_not_ours_is_replaced(desk, ana, cookie) -> None:
    client = as_user(ana)
    client.cookies["blended_device"] = cookie
    response = client.post(scan_url(on_screen()[0]))
    assert response.status_code == 302
    assert response.cookies["blended_device"].value != cookie
    assert len(CheckInAttempt.objects.get().device) == 64


# Forgeries


def test_a_forged_pass_checks_nobody_in(desk, ana, ben, trainer) -> None:
    raw = f.session_id().bytes + ben.pk.to_bytes(8, "big")
    body = base64.urlsafe_b64encode(raw).decode()
    signature = pass_of(f.session(), ana.pk).split(":")[1]
    forged = [
        f"{body}:{signature}",
        f"{body}:",
        body,
        Signer().sign(body),
        Signer(key="guessed", salt="blended_xblock.check_in.pass").sign(body),
    ]
    for text in forged:
        assert ask(trainer, "scan_pass", here(text=text)).json["code"] == "wrong_code"
    assert marks() == 0


def test_a_forged_turn_holds_nothing(desk, ana, clock) -> None:
    client = as_user(ana)
    url = scan_url(on_screen()[0])
    client.get(url)
    clock.tick(60)
    for forged in (
        f"{f.session_id().hex}~{ana.pk}~zzzzzz~AAAA",
        Signer(sep="~").sign(f"{f.session_id().hex}~{ana.pk}~1wMxyz"),
    ):
        assert client.post(url, {"turn": forged}).status_code == 400
    assert marks() == 0


def test_names_are_hostile_text_too(desk, ana, trainer) -> None:
    ana.first_name, ana.last_name = "<img src=x onerror=alert(1)>", "&"
    ana.save()
    client = as_user(ana)
    for url in (
        scan_url(on_screen()[0]),
        reverse("blended_xblock:check_in_typed", args=(f.session_id(),)),
    ):
        assert "<img" not in client.get(url).content.decode()
    qr = ask(ana, "own_pass", here()).json["qr"]
    assert "<img" not in qr
    assert "&lt;img" in qr
