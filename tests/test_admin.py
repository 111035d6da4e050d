"""The pages of a support person: they open, they find, and they change nothing."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from blended_xblock import api, models
from tests import factories as f
from tests.room import fill_the_room

OURS = sorted(
    (model for model in admin.site._registry if model._meta.app_label == "blended_xblock"),
    key=lambda model: model.__name__,
)
pytestmark = pytest.mark.usefixtures("course")


@pytest.fixture
def client(trainer, ana, ben) -> Client:
    """Return the browser of a site operator, after some things have happened."""
    f.take_roll(trainer, {ana: "P", ben: "A"})
    f.give(trainer, [api.Mark(ana.pk, "L")])
    api.grant_waiver(f.unit_key(), ben.pk, actor=trainer, reason="Was ill.")
    session = f.session()
    models.SessionTrainer.objects.create(session=session, user=ben, invited_by=trainer)
    models.ImportBatch.objects.create(session=session, file_name="a.csv", sha256="0", format="csv")
    now = f.FIRST_END
    models.Registration.objects.create(session=session, user=ana, state="waitlisted", queued_at=now)
    models.SessionFeedback.objects.create(session=session, user=ana, rating=5, given_at=now)
    fill_the_room(session, ana, trainer)
    client = Client()
    client.force_login(f.person("operator", f.Role.OPERATOR, is_staff=True, is_superuser=True))
    return client


def address(model, what: str, *args) -> str:
    return reverse(f"admin:blended_xblock_{model._meta.model_name}_{what}", args=args)


def test_there_is_a_page_for_what_support_asks_about() -> None:
    assert {models.BlendedUnit, models.Session, models.AttendanceRecord} <= set(OURS)
    assert {models.AttendanceChange, models.Standing, models.Waiver} <= set(OURS)
    assert {models.Guest, models.CheckInAttempt, models.Appeal, models.FailedJob} <= set(OURS)


def test_the_secret_of_a_desk_is_on_no_page(client) -> None:
    desk = models.CheckInDesk.objects.get()
    for model in OURS:
        row = desk if model is models.CheckInDesk else model.objects.first()
        for page in ("changelist",), ("change", row.pk):
            assert desk.secret not in client.get(address(model, *page)).content.decode()
    found = client.get(address(models.CheckInDesk, "changelist"), {"q": desk.secret[:8]})
    assert found.context["cl"].result_count == 0, "nor can it be guessed by a search"


@pytest.mark.parametrize("model", OURS, ids=lambda model: model.__name__)
def test_lists_searches_and_rows_open(client, model) -> None:
    row = model.objects.first()
    assert row is not None
    assert client.get(address(model, "changelist")).status_code == 200
    found = client.get(address(model, "changelist"), {"q": "workshop 1 ' %"})
    assert found.status_code == 200
    assert client.get(address(model, "change", row.pk)).status_code == 200


@pytest.mark.parametrize("model", OURS, ids=lambda model: model.__name__)
def test_nothing_can_be_added_changed_or_deleted(client, model) -> None:
    row = model.objects.first()
    before = list(model.objects.order_by("pk").values())
    assert client.get(address(model, "add")).status_code == 403
    assert client.post(address(model, "add"), {}).status_code == 403
    assert client.post(address(model, "change", row.pk), {"title": "x"}).status_code == 403
    assert client.post(address(model, "delete", row.pk), {"post": "yes"}).status_code == 403
    data = {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"}
    client.post(address(model, "changelist"), data)
    assert list(model.objects.order_by("pk").values()) == before


@pytest.mark.parametrize("model", OURS, ids=lambda model: model.__name__)
def test_course_staff_has_no_business_here(client, trainer, model) -> None:
    client.force_login(trainer)
    assert client.get(address(model, "changelist")).status_code == 302


def test_a_person_is_found_by_name(client) -> None:
    page = client.get(address(models.AttendanceRecord, "changelist"), {"q": "ana"})
    assert page.context["cl"].result_count == 1


@pytest.mark.parametrize("model", [models.AttendanceRecord, models.Standing])
def test_a_list_of_many_costs_no_more_than_a_list_of_few(
    client, model, django_assert_max_num_queries
) -> None:
    f.crowd(60)
    f.redesign(sessions=[f.meeting(1), f.meeting(2)])
    f.publish()
    api.open_roll(f.session_id(2), actor=None)
    with django_assert_max_num_queries(12):
        client.get(address(model, "changelist"))
