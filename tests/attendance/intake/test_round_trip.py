"""The export of a roll, edited in a spreadsheet and imported again: what was edited is recorded."""

from __future__ import annotations

import pytest
from django.utils import translation

from blended_xblock import api
from blended_xblock.models import AttendanceChange
from tests import factories as f
from tests import intake

pytestmark = pytest.mark.usefixtures("course")


@pytest.fixture
def marked(trainer, ana, ben):
    f.take_roll(trainer, {ana: "P"})
    f.give(trainer, [api.Mark(ana.pk, "P", 170, "room", "=1+1 is two")])
    api.add_guest(f.session_id(), "Zoë", "zoe@example.com", actor=trainer, status="P")
    return trainer


def export(language: str = "en", kind: str = "csv") -> bytes:
    with translation.override(language):
        return b"".join(api.export_roll(f.session(), sees_addresses=True, kind=kind).chunks)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("language", ["en", "fr"])
def test_untouched_it_changes_nothing(marked, language, kind) -> None:
    batch = intake.send(marked, export(language, kind))
    assert (batch.state, batch.format) == ("ready", "roll"), batch.problem
    preview = api.preview_import(f.session_id(), batch.pk)
    assert {effect.kind for effect in preview.plan.effects} == {"same"}
    before = AttendanceChange.objects.count()
    intake.apply(marked, batch)
    assert AttendanceChange.objects.count() == before


@pytest.mark.parametrize("language", ["en", "fr"])
def test_what_was_edited_is_recorded_over_what_was_exported(marked, ana, ben, language) -> None:
    text = export(language).decode("utf-8-sig")
    header, *lines = text.splitlines()
    cut = ";" if ";" in header else ","
    codes = next(
        i for i, cell in enumerate(header.split(cut)) if cell in ("Status code", "Code du statut")
    )
    edited = [header]
    for line in lines:
        cells = line.split(cut)
        if "ana" in cells:
            cells[codes], cells[codes + 1] = "L", ""
        if "ben" in cells:
            cells[codes], cells[codes + 1] = "E", ""
        edited.append(cut.join(cells))
    batch = intake.send(marked, "\n".join(edited).encode("utf-8-sig"))
    intake.apply(marked, batch)
    assert (f.record(ana).status, f.record(ana).note) == ("L", "=1+1 is two")
    assert f.record(ben).status == "E"
    assert f.record(ana).minutes == 170
    api.undo_import(f.session_id(), batch.pk, actor=marked)
    assert (f.record(ana).status, f.record(ben).status) == ("P", None)


def test_a_mark_made_since_the_export_stands(marked, ana, ben, clock) -> None:
    data = export().replace(b",P,Present,170", b",L,,170")
    clock.tick(600)
    f.give(marked, [api.Mark(ana.pk, "E")])
    batch = intake.send(marked, data)
    kinds = {
        effect.row.user.username: effect.kind
        for effect in api.preview_import(f.session_id(), batch.pk).plan.effects
        if hasattr(effect.row, "is_expected")
    }
    assert kinds["ana"] == "kept"
    person = next(row for row in batch.people.all() if row.account == "ana")
    api.settle_import(f.session_id(), batch.pk, [api.Settled(person.number, overrules=True)])
    intake.apply(marked, batch)
    assert f.record(ana).status == "L"


def test_a_code_that_is_none_is_said_with_its_line(marked, ana) -> None:
    batch = intake.send(marked, export().replace(b",P,Present,170", b",Q,,170"))
    effects = api.preview_import(f.session_id(), batch.pk).plan.effects
    problem = next(effect.problem for effect in effects if effect.problem)
    assert "is no status of this unit" in problem.message
    intake.apply(marked, batch)
    assert f.record(ana).status == "P"
