"""Reminders before a session: to those who are not ready by then, and to nobody twice.

A press makes a row for each message, in one transaction; a worker sends them afterwards, and each
row says what became of it. Whoever has got ready in between is not written to.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from blended_xblock import events
from blended_xblock.attendance.marks import check_text
from blended_xblock.attendance.sessions import get_session, lock_session, require_live
from blended_xblock.attendance.texts import clean_text
from blended_xblock.errors import ConflictError, InvalidInputError
from blended_xblock.hosts import get_host
from blended_xblock.hosts.base import Addressee, Message
from blended_xblock.messages import texts
from blended_xblock.models import SentMessage, Session
from blended_xblock.reports.readiness import REMINDER, Readiness, list_readiness
from blended_xblock.sets import by_user, insert_many

log = logging.getLogger(__name__)

TEXT_LENGTH: Final = 500
PAUSE: Final = timedelta(hours=1)
"""How long nobody is reminded again, unless whoever asks says so."""
NOT_NEEDED: Final = "not_needed"
UNWANTED: Final = "unwanted"
FAILED: Final = "failed"
_SETTLED: Final = frozenset({NOT_NEEDED, UNWANTED})
_KEY_LENGTH: Final = 40


@dataclass(frozen=True, slots=True)
class Sample:
    """A message as ``name`` will read it; ``personal`` is where in it a personal line stands."""

    name: str
    message: Message
    personal: int


@dataclass(frozen=True, slots=True)
class ReminderPreview:
    """Whom a press would write to, and what they would read.

    ``recent`` are those who were written to within the last hour and are left out unless asked
    for. ``languages`` lacks whoever cannot be written to. ``samples`` are whole messages, one for
    each language, to the first person of each.
    """

    people: tuple[Readiness, ...]
    recent: frozenset[int]
    languages: dict[int, str]
    samples: tuple[Sample, ...]
    absent: int
    gone: int


@dataclass(frozen=True, slots=True)
class ReminderProgress:
    """What became of the messages of one press, by now; ``failed`` holds user ids."""

    total: int
    sent: int
    not_needed: int
    unwanted: int
    waiting: int
    failed: tuple[int, ...]


def preview_reminders(session_id: uuid.UUID | str, *, actor: Any) -> ReminderPreview:
    """Return whom a reminder of a session would reach now, by name; nothing is written.

    Raises NotFoundError, SessionNotLiveError, and ConflictError for a session that is over.
    """
    session = get_session(session_id)
    now = timezone.now()
    _require_ahead(session, now)
    everybody = list_readiness(session)
    people = [person for person in everybody if person.may_be_reminded]
    unready = [person for person in everybody if not person.is_ready]
    addressees = get_host().addressees([person.user_id for person in people])
    sender, link = _sender(actor), _link(session)
    samples: dict[str, Sample] = {}
    for person in people:
        addressee = addressees.get(person.user_id)
        if addressee is None or addressee.language in samples:
            continue
        message = _message(session, addressee, person, sender, "…", link, now)
        place = next(i for i, text in enumerate(message.paragraphs) if text.endswith("…"))
        samples[addressee.language] = Sample(person.name, message, place)
    return ReminderPreview(
        people=tuple(people),
        recent=_known(session, "", now)[1] & {person.user_id for person in people},
        languages={user_id: one.language for user_id, one in addressees.items()},
        samples=tuple(samples.values()),
        absent=sum(p.absence is not None for p in unready),
        gone=sum(p.absence is None and not p.is_enrolled for p in unready),
    )


@transaction.atomic
def send_reminders(
    session_id: uuid.UUID | str,
    *,
    actor: Any,
    key: str,
    user_ids: Collection[int] | None = None,
    text: str = "",
    again: bool = False,
) -> ReminderProgress:
    """Queue a reminder for everybody who is not ready now (among ``user_ids``, where given).

    Whoever announced an absence or left the course is never written to; whoever was within the
    last hour only if ``again``. ``key`` is of the press: sending it again reaches nobody twice and
    queues again what failed or still waits. ``text`` is a personal line of at most 500 characters.

    Raises NotFoundError, SessionNotLiveError, ConflictError (the session is over, or there is
    nobody to write to) and InvalidInputError.
    """
    text = clean_text(text, TEXT_LENGTH)
    if not 0 < len(key) <= _KEY_LENGTH:
        raise InvalidInputError(_("Send a key."))
    check_text(key)
    session = lock_session(session_id)
    now = timezone.now()
    _require_ahead(session, now)
    known, recent = _known(session, key, now)
    wanted = {person.user_id for person in list_readiness(session) if person.may_be_reminded}
    if user_ids is not None:
        wanted &= set(user_ids)
    if not again:
        wanted -= recent
    new = wanted - known.keys()
    if not new and not known:
        raise ConflictError(
            _(
                "There is nobody to remind: they are ready by now, announced an absence, or were "
                "reminded less than an hour ago."
            )
        )
    insert_many(
        [
            SentMessage(
                kind=REMINDER,
                request_key=_key(session, key),
                session=session,
                user_id=user_id,
                sent_by=actor,
                queued_at=now,
            )
            for user_id in sorted(new)
        ]
    )
    presses = SentMessage.objects.filter(kind=REMINDER, request_key=_key(session, key))
    if any(row.error == FAILED for row in known.values()):
        presses.filter(error=FAILED).update(error="", queued_at=now)
    rows = list(presses)
    # Those that wait already too: a queue may have lost them, and each is sent once whatever waits.
    waiting = [row.pk for row in rows if row.sent_at is None and not row.error]
    if waiting:
        events.announce_messages(waiting, text)
    return _progress(rows)


def get_reminder_progress(session_id: uuid.UUID | str, key: str) -> ReminderProgress:
    """Return what became of the messages of one press; two queries."""
    session = get_session(session_id)
    return _progress(
        list(SentMessage.objects.filter(kind=REMINDER, request_key=_key(session, key)))
    )


def send_queued(message_ids: Sequence[int], text: str) -> list[int]:
    """Send those of these messages that still wait; return those that could not be sent.

    Called by a worker, maybe twice or by two at once: each row is held while its message goes out.
    One that fails keeps nobody else from theirs.
    """
    rows = list(
        SentMessage.objects.filter(pk__in=message_ids, sent_at__isnull=True)
        .exclude(error__in=_SETTLED)
        .select_related("session__unit", "sent_by")
    )
    sessions = {row.session_id: row.session for row in rows if row.session is not None}
    failed = []
    for session in sessions.values():
        own = [row for row in rows if row.session_id == session.pk]
        users = [row.user_id for row in own]
        people = {p.user_id: p for p in list_readiness(session, users)}
        addressees = get_host().addressees(users)
        sender, link = _sender(own[0].sent_by), _link(session)
        for row in own:
            person, addressee = people.get(row.user_id), addressees.get(row.user_id)
            if not _send_one(session, row, person, addressee, sender, text, link):
                failed.append(row.pk)
    return failed


@transaction.atomic
def _send_one(
    session: Session,
    row: SentMessage,
    person: Readiness | None,
    addressee: Addressee | None,
    sender: str,
    text: str,
    link: str,
) -> bool:
    """Send one message and write down what became of it; False where it may be tried again."""
    now = timezone.now()
    held = SentMessage.objects.select_for_update().get(pk=row.pk)
    if held.sent_at is not None or held.error in _SETTLED:
        return True
    held.error = ""
    if person is None or not person.may_be_reminded or now >= session.ends_at:
        held.error = NOT_NEEDED
    elif addressee is None:
        held.error = UNWANTED
    else:
        message = _message(session, addressee, person, sender, text, link, now)
        try:
            with transaction.atomic():
                is_sent = get_host().send(message)
            held.sent_at = now if is_sent else None
            held.error = "" if is_sent else UNWANTED
        except Exception:
            log.exception("Message %s could not be sent.", row.pk)
            held.error = FAILED
    held.save(update_fields=["sent_at", "error"])
    return held.error != FAILED


def _message(
    session: Session,
    addressee: Addressee,
    person: Readiness,
    sender: str,
    personal: str,
    link: str,
    now: datetime,
) -> Message:
    return texts.reminder(
        session, addressee, person.items, sender=sender, personal=personal, link=link, now=now
    )


def _require_ahead(session: Session, now: datetime) -> None:
    require_live(session)
    if session.ends_at <= now:
        raise ConflictError(_("This session is over: nobody can be reminded of it any more."))


def _known(
    session: Session, key: str, now: datetime
) -> tuple[dict[int, SentMessage], frozenset[int]]:
    """Return the messages of this press, and whom any press reached within the last hour."""
    since, stored = now - PAUSE, _key(session, key)
    concerned = Q(request_key=stored) | Q(queued_at__gt=since)
    rows = list(session.messages.filter(kind=REMINDER).filter(concerned))
    recent = {
        row.user_id
        for row in rows
        # One that was not needed or failed reached nobody.
        if row.queued_at > since and (row.sent_at or not row.error)
    }
    return by_user(row for row in rows if row.request_key == stored), frozenset(recent)


def _progress(rows: Collection[SentMessage]) -> ReminderProgress:
    errors = [row.error for row in rows if row.sent_at is None]
    return ReminderProgress(
        total=len(rows),
        sent=len(rows) - len(errors),
        not_needed=errors.count(NOT_NEEDED),
        unwanted=errors.count(UNWANTED),
        waiting=errors.count(""),
        failed=tuple(sorted(row.user_id for row in rows if row.error == FAILED)),
    )


def _key(session: Session, key: str) -> str:
    """Return a press's key as stored: another session's press is another one, whatever its key."""
    return f"{session.pk.hex[:12]}:{key}"


def _sender(actor: Any) -> str:
    return get_host().names([actor.pk]).get(actor.pk, "") if actor is not None else ""


def _link(session: Session) -> str:
    return get_host().block_url(session.unit.course_key, session.unit.usage_key)
