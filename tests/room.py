"""A row in each table of what happens around a roll, for tests that go through all of them."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from blended_xblock import models

SECRET = "5ec7e7" * 10 + "0000"


def fill_the_room(session: models.Session, learner: Any, actor: Any, words: str = "Saw") -> None:
    """Put a row into each of them, about this learner; free text holds ``words``.

    The learner has a history already.
    """
    here, now = {"session": session, "user": learner}, timezone.now()
    said = {"status": "P", "note": words}
    bulk = models.BulkAction.objects.create(
        session=session, kind="everyone", status="P", actor=actor, at=now
    )
    change = models.AttendanceChange.objects.filter(user=learner).latest("pk")
    models.AttendanceChange.objects.filter(pk=change.pk).update(bulk=bulk, reason=words)
    models.MarkConflict.objects.create(**here, change=change, other=said, other_at=now)
    guest = models.Guest.objects.create(
        **here, name=f"{words} Zoë", email="z@example.org", note=words, added_at=now,
        link_change=change,
    )  # fmt: skip
    models.AttendanceChange.objects.create(
        session=session, guest=guest, before={"name": words}, after=said, reason=words,
        actor=actor, source="guest", at=now, received_at=now,
    )  # fmt: skip
    desk = {"secret": SECRET, "changed_by": actor}
    models.CheckInDesk.objects.get_or_create(session=session, defaults=desk)
    models.CheckInAttempt.objects.create(
        **here, at=now, method="scan", outcome="accepted", device=words[:64]
    )
    models.AbsenceNotice.objects.create(**here, reason=words, announced_at=now)
    models.Appeal.objects.create(**here, text=words, answer=words, made_at=now)
    models.SentMessage.objects.create(
        **here, kind="digest", request_key=f"k{learner.pk}", queued_at=now, error=words
    )
    batch = models.ImportBatch.objects.create(
        session=session, file_name="z.csv", sha256="0" * 64, format="csv", imported_by=actor,
        state="ready", remarks=[{"template": words, "params": {}}],
    )  # fmt: skip
    models.ImportPiece.objects.create(batch=batch, number=0, data=words.encode())
    models.ImportedSession.objects.create(batch=batch, session=session)
    models.ImportedPerson.objects.create(
        batch=batch, number=0, name=words, email="z@example.org", why="email", user=learner,
        matched=learner, said={"note": words, "seconds": 60},
    )  # fmt: skip
    models.ImportAlias.objects.create(
        course_key=session.unit.course_key, key=f"name:{words}{learner.pk}", user=learner,
        batch=batch, confirmed_at=now,
    )  # fmt: skip
    models.FailedJob.objects.get_or_create(name="job", digest="0" * 64, defaults={"failed_at": now})
