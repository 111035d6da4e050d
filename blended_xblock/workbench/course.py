"""The demonstration's course as OLX, with dates around the day it is seeded."""

from __future__ import annotations

import string
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from lxml import etree

PARIS: Final = ZoneInfo("Europe/Paris")
MONTREAL: Final = ZoneInfo("America/Toronto")
# The follow-up a week later must still be shut on the day of seeding, so last week is 6 days ago.
_DAYS_SINCE_PAST: Final = 6
_DAYS_UNTIL_NEXT: Final = 7
_OLX: Final = Path(__file__).parent / "olx"


class _Template(string.Template):
    """A template whose places cannot be taken for the dollar signs of a question's script."""

    delimiter = "%"


@dataclass(frozen=True, slots=True)
class Dates:
    """Wall-clock times of the three sessions, each in its own zone, and the start of the course."""

    course_start: datetime
    past: tuple[datetime, datetime]
    today: tuple[datetime, datetime]
    next: tuple[datetime, datetime]


def dates_around(now: datetime) -> Dates:
    """Return dates as they look on the day of ``now`` (aware).

    Today's session started about an hour ago, on the half hour, and ends in about two: it lasts
    three hours at any time of the day, as the report says that can be tried out on it.
    """
    # Computed on the instants: across a change of clocks three hours are three hours, and both ends
    # are times that the clock shows.
    start = now.astimezone(UTC) - timedelta(hours=1)
    start = start.replace(minute=30 * (start.minute // 30), second=0, microsecond=0)
    today = [moment.astimezone(PARIS) for moment in (start, start + timedelta(hours=3))]
    past_day = now.astimezone(MONTREAL) - timedelta(days=_DAYS_SINCE_PAST)
    next_day = now.astimezone(PARIS) + timedelta(days=_DAYS_UNTIL_NEXT)
    return Dates(
        course_start=now - timedelta(days=21),
        past=(_at(past_day, 9, 0), _at(past_day, 12, 0)),
        today=(today[0].replace(tzinfo=None), today[1].replace(tzinfo=None)),
        next=(_at(next_day, 15, 0), _at(next_day, 18, 0)),
    )


def course_olx(now: datetime) -> str:
    """Return the whole course, ready to be parsed."""
    dates = dates_around(now)
    places = {"course_start": dates.course_start.strftime("%Y-%m-%dT%H:%M:%SZ")}
    for name in ("past", "today", "next"):
        start, end = getattr(dates, name)
        places |= {f"{name}_start": _wall_clock(start), f"{name}_end": _wall_clock(end)}
    text = (_OLX / "course.xml").read_text(encoding="utf-8")
    root = etree.fromstring(_Template(text).substitute(places).encode())
    for exercise in root.iter("drag-and-drop-v2"):
        exercise.set("data", (_OLX / "five_steps.json").read_text(encoding="utf-8"))
    return etree.tostring(root, encoding="unicode")


def _at(day: datetime, hour: int, minute: int) -> datetime:
    return day.replace(hour=hour, minute=minute, second=0, microsecond=0, tzinfo=None)


def _wall_clock(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M")
