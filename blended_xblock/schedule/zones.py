"""Turn wall-clock times into instants and back, because sessions are authored on a room's clock.

Instants are aware datetimes in UTC; wall times are naive. A wall time the clock jumps over has no
instant and is refused; one the clock shows twice means its first showing (``fold=0``).
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

# Names the zone files hold that say nothing about a place: what they mean depends on the machine.
_PLACELESS = frozenset({"Factory", "localtime", "posixrules"})


class UnknownZoneError(ValueError):
    """The name is not an IANA time zone."""

    def __init__(self, zone: str) -> None:
        super().__init__(f"{zone!r} is not an IANA time zone; use a name such as Europe/Paris")
        self.zone = zone


class NonexistentTimeError(ValueError):
    """The clock jumps over this time: valid are times before ``jumps_from``, or ``jumps_to`` on.

    Both are naive wall times in ``zone``; ``jumps_from`` itself does not exist, ``jumps_to`` does.
    """

    def __init__(self, wall: datetime, zone: str, jumps_from: datetime, jumps_to: datetime) -> None:
        before, after = _text(jumps_from), _text(jumps_to)
        super().__init__(
            f"{_text(wall)} does not exist in {zone}: the clock jumps from {before} to {after}; "
            f"choose a time before {before}, or from {after} on"
        )
        self.wall = wall
        self.zone = zone
        self.jumps_from = jumps_from
        self.jumps_to = jumps_to


def known_zone(name: str) -> bool:
    """Tell whether the name is an IANA zone, canonical or alias, spelled as IANA spells it."""
    return name in _names()


def similar_zone(name: str) -> str | None:
    """Return the known zone the writer most likely meant, or None."""
    wanted = name.strip().replace(" ", "_").casefold()[:64]
    return _similar(wanted) if wanted else None


def to_utc(wall: datetime, zone: str) -> datetime:
    """Return the instant at which the clocks of ``zone`` show ``wall`` (for the first time).

    Raises UnknownZoneError, NonexistentTimeError, or ValueError when ``wall`` is aware or so near
    the first or last representable year that it has no UTC.
    """
    tz = _zone(zone)
    before, after = _offsets(wall, tz)
    try:
        if before < after:
            raise NonexistentTimeError(wall, zone, *_gap(wall - after, wall - before, tz))
        return (wall - before).replace(tzinfo=UTC, fold=0)
    except OverflowError as error:
        raise ValueError(f"{wall.isoformat()} is out of range in {zone}") from error


def is_ambiguous(wall: datetime, zone: str) -> bool:
    """Tell whether the clocks of ``zone`` show ``wall`` twice."""
    first, second = _offsets(wall, _zone(zone))
    return first > second


@lru_cache(maxsize=1)
def _names() -> frozenset[str]:
    return frozenset(available_timezones() - _PLACELESS)


@lru_cache(maxsize=512)
def _similar(wanted: str) -> str | None:
    # People write the city alone more often than they misspell the whole name.
    spelled: dict[str, str] = {}
    for name in sorted(_names()):
        spelled.setdefault(name.rpartition("/")[2].casefold(), name)
    spelled.update((name.casefold(), name) for name in _names())
    if wanted in spelled:
        return spelled[wanted]
    # Short names are abbreviations, and the nearest one is another place: CEST is not EST.
    close = get_close_matches(wanted, spelled, n=1, cutoff=0.75) if len(wanted) > 5 else []
    return spelled[close[0]] if close else None


def _zone(name: str) -> ZoneInfo:
    if not known_zone(name):
        raise UnknownZoneError(name)
    return ZoneInfo(name)


def _offsets(wall: datetime, tz: ZoneInfo) -> tuple[timedelta, timedelta]:
    """Return the offsets of both readings of a wall time: equal, except around a clock change.

    Python reads a skipped time with the offset before the jump for ``fold=0`` and after it for
    ``fold=1`` (PEP 495), so the first is smaller in a gap and larger where a time comes twice.
    """
    if wall.tzinfo is not None:
        raise ValueError("a wall time has no time zone of its own; this one has")
    first = wall.replace(tzinfo=tz, fold=0).utcoffset()
    second = wall.replace(tzinfo=tz, fold=1).utcoffset()
    assert first is not None
    assert second is not None
    return first, second


def _gap(low: datetime, high: datetime, tz: ZoneInfo) -> tuple[datetime, datetime]:
    """Find the jump between two naive UTC times and return its wall times before and after."""

    def offset(utc: datetime) -> timedelta:
        return utc.replace(tzinfo=UTC).astimezone(tz).utcoffset() or timedelta(0)

    low, high = low.replace(microsecond=0, fold=0), high.replace(fold=0)
    before = offset(low)
    seconds, last = 0, int((high - low).total_seconds()) + 1
    while last - seconds > 1:
        middle = (seconds + last) // 2
        if offset(low + timedelta(seconds=middle)) == before:
            seconds = middle
        else:
            last = middle
    jump = low + timedelta(seconds=last)
    return jump + before, jump + offset(jump)


def _text(wall: datetime) -> str:
    return wall.isoformat(sep=" ", timespec="minutes")
