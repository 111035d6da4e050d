"""A phone scans the code before its owner is logged in: the turn is kept, in a real browser."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.test_check_in import STAFF, next_code, open_check_in, scan, to_page, typed_code


def become(page: Page, name: str) -> None:
    """Log in as the campus does, on the page that a visitor is sent to."""
    page.get_by_role("heading", level=1).wait_for()
    choice = page.get_by_role("main").get_by_role("button", name=name)
    if choice.count() == 0:
        page.get_by_text("Everybody else in the course").click()
    choice.first.click()


def test_a_login_on_the_way_keeps_the_turn_and_every_page_says_what_to_do(visit) -> None:
    staff = visit(STAFF)
    screen = to_page(staff, "Check-in screen")
    open_check_in(screen)
    address = scan(screen.locator("[data-qr]"))
    session = screen.locator("[data-session]").get_attribute("data-session")

    phone = visit(phone=True)
    phone.page.goto(address)
    assert "turn" in phone.page.url
    # The code they scanned is no longer good when they have found their password: the one that is
    # shown is, and the one before it.
    next_code(screen)
    next_code(screen)
    become(phone.page, "Ada Benali")
    button = phone.page.get_by_role("button", name="Check in as Ada Benali")
    button.wait_for()
    phone.check()
    phone.picture("check-in-phone")
    button.click()
    phone.page.get_by_role("heading", name="You are checked in").wait_for()
    expect(phone.page.get_by_text("Present")).to_be_visible()
    phone.check()
    phone.picture("check-in-done-phone")

    # Somebody else on the same phone, with the same address, has no turn.
    friend = phone.page
    with friend.expect_navigation():
        friend.get_by_role("link", name="Not you? Log out").click()
    become(friend, "Chloé D'Argent")
    friend.get_by_role("heading", name="Scan again").wait_for()
    phone.check()
    friend.get_by_role("link", name="Type the code instead").click()
    friend.get_by_label("Code on the screen").fill("12 34")
    friend.keyboard.press("Enter")
    friend.get_by_role("heading", name="Not checked in yet").wait_for()
    phone.check()
    friend.get_by_label("Code on the screen").fill(typed_code(screen))
    friend.keyboard.press("Enter")
    friend.get_by_role("heading", name="You are checked in").wait_for()

    laptop = visit("Léa Martin")
    laptop.open(f"/blended/check-in/{session}/")
    laptop.page.get_by_label("Code on the screen").wait_for()
    laptop.check()
    laptop.open("/blended/in/nothing/")
    laptop.page.get_by_role("heading", name="This is no code of a session").wait_for()
    laptop.check()
