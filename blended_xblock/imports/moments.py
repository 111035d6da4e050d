"""Dates and times as tools and spreadsheets write them, in the languages they speak."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Final, Literal

from blended_xblock.imports.words import fold

Order = Literal["day", "month"]
"""What a numeric date begins with."""

_MONTHS: Final = {
    fold(name): number
    for number, names in enumerate(
        (
            "january jan janvier janv enero ene janeiro gennaio gen januar jän januari styczeń "
            "stycznia sty",
            "february feb février févr fév febrero fevereiro fev febbraio februar februari luty "
            "lutego lut",
            "march mar mars marzo março märz mrz maart mrt marzec marca",
            "april apr avril avr abril abr aprile kwiecień kwietnia kwi",
            "may mai mayo maio maggio mag mei maj maja",
            "june jun juin junio junho giugno giu juni czerwiec czerwca cze",
            "july jul juillet juil julio julho luglio lug juli lipiec lipca lip",
            "august aug août agosto ago augustus sierpień sierpnia sie",
            "september sep sept septembre septiembre setembro set settembre wrzesień września wrz",
            "october oct octobre octubre outubro out ottobre ott oktober okt październik "
            "października paź",
            "november nov novembre noviembre novembro listopad listopada lis",
            "december dec décembre déc diciembre dic dezembro dez dicembre dezember grudzień "
            "grudnia gru",
        ),
        start=1,
    )
    for name in names.split()
}
_BEFORE_NOON: Final = (
    *("am", "a.m.", "a. m.", "a.m", "a m", "vorm.", "vormittags", "v.m.", "matin"),
    *("przed poludniem", "上午", "午前", "오전"),
)
_AFTER_NOON: Final = (
    *("pm", "p.m.", "p. m.", "p.m", "p m", "nachm.", "nachmittags", "n.m.", "apres-midi"),
    *("po poludniu", "下午", "午後", "오후"),
)
_HALVES: Final = {
    **{unicodedata.normalize("NFKD", word): 0 for word in _BEFORE_NOON},
    **{unicodedata.normalize("NFKD", word): 12 for word in _AFTER_NOON},
}
_HALF: Final = "|".join(re.escape(word) for word in sorted(_HALVES, key=len, reverse=True))

# "12/05/2026 à 09:00": a word between the two, without its accent.
_AT: Final = r"(?:at|a|a las|as|um|alle|alle ore|om|o|o godz\.)"

_ISO: Final = re.compile(
    r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:(?:t|,?\s+)(?P<time>.+))?", re.ASCII
)
_NUMERIC: Final = re.compile(
    rf"(\d{{1,2}})([/.-])(\d{{1,2}})\2(\d{{4}}|\d{{2}})\.?(?:,?\s+(?:{_AT}\s+)?(?P<time>.+))?",
    re.ASCII,
)
_MONTH_FIRST: Final = re.compile(
    rf"([^\W\d]+)\.?\s+(\d{{1,2}})(?:st|nd|rd|th)?,?\s+(\d{{4}})(?:,?\s+(?:{_AT}\s+)?(?P<time>.+))?"
)
_DAY_FIRST: Final = re.compile(
    r"(\d{1,2})(?:er|º|\.)?[\s-]+(?:de\s+)?([^\W\d]+)\.?,?[\s-]+(?:de\s+)?(\d{4})"
    rf"(?:,?\s+(?:{_AT}\s+)?(?P<time>.+))?"
)
_ZONE: Final = r"(?:utc|gmt)(?:[+-]\d{1,2}(?::?\d{2})?)?"
_STATED: Final = re.compile(rf"\b{_ZONE}(?!\w)", re.ASCII)
_WEEKDAY: Final = re.compile(r"[^\W\d]+\.?,\s+(?=.*\b\d{4}\b)")
_TIME: Final = re.compile(
    rf"(?:(?P<before>{_HALF})\s*)?(\d{{1,2}})\s?[:.h]\s?(\d{{2}})"
    rf"(?:\s?(?:[:.]|min)\s?(\d{{2}})(?:[.,]\d+)?\s?s?)?"
    rf"\s*(?P<after>{_HALF})?\s*"
    rf"(?:(?P<zone>z|{_ZONE}|\({_ZONE}\)|[+-]\d{{2}}(?::?\d{{2}})?)|uhr|h|min)?"
)
_SAVED: Final = re.compile(r"\s*\d{4}[-/.]\d\d?[-/.]\d\d? ", re.ASCII)
_SPACES: Final = re.compile(r"\s+")


class DateCell(str):
    """The text of a cell that a spreadsheet keeps as a date; it stays one, stripped or not."""

    __slots__ = ()

    @classmethod
    def of(cls, at: date) -> DateCell:
        """Return a date, or a date and time, in ISO 8601 to the second."""
        if isinstance(at, datetime):
            return cls(at.replace(tzinfo=None).isoformat(" ", "seconds"))
        return cls(at.isoformat())

    def strip(self, chars: str | None = None, /) -> DateCell:
        """Return itself: there is nothing around it, and it must not become any text."""
        return self


@dataclass(frozen=True, slots=True)
class Written:
    """A date or a time as a cell says it, before it is known which of two numbers is the month.

    ``numbers`` are the first two of a numeric date, None where the date is certain (``day``) or
    missing. ``offset`` is the cell's own, None where it is on the session's clocks. ``is_cell``
    where a spreadsheet had read the date already, rightly or with day and month turned round.
    """

    cell: str
    clock: time
    day: date | None = None
    numbers: tuple[int, int] | None = None
    year: int = 0
    offset: timedelta | None = None
    is_cell: bool = False

    @property
    def is_like_cell(self) -> bool:
        """Whether it is as a spreadsheet writes its own dates to a text: 2026-05-12 09:00."""
        return self.is_cell or (self.offset is None and bool(_SAVED.match(self.cell)))

    @property
    def turned(self) -> date | None:
        """The date with day and month turned round; None where there is no such date."""
        return _date(self.day.year, self.day.day, self.day.month) if self.day else None

    @property
    def has_date(self) -> bool:
        return self.day is not None or self.numbers is not None

    @property
    def by_year(self) -> date | None:
        """The date if the first of its two-digit numbers were the year, such as 26-05-12."""
        if self.numbers is None or not 2000 <= self.year < 2100:
            return None
        return _date(2000 + self.numbers[0], self.numbers[1], self.year - 2000)

    def on(self, order: Order) -> date | None:
        """Return the date in this order, or None where there is no such date, or none at all."""
        if self.numbers is None:
            return self.day
        day, month = self.numbers if order == "day" else self.numbers[::-1]
        return _date(self.year, month, day)


def read_moment(cell: str) -> Written | None:
    """Return what a cell says, or None where that is no date and time."""
    text = _plain(cell)
    if len(text) > 80:
        return None
    if match := _WEEKDAY.match(text):
        text = text[match.end() :]
    if match := _ISO.fullmatch(text):
        day = _date(int(match[1]), int(match[2]), int(match[3]))
        found = _written(cell, match["time"], day=day) if day else None
        is_cell = isinstance(cell, DateCell)
        return replace(found, is_cell=True) if found is not None and is_cell else found
    if match := _NUMERIC.fullmatch(text):
        year = int(match[4]) + (2000 if len(match[4]) == 2 else 0)
        numbers = (int(match[1]), int(match[3]))
        found = _written(cell, match["time"], numbers=numbers, year=year)
        return found if found and (found.on("day") or found.on("month")) else None
    if match := _MONTH_FIRST.fullmatch(text):
        return _named(cell, match[1], int(match[2]), int(match[3]), match["time"])
    if match := _DAY_FIRST.fullmatch(text):
        return _named(cell, match[2], int(match[1]), int(match[3]), match["time"])
    return _written(cell, text) if ":" in text or "h" in text else None


def _plain(cell: str) -> str:
    """Return a cell in small letters, with plain digits and spaces and no marks of direction."""
    if cell.isascii():
        return " ".join(cell.casefold().replace("`", "'").split()).strip(" :*")
    text = unicodedata.normalize("NFKD", fold(cell))
    if text.isascii():
        return _SPACES.sub(" ", text).strip()
    digits = "".join(
        str(unicodedata.digit(char)) if char.isdigit() and not char.isascii() else char
        for char in text
        if unicodedata.digit(char, None) is not None or not char.isdigit()
    )
    return _SPACES.sub(" ", digits).strip()


# A file has few days, each of them in thousands of rows.
@lru_cache(maxsize=1024)
def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _named(cell: str, month: str, day: int, year: int, clock: str | None) -> Written | None:
    number = _MONTHS.get(month)
    found = _date(year, number, day) if number else None
    return _written(cell, clock, day=found) if found else None


def _written(
    cell: str,
    clock: str | None,
    day: date | None = None,
    numbers: tuple[int, int] | None = None,
    year: int = 0,
) -> Written | None:
    match = _TIME.fullmatch(clock.strip()) if clock else None
    if match is None:
        return None
    hour, minute, second = int(match[2]), int(match[3]), int(match[4] or 0)
    half = match["before"] or match["after"]
    if half:
        if hour > 12 and _HALVES[half] == 0:
            return None
        hour = hour % 12 + _HALVES[half] if hour <= 12 else hour
    try:
        return Written(cell, time(hour, minute, second), day, numbers, year, _offset(match["zone"]))
    except ValueError:
        return None


def _offset(zone: str | None) -> timedelta | None:
    if not zone:
        return None
    shift = zone.strip("()").removeprefix("utc").removeprefix("gmt")
    if shift in {"", "z"}:
        return timedelta()
    digits = shift[1:].replace(":", "")
    cut = max(1, len(digits) - 2) if len(digits) > 2 else len(digits)
    size = timedelta(hours=int(digits[:cut]), minutes=int(digits[cut:] or 0))
    return -size if shift[0] == "-" else size


def offset_of(header: str) -> timedelta | None:
    """Return what the times of a column are ahead of UTC, where its header states that."""
    match = _STATED.search(fold(header))
    return _offset(match[0]) if match else None
