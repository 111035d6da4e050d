"""A large file is read by a real worker with a real Redis, whatever dies in between."""

from __future__ import annotations

import pytest

from blended_xblock import api
from blended_xblock.events import announce_file
from blended_xblock.models import FailedJob
from tests import factories as f
from tests import intake
from tests.results.test_worker import Redis, Worker, broker, database, worker

__all__ = ["broker", "database", "worker"]  # the fixtures of a worker

pytestmark = pytest.mark.redis


@pytest.fixture
def batch(database: str):
    f.build_course()
    rows = (f"Name {n},n{n}@example.org,09:00,12:00" for n in range(5000))
    return intake.receive(f.person("trainer", f.Role.TRAINER), intake.zoom(*rows))


def state(batch) -> str:
    return api.get_import_progress(f.session_id(), batch.pk).state


def test_it_is_read_there_and_the_page_sees_it(batch, worker: Worker) -> None:
    announce_file(batch.pk)
    assert state(batch) == "reading"
    worker.start()
    worker.until(lambda: state(batch) == "ready", "the worker reads it")
    assert batch.people.count() == 5000
    assert not FailedJob.objects.exists()


def test_without_a_broker_it_waits_and_can_be_asked_for_again(
    batch, worker: Worker, broker: Redis
) -> None:
    broker.kill()
    announce_file(batch.pk)
    assert state(batch) == "reading"
    (job,) = FailedJob.objects.all()
    assert (job.name, job.arguments) == ("blended_xblock.read_file", [batch.pk])
    broker.start()
    worker.start()
    announce_file(batch.pk)
    worker.until(lambda: state(batch) == "ready", "the queue works again")
