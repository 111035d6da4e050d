"""How often a wrong code may be typed, counted from the attempts themselves: no cache to lose.

A typed code is one of 10⁶ and two are good at any moment, so a guess hits with p = 2 · 10⁻⁶. With
5 wrong ones in 5 minutes a learner who guesses through a session of three hours gets 180 guesses:
1 in 2 800. All learners together get 60 a minute, 10 800 in three hours: 1 in 47 for a whole
course that does nothing else, each guess kept under its name. Codes to scan have 128 bits and need
no limit: while typed ones have to wait, scanning still works.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db.models import Q
from django.utils.translation import ngettext

from blended_xblock.errors import WaitError, WrongCodeError
from blended_xblock.models import CheckInAttempt, Session

OWN_LIMIT: Final = 5
OWN_WINDOW: Final = timedelta(minutes=5)
ROOM_LIMIT: Final = 60
ROOM_WINDOW: Final = timedelta(minutes=1)


def require_patience(session: Session, user_id: int, now: datetime) -> None:
    """Raise WaitError where one more typed code would be one too many; one query."""
    wrong = CheckInAttempt.objects.filter(
        Q(at__gt=now - ROOM_WINDOW) | Q(user_id=user_id),
        session=session,
        method=CheckInAttempt.Method.TYPED,
        outcome=WrongCodeError.code,
        at__gt=now - OWN_WINDOW,
    ).order_by("-at")
    newest = list(wrong.values_list("user_id", "at")[: ROOM_LIMIT + OWN_LIMIT])
    own = [at for made_by, at in newest if made_by == user_id]
    if len(own) >= OWN_LIMIT:
        raise _wait(own[OWN_LIMIT - 1] + OWN_WINDOW - now)
    room = [at for _made_by, at in newest if at > now - ROOM_WINDOW]
    if len(room) >= ROOM_LIMIT:
        raise _wait(room[ROOM_LIMIT - 1] + ROOM_WINDOW - now)


def _wait(time: timedelta) -> WaitError:
    # Rounded up, so that whoever waits as long as they are told is let in.
    seconds = max(1, -int(-time.total_seconds() // 1))
    if seconds < 60:
        return WaitError(
            ngettext(
                "Too many wrong codes. Wait %(n)d second, or scan the code on the screen.",
                "Too many wrong codes. Wait %(n)d seconds, or scan the code on the screen.",
                seconds,
            )
            % {"n": seconds}
        )
    minutes = -(-seconds // 60)
    return WaitError(
        ngettext(
            "Too many wrong codes. Wait %(n)d minute, or scan the code on the screen.",
            "Too many wrong codes. Wait %(n)d minutes, or scan the code on the screen.",
            minutes,
        )
        % {"n": minutes}
    )
