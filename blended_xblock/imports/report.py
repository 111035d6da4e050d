"""What a report says once it is read: people with their stays, in plain values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

from blended_xblock.design.problems import shown
from blended_xblock.errors import InvalidInputError

Format = Literal[
    "zoom-participants",
    "zoom-unique",
    "zoom-webinar",
    "teams-v1",
    "teams-v2",
    "teams-v3",
    "meet",
    "bbb",
    "csv",
    "roll",
]
OPEN_ENDED: Final = "open-ended"
WAITING_ROOM: Final = "waiting-room"
NO_SHOW: Final = "no-show"
OTHER_DAY: Final = "other-day"

Interval = tuple[datetime, datetime]
"""A stay: the instants of join and leave, aware and in UTC; the leave is never before the join."""


def _untranslated(text: str) -> str:
    return text


@dataclass(frozen=True, slots=True)
class Remark:
    """A sentence for a person, kept so that each can read it in their own language.

    A parameter may be a remark itself.
    """

    template: str
    params: Mapping[str, object] = field(default_factory=dict, hash=False)

    @property
    def message(self) -> str:
        """The sentence in English."""
        return self.translated(_untranslated)

    def translated(self, gettext: Callable[[str], str]) -> str:
        """Return the sentence in the language of ``gettext``."""
        said = {
            name: value.translated(gettext) if isinstance(value, Remark) else value
            for name, value in self.params.items()
        }
        return gettext(self.template) % said

    def as_data(self) -> dict[str, Any]:
        """Return it as JSON, for ``from_data``."""
        params = {
            name: value.as_data() if isinstance(value, Remark) else value
            for name, value in self.params.items()
        }
        return {"template": self.template, "params": params}

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Remark:
        """Return what ``as_data`` was made of."""
        params = {
            name: cls.from_data(value) if isinstance(value, dict) else value
            for name, value in data["params"].items()
        }
        return cls(data["template"], params)


class RefusedReportError(InvalidInputError):
    """A file that cannot be read for certain; nothing of it is used. ``remark`` says why."""

    code = "refused_report"

    def __init__(self, template: str, **params: object) -> None:
        self.remark = Remark(template, params)
        super().__init__(self.remark.message)

    def translated(self, gettext: Callable[[str], str]) -> str:
        """Return the reason in the language of ``gettext``."""
        return self.remark.translated(gettext)


@dataclass(frozen=True, slots=True)
class RowProblem:
    """A row of a table made by hand that cannot be read: nobody in the report has it.

    Where only its minutes cannot be read its person is there, with minutes that are unknown.

    ``cell`` is what stands in the cell meant, as it is written, or "" where the whole row is.
    """

    line: int
    cell: str
    remark: Remark

    @classmethod
    def of(cls, template: str, line: int, cell: str = "", **params: object) -> RowProblem:
        """Return a problem whose sentence may name ``line`` and ``cell``."""
        return cls(line, cell, Remark(template, {"line": line, "cell": shown(cell), **params}))

    @property
    def message(self) -> str:
        """The problem in English."""
        return self.remark.message


@dataclass(frozen=True, slots=True)
class Window:
    """The live session: two instants in UTC, and the zone in which its clocks are read.

    ``also`` are the other sessions of the same event: a file may span several days.
    """

    start: datetime
    end: datetime
    zone: ZoneInfo
    also: tuple[Interval, ...] = ()

    @classmethod
    def of(cls, start: datetime, end: datetime, zone: ZoneInfo) -> Window:
        """Return the window between two wall times of ``zone``; raise ValueError if it is none.

        An hour that occurs twice is its first occurrence, unless the end would then not come after
        the start.
        """
        begins = start.replace(tzinfo=zone).astimezone(UTC)
        ends = end.replace(tzinfo=zone).astimezone(UTC)
        if ends <= begins:
            ends = end.replace(tzinfo=zone, fold=1).astimezone(UTC)
        if ends <= begins:
            raise ValueError("The end of the session must be after its start.")
        return cls(begins, ends, zone)

    @property
    def minutes(self) -> int:
        """The length of the session in whole minutes."""
        return int((self.end - self.start).total_seconds() // 60)

    def clip(self, interval: Interval) -> timedelta:
        """Return how much of a stay lies within the session."""
        return max(min(interval[1], self.end) - max(interval[0], self.start), timedelta())

    def session_at(self, instant: datetime) -> Interval:
        """Return the session in which an instant lies or the nearest one; of two the later."""
        own = (self.start, self.end)
        if not self.also:
            return own
        return min(
            (own, *self.also), key=lambda each: (_distance(each, instant), -each[0].timestamp())
        )

    def end_for(self, joined: datetime) -> datetime:
        """Return when somebody who joined and of whom no leave is told was there last."""
        return max(joined, self.session_at(joined)[1])


def _distance(session: Interval, instant: datetime) -> timedelta:
    return max(session[0] - instant, instant - session[1], timedelta())


@dataclass(frozen=True, slots=True)
class Stay:
    """One row of a report about one person, before rows are put together.

    ``seconds`` is a total the file states instead of times, None where it states none;
    ``is_unknown`` says that it states one nobody can read. ``account`` is a username or another id
    that is nobody else's; ``is_host`` where the file calls them host, organiser or moderator;
    ``line`` is that of the file, from 1.
    """

    name: str
    email: str | None
    interval: Interval | None = None
    is_open: bool = False
    seconds: float | None = None
    is_unknown: bool = False
    status: str = ""
    account: str = ""
    note: str = ""
    is_host: bool = False
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    """What a row of our own export of a roll says beside ``status``, the code, and ``minutes``.

    ``label`` is the status in words; ``says_none`` where these words say that there is none.
    ``modality`` is a value of ours, "" for none. ``arrived`` and ``left`` are UTC. ``seen`` is when
    the mark was recorded that was exported, None where it was not recorded or the cell does not
    tell; a spreadsheet may have cut the seconds off any of these.
    """

    label: str = ""
    says_none: bool = False
    modality: str = ""
    arrived: datetime | None = None
    left: datetime | None = None
    seen: datetime | None = None
    is_guest: bool = False
    is_expected: bool = True


@dataclass(frozen=True, slots=True)
class Participant:
    """One person: their stays, in order and apart, and the minutes of them within the session.

    ``minutes`` is None where the file states a time that cannot be read, or none at all: it is
    unknown, never zero. ``seconds`` is what the file states instead of times, the sum of it.
    ``status`` is what a spreadsheet says, as it says it. The rest is as in a ``Stay``; ``lines``
    are all of theirs. ``mark`` is what only our own export says.
    """

    name: str
    email: str | None
    minutes: int | None
    intervals: tuple[Interval, ...] = ()
    flags: tuple[str, ...] = ()
    status: str = ""
    seconds: float | None = None
    account: str = ""
    note: str = ""
    is_host: bool = False
    lines: tuple[int, ...] = ()
    mark: Mark | None = None


@dataclass(frozen=True, slots=True)
class Ignored:
    """Somebody a report names who was not there: waiting, only registered, or on another day."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Report:
    """A file that was read, with what is odd about it.

    ``problems`` are rows that could not be read, in the order of the file; only a table made by
    hand may have some, a tool's report is then refused as a whole.
    """

    format: Format
    participants: tuple[Participant, ...]
    ignored: tuple[Ignored, ...] = ()
    warnings: tuple[Remark, ...] = ()
    problems: tuple[RowProblem, ...] = ()


@dataclass(slots=True)
class Found:
    """What a reader found, row by row: still to be put together by person.

    ``people`` are there instead of ``stays`` where each row is a person.
    """

    format: Format
    stays: list[Stay] = field(default_factory=list)
    ignored: list[Ignored] = field(default_factory=list)
    warnings: list[Remark] = field(default_factory=list)
    problems: list[RowProblem] = field(default_factory=list)
    people: list[Participant] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Whether no row can be used."""
        return not (self.stays or self.people)
