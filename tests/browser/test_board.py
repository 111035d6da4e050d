"""Before a session: who is ready, a reminder that the learner reads, and what waits for whom."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import pick

TRAINER = "Camille Laurent"
LEARNER = "Łukasz Wójcik"
OTHER = "João Pereira da Conceição"


def show_board(page, title: str, phone: bool) -> None:
    """Choose a session, and wait for its readiness board."""
    pick(page, title, phone)
    page.locator(".blended-board h3").wait_for()


@pytest.mark.parametrize("phone", [False, True], ids=["1280", "360"])
def test_the_board_is_filtered_and_sorted_without_losing_the_focus(visit, phone) -> None:
    trainer = visit(TRAINER, phone=phone)
    trainer.unit()
    page, size = trainer.page, "phone" if phone else "laptop"
    show_board(page, "Catch-up online", phone)
    board = page.locator(".blended-board")
    expect(board.locator("h3")).to_contain_text("of 34 are ready for")
    rows = board.locator("[data-user]")
    expect(rows).to_have_count(34)
    board.get_by_label("Sort by").select_option("readiness")
    board.locator("[data-user] >> nth=0", has_text="0 of 3").wait_for()
    board.get_by_label("Show").focus()
    board.get_by_label("Show").select_option("partly")
    board.locator("[data-found]", has_text="8 learners").wait_for()
    expect(board.get_by_label("Show")).to_be_focused()
    search = board.get_by_label("Search")
    search.fill("chloe")
    board.locator("[data-found]", has_text="1 learner").wait_for()
    expect(search).to_be_focused()
    expect(rows).to_have_text([re.compile("Chloé")])
    search.fill("nobody at all")
    board.get_by_text("Nobody fits.").wait_for()
    board.get_by_text("The figures as a table").click()
    trainer.check()
    trainer.picture(f"board-{size}")


@pytest.mark.parametrize("phone", [False, True], ids=["1280", "360"])
def test_a_reminder_is_shown_then_sent_then_read(visit, phone) -> None:
    trainer = visit(TRAINER, phone=phone)
    trainer.unit()
    page, size = trainer.page, "phone" if phone else "laptop"
    title = "Workshop in Paris" if phone else "Catch-up online"
    show_board(page, title, phone)
    remind = page.get_by_role("button", name="who are not ready")
    remind.click()
    letters = page.locator(".blended-letter")
    letters.first.wait_for()
    expect(page.locator(":focus")).to_have_text("Send a reminder")
    page.get_by_label("A line of your own").fill("It takes <b>20 minutes</b>.")
    line = f"{TRAINER} writes: It takes <b>20 minutes</b>."
    # Each language has its letter; people of both are among those not ready.
    # Shown as text, as it will be sent.
    expect(letters.filter(has_text=line).first).to_be_visible()
    trainer.check()
    trainer.picture(f"reminder-{size}")
    page.keyboard.press("Escape")
    expect(remind).to_be_focused()
    remind.click()
    letters.first.wait_for()
    page.get_by_label("A line of your own").fill("It takes <b>20 minutes</b>.")
    page.get_by_role("checkbox", name=OTHER).uncheck()
    page.get_by_role("button", name="Send to").click()
    page.locator("[data-sending-text]", has_text="Reminders sent:").wait_for()
    trainer.check()
    page.get_by_role("button", name="Done").click()
    page.locator(".blended-board-remarks", has_text="Reminded").first.wait_for()

    learner = visit(LEARNER, phone=phone)
    learner.open("/course/")
    learner.page.get_by_role("link", name="Mail").click()
    mail = learner.page.locator(".campus-card", has_text=title)
    expect(mail).to_contain_text(line)
    learner.check()
    learner.picture(f"mail-{size}")
    mail.get_by_role("link", name="Go to the prework").click()
    learner.page.locator('.blended[data-view="learner"]').wait_for()
    other = visit(OTHER)
    other.open("/mail/")
    other.page.get_by_role("heading", level=1).wait_for()
    expect(other.page.locator(".campus-card", has_text=title)).to_have_count(0)

    remind.click()
    again = page.get_by_role("checkbox", name=LEARNER)
    again.wait_for()
    # Reminded less than an hour ago.
    expect(again).not_to_be_checked()
    expect(page.get_by_role("checkbox", name=OTHER)).to_be_checked()


def test_after_the_roll_is_opened_the_board_is_a_tab_beside_it(visit) -> None:
    trainer = visit(TRAINER)
    trainer.unit()
    page = trainer.page
    show_board(page, "Workshop in Paris", False)
    page.get_by_role("button", name="Open the roll").click()
    page.locator(".blended-roll [data-unmarked]").wait_for()
    tabs = page.get_by_role("group", name="What is shown of the session")
    expect(page.locator(".blended-board")).to_have_count(0)
    tabs.get_by_role("button", name="Readiness").click()
    page.locator(".blended-board h3").wait_for()
    expect(page.locator(".blended-roll")).to_be_hidden()
    trainer.check()
    tabs.get_by_role("button", name="Roll").click()
    expect(page.locator(".blended-roll")).to_be_visible()
    expect(page.locator(".blended-board")).to_be_hidden()


def test_what_waits_leads_to_where_it_waits_and_goes_once_it_is_done(visit) -> None:
    learner = visit("Chloé D'Argent")
    learner.unit()
    urls = learner.page.locator(".blended").first.evaluate("root => ({...root.dataset})")
    trainer = visit(TRAINER)
    trainer.unit()
    page = trainer.page
    page.locator(".blended-roll h3").wait_for()
    before = page.locator("[data-alarm]").count()
    session = page.get_by_role("button", name="Catch-up online").get_attribute("data-session")
    body = f'{{"session": "{session}", "reason": "A wedding."}}'
    assert learner.post(urls["urlAnnounceAbsence"], body)[0] == 200
    page.reload()
    page.locator(".blended-roll h3").wait_for()
    alarm = page.locator(".blended-alarm", has_text="Catch-up online")
    expect(alarm).to_contain_text("1 learner announced an absence.")
    expect(page.locator("[data-alarm]")).to_have_count(before + 1)
    trainer.check()
    trainer.picture("alarms-laptop")
    alarm.get_by_role("button").click()
    page.locator(".blended-roll h3", has_text="Catch-up online").wait_for()
    expect(page.locator(".blended-roll h3")).to_be_focused()
    body = f'{{"session": "{session}"}}'
    assert learner.post(urls["urlWithdrawAbsence"], body)[0] == 200
    page.clock.install()
    page.clock.fast_forward(20_000)
    page.evaluate("dispatchEvent(new Event('focus'))")
    alarm.wait_for(state="detached")

    phone = visit(TRAINER, phone=True)
    phone.unit()
    phone.page.locator(".blended-roll h3").wait_for()
    phone.check()
    phone.picture("alarms-phone")
