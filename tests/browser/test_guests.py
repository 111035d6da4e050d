"""Somebody else comes: a learner who was not expected, and a guest who turns out to be one."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import at_panel, pick

STAFF, COLLEAGUE = "Camille Laurent", "Sofia Almeida"
WALK_IN = "Ada Benali"
NAME = "<b>Zoë</b> Martin"
# After so many milliseconds, the page of a closed roll asks what others did.
LOOK = 20_000


@pytest.mark.parametrize("phone", [False, True], ids=["1280", "360"])
def test_who_else_came_is_added_marked_linked_and_unlinked(visit, phone) -> None:
    staff = visit(STAFF, phone=phone)
    staff.unit()
    page, size = staff.page, "phone" if phone else "laptop"
    roll = page.locator('.blended-roll[data-view="roll"]')
    fold = open_closed_roll(page, phone)
    field = fold.get_by_label("Name of who came")
    reason = roll.get_by_label("Reason for corrections")

    # A learner of the course, found without accents or capitals, who was not expected.
    field.fill("ada ben")
    add = fold.get_by_role("button", name=f"Add {WALK_IN} to the roll")
    add.click()
    expect(reason).to_be_focused()
    reason.fill("Signed on paper")
    add.click()
    fold.get_by_text(f"{WALK_IN} is on the roll now.").wait_for()
    row = roll.locator(".blended-row", has_text=WALK_IN)
    expect(row.get_by_text("not expected")).to_be_visible()
    expect(field).to_have_value("")
    expect(fold.get_by_role("button", name="Undo")).to_be_focused()
    page.keyboard.press("Enter")  # The way back has the focus.
    fold.get_by_text(f"{WALK_IN} is no longer on the roll.").wait_for()
    expect(row).to_have_count(0)

    # Somebody without an account; a refused address keeps what was typed.
    name, email = f"{NAME} {size}", f"zoe.{size}@example.org"
    field.fill(name)
    fold.locator("[data-new-guest]").get_by_label("E-mail address (optional)").fill("zoe@")
    fold.get_by_role("button", name=f"Add “{name}” as a guest").click()
    fold.get_by_text("This is not an e-mail address").wait_for()
    expect(field).to_have_value(name)
    fold.locator("[data-new-guest]").get_by_label("E-mail address (optional)").fill(email)
    fold.get_by_role("button", name=f"Add “{name}” as a guest").click()
    fold.get_by_text(f"{name} is added as a guest.").wait_for()
    expect(fold.locator("[data-guests-problem]")).to_be_hidden()
    expect(roll.locator("li[data-guest-count]")).to_have_text(re.compile(r"\+ \d guest"))
    guest = fold.locator(".blended-guest", has_text=name)
    choices = guest.get_by_role("group", name=f"{name}, guest")
    choices.get_by_role("radio", name="Late").check()
    expect(guest).to_have_attribute("data-status", "L")
    staff.check()
    staff.picture(f"guests-{size}", fold)

    guest.get_by_text(f"More about {name}").click()
    guest.get_by_text("Link to an account…").click()
    guest.get_by_label("Search learners of this course").fill(WALK_IN)
    guest.get_by_role("button", name=f"{name} is {WALK_IN}: link").click()
    fold.get_by_text(f"{name} is {WALK_IN}, who is marked on the roll as the guest was").wait_for()
    expect(row).to_have_attribute("data-status", "L")
    guest.get_by_text(f"Linked to {WALK_IN}, who is marked").wait_for()
    staff.check()
    staff.picture(f"guests-linked-{size}", fold)

    guest.get_by_role("button", name="Take the link back").click()
    fold.get_by_text(f"{name} is a guest again").wait_for()
    expect(row).to_have_count(0)
    expect(choices.get_by_role("radio", name="Late")).to_be_checked()
    guest.get_by_text("History", exact=True).click()
    guest.get_by_role("listitem").filter(has_text=f"linked to {WALK_IN}").wait_for()

    guest.get_by_role("button", name="Remove the guest").click()
    fold.get_by_text(f"{name} is removed").wait_for()
    expect(guest).to_have_count(0)
    expect(fold.get_by_role("button", name="Undo")).to_be_focused()
    page.keyboard.press("Enter")
    fold.get_by_text(f"{name} is back.").wait_for()
    expect(choices.get_by_role("radio", name="Late")).to_be_checked()
    staff.check()


def test_without_a_network_nothing_typed_is_lost(visit) -> None:
    staff = visit(STAFF)
    staff.unit()
    page = staff.page
    fold = open_closed_roll(page, phone=False)
    page.get_by_label("Reason for corrections").fill("Signed on paper")
    field = fold.get_by_label("Name of who came")
    with page.expect_response("**/find_people*"):
        field.fill("Yann Offline")
    page.context.set_offline(True)
    add = fold.get_by_role("button", name="Add “Yann Offline” as a guest")
    add.click()
    fold.get_by_text("The server cannot be reached.").wait_for()
    expect(field).to_have_value("Yann Offline")
    page.context.set_offline(False)
    # As when a colleague reopens the roll or closes it.
    at_panel(page, "await panel.load();")
    expect(field).to_have_value("Yann Offline")
    add.click()
    fold.get_by_text("Yann Offline is added as a guest.").wait_for()
    guest = fold.locator(".blended-guest", has_text="Yann Offline")
    page.context.set_offline(True)
    guest.get_by_role("radio", name="Present").click()
    fold.get_by_text("The server cannot be reached.").wait_for()
    # It is not recorded.
    expect(guest.get_by_role("radio", name="Present")).not_to_be_checked()
    page.context.set_offline(False)
    # The page asks the server again as soon as it can be reached; no press is lost meanwhile.
    guest.get_by_role("radio", name="Present").click()
    expect(guest).to_have_attribute("data-status", "P")


def test_what_a_colleague_does_appears_and_nothing_typed_is_lost(visit) -> None:
    staff, colleague = visit(STAFF), visit(STAFF)
    # What the colleague's page asks for by itself, it asks for sooner than in 20 seconds.
    colleague.page.clock.install()
    folds = []
    for each in (staff, colleague):
        each.unit()
        folds.append(open_closed_roll(each.page, phone=False))
        each.page.get_by_label("Reason for corrections").fill("Signed on paper")
    folds[0].get_by_label("Name of who came").fill("Vera Seen")
    folds[0].get_by_role("button", name="Add “Vera Seen” as a guest").click()
    theirs = folds[1].locator(".blended-guest", has_text="Vera Seen")
    expect(folds[0].locator(".blended-guest", has_text="Vera Seen")).to_be_visible()
    colleague.page.clock.fast_forward(LOOK)
    theirs.wait_for()
    theirs.get_by_text("More about Vera Seen").click()
    note = theirs.get_by_label("Note (the guest does not see it)")
    note.fill("Came with")
    mine = folds[0].locator(".blended-guest", has_text="Vera Seen")
    mine.get_by_role("radio", name="Late").check()
    folds[0].locator(".blended-guest[data-status='L']", has_text="Vera Seen").wait_for()
    colleague.page.clock.fast_forward(LOOK)
    folds[1].locator(".blended-guest[data-status='L']", has_text="Vera Seen").wait_for()
    expect(note).to_have_value("Came with")
    expect(note).to_be_focused()
    expect(theirs.get_by_role("radio", name="Late")).to_be_checked()


def test_a_guest_marked_by_somebody_else_is_not_overwritten_unseen(visit) -> None:
    staff, colleague = visit(STAFF), visit(COLLEAGUE)
    name = "Wim Twice"
    colleague.page.clock.install()
    for each in (staff, colleague):
        each.unit()
    mine, theirs = (open_closed_roll(each.page, phone=False) for each in (staff, colleague))
    for each in (staff, colleague):
        each.page.get_by_label("Reason for corrections").fill("Signed on paper")
    mine.get_by_label("Name of who came").fill(name)
    mine.get_by_role("button", name=f"Add “{name}” as a guest").click()
    guest = mine.locator(".blended-guest", has_text=name)
    other = theirs.locator(".blended-guest", has_text=name)
    guest.wait_for()
    colleague.page.clock.fast_forward(LOOK)
    other.wait_for()
    # From now on the colleague's page hears nothing by itself.
    at_panel(colleague.page, "panel.live.stop();")
    guest.get_by_role("radio", name="Late").check()
    mine.locator(".blended-guest[data-status='L']", has_text=name).wait_for()
    other.get_by_role("radio", name="Present").click()
    theirs.get_by_text(f"{STAFF} marked {name} since").wait_for()
    theirs.locator(".blended-guest[data-status='L']", has_text=name).wait_for()
    expect(other.get_by_role("radio", name="Late")).to_be_checked()
    other.get_by_role("radio", name="Present").click()
    theirs.locator(".blended-guest[data-status='P']", has_text=name).wait_for()


def open_closed_roll(page, phone: bool):
    """Open the roll of the session that is over, and return the fold below it."""
    pick(page, "Workshop in Montréal", phone)
    fold = page.locator("[data-guests]")
    fold.get_by_text("Somebody else came").click()
    fold.locator("[data-guests-part]").wait_for(state="attached")
    return fold
