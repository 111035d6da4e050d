"""Dates as people read them: weekday, day, month, time, and the zone in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.dateformat import format as date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext


@dataclass(frozen=True, slots=True)
class When:
    """One stretch of time in words, and for machines (``start`` and ``end``: ISO 8601)."""

    text: str
    zone: str
    start: str
    end: str


def describe_span(start: datetime, end: datetime, zone: str, now: datetime | None = None) -> When:
    """Return a session's time as read on the clocks of ``zone``.

    The year is named only where it is not the current one. A session that ends on another day names
    both days.
    """
    tz = ZoneInfo(zone)
    begin, finish = start.astimezone(tz), end.astimezone(tz)
    if begin.date() == finish.date():
        text = _("%(day)s, %(start)s–%(end)s") % {
            "day": describe_day(begin, now),
            "start": _clock(begin),
            "end": _clock(finish),
        }
    else:
        text = _("%(start)s – %(end)s") % {
            "start": f"{describe_day(begin, now)}, {_clock(begin)}",
            "end": f"{describe_day(finish, now)}, {_clock(finish)}",
        }
    return When(
        text=text, zone=describe_zone(zone), start=begin.isoformat(), end=finish.isoformat()
    )


def describe_span_in_zone(
    start: datetime, end: datetime, zone: str, now: datetime | None = None
) -> str:
    """Return the same with the zone in words: "Tue 12 May, 09:00–12:30 (Paris time)"."""
    when = describe_span(start, end, zone, now)
    return _("%(when)s (%(zone)s)") % {"when": when.text, "zone": when.zone}


def describe_span_in_full(start: datetime, end: datetime, zone: str) -> str:
    """Return the same as paper needs it, read at any time: "Tuesday 12 May 2026, 09:00–12:30"."""
    tz = ZoneInfo(zone)
    begin, finish = start.astimezone(tz), end.astimezone(tz)
    # Translators: how a day is written in full, in Django's date format letters.
    pattern = _("l j F Y")
    first, last = date_format(begin, pattern), date_format(finish, pattern)
    if first == last:
        return _("%(day)s, %(start)s–%(end)s") % {
            "day": first,
            "start": _clock(begin),
            "end": _clock(finish),
        }
    return _("%(start)s – %(end)s") % {
        "start": f"{first}, {_clock(begin)}",
        "end": f"{last}, {_clock(finish)}",
    }


def describe_instant(instant: datetime, zone: str, now: datetime | None = None) -> str:
    """Return one instant as read on the clocks of ``zone``: "Tue 12 May, 12:30"."""
    local = instant.astimezone(ZoneInfo(zone))
    return _("%(day)s, %(time)s") % {"day": describe_day(local, now), "time": _clock(local)}


def describe_clock(instant: datetime, zone: str) -> str:
    """Return the time of day of an instant as read on the clocks of ``zone``: "12:30"."""
    return _clock(instant.astimezone(ZoneInfo(zone)))


def describe_day(local: datetime, now: datetime | None = None) -> str:
    """Return "Tue 12 May", with the year where it is not this one."""
    # Translators: how a day is written, in Django's date format letters.
    pattern = _("D j M")
    if now is not None and local.year != now.astimezone(local.tzinfo).year:
        # Translators: how a day of another year is written, in Django's date format letters.
        pattern = _("D j M Y")
    return date_format(local, pattern)


def describe_zone(zone: str) -> str:
    """Return a zone in words: "Paris time" for ``Europe/Paris``."""
    if zone in {"UTC", "Etc/UTC"}:
        return _("UTC")
    city = zone.rsplit("/", 1)[-1].replace("_", " ")
    return _("%(city)s time") % {"city": city}


def is_same_clock(one: str, other: str, at: datetime) -> bool:
    """Tell whether two zones show the same time at this instant."""
    return at.astimezone(ZoneInfo(one)).utcoffset() == at.astimezone(ZoneInfo(other)).utcoffset()


def describe_distance(start: datetime, end: datetime, now: datetime, zone: str) -> str:
    """Return how far a session is, beside its date and never instead of it: "in 2 days"."""
    if start <= now < end:
        return _("now")
    tz = ZoneInfo(zone)
    days = (start.astimezone(tz).date() - now.astimezone(tz).date()).days
    if now >= end:
        if days == 0:
            return _("earlier today")
        if days == -1:
            return _("yesterday")
        return ngettext("%(n)d day ago", "%(n)d days ago", -days) % {"n": -days}
    if days > 1:
        return ngettext("in %(n)d day", "in %(n)d days", days) % {"n": days}
    if days == 1:
        return _("tomorrow")
    minutes = max(1, round((start - now).total_seconds() / 60))
    if minutes < 60:
        return ngettext("in %(n)d minute", "in %(n)d minutes", minutes) % {"n": minutes}
    hours = round(minutes / 60)
    return ngettext("in %(n)d hour", "in %(n)d hours", hours) % {"n": hours}


def mode_label(mode: str) -> str:
    """Return how a session is held, in words."""
    return {
        "in_person": _("In the room"),
        "online": _("Online"),
        "hybrid": _("In the room or online"),
    }[mode]


def _clock(local: datetime) -> str:
    # Translators: how a time of day is written, in Django's date format letters.
    return date_format(local, _("H:i"))
