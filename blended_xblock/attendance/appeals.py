"""Appeals: a learner says that their record is wrong, somebody answers, and the record follows."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from blended_xblock.attendance.marks import find_by_key
from blended_xblock.attendance.recording import (
    KEY_LENGTH,
    Mark,
    lock_session,
    record_locked,
    require_live,
)
from blended_xblock.attendance.roster import is_meant_for
from blended_xblock.attendance.texts import clean_text
from blended_xblock.errors import (
    ConflictError,
    InvalidInputError,
    NotAllowedError,
    NotFoundError,
)
from blended_xblock.hosts import get_host
from blended_xblock.models import Appeal, AttendanceRecord, Session

TEXT_LENGTH: Final = 2000
SOURCE: Final = "appeal"


@dataclass(frozen=True, slots=True)
class AppealReport:
    """One appeal; ``state`` is one of ``models.Appeal.State``, instants are UTC."""

    id: int
    session_id: uuid.UUID
    user_id: int
    text: str
    made_at: datetime
    state: str
    answer: str
    answered_by: str
    answered_at: datetime | None


@transaction.atomic
def make_appeal(
    session_id: uuid.UUID | str, *, user: Any, text: str, request_key: str | None = None
) -> AppealReport:
    """Let ``user`` say that what is recorded of them at a session is wrong.

    One stays open at a time for each session. ``request_key``, made on the device, makes a retry
    harmless: it returns what was stored.

    Raises NotFoundError (no such session, or one not meant for them), SessionNotLiveError,
    ConflictError (nothing is recorded yet, or one is open), InvalidInputError (no text, too long a
    text or key).
    """
    text = clean_text(text, TEXT_LENGTH)
    if not text:
        raise InvalidInputError(_("Write what happened, so that your trainer can answer."))
    if request_key is not None and not clean_text(request_key, KEY_LENGTH):
        raise InvalidInputError(
            _("A request key has 1 to %(limit)d characters.") % {"limit": KEY_LENGTH}
        )
    session = lock_session(session_id)
    if not is_meant_for(session, user):
        raise NotFoundError(_("There is no such session in this unit."))
    known = find_by_key(Appeal.objects.all(), request_key, session_id=session.pk, user_id=user.pk)
    if known is not None:
        return report_of([known])[0]
    require_live(session)
    now = timezone.now()
    record = AttendanceRecord.objects.filter(session=session, user=user).first()
    if session.ends_at > now and (record is None or record.status is None):
        raise ConflictError(
            _("Nothing is recorded of you yet. Wait until the session is over, then write.")
        )
    if Appeal.objects.filter(session=session, user=user, state=Appeal.State.OPEN).exists():
        raise ConflictError(
            _(
                "You have already written about this session, and an answer is to come. To write "
                "something else, take back what you wrote first."
            )
        )
    appeal = Appeal.objects.create(
        session=session, user=user, text=text, made_at=now, request_key=request_key
    )
    return report_of([appeal])[0]


@transaction.atomic
def withdraw_appeal(session_id: uuid.UUID | str, *, user: Any) -> None:
    """Take back what ``user`` wrote about a session; where nothing is open, nothing changes."""
    session = lock_session(session_id)
    Appeal.objects.filter(session=session, user=user, state=Appeal.State.OPEN).update(
        state=Appeal.State.WITHDRAWN
    )


@transaction.atomic
def answer_appeal(
    appeal_id: int, *, actor: Any, accept: bool, answer: str, status: str | None = None
) -> AppealReport:
    """Accept or decline an appeal in words; accepting with a ``status`` corrects the record too.

    The correction stands in the history with the answer as its reason, in the same transaction.

    Raises NotFoundError, NotAllowedError (one's own appeal), ConflictError (answered or withdrawn
    meanwhile), InvalidInputError (no answer, a status with a refusal, an unknown status), and what
    ``record_attendance`` raises.
    """
    answer = clean_text(answer, TEXT_LENGTH)
    if not answer:
        raise InvalidInputError(_("Write an answer: the learner reads it."))
    if status is not None and not accept:
        raise InvalidInputError(_("An appeal that is declined corrects nothing."))
    found = Appeal.objects.filter(pk=appeal_id).first()
    if found is None:
        raise NotFoundError(_("There is no such appeal."))
    session = lock_session(found.session_id)
    appeal = Appeal.objects.get(pk=found.pk)
    if appeal.user_id == actor.pk:
        raise NotAllowedError(
            _("You cannot answer your own appeal. Ask somebody else of the course team.")
        )
    if appeal.state != Appeal.State.OPEN:
        raise ConflictError(_already(appeal))
    if status is not None:
        record = AttendanceRecord.objects.filter(session=session, user_id=appeal.user_id).first()
        minutes = record.minutes if record else None
        mark = Mark(appeal.user_id, status, minutes=minutes, reason=answer)
        record_locked(session, [mark], actor=actor, source=SOURCE)
    appeal.state = Appeal.State.ACCEPTED if accept else Appeal.State.DECLINED
    appeal.answer, appeal.answered_by, appeal.answered_at = answer, actor, timezone.now()
    appeal.save(update_fields=["state", "answer", "answered_by", "answered_at"])
    return report_of([appeal])[0]


def list_appeals(session: Session) -> list[AppealReport]:
    """Return the appeals about a session that were not withdrawn, the oldest first; two queries."""
    appeals = Appeal.objects.filter(session=session).exclude(state=Appeal.State.WITHDRAWN)
    return report_of(list(appeals))


def report_of(appeals: list[Appeal]) -> list[AppealReport]:
    """Return appeals with the names of who answered; one query, or none."""
    people = {appeal.answered_by_id for appeal in appeals if appeal.answered_by_id is not None}
    names = get_host().names(people) if people else {}
    return [
        AppealReport(
            id=appeal.pk,
            session_id=appeal.session_id,
            user_id=appeal.user_id,
            text=appeal.text,
            made_at=appeal.made_at,
            state=appeal.state,
            answer=appeal.answer,
            answered_by=names.get(appeal.answered_by_id or 0, ""),
            answered_at=appeal.answered_at,
        )
        for appeal in appeals
    ]


def _already(appeal: Appeal) -> str:
    if appeal.state == Appeal.State.WITHDRAWN:
        return _("The learner has taken this appeal back. Reload the page.")
    return _("Somebody has answered this appeal meanwhile. Reload the page to see the answer.")
