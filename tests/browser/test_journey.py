"""The whole loop as its three people see it: author looks, learner is shut out, trainer takes the
roll, learner gets in."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import usage

AFTER = f"/course/{usage('sequence_demo@after')}/"
EXERCISE = usage("drag-and-drop-v2@five-steps")
UNIT = usage("blended_unit@handling-conflict")
LEARNER = "Ada Benali"
TRAINER = "Camille Laurent"


@pytest.fixture
def author_name() -> str:
    return "Sofia Almeida"


def test_the_whole_loop(visit, author_name) -> None:
    author = visit(author_name)
    author.open(f"/studio/{UNIT}/")
    preview = author.page.locator('.blended[data-view="author"]')
    preview.get_by_text("After the workshop").first.wait_for()
    expect(preview).to_contain_text("This is what learners see.", use_inner_text=True)
    author.check()
    author.picture("author", at=preview)

    learner = visit(LEARNER, phone=True)
    learner.unit()
    page = learner.page
    expect(page.get_by_text("Workshop in Paris").first).to_be_visible()
    expect(page.locator(".blended")).to_contain_text(
        "Opens when you have taken part", use_inner_text=True
    )
    learner.check()
    learner.picture("learner-phone")
    learner.open(AFTER)
    expect(page.get_by_text("This is still locked").first).to_be_visible()
    expect(page.locator(".xblock--drag-and-drop")).to_have_count(0)
    learner.check()
    learner.picture("locked-phone")
    status, answer = learner.post(f"/handler/{EXERCISE}/drop_item", '{"item_id": 0, "zone": "x"}')
    assert (status, json.loads(answer)["code"]) == (403, "locked")

    trainer = visit(TRAINER)
    trainer.unit()
    page = trainer.page
    page.get_by_role("button", name="Workshop in Paris").click()
    page.locator(".blended-roll h3", has_text="Workshop in Paris").wait_for()
    expect(page.locator(".blended-headline")).to_contain_text("have done the prework")
    trainer.check()
    trainer.picture("readiness")
    page.get_by_role("button", name="Open the roll").click()
    page.get_by_role("button", name="Everyone not marked: Present").click()
    page.get_by_text("Not marked 0").wait_for()
    absent = page.get_by_role("group", name="Chloé D'Argent").get_by_label("Absent")
    absent.check()
    page.locator("[data-state]").get_by_text("Saved").wait_for()
    trainer.check()
    trainer.picture("roll")
    expect(page.locator('[data-count="A"]')).to_have_text("1")

    learner.open(AFTER)
    learner.page.locator(".xblock--drag-and-drop").wait_for()
    status, answer = learner.post(f"/handler/{EXERCISE}/get_user_state")
    assert status != 403
    assert "locked" not in answer
    learner.unit()
    expect(learner.page.locator(".blended")).to_contain_text("Recorded by Camille Laurent")
    learner.check()
    learner.picture("learner-after-phone")

    page.get_by_role("button", name="Close the roll").click()
    page.get_by_text("Everybody is marked. Closing changes nobody.").wait_for()
    page.get_by_role("button", name="Yes, close it").click()
    page.get_by_text("You can still correct it.").wait_for()
    trainer.check()

    chloe = visit("Chloé D'Argent", phone=True)
    chloe.open(AFTER)
    expect(chloe.page.get_by_text("This is still locked").first).to_be_visible()


def test_a_waiver_opens_and_its_end_shuts(visit) -> None:
    trainer = visit(TRAINER)
    trainer.unit()
    page = trainer.page
    page.get_by_role("button", name="Workshop in Montréal").click()
    name = "Noah O'Connor"
    page.get_by_role("button", name=f"More about {name}").click()
    page.get_by_text("Open the follow-ups anyway").click()
    page.get_by_label("Reason (kept with your name)").fill("Took part in it last year.")
    page.get_by_role("button", name="Open the follow-ups", exact=True).click()
    page.get_by_text(f"The follow-ups are open to {name}.").wait_for()
    trainer.check()
    trainer.picture("waiver")
    learner = visit(name)
    learner.open(AFTER)
    learner.page.locator(".xblock--drag-and-drop").wait_for()
    page.get_by_role("button", name="Take the waiver back").click()
    page.get_by_text("by the rule again").wait_for()
    learner.open(AFTER)
    expect(learner.page.get_by_text("This is still locked").first).to_be_visible()


def test_the_roll_by_keyboard_alone(visit) -> None:
    """Arrow to a learner, a letter to mark, Backspace to take it back."""
    trainer = visit(TRAINER)
    trainer.unit()
    page = trainer.page
    page.get_by_role("button", name="Workshop in Montréal").click()
    page.get_by_label("Reason for corrections").fill("The paper list says otherwise.")
    first = page.locator(".blended-row").first
    page.locator(".blended-roll h3", has_text="Workshop in Montréal").wait_for()
    before = first.get_attribute("data-status")
    first.locator("input[type=radio]:checked").focus()
    page.keyboard.press("l" if before != "L" else "p")
    page.locator("[data-state]").get_by_text("Saved").wait_for()
    expect(first).not_to_have_attribute("data-status", before)
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Backspace")
    expect(first).to_have_attribute("data-status", "")
    page.keyboard.press(before.lower())
    expect(first).to_have_attribute("data-status", before)
    trainer.check()


def test_marks_survive_a_network_that_drops(visit) -> None:
    trainer = visit(TRAINER)
    trainer.unit()
    page = trainer.page
    page.get_by_role("button", name="Workshop in Montréal").click()
    page.locator(".blended-roll h3", has_text="Workshop in Montréal").wait_for()
    row = page.locator(".blended-row").nth(1)
    page.get_by_label("Reason for corrections").fill("The paper list says otherwise.")
    before = row.get_attribute("data-status")
    other = "L" if before != "L" else "P"
    page.context.set_offline(True)
    row.locator(f'input[value="{other}"]').check()
    page.get_by_text("1 to send — no network. Your marks are safe on this device.").first.wait_for()
    page.context.set_offline(False)
    page.locator("[data-state]").get_by_text("Saved").wait_for(timeout=40_000)
    page.reload()
    expect(row).to_have_attribute("data-status", other)


@pytest.mark.parametrize("phone", [True, False], ids=["360", "1280"])
@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_page_is_sound(visit, phone, language, author_name) -> None:
    """Axe, no sideways scrolling, no error and no request to anybody else, on every page."""
    pages = {
        "Siobhán Ní Bhriain": [
            "/",
            "/course/",
            f"/course/{usage('sequence_demo@before')}/",
            f"/course/{UNIT}/",
            f"/course/{usage('sequence_demo@look-back')}/",
        ],
        author_name: ["/studio/", f"/studio/{UNIT}/", "/course/nowhere/"],
        TRAINER: [f"/course/{UNIT}/"],
    }
    for name, paths in pages.items():
        visitor = visit(name, phone=phone)
        visitor.open(paths[0])
        with visitor.page.expect_navigation():
            visitor.page.locator(f".campus-languages [lang={language}]").click()
        for path in paths:
            visitor.open(path)
            if name == TRAINER:
                visitor.page.wait_for_selector(".blended-roll")
            visitor.check()
            size = "phone" if phone else "laptop"
            place = path.strip("/").rsplit("@", 1)[-1].replace("/", "-") or "home"
            visitor.picture(f"all-{language}-{size}-{name.split()[0].lower()}-{place}")


def test_right_to_left_does_not_break(visit) -> None:
    learner = visit("Siobhán Ní Bhriain", phone=True)
    learner.unit()
    learner.page.evaluate("document.documentElement.dir = 'rtl'")
    learner.check()
    learner.picture("all-rtl-learner")
