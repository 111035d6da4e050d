"""A real worker with a real Redis: reminders asked for here go out there, once each."""

from __future__ import annotations

from typing import Any

import pytest

from blended_xblock import api
from blended_xblock.models import FailedJob, SentMessage
from blended_xblock.workbench.models import CampusMail
from tests import factories as f
from tests.results.test_worker import Redis, Worker, broker, database, worker

__all__ = ["broker", "database", "worker"]  # the fixtures of a worker

pytestmark = pytest.mark.redis


@pytest.fixture
def people(database: str) -> list[Any]:
    """Return three learners of a course whose session is far ahead."""
    meeting = f.meeting(start="2099-05-12T09:00", end="2099-05-12T12:00")
    f.build_course(unit=f.design(meeting))
    return [f.person(f"learner{i}") for i in range(3)]


def press(trainer: Any, key: str = "k") -> api.ReminderProgress:
    return api.send_reminders(f.session_id(), actor=trainer, key=key, text="See you there.")


def progress() -> api.ReminderProgress:
    return api.get_reminder_progress(f.session_id(), "k")


def readers() -> list[str]:
    return sorted(CampusMail.objects.values_list("user__username", flat=True))


def test_a_press_made_here_is_sent_by_the_worker(people, worker: Worker) -> None:
    trainer = f.person("trainer", f.Role.TRAINER)
    assert press(trainer).waiting == 3
    worker.start()
    worker.until(lambda: progress().waiting == 0, "the worker sends")
    assert progress().sent == 3
    assert readers() == ["learner0", "learner1", "learner2"]
    assert "trainer writes: See you there." in CampusMail.objects.first().paragraphs  # type: ignore[union-attr]
    press(trainer)
    assert readers() == ["learner0", "learner1", "learner2"]


def test_killed_in_mid_work_the_rest_goes_out_and_nobody_reads_it_twice(
    people, worker: Worker
) -> None:
    worker.hold_up()
    worker.start()
    press(f.person("trainer", f.Role.TRAINER))
    worker.held()
    worker.kill()
    assert progress().sent < 3
    worker.hold.unlink()
    worker.start()
    worker.until(lambda: progress().waiting == 0, "somebody takes over")
    assert readers() == ["learner0", "learner1", "learner2"]


def test_without_a_broker_what_was_asked_for_is_kept_and_can_be_asked_for_again(
    people, worker: Worker, broker: Redis
) -> None:
    trainer = f.person("trainer", f.Role.TRAINER)
    broker.kill()
    assert press(trainer).waiting == 3
    (job,) = FailedJob.objects.all()
    assert (job.name, job.course_key) == ("blended_xblock.send_messages", f.COURSE)
    assert job.arguments == [list(SentMessage.objects.values_list("pk", flat=True))]
    broker.start()
    worker.start()
    assert press(trainer).waiting == 3, "the same press again"
    worker.until(lambda: progress().waiting == 0, "the queue works again")
    assert readers() == ["learner0", "learner1", "learner2"]
    worker.until(
        lambda: FailedJob.objects.filter(settled_at__isnull=False).exists(), "and it is settled"
    )
