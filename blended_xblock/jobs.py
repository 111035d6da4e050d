"""Jobs that gave up, kept so that somebody sees them; the same job succeeding settles it."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Sequence
from typing import Any, Final

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from blended_xblock.models import FailedJob

log = logging.getLogger(__name__)

ERROR_LENGTH: Final = 255


def keep_failure(
    name: str, arguments: Sequence[Any], error: BaseException, *, course_key: str = ""
) -> None:
    """Note that a job gave up: a row for each name and arguments, with the times counted.

    Never fails what called it: what cannot be noted is in the log.
    """
    now = timezone.now()
    fields = {"error": _short(error), "failed_at": now}
    try:
        with transaction.atomic():
            job, is_new = FailedJob.objects.get_or_create(
                name=name,
                digest=_digest(arguments),
                defaults={"arguments": list(arguments), "course_key": course_key, **fields},
            )
            if not is_new:
                FailedJob.objects.filter(pk=job.pk).update(
                    times=F("times") + 1, settled_at=None, **fields
                )
    except Exception:
        log.exception("%s%r gave up, and that could not be noted.", name, tuple(arguments))


def settle(name: str, arguments: Sequence[Any]) -> None:
    """Note that a job which may have failed before has succeeded; one query."""
    FailedJob.objects.filter(name=name, digest=_digest(arguments), settled_at__isnull=True).update(
        settled_at=timezone.now()
    )


def settle_course(name: str, course_key: str) -> None:
    """Note that all such jobs of a course have been done again, whatever they were given."""
    FailedJob.objects.filter(name=name, course_key=course_key, settled_at__isnull=True).update(
        settled_at=timezone.now()
    )


def _digest(arguments: Sequence[Any]) -> str:
    said = json.dumps(list(arguments), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(said.encode()).hexdigest()


def _short(error: BaseException) -> str:
    """Return the kind of an error; what it says only where it is ours, for others quote people."""
    kind = type(error)
    if not kind.__module__.startswith("blended_xblock"):
        return kind.__name__
    return f"{kind.__name__}: {error}"[:ERROR_LENGTH]
