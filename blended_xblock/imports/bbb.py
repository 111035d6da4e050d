"""BigBlueButton's learning dashboard: twelve columns, then one for each poll, in any language.

Cells are in quotation marks, but those within are not doubled, and a question of a poll may have
commas: it is read by the shape of its rows, never by its header.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from blended_xblock.imports.durations import read_duration
from blended_xblock.imports.names import read_name
from blended_xblock.imports.report import Found, Stay, Window
from blended_xblock.imports.tables import Row, filled, is_blank

_COLUMNS: Final = 12
_MODERATOR, _DURATION = 1, 11
# As it writes them, and as spreadsheets of other languages do that saved it again.
_TRUE: Final = frozenset(
    {"TRUE", "VRAI", "WAHR", "VERDADERO", "VERDADEIRO", "VERO", "WAAR", "PRAWDA"}
)
_FALSE: Final = frozenset({"FALSE", "FAUX", "FALSCH", "FALSO", "ONWAAR", "FAŁSZ"})
_COUNTS: Final = (5, 6, 7, 8)
_SEPARATOR: Final = re.compile(r'"[,;]"')
_NUMBER: Final = re.compile(r"\d+(?:[.,]\d+)?|-")


def read(text: str) -> Found | None:
    """Read a dashboard; None if this is none."""
    body = text.lstrip("\r\n")
    header, _newline, rest = body.partition("\n")
    if header.count(",") < _COLUMNS - 1 or header.startswith('"') or not rest.startswith('"'):
        return None
    first = 2 + text[: len(text) - len(body)].count("\n")
    return _found([(line, _SEPARATOR.split(row)) for line, row in _lines(rest, first)])


def read_rows(rows: Sequence[Row], _window: Window) -> Found | None:
    """Read a dashboard that a spreadsheet saved again; None if this is none."""
    body = [(line, row) for line, row in enumerate(rows, start=1) if not is_blank(row)]
    if len(body) < 2 or filled(body[0][1]) < _COLUMNS or _is_person(body[0][1]):
        return None
    return _found(body[1:])


def _found(rows: Sequence[tuple[int, Row]]) -> Found | None:
    people = [(line, row) for line, row in rows if _is_person(row)]
    if not people or not all(_is_person(row) or _is_nobody(row) for _line, row in rows):
        return None
    found = Found("bbb")
    for line, row in people:
        cell = row[_DURATION].strip()
        seconds = read_duration(cell)
        unknown = seconds is None and cell not in {"", "-"}
        found.stays.append(
            Stay(
                read_name(row[0]),
                None,
                seconds=seconds,
                is_unknown=unknown,
                is_host=row[_MODERATOR].strip().upper() in _TRUE,
                line=line,
            )
        )
    return found


def _lines(text: str, first: int) -> list[tuple[int, str]]:
    """Return the rows without their outer quotes, each with its line, from ``first``.

    Cells of the last ones may hold line breaks.
    """
    rows: list[tuple[int, str]] = []
    part: list[str] = []
    width, cells, begun = 0, 1, first
    for number, line in enumerate(text.splitlines(), start=first):
        if not part:
            if not line.strip():
                continue
            cells, begun = 1, number
        part.append(line)
        cells += len(_SEPARATOR.findall(line))
        if line.rstrip().endswith('"') and cells >= max(width, _COLUMNS):
            width = width or cells
            rows.append((begun, "\n".join(part).strip()[1:-1]))
            part = []
    if part:
        rows.append((begun, "\n".join(part).strip().strip('"')))
    return rows


def _is_person(row: list[str]) -> bool:
    return (
        len(row) >= _COLUMNS
        and bool(row[0].strip())
        and row[_MODERATOR].strip().upper() in _TRUE | _FALSE
        and all(_NUMBER.fullmatch(row[place].strip() or "0") for place in _COUNTS)
    )


def _is_nobody(row: list[str]) -> bool:
    """Tell whether this is the row of anonymous answers: a word, and then polls only."""
    return not any(cell.strip() for cell in row[1 : min(_COLUMNS, len(row))])
