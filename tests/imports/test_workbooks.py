"""Workbooks: reports that a spreadsheet saved again, whatever it made of their cells."""

from __future__ import annotations

import csv
import io
import os
import random
import subprocess
import sys
import zipfile
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from openpyxl.chart import BarChart, Reference

from blended_xblock.imports.moments import DateCell, read_moment
from blended_xblock.imports.report import RefusedReportError
from blended_xblock.imports.workbooks import read_workbook
from tests.imports.families import FAMILIES
from tests.imports.files import ZOOM, read, told, zoom
from tests.imports.workbook_files import as_spreadsheet, rows_of, saved_again, workbook


@pytest.mark.parametrize("typed", [None, as_spreadsheet], ids=["texts", "values"])
@pytest.mark.parametrize("family", FAMILIES)
def test_a_report_saved_again_as_a_workbook_reads_the_same(family, typed) -> None:
    text = FAMILIES[family]
    meant, again = read(text), read(saved_again(text, typed))
    assert (again.format, told(again)) == (meant.format, told(meant))
    assert [p.email for p in again.participants] == [p.email for p in meant.participants]
    assert [p.status for p in again.participants] == [p.status for p in meant.participants]


@pytest.mark.parametrize("separator", ";,\t")
def test_a_dashboard_saved_again_as_text_still_counts_its_durations(separator) -> None:
    """Without its quotation marks it looks like a table with joins and leaves."""
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=separator).writerows(rows_of(FAMILIES["bbb"]))
    again, meant = read(out.getvalue()), read(FAMILIES["bbb"])
    assert (again.format, told(again)) == ("bbb", told(meant))


# Day and month


def day_first(cell: str) -> Any:
    """Return what a French spreadsheet makes of an American date: the wrong one, or a text."""
    return as_spreadsheet(cell, ["%d/%m/%Y %H:%M", "%d/%m/%Y %I:%M:%S %p"])


def month_first(cell: str) -> Any:
    """Return what an American spreadsheet makes of a French date."""
    return as_spreadsheet(cell, ["%m/%d/%Y %H:%M"])


AMERICAN = "05/12/2026 09:00:00 AM,05/12/2026 10:00:00 AM,60,No"


def test_a_date_that_a_spreadsheet_turned_round_is_turned_back_by_the_sessions_date() -> None:
    data = saved_again(zoom(f"Ada,a@example.org,{AMERICAN}"), day_first)
    assert str(read_workbook(data)[0].rows[1][2]) == "2026-12-05 09:00:00"
    report = read(data)
    assert told(report) == {"Ada": (60, ("12 09:00", "12 10:00"))}
    assert report.participants[0].intervals[0][0] == datetime(2026, 5, 12, 7, tzinfo=UTC)


def test_what_the_spreadsheet_left_a_text_is_read_with_what_it_turned() -> None:
    rows = [
        f"Ada,a@example.org,{AMERICAN}",
        "Bo,b@example.org,05/13/2026 09:00:00 AM,05/13/2026 10:00:00 AM,60,No",
    ]
    data = saved_again(zoom(*rows), day_first)
    assert told(read(data)) == {
        "Ada": (60, ("12 09:00", "12 10:00")),
        "Bo": (0, ("13 09:00", "13 10:00")),
    }
    thirteenth = read(data, start="2026-05-13T09:00", end="2026-05-13T12:30")
    assert [p.minutes for p in thirteenth.participants] == [0, 60]
    assert thirteenth.participants[0].intervals[0][0].month == 5, "though no date told of it"


def test_what_a_spreadsheet_turned_and_saved_as_text_is_turned_back_too() -> None:
    """Where dates begin with the year, what it turned and what it could not look different."""
    report = read(
        zoom(
            "Ada,a@example.org,2026-12-05 09:00,2026-12-05 10:00,60,No",
            "Bo,b@example.org,05/13/2026 09:00:00 AM,05/13/2026 10:00:00 AM,60,No",
        )
    )
    assert told(report)["Ada"] == (60, ("12 09:00", "12 10:00"))
    alone = read(zoom("Ada,a@example.org,2026-12-05 09:00,2026-12-05 10:00,60,No"))
    assert told(alone)["Ada"] == (0, ("05 09:00", "05 10:00")), "nothing says that it was turned"


def test_a_date_that_fits_as_it_is_stays() -> None:
    data = saved_again(zoom("Ada,a@example.org,12/05/2026 09:00,12/05/2026 10:00,60,No"), day_first)
    assert told(read(data)) == {"Ada": (60, ("12 09:00", "12 10:00"))}
    december = read(data, start="2026-12-05T09:00", end="2026-12-05T12:30")
    assert december.participants[0].minutes == 60, "of that session it is a date turned round"


def test_a_date_of_neither_month_is_of_another_session() -> None:
    data = saved_again(zoom(f"Ada,a@example.org,{AMERICAN}"), day_first)
    report = read(data, start="2026-06-01T09:00", end="2026-06-01T12:30")
    assert [p.minutes for p in report.participants] == [0]
    assert "another one" in report.warnings[0].message


def test_dates_that_contradict_what_was_left_a_text_refuse_the_file() -> None:
    """The session is on 5 December, and the file says that it is not of that month at all."""
    rows = [
        f"Ada,a@example.org,{AMERICAN}",
        "Bo,b@example.org,05/13/2026 09:00:00 AM,05/13/2026 10:00:00 AM,60,No",
    ]
    with pytest.raises(RefusedReportError, match="turned day and month round"):
        read(saved_again(zoom(*rows), day_first), start="2026-12-05T09:00", end="2026-12-05T12:30")


def test_dates_somebody_typed_as_text_beside_true_ones_are_no_contradiction() -> None:
    rows = [
        ["name", "join", "leave"],
        ["Ada", datetime(2026, 5, 12, 9), datetime(2026, 5, 12, 10)],
        ["Bo", "13/05/2026 09:00", "13/05/2026 10:00"],
    ]
    assert told(read(workbook(rows)))["Ada"] == (60, ("12 09:00", "12 10:00"))


@settings(max_examples=60)
@given(
    st.dates(date(2026, 1, 1), date(2026, 12, 31)),
    st.integers(0, 3),
    st.sampled_from(["%m/%d/%Y %H:%M", "%d/%m/%Y %H:%M"]),
    st.sampled_from(["%m/%d/%Y %H:%M", "%d/%m/%Y %H:%M"]),
)
def test_whatever_order_a_tool_wrote_and_a_spreadsheet_read(day, more, written, opened) -> None:
    """Of a file that has people of the session's day, each is read right, or none is."""
    days = [day + timedelta(days=n) for n in range(more + 1)]
    lines = []
    for number, each in enumerate(days):
        at = [datetime.combine(each, time(hour)).strftime(written) for hour in (9, 10)]
        lines.append(f"P{number},p{number}@example.org,{at[0]},{at[1]},60,No")
    data = saved_again(zoom(*lines), lambda cell: as_spreadsheet(cell, [opened]))
    try:
        report = read(data, start=f"{day}T09:00", end=f"{day}T12:30")
    except RefusedReportError:
        return
    assert [p.minutes for p in report.participants] == [60] + [0] * more
    assert all(
        p.intervals[0][0].date() == each for p, each in zip(report.participants, days, strict=True)
    )


# Cells


@pytest.mark.parametrize(
    ("code", "value", "text"),
    [
        ("General", 42.0, "42"),
        ("General", 42.5, "42.5"),
        ("General", 0.1 + 0.2, "0.3"),
        ("0.00", -3.0, "-3"),
        ("General", 1e20, "1e+20"),
        ("00000", 123.0, "00123"),
        ("0%", 0.85, "85%"),
        ("yyyy-mm-dd hh:mm", 46154.375, "2026-05-12 09:00:00"),
        ("[$-409]m/d/yy h:mm AM/PM;@", 46154.375, "2026-05-12 09:00:00"),
        ("dd/mm/yyyy", 46154.0, "2026-05-12"),
        ("mmm", 46154.0, "2026-05-12"),
        ("h:mm:ss", 46154.375, "2026-05-12 09:00:00"),
        ("h:mm", 0.375, "09:00"),
        ("h:mm:ss", 0.375, "09:00:00"),
        ("h:mm", 0.3750115740740741, "09:00:01"),
        ("h:mm", 0.9999999, "00:00"),
        ("[h]:mm:ss", 0.0625, "1:30:00"),
        ("[h]:mm", 0.0625, "1:30"),
        ("[h]:mm:ss", 1.5625, "37:30"),
        ("[mm]:ss", 0.003645833333333333, "0:05:15"),
        ("h:mm", 1.0625, "day 1, 01:30"),
        ("h:mm", -1.0, "day -2, 00:00"),
        ('0.00" days"', 3.0, "3"),
        ("[Red]0.00", 3.0, "3"),
        ("yyyy-mm-dd", 1e9, "#VALUE!"),
    ],
)
def test_a_number_is_what_its_format_shows(code, value, text) -> None:
    book = Workbook()
    book.active["A1"] = value
    book.active["A1"].number_format = code
    out = io.BytesIO()
    book.save(out)
    assert read_workbook(out.getvalue())[0].rows == [[text]]


@pytest.mark.parametrize("cell", ["37:30", "day 1, 01:30", "01:30"])
def test_what_a_spreadsheet_may_have_misread_is_an_unknown_duration(cell) -> None:
    (person,) = read(f'Name,Email,Duration\nAda,a@example.org,"{cell}"\n').participants
    assert person.minutes is None


def test_a_number_of_three_decimals_parts_no_thousands() -> None:
    rows = [["name", "minutes"], ["Ada", 94.533], ["Bo", 12.125], ["Cy", 1200]]
    assert [person.minutes for person in read(workbook(rows)).participants] == [94, 12, 210]


def test_a_date_alone_is_no_time() -> None:
    with pytest.raises(RefusedReportError, match="“2026-05-12” cannot be read as a date and time"):
        read(workbook([ZOOM.split(","), ["Ada", "a@example.org", date(2026, 5, 12)]]))


def test_every_kind_of_cell_is_text() -> None:
    rows = [["name", None, True, "#N/A", 3.0, "=1+1", " é ", datetime(2026, 5, 12, 9), time(9, 5)]]
    (sheet,) = read_workbook(workbook(rows))
    assert sheet.rows == [
        ["name", "", "TRUE", "#N/A", "3", "=1+1", " é ", "2026-05-12 09:00:00", "09:05"]
    ]
    moment = read_moment(sheet.rows[0][7].strip())
    assert isinstance(sheet.rows[0][7].strip(), DateCell)
    assert moment is not None
    assert moment.is_cell


def test_a_workbook_counts_its_days_from_1904() -> None:
    book = Workbook()
    book.epoch = datetime(1904, 1, 1)
    book.active.append([datetime(2026, 5, 12, 9)])
    out = io.BytesIO()
    book.save(out)
    assert read_workbook(out.getvalue())[0].rows == [["2026-05-12 09:00:00"]]


def test_rows_keep_their_numbers_and_blank_ones_cost_nothing() -> None:
    book = Workbook()
    book.active["B3"] = "x"
    book.active["XFD9"].number_format = "0.00"
    out = io.BytesIO()
    book.save(out)
    assert read_workbook(out.getvalue())[0].rows == [[], [], ["", "x"]]


instants = st.datetimes(datetime(1960, 1, 1), datetime(2100, 1, 1)).map(
    lambda at: at.replace(microsecond=0)
)
values = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**9), 10**9),
    instants,
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn"]), max_size=12),
)


@settings(max_examples=60)
@given(st.lists(st.lists(values, max_size=5), max_size=5))
def test_another_reader_of_workbooks_says_the_same(rows) -> None:
    data = workbook(rows)
    sheet = load_workbook(io.BytesIO(data), data_only=True).active
    assert sheet is not None
    other = [[as_text(cell.value) for cell in row] for row in sheet.iter_rows()]
    width = len(other[0]) if other else 0
    ours = [row + [""] * (width - len(row)) for row in read_workbook(data)[0].rows]
    blank = [""] * width
    assert ours + [blank] * (len(other) - len(ours)) == other


def as_text(value: Any) -> str:
    if value is None or (isinstance(value, str) and not value.strip()):
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    return DateCell.of(value) if isinstance(value, datetime) else str(value)


# Sheets


def test_the_first_sheet_that_is_a_report_is_read_and_the_others_are_named() -> None:
    table = [["email", "minutes"], ["a@example.org", 30]]
    report = read(
        workbook([["Notes"], ["of mine"]], [["email", "minutes"]], table, names=["A", "B", "C"])
    )
    assert [(p.email, p.minutes) for p in report.participants] == [("a@example.org", 30)]
    assert "Only the sheet C was read, and not: A, B" in [w.message for w in report.warnings]


def test_a_hidden_sheet_is_not_read() -> None:
    book = Workbook()
    book.active.append(["Nothing"])
    hidden = book.create_sheet("Hidden")
    hidden.append(["email"])
    hidden.append(["a@example.org"])
    hidden.sheet_state = "hidden"
    out = io.BytesIO()
    book.save(out)
    with pytest.raises(RefusedReportError, match="It begins: Nothing"):
        read(out.getvalue())


def test_an_empty_workbook_and_one_that_names_nobody_are_refused() -> None:
    with pytest.raises(RefusedReportError, match="The workbook is empty"):
        read(workbook([]))
    with pytest.raises(RefusedReportError, match="names nobody"):
        read(workbook([["email", "name"]]))


def test_a_sheet_with_a_chart_is_none_of_the_sheets() -> None:
    book = Workbook()
    book.active.append(["email"])
    chart = BarChart()
    chart.add_data(Reference(book.active, 1, 1))
    book.create_chartsheet("Chart").add_chart(chart)
    out = io.BytesIO()
    book.save(out)
    assert [sheet.rows for sheet in read_workbook(out.getvalue())] == [[["email"]]]


# Hostile ones


def archive(parts: dict[str, str | bytes], **options: Any) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, **options) as file:
        for name, body in parts.items():
            file.writestr(name, body)
    return out.getvalue()


def altered(**changes: str | bytes | None) -> bytes:
    """Return a good workbook with parts changed (``sheet``, ``strings``, …) or taken away."""
    names = {
        "sheet": "xl/worksheets/sheet1.xml",
        "strings": "xl/sharedStrings.xml",
        "styles": "xl/styles.xml",
        "book": "xl/workbook.xml",
        "relations": "xl/_rels/workbook.xml.rels",
    }
    source = zipfile.ZipFile(io.BytesIO(workbook([["email"], ["a@example.org"]])))
    parts: dict[str, str | bytes] = {name: source.read(name) for name in source.namelist()}
    for key, body in changes.items():
        parts.pop(names[key], None)
        if body is not None:
            parts[names[key]] = body
    if "strings" in changes and "relations" not in changes:
        relation = f"<Relationship Id='s' Type='{KINDS}/sharedStrings' Target='sharedStrings.xml'/>"
        relations = bytes(parts[names["relations"]]).decode()
        parts[names["relations"]] = relations.replace("</Rel", f"{relation}</Rel")
    return archive(parts)


KINDS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
BILLION = "".join(f"<!ENTITY l{n} '{f'&l{n - 1};' * 10 if n else 'lol'}'>" for n in range(10))


def sheet(rows: str, before: str = "") -> str:
    return f"{before}<worksheet xmlns='{MAIN}'><sheetData>{rows}</sheetData></worksheet>"


def test_what_a_sheet_says_of_its_size_is_not_asked() -> None:
    row = "<row><c t='inlineStr'><is><t>{}</t></is></c></row>"
    body = "<sheetData>" + row.format("email") + row.format("a@example.org") + "</sheetData>"
    data = altered(sheet=f"<worksheet xmlns='{MAIN}'><dimension ref='A1'/>{body}</worksheet>")
    assert len(read(data).participants) == 1


def test_the_strict_form_and_other_prefixes_are_read() -> None:
    strict = "http://purl.oclc.org/ooxml/spreadsheetml/main"
    cell = "<x:row r='1'><x:c r='A1' t='str'><x:f>1</x:f><x:v>email</x:v></x:c></x:row>"
    cell += "<x:row r='2'><x:c r='A2' t='inlineStr'><x:is><x:r><x:t>a@</x:t></x:r><x:r><x:t>b.c"
    cell += "</x:t></x:r><x:rPh sb='0' eb='1'><x:t>no</x:t></x:rPh></x:is></x:c></x:row>"
    data = altered(
        sheet=f"<x:worksheet xmlns:x='{strict}'><x:sheetData>{cell}</x:sheetData></x:worksheet>"
    )
    assert [p.email for p in read(data).participants] == ["a@b.c"]


def test_styles_are_read_of_which_openpyxl_knows_only_the_number_formats() -> None:
    """A fill that is none, dates that East Asian versions name by number, a format that is none."""
    numbers = (0, 31, 33, 170, 9, 165)
    styles = f"<styleSheet xmlns='{MAIN}'><numFmts><numFmt numFmtId='170' formatCode='[h]:mm:ss'/>"
    styles += "</numFmts><fills><fill/></fills><cellStyleXfs><xf numFmtId='9'/></cellStyleXfs>"
    styles += "<cellXfs>" + "".join(f"<xf numFmtId='{n}' fillId='7'/>" for n in numbers)
    styles += "</cellXfs></styleSheet>"
    values = (0.5, 46154.0, 0.375, 0.0625, 0.5, 0.5)
    cells = "".join(f"<c s='{n}'><v>{value}</v></c>" for n, value in enumerate(values))
    (found,) = read_workbook(altered(sheet=sheet(f"<row>{cells}</row>"), styles=styles))
    assert found.rows == [["0.5", "2026-05-12", "09:00:00", "1:30:00", "50%", "0.5"]]


def test_strings_that_cells_share_are_read_with_all_their_runs() -> None:
    strings = f"<sst xmlns='{MAIN}'><si><t>email</t></si><si><r><t>a@</t></r><r><t>b.c</t></r></si>"
    strings += "<si><t>_x000D__x005F_x0041_</t></si><si><t>x005F__x005F_x005F_</t></si></sst>"
    rows = "".join(f"<row><c t='s'><v>{n}</v></c></row>" for n in range(4))
    (found,) = read_workbook(altered(sheet=sheet(rows), strings=strings))
    assert found.rows == [["email"], ["a@b.c"], ["\r_x0041_"], ["x005F__x005F_"]]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"PK\x03\x04\0\0", "workbook is damaged"),
        (workbook([["email"]])[:-40], "workbook is damaged"),
        (altered(sheet=None), "workbook is damaged"),
        (altered(sheet="<worksheet"), "workbook is damaged"),
        (altered(sheet=sheet("<row r='2'/><row r='1'><c/></row>")), "workbook is damaged"),
        (altered(sheet=sheet("<row><c r='B1'/><c r='A1'/></row>")), "workbook is damaged"),
        (altered(sheet=sheet("<row><c r='A1'/><c r='A1'/></row>")), "workbook is damaged"),
        (altered(sheet=sheet("<row r='1'><c r='A2'><v>1</v></c></row>")), "workbook is damaged"),
        (altered(sheet=sheet("<row r='-1'><c/></row>")), "workbook is damaged"),
        (altered(sheet=sheet("<row><c t='s'><v>99</v></c></row>")), "workbook is damaged"),
        (altered(sheet=sheet("<row><c><v>1_000</v></c></row>")), "no attendance report"),
        (altered(sheet=sheet("", f"<!DOCTYPE x [{BILLION}]>")), "declares a document type"),
        (
            altered(
                sheet=sheet("<row><c t='str'><v>&l9;</v></c></row>", "<!DOCTYPE x SYSTEM 'y'>")
            ),
            "declares a document type",
        ),
        (altered(sheet=sheet("<a>" * 100)), "larger unpacked"),
        (altered(sheet=sheet(" " * 200_000_000)), "larger unpacked"),
        (altered(sheet=sheet("<row><c r='ZZ1'><v>1</v></c></row>")), "larger than a report"),
        (
            altered(sheet=sheet("<row r='400000'><c r='A400000'><v>1</v></c></row>")),
            "larger than a report",
        ),
        (
            altered(sheet=sheet(f"<row><c t='str'><v>{'x' * 30_000}</v></c></row>")),
            "larger than a report",
        ),
        (archive({f"xl/{n}.xml": "" for n in range(3_000)}), "larger unpacked"),
        (archive({"mimetype": "application/vnd.oasis.opendocument.spreadsheet"}), r"\.ods"),
        (archive({"mimetype": "application/vnd.oasis.opendocument.text"}), "text document"),
        (archive({"word/document.xml": ""}), "text document"),
        (archive({"ppt/presentation.xml": ""}), "presentation"),
        (archive({"xl/workbook.bin": ""}), r"\.xlsb"),
        (archive({"Index/Document.iwa": ""}), "Numbers"),
        (archive({"report.csv": "email\na@example.org\n"}), "zip archive. Unpack it"),
        (archive({"inner.xlsx": workbook([["email"]])}), "zip archive. Unpack it"),
        (b"PK\x05\x06" + b"\0" * 18, "zip archive"),
        (b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), "protected by a password"),
        (b"\xd0\xcf\x11\xe0" + "Workbook".encode("utf-16-le"), r"old Excel workbook \(.xls\)"),
        (b"\xd0\xcf\x11\xe0" + "WordDocument".encode("utf-16-le"), "text document"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 600, "old version of Office"),
        (b"<?xml version='1.0'?><Workbook/>", "XML file"),
    ],
)
def test_what_is_no_workbook_of_a_report_is_refused_in_words(data, reason) -> None:
    with pytest.raises(RefusedReportError, match=reason):
        read(data)


def test_a_workbook_whose_parts_are_encrypted_is_refused() -> None:
    data = bytearray(archive({"xl/workbook.xml": "x"}))
    data[data.index(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(RefusedReportError, match="protected by a password"):
        read(bytes(data))


def test_a_declared_size_that_is_too_small_does_not_help() -> None:
    """A bomb that says it is small: what does not come out as declared is damaged."""
    data = bytearray(altered(sheet=sheet("<row/>" * 4_000_000)))
    place = data.index(b"PK\x01\x02", data.index(b"xl/worksheets/sheet1.xml") + 1)
    while data[place + 46 : place + 70] != b"xl/worksheets/sheet1.xml":
        place = data.index(b"PK\x01\x02", place + 1)
    data[place + 24 : place + 28] = (100).to_bytes(4, "little")
    with pytest.raises(RefusedReportError, match="damaged"):
        read(bytes(data))


def test_a_string_that_stands_in_every_cell_is_counted_each_time() -> None:
    strings = f"<sst xmlns='{MAIN}'><si><t>{'x ' * 9_000}</t></si></sst>"
    data = altered(sheet=sheet("<row><c t='s'><v>0</v></c></row>" * 20_000), strings=strings)
    with pytest.raises(RefusedReportError, match="larger than a report"):
        read(data)


def test_one_part_that_a_thousand_sheets_name_is_read_once() -> None:
    sheets = "".join(f"<sheet name='s{n}' r:id='r{n}'/>" for n in range(1000))
    book = f"<workbook xmlns='{MAIN}' xmlns:r='{KINDS}'><sheets>{sheets}</sheets></workbook>"
    relations = "".join(
        f"<Relationship Id='r{n}' Type='{KINDS}/worksheet' Target='worksheets/sheet1.xml'/>"
        for n in range(1000)
    )
    data = altered(book=book, relations=f"<Relationships>{relations}</Relationships>")
    assert len(read_workbook(data)) == 1


def test_links_that_lead_out_of_the_file_are_not_followed() -> None:
    data = altered(
        relations=f"<Relationships><Relationship Id='rId1' Type='{KINDS}/worksheet' "
        "Target='file:///etc/passwd' TargetMode='External'/></Relationships>"
    )
    with pytest.raises(RefusedReportError, match="The workbook is empty"):
        read(data)


MANY = {
    "cells of one row": sheet(f"<row>{'<c/>' * 250_000}</row>"),
    "what is no row": sheet("<foo/>" * 250_000),
    "merged cells": sheet("").replace("</w", "<mergeCell ref='A1:B2'/>" * 250_000 + "</w"),
    "rows": sheet("<row/>" * 1_200_000),
    "pieces of a text": sheet(
        f"<row><c t='inlineStr'><is>{'<r><rPr><b/></rPr><t>x</t></r>' * 40_000}</is></c></row>"
    ),
    "pieces of texts": sheet(
        f"<row><c t='inlineStr'><is>{'<r><t>x</t></r>' * 70}</is></c></row>" * 1_600
    ),
    "letters that are no text": sheet(f"<!--{'x' * 20_000_000}-->"),
    "rows within a row": sheet("<row>" + "<c/><c/><row/>" * 100_000 + "</row>"),
}


@pytest.mark.parametrize("many", MANY)
def test_what_a_library_would_keep_is_bounded(many) -> None:
    noise = random.Random(1).randbytes(500_000)
    with zipfile.ZipFile(io.BytesIO(altered(sheet=MANY[many]))) as source:
        parts: dict[str, str | bytes] = {name: source.read(name) for name in source.namelist()}
    with pytest.raises(RefusedReportError, match="larger unpacked"):
        read(archive(parts | {"noise.bin": noise}))


def test_columns_made_up_before_far_ones_are_counted() -> None:
    rows = "".join(f"<row r='{n}'><c r='XFD{n}'/></row>" for n in range(1, 2_000))
    with pytest.raises(RefusedReportError, match="larger than a report"):
        read(altered(sheet=sheet(rows)))


@pytest.mark.parametrize("parser", ["True", "False"])
def test_either_parser_that_openpyxl_takes_reads_the_same(parser) -> None:
    """It takes lxml where there is one; entities are refused before it sees them."""
    script = (
        "import sys; from blended_xblock.imports.workbooks import read_workbook\n"
        "print(read_workbook(sys.stdin.buffer.read())[0].rows)"
    )
    env = os.environ | {"OPENPYXL_LXML": parser}
    for data, said in (
        (workbook([["é", 3]]), "[['é', '3']]"),
        (altered(sheet=sheet("", f"<!DOCTYPE x [{BILLION}]>")), "declares a document type"),
    ):
        done = subprocess.run(
            [sys.executable, "-c", script], input=data, capture_output=True, check=False, env=env
        )
        assert said in (done.stdout + done.stderr).decode()


@pytest.mark.parametrize(
    ("cell", "text"),
    [("_xD83D__xDE00_", "😀"), ("_xD83D_a", "\ufffda"), ("a_x0000_b", "ab"), ("a_x0009_b", "a\tb")],
)
def test_escapes_are_text_that_any_database_holds(cell, text) -> None:
    (sheet,) = read_workbook(workbook([["Name", cell]]))
    assert sheet.rows == [["Name", text]]
