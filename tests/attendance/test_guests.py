"""Guests: added by name, marked as learners are, corrected, removed and brought back."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from blended_xblock import api
from blended_xblock.errors import (
    ConflictError,
    GuestChangedError,
    InvalidInputError,
    NotFoundError,
    RollNotOpenError,
    SessionNotLiveError,
)
from blended_xblock.models import AttendanceChange, Guest, Session
from tests import factories as f
from tests.ask import all_rows
from tests.counting import Counted

pytestmark = pytest.mark.usefixtures("course")
ONE_DAY = timedelta(days=1)
HOSTILE = "<script>alert('Zoë')</script> =1+1 \u202e 🚆"


@pytest.fixture
def opened(trainer, ana) -> None:
    api.open_roll(f.session_id(), actor=trainer)


@pytest.fixture
def colleague(db: None) -> Any:
    return f.person("colleague", f.Role.TRAINER)


@pytest.fixture
def zoe(opened, trainer) -> api.GuestVisit:
    return add(trainer, "Zoë Martin", "zoe@example.org")


def add(actor: Any, name: str, email: str = "", **more: Any) -> api.GuestVisit:
    return api.add_guest(f.session_id(), name, email, actor=actor, **more)


def mark(actor: Any, guest: api.GuestVisit, status: str | None, **more: Any) -> api.GuestReport:
    return api.mark_guest(f.session_id(), guest.id, status, actor=actor, **more)


def lines(guest: api.GuestVisit) -> list[tuple[str, str | None, bool]]:
    rows = AttendanceChange.objects.filter(guest_id=guest.id).order_by("pk")
    return [(row.source, row.after.get("status"), row.is_applied) for row in rows]


def test_a_guest_is_somebody_with_a_name(trainer, zoe, clock) -> None:
    row = Guest.objects.get()
    assert (row.name, row.email, row.status) == ("Zoë Martin", "zoe@example.org", None)
    assert (row.added_by, row.added_at, row.recorded_at) == (trainer, timezone.now(), None)
    assert api.list_guests(f.session_id()) == [zoe]
    (line,) = AttendanceChange.objects.filter(guest=row)
    assert (line.user, line.before, line.after["name"]) == (None, {}, "Zoë Martin")


@pytest.mark.parametrize("name", ["  Zoë \n Martin\t", HOSTILE, "ö" * 255, "🚆" * 255, "李"])
def test_a_name_is_anything_that_can_be_stored(opened, trainer, name) -> None:
    assert add(trainer, name).name == " ".join(name.split())


@pytest.mark.parametrize("name", ["", " \n ", "x" * 256, "half \ud83d", "nul \0"])
def test_what_is_no_name_adds_nobody(opened, trainer, name) -> None:
    with pytest.raises(InvalidInputError):
        add(trainer, name)
    assert not Guest.objects.exists()


@pytest.mark.parametrize(
    "email", ["zoe", "zoe@", "@example.org", "a b@example.org", "z@example.org\n<b>", "x" * 254]
)
def test_what_is_no_address_adds_nobody(opened, trainer, email) -> None:
    with pytest.raises(InvalidInputError, match="e-mail"):
        add(trainer, "Zoë", email)
    assert not Guest.objects.exists()


def test_an_address_is_of_one_guest_of_a_session(zoe, trainer) -> None:
    for email in ("zoe@example.org", " ZOE@Example.org "):
        with pytest.raises(ConflictError, match="Zoë Martin"):
            add(trainer, "Another", email)
    assert add(trainer, "Zoë Martin").id != zoe.id, "two people may have one name"
    other = add(trainer, "Other", "other@example.org")
    with pytest.raises(ConflictError, match="Zoë Martin"):
        api.edit_guest(f.session_id(), other.id, actor=trainer, email="Zoe@example.org")
    api.remove_guest(f.session_id(), zoe.id, actor=trainer)
    add(trainer, "Another", "zoe@example.org")
    with pytest.raises(ConflictError, match="Another"):
        api.restore_guest(f.session_id(), zoe.id, actor=trainer)


def test_the_same_press_sent_again_adds_once(opened, trainer) -> None:
    first = add(trainer, "Zoë", "zoe@example.org", status="P", request_key="k")
    before = all_rows()
    assert add(trainer, "Zoë", "zoe@example.org", status="P", request_key="k") == first
    assert all_rows() == before
    f.redesign(sessions=[f.meeting(1), f.meeting(2)])
    f.publish()
    api.open_roll(f.session_id(2), actor=trainer)
    with pytest.raises(ConflictError):
        api.add_guest(f.session_id(2), "Zoë", actor=trainer, request_key="k")


def test_a_guest_added_with_a_status_is_marked(opened, trainer, clock) -> None:
    guest = add(trainer, "Zoë", status="L")
    assert (guest.status, guest.recorded_by_id, guest.recorded_at, guest.revision) == (
        "L", trainer.pk, timezone.now(), 1,
    )  # fmt: skip
    with pytest.raises(InvalidInputError):
        add(trainer, "Yann", status="Z")


def test_a_reason_is_kept(opened, trainer) -> None:
    api.close_roll(f.session_id(), actor=trainer)
    guest = add(trainer, "Zoë", reason="Signed on paper.")
    assert AttendanceChange.objects.get(guest_id=guest.id).reason == "Signed on paper."


def test_a_mark_holds_all_that_a_learners_does(zoe, trainer, clock) -> None:
    arrived, left = timezone.now() - timedelta(hours=1), timezone.now()
    report = mark(
        trainer, zoe, "D", minutes=50, modality="room", note=HOSTILE, reason="Saw her go.",
        arrived_at=arrived, left_at=left, request_key="k",
    )  # fmt: skip
    guest = report.guest
    assert report.outcome == "recorded"
    assert (guest.status, guest.minutes, guest.modality, guest.note) == ("D", 50, "room", HOSTILE)
    assert (guest.arrived_at, guest.left_at, guest.revision) == (arrived, left, 1)
    line = AttendanceChange.objects.filter(guest_id=zoe.id).latest("pk")
    assert (line.reason, line.before["status"], line.after["minutes"]) == ("Saw her go.", None, 50)
    assert mark(trainer, zoe, None).guest.minutes is None, "taken back"
    assert Guest.objects.get().note == HOSTILE, "a note nobody touched stays"


def test_a_mark_sent_twice_is_recorded_once(zoe, trainer) -> None:
    mark(trainer, zoe, "P", request_key="k")
    mark(trainer, zoe, "L", request_key="l")
    before = all_rows()
    report = mark(trainer, zoe, "P", request_key="k")
    assert (report.outcome, report.guest.status) == ("repeated", "L")
    assert all_rows() == before
    with pytest.raises(ConflictError):
        mark(trainer, add(trainer, "Yann"), "P", request_key="k")


def test_saying_the_same_again_changes_nothing(zoe, trainer) -> None:
    mark(trainer, zoe, "P")
    before = all_rows()
    assert mark(trainer, zoe, "P").outcome == "unchanged"
    assert all_rows() == before


def test_the_newer_of_two_marks_stands_and_the_other_is_kept(zoe, trainer, colleague) -> None:
    now = timezone.now()
    mark(trainer, zoe, "P", at=now)
    report = mark(colleague, zoe, "A", at=now - timedelta(minutes=5))
    assert (report.outcome, report.guest.status) == ("superseded", "P")
    assert lines(zoe)[1:] == [("roll", "P", True), ("roll", "A", False)]
    assert mark(trainer, zoe, "L", at=now - timedelta(minutes=9)).guest.status == "L", "one's own"
    assert mark(colleague, zoe, "D", at=now + timedelta(days=9)).guest.recorded_at == now


def test_what_somebody_else_said_since_is_not_overwritten(zoe, trainer, colleague) -> None:
    """Whoever saw another state is told how the guest stands, and then may change it."""
    theirs = mark(colleague, zoe, "A", note="On the phone", base=0).guest
    before = all_rows()
    for status in ("P", None):
        with pytest.raises(GuestChangedError, match="colleague marked Zoë Martin") as refused:
            mark(trainer, zoe, status, note="Here", base=0, request_key="k")
    assert refused.value.code == "guest_changed"
    standing = refused.value.details["guest"]
    assert (standing["status"], standing["note"], standing["revision"]) == ("A", "On the phone", 1)
    assert all_rows() == before
    known = mark(
        trainer, zoe, "P", base=theirs.revision, request_key="k", at=timezone.now() - ONE_DAY
    )
    assert (known.outcome, known.guest.status, known.guest.revision) == ("recorded", "P", 2)
    mark(colleague, zoe, "L", base=2)
    again = mark(trainer, zoe, "P", base=theirs.revision, request_key="k")
    assert (again.outcome, again.guest.status) == ("repeated", "L")


def test_what_one_said_oneself_or_what_is_the_same_is_no_conflict(zoe, trainer, colleague) -> None:
    mark(trainer, zoe, "P", base=0)
    own = mark(trainer, zoe, "L", base=0, at=timezone.now() - ONE_DAY)
    assert (own.outcome, own.guest.status) == ("recorded", "L")
    assert mark(colleague, zoe, "L", base=0).outcome == "unchanged"
    for wrong in (-1, 2**63, True):
        with pytest.raises(InvalidInputError):
            mark(trainer, zoe, "P", base=wrong)


def test_what_is_wrong_with_a_mark_is_refused(zoe, trainer) -> None:
    for wrong in ({"minutes": -1}, {"modality": "moon"}, {"note": "x" * 2001}, {"at": "now"}):
        with pytest.raises((InvalidInputError, AttributeError, TypeError)):
            mark(trainer, zoe, "P", **wrong)
    with pytest.raises(InvalidInputError):
        mark(trainer, zoe, "Z")
    assert Guest.objects.get().status is None


def test_a_name_is_corrected_and_the_old_one_is_in_the_history(zoe, trainer) -> None:
    guest = api.edit_guest(f.session_id(), zoe.id, actor=trainer, name="Zoé Martin")
    assert (guest.name, guest.email) == ("Zoé Martin", "zoe@example.org")
    line = AttendanceChange.objects.filter(guest_id=zoe.id).latest("pk")
    assert (line.before["name"], line.after["name"]) == ("Zoë Martin", "Zoé Martin")
    assert api.edit_guest(f.session_id(), zoe.id, actor=trainer, email="").email == ""
    before = all_rows()
    api.edit_guest(f.session_id(), zoe.id, actor=trainer, name="Zoé Martin")
    assert all_rows() == before
    with pytest.raises(InvalidInputError):
        api.edit_guest(f.session_id(), zoe.id, actor=trainer, name=" ")


def test_a_removed_guest_comes_back_as_they_were(zoe, trainer) -> None:
    marked = mark(trainer, zoe, "P", note="Sits in front").guest
    for _again in range(2):
        assert api.remove_guest(f.session_id(), zoe.id, actor=trainer).is_removed
    assert api.list_guests(f.session_id()) == []
    with pytest.raises(ConflictError, match="removed"):
        mark(trainer, zoe, "L")
    with pytest.raises(ConflictError, match="removed"):
        api.edit_guest(f.session_id(), zoe.id, actor=trainer, name="Z")
    for _again in range(2):
        assert api.restore_guest(f.session_id(), zoe.id, actor=trainer) == marked
    sources = [source for source, _status, _is_applied in lines(zoe)]
    assert sources == ["guest_added", "roll", "guest_removed", "guest_restored"]


def test_a_guest_of_another_session_is_not_found(zoe, trainer) -> None:
    f.redesign(sessions=[f.meeting(1), f.meeting(2)])
    f.publish()
    api.open_roll(f.session_id(2), actor=trainer)
    there, before = f.session_id(2), all_rows()
    for call in (
        lambda: api.mark_guest(there, zoe.id, "P", actor=trainer),
        lambda: api.edit_guest(there, zoe.id, actor=trainer, name="x"),
        lambda: api.remove_guest(there, zoe.id, actor=trainer),
        lambda: api.restore_guest(there, zoe.id, actor=trainer),
        lambda: api.link_guest(there, zoe.id, trainer.pk, actor=trainer),
        lambda: api.unlink_guest(there, zoe.id, actor=trainer),
        lambda: api.add_guest(uuid.UUID(int=9), "x", actor=trainer),
    ):
        with pytest.raises(NotFoundError):
            call()
    assert all_rows() == before


def test_guests_come_while_a_roll_is_taken(trainer) -> None:
    with pytest.raises(RollNotOpenError):
        add(trainer, "Zoë")
    api.open_roll(f.session_id(), actor=trainer)
    zoe = add(trainer, "Zoë")
    Session.objects.update(state="cancelled")
    with pytest.raises(SessionNotLiveError):
        add(trainer, "Yann")
    with pytest.raises(SessionNotLiveError):
        mark(trainer, zoe, "P")


def test_a_session_has_room_for_so_many_guests(zoe, trainer, monkeypatch) -> None:
    monkeypatch.setattr("blended_xblock.attendance.guests.GUESTS_LIMIT", 1)
    with pytest.raises(ConflictError, match="at most 1"):
        add(trainer, "Yann")


def test_guests_are_nobody_on_the_roll(zoe, trainer, ana) -> None:
    mark(trainer, zoe, "P")
    assert api.preview_close(f.session_id()).user_ids == (ana.pk,)
    assert f.session().records.count() == 1


def test_a_list_of_many_costs_one_query(opened, trainer) -> None:
    for i in range(20):
        add(trainer, f"Guest {i:02d}", f"g{i}@example.org", status="P")
    with Counted() as counted:
        assert len(api.list_guests(f.session_id())) == 20
    assert counted.n == 1, counted
