"""Work after a commit, by Celery: arguments are ids, and everything may run twice or late.

``enqueue`` never fails what called it. Where the broker is away the work is not lost for good: the
commands ``blended_results`` and ``blended_sync`` do it again.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any, Final

from celery import shared_task
from django.conf import settings
from edx_django_utils.monitoring import set_code_owner_attribute

from blended_xblock.publishing import sync_course
from blended_xblock.results import publish

log = logging.getLogger(__name__)

CHUNK: Final = 100
_RETRIES: Final[dict[str, Any]] = {
    "acks_late": True,
    "autoretry_for": (Exception,),
    "max_retries": 8,
    "retry_backoff": 5,
    "retry_backoff_max": 3600,
    "retry_jitter": True,
}


class NotPublishedError(Exception):
    """Some results could not be published; the task tries again, for all of its learners."""


def enqueue(task: Any, *arguments: Any) -> None:
    """Queue a task; where that is impossible, log what was left undone."""
    try:
        task.apply_async(
            args=arguments, queue=getattr(settings, "BLENDED_XBLOCK_RESULTS_QUEUE", None)
        )
    except Exception:
        log.exception("%s%r could not be queued.", task.name, arguments)


def enqueue_results(unit_id: int, user_ids: Sequence[int], **_signal: Any) -> None:
    """Queue the results of these learners, some at a time."""
    for start in range(0, len(user_ids), CHUNK):
        enqueue(publish_results, unit_id, list(user_ids[start : start + CHUNK]))


@shared_task(name="blended_xblock.publish_results", **_RETRIES)
@set_code_owner_attribute
def publish_results(unit_id: int, user_ids: list[int]) -> None:
    """Publish the scores and completions of these learners as they are by now."""
    failed = publish.publish_results(unit_id, user_ids)
    if failed:
        raise NotPublishedError(f"unit {unit_id}, users {failed}")


@shared_task(name="blended_xblock.sync_course", **_RETRIES)
@set_code_owner_attribute
def sync_course_again(course_key: str) -> None:
    """Sync a course whose sync failed when it was published."""
    sync_course(course_key)
