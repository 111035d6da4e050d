"""Which device checks in: told apart at one session, and followed from none to the next.

The browser keeps a random number; what is stored is its hash with the session's id.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import uuid
from collections.abc import Mapping
from typing import Any, Final

COOKIE: Final = "blended_device"
COOKIE_SECONDS: Final = 180 * 24 * 3600
_NUMBER: Final = re.compile(r"[A-Za-z0-9_-]{22}")


def new_number() -> str:
    """Return a number for a browser that has none."""
    return secrets.token_urlsafe(16)


def read_number(cookies: Mapping[str, str]) -> str:
    """Return the number that a browser sent, or "" where it sent none of ours."""
    number = cookies.get(COOKIE, "")
    return number if _NUMBER.fullmatch(number) else ""


def keep_number(response: Any, number: str, *, is_secure: bool) -> None:
    """Let the browser keep its number; ``response`` is Django's or WebOb's, which agree here."""
    response.set_cookie(
        COOKIE,
        number,
        max_age=COOKIE_SECONDS,
        secure=is_secure,
        httponly=True,
        samesite="Lax",
    )


def device_of(number: str, session_id: uuid.UUID) -> str:
    """Return what is stored of a device at a session; "" where it has no number."""
    return hashlib.sha256(f"{number}:{session_id}".encode()).hexdigest() if number else ""
