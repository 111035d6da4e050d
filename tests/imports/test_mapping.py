"""Tables that nobody recognises, read by what a person says of their columns."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blended_xblock.imports.hand import Role
from blended_xblock.imports.mapping import MOST_SHOWN, ROLES, Mapping, read_mapped, sniff
from blended_xblock.imports.report import RefusedReportError, Report
from tests.imports.files import read, told, window
from tests.imports.workbook_files import rows_of, workbook

REGISTER = (
    "Course;Blended\n\nWho;Address;Came;Went;Remark\n"
    "Ada;a@example.org;09:00;10:00;\nBo;b@example.org;soon;;late\nCy;c@example.org;;;\n"
)
COLUMNS: dict[int, Role] = {0: "name", 1: "email", 2: "join", 3: "leave", 4: "note"}


def mapped(text: str | bytes, columns: dict[int, Role], header: int | None = 1) -> Report:
    data = text if isinstance(text, bytes) else text.encode()
    return read_mapped(data, Mapping(0, header, columns), window())


@pytest.mark.parametrize("data", [REGISTER.encode(), workbook(rows_of(REGISTER))])
def test_columns_are_what_a_person_says(data) -> None:
    with pytest.raises(RefusedReportError, match="no attendance report"):
        read(data)
    report = mapped(data, COLUMNS, header=3)
    assert told(report) == {"Ada": (60, ("12 09:00", "12 10:00")), "Cy": (None,)}
    assert [p.message for p in report.problems] == [
        "Line 5: “soon” cannot be read as a date and time."
    ]


def test_a_table_without_a_header() -> None:
    report = mapped("Ada;P\nBo;A\n", {0: "name", 1: "status"}, header=None)
    assert [(p.name, p.status, p.lines) for p in report.participants] == [
        ("Ada", "P", (1,)),
        ("Bo", "A", (2,)),
    ]


def test_the_beginning_of_a_file_and_what_its_columns_may_be() -> None:
    (sheet,) = sniff(
        ("Course;Blended;x\n\nNom;Where;Statut\n" + "Ada;Paris;P\n" * 20).encode()
    ).sheets
    assert (sheet.name, sheet.n_rows, sheet.n_columns) == ("", 23, 3)
    assert sheet.rows[:2] == ((3, ("Nom", "Where", "Statut")), (4, ("Ada", "Paris", "P")))
    assert len(sheet.rows) == MOST_SHOWN
    assert sheet.guess == Mapping(0, 3, {0: "name", 2: "status"})


def test_each_sheet_of_a_workbook_is_shown() -> None:
    preview = sniff(workbook([["x" * 200]], [["Matricule", "Note"], ["7", "y"]], names=["A", "B"]))
    assert [sheet.name for sheet in preview.sheets] == ["A", "B"]
    assert preview.sheets[0].rows[0][1] == ("x" * 79 + "…",)
    assert preview.guess == Mapping(1, 1, {0: "account", 1: "note"})


def test_addresses_are_found_without_a_header() -> None:
    assert sniff(b"1;a@example.org\n2;b@example.org\n").guess == Mapping(0, None, {1: "email"})
    assert sniff(b"1;2\n3;4\n").guess is None


def test_the_separator_is_the_one_that_parts_most_rows() -> None:
    (sheet,) = sniff(b"Who;What\n" + b"Doe, Ada;P\n" * 9).sheets
    assert sheet.rows[1] == (2, ("Doe, Ada", "P"))


def test_a_mapping_is_kept_as_plain_data() -> None:
    mapping = Mapping(2, None, {1: "email", 0: "name"})
    data = json.loads(json.dumps(mapping.as_data()))
    assert data == {"sheet": 2, "header": None, "columns": {"0": "name", "1": "email"}}
    assert Mapping.from_data(data) == mapping
    assert Mapping.from_data({"columns": {"0": "name", "1": ""}}) == Mapping(0, None, {0: "name"})


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (None, "cannot be understood"),
        ([], "cannot be understood"),
        ({}, "cannot be understood"),
        ({"columns": []}, "cannot be understood"),
        ({"columns": {"0": "king"}}, "cannot be understood"),
        ({"columns": {"0": ["name"]}}, "cannot be understood"),
        ({"columns": {"-1": "name"}}, "cannot be understood"),
        ({"columns": {"٣": "name"}}, "cannot be understood"),
        ({"columns": {"9999": "name"}}, "cannot be understood"),
        ({"columns": {"0": "name"}, "sheet": True}, "cannot be understood"),
        ({"columns": {"0": "name"}, "sheet": -1}, "cannot be understood"),
        ({"columns": {"0": "name"}, "header": 0}, "cannot be understood"),
        ({"columns": {"0": "name"}, "header": 1e9}, "cannot be understood"),
        ({"columns": {str(n): "name" for n in range(999)}}, "cannot be understood"),
        ({"columns": {}}, "which column tells who"),
        ({"columns": {"0": "minutes"}}, "which column tells who"),
        ({"columns": {"0": "name", "4": "name"}}, "Columns 1 and 5 are said to be the same"),
    ],
)
def test_what_is_no_mapping_is_refused_in_words(data, reason) -> None:
    with pytest.raises(RefusedReportError, match=reason):
        Mapping.from_data(data)


@pytest.mark.parametrize(
    ("mapping", "reason"),
    [
        (Mapping(0, 1, {}), "which column tells who"),
        (Mapping(3, 1, {0: "name"}), "no sheet number 4"),
        (Mapping(0, 1, {7: "name"}), "only 2 columns"),
        (Mapping(0, 2, {0: "name"}), "nothing below line 2"),
    ],
)
def test_a_mapping_that_does_not_fit_the_file_is_refused(mapping, reason) -> None:
    with pytest.raises(RefusedReportError, match=reason):
        read_mapped(b"Who;What\nAda;P\n", mapping, window())


@pytest.mark.parametrize("data", [b"", b"\x89PNG", b"PK\x03\x04", workbook([])])
def test_a_file_without_a_table_is_refused(data) -> None:
    with pytest.raises(RefusedReportError):
        sniff(data)


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(ROLES),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(
    st.fixed_dictionaries({}, optional={"sheet": plain, "header": plain, "columns": plain}) | plain
)
def test_whatever_is_sent_is_a_mapping_or_refused(data) -> None:
    try:
        mapping = Mapping.from_data(data)
    except RefusedReportError:
        return
    assert Mapping.from_data(mapping.as_data()) == mapping
