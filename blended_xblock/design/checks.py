"""Read the single values somebody authored, and collect every problem instead of the first.

The messages are for a course team: each names the element, the attribute and what to do.
"""

from __future__ import annotations

import math
import re
import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from blended_xblock.design.problems import Problem, as_read, canonical_uuid, one_line, shown
from blended_xblock.design.problems import mark as _
from blended_xblock.schedule import zones

MAX_TITLE: Final = 255
MAX_TEXT: Final = 2_000
FIRST_YEAR: Final = 2000
LAST_YEAR: Final = 2100

# Named, because a form says these in its own words.
MISSING: Final = _("is missing. Add it, for example %(example)s.")
NO_WALL_TIME: Final = _(
    "is “%(value)s”. Write a day of the years %(first)s to %(last)s and the time on the session's "
    "own clock, without seconds or offset, for example %(example)s."
)

_WALL = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}", re.ASCII)
# What XML 1.0 calls a character (section 2.2): an export could not hold anything else.
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_EXAMPLES: Final = {
    "title": "Workshop",
    "start": "2026-05-12T09:00",
    "end": "2026-05-12T12:30",
    "timezone": "Europe/Paris",
    "block": "sequential@before",
    "cohort": "Client A",
    "code": "P",
    "label": "Present",
    "credit": "1",
    "attended": "true",
    "counted": "true",
    "kind": "sessions",
    "at_least": "90",
    "when_unmarked": "wait",
    "hours_before": "24",
}


class Values:
    """Reads one element; what it cannot use it reports, and gives back something to go on with."""

    def __init__(
        self,
        data: Mapping[str, object],
        element: str,
        problems: list[Problem],
        path: tuple[str | int, ...] = (),
    ) -> None:
        self.data = data
        self.element = element
        self.problems = problems
        self.path = path
        self._known: set[str] = set()

    def problem(self, attribute: str, template: str, **params: object) -> None:
        """Report a problem of one attribute, or of the element if the name is empty."""
        path = (*self.path, attribute) if attribute else self.path
        # Only a value is somebody's own words, and may be long or unprintable.
        texts = {n: shown(v) if n == "value" else str(v) for n, v in params.items()}
        self.problems.append(Problem(self.element, attribute, template, texts, "error", path))

    def get(self, name: str) -> object:
        """Return the raw value; null is the same as nothing."""
        self._known.add(name)
        return self.data.get(name)

    def raw_text(self, name: str) -> str:
        """Return a text as ``text`` would, or "", and report nothing: to compare elements by it."""
        value = self.data.get(name)
        return one_line(value) if isinstance(value, str) else ""

    def skip(self, *names: str) -> None:
        """Leave values unread that mean nothing without another one that was wrong."""
        self._known.update(names)

    def text(
        self, name: str, limit: int = MAX_TITLE, *, required: bool = False, lines: bool = False
    ) -> str:
        """Return a text of at most ``limit`` characters; with ``lines``, line breaks are kept."""
        value = self.get(name)
        if value is None:
            if required:
                self.missing(name)
            return ""
        return self.clean(name, value, limit, required=required, lines=lines)

    def clean(
        self, name: str, value: object, limit: int, *, required: bool = False, lines: bool = False
    ) -> str:
        """Return a value as text that a course file can hold, reporting what it cannot."""
        if not isinstance(value, str):
            self.problem(name, _("is “%(value)s”, which is not a text. Write a text."), value=value)
            return ""
        bad = _NOT_IN_XML.search(value)
        if bad:
            self.problem(
                name,
                _(
                    "holds the invisible character U+%(code)s at position %(position)s, which a "
                    "course file cannot hold. Remove it, or type the text again."
                ),
                code=f"{ord(bad[0]):04X}",
                position=bad.start() + 1,
            )
            return ""
        text = value.replace("\r\n", "\n").strip(" \t\r\n") if lines else one_line(value)
        if len(text) > limit:
            self.problem(
                name,
                _("is %(length)s characters long. Shorten it to %(limit)s at most."),
                length=len(text),
                limit=limit,
            )
        elif required and not text.strip():
            self.problem(name, _("is empty. Write a text."))
        return text

    def choice(self, name: str, choices: Iterable[str], default: str | None) -> str:
        """Return one of the choices, or "" if it is none of them; no default means required."""
        value = self.get(name)
        if value is None:
            if default is None:
                self.missing(name)
            return default or ""
        if isinstance(value, str) and value in tuple(choices):
            return value
        self.problem(
            name,
            _("is “%(value)s”, which is not known. Use one of: %(choices)s."),
            value=value,
            choices=", ".join(choices),
        )
        return ""

    def whole(self, name: str, low: int, high: int, default: int | None) -> int | None:
        """Return a whole number between two others, or the default if there is none."""
        value = self.get(name)
        if value is None:
            return default
        if isinstance(value, int) and not isinstance(value, bool) and low <= value <= high:
            return value
        self.problem(
            name,
            _("is “%(value)s”. Write a whole number from %(low)s to %(high)s."),
            value=value,
            low=low,
            high=high,
        )
        return None

    def number(self, name: str, low: float, high: float, *, required: bool = False) -> float | None:
        """Return a number between two others, to four decimals."""
        value = self.get(name)
        if value is None:
            if required:
                self.missing(name)
            return None
        if isinstance(value, int | float) and not isinstance(value, bool):
            is_usable = not isinstance(value, float) or math.isfinite(value)
            if is_usable and low <= value <= high:
                # Adding zero turns -0.0 into 0.0: equal numbers must have one digest.
                return round(float(value), 4) + 0.0
        self.problem(
            name,
            _("is “%(value)s”. Write a number from %(low)s to %(high)s, such as 0.5."),
            value=value,
            low=f"{low:g}",
            high=f"{high:g}",
        )
        return None

    def flag(self, name: str, default: bool | None) -> bool | None:
        """Return yes or no; no default means required. None if it is neither."""
        value = self.get(name)
        if value is None:
            if default is None:
                self.missing(name)
            return default
        if isinstance(value, bool):
            return value
        self.problem(
            name,
            _("is “%(value)s”, neither true nor false. Write true or false."),
            value=value,
        )
        return None

    def https(self, name: str, limit: int) -> str:
        """Return an address that starts with https://, the only kind learners are sent to."""
        before = len(self.problems)
        address = self.text(name, limit)
        if address and len(self.problems) == before and not _is_https(address):
            self.problem(
                name,
                _("is “%(value)s”. Use a whole address that starts with https://."),
                value=address,
            )
        return address

    def identifier(self, name: str) -> str:
        """Return a UUID; a message about a missing one offers a fresh one to paste."""
        value = self.get(name)
        if value is None or value == "":
            self.missing(name, example=str(uuid.uuid4()))
            return ""
        canonical = canonical_uuid(value) if isinstance(value, str) else None
        if canonical is None:
            self.problem(
                name,
                _("is “%(value)s”, which is not a UUID. Give it one, for example %(example)s."),
                value=value,
                example=str(uuid.uuid4()),
            )
        return canonical or ""

    def zone(self, name: str) -> str:
        """Return the name of an IANA zone, or "" if it is none."""
        value = self.get(name)
        if value is None:
            self.missing(name)
            return ""
        if isinstance(value, str) and zones.known_zone(value):
            return value
        self.problem(
            name,
            _(
                "is “%(value)s”, which is not a known time zone. Write the name of the region and "
                "the city, for example %(example)s."
            ),
            value=value,
            example=(zones.similar_zone(value) if isinstance(value, str) else None)
            or _EXAMPLES["timezone"],
        )
        return ""

    def wall_time(self, name: str, zone: str) -> datetime | None:
        """Return a wall-clock time; report one that the clocks of the zone never show."""
        value = self.get(name)
        if value is None:
            self.missing(name)
            return None
        wall = _wall_time(value)
        if wall is None:
            self.problem(
                name,
                NO_WALL_TIME,
                value=value,
                first=FIRST_YEAR,
                last=LAST_YEAR,
                example=_EXAMPLES[name],
            )
        elif zone:
            self._check_on_clock(name, wall, zone)
        return wall

    def _check_on_clock(self, name: str, wall: datetime, zone: str) -> None:
        try:
            zones.to_utc(wall, zone)
        except zones.NonexistentTimeError as error:
            self.problem(
                name,
                _(
                    "%(wall)s does not exist in %(zone)s: the clock jumps from %(before)s to "
                    "%(after)s. Choose a time before %(before)s, or from %(after)s on."
                ),
                wall=as_read(wall),
                zone=zone,
                before=as_read(error.jumps_from),
                after=as_read(error.jumps_to),
            )

    def finish(self) -> None:
        """Report the names nothing has asked for."""
        for name in self.data:
            if name not in self._known:
                self.problem(
                    shown(name),
                    _("is not a known name here. Correct its spelling, or remove it."),
                )

    def refuse(self, name: str, kind: str) -> None:
        """Report an attribute that belongs to another kind of the same element."""
        if self.get(name) is not None:
            self.problem(name, _("has no meaning when kind is %(kind)s. Remove it."), kind=kind)

    def once(self, attribute: str, value: str, first_of: dict[str, str]) -> None:
        """Report a value that another element already has; ``first_of`` remembers who."""
        if value and value in first_of:
            self.problem(
                attribute,
                _("is the same as that of %(other)s. Change it, or remove one of the two."),
                other=first_of[value],
            )
        elif value:
            first_of[value] = self.element

    def missing(self, name: str, example: str | None = None) -> None:
        """Report a required attribute that is not there, with one to start from."""
        self.problem(
            name,
            MISSING,
            example=f'{name}="{example or _EXAMPLES.get(name, "")}"',
        )


def _wall_time(value: object) -> datetime | None:
    if not isinstance(value, str) or not _WALL.fullmatch(value):
        return None
    try:
        wall = datetime.fromisoformat(value)
    except ValueError:
        return None
    return wall if FIRST_YEAR <= wall.year <= LAST_YEAR else None


def _is_https(address: str) -> bool:
    # urlsplit forgives what a browser may read in another way: spaces, back slashes, control codes.
    if not address.isprintable() or " " in address or "\\" in address:
        return False
    try:
        parts = urlsplit(address)
        return parts.scheme == "https" and bool(parts.hostname) and (parts.port or 443) > 0
    except ValueError:
        return False
