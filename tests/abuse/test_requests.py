"""Requests that no page of ours makes: a GET that changes, another site's form, a borrowed view."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from blended_xblock import api
from blended_xblock.models import SessionTrainer
from blended_xblock.roles import WRITES, Role
from tests import factories as f
from tests.abuse.doors import DOORS
from tests.ask import IN_STUDIO, READS, MasqueradeHost, all_rows, ask
from tests.test_permissions import data, prepare

__all__ = ["data"]

HERE = sorted(set(WRITES) - set(IN_STUDIO))


@pytest.fixture
def everybody(data, ana) -> Any:
    """Return somebody who may do all of it: a learner, an invited trainer and course staff."""
    user = f.person("everybody", f.Role.TRAINER)
    SessionTrainer.objects.create(session=f.session(), user=user)
    return user


def addresses(action: str) -> list[str]:
    return [
        reverse("handler", args=(f.unit_key(), action)),
        reverse("blended_xblock:act", args=(f.unit().pk, action)),
    ]


@pytest.mark.parametrize("action", HERE)
def test_no_get_changes_anything_whatever_it_carries(data, trainer, ana, action) -> None:
    prepare(action)
    before = all_rows()
    flat = {name: value if isinstance(value, str) else json.dumps(value)
            for name, value in data[action].items()}  # fmt: skip
    for user in (trainer, ana):
        client = Client()
        client.force_login(user)
        for url in addresses(action):
            for method in (client.get, client.head, client.options):
                assert method(url, flat).status_code == 405
            # What some servers take for the method that is meant.
            for header in ("X-HTTP-Method-Override", "X-Method-Override", "X-HTTP-Method"):
                assert client.get(url, flat, headers={header: "POST"}).status_code == 405
            assert client.get(url, flat | {"_method": "POST"}).status_code == 405
    assert all_rows() == before


@pytest.mark.parametrize("action", HERE)
def test_another_sites_page_changes_nothing(data, everybody, ana, action) -> None:
    """The person's cookies come along; the token of our page does not."""
    prepare(action)
    before = all_rows()
    body = json.dumps(data[action])
    for user in (everybody, ana):
        client = Client(enforce_csrf_checks=True)
        client.force_login(user)
        for url in addresses(action):
            # What a form of another site can send without being asked about it first.
            for kind in ("application/json", "text/plain", "application/x-www-form-urlencoded"):
                assert client.post(url, body, kind).status_code == 403
            guessed = {"X-CSRFToken": "x" * 64, "Origin": "https://elsewhere.example"}
            assert client.post(url, body, "application/json", headers=guessed).status_code == 403
            assert client.post(url, {"csrfmiddlewaretoken": "x" * 64}).status_code == 403
    assert all_rows() == before


@pytest.mark.parametrize("role", ["staff", "trainer", "learner"])
def test_who_looks_through_other_eyes_writes_nothing_anywhere(data, settings, role) -> None:
    """Not even what looking alone might: a desk, a cookie's number, a first sync."""
    settings.BLENDED_XBLOCK_HOST = f"{MasqueradeHost.__module__}.MasqueradeHost"
    user = f.person("looking", f.Role.TRAINER if role == "staff" else f.Role.LEARNER)
    if role == "trainer":
        SessionTrainer.objects.create(session=f.session(), user=user)
    client = Client()
    client.force_login(user)
    before = all_rows()
    for action in data:
        if action in IN_STUDIO:
            continue
        for door in DOORS.values():
            answer = door(user, action, data[action])
            assert answer.status == 403 if action in WRITES else answer.status < 500, action
    for name in ("panel", "screen", "scan", "sheet", "check_in_typed"):
        client.get(reverse(f"blended_xblock:{name}", args=(f.session_id(),)))
    client.post(reverse("blended_xblock:check_in_typed", args=(f.session_id(),)), {"code": "1"})
    client.get(reverse("blended_xblock:sessions"))
    assert all_rows() == before


@pytest.mark.parametrize("action", READS)
def test_what_only_looks_writes_nothing_for_anybody(data, everybody, ana, action) -> None:
    before = all_rows()
    for user in (everybody, ana, f.person("new")):
        for door in DOORS.values():
            before = all_rows()
            assert door(user, action, data[action]).status < 500
            assert all_rows() == before


@pytest.mark.parametrize("action", HERE)
def test_a_request_sent_twice_is_done_once(data, everybody, ana, action) -> None:
    """A replay is refused or changes nothing more; no second row of history, mail or attempt."""
    prepare(action)
    user = ana if WRITES[action] == {Role.LEARNER} else everybody
    if action in {"withdraw_absence", "choose_alternative"}:
        api.announce_absence(f.session_id(2), user=ana)
    with transaction.atomic():
        first = ask(user, action, data[action])
        once = counts()
        again = [ask(user, action, data[action]).status_code for _n in range(2)]
    assert first.status_code < 500
    assert all(status < 500 for status in again)
    assert counts() == once


def counts() -> dict[str, int]:
    """Count all rows but those that count tries to check in."""
    return {table: len(rows) for table, rows in all_rows().items() if table != "CheckInAttempt"}
