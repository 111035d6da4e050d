"""The codes shown in the room: both follow from a secret and the server's clock, and nothing else.

Pure Python. A *step* is a stretch of ``rotate_seconds``; each has one code to scan and one to type,
so that any number of displays show the same without knowing of each other. The current and the
previous step are accepted: a code read at its last moment is still good for a whole step.

The code to scan is 128 bits and cannot be guessed. The one to type is six digits, of which two are
good at any moment: a guess hits with 2 in a million. How many guesses there are is limited where
they are counted (``service``).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import unicodedata
import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Final

SCANNED_BYTES: Final = 16
TYPED_DIGITS: Final = 6
ACCEPTED_STEPS: Final = 2
"""The current one and the one before it."""
TICKET_LENGTH: Final = 44
_HALF: Final = TICKET_LENGTH // 2
# What somebody types is six digits and what they put between them.
_LONGEST_TYPED: Final = 32


def step_of(now: datetime, rotate_seconds: int) -> int:
    """Return the number of the step at an aware instant."""
    return int(now.timestamp() // rotate_seconds)


def scanned_code(secret: str, session_id: uuid.UUID, step: int) -> str:
    """Return the code to scan: 128 bits as 22 characters of base64url. ``secret`` is hex."""
    return _to_text(_digest(secret, "qr", session_id, step)[:SCANNED_BYTES])


def typed_code(secret: str, session_id: uuid.UUID, step: int) -> str:
    """Return the code to type: six digits, leading zeros kept."""
    number = int.from_bytes(_digest(secret, "typed", session_id, step)[:8], "big")
    return f"{number % 10**TYPED_DIGITS:0{TYPED_DIGITS}d}"


def in_groups(code: str) -> str:
    """Return a typed code as people read it: "493 027"."""
    half = len(code) // 2
    return f"{code[:half]} {code[half:]}"


def is_scanned_code(
    code: str, secret: str, session_id: uuid.UUID, *, now: datetime, rotate_seconds: int
) -> bool:
    """Tell whether this code could be scanned at ``now``; takes as long whatever is wrong."""
    return _matches(code, scanned_code, secret, session_id, now, rotate_seconds)


def is_typed_code(
    text: str, secret: str, session_id: uuid.UUID, *, now: datetime, rotate_seconds: int
) -> bool:
    """Tell whether what somebody typed is the code of ``now``, however they wrote its digits."""
    return _matches(read_typed(text), typed_code, secret, session_id, now, rotate_seconds)


def read_typed(text: str) -> str:
    """Return the digits that somebody typed as 0 to 9, or "" where it cannot be a code.

    Spaces and dashes do not matter, and the digits may be of any script (full width, Arabic).
    """
    if len(text) > _LONGEST_TYPED:
        return ""
    kept = [c for c in text if unicodedata.category(c) not in {"Zs", "Cc", "Cf", "Pd"}]
    digits = [unicodedata.decimal(c, None) for c in kept]
    if len(digits) != TYPED_DIGITS or None in digits:
        return ""
    return "".join(str(digit) for digit in digits)


def ticket_of(session_id: uuid.UUID, code: str) -> str:
    """Return what the address behind a QR code ends with: the session and the code to scan."""
    return _to_text(session_id.bytes) + code


def read_ticket(text: str) -> tuple[uuid.UUID, str] | None:
    """Return the session and the code of a ticket, or None where it is not one of ours."""
    if len(text) != TICKET_LENGTH or not text.isascii():
        return None
    try:
        session_id = uuid.UUID(bytes=base64.urlsafe_b64decode(f"{text[:_HALF]}=="))
    except ValueError:
        return None
    # Several spellings decode to the same bytes; a ticket has one.
    return (session_id, text[_HALF:]) if _to_text(session_id.bytes) == text[:_HALF] else None


def _matches(
    code: str,
    make: Callable[[str, uuid.UUID, int], str],
    secret: str,
    session_id: uuid.UUID,
    now: datetime,
    rotate: int,
) -> bool:
    step = step_of(now, rotate)
    given = code.encode("utf-8", "surrogatepass")
    good = [
        hmac.compare_digest(given, make(secret, session_id, step - i).encode())
        for i in range(ACCEPTED_STEPS)
    ]
    return any(good)


def _digest(secret: str, kind: str, session_id: uuid.UUID, step: int) -> bytes:
    message = f"{kind}:{session_id}:{step}".encode()
    return hmac.new(bytes.fromhex(secret), message, hashlib.sha256).digest()


def _to_text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")
