"""A real worker with a real Redis: a mark made here is scored there, whatever dies in between."""

from __future__ import annotations

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import redis
from celery import Celery
from completion.models import BlockCompletion
from completion.waffle import ENABLE_COMPLETION_TRACKING_SWITCH
from django.core.management import call_command
from django.db import connections
from submissions.models import Score as StoredScore
from waffle.models import Switch

from blended_xblock import api
from blended_xblock.workbench.celery import app
from blended_xblock.workbench.people import anonymous_id
from blended_xblock.workbench.scores import get_scores
from tests import factories as f
from tests.conftest import REDIS

pytestmark = pytest.mark.redis
ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 40
FULL = (100, 100)


def until(what: Callable[[], Any], why: str) -> Any:
    """Wait until this is true, and return it."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if found := what():
            return found
        time.sleep(0.1)
    raise AssertionError(f"waited {PATIENCE} s in vain: {why}")


class Redis:
    """A Redis that keeps nothing on a disk; started again it has lost its queues."""

    def __init__(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.client = redis.Redis(port=self.port)

    def start(self) -> None:
        self.process = subprocess.Popen(
            [str(REDIS), "--port", str(self.port), "--bind", "127.0.0.1", "--save", ""],
            stdout=subprocess.DEVNULL,
        )
        until(self._answers, "Redis starts")

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def queued(self) -> int:
        return int(self.client.llen("celery"))

    def _answers(self) -> bool:
        try:
            return bool(self.client.ping())
        except redis.ConnectionError:
            return False


class Worker:
    """The campus's worker, in processes of its own; what it says goes into ``log``."""

    def __init__(self, database: str, broker: str, folder: Path) -> None:
        self.hold = folder / "hold"
        self.log = folder / "worker.log"
        self.environment = os.environ | {
            "BLENDED_TEST_DATABASE_URL": database,
            "BLENDED_TEST_HOLD": str(self.hold),
            "BLENDED_XBLOCK_BROKER_URL": broker,
        }
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [sys.executable, "-m", "celery", "--app", "tests.results.slow_campus", "worker"]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*command, "--concurrency", "1", "--loglevel", "info"],
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def hold_up(self) -> None:
        """Let the next score be the last for a while."""
        self.hold.touch()

    def held(self) -> int:
        """Return the id of the process that waits in mid-work."""
        place = self.hold.with_suffix(".pid")
        return int(self.until(lambda: place.exists() and place.read_text(), "a task begins"))

    def kill(self) -> None:
        """Kill the worker and its children with SIGKILL, as a machine that dies would."""
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None

    def until(self, what: Callable[[], Any], why: str) -> Any:
        """Wait until this is true, and return it; where it never is, show what the worker said."""
        try:
            return until(what, why)
        except AssertionError as error:
            error.add_note(self.log.read_text()[-5000:])
            raise


@pytest.fixture
def database(transactional_db: None, tmp_path: Path) -> Iterator[str]:
    """Return the URL of a database that the worker shares with this process."""
    here = connections["default"]
    url = os.environ.get("BLENDED_TEST_DATABASE_URL", "")
    if here.vendor != "sqlite":
        yield urlsplit(url)._replace(path=f"/{here.settings_dict['NAME']}").geturl()
        return
    # The tables are made already, in memory; a file has the same, and both see it.
    place = tmp_path / "campus.sqlite3"
    here.ensure_connection()
    with sqlite3.connect(place) as copy:
        here.connection.backup(copy)
    copy.execute("PRAGMA journal_mode=WAL")
    copy.close()
    shared = here.copy()
    shared.settings_dict |= {"NAME": str(place), "OPTIONS": {"timeout": 20}}
    connections["default"] = shared
    yield f"sqlite:///{place}?timeout=20"
    shared.close()
    connections["default"] = here


@pytest.fixture
def broker() -> Iterator[Redis]:
    """Return a Redis that runs, and is the one to which this process sends."""
    server = Redis()
    server.start()
    with Celery("campus", broker=server.url, set_as_current=False) as sender:
        sender.set_current()
        yield server
        app.set_current()
    server.kill()


@pytest.fixture
def worker(database: str, broker: Redis, tmp_path: Path) -> Iterator[Worker]:
    """Return a worker that is not started yet."""
    worker = Worker(database, broker.url, tmp_path)
    yield worker
    worker.kill()


@pytest.fixture
def people(database: str) -> list[Any]:
    """Return three learners of a course whose session is long over, and whose roll is open."""
    Switch.objects.create(name=ENABLE_COMPLETION_TRACKING_SWITCH.name, active=True)
    f.build_course(
        unit=f.design(f.meeting(start="2020-05-12T09:00", end="2020-05-12T12:00")),
    )
    enrolled = datetime(2020, 1, 1, tzinfo=UTC)
    learners = [f.person(f"learner{i}", enrolled_at=enrolled) for i in range(3)]
    api.open_roll(f.session_id(), actor=f.person("trainer", f.Role.TRAINER))
    return learners


def mark(*users: Any, status: str = "P") -> None:
    trainer = f.session().roll_opened_by
    f.give(trainer, [api.Mark(user.pk, status) for user in users])


def score_of(user: Any) -> tuple[int, int] | None:
    return get_scores(user).get(f.unit_key())


def completion_of(user: Any) -> float | None:
    row = BlockCompletion.objects.filter(user=user, block_key=f.unit_key()).first()
    return row and row.completion


def times_scored(user: Any) -> int:
    """Return how many scores were ever written; a publish of what stands there writes none."""
    return StoredScore.objects.filter(student_item__student_id=anonymous_id(user.pk)).count()


def test_a_mark_made_here_is_scored_by_the_worker(people, worker) -> None:
    worker.start()
    mark(*people)
    worker.until(lambda: completion_of(people[-1]), "the worker scores")
    assert [score_of(user) for user in people] == [FULL] * 3
    mark(people[0], status="A")
    worker.until(lambda: score_of(people[0]) == (0, 100), "a correction arrives")
    worker.until(lambda: completion_of(people[0]) == 0.0, "and takes the completion back")
    assert [times_scored(user) for user in people] == [2, 1, 1]


@pytest.mark.parametrize("victim", ["the whole worker", "its child"])
def test_killed_in_mid_work_the_rest_arrives_once_and_is_right(people, worker, victim) -> None:
    """The first score is written and nothing else; then the second learner is corrected."""
    first, second, third = people
    worker.hold_up()
    worker.start()
    mark(*people)
    child = worker.held()
    if victim == "its child":
        os.kill(child, signal.SIGKILL)
    else:
        worker.kill()
    assert (score_of(first), completion_of(first), score_of(second)) == (FULL, None, None)
    mark(second, status="A")
    worker.hold.unlink()
    if victim != "its child":
        worker.start()
    worker.until(lambda: completion_of(third), "somebody takes over")
    assert [score_of(user) for user in people] == [FULL, (0, 100), FULL]
    assert (completion_of(first), completion_of(second)) == (1.0, None)
    assert [times_scored(user) for user in people] == [1, 1, 1]


def test_what_a_redis_has_lost_the_command_catches_up(people, worker, broker, caplog) -> None:
    lost, never_queued, later = people
    mark(lost)
    assert broker.queued() > 0
    broker.kill()
    began = time.monotonic()
    mark(never_queued)
    assert time.monotonic() - began < 10, "a roll does not wait for a broker that is away"
    assert "could not be queued" in caplog.text
    assert f.record(never_queued).status == "P", "and is recorded all the same"
    broker.start()
    assert broker.queued() == 0, "what it held is lost"

    worker.start()
    mark(later)
    worker.until(lambda: score_of(later), "the queue works again")
    assert (score_of(lost), score_of(never_queued)) == (None, None)
    said = StringIO()
    call_command("blended_results", f.COURSE, stdout=said)
    assert "3 of 3 published" in said.getvalue()
    assert [score_of(user) for user in people] == [FULL] * 3
    assert [times_scored(user) for user in people] == [1, 1, 1]
