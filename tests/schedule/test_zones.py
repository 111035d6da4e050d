"""Clock changes are where schedules go wrong: every zone is tried at each of its own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blended_xblock.schedule import zones

MINUTE = timedelta(minutes=1)
PLACELESS = {"Factory", "localtime", "posixrules"}
ALL_ZONES = sorted(available_timezones() - PLACELESS)


@cache
def clock_changes(zone: str) -> tuple[tuple[datetime, timedelta, timedelta], ...]:
    """Return each change of the next three years: its instant, the offset before and after."""
    tz = ZoneInfo(zone)
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)

    def offset(instant: datetime) -> timedelta:
        found = instant.astimezone(tz).utcoffset()
        assert found is not None
        return found

    changes = []
    for number in range(3 * 366):
        low, high = today + timedelta(days=number), today + timedelta(days=number + 1)
        before, after = offset(low), offset(high)
        if before == after:
            continue
        while high - low > MINUTE:
            middle = low + (high - low) // 2
            middle = middle.replace(second=0, microsecond=0)
            low, high = (middle, high) if offset(middle) == before else (low, middle)
        changes.append((high, before, after))
    return tuple(changes)


def jumps() -> Iterator[tuple[str, datetime, timedelta, timedelta]]:
    for zone in ALL_ZONES:
        for instant, before, after in clock_changes(zone):
            yield zone, instant, before, after


def naive(instant: datetime, offset: timedelta) -> datetime:
    return (instant + offset).replace(tzinfo=None)


def test_there_are_changes_of_both_kinds_to_try() -> None:
    forward = {zone for zone, _instant, before, after in jumps() if after > before}
    back = {zone for zone, _instant, before, after in jumps() if after < before}
    assert len(forward) > 100
    assert len(back) > 100


def test_a_time_the_clock_jumps_over_is_refused_with_both_ends_of_the_gap() -> None:
    for zone, instant, before, after in jumps():
        if after < before:
            continue
        first, last = naive(instant, before), naive(instant, after)
        for wall in (first, first + (last - first) / 2, last - MINUTE):
            with pytest.raises(zones.NonexistentTimeError) as caught:
                zones.to_utc(wall, zone)
            assert (caught.value.jumps_from, caught.value.jumps_to) == (first, last), zone
            assert not zones.is_ambiguous(wall, zone)
        assert zones.to_utc(first - MINUTE, zone) == instant - MINUTE
        assert zones.to_utc(last, zone) == instant


def test_a_time_that_comes_twice_is_its_first_showing() -> None:
    for zone, instant, before, after in jumps():
        if after > before:
            continue
        first, last = naive(instant, after), naive(instant, before)
        for wall in (first, last - MINUTE):
            assert zones.is_ambiguous(wall, zone), (zone, wall)
            assert zones.to_utc(wall, zone) == wall.replace(tzinfo=UTC) - before
            assert zones.to_utc(wall.replace(fold=1), zone) == zones.to_utc(wall, zone)
        assert not zones.is_ambiguous(first - MINUTE, zone)
        assert not zones.is_ambiguous(last, zone)
        assert zones.to_utc(last, zone) == instant + (before - after)


@given(
    st.sampled_from(ALL_ZONES),
    st.datetimes(datetime(2000, 1, 1), datetime(2100, 12, 31)),
)
def test_a_time_is_refused_or_comes_back(zone: str, wall: datetime) -> None:
    back = wall.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC).astimezone(ZoneInfo(zone))
    if back.replace(tzinfo=None) == wall:
        instant = zones.to_utc(wall, zone)
        assert instant.tzinfo is UTC
        assert instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == wall
    else:
        with pytest.raises(zones.NonexistentTimeError) as caught:
            zones.to_utc(wall, zone)
        assert caught.value.jumps_from <= wall < caught.value.jumps_to


@given(
    st.sampled_from(ALL_ZONES),
    st.datetimes(datetime(2000, 1, 1), datetime(2100, 12, 31), timezones=st.just(UTC)),
)
def test_an_instant_comes_back_unless_its_time_came_before(zone: str, instant: datetime) -> None:
    local = instant.astimezone(ZoneInfo(zone))
    assert local == instant
    wall = local.replace(tzinfo=None)
    assert zones.to_utc(wall, zone) <= instant
    if local.fold == 0:
        assert zones.to_utc(wall, zone) == instant


def test_the_refusal_says_when_the_clock_jumps_and_what_is_valid() -> None:
    with pytest.raises(zones.NonexistentTimeError) as caught:
        zones.to_utc(datetime(2026, 3, 29, 2, 30), "Europe/Paris")
    assert str(caught.value) == (
        "2026-03-29 02:30 does not exist in Europe/Paris: the clock jumps from 2026-03-29 02:00 to "
        "2026-03-29 03:00; choose a time before 2026-03-29 02:00, or from 2026-03-29 03:00 on"
    )
    assert isinstance(caught.value, ValueError)


def test_a_whole_day_can_be_missing() -> None:
    with pytest.raises(zones.NonexistentTimeError) as caught:
        zones.to_utc(datetime(2011, 12, 30, 9, 0), "Pacific/Apia")
    assert caught.value.jumps_from == datetime(2011, 12, 30)
    assert caught.value.jumps_to == datetime(2011, 12, 31)


def test_every_zone_is_known_by_each_of_its_names() -> None:
    assert all(zones.known_zone(name) for name in ALL_ZONES)
    assert {"Europe/Kyiv", "Europe/Kiev", "UTC", "Asia/Calcutta"} <= set(ALL_ZONES)


@pytest.mark.parametrize(
    "name",
    ["", "Europe", "europe/paris", "Europe/Paris ", "CEST", "+02:00", "../etc/passwd", "Factory"],
)
def test_other_names_are_not_known(name: str) -> None:
    assert not zones.known_zone(name)
    with pytest.raises(zones.UnknownZoneError, match="IANA"):
        zones.to_utc(datetime(2026, 5, 12), name)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("paris", "Europe/Paris"),
        ("europe/paris", "Europe/Paris"),
        ("New York", "America/New_York"),
        ("America/Toranto", "America/Toronto"),
        ("CEST", None),
        ("", None),
        ("nowhere at all", None),
    ],
)
def test_a_misspelt_zone_is_recognised(written: str, meant: str | None) -> None:
    assert zones.similar_zone(written) == meant


def test_a_time_without_any_instant_is_out_of_range() -> None:
    with pytest.raises(ValueError, match="out of range"):
        zones.to_utc(datetime(1, 1, 1), "Asia/Tokyo")


def test_a_wall_time_is_naive() -> None:
    with pytest.raises(ValueError, match="wall time"):
        zones.to_utc(datetime(2026, 5, 12, tzinfo=UTC), "UTC")
