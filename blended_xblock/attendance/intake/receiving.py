"""A file arrives in pieces, so that a bad network loses a piece and never the file.

The pieces are of one size, but the last; sending one again is harmless. With the last of them the
file is whole and is read.
"""

from __future__ import annotations

import hashlib
import uuid
from datetime import timedelta
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.db.models import Sum
from django.db.models.functions import Length
from django.utils import timezone
from django.utils.translation import gettext as _

from blended_xblock.attendance.marks import check_key, check_text, find_by_key
from blended_xblock.attendance.sessions import get_session, require_live
from blended_xblock.errors import ConflictError, InvalidInputError, NotFoundError, TooLargeError
from blended_xblock.imports.encoding import MOST_BYTES
from blended_xblock.models import ImportBatch, ImportPiece, Session

PIECE_BYTES: Final = 512 * 1024
"""As base64 in JSON well below what Django takes at once by default (2.5 MB)."""
NAME_LENGTH: Final = 255
KEPT: Final = timedelta(days=7)
"""How long a file is kept that nobody applies: it names people."""

STALLED: Final = timedelta(seconds=90)
"""A reader that has said nothing for so long was killed, or the file never reached one."""

State = ImportBatch.State
OPEN: Final = (State.RECEIVING, State.READING, State.COLUMNS, State.READY, State.REFUSED)
"""Nothing is decided yet about files in these states."""


def receive_piece(
    session_id: uuid.UUID | str,
    *,
    actor: Any,
    key: str,
    name: str,
    size: int,
    number: int,
    data: bytes,
) -> ImportBatch:
    """Keep one piece of a file (``number`` from 0) and return the file as it is then.

    ``key`` is of the file, made where it was chosen; the first piece that arrives begins it. A file
    that is whole is in the state ``reading``: the caller sees to it that it is read.

    Raises NotFoundError, SessionNotLiveError, InvalidInputError, TooLargeError, and ConflictError
    for the key of another file.
    """
    session = get_session(session_id)
    require_live(session)
    check_key(key)
    name = _read_name(name)
    if size > MOST_BYTES:
        raise TooLargeError(
            _("The file has %(size)d MB; at most %(limit)d MB can be read.")
            % {"size": size // (1024 * 1024), "limit": MOST_BYTES // (1024 * 1024)}
        )
    if size < 1:
        raise InvalidInputError(_("The file is empty."))
    if not 0 <= number < n_pieces(size) or len(data) != _length_of(number, size):
        raise InvalidInputError(_("A piece of the file is damaged. Choose the file again."))
    batch = _begin(session, actor, key, name, size)
    with transaction.atomic():
        batch = ImportBatch.objects.select_for_update().get(pk=batch.pk)
        if batch.state != State.RECEIVING:
            return batch
        ImportPiece.objects.get_or_create(batch=batch, number=number, defaults={"data": data})
        if received(batch) == size:
            _complete(batch)
    return batch


def n_pieces(size: int) -> int:
    return -(-size // PIECE_BYTES)


def received(batch: ImportBatch) -> int:
    """Return how many bytes of a file are here; one query."""
    total = batch.pieces.aggregate(n=Sum(Length("data")))["n"]
    return int(total or 0)


def is_stalled(batch: ImportBatch) -> bool:
    """Tell whether nobody reads a file any more that is said to be read."""
    at = batch.progress_at
    return batch.state == State.READING and (at is None or timezone.now() - at > STALLED)


def content_of(batch: ImportBatch) -> bytes:
    """Return a whole file."""
    return b"".join(bytes(piece) for piece in batch.pieces.values_list("data", flat=True))


def get_batch(
    session_id: uuid.UUID | str, batch_id: int, *, is_locked: bool = False
) -> ImportBatch:
    """Return a file that was dropped at this session; raise NotFoundError for any other.

    It comes with its session and unit; one that is locked comes alone.
    """
    rows = ImportBatch.objects
    batches = rows.select_for_update() if is_locked else rows.select_related("session__unit")
    batch = batches.filter(session_id=session_id, pk=batch_id).first()
    if batch is None:
        raise NotFoundError(_("There is no such file at this session."))
    return batch


@transaction.atomic
def discard(session_id: uuid.UUID | str, batch_id: int) -> ImportBatch:
    """Throw away a file that was not applied, with all that it says; again is harmless.

    Raises NotFoundError, and ConflictError for one that was applied.
    """
    batch = get_batch(session_id, batch_id, is_locked=True)
    if batch.state in OPEN:
        throw_away(batch)
    elif batch.state != State.DISCARDED:
        raise ConflictError(_("This file is applied. Take it back instead."))
    return batch


def throw_away(batch: ImportBatch) -> None:
    """Delete what a file says and names; that there was one, and whose, is kept."""
    batch.pieces.all().delete()
    batch.people.all().delete()
    batch.covered.all().delete()
    batch.state, batch.remarks, batch.problem, batch.mapping = State.DISCARDED, [], {}, {}
    batch.save(update_fields=["state", "remarks", "problem", "mapping"])


def throw_away_old(session: Session | None = None) -> int:
    """Throw away what was left lying at a session, or anywhere, and return how many files it was.

    One query where nothing was.
    """
    old = ImportBatch.objects.filter(state__in=OPEN, imported_at__lt=timezone.now() - KEPT)
    if session is not None:
        old = old.filter(session=session)
    pks = list(old.values_list("pk", flat=True))
    for pk in pks:
        with transaction.atomic():
            batch = ImportBatch.objects.select_for_update().get(pk=pk)
            if batch.state in OPEN:
                throw_away(batch)
    return len(pks)


def _begin(session: Session, actor: Any, key: str, name: str, size: int) -> ImportBatch:
    this = {"session_id": session.pk, "imported_by_id": actor.pk, "size": size}
    batch = find_by_key(ImportBatch.objects.all(), key, **this)
    if batch is not None:
        return batch
    throw_away_old(session)
    try:
        with transaction.atomic():
            return ImportBatch.objects.create(
                session=session, file_name=name, size=size, request_key=key, imported_by=actor
            )
    except IntegrityError:
        # Another piece of it came first, at the same moment.
        batch = find_by_key(ImportBatch.objects.all(), key, **this)
        assert batch is not None
        return batch


def _complete(batch: ImportBatch) -> None:
    batch.sha256 = hashlib.sha256(content_of(batch)).hexdigest()
    batch.state, batch.progress, batch.progress_at = State.READING, 0, timezone.now()
    batch.save(update_fields=["sha256", "state", "progress", "progress_at"])


def _length_of(number: int, size: int) -> int:
    return min(PIECE_BYTES, size - number * PIECE_BYTES)


def _read_name(name: str) -> str:
    """Return the name of a file without the folders some browsers put before it."""
    check_text(name)
    said = " ".join(name.replace("\\", "/").rpartition("/")[2].split())
    return said[:NAME_LENGTH] or _("Unnamed file")
