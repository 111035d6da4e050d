"""A table that nobody recognises: a person says what its columns are, and it is read by that.

What they see first is ``sniff``, what they say is a ``Mapping``, which is kept as plain data and
read again as a stranger's.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from collections.abc import Mapping as Readable
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final, get_args

from blended_xblock.design.problems import mark as _
from blended_xblock.imports.encoding import check_size, decode
from blended_xblock.imports.hand import WHO, Role, read_table
from blended_xblock.imports.headers import guess_places
from blended_xblock.imports.names import read_email
from blended_xblock.imports.reading import finish
from blended_xblock.imports.report import RefusedReportError, Report, Window
from blended_xblock.imports.tables import (
    MOST_COLUMNS,
    MOST_ROWS,
    Row,
    filled,
    is_blank,
    read_tables,
)
from blended_xblock.imports.workbooks import MOST_SHEETS, Sheet, is_workbook, read_workbook

ROLES: Final[tuple[Role, ...]] = get_args(Role)
MOST_SHOWN: Final = 8
"""Rows of a preview."""

_CELL: Final = 80
_HEADER_WITHIN: Final = 60
_LOOKED_AT: Final = 200


@dataclass(frozen=True, slots=True)
class Mapping:
    """What the columns of one sheet are: by their place, from 0.

    ``sheet`` is counted from 0, ``header`` is the line of the header, from 1, or None without one:
    the rows below it are read.
    """

    sheet: int
    header: int | None
    columns: Readable[int, Role]

    def as_data(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        columns = {str(place): role for place, role in sorted(self.columns.items())}
        return {"sheet": self.sheet, "header": self.header, "columns": columns}

    @classmethod
    def from_data(cls, data: object) -> Mapping:
        """Return what somebody sent; raise RefusedReportError for what is no mapping, or no use."""
        if not isinstance(data, dict):
            raise _no_mapping()
        header, columns = data.get("header"), data.get("columns")
        if not isinstance(columns, dict) or len(columns) > MOST_COLUMNS:
            raise _no_mapping()
        mapping = cls(
            _whole(data.get("sheet", 0), 0, MOST_SHEETS - 1),
            None if header is None else _whole(header, 1, MOST_ROWS),
            {_place(place): _role(role) for place, role in columns.items() if role},
        )
        mapping.check()
        return mapping

    def check(self) -> None:
        """Raise RefusedReportError, with what to do, unless a table can be read by this."""
        if not set(self.columns.values()) & set(WHO):
            raise RefusedReportError(
                _(
                    "Say which column tells who each row is of: the e-mail address, the username, "
                    "or the name."
                )
            )
        for role, number in Counter(self.columns.values()).items():
            if number > 1:
                one, other, *_more = sorted(p + 1 for p, r in self.columns.items() if r == role)
                raise RefusedReportError(
                    _("Columns %(one)d and %(other)d are said to be the same. Choose one of them."),
                    one=one,
                    other=other,
                )


@dataclass(frozen=True, slots=True)
class SheetPreview:
    """The beginning of a sheet, cells cut to 80 characters, and what its columns may be.

    ``rows`` are at most eight that are not blank, each with its line; they begin at the header that
    was guessed. ``guess`` is None where nothing was recognised.
    """

    name: str
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    n_rows: int
    n_columns: int
    guess: Mapping | None


@dataclass(frozen=True, slots=True)
class Preview:
    """What a person sees of a file before they say what its columns are."""

    sheets: tuple[SheetPreview, ...]

    @property
    def guess(self) -> Mapping | None:
        """The guess for the sheet of which most is known."""
        known = [sheet.guess for sheet in self.sheets if sheet.guess]
        return max(known, key=lambda guess: len(guess.columns), default=None)


def sniff(data: bytes) -> Preview:
    """Return the beginning of a file's tables; raise RefusedReportError for what has none."""
    return Preview(tuple(_preview(sheet, number) for number, sheet in enumerate(_sheets(data))))


def read_mapped(data: bytes, mapping: Mapping, window: Window) -> Report:
    """Return what a table says by its columns; raise RefusedReportError where none of it is use.

    Rows that cannot be read are among the report's problems.
    """
    mapping.check()
    sheets = _sheets(data)
    if mapping.sheet >= len(sheets):
        raise RefusedReportError(
            _("The file has no sheet number %(number)d. Choose one that it has."),
            number=mapping.sheet + 1,
        )
    rows = sheets[mapping.sheet].rows
    width = max(map(len, rows), default=0)
    if any(place >= width for place in mapping.columns):
        raise RefusedReportError(
            _("The table has only %(n)d columns. Choose among these."), n=width
        )
    if mapping.header is not None and mapping.header >= len(rows):
        raise RefusedReportError(
            _("The table has nothing below line %(line)d. Choose the line of its header."),
            line=mapping.header,
        )
    places = {role: place for place, role in mapping.columns.items()}
    return finish(read_table(rows, mapping.header or 0, places, window), window)


def _sheets(data: bytes) -> list[Sheet]:
    """Return the tables of a file: a text is one, parted in the way that parts most of its rows."""
    check_size(data)
    if is_workbook(data):
        sheets = read_workbook(data)
    else:
        tables = list(read_tables(decode(data)))
        sheets = [Sheet("", max(tables, key=_evenness))] if tables else []
    if not any(sheet.rows for sheet in sheets):
        raise RefusedReportError(
            _("No table can be read from this file. Save it as CSV, or as a workbook (.xlsx).")
        )
    return sheets


def _evenness(rows: Sequence[Row]) -> tuple[int, int]:
    """Return how many of the first rows are of one width, of two columns or more, and the width."""
    widths = Counter(len(row) for row in islice(rows, _LOOKED_AT) if filled(row) > 1)
    return max(((number, width) for width, number in widths.items()), default=(0, 0))


def _preview(sheet: Sheet, number: int) -> SheetPreview:
    guess = _guess(sheet, number)
    start = guess.header if guess and guess.header else 1
    lines = (
        (line, tuple(_cut(cell) for cell in row))
        for line, row in enumerate(islice(sheet.rows, start - 1, None), start=start)
        if not is_blank(row)
    )
    rows = tuple(islice(lines, MOST_SHOWN))
    return SheetPreview(
        sheet.name, rows, len(sheet.rows), max(map(len, sheet.rows), default=0), guess
    )


def _cut(cell: str) -> str:
    text = " ".join(cell.split())
    return text if len(text) <= _CELL else f"{text[: _CELL - 1]}…"


def _guess(sheet: Sheet, number: int) -> Mapping | None:
    """Return what the columns may be: by the header of which most is known, or by addresses."""
    found: dict[Role, int] = {}
    header: int | None = None
    for line, row in enumerate(islice(sheet.rows, _HEADER_WITHIN), start=1):
        places = guess_places(row)
        if len(places) > len(found) and (len(places) > 1 or filled(row) < 3):
            found, header = places, line
    if "external_id" in found and "account" not in found:
        found["account"] = found.pop("external_id")
    if not found:
        found = _with_addresses(sheet.rows)
    return (
        Mapping(number, header, {place: role for role, place in found.items()}) if found else None
    )


def _with_addresses(rows: Iterable[Row]) -> dict[Role, int]:
    """Return the column in which addresses stand, of a table without a header."""
    count = Counter(
        place
        for row in islice(rows, _LOOKED_AT)
        for place, cell in enumerate(row)
        if read_email(cell)
    )
    return {"email": count.most_common(1)[0][0]} if count else {}


def _whole(value: object, least: int, most: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise _no_mapping()
    return value


def _place(value: object) -> int:
    # JSON has names of attributes only as texts.
    if isinstance(value, str) and len(value) <= 3 and value.isascii() and value.isdecimal():
        value = int(value)
    return _whole(value, 0, MOST_COLUMNS - 1)


def _role(value: object) -> Role:
    for role in ROLES:
        if role == value:
            return role
    raise _no_mapping()


def _no_mapping() -> RefusedReportError:
    return RefusedReportError(
        _("What the columns are cannot be understood. Choose them again, and send the form.")
    )
