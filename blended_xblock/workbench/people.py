"""Who somebody is on the campus: the questions that a platform would answer."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any

from django.conf import settings

from blended_xblock.workbench.keys import COURSE_KEY
from blended_xblock.workbench.models import CampusEnrollment

Role = CampusEnrollment.Role


def place_of(user: Any, course_key: str = str(COURSE_KEY)) -> CampusEnrollment | None:
    """Return the person's place in the course; None for a visitor or somebody of no role."""
    if user is None or not user.is_authenticated:
        return None
    return CampusEnrollment.objects.filter(user_id=user.pk, course_key=course_key).first()


def anonymous_id(user_id: int) -> str:
    """Return the id under which scores are kept, as stable and unspeaking as a platform's."""
    return hmac.new(
        settings.SECRET_KEY.encode(), f"campus {user_id}".encode(), hashlib.sha256
    ).hexdigest()[:32]
