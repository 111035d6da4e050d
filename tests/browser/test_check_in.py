"""The room's pages as people use them: the projector, phones that scan it, and the paper sheet."""

from __future__ import annotations

import io
import re
from collections.abc import Callable

import pypdf
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.codes import read_code
from tests.browser.conftest import PATIENCE, eventually

STAFF = "Camille Laurent"
TRAINER = "Piotr Zieliński"
NOT_YET = "Opening it opens the roll and freezes the list of learners."
# The screens that the code fills, in pixels.
SIZES = [(1280, 720), (1920, 1080), (1024, 768), (360, 740)]


def to_page(visitor, name: str, session: str = "Workshop in Paris") -> Page:
    """Go to a page of a session's room by its link on the roll, in the tab that it opens."""
    visitor.unit()
    page = visitor.page
    heading = page.locator(".blended-roll h3")
    heading.wait_for()
    if session not in heading.inner_text():
        page.get_by_role("button", name=session).click()
        page.locator(".blended-roll h3", has_text=session).wait_for()
    with page.context.expect_page() as opened:
        page.get_by_role("link", name=name).click()
    visitor.page.close()
    visitor.page = opened.value
    visitor.page.on("pageerror", lambda error: visitor.errors.append(str(error)))
    visitor.page.wait_for_load_state()
    return visitor.page


def count(page: Page) -> Locator:
    return page.locator("[data-count]")


def open_check_in(page: Page) -> None:
    """Open it where it is shut, whatever an earlier journey left."""
    opening = re.compile("Open check-in now|Open again|Go on")
    page.locator('[data-state]:not([data-state="loading"])').wait_for()
    if page.locator("[data-code]").is_hidden():
        page.get_by_role("button", name=opening).click()
    page.locator("[data-qr] svg").wait_for()


def typed_code(page: Page) -> str:
    return page.locator("[data-typed]").inner_text()


def next_code(page: Page) -> None:
    """Wait for another code, which is not the dashes of a screen that knows none."""
    before = re.escape(typed_code(page))
    another = re.compile(rf"^(?!{before})\d{{3}} \d{{3}}$")
    expect(page.locator("[data-typed]")).to_have_text(another)


def scan(shown: Locator) -> str:
    """Hold a phone before a code until it reads it."""
    eventually(lambda: bool(read_code(shown)), True)
    return read_code(shown)


@pytest.fixture
def screen(visit) -> Callable[..., tuple]:
    """Return a function that puts the screen of today's session on a projector."""

    def show(name: str = STAFF, **options: object) -> tuple:
        visitor = visit(name, **options)
        page = to_page(visitor, "Check-in screen")
        return visitor, page

    return show


def test_learners_scan_the_screen_and_every_display_counts_them(visit, screen) -> None:
    staff, page = screen()
    page.get_by_role("heading", name="Check-in is not open yet").wait_for()
    expect(page.get_by_text(NOT_YET)).to_be_visible()
    staff.check()
    staff.picture("screen-not-open")
    page.get_by_role("button", name="Open check-in now").click()
    page.locator("[data-qr] svg").wait_for()
    # The button that had it is gone.
    expect(page.locator(":focus")).to_have_text("Pause")
    expect(count(page)).to_have_text("0 of 23 here")
    staff.check()
    staff.picture("screen")

    _trainer, other = screen(TRAINER)
    open_check_in(other)
    eventually(lambda: typed_code(other) == typed_code(page), True)

    learner = visit("Ada Benali", phone=True)
    address = scan(page.locator("[data-qr]"))
    assert address.startswith(f"{learner.campus}/blended/")
    learner.page.goto(address)
    learner.page.get_by_role("button", name="Check in").click()
    learner.page.get_by_text("You are checked in").wait_for()
    learner.check()
    for display in (page, other):
        expect(count(display)).to_have_text("1 of 23 here")
        expect(display.locator("[data-names] li")).to_have_text(["Ada"])

    next_code(page)
    eventually(lambda: read_code(page.locator("[data-qr]")) not in {"", address}, True)

    typist = visit("Chloé D'Argent", phone=True)
    session = page.locator("[data-session]").get_attribute("data-session")
    typist.open(f"/blended/check-in/{session}/")
    typist.page.get_by_label("Code on the screen").fill(typed_code(page))
    typist.page.get_by_role("button", name="Check in").click()
    typist.page.get_by_text("You are checked in").wait_for()
    expect(count(page)).to_have_text("2 of 23 here")
    expect(page.locator("[data-names] li")).to_have_text(["Chloé", "Ada"])

    page.keyboard.press("p")
    page.get_by_role("heading", name="Check-in is paused").wait_for()
    staff.check()
    staff.picture("screen-paused")
    expect(page.locator(":focus")).to_have_text("Go on")
    late = visit("Léa Martin", phone=True)
    late.page.goto(address)
    late.page.get_by_role("heading", level=1).wait_for()
    expect(late.page.get_by_text("You are checked in")).to_have_count(0)
    expect(other.get_by_role("heading", name="Check-in is paused")).to_be_visible()

    other.get_by_role("button", name="Go on").click()
    other.locator("[data-qr] svg").wait_for()
    expect(page.locator("[data-qr] svg")).to_be_visible()
    expect(count(page)).to_have_text("2 of 23 here")


def test_a_screen_is_closed_and_opened_again_and_names_can_be_hidden(screen) -> None:
    staff, page = screen()
    open_check_in(page)
    hide = page.get_by_role("button", name="Hide names")
    hide.click()
    show = page.get_by_role("button", name="Show names")
    show.wait_for()
    expect(page.locator("[data-names]")).to_be_hidden()
    page.reload()
    # It is remembered.
    show.wait_for()
    expect(page.locator("[data-names]")).to_be_hidden()
    page.keyboard.press("n")
    hide.wait_for()
    page.keyboard.press("f")
    page.get_by_role("button", name="Leave full screen").wait_for()
    page.keyboard.press("f")
    page.get_by_role("button", name="Full screen", exact=True).wait_for()

    page.get_by_text("Keyboard").click()
    page.get_by_label("Use these keys").uncheck()
    page.get_by_text("Keyboard").click()
    page.keyboard.press("n")
    # The keys can be switched off: two buttons later the page has long heard of that one.
    expect(hide).to_be_visible()

    page.get_by_role("button", name="Close").click()
    page.get_by_role("heading", name="Check-in is closed").wait_for()
    expect(page.locator("[data-qr] svg")).to_have_count(0)
    expect(hide).to_be_visible()
    staff.check()
    page.get_by_role("button", name="Open again").click()
    page.locator("[data-qr] svg").wait_for()


def test_a_display_without_a_network_shows_the_next_code_and_no_dead_one(screen) -> None:
    staff, page = screen()
    open_check_in(page)
    page.context.set_offline(True)
    page.get_by_text("The next code is here already").wait_for()
    code = scan(page.locator("[data-qr]"))
    page.get_by_text("Reconnecting").wait_for(timeout=2 * PATIENCE)
    eventually(lambda: read_code(page.locator(".screen-qr-box")), "")
    assert not re.search(r"\d", typed_code(page))
    staff.check()
    staff.picture("screen-reconnecting")
    page.context.set_offline(False)
    expect(page.locator(".screen-stale")).to_be_hidden()
    eventually(lambda: read_code(page.locator("[data-qr]")) not in {"", code}, True)
    expect(page.locator("[data-net]")).to_have_text("")


def test_the_clock_of_the_device_counts_for_nothing(visit) -> None:
    staff = visit(STAFF)
    # A laptop that is two hours slow, and knows nothing of it.
    staff.page.context.add_init_script("const now = Date.now; Date.now = () => now() - 7_200_000;")
    page = to_page(staff, "Check-in screen")
    open_check_in(page)
    expect(page.locator("[data-seconds]")).to_have_text(re.compile(r"^([1-9]|1[0-5])$"))
    assert scan(page.locator("[data-qr]"))


def test_a_display_that_is_logged_out_says_so_and_goes_on_by_itself(screen) -> None:
    staff, page = screen()
    open_check_in(page)
    cookies = page.context.cookies()
    page.context.clear_cookies()
    page.get_by_role("heading", name="You are logged out").wait_for()
    expect(page.locator("[data-qr] svg")).to_have_count(0)
    link = page.get_by_role("link", name="Log in in another tab")
    expect(link).to_have_attribute("href", page.url)
    staff.check()
    page.context.add_cookies(cookies)
    expect(page.locator("[data-qr] svg")).to_be_visible()


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_code_is_as_large_as_the_screen_allows(screen, language) -> None:
    staff, page = screen()
    open_check_in(page)
    page.context.add_cookies([{"name": "django_language", "value": language, "url": staff.campus}])
    page.reload()
    page.locator("[data-qr] svg").wait_for()
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        box = page.locator(".screen-qr-box").bounding_box()
        assert box is not None
        assert box["width"] == pytest.approx(box["height"], abs=1), width
        assert box["height"] >= min(0.6 * height, 0.85 * width), width
        if width > height:
            assert page.evaluate("document.documentElement.scrollHeight <= innerHeight"), width
        staff.check()
        staff.picture(f"screen-{width}-{language}")


def test_who_wants_no_motion_sees_no_ring(screen) -> None:
    _staff, page = screen(reduced_motion="reduce")
    open_check_in(page)
    expect(page.locator("[data-seconds]")).to_be_visible()
    expect(page.locator(".screen-ring")).to_be_hidden()


# The sheet


@pytest.mark.parametrize("paper", ["A4", "Letter"])
def test_the_sheet_as_paper_names_everybody_on_each_page_of_which_session(visit, paper) -> None:
    staff = visit(STAFF)
    page = to_page(staff, "Print the sign-in sheet")
    staff.check()
    names = page.locator("tbody .sheet-name").all_inner_texts()
    names = [name for name in names if name.strip()]
    assert len(names) >= 23
    page.get_by_label("Empty lines").fill("30")
    with page.expect_navigation():
        page.get_by_role("button", name="Update").click()
    pdf = pypdf.PdfReader(io.BytesIO(page.pdf(format=paper)))
    pages = [text.extract_text() for text in pdf.pages]
    assert len(pages) >= 2
    assert all("Workshop in Paris" in text for text in pages), "each page says what it is of"
    assert all("Signature" in text for text in pages)
    assert [f"{n} / {len(pages)}" in text for n, text in enumerate(pages, 1)] == [True] * len(pages)
    whole = re.sub(r"\s+", " ", " ".join(pages))
    # Extracted text has other ideas of the order of letters from right to left.
    latin = [name for name in names if max(name) < "\N{HEBREW LETTER ALEF}"]
    assert len(latin) >= 11
    assert [name for name in latin if name not in whole] == []
    assert "Show what is recorded" not in whole
    assert "Print" not in whole


def test_the_sheet_shows_what_is_recorded_if_asked_to(visit) -> None:
    staff = visit(STAFF, phone=True)
    staff.unit()
    picker = staff.page.get_by_label("Session", exact=True)
    montreal = picker.locator("option", has_text="Montréal").first
    picker.select_option(montreal.get_attribute("value"))
    staff.page.locator(".blended-roll h3", has_text="Montréal").wait_for()
    page = to_page(staff, "Print the sign-in sheet", "Montréal")
    expect(page.get_by_text("Excused")).to_have_count(0)
    with page.expect_navigation(url="**status=1**"):
        page.get_by_label("Show what is recorded").click()
    expect(page.get_by_text("Excused")).to_have_count(1)
    staff.check()
    staff.picture("sheet-phone")
