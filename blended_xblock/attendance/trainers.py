"""Invited trainers: who else takes the roll of one session; no other power follows from it."""

from __future__ import annotations

import logging
import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from blended_xblock.attendance.marks import check_text
from blended_xblock.attendance.sessions import lock_session
from blended_xblock.errors import InvalidInputError, NotFoundError
from blended_xblock.gate import standing
from blended_xblock.hosts import get_host
from blended_xblock.models import AttendanceRecord, Session, SessionTrainer, Standing

log = logging.getLogger(__name__)

NAME_LENGTH: Final = 254
"""As long as an e-mail address may be."""


@dataclass(frozen=True, slots=True)
class Trainer:
    """Somebody invited to take the roll of one session."""

    user_id: int
    username: str
    name: str


@transaction.atomic
def invite_trainer(
    session_id: uuid.UUID | str, username_or_email: str, *, actor: Any
) -> tuple[Trainer, ...]:
    """Let one person take the roll of this session; return all who may now, ordered by name.

    Nobody is expected as a learner where they teach: on an open roll an unmarked place of theirs is
    no longer expected. Inviting somebody twice changes nothing.

    Raises NotFoundError (no such session, or nobody with an active account of that name) and
    InvalidInputError (no name, or an e-mail address of several people).
    """
    session = lock_session(session_id)
    person = _find(username_or_email)
    invitation, is_new = SessionTrainer.objects.get_or_create(
        session=session, user=person, defaults={"invited_by": actor}
    )
    if not is_new and invitation.revoked_at is not None:
        invitation.revoked_at = None
        invitation.invited_by, invitation.invited_at = actor, timezone.now()
        invitation.save(update_fields=["revoked_at", "invited_by", "invited_at"])
    _expect(session, person.pk, is_learner=False)
    return list_trainers([session.pk]).get(session.pk, ())


@transaction.atomic
def revoke_trainer(session_id: uuid.UUID | str, user_id: int, *, actor: Any) -> tuple[Trainer, ...]:
    """Take an invitation back; return who is still invited. What they recorded stays.

    Taking it back twice changes nothing. Raises NotFoundError (no such session, or somebody who was
    never invited to it).
    """
    session = lock_session(session_id)
    invitation = SessionTrainer.objects.filter(session=session, user_id=user_id).first()
    if invitation is None:
        raise NotFoundError(_("This person is not invited to this session."))
    if invitation.revoked_at is None:
        invitation.revoked_at = timezone.now()
        invitation.save(update_fields=["revoked_at"])
        # The row names who invited, not who took it back.
        log.info("User %s took back the invitation %s.", actor.pk, invitation)
        _expect(session, user_id, is_learner=True)
    return list_trainers([session.pk]).get(session.pk, ())


def list_trainers(session_ids: Collection[uuid.UUID]) -> Mapping[uuid.UUID, tuple[Trainer, ...]]:
    """Return who is invited to each of these sessions, ordered by name; at most two queries."""
    rows = list(
        SessionTrainer.objects.filter(
            session_id__in=session_ids, revoked_at__isnull=True
        ).select_related("user")
    )
    names = get_host().names({row.user_id for row in rows}) if rows else {}
    trainers = defaultdict(list)
    for row in rows:
        username = row.user.get_username()
        name = names.get(row.user_id) or username
        trainers[row.session_id].append(Trainer(row.user_id, username, name))
    return {
        pk: tuple(sorted(people, key=lambda one: (one.name.casefold(), one.user_id)))
        for pk, people in trainers.items()
    }


def _expect(session: Session, user_id: int, *, is_learner: bool) -> None:
    """Decide again about somebody who is enrolled too; what was said of them as a learner stays."""
    if session.roll_state == Session.Roll.OPEN:
        AttendanceRecord.objects.filter(
            session=session, user_id=user_id, status__isnull=True, revision=0, source=""
        ).update(is_expected=is_learner)
    if Standing.objects.filter(unit=session.unit, user_id=user_id).exists():
        standing.recompute(session.unit, [user_id])


def _find(username_or_email: str) -> Any:
    """Return the person; an account whose e-mail address was never confirmed proves nobody."""
    said = username_or_email.strip()
    if not said or len(said) > NAME_LENGTH:
        raise InvalidInputError(_("Give the username or the e-mail address of one person."))
    check_text(said)
    people = get_user_model().objects.filter(is_active=True)
    found = list(people.filter(Q(username=said) | Q(email__iexact=said))[:2])
    if not found:
        raise NotFoundError(
            _("Nobody here has this username or e-mail address. Check it for typing errors.")
        )
    if len(found) > 1:
        raise InvalidInputError(
            _("Several people have this e-mail address. Give the username instead.")
        )
    return found[0]
