"""A closed roll is corrected with a reason where one is asked for, whoever closed it meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from blended_xblock import api
from blended_xblock.attendance import reasons
from blended_xblock.errors import ReasonNeededError
from tests import factories as f
from tests.ask import all_rows

pytestmark = pytest.mark.usefixtures("course")


@pytest.fixture
def writes(trainer, ana) -> dict[str, Callable[..., Any]]:
    """Return each write that can ask for a reason, at a roll that is open."""
    api.open_roll(f.session_id(), actor=trainer)
    here, dan = f.session_id(), f.person("dan")
    guest = api.add_guest(here, "Zoë", actor=trainer)

    def record(reason: str = "", **more: Any) -> Any:
        return api.record_attendance(
            here, [api.Mark(ana.pk, "P", reason=reason)], actor=trainer, **more
        )

    return {
        "record": record,
        "many": lambda **more: api.record_many(here, "L", actor=trainer, **more),
        "walk-in": lambda **more: api.add_to_roll(here, dan.pk, actor=trainer, **more),
        "guest": lambda **more: api.add_guest(here, "Yann", actor=trainer, **more),
        "guest's": lambda **more: api.mark_guest(here, guest.id, "P", actor=trainer, **more),
    }


@pytest.mark.parametrize("write", ["record", "many", "walk-in", "guest", "guest's"])
def test_a_closed_roll_wants_a_reason_where_it_is_asked_for(writes, trainer, write) -> None:
    api.close_roll(f.session_id(), actor=trainer)
    before = all_rows()
    for reason in ("", "  "):
        with pytest.raises(ReasonNeededError):
            writes[write](reason=reason, needs_reason=True)
    assert all_rows() == before
    writes[write](reason="On paper.", needs_reason=True)
    assert all_rows() != before
    writes[write]()


@pytest.mark.parametrize("write", ["record", "many", "walk-in", "guest", "guest's"])
def test_an_open_roll_wants_none(writes, write) -> None:
    writes[write](needs_reason=True)


def test_only_what_was_marked_after_the_closing_is_a_correction(writes, trainer, ana, ben) -> None:
    api.close_roll(f.session_id(), actor=trainer)
    closed_at = f.session().roll_closed_at
    late = api.Mark(ana.pk, "P", at=closed_at, request_key="late")
    after = api.Mark(ben.pk, "P", at=closed_at + timedelta(seconds=1), request_key="after")
    reasons.require_reasons(f.session(), [late])
    with pytest.raises(ReasonNeededError) as refused:
        reasons.require_reasons(f.session(), [late, after])
    assert refused.value.details == {"user_ids": [ben.pk], "keys": ["after"]}
