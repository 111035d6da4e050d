"""A roll that was exported and is read again: what it said comes back, whatever opened it."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation
from django.utils.translation import gettext
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from openpyxl import Workbook, load_workbook

import blended_xblock
from blended_xblock import api
from blended_xblock.imports import roll as rolls
from blended_xblock.imports.marks import is_seen, read_status, status_of
from blended_xblock.imports.reading import read_report
from blended_xblock.imports.report import Mark, Participant, RefusedReportError, Report, Window
from blended_xblock.models import AttendanceRecord, Guest, Session
from blended_xblock.reports import export, workbook
from tests import factories as f
from tests.ask import ask
from tests.counting import Counted
from tests.reports import test_export
from tests.reports.test_cells import ATTACKS, runs
from tests.reports.test_export import HEADINGS

LANGUAGES = {"en": ",", "fr": ";"}
STATUSES = (("P", ("Present", "Présent")), ("L", ("Late", "En retard")), ("A", ("Absent",)))
START = datetime(2026, 5, 12, 7, tzinfo=UTC)
PARIS = ZoneInfo("Europe/Paris")


def window() -> Window:
    return Window(START, datetime(2026, 5, 12, 10, 30, tzinfo=UTC), PARIS)


def exported(language: str = "en", kind: str = "csv") -> bytes:
    with translation.override(language):
        file = api.export_roll(f.session(), sees_addresses=True, kind=kind)
        return b"".join(file.chunks)


def again(data: bytes) -> Report:
    return read_report(data, window())


def recorded() -> dict[str, Participant]:
    """Return what is stored, as the export should say it."""
    people = {}
    for record in f.session().records.select_related("user"):
        user = record.user
        people[user.username] = (
            *(record.status or "", record.minutes, record.modality, record.note),
            *(record.arrived_at, record.left_at, record.recorded_at, False, record.is_expected),
        )
    for guest in f.session().guests.filter(user=None, removed_at=None):
        people[guest.name] = (
            *(guest.status or "", guest.minutes, guest.modality, guest.note),
            *(guest.arrived_at, guest.left_at, guest.recorded_at, True, False),
        )
    return people


def said(report: Report) -> dict[str, tuple]:
    assert report.format == "roll"
    assert not report.problems
    people = {}
    for person in report.participants:
        mark = person.mark
        assert mark is not None
        people[person.account or person.name] = (
            *(person.status, person.minutes, mark.modality, person.note),
            *(mark.arrived, mark.left, mark.seen, mark.is_guest, mark.is_expected),
        )
    return people


@pytest.fixture
def marked(roll, ana, trainer) -> None:
    f.session().records.filter(user=ana).update(left_at=datetime(2026, 5, 12, 10, 30, tzinfo=UTC))


def opened(data: bytes, language: str) -> list[list[str]]:
    text = data.decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=LANGUAGES[language]))


def saved_as_csv(rows: list[list[str]], separator: str, encoding: str, at: str) -> bytes:
    """Return what a spreadsheet saves: dates in its own order, without the seconds."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=separator, lineterminator="\r\n")
    for row in rows:
        writer.writerow([_as_shown(cell, at) for cell in row])
    return out.getvalue().encode(encoding)


def _as_shown(cell: str, at: str) -> str:
    try:
        return datetime.strptime(cell, "%Y-%m-%d %H:%M:%S").strftime(at)
    except ValueError:
        return cell


def saved_as_workbook(rows: list[list[str]]) -> bytes:
    """Return what a spreadsheet saves that made numbers and dates of what it could."""
    book = Workbook()
    for number, row in enumerate(rows, start=1):
        for place, cell in enumerate(row, start=1):
            value: object = cell or None
            if cell.isdecimal():
                value = int(cell)
            elif number > 1 and cell[4:5] == "-":
                value = datetime.fromisoformat(cell)
            target = book.active.cell(number, place)
            target.value = value
            if isinstance(value, str):
                target.data_type = "s"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_roll_that_nobody_touched_says_what_was_exported(marked, language, kind) -> None:
    report = again(exported(language, kind))
    assert said(report) == recorded()
    assert len(report.participants) == 5
    assert {p.email for p in report.participants} >= {"ana@example.org", "zoe@example.org"}
    assert not report.warnings
    codes = [status_of(person, STATUSES) for person in report.participants]
    assert codes == ["L", "", "P", "P", "P"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("encoding", ["cp1252", "utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("at", ["%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M", "%Y-%m-%d %H:%M:%S"])
def test_a_roll_that_a_spreadsheet_saved_again(marked, language, encoding, at) -> None:
    rows = opened(exported(language), language)
    for separator in ";,\t" if encoding == "utf-16" else ";,":
        assert said(again(saved_as_csv(rows, separator, encoding, at))) == recorded()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_roll_that_was_saved_as_a_workbook(marked, language) -> None:
    report = again(saved_as_workbook(opened(exported(language), language)))
    assert said(report) == recorded()


def test_when_marks_were_recorded_stays_unknown_where_nothing_tells_the_order() -> None:
    rows = [HEADINGS, *[[""] * len(HEADINGS)]]
    rows[1][0:2], rows[1][13] = ["Late", "late"], "06/07/2026 10:00"
    out = saved_as_csv(rows, ",", "utf-8", "%Y")
    (late,) = again(out).participants
    assert late.mark is not None
    assert late.mark.seen is None


# What somebody changed


def changed(language: str, **cells: str) -> Report:
    """Read a roll in which the first person's cells were changed."""
    heading, first, *rest = opened(exported(language), language)
    columns = list(rolls.HEADERS["en"])
    for role, text in cells.items():
        first[columns.index(role)] = text
    return again(saved_as_csv([heading, first, *rest], ";", "utf-8", "%Y-%m-%d %H:%M:%S"))


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"minutes": "soon"}, "Line 2: “soon” is no whole number of minutes"),
        ({"minutes": "-5"}, "“-5” is no whole number"),
        ({"arrived": "early"}, "“early” cannot be read as a date and time"),
        ({"arrived": "2026-05-12 12:00", "left": "2026-05-12 11:00"}, "before they join"),
        ({"modality": "by boat"}, "Write one of these: in the room, online, from the recording"),
        ({"kind": "friend"}, "neither a learner nor a guest"),
        ({"kind": "guest"}, "neither a learner nor a guest"),
        ({"username": "gone"}, "“gone” stands in more than one row"),
        ({"name": "", "username": "", "email": "", "kind": "guest"}, "names nobody"),
    ],
)
def test_a_row_that_cannot_be_read_is_listed_and_the_others_are_read(marked, cells, reason):
    report = changed("en", **cells)
    assert reason in report.problems[0].message
    assert len(report.participants) in {3, 4}
    assert {problem.line for problem in report.problems} <= {2, 4}


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ({"code": "P", "status": "Present"}, "P"),
        ({"code": "p", "status": "present"}, "P"),
        ({"code": "", "status": "Présent"}, "P"),
        ({"code": "P", "status": ""}, "P"),
        ({"code": "", "status": "Not marked"}, ""),
        ({"code": "P"}, "the code is “P” and the status is “Late”"),
        ({"status": "Present"}, "the code is “L” and the status is “Present”"),
        ({"status": "Not marked"}, "the status says that there is none"),
        ({"code": "X", "status": ""}, "“X” is no status of this unit"),
    ],
)
def test_a_status_that_was_changed_in_one_of_its_two_columns(marked, cells, code) -> None:
    found = status_of(changed("en", **cells).participants[0], STATUSES)
    assert code in (found if isinstance(found, str) else found.message)
    assert isinstance(found, str) == (len(code) < 2)


def test_a_mark_that_nobody_had_made_is_what_somebody_writes_now(marked) -> None:
    heading, first, ben, *rest = opened(exported(), "en")
    ben[5] = "P"
    report = again(saved_as_csv([heading, first, ben, *rest], ",", "utf-8", "%Y-%m-%d %H:%M:%S"))
    assert status_of(report.participants[1], STATUSES) == "P"


def test_what_a_cell_says_of_a_status() -> None:
    statuses = [
        ("p", ["Present"]),
        ("P", ["Présent"]),
        ("L", ["Late", "Retard"]),
        ("R", ["retard"]),
    ]
    cells = ["P", "p", "l", "late", " AWAY ", "present", "", "?"]
    assert [read_status(cell, statuses) for cell in cells] == [
        "P", "p", "L", "L", None, None, None, None,
    ]  # fmt: skip


def test_whether_a_mark_changed_since_it_was_exported() -> None:
    at = datetime(2026, 5, 12, 10, 0, 30, 500, tzinfo=UTC)
    assert is_seen(at.replace(microsecond=0), at)
    assert is_seen(at.replace(second=0, microsecond=0), at)
    assert not is_seen(at.replace(second=31, microsecond=0), at)
    assert not is_seen(None, at)
    assert is_seen(None, None)


def test_times_of_two_zones_or_of_none_are_refused() -> None:
    header = ",".join(HEADINGS)
    for text in (
        header.replace("Left (Europe/Paris)", "Left (Asia/Kolkata)"),
        header.replace("Europe/Paris", "Mars/Base"),
    ):
        with pytest.raises(RefusedReportError, match="no known zone, or of several"):
            again(f"{text}\nAda,ada\n".encode())
    with pytest.raises(RefusedReportError, match="Two columns are called Note"):
        again(f"{header},Note\nAda,ada\n".encode())


def test_the_clock_is_that_of_the_header_not_of_the_reader() -> None:
    header = ",".join(HEADINGS).replace("Europe/Paris", "Asia/Kolkata")
    row = "Ada,ada,,,expected,P,Present,,,2026-05-12 09:00:00,,,,"
    (ada,) = again(f"{header}\n{row}\n".encode()).participants
    assert ada.mark == Mark(label="Present", arrived=datetime(2026, 5, 12, 3, 30, tzinfo=UTC))


# Words


@pytest.mark.parametrize("language", rolls.HEADERS)
def test_the_readers_words_are_those_of_the_catalogues(course, language) -> None:
    with translation.override(language):
        columns = export._columns(f.session(), sees_addresses=True)
        headers = {
            key: text % {"zone": "Europe/Paris"} for key, text in rolls.HEADERS[language].items()
        }
        assert headers == columns
        modalities = {value: str(label) for value, label in AttendanceRecord.Modality.choices}
        assert rolls.MODALITIES[language] == modalities
        words = export._words(f.session())
        kinds = (words.expected, words.not_expected, words.guest)
        assert tuple(rolls.KINDS[language].values()) == kinds
        assert gettext("Not marked") == rolls.NOT_MARKED[language]


def test_every_language_that_is_shipped_is_read() -> None:
    folder = Path(blended_xblock.__file__).parent / "locale"
    shipped = {path.parent.parent.name for path in folder.glob("*/LC_MESSAGES/*.mo")}
    assert shipped | {"en"} == set(rolls.HEADERS)


# The workbook


def cells_of(data: bytes) -> list[list[object]]:
    sheet = load_workbook(io.BytesIO(data)).active
    assert sheet is not None
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def test_another_program_opens_the_workbook(marked) -> None:
    book = load_workbook(io.BytesIO(exported("en", "xlsx")))
    sheet = book.active
    assert sheet is not None
    assert (sheet.title, sheet.freeze_panes) == (f.session().title, "A2")
    assert sheet.auto_filter.ref == "A1:N6"
    assert all(cell.font.bold for cell in sheet[1])
    assert [cell.value for cell in sheet[1]] == HEADINGS
    ana = [cell.value for cell in sheet[2]]
    assert ana[7:11] == [95, "online", datetime(2026, 5, 12, 9, 25), datetime(2026, 5, 12, 12, 30)]
    assert sheet["B2"].number_format == "@", "what somebody types there stays a text"
    assert sheet.column_dimensions["L"].width == 40


def test_both_kinds_are_asked_for_by_the_same_door(marked, trainer) -> None:
    here = {"session": str(f.session_id())}
    response = ask(trainer, "export_roll", {**here, "kind": "xlsx"})
    assert response.headers["Content-Type"] == workbook.CONTENT_TYPE
    assert response.headers["Content-Disposition"].endswith('2026-05-12.xlsx"')
    assert response.headers["Cache-Control"] == "private, no-store"
    assert cells_of(response.body)[0] == HEADINGS
    refused = ask(trainer, "export_roll", {**here, "kind": "pdf"})
    assert refused.status_code == 400
    html = ask(trainer, "roll", here).text
    assert f"?session={f.session_id()}&amp;kind=xlsx" in html


def test_a_french_excel_opens_the_csv_with_its_accents_and_in_columns(marked) -> None:
    """It reads UTF-8 only after a byte order mark, and parts cells at its own list separator.

    That is a semicolon wherever decimals have a comma, and no "sep=" stands in the first line: with
    it Excel would take the file for one of the system's code page, mark or not.
    """
    body = exported("fr")
    assert body.startswith(b"\xef\xbb\xbfNom;")
    assert "Nom d’utilisateur;E-mail;Cohorte".encode() in body
    assert "Zoë".encode() in body


def test_a_workbook_is_never_in_memory_as_a_whole(course, trainer) -> None:
    f.crowd(500)
    api.open_roll(f.session_id(), actor=trainer)
    session = f.session()
    with Counted() as counted:
        file = api.export_roll(session, sees_addresses=True, kind="xlsx")
        sizes = [len(chunk) for chunk in file.chunks]
    assert max(sizes) < 50_000
    assert counted.n <= 6, str(counted)


class TestWorkbookReadBack(TestCase):
    """Whatever people write is in the workbook as they wrote it, and no cell of it is a formula."""

    def setUp(self) -> None:
        f.build_course()
        self.trainer = f.person("trainer", f.Role.TRAINER)
        self.learner = f.person("learner")
        api.open_roll(f.session_id(), actor=self.trainer)

    # A NUL is refused wherever somebody writes a name or a note, and dropped where a cell has one.
    hostile = test_export.TestReadBack.hostile.filter(lambda text: "\0" not in text)

    @settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.too_slow])
    @given(note=hostile, name=hostile, language=st.sampled_from(["en", "fr"]))
    @example(note="0", name="\x01", language="en")
    @example(note="0", name=" ", language="en")
    def test_what_was_written_is_read_back(self, note, name, language) -> None:
        # As names are kept. Nobody is added without one; such a line is told, not passed over.
        name = " ".join(name.split())
        is_named = bool(name)
        f.session().records.update(note=note)
        Guest.objects.all().delete()
        Guest.objects.create(session=f.session(), name=name or " ", note=note, added_at=f.LONG_AGO)
        data = exported(language, "xlsx")
        rows = cells_of(data)
        assert not any(runs(str(cell)) for row in rows for cell in row if isinstance(cell, str))
        report = again(data)
        assert [problem.line for problem in report.problems] == ([] if is_named else [3])
        if note.strip():
            assert [p.note for p in report.participants] == [note] * (1 + is_named)

    def test_attacks_and_signs_of_the_format_itself(self) -> None:
        for note in [*ATTACKS, "_x0041_", "_x005F_", "a\rb", "a\x07b", "]]>&<\"'", "\ufffe"]:
            f.session().records.update(note=note)
            report = again(exported("en", "xlsx"))
            assert report.participants[0].note == note
            sheet = load_workbook(io.BytesIO(exported("en", "xlsx"))).active
            assert sheet is not None
            assert sheet["L2"].data_type == "s"
            assert not runs(str(sheet["L2"].value))


def test_a_title_is_a_sheet_of_any_name(marked) -> None:
    for title in ("'[a]:b/c*d?'", "", "é" * 200, "\ud83d\x00", "a&b<c>\"'"):
        Session.objects.filter(pk=f.session_id()).update(
            title=title.encode("utf-8", "replace").decode()
        )
        assert cells_of(exported("en", "xlsx"))[0] == HEADINGS
