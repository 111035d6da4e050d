"""What publishing a draft would change: for learners, and for what is recorded at its sessions."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from blended_xblock.attendance.held import describe_records, list_sessions
from blended_xblock.authoring.changes import Version, list_changes
from blended_xblock.authoring.links import describe_links, titles_of
from blended_xblock.authoring.session_changes import describe_when, shorten
from blended_xblock.authoring.wording import quote
from blended_xblock.design import Design, SessionDesign
from blended_xblock.errors import DesignError
from blended_xblock.hosts.base import OutlineNode
from blended_xblock.models import BlendedUnit, Session
from blended_xblock.publishing.rows import session_values
from blended_xblock.results.score import points_of
from blended_xblock.schedule.wording import describe_span

_Rows = Mapping[str, tuple[Session, int]]


@dataclass(frozen=True, slots=True)
class Publication:
    """A draft beside what is published of it.

    ``said`` is what learners see now; ``changes`` what publishing would change, empty also where
    nothing is published or what is published cannot be read. ``warnings`` are about sessions with
    records. ``sessions`` are those of the draft, ``unconfirmed`` the ids of those whose dates are
    still to be confirmed (and are moved here as in the tables), ``records`` a few words by id.
    """

    said: str
    changes: tuple[str, ...]
    warnings: tuple[str, ...]
    sessions: tuple[SessionDesign, ...]
    unconfirmed: frozenset[str]
    records: Mapping[str, str]


def compare_with_published(
    draft: Version,
    *,
    usage_key: str,
    course_key: str,
    outline: OutlineNode | None,
    now: datetime,
) -> Publication:
    """Return what of a draft learners do not see yet; two queries.

    ``outline`` is the course as authored: it names the linked blocks.
    """
    unit = BlendedUnit.objects.filter(usage_key=usage_key, is_active=True).first()
    rows = {session.design_id: (session, n) for session, n in list_sessions(usage_key)}
    published = _version(unit) if unit else None
    shifts = _shifts(rows, published.design if published else draft.design)
    is_confirmed = draft.design.confirmed_for == course_key
    moved = _moved(draft.design, {} if is_confirmed else shifts)
    changes: tuple[str, ...] = ()
    if published is not None:
        before = dataclasses.replace(published, design=_moved(published.design, shifts))
        # As a publish writes them into the tables.
        after = Version(draft.title[:255], float(points_of(draft.weight)), moved)
        titles = titles_of(describe_links(before.design, outline) | describe_links(moved, outline))
        changes = tuple(change.text for change in list_changes(before, after, titles, now=now))
    ids = {session.id for session in moved.sessions}
    return Publication(
        said=_said(unit, is_current=published is not None and not changes),
        changes=changes,
        warnings=tuple(_warnings(moved, rows, now)),
        sessions=moved.sessions,
        unconfirmed=frozenset() if is_confirmed else frozenset(shifts) & ids,
        records={name: describe_records(*rows[name]).label for name in ids & rows.keys()},
    )


def _version(unit: BlendedUnit) -> Version | None:
    try:
        return Version(unit.title, unit.weight, Design.from_dict(unit.design))
    except DesignError:
        # Another release of ours wrote it.
        return None


def _said(unit: BlendedUnit | None, *, is_current: bool) -> str:
    if unit is None:
        return _("Not published yet: learners do not see this.")
    if is_current:
        return _("This is what learners see.")
    return _("Learners still see the version published before. Publish to show them this one.")


def _shifts(rows: _Rows, design: Design) -> dict[str, timedelta]:
    """Return by how much the tables move each session whose dates nobody has confirmed."""
    return {
        session.id: _local_day(rows[session.id][0]) - _midnight(session.start)
        for session in design.sessions
        if session.id in rows and rows[session.id][0].state == Session.State.DRAFT
    }


def _local_day(row: Session) -> datetime:
    return _midnight(row.starts_at.astimezone(ZoneInfo(row.timezone)))


def _midnight(local: datetime) -> datetime:
    return local.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)


def _moved(design: Design, shifts: Mapping[str, timedelta]) -> Design:
    sessions = tuple(
        dataclasses.replace(
            each, start=each.start + shifts[each.id], end=each.end + shifts[each.id]
        )
        if each.id in shifts
        else each
        for each in design.sessions
    )
    return dataclasses.replace(design, sessions=sessions)


def _warnings(design: Design, rows: _Rows, now: datetime) -> Iterator[str]:
    """Say what becomes of the records of sessions that move or go."""
    today = {session.id: session for session in design.sessions}
    for row, records in rows.values():
        session = today.get(row.design_id)
        names = {"title": quote(shorten(row.title)), "when": _when(row, now), "n": records}
        if not records:
            continue
        if session is None:
            if row.state != Session.State.REMOVED:
                text = ngettext(
                    "%(title)s (%(when)s) is no longer in the unit: publishing takes it off "
                    "learners’ pages; its %(n)d record is kept.",
                    "%(title)s (%(when)s) is no longer in the unit: publishing takes it off "
                    "learners’ pages; its %(n)d records are kept.",
                    records,
                )
                yield text % names
        elif _instants(session) != (row.starts_at, row.ends_at):
            text = ngettext(
                "The roll of %(title)s (%(when)s) holds %(n)d record; after publishing it belongs "
                "to the new date: %(after)s.",
                "The roll of %(title)s (%(when)s) holds %(n)d records; after publishing they "
                "belong to the new date: %(after)s.",
                records,
            )
            yield text % {**names, "after": describe_when(session, now)}


def _instants(session: SessionDesign) -> tuple[datetime, datetime]:
    values = session_values(session, timedelta(), is_draft=False)
    return values["starts_at"], values["ends_at"]


def _when(row: Session, now: datetime) -> str:
    when = describe_span(row.starts_at, row.ends_at, row.timezone, now)
    return _("%(when)s, %(zone)s") % {"when": when.text, "zone": when.zone}
