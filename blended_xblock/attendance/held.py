"""What is recorded at the sessions of a unit, for whoever is about to change or remove one."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from blended_xblock.models import Session


@dataclass(frozen=True, slots=True)
class SessionRecords:
    """What hangs on one session; all of it plain values.

    ``records`` counts people with a status; ``state`` and ``roll_state`` are those of
    ``models.Session``. ``label`` says it in a few words, ``text`` in sentences with what a change
    of the session would mean.
    """

    records: int
    roll_state: str
    state: str
    title: str
    label: str
    text: str


def list_sessions(usage_key: str) -> list[tuple[Session, int]]:
    """Return every session a unit has in the tables with its number of records; one query.

    Drafts and removed ones are among them.
    """
    is_marked = Q(records__status__isnull=False)
    sessions = Session.objects.filter(unit__usage_key=usage_key).annotate(
        marked=Count("records", filter=is_marked)
    )
    return [(session, session.marked) for session in sessions]


def sessions_with_records(usage_key: str) -> dict[str, SessionRecords]:
    """Return the sessions with a roll or with records, by their id in the design; one query."""
    return {
        session.design_id: describe_records(session, records)
        for session, records in list_sessions(usage_key)
        if records or session.roll_state != Session.Roll.NOT_OPENED
    }


def describe_records(session: Session, records: int) -> SessionRecords:
    """Return what hangs on a session in words; both texts are empty where nothing does."""
    return SessionRecords(
        records=records,
        roll_state=session.roll_state,
        state=session.state,
        title=session.title,
        label=_label(session, records),
        text=_text(session, records),
    )


def _label(session: Session, records: int) -> str:
    recorded = ngettext("%(n)d person recorded", "%(n)d people recorded", records) % {"n": records}
    if session.roll_state == Session.Roll.OPEN:
        if not records:
            return _("roll open")
        return _("%(recorded)s, roll open") % {"recorded": recorded}
    if session.roll_state == Session.Roll.CLOSED and not records:
        return _("roll closed")
    return recorded if records else ""


def _text(session: Session, records: int) -> str:
    if records:
        return ngettext(
            "%(n)d person is recorded at this session. If you change its date, the record belongs "
            "to the new date. If you delete it, the record is kept.",
            "%(n)d people are recorded at this session. If you change its date, their records "
            "belong to the new date. If you delete it, the records are kept.",
            records,
        ) % {"n": records}
    if session.roll_state != Session.Roll.NOT_OPENED:
        return _(
            "The roll of this session has been opened. If you change its date, the roll belongs "
            "to the new date."
        )
    return ""
