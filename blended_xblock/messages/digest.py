"""One message a day to whoever gives a course: what waits for them, and what they give next.

Trainers read of their own sessions, course staff of all. Where there is nothing to say, nothing is
sent.
"""

from __future__ import annotations

import hashlib
import logging
import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone, translation

from blended_xblock.hosts import get_host
from blended_xblock.hosts.base import Addressee, Message
from blended_xblock.messages import texts
from blended_xblock.models import BlendedUnit, SentMessage, Session, SessionTrainer
from blended_xblock.reports.alarms import Alarm, list_alarms

log = logging.getLogger(__name__)

DIGEST: Final = "alarm_digest"
AHEAD: Final = timedelta(hours=24)
"""How far ahead sessions are named."""

Outcome = Literal["sent", "known", "unwanted", "failed"]


@dataclass(slots=True)
class DigestReport:
    """What became of a course's digests: names of people each; ``known`` had theirs today.

    ``failed`` names the course itself where nothing could be written for it.
    ``messages`` are what a dry run would have sent, in the order of ``sent``.
    """

    course_key: str
    sent: list[str] = field(default_factory=list)
    known: list[str] = field(default_factory=list)
    unwanted: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Recipient:
    """``sessions`` are the ids a trainer reads of; None is everything."""

    person: Addressee
    sessions: frozenset[uuid.UUID] | None


def send_digests(
    course_keys: Collection[str] | None = None,
    *,
    now: datetime | None = None,
    dry_run: bool = False,
) -> Iterator[DigestReport]:
    """Send today's digests of these courses, or of all; yield a report for each.

    At most one a day reaches anybody, by their own calendar, however often this runs. ``dry_run``
    sends and writes nothing. One that fails, or a course that does, keeps nobody else from theirs,
    and is sent by the next run.
    """
    now = now or timezone.now()
    units = BlendedUnit.objects.filter(is_active=True).order_by("course_key", "pk")
    if course_keys is not None:
        units = units.filter(course_key__in=course_keys)
    courses: dict[str, list[BlendedUnit]] = defaultdict(list)
    for unit in units:
        courses[unit.course_key].append(unit)
    for course_key, own in courses.items():
        report = DigestReport(course_key)
        try:
            _fill(report, own, now, dry_run=dry_run)
        except Exception:
            log.exception("The digests of %s could not be written.", course_key)
            report.failed.append(course_key)
        yield report


def _fill(
    report: DigestReport, units: Sequence[BlendedUnit], now: datetime, *, dry_run: bool
) -> None:
    for person, message in _messages(report.course_key, units, now):
        key = _key(report.course_key, person, now)
        outcome = _foresee(message, key) if dry_run else _send(message, key, now)
        getattr(report, outcome).append(person.name)
        if dry_run and outcome == "sent":
            report.messages.append(message)


def _messages(
    course_key: str, units: Sequence[BlendedUnit], now: datetime
) -> Iterator[tuple[Addressee, Message]]:
    sessions = _sessions(units)
    recipients = _recipients(course_key, [session.pk for session in sessions])
    alarms: dict[str, list[Alarm]] = {}
    for recipient in recipients:
        language = recipient.person.language
        if language not in alarms:
            with translation.override(language):
                alarms[language] = _alarms(units, sessions, now)
        message = _message(course_key, units, recipient, alarms[language], sessions, now)
        if message is not None:
            yield recipient.person, message


def _sessions(units: Iterable[BlendedUnit]) -> list[Session]:
    by_pk = {unit.pk: unit for unit in units}
    sessions = list(Session.objects.filter(unit__in=by_pk))
    for session in sessions:
        session.unit = by_pk[session.unit_id]
    return sessions


def _recipients(course_key: str, session_ids: Collection[uuid.UUID]) -> list[_Recipient]:
    host = get_host()
    team = {person.user_id: person for person in host.course_team(course_key)}
    invited = defaultdict(set)
    for user_id, session_id in SessionTrainer.objects.filter(
        session__in=session_ids, revoked_at__isnull=True
    ).values_list("user_id", "session_id"):
        if user_id not in team:
            invited[user_id].add(session_id)
    trainers = host.addressees(invited) if invited else {}
    return [
        *(_Recipient(person, None) for person in team.values()),
        *(_Recipient(trainers[pk], frozenset(invited[pk])) for pk in sorted(trainers)),
    ]


def _alarms(
    units: Iterable[BlendedUnit], sessions: Iterable[Session], now: datetime
) -> list[Alarm]:
    """Return what waits in all units of a course; what is of the whole course once."""
    found: dict[Alarm, None] = {}
    for unit in units:
        own = [session for session in sessions if session.unit_id == unit.pk]
        found |= dict.fromkeys(list_alarms(unit, own, now, with_jobs=True))
    return list(found)


def _message(
    course_key: str,
    units: Sequence[BlendedUnit],
    recipient: _Recipient,
    alarms: Sequence[Alarm],
    sessions: Sequence[Session],
    now: datetime,
) -> Message | None:
    own, person = recipient.sessions, recipient.person
    # Jobs that failed are of no session, and for the course's staff alone.
    waiting = [one for one in alarms if own is None or one.session_id in own]
    ahead = [
        session
        for session in sorted(sessions, key=lambda one: (one.starts_at, one.pk))
        if session.is_live
        and now <= session.starts_at < now + AHEAD
        and (own is None or session.pk in own)
    ]
    if not waiting and not ahead:
        return None
    host = get_host()
    if own is None:
        concerned = {one.session_id for one in waiting} | {session.pk for session in ahead}
        place = next((s.unit for s in sessions if s.pk in concerned), units[0])
        link = host.block_url(course_key, place.usage_key)
    else:
        link = host.site_url(reverse("blended_xblock:sessions"))
    return texts.digest(course_key, person, waiting, ahead, link=link, now=now)


def _send(message: Message, key: str, now: datetime) -> Outcome:
    """Send one, unless the person got theirs today; return what became of it."""
    try:
        with transaction.atomic():
            row, _is_new = SentMessage.objects.get_or_create(
                kind=DIGEST,
                request_key=key,
                user_id=message.user_id,
                defaults={"queued_at": now},
            )
    except IntegrityError:
        # Another run is at it just now.
        return "known"
    with transaction.atomic():
        row = SentMessage.objects.select_for_update().get(pk=row.pk)
        if row.sent_at is not None:
            return "known"
        outcome: Outcome = "failed"
        try:
            with transaction.atomic():
                outcome = "sent" if get_host().send(message) else "unwanted"
        except Exception:
            log.exception("The digest of user %s could not be sent.", message.user_id)
        row.sent_at = now if outcome == "sent" else None
        row.error = "" if outcome == "sent" else outcome
        row.save(update_fields=["sent_at", "error"])
    return outcome


def _foresee(message: Message, key: str) -> Outcome:
    """Return what would become of a message; nothing is written."""
    theirs = SentMessage.objects.filter(kind=DIGEST, request_key=key, user_id=message.user_id)
    return "known" if theirs.filter(sent_at__isnull=False).exists() else "sent"


def _key(course_key: str, person: Addressee, now: datetime) -> str:
    """Return the key of a day, by the reader's own calendar, and a course."""
    day = now.astimezone(ZoneInfo(person.timezone or "UTC")).date()
    course = hashlib.sha256(course_key.encode()).hexdigest()[:32]
    return f"{day.isoformat()}:{course}"
