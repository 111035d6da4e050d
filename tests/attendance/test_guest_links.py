"""A guest is linked to an account and unlinked again; in whatever order, no mark is lost."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from blended_xblock import api
from blended_xblock.attendance.ledger import snapshot
from blended_xblock.errors import ConflictError, NotOnRosterError, SessionNotLiveError
from blended_xblock.gate import standing
from blended_xblock.models import AttendanceChange, AttendanceRecord, Guest, Session, Standing
from tests import factories as f
from tests.ask import all_rows

pytestmark = pytest.mark.usefixtures("course")


@pytest.fixture
def opened(trainer, ana) -> None:
    api.open_roll(f.session_id(), actor=trainer)


@pytest.fixture
def dan(opened) -> Any:
    """Return a learner who enrolled too late to be expected."""
    return f.person("dan")


@pytest.fixture
def zoe(opened, trainer) -> api.GuestVisit:
    guest = api.add_guest(f.session_id(), "Zoë", actor=trainer)
    mark(trainer, guest, "L", minutes=90, modality="remote", note="Train")
    return guest


def mark(actor: Any, guest: api.GuestVisit, status: str | None, **more: Any) -> api.GuestReport:
    return api.mark_guest(f.session_id(), guest.id, status, actor=actor, **more)


def link(actor: Any, guest: api.GuestVisit, user: Any) -> api.LinkReport:
    return api.link_guest(f.session_id(), guest.id, user.pk, actor=actor)


def unlink(actor: Any, guest: api.GuestVisit) -> api.LinkReport:
    return api.unlink_guest(f.session_id(), guest.id, actor=actor)


def held(user: Any) -> tuple[Any, ...]:
    row = f.record(user)
    return row.status, row.minutes, row.modality, row.note, row.is_expected, row.source


def said_of(guest: api.GuestVisit) -> tuple[Any, ...]:
    row = Guest.objects.get(pk=guest.id)
    return row.status, row.minutes, row.modality, row.note, row.recorded_by_id, row.recorded_at


def test_a_learner_who_was_not_expected_is_put_on_the_roll(trainer, zoe, dan) -> None:
    before = said_of(zoe)
    report = link(trainer, zoe, dan)
    assert (report.outcome, report.user_id, report.guest.user_id) == ("filled", dan.pk, dan.pk)
    assert held(dan) == ("L", 90, "remote", "Train", False, "guest")
    assert f.record(dan).recorded_at == before[-1], "when the guest was seen"
    assert f.standing(dan).is_met
    assert unlink(trainer, zoe).outcome == "restored"
    assert not AttendanceRecord.objects.filter(user=dan).exists()
    assert not f.standing(dan).is_met
    assert said_of(zoe) == before
    sources = [line.source for line in AttendanceChange.objects.filter(user=dan)]
    assert sources == ["guest", "guest_unlinked"], "and the history knows of it"


def test_an_unmarked_learner_is_filled_and_put_back(trainer, zoe, ana) -> None:
    f.give(trainer, [api.Mark(ana.pk, None, note="Allergic to nuts")])
    before = held(ana), f.record(ana).recorded_at
    link(trainer, zoe, ana)
    assert held(ana) == ("L", 90, "remote", "Allergic to nuts", True, "guest")
    unlink(trainer, zoe)
    assert (held(ana), f.record(ana).recorded_at) == before


def test_a_mark_of_the_learners_own_stands(trainer, zoe, ana) -> None:
    f.give(trainer, [api.Mark(ana.pk, "A")])
    before = all_rows()["AttendanceRecord"]
    assert link(trainer, zoe, ana).outcome == "stands"
    assert unlink(trainer, zoe).outcome == "unchanged"
    assert all_rows()["AttendanceRecord"] == before


def test_absent_since_nobody_saw_them_gives_way_to_somebody_who_did(trainer, zoe, ana) -> None:
    api.close_roll(f.session_id(), actor=trainer)
    before = held(ana), f.record(ana).recorded_by_id, f.record(ana).recorded_at
    assert before[0][0] == "A"
    for _again in range(2):
        assert link(trainer, zoe, ana).outcome == "filled"
        assert (held(ana)[0], f.standing(ana).is_met) == ("L", True)
        assert unlink(trainer, zoe).outcome == "restored"
        assert (held(ana), f.record(ana).recorded_by_id, f.record(ana).recorded_at) == before
        assert not f.standing(ana).is_met


def test_a_mark_taken_back_later_does_not_stand_in_the_way(trainer, zoe, ana, clock) -> None:
    clock.tick(600)
    colleague = f.person("colleague", f.Role.TRAINER)
    f.give(colleague, [api.Mark(ana.pk, "A")])
    clock.tick(60)
    f.give(colleague, [api.Mark(ana.pk, None)])
    assert link(trainer, zoe, ana).outcome == "filled"
    assert f.record(ana).status == "L"


def test_a_guest_nobody_marked_links_too(trainer, opened, ana, dan) -> None:
    one, two = (api.add_guest(f.session_id(), name, actor=trainer) for name in ("One", "Two"))
    assert link(trainer, one, ana).outcome == "unchanged"
    assert f.record(ana).status is None
    assert link(trainer, two, dan).outcome == "filled"
    assert (f.record(dan).status, f.record(dan).is_expected) == (None, False)
    assert unlink(trainer, one).outcome == "unchanged"
    assert unlink(trainer, two).outcome == "restored"
    assert not AttendanceRecord.objects.filter(user=dan).exists()


@pytest.mark.parametrize("status", ["P", "L"])
def test_what_somebody_said_since_stays(trainer, zoe, dan, status) -> None:
    """Even where it says the same: then it is theirs."""
    link(trainer, zoe, dan)
    colleague = f.person("colleague", f.Role.TRAINER)
    f.give(colleague, [api.Mark(dan.pk, status, 90, request_key="k")])
    assert unlink(trainer, zoe).outcome == "stands"
    assert f.record(dan).status == status
    assert said_of(zoe)[0] == "L"


def test_linking_again_changes_nothing(trainer, zoe, dan) -> None:
    link(trainer, zoe, dan)
    before = all_rows()
    assert link(trainer, zoe, dan).outcome == "unchanged"
    assert all_rows() == before
    unlink(trainer, zoe)
    before = all_rows()
    assert unlink(trainer, zoe).outcome == "unchanged"
    assert all_rows() == before


def test_a_guest_is_one_person_and_a_learner_one_guest(trainer, zoe, ana, dan) -> None:
    other = api.add_guest(f.session_id(), "Other", actor=trainer)
    link(trainer, zoe, dan)
    before = all_rows()
    with pytest.raises(ConflictError, match="another account"):
        link(trainer, zoe, ana)
    with pytest.raises(ConflictError, match="Zoë"):
        link(trainer, other, dan)
    assert all_rows() == before


def test_who_a_guest_cannot_be(trainer, zoe, ana) -> None:
    stranger = f.person("stranger", course=f.OTHER_COURSE)
    with pytest.raises(NotOnRosterError):
        link(trainer, zoe, stranger)
    with pytest.raises(NotOnRosterError):
        api.link_guest(f.session_id(), zoe.id, 10**9, actor=trainer)
    api.remove_guest(f.session_id(), zoe.id, actor=trainer)
    with pytest.raises(ConflictError, match="removed"):
        link(trainer, zoe, ana)


def test_a_linked_guest_is_marked_as_the_learner(trainer, zoe, dan) -> None:
    mark(trainer, zoe, "L", minutes=90, request_key="k")
    link(trainer, zoe, dan)
    before = all_rows()
    with pytest.raises(ConflictError, match="on the roll"):
        mark(trainer, zoe, "A")
    with pytest.raises(ConflictError, match="link"):
        api.remove_guest(f.session_id(), zoe.id, actor=trainer)
    with pytest.raises(ConflictError, match="link"):
        api.remove_from_roll(f.session_id(), dan.pk, actor=trainer)
    assert mark(trainer, zoe, "L", minutes=90, request_key="k").outcome == "repeated"
    assert all_rows() == before


def test_a_wrong_link_is_taken_back_after_the_session_was_cancelled(trainer, zoe, dan) -> None:
    link(trainer, zoe, dan)
    Session.objects.update(state="cancelled")
    assert unlink(trainer, zoe).outcome == "restored"
    with pytest.raises(SessionNotLiveError):
        link(trainer, zoe, dan)


# In any order


PEOPLE = ("ana", "dan")
GUESTS = (0, 1)
# Links twice as often: what is interesting happens between one and its taking back.
KINDS = (
    "link", "link", "unlink", "unlink", "mark", "mark", "mark guest", "mark guest",
    "remove", "restore", "add", "everyone",
)  # fmt: skip
STATUSES = st.sampled_from(["P", "L", None])
OF_GUESTS = {"mark guest", "link", "unlink", "remove", "restore"}


@st.composite
def a_step(draw: st.DrawFn) -> tuple[str, Any, Any]:
    """Return what is done, to whom, and with what."""
    kind = draw(st.sampled_from(KINDS))
    if kind == "everyone":
        return kind, None, None
    who = draw(st.sampled_from(GUESTS if kind in OF_GUESTS else PEOPLE))
    if kind == "link":
        return kind, who, draw(st.sampled_from(PEOPLE))
    return kind, who, draw(STATUSES) if kind.startswith("mark") else None


@dataclass
class Place:
    """What is thought of one learner: on the roll or not, how, and how often that was said."""

    is_on: bool
    is_expected: bool
    status: str | None = None
    is_assumed: bool = False
    said: int = 0


@dataclass
class Linked:
    user: str
    before: tuple[bool, str | None, bool] | None
    said: int


@dataclass
class Visit:
    status: str | None = None
    link: Linked | None = None
    is_removed: bool = False


@dataclass
class Oracle:
    """What should be, thought through without a database."""

    people: dict[str, Place]
    guests: list[Visit] = field(default_factory=lambda: [Visit(), Visit()])

    def may(self, kind: str, who: Any, what: Any) -> bool:
        visit = self.guests[who] if who in GUESTS else Visit()
        taken = {guest.link.user for guest in self.guests if guest.link}
        return {
            "mark guest": not visit.is_removed and visit.link is None,
            "link": not visit.is_removed
            and (visit.link.user == what if visit.link else what not in taken),
            "remove": visit.link is None,
        }.get(kind, True)

    def do(self, kind: str, who: Any, what: Any) -> None:
        visit = self.guests[who] if who in GUESTS else Visit()
        if kind == "mark":
            place = self.people[who]
            if what != place.status:
                place.is_on, place.status, place.is_assumed = True, what, False
            place.said += 1
        elif kind == "mark guest":
            visit.status = what
        elif kind == "add":
            place = self.people[who]
            if not place.is_on:
                place.is_on, place.said = True, place.said + 1
        elif kind == "everyone":
            for place in self.people.values():
                if place.is_on and place.is_expected and place.status is None:
                    place.status, place.is_assumed, place.said = "P", True, place.said + 1
        elif kind in ("remove", "restore"):
            visit.is_removed = kind == "remove"
        elif kind == "link" and visit.link is None:
            self._link(visit, what)
        elif kind == "unlink" and visit.link is not None:
            self._unlink(visit)

    def _link(self, visit: Visit, user: str) -> None:
        place = self.people[user]
        before = place.is_on, place.status, place.is_assumed
        is_filled = (place.status is None or place.is_assumed) and visit.status != place.status
        if visit.status is None:
            is_filled = not place.is_on
        if is_filled:
            place.is_on, place.said = True, place.said + 1
            if visit.status is not None:
                place.status, place.is_assumed = visit.status, False
        visit.link = Linked(user, before if is_filled else None, place.said)

    def _unlink(self, visit: Visit) -> None:
        place = self.people[visit.link.user]
        if visit.link.before is not None and visit.link.said == place.said:
            place.is_on, place.status, place.is_assumed = visit.link.before
            place.said += 1
        visit.link = None


@given(st.lists(a_step(), min_size=8, max_size=24))
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_in_any_order_nothing_is_lost(trainer, ana, clock, steps) -> None:
    with transaction.atomic():
        _walk(trainer, ana, clock, steps)
        transaction.set_rollback(True)


def _walk(trainer: Any, ana: Any, clock: Any, steps: list[tuple[Any, ...]]) -> None:
    api.open_roll(f.session_id(), actor=trainer)
    users = {"ana": ana, "dan": f.person("dan")}
    actors = [trainer, f.person("colleague", f.Role.TRAINER)]
    guests = [api.add_guest(f.session_id(), f"Guest {i}", actor=trainer) for i in GUESTS]
    oracle = Oracle({"ana": Place(True, True), "dan": Place(False, False)})
    here = f.session_id()
    marked: list[tuple[str, int, str | None]] = []
    for i, (kind, who, what) in enumerate(steps):
        actor = actors[i % 2]
        guest = guests[who] if who in GUESTS else None
        calls = {
            "mark": lambda k=who, s=what, a=actor, i=i: f.give(
                a, [api.Mark(users[k].pk, s, request_key=f"k{i}")]
            ),
            "mark guest": lambda g=guest, s=what, a=actor, i=i: mark(a, g, s, request_key=f"k{i}"),
            "link": lambda g=guest, k=what, a=actor: link(a, g, users[k]),
            "unlink": lambda g=guest, a=actor: unlink(a, g),
            "remove": lambda g=guest, a=actor: api.remove_guest(here, g.id, actor=a),
            "restore": lambda g=guest, a=actor: api.restore_guest(here, g.id, actor=a),
            "add": lambda k=who, a=actor: api.add_to_roll(here, users[k].pk, actor=a),
            "everyone": lambda a=actor: api.record_unmarked(here, "P", actor=a, source="everyone"),
        }
        clock.tick(60)
        if oracle.may(kind, who, what):
            calls[kind]()
            oracle.do(kind, who, what)
            if kind in ("mark", "mark guest"):
                marked.append((kind, guest.id if guest else users[who].pk, what))
        else:
            with pytest.raises(ConflictError), transaction.atomic():
                calls[kind]()
        _compare(oracle, users, guests)
    _all_is_in_the_history(marked)


def _compare(oracle: Oracle, users: dict[str, Any], guests: list[api.GuestVisit]) -> None:
    for name, place in oracle.people.items():
        row = AttendanceRecord.objects.filter(user=users[name]).first()
        assert (row is not None) == place.is_on
        if row is not None:
            assert (row.status, row.is_expected) == (place.status, place.is_expected)
    for visit, guest in zip(oracle.guests, guests, strict=True):
        stored = Guest.objects.get(pk=guest.id)
        assert snapshot(stored)["status"] == visit.status
        assert (stored.removed_at is not None) == visit.is_removed
        assert stored.user_id == (users[visit.link.user].pk if visit.link else None)
    for user in users.values():
        (decided,) = standing.compute([f.unit()], user.pk)
        stored = Standing.objects.filter(user=user).first()
        assert (stored.is_met if stored else False) == decided.is_met


def _all_is_in_the_history(marked: list[tuple[str, int, str | None]]) -> None:
    lines = AttendanceChange.objects.filter(source="roll").order_by("pk")
    assert [
        ("mark guest" if line.guest_id else "mark", line.guest_id or line.user_id,
         line.after["status"])
        for line in lines
    ] == marked  # fmt: skip
