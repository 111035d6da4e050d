"""Find the cells of a table of sessions in CSV text: separator, headings and rows, no more.

What stands in the cells is not this module's concern, but for the apostrophe before a formula.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from blended_xblock.authoring import session_cells as cells
from blended_xblock.design.parts import MAX_SESSIONS
from blended_xblock.design.problems import one_line, shown
from blended_xblock.errors import InvalidInputError
from blended_xblock.reports.cells import unguard

MAX_BYTES: Final = 1_000_000
_DELIMITERS: Final = (",", ";", "\t")
_NAMED: Final = 10


@dataclass(frozen=True, slots=True)
class Table:
    """A table as it is: where each known column is, how its heading reads, and the rows."""

    places: Mapping[str, int]
    headings: Mapping[str, str]
    width: int
    records: Sequence[tuple[int, list[str]]]
    notes: Sequence[str]

    def cell(self, record: Sequence[str], name: str) -> str | None:
        """Return a cell's text; None if the table has no such column."""
        place = self.places.get(name)
        if place is None:
            return None
        return unguard(record[place]) if place < len(record) else ""

    def heading(self, name: str) -> str:
        """Return how the table itself calls a column."""
        return self.headings.get(name, name)


def read_table(text: str) -> Table:
    """Return the table of a CSV text; raise InvalidInputError where it is wrong as a whole."""
    if not isinstance(text, str) or not text.strip("\ufeff \t\r\n"):
        raise InvalidInputError(_("There is nothing to read. Paste the table, or choose a file."))
    if len(text) > MAX_BYTES or len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise InvalidInputError(
            _("The table is larger than one megabyte. Remove what is not a session.")
        )
    if "\0" in text:
        raise InvalidInputError(
            _("This is no plain table. Save it as CSV (UTF-8) in the spreadsheet and try again.")
        )
    text = text.removeprefix("\ufeff")
    records = _read_records(text, _find_delimiter(text))
    _number, header = records.pop(0)
    places, unknown = _find_columns(header)
    if not records:
        raise InvalidInputError(
            _("There is no row under the headings. Add a row for each session.")
        )
    if len(records) > MAX_SESSIONS:
        raise InvalidInputError(
            _("The table has %(count)s rows. Remove some: %(limit)s sessions at most can be kept.")
            % {"count": len(records), "limit": MAX_SESSIONS}
        )
    notes = list(_notes_on_columns(header, unknown, records))
    if "\ufffd" in text:
        notes.append(
            _(
                "Some letters were lost before the table came here (�). Save it as CSV (UTF-8) in "
                "the spreadsheet and try again."
            )
        )
    headings = {name: shown(one_line(header[place])) for name, place in places.items()}
    return Table(places, headings, len(header), records, notes)


def _find_delimiter(text: str) -> str:
    """Return what separates the cells: with it the first row names the most columns."""
    known = cells.columns_by_heading()

    def named(delimiter: str) -> int:
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        try:
            header: list[str] = next(filter(any, rows), [])
        except csv.Error:
            return 0
        return sum(cells.plain_heading(cell) in known for cell in header)

    return max(_DELIMITERS, key=named)


def _read_records(text: str, delimiter: str) -> list[tuple[int, list[str]]]:
    """Return the rows that say something, each with its number in a spreadsheet."""
    records = []
    number = 0
    # Strict, because a quotation mark that does not close would swallow the rows behind it.
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for number, record in enumerate(rows, 1):
            if any(cell.strip() for cell in record):
                records.append((number, record))
    except csv.Error as error:
        raise InvalidInputError(
            _(
                "Row %(number)s cannot be read: a quotation mark opens there, and does not close "
                "at the end of its cell. Close it, and double those within a cell."
            )
            % {"number": number + 1}
        ) from error
    if not records:
        raise InvalidInputError(_("There is nothing to read. Paste the table, or choose a file."))
    return records


def _find_columns(header: Sequence[str]) -> tuple[dict[str, int], list[int]]:
    """Return where each known column is, and where the unknown ones are."""
    known = cells.columns_by_heading()
    places: dict[str, int] = {}
    unknown = []
    for place, heading in enumerate(header):
        name = known.get(cells.plain_heading(heading))
        if name is None:
            unknown.append(place)
        elif name in places:
            raise InvalidInputError(
                _("The columns “%(one)s” and “%(other)s” mean the same. Remove one of the two.")
                % {"one": shown(header[places[name]]), "other": shown(heading)}
            )
        else:
            places[name] = place
    missing = [name for name in cells.REQUIRED if name not in places]
    if missing:
        raise InvalidInputError(
            _(
                "The first row must name the columns, and these are missing: %(missing)s. Write "
                "a first row such as: %(example)s"
            )
            % {"missing": ", ".join(missing), "example": ",".join(cells.COLUMNS)}
        )
    return places, unknown


def _notes_on_columns(
    header: Sequence[str], unknown: Sequence[int], records: Sequence[tuple[int, list[str]]]
) -> Iterable[str]:
    named = [shown(one_line(header[place])) for place in unknown if header[place].strip()]
    if named:
        names = ", ".join(f"“{name}”" for name in named[:_NAMED])
        if len(named) > _NAMED:
            names += "…"
        yield ngettext(
            "This column is not read, as sessions have nothing of this name: %(names)s.",
            "These columns are not read, as sessions have nothing of these names: %(names)s.",
            len(named),
        ) % {"names": names}
    for place in unknown:
        is_used = any(record[place].strip() for _n, record in records if place < len(record))
        if is_used and not header[place].strip():
            yield _("Column %(number)s has no heading and is not read.") % {"number": place + 1}
