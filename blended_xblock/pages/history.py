"""How a record came to be, and what is disputed about it, in words."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from blended_xblock.attendance.bulk import Bulk
from blended_xblock.attendance.conflicts import Conflict, Side
from blended_xblock.attendance.history import (
    Change,
    list_changes,
    list_guest_changes,
    list_own_changes,
)
from blended_xblock.attendance.statuses import meanings_of
from blended_xblock.attendance.undo import UNDO
from blended_xblock.hosts import get_host
from blended_xblock.models import AttendanceRecord, BlendedUnit, Guest, Session
from blended_xblock.pages.common import status_choice
from blended_xblock.schedule.wording import describe_clock, describe_instant


@dataclass(frozen=True, slots=True)
class HistoryLine:
    text: str
    detail: str
    is_applied: bool


def history_lines(session: Session, user_id: int) -> tuple[HistoryLine, ...]:
    """Return how one learner's record at a session came to be, newest first."""
    labels, now = _labels(session.unit), timezone.now()
    return tuple(
        _line(change, labels, session.timezone, now) for change in list_changes(session.pk, user_id)
    )


def own_history_lines(user: Any, unit: BlendedUnit) -> dict[uuid.UUID, tuple[HistoryLine, ...]]:
    """Return a learner's own history by session, newest first, in their sessions' own time.

    Three queries, whatever the number of sessions; a session without a line is not in it.
    """
    labels, now = _labels(unit), timezone.now()
    changes = list_own_changes(user, unit)
    zones = dict(unit.sessions.values_list("pk", "timezone")) if changes else {}
    lines: dict[uuid.UUID, list[HistoryLine]] = {}
    for change in changes:
        line = _line(change, labels, zones[change.session_id], now)
        lines.setdefault(change.session_id, []).append(line)
    return {pk: tuple(own) for pk, own in lines.items()}


def guest_lines(session: Session, guest: Guest) -> tuple[HistoryLine, ...]:
    """Return how what is known of a guest came to be, newest first; at most three queries."""
    labels, now = _labels(session.unit), timezone.now()
    changes = list_guest_changes(guest.pk)
    linked = (change.after.get("user_id") for change in changes)
    people = [user_id for user_id in linked if user_id is not None]
    names = get_host().names(people) if people else {}
    return tuple(
        HistoryLine(
            text=_guest_text(change, labels, session.timezone, names),
            detail=_detail(change, session.timezone, now),
            is_applied=change.is_applied,
        )
        for change in changes
    )


def conflict_items(session: Session, conflicts: Iterable[Conflict]) -> list[dict[str, Any]]:
    """Return what is to be settled at a session as JSON: who, and the two values in words."""
    labels, now = _labels(session.unit), timezone.now()

    def side(one: Side) -> dict[str, Any]:
        return {
            "status": one.values["status"],
            "text": describe_values(one.values, labels, session.timezone),
            "by": one.actor_name or _("somebody"),
            "at": one.at.isoformat() if one.at else None,
            "when": describe_instant(one.at, session.timezone, now) if one.at else "",
        }

    return [
        {
            "id": conflict.id,
            "user_id": conflict.user_id,
            "name": conflict.name,
            "standing": side(conflict.standing),
            "other": side(conflict.other),
        }
        for conflict in conflicts
    ]


def bulk_items(session: Session, actions: Iterable[Bulk]) -> list[tuple[Bulk, dict[str, Any]]]:
    """Return each action on many at a session with what a page says of it, as JSON."""
    labels, now = _labels(session.unit), timezone.now()

    def text(bulk: Bulk) -> str:
        status = labels.get(bulk.status, bulk.status) if bulk.status else _("not marked")
        return ngettext("%(n)d learner: %(status)s", "%(n)d learners: %(status)s", bulk.n) % {
            "n": bulk.n,
            "status": status,
        }

    return [
        (
            bulk,
            {
                "id": bulk.id,
                "kind": bulk.kind,
                "status": bulk.status,
                "n": bulk.n,
                "text": text(bulk),
                "how": _said_how(bulk.kind, ""),
                "by": bulk.actor_name or _("somebody"),
                "at": bulk.at.isoformat(),
                "when": describe_instant(bulk.at, session.timezone, now),
                "undone": _undone(bulk, session.timezone, now),
            },
        )
        for bulk in actions
    ]


def describe_values(values: Mapping[str, Any], labels: Mapping[str, str], zone: str) -> str:
    """Return a snapshot of a record in words; ``labels`` by code of a status."""
    code = values.get("status")
    parts = [labels.get(code, code) if code else _("not marked")]
    if values.get("minutes") is not None:
        parts.append(
            ngettext("%(n)d minute", "%(n)d minutes", values["minutes"]) % {"n": values["minutes"]}
        )
    if values.get("modality"):
        modalities = dict(AttendanceRecord.Modality.choices)
        parts.append(str(modalities.get(values["modality"], values["modality"])))
    if values.get("arrived_at"):
        parts.append(_("arrived %(time)s") % {"time": _clock(values["arrived_at"], zone)})
    if values.get("left_at"):
        parts.append(_("left %(time)s") % {"time": _clock(values["left_at"], zone)})
    if values.get("note"):
        parts.append(_("“%(note)s”") % {"note": values["note"]})
    return ", ".join(parts)


def _labels(unit: BlendedUnit) -> dict[str, str]:
    return {code: status_choice(status).label for code, status in meanings_of(unit).items()}


def _clock(instant: str, zone: str) -> str:
    return describe_clock(datetime.fromisoformat(instant), zone)


def _line(change: Change, labels: Mapping[str, str], zone: str, now: datetime) -> HistoryLine:
    before, after = (
        describe_values(values, labels, zone) for values in (change.before, change.after)
    )
    return HistoryLine(
        text=before if change.before == change.after else _became(before, after),
        detail=_detail(change, zone, now),
        is_applied=change.is_applied,
    )


def _became(before: str, after: str) -> str:
    return _("%(before)s → %(after)s") % {"before": before, "after": after}


def _guest_text(
    change: Change, labels: Mapping[str, str], zone: str, names: Mapping[int, str]
) -> str:
    before, after = change.before, change.after
    if change.source == "guest_added":
        return _("added as a guest: %(values)s") % {"values": describe_values(after, labels, zone)}
    if change.source == "guest_edited":
        return _became(_identity(before), _identity(after))
    if change.source == "guest_linked":
        return _("linked to %(name)s") % {"name": names.get(after["user_id"]) or _("somebody")}
    done = {
        "guest_removed": _("removed"),
        "guest_restored": _("brought back"),
        "guest_unlinked": _("link taken back"),
    }.get(change.source)
    return done or _line(change, labels, zone, change.at).text


def _identity(values: Mapping[str, Any]) -> str:
    return ", ".join(filter(None, (values.get("name"), values.get("email")))) or _("name removed")


def _detail(change: Change, zone: str, now: datetime) -> str:
    """Return who said it, when, by what and why."""
    late = ""
    if change.received_at is not None:
        late = _("arrived later, at %(time)s") % {
            "time": describe_instant(change.received_at, zone, now)
        }
    parts = (
        change.actor_name,
        describe_instant(change.at, zone, now),
        late,
        _said_how(change.source, change.bulk_kind),
        "" if change.is_applied else _("not applied: a newer mark stood there"),
        _("reason: %(reason)s") % {"reason": change.reason} if change.reason else "",
    )
    return " · ".join(part for part in parts if part)


def _said_how(source: str, bulk_kind: str) -> str:
    """Return by what something was recorded, in words; a source we do not know as it is."""
    if source == UNDO:
        return {
            "everyone": _("undone: everyone marked at once"),
            "selection": _("undone: several marked at once"),
            "close": _("undone: absent when the roll was closed"),
        }.get(bulk_kind, _("undone"))
    return {
        "roll": _("on the roll"),
        "everyone": _("everyone marked at once"),
        "selection": _("several marked at once"),
        "close": _("when the roll was closed"),
        "check_in": _("checked in with the code"),
        "pass": _("showed their own code"),
        "settled": _("two marks that disagreed were settled"),
        "reset": _("the learner’s state was reset"),
        "guest": _("came as a guest"),
        "guest_unlinked": _("was not the guest after all"),
        "walk_in": _("added to the roll"),
        "off_roll": _("taken off the roll"),
        # Of guests: what was done says it, not by what.
        **dict.fromkeys(("guest_added", "guest_edited", "guest_removed", "guest_restored"), ""),
        "guest_linked": "",
        "appeal": _("after the learner wrote about it"),
        "import": _("from a file"),
        "undo_import": _("undone: from a file"),
        "absence": _("announced beforehand"),
    }.get(source, source)


def _undone(bulk: Bulk, zone: str, now: datetime) -> str:
    if bulk.undone_at is None:
        return ""
    return _("Undone by %(name)s, %(when)s") % {
        "name": bulk.undone_by_name or _("somebody"),
        "when": describe_instant(bulk.undone_at, zone, now),
    }
