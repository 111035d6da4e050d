"""Any JSON in any field of any action: an answer in words, never a crash, nothing half-written."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from blended_xblock.models import SessionTrainer
from blended_xblock.roles import READS, WRITES, Role
from tests import factories as f
from tests.abuse.doors import DOORS
from tests.ask import IN_STUDIO, all_rows
from tests.test_permissions import data, learner, prepare

__all__ = ["data"]

ACTIONS = sorted({*READS, *WRITES} - set(IN_STUDIO))
# Fields that some action reads, whether or not this one does.
FIELDS = (
    "session", "status", "key", "users", "user", "user_id", "marks", "cohort", "reason", "note",
    "minutes", "modality", "at", "arrived_at", "left_at", "base", "guest", "name", "email", "bulk",
    "conflict", "take", "appeal", "accept", "answer", "instead", "text", "code", "state", "again",
    "undo_absences", "unmarked", "owner", "person", "q", "page", "since", "only", "sort", "uid",
)  # fmt: skip
ODD = st.sampled_from(
    [
        None, True, False, 0, -1, 1, 2**31, 2**63, -(2**63), 10**400, 1.5, 1e308, float("inf"),
        float("nan"), "", " ", "\0", "\ud800", "\u202e", "%(n)d %s {0}", "<b>&", "' OR 1=1 --",
        "P", "A", "Z", "k", "room", "open", "standing", "other", "1", "-1", "1e9", "\u0661",
        "2026-05-12T08:00:00+00:00", "2026-05-12T08:00", "0001-01-01T00:00:00+23:59",
        "9999-12-31T23:59:59-23:59", "2026-02-30", "not-a-uuid", "x@example.org", "x" * 300,
        "00000000-0000-0000-0000-000000000000", [], {}, [[]], [None], {"user_id": None},
    ]
)  # fmt: skip
ANYTHING = st.recursive(
    ODD | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(FIELDS) | st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)


@st.composite
def changes(draw: st.DrawFn) -> dict[str, Any]:
    """Draw what is put over a request that succeeds; most of it stays, so that much is reached."""
    return draw(st.dictionaries(st.sampled_from(FIELDS), ANYTHING, min_size=1, max_size=4))


def changed(values: dict[str, Any], drawn: dict[str, Any]) -> dict[str, Any]:
    """Change a request, and its mark if it has one."""
    said = values | {name: value for name, value in drawn.items() if name in values}
    marks = said.get("marks")
    if isinstance(marks, list) and marks and isinstance(marks[0], dict):
        return said | {"marks": [marks[0] | drawn, *marks[1:]]}
    return said | drawn


def in_an_address(values: dict[str, Any]) -> dict[str, bytes]:
    """Return what an address can carry of it: text, not all of it UTF-8."""
    return {name: str(value).encode("utf-8", "surrogatepass") for name, value in values.items()}


@pytest.fixture
def everybody(data) -> Any:
    user = f.person("everybody", f.Role.TRAINER)
    SessionTrainer.objects.create(session=f.session(), user=user)
    return user


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("action", ACTIONS)
def test_anything_is_answered_and_never_half_written(data, everybody, door, action) -> None:
    user = learner() if {**READS, **WRITES}[action] == {Role.LEARNER} else everybody
    prepare(action)
    values = data[action]

    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    @given(drawn=changes())
    def send(drawn: dict[str, Any]) -> None:
        with transaction.atomic():
            before = all_rows()
            said = changed(values, drawn)
            answer = DOORS[door](user, action, in_an_address(said) if action in READS else said)
            assert answer.status < 500, answer.text[:300]
            if answer.status >= 400:
                assert answer.code, f"refused without words: {answer.text[:200]}"
                after = all_rows()
                for rows in (before, after):
                    # Tries to check in are counted, by an outcome.
                    rows.pop("CheckInAttempt")
                assert after == before
            transaction.set_rollback(True)

    send()
