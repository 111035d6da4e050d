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
