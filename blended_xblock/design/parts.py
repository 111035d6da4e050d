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
from blended_xblock.design.problems import as_read
from blended_xblock.design.problems import mark as _
from blended_xblock.design.reader import Pairs, Reader
from blended_xblock.schedule import zones

MODES: Final = ("in_person", "online", "hybrid")
RULE_KINDS: Final = ("sessions", "occurrence", "minutes")
WHEN_UNMARKED: Final = ("wait", "open")
SESSION_TAGS: Final = ("audience",)

MAX_SESSIONS: Final = 200
MAX_ITEMS: Final = 50
MAX_CAPACITY: Final = 100_000
MAX_MINUTES: Final = 100_000
MAX_DAYS: Final = 365
MAX_HOURS: Final = 8_760
MAX_REMINDERS: Final = 10

# The characters of opaque keys; a whole usage key has a "+", and is told apart by it.
_LINK: Final = re.compile(r"[\w\-~.:%]{1,254}@[\w\-~.:%]{1,254}")
# Stands where a time could not be read; such a session is never handed out.
_NO_TIME: Final = datetime(2000, 1, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Element:
    """What every element has: the unknown attributes and elements that an export gives back."""

    extra: Pairs = ()
    extra_elements: tuple[str, ...] = ()

    def _kept(self) -> dict[str, Any]:
        kept: dict[str, Any] = {}
        if self.extra:
            kept["extra"] = dict(self.extra)
        if self.extra_elements:
            kept["extra_elements"] = list(self.extra_elements)
        return kept


@dataclass(frozen=True, slots=True)
class Link(_Element):
    """A block of the same course, as ``type@block_id``: it leads there in any run of the course."""

    block: str

    @classmethod
    def read(cls, reader: Reader) -> Link:
        return cls(_read_block(reader), **_finish(reader))

    def to_dict(self) -> dict[str, Any]:
        return {"block": self.block, **self._kept()}


@dataclass(frozen=True, slots=True)
class FollowUp(_Element):
    """Content that opens ``delay_days`` after the session with which a learner took part."""

    block: str
    delay_days: int = 0

    @classmethod
    def read(cls, reader: Reader) -> FollowUp:
        delay = reader.whole("delay_days", 0, MAX_DAYS, 0) or 0
        return cls(_read_block(reader), delay, **_finish(reader))

    def to_dict(self) -> dict[str, Any]:
        return {"block": self.block, "delay_days": self.delay_days, **self._kept()}


@dataclass(frozen=True, slots=True)
class MakeUp(_Element):
    """Content that stands in for a missed session, if done within so many days (None: any time)."""

    block: str
    within_days: int | None = None

    @classmethod
    def read(cls, reader: Reader) -> MakeUp:
        within = reader.whole("within_days", 1, MAX_DAYS, None)
        return cls(_read_block(reader), within, **_finish(reader))

    def to_dict(self) -> dict[str, Any]:
        return {"block": self.block, "within_days": self.within_days, **self._kept()}


@dataclass(frozen=True, slots=True)
class SessionDesign(_Element):
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
            **_finish(reader, SESSION_TAGS),
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
            **self._kept(),
        }


@dataclass(frozen=True, slots=True)
class Status(_Element):
    """What may be recorded of a learner: its share of the grade, and what it means for the rule."""

    code: str
    label: str
    credit: float
    attended: bool
    counted: bool

    @classmethod
    def read(cls, reader: Reader) -> Status:
        code = reader.text("code", 3, required=True)
        if any(character.isspace() for character in code):
            reader.problem("code", _("holds a space. Write one to three characters without it."))
        return cls(
            code=code,
            label=reader.text("label", required=True),
            credit=reader.number("credit", 0, 1, required=True) or 0.0,
            attended=bool(reader.flag("attended", None)),
            counted=bool(reader.flag("counted", None)),
            **_finish(reader),
        )

    def to_dict(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "label": self.label,
            "credit": self.credit,
            "attended": self.attended,
            "counted": self.counted,
            **self._kept(),
        }


@dataclass(frozen=True, slots=True)
class Rule(_Element):
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
        return cls(kind, at_least, percent, **_finish(reader))

    def to_dict(self) -> dict[str, Any]:
        amount = "percent" if self.kind == "occurrence" else "at_least"
        return {"kind": self.kind, amount: getattr(self, amount), **self._kept()}


@dataclass(frozen=True, slots=True)
class Gate(_Element):
    """What happens while a roll is not done: keep waiting, or open after so many hours."""

    when_unmarked: str = "wait"
    after_hours: int = 72

    @classmethod
    def read(cls, reader: Reader) -> Gate:
        hours = reader.whole("after_hours", 0, MAX_HOURS, 72)
        when = reader.choice("when_unmarked", WHEN_UNMARKED, None)
        return cls(when, 72 if hours is None else hours, **_finish(reader))

    def to_dict(self) -> dict[str, Any]:
        return {
            "when_unmarked": self.when_unmarked,
            "after_hours": self.after_hours,
            **self._kept(),
        }


@dataclass(frozen=True, slots=True)
class Reminder(_Element):
    """So many hours before a session starts, learners are reminded of it."""

    hours_before: int

    @classmethod
    def read(cls, reader: Reader) -> Reminder:
        if reader.get("hours_before") is None:
            reader.missing("hours_before")
        return cls(reader.whole("hours_before", 1, MAX_HOURS, None) or 0, **_finish(reader))

    def to_dict(self) -> dict[str, Any]:
        return {"hours_before": self.hours_before, **self._kept()}


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


def _finish(reader: Reader, known_tags: tuple[str, ...] = ()) -> dict[str, Any]:
    extra, elements = reader.extra(), reader.extra_elements(known_tags)
    reader.finish()
    return {"extra": extra, "extra_elements": elements}
