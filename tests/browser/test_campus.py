"""Journeys on the running demo, in a browser: with a mouse, and without one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PATIENCE, serve_demo

COURSE = "block-v1:Blended+CONFLICT+demo"
SUBSECTIONS = ("before", "workshop", "after", "look-back", "recording")


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve a campus of its own that also speaks a language written from right to left."""
    with serve_demo(tmp_path_factory.mktemp("campus"), BLENDED_XBLOCK_RTL="1") as address:
        yield address


class Visit:
    """One person's tab; it notes whatever went wrong in it."""

    def __init__(self, browser: Any, address: str, width: int) -> None:
        self.address = address
        self.context = browser.new_context(viewport={"width": width, "height": 800})
        self.context.set_default_timeout(PATIENCE)
        self.page = self.context.new_page()
        self.faults: list[str] = []
        self.page.on("pageerror", lambda error: self.faults.append(f"script: {error}"))
        self.page.on("request", self._note_request)
        self.page.on(
            "response",
            lambda response: (
                self.faults.append(f"{response.status} {response.url}")
                if response.status >= 500
                else None
            ),
        )

    def _note_request(self, request: Any) -> None:
        if not request.url.startswith((self.address, "data:", "blob:")):
            self.faults.append(f"left this machine: {request.url}")

    def be(self, name: str) -> None:
        self.page.goto(f"{self.address}/")
        self.page.get_by_role("button", name=f"Be {name}", exact=True).click()
        self.page.wait_for_url("**/course/")

    def open(self, url_name: str) -> None:
        self.page.goto(f"{self.address}/course/{COURSE}+type@sequence_demo+block@{url_name}/")

    def speak(self, language: str) -> None:
        with self.page.expect_navigation():
            self.page.locator(f".campus-languages [lang={language}]").click()

    def is_too_wide(self) -> bool:
        return bool(
            self.page.evaluate(
                "document.documentElement.scrollWidth > document.documentElement.clientWidth"
            )
        )


@pytest.fixture
def visit(request: pytest.FixtureRequest, browser: Any, address: str) -> Iterator[Visit]:
    visit = Visit(browser, address, getattr(request, "param", 1280))
    yield visit
    visit.context.close()
    assert visit.faults == []


def test_reading_is_done_once_it_was_looked_at(visit: Visit) -> None:
    page = visit.page
    page.goto(f"{visit.address}/")
    page.get_by_text("Everybody else in the course").click()
    page.get_by_role("button", name=re.compile("Łukasz Wójcik")).click()
    page.wait_for_url("**/course/")
    expect(page.get_by_text("0 of 3 done")).to_be_visible()

    # Time stands still until it was seen that nothing is done yet.
    page.clock.install(time=0)
    page.clock.pause_at(1_000)
    visit.open("before")
    leaf = page.locator("#why-conflicts-escalate")
    expect(leaf.get_by_text("Done once you have looked at it")).to_be_visible()
    page.clock.resume()
    leaf.get_by_text("Done", exact=True).wait_for()
    # What stands further down was not looked at.
    expect(page.locator("#self-check").get_by_text("Done once you have answered")).to_be_visible()

    page.goto(f"{visit.address}/course/")
    page.get_by_text("1 of 3 done").wait_for()
    expect(page.get_by_text("0 of 3 done")).to_have_count(0)


def test_a_question_is_answered_without_a_mouse(visit: Visit) -> None:
    visit.be("Léa Martin")
    visit.open("before")
    page = visit.page
    question = page.locator("#self-check")
    question.get_by_role("button", name="Check").focus()
    page.keyboard.press("Enter")
    expect(question.get_by_text("Give an answer first.")).to_be_visible()

    question.get_by_role("radio").first.focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    question.get_by_text("Not this one").wait_for()
    expect(question.get_by_text("Done", exact=True)).to_be_visible()

    page.keyboard.press("Shift+Tab")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    question.get_by_text("asks for the one case behind it").wait_for()

    page.reload()
    expect(question.get_by_role("radio").nth(1)).to_be_checked()
    expect(question.get_by_text("asks for the one case behind it")).to_be_visible()


def test_the_exercise_works_by_mouse_and_by_keyboard(visit: Visit) -> None:
    visit.be("Maëlle Tremblay")
    visit.open("after")
    page = visit.page
    bank = page.locator(".item-bank")
    bank.get_by_text("What happened on your side?").wait_for()

    # It is shown as dropped before the server has heard of it.
    with page.expect_response("**/drop_item"):
        bank.get_by_text("What happened on your side?").drag_to(page.locator("[data-uid=listen]"))
    page.locator(
        "[data-uid=listen] .item-content", has_text="What happened on your side?"
    ).wait_for()

    item = bank.locator(".option", has_text="The report was due on Friday")
    item.focus()
    page.keyboard.press("Enter")
    page.locator("[data-uid=open]").focus()
    with page.expect_response("**/drop_item"):
        page.keyboard.press("Enter")
    page.locator(
        "[data-uid=open] .item-content", has_text="The report was due on Friday"
    ).wait_for()

    page.reload()
    page.locator(
        "[data-uid=open] .item-content", has_text="The report was due on Friday"
    ).wait_for()
    expect(page.locator(".zone .item-content")).to_have_count(2)
    page.goto(f"{visit.address}/course/")
    expect(page.get_by_text("Score: 40 of 100")).to_be_visible()


@pytest.mark.parametrize("visit", [1280, 800, 360], indirect=True)
@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_menu_opens_within_the_window(visit: Visit, language: str) -> None:
    visit.be("Léa Martin")
    visit.speak(language)
    visit.page.locator(".campus-menu summary").click()

    expect(visit.page.locator(".campus-menu-panel")).to_be_visible()
    panel = visit.page.locator(".campus-menu-panel").bounding_box()
    assert panel["x"] >= 0
    assert panel["x"] + panel["width"] <= visit.page.viewport_size["width"]
    assert not visit.is_too_wide()


@pytest.mark.parametrize("visit", [1280, 360], indirect=True)
def test_switching_takes_a_few_keys(visit: Visit) -> None:
    visit.be("Léa Martin")
    page = visit.page
    page.locator(".campus-menu summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")

    page.get_by_text("You are Maëlle Tremblay").wait_for()

    page.locator(".campus-menu summary").click()
    page.keyboard.press("Escape")
    expect(page.locator(".campus-menu-panel")).to_be_hidden()
    expect(page.locator(".campus-menu summary")).to_be_focused()


def test_what_the_author_saves_and_publishes_is_what_learners_read(visit: Visit) -> None:
    visit.be("Sofia Almeida")
    page = visit.page
    page.get_by_role("link", name="Studio").click()
    page.get_by_role("link", name="Edit “Handling conflict”").click()
    # Until its script runs, the form can be neither written in nor saved.
    expect(page.locator("[data-view=studio] form")).not_to_have_attribute("inert", "")
    page.get_by_label("Title").fill("Handling conflict <b>well</b>")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Saved. Publish it to make it count.").wait_for()
    page.get_by_role("button", name="Publish").click()
    page.get_by_text("Published.").wait_for()

    visit.be("Léa Martin")
    visit.open("workshop")
    expect(page.get_by_role("heading", name="Handling conflict <b>well</b>")).to_be_visible()


@pytest.mark.parametrize(
    ("visit", "name"),
    [
        (360, "Léa Martin"),
        (1280, "Maëlle Tremblay"),
        (360, "Camille Laurent"),
        (1280, "Sofia Almeida"),
    ],
    indirect=["visit"],
)
def test_every_page_fits_and_is_accessible(visit: Visit, name: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    visit.be(name)

    for place in ("/", "/course/", "/course/nothing/", "/studio/", *SUBSECTIONS):
        if place.startswith("/"):
            visit.page.goto(visit.address + place)
        else:
            visit.open(place)
        # What fetches more of itself is not as wide as it will be.
        if visit.page.locator(".blended, .xblock--drag-and-drop").count():
            visit.page.wait_for_load_state("networkidle")
        # The exercise's own markup is its maker's; the blended unit has journeys of its own.
        results = axe.run(
            visit.page, context={"exclude": [[".xblock--drag-and-drop"], [".blended"]]}
        )
        assert (
            visit.page.locator("main").evaluate("node => getComputedStyle(node).padding") != "0px"
        )
        assert results.violations_count == 0, f"{place}: {results.generate_report()}"
        assert not visit.is_too_wide(), place


@pytest.mark.parametrize("visit", [360], indirect=True)
def test_pages_from_right_to_left_fit_as_well(visit: Visit) -> None:
    visit.be("Léa Martin")
    visit.speak("ar")

    for place in SUBSECTIONS:
        visit.open(place)
        assert visit.page.evaluate("getComputedStyle(document.body).direction") == "rtl"
        assert not visit.is_too_wide(), place
