"""A table as an Excel workbook (.xlsx).

Texts are texts for openpyxl too, in cells formatted as text, so that neither what stands there nor
what somebody types there later becomes a formula, a number or a date.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.styles.numbers import FORMAT_TEXT
from openpyxl.utils import get_column_letter

CONTENT_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

Kind = Literal["text", "number", "time"]

_AS_TIME: Final = r"yyyy\-mm\-dd\ hh:mm:ss"
_WHOLE: Final = re.compile(r"-?\d{1,15}", re.ASCII)
# What XML cannot hold, what its readers would make another line break of, and what looks like such
# an escape already.
_ESCAPED: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)|[\ud800-\udfff]"
)
_NOT_IN_TITLES: Final = re.compile(r"[\[\]:*?/\\\x00-\x1f\ud800-\udfff\ufffe\uffff]")
_IN_MEMORY: Final = 1 << 20
_PIECE: Final = 1 << 15


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its header, what its cells are, and how wide it is, in digits."""

    label: str
    kind: Kind = "text"
    width: int = 18


def write_workbook(
    name: str, columns: Mapping[str, Column], rows: Iterable[Mapping[str, str]]
) -> Iterator[bytes]:
    """Yield a workbook in pieces, with one sheet of this name: a fixed header with filters.

    A number that is none and a time that is not ISO 8601 stay texts. It is written to the disk
    first, row by row, for only then its parts are known: a megabyte of it is in memory at most.
    """
    book = Workbook(write_only=True)
    book.properties.creator = None
    # Excel allows 31 characters, none of these, and no apostrophe at the ends.
    sheet = book.create_sheet(_NOT_IN_TITLES.sub(" ", name).strip(" '")[:31].strip(" '") or "1")
    sheet.freeze_panes = "A2"
    for number, column in enumerate(columns.values(), start=1):
        sheet.column_dimensions[get_column_letter(number)].width = column.width
    header = [_text(sheet, column.label) for column in columns.values()]
    for cell in header:
        cell.font = Font(bold=True)
    sheet.append(header)
    last = 1
    for row in rows:
        cells = [_cell(sheet, row.get(key, ""), column.kind) for key, column in columns.items()]
        sheet.append(cells)
        last += 1
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(columns))}{last}"
    with tempfile.SpooledTemporaryFile(_IN_MEMORY) as file:
        book.save(file)
        file.seek(0)
        while piece := file.read(_PIECE):
            yield piece


def _cell(sheet: Any, text: str, kind: Kind) -> Any:
    if kind == "number" and (not text or _WHOLE.fullmatch(text)):
        return WriteOnlyCell(sheet, int(text)) if text else None
    if kind == "time":
        try:
            at = datetime.fromisoformat(text) if text else None
        except ValueError:
            return _text(sheet, text)
        if at is None or at.tzinfo is None:
            cell = WriteOnlyCell(sheet, at)
            cell.number_format = _AS_TIME
            return cell
    return _text(sheet, text)


def _text(sheet: Any, text: str) -> Any:
    cell = WriteOnlyCell(sheet, _ESCAPED.sub(_as_escape, text))
    # What begins like a formula or an error has become one.
    cell.data_type = "s"
    cell.number_format = FORMAT_TEXT
    return cell


def _as_escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    return "?" if 0xD800 <= code <= 0xDFFF else f"_x{code:04X}_"
