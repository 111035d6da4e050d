"""Work after a commit, by Celery: arguments are ids, and everything may run twice or late.

``enqueue`` never fails what called it. Where the broker is away the work is not lost for good: the
commands ``blended_results`` and ``blended_sync`` do it again. What gave up stands in ``FailedJob``
until it succeeds.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Any, Final

from celery import Task, shared_task
from django.conf import settings
from edx_django_utils.monitoring import set_code_owner_attribute

from blended_xblock import jobs
from blended_xblock.attendance.intake.reading import read_batch
from blended_xblock.attendance.intake.receiving import throw_away_old
from blended_xblock.messages import digest, reminders
from blended_xblock.models import BlendedUnit, ImportBatch, SentMessage
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
# A reminder that comes hours after it was asked for helps nobody.
_SOON: Final = _RETRIES | {"max_retries": 5}


class NotPublishedError(Exception):
    """Some results could not be published; the task tries again, for all of its learners."""


class NotSentError(Exception):
    """Some messages could not be sent; the task tries again, for those."""


class KeptTask(Task):
    """A task that is noted when it gives up, and settled when it succeeds."""

    def on_failure(self, exc: Any, task_id: str, args: Any, kwargs: Any, einfo: Any) -> None:
        """Note it once the last retry has failed."""
        _keep_failure(self.name, args, exc)

    def on_success(self, retval: Any, task_id: str, args: Any, kwargs: Any) -> None:
        """Settle what failed before with the same arguments."""
        jobs.settle(self.name, _kept(self.name, args))


def enqueue(task: Any, *arguments: Any) -> None:
    """Queue a task; where that is impossible, log what was left undone, and note it."""
    try:
        task.apply_async(
            args=arguments, queue=getattr(settings, "BLENDED_XBLOCK_RESULTS_QUEUE", None)
        )
    except Exception as error:
        log.exception("%s%r could not be queued.", task.name, _kept(task.name, arguments))
        _keep_failure(task.name, arguments, error)


def enqueue_results(unit_id: int, user_ids: Sequence[int], **_signal: Any) -> None:
    """Queue the results of these learners, some at a time."""
    for start in range(0, len(user_ids), CHUNK):
        enqueue(publish_results, unit_id, list(user_ids[start : start + CHUNK]))


def enqueue_messages(message_ids: Sequence[int], text: str, **_signal: Any) -> None:
    """Queue messages that wait, some at a time."""
    for start in range(0, len(message_ids), CHUNK):
        enqueue(send_messages, list(message_ids[start : start + CHUNK]), text)


def enqueue_file(batch_id: int, **_signal: Any) -> None:
    """Queue a file to be read."""
    enqueue(read_file, batch_id)


@shared_task(name="blended_xblock.publish_results", base=KeptTask, **_RETRIES)
@set_code_owner_attribute
def publish_results(unit_id: int, user_ids: list[int]) -> None:
    """Publish the scores and completions of these learners as they are by now."""
    failed = publish.publish_results(unit_id, user_ids)
    if failed:
        raise NotPublishedError(f"unit {unit_id}, users {failed}")


@shared_task(name="blended_xblock.sync_course", base=KeptTask, **_RETRIES)
@set_code_owner_attribute
def sync_course_again(course_key: str) -> None:
    """Sync a course whose sync failed when it was published."""
    sync_course(course_key)


@shared_task(name="blended_xblock.send_messages", base=KeptTask, **_SOON)
@set_code_owner_attribute
def send_messages(message_ids: list[int], text: str) -> None:
    """Send what of these still waits; ``text`` is the personal line of whoever asked for it."""
    failed = reminders.send_queued(message_ids, text)
    if failed:
        raise NotSentError(f"messages {failed}")


@shared_task(name="blended_xblock.digest", base=KeptTask, **_RETRIES)
@set_code_owner_attribute
def send_digests(course_keys: list[str] | None = None) -> None:
    """Send today's digests of these courses, or of all; for an operator's beat.

    What is done once a day beside it: files that nobody applied are thrown away.
    """
    throw_away_old()
    failed = [report.course_key for report in digest.send_digests(course_keys) if report.failed]
    if failed:
        raise NotSentError(f"digests of {failed}")


# A fault of ours is the same the next time; a worker that was killed leaves it to another.
@shared_task(name="blended_xblock.read_file", base=KeptTask, acks_late=True)
@set_code_owner_attribute
def read_file(batch_id: int) -> None:
    """Read a file with people's attendance, for somebody who waits at its page."""
    read_batch(batch_id)


def _kept(name: str, arguments: Sequence[Any]) -> list[Any]:
    """Return the arguments that may be kept: what a trainer wrote to a learner may not."""
    return list(arguments[:1]) if name == send_messages.name else list(arguments)


def _keep_failure(name: str, arguments: Sequence[Any], error: BaseException) -> None:
    course_key = ""
    try:
        course_of = _COURSES.get(name)
        course_key = course_of(*arguments) if course_of else ""
    except Exception:
        log.exception("Which course %s is of could not be told.", name)
    jobs.keep_failure(name, _kept(name, arguments), error, course_key=course_key)


def _course_of_unit(unit_id: int, *_more: Any) -> str:
    keys = BlendedUnit.objects.filter(pk=unit_id).values_list("course_key", flat=True)
    return keys.first() or ""


def _course_of_messages(message_ids: Sequence[int], *_more: Any) -> str:
    keys = SentMessage.objects.filter(pk__in=message_ids, session__isnull=False)
    return keys.values_list("session__unit__course_key", flat=True).first() or ""


def _course_of_file(batch_id: int) -> str:
    keys = ImportBatch.objects.filter(pk=batch_id).values_list(
        "session__unit__course_key", flat=True
    )
    return keys.first() or ""


_COURSES: Final[dict[str, Callable[..., str]]] = {
    publish_results.name: _course_of_unit,
    sync_course_again.name: lambda course_key: course_key,
    send_messages.name: _course_of_messages,
    read_file.name: _course_of_file,
}
