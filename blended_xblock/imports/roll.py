"""Our own export of a roll, changed in a spreadsheet or not, in each language that we ship.

It is known by our own headers alone. A row is one person: what it says twice is not added up.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from blended_xblock.design.problems import mark as _
from blended_xblock.design.problems import shown
from blended_xblock.imports.clocks import Clock, Reading, order_of
from blended_xblock.imports.hand import unknown_headers, without_meaning
from blended_xblock.imports.moments import Written, read_moment
from blended_xblock.imports.names import MOST, read_email
from blended_xblock.imports.report import (
    Found,
    Mark,
    Participant,
    RefusedReportError,
    Remark,
    RowProblem,
    Window,
)
from blended_xblock.imports.tables import Row, is_blank
from blended_xblock.imports.words import fold
from blended_xblock.reports.cells import unguard
from blended_xblock.schedule.zones import known_zone

HEADERS: Final[Mapping[str, Mapping[str, str]]] = {
    "en": {
        "name": "Name",
        "username": "Username",
        "email": "E-mail",
        "cohort": "Cohort",
        "kind": "On the roll as",
        "code": "Status code",
        "status": "Status",
        "minutes": "Minutes",
        "modality": "How",
        "arrived": "Arrived (%(zone)s)",
        "left": "Left (%(zone)s)",
        "note": "Note",
        "recorded_by": "Recorded by",
        "recorded_at": "Recorded (%(zone)s)",
    },
    "fr": {
        "name": "Nom",
        "username": "Nom d’utilisateur",
        "email": "E-mail",
        "cohort": "Cohorte",
        "kind": "Sur la feuille d’appel",
        "code": "Code du statut",
        "status": "Statut",
        "minutes": "Minutes",
        "modality": "Mode",
        "arrived": "Arrivée (%(zone)s)",
        "left": "Départ (%(zone)s)",
        "note": "Note",
        "recorded_by": "Enregistré par",
        "recorded_at": "Enregistré (%(zone)s)",
    },
}
"""The words of the catalogues, which a test compares: a translation may change there."""
MODALITIES: Final[Mapping[str, Mapping[str, str]]] = {
    "en": {"room": "in the room", "remote": "online", "recording": "from the recording"},
    "fr": {"room": "en salle", "remote": "en ligne", "recording": "en différé"},
}
KINDS: Final[Mapping[str, Mapping[str, str]]] = {
    "en": {"expected": "expected", "not_expected": "not expected", "guest": "guest"},
    "fr": {"expected": "attendu", "not_expected": "non attendu", "guest": "visiteur"},
}
NOT_MARKED: Final[Mapping[str, str]] = {"en": "Not marked", "fr": "Non pointé"}

_SURELY: Final = frozenset({"username", "code"})
_MORE: Final = frozenset({"kind", "recorded_at"})
_ZONED: Final = re.compile(r"(.+) \((\w+(?:[/+-]\w+)*)\)", re.DOTALL)
_WHOLE: Final = re.compile(r"\d{1,5}", re.ASCII)
_NO_TIME: Final = _("Line %(line)d: “%(cell)s” cannot be read as a date and time.")
_NO_MINUTES: Final = _("Line %(line)d: “%(cell)s” is no whole number of minutes.")
_NO_MODALITY: Final = _(
    "Line %(line)d: “%(cell)s” is no way to take part. Write one of these: %(all)s."
)
_NO_KIND: Final = _("Line %(line)d: “%(cell)s” is neither a learner nor a guest of the roll.")
_NOBODY: Final = _("Line %(line)d names nobody.")
_TURNED: Final = _("Line %(line)d: Somebody leaves (“%(cell)s”) before they join.")
_TWICE: Final = _(
    "Line %(line)d: “%(cell)s” stands in more than one row. Leave one row for each person."
)


def read(rows: Sequence[Row], window: Window) -> Found | None:
    """Read a roll that we exported; None if this is none."""
    first = next((index for index, row in enumerate(rows) if not is_blank(row)), None)
    if first is None:
        return None
    for language, headers in HEADERS.items():
        places, zones = _places(rows[first], headers)
        if places.keys() >= _SURELY and places.keys() & _MORE:
            clocks = replace(window, zone=_zone(zones, window))
            found = _Roll(language, places, clocks).read(rows, first + 1)
            if unknown := unknown_headers(rows[first], places.values()):
                found.warnings.append(without_meaning(unknown))
            return found
    return None


def _places(header: Row, headers: Mapping[str, str]) -> tuple[dict[str, int], set[str]]:
    """Return which column is what, and which zones its times name."""
    roles = {fold(text.replace(" (%(zone)s)", "")): role for role, text in headers.items()}
    zoned = {role for role, text in headers.items() if "%(zone)s" in text}
    places: dict[str, int] = {}
    zones = set()
    for place, cell in enumerate(header):
        match = _ZONED.fullmatch(unguard(cell).strip())
        role = roles.get(fold(match[1] if match else unguard(cell)))
        if role is None or (role in zoned) != bool(match):
            continue
        if role in places:
            raise RefusedReportError(
                _("Two columns are called %(column)s. Leave one of them."), column=shown(cell)
            )
        places[role] = place
        if match:
            zones.add(match[2])
    return places, zones


def _zone(names: set[str], window: Window) -> ZoneInfo:
    if not names:
        return window.zone
    if len(names) > 1 or not known_zone(min(names)):
        raise RefusedReportError(
            _("The times of this roll are of no known zone, or of several: %(zones)s."),
            zones=shown(", ".join(sorted(names))),
        )
    return ZoneInfo(names.pop())


class _Roll:
    """One export being read: a row's problems are listed, and nothing of it is used."""

    def __init__(self, language: str, places: Mapping[str, int], window: Window) -> None:
        self.places = places
        self.window = window
        self.modalities = {fold(text): value for value, text in MODALITIES[language].items()}
        self.modality_words = ", ".join(MODALITIES[language].values())
        self.kinds = {fold(text): kind for kind, text in KINDS[language].items()}
        self.not_marked = fold(NOT_MARKED[language])
        self.found = Found("roll")

    def read(self, rows: Sequence[Row], first: int) -> Found:
        lines = [(n, row) for n, row in enumerate(rows[first:], first + 1) if not is_blank(row)]
        accounts = Counter(self.cell(row, "username").casefold() for _number, row in lines)
        clock, recorded = self._clocks([row for _number, row in lines])
        for number, row in lines:
            account = self.cell(row, "username")
            if account and accounts[account.casefold()] > 1:
                self.found.problems.append(RowProblem.of(_TWICE, number, account))
                continue
            person = self._person(number, row, clock, recorded)
            if person is not None:
                self.found.people.append(person)
        return self.found

    def cell(self, row: Row, role: str, *, as_it_is: bool = False) -> str:
        place = self.places.get(role)
        if place is None or place >= len(row):
            return ""
        cell = row[place] if as_it_is else row[place].strip()
        # A date of a spreadsheet has no apostrophe, and must stay what it is.
        return unguard(cell) if "'" in cell else cell

    def _clocks(self, rows: Sequence[Row]) -> tuple[Clock, Clock | None]:
        """Return the clock of the session's times, and that of when marks were recorded.

        We write dates that every spreadsheet reads right, and it may write them in its own order.
        Marks are recorded on any day: where only they could decide the order and do not, it stays
        unknown when they were.
        """
        session = self._moments(rows, "arrived", "left")
        recorded = self._moments(rows, "recorded_at")
        if any(moment.numbers for moment in session):
            clock = Clock(self.window, Reading(order_of([*session, *recorded], self.window)))
            return clock, clock
        plain = Clock(self.window, Reading("day"))
        try:
            return plain, Clock(self.window, Reading(order_of(recorded, self.window)))
        except RefusedReportError:
            self.found.warnings.append(
                Remark(_("It cannot be told when these marks were recorded."))
            )
            return plain, None

    def _moments(self, rows: Sequence[Row], *roles: str) -> list[Written]:
        cells = [self.cell(row, role) for row in rows for role in roles]
        return [moment for cell in cells if cell and (moment := read_moment(cell))]

    def _person(
        self, number: int, row: Row, clock: Clock, recorded: Clock | None
    ) -> Participant | None:
        before = len(self.found.problems)
        account = self.cell(row, "username")[:MOST]
        email = read_email(self.cell(row, "email"))
        name = self.cell(row, "name")[:MOST] or account or email
        if not name:
            self.found.problems.append(RowProblem.of(_NOBODY, number))
            return None
        mark = self._mark(number, row, clock, recorded)
        minutes = self.cell(row, "minutes")
        if minutes and not _WHOLE.fullmatch(minutes):
            self.found.problems.append(RowProblem.of(_NO_MINUTES, number, minutes))
        if len(self.found.problems) > before:
            return None
        stay = (mark.arrived, mark.left)
        return Participant(
            name,
            email,
            int(minutes) if minutes else None,
            intervals=((stay[0], stay[1]),) if stay[0] and stay[1] else (),
            status=self.cell(row, "code")[:MOST],
            account=account,
            note=self.cell(row, "note", as_it_is=True),
            lines=(number,),
            mark=mark,
        )

    def _mark(self, number: int, row: Row, clock: Clock, recorded: Clock | None) -> Mark:
        problems = self.found.problems
        label, how = self.cell(row, "status")[:MOST], self.cell(row, "modality")
        mark = Mark(
            label="" if fold(label) == self.not_marked else label,
            says_none=fold(label) == self.not_marked,
            modality=self.modalities.get(fold(how), ""),
            arrived=self._at(number, row, "arrived", clock),
            left=self._at(number, row, "left", clock),
            seen=self._at(number, row, "recorded_at", recorded),
        )
        if how and not mark.modality:
            problems.append(RowProblem.of(_NO_MODALITY, number, how, all=self.modality_words))
        if mark.arrived and mark.left and mark.left < mark.arrived:
            problems.append(RowProblem.of(_TURNED, number, self.cell(row, "left")))
        kind = self._kind(number, row)
        return replace(mark, is_guest=kind == "guest", is_expected=kind == "expected")

    def _kind(self, number: int, row: Row) -> str:
        account, cell = self.cell(row, "username"), self.cell(row, "kind")
        kind = self.kinds.get(fold(cell), "") if cell else "expected" if account else "guest"
        if not kind or (kind == "guest") == bool(account):
            self.found.problems.append(RowProblem.of(_NO_KIND, number, cell or account))
        return kind

    def _at(self, number: int, row: Row, role: str, clock: Clock | None) -> datetime | None:
        cell = self.cell(row, role)
        if not cell:
            return None
        moment = read_moment(cell)
        if moment is None:
            self.found.problems.append(RowProblem.of(_NO_TIME, number, cell))
            return None
        if moment.numbers and clock is None:
            return None
        return (clock or Clock(self.window, Reading("day"))).at(moment)
