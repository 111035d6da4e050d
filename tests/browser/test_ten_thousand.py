"""Ten thousand marks from two devices, over a network that fails and a server that dies."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import LAPTOP
from tests.browser.devices import COLLEAGUE, PLACE, TRAINER, Device, Records, instant
from tests.browser.servers import DemoServer, LossyNetwork

SEED: Final = 20_260_512
LEARNERS: Final = 1_000
EACH: Final = 5
"""Marks of one learner on each of the two devices."""
TOTAL: Final = 2 * EACH * LEARNERS
# Closer together than this, a mark that never left would be a slip, mended by the next.
APART: Final = timedelta(seconds=60)
PATIENCE: Final = 300


@pytest.fixture
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoServer]:
    # Scores are published by a worker, as on a platform; here nobody waits for them.
    variables = {"BLENDED_XBLOCK_BROKER_URL": "memory://"}
    server = DemoServer(tmp_path_factory.mktemp("campus"), seed_size=LEARNERS, **variables)
    server.start()
    yield server
    server.stop()


def test_ten_thousand_marks_none_lost_none_doubled(browser: Browser, server: DemoServer) -> None:
    """Each stands in the history once, at its own time, and what holds is the newest of each."""
    chance = random.Random(SEED)
    records = Records(server)
    networks = [LossyNetwork(server, b"/record") for _device in range(2)]
    contexts = [browser.new_context(viewport=LAPTOP, locale="en-GB") for _device in range(2)]
    devices = [
        Device(context.new_page(), network.address)
        for context, network in zip(contexts, networks, strict=True)
    ]
    for device, name in zip(devices, (TRAINER, COLLEAGUE), strict=True):
        device.page.set_default_timeout(30_000)
        device.become(name)
        device.take_roll()
    learners = [
        pk
        for (pk,) in records.query(
            "SELECT id FROM auth_user WHERE username LIKE 'learner.%' ORDER BY id LIMIT ?", LEARNERS
        )
    ]
    assert len(learners) == LEARNERS
    marks = [_marks(chance, learners, number) for number in range(2)]

    for device, own in zip(devices, marks, strict=True):
        for start in range(0, len(own), 1_000):
            device.script(_ADD, own[start : start + 1_000], limit=60_000)
    _disturb(chance, server, networks, devices)

    sent = {mark["key"]: mark["at"] for own in marks for mark in own}
    assert len(sent) == TOTAL == 10_000
    assert all(network.lost for network in networks), "no answer was lost: nothing was tried"
    records.assert_once(sent)
    assert _standing(records) == _oracle(mark for own in marks for mark in own)
    for device in devices:
        assert device.script("return [queue.unsent, queue.refused.length];") == [0, 0]
    for context in contexts:
        context.close()


_ADD = """
    const one = { session: panel.session, url: panel.urls.urlRecord };
    const kept = value.map((mark) => queue.add({ ...one, ...mark }));
    await Promise.all(kept);
"""


def _marks(chance: random.Random, learners: list[int], device: int) -> list[dict[str, Any]]:
    """Return what one person marked, in the order of time: in rounds, as one walks a room."""
    start = datetime.now(UTC) - timedelta(hours=2, milliseconds=device * 37)
    marks = []
    for number in range(EACH):
        for place, user_id in enumerate(learners):
            at = start + number * 2 * APART + place * timedelta(milliseconds=53)
            at += timedelta(milliseconds=chance.randrange(50), seconds=device * 40)
            status = chance.choice(["P", "L", "D", "E", "A", None])
            # No two marks of a learner say the same: a repetition would leave the first's time.
            note = chance.choice(["Came by train", "Émue — « bravo »"]) + f", {number}.{device}"
            marks.append(
                {
                    "user_id": user_id,
                    "status": status,
                    "minutes": chance.randrange(200) if status else None,
                    "modality": chance.choice(["room", "remote", ""]),
                    "note": note,
                    "key": f"{device}-{number}-{user_id}-{chance.getrandbits(64):016x}",
                    "at": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
                    "base": 0,
                }
            )
    return marks


def _disturb(
    chance: random.Random, server: DemoServer, networks: list[LossyNetwork], devices: list[Device]
) -> None:
    """Cut networks, lose answers and kill the server once, until both queues are empty.

    What goes wrong does so after so many marks are through, however fast the machine is.
    """
    events = ["kill"] + ["lose"] * 12 + ["cut"] * 8
    chance.shuffle(events)
    due = sorted(chance.randrange(TOTAL // 20, TOTAL * 9 // 10) for _event in events)
    end = time.monotonic() + PATIENCE
    while any(left := [device.script("return queue.unsent;") for device in devices]):
        assert time.monotonic() < end, f"{left} are still to send"
        while due and sum(left) <= TOTAL - due[0]:
            due.pop(0)
            one = chance.choice([number for number, n in enumerate(left) if n])
            _spoil(events.pop(), server, networks[one], devices[one], chance)
        time.sleep(0.05)
        for device in devices:
            # The page waits longer and longer after each failure; the test does not.
            device.script("queue.retry();")
    assert not events, "it was over before everything had gone wrong"


def _spoil(
    event: str,
    server: DemoServer,
    network: LossyNetwork,
    device: Device,
    chance: random.Random,
) -> None:
    if event == "lose":
        network.lose += 1
    elif event == "cut":
        device.page.context.set_offline(True)
        time.sleep(chance.random() / 4)
        device.page.context.set_offline(False)
    else:
        network.asked.clear()
        device.script("queue.retry();")
        assert network.asked.wait(20), "nothing was on its way"
        server.kill()
        server.start()


def _oracle(marks: Any) -> dict[int, tuple[Any, ...]]:
    """Return what holds for each learner: the newest mark of anybody."""
    newest: dict[int, dict[str, Any]] = {}
    for mark in marks:
        known = newest.get(mark["user_id"])
        if known is None or mark["at"] > known["at"]:
            newest[mark["user_id"]] = mark
    return {
        user_id: (m["status"], m["minutes"], m["modality"], m["note"], instant(m["at"]))
        for user_id, m in newest.items()
    }


def _standing(records: Records) -> dict[int, tuple[Any, ...]]:
    rows = records.query(
        """SELECT r.user_id, r.status, r.minutes, r.modality, r.note, r.recorded_at
           FROM blended_xblock_attendancerecord r
           JOIN blended_xblock_session s ON s.id = r.session_id
           WHERE s.title = ? AND r.recorded_at IS NOT NULL""",
        PLACE,
    )
    return {user_id: (*values, instant(at)) for user_id, *values, at in rows}
