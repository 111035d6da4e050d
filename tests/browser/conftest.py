"""A campus of its own for the journeys: the demo, served by its own command, and a browser."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, Playwright, expect, sync_playwright

from tests.browser.servers import serve_demo
from tests.conftest import CHROMIUM

PICTURES = os.environ.get("BLENDED_PICTURES")
LAPTOP = {"width": 1280, "height": 900}
# Two journeys at once fill a small machine: what has to come is waited for, and is then looked at.
PATIENCE = 30_000
expect.set_options(timeout=PATIENCE)
PHONE = {"width": 360, "height": 740}
# What a browser has of a campus once somebody is somebody.
COOKIES = ("campus_session", "csrftoken")
# As root (in CI) Chromium has no sandbox; the rest keeps it from calling home.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def eventually(look: Callable[[], Any], wanted: Any, *, page: Page | None = None) -> None:
    """Look until it is so, as ``expect`` does at a page; fail with what is.

    What ``page`` tells its listeners is heard between two looks.
    """
    end = time.monotonic() + PATIENCE / 1_000
    while (seen := look()) != wanted and time.monotonic() < end:
        if page is None:
            time.sleep(0.1)
        else:
            page.wait_for_timeout(100)
    assert seen == wanted


def at_panel(page: Page, body: str) -> None:
    """Have the instructor's ``panel`` do by a script what somebody else would bring about."""
    page.evaluate(
        f"""async () => {{
            const root = document.querySelector('.blended[data-view="instructor"]');
            const panel = (await import(root.dataset.module)).panels.get(root);
            {body}
        }}"""
    )


def pick(page, title: str, phone: bool) -> None:
    """Choose a session in the way this size of screen offers."""
    if phone:
        picker = page.get_by_label("Session", exact=True)
        option = picker.locator("option", has_text=title).first
        picker.select_option(option.get_attribute("value"))
    else:
        page.get_by_role("button", name=title).click()
    page.locator(".blended-roll h3", has_text=title).wait_for()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here is a journey in a browser."""
    for item in items:
        if Path(item.path).parent == Path(__file__).parent:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="module")
def campus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the address of a campus of this module's own."""
    with serve_demo(tmp_path_factory.mktemp("campus")) as address:
        yield address


@pytest.fixture(scope="package")
def driver() -> Iterator[Playwright]:
    """Start what drives browsers, once for the journeys that follow each other.

    It keeps an event loop running in the tests' thread, where Django refuses every query: what is
    no journey must not find it there, and with xdist such tests come between and after.
    """
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="package")
def browser(driver: Playwright) -> Iterator[Browser]:
    """Start Debian's Chromium, as long as its driver."""
    chromium = driver.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
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
        # Choosers are held for a test from now on. Held from when it waits for one only, a key that
        # is pressed at once can be quicker, and the browser drops a chooser that nobody holds.
        page.on("filechooser", lambda _chooser: None)

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
        # Whoever goes on before the next page is there ends the request that is to change them.
        with self.page.expect_navigation():
            self.page.get_by_role("main").get_by_role("button", name=name).first.click()
        expect(self.page.get_by_role("banner")).to_contain_text(name)

    def enter(self, name: str, known: dict[str, Any]) -> None:
        """Be somebody from the start, at no page yet: by that click, once for a campus.

        ``known`` are the cookies of those who have entered it, by name.
        """
        context = self.page.context
        if name in known:
            context.add_cookies(known[name])
            return
        self.become(name)
        known[name] = [cookie for cookie in context.cookies() if cookie["name"] in COOKIES]

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
        # What is about to be replaced is faint.
        expect(self.page.locator("[aria-busy=true]")).to_have_count(0)
        # What it passed is not written out, which is half of its time.
        found = Axe().run(self.page, options={"resultTypes": ["violations"]})
        wrong = [
            f"{item['id']}: {item['help']} — {node['html'][:160]}"
            for item in found.response["violations"]
            for node in item["nodes"]
        ]
        assert not wrong, "\n".join(wrong)
        width = self.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert width <= 0, f"The page is {width} px wider than the screen."
        assert not self.errors, self.errors


@pytest.fixture(scope="module")
def entered(campus: str) -> dict[str, Any]:
    """Keep who has entered a campus: another one may have its port later."""
    return {}


@pytest.fixture
def visit(
    browser: Browser, campus: str, entered: dict[str, Any]
) -> Iterator[Callable[..., Visitor]]:
    """Return a function that gives a person a browser: ``visit("Ada Benali", phone=True)``.

    They have opened no page yet.
    """
    contexts = []

    def start(name: str = "", *, phone: bool = False, **options: object) -> Visitor:
        context = browser.new_context(
            viewport=PHONE if phone else LAPTOP,
            has_touch=phone,
            locale="en-GB",
            timezone_id="Europe/Paris",
            **options,  # type: ignore[arg-type]
        )
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        visitor = Visitor(context.new_page(), campus)
        if name:
            visitor.enter(name, entered)
        return visitor

    yield start
    for context in contexts:
        context.close()


def usage(block: str) -> str:
    """Return the key of a block of the campus's course from ``type@id``."""
    block_type, block_id = re.fullmatch(r"([^@]+)@(.+)", block).groups()  # type: ignore[union-attr]
    return f"block-v1:Blended+CONFLICT+demo+type@{block_type}+block@{block_id}"
