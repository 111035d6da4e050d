"""A trainer drops a file of today's session, settles who is who, records it, and takes it back."""

from __future__ import annotations

import base64
import contextlib
import sqlite3
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Visitor, at_panel, usage
from tests.browser.servers import DemoServer

AFTER = f"/course/{usage('sequence_demo@after')}/"
TRAINER, COLLEAGUE = "Camille Laurent", "Sofia Almeida"
LEARNER = "Hélène Schmitt"
NAME = "participants_84512907736.csv"
BOTH = pytest.mark.parametrize("phone", [False, True], ids=["1280", "360"])
PIECE = 512 * 1024


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoServer]:
    running = DemoServer(tmp_path_factory.mktemp("campus"))
    try:
        running.start()
        yield running
    finally:
        running.stop()


@pytest.fixture(scope="module")
def campus(server: DemoServer) -> str:
    return server.address


@BOTH
def test_the_whole_journey(visit, phone) -> None:
    trainer = visit(TRAINER, phone=phone)
    page, size = trainer.page, "phone" if phone else "laptop"
    fold = open_fold(trainer)
    expect(fold.get_by_role("button", name="Take back")).to_have_count(0)
    trainer.check()
    trainer.picture(f"import-list-{size}", fold)
    data = report(trainer)
    if phone:
        with page.expect_file_chooser() as chooser:
            fold.get_by_text("Choose a file", exact=True).click()
        chooser.value.set_files({"name": NAME, "mimeType": "text/csv", "buffer": data})
    else:
        drop(fold, NAME, data)
    expect(fold.get_by_role("heading", name=NAME)).to_be_focused()
    expect(summary(fold)).to_have_text(["21 matched", "3 to settle", "2 set aside"])
    trainer.check()
    trainer.picture(f"import-check-{size}", fold)

    settle_three(fold)
    trainer.check()
    trainer.picture(f"import-settled-{size}", fold)
    apply = fold.get_by_role("button", name="Record 24 people")
    apply.click()
    said = fold.locator("[data-imports-said]")
    expect(said).to_have_text("Recorded: 24. Left out: 2.")
    expect(said).to_be_focused()
    row = page.locator(".blended-row", has_text=LEARNER)
    expect(row).to_have_attribute("data-status", "P")
    expect(row).to_have_attribute("data-minutes", "180")
    trainer.check()
    trainer.picture(f"import-applied-{size}", fold)

    learner = visit(LEARNER, phone=True)
    learner.open(AFTER)
    learner.page.locator(".xblock--drag-and-drop").wait_for()

    colleague = visit(COLLEAGUE)
    colleague.unit()
    expect(colleague.page.locator('[data-roll-state="open"]')).to_be_visible()
    fold.get_by_role("button", name="All files").click()
    listed = fold.locator("[data-file]").first
    expect(listed).to_contain_text("24 people recorded")
    expect(listed).to_contain_text(f"Applied by {TRAINER}")
    trainer.check()
    trainer.picture(f"import-files-{size}", fold)
    listed.get_by_role("button", name="Take back").click()
    expect(said).to_have_text(
        "Taken back. People who have again what they had before: 24. "
        "The roll is not opened any more."
    )
    expect(page.locator('[data-roll-state="not_opened"]')).to_be_visible()
    at_panel(colleague.page, "panel.live.now();")
    expect(colleague.page.locator('[data-roll-state="not_opened"]')).to_be_visible()
    expect(colleague.page.locator("[data-live]")).to_have_text(
        "Somebody else took back the file by which this roll was opened."
    )
    learner.open(AFTER)
    learner.page.get_by_text("This is still locked").first.wait_for()

    fold.get_by_role("button", name="Look at it").first.click()
    fold.get_by_role("button", name="Check once more").click()
    expect(summary(fold)).to_have_text(["24 matched", "0 to settle", "2 set aside"])
    discard(fold)
    expect(said).to_contain_text("is discarded. Nothing was recorded.")
    trainer.check()


@BOTH
def test_a_lost_network_loses_no_file(visit, phone) -> None:
    trainer = visit(TRAINER, phone=phone)
    page = trainer.page
    fold = open_fold(trainer)
    data = large(report(trainer))
    sent: list[int] = []

    def lose(route) -> None:
        number = route.request.post_data_json["number"]
        sent.append(number)
        if sent.count(number) == 1 and number == 1:
            # It arrives, and nobody hears of it.
            route.fetch()
            route.abort()
        else:
            route.continue_()

    page.route("**/upload_import", lose)
    page.context.set_offline(True)
    choose(fold, "big.csv", data)
    line = fold.locator(".blended-upload")
    expect(line).to_contain_text("0 of 1.2 MB. No network: it goes on by itself")
    trainer.check()
    trainer.picture(f"import-offline-{'phone' if phone else 'laptop'}", fold)
    line.locator("[data-upload-text]").evaluate(
        """place => {
            window.said = [];
            const note = () => window.said.push(place.textContent);
            new MutationObserver(note).observe(place, { childList: true });
        }"""
    )
    page.context.set_offline(False)
    expect(fold.get_by_role("heading", name="big.csv")).to_be_focused(timeout=60_000)
    # It stands there for a second only, between two looks of a test.
    said = "0.5 of 1.2 MB. The network fails: trying again in 1 s."
    assert said in page.evaluate("window.said")
    assert sent.count(1) == 2, "the piece of which no answer came is sent once more"
    assert sent[-1] == 2
    expect(summary(fold).first).to_have_text("21 matched")
    trainer.check()
    discard(fold)


def test_a_file_that_is_given_up_is_gone(visit) -> None:
    trainer = visit(TRAINER)
    fold = open_fold(trainer)
    data = large(report(trainer))
    before = fold.locator("[data-file]").count()
    trainer.page.route(
        "**/upload_import",
        lambda route: (
            route.continue_() if route.request.post_data_json["number"] == 0 else route.abort()
        ),
    )
    choose(fold, "given-up.csv", data)
    line = fold.locator(".blended-upload")
    expect(line).to_contain_text("trying again in")
    expect(line.get_by_role("button", name="Try again")).to_be_visible()
    line.get_by_role("button", name="Cancel").focus()
    trainer.page.keyboard.press("Enter")
    expect(line).to_have_count(0)
    expect(fold.locator("[data-file]")).to_have_count(before)
    expect(fold.get_by_label("Choose a file")).to_be_focused()
    # Not on the server either.
    trainer.page.reload()
    fold.locator("[data-imports-part]").wait_for()
    expect(fold.locator("[data-file]")).to_have_count(before)


def test_what_is_too_large_is_not_sent(visit, tmp_path: Path) -> None:
    trainer = visit(TRAINER)
    fold = open_fold(trainer)
    asked: list[str] = []
    trainer.page.on("request", lambda request: asked.append(request.url))
    large_file, empty = tmp_path / "film.csv", tmp_path / "nothing.csv"
    with large_file.open("wb") as out:
        out.truncate(51 * 1024 * 1024)
    empty.write_bytes(b"")
    asked.clear()
    fold.locator("input[type=file]").set_input_files([large_file, empty])
    problem = fold.locator("[data-imports-problem]")
    expect(problem).to_contain_text("“film.csv” has 51 MB; at most 50 MB can be read.")
    expect(problem).to_contain_text("“nothing.csv” is empty.")
    assert not [url for url in asked if "upload" in url]
    trainer.check()


def test_a_large_file_is_watched_and_found_again(visit, server) -> None:
    trainer = visit(TRAINER)
    page = trainer.page
    fold = open_fold(trainer)
    choose(fold, "watched.csv", report(trainer))
    expect(fold.get_by_role("heading", name="watched.csv")).to_be_focused()
    is_now(server, "reading", 40)
    page.reload()
    bar = page.get_by_role("progressbar")
    expect(bar).to_have_attribute("value", "40")
    trainer.check()
    is_now(server, "reading", 70)
    expect(bar).to_have_js_property("value", 70)
    is_now(server, "ready", 100)
    expect(summary(fold).first).to_have_text("21 matched")
    expect(page.locator("[data-live]")).to_contain_text("“watched.csv” is read. 21 matched")
    discard(fold)


def test_a_file_that_nobody_reads_any_more_is_read_again(visit, server) -> None:
    trainer = visit(TRAINER, phone=True)
    fold = open_fold(trainer)
    choose(fold, "stalled.csv", report(trainer))
    expect(fold.get_by_role("heading", name="stalled.csv")).to_be_focused()
    is_now(server, "reading", 60, minutes_ago=5)
    trainer.page.reload()
    again = trainer.page.get_by_role("button", name="Read it again")
    expect(again).to_be_visible()
    trainer.check()
    trainer.picture("import-stalled-phone", fold)
    again.click()
    expect(summary(fold).first).to_have_text("21 matched")
    expect(fold.get_by_role("heading", name="stalled.csv")).to_be_focused()
    discard(fold)


def test_a_mark_that_stands_is_kept_unless_somebody_says_otherwise(visit) -> None:
    trainer = visit(TRAINER)
    page = trainer.page
    fold = open_fold(trainer)
    row = page.locator(".blended-row", has_text="Sven Öberg")
    if row.count() == 0:
        page.get_by_role("button", name="Open the roll").click()
    row.get_by_role("radio", name="Absent").check()
    page.locator("[data-state]").get_by_text("Saved").wait_for()
    choose(fold, "against.csv", report(trainer))
    fold.get_by_role("button", name="Marks that stand against it").click()
    person = people(fold, "Sven Öberg")
    expect(person).to_contain_text("Stands: Absent")
    expect(person).to_contain_text(TRAINER)
    expect(person).to_contain_text("The file says: Present, 180 minutes")
    expect(person.get_by_role("radio", name="Keep the mark")).to_be_checked()
    trainer.check()
    trainer.picture("import-against", fold)
    person.get_by_role("radio", name="Take the file’s").check()
    expect(person).to_contain_text("Present, 180 minutes, online")
    expect(person.get_by_role("radio", name="Take the file’s")).to_be_focused()
    expect(summary(fold).first).to_have_text("21 matched")

    # A status by hand, and without a network what was saved is shown again.
    hugo = find(fold, "Hugo Lambert")
    hugo.get_by_text("Change").click()
    by_file = hugo.get_by_role("radio", name="By the file")
    expect(by_file).to_be_checked()
    page.context.set_offline(True)
    hugo.get_by_role("radio", name="Excused").click()
    expect(hugo.get_by_role("alert")).to_contain_text("The server cannot be reached.")
    expect(by_file).to_be_checked()
    page.context.set_offline(False)
    hugo.get_by_role("radio", name="Excused").check()
    expect(hugo.locator(".blended-import-effect")).to_contain_text("Excused, 8 minutes")
    expect(hugo.get_by_role("radio", name="Excused")).to_be_focused()
    trainer.check()
    discard(fold)
    # By the keyboard: the page moves while the list of files comes back.
    row.get_by_role("radio", name="Present").press("Space")
    expect(row).to_have_attribute("data-status", "P")


@BOTH
def test_a_closed_roll_is_corrected_with_a_reason(visit, phone) -> None:
    trainer = visit(TRAINER, phone=phone)
    page, size = trainer.page, "phone" if phone else "laptop"
    trainer.unit()
    if phone:
        picker = page.get_by_label("Session", exact=True)
        picker.select_option(picker.locator("option", has_text="Montréal").get_attribute("value"))
    else:
        page.get_by_role("button", name="Workshop in Montréal").click()
    expect(page.locator('[data-roll-state="closed"]')).to_be_visible()
    fold = page.locator("[data-imports]")
    fold.locator("summary").first.click()
    choose(fold, "paper.csv", b"Email,Status\nliam.macneil@northwind.example,Present\n")
    person = people(fold, "liam.macneil")
    expect(person.get_by_role("radio", name="Keep the mark")).to_be_checked()
    reason = fold.get_by_label("Reason for corrections")
    expect(reason).to_have_count(0)
    person.get_by_role("radio", name="Take the file’s").check()
    apply = fold.get_by_role("button", name="Record 1 person")
    expect(reason).to_have_value("From the file “paper.csv”.")
    reason.fill("")
    apply.click()
    expect(fold.get_by_text("Say first why you correct a closed roll.")).to_be_visible()
    expect(reason).to_be_focused()
    trainer.check()
    trainer.picture(f"import-reason-{size}", fold)
    reason.fill("From the list on paper.")
    person.get_by_text("Change").click()
    person.get_by_role("radio", name="Late").check()
    expect(person.locator(".blended-import-effect")).to_contain_text("Late")
    expect(reason).to_have_value("From the list on paper.")
    apply.click()
    said = fold.locator("[data-imports-said]")
    expect(said).to_have_text("Recorded: 1.")
    row = page.locator(".blended-row", has_text="Liam MacNeil")
    expect(row).to_have_attribute("data-status", "L")
    fold.get_by_role("button", name="Take back").click()
    expect(said).to_have_text("Taken back. People who have again what they had before: 1.")
    expect(row).to_have_attribute("data-status", "A")
    trainer.check()


def test_the_same_file_twice_is_noticed_and_asked_about(visit) -> None:
    trainer = visit(TRAINER)
    fold = open_fold(trainer)
    data = report(trainer)
    choose(fold, "first.csv", data)
    fold.get_by_role("button", name="Record 21 people").or_(
        fold.get_by_role("button", name="Record 20 people")
    ).click()
    expect(fold.get_by_text("3 not settled are left out.")).to_be_focused()
    trainer.check()
    trainer.picture("import-unsettled", fold)
    fold.get_by_role("button", name="Settle first").click()
    expect(fold.locator("[data-number]")).to_have_count(3)
    fold.locator("[data-import-action=apply]").click()
    fold.get_by_role("button", name="all the same").click()
    expect(fold.locator("[data-imports-said]")).to_contain_text("Left out: 5.")
    fold.get_by_role("button", name="All files").click()
    choose(fold, "second.csv", data)
    notice = fold.get_by_text(f"This very file was applied by {TRAINER}")
    expect(notice).to_be_visible()
    settle_three(fold)
    fold.locator("[data-import-action=apply]").click()
    expect(fold.get_by_text("This very file is applied already.")).to_be_focused()
    trainer.check()
    trainer.picture("import-same", fold)
    fold.get_by_role("button", name="Apply it once more").click()
    expect(fold.locator("[data-imports-said]")).to_contain_text("Recorded: 3.")
    for name in ("second.csv", "first.csv"):
        fold.get_by_role("button", name="All files").click()
        listed = fold.locator("[data-file]", has_text=name)
        listed.get_by_role("button", name="Look at it").click()
        shown = fold.locator("[data-import-page]")
        shown.get_by_role("button", name="Take back").click()
        expect(fold.locator("[data-imports-said]")).to_contain_text("Taken back.")
    trainer.check()


def test_what_a_colleague_decides_is_seen_before_it_is_recorded(visit) -> None:
    trainer, colleague = visit(TRAINER), visit(COLLEAGUE)
    mine, theirs = open_fold(trainer), open_fold(colleague)
    choose(mine, "two-of-us.csv", report(trainer))
    expect(mine.get_by_role("heading", name="two-of-us.csv")).to_be_focused()
    theirs.locator("summary").first.click()
    theirs.locator("summary").first.click()
    listed = theirs.locator("[data-file]", has_text="two-of-us.csv")
    listed.get_by_role("button", name="Check").click()
    people(theirs, "SCHMITT").get_by_role("button", name="Leave out").click()
    expect(people(theirs, "SCHMITT")).to_contain_text("Left out")
    people(mine, "Joao").get_by_role("button", name="A guest").click()
    expect(mine.locator("[data-imports-said]")).to_contain_text("Somebody else decided")
    expect(people(mine, "SCHMITT")).to_contain_text("Left out")
    expect(people(mine, "Joao")).to_contain_text("A guest")
    people(theirs, "iPhone").get_by_role("button", name="Leave out").click()
    expect(people(theirs, "iPhone")).to_contain_text("Left out")
    mine.locator("[data-import-action=apply]").click()
    mine.get_by_role("button", name="all the same").click()
    expect(people(mine, "iPhone")).to_contain_text("Left out")
    discard(mine)
    theirs.locator("[data-import-action=apply]").click()
    expect(theirs.locator("[data-imports-problem]")).to_have_text(
        "This file was discarded. Choose it again."
    )
    expect(theirs.get_by_role("heading", name="two-of-us.csv")).to_be_focused()
    colleague.check()


@BOTH
def test_columns_are_named_by_hand(visit, phone) -> None:
    trainer = visit(TRAINER, phone=phone)
    fold = open_fold(trainer)
    table = "Kürzel;Wer kam;Wie lange\nab;Ada Benali;170\nbj;Björn Åkesson;viel\n"
    choose(fold, "liste.csv", table.encode("cp1252"))
    read = fold.get_by_role("button", name="Read the table")
    read.click()
    expect(fold.get_by_role("alert").filter(has_text="Say which column tells who")).to_be_visible()
    trainer.check()
    trainer.picture(f"import-columns-{'phone' if phone else 'laptop'}", fold)
    fold.get_by_label("Column 2 is").select_option("Whole name")
    fold.get_by_label("Column 3 is").select_option("Minutes")
    read.click()
    expect(fold.get_by_text("Line 3: “viel” cannot be read as minutes.")).to_be_visible()
    expect(summary(fold)).to_have_text(["0 matched", "2 to settle"])
    fold.get_by_role("button", name="Confirm all 2 single suggestions").click()
    expect(fold.get_by_role("button", name="Record 1 person")).to_be_visible()
    bjorn = people(fold, "Björn Åkesson")
    expect(bjorn).to_contain_text("Nothing the file says of them can be recorded.")
    bjorn.get_by_text("Change").click()
    bjorn.get_by_role("radio", name="Late").check()
    expect(fold.get_by_role("button", name="Record 2 people")).to_be_visible()
    trainer.check()
    fold.get_by_role("button", name="Name the columns differently").click()
    expect(fold.get_by_label("Column 3 is")).to_have_value("minutes")
    discard(fold)


def test_a_file_that_cannot_be_read_says_why(visit) -> None:
    trainer = visit(TRAINER)
    fold = open_fold(trainer)
    page_of_the_web = b"<html><script>alert(1)</script></html>"
    choose(fold, "<script>alert(1)</script>.csv", page_of_the_web)
    expect(fold.get_by_text("This file was not read, and nothing is recorded.")).to_be_visible()
    expect(fold.get_by_text("This is a web page, not a report.")).to_be_visible()
    trainer.check()
    trainer.picture("import-refused", fold)
    with trainer.page.expect_file_chooser() as chooser:
        fold.get_by_role("button", name="Choose another file").click()
    report_of_names = report(trainer).replace(b"Otter.ai Notetaker", b"<img src=x onerror=x()>")
    chooser.value.set_files({"name": "b.csv", "mimeType": "text/csv", "buffer": report_of_names})
    expect(people(fold, "<img src=x onerror=x()>")).to_be_visible()
    trainer.check()
    discard(fold)


def test_all_of_it_with_the_keyboard(visit) -> None:
    trainer = visit(TRAINER)
    page = trainer.page
    fold = open_fold(trainer)
    press = page.keyboard.press
    fold.locator("summary").first.focus()
    press("Tab")
    expect(fold.get_by_label("Choose a file")).to_be_focused()
    with page.expect_file_chooser() as chooser:
        press("Space")
    chooser.value.set_files({"name": "keys.csv", "mimeType": "text/csv", "buffer": report(trainer)})
    expect(fold.get_by_role("heading", name="keys.csv")).to_be_focused()
    tab_to(page, "Confirm Hélène Schmitt")
    press("Enter")
    schmitt = people(fold, "SCHMITT")
    expect(schmitt.get_by_role("button", name="Undo")).to_be_focused()
    expect(page.locator("[data-live]")).to_contain_text("SCHMITT Hélène: saved. 22 matched")
    press("Enter")
    expect(schmitt.get_by_role("button", name="Confirm Hélène Schmitt")).to_be_visible()
    expect(schmitt).to_be_focused()
    people(fold, "Joao").get_by_role("radio").first.focus()
    press("ArrowDown")
    expect(people(fold, "Joao").get_by_role("radio", name="Somebody else…")).to_be_checked()
    press("Tab")
    page.keyboard.type("hernandez")
    tab_to(page, "Joao Pereira is Carlos Hernández Ibáñez")
    press("Space")
    expect(people(fold, "Joao")).to_contain_text("This is Carlos Hernández Ibáñez")
    tab_to(page, "Discard this file")
    press("Enter")
    expect(fold.get_by_text("Discard this file, with all")).to_be_focused()
    tab_to(page, "Keep it")
    press("Enter")
    expect(fold.get_by_role("button", name="Discard this file")).to_be_focused()
    trainer.check()
    discard(fold)


def test_it_is_there_on_a_page_of_its_own_in_the_dark_and_from_right_to_left(visit, server) -> None:
    trainer = visit(TRAINER, phone=True, color_scheme="dark")
    page = trainer.page
    with contextlib.closing(sqlite3.connect(server.database)) as connection:
        (session,) = connection.execute(
            "SELECT id FROM blended_xblock_session WHERE mode = 'hybrid'"
        ).fetchone()
    trainer.open(f"/blended/sessions/{uuid.UUID(session)}/")
    fold = page.locator("[data-imports]")
    page.locator("h3", has_text="Workshop in Paris").first.wait_for()
    fold.locator("summary").first.click()
    choose(fold, "dark.csv", report(trainer))
    expect(fold.get_by_role("heading", name="dark.csv")).to_be_focused()
    trainer.check()
    trainer.picture("import-dark-phone", fold)
    page.evaluate("document.documentElement.dir = 'rtl'")
    trainer.check()
    trainer.picture("import-rtl-phone", fold)
    discard(fold)


def open_fold(visitor: Visitor) -> Locator:
    """Open what is about files at today's session, and return it."""
    visitor.unit()
    page = visitor.page
    page.locator(".blended-roll h3", has_text="Workshop in Paris").wait_for()
    fold = page.locator("[data-imports]")
    fold.locator("summary").first.click()
    fold.locator("[data-imports-part]").wait_for()
    return fold


def report(visitor: Visitor) -> bytes:
    """Return the campus's report of today's session, which its page offers."""
    link = visitor.page.get_by_role("link", name="a report of today’s session")
    address = link.get_attribute("href") if link.count() else "/report/"
    answer = visitor.page.context.request.get(f"{visitor.campus}{address}")
    assert NAME in answer.headers["content-disposition"]
    return answer.body()


def large(data: bytes) -> bytes:
    """Return a report of three pieces: the same people, who came and went all the time."""
    row = data.split(b"\r\n")[5] + b"\r\n"
    return data + row * (2 * PIECE // len(row) + 2_000)


def choose(fold: Locator, name: str, data: bytes) -> None:
    file = {"name": name, "mimeType": "text/csv", "buffer": data}
    fold.locator("input[type=file]").set_input_files(file)


def drop(fold: Locator, name: str, data: bytes) -> None:
    """Drop a file as from a folder of the person's own machine."""
    transfer = fold.page.evaluate_handle(
        """([name, data]) => {
            const transfer = new DataTransfer();
            const bytes = Uint8Array.from(atob(data), (char) => char.charCodeAt(0));
            transfer.items.add(new File([bytes], name, { type: "text/csv" }));
            return transfer;
        }""",
        [name, base64.b64encode(data).decode()],
    )
    place = fold.locator("[data-import-drop]")
    place.dispatch_event("dragenter", {"dataTransfer": transfer})
    expect(fold).to_have_attribute("data-over", "")
    place.dispatch_event("drop", {"dataTransfer": transfer})
    expect(fold).not_to_have_attribute("data-over", "")


def settle_three(fold: Locator) -> None:
    """Say who the three are: by one press, by a choice, and by a search."""
    people(fold, "SCHMITT").get_by_role("button", name=f"Confirm {LEARNER}").click()
    expect(people(fold, "SCHMITT")).to_contain_text(f"This is {LEARNER}")
    expect(people(fold, "SCHMITT").get_by_role("button", name="Undo")).to_be_focused()
    joao = people(fold, "Joao")
    joao.get_by_role("radio", name="João Pereira").check()
    joao.get_by_role("button", name="Confirm João Pereira da Conceição").click()
    expect(joao).to_contain_text("This is João Pereira da Conceição")
    phone = people(fold, "iPhone de Mathéo")
    phone.get_by_role("radio", name="Somebody else…").check()
    phone.get_by_label("Search learners of this course").fill("lefevre")
    phone.get_by_role("button", name="iPhone de Mathéo is Mathéo Lefèvre-Dubois").click()
    expect(phone).to_contain_text("This is Mathéo Lefèvre-Dubois")
    expect(summary(fold)).to_contain_text(["24 matched", "0 to settle"])


def people(fold: Locator, name: str) -> Locator:
    return fold.locator("[data-number]").filter(
        has=fold.page.locator("[data-import-name]", has_text=name)
    )


def find(fold: Locator, name: str) -> Locator:
    """Show everybody again, search somebody, and return their row."""
    fold.get_by_role("button", name="Everybody").click()
    fold.get_by_label("Search in the file").fill(name)
    expect(fold.locator("[data-found]")).to_have_text("1 person")
    return people(fold, name)


def summary(fold: Locator) -> Locator:
    return fold.locator("[data-import-summary] li")


def discard(fold: Locator) -> None:
    fold.get_by_role("button", name="Discard this file").click()
    fold.get_by_role("button", name="Yes, discard it").click()
    expect(fold.locator("[data-import-drop]")).to_be_visible()
    # Only then is the list there, and the focus at rest.
    expect(fold.locator("[data-imports-said]")).to_contain_text("is discarded.")


def tab_to(page: Page, name: str) -> None:
    """Press Tab until what is called so has the focus."""
    target = page.get_by_role("button", name=name, exact=True)
    target.wait_for()
    for _n in range(200):
        page.keyboard.press("Tab")
        if target.evaluate("element => element === document.activeElement"):
            return
    pytest.fail(f"{name} is not reached with Tab.")


def is_now(server: DemoServer, state: str, percent: int, minutes_ago: int = 0) -> None:
    """Let the newest file be in another state, as if a worker were or had been at it."""
    with contextlib.closing(sqlite3.connect(server.database, timeout=10)) as connection:
        connection.execute(
            "UPDATE blended_xblock_importbatch SET state = ?, progress = ?,"
            " progress_at = DATETIME('now', ?)"
            " WHERE id = (SELECT MAX(id) FROM blended_xblock_importbatch)",
            (state, percent, f"-{minutes_ago} minutes"),
        )
        connection.commit()
