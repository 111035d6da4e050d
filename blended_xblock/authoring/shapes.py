"""Fill an empty design in from a blended model, so that an author starts from something that works.

A model is a starting point, not a cage: what somebody wrote is never thrown away or changed. The
shapes follow the practice of the field: content before and practice together (flipped classroom),
groups that change stations on a fixed timetable (rotation), drop-ins of which some are needed
(flex), few required meetings in a room (enriched virtual), one task over weeks (project).
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from blended_xblock.authoring.model_cards import (
    ModelCard,
    Option,
    get_model,
    list_models,
    read_options,
)
from blended_xblock.design import Design, Gate, Problem, Reminder, Rule
from blended_xblock.design.checks import FIRST_YEAR, LAST_YEAR, MAX_TITLE, Values
from blended_xblock.design.parts import MAX_SESSIONS
from blended_xblock.errors import InvalidInputError
from blended_xblock.schedule import zones

__all__ = ["ModelCard", "Option", "describe_shape", "list_models", "start_from"]

_Numbers = Mapping[str, int]

# What a working day holds of a rotation, in minutes.
_WORKING_DAY: Final = 8 * 60
_DAY: Final = 24 * 60
_SATURDAY: Final = 5


@dataclass(frozen=True, slots=True)
class _Groups:
    """The groups of learners by name; ``are_cohorts`` where the course knows them by it."""

    names: tuple[str, ...]
    are_cohorts: bool

    def named(self, which: Sequence[int]) -> str:
        return ", ".join(self.names[index] for index in which)


@dataclass(frozen=True, slots=True)
class _Meeting:
    """A session of a shape: ``at`` minutes after the first of its day, of one ``running``."""

    title: str
    mode: str
    minutes: int
    at: int = 0
    running: str = ""
    groups: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class _Day:
    """What takes place on one day, ``after`` so many days from the first."""

    after: int
    meetings: tuple[_Meeting, ...]


@dataclass(frozen=True, slots=True)
class _Shape:
    """What a model fills in."""

    rule: Rule
    reminders: tuple[int, ...]
    days: tuple[_Day, ...]
    makes: str
    gate: Gate = field(default_factory=Gate)

    @property
    def count(self) -> int:
        return sum(len(day.meetings) for day in self.days)


def start_from(
    model: str,
    options: Mapping[str, Any],
    current: Mapping[str, Any],
    *,
    first: datetime,
    zone: str,
    cohorts: Sequence[str] = (),
) -> dict[str, Any]:
    """Return the plain data of ``current`` with a model chosen and what was empty filled in.

    Sessions are added only where there are none, or where ``options["add_sessions"]`` is true; they
    follow those that are there. The rule, the gate and the reminders are replaced only while they
    are those of an empty design, or just what a model fills in without being asked for more. A rule
    about occurrences is not set where no sessions belong together, since any single one would meet
    it.

    ``first`` is the naive wall time of the first session in ``zone``. What would fall on a weekend,
    or at a time that the clocks skip, moves on to the next day that will do; if ``first`` itself is
    on a weekend, weekends are days like others. Where the course has as many cohorts as there are
    groups, each group is a cohort; otherwise groups stand in the titles only, and everybody is
    expected everywhere. The sessions of one group are one occurrence then too, so that all of one
    group's sessions meet the rule.

    Raises InvalidInputError for options and dates that cannot be, or for more than 200 sessions;
    DesignError where ``current`` is not valid.
    """
    card = get_model(model)
    design = Design.from_dict(current).to_dict() | {"model": card.model}
    if card.model == "custom":
        return design
    values = read_options(card, options)
    known = _known_cohorts(cohorts)
    shape = _shape_of(card.model, values, known, minutes_left=_DAY - _minute_of_day(first))
    if _wants_sessions(options) or not design["sessions"]:
        if len(design["sessions"]) + shape.count > MAX_SESSIONS:
            raise InvalidInputError(
                _(
                    "There are %(there)d sessions already, and %(more)d more would make "
                    "%(total)d. A blended unit holds %(limit)d at most: remove some, or ask for "
                    "fewer."
                )
                % {
                    "there": len(design["sessions"]),
                    "more": shape.count,
                    "total": len(design["sessions"]) + shape.count,
                    "limit": MAX_SESSIONS,
                }
            )
        taken = {session["occurrence"] for session in design["sessions"]}
        groups = _groups(values.get("groups", 1), known)
        design["sessions"] += _schedule(shape, first, zone, groups, taken)
    _fill_in(design, shape)
    return Design.from_dict(design).to_dict()


def describe_shape(model: str, options: Mapping[str, Any]) -> str:
    """Return what a model makes: "Makes 9 sessions: 3 stations × 3 slots, for 3 groups."."""
    card = get_model(model)
    if card.model == "custom":
        return _("Makes no sessions: you add those you need.")
    return _shape_of(card.model, read_options(card, options)).makes


def _wants_sessions(options: Mapping[str, Any]) -> bool:
    wants = options.get("add_sessions", False)
    if not isinstance(wants, bool):
        raise InvalidInputError(_("Say whether to add sessions: yes or no."))
    return wants


def _fill_in(design: dict[str, Any], shape: _Shape) -> None:
    """Set the rule, the gate and the reminders where no author has."""
    own = [_shape_of(card.model, read_options(card, {})) for card in list_models() if card.options]
    belong_together = any(session["occurrence"] for session in design["sessions"])
    rules = [Rule().to_dict(), *(each.rule.to_dict() for each in own)]
    if design["rule"] in rules and (shape.rule.kind != "occurrence" or belong_together):
        design["rule"] = shape.rule.to_dict()
    if design["gate"] in [Gate().to_dict(), *(each.gate.to_dict() for each in own)]:
        design["gate"] = shape.gate.to_dict()
    if design.get("reminders", []) in [[], *(_reminders(each) for each in own)]:
        design["reminders"] = _reminders(shape)


def _reminders(shape: _Shape) -> list[dict[str, Any]]:
    return [Reminder(hours).to_dict() for hours in shape.reminders]


# ── The shapes ───────────────────────────────────────────────────────────────────────────────


def _shape_of(
    model: str, values: _Numbers, cohorts: Sequence[str] = (), minutes_left: int = _DAY
) -> _Shape:
    groups = _groups(values.get("groups", 1), cohorts)
    if model == "rotation":
        return _rotation(values, groups, minutes_left)
    return _SHAPES[model](values, groups)


def _flipped_classroom(values: _Numbers, groups: _Groups) -> _Shape:
    count = values["groups"]
    days = [_Day(0, (_Meeting(_("Workshop"), "in_person", 180),))]
    makes = _("Makes 1 session: a workshop for everybody.")
    if count > 1:
        # Whoever leads the workshop can be with one group only.
        days = [
            _Day(index, (_Meeting(title, "in_person", 180, groups=(index,)),))
            for index, title in enumerate(
                _("Workshop – %(group)s") % {"group": name} for name in groups.names
            )
        ]
        makes = ngettext(
            "Makes %(n)d session: a workshop for each group.",
            "Makes %(n)d sessions: a workshop for each group.",
            count,
        ) % {"n": count}
    # Early enough to do the prework, and again on the day before.
    return _Shape(Rule("sessions", at_least=1), (72, 24), tuple(days), makes)


def _rotation(values: _Numbers, groups: _Groups, minutes_left: int) -> _Shape:
    stations, slots, count = values["stations"], values["slots"], values["groups"]
    minutes = values["minutes"]
    a_day = max(1, min(_WORKING_DAY, minutes_left) // minutes)
    meetings: list[list[_Meeting]] = [[] for _day in range(0, slots, a_day)]
    for slot in range(slots):
        for company in range(min(stations, count)):
            # A Latin rectangle: from slot to slot everybody moves on to the next station, so that
            # no two companies meet. Where there are more groups than stations, some stay together.
            station = (company + slot) % stations
            together = tuple(range(company, count, stations))
            name = groups.named(together)
            meetings[slot // a_day].append(
                _Meeting(
                    title=_("Station %(station)s, slot %(slot)d – %(group)s")
                    % {"station": chr(ord("A") + station), "slot": slot + 1, "group": name},
                    mode="in_person",
                    minutes=minutes,
                    at=slot % a_day * minutes,
                    running=_("Rotation – %(group)s") % {"group": name},
                    groups=together,
                )
            )
    days = tuple(_Day(index, tuple(found)) for index, found in enumerate(meetings))
    frame = _("Makes %(sessions)s: %(stations)s × %(slots)s, for %(groups)s.")
    if count > stations:
        frame = _(
            "Makes %(sessions)s: %(stations)s × %(slots)s, for %(groups)s that share stations."
        )
    makes = frame % {
        "sessions": _count_sessions(slots * min(stations, count)),
        "stations": ngettext("%(n)d station", "%(n)d stations", stations) % {"n": stations},
        "slots": ngettext("%(n)d slot", "%(n)d slots", slots) % {"n": slots},
        "groups": ngettext("%(n)d group", "%(n)d groups", count) % {"n": count},
    }
    return _Shape(Rule("occurrence", percent=100), (24,), days, makes)


def _flex(values: _Numbers, groups: _Groups) -> _Shape:
    count, needed, step = values["drop_ins"], values["needed"], values["days"]
    days = tuple(
        _Day(index * step, (_Meeting(_("Drop-in %(n)d") % {"n": index + 1}, "online", 60),))
        for index in range(count)
    )
    makes = ngettext(
        "Makes %(sessions)s: drop-ins online, of which a learner needs %(n)d.",
        "Makes %(sessions)s: drop-ins online, of which a learner needs %(n)d.",
        needed,
    ) % {"sessions": _count_sessions(count), "n": needed}
    return _Shape(Rule("sessions", at_least=needed), (24, 1), days, makes)


def _enriched_virtual(values: _Numbers, groups: _Groups) -> _Shape:
    count = values["meetings"]
    running = _("Meetings in the room")
    days = tuple(
        _Day(
            index * 28,
            (_Meeting(_("Meeting %(n)d") % {"n": index + 1}, "in_person", 180, running=running),),
        )
        for index in range(count)
    )
    makes = ngettext(
        "Makes %(n)d session: a meeting in the room that is required.",
        "Makes %(n)d sessions: meetings in the room that are all required.",
        count,
    ) % {"n": count}
    # By occurrence, not by number: whoever is excused from one meeting is not shut out by it.
    return _Shape(Rule("occurrence", percent=100), (168, 24), days, makes)


def _project(values: _Numbers, groups: _Groups) -> _Shape:
    count = values["milestones"]
    running = _("Project")
    meetings = [
        _Meeting(_("Kick-off"), "in_person", 120, running=running),
        *(
            _Meeting(_("Milestone %(n)d") % {"n": number}, "online", 60, running=running)
            for number in range(1, count + 1)
        ),
        _Meeting(_("Final presentation"), "in_person", 180, running=running),
    ]
    days = tuple(_Day(index * 14, (meeting,)) for index, meeting in enumerate(meetings))
    makes = ngettext(
        "Makes %(sessions)s: a kick-off, %(n)d milestone and a final presentation.",
        "Makes %(sessions)s: a kick-off, %(n)d milestones and a final presentation.",
        count,
    ) % {"sessions": _count_sessions(len(meetings)), "n": count}
    return _Shape(Rule("occurrence", percent=80), (168, 24), days, makes)


_SHAPES: Final[Mapping[str, Callable[[_Numbers, _Groups], _Shape]]] = {
    "flipped_classroom": _flipped_classroom,
    "flex": _flex,
    "enriched_virtual": _enriched_virtual,
    "project": _project,
}


def _count_sessions(count: int) -> str:
    return ngettext("%(n)d session", "%(n)d sessions", count) % {"n": count}


# ── Groups and days ──────────────────────────────────────────────────────────────────────────


def _known_cohorts(cohorts: Sequence[str]) -> list[str]:
    """Return the cohorts that a design can name: each once, spelled as the course spells them."""
    known = []
    for name in dict.fromkeys(cohorts):
        problems: list[Problem] = []
        text = Values({"cohort": name}, "audience", problems).text("cohort", MAX_TITLE)
        if name and text == name and not problems:
            known.append(name)
    return known


def _groups(count: int, cohorts: Sequence[str]) -> _Groups:
    if len(cohorts) >= count:
        return _Groups(tuple(cohorts[:count]), are_cohorts=True)
    names = tuple(_("Group %(n)d") % {"n": number} for number in range(1, count + 1))
    return _Groups(names, are_cohorts=False)


def _schedule(
    shape: _Shape, first: datetime, zone: str, groups: _Groups, taken: set[str]
) -> Iterator[dict[str, Any]]:
    """Yield the sessions of a shape on days and at times that exist."""
    if first.tzinfo is not None or not FIRST_YEAR <= first.year <= LAST_YEAR:
        raise _no_such_day()
    if not isinstance(zone, str) or not zones.known_zone(zone):
        raise InvalidInputError(
            _("Choose a time zone from the list, for example %(zone)s.") % {"zone": "Europe/Paris"}
        )
    first = first.replace(second=0, microsecond=0, fold=0)
    is_on_weekend = first.weekday() >= _SATURDAY
    runnings: dict[tuple[str, tuple[int, ...]], str] = {}
    earliest = first
    for day in shape.days:
        planned = max(first + timedelta(days=day.after), earliest)
        start = _next_day(planned, zone, day.meetings, any_day=is_on_weekend)
        earliest = start + timedelta(days=1)
        for meeting in day.meetings:
            begin = start + timedelta(minutes=meeting.at)
            end = begin + timedelta(minutes=meeting.minutes)
            key = (meeting.running, meeting.groups)
            if meeting.running and key not in runnings:
                runnings[key] = _fresh(meeting.running, taken)
                taken.add(runnings[key])
            yield {
                "id": str(uuid.uuid4()),
                "title": _cut(meeting.title, MAX_TITLE),
                "start": begin.isoformat(timespec="minutes"),
                "end": end.isoformat(timespec="minutes"),
                "timezone": zone,
                "mode": meeting.mode,
                "occurrence": runnings.get(key, ""),
                "audience": [groups.names[index] for index in meeting.groups]
                if groups.are_cohorts
                else [],
            }


def _next_day(
    planned: datetime, zone: str, meetings: Sequence[_Meeting], *, any_day: bool
) -> datetime:
    """Return the first start from ``planned`` on, at the same time, on a day that has all of it.

    Without ``any_day``, that is a working day.
    """
    offsets = {at for meeting in meetings for at in (meeting.at, meeting.at + meeting.minutes)}
    while (planned + timedelta(minutes=max(offsets))).year <= LAST_YEAR:
        walls = [planned + timedelta(minutes=offset) for offset in offsets]
        is_day = any_day or planned.weekday() < _SATURDAY
        if is_day and all(_exists(wall, zone) for wall in walls):
            return planned
        planned += timedelta(days=1)
    raise _no_such_day()


def _exists(wall: datetime, zone: str) -> bool:
    try:
        zones.to_utc(wall, zone)
    except zones.NonexistentTimeError:
        return False
    return True


def _no_such_day() -> InvalidInputError:
    return InvalidInputError(
        _("Choose a first day so that all sessions are in the years %(first)d to %(last)d.")
        % {"first": FIRST_YEAR, "last": LAST_YEAR}
    )


def _minute_of_day(wall: datetime) -> int:
    return wall.hour * 60 + wall.minute


def _fresh(name: str, taken: set[str]) -> str:
    """Return the name of an occurrence that no other sessions bear: they would belong together."""
    fresh, number = _cut(name, MAX_TITLE), 1
    while fresh in taken:
        number += 1
        fresh = f"{_cut(name, MAX_TITLE - 10)} ({number})"
    return fresh


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"
