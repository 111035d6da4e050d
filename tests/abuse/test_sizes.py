"""Far too much of everything: refused in words and quickly, and nothing of it is kept."""

from __future__ import annotations

import itertools
import json
import time
from typing import Any

import pytest

from blended_xblock.roles import READS, WRITES, Role
from tests import factories as f
from tests.abuse.doors import DOORS
from tests.ask import IN_STUDIO, all_rows
from tests.test_permissions import data, learner

__all__ = ["data"]

BIG = "x" * 5_000_000
QUICKLY = 5.0
"""Seconds, on a machine that does much else: what is read twice would take many more."""

# Every text that people or devices send and that is kept; a cohort is only compared.
TEXTS = {
    "record": ("status", "note", "reason", "key", "modality", "at", "arrived_at", "left_at"),
    "record_all": ("status", "key"),
    "record_many": ("status", "key", "reason"),
    "add_walk_in": ("status", "reason", "key"),
    "add_guest": ("name", "email", "status", "reason", "key"),
    "edit_guest": ("name", "email"),
    "mark_guest": ("status", "note", "reason", "key", "modality", "at", "arrived_at", "left_at"),
    "announce_absence": ("reason",),
    "choose_alternative": ("instead",),
    "appeal": ("text", "key"),
    "answer_appeal": ("answer", "status"),
    "send_reminders": ("text", "key"),
    "settle_conflict": ("take",),
    "set_desk": ("state",),
    "scan_pass": ("text",),
    "check_in": ("code",),
    "grant_waiver": ("reason",),
    "invite_trainer": ("person",),
}


def asker(action: str, trainer: Any) -> Any:
    return learner() if {**READS, **WRITES}[action] == {Role.LEARNER} else trainer


def with_text(values: dict[str, Any], field: str, text: str) -> dict[str, Any]:
    if "marks" in values:
        return values | {"marks": [values["marks"][0] | {field: text}]}
    return values | {field: text}


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("action", TEXTS)
def test_five_megabytes_in_any_field_are_refused(data, trainer, door, action) -> None:
    user = asker(action, trainer)
    for field in TEXTS[action]:
        before = all_rows()
        started = time.perf_counter()
        answer = DOORS[door](user, action, with_text(data[action], field, BIG))
        seconds = time.perf_counter() - started
        assert 400 <= answer.status < 500, (field, answer.text[:200])
        assert len(answer.text) < 1000, f"{field}: what was sent is not sent back"
        if answer.status != 413:
            assert answer.code, f"{field}: refused without words"
        after = all_rows()
        # Tries to check in are counted, by an outcome.
        for rows in (before, after):
            rows.pop("CheckInAttempt")
        assert after == before, field
        assert seconds < QUICKLY, field


@pytest.mark.parametrize("action", TEXTS)
def test_what_no_database_holds_is_refused(data, trainer, action) -> None:
    user = asker(action, trainer)
    for field in TEXTS[action]:
        for door, text in itertools.product(DOORS.values(), ("a\0b", "\ud800", "a\udfff")):
            before = all_rows()
            answer = door(user, action, with_text(data[action], field, text))
            assert 400 <= answer.status < 500, (field, answer.text[:200])
            assert answer.code, field
            after = all_rows()
            for rows in (before, after):
                rows.pop("CheckInAttempt")
            assert after == before, field


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("action", ["record", "record_many", "send_reminders"])
def test_more_than_ten_thousand_are_refused(data, trainer, ana, door, action) -> None:
    here = {"session": str(f.session_id()), "status": "P", "key": "k"}
    many = 10_001
    marks = [{"user_id": ana.pk, "status": "A", "key": f"k{n}"} for n in range(many)]
    before = all_rows()
    answer = DOORS[door](trainer, action, here | {"marks": marks, "users": [ana.pk] * many})
    assert answer.status in {400, 413}
    assert all_rows() == before


BODIES = [
    b"[" * 100_000,
    b'{"session": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
    b'{"session": ' + b"9" * 100_000 + b"}",
    b'{"session": 1e999}',
    b'{"session": NaN}',
    b'"' + b"x" * 5_000_000 + b'"',
    b"\xff\xfe" + b"\0" * 1000,
    b'{"session": "\\ud800"}',
    b"",
]


@pytest.mark.parametrize("door", DOORS)
def test_bodies_that_are_no_objects_are_refused(data, trainer, door) -> None:
    before = all_rows()
    for body in BODIES:
        for action in sorted(set(WRITES) - set(IN_STUDIO)):
            answer = DOORS[door](trainer, action, {}, body=body)
            assert answer.status in {400, 403, 404, 413}, (action, body[:12])
    assert all_rows() == before


QUERIES = ("x" * 50_000, "\0", "%ff", "' OR 1=1 --", "9" * 5000, "-1")


@pytest.mark.parametrize("action", READS)
def test_queries_are_answered_whatever_they_hold(data, trainer, action) -> None:
    user = asker(action, trainer)
    names = ("q", "cohort", "only", "page", "sort", "since", "user", "guest", "key", "uid", "x")
    before = all_rows()
    for text, door in [*((text, "block") for text in QUERIES), (QUERIES[0], "web")]:
        for name in names:
            answer = DOORS[door](user, action, data[action] | {name: text})
            assert answer.status in {200, 400, 404}, (name, answer.text[:200])
            assert answer.status == 200 or answer.code, name
    assert all_rows() == before


def test_json_of_a_refusal_is_json(data, trainer) -> None:
    for door in DOORS.values():
        answer = door(trainer, "record", {}, body=b"\xff")
        assert json.loads(answer.text)["message"]
