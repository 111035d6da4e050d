"""A report of today's session as Zoom would have written it, to try out what is done with one.

It has what such files have: people who lost the line, two devices of one person, a telephone's
name, a name the other way round, a private address, the host, and a program that takes notes.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from blended_xblock.models import Session
from blended_xblock.workbench.cast import LEARNERS, MERIDIAN, STAFF, Person
from blended_xblock.workbench.pages import for_people
from blended_xblock.workbench.people import Role, place_of

NAME: Final = "participants_84512907736.csv"
HEADER: Final = (
    "Name (Original Name)",
    "User Email",
    "Join Time",
    "Leave Time",
    "Duration (Minutes)",
    "Guest",
    "In Waiting Room",
)

_BY_NAME: Final = {
    "matheo.lefevre": ("iPhone de Mathéo", ""),
    "helene.schmitt": ("SCHMITT Hélène", ""),
    "joao.conceicao": ("Joao Pereira", "joao.pereira79@mail.example"),
}
"""How the three are called in the file of whom it gives no address of the course."""
_FROM_MONTREAL: Final = ("noah.oconnor", "liam.macneil")
"""Who missed their own session, and came to this one."""
_STAYS: Final[dict[str, tuple[tuple[int, int], ...]]] = {
    # Minutes after the start, of each stay; what is below 0 is before it.
    "ada.benali": ((-6, 58), (61, 180)),
    "bjorn.akesson": ((-2, 70), (72, 131), (134, 181)),
    "fatou.ndiaye": ((-4, 182), (15, 90)),
    "lukasz.wojcik": ((24, 181),),
    "ines.kouassi": ((-3, 104),),
    "kwame.asante": ((-1, 40), (55, 180)),
    "liam.macneil": ((33, 180),),
    "hugo.lambert": ((-7, 8),),
}
_ALL_OF_IT: Final = ((-5, 181),)


@require_safe
@for_people
def today(request: HttpRequest) -> HttpResponse:
    """Give whoever takes rolls the report of today's session as a file."""
    place = place_of(request.user)
    session = Session.objects.filter(mode="hybrid").order_by("starts_at").first()
    if place is None or place.role == Role.LEARNER or session is None:
        raise Http404
    return HttpResponse(
        report_of(session),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{NAME}"'},
    )


def report_of(session: Session) -> bytes:
    """Return the report of a session of the campus, on the clocks of its own zone."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(HEADER)
    for name, email, (first, last) in _rows():
        join, leave = (_time(session, minutes) for minutes in (first, last))
        writer.writerow((name, email, join, leave, last - first, "No" if email else "Yes", "No"))
    return out.getvalue().encode("utf-8-sig")


def _rows() -> Iterator[tuple[str, str, tuple[int, int]]]:
    host = next(person for person in STAFF if person.role == Role.TRAINER)
    yield _name(host), host.email, (-15, 185)
    yield "Otter.ai Notetaker", "", (-1, 180)
    for person in LEARNERS:
        is_here = person.cohort == MERIDIAN or person.username in _FROM_MONTREAL
        if not is_here or person.cannot_come:
            continue
        name, email = _BY_NAME.get(person.username, (_name(person), person.email))
        for stay in _STAYS.get(person.username, _ALL_OF_IT):
            yield name, email, stay


def _name(person: Person) -> str:
    return f"{person.first_name} {person.last_name}"


def _time(session: Session, minutes: int) -> str:
    at = session.starts_at + timedelta(minutes=minutes)
    local: datetime = at.astimezone(ZoneInfo(session.timezone))
    return local.strftime("%m/%d/%Y %I:%M:%S %p")
