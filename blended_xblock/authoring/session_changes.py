"""Say in words what changed in one session, field by field, as a course team would ask."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from blended_xblock.authoring.wording import name_all, quote
from blended_xblock.design import SessionDesign
from blended_xblock.design.problems import one_line
from blended_xblock.schedule.wording import describe_span_in_zone

# Longer texts are cut: a sentence says which one it was, and the page shows the whole of it.
SHOWN: Final = 80

Said = tuple[str, str, str]
"""Kind, sentence and the field it is about ("" for the element as a whole)."""


def describe_changed_session(old: SessionDesign, new: SessionDesign, now: datetime) -> list[Said]:
    """Return a sentence for each thing that changed; one at least where the two differ."""
    said: list[Said] = []
    for name, describe in _DESCRIBERS.items():
        if any(getattr(old, part) != getattr(new, part) for part in _PARTS.get(name, (name,))):
            said.append((_KINDS.get(name, "changed"), describe(old, new, now), name))
    spoken = {part for name in _DESCRIBERS for part in _PARTS.get(name, (name,))}
    others = [field.name for field in fields(new) if field.name not in spoken]
    if any(getattr(old, name, None) != getattr(new, name) for name in others):
        said.append(("other", other_details(_name(new)), ""))
    return said


def describe_when(session: SessionDesign, now: datetime) -> str:
    """Return "Tue 12 May, 09:00–12:30 (Paris time)", as authored."""
    zone = ZoneInfo(session.timezone)
    start, end = session.start.replace(tzinfo=zone), session.end.replace(tzinfo=zone)
    return describe_span_in_zone(start, end, session.timezone, now)


def other_details(what: str) -> str:
    """Return the sentence for what has none of its own, about ``what``."""
    return _("%(what)s: other details changed.") % {"what": what}


def shorten(text: str) -> str:
    """Return a text on one line, cut where it is too long for a sentence."""
    line = one_line(text)
    return line if len(line) <= SHOWN else line[: SHOWN - 1].rstrip() + "…"


def _name(session: SessionDesign) -> str:
    return quote(shorten(session.title))


def _say(template: str, session: SessionDesign, **values: object) -> str:
    return template % {"name": _name(session), **values}


def _title(old: SessionDesign, new: SessionDesign, _now: datetime) -> str:
    return _say(_("%(before)s is now called %(name)s."), new, before=_name(old))


def _cancelled(_old: SessionDesign, new: SessionDesign, _now: datetime) -> str:
    if new.cancelled:
        return _say(_("%(name)s is cancelled."), new)
    return _say(_("%(name)s is no longer cancelled."), new)


def _date(old: SessionDesign, new: SessionDesign, now: datetime) -> str:
    before, after = describe_when(old, now), describe_when(new, now)
    if before == after:
        # Two zones may be named after one city.
        return _say(_("%(name)s: the time zone is now %(zone)s."), new, zone=new.timezone)
    text = _("%(name)s moves from %(before)s to %(after)s.")
    return _say(text, new, before=before, after=after)


def _mode(_old: SessionDesign, new: SessionDesign, _now: datetime) -> str:
    texts = {
        "in_person": _("%(name)s is now held in the room."),
        "online": _("%(name)s is now held online."),
        "hybrid": _("%(name)s is now held in the room and online."),
    }
    return _say(texts[new.mode], new)


def _occurrence(_old: SessionDesign, new: SessionDesign, _now: datetime) -> str:
    if not new.occurrence:
        return _say(_("%(name)s now stands alone, in no occurrence with others."), new)
    text = _("%(name)s is now part of the occurrence %(occurrence)s.")
    return _say(text, new, occurrence=quote(shorten(new.occurrence)))


def _venue(_old: SessionDesign, new: SessionDesign, _now: datetime) -> str:
    if not new.venue:
        return _say(_("%(name)s: no room is named any more."), new)
    return _say(_("%(name)s: the room is now %(room)s."), new, room=shorten(new.venue))


def _address(_old: SessionDesign, new: SessionDesign, _now: datetime) -> str:
    if not new.address:
        return _say(_("%(name)s: no address is given any more."), new)
    return _say(_("%(name)s: the address is now %(address)s."), new, address=shorten(new.address))


def _join_url(_old: SessionDesign, new: SessionDesign, _now: datetime) -> str:
    if not new.join_url:
        return _say(_("%(name)s: there is no join link any more."), new)
    # Translators: no full stop, which would look like a part of the link.
    return _say(_("%(name)s: the join link is now %(link)s"), new, link=shorten(new.join_url))


def _capacity(_old: SessionDesign, new: SessionDesign, _now: datetime) -> str:
    if new.capacity is None:
        return _say(_("%(name)s: the number of places is no longer limited."), new)
    text = ngettext(
        "%(name)s: there is now %(n)d place.",
        "%(name)s: there are now %(n)d places.",
        new.capacity,
    )
    return _say(text, new, n=new.capacity)


def _audience(old: SessionDesign, new: SessionDesign, _now: datetime) -> str:
    if not new.audience:
        return _say(_("%(name)s is now for everybody in the course."), new)
    if set(old.audience) == set(new.audience):
        return _say(_("%(name)s: the cohorts stand in another order."), new)
    cohorts = name_all([shorten(cohort) for cohort in new.audience])
    return _say(_("%(name)s is now only for %(cohorts)s."), new, cohorts=cohorts)


# In the order in which the page says it; "start" stands for the date as a whole.
_DESCRIBERS: Final[Mapping[str, Callable[[SessionDesign, SessionDesign, datetime], str]]] = {
    "title": _title,
    "cancelled": _cancelled,
    "start": _date,
    "mode": _mode,
    "occurrence": _occurrence,
    "venue": _venue,
    "address": _address,
    "join_url": _join_url,
    "capacity": _capacity,
    "audience": _audience,
}
_PARTS: Final = {"start": ("start", "end", "timezone")}
_KINDS: Final = {"title": "renamed", "cancelled": "cancelled", "start": "moved"}
