"""The reverse mode: the instructor reads learners' own codes, with a scanner or the camera."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.codes import film_code
from tests.browser.conftest import ARGUMENTS, LAPTOP, PATIENCE, Visitor
from tests.browser.test_check_in import STAFF, open_check_in, to_page
from tests.conftest import CHROMIUM

# Count how often a code is read from a picture.
COUNT_READ = """() => {
    window.read = 0;
    let decode;
    Object.defineProperty(window, "jsQR", {
        get: () => decode,
        set: (given) => {
            decode = (...picture) => {
                const found = given(...picture);
                if (found) window.read += 1;
                return found;
            };
        },
    });
}"""
FAKE_CAMERA = ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"]


def own_code(visit, name: str, page: Page) -> str:
    """Return what a learner's own QR code holds, asked for as their own page does."""
    learner = visit(name, phone=True)
    learner.unit()
    root = page.locator(".blended[data-session]")
    session = root.get_attribute("data-session")
    unit = re.search(r"/units/\d+/", root.get_attribute("data-url-scan-pass") or "")
    assert unit
    url = f"{learner.campus}/blended{unit[0]}own_pass/?session={session}"
    return json.loads(learner.page.request.get(url).text())["text"]


def scan_page(visit, **options: object) -> tuple[Visitor, Page]:
    """Open the check-in, then the page that scans."""
    staff = visit(STAFF, **options)
    page = to_page(staff, "Check-in screen")
    open_check_in(page)
    page.goto(page.url.replace("/screen/", "/scan/"))
    page.get_by_role("button", name="Start the camera").wait_for()
    return staff, page


def scanner_types(page: Page, code: str) -> None:
    page.keyboard.type(code)
    page.keyboard.press("Enter")


def answer(page: Page) -> Locator:
    return page.locator("[data-answer]")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_a_scanner_checks_learners_in(visit, dark) -> None:
    name = "Björn Åkesson" if dark else "Ada Benali"
    staff, page = scan_page(visit, color_scheme="dark" if dark else "light")
    # The clock of a device counts for nothing, least of all when a mark is taken back.
    page.evaluate("Date.prototype.toISOString = () => '2001-01-01T00:00:00.000Z'")
    code = own_code(visit, name, page)
    staff.check()

    scanner_types(page, code)
    box = answer(page)
    expect(box).to_have_attribute("data-kind", "good")
    expect(box).to_contain_text(name)
    expect(box).to_contain_text(re.compile(r"\d\d:\d\d"))
    # Ready for the next one.
    expect(page.locator("#scan-code")).to_be_focused()
    expect(page.locator("#scan-code")).to_have_value("")

    scanner_types(page, code)
    expect(box).to_have_attribute("data-kind", "known")
    expect(box).to_contain_text("Recorded already")

    page.get_by_role("heading", name="Scan learners").click()  # Out of the field.
    scanner_types(page, "493027")
    expect(box).to_have_attribute("data-kind", "bad")
    expect(box).to_contain_text(re.compile("not a learner[’']s code"))
    staff.check()
    staff.picture(f"scan-{'dark' if dark else 'light'}")

    page.get_by_role("button", name=f"Undo: {name}").click()
    page.get_by_text("Mark taken back").first.wait_for()
    scanner_types(page, code)
    expect(box).to_have_attribute("data-kind", "good")
    expect(page.locator("[data-last] li")).to_have_count(3)
    staff.check()


def test_a_code_read_before_the_check_in_is_open_is_taken_once_it_is(visit) -> None:
    staff, page = scan_page(visit)
    code = own_code(visit, "Mathéo Lefèvre-Dubois", page)
    page.goto(page.url.replace("/scan/", "/screen/"))
    page.get_by_role("button", name="Close").click()
    page.get_by_role("heading", name="Check-in is closed").wait_for()
    page.goto(page.url.replace("/screen/", "/scan/"))
    page.get_by_role("button", name="Start the camera").wait_for()
    scanner_types(page, code)
    page.get_by_text("Check-in is not open").wait_for()
    staff.check()
    staff.picture("scan-shut")
    page.get_by_role("button", name="Open check-in now").click()
    expect(answer(page)).to_have_attribute("data-kind", "good")
    expect(answer(page)).to_contain_text("Mathéo Lefèvre-Dubois")
    expect(page.locator("[data-open]")).to_be_hidden()


def test_no_scan_is_lost_while_the_network_is_away(visit) -> None:
    staff, page = scan_page(visit)
    codes = [own_code(visit, name, page) for name in ("Chloé D'Argent", "Fatou N'Diaye")]
    page.context.set_offline(True)
    for code in (*codes, codes[0]):
        scanner_types(page, code)
    page.get_by_text("2 to send").wait_for()
    expect(answer(page)).to_contain_text(re.compile("Code kept|on its way"))
    staff.check()
    staff.picture("scan-offline")
    page.context.set_offline(False)
    expect(page.locator("[data-last] li")).to_have_count(2)
    expect(page.locator("[data-unsent]")).to_have_text("")
    for name in ("Chloé", "Fatou"):
        expect(page.locator("[data-last]")).to_contain_text(name)


def test_on_a_phone_the_page_fits(visit) -> None:
    staff, page = scan_page(visit)
    page.set_viewport_size({"width": 360, "height": 740})
    scanner_types(page, "nonsense")
    expect(page.locator("[data-answer]")).to_have_attribute("data-kind", "bad")
    staff.check()
    staff.picture("scan-phone")


# The camera


@pytest.fixture
def camera_browser(browser: Browser, tmp_path: Path) -> Iterator[object]:
    """Return a function that starts a browser whose camera sees a film, or is not there."""
    started = []

    def start(*arguments: str) -> Browser:
        chromium = browser.browser_type.launch(
            executable_path=CHROMIUM, args=[*ARGUMENTS, *arguments]
        )
        started.append(chromium)
        return chromium

    yield start
    for chromium in started:
        chromium.close()


def with_camera(chromium: Browser, page: Page, campus: str, **options: object) -> Visitor:
    """Open the page at which ``page`` stands in another browser, as the same member of staff."""
    context = chromium.new_context(viewport=LAPTOP, locale="en-GB", **options)  # type: ignore[arg-type]
    context.set_default_timeout(PATIENCE)
    context.add_cookies(page.context.cookies())  # type: ignore[arg-type]
    visitor = Visitor(context.new_page(), campus)
    visitor.page.goto(page.url)
    return visitor


def test_the_camera_reads_a_learners_code(visit, camera_browser, tmp_path) -> None:
    _staff, page = scan_page(visit)
    code = own_code(visit, "Hélène Schmitt", page)
    film = film_code(code, tmp_path / "code.y4m")
    chromium = camera_browser(*FAKE_CAMERA, f"--use-file-for-fake-video-capture={film}")
    staff = with_camera(chromium, page, _staff.campus)
    seen = staff.page
    asked: list[str] = []
    seen.on("request", lambda request: asked.append(request.url))
    seen.evaluate(COUNT_READ)
    seen.get_by_role("button", name="Start the camera").click()
    expect(answer(seen)).to_have_attribute("data-kind", "good")
    expect(answer(seen)).to_contain_text("Hélène Schmitt")
    assert any("jsQR" in url for url in asked), "this Chromium knows no BarcodeDetector"
    seen.wait_for_function("before => window.read > before + 5", arg=seen.evaluate("window.read"))
    assert sum("scan_pass" in url for url in asked) == 1, "it stays before the camera"
    staff.check()
    staff.picture("scan-camera")
    seen.get_by_role("button", name="Stop the camera").click()
    seen.get_by_role("button", name="Start the camera").wait_for()
    expect(seen.locator("[data-video]")).to_be_hidden()


def test_a_browser_that_can_read_codes_needs_no_decoder(visit, camera_browser, tmp_path) -> None:
    _staff, page = scan_page(visit)
    code = own_code(visit, "Inès Kouassi", page)
    film = film_code("nothing of interest", tmp_path / "code.y4m")
    chromium = camera_browser(*FAKE_CAMERA, f"--use-file-for-fake-video-capture={film}")
    staff = with_camera(chromium, page, _staff.campus)
    seen = staff.page
    seen.add_init_script(
        f"""window.BarcodeDetector = class {{
            static getSupportedFormats() {{ return Promise.resolve(["qr_code"]); }}
            detect() {{ return Promise.resolve([{{ rawValue: {json.dumps(code)} }}]); }}
        }};"""
    )
    seen.reload()
    asked: list[str] = []
    seen.on("request", lambda request: asked.append(request.url))
    seen.get_by_role("button", name="Start the camera").click()
    expect(seen.locator("[data-answer]")).to_have_attribute("data-kind", "good")
    assert not any("jsQR" in url for url in asked)


def test_without_a_camera_the_page_says_what_to_do_and_the_field_works(
    visit, camera_browser
) -> None:
    _staff, page = scan_page(visit)
    staff = with_camera(camera_browser(), page, _staff.campus)
    seen = staff.page
    seen.get_by_role("button", name="Start the camera").click()
    problem = seen.locator("[data-camera-problem]")
    expect(problem).to_contain_text(re.compile("no camera|not allowed"))
    seen.locator("#scan-code").focus()
    scanner_types(seen, "nonsense")
    expect(seen.locator("[data-answer]")).to_have_attribute("data-kind", "bad")
    staff.check()


def test_what_is_wrong_with_the_camera_is_said(visit) -> None:
    _staff, page = scan_page(visit)
    for name, said in (
        ("NotAllowedError", "not allowed"),
        ("NotFoundError", "no camera"),
        ("NotReadableError", "in use by another program"),
    ):
        page.evaluate(
            "name => { navigator.mediaDevices.getUserMedia = () =>"
            " Promise.reject(new DOMException('', name)); }",
            name,
        )
        page.get_by_role("button", name="Start the camera").click()
        expect(page.locator("[data-camera-problem]")).to_contain_text(said)
