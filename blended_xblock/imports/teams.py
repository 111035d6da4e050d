"""Microsoft Teams: events (v1), a summary with one table (v2), numbered sections (v3)."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from blended_xblock.design.problems import mark as _
from blended_xblock.design.problems import shown
from blended_xblock.imports.clocks import Clock, reading_of
from blended_xblock.imports.moments import Written, read_moment
from blended_xblock.imports.names import MOST, read_email, read_name
from blended_xblock.imports.report import Found, RefusedReportError, Remark, Stay, Window
from blended_xblock.imports.rows import (
    TimedRow,
    by_header,
    find_header,
    read_time,
    refuse_wider,
    time_of,
    timed_stays,
)
from blended_xblock.imports.tables import Row, filled, is_blank
from blended_xblock.imports.words import Columns, fold, names_host

_HEADING: Final = re.compile(r"\s*([1-9])\.\s+\S")
_STAYS: Final = "3"
# By the number of columns of section 3: name, join, leave, e-mail, role. Eight tell of rooms.
_LAYOUTS: Final = {6: (0, 1, 2, 4, 5), 8: (0, 3, 4, 6, 7)}
# "Joined before" was there when the list was begun.
_IN: Final = re.compile(
    r"join|rejoint|(?<!de)connect|unio|unid|entro|entrou|entrat|ingress|aderi|particip"
    r"|beigetreten|beitritt|teilgenommen|partecipa|unito|deelgenomen|toegetreden|aangemeld"
    r"|lid geworden|dolacz"
)
_OUT: Final = re.compile(
    r"\bleft\b|leave|quitt|sorti|deconnect|salio|salid|abandon|saiu|verlass|ausgetreten|^links$"
    r"|abbandon|uscit|verlaten|vertrok|opusc|opuszcz|wyszed|wyszl|\bpartie?\b"
)


def read_v3(rows: Sequence[Row], window: Window) -> Found | None:
    """Read section 3, where each stay has a row; None if the file has no numbered sections."""
    sections = _sections(rows)
    if "1" not in sections or "2" not in sections:
        return None
    if _STAYS not in sections:
        raise RefusedReportError(
            _(
                "This Teams report has no section 3 with the times of each stay, and the first "
                "join and last leave would count breaks as presence. Export the full report."
            )
        )
    body = [(line, row) for line, row in sections[_STAYS] if not is_blank(row)]
    found = Found("teams-v3")
    if not body:
        return found
    (line, header), body = body[0], body[1:]
    if filled(header) < 2:
        # These are not what parts the cells.
        return None
    name, join, leave, email, role = _layout(header, line)
    timed = []
    for line, row in body:
        cells = [*row, *[""] * 8]
        # In a language nobody knows the two may stand the other way round.
        address = read_email(cells[email]) or read_email(cells[role])
        joined = by_header(read_time(cells[join], line), header[join])
        if joined is None:
            raise RefusedReportError(_("Line %(line)d has no time of joining."), line=line)
        label = read_name(cells[name]) or address
        if label:
            left = by_header(read_time(cells[leave], line), header[leave])
            is_host = names_host(cells[role])
            timed.append(TimedRow(line, label, address, joined, left, is_host=is_host))
    found.stays = timed_stays(timed, window)
    return found


def _sections(rows: Sequence[Row]) -> dict[str, list[tuple[int, Row]]]:
    sections: dict[str, list[tuple[int, Row]]] = {}
    current: list[tuple[int, Row]] | None = None
    expected = 1
    for line, row in enumerate(rows, start=1):
        match = _HEADING.match(row[0]) if row and filled(row) == 1 else None
        if match and int(match[1]) == expected:
            current = sections.setdefault(match[1], [])
            expected += 1
        elif current is not None:
            current.append((line, row))
        elif not is_blank(row) and line > 5:
            break
    return sections


def _layout(header: Row, line: int) -> tuple[int, int, int, int, int]:
    """Return the places of name, join, leave, e-mail, role: by their words, or their number."""
    columns = Columns(header)
    if columns.has("name", "join", "leave", "email"):
        # Without a column of roles, that of the rows' padding.
        role = columns["role"] if columns.has("role") else -1
        return columns["name"], columns["join"], columns["leave"], columns["email"], role
    width = max((i + 1 for i, cell in enumerate(header) if cell.strip()), default=0)
    if width not in _LAYOUTS:
        raise RefusedReportError(
            _("Line %(line)d: section 3 has %(n)d columns; it should have 6, or 8 with rooms."),
            line=line,
            n=width,
        )
    return _LAYOUTS[width]


def read_v2(rows: Sequence[Row], window: Window) -> Found | None:
    """Read the table below the summary: a row for each device and stay; None if this is none."""
    header = find_header(
        rows,
        lambda columns: (
            columns.has("name", "join", "leave")
            and ("upn" in columns or columns.has("role", "duration"))
            and "attended" not in columns
        ),
    )
    if header is None:
        return None
    start, columns = header
    refuse_wider(rows, start, columns)
    timed = []
    for line, row in enumerate(rows[start + 1 :], start=start + 2):
        if filled(row) < 2:
            continue
        email = read_email(columns.of(row, "email"))
        name = read_name(columns.of(row, "name")) or email
        if name:
            join = time_of(columns, row, "join", line)
            leave = time_of(columns, row, "leave", line)
            timed.append(
                TimedRow(
                    line,
                    name,
                    email,
                    join,
                    leave,
                    is_unknown=join is None and leave is None,
                    account=columns.of(row, "upn")[:MOST],
                    is_host=names_host(columns.of(row, "role")),
                )
            )
    return Found("teams-v2", timed_stays(timed, window))


def read_v1(rows: Sequence[Row], window: Window) -> Found | None:
    """Read a list of joins and leaves: three columns, the second an action; None if not that."""
    body = [(line, row) for line, row in enumerate(rows, start=1) if not is_blank(row)]
    if len(body) < 2 or not all(filled(row) == 3 for _line, row in body):
        return None
    columns = Columns(body[0][1])
    if not (columns.has("action", "timestamp") or _looks_like_events(body)):
        return None
    places = [columns[r] for r in ("name", "action", "timestamp") if r in columns]
    name, action, stamp = places if len(places) == 3 else (0, 1, 2)
    events = []
    for line, row in body[1:]:
        cells = [*row, *[""] * len(body[0][1])]
        moment = by_header(read_time(cells[stamp], line), body[0][1][stamp])
        if moment is None:
            raise RefusedReportError(
                _("Line %(line)d has no time of joining or leaving."), line=line
            )
        events.append((read_name(cells[name]), _is_join(cells[action], line), moment))
    found = Found("teams-v1")
    found.stays = _stays_of(events, window, found.warnings)
    return found


def _looks_like_events(body: Sequence[tuple[int, Row]]) -> bool:
    return all(
        (_IN.search(fold(row[1])) or _OUT.search(fold(row[1]))) and read_moment(row[2])
        for _line, row in body[1:]
    )


def _is_join(cell: str, line: int) -> bool:
    word = fold(cell)
    is_in, is_out = bool(_IN.search(word)), bool(_OUT.search(word))
    if is_in == is_out:
        raise RefusedReportError(
            _("Line %(line)d: “%(cell)s” is neither joining nor leaving."),
            line=line,
            cell=shown(cell),
        )
    return is_in


def _stays_of(
    events: Sequence[tuple[str, bool, Written]], window: Window, warnings: list[Remark]
) -> list[Stay]:
    """Return the time during which at least one device of each person was there."""
    clock = Clock(window, reading_of([moment for _name, _in, moment in events], window))
    by_name: dict[str, list[tuple[datetime, bool]]] = defaultdict(list)
    for name, is_join, moment in events:
        by_name[name].append((clock.at(moment), is_join))
    stays = []
    for name, moments in by_name.items():
        # At the same instant a join comes first: changing the device is no absence.
        moments.sort(key=lambda each: (each[0], not each[1]))
        devices, since = 0, None
        for at, is_join in moments:
            if is_join and since is not None and devices and _is_another_day(since, at, window):
                stays.append(Stay(name, None, (since, window.end_for(since)), is_open=True))
                devices = 0
            if is_join:
                since = at if devices == 0 else since
                devices += 1
            elif devices == 0:
                said = _("%(name)s leaves without having joined; that is left out.")
                warnings.append(Remark(said, {"name": name}))
            else:
                devices -= 1
                if devices == 0 and since is not None:
                    stays.append(Stay(name, None, (since, at)))
        if devices and since is not None:
            stays.append(Stay(name, None, (since, window.end_for(since)), is_open=True))
        if not any(stay.name == name for stay in stays):
            stays.append(Stay(name, None, is_unknown=True))
    order = {name: place for place, name in enumerate(by_name)}
    return sorted(stays, key=lambda stay: order[stay.name])


def _is_another_day(since: datetime, at: datetime, window: Window) -> bool:
    """Tell whether somebody who is still there comes to another session, on another day."""
    days = [moment.astimezone(window.zone).date() for moment in (since, at)]
    return days[0] != days[1] and window.session_at(since) != window.session_at(at)
