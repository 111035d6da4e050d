"""Durations as tools write them; what cannot be read is unknown, never zero."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from blended_xblock.imports.words import fold

_UNITS: Final = {
    fold(word): seconds
    for seconds, words in (
        (
            86_400,
            "d day days jour jours j tag tage dia dias giorno giorni dag dagen dzień dni",
        ),
        (
            3_600,
            "h hr hrs hour hours heure heures std stunde stunden hora horas ora ore uur uren u "
            "godz godzina godziny godzin g",
        ),
        (
            60,
            "m min mins mn minute minutes minuten minuto minutos minuti minuut minuta minuty minut",
        ),
        (
            1,
            "s sec secs second seconds seconde secondes sek sekunde sekunden segundo segundos seg "
            "secondo secondi seconden sekunda sekundy sekund",
        ),
    )
    for word in words.split()
}
_CLOCK: Final = re.compile(r"(\d{1,4}):([0-5]\d):([0-5]\d)(?:[.,]\d+)?", re.ASCII)
_PART: Final = re.compile(r"\s*([0-9]{1,6}(?:[.,][0-9]{1,6})?)\s*([^\W\d]+)\.?,?")
_NUMBER: Final = re.compile(r"\d{1,9}(?:[.,]\d{1,6})?", re.ASCII)
# "1,200" is 1.2 in one language and 1200 in the next.
_EITHER: Final = re.compile(r"[1-9]\d{0,2}[.,]\d{3}", re.ASCII)
_JOINERS: Final = re.compile(r"\b(?:and|et|und|y|e|en|i)\b")


def read_duration(cell: str) -> float | None:
    """Return seconds of "3 hr 40 min", "1 Std. 5 Min.", "42m" or "1:00:00"; None for all else.

    Each unit comes once, the larger first. A number alone has no unit, and "1:30" could be hours
    and minutes or minutes and seconds: both are unknown, as is "1,200 min".
    """
    text = _plain(cell)
    if match := _CLOCK.fullmatch(text):
        return int(match[1]) * 3_600 + int(match[2]) * 60 + int(match[3])
    text = _JOINERS.sub(" ", text)
    total, last, place = 0.0, float("inf"), 0
    while place < len(text):
        match = _PART.match(text, place)
        unit = _UNITS.get(match[2]) if match else None
        number = _number(match[1]) if match else None
        if match is None or number is None or unit is None or unit >= last:
            return None
        total += number * unit
        last, place = unit, match.end()
        while place < len(text) and text[place] == " ":
            place += 1
    return total if last < float("inf") else None


def read_minutes(cell: str) -> float | None:
    """Return seconds of a cell in a column of minutes: a number, or a duration with its units."""
    text = _plain(cell)
    if _NUMBER.fullmatch(text):
        number = _number(text)
        return None if number is None else number * 60
    return read_duration(cell)


def _number(text: str) -> float | None:
    """Return a number with a point or a comma, or None where that may part thousands."""
    return None if _EITHER.fullmatch(text) else float(text.replace(",", "."))


def _plain(cell: str) -> str:
    return "".join(
        str(unicodedata.digit(char)) if char.isdecimal() and not char.isascii() else char
        for char in fold(cell)
    )
