"""Excel workbooks (.xlsx) → rows of text, as the readers of tables want them; values only.

openpyxl reads them, but not as they came: it gets a workbook of its own making with the sheets,
styles and texts put in that ``parts`` has checked. Whatever else hangs on a stranger's workbook
(charts, pictures, links, names) it would open, and one part that is named as a thousand sheets it
would read a thousand times.
"""

from __future__ import annotations

import io
import posixpath
import tempfile
import warnings
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import IO, Any, Final
from xml.sax.saxutils import quoteattr

from openpyxl import Workbook, load_workbook
from openpyxl.cell.read_only import EMPTY_CELL
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from openpyxl.xml.constants import (
    ARC_CONTENT_TYPES,
    ARC_SHARED_STRINGS,
    ARC_STYLE,
    SHARED_STRINGS,
    SHEET_MAIN_NS,
)

from blended_xblock.design.problems import mark as _
from blended_xblock.imports.cells import text_of
from blended_xblock.imports.parts import Parts, damaged
from blended_xblock.imports.report import RefusedReportError
from blended_xblock.imports.tables import MOST_CHARACTERS, MOST_COLUMNS, MOST_ROWS, Row, too_large

START: Final = b"PK\x03\x04"
OLD_START: Final = b"\xd0\xcf\x11\xe0"
MOST_SHEETS: Final = 50
MOST_CELLS: Final = 1_000_000
MOST_TEXT: Final = 50 * 1024 * 1024
"""Characters of all cells: a shared string of a few bytes may stand in a million of them."""

_WITH_TEXTS: Final = (
    f'<Override PartName="/{ARC_SHARED_STRINGS}" ContentType="{SHARED_STRINGS}"/></Types>'.encode()
)
_FIRST_OWN: Final = 164
"""Numbers of formats below are the same in all workbooks."""
_EAST_ASIAN: Final = {
    **dict.fromkeys((*range(27, 32), 36, *range(50, 55), 57, 58), "d/m/y"),
    **dict.fromkeys((32, 34, 55), "h:mm"),
    **dict.fromkeys((33, 35, 56), "h:mm:ss"),
}
"""Those of East Asian versions, which openpyxl does not know."""
_MOST_AREA: Final = 10_000_000
"""Cells that openpyxl makes up before the last one of each row."""
_LAST_ROW: Final = 1_048_576
_IN_MEMORY: Final = 8 * 1024 * 1024

_SAVED_AS: Final = {
    "ods": _(
        "This is an OpenDocument spreadsheet (.ods). Save it as an Excel workbook (.xlsx) or as "
        "CSV."
    ),
    "xlsb": _(
        "This is a binary Excel workbook (.xlsb). Save it as an Excel workbook (.xlsx) or as CSV."
    ),
    "xls": _(
        "This is an old Excel workbook (.xls). Save it as an Excel workbook (.xlsx) or as CSV."
    ),
    "numbers": _(
        "This is a Numbers spreadsheet. Export it as an Excel workbook (.xlsx) or as CSV."
    ),
    "document": _(
        "This is a text document. Put its table into a spreadsheet and save that as an Excel "
        "workbook (.xlsx) or as CSV."
    ),
    "slides": _("This is a presentation, not a report. Export the report as CSV."),
    "password": _(
        "The workbook is protected by a password. Open it, remove the password, and save it as an "
        "Excel workbook (.xlsx) or as CSV."
    ),
    "zip": _("This is a zip archive. Unpack it, and choose the report that is in it."),
    "old": _(
        "This is a file of an old version of Office. Save it as an Excel workbook (.xlsx) or as "
        "CSV."
    ),
}
_IN_OLD_FILES: Final = (
    ("EncryptedPackage", "password"),
    ("WordDocument", "document"),
    ("PowerPoint Document", "slides"),
    ("Workbook", "xls"),
    ("Book", "xls"),
)


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet of a workbook; its rows are numbered as there, from 1, blank ones too."""

    name: str
    rows: list[Row]


def is_workbook(data: bytes) -> bool:
    """Tell whether these bytes are a workbook's, or of a kind that ``read_workbook`` refuses."""
    return data.startswith((START, b"PK\x05\x06", OLD_START))


def read_workbook(data: bytes) -> list[Sheet]:
    """Return the sheets that a person sees, their cells as text, in the order of the workbook.

    Dates are ``DateCell``, times "09:00:00", whole numbers without a decimal point, errors what
    they show ("#VALUE!"), for an error is no blank. Raises RefusedReportError for any other kind of
    file and for more than a report has.
    """
    if data.startswith(OLD_START):
        raise RefusedReportError(_SAVED_AS[_kind_of_old(data)])
    parts = Parts(data)
    if parts.is_encrypted:
        raise RefusedReportError(_SAVED_AS["password"])
    book = _contents(parts)
    if not book.sheets:
        return []
    with tempfile.SpooledTemporaryFile(_IN_MEMORY) as file:
        rows = _rows(file, _copy(parts, book, file))
        return [Sheet(name, found) for name, found in zip(book.sheets.values(), rows, strict=True)]


def _kind_of_old(data: bytes) -> str:
    for word, kind in _IN_OLD_FILES:
        if word.encode("utf-16-le") in data:
            return kind
    return "old"


def _kind_of_archive(parts: Parts) -> str:
    if "mimetype" in parts:
        kind = parts.starts_with("mimetype")
        if b"spreadsheet" in kind:
            return "ods"
        return "slides" if b"presentation" in kind else "document" if b"text" in kind else "zip"
    if any(name.startswith("Index/") or name == "Index.zip" for name in parts.names):
        return "numbers"
    folders = {name.partition("/")[0] for name in parts.names}
    kinds = {"word": "document", "ppt": "slides", "xl": "xlsb"}
    return next((kinds[folder] for folder in kinds if folder in folders), "zip")


@dataclass(slots=True)
class _Contents:
    """The parts of a workbook that are read: its sheets by their name, texts, and styles."""

    sheets: dict[str, str]
    texts: str | None = None
    styles: str | None = None
    is_1904: bool = False


def _contents(parts: Parts) -> _Contents:
    """Return where everything is that a person sees of the cells."""
    path = _path(parts)
    relations = _relations(parts, *posixpath.split(path))
    found = _Contents({})

    def start(tag: str, attributes: Mapping[str, str]) -> None:
        if tag == "workbookPr":
            found.is_1904 = attributes.get("date1904") in {"1", "true"}
        elif tag == "sheet" and attributes.get("state", "visible") == "visible":
            target, kind = relations.get(attributes.get("id", ""), ("", ""))
            if kind == "worksheet" and target not in found.sheets:
                if target not in parts:
                    raise damaged()
                if len(found.sheets) == MOST_SHEETS:
                    raise too_large()
                found.sheets[target] = attributes.get("name", "")

    parts.parse(path, start)
    for target, kind in relations.values():
        if kind == "styles" and target in parts:
            found.styles = target
        elif kind == "sharedStrings" and target in parts:
            found.texts = target
    return found


def _path(parts: Parts) -> str:
    """Return which part is the workbook."""
    if "[Content_Types].xml" in parts:
        main = [to for to, kind in _relations(parts, "", "").values() if kind == "officeDocument"]
        path = main[0] if main else "xl/workbook.xml"
        if path in parts and path.endswith(".xml") and not path.startswith("word/"):
            return path
    raise RefusedReportError(_SAVED_AS[_kind_of_archive(parts)])


def _relations(parts: Parts, folder: str, name: str) -> dict[str, tuple[str, str]]:
    """Return where the relations of a part lead within the archive, and of which kind."""
    found: dict[str, tuple[str, str]] = {}
    path = posixpath.join(folder, "_rels", f"{name}.rels")

    def start(tag: str, attributes: Mapping[str, str]) -> None:
        # An external one leads out of the file: nobody goes there.
        if tag == "Relationship" and attributes.get("TargetMode") != "External":
            target = attributes.get("Target", "")
            whole = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
            kind = attributes.get("Type", "").rpartition("/")[2]
            found[attributes.get("Id", "")] = (whole, kind)

    if path in parts:
        parts.parse(path, start)
    return found


def _copy(parts: Parts, book: _Contents, file: IO[bytes]) -> list[int]:
    """Write the workbook that openpyxl reads; return how many cells each sheet has."""
    own = io.BytesIO()
    empty = Workbook()
    if book.is_1904:
        empty.epoch = CALENDAR_MAC_1904
    for _sheet in list(book.sheets)[1:]:
        empty.create_sheet()
    empty.save(own)
    places = {f"xl/worksheets/sheet{n}.xml": part for n, part in enumerate(book.sheets, start=1)}
    with zipfile.ZipFile(own) as source, zipfile.ZipFile(file, "w") as copy:
        for path in source.namelist():
            if path == ARC_STYLE and book.styles:
                copy.writestr(path, _styles(parts, book.styles))
            elif path == ARC_CONTENT_TYPES and book.texts:
                copy.writestr(path, source.read(path).replace(b"</Types>", _WITH_TEXTS))
                parts.copy(book.texts, copy, ARC_SHARED_STRINGS, has_texts=True)
            elif path not in places:
                copy.writestr(path, source.read(path))
        return [parts.copy(part, copy, path) for path, part in places.items()]


def _styles(parts: Parts, path: str) -> str:
    """Return which number format each style of cells has, and nothing else of the styles.

    openpyxl refuses the workbook for a colour or a font that it does not know.
    """
    formats = dict(_EAST_ASIAN)
    numbers: list[int] = []
    is_within = False

    def start(tag: str, attributes: Mapping[str, str]) -> None:
        nonlocal is_within
        if tag == "numFmt":
            number = int(attributes.get("numFmtId", 0))
            formats[number] = attributes.get("formatCode", "")[:255]
        elif tag in {"cellXfs", "cellStyles"}:
            is_within = tag == "cellXfs"
        elif tag == "xf" and is_within:
            numbers.append(int(attributes.get("numFmtId", 0)))

    parts.parse(path, start)
    used = set(numbers)
    named = "".join(
        f'<numFmt numFmtId="{number}" formatCode={quoteattr(code)}/>'
        for number, code in formats.items()
        if number in used
    )
    styles = "".join(
        f'<xf numFmtId="{number if number in formats or number < _FIRST_OWN else 0}"/>'
        for number in numbers
    )
    return (
        f'<styleSheet xmlns="{SHEET_MAIN_NS}"><numFmts>{named}</numFmts>'
        f"<cellXfs>{styles}</cellXfs></styleSheet>"
    )


# It warns of what it leaves out, and of each cell by itself: Python would remember all of them.
warnings.filterwarnings("ignore", module=r"openpyxl\.")


def _rows(file: IO[bytes], cells: list[int]) -> Iterator[list[Row]]:
    """Yield the rows of each sheet; what openpyxl stumbles over is damaged, and so said."""
    counted = _Counted()
    try:
        book = load_workbook(file, read_only=True, data_only=True, keep_links=False)
        for sheet, count in zip(book.worksheets, cells, strict=True):
            sheet.reset_dimensions()
            yield counted.rows_of(sheet, count)
    except (RefusedReportError, MemoryError):
        raise
    except Exception as error:
        raise damaged() from error


class _Counted:
    """Counts the cells of all sheets, however often their text was counted before."""

    def __init__(self) -> None:
        self.area = self.cells = self.characters = 0

    def rows_of(self, sheet: Any, count: int) -> list[Row]:
        """Return the rows of one sheet, which has so many cells.

        Cells that openpyxl would leave out, for they stand in no order, are damage too.
        """
        rows: list[Row] = []
        for number, cells in enumerate(sheet.iter_rows(), start=1):
            self.area += len(cells)
            if number > _LAST_ROW or self.area > _MOST_AREA:
                raise too_large()
            row: Row = []
            for column, cell in enumerate(cells):
                if cell is EMPTY_CELL:
                    continue
                if cell.row != number:
                    raise damaged()
                count -= 1
                text = text_of(cell)
                self._count(text)
                # What is blank costs nothing: whole columns may have a format and no content.
                if text and not text.isspace():
                    if column >= MOST_COLUMNS or number > MOST_ROWS:
                        raise too_large()
                    row.extend([""] * (column - len(row)))
                    row.append(text)
            if row:
                rows.extend([] for _blank in range(number - 1 - len(rows)))
                rows.append(row)
        if count:
            raise damaged()
        return rows

    def _count(self, text: str) -> None:
        self.cells += 1
        self.characters += len(text)
        if self.cells > MOST_CELLS or self.characters > MOST_TEXT or len(text) > MOST_CHARACTERS:
            raise too_large()
