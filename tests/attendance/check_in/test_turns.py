"""A turn: kept for ten minutes, on one device, for one session; and nobody can write one."""

from __future__ import annotations

import uuid

import pytest
from django.utils import timezone

from blended_xblock import api
from blended_xblock.attendance.check_in.device import device_of, new_number, read_number
from blended_xblock.attendance.check_in.turns import give_turn, read_turn
from tests import factories as f
from tests.check_in import START, on_screen


def turn(user_id: int = 0, device: str = "d", code: str = "") -> str:
    code = code or on_screen()[0]
    return give_turn(f.session(), code, device=device, user_id=user_id, now=timezone.now())


def read(text: str, device: str = "d", user_id: int = 7, n: int = 1):
    return read_turn(text, f.session(n), device=device, user_id=user_id)


def test_a_turn_keeps_the_moment_of_the_scan_for_ten_minutes(desk, clock) -> None:
    kept, at = turn(), timezone.now()
    clock.tick(599)
    assert read(kept) == at
    clock.tick(2)
    assert read(kept) is None


def test_a_turn_passes_through_a_login_unchanged(desk) -> None:
    """An LMS wraps addresses in addresses, and drops one that looks like a file."""
    from urllib.parse import quote

    kept = turn()
    assert quote(kept, safe="") == kept
    assert "." not in kept
    assert len(kept) < 100


def test_only_a_code_that_is_good_now_gives_a_turn(desk, trainer, clock) -> None:
    code = on_screen()[0]
    assert turn(code="x") == turn(device="") == ""
    clock.tick(30)
    assert turn(code=code) == ""
    code = on_screen()[0]
    api.set_desk(f.session_id(), "paused", actor=trainer)
    assert turn(code=code) == ""


def test_without_a_desk_there_is_no_turn(course) -> None:
    assert turn(code="x") == ""


def test_a_turn_is_of_one_device_one_session_and_one_learner(desk) -> None:
    kept = turn()
    assert read(kept, device="another") is None
    assert read(kept, device="") is None
    f.redesign(sessions=[f.meeting(1), f.meeting(2)])
    f.publish()
    assert read(kept, n=2) is None
    own = turn(user_id=7)
    assert read(own, user_id=7) is not None
    assert read(own, user_id=8) is None


def test_a_turn_that_was_changed_is_none(desk) -> None:
    kept = turn()
    head, who, at, signature = kept.split("~")
    forged = [f"{head}~8~{at}~{signature}", f"{head}~{who}~zzzzzz~{signature}", kept[:-1], ""]
    forged += ["~~~", "x", "\0", "\ud800", kept * 10**5, f"{uuid.uuid4().hex}~{who}~{at}~x"]
    for wrong in forged:
        assert read(wrong) is None, wrong[:80]


def test_a_device_is_another_one_at_each_session() -> None:
    number, here, there = new_number(), uuid.uuid4(), uuid.uuid4()
    assert device_of(number, here) == device_of(number, here) != device_of(number, there)
    assert len(device_of(number, here)) == 64
    assert number not in device_of(number, here)
    assert device_of("", here) == ""


@pytest.mark.parametrize("sent", ["", "x", "x" * 10**6, "é" * 22, "a b" * 7 + "a", "\0" * 22])
def test_a_cookie_that_is_not_ours_is_none(sent) -> None:
    assert read_number({"blended_device": sent}) == ""
    assert read_number({}) == ""


def test_a_number_is_read_back() -> None:
    number = new_number()
    assert read_number({"blended_device": number}) == number
    assert START.tzinfo is not None
