"""What the editor must not lose where somebody changes their mind."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import Visitor
from tests.browser.test_editor import AUTHOR, Editor, two_authors


@pytest.fixture
def editor(visit: Callable[..., Visitor]) -> Editor:
    return Editor(visit(AUTHOR))


@pytest.fixture
def conflict(editor: Editor, visit: Callable[..., Visitor]) -> Locator:
    two_authors(
        editor,
        visit,
        theirs=lambda it: it.title.fill("Theirs"),
        mine=lambda it: it.form.get_by_label("Points").fill("33"),
    )
    return editor.form.locator("[data-conflict]")


def test_who_takes_theirs_and_undoes_it_is_asked_again_before_overwriting(
    editor: Editor, conflict: Locator
) -> None:
    conflict.get_by_role("button", name="Take theirs, drop mine").click()
    expect(editor.title).to_have_value("Theirs")
    editor.form.get_by_role("button", name="Undo").click()
    expect(editor.form.get_by_label("Points")).to_have_value("33")
    editor.form.get_by_role("button", name="Save", exact=True).click()
    expect(conflict).to_be_focused()
    expect(conflict.locator("[data-conflict-changes]")).to_contain_text("Theirs")


def test_what_is_typed_beside_the_notice_is_put_together_too(
    editor: Editor, conflict: Locator
) -> None:
    editor.form.get_by_role("button", name="Add an objective").click()
    editor.form.get_by_label("Objective 1", exact=True).fill("Typed meanwhile")
    conflict.get_by_role("button", name="Put the two together").click()
    expect(editor.title).to_have_value("Theirs")
    expect(editor.form.get_by_label("Points")).to_have_value("33")
    expect(editor.form.get_by_label("Objective 1", exact=True)).to_have_value("Typed meanwhile")
    expect(editor.form.get_by_role("button", name="Save", exact=True)).to_be_focused()
    editor.save()
    expect(editor.title).to_have_value("Theirs")


def test_what_was_typed_since_comes_back_when_an_undo_is_undone(editor: Editor) -> None:
    editor.add_unit("Changing my mind")
    editor.form.get_by_label("Flex", exact=True).check()
    editor.form.get_by_role("button", name="Fill in this model").click()
    undo = editor.form.get_by_role("button", name="Undo")
    expect(editor.form.locator("[data-said]")).to_contain_text("filled in")
    editor.title.fill("Typed since")
    undo.click()
    expect(editor.title).to_have_value("Changing my mind")
    expect(undo).to_be_focused()
    undo.click()
    expect(editor.title).to_have_value("Typed since")


def test_a_series_made_with_the_keyboard_leaves_the_focus_at_its_session(editor: Editor) -> None:
    editor.add_unit("Every week")
    editor.form.get_by_role("button", name="Add a session").click()
    editor.form.get_by_role("button", name="Repeat…").first.click()
    editor.form.get_by_label("Number of sessions").fill("3")
    editor.form.get_by_role("button", name="Show the dates").click()
    editor.form.get_by_role("button", name="Add these sessions").click()
    expect(editor.form.locator("[data-repeat]").first).to_be_focused()


def test_a_check_in_is_set_said_and_kept_with_its_statuses(editor: Editor) -> None:
    editor.add_unit("Punctual")
    editor.page.set_viewport_size({"width": 360, "height": 780})
    editor.form.get_by_role("button", name="Add a session").click()
    group = editor.form.get_by_role("group", name="Check-in")
    late, status = group.get_by_label("Late after", exact=True), group.get_by_label("when late")
    usual = group.get_by_role("button", name="Back to the usual check-in")
    expect(late).to_have_value("10")
    expect(usual).to_be_hidden()
    late.fill("5")
    status.select_option("Excused")
    expect(editor.sentences).to_contain_text("from 5 minutes after its start as “Excused”")
    expect(group).to_contain_text("does not say that the learner took part")
    usual.click()
    expect(late).to_have_value("10")
    editor.form.get_by_role("button", name="Undo").click()
    expect(late).to_have_value("5")
    expect(status).to_have_value("E")
    # A new code takes the setting along; a status that is gone is asked for.
    code = editor.form.get_by_role("group", name="Status 4").get_by_label("Code")
    code.press("ControlOrMeta+a")
    code.press_sequentially("LX")
    expect(status).to_have_value("LX")
    editor.form.get_by_role("button", name="Remove Excused").click()
    expect(group).to_contain_text("“LX”: no status has this code")
    expect(group).to_contain_text("Use one of P, L, D, A")
    editor.form.get_by_role("button", name="Undo").click()
    expect(group).not_to_contain_text("no status has this code")
    late.fill("70")
    editor.refuse().get_by_role("button", name="Check-in").click()
    too_late = group.get_by_label("Too late after")
    expect(too_late).to_be_focused()
    expect(group).to_contain_text("Choose 70 or more")
    editor.visitor.check()
    too_late.fill("80")
    editor.save()
    expect(late).to_have_value("70")
    expect(status).to_have_value("LX")
    editor.visitor.check()
    editor.visitor.picture("editor-check-in", at=group)
    editor.publish()
    group.get_by_label("Opens before").fill("15")
    editor.save()
    expect(editor.page.locator("[data-view=author] .blended-changes")).to_have_text(
        "Check-in now opens 15 minutes before each session."
    )


def test_what_minutes_mean_is_set_said_and_kept(editor: Editor) -> None:
    editor.add_unit("Measured")
    editor.page.set_viewport_size({"width": 360, "height": 780})
    group = editor.form.get_by_role("group", name="When attendance comes from a report")
    meaning = group.locator("[data-minutes]")
    expect(meaning).to_be_hidden()
    editor.form.get_by_role("button", name="Add a session").click()
    expect(meaning).to_contain_text(
        "“Present” from 135, “Left early” from 18 and “Absent” below 18."
    )
    present = group.get_by_label("Present from")
    absent = group.get_by_label("Absent below")
    left_early = group.get_by_label("when left early")
    usual = group.get_by_role("button", name="Back to the usual settings")
    expect(present).to_have_value("75")
    expect(usual).to_be_hidden()
    # With the keyboard alone: the fields follow each other, and each says what its number is.
    present.focus()
    editor.page.keyboard.press("ControlOrMeta+a")
    editor.page.keyboard.type("50")
    expect(present).to_have_accessible_description("Percent of the session.")
    editor.page.keyboard.press("Tab")
    expect(absent).to_be_focused()
    expect(meaning).to_contain_text("“Present” from 90,")
    expect(editor.sentences).to_contain_text("“Present” from 50%")
    left_early.select_option("Excused")
    expect(group).to_contain_text("does not say that the learner took part")
    usual.click()
    expect(present).to_have_value("75")
    expect(present).to_be_focused()
    editor.form.get_by_role("button", name="Undo").click()
    expect(present).to_have_value("50")
    expect(left_early).to_have_value("E")
    # A new code takes the setting along.
    code = editor.form.get_by_role("group", name="Status 4").get_by_label("Code")
    code.press("ControlOrMeta+a")
    code.press_sequentially("LX")
    expect(left_early).to_have_value("LX")
    expect(meaning).to_contain_text("“Excused” from 18")
    absent.fill("60")
    editor.refuse().get_by_role("button", name="Attendance from a report").click()
    expect(absent).to_be_focused()
    expect(group).to_contain_text("Choose 50 or less")
    expect(meaning).to_have_attribute("data-stale", "true")
    editor.visitor.check()
    absent.fill("50")
    editor.save()
    expect(absent).to_have_value("50")
    expect(left_early).to_have_value("LX")
    expect(meaning).to_contain_text("“Present” from 90 and “Absent” below 90.")
    editor.visitor.check()
    editor.visitor.picture("editor-from-minutes", at=group)
    editor.publish()
    absent.fill("0")
    editor.save()
    expect(editor.page.locator("[data-view=author] .blended-changes")).to_have_text(
        "In a report, nobody counts as absent any more."
    )


def test_what_two_authors_say_of_minutes_is_put_together(
    editor: Editor, visit: Callable[..., Visitor]
) -> None:
    name = "When attendance comes from a report"

    def fill(label: str, value: str) -> Callable[[Editor], None]:
        def change(it: Editor) -> None:
            it.form.get_by_role("group", name=name).get_by_label(label, exact=True).fill(value)

        return change

    two_authors(editor, visit, theirs=fill("Late after", "5"), mine=fill("Stayed until", "20"))
    conflict = editor.form.locator("[data-conflict]")
    expect(conflict).to_contain_text("whoever joins from 5 minutes after the start")
    conflict.get_by_role("button", name="Put the two together").click()
    group = editor.form.get_by_role("group", name=name)
    expect(group.get_by_label("Late after", exact=True)).to_have_value("5")
    expect(group.get_by_label("Stayed until", exact=True)).to_have_value("20")
