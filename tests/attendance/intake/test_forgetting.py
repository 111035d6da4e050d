"""Who is retired is forgotten in files too, also where nobody confirmed that they are meant."""

from __future__ import annotations

from typing import Any

import pytest

from blended_xblock import api
from blended_xblock.attendance.retirement import forget_person
from blended_xblock.models import ImportedPerson
from tests import factories as f
from tests import intake

pytestmark = pytest.mark.usefixtures("course")


@pytest.fixture
def ada(course) -> Any:
    return f.person("ada", first_name="Ada", last_name="Lovelace", email="ada@example.org")


def names(batch: Any) -> list[str]:
    return [row.name for row in ImportedPerson.objects.filter(batch=batch).order_by("number")]


def test_who_was_only_suggested_is_forgotten(trainer, ada) -> None:
    report = intake.zoom(
        "Lovelace Ada,,09:00,12:00", "Ada L,,09:00,12:00", "Bo Berg,bo@example.org,09:00,12:00"
    )
    f.person("bo", email="bo@example.org")
    batch = intake.send(trainer, report)
    forget_person(ada.pk, ["ada@example.org"])
    assert names(batch) == ["", "Ada L", "Bo Berg"], "what may be anybody's name stays"


def test_what_was_confirmed_to_be_somebody_else_stays(trainer, ada) -> None:
    twin = f.person("twin", first_name="Ada", last_name="Lovelace", email="twin@example.org")
    batch = intake.send(trainer, intake.zoom("Ada Lovelace,,09:00,12:00"))
    api.settle_import(f.session_id(), batch.pk, [api.Settled(0, "learner", twin.pk)])
    forget_person(ada.pk)
    assert names(batch) == ["Ada Lovelace"]
    forget_person(twin.pk)
    assert names(batch) == [""]


def test_a_number_that_only_begins_alike_is_another_person(trainer, ada) -> None:
    batch = intake.send(trainer, intake.zoom("Lovelace Ada,,09:00,12:00"))
    for user_id in (int(f"{ada.pk}0"), int(f"1{ada.pk}"), 100):
        if user_id != ada.pk:
            forget_person(user_id)
    assert names(batch) == ["Lovelace Ada"]
