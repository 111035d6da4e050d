"""What a person decides of a file before it is applied: who is meant, where, and what stands."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from blended_xblock.attendance.intake.known import learners_of
from blended_xblock.attendance.intake.reading import sessions_of
from blended_xblock.attendance.intake.receiving import get_batch, is_stalled
from blended_xblock.attendance.marks import check_status
from blended_xblock.attendance.sessions import get_session
from blended_xblock.attendance.statuses import statuses_of
from blended_xblock.errors import (
    ConflictError,
    InvalidInputError,
    NotAllowedError,
    NotFoundError,
    NotOnRosterError,
)
from blended_xblock.imports import mapping as columns
from blended_xblock.imports.report import RefusedReportError
from blended_xblock.models import ImportBatch, ImportedPerson
from blended_xblock.sets import update_many

SETTLED_LIMIT: Final = 10_000

State = ImportBatch.State
Decision = ImportedPerson.Decision
DECIDED: Final = ("decision", "user", "status", "overrules")


@dataclass(frozen=True, slots=True)
class Settled:
    """What is decided of one person of a file, by ``number``; None leaves it as it is.

    ``decision`` is a value of ``ImportedPerson.Decision``: a learner is named by ``user_id``; the
    empty one takes back what was decided. ``status`` is a code, and empty for what follows from
    the minutes.
    """

    number: int
    decision: str | None = None
    user_id: int | None = None
    status: str | None = None
    overrules: bool | None = None


@transaction.atomic
def settle(
    session_id: uuid.UUID | str,
    batch_id: int,
    decisions: Sequence[Settled] = (),
    *,
    sessions: Collection[uuid.UUID] | None = None,
    may: Collection[uuid.UUID] | None = None,
) -> ImportBatch:
    """Write what a person decided of a file that is not applied yet; all of it or nothing.

    ``sessions``: where it will be recorded, of those it covers; None leaves that. ``may``: the
    sessions whose roll they take, None for all of the unit's. Raises NotFoundError,
    InvalidInputError, NotOnRosterError (no learner of this course), NotAllowedError (another
    session), and ConflictError (not in a state to be settled).
    """
    batch = require_ready(get_batch(session_id, batch_id, is_locked=True))
    if len(decisions) > SETTLED_LIMIT:
        raise InvalidInputError(
            _("At most %(limit)d people can be settled at once.") % {"limit": SETTLED_LIMIT}
        )
    if decisions:
        _settle_people(batch, decisions)
    if sessions is not None:
        _choose(batch, set(sessions), may)
    batch.revision += 1
    batch.save(update_fields=["revision"])
    return batch


@transaction.atomic
def name_columns(
    session_id: uuid.UUID | str, batch_id: int, said: Mapping[str, Any] | None
) -> ImportBatch:
    """Say what the columns of a file's table mean; the caller sees to it that it is read again.

    None forgets what was said: the file is read as it was at first. Raises NotFoundError,
    InvalidInputError (what is said makes no sense) and ConflictError (the file is applied, thrown
    away or being read; one whose reading has stalled can be read again).
    """
    batch = get_batch(session_id, batch_id, is_locked=True)
    if batch.state not in (State.COLUMNS, State.READY, State.REFUSED) and not is_stalled(batch):
        raise ConflictError(_("This file cannot be read again now."))
    if not batch.pieces.exists():
        raise ConflictError(_("The content of this file is not kept any more. Choose it again."))
    batch.mapping = {}
    if said is not None:
        try:
            batch.mapping = columns.Mapping.from_data(said).as_data()
        except RefusedReportError as error:
            raise InvalidInputError(error.translated(_)) from error
    batch.state, batch.progress, batch.progress_at = State.READING, 0, timezone.now()
    batch.save(update_fields=["mapping", "state", "progress", "progress_at"])
    return batch


def require_ready(batch: ImportBatch) -> ImportBatch:
    """Return a file that can be checked and applied; raise ConflictError, saying why not."""
    if batch.state == State.READY:
        return batch
    raise ConflictError(
        {
            State.APPLIED: _("This file is applied already. Take it back to change something."),
            State.UNDONE: _("This file was taken back. Check it once more to apply it again."),
            State.DISCARDED: _("This file was discarded. Choose it again."),
        }.get(State(batch.state), _("This file is not read yet. Wait a moment."))
    )


def _settle_people(batch: ImportBatch, decisions: Sequence[Settled]) -> None:
    rows = {
        row.number: row
        for row in batch.people.filter(number__in=[each.number for each in decisions])
    }
    users = {each.user_id for each in decisions if each.user_id is not None}
    session = get_session(batch.session_id)
    known = learners_of(sessions_of(session)).keys() if users else ()
    if not users <= set(known):
        raise NotOnRosterError(
            _("This person is not enrolled in this course. Enrol them, or add them as a guest.")
        )
    statuses = statuses_of(session.unit)
    for each in decisions:
        row = rows.get(each.number)
        if row is None:
            raise NotFoundError(_("This file names nobody with that number. Load it again."))
        if each.decision is not None:
            _decide(row, each)
        if each.status is not None:
            check_status(each.status or None, statuses)
            row.status = each.status or None
        if each.overrules is not None:
            row.overrules = each.overrules
    update_many(list(rows.values()), DECIDED)


def _decide(row: ImportedPerson, settled: Settled) -> None:
    decision = settled.decision
    if decision not in Decision.values:
        raise InvalidInputError(_("Say whether this is a learner, a guest, or left out."))
    if decision == Decision.LEARNER and settled.user_id is None:
        raise InvalidInputError(_("Say which learner this is."))
    row.decision = decision
    row.user_id = settled.user_id if decision == Decision.LEARNER else row.matched_id


def _choose(
    batch: ImportBatch, sessions: set[uuid.UUID], may: Collection[uuid.UUID] | None
) -> None:
    covered = list(batch.covered.all())
    if not sessions:
        raise InvalidInputError(_("Choose at least one session."))
    if not sessions <= {each.session_id for each in covered}:
        raise NotFoundError(_("This file does not cover that session."))
    if may is not None and not sessions <= set(may):
        raise NotAllowedError(_("You can record people only at sessions you are invited to."))
    for each in covered:
        each.is_chosen = each.session_id in sessions
    update_many(covered, ("is_chosen",))
