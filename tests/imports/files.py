"""Reports as the tools write them, made by hand: all people are invented."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from blended_xblock.imports.reading import read_report
from blended_xblock.imports.report import Report, Window

ZOOM = "Name (Original Name),User Email,Join Time,Leave Time,Duration (Minutes),Guest"
ROOMS = (
    "1. Résumé\nTitre\tX\n\n2. Participants\nNom\tPremière connexion\n\n"
    "3. Activités en réunion\n"
    "Nom\tType de salle\tNom de la salle\tHeure X\tHeure Y\tDurée\tE-mail\tRôle\n"
    "Hervé\tPrincipale\t\t12/05/26, 09:00:00\t12/05/26, 11:00:00\t2 h\th@example.org\tX\n"
    "Hervé\tGroupe\tSalle 2\t12/05/26, 10:30:00\t12/05/26, 11:30:00\t1 h\th@example.org\tX\n"
    "\n4. Autre\nNom\tRien\n"
)
POLISH = (
    "1. Podsumowanie\nTytuł spotkania\tKurs\n\n2. Uczestnicy\nNazwa\tPierwsze dołączenie\n\n"
    "3. Działania podczas spotkania\n"
    "Nazwa\tGodzina dołączenia\tGodzina opuszczenia\tCzas trwania\tE-mail\tRola\n"
    "Łukasz Wójcik\t5/12/26, 9:00:00 AM\t5/12/26, 12:00:00 PM\t3 godz.\tl@example.org\tX\n"
    "Żaneta Śliwińska\t5/12/26, 9:10:00 AM\t5/12/26, 12:10:00 PM\t3 godz.\tz@example.org\tX\n"
)


def window(
    start: str = "2026-05-12T09:00", end: str = "2026-05-12T12:30", zone: str = "Europe/Paris"
) -> Window:
    return Window.of(datetime.fromisoformat(start), datetime.fromisoformat(end), ZoneInfo(zone))


def read(text: str | bytes, encoding: str = "utf-8", **session: str) -> Report:
    """Read a report, by default of the session of 12 May 2026, 09:00 to 12:30 in Paris."""
    return read_report(
        text if isinstance(text, bytes) else text.encode(encoding), window(**session)
    )


def zoom(*rows: str, header: str = ZOOM) -> str:
    return "\n".join([header, *rows]) + "\n"


def told(report: Report, zone: str = "Europe/Paris") -> dict[str, tuple[Any, ...]]:
    """Return minutes and stays by name, on the clocks of the session."""
    return {
        person.name: (
            person.minutes,
            *(
                tuple(at.astimezone(ZoneInfo(zone)).strftime("%d %H:%M") for at in stay)
                for stay in person.intervals
            ),
        )
        for person in report.participants
    }
