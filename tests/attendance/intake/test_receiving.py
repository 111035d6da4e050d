"""A file that arrives in pieces: in any order, twice, from two tabs, damaged, too large."""

from __future__ import annotations

import pytest

from blended_xblock import api
from blended_xblock.attendance.intake.receiving import PIECE_BYTES, content_of, n_pieces
from blended_xblock.imports.encoding import MOST_BYTES
from blended_xblock.models import ImportBatch, ImportPiece
from tests import factories as f
from tests import intake

pytestmark = pytest.mark.usefixtures("course")
DATA = bytes(range(256)) * (PIECE_BYTES // 256 * 2) + b"the end"


def piece(trainer, number: int, /, **changes) -> ImportBatch:
    start = number * PIECE_BYTES
    values = {
        "key": "k",
        "name": "report.csv",
        "size": len(DATA),
        "number": number,
        "data": DATA[start : start + PIECE_BYTES],
    }
    return api.receive_piece(f.session_id(), actor=trainer, **(values | changes))


def test_pieces_come_in_any_order_and_twice(trainer) -> None:
    assert n_pieces(len(DATA)) == 3
    for number in (2, 0, 2, 0):
        assert piece(trainer, number).state == "receiving"
    assert api.get_import_progress(f.session_id(), ImportBatch.objects.get().pk).percent == 50
    batch = piece(trainer, 1)
    assert batch.state == "reading"
    assert content_of(batch) == DATA
    assert ImportPiece.objects.count() == 3
    assert piece(trainer, 0).pk == batch.pk, "a retry of what is here already"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"size": MOST_BYTES + 1}, "at most 50 MB"),
        ({"size": 0}, "empty"),
        ({"number": -1}, "Choose the file again"),
        ({"number": 3}, "Choose the file again"),
        ({"data": b"short"}, "Choose the file again"),
        ({"name": "a\0b"}, "cannot be stored"),
        ({"key": ""}, "request key"),
    ],
)
def test_what_cannot_be_a_piece_is_refused_and_nothing_is_kept(trainer, changes, words) -> None:
    with pytest.raises(api.BlendedError) as error:
        piece(trainer, 0, **changes)
    assert words in error.value.message
    assert not ImportBatch.objects.exists()


def test_a_key_is_of_one_file_at_one_session_by_one_person(trainer) -> None:
    piece(trainer, 0)
    for wrong in ({"size": len(DATA) + 1}, {"actor": f.person("colleague", f.Role.TRAINER)}):
        actor = wrong.pop("actor", trainer)
        with pytest.raises(api.BlendedError) as error:
            piece(actor, 0, **wrong)
        assert error.value.code == "conflict"


def test_folders_before_a_name_are_cut_off(trainer) -> None:
    assert piece(trainer, 0, name="C:\\Users\\ana\\report.csv").file_name == "report.csv"
    assert piece(trainer, 0, name=" ", key="k2").file_name == "Unnamed file"


def test_what_nobody_applied_is_thrown_away_after_a_week(trainer, clock) -> None:
    old = intake.send(trainer, intake.zoom("Ada,a@example.org,09:00,12:00"))
    clock.tick(8 * 24 * 3600)
    piece(trainer, 0)
    old.refresh_from_db()
    assert (old.state, old.people.count(), old.pieces.count()) == ("discarded", 0, 0)


def test_a_file_that_is_thrown_away_leaves_only_that_there_was_one(trainer) -> None:
    batch = intake.send(trainer, intake.zoom("Ada,a@example.org,09:00,12:00"))
    for _again in range(2):
        api.discard_import(f.session_id(), batch.pk)
    batch.refresh_from_db()
    assert (batch.state, batch.people.count(), batch.pieces.count()) == ("discarded", 0, 0)
    assert api.list_imports(f.session_id()) == []
    with pytest.raises(api.BlendedError):
        intake.apply(trainer, batch)


def test_a_cancelled_session_takes_no_file(trainer) -> None:
    session = f.session()
    session.state = "cancelled"
    session.save()
    with pytest.raises(api.BlendedError) as error:
        piece(trainer, 0)
    assert error.value.code == "session_not_live"
