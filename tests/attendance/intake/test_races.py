"""Two browsers at the same moment: a piece is kept once, a file applied once, a mark never lost.

These need a database that several connections share: set BLENDED_TEST_DATABASE_URL to MariaDB.
"""

from __future__ import annotations

import pytest

from blended_xblock import api
from blended_xblock.attendance.retirement import forget_person
from blended_xblock.models import AttendanceChange, ImportBatch, ImportPiece
from tests import factories as f
from tests import intake
from tests.test_races import ROUNDS, errors, pytestmark, together

__all__ = ["pytestmark"]

REPORT = intake.zoom(*(f"Ada {n},ada{n}@example.org,09:00,12:00" for n in range(30)))


@pytest.fixture
def learners(db) -> list:
    f.build_course()
    return [f.person(f"ada{n}", email=f"ada{n}@example.org") for n in range(30)]


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_the_same_piece_at_once_is_one_file(learners, trainer, _round) -> None:
    def send() -> ImportBatch:
        return intake.receive(trainer, REPORT, key="k")

    results = together(*([send] * 4))
    assert errors(results) == []
    assert (ImportBatch.objects.count(), ImportPiece.objects.count()) == (1, 1)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_two_presses_apply_once(learners, trainer, _round) -> None:
    batch = intake.send(trainer, REPORT)
    results = together(
        *(
            lambda: api.apply_import(
                f.session_id(), batch.pk, actor=trainer, revision=batch.revision
            )
            for _ in range(3)
        )
    )
    assert errors(results) == []
    assert sorted(done.is_repeated for done in results) == [False, True, True]
    assert AttendanceChange.objects.count() == len(learners)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_a_mark_made_at_the_same_moment_is_not_lost(learners, trainer, _round) -> None:
    api.open_roll(f.session_id(), actor=trainer)
    batch = intake.send(trainer, REPORT)
    colleague = f.person("colleague", f.Role.TRAINER)
    results = together(
        lambda: api.apply_import(f.session_id(), batch.pk, actor=trainer, revision=batch.revision),
        lambda: f.give(colleague, [api.Mark(learners[0].pk, "E")]),
    )
    assert errors(results) == []
    assert f.record(learners[0]).status == "E", "by hand, before or after"


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_a_decision_at_the_same_moment_is_applied_or_told(learners, trainer, _round) -> None:
    batch = intake.send(trainer, REPORT)
    settled, applied = together(
        lambda: api.settle_import(f.session_id(), batch.pk, [api.Settled(0, "out")]),
        lambda: api.apply_import(f.session_id(), batch.pk, actor=trainer, revision=batch.revision),
    )
    if isinstance(applied, api.Applied):
        assert applied.recorded == len(learners)
        assert getattr(settled, "code", "") == "conflict"
    else:
        assert applied.code == "import_changed"
        assert not AttendanceChange.objects.exists()


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_who_is_retired_while_their_file_is_checked_is_forgotten(learners, trainer, _round) -> None:
    batch = intake.send(trainer, REPORT)
    everybody = [api.Settled(n, status=code) for n, code in enumerate("PLDEA" * 6)]
    results = together(
        lambda: forget_person(learners[0].pk, ["ada0@example.org"]),
        lambda: api.settle_import(f.session_id(), batch.pk, everybody),
        lambda: api.settle_import(f.session_id(), batch.pk, everybody),
        lambda: api.discard_import(f.session_id(), batch.pk),
    )
    assert [error for error in errors(results) if getattr(error, "code", "") != "conflict"] == []
    batch.refresh_from_db()
    assert (batch.state, batch.people.count()) == ("discarded", 0)
