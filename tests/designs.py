"""Designs for tests: one that is complete, and a strategy for all that are valid."""

from __future__ import annotations

import uuid
from copy import deepcopy
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

FIRST = "3f0c1d5e-6f57-4f0a-9d2c-0d6d3b0c8f11"
SECOND = "9a4c6f12-1f4e-4c43-8d0e-7c3f1f0a2b22"
ZONES = (
    "Europe/Paris",
    "America/St_Johns",
    "Australia/Lord_Howe",
    "Africa/Casablanca",
    "Asia/Kolkata",
    "UTC",
)


def session(**changes: Any) -> dict[str, Any]:
    """Return the plain values of one valid session; None takes a value away."""
    values = {
        "id": FIRST,
        "title": "Workshop",
        "start": "2026-05-12T09:00",
        "end": "2026-05-12T12:30",
        "timezone": "Europe/Paris",
        **changes,
    }
    return {name: value for name, value in values.items() if value is not None}


def status(**changes: Any) -> dict[str, Any]:
    """Return the plain values of one valid status; None takes a value away."""
    values = {
        "code": "P",
        "label": "Present",
        "credit": 1.0,
        "attended": True,
        "counted": True,
        **changes,
    }
    return {name: value for name, value in values.items() if value is not None}


def complete() -> dict[str, Any]:
    """Return plain values that use everything a design can say."""
    return deepcopy(
        {
            "model": "flipped_classroom",
            "objectives": ["Name the five steps", "Hold a difficult conversation"],
            "prework": [{"block": "sequential@before"}],
            "sessions": [
                session(
                    mode="hybrid",
                    occurrence="spring",
                    venue="Room 4",
                    address="12 rue des Lilas\nParis",
                    join_url="https://meet.example.org/x",
                    capacity=20,
                    audience=["Client A", "Client B"],
                    cancelled=True,
                ),
                session(id=SECOND, title="Second day", extra={"room_type": "lab"}),
            ],
            "statuses": [status(), status(code="A", label="Absent", credit=0, attended=False)],
            "rule": {"kind": "occurrence", "percent": 80},
            "gate": {"when_unmarked": "open", "after_hours": 48},
            "follow_ups": [{"block": "sequential@after", "delay_days": 7}],
            "make_ups": [{"block": "video@recording", "within_days": 14}],
            "reminders": [{"hours_before": 168}, {"hours_before": 24}],
            "check_in": {
                "opens_before": 45,
                "late_after": 5,
                "too_late_after": 90,
                "rotate_seconds": 20,
                "early": "P",
                "on_time": "P",
                "late": "P",
                "too_late": "A",
                "extra": {"beep": "on"},
            },
            "from_minutes": {
                "present_from": 80,
                "late_after": 5,
                "absent_below": 20,
                "left_before": 15,
                "present": "P",
                "late": "P",
                "left_early": "P",
                "absent": "A",
                "extra": {"breaks": "out"},
            },
            "confirmed_for": "course-v1:Org+Course+Run",
            "extra_elements": ["<badge><name>Mediator</name></badge>"],
        }
    )


# Much of what breaks XML, and white space, in some of the texts.
_AWKWARD = "<>&\"']]>{}%\t\n \u00a0\u0085\u2028é漢🙂\ufffd"
_CHARACTERS = st.one_of(
    st.sampled_from(_AWKWARD),
    st.characters(exclude_categories=["Cs", "Cc", "Cn"]),
)


def texts(longest: int = 40) -> st.SearchStrategy[str]:
    """Return texts that XML can hold and that say something."""
    return st.text(_CHARACTERS, min_size=1, max_size=longest).filter(str.strip)


def _unique_texts() -> st.SearchStrategy[list[str]]:
    return st.lists(texts(), max_size=3, unique_by=lambda text: " ".join(text.split(None)))


_NAMES = st.text(st.sampled_from("abcdefghijklmnopqrstuvwxyz_-."), min_size=1, max_size=8)
# No known name starts so.
_EXTRA = st.dictionaries(_NAMES.map("x-{}".format), texts(), max_size=2)
_KEPT = _NAMES.map("<x-{}/>".format) | st.builds(
    lambda name, inner: f'<x-{name} y="\'&lt;&amp;"><x{inner}/>é&gt;漢</x-{name}>', _NAMES, _NAMES
)


def _with_extra(**values: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        values, optional={"extra": _EXTRA, "extra_elements": st.lists(_KEPT, max_size=2)}
    )


def exists(wall: datetime, zone: str) -> bool:
    """Tell whether a clock ever shows this, by asking what it shows at that instant."""
    there = wall.replace(tzinfo=ZoneInfo(zone))
    back = there.astimezone(ZoneInfo("UTC")).astimezone(ZoneInfo(zone))
    return back.replace(tzinfo=None) == wall


@st.composite
def _sessions(draw: st.DrawFn) -> dict[str, Any]:
    zone = draw(st.sampled_from(ZONES))
    walls = st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1)).map(
        lambda wall: wall.replace(second=0, microsecond=0)
    )
    start = draw(walls.filter(lambda wall: exists(wall, zone)))
    lengths = st.integers(1, 60 * 24 * 9).map(lambda minutes: start + timedelta(minutes=minutes))
    end = draw(lengths.filter(lambda wall: exists(wall, zone)))
    values = _with_extra(
        id=st.uuids().map(str),
        title=texts(),
        start=st.just(start.isoformat(timespec="minutes")),
        end=st.just(end.isoformat(timespec="minutes")),
        timezone=st.just(zone),
        mode=st.sampled_from(["in_person", "online", "hybrid"]),
        occurrence=st.just("") | texts(),
        venue=st.just("") | texts(),
        address=st.just("") | texts(),
        join_url=st.sampled_from(["", "https://meet.example.org/x?a=1&b=%20#é"]),
        capacity=st.none() | st.integers(1, 100_000),
        audience=_unique_texts(),
        cancelled=st.booleans(),
    )
    return draw(values)


_CODES = ["P", "L", "é", "<&>", '"', "漢字", "🙂"]


@st.composite
def _statuses(draw: st.DrawFn) -> list[dict[str, Any]]:
    codes = draw(st.lists(st.sampled_from(_CODES), max_size=4, unique=True))
    found = [
        draw(
            _with_extra(
                code=st.just(code),
                label=texts(),
                credit=st.floats(0, 1) | st.sampled_from([0, 1, 0.0001, -0.0]),
                attended=st.booleans(),
                counted=st.booleans(),
            )
        )
        for code in codes
    ]
    for values in found[:1]:
        values["attended"] = True
    return found


_RULES = st.one_of(
    _with_extra(kind=st.just("sessions"), at_least=st.integers(1, 200)),
    _with_extra(kind=st.just("minutes"), at_least=st.integers(1, 100_000)),
    _with_extra(kind=st.just("occurrence"), percent=st.integers(1, 100)),
)


def _check_ins(codes: list[str]) -> st.SearchStrategy[dict[str, Any]]:
    """Return settings with statuses of these codes, or with any of them left out."""
    minutes = st.lists(st.integers(0, 1440), min_size=2, max_size=2).map(sorted)
    values = _with_extra(
        opens_before=st.integers(0, 1440),
        rotate_seconds=st.integers(5, 300),
        **{
            name: st.sampled_from(["", *codes]) for name in ("early", "on_time", "late", "too_late")
        },
    )
    return st.builds(
        lambda found, late: {**found, "late_after": late[0], "too_late_after": late[1]},
        values,
        minutes,
    )


def _from_minutes(codes: list[str]) -> st.SearchStrategy[dict[str, Any]]:
    """Return settings likewise, absent from no more than present."""
    shares = st.tuples(st.integers(0, 100), st.integers(1, 100))
    values = _with_extra(
        late_after=st.integers(0, 1440),
        left_before=st.integers(0, 1440),
        **{
            name: st.sampled_from(["", *codes])
            for name in ("present", "late", "left_early", "absent")
        },
    )
    return st.builds(
        lambda found, both: {**found, "absent_below": min(both), "present_from": max(both)},
        values,
        shares,
    )


@st.composite
def valid(draw: st.DrawFn) -> dict[str, Any]:
    """Return the plain values of any valid design."""
    identifiers = [f"html@{uuid.UUID(int=number)}" for number in range(6)]
    before, after, instead = identifiers[:2], identifiers[2:4], identifiers[4:]
    pick = draw(st.lists(st.sampled_from(identifiers), unique=True))
    days = st.integers(0, 365)
    statuses = draw(_statuses())
    codes = [each["code"] for each in statuses] or list("PLDEA")
    settings = draw(st.none() | _check_ins(codes))
    minutes = draw(st.none() | _from_minutes(codes))
    return {
        **({"check_in": settings} if settings is not None else {}),
        **({"from_minutes": minutes} if minutes is not None else {}),
        "model": draw(st.sampled_from(["rotation", "flex", "project", "custom"])),
        "objectives": draw(_unique_texts()),
        "prework": [draw(_with_extra(block=st.just(b))) for b in before if b in pick],
        "sessions": draw(st.lists(_sessions(), max_size=3, unique_by=lambda item: item["id"])),
        "statuses": statuses,
        "rule": draw(_RULES),
        "gate": draw(
            _with_extra(
                when_unmarked=st.sampled_from(["wait", "open"]), after_hours=st.integers(0, 8760)
            )
        ),
        "follow_ups": [
            draw(_with_extra(block=st.just(b), delay_days=days)) for b in after if b in pick
        ],
        "make_ups": [
            draw(_with_extra(block=st.just(b), within_days=st.none() | st.integers(1, 365)))
            for b in instead
            if b in pick
        ],
        "reminders": [
            draw(_with_extra(hours_before=st.just(hours)))
            for hours in draw(st.lists(st.integers(1, 8760), max_size=3, unique=True))
        ],
        "confirmed_for": draw(st.sampled_from(["", "course-v1:Org+Course+Run"])),
        "extra_elements": draw(st.lists(_KEPT, max_size=2)),
    }
