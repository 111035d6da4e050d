"""The elements of a blended unit's design: sessions, statuses, rule, gate and links.

Each is a frozen value with two ways: ``read`` takes it from plain values and reports problems to
its reader (what it returns is only good if there were none), ``to_dict`` gives them back.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from blended_xblock.design.checks import MAX_TEXT, MAX_TITLE
from blended_xblock.design.element import Element, finish
from blended_xblock.design.problems import as_read
from blended_xblock.design.problems import mark as _
from blended_xblock.design.reader import Pairs, Reader
from blended_xblock.schedule import zones

MODES: Final = ("in_person", "online", "hybrid")
RULE_KINDS: Final = ("sessions", "occurrence", "minutes")
WHEN_UNMARKED: Final = ("wait", "open")
SESSION_TAGS: Final = ("audience",)
CHECK_IN_STATUSES: Final = ("early", "on_time", "late", "too_late")
FROM_MINUTES_STATUSES: Final = ("present", "late", "left_early", "absent")

MAX_SESSIONS: Final = 200
MAX_ITEMS: Final = 50
MAX_CODE: Final = 3
MAX_CAPACITY: Final = 100_000
MAX_MINUTES: Final = 100_000
MAX_DAYS: Final = 365
MAX_HOURS: Final = 8_760
MAX_REMINDERS: Final = 10
MAX_DESK_MINUTES: Final = 1_440

# The characters of opaque keys; a whole usage key has a "+", and is told apart by it.
_LINK: Final = re.compile(r"[\w\-~.:%]{1,254}@[\w\-~.:%]{1,254}")
# Stands where a time could not be read; such a session is never handed out.
_NO_TIME: Final = datetime(2000, 1, 1)


@dataclass(frozen=True, slots=True)
class Link(Element):
    """A block of the same course, as ``type@block_id``: it leads there in any run of the course."""

    block: str

    @classmethod
    def read(cls, reader: Reader) -> Link:
        return cls(_read_block(reader), **finish(reader))

    def to_dict(self) -> dict[str, Any]:
        return {"block": self.block, **self.kept()}


@dataclass(frozen=True, slots=True)
class FollowUp(Element):
    """Content that opens ``delay_days`` after the session with which a learner took part."""

    block: str
    delay_days: int = 0

    @classmethod
    def read(cls, reader: Reader) -> FollowUp:
        delay = reader.whole("delay_days", 0, MAX_DAYS, 0) or 0
        return cls(_read_block(reader), delay, **finish(reader))

    def to_dict(self) -> dict[str, Any]:
        return {"block": self.block, "delay_days": self.delay_days, **self.kept()}


@dataclass(frozen=True, slots=True)
class MakeUp(Element):
    """Content that stands in for a missed session, if done within so many days (None: any time)."""

    block: str
    within_days: int | None = None

    @classmethod
    def read(cls, reader: Reader) -> MakeUp:
        within = reader.whole("within_days", 1, MAX_DAYS, None)
        return cls(_read_block(reader), within, **finish(reader))

    def to_dict(self) -> dict[str, Any]:
        return {"block": self.block, "within_days": self.within_days, **self.kept()}


@dataclass(frozen=True, slots=True)
class SessionDesign(Element):
    """One dated live meeting; ``start`` and ``end`` are naive, on the clocks of ``timezone``."""

    id: str
    title: str
    start: datetime
    end: datetime
    timezone: str
    mode: str = "in_person"
    occurrence: str = ""
    venue: str = ""
    address: str = ""
    join_url: str = ""
    capacity: int | None = None
    audience: tuple[str, ...] = ()
    cancelled: bool = False
    audience_xml: Pairs = ()

    @property
    def starts_at(self) -> datetime:
        """The instant of the start, in UTC."""
        return zones.to_utc(self.start, self.timezone)

    @property
    def ends_at(self) -> datetime:
        """The instant of the end, in UTC."""
        return zones.to_utc(self.end, self.timezone)

    @property
    def occurrence_key(self) -> str:
        """What groups sessions into one running; one that stands alone is its own."""
        return self.occurrence or self.id

    @classmethod
    def read(cls, reader: Reader) -> SessionDesign:
        zone = reader.zone("timezone")
        start, end = reader.wall_time("start", zone), reader.wall_time("end", zone)
        if start and end and end <= start:
            reader.problem(
                "end",
                _("is not after the start, %(start)s. Choose a later end, or an earlier start."),
                start=as_read(start),
            )
        audience = reader.texts("audience", "audience", "cohort", (MAX_ITEMS, MAX_TITLE))
        return cls(
            id=reader.identifier("id"),
            title=reader.text("title", required=True),
            start=start or _NO_TIME,
            end=end or _NO_TIME,
            timezone=zone,
            mode=reader.choice("mode", MODES, "in_person"),
            occurrence=reader.text("occurrence"),
            venue=reader.text("venue"),
            address=reader.text("address", MAX_TEXT, lines=True),
            join_url=reader.https("join_url", MAX_TEXT),
            capacity=reader.whole("capacity", 1, MAX_CAPACITY, None),
            audience=audience,
            cancelled=bool(reader.flag("cancelled", False)),
            audience_xml=reader.kept_texts("audience_xml", "audience", "cohort", audience),
            **finish(reader, SESSION_TAGS),
        )

    def to_dict(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "title": self.title,
            "start": self.start.isoformat(timespec="minutes"),
            "end": self.end.isoformat(timespec="minutes"),
            "timezone": self.timezone,
            "mode": self.mode,
            "occurrence": self.occurrence,
            "venue": self.venue,
            "address": self.address,
            "join_url": self.join_url,
            "capacity": self.capacity,
            "audience": list(self.audience),
            "cancelled": self.cancelled,
            **({"audience_xml": dict(self.audience_xml)} if self.audience_xml else {}),
            **self.kept(),
        }


@dataclass(frozen=True, slots=True)
class Status(Element):
    """What may be recorded of a learner: its share of the grade, and what it means for the rule."""

    code: str
    label: str
    credit: float
    attended: bool
    counted: bool

    @classmethod
    def read(cls, reader: Reader) -> Status:
        code = reader.text("code", MAX_CODE, required=True)
        if any(character.isspace() for character in code):
            reader.problem("code", _("holds a space. Write one to three characters without it."))
        return cls(
            code=code,
            label=reader.text("label", required=True),
            credit=reader.number("credit", 0, 1, required=True) or 0.0,
            attended=bool(reader.flag("attended", None)),
            counted=bool(reader.flag("counted", None)),
            **finish(reader),
        )

    def to_dict(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "label": self.label,
            "credit": self.credit,
            "attended": self.attended,
            "counted": self.counted,
            **self.kept(),
        }


@dataclass(frozen=True, slots=True)
class Rule(Element):
    """What counts as taking part: so many sessions or minutes, or a part of one occurrence."""

    kind: str = "sessions"
    at_least: int = 1
    percent: int = 100

    @classmethod
    def read(cls, reader: Reader) -> Rule:
        kind = reader.choice("kind", RULE_KINDS, None)
        at_least, percent = 1, 100
        if kind == "occurrence":
            percent = reader.whole("percent", 1, 100, percent) or percent
            reader.refuse("at_least", kind)
        elif kind:
            most = MAX_SESSIONS if kind == "sessions" else MAX_MINUTES
            if kind == "minutes" and reader.get("at_least") is None:
                reader.missing("at_least")
            at_least = reader.whole("at_least", 1, most, at_least) or at_least
            reader.refuse("percent", kind)
        else:
            reader.skip("at_least", "percent")
        return cls(kind, at_least, percent, **finish(reader))

    def to_dict(self) -> dict[str, Any]:
        amount = "percent" if self.kind == "occurrence" else "at_least"
        return {"kind": self.kind, amount: getattr(self, amount), **self.kept()}


@dataclass(frozen=True, slots=True)
class Gate(Element):
    """What happens while a roll is not done: keep waiting, or open after so many hours."""

    when_unmarked: str = "wait"
    after_hours: int = 72

    @classmethod
    def read(cls, reader: Reader) -> Gate:
        hours = reader.whole("after_hours", 0, MAX_HOURS, 72)
        when = reader.choice("when_unmarked", WHEN_UNMARKED, None)
        return cls(when, 72 if hours is None else hours, **finish(reader))

    def to_dict(self) -> dict[str, Any]:
        return {
            "when_unmarked": self.when_unmarked,
            "after_hours": self.after_hours,
            **self.kept(),
        }


@dataclass(frozen=True, slots=True)
class Reminder(Element):
    """So many hours before a session starts, learners are reminded of it."""

    hours_before: int

    @classmethod
    def read(cls, reader: Reader) -> Reminder:
        if reader.get("hours_before") is None:
            reader.missing("hours_before")
        return cls(reader.whole("hours_before", 1, MAX_HOURS, None) or 0, **finish(reader))

    def to_dict(self) -> dict[str, Any]:
        return {"hours_before": self.hours_before, **self.kept()}


@dataclass(frozen=True, slots=True)
class CheckIn(Element):
    """How learners check themselves in: when, and with which status.

    Minutes are counted from the start of a session: the desk opens ``opens_before`` it; who checks
    in before the start gets ``early``, until ``late_after`` minutes ``on_time``, until
    ``too_late_after`` minutes ``late``, and then until the end ``too_late``. Each is a code of the
    unit's statuses; empty is what ``design.arrivals`` makes of the unit's statuses (for
    ``too_late``: the learner is sent to the instructor and nothing is recorded). The code on the
    screen changes every ``rotate_seconds``.
    """

    opens_before: int = 30
    late_after: int = 10
    too_late_after: int = 60
    rotate_seconds: int = 15
    early: str = ""
    on_time: str = ""
    late: str = ""
    too_late: str = ""

    @classmethod
    def read(cls, reader: Reader) -> CheckIn:
        late = reader.whole("late_after", 0, MAX_DESK_MINUTES, 10)
        too_late = reader.whole("too_late_after", 0, MAX_DESK_MINUTES, 60)
        if late is not None and too_late is not None and too_late < late:
            reader.problem(
                "too_late_after",
                _(
                    "is %(minutes)s minutes, but learners are late only after %(late)s. Choose "
                    "%(late)s or more, or let them be late earlier."
                ),
                minutes=too_late,
                late=late,
            )
        return cls(
            opens_before=_or(reader.whole("opens_before", 0, MAX_DESK_MINUTES, 30), 30),
            late_after=_or(late, 10),
            too_late_after=_or(too_late, 60),
            rotate_seconds=reader.whole("rotate_seconds", 5, 300, 15) or 15,
            early=reader.text("early", MAX_CODE),
            on_time=reader.text("on_time", MAX_CODE),
            late=reader.text("late", MAX_CODE),
            too_late=reader.text("too_late", MAX_CODE),
            **finish(reader),
        )

    def to_dict(self) -> dict[str, Any]:
        return {
            "opens_before": self.opens_before,
            "late_after": self.late_after,
            "too_late_after": self.too_late_after,
            "rotate_seconds": self.rotate_seconds,
            "early": self.early,
            "on_time": self.on_time,
            "late": self.late,
            "too_late": self.too_late,
            **self.kept(),
        }


@dataclass(frozen=True, slots=True)
class FromMinutes(Element):
    """What the minutes of a report mean: how much of a session it takes, and with which status.

    ``design.measured`` judges by them: from ``present_from`` percent of the session on a learner
    was there, below ``absent_below`` percent absent, and in between left early. A first join of
    ``late_after`` minutes or more after the start is late; who is there until ``left_before``
    minutes before the end has not left early. Each status is a code of the unit's; empty is what
    ``design.measured`` makes of the unit's statuses.
    """

    present_from: int = 75
    late_after: int = 10
    absent_below: int = 10
    left_before: int = 10
    present: str = ""
    late: str = ""
    left_early: str = ""
    absent: str = ""

    @classmethod
    def read(cls, reader: Reader) -> FromMinutes:
        present = reader.whole("present_from", 1, 100, 75)
        absent = reader.whole("absent_below", 0, 100, 10)
        if present is not None and absent is not None and absent > present:
            reader.problem(
                "absent_below",
                _(
                    "is %(absent)s%%, but learners count as present from %(present)s%% on. Choose "
                    "%(present)s or less, or a larger share for present."
                ),
                absent=absent,
                present=present,
            )
        return cls(
            present_from=_or(present, 75),
            late_after=_or(reader.whole("late_after", 0, MAX_DESK_MINUTES, 10), 10),
            absent_below=_or(absent, 10),
            left_before=_or(reader.whole("left_before", 0, MAX_DESK_MINUTES, 10), 10),
            present=reader.text("present", MAX_CODE),
            late=reader.text("late", MAX_CODE),
            left_early=reader.text("left_early", MAX_CODE),
            absent=reader.text("absent", MAX_CODE),
            **finish(reader),
        )

    def to_dict(self) -> dict[str, Any]:
        return {
            "present_from": self.present_from,
            "late_after": self.late_after,
            "absent_below": self.absent_below,
            "left_before": self.left_before,
            "present": self.present,
            "late": self.late,
            "left_early": self.left_early,
            "absent": self.absent,
            **self.kept(),
        }


def _or(value: int | None, default: int) -> int:
    return default if value is None else value


def _read_block(reader: Reader) -> str:
    block = reader.text("block", required=True)
    if block and not _LINK.fullmatch(block):
        reader.problem(
            "block",
            _(
                "is “%(value)s”. Write the type of the block, @ and its id, for example "
                "sequential@before, not a whole usage key."
            ),
            value=block,
        )
    return block
