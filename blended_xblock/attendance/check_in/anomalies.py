"""What looks odd about the check-ins of a session: told to its instructor, punished by nobody.

Two learners may share a phone for good reasons, and a person sees which it is.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from django.db.models import Count, Max
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from blended_xblock.attendance.check_in.limits import OWN_LIMIT
from blended_xblock.attendance.check_in.service import CONTRADICTED, HERE
from blended_xblock.attendance.statuses import meanings_of
from blended_xblock.hosts import get_host
from blended_xblock.models import AttendanceRecord, CheckInAttempt, Session

Kind = Literal["shared_device", "contradicted", "many_refused"]
NAMES_SHOWN: Final = 10


@dataclass(frozen=True, slots=True)
class Anomaly:
    """One thing to look at: whom it concerns, in words, and when it happened last."""

    session_id: uuid.UUID
    kind: Kind
    user_ids: tuple[int, ...]
    sentence: str
    at: datetime


@dataclass(frozen=True, slots=True)
class _Found:
    session_id: uuid.UUID
    kind: Kind
    user_ids: tuple[int, ...]
    at: datetime
    n: int = 0


def list_anomalies(session: Session) -> tuple[Anomaly, ...]:
    """Return what looks odd at a session, newest first; at most six queries."""
    return anomalies_of([session]).get(session.pk, ())


def anomalies_of(sessions: Collection[Session]) -> Mapping[uuid.UUID, tuple[Anomaly, ...]]:
    """Return the same for many sessions, with as many queries; those with none are left out."""
    attempts = CheckInAttempt.objects.filter(session__in=[session.pk for session in sessions])
    found = [
        *_shared_devices(attempts),
        *_contradicted(attempts, sessions),
        *_many_refused(attempts),
    ]
    people = {user_id for one in found for user_id in one.user_ids}
    names = get_host().names(people) if people else {}
    listed = defaultdict(list)
    for one in sorted(found, key=lambda one: one.at, reverse=True):
        listed[one.session_id].append(
            Anomaly(one.session_id, one.kind, one.user_ids, _sentence(one, names), one.at)
        )
    return {session_id: tuple(anomalies) for session_id, anomalies in listed.items()}


def _shared_devices(attempts: Any) -> list[_Found]:
    here = attempts.filter(outcome__in=HERE).exclude(device="")
    # Of several sessions at once, since a device is another one at each.
    shared = here.values("device").annotate(n=Count("user", distinct=True)).filter(n__gt=1)
    devices = list(shared.order_by().values_list("device", flat=True))
    users: dict[tuple[uuid.UUID, str], dict[int, datetime]] = defaultdict(dict)
    if devices:
        rows = here.filter(device__in=devices).order_by("id")
        for session_id, device, user_id, at in rows.values_list(
            "session_id", "device", "user_id", "at"
        ):
            users[session_id, device][user_id] = at
    return [
        _Found(session_id, "shared_device", tuple(of_one), max(of_one.values()))
        for (session_id, _device), of_one in users.items()
    ]


def _contradicted(attempts: Any, sessions: Collection[Session]) -> list[_Found]:
    tried = {
        (session_id, user_id): at
        for session_id, user_id, at in attempts.filter(outcome=CONTRADICTED).values_list(
            "session_id", "user_id", "at"
        )
    }
    if not tried:
        return []
    attended = {
        session.pk: {code for code, status in meanings_of(session.unit).items() if status.attended}
        for session in sessions
    }
    records = AttendanceRecord.objects.filter(
        session__in={session_id for session_id, _user in tried},
        user__in={user_id for _session, user_id in tried},
        status__isnull=False,
    )
    return [
        _Found(session_id, "contradicted", (user_id,), tried[session_id, user_id])
        for session_id, user_id, status in records.values_list("session_id", "user_id", "status")
        if (session_id, user_id) in tried and status not in attended[session_id]
    ]


def _many_refused(attempts: Any) -> list[_Found]:
    wrong = attempts.filter(method=CheckInAttempt.Method.TYPED, outcome="wrong_code")
    rows = wrong.values("session_id", "user_id").annotate(n=Count("id"), last=Max("at"))
    return [
        _Found(row["session_id"], "many_refused", (row["user_id"],), row["last"], row["n"])
        for row in rows.filter(n__gte=OWN_LIMIT).order_by()
    ]


def _sentence(found: _Found, names: Mapping[int, str]) -> str:
    said = [names[user_id] for user_id in found.user_ids if user_id in names]
    shown = ", ".join(said[:NAMES_SHOWN])
    if found.kind == "shared_device":
        more = len(said) - NAMES_SHOWN
        if more > 0:
            return ngettext(
                "One device checked in %(names)s and %(n)d more. Look whether they are all here.",
                "One device checked in %(names)s and %(n)d more. Look whether they are all here.",
                more,
            ) % {"names": shown, "n": more}
        return _("One device checked in %(names)s. Look whether they are all here.") % {
            "names": shown
        }
    if found.kind == "contradicted":
        return _(
            "%(name)s had the code of the room, but is recorded as not attending. Look at the roll."
        ) % {"name": shown}
    return ngettext(
        "%(name)s typed a wrong code %(n)d time. Look whether they need help, or are here at all.",
        "%(name)s typed a wrong code %(n)d times. Look whether they need help, or are here at all.",
        found.n,
    ) % {"name": shown, "n": found.n}
