"""Opening freezes who is expected; closing does exactly what its preview said."""

from __future__ import annotations

import uuid

import pytest

from blended_xblock import api
from blended_xblock.errors import (
    ConflictError,
    NotFoundError,
    RollNotOpenError,
    SessionNotLiveError,
)
from blended_xblock.models import (
    AbsenceNotice,
    AttendanceChange,
    AttendanceRecord,
    BulkAction,
    Session,
)
from blended_xblock.workbench.models import CampusEnrollment
from tests import factories as f

pytestmark = pytest.mark.usefixtures("course")


def expected(n: int = 1) -> set[str]:
    return set(
        AttendanceRecord.objects.filter(session=f.session_id(n), is_expected=True).values_list(
            "user__username", flat=True
        )
    )


def test_opening_freezes_the_roster(trainer, ana, ben) -> None:
    roll = api.open_roll(f.session_id(), actor=trainer)
    assert (roll.state, roll.expected, roll.unmarked) == ("open", 2, 2)
    f.person("late to enrol")
    CampusEnrollment.objects.filter(user=ana).update(cohort="elsewhere")
    CampusEnrollment.objects.filter(user=ben).delete()
    f.redesign(sessions=[f.meeting(audience=["nobody"])])
    f.publish()
    assert api.open_roll(f.session_id(), actor=trainer).expected == 2
    assert expected() == {"ana", "ben"}


def test_opening_twice_changes_nothing(trainer, ana, clock) -> None:
    first = api.open_roll(f.session_id(), actor=trainer)
    clock.tick(60)
    again = api.open_roll(f.session_id(), actor=f.person("colleague", f.Role.TRAINER))
    assert again == first
    assert f.session().roll_opened_by == trainer


def test_only_the_cohorts_named_are_expected(trainer, ana) -> None:
    f.redesign(sessions=[f.meeting(audience=["Paris", "Lyon"])])
    f.publish()
    for name, cohort in (("p", "Paris"), ("l", "Lyon"), ("x", "lyon"), ("y", "")):
        f.person(name, cohort=cohort)
    api.open_roll(f.session_id(), actor=trainer)
    assert expected() == {"p", "l"}


def test_who_enrolled_after_the_session_was_never_expected(trainer, ana, clock) -> None:
    f.person("during", enrolled_at=f.FIRST_END)
    f.person("after", enrolled_at=f.FIRST_END.replace(second=1))
    clock.move_to("2026-06-01")
    api.open_roll(f.session_id(), actor=trainer)
    assert expected() == {"ana", "during"}


def test_staff_guests_and_inactive_people_are_not_expected(trainer, ana) -> None:
    f.person("guest", f.Role.GUEST)
    f.person("gone", is_active=False)
    f.person("stranger", course=f.OTHER_COURSE)
    api.open_roll(f.session_id(), actor=trainer)
    assert expected() == {"ana"}


@pytest.mark.parametrize("state", ["draft", "cancelled", "removed"])
@pytest.mark.parametrize("call", [api.open_roll, api.close_roll])
def test_a_session_that_is_not_live_has_no_roll(trainer, ana, state, call) -> None:
    Session.objects.update(state=state)
    before = f.written()
    with pytest.raises(SessionNotLiveError):
        call(f.session_id(), actor=trainer)
    assert f.written() == before
    assert f.session().roll_state == "not_opened"


@pytest.mark.parametrize("session_id", [uuid.uuid4(), "not-a-uuid", "", 7])
@pytest.mark.parametrize(
    "call",
    [
        lambda i, actor: api.open_roll(i, actor=actor),
        lambda i, actor: api.close_roll(i, actor=actor),
        lambda i, actor: api.record_attendance(i, [], actor=actor),
        lambda i, _actor: api.preview_close(i),
    ],
    ids=["open", "close", "record", "preview"],
)
def test_an_unknown_session_is_not_found(trainer, call, session_id) -> None:
    with pytest.raises(NotFoundError):
        call(session_id, trainer)


def test_closing_does_what_its_preview_said(trainer, ana, ben) -> None:
    cleo, dan = f.person("cleo"), f.person("dan")
    f.take_roll(trainer, {ana: "P", ben: "E"})
    f.give(trainer, [api.Mark(dan.pk, "P")])
    f.give(trainer, [api.Mark(dan.pk, None)])
    preview = api.preview_close(f.session_id())
    assert preview.status.code == "A"
    assert set(preview.user_ids) == {cleo.pk, dan.pk}
    assert f.session().roll_state == "open", "a preview writes nothing"
    roll = api.close_roll(f.session_id(), actor=trainer)
    assert (roll.state, roll.expected, roll.unmarked) == ("closed", 4, 0)
    statuses = dict(AttendanceRecord.objects.values_list("user__username", "status"))
    assert statuses == {"ana": "P", "ben": "E", "cleo": "A", "dan": "A"}


def test_a_walk_in_who_was_unmarked_again_is_not_made_absent(trainer, ana) -> None:
    api.open_roll(f.session_id(), actor=trainer)
    walk_in = f.person("walk-in")
    f.give(trainer, [api.Mark(walk_in.pk, "P")])
    f.give(trainer, [api.Mark(walk_in.pk, None)])
    api.close_roll(f.session_id(), actor=trainer)
    assert f.record(walk_in).status is None
    assert f.record(ana).status == "A"


def test_closing_twice_changes_nothing(trainer, ana, clock) -> None:
    api.open_roll(f.session_id(), actor=trainer)
    first, before = api.close_roll(f.session_id(), actor=trainer), f.written()
    clock.tick(60)
    assert api.close_roll(f.session_id(), actor=trainer) == first
    assert f.written() == before


def test_a_roll_never_opened_cannot_be_closed(trainer, ana) -> None:
    with pytest.raises(RollNotOpenError):
        api.close_roll(f.session_id(), actor=trainer)
    assert f.session().roll_state == "not_opened"


def test_a_closed_roll_can_be_corrected(trainer, ana) -> None:
    api.open_roll(f.session_id(), actor=trainer)
    api.close_roll(f.session_id(), actor=trainer)
    assert not api.is_open(f.AFTER, ana.pk)
    f.give(trainer, [api.Mark(ana.pk, "L")])
    assert f.record(ana).status == "L"
    assert api.is_open(f.AFTER, ana.pk)
    assert f.session().roll_state == "closed"


NO_ABSENT = [
    {"code": "P", "label": "Present", "credit": 1.0, "attended": True, "counted": True},
    {"code": "E", "label": "Excused", "credit": 0.0, "attended": False, "counted": False},
]


def test_without_a_status_for_absent_people_all_must_be_marked_first(trainer, ana, ben) -> None:
    f.redesign(statuses=NO_ABSENT)
    f.publish()
    f.take_roll(trainer, {ana: "P"})
    with pytest.raises(ConflictError, match="must be marked"):
        api.preview_close(f.session_id())
    with pytest.raises(ConflictError, match="must be marked"):
        api.close_roll(f.session_id(), actor=trainer)
    assert f.record(ben).status is None
    assert f.session().roll_state == "open"


def test_once_all_are_marked_no_absent_status_is_needed(trainer, ana) -> None:
    f.redesign(statuses=NO_ABSENT)
    f.publish()
    f.take_roll(trainer, {ana: "E"})
    assert api.preview_close(f.session_id()).user_ids == ()
    assert api.close_roll(f.session_id(), actor=trainer).state == "closed"


def test_a_roll_nobody_is_expected_at_opens_and_closes(trainer) -> None:
    assert api.open_roll(f.session_id(), actor=trainer).expected == 0
    assert api.close_roll(f.session_id(), actor=trainer).state == "closed"


def test_opening_redecides_for_those_no_longer_expected(trainer, ana, clock) -> None:
    """Who left the cohort before the roll opened has no mark to wait for."""
    f.redesign(sessions=[f.meeting(audience=["Paris"])])
    f.publish()
    CampusEnrollment.objects.filter(user=ana).update(cohort="Paris")
    api.grant_waiver(f.unit_key(), ana.pk, actor=trainer, reason="Told us before.")
    api.revoke_waiver(f.unit_key(), ana.pk, actor=trainer)
    CampusEnrollment.objects.filter(user=ana).update(cohort="Lyon")
    api.open_roll(f.session_id(), actor=trainer)
    clock.move_to("2026-05-20")
    assert api.get_standing(f.unit_key(), ana.pk).outcome == "not_met"


# Reopening


def test_reopening_takes_back_whom_closing_made_absent(trainer, ana, ben, clock) -> None:
    f.take_roll(trainer, {ana: "P"})
    api.close_roll(f.session_id(), actor=trainer)
    clock.tick(60)
    report = api.reopen_roll(f.session_id(), actor=trainer, undo_absences=True)
    assert (report.restored, report.kept) == ((ben.pk,), ())
    assert (report.roll.state, report.roll.unmarked, report.roll.closed_at) == ("open", 1, None)
    assert (f.record(ana).status, f.record(ben).status) == ("P", None)
    assert api.close_roll(f.session_id(), actor=trainer).unmarked == 0


def test_reopening_may_leave_them_absent(trainer, ana) -> None:
    api.open_roll(f.session_id(), actor=trainer)
    api.close_roll(f.session_id(), actor=trainer)
    report = api.reopen_roll(f.session_id(), actor=trainer, undo_absences=False)
    assert (report.restored, f.record(ana).status) == ((), "A")
    (action,) = api.list_bulk_actions(f.session_id())
    assert api.undo_bulk(f.session_id(), action.id, actor=trainer).restored == (ana.pk,), "later"


def test_who_was_corrected_since_the_closing_keeps_the_correction(trainer, ana, ben) -> None:
    api.open_roll(f.session_id(), actor=trainer)
    api.close_roll(f.session_id(), actor=trainer)
    f.give(trainer, [api.Mark(ana.pk, "E", reason="Was ill.")])
    report = api.reopen_roll(f.session_id(), actor=trainer, undo_absences=True)
    assert (report.restored, report.kept) == ((ben.pk,), (ana.pk,))
    assert f.record(ana).status == "E"


def test_reopening_undoes_the_last_closing_only(trainer, ana, clock) -> None:
    api.open_roll(f.session_id(), actor=trainer)
    api.close_roll(f.session_id(), actor=trainer)
    api.reopen_roll(f.session_id(), actor=trainer, undo_absences=False)
    clock.tick(60)
    api.close_roll(f.session_id(), actor=trainer)
    report = api.reopen_roll(f.session_id(), actor=trainer, undo_absences=True)
    assert (report.restored, f.record(ana).status) == ((), "A"), "the second made nobody absent"


def test_a_roll_closed_before_there_were_actions_reopens_too(trainer, ana) -> None:
    api.open_roll(f.session_id(), actor=trainer)
    api.close_roll(f.session_id(), actor=trainer)
    AttendanceChange.objects.update(bulk=None)
    BulkAction.objects.all().delete()
    report = api.reopen_roll(f.session_id(), actor=trainer, undo_absences=True)
    assert (report.restored, f.record(ana).status) == ((ana.pk,), None)


@pytest.mark.parametrize("state", ["not_opened", "open"])
def test_only_a_closed_roll_is_reopened(trainer, ana, state) -> None:
    if state == "open":
        api.open_roll(f.session_id(), actor=trainer)
    with pytest.raises(ConflictError, match="not closed"):
        api.reopen_roll(f.session_id(), actor=trainer, undo_absences=True)


def test_the_roll_of_a_cancelled_session_stays_closed(trainer, ana) -> None:
    api.open_roll(f.session_id(), actor=trainer)
    api.close_roll(f.session_id(), actor=trainer)
    Session.objects.update(state="cancelled")
    with pytest.raises(SessionNotLiveError):
        api.reopen_roll(f.session_id(), actor=trainer, undo_absences=True)
    assert f.record(ana).status == "A"


# Who said beforehand that they cannot come


def test_a_preview_says_who_announced_their_absence(trainer, ana, ben) -> None:
    api.open_roll(f.session_id(), actor=trainer)
    for user, withdrawn_at in ((ana, None), (ben, f.LONG_AGO)):
        AbsenceNotice.objects.create(
            session=f.session(), user=user, announced_at=f.LONG_AGO, withdrawn_at=withdrawn_at
        )
    preview = api.preview_close(f.session_id())
    assert (preview.announced, preview.excused.code) == ((ana.pk,), "E")
    api.record_many(f.session_id(), "E", actor=trainer, user_ids=preview.announced)
    preview = api.preview_close(f.session_id())
    assert (preview.user_ids, preview.announced) == ((ben.pk,), ())


def test_a_unit_may_have_no_status_for_who_is_excused(trainer, ana) -> None:
    absent = {"code": "A", "label": "Absent", "credit": 0.0, "attended": False, "counted": True}
    f.redesign(statuses=[NO_ABSENT[0], absent])
    f.publish()
    api.open_roll(f.session_id(), actor=trainer)
    assert api.preview_close(f.session_id()).excused is None
