"""A table that somebody made: e-mail, username or name, and a status, minutes or times."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from blended_xblock.imports.hand import (
    WHAT,
    WHO,
    Role,
    read_table,
    unknown_headers,
    without_meaning,
)
from blended_xblock.imports.headers import places_of
from blended_xblock.imports.moments import read_moment
from blended_xblock.imports.names import read_email
from blended_xblock.imports.report import Found, Window
from blended_xblock.imports.tables import Row, is_blank
from blended_xblock.imports.words import Columns, names_original

_LOOKED_AT: Final = 50


def read(rows: Sequence[Row], window: Window) -> Found | None:
    """Read a table whose first row names its columns; None if it names nobody."""
    first = next((index for index, row in enumerate(rows) if not is_blank(row)), None)
    if first is None:
        return None
    header = rows[first]
    places = places_of(header)
    unknown = unknown_headers(header, places.values())
    if not places.keys() & set(WHO) or (unknown and not places.keys() & set(WHAT)):
        return None
    if _is_of_a_tool(header, rows[first + 1 :], places):
        return None
    found = read_table(rows, first + 1, places, window)
    if unknown:
        found.warnings.append(without_meaning(unknown))
    return found


def _is_of_a_tool(header: Row, rows: Sequence[Row], places: Mapping[Role, int]) -> bool:
    """Tell whether this looks like the report of a tool that nobody reads here.

    Then columns without a meaning tell who somebody is, or when they were there: the others would
    be misread without them. Whoever knows what they are can still say it.
    """
    dated = timed = addresses = 0
    for place in range(len(header)):
        if place in places.values():
            continue
        cells = [row[place].strip() for row in rows[:_LOOKED_AT] if place < len(row)]
        cells = [cell for cell in cells if cell]
        moments = [read_moment(cell) for cell in cells]
        timed += bool(cells) and all(moments)
        dated += bool(cells) and all(moment and moment.has_date for moment in moments)
        addresses += any(map(read_email, cells))
    is_half = ("join" in places) != ("leave" in places)
    return (
        any(map(names_original, header))
        or "waiting" in Columns(header)
        or dated > 1
        or bool(is_half and timed)
        or bool(addresses and "email" not in places)
    )
