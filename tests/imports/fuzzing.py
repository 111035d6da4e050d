"""What hostile files are made of, and what must hold of whatever the readers answer."""

from __future__ import annotations

import io
import json
import time
import tracemalloc
import zipfile
from dataclasses import dataclass
from datetime import timedelta
from xml.sax.saxutils import escape

from hypothesis import strategies as st

from blended_xblock.imports.__main__ import as_data
from blended_xblock.imports.headers import _TEXTS
from blended_xblock.imports.mapping import ROLES, Mapping, read_mapped, sniff
from blended_xblock.imports.reading import read_report
from blended_xblock.imports.report import RefusedReportError, Report
from blended_xblock.imports.words import _EXACT
from tests.imports.families import SEEDS
from tests.imports.files import window
from tests.imports.workbook_files import rows_of

SECONDS = 5.0
"""Of the processor, for one small file; the machine may be busy."""
BYTES = 64 * 1024 * 1024
"""Of memory, for one small file."""
LONGEST = 1_000
"""Of a sentence that says why a file is refused."""

WINDOW = window()


@dataclass(frozen=True)
class Case:
    """A file, and for a table that nobody recognises what somebody said of its columns."""

    data: bytes
    mapping: Mapping | None = None


def check(case: Case) -> Report | None:
    """Read a file, and assert what must hold of any answer; None where it was refused."""
    began = time.process_time()
    tracemalloc.start()
    try:
        report = _read(case)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    spent = time.process_time() - began
    assert spent < SECONDS, f"{spent:.1f} seconds for {len(case.data)} bytes"
    assert peak < BYTES, f"{peak // 1024} KB of memory for {len(case.data)} bytes"
    if report is not None:
        _check(report)
    return report


def _read(case: Case) -> Report | None:
    try:
        sniff(case.data)
    except RefusedReportError as error:
        _check_sentence(error.message, error.translated(str))
    try:
        if case.mapping is not None:
            return read_mapped(case.data, case.mapping, WINDOW)
        return read_report(case.data, WINDOW)
    except RefusedReportError as error:
        _check_sentence(error.message, error.translated(str))
        return None


def _check(report: Report) -> None:
    assert report.participants, "who is named by nobody's row is refused"
    most = 99_999 if report.format == "roll" else WINDOW.minutes
    for person in report.participants:
        assert person.name
        assert person.minutes is None or 0 <= person.minutes <= most
        assert person.seconds is None or person.seconds >= 0
        assert all(line > 0 for line in person.lines)
        for start, end in person.intervals:
            assert start <= end
            assert start.utcoffset() == end.utcoffset() == timedelta()
    for problem in report.problems:
        assert problem.line > 0
        _check_sentence(problem.message, problem.remark.translated(str))
    assert json.dumps(as_data(report, WINDOW), ensure_ascii=False).encode("utf-8", "replace")


def _check_sentence(text: str, translated: str) -> None:
    assert text == translated
    assert 0 < len(text) < LONGEST


# Texts

PIECES = [
    *("\0", '"', '""', "\t", ";", ",", "\n", "\r", "\r\n", "()", "--", "'", "=", "|", ":", "/"),
    *("12/05/2026", "05/13/2026 09:00", "2026-05-12 25:00", "99:99", "9" * 30, "-1", "1e999", "½"),
    *("\ufeff", "é", "\u200b", "\u202e", "\ud83d", "\u0661", "\x85", "\u2028", "\x1c", "%(line)d"),
    *("TRUE", "FALSE", "n/a", "3. ", "1. X\n2. X\n3. ", "sep=;\n", "<", "{", "12 h", "a@b"),
]
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "cp1250"]


SEEDED = (st.sampled_from(SEEDS), st.sampled_from(ENCODINGS))


@st.composite
def damaged_texts(draw: st.DrawFn) -> Case:
    """A report with pieces put in, taken out and doubled."""
    text = draw(st.sampled_from(SEEDS))
    for _ in range(draw(st.integers(0, 8))):
        place = draw(st.integers(0, len(text)))
        cut = draw(st.integers(0, 12))
        text = text[:place] + draw(st.sampled_from(PIECES)) + text[place + cut :]
    return Case(text.encode(draw(st.sampled_from(ENCODINGS)), "replace"))


@st.composite
def damaged_bytes(draw: st.DrawFn) -> Case:
    """A report, or two of them, of which bytes were changed, in any encoding."""
    data = bytearray(
        draw(st.sampled_from(SEEDS)).encode(draw(st.sampled_from(ENCODINGS)), "replace")
    )
    if draw(st.booleans()):
        data += draw(st.sampled_from(SEEDS)).encode(draw(st.sampled_from(ENCODINGS)), "replace")
    for _ in range(draw(st.integers(0, 6))):
        place = draw(st.integers(0, len(data)))
        data[place : place + draw(st.integers(0, 4))] = draw(st.binary(max_size=4))
    return Case(
        bytes(data[: draw(st.integers(0, len(data)))]) if draw(st.booleans()) else bytes(data)
    )


# Tables

HEADERS = sorted(
    {text for texts in _EXACT.values() for text in texts}
    | {text for roles in _TEXTS.values() for texts in roles.values() for text in texts.split("|")}
)
cells = (
    st.sampled_from(PIECES)
    | st.sampled_from(["Ada", "ada", "a@example.org", "P", "95", "09:00", "2026-05-12 09:00", ""])
    | st.text(max_size=8)
)
tables = st.lists(
    st.lists(st.sampled_from(HEADERS) | cells, min_size=1, max_size=9), max_size=2
).flatmap(
    lambda top: st.lists(st.lists(cells, max_size=9), max_size=6).map(lambda rows: [*top, *rows])
)


def as_text(rows: list[list[str]], delimiter: str, *, is_quoted: bool) -> str:
    mark = '"' if is_quoted else ""
    return "\n".join(
        delimiter.join(mark + cell.replace('"', '""' if is_quoted else '"') + mark for cell in row)
        for row in rows
    )


MEANT: dict[str, list[str]] = {
    "email": ["a@example.org", "A@example.org", "b@example.org", "", "ada"],
    "account": ["ada", "ADA", "007", ""],
    "status": ["P", "L", "présent", ""],
    "minutes": ["95", "42,5", "1:30", "1:30:00", "1 h 5 min", "300", "-1", "n/a", ""],
    "join": ["09:00", "2026-05-12 09:00", "12/05/2026 09:00", "05/13/2026 09:00", "23:59", ""],
    "leave": ["10:00", "2026-05-12 08:00", "12/05/2026 12:00", "00:10", ""],
    "date": ["2026-05-12", "12/05/2026", "05/13/2026", "12 mai 2026", "2026-05-13", ""],
}


@st.composite
def hand_made(draw: st.DrawFn) -> list[list[str]]:
    """A table that somebody made in one language, with cells that are mostly meant well."""
    texts = _TEXTS[draw(st.sampled_from(sorted(_TEXTS)))]
    roles = draw(st.permutations(sorted(texts)))[: draw(st.integers(1, 8))]
    header = [draw(st.sampled_from(texts[role].split("|"))) for role in roles]
    row = st.tuples(
        *(st.sampled_from(MEANT.get(role, ["Ada", "Bo", "x"])) | cells for role in roles)
    )
    return [header, *map(list, draw(st.lists(row, min_size=1, max_size=6)))]


hostile_tables = st.builds(
    lambda rows, delimiter, is_quoted, encoding: Case(
        as_text(rows, delimiter, is_quoted=is_quoted).encode(encoding, "replace")
    ),
    tables | hand_made() | hand_made(),
    st.sampled_from("\t;,"),
    st.booleans(),
    st.sampled_from(ENCODINGS),
)
mappings = st.builds(
    Mapping,
    st.integers(0, 2),
    st.none() | st.integers(1, 4),
    st.dictionaries(st.integers(0, 4), st.sampled_from(ROLES), max_size=5).map(
        # Mostly some that can be used: a role once, and somebody.
        lambda columns: {0: "name"} | {p: r for r, p in {r: p for p, r in columns.items()}.items()}
    ),
)
mapped_tables = st.builds(
    lambda case, mapping: Case(case.data, mapping), hostile_tables | damaged_texts(), mappings
)

# Workbooks

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
KINDS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MARKUP = ["<", ">", "'", "&", "<c>", "</row>", "<row>", "<!DOCTYPE a>", "\0", "9", "-"]
STYLES = (0, 14, 18, 21, 22, 45, 46, 49, 164, 165, 9)
TYPED = {"b": ["0", "1", "1", "", "x"], "d": ["2026-05-12T09:00:00", "2026-05-12", "09:00", "x"]}
NUMBERS = ["46154.375", "46361.5", "0.375", "1.5625", "-1", "1e308", "NaN", "5", "0.04", "60", "x"]


def packed(parts: dict[str, str | bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in parts.items():
            archive.writestr(
                name, body.encode("utf-8", "replace") if isinstance(body, str) else body
            )
    return out.getvalue()


def parts_of(rows: str, strings: str = "") -> dict[str, str | bytes]:
    """Return the parts of a workbook with these rows of XML."""
    formats = "".join(f"<xf numFmtId='{number}'/>" for number in STYLES)
    return {
        "[Content_Types].xml": "<Types/>",
        "_rels/.rels": f"<Relationships><Relationship Id='a' Type='{KINDS}/officeDocument' "
        "Target='xl/workbook.xml'/></Relationships>",
        "xl/workbook.xml": f"<workbook xmlns='{MAIN}' xmlns:r='{KINDS}'><workbookPr/><sheets>"
        "<sheet name='A' r:id='s'/></sheets></workbook>",
        "xl/_rels/workbook.xml.rels": "<Relationships>"
        f"<Relationship Id='s' Type='{KINDS}/worksheet' Target='worksheets/sheet1.xml'/>"
        f"<Relationship Id='t' Type='{KINDS}/styles' Target='styles.xml'/>"
        f"<Relationship Id='u' Type='{KINDS}/sharedStrings' Target='sharedStrings.xml'/>"
        "</Relationships>",
        "xl/styles.xml": f"<styleSheet xmlns='{MAIN}'><numFmts>"
        "<numFmt numFmtId='164' formatCode='[h]:mm'/><numFmt numFmtId='165' formatCode='0000'/>"
        f"</numFmts><cellXfs>{formats}</cellXfs></styleSheet>",
        "xl/sharedStrings.xml": f"<sst xmlns='{MAIN}'>{strings}</sst>",
        "xl/worksheets/sheet1.xml": f"<worksheet xmlns='{MAIN}'><sheetData>{rows}</sheetData>"
        "</worksheet>",
    }


@st.composite
def workbooks(draw: st.DrawFn) -> Case:
    """A workbook with cells of any kind, then with parts or bytes of it damaged."""
    table = draw(tables | hand_made() | st.sampled_from(SEEDS).map(rows_of))
    is_plain = draw(st.booleans())
    strings: list[str] = []
    rows = []
    for row in table:
        whole = ""
        for cell in row:
            kinds = ["inlineStr"] if is_plain else ["inlineStr", "s", "n", "b", "e", "str", "d"]
            kind = draw(st.sampled_from(kinds))
            text = escape("".join(c for c in cell if c >= " " or c in "\t\n"))
            style = draw(st.integers(0, len(STYLES) - 1))
            if kind == "inlineStr":
                whole += f"<c t='inlineStr'><is><t>{text}</t></is></c>"
            elif kind == "s":
                strings.append(f"<si><t>{text}</t></si>")
                whole += f"<c t='s'><v>{len(strings) - 1}</v></c>"
            elif kind == "n":
                number = draw(st.sampled_from(NUMBERS) | st.floats().map(repr))
                whole += f"<c s='{style}'><v>{number}</v></c>"
            else:
                text = draw(st.sampled_from(TYPED[kind])) if kind in TYPED else text
                whole += f"<c t='{kind}'><v>{text}</v></c>"
        rows.append(f"<row>{whole}</row>")
    parts = parts_of("".join(rows), "".join(strings))
    for _ in range(draw(st.sampled_from([0, 0, 1, 2]))):
        name = draw(st.sampled_from(sorted(parts)))
        body = str(parts[name])
        place, cut = draw(st.integers(0, len(body))), draw(st.integers(0, 9))
        piece = draw(
            st.sampled_from(["<", ">", "'", "&", "<c>", "<row>", "<!DOCTYPE a>", "\0", "9"])
        )
        parts[name] = body[:place] + piece + body[place + cut :]
    if draw(st.integers(0, 9)) == 9:
        del parts[draw(st.sampled_from(sorted(parts)))]
    data = bytearray(packed(parts))
    for _ in range(draw(st.sampled_from([0, 0, 0, 1, 3]))):
        place = draw(st.integers(0, len(data) - 1))
        data[place : place + draw(st.integers(0, 3))] = draw(st.binary(max_size=3))
    mapping = draw(st.none() | mappings)
    return Case(bytes(data), mapping)


TARGETS: dict[str, st.SearchStrategy[Case]] = {
    "bytes": st.binary(max_size=300).map(Case),
    "damaged texts": damaged_texts(),
    "damaged bytes": damaged_bytes(),
    "tables": hostile_tables,
    "mapped tables": mapped_tables,
    "workbooks": workbooks(),
}
