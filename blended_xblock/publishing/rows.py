"""From a design to the rows it means: values of sessions, linked blocks, withdrawn statuses."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import models

from blended_xblock.design import Design, SessionDesign
from blended_xblock.hosts.base import OutlineNode
from blended_xblock.models import BlendedUnit, LinkedBlock, Session


def session_values(item: SessionDesign, shift: timedelta, *, is_draft: bool) -> dict[str, Any]:
    """Return the columns of one session; a draft's dates are moved by ``shift`` (whole days)."""
    moved = (
        dataclasses.replace(item, start=item.start + shift, end=item.end + shift) if shift else item
    )
    state = Session.State.CANCELLED if item.cancelled else Session.State.SCHEDULED
    return {
        "occurrence": item.occurrence,
        "title": item.title,
        "starts_at": _instant(moved.start, item.timezone),
        "ends_at": _instant(moved.end, item.timezone),
        "timezone": item.timezone,
        "mode": item.mode,
        "venue": item.venue,
        "address": item.address,
        "join_url": item.join_url,
        "capacity": item.capacity,
        "audience": list(item.audience),
        "state": Session.State.DRAFT if is_draft else state,
    }


def _instant(wall: datetime, zone: str) -> datetime:
    """Return a wall-clock time in UTC; one that a shift moved into a gap goes on with the clock.

    What was authored has no such time; a draft's dates are confirmed by a person anyway.
    """
    return wall.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def retired_statuses(unit: BlendedUnit, design: Design) -> list[dict[str, Any]]:
    """Return the statuses no longer in the design that records may still bear, by code."""
    today = {status.code for status in design.effective_statuses}
    earlier = {status["code"]: status for status in unit.retired_statuses}
    for status in Design.from_dict(unit.design).effective_statuses:
        earlier[status.code] = {
            "code": status.code,
            "label": status.label,
            "credit": status.credit,
            "attended": status.attended,
            "counted": status.counted,
        }
    return [status for code, status in sorted(earlier.items()) if code not in today]


def linked_blocks(
    unit: BlendedUnit, design: Design, nodes: Mapping[str, OutlineNode]
) -> list[LinkedBlock]:
    """Return the rows of everything a unit links to; a link that leads nowhere has no usage key."""
    wanted = [
        *((LinkedBlock.Role.PREWORK, link.block, None) for link in design.prework),
        *((LinkedBlock.Role.FOLLOW_UP, item.block, item.delay_days) for item in design.follow_ups),
        *((LinkedBlock.Role.MAKE_UP, item.block, item.within_days) for item in design.make_ups),
    ]
    links = []
    for order, (role, link, days) in enumerate(wanted):
        node = nodes.get(link)
        links.append(
            LinkedBlock(
                unit=unit,
                role=role.value,
                link=link,
                usage_key=node.usage_key if node else "",
                order=order,
                title=node.title[:255] if node else "",
                days=days,
                leaves=[n.usage_key for n in node.walk() if n.completable] if node else [],
                is_graded=any(n.graded for n in node.walk()) if node else False,
            )
        )
    return links


def replace_rows(
    stored: Iterable[models.Model], wanted: Sequence[models.Model], model: Any
) -> None:
    """Make the stored rows those wanted; touch nothing where they are the same already."""
    names = [f.attname for f in model._meta.concrete_fields if not f.primary_key]

    def content(row: Any) -> str:
        return repr([getattr(row, name) for name in names])

    have = {content(row): row.pk for row in stored}
    want = {content(row): row for row in wanted}
    gone = [pk for key, pk in have.items() if key not in want]
    if gone:
        model.objects.filter(pk__in=gone).delete()
    model.objects.bulk_create([row for key, row in want.items() if key not in have])
