"""Calendar files that another program reads back to the same instants, and later updates."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta

import pytest
from dateutil import tz
from icalendar import Calendar

from blended_xblock.models import BlendedUnit, Session
from blended_xblock.schedule.calendar import build_calendar
from tests import factories as f
from tests.counting import Counted

STAMP = datetime(2026, 5, 1, 12, tzinfo=UTC)
START = datetime(2026, 5, 12, 7, tzinfo=UTC)


def session(**changes) -> Session:
    values = {
        "unit": BlendedUnit(title="Handling conflict"),
        "title": "Workshop",
        "starts_at": START,
        "ends_at": START + timedelta(hours=3),
        "timezone": "Europe/Paris",
        "mode": "hybrid",
        "state": "scheduled",
        **changes,
    }
    return Session(**values)


def built(*sessions: Session, **kwargs) -> bytes:
    return build_calendar(sessions, stamp=STAMP, **kwargs)


def events(data: bytes) -> list:
    return list(Calendar.from_ical(data).walk("VEVENT"))


@pytest.mark.parametrize(
    "zone",
    [
        "Europe/Paris",
        "America/New_York",
        "Asia/Kolkata",
        "Australia/Lord_Howe",
        "America/St_Johns",
        "Africa/Casablanca",
        "Pacific/Apia",
        "Europe/Kyiv",
        "UTC",
    ],
)
@pytest.mark.parametrize(
    "start",
    [START, datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2031, 1, 15, 7, tzinfo=UTC)],
)
def test_another_program_reads_the_same_instants(zone, start) -> None:
    """Read with the file's own VTIMEZONE, as a phone would, not with a zone database of ours."""
    data = built(session(timezone=zone, starts_at=start, ends_at=start + timedelta(hours=3)))
    (event,) = events(data)
    for name, instant in (("DTSTART", start), ("DTEND", start + timedelta(hours=3))):
        wall = event[name].dt.replace(tzinfo=None, fold=0)
        tzid = event[name].params.get("TZID")
        if tzid is None:
            assert zone == "UTC"
            assert event[name].dt == instant
            continue
        theirs = tz.tzical(io.StringIO(data.decode())).get(tzid)
        readings = {
            tz.resolve_imaginary(wall.replace(tzinfo=theirs, fold=f)).astimezone(UTC)
            for f in (0, 1)
        }
        assert instant in readings


def test_an_entry_is_told_apart_and_replaced() -> None:
    one = session(revision=3)
    (event,) = events(built(one))
    assert str(event["UID"]) == f"{one.id}@blended-xblock"
    assert event["SEQUENCE"] == 3
    assert event["DTSTAMP"].dt == STAMP
    assert (str(event["SUMMARY"]), str(event["STATUS"])) == (
        "Handling conflict: Workshop",
        "CONFIRMED",
    )


@pytest.mark.parametrize("state", ["cancelled", "removed"])
def test_what_no_longer_takes_place_is_cancelled_there_too(state) -> None:
    assert str(events(built(session(state=state)))[0]["STATUS"]) == "CANCELLED"


def test_the_join_link_is_not_in_it() -> None:
    data = built(session(join_url="https://meet.example.org/secret"), url="https://lms.example/x")
    assert b"secret" not in data
    assert str(events(data)[0]["URL"]) == "https://lms.example/x"


def reminded(*hours: int, **changes) -> Session:
    design = {"reminders": [{"hours_before": each} for each in hours]}
    return session(unit=BlendedUnit(title="Handling conflict", design=design), **changes)


def test_each_reminder_of_the_design_is_an_alarm_before_the_start() -> None:
    (event,) = events(built(reminded(168, 2)))
    alarms = list(event.walk("VALARM"))
    assert [alarm["TRIGGER"].dt for alarm in alarms] == [-timedelta(days=7), -timedelta(hours=2)]
    assert {(str(alarm["ACTION"]), str(alarm["DESCRIPTION"])) for alarm in alarms} == {
        ("DISPLAY", "Handling conflict: Workshop")
    }
    assert all(alarm["TRIGGER"].params.get("RELATED", "START") == "START" for alarm in alarms)


@pytest.mark.django_db
def test_a_published_reminder_is_in_the_calendar_and_costs_no_query() -> None:
    f.build_course()
    before = events(built(f.session()))[0]
    f.redesign(reminders=[{"hours_before": 24}])
    f.publish()
    published = f.session()
    with Counted() as counted:
        data = built(published)
    assert counted.n == 0, str(counted)
    assert len(list(events(data)[0].walk("VALARM"))) == 1
    assert not list(before.walk("VALARM"))


@pytest.mark.parametrize("state", ["draft", "cancelled", "removed"])
def test_nobody_is_reminded_of_what_does_not_take_place_or_is_not_confirmed(state) -> None:
    assert not list(events(built(reminded(24, state=state)))[0].walk("VALARM"))


def test_several_sessions_and_zones_stand_in_one_file() -> None:
    data = built(session(), session(timezone="Asia/Tokyo"), session())
    calendar = Calendar.from_ical(data)
    assert len(list(calendar.walk("VEVENT"))) == 3
    zones = {str(zone["TZID"]) for zone in calendar.walk("VTIMEZONE")}
    assert zones == {"Europe/Paris", "Asia/Tokyo"}


@pytest.mark.parametrize(
    "text",
    [
        "Room 4; second floor, left",
        "Back\\slash",
        "Line one\nEND:VEVENT\nBEGIN:VALARM",
        "Line one\r\nATTENDEE:mailto:x@example.org",
        "佐藤 " * 60,
        "👩🏽‍🏫" * 40,
        'Quote " and : colon',
    ],
)
def test_texts_come_back_as_they_were_and_add_no_lines_of_their_own(text) -> None:
    data = built(session(title=text, venue=text, address=text))
    (event,) = events(data)
    wanted = text.replace("\r\n", "\n")
    assert str(event["LOCATION"]).replace("\r\n", "\n") == f"{wanted}, {wanted}"
    assert str(event["SUMMARY"]).replace("\r\n", "\n") == f"Handling conflict: {wanted}"
    assert b"\nATTENDEE" not in data
    assert not list(Calendar.from_ical(data).walk("VALARM"))


def test_lines_are_folded_as_the_standard_says() -> None:
    data = built(session(title="é" * 300))
    assert data.endswith(b"END:VCALENDAR\r\n")
    assert all(len(line) <= 75 for line in data.split(b"\r\n"))
    assert b"\n" not in data.replace(b"\r\n", b"")
