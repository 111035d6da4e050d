"""A campus of its own for the journeys: the demo, served by its own command, and a browser."""

from __future__ import annotations

import contextlib
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, sync_playwright

from tests.conftest import CHROMIUM

ROOT = Path(__file__).resolve().parents[2]
PICTURES = os.environ.get("BLENDED_PICTURES")
LAPTOP = {"width": 1280, "height": 900}
PHONE = {"width": 360, "height": 740}
# As root (in CI) Chromium has no sandbox; the rest keeps it from calling home.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here is a journey in a browser."""
    for item in items:
        if Path(item.path).parent == Path(__file__).parent:
            item.add_marker(pytest.mark.browser)


@contextlib.contextmanager
def serve_demo(folder: Path, **variables: str) -> Iterator[str]:
    """Serve a fresh campus and yield its address; the command is the one `make demo` runs."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | {
        "BLENDED_XBLOCK_DATA_DIR": str(folder),
        "DJANGO_SETTINGS_MODULE": "blended_xblock.workbench.settings",
        **variables,
    }
    address = f"http://127.0.0.1:{port}"
    log = folder / "log"
    with log.open("wb") as out:
        server = subprocess.Popen(
            [sys.executable, "manage.py", "demo", "--port", str(port)],
            cwd=ROOT,
            env=environment,
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait(address, server, log)
        yield address
    finally:
        server.terminate()
        server.wait(10)


def _wait(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    for _attempt in range(240):
        if server.poll() is not None:
            pytest.fail(f"The demo stopped:\n{log.read_text()}")
        try:
            # Bound before it is filled: the first answer comes when everything is ready.
            with urllib.request.urlopen(address, timeout=60):
                return
        except OSError:
            time.sleep(0.25)
    pytest.fail(f"The demo did not answer:\n{log.read_text()}")


@pytest.fixture(scope="module")
def campus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the address of a campus of this module's own."""
    with serve_demo(tmp_path_factory.mktemp("campus")) as address:
        yield address


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start Debian's Chromium once."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield chromium
        chromium.close()


class Visitor:
    """One person with a browser of their own, on a laptop or a phone."""

    def __init__(self, page: Page, campus: str) -> None:
        self.page = page
        self.campus = campus
        self.errors: list[str] = []
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("response", self._note_server_error)
        page.on("request", self._note_third_party)

    def _note_server_error(self, response: object) -> None:
        status, url = response.status, response.url  # type: ignore[attr-defined]
        if status >= 500:
            self.errors.append(f"{status} {url}")

    def _note_third_party(self, request: object) -> None:
        url = request.url  # type: ignore[attr-defined]
        if url.startswith("http") and not url.startswith(self.campus):
            self.errors.append(f"A third-party request: {url}")

    def become(self, name: str) -> None:
        """Switch person with the one click the campus offers on its first page."""
        self.page.goto(self.campus)
        if self.page.get_by_role("main").get_by_role("button", name=name).count() == 0:
            self.page.get_by_text("Everybody else in the course").click()
        self.page.get_by_role("main").get_by_role("button", name=name).first.click()
        self.page.wait_for_load_state()
        assert name in self.page.get_by_role("banner").inner_text()

    def open(self, path: str) -> None:
        """Open a page of the campus."""
        self.page.goto(f"{self.campus}{path}")

    def unit(self) -> None:
        """Open the blended unit in the course."""
        self.open(
            "/course/block-v1:Blended+CONFLICT+demo+type@blended_unit+block@handling-conflict/"
        )
        self.page.wait_for_selector(".blended")

    def post(self, path: str, body: str = "{}") -> tuple[int, str]:
        """Post from the page, with its own cookies and token, as a learner's own script could."""
        status, text = self.page.evaluate(
            """async ([path, body]) => {
                const token = document.cookie.match(/csrftoken=([^;]+)/)[1];
                const answer = await fetch(path, {method: "POST", body,
                    headers: {"X-CSRFToken": token, "Content-Type": "application/json"}});
                return [answer.status, await answer.text()];
            }""",
            [path, body],
        )
        return status, text

    def picture(self, name: str, at: Locator | None = None) -> None:
        """Keep a picture for the docs where the run was asked to (``BLENDED_PICTURES=folder``).

        It is of the whole page, or of what a screen shows from ``at`` on.
        """
        if not PICTURES:
            return
        Path(PICTURES).mkdir(parents=True, exist_ok=True)
        # What sticks to the top must not cover the middle of a picture of the whole page.
        self.page.evaluate("scrollTo(0, 0)")
        if at is not None:
            at.evaluate("element => element.scrollIntoView({ block: 'start' })")
        self.page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=at is None)

    def check(self) -> None:
        """Fail on anything axe finds, on sideways scrolling, and on errors of the page."""
        found = Axe().run(self.page)
        wrong = [
            f"{item['id']}: {item['help']} — {node['html'][:160]}"
            for item in found.response["violations"]
            for node in item["nodes"]
        ]
        assert not wrong, "\n".join(wrong)
        width = self.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert width <= 0, f"The page is {width} px wider than the screen."
        assert not self.errors, self.errors


@pytest.fixture
def visit(browser: Browser, campus: str) -> Iterator[Callable[..., Visitor]]:
    """Return a function that gives a person a browser: ``visit("Ada Benali", phone=True)``."""
    contexts = []

    def start(name: str = "", *, phone: bool = False, **options: object) -> Visitor:
        context = browser.new_context(
            viewport=PHONE if phone else LAPTOP,
            has_touch=phone,
            locale="en-GB",
            timezone_id="Europe/Paris",
            **options,  # type: ignore[arg-type]
        )
        context.set_default_timeout(15_000)
        contexts.append(context)
        visitor = Visitor(context.new_page(), campus)
        if name:
            visitor.become(name)
        return visitor

    yield start
    for context in contexts:
        context.close()


def usage(block: str) -> str:
    """Return the key of a block of the campus's course from ``type@id``."""
    block_type, block_id = re.fullmatch(r"([^@]+)@(.+)", block).groups()  # type: ignore[union-attr]
    return f"block-v1:Blended+CONFLICT+demo+type@{block_type}+block@{block_id}"
