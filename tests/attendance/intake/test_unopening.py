"""A roll that a file opened is not opened any more once the file is taken back, if it is bare."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from blended_xblock import api
from blended_xblock.models import AttendanceChange, AttendanceRecord
from blended_xblock.workbench.models import CampusEnrollment
from tests import factories as f
from tests import intake

pytestmark = pytest.mark.usefixtures("course")

REPORT = intake.zoom("Ada,ada@example.org,09:00,12:00", "Vera,vera@example.com,09:00,12:00")


@pytest.fixture
def ada(course) -> Any:
    return f.person("ada", email="ada@example.org")


@pytest.fixture
def bo(course) -> Any:
    return f.person("bo", email="bo@example.org")


def sent(trainer: Any, report: bytes = REPORT) -> Any:
    batch = intake.send(trainer, report)
    numbers = {name: row.number for name, row in intake.people(batch).items()}
    if "Vera" in numbers:
        api.settle_import(f.session_id(), batch.pk, [api.Settled(numbers["Vera"], "guest")])
    return batch


def take_back(trainer: Any, batch: Any) -> api.TakenBack:
    return api.undo_import(f.session_id(), batch.pk, actor=trainer)


def on_roll() -> set[str]:
    rows = AttendanceRecord.objects.filter(session=f.session_id())
    return set(rows.values_list("user__username", flat=True))


def read_by(*learners: Any) -> list[tuple[str, str]]:
    """Return what the gate says to each of them, and why."""
    reports = [api.get_standing(f.unit_key(), learner.pk) for learner in learners]
    return [(report.outcome, report.reason) for report in reports]


def test_it_is_as_if_nobody_had_opened_it(trainer, ada, bo) -> None:
    before = read_by(ada, bo)
    batch = sent(trainer)
    intake.apply(trainer, batch)
    assert (f.session().roll_state, on_roll()) == ("open", {"ada", "bo"})
    assert f.standing(ada).is_met
    assert not f.standing(bo).is_met, "it is decided of whom the file does not name, too"
    done = take_back(trainer, batch)
    assert done.unopened == (f.session_id(),)
    session = f.session()
    assert (session.roll_state, session.roll_opened_at, session.roll_opened_by) == (
        "not_opened", None, None,
    )  # fmt: skip
    assert on_roll() == set()
    assert read_by(ada, bo) == before
    assert [line.source for line in AttendanceChange.objects.filter(user=ada)] == [
        "import",
        "undo_import",
    ]
    assert take_back(trainer, batch).unopened == ()


def test_who_enrolled_meanwhile_is_expected_when_it_is_opened(trainer, ada, bo) -> None:
    batch = sent(trainer)
    intake.apply(trainer, batch)
    f.person("cy", email="cy@example.org")
    take_back(trainer, batch)
    api.open_roll(f.session_id(), actor=trainer)
    assert on_roll() == {"ada", "bo", "cy"}
    copy = api.check_import_again(f.session_id(), batch.pk, actor=trainer)
    intake.apply(trainer, copy)
    assert take_back(trainer, copy).unopened == (), "that file met an open roll"
    assert f.session().roll_state == "open"


def test_who_left_the_course_meanwhile_waits_for_nothing(trainer, ada, bo) -> None:
    batch = sent(trainer)
    intake.apply(trainer, batch)
    CampusEnrollment.objects.filter(user=bo).delete()
    assert f.standing(bo).pending_from is not None, "the open roll may still mark them"
    take_back(trainer, batch)
    assert f.standing(bo).pending_from is None


def test_the_last_of_several_files_leaves_it_not_opened(trainer, ada, bo) -> None:
    batches = [sent(trainer), sent(trainer, intake.zoom("Bo,bo@example.org,09:00,12:00"))]
    for batch in batches:
        intake.apply(trainer, batch)
    assert take_back(trainer, batches[0]).unopened == ()
    assert f.session().roll_state == "open"
    assert take_back(trainer, batches[1]).unopened == (f.session_id(),)


def mark_by_hand(trainer: Any, user: Any, status: str | None = "P") -> None:
    api.record_attendance(f.session_id(), [api.Mark(user.pk, status)], actor=trainer)


def mark_and_unmark(trainer: Any, user: Any) -> None:
    mark_by_hand(trainer, user)
    mark_by_hand(trainer, user, None)


def add_somebody(trainer: Any, _user: Any) -> None:
    late = f.person("late", enrolled_at=f.FIRST_END.replace(day=20))
    api.add_to_roll(f.session_id(), late.pk, actor=trainer)


def add_a_guest(trainer: Any, _user: Any) -> None:
    api.add_guest(f.session_id(), name="Gina", actor=trainer)


def keep_the_files_guest(trainer: Any, user: Any) -> None:
    (guest,) = api.list_guests(f.session_id())
    api.link_guest(f.session_id(), guest.id, user.pk, actor=trainer)


def close(trainer: Any, _user: Any) -> None:
    api.close_roll(f.session_id(), actor=trainer)


def close_and_reopen(trainer: Any, _user: Any) -> None:
    api.close_roll(f.session_id(), actor=trainer)
    api.reopen_roll(f.session_id(), actor=trainer, undo_absences=True)


@pytest.mark.parametrize(
    "meanwhile",
    [
        mark_by_hand, mark_and_unmark, add_somebody, add_a_guest, keep_the_files_guest, close,
        close_and_reopen,
    ],
)  # fmt: skip
def test_a_roll_that_somebody_used_meanwhile_stays_as_it_is(
    trainer, ada, bo, meanwhile: Callable[[Any, Any], None]
) -> None:
    batch = sent(trainer)
    intake.apply(trainer, batch)
    meanwhile(trainer, bo)
    expected, state = on_roll(), f.session().roll_state
    assert take_back(trainer, batch).unopened == ()
    assert (f.session().roll_state, on_roll()) == (state, expected)


def test_a_guest_whom_another_file_brought_keeps_it_open(trainer, ada, bo) -> None:
    batch = sent(trainer, intake.zoom("Ada,ada@example.org,09:00,12:00"))
    intake.apply(trainer, batch)
    other = sent(trainer, intake.zoom("Vera,vera@example.com,09:00,12:00"))
    intake.apply(trainer, other)
    assert take_back(trainer, batch).unopened == ()
    assert f.session().roll_state == "open"
    assert take_back(trainer, other).unopened == (f.session_id(),)


def test_a_roll_closed_with_nobody_unmarked_stays_closed(trainer, ada) -> None:
    batch = sent(trainer)
    intake.apply(trainer, batch)
    api.close_roll(f.session_id(), actor=trainer)
    assert not AttendanceChange.objects.filter(batch__isnull=True).exists()
    assert take_back(trainer, batch).unopened == ()
    assert f.session().roll_state == "closed"


def test_a_roll_opened_by_hand_stays_open(trainer, ada, bo) -> None:
    api.open_roll(f.session_id(), actor=trainer)
    batch = sent(trainer)
    intake.apply(trainer, batch)
    assert take_back(trainer, batch).unopened == ()
    assert (f.session().roll_state, on_roll()) == ("open", {"ada", "bo"})
