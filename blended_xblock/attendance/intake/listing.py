"""The files of a session: which there were, what became of them, and what one would do."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q

from blended_xblock.attendance.intake.applying import same_files
from blended_xblock.attendance.intake.planning import Plan, plan_of
from blended_xblock.attendance.intake.receiving import content_of, get_batch, is_stalled, received
from blended_xblock.hosts import get_host
from blended_xblock.imports import mapping as columns
from blended_xblock.imports.report import RefusedReportError
from blended_xblock.models import ImportBatch, Session


@dataclass(frozen=True, slots=True)
class ImportedFile:
    """One file in the list of a session's files; instants are UTC, names empty where unknown.

    ``n_people`` are the people it names, ``n_recorded`` those of whom it changed something.
    """

    id: int
    session_id: uuid.UUID
    state: str
    name: str
    format: str
    sha256: str
    imported_by_name: str
    imported_at: datetime
    applied_by_name: str
    applied_at: datetime | None
    undone_by_name: str
    undone_at: datetime | None
    n_people: int
    n_recorded: int


@dataclass(frozen=True, slots=True)
class Preview:
    """What a file would do as things stand; nothing is written.

    ``covered`` are the sessions it has stays of, with whether they are chosen; ``same`` the files
    with the very same content that count there already, ``elsewhere`` those that count at other
    sessions of the course, each with the title of the session it was dropped at.
    """

    batch: ImportBatch
    plan: Plan
    covered: tuple[tuple[Session, bool], ...]
    same: tuple[ImportedFile, ...]
    elsewhere: tuple[tuple[ImportedFile, str], ...]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a file is: percent of its bytes while it arrives, of the work while it is read.

    ``is_stalled``: nobody reads it any more, and it can be asked for again.
    """

    state: str
    percent: int
    is_stalled: bool


def list_imports(session_id: uuid.UUID | str) -> list[ImportedFile]:
    """Return the files that were dropped at a session or recorded at it, newest first.

    Those thrown away are left out. Two queries.
    """
    here = Q(session_id=session_id) | Q(covered__session_id=session_id, covered__is_chosen=True)
    pks = ImportBatch.objects.filter(here).values("pk")
    rows = (
        ImportBatch.objects.filter(pk__in=pks)
        .exclude(state=ImportBatch.State.DISCARDED)
        .annotate(
            n_people=Count("people"),
            n_recorded=Count("people", filter=Q(people__outcome__in=("record", "added", "fill"))),
        )
        .order_by("-pk")
    )
    return _files(list(rows))


def get_progress(session_id: uuid.UUID | str, batch_id: int) -> Progress:
    """Return how far a file is; one query, two while it is received."""
    batch = get_batch(session_id, batch_id)
    percent = batch.progress
    if batch.state == ImportBatch.State.RECEIVING and batch.size:
        percent = received(batch) * 100 // batch.size
    return Progress(batch.state, percent, is_stalled(batch))


def preview_import(session_id: uuid.UUID | str, batch_id: int) -> Preview:
    """Return what applying a file would do now at the sessions that are chosen.

    Raises NotFoundError.
    """
    batch = get_batch(session_id, batch_id)
    covered = []
    for each in batch.covered.select_related("session").order_by("session__starts_at"):
        each.session.unit = batch.session.unit
        covered.append((each.session, each.is_chosen))
    chosen = [session for session, is_chosen in covered if is_chosen]
    rows = same_files(batch, chosen) if batch.sha256 else []
    files = list(zip(_files(rows), rows, strict=True))
    return Preview(
        batch,
        plan_of(batch, chosen),
        tuple(covered),
        same=tuple(file for file, row in files if row.is_here),
        elsewhere=tuple((file, row.session.title) for file, row in files if not row.is_here),
    )


def columns_of(session_id: uuid.UUID | str, batch_id: int) -> columns.Preview:
    """Return the beginning of a file's tables, for somebody who says what its columns are.

    Nothing where the file is not kept any more. Raises NotFoundError.
    """
    batch = get_batch(session_id, batch_id)
    try:
        return columns.sniff(content_of(batch))
    except RefusedReportError:
        return columns.Preview(())


def _files(rows: list[Any]) -> list[ImportedFile]:
    people = {
        who for row in rows for who in (row.imported_by_id, row.applied_by_id, row.undone_by_id)
    } - {None}
    names = get_host().names(people) if people else {}
    return [
        ImportedFile(
            id=row.pk,
            session_id=row.session_id,
            state=row.state,
            name=row.file_name,
            format=row.format,
            sha256=row.sha256,
            imported_by_name=names.get(row.imported_by_id, ""),
            imported_at=row.imported_at,
            applied_by_name=names.get(row.applied_by_id, ""),
            applied_at=row.applied_at,
            undone_by_name=names.get(row.undone_by_id, ""),
            undone_at=row.undone_at,
            n_people=getattr(row, "n_people", 0),
            n_recorded=getattr(row, "n_recorded", 0),
        )
        for row in rows
    ]
