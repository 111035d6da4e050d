"""What happens elsewhere and means something to us: publishes, enrolments, cohorts, retirements.

``connect`` is called once by the app; the host knows where its signals are. No receiver ever breaks
what called it: an error is logged and, where something was left undone, tried again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection
from typing import Any

from django.db import transaction

from blended_xblock import jobs, tasks
from blended_xblock.attendance.retirement import forget_person
from blended_xblock.gate.standing import learners_changed
from blended_xblock.hosts import get_host
from blended_xblock.models import BlendedUnit
from blended_xblock.publishing import retire_course, sync_course

log = logging.getLogger(__name__)


def course_published(course_key: str) -> None:
    """Bring the tables in line with a course that was published or imported just now.

    The publish has succeeded by then, so a failure here must not fail it: the gates stay as they
    were, and the sync is tried again by itself.
    """
    try:
        with transaction.atomic():
            if not (get_host().has_units(course_key) or _has_rows(course_key)):
                return
            sync_course(course_key)
            jobs.settle_course(tasks.sync_course_again.name, course_key)
    except Exception:
        log.exception("The sync of %s failed; its gates stay as they were.", course_key)
        tasks.enqueue(tasks.sync_course_again, course_key)


def course_deleted(course_key: str) -> None:
    """Take the gates of a deleted course away; what was recorded in it stays."""
    _quietly(f"the deletion of {course_key}", lambda: retire_course(course_key))


def learners_moved(course_key: str, user_ids: Collection[int]) -> None:
    """Decide again, once it is committed, for learners who enrolled, left or changed cohort."""

    def decide() -> None:
        if _has_rows(course_key):
            learners_changed(course_key, user_ids)

    transaction.on_commit(
        lambda: _quietly(f"enrolments of {list(user_ids)} in {course_key}", decide)
    )


def person_retired(user: Any, emails: Collection[str] = ()) -> None:
    """Wipe what people wrote about somebody whose account is being retired.

    ``emails`` are the addresses they had until then. Errors go up: the platform's retirement must
    not count this as done.
    """
    forget_person(user.pk, {user.email, *emails})


def _has_rows(course_key: str) -> bool:
    return BlendedUnit.objects.filter(course_key=course_key).exists()


def _quietly(what: str, do: Callable[[], object]) -> None:
    try:
        with transaction.atomic():
            do()
    except Exception:
        log.exception("What follows from %s could not be recorded.", what)
