"""Workbooks as a spreadsheet saves them, written by openpyxl."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, time, timedelta
from typing import Any

from openpyxl import Workbook
from openpyxl.styles.numbers import FORMAT_DATE_DATETIME

Typed = Callable[[str], Any]
_NUMBERS = re.compile(r"-?\d{1,9}(\.\d+)?")
_FORMATS = (
    *("%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y, %I:%M:%S %p", "%m/%d/%y, %I:%M:%S %p"),
    *("%b %d, %Y %I:%M %p", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"),
)


def workbook(*sheets: Iterable[Sequence[Any]], names: Sequence[str] = ()) -> bytes:
    """Return a workbook with these rows of values on its sheets."""
    book = Workbook()
    book.remove(book.active)
    for number, rows in enumerate(sheets):
        sheet = book.create_sheet(names[number] if names else f"Sheet{number + 1}")
        for row in rows:
            sheet.append(list(row))
        for cells in sheet.iter_rows():
            for cell in cells:
                if isinstance(cell.value, datetime):
                    cell.number_format = FORMAT_DATE_DATETIME
                elif isinstance(cell.value, time) and not cell.value.second:
                    # As a spreadsheet shows "1:30", whether hours or minutes were meant.
                    cell.number_format = "h:mm"
                elif isinstance(cell.value, str):
                    cell.data_type = "s"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def rows_of(text: str) -> list[list[str]]:
    """Return a report's rows, as a spreadsheet parts them."""
    first = text.lstrip("\ufeff")
    delimiter = "\t" if "\t" in first else ";" if first.count(";") > first.count(",") else ","
    return list(csv.reader(io.StringIO(first, newline=""), delimiter=delimiter))


def as_spreadsheet(cell: str, formats: Sequence[str] = _FORMATS) -> Any:
    """Return what a spreadsheet makes of a text: a number, a date, a time, a duration."""
    if _NUMBERS.fullmatch(cell):
        return float(cell)
    if cell in {"TRUE", "FALSE"}:
        return cell == "TRUE"
    if match := re.fullmatch(r"(\d{1,3}):([0-5]\d)(?::([0-5]\d))?", cell):
        hours, minutes, seconds = (int(part or 0) for part in match.groups())
        if hours < 24 and match[3] is None:
            return time(hours, minutes)
        return timedelta(hours=hours, minutes=minutes, seconds=seconds)
    for each in formats:
        try:
            return datetime.strptime(cell, each)
        except ValueError:
            continue
    return cell or None


def saved_again(text: str, typed: Typed | None = None) -> bytes:
    """Return a report as the workbook that a spreadsheet saves; ``typed`` makes values of texts."""
    make = typed or (lambda cell: cell or None)
    return workbook([[make(cell) for cell in row] for row in rows_of(text)])
