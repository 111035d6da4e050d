"""Each blended model built from nothing in the browser: with the mouse, and with the keyboard."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from blended_xblock import olx
from blended_xblock.design import Design
from tests.browser.conftest import Visitor, serve_demo
from tests.browser.test_editor import AUTHOR, Editor

# The model's name, what is asked of it, and how many sessions it makes.
MODELS = {
    "flipped_classroom": ("Flipped classroom", {}, 1),
    "rotation": ("Rotation", {"Stations": "2", "Time slots": "2", "Groups": "2"}, 4),
    "flex": ("Flex", {"Drop-ins": "4", "Drop-ins a learner needs": "2"}, 4),
    "enriched_virtual": ("Enriched virtual", {}, None),
    "project": ("Project", {}, None),
}


@pytest.fixture(scope="module")
def campus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve a campus that also speaks a language written from right to left."""
    with serve_demo(tmp_path_factory.mktemp("campus"), BLENDED_XBLOCK_RTL="1") as address:
        yield address


@pytest.fixture
def editor(visit: Callable[..., Visitor]) -> Editor:
    return Editor(visit(AUTHOR))


def sessions_of(editor: Editor) -> Locator:
    return editor.form.locator(".blended-session-row")


def start_from(editor: Editor, model: str) -> None:
    name, options, count = MODELS[model]
    editor.form.get_by_label(name, exact=True).check()
    for label, value in options.items():
        editor.form.get_by_label(label, exact=True).fill(value)
    expect(editor.form.locator("[data-model-makes]")).to_contain_text("Makes")
    editor.form.get_by_role("button", name="Fill in this model").click()
    expect(sessions_of(editor)).not_to_have_count(0)
    if count is not None:
        expect(sessions_of(editor)).to_have_count(count)


def choose(editor: Editor, button: str, title: str, *, search: str = "") -> None:
    """Choose a block of the course for one of the lists."""
    editor.form.get_by_role("button", name=button).click()
    picker = editor.form.get_by_role("region", name="The course")
    if search:
        picker.get_by_label("Search the course").fill(search)
    picker.get_by_role("checkbox", name=re.compile(rf"^{title} ")).check()
    picker.get_by_role("button", name="Done").click()
    expect(editor.form.get_by_role("button", name=f"Remove {title}")).to_be_visible()


def stored(page: Page) -> dict[str, Any]:
    """Return what the editor was opened with."""
    text = page.locator("[data-view=studio] script[type='application/json']").inner_text()
    return dict(json.loads(text)["version"])


@pytest.mark.parametrize("model", MODELS)
def test_a_unit_is_built_from_a_model_with_the_mouse(editor: Editor, model: str) -> None:
    editor.add_unit(MODELS[model][0])
    start_from(editor, model)
    made = sessions_of(editor).count()
    editor.form.get_by_role("button", name="Add an objective").click()
    editor.form.get_by_label("Objective 1", exact=True).fill("Listen before you answer")
    expect(editor.sentences).not_to_contain_text("No session is planned")
    if model == "rotation":
        editor.visitor.picture("editor-models", at=editor.part("Model"))
    choose(editor, "Choose prework", "Before the workshop")
    choose(editor, "Choose follow-ups", "After the workshop", search="after the")
    choose(editor, "Choose make-ups", "Recording and written reflection")
    expect(editor.sentences).to_contain_text("After the workshop")
    expect(editor.form.locator("[data-what-if] tbody tr")).not_to_have_count(0)
    sessions_of(editor).first.get_by_role("button", name="Edit").click()
    detail = editor.form.locator(".blended-session-detail")
    detail.wait_for()
    for label, value in (("Room", "Room 4"), ("Join link", "https://meet.example.org/x")):
        if detail.get_by_label(label, exact=True).is_visible():
            detail.get_by_label(label, exact=True).fill(value)
    editor.visitor.check()
    detail.get_by_role("button", name="Done").click()
    editor.visitor.picture(f"editor-{model}", at=editor.part("Live"))
    editor.save()

    expect(sessions_of(editor)).to_have_count(made)
    expect(editor.form.get_by_label("Objective 1", exact=True)).to_have_value(
        "Listen before you answer"
    )
    version = stored(editor.page)
    assert version["design"]["model"] == model
    editor.form.get_by_text("The whole unit as OLX").click()
    text = editor.form.get_by_label("Design, as OLX")
    expect(text).to_have_value(re.compile("</blended_unit>"))
    assert olx.parse_string(text.input_value()).design == Design.from_dict(version["design"])

    editor.publish()
    preview = editor.page.locator("[data-view=author]")
    expect(preview).to_contain_text("This is what learners see.")


def test_another_model_takes_nothing_away(editor: Editor) -> None:
    editor.add_unit("Mixed")
    start_from(editor, "flex")
    editor.form.get_by_label("Rotation", exact=True).check()
    editor.form.get_by_role("button", name="Fill in this model").click()
    expect(editor.form.get_by_text("The model is filled in.")).to_be_visible()
    expect(sessions_of(editor)).to_have_count(4)
    editor.form.get_by_label("Add this model’s sessions to those I have").check()
    editor.form.get_by_role("button", name="Fill in this model").click()
    expect(sessions_of(editor)).to_have_count(4 + 9)
    editor.form.get_by_role("button", name="Undo").click()
    expect(sessions_of(editor)).to_have_count(4)


def tab_to(page: Page, wanted: Locator, *, back: bool = False) -> None:
    """Press Tab until the element has the focus, as somebody without a mouse does."""
    for _press in range(250):
        if wanted.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Shift+Tab" if back else "Tab")
    pytest.fail("It cannot be reached with the keyboard.")


def test_a_unit_is_built_with_the_keyboard_alone(editor: Editor) -> None:
    editor.add_unit("")
    page, form, press = editor.page, editor.form, editor.page.keyboard.press
    tab_to(page, editor.title, back=True)
    page.keyboard.type("By keyboard")
    tab_to(page, form.get_by_label("Blank", exact=True))
    for _step in range(5):
        press("ArrowUp")
    expect(form.get_by_label("Flipped classroom", exact=True)).to_be_focused()
    expect(form.locator("[data-model-makes]")).to_contain_text("Makes 1 session")
    tab_to(page, form.get_by_role("button", name="Fill in this model"))
    press("Enter")
    expect(sessions_of(editor)).to_have_count(1)

    tab_to(page, form.get_by_role("button", name="Add an objective"))
    press("Enter")
    page.keyboard.type("Second")
    press("Enter")
    page.keyboard.type("First")
    tab_to(page, form.get_by_role("button", name=re.compile("^Move Objective 2")), back=True)
    press("ArrowUp")
    expect(form.get_by_label("Objective 1", exact=True)).to_have_value("First")
    expect(form.get_by_role("button", name=re.compile("^Move Objective 1"))).to_be_focused()

    tab_to(page, form.get_by_role("button", name="Choose follow-ups"))
    press("Enter")
    expect(form.get_by_label("Search the course")).to_be_focused()
    page.keyboard.type("after the")
    tab_to(page, form.get_by_role("checkbox", name=re.compile("^After the workshop ")))
    press("Space")
    press("Escape")
    expect(form.get_by_role("button", name="Choose follow-ups")).to_be_focused()

    tab_to(page, form.get_by_role("button", name="Edit: Workshop"), back=True)
    press("Enter")
    title = form.locator(".blended-session-detail").get_by_label("Title")
    expect(title).to_be_focused()
    press("Control+a")
    page.keyboard.type("Practice")
    with page.expect_navigation():
        press("Control+s")
    editor.ready()
    version = stored(page)
    assert version["title"] == "By keyboard"
    assert version["design"]["objectives"] == ["First", "Second"]
    assert [each["title"] for each in version["design"]["sessions"]] == ["Practice"]
    assert version["design"]["follow_ups"][0]["block"] == "sequence_demo@after"


# Sessions


def test_a_session_is_copied_deleted_and_brought_back(editor: Editor) -> None:
    editor.add_unit("Sessions")
    editor.form.get_by_role("button", name="Add a session").click()
    expect(sessions_of(editor)).to_have_count(1)
    sessions_of(editor).first.get_by_role("button", name="Duplicate").click()
    expect(sessions_of(editor)).to_have_count(2)
    detail = editor.form.locator(".blended-session-detail")
    detail.get_by_label("Title").fill("First of two")
    sessions_of(editor).first.get_by_role("button", name="Delete").click()
    expect(sessions_of(editor)).to_have_count(1)
    editor.form.get_by_role("button", name="Undo").click()
    expect(sessions_of(editor).first).to_contain_text("First of two")
    editor.form.get_by_label("Select all sessions").check()
    editor.form.get_by_label("One occurrence, named").fill("Spring")
    editor.form.get_by_role("button", name="Group as one occurrence").click()
    expect(sessions_of(editor).get_by_text("Spring")).to_have_count(2)


def test_a_time_that_does_not_exist_and_an_open_link_are_refused_at_their_fields(
    editor: Editor,
) -> None:
    editor.add_unit("Clocks")
    editor.form.get_by_role("button", name="Add a session").click()
    detail = editor.form.locator(".blended-session-detail")
    detail.get_by_label("Time zone").fill("Europe/Paris")
    detail.get_by_label("Date").fill("2027-03-28")
    detail.get_by_label("Start").fill("02:30")
    detail.get_by_label("Online", exact=True).check()
    detail.get_by_label("Join link").fill("http://meet.example.org")
    errors = editor.refuse()
    expect(errors).to_contain_text("the clock jumps from 2027-03-28 02:00 to 2027-03-28 03:00")
    expect(detail.get_by_label("Join link")).to_have_attribute("aria-invalid", "true")
    expect(detail).to_contain_text("https://")
    detail.get_by_role("button", name="Done").click()
    errors.get_by_role("button", name=re.compile("Session 1")).first.click()
    expect(detail.get_by_label("Date")).to_be_focused()


def test_both_clocks_are_shown(editor: Editor) -> None:
    """The author's clock is that of their account: Lisbon."""
    editor.add_unit("Far away")
    editor.form.get_by_role("button", name="Add a session").click()
    detail = editor.form.locator(".blended-session-detail")
    detail.get_by_label("Time zone").fill("America/Toronto")
    expect(detail.locator("[data-clock]")).to_contain_text("On your own clock")
    expect(detail.locator("[data-clock]")).to_contain_text("Lisbon time")


def test_a_series_is_shown_before_it_is_made(editor: Editor) -> None:
    """Nine o'clock stays nine o'clock where the clocks go back on 31 October 2027."""
    editor.add_unit("Series")
    editor.form.get_by_role("button", name="Add a session").click()
    detail = editor.form.locator(".blended-session-detail")
    detail.get_by_label("Time zone").fill("Europe/Paris")
    detail.get_by_label("Date").fill("2027-10-18")
    detail.get_by_role("button", name="Done").click()
    sessions_of(editor).first.get_by_role("button", name="Repeat").click()
    detail.get_by_label("Last day of the series").fill("2027-12-31")
    detail.get_by_label("Number of sessions").fill("4")
    detail.get_by_label("A day without a session").fill("2027-11-01")
    detail.get_by_role("button", name="Leave it out").click()
    detail.get_by_role("button", name="Show the dates").click()
    days = detail.locator("[data-days] li")
    # The year is left out in that year.
    expect(days.first).to_contain_text(re.compile(r"25 Oct( 2027)?, 09:00–12:00"))
    expect(days.filter(has_text=re.compile(r"\b1 Nov\b"))).to_contain_text("Holiday")
    expect(days.last).to_contain_text(re.compile(r"15 Nov( 2027)?, 09:00–12:00"))
    editor.visitor.check()
    detail.get_by_role("button", name="Add these sessions: 3").click()
    expect(sessions_of(editor)).to_have_count(4)
    editor.form.get_by_role("button", name="Undo").click()
    expect(sessions_of(editor)).to_have_count(1)


CSV = """Titre;Date;Début;Fin;Lieu
Matin;2027-05-12;9h00;12h00;Salle 1
Soir;2027-05-12;18h00;17h00;Salle 1
Autre jour;13/05/2027;9:00;12:00;Salle 2
"""


def test_a_table_is_tried_before_it_is_taken_over(editor: Editor) -> None:
    editor.add_unit("Table")
    editor.form.get_by_text("Many at once (CSV)").click()
    editor.form.get_by_label("Or paste the rows").fill(CSV)
    editor.form.get_by_role("button", name="Check it").click()
    rows = editor.form.locator("[data-csv-rows] tr")
    expect(rows).to_have_count(3)
    expect(rows.nth(1)).to_contain_text("not after the start")
    editor.visitor.check()
    editor.form.get_by_role("button", name="Take over 2, and leave 1 out").click()
    expect(sessions_of(editor)).to_have_count(2)
    with editor.page.expect_download() as download:
        editor.form.get_by_role("button", name="Download the sessions as CSV").click()
    path = download.value.path()
    editor.form.locator("[data-csv-file]").set_input_files(
        {"name": "s.csv", "mimeType": "text/csv", "buffer": path.read_bytes()}
    )
    expect(rows).to_have_count(2)
    expect(rows.first).to_contain_text("stays as it is")
    editor.form.get_by_role("button", name="Undo").click()
    expect(sessions_of(editor)).to_have_count(0)


# Links


def test_what_cannot_be_linked_says_why(editor: Editor) -> None:
    editor.open("/studio/block-v1:Blended+CONFLICT+demo+type@blended_unit+block@handling-conflict/")
    editor.form.get_by_role("button", name="Choose prework").click()
    picker = editor.form.get_by_role("region", name="The course")
    picker.get_by_label("Search the course").fill("workshop")
    holder = picker.get_by_role("checkbox", name=re.compile("^The workshop "))
    expect(holder).to_be_disabled()
    expect(picker).to_contain_text("It holds this blended unit")
    expect(picker.get_by_role("checkbox", name=re.compile("^After the workshop "))).to_be_disabled()
    expect(picker).to_contain_text("It is a follow-up of this unit")
    picker.get_by_label("Search the course").press("Escape")
    expect(editor.form.get_by_role("button", name="Choose prework")).to_be_focused()


def test_links_are_put_in_order_with_the_mouse(editor: Editor) -> None:
    editor.open("/studio/block-v1:Blended+CONFLICT+demo+type@blended_unit+block@handling-conflict/")
    prework = editor.form.get_by_role("group", name="Prework", exact=True)
    handles = prework.locator("[data-handle]")
    handles.nth(2).scroll_into_view_if_needed()
    start, end = handles.nth(2).bounding_box(), handles.nth(0).bounding_box()
    assert start
    assert end
    editor.page.mouse.move(start["x"] + 5, start["y"] + 5)
    editor.page.mouse.down()
    editor.page.mouse.move(end["x"] + 5, end["y"] + 5, steps=5)
    editor.page.mouse.up()
    expect(prework.get_by_role("listitem").first).to_contain_text("Self-check")
    expect(editor.form.get_by_text("Self-check is now 1 of 3.")).to_be_visible()


# Everywhere


def open_everything(editor: Editor) -> None:
    """Open a picker, a session's form and the table for many, by names no language changes."""
    form = editor.form
    form.locator("[data-choose]").first.click()
    expect(form.locator("[data-tree] [data-choice]").first).to_be_visible()
    form.locator("[data-edit]").first.click()
    form.locator(".blended-fold > summary").first.click()
    editor.visitor.check()
    form.locator("[data-repeat]").first.click()
    editor.visitor.check()


def test_it_works_on_a_phone_in_french(visit: Callable[..., Visitor]) -> None:
    editor = Editor(visit(AUTHOR, phone=True))
    editor.visitor.open("/studio/")
    with editor.page.expect_navigation():
        editor.page.get_by_role("button", name="français").click()
    editor.visitor.open(
        "/studio/block-v1:Blended+CONFLICT+demo+type@blended_unit+block@handling-conflict/"
    )
    expect(editor.sentences).to_contain_text("Une personne")
    editor.visitor.picture("editor-phone-fr", at=editor.form.locator(".blended-part").nth(2))
    open_everything(editor)


def test_it_works_from_right_to_left(editor: Editor, campus: str) -> None:
    arabic = {"name": "django_language", "value": "ar", "url": campus}
    editor.page.context.add_cookies([arabic])  # type: ignore[list-item]
    editor.visitor.open(
        "/studio/block-v1:Blended+CONFLICT+demo+type@blended_unit+block@handling-conflict/"
    )
    assert editor.page.evaluate("document.documentElement.dir") == "rtl"
    expect(editor.form.locator("[data-what-if] tr")).not_to_have_count(0)
    open_everything(editor)
    editor.visitor.picture("editor-rtl", at=editor.form.locator(".blended-part").nth(2))
