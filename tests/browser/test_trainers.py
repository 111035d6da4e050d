"""Course staff invite a trainer to one session, who takes that roll until they are removed."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import pick

STAFF = "Camille Laurent"
LEARNER = "Noah O'Connor"


@pytest.mark.parametrize("phone", [False, True], ids=["1280", "360"])
def test_a_trainer_is_invited_and_removed(visit, phone) -> None:
    staff = visit(STAFF, phone=phone)
    staff.unit()
    page = staff.page
    size = "phone" if phone else "laptop"
    pick(page, "Workshop in Montréal", phone)
    fold = page.locator("[data-trainers]:visible")
    fold.get_by_text("No trainer is invited").click()
    field = fold.get_by_label("Username or e-mail address")

    field.fill("nobody.at.all")
    field.press("Enter")
    fold.get_by_text("Nobody here has this username").wait_for()
    expect(field).to_be_focused()
    staff.check()
    staff.picture(f"trainers-refused-{size}")

    field.fill("noah.oconnor")
    fold.get_by_role("button", name="Invite").click()
    fold.get_by_text(f"{LEARNER} can take the roll of this session now.").wait_for()
    expect(fold.locator("summary")).to_have_text(f"Invited trainers: {LEARNER}")
    expect(fold.get_by_role("alert")).to_be_hidden()
    expect(field).to_have_value("")
    staff.check()
    staff.picture(f"trainers-{size}")

    trainer = visit(LEARNER, phone=phone)
    trainer.unit()
    trainer.page.locator('.blended-roll[data-view="roll"]').wait_for()
    expect(trainer.page.locator("[data-trainers], [data-picker]")).to_have_count(0)
    trainer.check()

    remove = fold.get_by_role("button", name=f"Remove {LEARNER}")
    remove.focus()
    page.keyboard.press("Enter")
    fold.get_by_text(f"{LEARNER} can no longer take the roll").wait_for()
    page.keyboard.press("Enter")  # The way back has the focus.
    fold.get_by_text(f"{LEARNER} can take the roll of this session now.").wait_for()
    remove.click()
    fold.get_by_text(f"{LEARNER} can no longer take the roll").wait_for()
    staff.check()
    staff.picture(f"trainers-removed-{size}")
    trainer.unit()
    expect(trainer.page.locator('.blended[data-view="learner"]')).to_be_visible()

    pick(page, "Workshop in Paris", phone)
    expect(page.locator("[data-trainers]:visible")).to_have_count(1)
