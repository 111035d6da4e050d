"""A device in somebody's hands: what it keeps, and what the server has recorded of it."""

from __future__ import annotations

import contextlib
import os
import signal
import sqlite3
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Locator, Page

from tests.browser.conftest import Visitor
from tests.browser.servers import DemoServer

TRAINER: Final = "Camille Laurent"
COLLEAGUE: Final = "Piotr Zieliński"
PLACE: Final = "Workshop in Paris"
# The page's own panel, whose queue a script may fill as a hand does.
_PANEL: Final = """
    const root = document.querySelector('.blended[data-view="instructor"]');
    const panel = (await import(root.dataset.module)).panels.get(root);
    const { queue } = panel;
    const net = () => import(new URL("net.js", new URL(root.dataset.module, location)));
"""


class Device(Visitor):
    """A person on the roll of the session that is running."""

    def take_roll(self) -> None:
        """Open the unit and the roll of the running session."""
        self.unit()
        self.pick(PLACE)
        if self.page.locator('[data-roll-state="not_opened"]').count():
            self.page.get_by_role("button", name="Open the roll").click()
        self.page.locator('[data-roll-state="open"] .blended-row').first.wait_for()

    def pick(self, title: str) -> None:
        tab = self.page.locator(".blended-picker-tab", has_text=title)
        if tab.count() and tab.is_visible():
            tab.click()
        elif tab.count():
            # On a phone the sessions are a list to choose from.
            self.page.locator("[data-picker]").select_option(tab.get_attribute("data-session"))
        self.page.locator(".blended-roll h3", has_text=title).wait_for()

    def row(self, name: str) -> Locator:
        return self.page.locator(".blended-row").filter(
            has=self.page.locator("[data-name]", has_text=name)
        )

    def mark(self, name: str, code: str) -> None:
        """Press a status, as a finger does, and wait until the device keeps it."""
        self.row(name).locator(f'.blended-choice input[value="{code}"]').check()
        self.script("await queue.ready; while (queue.unsent && !queue.isSafe) await sleep(5);")

    def status(self, name: str) -> str:
        return self.row(name).get_attribute("data-status") or ""

    def waits(self) -> dict[str, str]:
        """Return the time of each mark that waits on the device, by its key."""
        return self.script(
            "return Object.fromEntries([...queue.lines.values()].flat().map(m => [m.key, m.at]));"
        )

    def send(self) -> None:
        """Wait until nothing waits any more."""
        self.script(
            "await queue.ready; queue.retry(); while (queue.unsent) await sleep(20);", limit=60_000
        )

    def script(self, body: str, value: Any = None, *, limit: int = 30_000) -> Any:
        """Run a script beside the page's panel; ``panel``, ``queue`` and ``value`` are there."""
        return self.page.evaluate(
            f"""([value, limit]) => Promise.race([(async () => {{
                const sleep = (time) => new Promise((resolve) => setTimeout(resolve, time));
                {_PANEL} {body}
            }})(), new Promise((_, reject) => setTimeout(() => reject(new Error("late")), limit))])
            """,
            [value, limit],
        )


def state(page: Page) -> Locator:
    return page.locator("[data-state]")


class Records:
    """What stands in the campus's database."""

    def __init__(self, server: DemoServer) -> None:
        self._server = server

    def query(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        with contextlib.closing(sqlite3.connect(self._server.database, timeout=30)) as connection:
            return connection.execute(sql, values).fetchall()

    def changes(self, keys: Iterable[str]) -> dict[str, list[str]]:
        """Return the times at which each of these marks stands in the history."""
        wanted = set(keys)
        found: dict[str, list[str]] = {key: [] for key in wanted}
        for key, at in self.query(
            "SELECT request_key, at FROM blended_xblock_attendancechange WHERE request_key != ''"
        ):
            if key in wanted:
                found[key].append(instant(at))
        return found

    def assert_once(self, marks: Mapping[str, str]) -> None:
        """Fail unless each mark was recorded once, at the time it was made."""
        assert marks, "there was nothing to record"
        found = self.changes(marks)
        assert found == {key: [instant(at)] for key, at in marks.items()}

    def status(self, name: str) -> str | None:
        """Return the status of a learner at the session that is running."""
        first, last = name.split(" ", 1)
        ((status,),) = self.query(
            """SELECT r.status FROM blended_xblock_attendancerecord r
               JOIN auth_user u ON u.id = r.user_id JOIN blended_xblock_session s
               ON s.id = r.session_id WHERE u.first_name = ? AND u.last_name = ? AND s.title = ?""",
            first,
            last,
            PLACE,
        )
        return status


def instant(text: str) -> str:
    """Return a time as UTC to the millisecond, whoever wrote it."""
    moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")


def kill_browser(profile: Path) -> None:
    """End the browser that runs with this profile, as a crash does."""
    for process in Path("/proc").iterdir():
        if not process.name.isdigit():
            continue
        with contextlib.suppress(OSError):
            words = (process / "cmdline").read_bytes().decode(errors="replace").split("\0")
            is_main = not any(word.startswith("--type=") for word in words)
            if is_main and f"--user-data-dir={profile}" in words:
                os.kill(int(process.name), signal.SIGKILL)
