"""Two people at the same moment: one roster, one record, and both of what they said.

These need a database that several connections share: set BLENDED_TEST_DATABASE_URL to MariaDB.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction

from blended_xblock import api
from blended_xblock.attendance.retirement import forget_person
from blended_xblock.attendance.sessions import lock_session
from blended_xblock.errors import ConflictError, ReasonNeededError
from blended_xblock.models import (
    AbsenceNotice,
    Appeal,
    AttendanceChange,
    AttendanceRecord,
    BlendedUnit,
    BulkAction,
    Guest,
    Session,
    Waiver,
)
from blended_xblock.workbench.models import CampusEnrollment
from tests import factories as f

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        "not os.environ.get('BLENDED_TEST_DATABASE_URL', '').startswith('mysql')",
        reason="SQLite has one writer: to run races, set BLENDED_TEST_DATABASE_URL to MariaDB",
    ),
]
ROUNDS = 5


def together(*calls: Callable[[], Any]) -> list[Any]:
    """Run the calls at the same time, each with its own connection; return results or errors."""
    start = threading.Barrier(len(calls))
    results: list[Any] = [None] * len(calls)

    def run(i: int, call: Callable[[], Any]) -> None:
        try:
            start.wait(timeout=20)
            results[i] = call()
        except Exception as error:
            results[i] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=each) for each in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert not any(thread.is_alive() for thread in threads), "they wait for each other for ever"
    return results


def errors(results: list[Any]) -> list[Any]:
    return [result for result in results if isinstance(result, Exception)]


@pytest.fixture
def people(course) -> list:
    return [f.person(f"learner{i}") for i in range(20)]


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_opened_by_two_at_once_there_is_one_roster(trainer, people, _round) -> None:
    colleague = f.person("colleague", f.Role.TRAINER)
    results = together(
        *(lambda a=a: api.open_roll(f.session_id(), actor=a) for a in (trainer, colleague) * 2)
    )
    assert errors(results) == []
    assert len(set(results)) == 1
    assert AttendanceRecord.objects.count() == len(people)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_the_same_key_at_once_is_recorded_once(trainer, people, _round) -> None:
    api.open_roll(f.session_id(), actor=trainer)
    marks = [api.Mark(user.pk, "P", request_key=f"k{user.pk}") for user in people]
    results = together(*(lambda: f.give(trainer, marks) for _ in range(4)))
    assert errors(results) == []
    assert sum(len(report.recorded) for report in results) == len(people)
    assert AttendanceChange.objects.count() == len(people)
    assert set(AttendanceRecord.objects.values_list("revision", flat=True)) == {1}


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_two_instructors_at_once_see_that_they_disagree(trainer, people, _round) -> None:
    """Whoever comes second did not know of the first: one mark stands, both are kept."""
    api.open_roll(f.session_id(), actor=trainer)
    colleague = f.person("colleague", f.Role.TRAINER)
    results = together(
        *(
            lambda actor=actor, status=status: f.give(
                actor,
                [api.Mark(u.pk, status, base=0, request_key=f"{status}{u.pk}") for u in people],
            )
            for actor, status in ((trainer, "P"), (colleague, "A"))
        )
    )
    assert errors(results) == []
    disputed = sum(len(report.conflicts) for report in results)
    assert disputed == len(api.list_conflicts(f.session_id())) == len(people)
    assert AttendanceChange.objects.count() == 2 * len(people)
    assert set(AttendanceRecord.objects.values_list("revision", flat=True)) == {2}


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_the_same_press_at_once_is_one_action(trainer, people, _round) -> None:
    api.open_roll(f.session_id(), actor=trainer)
    results = together(
        *(
            lambda: api.record_many(f.session_id(), "P", actor=trainer, kind="everyone", key="k")
            for _ in range(4)
        )
    )
    assert errors(results) == []
    assert len({(report.bulk_id, report.recorded) for report in results}) == 1
    assert BulkAction.objects.count() == 1
    assert AttendanceChange.objects.count() == len(people)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_an_undo_and_a_new_mark_at_once_lose_neither(trainer, people, _round) -> None:
    """The mark stands in either order; everybody else has nothing again, once."""
    api.open_roll(f.session_id(), actor=trainer)
    report = api.record_many(f.session_id(), "P", actor=trainer)
    marked = people[0]
    results = together(
        lambda: api.undo_bulk(f.session_id(), report.bulk_id, actor=trainer),
        lambda: api.undo_bulk(f.session_id(), report.bulk_id, actor=trainer),
        lambda: f.give(trainer, [api.Mark(marked.pk, "L")]),
    )
    assert errors(results) == []
    assert f.record(marked).status == "L"
    others = AttendanceRecord.objects.exclude(user=marked)
    assert set(others.values_list("status", "revision")) == {(None, 2)}
    first, again = results[:2]
    assert set(first.restored) == set(again.restored)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_a_page_that_asks_on_and_on_misses_no_mark(trainer, people, _round) -> None:
    """Lines of a session become visible in the order of their numbers, whoever writes them."""
    f.redesign(sessions=[f.meeting(1), f.meeting(2)])
    f.publish()
    for n in (1, 2):
        api.open_roll(f.session_id(n), actor=trainer)
    heard: set[int] = set()

    def ask_on() -> None:
        cursor, session = 0, f.session()
        for _ in range(400):
            changes = api.changes_since(session, cursor)
            assert changes.cursor >= cursor
            cursor = changes.cursor
            heard.update(changes.user_ids)
            if len(heard) == len(people):
                return

    def write(users: list, n: int) -> None:
        for user in users:
            f.give(trainer, [api.Mark(user.pk, "P")], n)

    results = together(
        ask_on,
        lambda: write(people[:10], 1),
        lambda: write(people[10:], 1),
        lambda: write(people, 2),
    )
    assert errors(results) == []
    assert heard == {user.pk for user in people}


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_two_rolls_of_one_unit_at_once_both_count(trainer, people, _round) -> None:
    f.redesign(sessions=[f.meeting(1), f.meeting(2)], rule={"kind": "sessions", "at_least": 2})
    f.publish()
    for n in (1, 2):
        api.open_roll(f.session_id(n), actor=trainer)
    marks = [api.Mark(user.pk, "P") for user in people]
    results = together(*(lambda n=n: f.give(trainer, marks, n) for n in (1, 2)))
    assert errors(results) == []
    assert [f.standing(user).is_met for user in people] == [True] * len(people)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_two_rolls_opened_and_closed_at_once_decide_for_both(trainer, people, _round) -> None:
    f.redesign(sessions=[f.meeting(1), f.meeting(2)])
    f.publish()
    together(*(lambda n=n: api.open_roll(f.session_id(n), actor=trainer) for n in (1, 2)))
    results = together(
        *(lambda n=n: api.close_roll(f.session_id(n), actor=trainer) for n in (1, 2))
    )
    assert errors(results) == []
    assert {f.standing(user).figures["counted"] for user in people} == {2}
    assert {f.standing(user).pending_from for user in people} == {None}


def test_two_walk_ins_at_once_are_one_row_each(trainer, people) -> None:
    api.open_roll(f.session_id(), actor=trainer)
    late = [f.person(f"late{i}") for i in range(5)]
    marks = [api.Mark(user.pk, "P") for user in late]
    assert errors(together(*(lambda: f.give(trainer, marks) for _ in range(4)))) == []
    assert AttendanceRecord.objects.filter(is_expected=False).count() == 5


def test_granted_twice_at_once_is_one_waiver(trainer, people) -> None:
    results = together(
        *(
            lambda: api.grant_waiver(f.unit_key(), people[0].pk, actor=trainer, reason="x")
            for _ in range(4)
        )
    )
    assert errors(results) == []
    assert Waiver.objects.count() == 1


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_a_change_published_twice_at_once_is_one_change(course, _round) -> None:
    f.redesign(sessions=[f.meeting(1, title="Renamed"), *(f.meeting(n) for n in range(2, 9))])
    results = together(*(f.publish for _ in range(3)))
    assert errors(results) == []
    assert sorted(report.added for report in results) == [0, 0, 7]
    assert f.session().revision == 1


def test_published_twice_at_once_is_published_once(course, clock) -> None:
    Session.objects.all().delete()
    BlendedUnit.objects.all().delete()
    results = together(*(f.publish for _ in range(3)))
    assert errors(results) == []
    assert BlendedUnit.objects.filter(usage_key=f.unit_key()).count() == 1
    assert Session.objects.filter(unit__usage_key=f.unit_key()).count() == 1


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_a_publish_and_a_roll_at_once_leave_nobody_undecided(trainer, people, _round) -> None:
    api.open_roll(f.session_id(), actor=trainer)
    f.redesign(rule={"kind": "sessions", "at_least": 2}, sessions=[f.meeting(1), f.meeting(2)])
    marks = [api.Mark(user.pk, "P") for user in people]
    results = together(lambda: f.give(trainer, marks), f.publish)
    assert errors(results) == []
    assert {f.standing(user).is_met for user in people} == {False}, (
        "two are asked for, one was given"
    )
    CampusEnrollment.objects.all().delete()


def refused(results: list[Any]) -> list[Any]:
    """Return what was refused; anything else that went wrong fails."""
    found = errors(results)
    assert all(isinstance(error, ConflictError) for error in found), found
    return found


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_an_appeal_sent_by_several_devices_at_once_is_one(trainer, people, _round) -> None:
    f.take_roll(trainer, {people[0]: "A"})
    keys = ["same", "same", "other", None]
    results = together(
        *(
            lambda key=key: api.make_appeal(
                f.session_id(), user=people[0], text="I was there.", request_key=key
            )
            for key in keys
        )
    )
    assert Appeal.objects.count() == 1
    assert len(refused(results)) in {2, 3}, "the same key is answered like the first"


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_an_appeal_answered_by_two_at_once_is_answered_once(trainer, people, _round) -> None:
    f.take_roll(trainer, {people[0]: "A"})
    made = api.make_appeal(f.session_id(), user=people[0], text="I was there.")
    colleague = f.person("colleague", f.Role.TRAINER)
    results = together(
        lambda: api.answer_appeal(made.id, actor=trainer, accept=True, answer="Yes.", status="P"),
        lambda: api.answer_appeal(made.id, actor=colleague, accept=False, answer="No."),
    )
    assert len(refused(results)) == 1
    answered = Appeal.objects.get()
    is_present = f.record(people[0]).status == "P"
    assert is_present == (answered.state == "accepted") == (answered.answered_by == trainer)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_the_last_place_on_another_date_is_given_once(trainer, people, _round) -> None:
    last = f.meeting(3, audience=["Lyon"], capacity=1)
    f.redesign(sessions=[f.meeting(1), f.meeting(2), last])
    f.publish()
    for user in people[:3]:
        api.announce_absence(f.session_id(2), user=user)
    results = together(
        *(
            lambda user=user: api.choose_alternative(f.session_id(2), f.session_id(3), user=user)
            for user in people[:3]
        )
    )
    assert len(refused(results)) == 2
    assert AbsenceNotice.objects.filter(instead__isnull=False).count() == 1


def test_an_absence_announced_twice_at_once_is_one(trainer, people) -> None:
    f.redesign(sessions=[f.meeting(1), f.meeting(2)])
    f.publish()
    say = [lambda: api.announce_absence(f.session_id(2), user=people[0], reason="Ill")] * 4
    assert errors(together(*say)) == []
    assert AbsenceNotice.objects.count() == 1


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_choosing_while_the_roll_opens_leaves_a_place_on_it(trainer, people, _round) -> None:
    f.redesign(sessions=[f.meeting(1), f.meeting(2), f.meeting(3, audience=["Lyon"])])
    f.publish()
    api.announce_absence(f.session_id(2), user=people[0])
    results = together(
        lambda: api.choose_alternative(f.session_id(2), f.session_id(3), user=people[0]),
        lambda: api.open_roll(f.session_id(3), actor=trainer),
    )
    assert errors(results) == []
    assert AttendanceRecord.objects.filter(session=f.session(3), user=people[0]).exists()


# Guests


def test_two_people_who_link_a_guest_at_once_link_it_once(trainer, people) -> None:
    api.open_roll(f.session_id(), actor=trainer)
    colleague = f.person("colleague", f.Role.TRAINER)
    for i in range(ROUNDS):
        guest = api.add_guest(f.session_id(), f"Guest {i}", actor=trainer, status="L")
        one, two = people[2 * i : 2 * i + 2]
        results = together(
            lambda g=guest, u=one: api.link_guest(f.session_id(), g.id, u.pk, actor=trainer),
            lambda g=guest, u=two: api.link_guest(f.session_id(), g.id, u.pk, actor=colleague),
        )
        (refused,) = errors(results)
        assert isinstance(refused, ConflictError), refused
        linked = Guest.objects.get(pk=guest.id).user_id
        statuses = {user.pk: f.record(user).status for user in (one, two)}
        assert statuses.pop(linked) == "L"
        assert set(statuses.values()) == {None}, "who was refused is as they were"


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_two_guests_linked_to_one_learner_at_once_are_one_link(trainer, people, _round) -> None:
    api.open_roll(f.session_id(), actor=trainer)
    guests = [api.add_guest(f.session_id(), n, actor=trainer, status="P").id for n in ("1", "2")]
    results = together(
        *(
            lambda g=g: api.link_guest(f.session_id(), g, people[0].pk, actor=trainer)
            for g in guests
        )
    )
    assert len(errors(results)) == 1
    assert Guest.objects.filter(user=people[0]).count() == 1


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_a_guest_sent_twice_at_once_is_added_once(trainer, people, _round) -> None:
    api.open_roll(f.session_id(), actor=trainer)
    results = together(
        *(
            lambda: api.add_guest(
                f.session_id(), "Zoë", "z@example.org", actor=trainer, request_key="k"
            )
            for _ in range(4)
        )
    )
    assert errors(results) == []
    assert len({guest.id for guest in results}) == 1
    results = together(
        *(
            lambda i=i: api.add_guest(f.session_id(), f"{i}", "y@example.org", actor=trainer)
            for i in range(4)
        )
    )
    assert len(errors(results)) == 3, "one address, one guest"


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_a_mark_of_a_guest_sent_twice_at_once_is_recorded_once(trainer, people, _round) -> None:
    api.open_roll(f.session_id(), actor=trainer)
    guest = api.add_guest(f.session_id(), "Zoë", actor=trainer)
    results = together(
        *(
            lambda: (
                api.mark_guest(
                    f.session_id(), guest.id, "P", actor=trainer, request_key="k"
                ).outcome
            )
            for _ in range(4)
        )
    )
    assert sorted(results) == ["recorded", "repeated", "repeated", "repeated"]
    assert Guest.objects.get().revision == 1


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_a_link_and_a_mark_at_once_lose_neither(trainer, people, _round) -> None:
    """Whoever comes first: the learner's own mark stands, and the guest's is still the guest's."""
    api.open_roll(f.session_id(), actor=trainer)
    guest = api.add_guest(f.session_id(), "Zoë", actor=trainer, status="L")
    learner = people[0]
    results = together(
        lambda: api.link_guest(f.session_id(), guest.id, learner.pk, actor=trainer),
        lambda: f.give(trainer, [api.Mark(learner.pk, "P", request_key="k")]),
    )
    assert errors(results) == []
    assert f.record(learner).status == "P"
    api.unlink_guest(f.session_id(), guest.id, actor=trainer)
    assert f.record(learner).status == "P"
    assert Guest.objects.get().status == "L"


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_a_walk_in_added_twice_at_once_is_one_row(trainer, people, _round) -> None:
    api.open_roll(f.session_id(), actor=trainer)
    late = f.person("late")
    add = (lambda: api.add_to_roll(f.session_id(), late.pk, actor=trainer, request_key="k"),)
    assert errors(together(*(add * 4))) == []
    assert AttendanceRecord.objects.filter(user=late).count() == 1
    assert AttendanceChange.objects.filter(user=late).count() == 1


def test_a_mark_at_the_moment_of_a_retirement_puts_no_note_back(trainer, people) -> None:
    """Whoever has read the note before it is wiped writes first; what they kept is wiped too."""
    gone = people[0]
    f.take_roll(trainer, {})
    f.give(trainer, [api.Mark(gone.pk, "A", note="Grandmother’s funeral")])
    has_read, was_asked = threading.Event(), threading.Event()

    def mark() -> None:
        with transaction.atomic():
            lock_session(f.session_id())
            record = AttendanceRecord.objects.get(user=gone)
            has_read.set()
            was_asked.wait(timeout=20)
            # Long enough for a retirement that waits for nobody to be over.
            time.sleep(0.5)
            record.status = "P"
            record.save()

    def retire() -> None:
        has_read.wait(timeout=20)
        was_asked.set()
        forget_person(gone.pk)

    assert errors(together(mark, retire)) == []
    record = AttendanceRecord.objects.get(user=gone)
    assert (record.status, record.note) == ("P", "")


def test_a_roll_closed_while_a_mark_waits_is_closed_for_it(trainer, people) -> None:
    """What was looked at before it waited says nothing any more."""
    api.open_roll(f.session_id(), actor=trainer)
    is_closed = threading.Event()

    def close() -> None:
        with transaction.atomic():
            api.close_roll(f.session_id(), actor=trainer)
            is_closed.set()
            # Long enough for the mark to wait for its turn.
            time.sleep(0.5)

    def mark() -> Any:
        is_closed.wait(timeout=20)
        assert f.session().roll_state == Session.Roll.OPEN, "as it looks before the lock"
        return api.record_attendance(
            f.session_id(), [api.Mark(people[0].pk, "P")], actor=trainer, needs_reason=True
        )

    (refused,) = errors(together(close, mark))
    assert isinstance(refused, ReasonNeededError)
    assert AttendanceRecord.objects.get(user=people[0]).status == "A"
