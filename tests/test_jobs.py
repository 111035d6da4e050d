"""Jobs that gave up are kept once, counted, and settled when they succeed."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from blended_xblock import jobs, signals, tasks
from blended_xblock.errors import MessageNotSentError
from blended_xblock.hosts.workbench import WorkbenchHost
from blended_xblock.models import FailedJob
from tests import factories as f

pytestmark = pytest.mark.usefixtures("course")
NAME = "blended_xblock.sync_course"


class BrokenHost(WorkbenchHost):
    """The campus, where neither a course nor a score can be had."""

    def published_units(self, course_key: str) -> Any:
        raise OSError("mongo is away; ask ana@example.org")

    def publish_score(self, *arguments: Any) -> None:
        raise OSError("submissions are away")


@pytest.fixture
def broken(settings) -> Any:
    settings.BLENDED_XBLOCK_HOST = f"{__name__}.BrokenHost"
    return settings


def mend(settings: Any) -> None:
    del settings.BLENDED_XBLOCK_HOST
    settings.BLENDED_XBLOCK_HOST = "blended_xblock.hosts.workbench.WorkbenchHost"


def open_jobs() -> list[tuple[str, list[Any], str]]:
    rows = FailedJob.objects.filter(settled_at__isnull=True)
    return [(job.name, job.arguments, job.course_key) for job in rows]


def test_the_same_job_failing_again_is_the_same_row() -> None:
    for _attempt in range(3):
        jobs.keep_failure(NAME, ["a"], KeyError("x"), course_key="a")
    jobs.keep_failure(NAME, ["b"], KeyError("x"), course_key="b")
    assert sorted(FailedJob.objects.values_list("arguments__0", "times")) == [("a", 3), ("b", 1)]
    jobs.settle(NAME, ["a"])
    assert open_jobs() == [(NAME, ["b"], "b")]
    jobs.keep_failure(NAME, ["a"], KeyError("x"))
    assert len(open_jobs()) == 2, "settled once is not settled for good"


def test_what_an_error_quotes_of_people_is_not_kept() -> None:
    jobs.keep_failure(NAME, [1], OSError("to ana@example.org"))
    jobs.keep_failure(NAME, [2], MessageNotSentError("Try again later."))
    assert list(FailedJob.objects.order_by("pk").values_list("error", flat=True)) == [
        "OSError",
        "MessageNotSentError: Try again later.",
    ]


def test_a_task_that_gives_up_is_kept_and_settled_by_the_next_that_succeeds(broken) -> None:
    tasks.enqueue(tasks.sync_course_again, f.COURSE)
    assert open_jobs() == [(NAME, [f.COURSE], f.COURSE)]
    assert FailedJob.objects.get().error == "OSError"
    mend(broken)
    tasks.enqueue(tasks.sync_course_again, f.COURSE)
    assert open_jobs() == []


def test_a_publish_or_a_command_that_succeeds_settles_what_failed(broken, ana, trainer) -> None:
    signals.course_published(f.COURSE)
    assert [name for name, *_more in open_jobs()] == [NAME]
    mend(broken)
    signals.course_published(f.COURSE)
    assert open_jobs() == []

    broken.BLENDED_XBLOCK_HOST = f"{__name__}.BrokenHost"
    f.take_roll(trainer, {ana: "P"})
    tasks.enqueue_results(f.unit().pk, [ana.pk])
    assert open_jobs() == [("blended_xblock.publish_results", [f.unit().pk, [ana.pk]], f.COURSE)]
    mend(broken)
    call_command("blended_results", f.COURSE, stdout=StringIO())
    assert open_jobs() == []


def test_what_cannot_be_queued_is_kept(monkeypatch) -> None:
    def no_broker(*_arguments: Any, **_options: Any) -> None:
        raise ConnectionError("redis://user:password@broker is away")

    monkeypatch.setattr(tasks.sync_course_again, "apply_async", no_broker)
    tasks.enqueue(tasks.sync_course_again, f.COURSE)
    job = FailedJob.objects.get()
    assert (job.arguments, job.error) == ([f.COURSE], "ConnectionError")


def test_what_a_trainer_wrote_is_kept_nowhere(monkeypatch) -> None:
    def no_broker(*_arguments: Any, **_options: Any) -> None:
        raise ConnectionError

    monkeypatch.setattr(tasks.send_messages, "apply_async", no_broker)
    tasks.enqueue_messages([1, 2], "Dear Ana, we missed you.")
    assert FailedJob.objects.get().arguments == [[1, 2]]
