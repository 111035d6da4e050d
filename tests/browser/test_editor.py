"""The editor as a course team uses it: nothing typed is lost, and two authors do not overwrite."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import Visitor

AUTHOR = "Sofia Almeida"
# Whether the browser keeps a draft in which this stands, which it does as soon as somebody pauses.
KEPT = """text => Object.entries(localStorage).some(
    ([name, kept]) => name.startsWith("blended.draft.") && kept.includes(text)
)"""


class Editor:
    """An author at the editor of one unit."""

    def __init__(self, visitor: Visitor) -> None:
        self.visitor = visitor
        self.page = visitor.page

    def add_unit(self, title: str) -> str:
        """Add a unit to the course, name it, and return the address of its editor."""
        self.visitor.open("/studio/")
        self.page.get_by_role("button", name="Add a blended unit").click()
        self.ready()
        self.title.fill(title)
        return str(self.page.url).removeprefix(self.visitor.campus)

    def open(self, address: str) -> None:
        self.visitor.open(address)
        self.ready()

    def ready(self) -> None:
        expect(self.form).to_be_visible()
        expect(self.form).not_to_have_attribute("inert", "")
        expect(self.sentences).not_to_contain_text("is said here")

    @property
    def form(self) -> Locator:
        return self.page.locator("[data-view=studio] form")

    @property
    def title(self) -> Locator:
        return self.form.get_by_label("Title", exact=True).first

    def part(self, name: str) -> Locator:
        """Return one of the five parts of the page."""
        return self.form.get_by_role("region", name=name, exact=True)

    @property
    def sentences(self) -> Locator:
        return self.form.locator("[data-sentences]")

    @property
    def state(self) -> Locator:
        return self.form.locator("[data-save-state]")

    def save(self) -> None:
        """Save, and wait until the page has come back with what was stored."""
        with self.page.expect_navigation():
            self.form.get_by_role("button", name="Save", exact=True).click()
        self.ready()

    def publish(self) -> None:
        """Publish what is saved, and wait until the page has come back."""
        with self.page.expect_navigation():
            self.page.get_by_role("button", name="Publish", exact=True).click()
        self.ready()

    def refuse(self) -> Locator:
        """Save in vain, and return the list of what is wrong."""
        self.form.get_by_role("button", name="Save", exact=True).click()
        errors = self.form.locator("[data-errors]")
        expect(errors).to_be_visible()
        return errors


@pytest.fixture
def editor(visit: Callable[..., Visitor]) -> Editor:
    return Editor(visit(AUTHOR))


def test_an_error_leads_to_its_field_and_nothing_typed_is_lost(editor: Editor) -> None:
    editor.add_unit("")
    points = editor.form.get_by_label("Points")
    points.fill("many")
    errors = editor.refuse()
    expect(errors).to_be_focused()
    expect(errors.get_by_role("listitem")).to_have_count(2)
    errors.get_by_role("button", name="Points").click()
    expect(points).to_be_focused()
    expect(points).to_have_attribute("aria-invalid", "true")
    expect(points).to_have_value("many")
    editor.visitor.check()
    points.fill("20")
    editor.title.fill("Mended")
    editor.save()
    expect(points).to_have_value("20")
    expect(editor.title).to_have_value("Mended")


def test_what_was_not_saved_is_offered_again_after_the_window_was_closed(
    editor: Editor, visit: Callable[..., Visitor]
) -> None:
    address = editor.add_unit("Closed by mistake")
    expect(editor.state).to_have_text("Not saved yet")
    editor.page.wait_for_function(KEPT, arg="Closed by mistake")
    page = editor.page.context.new_page()
    editor.page.close(run_before_unload=False)
    visitor = Visitor(page, editor.visitor.campus)
    again = Editor(visitor)
    again.open(address)
    expect(again.title).to_have_value("New blended unit")
    kept = again.form.locator("[data-kept]")
    expect(kept).to_contain_text("never saved")
    visitor.check()
    kept.get_by_role("button", name="Go on with them").click()
    expect(again.title).to_have_value("Closed by mistake")
    again.save()
    expect(again.title).to_have_value("Closed by mistake")
    expect(again.form.locator("[data-kept]")).to_be_hidden()


def test_a_lost_connection_loses_nothing(editor: Editor) -> None:
    editor.add_unit("Before the tunnel")
    editor.save()
    editor.page.context.set_offline(True)
    editor.title.fill("In the tunnel")
    expect(editor.state).to_contain_text("cannot be reached")
    errors = editor.refuse()
    expect(errors).to_contain_text("check the network")
    expect(editor.title).to_have_value("In the tunnel")
    editor.page.context.set_offline(False)
    editor.save()
    expect(editor.title).to_have_value("In the tunnel")


def two_authors(editor: Editor, visit: Callable[..., Visitor], *, theirs: Any, mine: Any) -> Editor:
    """Let two authors open one unit; the other saves first, then the first tries to."""
    address = editor.add_unit("Shared")
    editor.save()
    other = Editor(visit(AUTHOR))
    other.open(address)
    mine(editor)
    theirs(other)
    other.save()
    editor.form.get_by_role("button", name="Save", exact=True).click()
    expect(editor.form.locator("[data-conflict]")).to_be_focused()
    return other


def test_the_second_author_reads_what_the_first_changed_and_puts_both_together(
    editor: Editor, visit: Callable[..., Visitor]
) -> None:
    other = two_authors(
        editor,
        visit,
        theirs=lambda it: it.title.fill("Theirs"),
        mine=lambda it: it.form.get_by_label("Points").fill("33"),
    )
    conflict = editor.form.locator("[data-conflict]")
    expect(conflict.locator("[data-conflict-changes]")).to_contain_text("Theirs")
    editor.visitor.check()
    editor.visitor.picture("editor-conflict", at=conflict)
    conflict.get_by_role("button", name=re.compile("Put the two together")).click()
    expect(editor.title).to_have_value("Theirs")
    expect(editor.form.get_by_label("Points")).to_have_value("33")
    editor.save()
    other.page.reload()
    other.ready()
    expect(other.form.get_by_label("Points")).to_have_value("33")


@pytest.mark.parametrize(
    ("press", "title"), [("Take theirs, drop mine", "Theirs"), ("Keep mine, drop theirs", "Mine")]
)
def test_an_author_may_take_either_version(
    editor: Editor, visit: Callable[..., Visitor], press: str, title: str
) -> None:
    two_authors(
        editor,
        visit,
        theirs=lambda it: it.title.fill("Theirs"),
        mine=lambda it: it.title.fill("Mine"),
    )
    conflict = editor.form.locator("[data-conflict]")
    expect(conflict.locator("[data-conflict-both]")).to_be_visible()
    conflict.get_by_role("button", name=press).click()
    expect(editor.title).to_have_value(title)


def test_statuses_and_reminders_are_changed_and_put_back(editor: Editor) -> None:
    editor.add_unit("What counts")
    statuses = editor.form.get_by_role("group", name="Statuses")
    statuses.get_by_role("button", name="Remove Late").click()
    expect(statuses.get_by_label("Label")).to_have_count(4)
    editor.form.get_by_role("button", name="Undo").click()
    expect(statuses.get_by_label("Label")).to_have_count(5)
    statuses.get_by_label("Credit").nth(1).fill("0,75")
    editor.form.get_by_role("button", name="Add a reminder").click()
    editor.form.get_by_label("attended so many percent").check()
    percent = editor.form.get_by_label("Percent", exact=True)
    percent.fill("80")
    expect(editor.sentences).to_contain_text("80%")
    editor.save()
    expect(statuses.get_by_label("Credit").nth(1)).to_have_value("0.75")
    expect(editor.form.get_by_label("How long before")).to_have_value("1")
    expect(percent).to_have_value("80")


def test_the_unit_goes_out_as_olx_and_comes_back(editor: Editor) -> None:
    editor.add_unit("As OLX")
    editor.form.get_by_text("The whole unit as OLX").click()
    text = editor.form.get_by_label("Design, as OLX")
    expect(text).to_have_value(re.compile("<blended_unit"))
    text.fill('<blended_unit model="flex"><objective>Listen</objective></blended_unit>')
    editor.form.get_by_role("button", name="Bring it into the form").click()
    expect(editor.form.get_by_label("Flex", exact=True)).to_be_checked()
    text.fill("<blended_unit><rule kind='magic'/></blended_unit>")
    editor.form.get_by_role("button", name="Bring it into the form").click()
    expect(editor.form.locator("[data-olx-problems]")).to_contain_text("magic")
    editor.visitor.check()


@pytest.mark.parametrize("is_phone", [False, True], ids=["laptop", "phone"])
def test_a_unit_with_records_is_opened_and_its_dates_are_warned_of(
    visit: Callable[..., Visitor], is_phone: bool
) -> None:
    visitor = visit(AUTHOR, phone=is_phone)
    editor = Editor(visitor)
    editor.open("/studio/block-v1:Blended+CONFLICT+demo+type@blended_unit+block@handling-conflict/")
    expect(editor.sentences).to_contain_text("One week later: look back")
    expect(editor.form.locator("[data-what-if] tbody tr")).not_to_have_count(0)
    visitor.check()
    name = "editor-example-phone" if is_phone else "editor-example"
    visitor.picture(name, at=editor.part("Live"))
    editor.form.get_by_role("button", name="Edit: Workshop in Montréal").click()
    session = editor.form.get_by_role("group", name="Workshop in Montréal")
    expect(session.locator("[data-has-records]")).to_contain_text("11 people are recorded")
    expect(session.locator("[data-clock]")).to_contain_text("On your own clock")
    visitor.check()
