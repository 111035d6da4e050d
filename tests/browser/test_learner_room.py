"""The learner's side of a session: not coming, coming instead, checking in, and being right."""

from __future__ import annotations

import json
import uuid
from datetime import datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.codes import read_code
from tests.browser.conftest import Visitor, at_panel, eventually, usage

UNIT = usage("blended_unit@handling-conflict")
AFTER = f"/course/{usage('sequence_demo@after')}/"
AUTHOR = "Sofia Almeida"
TRAINER = "Camille Laurent"
SIZES = pytest.mark.parametrize("phone", [True, False], ids=["360", "1280"])


def add_session(author: Visitor) -> None:
    """Plan another date for the other client, as the course team would, and publish it."""
    author.open(f"/studio/{UNIT}/")
    info = json.loads(author.page.locator('script[type="application/json"]').first.inner_text())
    base = info["version"]
    sessions = base["design"]["sessions"]
    if any(each["title"] == "Workshop in Lyon" for each in sessions):
        return
    start = datetime.now().replace(hour=9, minute=0, second=0, microsecond=0) + timedelta(days=14)
    more = {
        "id": str(uuid.uuid4()),
        "title": "Workshop in Lyon",
        "start": start.isoformat(timespec="minutes"),
        "end": (start + timedelta(hours=3)).isoformat(timespec="minutes"),
        "timezone": "Europe/Paris",
        "venue": "Meridian, Lyon",
        "audience": ["Client B – Meridian"],
        "capacity": 30,
    }
    design = base["design"] | {"sessions": [*sessions, more]}
    url = author.page.locator("[data-view=studio]").get_attribute("data-url-save_design")
    status, answer = author.post(url, json.dumps(base | {"design": design, "base": base}))
    assert status == 200, answer
    author.page.get_by_role("button", name="Publish").click()
    author.page.get_by_text("Published.").wait_for()


def pick(page: Page, title: str, phone: bool) -> None:
    """Choose a session in the way this size of screen offers."""
    if phone:
        picker = page.get_by_label("Session", exact=True)
        option = picker.locator("option", has_text=title).first
        picker.select_option(option.get_attribute("value"))
    else:
        page.locator(".blended-picker-tab", has_text=title).click()
    page.locator(".blended-roll h3", has_text=title).wait_for()


def session_of(page: Page, title: str) -> Locator:
    """Return the place of a session on the learner's page."""
    return page.locator("[data-own]").filter(has=page.locator("h4", has_text=title))


def desk(trainer: Visitor, name: str, **body: Any) -> dict[str, Any]:
    """Ask the desk of today's session, as the projector's page does."""
    root = trainer.page.locator('.blended[data-view="instructor"]')
    tab = trainer.page.locator(".blended-picker-tab", has_text="Workshop in Paris")
    url = root.get_attribute(f"data-url-{name}")
    body |= {"session": tab.get_attribute("data-session")}
    if name == "set-desk":
        status, answer = trainer.post(url, json.dumps(body))
        assert status == 200, answer
        return json.loads(answer)
    return trainer.page.evaluate(
        "async ([url, session]) => (await fetch(`${url}?session=${session}`)).json()",
        [url, body["session"]],
    )


@SIZES
def test_who_cannot_come_is_offered_another_date_and_the_trainer_reads_it(visit, phone) -> None:
    add_session(visit(AUTHOR))
    name = "Priya Raghunathan" if phone else "Zoé D'Amours"
    size = "phone" if phone else "laptop"
    learner = visit(name, phone=phone)
    learner.unit()
    page = learner.page
    missed = session_of(page, "Catch-up online")
    missed.get_by_role("button", name="I can't come").click()
    reason = missed.get_by_label("Why you cannot come")
    expect(reason).to_be_focused()
    reason.fill("I am with a customer that day.")
    learner.check()
    missed.get_by_role("button", name="Tell my trainer").click()
    offer = missed.get_by_text("Can you come on another date?")
    expect(offer).to_be_focused()
    expect(missed.get_by_text("Workshop in Lyon")).to_be_visible()
    learner.check()
    learner.picture(f"absence-offer-{size}")
    missed.get_by_role("button", name="I come then").click()
    expect(missed.get_by_text("You come on another date instead:")).to_be_visible()
    expect(session_of(page, "Workshop in Lyon")).to_contain_text("You come here instead of")
    learner.check()
    learner.picture(f"absence-chosen-{size}")

    trainer = visit(TRAINER, phone=phone)
    trainer.unit()
    pick(trainer.page, "Catch-up online", phone)
    inbox = trainer.page.locator(".blended-inbox")
    item = inbox.get_by_role("listitem").filter(has_text=name)
    expect(item).to_contain_text("I am with a customer that day.")
    expect(item).to_contain_text("Comes instead: Workshop in Lyon")
    trainer.check()
    trainer.picture(f"inbox-absence-{size}")
    pick(trainer.page, "Workshop in Lyon", phone)
    inbox.get_by_text("here instead of another date").click()
    expect(inbox).to_contain_text(name)

    page.reload()
    missed.get_by_role("button", name="I can come after all").click()
    expect(missed.get_by_role("button", name="I can't come")).to_be_focused()
    expect(session_of(page, "Workshop in Lyon")).to_have_count(0)
    learner.check()


def test_the_inbox_that_comes_again_disturbs_nobody(visit) -> None:
    trainer = visit(TRAINER)
    trainer.unit()
    page = trainer.page
    pick(page, "Workshop in Montréal", phone=False)
    item = page.locator(".blended-inbox-item").filter(has_text="Carlos Hernández")
    item.get_by_text("History of the record").click()
    expect(item).to_contain_text("not marked → Absent")
    field = item.get_by_label("Your answer")
    field.fill("Priya says so too")
    field.press("Home")

    learner = visit("Priya Raghunathan")
    learner.unit()
    past = session_of(learner.page, "Workshop in Montréal")
    learner.page.get_by_text("Past and cancelled sessions").click()
    past.get_by_role("button", name="This is not right").click()
    past.get_by_label("What is not right?").fill("I was late")
    past.get_by_role("button", name="Send to my trainer").click()
    expect(past.get_by_text("An answer is still to come.")).to_be_visible()

    # As when somebody else opens or closes the roll: the panel fetches it, and the inbox with it.
    at_panel(page, "await panel.load();")
    expect(page.locator(".blended-inbox")).to_contain_text("I was late")
    expect(field).to_be_focused()
    page.keyboard.type("No: ")
    expect(field).to_have_value("No: Priya says so too")
    expect(item).to_contain_text("not marked → Absent")


@SIZES
def test_an_appeal_is_accepted_and_the_follow_up_opens(visit, phone) -> None:
    name = "Liam MacNeil" if phone else "Carlos Hernández"
    size = "phone" if phone else "laptop"
    learner = visit(name, phone=phone)
    learner.unit()
    page = learner.page
    past = session_of(page, "Workshop in Montréal")
    if phone:
        page.get_by_text("Past and cancelled sessions").click()
        past.get_by_role("button", name="This is not right").click()
        past.get_by_label("What is not right?").fill("I was there\nuntil the end.")
        learner.check()
        past.get_by_role("button", name="Send to my trainer").click()
    expect(past.get_by_text("An answer is still to come.")).to_be_visible()
    learner.check()

    trainer = visit(TRAINER, phone=phone)
    trainer.unit()
    pick(trainer.page, "Workshop in Montréal", phone)
    item = trainer.page.locator(".blended-inbox-item").filter(has_text=name).first
    item.get_by_text("History of the record").click()
    expect(item).to_contain_text("not marked → Absent")
    item.get_by_label("Your answer").fill("You are right: Priya says so too.")
    expect(item.get_by_label("Correct to")).to_have_value("P")
    trainer.check()
    trainer.picture(f"inbox-appeal-{size}")
    item.get_by_role("button", name="Accept").click()
    row = trainer.page.locator(".blended-row").filter(has_text=name)
    expect(row).to_have_attribute("data-status", "P")
    expect(trainer.page.locator("[data-live]")).to_contain_text("reads your answer now")
    expect(item.get_by_role("button", name="Accept")).to_have_count(0)
    trainer.check()

    learner.unit()
    expect(past.get_by_text("You are right: Priya says so too.").first).to_be_visible()
    past.get_by_text("How this was recorded").click()
    expect(past.locator(".blended-history")).to_contain_text("Absent → Present")
    expect(past.locator(".blended-history")).not_to_contain_text("No news")
    learner.check()
    learner.picture(f"appeal-answered-{size}")
    learner.open(AFTER)
    page.locator(".xblock--drag-and-drop").wait_for()


@SIZES
def test_a_learner_checks_in_with_the_code_of_the_room(visit, phone) -> None:
    trainer = visit(TRAINER)
    trainer.unit()
    trainer.page.locator(".blended-picker-tab", has_text="Workshop in Paris").wait_for()
    desk(trainer, "set-desk", state="open")
    name = "Ada Benali" if phone else "Hélène Schmitt"
    size = "phone" if phone else "laptop"
    learner = visit(name, phone=phone)
    learner.unit()
    page = learner.page
    today = session_of(page, "Workshop in Paris")
    today.get_by_role("button", name="Check in").click()
    expect(today.get_by_text("Type the code that you see")).to_be_visible()
    field = today.get_by_label("Code on the screen")
    expect(field).to_be_focused()
    field.fill("12")
    page.keyboard.press("Enter")
    expect(today.get_by_role("alert")).to_contain_text("not the code on the screen")
    today.get_by_role("button", name="My code").click()
    own = today.locator("[data-pass]")
    expect(own.get_by_text(name, exact=True)).to_be_visible()
    own.locator("svg").wait_for()
    eventually(lambda: bool(read_code(own)), True)
    learner.check()
    learner.picture(f"check-in-{size}")
    field.fill(f" {desk(trainer, 'desk')['codes'][0]['typed']} ")
    page.keyboard.press("Enter")
    said = today.locator("[data-said]")
    expect(said).to_contain_text("You are checked in: Present.")
    expect(said).to_be_focused()
    expect(today.get_by_label("Code on the screen")).to_have_count(0)
    learner.check()
    learner.picture(f"checked-in-{size}")


def test_what_is_half_written_outlives_a_network_that_drops(visit) -> None:
    learner = visit("Étienne Gagnon", phone=True)
    learner.unit()
    page = learner.page
    missed = session_of(page, "Catch-up online")
    missed.get_by_role("button", name="I can't come").click()
    missed.get_by_label("Why you cannot come").fill("Ill")
    page.get_by_text("Past and cancelled sessions").click()
    past = session_of(page, "Workshop in Montréal")
    past.get_by_role("button", name="This is not right").click()
    past.get_by_label("What is not right?").fill("Half a sen")
    page.context.set_offline(True)
    missed.get_by_role("button", name="Tell my trainer").click()
    expect(missed.get_by_role("alert")).to_contain_text("The server cannot be reached.")
    page.context.set_offline(False)
    # While the server is slow with the one, somebody writes on in the other.
    held: list[Route] = []
    page.route("**/announce_absence*", lambda route: held.append(route))
    with page.expect_request("**/announce_absence*"):
        missed.get_by_role("button", name="Tell my trainer").click()
    half = past.get_by_label("What is not right?")
    half.press("End")
    held[0].continue_()
    expect(missed.get_by_text("You said that you cannot come.")).to_be_visible()
    page.keyboard.type("tence")
    expect(half).to_have_value("Half a sentence")
    expect(half).to_be_focused()
    learner.check()


def test_without_scripts_the_page_says_what_needs_them(visit) -> None:
    learner = visit("Fatou N'Diaye", java_script_enabled=False)
    learner.unit()
    page = learner.page
    # Chromium keeps it as text while it is only told not to run scripts.
    said = page.locator(".blended > noscript").text_content()
    assert "switch on JavaScript for this site" in said
    expect(page.get_by_role("button", name="I can't come").first).to_be_disabled()
    expect(page.get_by_role("link", name="Add to calendar").first).to_be_visible()


def test_right_to_left_and_french_do_not_break_it(visit) -> None:
    learner = visit("Siobhán Ní Bhriain", phone=True)
    learner.unit()
    learner.page.get_by_role("button", name="I can't come").first.click()
    learner.page.evaluate("document.documentElement.dir = 'rtl'")
    learner.check()
    learner.picture("own-rtl")
