"""Rows → people: whose rows belong together, and how long each was there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from blended_xblock.imports.report import OPEN_ENDED, Interval, Participant, Stay, Window


def gather(stays: Sequence[Stay], window: Window) -> tuple[Participant, ...]:
    """Return the people of a report, in the order in which the file first names them.

    Rows with one e-mail address or one account, letter case aside, are one person, under the name
    of the first. Rows with neither join the person of the same name where there is exactly one;
    else they are a person of their own.
    """
    keys = keys_of(stays)
    people: dict[_Key, list[Stay]] = {}
    for key, stay in zip(keys, stays, strict=True):
        people.setdefault(key, []).append(stay)
    return tuple(_participant(rows, window) for rows in people.values())


_Key = tuple[str, str]


def keys_of(stays: Sequence[Stay]) -> list[_Key]:
    """Return for each row whose it is."""
    names: dict[_Key, str] = {}
    by_account: dict[str, _Key] = {}
    for stay in stays:
        if stay.email:
            key = ("email", stay.email.casefold())
            names.setdefault(key, stay.name)
            if stay.account:
                by_account.setdefault(stay.account.casefold(), key)
    bearers: dict[str, list[_Key]] = defaultdict(list)
    for key, name in names.items():
        bearers[name].append(key)
    known = set(by_account.values())
    for stay in stays:
        account = stay.account.casefold()
        if account and not stay.email and account not in by_account:
            # An address without an account may be theirs; one that has another account is not.
            same = [key for key in bearers[stay.name] if key not in known]
            key = same[0] if len(same) == 1 else ("account", account)
            by_account[account] = key
            known.add(key)
            if key not in bearers[stay.name]:
                bearers[stay.name].append(key)
    return [_key(stay, by_account, bearers) for stay in stays]


def _key(stay: Stay, by_account: Mapping[str, _Key], bearers: Mapping[str, list[_Key]]) -> _Key:
    if stay.email:
        return "email", stay.email.casefold()
    if stay.account:
        return by_account[stay.account.casefold()]
    same = bearers.get(stay.name, ())
    return same[0] if len(same) == 1 else ("name", stay.name)


def union(intervals: Iterable[Interval]) -> tuple[Interval, ...]:
    """Return the same time as stays in order, those that overlap or touch put together."""
    joined: list[Interval] = []
    for start, end in sorted(intervals):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return tuple(joined)


def seconds_within(intervals: Iterable[Interval], window: Window) -> float:
    """Return how long these stays (apart from each other) are within the session."""
    return sum((window.clip(each) for each in intervals), timedelta()).total_seconds()


def split(
    participant: Participant, start: datetime, end: datetime, *, is_own: bool = True
) -> tuple[int | None, datetime | None, datetime | None]:
    """Return whole minutes within one session, and the first join and last leave of it.

    The joins and leaves are those of the stays that overlap the session, not clipped; None without
    one. ``is_own`` says that the file was given for this session: only there a total without times
    counts, and only there a time that cannot be read makes the minutes unknown (None). Of another
    session a file without times says nothing, which is None as well.
    """
    window = Window(start, end, ZoneInfo("UTC"))
    within = [stay for stay in participant.intervals if window.clip(stay)]
    first, last = (within[0][0], within[-1][1]) if within else (None, None)
    is_unknown = participant.minutes is None if is_own else not participant.intervals
    if is_unknown:
        return None, first, last
    total = (participant.seconds or 0) if is_own else 0
    return min(int((seconds_within(within, window) + total) // 60), window.minutes), first, last


def merge(participants: Sequence[Participant]) -> Participant:
    """Return several rows or files of one person as one: stays united, totals added.

    ``minutes`` are only the most it can be, and None where one of them is: those of a session are
    told by ``split``. The rest is of the first that has it, one with an e-mail address before all.
    """
    first = next((each for each in participants if each.email), participants[0])
    minutes = [each.minutes for each in participants]
    totals = [each.seconds for each in participants if each.seconds is not None]
    return Participant(
        name=first.name,
        email=first.email,
        minutes=None if None in minutes else sum(filter(None, minutes)),
        intervals=union(stay for each in participants for stay in each.intervals),
        flags=tuple(dict.fromkeys(flag for each in participants for flag in each.flags)),
        status=next((each.status for each in participants if each.status), ""),
        seconds=sum(totals) if totals else None,
        account=next((each.account for each in participants if each.account), ""),
        note=next((each.note for each in participants if each.note), ""),
        is_host=any(each.is_host for each in participants),
        lines=tuple(line for each in participants for line in each.lines),
        mark=next((each.mark for each in participants if each.mark is not None), None),
    )


def _participant(rows: Sequence[Stay], window: Window) -> Participant:
    with_email = [row for row in rows if row.email]
    first = with_email[0] if with_email else rows[0]
    intervals = union(row.interval for row in rows if row.interval)
    totals = [row.seconds for row in rows if row.interval is None and row.seconds is not None]
    return Participant(
        name=first.name,
        email=first.email,
        minutes=_minutes(rows, intervals, window),
        intervals=intervals,
        flags=(OPEN_ENDED,) if any(row.is_open for row in rows) else (),
        status=next((row.status for row in rows if row.status), ""),
        seconds=sum(totals) if totals and not any(row.is_unknown for row in rows) else None,
        account=next((row.account for row in rows if row.account), ""),
        note=next((row.note for row in rows if row.note), ""),
        is_host=any(row.is_host for row in rows),
        lines=tuple(row.line for row in rows if row.line is not None),
    )


def _minutes(rows: Sequence[Stay], intervals: Sequence[Interval], window: Window) -> int | None:
    totals = [row.seconds for row in rows if row.interval is None and row.seconds is not None]
    if any(row.is_unknown for row in rows) or not (intervals or totals):
        return None
    seconds = seconds_within(intervals, window) + sum(totals)
    return min(int(seconds // 60), window.minutes)
