"""A gradebook and a mailbox that can be held up, so that a worker dies in mid-work."""

from __future__ import annotations

import os
import time
from pathlib import Path

from blended_xblock.hosts.base import Message
from blended_xblock.hosts.workbench import WorkbenchHost
from blended_xblock.results.score import Score


class SlowHost(WorkbenchHost):
    """The campus, which takes its time after a score and after a message.

    As long as the file that ``BLENDED_TEST_HOLD`` names is there, whoever has just written one
    waits, and writes their process id beside it.
    """

    def publish_score(
        self, course_key: str, usage_key: str, user_id: int, score: Score | None
    ) -> None:
        super().publish_score(course_key, usage_key, user_id, score)
        self._hold()

    def send(self, message: Message) -> bool:
        is_sent = super().send(message)
        self._hold()
        return is_sent

    def _hold(self) -> None:
        hold = Path(os.environ["BLENDED_TEST_HOLD"])
        while hold.exists():
            hold.with_suffix(".pid").write_text(str(os.getpid()))
            time.sleep(0.05)
