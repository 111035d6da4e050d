"""Many marked with one press are one action: recorded once, undone once, as one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from blended_xblock import api
from blended_xblock.attendance.history import list_changes
from blended_xblock.errors import ConflictError, InvalidInputError, NotFoundError, NotOnRosterError
from blended_xblock.models import AttendanceChange, BulkAction
from tests import factories as f
from tests.ask import all_rows

pytestmark = pytest.mark.usefixtures("course")


@pytest.fixture
def cleo(db) -> Any:
    return f.person("cleo", cohort="Paris")


@pytest.fixture(autouse=True)
def _open(course, trainer, ana, ben, cleo) -> None:
    api.open_roll(f.session_id(), actor=trainer)


def many(status: str | None, actor: Any, **kwargs: Any) -> api.BulkReport:
    return api.record_many(f.session_id(), status, actor=actor, **kwargs)


def undo(report: api.BulkReport, actor: Any) -> api.UndoReport:
    return api.undo_bulk(f.session_id(), report.bulk_id, actor=actor)


def statuses() -> dict[str, str | None]:
    return dict(f.session().records.values_list("user__username", "status"))


# Marking


def test_those_chosen_are_marked_as_one_action(trainer, ana, ben) -> None:
    f.give(trainer, [api.Mark(ana.pk, "P", 170), api.Mark(ben.pk, "L", 100)])
    report = many("L", trainer, user_ids=[ana.pk, ben.pk, ana.pk], reason="The train was late.")
    assert (report.recorded, report.n, report.unchanged) == ((ana.pk,), 1, (ben.pk,))
    assert statuses() == {"ana": "L", "ben": "L", "cleo": None}
    assert (f.record(ana).minutes, f.record(ben).minutes) == (170, 100), (
        "of minutes nothing is said"
    )
    line = list_changes(f.session_id(), ana.pk)[0]
    assert (line.source, line.bulk_kind, line.reason) == (
        "selection",
        "selection",
        "The train was late.",
    )
    (action,) = api.list_bulk_actions(f.session_id())
    assert (action.id, action.n, action.status, action.actor_name) == (
        report.bulk_id,
        1,
        "L",
        "trainer",
    )
    assert (action.at, action.can_undo) == (timezone.now(), True)


def test_everyone_expected_and_everyone_unmarked_and_a_cohort(trainer, ana, ben, cleo) -> None:
    assert many("P", trainer, cohort="Paris").recorded == (cleo.pk,)
    f.give(trainer, [api.Mark(ana.pk, "A")])
    report = many("P", trainer, kind="everyone", only_unmarked=True)
    assert report.recorded == (ben.pk,)
    assert set(many("L", trainer).recorded) == {ana.pk, ben.pk, cleo.pk}


@pytest.mark.parametrize("kind", ["everyone", "selection"])
def test_a_press_received_twice_is_answered_as_the_first_and_done_once(
    trainer, ana, ben, kind
) -> None:
    f.give(trainer, [api.Mark(ben.pk, "P")])
    press = {"key": "k", "kind": kind, "only_unmarked": kind == "everyone"}
    if kind == "selection":
        press["user_ids"] = [ana.pk, ben.pk]
    first = many("P", trainer, **press)
    f.give(trainer, [api.Mark(ana.pk, None)])
    before = all_rows()
    again = many("P", trainer, **press)
    assert (again.bulk_id, again.recorded, again.is_repeated) == (
        first.bulk_id,
        first.recorded,
        True,
    )
    assert all_rows() == before, "who was unmarked since stays unmarked"
    if kind == "selection":
        assert (first.unchanged, again.unchanged) == ((ben.pk,), (ben.pk,))


def test_a_press_that_found_nobody_does_not_mark_who_comes_later(trainer, ana) -> None:
    many("P", trainer)
    assert many("P", trainer, kind="everyone", only_unmarked=True, key="k").n == 0
    f.give(trainer, [api.Mark(ana.pk, None)])
    assert many("P", trainer, kind="everyone", only_unmarked=True, key="k").n == 0
    assert f.record(ana).status is None
    assert len(api.list_bulk_actions(f.session_id())) == 1, "there is nothing to undo in it"


def test_the_key_of_another_session_is_refused(trainer, ana) -> None:
    f.redesign(sessions=[f.meeting(1), f.meeting(2)])
    f.publish()
    api.open_roll(f.session_id(2), actor=trainer)
    many("P", trainer, key="k")
    with pytest.raises(ConflictError):
        api.record_many(f.session_id(2), "P", actor=trainer, key="k")


@pytest.mark.parametrize(
    "wrong",
    [{"status": "X"}, {"kind": "undo"}, {"key": ""}, {"key": "k" * 65}, {"reason": "x" * 2001}],
    ids=str,
)
def test_what_is_wrong_is_refused_with_all_of_it(trainer, wrong) -> None:
    before = all_rows()
    with pytest.raises(InvalidInputError):
        many(**({"status": "P", "actor": trainer} | wrong))
    assert all_rows() == before


def test_a_stranger_is_refused_with_all_of_it(trainer, ana) -> None:
    before = all_rows()
    stranger = f.person("stranger", course=f.OTHER_COURSE)
    before = all_rows()
    with pytest.raises(NotOnRosterError):
        many("P", trainer, user_ids=[ana.pk, stranger.pk])
    assert all_rows() == before


def test_closing_is_an_action_too(trainer, ana, ben) -> None:
    f.give(trainer, [api.Mark(ana.pk, "P")])
    api.close_roll(f.session_id(), actor=trainer)
    (action,) = api.list_bulk_actions(f.session_id())
    assert (action.kind, action.status, action.n) == ("close", "A", 2)


# Undoing


def test_an_action_is_undone_as_one(trainer, ana, ben, cleo, clock) -> None:
    colleague = f.person("colleague", f.Role.TRAINER)
    f.give(colleague, [api.Mark(ana.pk, "L", 30, "room", "Ill.")])
    made = timezone.now()
    clock.tick(60)
    report = many("A", trainer)
    assert not api.is_open(f.AFTER, ana.pk)
    clock.tick(60)
    undone = undo(report, trainer)
    assert (set(undone.restored), undone.kept) == ({ana.pk, ben.pk, cleo.pk}, ())
    record = f.record(ana)
    assert (record.status, record.minutes, record.modality, record.note) == (
        "L",
        30,
        "room",
        "Ill.",
    )
    assert (record.recorded_by, record.recorded_at, record.source) == (colleague, made, "roll")
    assert (f.record(ben).status, f.record(ben).recorded_at) == (None, None)
    assert api.is_open(f.AFTER, ana.pk)
    newest = list_changes(f.session_id(), ana.pk)[0]
    assert (newest.source, newest.bulk_kind, newest.actor_name, newest.at) == (
        "undo",
        "selection",
        "trainer",
        timezone.now(),
    )
    (action,) = api.list_bulk_actions(f.session_id())
    assert (action.can_undo, action.undone_at, action.undone_by_name, action.n) == (
        False,
        timezone.now(),
        "trainer",
        3,
    )


@pytest.mark.parametrize("said", ["L", "P"])
def test_who_was_looked_at_since_keeps_what_they_have(trainer, ana, ben, cleo, said) -> None:
    """Also who was confirmed: somebody has looked at them."""
    report = many("P", trainer)
    f.give(trainer, [api.Mark(ana.pk, said, base=f.record(ana).revision)])
    undone = undo(report, trainer)
    assert (set(undone.restored), undone.kept) == ({ben.pk, cleo.pk}, (ana.pk,))
    assert f.record(ana).status == said


def test_with_a_press_goes_what_it_contradicted(trainer, ana, ben) -> None:
    colleague = f.person("colleague", f.Role.TRAINER)
    f.give(colleague, [api.Mark(ana.pk, "A")])
    report = many("P", trainer, user_ids=[ana.pk, ben.pk], seen={ana.pk: 0})
    assert report.conflicts == (ana.pk,)
    assert undo(report, trainer).kept == ()
    assert statuses() == {"ana": "A", "ben": None, "cleo": None}
    assert api.list_conflicts(f.session_id()) == []


def test_a_mark_that_lost_since_does_not_hold_the_undo(trainer, ana) -> None:
    report = many("P", trainer)
    late = timezone.now() - timedelta(minutes=5)
    colleague = f.person("colleague", f.Role.TRAINER)
    f.give(colleague, [api.Mark(ana.pk, "A", base=0, at=late)])
    assert ana.pk in undo(report, trainer).restored


def test_undone_once_a_retry_is_answered_the_same(trainer, ana, ben) -> None:
    report = many("P", trainer, user_ids=[ana.pk, ben.pk])
    f.give(trainer, [api.Mark(ben.pk, "L")])
    first = undo(report, trainer)
    f.give(trainer, [api.Mark(ana.pk, "P")])
    before = all_rows()
    assert undo(report, trainer) == first == api.UndoReport((ana.pk,), (ben.pk,))
    assert all_rows() == before


def test_actions_are_undone_in_any_order_that_makes_sense(trainer, ana, ben, cleo) -> None:
    first = many("P", trainer)
    second = many("L", trainer, user_ids=[ana.pk])
    assert undo(first, trainer).kept == (ana.pk,), "the later action holds her"
    assert undo(second, trainer).restored == (ana.pk,)
    assert f.record(ana).status == "P"


def test_the_later_action_first_then_the_earlier(trainer, ana, ben, cleo) -> None:
    first = many("P", trainer)
    second = many("L", trainer, user_ids=[ana.pk])
    undo(second, trainer)
    undone = undo(first, trainer)
    assert (set(undone.restored), undone.kept) == ({ana.pk, ben.pk, cleo.pk}, ())
    assert statuses() == {"ana": None, "ben": None, "cleo": None}


def test_a_mark_a_phone_kept_is_heard_after_an_undo(trainer, ana, clock) -> None:
    """What is said of nobody any more wins against nobody."""
    seen = timezone.now()
    clock.tick(60)
    report = many("A", trainer)
    clock.tick(60)
    undo(report, trainer)
    colleague = f.person("colleague", f.Role.TRAINER)
    assert f.give(colleague, [api.Mark(ana.pk, "L", at=seen, base=0)]).recorded == (ana.pk,)


def test_a_history_from_before_arrivals_were_kept_is_undone(trainer, ana) -> None:
    report = many("P", trainer, user_ids=[ana.pk])
    line = AttendanceChange.objects.get()
    for side in (line.before, line.after):
        del side["arrived_at"], side["left_at"]
    line.save()
    assert undo(report, trainer).restored == (ana.pk,)
    assert f.record(ana).status is None


def test_what_cannot_be_undone_is_refused(trainer, ana) -> None:
    report = many("P", trainer)
    f.redesign(sessions=[f.meeting(1), f.meeting(2)])
    f.publish()
    for session, bulk in ((f.session_id(2), report.bulk_id), (f.session_id(), 10**9)):
        with pytest.raises(NotFoundError):
            api.undo_bulk(session, bulk, actor=trainer)
    f.give(trainer, [api.Mark(ana.pk, None)])
    api.close_roll(f.session_id(), actor=trainer)
    closing = BulkAction.objects.get(kind="close")
    with pytest.raises(ConflictError, match="Reopen"):
        api.undo_bulk(f.session_id(), closing.pk, actor=trainer)


def test_any_changes_are_taken_back_as_one(trainer, ana, ben) -> None:
    """As an import does, in which one learner may have several lines."""
    f.give(trainer, [api.Mark(ben.pk, "L")])
    f.give(trainer, [api.Mark(u.pk, s) for u in (ana, ben) for s in "PA"], source="import")
    lines = AttendanceChange.objects.filter(source="import")
    session = f.session()
    assert set(api.undo_changes(session, lines, actor=trainer).restored) == {ana.pk, ben.pk}
    assert (f.record(ana).status, f.record(ben).status) == (None, "L")
