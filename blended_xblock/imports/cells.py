"""Cells of a workbook, as openpyxl reads them → the text that they show, or one nobody misreads."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Final

from openpyxl.cell.read_only import ReadOnlyCell
from openpyxl.utils.escape import unescape

from blended_xblock.imports.moments import DateCell

# Quoted text, an escaped sign, a sign as wide as another, a filler, and colours and conditions.
_NO_FORMAT: Final = re.compile(r'"[^"]*"?|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.IGNORECASE)
_THREE_DECIMALS: Final = re.compile(r"\d+\.\d{3}", re.ASCII)
_EARLIEST: Final = datetime(1950, 1, 1)
_HALF_A_SECOND: Final = timedelta(microseconds=500_000)
_DAY: Final = 86_400


@dataclass(frozen=True, slots=True)
class _Shape:
    """What a number format shows besides a date."""

    has_time: bool
    has_seconds: bool
    is_percent: bool
    digits: int


@lru_cache(maxsize=1024)
def _shape_of(code: str) -> _Shape:
    body = _NO_FORMAT.sub("", code.casefold()).partition(";")[0]
    return _Shape(
        has_time="h" in body or "s" in body,
        has_seconds="s" in body,
        is_percent="%" in body,
        digits=len(body) if body and not body.strip("0") else 0,
    )


def text_of(cell: ReadOnlyCell) -> str:
    """Return a cell as text: dates are ``DateCell``, times "09:00", whole numbers without a point.

    Errors are what they show ("#VALUE!"), for an error is no blank.
    """
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, str):
        return _unescaped(value) if "_x" in value else value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    shape = _shape_of(cell.number_format)
    if isinstance(value, int | float):
        return _number(value, shape)
    if isinstance(value, timedelta):
        return _elapsed(round(value.total_seconds()), shape)
    if isinstance(value, time):
        at = timedelta(hours=value.hour, minutes=value.minute, seconds=value.second)
        at += timedelta(microseconds=value.microsecond) + _HALF_A_SECOND
        return _clock(int(at.total_seconds()) % _DAY, shape)
    return _date(value, shape)


def _unescaped(text: str) -> str:
    """Return text with characters for escapes such as _x000D_; half a pair is what no text has."""
    units = str(unescape(text)).replace("\0", "").encode("utf-16-le", "surrogatepass")
    return units.decode("utf-16-le", "replace")


def _date(value: date, shape: _Shape) -> str:
    if not isinstance(value, datetime):
        return DateCell.of(value)
    at = (value + _HALF_A_SECOND).replace(microsecond=0)
    seconds = at.hour * 3600 + at.minute * 60 + at.second
    if at < _EARLIEST:
        # "25:30" of a report has become a time on the first day of 1900: neither hours nor minutes.
        days = at.toordinal() - date(1899, 12, 31).toordinal()
        return f"day {days}, {_clock(seconds, shape)}"
    if not shape.has_time and not seconds:
        return DateCell.of(at.date())
    return DateCell.of(at)


def _number(value: float, shape: _Shape) -> str:
    if shape.is_percent:
        return f"{value * 100:.15g}%"
    if math.isfinite(value) and value == int(value) and abs(value) < 1e15:
        return str(int(value)).zfill(shape.digits)
    text = f"{value:.15g}"
    # With three decimals it would look like thousands.
    return f"{text}0" if _THREE_DECIMALS.fullmatch(text) else text


def _clock(seconds: int, shape: _Shape) -> str:
    """Return a time of day as it is shown; "1:30" stays in two parts, so that it is no duration."""
    minutes, second = divmod(seconds, 60)
    text = f"{minutes // 60:02}:{minutes % 60:02}"
    return f"{text}:{second:02}" if shape.has_seconds or second else text


def _elapsed(seconds: int, shape: _Shape) -> str:
    """Return hours, minutes and seconds.

    A report's "37:30", 37 minutes, is 37 hours once a spreadsheet has opened it; a day and longer
    without seconds is therefore left in two parts, which no reader of durations believes.
    """
    minutes, second = divmod(seconds, 60)
    text = f"{minutes // 60}:{minutes % 60:02}"
    is_certain = second or (shape.has_seconds and seconds < _DAY)
    return f"{text}:{second:02}" if is_certain else text
