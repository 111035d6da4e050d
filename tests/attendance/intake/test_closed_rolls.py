"""A file that corrects a closed roll says why, as whoever corrects it by hand does."""

from __future__ import annotations

from typing import Any

import pytest

from blended_xblock import api
from blended_xblock.models import AttendanceChange
from tests import factories as f
from tests import intake

pytestmark = pytest.mark.usefixtures("course")

ADA = "Ada,ada@example.org,09:00,12:00"
WHY = "From the report of the day."


@pytest.fixture
def ada(course) -> Any:
    return f.person("ada", email="ada@example.org")


def closed(trainer: Any) -> None:
    f.take_roll(trainer, {})
    api.close_roll(f.session_id(), actor=trainer)


def lines() -> list[tuple[str, str]]:
    rows = AttendanceChange.objects.filter(batch__isnull=False).order_by("id")
    return list(rows.values_list("source", "reason"))


def test_without_a_reason_nothing_is_written_and_with_one_it_is_kept(trainer, ada) -> None:
    closed(trainer)
    batch = intake.send(trainer, intake.zoom(ADA, "Vera,vera@example.com,09:00,12:00"))
    numbers = {name: row.number for name, row in intake.people(batch).items()}
    api.settle_import(f.session_id(), batch.pk, [api.Settled(numbers["Vera"], "guest")])
    for reason in ("", " \n"):
        with pytest.raises(api.BlendedError) as error:
            intake.apply(trainer, batch, reason=reason, needs_reason=True)
        assert error.value.code == "reason_needed"
    assert (f.record(ada).status, lines()) == ("A", [])
    intake.apply(trainer, batch, reason=f" {WHY} ", needs_reason=True)
    assert f.record(ada).status == "P"
    assert lines() == [("import", WHY), ("guest_added", WHY)]
    own = api.list_own_changes(ada, f.unit())
    assert {change.source: change.reason for change in own} == {"import": WHY, "close": ""}


def test_a_file_that_changes_nothing_there_needs_none(trainer, ada) -> None:
    report = intake.zoom(ADA)
    intake.apply(trainer, intake.send(trainer, report))
    api.close_roll(f.session_id(), actor=trainer)
    done = intake.apply(trainer, intake.send(trainer, report), is_again=True, needs_reason=True)
    assert (done.unchanged, done.recorded) == (1, 0)


def test_on_an_open_roll_nothing_is_corrected(trainer, ada) -> None:
    batch = intake.send(trainer, intake.zoom(ADA))
    intake.apply(trainer, batch, reason=WHY, needs_reason=True)
    assert lines() == [("import", "")]


@pytest.mark.parametrize("reason", ["x" * 2001, "a\0b"])
def test_a_reason_that_cannot_be_kept_is_refused(trainer, ada, reason) -> None:
    closed(trainer)
    batch = intake.send(trainer, intake.zoom(ADA))
    with pytest.raises(api.BlendedError) as error:
        intake.apply(trainer, batch, reason=reason, needs_reason=True)
    assert error.value.code == "invalid_input"
    assert lines() == []
