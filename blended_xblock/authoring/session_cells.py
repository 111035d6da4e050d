"""Read and write the single cells of a table of sessions, as people and spreadsheets fill them.

What cannot be read raises InvalidInputError with the end of a sentence about its column: "is …".
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date, time
from typing import Final, Literal

from django.utils.translation import gettext as _

from blended_xblock.design.problems import shown
from blended_xblock.errors import InvalidInputError
from blended_xblock.schedule.wording import mode_label

COLUMNS: Final = (
    "id",
    "title",
    "date",
    "start",
    "end_date",
    "end",
    "timezone",
    "mode",
    "occurrence",
    "venue",
    "address",
    "join_url",
    "capacity",
    "cohorts",
    "cancelled",
)
REQUIRED: Final = ("title", "date", "start", "end")

Order = Literal["day first", "month first", "unknown", "contradiction"]
"""What the numbers of 04/05/2026 are, as the dates of a whole file tell."""

# Other names that people give the columns, as `_plain` leaves them.
_ALIASES: Final = {
    "id": ("identifier", "identifiant", "uuid"),
    "title": ("titre", "intitule"),
    "date": ("day", "startdate", "startday", "jour", "datededebut", "datedebut"),
    "start": ("starttime", "from", "debut", "heurededebut", "heuredebut"),
    "end_date": ("endday", "datedefin", "datefin"),
    "end": ("endtime", "to", "fin", "heuredefin", "heurefin"),
    "timezone": ("zone", "tz", "fuseau", "fuseauhoraire"),
    "mode": ("modality", "modalite"),
    "occurrence": (),
    "venue": ("room", "place", "lieu", "salle"),
    "address": ("adresse",),
    "join_url": ("joinlink", "link", "url", "lien", "liendeconnexion"),
    "capacity": ("places", "seats", "capacite", "nombredeplaces"),
    "cohorts": ("cohort", "cohorte", "cohortes", "audience"),
    "cancelled": ("canceled", "annule", "annulee"),
}
_MODES: Final = {
    "in_person": ("intheroom", "onsite", "facetoface", "ensalle", "presentiel"),
    "online": ("remote", "enligne", "adistance", "distanciel"),
    "hybrid": ("intheroomoronline", "ensalleouenligne", "hybride"),
}
# A French spreadsheet turns true into VRAI.
_YES: Final = ("true", "yes", "1", "x", "oui", "vrai")
_NO: Final = ("", "false", "no", "0", "non", "faux")

_ISO: Final = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})", re.ASCII)
_DOTS: Final = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", re.ASCII)
_SLASHES: Final = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})", re.ASCII)
_TIME: Final = re.compile(
    r"(\d{1,2})(?P<minutes> ?h ?(?:(\d{2}))?|:(\d{2})(?::(\d{2}))?)? ?(?:([ap])\.? ?m\.?)?",
    re.ASCII | re.IGNORECASE,
)
_NUMBER: Final = re.compile(r"\d{1,12}", re.ASCII)


def columns_by_heading() -> dict[str, str]:
    """Return the column that each known heading means; ask with ``plain_heading``."""
    found = {_plain(name): name for name in COLUMNS}
    for name, aliases in _ALIASES.items():
        for alias in aliases:
            found.setdefault(alias, name)
    for name, label in _labels().items():
        found.setdefault(_plain(label), name)
    return found


def plain_heading(heading: str) -> str:
    """Return a heading without what people write in different ways: case, accents, spaces."""
    return _plain(heading[:100])


def find_order(cells: Iterable[str]) -> Order:
    """Return what the dates with slashes of a whole file agree on."""
    day_first = month_first = False
    for cell in cells:
        found = _SLASHES.fullmatch(_spaced(cell))
        if found:
            one, other = int(found[1]) > 12, int(found[2]) > 12
            day_first |= one and not other
            month_first |= other and not one
    if day_first and month_first:
        return "contradiction"
    if day_first:
        return "day first"
    return "month first" if month_first else "unknown"


def read_day(cell: str, order: Order) -> date:
    """Return a day; with slashes, 04/05/2026 needs an order while 05/05/2026 does not."""
    text = _spaced(cell)
    if not text:
        raise InvalidInputError(_("is empty. Write the day, for example 2026-05-12."))
    try:
        if found := _ISO.fullmatch(text):
            return date(int(found[1]), int(found[2]), int(found[3]))
        if found := _DOTS.fullmatch(text):
            return date(int(found[3]), int(found[2]), int(found[1]))
        if found := _SLASHES.fullmatch(text):
            one, other, year = int(found[1]), int(found[2]), int(found[3])
            if order == "day first" or one == other:
                return date(year, other, one)
            if order == "month first":
                return date(year, one, other)
            # What is no day either way must not be called unclear.
            if max(one, other) <= 31 and min(one, other) <= 12:
                raise _unclear(text, order)
    except ValueError:
        pass
    raise InvalidInputError(
        _("is “%(value)s”, which is not a day. Write year, month and day, for example 2026-05-12.")
        % {"value": shown(text)}
    )


def _unclear(text: str, order: Order) -> InvalidInputError:
    if order == "contradiction":
        problem = _(
            "is “%(value)s”, and in this table some rows write the day first and others the month. "
            "Write year, month and day, for example 2026-05-12."
        )
    else:
        problem = _(
            "is “%(value)s”, and no row tells whether the day or the month comes first. Write "
            "year, month and day, for example 2026-05-12."
        )
    return InvalidInputError(problem % {"value": shown(text)})


def read_time(cell: str) -> time:
    """Return a time of day: 9:00, 09:00, 09:00:00, 9h, 9h30, 9 AM or 9:30 PM."""
    text = _spaced(cell)
    if not text:
        raise InvalidInputError(_("is empty. Write the time, for example 09:00."))
    found = _TIME.fullmatch(text)
    if found:
        hour, half = int(found[1]), (found[6] or "").lower()
        minute, second = int(found[3] or found[4] or 0), int(found[5] or 0)
        if second:
            raise InvalidInputError(
                _("is “%(value)s”. Leave the seconds out, for example 09:00.")
                % {"value": shown(text)}
            )
        # A number alone may be anything; a half of the day counts from 12 to 11.
        is_time = 1 <= hour <= 12 if half else found["minutes"] is not None
        if half:
            hour = hour % 12 + (12 if half == "p" else 0)
        if is_time and hour <= 23 and minute <= 59:
            return time(hour, minute)
    raise InvalidInputError(
        _("is “%(value)s”, which is not a time of day. Write hours and minutes, such as 09:00.")
        % {"value": shown(text)}
    )


def read_mode(cell: str) -> str:
    """Return a mode by its key or by its words; what is none of them comes back as it is."""
    wanted = plain_heading(cell)
    for mode, aliases in _MODES.items():
        if wanted in {_plain(mode), *aliases, _plain(mode_label(mode))}:
            return mode
    return cell.strip()


def read_flag(cell: str) -> bool | str:
    """Return yes or no; what is neither comes back as it is."""
    wanted = plain_heading(cell)
    if wanted in {*_YES, _plain(_("Yes"))}:
        return True
    # A cell of signs alone is plain nothing, but says something.
    if wanted in {*_NO, _plain(_("No"))} and (wanted or not cell.strip()):
        return False
    return cell.strip()


def read_number(cell: str) -> int | str | None:
    """Return a whole number, or None for nothing; anything else comes back as it is."""
    text = cell.strip()
    if not text:
        return None
    return int(text) if _NUMBER.fullmatch(text) else text


def join_names(names: Sequence[str]) -> str:
    """Return names as one cell; one that holds a semicolon stands in quotation marks."""
    return "; ".join(
        '"' + name.replace('"', '""') + '"' if ";" in name or '"' in name else name
        for name in names
    )


def split_names(cell: str) -> list[str]:
    """Return the names that such a cell holds."""
    # No name holds a line break, but somebody may fold a long cell.
    line = re.sub(r"[\r\n]+", " ", cell)
    try:
        names = next(csv.reader([line], delimiter=";", skipinitialspace=True, strict=True), [])
    except csv.Error as error:
        raise InvalidInputError(
            _(
                "has quotation marks that do not close. Put a name that holds a semicolon in "
                "quotation marks, and double those within it."
            )
        ) from error
    return [name for name in names if name.strip()]


def _labels() -> dict[str, str]:
    """Return the columns as a form labels them, in the reader's language."""
    return {
        "id": _("Identifier"),
        "title": _("Title"),
        "date": _("Date"),
        "start": _("Start"),
        "end_date": _("End date"),
        "end": _("End"),
        "timezone": _("Time zone"),
        "mode": _("Mode"),
        "occurrence": _("Occurrence"),
        "venue": _("Room"),
        "address": _("Address"),
        "join_url": _("Join link"),
        "capacity": _("Places"),
        "cohorts": _("Cohorts"),
        "cancelled": _("Cancelled"),
    }


def _plain(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text).casefold()
    return "".join(letter for letter in letters if letter.isalnum())


def _spaced(cell: str) -> str:
    """Return a cell with plain single spaces; spreadsheets write 9:00 AM with a narrow one."""
    return " ".join(cell.split())
