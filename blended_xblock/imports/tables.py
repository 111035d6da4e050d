"""Text → rows of cells, in each way a report may be written; nothing is said of their meaning."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from typing import Final

from blended_xblock.design.problems import mark as _
from blended_xblock.imports.report import RefusedReportError

MOST_ROWS: Final = 300_000
MOST_COLUMNS: Final = 500
MOST_CHARACTERS: Final = 20_000
"""Of one cell."""

Row = list[str]


def read_tables(text: str) -> Iterator[list[Row]]:
    """Yield the rows as tabs, semicolons and commas would part them, where that is possible.

    A spreadsheet's "sep=;" in the first line is left out. Raises RefusedReportError for more rows,
    columns or characters in a cell than a report has.
    """
    first, _newline, rest = text.partition("\n")
    if first.strip().casefold() in {"sep=;", "sep=,", "sep=\t", "sep="}:
        # A row all the same, so that lines are counted as an editor shows them.
        text = "\n" + rest
    for delimiter in "\t;,":
        if delimiter in text or delimiter == ",":
            rows = _rows(text, delimiter)
            if rows is not None:
                yield rows


def is_blank(row: Sequence[str]) -> bool:
    return not any(map(str.strip, row))


def filled(row: Sequence[str]) -> int:
    """Return how many cells of a row say something."""
    return sum(map(bool, map(str.strip, row)))


def _rows(text: str, delimiter: str) -> list[Row] | None:
    rows: list[Row] = []
    # Teams parts by tabs and quotes nothing, so that a quotation mark there is one.
    if delimiter == "\t" and not _is_quoted(text):
        source: Iterator[Row] = (line.split("\t") for line in text.splitlines())
    else:
        source = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for row in source:
            _check(row, len(rows))
            rows.append(row)
    except csv.Error as error:
        if "field larger" in str(error):
            raise too_large() from error
        return None
    return rows


def _is_quoted(text: str) -> bool:
    """Tell whether a spreadsheet saved cells apart by tabs: it quotes each that has a comma."""
    if '"' not in text:
        return False
    is_quoted = False
    for line in text.splitlines():
        for cell in line.split("\t") if "," in line else ():
            if "," in cell:
                is_quoted = len(cell) > 1 and cell.startswith('"') and cell.endswith('"')
                if not is_quoted:
                    return False
    return is_quoted


def _check(row: Row, number: int) -> None:
    if number >= MOST_ROWS or len(row) > MOST_COLUMNS:
        raise too_large()
    if row and max(map(len, row)) > MOST_CHARACTERS:
        raise too_large()


def too_large() -> RefusedReportError:
    """Return the refusal of what has more than a report of a meeting."""
    return RefusedReportError(
        _(
            "This is larger than a report of a meeting: at most %(rows)d rows of %(columns)d "
            "columns can be read."
        ),
        rows=MOST_ROWS,
        columns=MOST_COLUMNS,
    )
