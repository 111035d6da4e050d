"""The files with attendance of a session as people see them listed: who did what, and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from blended_xblock.attendance.intake.listing import ImportedFile, list_imports
from blended_xblock.attendance.intake.receiving import PIECE_BYTES
from blended_xblock.imports.encoding import MOST_BYTES
from blended_xblock.models import ImportBatch, Session
from blended_xblock.schedule.wording import describe_instant

State = ImportBatch.State
Event = tuple[str, datetime | None]
"""Who did something with a file, by name, and when; None where nobody has."""


@dataclass(frozen=True, slots=True)
class FileRow:
    """One file in the list; ``said`` is who did what with it, and when, the newest first.

    ``is_here``: it was dropped at this session; what is of another one is looked at there.
    """

    id: int
    name: str
    state: str
    state_label: str
    format: str
    count: str
    said: tuple[str, ...]
    is_here: bool

    @property
    def waits(self) -> bool:
        """Tell whether somebody still has to decide what becomes of it."""
        return self.state in (State.READY, State.COLUMNS)


@dataclass(frozen=True, slots=True)
class ImportsPage:
    """The files of a session; a file is sent in pieces of ``piece_bytes``."""

    session_id: str
    files: tuple[FileRow, ...]
    piece_bytes: int
    most_bytes: int

    @property
    def waiting(self) -> str:
        """Return in words how many files wait for somebody; nothing for none."""
        n = sum(row.waits for row in self.files)
        return ngettext("%(n)d to be checked", "%(n)d to be checked", n) % {"n": n} if n else ""


def imports_page(session: Session, now: datetime | None = None) -> ImportsPage:
    """Return the files of a session, newest first; two queries."""
    now = now or timezone.now()
    return ImportsPage(
        session_id=str(session.pk),
        files=tuple(_file_row(file, session, now) for file in list_imports(session.pk)),
        piece_bytes=PIECE_BYTES,
        most_bytes=MOST_BYTES,
    )


def format_label(form: str) -> str:
    """Return what wrote a file, in words."""
    return {
        "zoom-participants": _("Zoom report of participants"),
        "zoom-unique": _("Zoom report of unique participants"),
        "zoom-webinar": _("Zoom report of a webinar"),
        "teams-v1": _("Teams attendance list"),
        "teams-v2": _("Teams attendance report"),
        "teams-v3": _("Teams attendance report"),
        "meet": _("Google Meet attendance report"),
        "bbb": _("BigBlueButton learning dashboard"),
        "roll": _("Exported roll"),
        "csv": _("Table"),
    }.get(form, "")


def history_of(
    added: Event, applied: Event, undone: Event, zone: str, now: datetime
) -> tuple[str, ...]:
    """Return who did what with a file, and when, on the clocks of ``zone``; the newest first."""
    events = (
        (_("Taken back by %(name)s, %(when)s"), undone),
        (_("Applied by %(name)s, %(when)s"), applied),
        (_("Added by %(name)s, %(when)s"), added),
    )
    return tuple(
        template % {"name": name or _("somebody"), "when": describe_instant(at, zone, now)}
        for template, (name, at) in events
        if at is not None
    )


def _file_row(file: ImportedFile, session: Session, now: datetime) -> FileRow:
    return FileRow(
        id=file.id,
        name=file.name,
        state=file.state,
        state_label=str(State(file.state).label),
        format=format_label(file.format),
        count=_count(file),
        said=history_of(
            (file.imported_by_name, file.imported_at),
            (file.applied_by_name, file.applied_at),
            (file.undone_by_name, file.undone_at),
            session.timezone,
            now,
        ),
        is_here=file.session_id == session.pk,
    )


def _count(file: ImportedFile) -> str:
    if file.state in (State.APPLIED, State.UNDONE):
        return ngettext("%(n)d person recorded", "%(n)d people recorded", file.n_recorded) % {
            "n": file.n_recorded
        }
    if not file.n_people:
        return ""
    return ngettext("%(n)d person", "%(n)d people", file.n_people) % {"n": file.n_people}
