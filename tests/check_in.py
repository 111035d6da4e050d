"""What the screen of an open desk shows, and learners who check in with it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from django.utils import timezone

from blended_xblock import api
from blended_xblock.attendance.check_in.codes import read_ticket
from blended_xblock.attendance.check_in.desk import current_codes
from tests import factories as f

START: Final = datetime(2026, 5, 12, 7, tzinfo=UTC)


def on_screen(n: int = 1) -> tuple[str, str]:
    """Return the code to scan and the one to type that the screen shows now."""
    shown = current_codes(f.session(n), timezone.now())[0]
    return read_ticket(shown.ticket)[1], shown.typed


def scan(user: Any, n: int = 1, **kwargs: Any) -> api.CheckedIn:
    code = kwargs.pop("code", None) or on_screen(n)[0]
    return api.check_in(f.session_id(n), user=user, method="scan", code=code, **kwargs)


def typed(user: Any, n: int = 1, **kwargs: Any) -> api.CheckedIn:
    code = kwargs.pop("code", None) or on_screen(n)[1]
    return api.check_in(f.session_id(n), user=user, method="typed", code=code, **kwargs)
