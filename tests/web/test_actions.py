"""The second door to the actions: the same table of roles, with Django's sessions and CSRF."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from django.db import connections, transaction
from django.test import Client
from django.urls import reverse

from blended_xblock.attendance.intake import reading
from blended_xblock.models import BlendedUnit
from tests import factories as f
from tests import intake
from tests.ask import IN_STUDIO, READS, MasqueradeHost, all_rows
from tests.test_permissions import MATRIX, NO, PEOPLE, ROLES, WITH_SESSION, YES, data, prepare

__all__ = ["data"]

HERE = [action for action in MATRIX if action not in IN_STUDIO]


def address(action: str, name: str = "unit") -> str:
    return reverse("blended_xblock:act", args=(f.unit(name).pk, action))


def client_of(user: Any) -> Client:
    client = Client()
    if user is not None:
        client.force_login(user)
    return client


def send(client: Client, action: str, values: dict[str, Any], name: str = "unit") -> Any:
    url = address(action, name)
    if action in READS:
        return client.get(url, values)
    return client.post(url, json.dumps(values), "application/json")


@pytest.mark.parametrize("role", ROLES)
def test_each_role_may_do_here_what_it_may_do_in_the_block(data, settings, role) -> None:
    user = PEOPLE[role]()
    if role == "staff looking as a learner":
        settings.BLENDED_XBLOCK_HOST = f"{MasqueradeHost.__module__}.MasqueradeHost"
    client = client_of(user)
    got, written = {}, []
    for action in HERE:
        with transaction.atomic():
            prepare(action)
            before = all_rows()
            got[action] = send(client, action, data[action]).status_code
            if got[action] != YES and all_rows() != before:
                written.append(action)
            transaction.set_rollback(True)
    index = ROLES.index(role)
    refused = 401 if role == "visitor" else NO
    wanted = {action: MATRIX[action][index] for action in HERE}
    assert got == {action: code if code == YES else refused for action, code in wanted.items()}
    assert written == [], "refused but written"


@pytest.mark.parametrize("action", HERE)
def test_an_action_takes_one_method_only(data, trainer, action) -> None:
    client, before = client_of(trainer), all_rows()
    for method in ("get", "post", "put", "delete", "head"):
        if (method == "get") == (action in READS) and method in {"get", "post"}:
            continue
        assert getattr(client, method)(address(action)).status_code == 405, method
    assert all_rows() == before


@pytest.mark.parametrize("action", WITH_SESSION)
def test_a_session_of_another_unit_is_not_found(data, trainer, action) -> None:
    values = data[action] | {"session": str(f.session_id(1, "neighbour"))}
    assert send(client_of(trainer), action, values).status_code == 404


@pytest.mark.parametrize("action", [*IN_STUDIO, "nothing", "delete-everything", "__class__"])
def test_what_is_no_action_of_a_course_is_not_found(data, trainer, action) -> None:
    url = f"/blended/units/{f.unit().pk}/{action}/"
    assert client_of(trainer).post(url, "{}", "application/json").status_code == 404


def test_a_unit_that_is_not_there_is_not_found(data, trainer) -> None:
    nowhere = max(BlendedUnit.objects.values_list("pk", flat=True)) + 1
    url = reverse("blended_xblock:act", args=(nowhere, "roll"))
    assert client_of(trainer).get(url).status_code == 404


@pytest.fixture
def checked(trainer) -> Client:
    client = Client(enforce_csrf_checks=True)
    client.force_login(trainer)
    return client


def test_a_change_needs_the_pages_token(data, checked) -> None:
    body = json.dumps(data["record"])
    before = all_rows()
    assert checked.post(address("record"), body, "application/json").status_code == 403
    assert all_rows() == before
    checked.get(reverse("blended_xblock:panel", args=(f.session_id(),)))
    token = {"X-CSRFToken": checked.cookies["csrftoken"].value}
    answer = checked.post(address("record"), body, "application/json", headers=token)
    assert answer.status_code == 200
    assert all_rows() != before


def test_whoever_is_logged_out_is_told_so_and_not_refused_for_good(data) -> None:
    answer = Client().post(address("record"), "{}", "application/json")
    assert (answer.status_code, answer.json()["code"]) == (401, "logged_out")


@pytest.mark.parametrize("body", [b"", b"[]", b"\xff", b"{", b'{"session": "\\ud800"}', b"7"])
def test_what_is_no_object_is_refused_in_words(data, trainer, body) -> None:
    answer = client_of(trainer).post(address("record"), body, "application/json")
    assert answer.status_code in {400, 404}
    assert answer.json()["message"]


@pytest.mark.usefixtures("course")
def test_what_is_said_to_one_person_is_kept_by_no_cache(trainer) -> None:
    response = client_of(trainer).get(address("roll"), {"session": str(f.session_id())})
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]


def test_a_fault_of_one_action_undoes_what_it_may_alone(course, trainer, monkeypatch) -> None:
    """Open edX wraps requests in a transaction; each of our services is one of its own."""
    monkeypatch.setitem(connections.settings["default"], "ATOMIC_REQUESTS", True)

    def broken(*_arguments: object) -> None:
        raise RuntimeError("out of memory")

    report = intake.zoom("Ada,ada@example.org,09:00,12:00")
    piece = {
        "session": str(f.session_id()), "key": "k", "name": "report.csv", "size": len(report),
        "number": 0, "data": base64.b64encode(report).decode(),
    }  # fmt: skip
    client = client_of(trainer)
    client.raise_request_exception = False
    with monkeypatch.context() as patched:
        patched.setattr(reading, "match_people", broken)
        assert send(client, "upload_import", piece).status_code == 500
    answer = send(client, "upload_import", piece)
    assert (answer.status_code, answer.json()["state"]) == (200, "refused"), "and the page says why"
