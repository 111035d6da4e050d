"""A file that spans several days: each session gets its own minutes, where somebody chose it."""

from __future__ import annotations

import pytest

from blended_xblock import api
from blended_xblock.models import AttendanceRecord
from tests import factories as f
from tests import intake

TWO_DAYS = (
    b"Name (Original Name),User Email,Join Time,Leave Time,Duration (Minutes),Guest\n"
    b"Ada,ada@example.org,05/12/2026 09:00:00,05/12/2026 12:00:00,180,No\n"
    b"Ada,ada@example.org,05/19/2026 09:00:00,05/19/2026 10:30:00,90,No\n"
    b"Bo,bo@example.org,05/19/2026 09:00:00,05/19/2026 12:00:00,180,No\n"
)


@pytest.fixture
def learners(clock, trainer):
    f.build_course(unit=f.design(f.meeting(1), f.meeting(2), f.meeting(3)))
    return {name: f.person(name, email=f"{name}@example.org") for name in ("ada", "bo")}


def marks(n: int) -> dict[str, tuple[str | None, int | None]]:
    rows = AttendanceRecord.objects.filter(session=f.session_id(n)).select_related("user")
    return {row.user.username: (row.status, row.minutes) for row in rows}


def test_the_session_it_was_dropped_at_is_chosen_and_others_are_offered(learners, trainer) -> None:
    batch = intake.send(trainer, TWO_DAYS)
    covered = api.preview_import(f.session_id(), batch.pk).covered
    assert [(session.pk, chosen) for session, chosen in covered] == [
        (f.session_id(1), True),
        (f.session_id(2), False),
    ]
    intake.apply(trainer, batch)
    assert marks(1) == {"ada": ("P", 180), "bo": (None, None)}
    assert marks(2) == {}


def test_one_press_records_all_that_were_chosen_and_one_takes_all_back(learners, trainer) -> None:
    batch = intake.send(trainer, TWO_DAYS)
    both = {f.session_id(1), f.session_id(2)}
    api.settle_import(f.session_id(), batch.pk, sessions=both)
    intake.apply(trainer, batch)
    assert marks(1) == {"ada": ("P", 180), "bo": (None, None)}
    assert marks(2) == {"ada": ("D", 90), "bo": ("P", 180)}
    assert {file.id for n in (1, 2) for file in api.list_imports(f.session_id(n))} == {batch.pk}
    done = api.undo_import(f.session_id(), batch.pk, actor=trainer)
    assert set(done.unopened) == both
    assert marks(1) == marks(2) == {}, "as before anybody had opened these rolls"


def test_a_trainer_records_only_at_sessions_they_are_invited_to(learners, trainer) -> None:
    batch = intake.send(trainer, TWO_DAYS)
    both = {f.session_id(1), f.session_id(2)}
    mine = {f.session_id(1)}
    with pytest.raises(api.BlendedError) as error:
        api.settle_import(f.session_id(), batch.pk, sessions=both, may=mine)
    assert error.value.code == "not_allowed"
    api.settle_import(f.session_id(), batch.pk, sessions=both)
    with pytest.raises(api.BlendedError) as error:
        intake.apply(trainer, batch, may=mine)
    assert error.value.code == "not_allowed"
    assert marks(1) == marks(2) == {}
    intake.apply(trainer, batch)
    with pytest.raises(api.BlendedError) as error:
        api.undo_import(f.session_id(), batch.pk, actor=trainer, may=mine)
    assert error.value.code == "not_allowed"


def test_a_session_the_file_does_not_cover_cannot_be_chosen(learners, trainer) -> None:
    batch = intake.send(trainer, TWO_DAYS)
    with pytest.raises(api.BlendedError) as error:
        api.settle_import(f.session_id(), batch.pk, sessions={f.session_id(3)})
    assert error.value.code == "not_found"
    with pytest.raises(api.BlendedError) as error:
        api.settle_import(f.session_id(), batch.pk, sessions=set())
    assert error.value.code == "invalid_input"


def test_files_of_two_days_do_not_add_up_across_sessions(learners, trainer) -> None:
    totals = b"name,email,minutes\nAda,ada@example.org,100\n"
    intake.apply(trainer, intake.send(trainer, totals))
    intake.apply(trainer, intake.send(trainer, totals, n=2), n=2)
    assert (marks(1)["ada"][1], marks(2)["ada"][1]) == (100, 100)
