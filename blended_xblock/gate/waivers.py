"""Waivers: a person decides, with a reason that is kept, to open the follow-ups anyway."""

from __future__ import annotations

from typing import Any, Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from blended_xblock.attendance.marks import check_text
from blended_xblock.errors import InvalidInputError, NotFoundError
from blended_xblock.gate import standing
from blended_xblock.hosts import get_host
from blended_xblock.models import BlendedUnit, Waiver

REASON_LENGTH: Final = 2000


@transaction.atomic
def grant_waiver(usage_key: str, user_id: int, *, actor: Any, reason: str) -> Waiver:
    """Open the follow-ups of a blended unit for one learner; a second one changes nothing.

    Raises NotFoundError (no such unit, or a learner who is not enrolled) and InvalidInputError
    (no reason, or too long a one).
    """
    reason = reason.strip()
    if not reason:
        raise InvalidInputError(_("Say why: the reason is kept with the waiver."))
    if len(reason) > REASON_LENGTH:
        raise InvalidInputError(
            _("A reason can have at most %(limit)d characters.") % {"limit": REASON_LENGTH}
        )
    check_text(reason)
    unit = _locked_unit(usage_key)
    if not get_host().learners(unit.course_key, user_ids=[user_id]):
        raise NotFoundError(_("This person is not enrolled in the course."))
    waiver = Waiver.objects.filter(unit=unit, user_id=user_id, revoked_at__isnull=True).first()
    if waiver is None:
        waiver = Waiver.objects.create(
            unit=unit, user_id=user_id, granted_by=actor, reason=reason, granted_at=timezone.now()
        )
        standing.recompute(unit, [user_id])
    return waiver


@transaction.atomic
def revoke_waiver(usage_key: str, user_id: int, *, actor: Any) -> Waiver:
    """Take a waiver back; it stays in the record. Raises NotFoundError where there is none."""
    unit = _locked_unit(usage_key)
    waiver = Waiver.objects.filter(unit=unit, user_id=user_id, revoked_at__isnull=True).first()
    if waiver is None:
        raise NotFoundError(_("There is no waiver to take back."))
    waiver.revoked_at, waiver.revoked_by = timezone.now(), actor
    waiver.save(update_fields=["revoked_at", "revoked_by"])
    standing.recompute(unit, [user_id])
    return waiver


def _locked_unit(usage_key: str) -> BlendedUnit:
    unit = BlendedUnit.objects.select_for_update().filter(usage_key=usage_key).first()
    if unit is None:
        raise NotFoundError(_("There is no such blended unit in the published course."))
    return unit
