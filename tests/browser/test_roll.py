"""The roll as an instructor works it: a few taps for thirty, many at once, corrections, conflicts.

Thirty learners of one client meet in Paris today; each test begins before the roll is opened.
"""

from __future__ import annotations

import contextlib
import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import at_panel, eventually
from tests.browser.servers import ROOT, serve_demo

TRAINER, COLLEAGUE = "Camille Laurent", "Sofia Almeida"
PARIS = "Workshop in Paris"
SIZES = pytest.mark.parametrize("phone", [True, False], ids=["360", "1280"])

# What a test leaves at its session, by table.
LEFT = ("markconflict", "attendancechange", "bulkaction", "absencenotice", "attendancerecord")
NOT_OPENED = """
UPDATE blended_xblock_session
SET roll_state = 'not_opened', roll_opened_at = NULL, roll_closed_at = NULL WHERE title = ?
"""
ANNOUNCE = """
INSERT INTO blended_xblock_absencenotice (session_id, user_id, announced_at, reason)
SELECT s.id, u.id, DATETIME('now'), 'Ill.'
FROM blended_xblock_session s, auth_user u WHERE s.title = ? AND u.username = ?
"""
PUBLISH = """
from blended_xblock import api
from blended_xblock.workbench.keys import COURSE_KEY
from blended_xblock.workbench.runtime import CampusRuntime
from blended_xblock.workbench.seed import UNIT_KEY
block = CampusRuntime().get_block(UNIT_KEY)
block.design = {**block.design, "statuses": statuses}
block.save()
api.sync_course(str(COURSE_KEY))
"""
TWENTY_STATUSES = """
labels = ["Present all day", "Morning", "Afternoon", "Late", "Very late", "Left early", "Online",
          "Online, camera off", "Excused by the client", "Excused: illness", "Excused: travel",
          "Absent", "Absent without news", "Moved", "Guest", "Observer", "Assistant", "Partly",
          "Made up", "To be checked"]
statuses = [
    {"code": code, "label": label, "credit": 1.0 if i < 3 else 0.5, "attended": i % 3 != 2,
     "counted": i % 5 != 0}
    for i, (code, label) in enumerate(zip(
        "P PM PA L LL D O OC X XI XT A AN M G B AS H MU Q".split(), labels))
][:COUNT]
"""


def manage(folder: Path, *arguments: str) -> None:
    """Run a command on the campus that is served from this folder."""
    environment = os.environ | {
        "BLENDED_XBLOCK_DATA_DIR": str(folder),
        "DJANGO_SETTINGS_MODULE": "blended_xblock.workbench.settings",
    }
    command = [sys.executable, "manage.py", *arguments]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("campus")


@pytest.fixture(scope="module")
def campus(folder: Path) -> Iterator[str]:
    # Every other one of those generated is of the client that meets in Paris.
    manage(folder, "demo", "--no-serve", "--seed-size", "14")
    with serve_demo(folder) as address:
        yield address


def announce_absences(folder: Path, *usernames: str) -> None:
    """Let learners say that they cannot come to the session in Paris."""
    with opened(folder) as database:
        for username in usernames:
            database.execute(ANNOUNCE, (PARIS, username))


@contextlib.contextmanager
def opened(folder: Path) -> Iterator[sqlite3.Connection]:
    """Open the campus's database by hand: a command takes seconds, and there are many tests."""
    with contextlib.closing(sqlite3.connect(folder / "demo.sqlite3", timeout=30)) as database:
        yield database
        database.commit()


@pytest.fixture(autouse=True)
def _begin_again(folder: Path, campus: str) -> None:
    with opened(folder) as database:
        for table in LEFT:
            database.execute(
                f"DELETE FROM blended_xblock_{table} WHERE session_id IN"
                " (SELECT id FROM blended_xblock_session WHERE title = ?)",
                (PARIS,),
            )
        database.execute(NOT_OPENED, (PARIS,))


@pytest.fixture(scope="module", params=[8, 20])
def n_statuses(request: pytest.FixtureRequest, folder: Path, campus: str) -> int:
    """Give the unit so many statuses of its own, which it keeps: these tests are the last ones."""
    n: int = request.param
    manage(folder, "shell", "-c", TWENTY_STATUSES.replace("COUNT", str(n)) + PUBLISH)
    return n


def go(page: Page, session: str = PARIS) -> None:
    """Pick a session, with the mouse or on a phone."""
    picker = page.locator("[data-picker]")
    if picker.is_visible():
        option = picker.locator("option", has_text=session)
        picker.select_option(value=option.get_attribute("value"))
    else:
        page.get_by_role("button", name=session).click()
    page.locator(".blended-roll h3", has_text=session).wait_for()


def open_roll(visitor) -> Page:
    visitor.unit()
    page = visitor.page
    go(page)
    page.get_by_role("button", name="Open the roll").click()
    page.locator(".blended-row").first.wait_for()
    return page


def saved(page: Page) -> None:
    page.locator("[data-state]").get_by_text("Saved").wait_for()


def told(page: Page, text: str) -> Locator:
    """Return what is told beside the button that was pressed, and wait for it."""
    place = page.locator("[data-undo]:visible", has_text=text)
    place.wait_for()
    return place


def row(page: Page, number: int) -> Locator:
    return page.locator(f'.blended-row[data-number="{number}"]')


def statuses_of(page: Page) -> dict[str, int]:
    """Return how many rows show each status."""
    codes = page.locator(".blended-row").evaluate_all("rows => rows.map(row => row.dataset.status)")
    return {code: codes.count(code) for code in sorted(set(codes))}


class Fingers:
    """Taps and keys, counted: what an instructor's hand does."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.n = 0

    def tap(self, place: Locator) -> None:
        place.tap()
        self.n += 1

    def keys(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self.n += 1


def test_thirty_with_three_exceptions_in_ten_taps(visit) -> None:
    page = open_roll(visit(TRAINER, phone=True))
    expect(page.locator(".blended-row")).to_have_count(30)
    hand = Fingers(page)
    hand.tap(page.get_by_role("button", name="Everyone not marked: Present"))
    told(page, "Marked “Present”: 30")
    for number, code in [(5, "A"), (17, "L"), (28, "E")]:
        hand.tap(
            row(page, number).locator(".blended-choice", has=page.locator(f'[value="{code}"]'))
        )
        # A tap becomes a press only after a while; until then "Saved" is said of what was before.
        expect(row(page, number)).to_have_attribute("data-status", code)
    saved(page)
    page.reload()
    page.locator(".blended-row").first.wait_for()
    eventually(lambda: statuses_of(page), {"A": 1, "E": 1, "L": 1, "P": 27})
    assert hand.n <= 10


def test_thirty_with_three_exceptions_in_ten_keys(visit) -> None:
    page = open_roll(visit(TRAINER))
    hand = Fingers(page)
    expect(page.locator(".blended-roll h3")).to_be_focused()
    hand.keys("0")
    hand.keys("Enter")
    told(page, "Marked “Present”: 30")
    hand.keys("5", "a", "1", "7", "l", "2", "8", "e")
    saved(page)
    page.reload()
    page.locator(".blended-row").first.wait_for()
    for number, code in [(5, "A"), (17, "L"), (28, "E")]:
        expect(row(page, number)).to_have_attribute("data-status", code)
    eventually(lambda: statuses_of(page), {"A": 1, "E": 1, "L": 1, "P": 27})
    assert hand.n <= 10


@SIZES
def test_several_are_selected_marked_and_taken_back_as_one(visit, phone) -> None:
    trainer = visit(TRAINER, phone=phone)
    page = open_roll(trainer)
    size = "phone" if phone else "laptop"
    row(page, 2).locator("[data-pick]").check()
    row(page, 6).locator("[data-pick]").click(modifiers=["Shift"])
    row(page, 4).locator("[data-pick]").uncheck()
    bar = page.get_by_role("group", name="Selected: 4")
    bar.wait_for()
    for button in bar.get_by_role("button").all():
        box = button.bounding_box()
        assert min(box["height"], box["width"]) >= 44, button.inner_text()
    trainer.check()
    trainer.picture(f"roll-selection-{size}", at=row(page, 1))
    bar.get_by_role("button", name="Absent").click()
    undo = told(page, "Marked “Absent”: 4").get_by_role("button")
    eventually(lambda: statuses_of(page), {"": 26, "A": 4})
    row(page, 3).locator('input[value="P"]').check()
    saved(page)
    undo.click()
    told(page, "Taken back, as it was before: 3. A newer mark stands for:")
    eventually(lambda: statuses_of(page), {"": 29, "P": 1})

    page.get_by_text("What was marked at once").click()
    entry = page.locator("[data-bulks] li")
    expect(entry).to_contain_text("4 learners: Absent", use_inner_text=True)
    expect(entry).to_contain_text(TRAINER, use_inner_text=True)
    # Listed as taken back, which leaves nothing to undo.
    expect(entry.get_by_role("button", name="Undo")).to_be_hidden()
    trainer.check()


def test_several_by_the_keyboard_alone(visit) -> None:
    trainer = visit(TRAINER)
    page = open_roll(trainer)
    page.locator(".blended-roll h3").focus()
    page.keyboard.press("3")
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("x")
    page.get_by_role("group", name="Selected: 4").wait_for()
    page.keyboard.press("x")
    page.get_by_role("group", name="Selected: 3").wait_for()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    told(page, "Marked “Late”: 3")
    for number, code in [(3, "L"), (4, "L"), (5, "L"), (6, "")]:
        expect(row(page, number)).to_have_attribute("data-status", code)
    expect(page.get_by_role("button", name="Undo")).to_be_focused()
    page.keyboard.press("Enter")
    told(page, "Taken back, as it was before: 3")
    row(page, 1).locator("[data-pick]").focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    page.get_by_role("group", name="Selected: 2").wait_for()
    page.keyboard.press("Escape")
    expect(page.locator("[data-selection]")).to_be_hidden()


def test_everybody_found_is_selected_and_a_network_that_drops_queues_them(visit) -> None:
    trainer = visit(TRAINER)
    page = open_roll(trainer)
    page.get_by_label("Search").fill("on")
    # The old list stays until the new one comes: gone is what says 30, and so are its rows.
    page.locator("[data-found]", has_text="30").wait_for(state="detached")
    found = page.locator(".blended-row").count()
    assert 1 < found < 30
    page.get_by_role("button", name=f"Select all {found} found").click()
    page.get_by_label("Search").fill("Ada Benali")
    page.locator("[data-found]", has_text="1 learner").wait_for()
    bar = page.get_by_role("group", name=f"Selected: {found}")
    expect(bar).to_contain_text("not on this page", use_inner_text=True)
    page.context.set_offline(True)
    bar.get_by_role("button", name="Excused").click()
    told(page, f"Queued one by one, to be sent when it is back: {found}")
    page.context.set_offline(False)
    saved(page)
    page.reload()
    page.locator(".blended-row").first.wait_for()
    eventually(lambda: statuses_of(page), {"": 30 - found, "E": found})


def test_everyone_means_the_cohort_that_is_shown(visit) -> None:
    page = open_roll(visit(TRAINER))
    page.get_by_label("Cohort").select_option("Client B – Meridian")
    page.get_by_role("button", name="Everyone of Client B – Meridian not marked: Present").click()
    told(page, "Marked “Present”: 30")
    page.get_by_label("Cohort").select_option("")
    page.get_by_role("button", name="Everyone not marked: Present").wait_for()


@SIZES
def test_times_suggest_and_never_fill_in(visit, phone) -> None:
    trainer = visit(TRAINER, phone=phone)
    page = open_roll(trainer)
    size = "phone" if phone else "laptop"
    name = row(page, 4).locator("[data-name]").inner_text()
    page.get_by_role("button", name=f"More about {name}").click()
    details = page.locator(".blended-details")
    # Five minutes later than the unit takes as on time; the rest of the session is what is left.
    # The field of a session over midnight asks for the day, too.
    typed, start, rest = page.locator(".blended-roll").evaluate(
        """section => {
            const { starts, ends, lateAfter, manyDays, zone } = section.dataset;
            const at = Date.parse(starts) + (Number(lateAfter) + 5) * 60000;
            const format = { dateStyle: "short", timeStyle: "short", timeZone: zone };
            const [day, time] = new Intl.DateTimeFormat("sv-SE", format).format(at).split(" ");
            const typed = manyDays === undefined ? time : `${day}T${time}`;
            return [typed, time, (Date.parse(ends) - at) / 60000];
        }"""
    )
    details.get_by_label("Arrived at").fill(typed)
    expect(row(page, 4)).to_have_attribute("data-status", "")
    offer = details.get_by_role("button", name="Save as “Late”")
    offer.wait_for()
    expect(details.get_by_role("button", name="Minutes by these times")).to_be_hidden()
    trainer.check()
    offer.click()
    saved(page)
    expect(row(page, 4)).to_have_attribute("data-status", "L")
    expect(row(page, 4)).to_contain_text(f"arrived {start}", use_inner_text=True)
    page.get_by_role("button", name=f"More about {name}").click()
    expect(details.get_by_label("Minutes live")).to_have_value("")
    details.get_by_role("button", name=f"Minutes by these times: {rest}").click()
    details.get_by_label("How").select_option("remote")
    details.get_by_role("button", name="Save", exact=True).click()
    saved(page)
    page.reload()
    page.locator(".blended-row").first.wait_for()
    expect(row(page, 4)).to_contain_text(f"{rest}\N{PRIME}", use_inner_text=True)
    expect(row(page, 4)).to_contain_text("online", use_inner_text=True)
    page.get_by_role("button", name=f"More about {name}").click()
    details.get_by_text("History").click()
    details.get_by_text(f"arrived {start}").first.wait_for()
    trainer.check()
    trainer.picture(f"roll-details-{size}", at=row(page, 4))


def test_a_list_that_comes_again_leaves_the_focus_and_what_is_open(visit) -> None:
    page = open_roll(visit(TRAINER))

    def comes_again() -> None:
        # As after a file was recorded, or a colleague marked more people than are shown.
        at_panel(page, "await panel.roll.filters.refresh();")

    late = row(page, 3).locator('input[value="L"]')
    late.focus()
    comes_again()
    expect(late).to_be_focused()
    page.keyboard.press("Space")
    saved(page)

    name = row(page, 3).locator("[data-name]").inner_text()
    page.get_by_role("button", name=f"More about {name}").click()
    details = page.locator(".blended-details")
    details.get_by_text("History").click()
    expect(details).to_contain_text("not marked → Late")
    note = details.get_by_label("Note")
    note.fill("by train")
    note.press("Home")
    comes_again()
    expect(note).to_be_focused()
    page.keyboard.type("Came ")
    expect(note).to_have_value("Came by train")
    expect(details).to_contain_text("not marked → Late")


@SIZES
def test_a_roll_is_closed_corrected_with_a_reason_and_reopened(visit, folder, phone) -> None:
    announce_absences(folder, "ada.benali", "omer.celik")
    trainer = visit(TRAINER, phone=phone)
    page = open_roll(trainer)
    size = "phone" if phone else "laptop"
    page.get_by_role("button", name="Close the roll").click()
    box = page.locator("[data-close]")
    box.get_by_text("Announced their absence: 2").wait_for()
    trainer.check()
    trainer.picture(f"roll-close-{size}", at=box)
    box.get_by_role("button", name="Mark them “Excused” first").click()
    box.get_by_text("become “Absent” (28)").wait_for()
    expect(box.locator("[data-announced]")).to_be_hidden()
    box.get_by_role("button", name="Yes, close it").click()
    page.get_by_text("You can still correct it.").wait_for()
    eventually(lambda: statuses_of(page), {"A": 28, "E": 2})

    # Nothing is corrected without a reason, by a tap or by a key.
    row(page, 2).locator('input[value="P"]').click()
    page.get_by_text("Say first why you correct a closed roll.").first.wait_for()
    expect(row(page, 2)).to_have_attribute("data-status", "A")
    expect(page.get_by_label("Reason for corrections")).to_be_focused()
    trainer.check()
    page.keyboard.type("The paper list says so.")
    expect(page.get_by_label("Reason for corrections")).to_have_value("The paper list says so.")
    row(page, 2).locator('input[value="P"]').click()
    saved(page)
    page.reload()
    page.locator(".blended-row").first.wait_for()
    expect(row(page, 2)).to_have_attribute("data-status", "P")
    expect(page.get_by_label("Reason for corrections")).to_have_value("The paper list says so.")
    name = row(page, 2).locator("[data-name]").inner_text()
    page.get_by_role("button", name=f"More about {name}").click()
    page.locator(".blended-details").get_by_text("History").click()
    page.locator(".blended-history").get_by_text("The paper list says so.").wait_for()
    trainer.check()
    trainer.picture(f"roll-history-{size}", at=row(page, 2))

    page.get_by_role("button", name="Reopen the roll").click()
    page.get_by_role("group", name="Reopen this roll?").wait_for()
    trainer.check()
    trainer.picture(f"roll-reopen-{size}")
    page.get_by_role("button", name="Yes, reopen it").click()
    page.get_by_role("button", name="Close the roll").wait_for()
    eventually(lambda: statuses_of(page), {"": 27, "E": 2, "P": 1})


@SIZES
def test_two_marks_that_disagree_are_settled_by_a_person(visit, phone) -> None:
    trainer = visit(TRAINER, phone=phone)
    page = open_roll(trainer)
    size = "phone" if phone else "laptop"
    colleague = visit(COLLEAGUE)
    colleague.unit()
    go(colleague.page)
    row(colleague.page, 3).wait_for()
    # Neither knows of the other's mark: their networks are down when they make it.
    page.context.set_offline(True)
    row(page, 3).locator('input[value="L"]').click()
    page.locator("[data-state]", has_text="to send").wait_for()
    row(colleague.page, 3).locator('input[value="P"]').click()
    saved(colleague.page)
    page.context.set_offline(False)
    saved(page)
    title = "Two marks of one learner disagree"
    listed = page.get_by_role("region", name=title)
    listed.wait_for()
    expect(listed).to_contain_text(COLLEAGUE, use_inner_text=True)
    trainer.check()
    trainer.picture(f"roll-conflict-{size}")
    listed.get_by_role("button", name="Take “Late” instead").or_(
        listed.get_by_role("button", name="Keep “Late”")
    ).click()
    listed.wait_for(state="hidden")
    # The colleague sees what became of it within seconds, and has nothing left to settle.
    expect(row(colleague.page, 3)).to_have_attribute("data-status", "L")
    expect(colleague.page.locator("[data-conflicts]")).to_be_hidden()
    expect(row(page, 3)).to_have_attribute("data-status", "L")
    trainer.check()
    page.reload()
    row(page, 3).wait_for()
    expect(row(page, 3)).to_have_attribute("data-status", "L")
    expect(page.locator("[data-conflicts]")).to_be_hidden()


def test_a_picture_that_cannot_be_shown_makes_way_for_the_initials(visit) -> None:
    trainer = visit(TRAINER)
    trainer.page.route("**/faces/ada.benali.svg", lambda route: route.abort())
    page = open_roll(trainer)
    ada = page.locator(".blended-row", has_text="Ada Benali")
    omer = page.locator(".blended-row", has_text="Ömer")
    ada.scroll_into_view_if_needed()
    expect(ada.locator("img")).to_have_count(0)
    expect(ada.locator(".blended-badge")).to_have_text("AB")
    omer.scroll_into_view_if_needed()
    page.wait_for_function("() => document.querySelector('img[src*=\"omer\"]').naturalWidth > 0")


def test_the_roll_reads_from_right_to_left_and_in_the_dark(visit) -> None:
    trainer = visit(TRAINER, phone=True, color_scheme="dark")
    page = open_roll(trainer)
    page.evaluate("document.documentElement.dir = 'rtl'")
    row(page, 1).locator("[data-pick]").check()
    row(page, 2).locator(".blended-choice").first.tap()
    expect(row(page, 2)).to_have_attribute("data-status", re.compile("."))
    trainer.check()
    trainer.picture("roll-rtl-dark", at=row(page, 1))


# The last ones: from here on the unit has other statuses


@SIZES
def test_statuses_of_the_course_team_fit_and_are_typed(visit, n_statuses, phone) -> None:
    trainer = visit(TRAINER, phone=phone)
    page = open_roll(trainer)
    size = "phone" if phone else "laptop"
    for choice in row(page, 1).locator(".blended-choice").all():
        box = choice.bounding_box()
        assert min(box["height"], box["width"]) >= 44
    width = page.locator(".blended-table").evaluate(
        "table => table.scrollWidth - table.closest('.blended').clientWidth"
    )
    assert width <= 0, f"The table is {width} px wider than the panel."
    row(page, 1).locator("[data-pick]").check()
    trainer.check()
    trainer.picture(f"roll-statuses-{n_statuses}-{size}", at=row(page, 1))
    row(page, 1).locator('input[type="radio"]').first.focus()
    page.keyboard.press("p")
    page.keyboard.press("m")
    page.wait_for_function("document.querySelector('.blended-row').dataset.status === 'PM'")
    # "a" is a letter of these codes, though "A" may be none of them.
    page.keyboard.press("Escape")
    page.get_by_text("Keyboard").click()
    expect(page.locator(".blended-keys kbd", has_text="LL")).to_have_count(1)
    saved(page)
