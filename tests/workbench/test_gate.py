"""The gate of the campus: a locked block shows nothing and takes nothing, by whatever address."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from completion.models import BlockCompletion
from django.contrib.auth import get_user_model
from django.test import Client
from workbench.models import XBlockState

from blended_xblock import api
from blended_xblock.models import Session
from blended_xblock.workbench import seed
from blended_xblock.workbench.keys import COURSE_KEY

AFTER = COURSE_KEY.make_usage_key("sequence_demo", "after")
UNIT = COURSE_KEY.make_usage_key("vertical_demo", "sort")
INTRO = COURSE_KEY.make_usage_key("html_demo", "sort-intro")
RELAPSE = COURSE_KEY.make_usage_key("problem_demo", "relapse")
DROP = json.dumps({"val": 3, "zone": "pause", "y_percent": "0%"})
# A sentence of the exercise, and one of its introduction.
CONTENT = ("Ana waits until her first anger", "late for the third time")

LogIn = Callable[[str], Client]


def drop(client: Client, query: str = "") -> Any:
    return client.post(
        f"/handler/{seed.EXERCISE}/drop_item{query}", DROP, content_type="application/json"
    )


def state_of(username: str) -> list[str]:
    user = get_user_model().objects.get(username=username)
    return list(
        XBlockState.objects.filter(user_id=str(user.pk), scope_id=str(seed.EXERCISE)).values_list(
            "state", flat=True
        )
    )


@pytest.mark.parametrize("usage_key", [AFTER, UNIT, INTRO, seed.EXERCISE])
def test_a_locked_page_says_why_and_shows_nothing(as_person: LogIn, usage_key: Any) -> None:
    page = as_person("lea.martin").get(f"/course/{usage_key}/", follow=True)

    text = page.content.decode()
    assert page.status_code == 200
    assert not [sentence for sentence in CONTENT if sentence in text]
    assert "Workshop in Paris" in text
    assert f"/course/{seed.UNIT_KEY}/" in text


def test_a_locked_handler_refuses_and_stores_nothing(as_person: LogIn) -> None:
    response = drop(as_person("lea.martin"))

    assert response.status_code == 403
    assert response.json()["code"] == "locked"
    assert "Workshop in Paris" in response.json()["message"]
    assert state_of("lea.martin") == []


def test_even_a_handler_that_only_reads_is_refused(as_person: LogIn) -> None:
    response = as_person("lea.martin").get(f"/handler/{seed.EXERCISE}/student_view_user_state")

    assert response.status_code == 403


def test_viewing_cannot_complete_a_locked_page(as_person: LogIn) -> None:
    response = as_person("lea.martin").post(
        f"/handler/{INTRO}/publish_completion", "{}", content_type="application/json"
    )

    assert response.status_code == 403
    assert not BlockCompletion.objects.filter(user__username="lea.martin", block_key=INTRO).exists()


def test_it_opens_once_somebody_took_part(as_person: LogIn) -> None:
    client = as_person("lea.martin")
    trainer = get_user_model().objects.get(username="camille.laurent")
    learner = get_user_model().objects.get(username="lea.martin")
    session = Session.objects.get(title="Workshop in Paris")
    api.open_roll(session.pk, actor=trainer)
    assert drop(client).status_code == 403

    api.record_attendance(session.pk, [api.Mark(user_id=learner.pk, status="P")], actor=trainer)
    # Present at a session that has not ended yet is present: the standing says from when it counts.
    Session.objects.filter(pk=session.pk).update(ends_at=session.starts_at.replace(microsecond=1))
    api.record_attendance(session.pk, [api.Mark(user_id=learner.pk, status="L")], actor=trainer)

    assert api.is_open(str(seed.EXERCISE), learner.pk)
    response = drop(client)
    assert response.status_code == 200
    assert response.json()["correct"] is True
    assert CONTENT[0] in client.get(f"/course/{AFTER}/").content.decode()


def test_what_is_delayed_stays_shut_for_who_took_part(as_person: LogIn) -> None:
    client = as_person("maelle.tremblay")

    assert drop(client).status_code == 200
    response = client.post(
        f"/handler/{RELAPSE}/check",
        json.dumps({"reply": [{"name": "reply", "value": "agreement"}]}),
        content_type="application/json",
    )
    assert response.status_code == 403


def test_the_parts_of_a_locked_question_are_locked_too(as_person: LogIn) -> None:
    part = COURSE_KEY.make_usage_key("textinput_demo", "relapse-reply")

    response = as_person("lea.martin").post(
        f"/handler/{part}/publish_completion", "{}", content_type="application/json"
    )

    assert response.status_code == 403


@pytest.mark.parametrize("username", ["camille.laurent", "sofia.almeida", "robin.achterberg"])
def test_course_staff_pass(as_person: LogIn, username: str) -> None:
    client = as_person(username)

    assert drop(client).status_code == 200
    assert CONTENT[0] in client.get(f"/course/{AFTER}/").content.decode()


def test_a_guest_trainer_is_no_staff_of_the_follow_up(as_person: LogIn) -> None:
    client = as_person("piotr.zielinski")

    assert client.get(f"/course/{AFTER}/").status_code == 403
    assert drop(client).status_code == 403
    assert client.get(f"/course/{seed.UNIT_KEY}/", follow=True).status_code == 200


def test_who_somebody_is_cannot_be_said_in_the_address(as_person: LogIn) -> None:
    staff = get_user_model().objects.get(username="camille.laurent")
    client = as_person("lea.martin")

    for query in (f"?student={staff.pk}", "?student=camille.laurent", "?student="):
        assert drop(client, query).status_code == 403
        page = client.get(f"/course/{AFTER}/{query}").content.decode()
        assert CONTENT[0] not in page
    assert (
        Client().post(f"/handler/{seed.EXERCISE}/drop_item?student={staff.pk}").status_code == 401
    )
    assert state_of("camille.laurent") == []


@pytest.mark.parametrize(
    "address",
    [
        "/scenario/blended_unit.0/",
        f"/scenario/{seed.EXERCISE}/student_view/",
        f"/view/{seed.EXERCISE}/",
        f"/unauth_handler/{seed.EXERCISE}/drop_item/",
        f"/aside_handler/{seed.EXERCISE}/drop_item/",
        "/userlist/",
        "/reset_state",
    ],
)
def test_the_workbenchs_own_doors_are_walled_up(as_person: LogIn, address: str) -> None:
    client = as_person("lea.martin")

    assert client.get(address).status_code == 404
    assert client.post(address, DROP, content_type="application/json").status_code == 404


def test_a_gate_that_cannot_be_asked_opens_nothing(
    as_person: LogIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    from blended_xblock.gate import access

    def fail(*_args: Any, **_kwargs: Any) -> Any:
        raise RuntimeError("the database is away")

    # Maëlle may normally enter: what keeps her out is that nobody can be asked.
    client = as_person("maelle.tremblay")
    client.raise_request_exception = False
    monkeypatch.setattr(access, "locks_for", fail)
    monkeypatch.setattr(access, "lock_for", fail)

    page = client.get(f"/course/{AFTER}/")
    response = drop(client)

    assert (page.status_code, response.status_code) == (500, 500)
    assert CONTENT[0] not in page.content.decode()
    assert state_of("maelle.tremblay") == []
