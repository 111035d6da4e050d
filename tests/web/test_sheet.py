"""The sign-in sheet: who stands on it, in which order, and who may print it."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from blended_xblock import api
from blended_xblock.models import AttendanceRecord, Guest, SessionTrainer
from blended_xblock.pages.sheet import MOST_BLANK_LINES, sheet_page
from blended_xblock.workbench.models import CampusEnrollment
from tests import factories as f
from tests.counting import Counted

pytestmark = pytest.mark.django_db


def guest(name: str, n: int = 1, **fields: object) -> Guest:
    return Guest.objects.create(session=f.session(n), name=name, added_at=f.LONG_AGO, **fields)


def names(lines: object) -> list[str]:
    return [line.name for line in lines]  # type: ignore[attr-defined]


def test_before_the_roll_it_names_todays_audience_by_name(clock) -> None:
    f.build_course(unit=f.design(f.meeting(audience=["Paris"])))
    f.person("c", first_name="Zoé", last_name="Adam", cohort="Paris")
    f.person("a", first_name="émile", last_name="Roux", cohort="Paris")
    f.person("b", first_name="Elsewhere", cohort="Lyon")
    sheet = sheet_page(f.session())
    assert names(sheet.expected) == ["émile Roux", "Zoé Adam"]
    assert [line.n for line in sheet.expected] == [1, 2]
    assert [line.cohort for line in sheet.expected] == ["Paris", "Paris"]
    assert not sheet.is_frozen
    assert (sheet.others, [line.n for line in sheet.blank]) == ((), [3, 4, 5, 6, 7])


def test_once_the_roll_is_open_it_names_the_frozen_roster(course, trainer) -> None:
    gone = f.person("gone", first_name="Gone", last_name="Away")
    f.person("stays", first_name="Stays")
    api.open_roll(f.session_id(), actor=trainer)
    CampusEnrollment.objects.filter(user=gone).delete()
    f.person("late", first_name="Late", last_name="Comer")
    sheet = sheet_page(f.session())
    assert names(sheet.expected) == ["Gone Away", "Stays"]
    assert sheet.is_frozen


def test_who_came_besides_has_a_place_of_their_own(course, trainer, ana) -> None:
    api.open_roll(f.session_id(), actor=trainer)
    walk_in = f.person("walkin", first_name="Walk", last_name="In")
    AttendanceRecord.objects.create(session=f.session(), user=walk_in, is_expected=False)
    guest("Bob Guest")
    guest("Taken Back", removed_at=f.LONG_AGO)
    guest("Ana Herself", user=ana)
    sheet = sheet_page(f.session(), blank=2)
    assert names(sheet.expected) == ["ana"]
    assert [(line.n, line.name, line.said) for line in sheet.others] == [
        (2, "Bob Guest", "guest"),
        (3, "Walk In", ""),
    ]
    assert [line.n for line in sheet.blank] == [4, 5]


def test_two_of_one_name_are_told_apart(course) -> None:
    f.person("first", first_name="Ana", last_name="Gil")
    f.person("second", first_name="ana", last_name="Gil")
    f.person("third", first_name="Other")
    said = {line.said for line in sheet_page(f.session()).expected}
    assert said == {"first", "second", ""}


def test_nothing_recorded_is_on_it_unless_asked_for(course, trainer, ana) -> None:
    f.take_roll(trainer, {ana: "L"})
    AttendanceRecord.objects.update(arrived_at="2026-05-12T07:14:00Z")
    line = sheet_page(f.session()).expected[0]
    assert (line.status, line.arrived) == (None, "")
    line = sheet_page(f.session(), with_status=True).expected[0]
    assert line.status is not None
    assert (line.status.label, line.arrived) == ("Late", "09:14"), "on the session's clock"


def test_it_says_when_in_full_where_and_who(client, course, trainer, ana) -> None:
    SessionTrainer.objects.create(
        session=f.session(), user=f.person("guide", first_name="Piotr", last_name="Zieliński")
    )
    client.force_login(trainer)
    text = text_of(client)
    assert "Tuesday 12 May 2026, 09:00–12:00 (Paris time)" in text
    assert "Piotr Zieliński" in text


def test_it_speaks_of_two_days_where_there_are_two(client, trainer) -> None:
    f.build_course(unit=f.design(f.meeting(end="2026-05-13T12:00")))
    client.force_login(trainer)
    assert "Tuesday 12 May 2026, 09:00 – Wednesday 13 May 2026, 12:00" in text_of(client)


@pytest.mark.parametrize(
    ("said", "lines"),
    [("0", 0), ("12", 12), ("999", MOST_BLANK_LINES), ("-1", 5), ("x", 5), ("²", 5), ("9" * 99, 5)],
)
def test_as_many_empty_lines_as_asked_for(client, course, trainer, said, lines) -> None:
    client.force_login(trainer)
    response = client.get(url(), {"blank": said})
    assert len(response.context["sheet"].blank) == lines


def test_names_are_hostile_text(client, course, trainer) -> None:
    f.person("x", first_name="<script>alert(1)</script>")
    guest("<img src=x onerror=alert(1)>")
    client.force_login(trainer)
    html = client.get(url()).content.decode()
    assert "<script>alert" not in html
    assert "<img" not in html
    assert html.count("alert(1)") == 2


@pytest.mark.parametrize("is_open", [False, True])
@pytest.mark.parametrize("people", [10, 1000])
def test_a_sheet_costs_the_same_for_any_number_of_learners(client, people, is_open) -> None:
    f.build_course()
    f.crowd(people)
    staff = f.person("colleague", f.Role.TRAINER)
    if is_open:
        api.open_roll(f.session_id(), actor=staff)
    client.force_login(staff)
    with Counted() as counted:
        response = client.get(url(), {"status": "1"})
    assert len(response.context["sheet"].expected) == people
    # Two of them are Django's session and its person, two say what that person may do. Before the
    # roll opens one more says who teaches it.
    assert counted.n <= (9 if is_open else 10), str(counted)


def url(n: int = 1) -> str:
    return reverse("blended_xblock:sheet", args=(f.session_id(n),))


def text_of(client: Client) -> str:
    html = client.get(url()).content.decode()
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", html))
