"""Files for tests that send them: reports of the first session of the factories' course."""

from __future__ import annotations

import uuid
from typing import Any

from blended_xblock import api, models
from blended_xblock.attendance.intake.receiving import PIECE_BYTES, n_pieces
from tests import factories as f

HEADER = "Name (Original Name),User Email,Join Time,Leave Time,Duration (Minutes),Guest"


def zoom(*rows: str, day: str = "05/12/2026") -> bytes:
    """Return a Zoom report of ``name,email,join,leave`` rows, with times such as 09:00."""
    lines = [HEADER]
    for row in rows:
        name, email, join, leave = row.split(",")
        times = (f"{day} {each}:00" if each else "" for each in (join, leave))
        lines.append(f"{name},{email},{','.join(times)},,No")
    return ("\n".join(lines) + "\n").encode()


def send(
    actor: Any, data: bytes, *, name: str = "report.csv", n: int = 1, key: str | None = None
) -> models.ImportBatch:
    """Send a file to the nth session and have it read."""
    batch = receive(actor, data, name=name, n=n, key=key)
    api.read_import(batch.pk)
    batch.refresh_from_db()
    return batch


def receive(
    actor: Any, data: bytes, *, name: str = "report.csv", n: int = 1, key: str | None = None
) -> models.ImportBatch:
    """Send a file to the nth session, piece by piece."""
    key = key or uuid.uuid4().hex
    batch = None
    for number in range(n_pieces(len(data))):
        batch = api.receive_piece(
            f.session_id(n),
            actor=actor,
            key=key,
            name=name,
            size=len(data),
            number=number,
            data=data[number * PIECE_BYTES : (number + 1) * PIECE_BYTES],
        )
    assert batch is not None
    return batch


def apply(actor: Any, batch: models.ImportBatch, n: int = 1, **changes: Any) -> api.Applied:
    """Apply a file as it was seen."""
    batch.refresh_from_db()
    return api.apply_import(
        f.session_id(n), batch.pk, actor=actor, revision=batch.revision, **changes
    )


def people(batch: models.ImportBatch) -> dict[str, models.ImportedPerson]:
    """Return the people of a file by the name it gives them."""
    return {row.name: row for row in batch.people.all()}
