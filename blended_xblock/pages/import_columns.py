"""A table that nobody recognises, as somebody sees it who says what its columns are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _

from blended_xblock.imports.mapping import Preview, SheetPreview

_SAMPLES: Final = 4
_HEADER_LENGTH: Final = 60


@dataclass(frozen=True, slots=True)
class ColumnRow:
    """A column by its ``place``, from 0, with the first cells of it and what it is thought to be.

    ``cells`` are pairs of the line and the text.
    """

    place: int
    number: int
    cells: tuple[tuple[int, str], ...]
    role: str


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A sheet of a file; ``headers`` are the lines that may be its header, as (line, text)."""

    number: int
    name: str
    is_chosen: bool
    header: int | None
    headers: tuple[tuple[int, str], ...]
    columns: tuple[ColumnRow, ...]


@dataclass(frozen=True, slots=True)
class ColumnsPage:
    """The sheets of a file, and what a column may be, as pairs of a role and its words."""

    sheets: tuple[SheetRow, ...]
    roles: tuple[tuple[str, str], ...]


def columns_page(preview: Preview, said: Mapping[str, Any]) -> ColumnsPage:
    """Return what the columns are thought to be, or (``said``, as data) what was said."""
    guess = preview.guess
    chosen = int(said.get("sheet", guess.sheet if guess else 0))
    return ColumnsPage(
        sheets=tuple(
            _sheet(sheet, number, chosen, said) for number, sheet in enumerate(preview.sheets)
        ),
        roles=tuple(_roles().items()),
    )


def _sheet(sheet: SheetPreview, number: int, chosen: int, said: Mapping[str, Any]) -> SheetRow:
    roles: dict[int, str] = {}
    header = sheet.rows[0][0] if sheet.rows else None
    if said and chosen == number:
        roles = {int(place): role for place, role in said["columns"].items()}
        header = said["header"]
    elif sheet.guess is not None:
        roles = dict(sheet.guess.columns)
        header = sheet.guess.header
    columns = []
    for place in range(sheet.n_columns):
        cells = tuple((line, row[place] if place < len(row) else "") for line, row in sheet.rows)
        if place in roles or any(text for _line, text in cells):
            columns.append(ColumnRow(place, place + 1, cells[:_SAMPLES], roles.get(place, "")))
    return SheetRow(
        number=number,
        name=sheet.name or _("Sheet %(n)d") % {"n": number + 1},
        is_chosen=number == chosen,
        header=header,
        headers=tuple(
            (line, ", ".join(cell for cell in row if cell)[:_HEADER_LENGTH])
            for line, row in sheet.rows
        ),
        columns=tuple(columns),
    )


def _roles() -> dict[str, str]:
    return {
        "": _("Nothing: leave it out"),
        "email": _("E-mail address"),
        "account": _("Username"),
        "external_id": _("Another id"),
        "name": _("Whole name"),
        "first_name": _("First name"),
        "last_name": _("Last name"),
        "status": _("Status"),
        "minutes": _("Minutes"),
        "join": _("Time of arrival"),
        "leave": _("Time of departure"),
        "date": _("Day"),
        "note": _("Note"),
    }
