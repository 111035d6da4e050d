"""A whole file becomes people to check, or says why not; nothing is stored by halves."""

from __future__ import annotations

import pytest

from blended_xblock import api, tasks
from blended_xblock.attendance.intake import reading
from blended_xblock.imports.report import Remark
from blended_xblock.models import FailedJob, ImportBatch
from tests import factories as f
from tests import intake
from tests.imports.workbook_files import workbook

pytestmark = pytest.mark.usefixtures("course")
TABLE = b"Teilnehmende;Anwesend\nAda;ja\nBo;nein\n"


def test_a_picture_is_refused_with_what_to_do(trainer) -> None:
    batch = intake.send(trainer, b"\x89PNG\r\n\x1a\n" + bytes(100), name="report.csv")
    assert batch.state == "refused"
    assert "Export the report as CSV" in Remark.from_data(batch.problem).message
    assert batch.people.count() == 0


def test_a_table_nobody_knows_is_read_by_what_somebody_says_of_it(trainer) -> None:
    ada = f.person("ada", first_name="Ada", last_name="L")
    data = b"Wer;Kennung;Wie\nAda;ada;P\nBo;nobody;P\n"
    batch = intake.send(trainer, data)
    assert batch.state == "columns", batch.problem
    preview = api.import_columns(f.session_id(), batch.pk)
    assert preview.sheets[0].rows[0] == (1, ("Wer", "Kennung", "Wie"))
    with pytest.raises(api.BlendedError) as error:
        api.name_columns(f.session_id(), batch.pk, {"header": 1, "columns": {"2": "status"}})
    assert "which column tells who" in error.value.message
    columns = {"0": "name", "1": "account", "2": "status"}
    batch = api.name_columns(f.session_id(), batch.pk, {"header": 1, "columns": columns})
    api.read_import(batch.pk)
    batch.refresh_from_db()
    assert (batch.state, batch.format) == ("ready", "csv")
    assert intake.people(batch)["Ada"].user == ada
    intake.apply(trainer, batch)
    assert f.record(ada).status == "P"


def test_a_fault_of_ours_is_said_kept_for_the_staff_and_can_be_tried_again(
    trainer, monkeypatch
) -> None:
    batch = intake.receive(trainer, intake.zoom("Ada,a@example.org,09:00,12:00"))

    def broken(*_arguments: object) -> None:
        raise RuntimeError("a secret of the server")

    with monkeypatch.context() as patched:
        patched.setattr(reading, "match_people", broken)
        tasks.enqueue_file(batch.pk)
    batch.refresh_from_db()
    assert batch.state == "refused"
    assert "the fault is ours" in Remark.from_data(batch.problem).message
    assert "secret" not in str(batch.problem)
    assert batch.people.count() == 0
    job = FailedJob.objects.get()
    assert (job.name, job.course_key) == ("blended_xblock.read_file", f.COURSE)
    api.name_columns(f.session_id(), batch.pk, None)
    tasks.enqueue_file(batch.pk)
    batch.refresh_from_db()
    assert (batch.state, batch.people.count()) == ("ready", 1)
    assert FailedJob.objects.get().settled_at is not None


def test_reading_twice_stores_once(trainer) -> None:
    batch = intake.send(trainer, intake.zoom("Ada,a@example.org,09:00,12:00"))
    ImportBatch.objects.update(state="reading")
    api.read_import(batch.pk)
    assert batch.people.count() == 1
    api.read_import(batch.pk)
    assert batch.people.count() == 1


def test_a_host_and_a_bot_are_set_aside(trainer) -> None:
    f.person("camille", f.Role.TRAINER, email="camille@example.org")
    report = intake.zoom("C,camille@example.org,09:00,12:00", "Otter.ai,,09:00,12:00")
    rows = intake.people(intake.send(trainer, report))
    assert {name: row.why for name, row in rows.items()} == {"C": "host", "Otter.ai": "bot"}
    assert {row.user for row in rows.values()} == {None}


def test_two_accounts_with_one_address_are_never_guessed(trainer) -> None:
    for name in ("ada", "ada2"):
        f.person(name, email="ada@example.org")
    row = intake.people(intake.send(trainer, intake.zoom("A,ada@example.org,09:00,12:00")))["A"]
    assert (row.why, row.user) == ("several", None)


def test_what_counts_for_nothing_is_told(trainer) -> None:
    ada = f.person("ada", email="ada@example.org")
    header = "Name (Original Name),User Email,Join Time,Leave Time,Duration (Minutes),Guest"
    rows = (
        ("08:30", "09:00", "Yes"),
        ("09:00", "12:00", "No"),
        ("12:00", "12:05", "Yes"),
    )
    lines = [f"{header},In Waiting Room"]
    for join, leave, waits in rows:
        day = "05/12/2026"
        lines.append(f"Ada,ada@example.org,{day} {join}:00,{day} {leave}:00,,No,{waits}")
    batch = intake.send(trainer, "\n".join(lines).encode())
    said = [Remark.from_data(each).message for each in batch.remarks]
    assert said == ["People who waited to be let in, which counts for nothing: 1."]
    intake.apply(trainer, batch)
    assert (f.record(ada).status, f.record(ada).minutes) == ("P", 180)


@pytest.mark.parametrize(
    "name",
    [
        "Ada 😀 \U0001f469\u200d\U0001f680",
        "A" * 1_000,
        "\u202egnp",
        "_xD83D_",
        "_xD83D__xDE00_",
        "A_x0000_B",
    ],
)
def test_any_name_can_be_stored(trainer, name) -> None:
    cells = [["Name", "Email", "Minutes"], [name, "ada@example.org", 170]]
    for data, file in (
        (workbook(cells), f"{name}.xlsx"),
        ("\n".join(",".join(map(str, row)) for row in cells).encode(), f"{name}.csv"),
    ):
        batch = intake.send(trainer, data, name=file)
        assert batch.state == "ready", batch.problem
        assert batch.people.get().email == "ada@example.org"
        api.settle_import(f.session_id(), batch.pk, [api.Settled(0, "guest")])
        intake.apply(trainer, batch)
