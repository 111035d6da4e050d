"""The editor in Studio: what it starts from, and what it is told while somebody writes."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo, available_timezones

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _

from blended_xblock.attendance.held import sessions_with_records
from blended_xblock.authoring.clocks import clock_notes, describe_on_clock_of
from blended_xblock.authoring.drafts import list_warnings, read_draft, read_link_infos
from blended_xblock.authoring.links import LinkInfo, titles_of
from blended_xblock.authoring.places import form_problem
from blended_xblock.authoring.shapes import list_models
from blended_xblock.authoring.what_if import list_cases
from blended_xblock.authoring.wording import describe_design, describe_minutes
from blended_xblock.design import (
    DEFAULT_STATUSES,
    CheckIn,
    Design,
    FromMinutes,
    Problem,
    SessionDesign,
)
from blended_xblock.errors import DesignError
from blended_xblock.hosts import get_host
from blended_xblock.hosts.base import Viewer
from blended_xblock.models import Session
from blended_xblock.schedule import zones
from blended_xblock.schedule.wording import describe_span, describe_span_in_zone, describe_zone

_FIRST_IN: Final = timedelta(days=7)
_SATURDAY: Final = 5


@dataclass(frozen=True, slots=True)
class LinkList:
    """One of the lists of linked blocks, ``role`` being its name in the design."""

    role: str
    title: str
    text: str
    empty: str
    choose: str


@dataclass(frozen=True, slots=True)
class EditorPage:
    """``info`` is plain data for the page's script."""

    info: dict[str, Any]
    link_lists: tuple[LinkList, ...]


def editor_page(
    stored: Mapping[str, Any], viewer: Viewer, *, now: datetime | None = None
) -> EditorPage:
    """Return the editor of a unit from what is stored of it ({"title", "weight", "design"})."""
    now = now or timezone.now()
    host = get_host()
    outline = host.authored_outline(viewer.course_key)
    links = read_link_infos(outline, stored)
    own = _own_zones(stored, viewer)
    today = now.astimezone(ZoneInfo(own[0]))
    info = {
        "version": dict(stored),
        "course_key": viewer.course_key,
        # Whoever writes at the same machine under another name is not offered it.
        "draft_key": f"{viewer.usage_key}.{viewer.user.pk if viewer.user else ''}",
        "models": [_card(card) for card in list_models()],
        "cohorts": host.cohorts(viewer.course_key),
        "zones": _zone_choices(own, now),
        "author_zone": viewer.timezone or "",
        "default_statuses": [
            {**status.to_dict(), "label": _(status.label)} for status in DEFAULT_STATUSES
        ],
        "usual_check_in": CheckIn().to_dict(),
        "usual_from_minutes": FromMinutes().to_dict(),
        "records": {
            session_id: dataclasses.asdict(held)
            for session_id, held in sessions_with_records(viewer.usage_key).items()
        },
        "unconfirmed": _unconfirmed(viewer.usage_key, now),
        "links": _links_data(links),
        "first_day": _working_day(today.date() + _FIRST_IN).isoformat(),
    }
    return EditorPage(info=info, link_lists=_link_lists())


def check_draft(
    data: Mapping[str, Any], viewer: Viewer, *, now: datetime | None = None
) -> dict[str, Any]:
    """Return what is wrong with a draft, and what it means if nothing is; never raises for it.

    ``data`` is {"title", "weight", "design", "timezone"}, the last being the clock the author
    reads. ``sentences`` and ``minutes`` are None while the draft has errors: it means nothing yet.
    """
    now = now or timezone.now()
    outline = get_host().authored_outline(viewer.course_key)
    links = read_link_infos(outline, data)
    titles = titles_of(links)
    answer: dict[str, Any] = {
        "links": _links_data(links),
        "sessions": _sessions_in_words(data, _author_zone(data, viewer), now),
        "sentences": None,
        "minutes": None,
        "what_if": "",
    }
    problems: Sequence[Problem]
    try:
        version = read_draft(data, outline=outline, usage_key=viewer.usage_key)
    except DesignError as error:
        problems = error.problems
    else:
        problems = list_warnings(version, outline, viewer.usage_key, now)
        cases = list_cases(version.design, titles, now, _author_zone(data, viewer))
        answer["sentences"] = describe_design(version.design, titles)
        answer["minutes"] = describe_minutes(version.design, now)
        answer["what_if"] = render_to_string("blended_xblock/editor/what_if.html", {"cases": cases})
    answer["problems"] = problems_data(problems, data, titles)
    return answer


def problems_data(
    problems: Sequence[Problem], data: Mapping[str, Any], titles: Mapping[str, str]
) -> list[dict[str, str]]:
    """Return problems as the form shows them, in the order of the design."""
    return [dataclasses.asdict(form_problem(each, data, titles)) for each in problems]


def _link_lists() -> tuple[LinkList, ...]:
    return (
        LinkList(
            "prework",
            _("Prework"),
            _("What learners do online before they come."),
            _("No prework: learners come as they are."),
            _("Choose prework"),
        ),
        LinkList(
            "follow_ups",
            _("Follow-ups"),
            _("What stays shut until a learner took part: a subsection, a unit or a component."),
            _("No follow-up: nothing is locked."),
            _("Choose follow-ups"),
        ),
        LinkList(
            "make_ups",
            _("Make-ups"),
            _("What helps those who missed a session. It is shown to them only."),
            _("No make-up: who misses a session waits for the next one."),
            _("Choose make-ups"),
        ),
    )


def _card(card: Any) -> dict[str, Any]:
    return {**dataclasses.asdict(card), "has_shape": card.model != "custom"}


def _links_data(links: Mapping[str, LinkInfo]) -> dict[str, dict[str, Any]]:
    return {link: dataclasses.asdict(info) for link, info in links.items()}


def _author_zone(data: Mapping[str, Any], viewer: Viewer) -> str | None:
    """Return the author's clock: their account's, else that of the machine they sit at."""
    asked = data.get("timezone")
    if viewer.timezone:
        return viewer.timezone
    return asked if isinstance(asked, str) and zones.known_zone(asked) else None


def _own_zones(stored: Mapping[str, Any], viewer: Viewer) -> list[str]:
    """Return the zones a course team works with, each once: the author's, then the sessions'."""
    design = stored.get("design")
    sessions = design.get("sessions") if isinstance(design, Mapping) else None
    own = [viewer.timezone]
    own += [
        each.get("timezone")
        for each in (sessions if isinstance(sessions, list) else ())
        if isinstance(each, Mapping)
    ]
    own += (
        Session.objects.filter(unit__course_key=viewer.course_key)
        .order_by("timezone")
        .values_list("timezone", flat=True)
        .distinct()
    )
    own.append(timezone.get_default_timezone_name())
    known = [zone for zone in own if isinstance(zone, str) and zones.known_zone(zone)]
    return list(dict.fromkeys(known)) or ["UTC"]


def _zone_choices(own: Sequence[str], now: datetime) -> list[list[str]]:
    others = [zone for zone in sorted(available_timezones()) if zones.known_zone(zone)]
    return [[zone, _zone_label(zone, now)] for zone in dict.fromkeys([*own, *others])]


def _zone_label(zone: str, now: datetime) -> str:
    offset = now.astimezone(ZoneInfo(zone)).strftime("%z")
    return _("%(zone)s, now UTC%(offset)s") % {
        "zone": describe_zone(zone),
        "offset": f"{offset[:3]}:{offset[3:5]}",
    }


def _working_day(day: date) -> date:
    """Return the day, or the Monday after it."""
    return day if day.weekday() < _SATURDAY else day + timedelta(days=7 - day.weekday())


def _sessions_in_words(
    data: Mapping[str, Any], author_zone: str | None, now: datetime
) -> dict[str, dict[str, Any]]:
    """Return each session that can be read by itself in words, by its id."""
    design = data.get("design")
    items = design.get("sessions") if isinstance(design, Mapping) else None
    words = {}
    for item in (items if isinstance(items, list) else [])[:200]:
        try:
            (session,) = Design.from_dict({"sessions": [item]}).sessions
        except DesignError:
            continue
        words[session.id] = _in_words(session, author_zone, now)
    return words


def _in_words(session: SessionDesign, author_zone: str | None, now: datetime) -> dict[str, Any]:
    when = describe_span(session.starts_at, session.ends_at, session.timezone, now)
    return {
        "when": when.text,
        "zone": when.zone,
        "yours": describe_on_clock_of(session, author_zone, now),
        "notes": clock_notes(session),
        "place": ", ".join(part for part in (session.venue, session.address) if part),
    }


def _unconfirmed(usage_key: str, now: datetime) -> list[dict[str, str]]:
    """Return the sessions that came from another run, with their dates moved as in the tables."""
    drafts = Session.objects.filter(
        unit__usage_key=usage_key, unit__is_active=True, state=Session.State.DRAFT
    ).order_by("starts_at", "pk")
    return [
        {
            "id": session.design_id,
            "start": _wall(session.starts_at, session.timezone),
            "end": _wall(session.ends_at, session.timezone),
            "text": _("%(title)s: %(when)s")
            % {
                "title": session.title,
                "when": describe_span_in_zone(
                    session.starts_at, session.ends_at, session.timezone, now
                ),
            },
        }
        for session in drafts
    ]


def _wall(instant: datetime, zone: str) -> str:
    local = instant.astimezone(ZoneInfo(zone))
    return local.replace(tzinfo=None).isoformat(timespec="minutes")
