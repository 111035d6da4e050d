"""The roll without a network: every mark is kept on the device, and recorded once, at its time."""

from __future__ import annotations

import json
import re
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from tests.browser.conftest import ARGUMENTS, LAPTOP, PATIENCE, PHONE, eventually
from tests.browser.devices import (
    COLLEAGUE,
    PLACE,
    TRAINER,
    Device,
    Records,
    kill_browser,
    state,
)
from tests.browser.servers import DemoServer, LossyNetwork
from tests.conftest import CHROMIUM

SAFE = "Your marks are safe on this device."


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoServer]:
    server = DemoServer(tmp_path_factory.mktemp("campus"))
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def campus(server: DemoServer) -> str:
    return server.address


@pytest.fixture
def records(server: DemoServer) -> Records:
    return Records(server)


@pytest.fixture
def network(server: DemoServer) -> Iterator[LossyNetwork]:
    network = LossyNetwork(server, b"/record")
    yield network
    network.close()


@pytest.fixture
def device(
    browser: Browser, campus: str, entered: dict[str, Any]
) -> Iterator[Callable[..., Device]]:
    """Return a function that gives a person a device with the running session's roll on it."""
    contexts: list[BrowserContext] = []

    def start(
        name: str = TRAINER, address: str = campus, *, phone: bool = False, script: str = ""
    ) -> Device:
        context = browser.new_context(viewport=PHONE if phone else LAPTOP, locale="en-GB")
        context.set_default_timeout(PATIENCE)
        if script:
            context.add_init_script(script)
        contexts.append(context)
        device = Device(context.new_page(), address)
        device.enter(name, entered)
        device.take_roll()
        return device

    yield start
    for context in contexts:
        context.close()


def cut(device: Device, is_cut: bool = True) -> None:
    device.page.context.set_offline(is_cut)


# One device


@pytest.mark.parametrize("phone", [True, False], ids=["360", "1280"])
def test_what_waits_is_said_and_sent_when_the_network_is_back(device, records, phone) -> None:
    one = device(phone=phone)
    cut(one)
    names = ["Ada Benali", "Hélène Schmitt", "Inès Kouassi"]
    for name in names:
        one.mark(name, "L" if phone else "E")
    expect(state(one.page)).to_have_text(f"3 to send — no network. {SAFE}")
    expect(one.page.locator(".blended-row[data-unsent]")).to_have_count(3)
    one.picture(f"offline-{'phone' if phone else 'laptop'}", at=state(one.page))
    marks = one.waits()
    cut(one, False)
    expect(state(one.page)).to_contain_text("Saved", timeout=40_000)
    records.assert_once(marks)
    assert {records.status(name) for name in names} == {"L" if phone else "E"}
    one.check()


def test_a_reload_keeps_what_waits(device, records) -> None:
    one = device()
    one.page.route("**/record/**", lambda route: route.abort())
    one.page.route("**/record", lambda route: route.abort())
    one.mark("Ada Benali", "D")
    one.mark("Fatou N'Diaye", "A")
    marks = one.waits()
    asked = []
    one.page.on("dialog", lambda dialog: asked.append(dialog.type) or dialog.accept())
    one.page.reload()
    one.page.locator(".blended-row").first.wait_for()
    assert not asked, "nothing would have been lost"
    expect(state(one.page)).to_contain_text("2 to send")
    expect(one.row("Ada Benali")).to_have_attribute("data-status", "D")
    assert one.waits() == marks
    one.page.unroute_all()
    one.page.get_by_role("button", name="Try again now").first.click()
    expect(state(one.page)).to_contain_text("Saved")
    records.assert_once(marks)


def test_a_closed_tab_leaves_its_marks_to_any_other_page(device, records, campus) -> None:
    one = device()
    cut(one)
    one.mark("Björn Åkesson", "L")
    marks = one.waits()
    context = one.page.context
    one.page.close()
    context.set_offline(False)
    other = Device(context.new_page(), campus)
    other.open("/blended/sessions/")
    expect(other.page.locator("[data-queue]")).to_be_hidden()
    eventually(lambda: all(records.changes(marks).values()), True)
    records.assert_once(marks)


def test_two_tabs_send_one_queue_once(device, records, campus) -> None:
    """Both pages know of the marks; one of them sends each, and both show what became of them."""
    one = device()
    cut(one)
    one.mark("Léa Martin", "L")
    one.mark("Mathéo Lefèvre-Dubois", "P")
    marks = one.waits()
    sent: list[str] = []

    def note(request) -> None:
        # What did not get through without a network was not sent.
        if "/record" in request.url:
            sent.extend(mark["key"] for mark in json.loads(request.post_data)["marks"])

    one.page.context.on("requestfinished", note)
    cut(one, False)
    two = Device(one.page.context.new_page(), campus)
    two.take_roll()
    two.mark("Ömer Çelik", "A")
    one.script("queue.retry()")
    marks |= two.waits()
    one.send()
    two.send()
    records.assert_once(marks)
    # Each of the three, Ömer Çelik's too, which may be gone before it was asked for.
    eventually(lambda: len(sent), 3, page=one.page)
    assert len(set(sent)) == 3
    assert set(marks) <= set(sent)
    expect(two.row("Léa Martin")).to_have_attribute("data-status", "L")
    expect(one.row("Ömer Çelik")).to_have_attribute("data-status", "A")


def test_a_browser_that_crashes_and_a_copy_of_its_profile(
    driver, campus, records, tmp_path
) -> None:
    """The same queue is sent twice, by two browsers that know nothing of each other."""
    profile, copy = tmp_path / "profile", tmp_path / "copy"

    def start(folder: Path) -> Device:
        context = driver.chromium.launch_persistent_context(
            folder, executable_path=CHROMIUM, args=ARGUMENTS, viewport=LAPTOP, locale="en-GB"
        )
        return Device(context.pages[0], campus)

    one = start(profile)
    one.become(TRAINER)
    one.take_roll()
    cut(one)
    one.mark("Chloé D'Argent", "D")
    one.mark("João Pereira da Conceição", "E")
    marks = one.waits()
    with one.page.context.expect_event("close"):
        kill_browser(profile)
    for lock in profile.glob("Singleton*"):
        lock.unlink()
    shutil.copytree(profile, copy)
    lives = [start(profile), start(copy)]
    for life in lives:
        life.become(TRAINER)
    for life in lives:
        life.take_roll()
        life.send()
        expect(life.row("Chloé D'Argent")).to_have_attribute("data-status", "D")
        life.page.context.close()
    records.assert_once(marks)


# A network and a server that fail in the middle


def test_an_answer_that_is_lost_is_asked_for_again(device, records, network) -> None:
    one = device(address=network.address)
    cut(one)
    one.mark("Ada Benali", "P")
    marks = one.waits()
    network.lose = 3
    cut(one, False)
    one.script("while (queue.unsent) { queue.retry(); await sleep(100); }")
    assert network.lost == 3
    records.assert_once(marks)


def test_a_server_killed_in_mid_request_and_started_again(device, records, network, server) -> None:
    one = device(address=network.address)
    network.lose = 99
    network.asked.clear()
    one.row("Hélène Schmitt").locator('input[value="D"]').check()
    one.row("Inès Kouassi").locator('input[value="D"]').check()
    marks = one.waits()
    assert network.asked.wait(PATIENCE / 1_000)
    server.kill()
    expect(state(one.page)).to_contain_text(f"2 to send — no network. {SAFE}")
    network.lose = 0
    server.start()
    one.send()
    expect(state(one.page)).to_contain_text("Saved")
    records.assert_once(marks)
    assert records.status("Inès Kouassi") == "D"


# Two people


def test_two_devices_mark_one_learner_and_a_person_is_told(device, records) -> None:
    """In both orders: whichever comes later finds the other's mark, and nobody is overwritten."""
    one, two = device(), device(COLLEAGUE)
    for name, first, second, before, after in (
        ("Łukasz Wójcik", one, two, "A", "L"),
        ("Léa Martin", two, one, "E", "D"),
    ):
        cut(one)
        cut(two)
        first.mark(name, before)
        # The second is the later one by the clock as well.
        time.sleep(0.02)
        second.mark(name, after)
        marks = first.waits() | second.waits()
        # The later mark is sent first, so that the earlier one comes in second and loses.
        cut(second, False)
        second.send()
        cut(first, False)
        first.send()
        records.assert_once(marks)
        assert records.status(name) == after
        expect(first.row(name)).to_have_attribute("data-status", after)
        ((n,),) = records.query(
            """SELECT COUNT(*) FROM blended_xblock_markconflict c
               JOIN blended_xblock_attendancechange a ON a.id = c.change_id
               WHERE c.settled_at IS NULL AND a.request_key IN (?, ?)""",
            *marks,
        )
        assert n == 1
    answer = one.script(
        """const { getData } = await net();
        return getData(panel.urls.urlRollChanges, { session: panel.session, since: 0 });"""
    )
    assert {"Łukasz Wójcik", "Léa Martin"} <= {each["name"] for each in answer["conflicts"]}


def test_each_sees_what_the_other_marks_and_it_is_said_politely(device) -> None:
    one, two = device(), device(COLLEAGUE)
    name = "Mathéo Lefèvre-Dubois"
    code = "L" if one.status(name) != "L" else "P"
    label = {"L": "Late", "P": "Present"}[code]
    two.mark(name, code)
    # What goes away by itself is looked at first.
    expect(one.row(name)).to_have_attribute("data-news", "")
    said = f"{COLLEAGUE} marked {name}: {label}."
    expect(state(one.page)).to_have_text(said)
    expect(one.page.locator("[data-live]")).to_have_text(said)
    expect(one.row(name)).to_have_attribute("data-status", code)
    one.check()
    # One's own mark that waits is not overwritten by what comes in.
    cut(one)
    one.mark(name, "E")
    two.mark(name, "A")
    two.send()
    cut(one, False)
    one.send()
    expect(one.row(name)).to_have_attribute("data-status", re.compile("^[EA]$"))


def test_another_account_neither_sees_nor_sends_what_waits(device, records, campus) -> None:
    one = device()
    cut(one)
    one.mark("Ada Benali", "A")
    marks = one.waits()
    context = one.page.context
    # Gone before the network is back, so that it sends nothing as who made the mark.
    one.page.close()
    context.set_offline(False)
    other = Device(context.new_page(), campus)
    other.become(COLLEAGUE)
    other.unit()
    other.page.locator(".blended-row").first.wait_for()
    queue = other.page.locator("[data-queue]")
    expect(queue).to_contain_text("Marks of another account that wait on this device: 1")
    assert other.waits() == {}
    assert not any(records.changes(marks).values())
    # A page of the first person that is still open sends nothing as the second one.
    other.check()
    other.become(TRAINER)
    other.unit()
    other.page.locator(".blended-row").first.wait_for()
    other.send()
    records.assert_once(marks)


def test_a_page_left_open_sends_nothing_as_somebody_else(device, records, campus) -> None:
    one = device()
    two = Device(one.page.context.new_page(), campus)
    two.become(COLLEAGUE)
    one.mark("Fatou N'Diaye", "L")
    marks = one.waits()
    expect(state(one.page)).to_contain_text("1 to send — somebody else is logged in.")
    assert not any(records.changes(marks).values())
    two.become(TRAINER)
    one.send()
    records.assert_once(marks)


# What the server or the browser does not take


def test_logged_out_keeps_everything_and_says_so(device, records) -> None:
    one = device()
    context = one.page.context
    cookies = context.cookies()
    context.clear_cookies(name="campus_session")
    one.mark("Björn Åkesson", "A")
    marks = one.waits()
    expect(state(one.page)).to_have_text(
        f"1 to send — you are logged out. Log in again in another tab. {SAFE}"
    )
    context.add_cookies(cookies)
    one.send()
    expect(state(one.page)).to_contain_text("Saved")
    records.assert_once(marks)


def test_what_is_refused_is_listed_with_its_reason_and_can_be_sent_again(device, records) -> None:
    """A trainer whose invitation ends while they mark without a network."""
    boss, guest = device(), device(COLLEAGUE)
    cut(guest)
    guest.mark("Inès Kouassi", "L")
    guest.mark("Fatou N'Diaye", "E")
    marks = guest.waits()
    boss.script(
        """const { post } = await net();
        await post(panel.urls.urlRevokeTrainer, { session: panel.session, user: value });""",
        guest.script("return Number(panel.waiting.owner);"),
    )
    cut(guest, False)
    listed = guest.page.locator("[data-queue-refused-list] > li")
    expect(listed).to_have_count(2)
    expect(listed.first).to_contain_text("You are not allowed to do this here.")
    assert not any(records.changes(marks).values())
    guest.picture("not-recorded", at=guest.page.locator("[data-queue]"))
    boss.script(
        """const { post } = await net();
        const person = "piotr.zielinski";
        await post(panel.urls.urlInviteTrainer, { session: panel.session, person });"""
    )
    guest.take_roll()
    expect(listed).to_have_count(2)
    one = listed.filter(has_text="Inès Kouassi")
    one.get_by_role("button", name="Send it again").click()
    expect(listed).to_have_count(1)
    listed.get_by_role("button", name="Let it go").click()
    expect(listed).to_have_count(0)
    guest.send()
    found = records.changes(marks)
    assert sorted(len(times) for times in found.values()) == [0, 1]
    assert records.status("Inès Kouassi") == "L"


def test_what_waits_can_be_forgotten_after_a_question(device, records) -> None:
    one = device()
    cut(one)
    before = one.status("Ada Benali")
    one.mark("Ada Benali", "D" if before != "D" else "P")
    marks = one.waits()
    one.page.get_by_role("button", name="Forget what waits here").click()
    question = one.page.get_by_role(
        "group", name="Marks that would be forgotten and never recorded: 1."
    )
    expect(question.get_by_role("button", name="Keep them")).to_be_focused()
    # Before the network is back: what waits must not be sent while a slow machine is still at it.
    one.page.route("**/record**", lambda route: route.abort())
    cut(one, False)
    question.get_by_role("button", name="Forget them").click()
    expect(one.row("Ada Benali")).to_have_attribute("data-status", before)
    assert one.waits() == {}
    one.page.unroute_all()
    one.send()
    assert not any(records.changes(marks).values())


def test_a_browser_that_keeps_nothing_says_what_closing_would_lose(device, records) -> None:
    script = "Object.defineProperty(window, 'indexedDB', { get() { throw new Error('no'); } });"
    one = device(script=script)
    cut(one)
    one.row("Ömer Çelik").locator('input[value="E"]').check()
    expect(state(one.page)).to_have_text(
        "1 to send — no network. This browser keeps nothing: closing the page would lose them."
    )
    marks = one.waits()
    asked: list[str] = []

    def stay(dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    one.page.on("dialog", stay)
    with one.page.expect_event("dialog"):
        one.page.close(run_before_unload=True)
    assert asked == ["beforeunload"]
    cut(one, False)
    one.send()
    records.assert_once(marks)


def test_plain_http_has_no_locks_and_sends_once_all_the_same(device, records, campus) -> None:
    """A trial server on a local network: there a lease in the database keeps two pages apart."""
    one = device(script="Object.defineProperty(navigator, 'locks', { value: undefined });")
    two = Device(one.page.context.new_page(), campus)
    two.take_roll()
    cut(one)
    one.mark("Hélène Schmitt", "A")
    two.mark("Léa Martin", "A")
    marks = one.waits() | two.waits()
    cut(one, False)
    one.send()
    two.send()
    records.assert_once(marks)


def test_sessions_of_other_units_say_what_waits(device, campus) -> None:
    one = device()
    cut(one)
    one.mark("Ada Benali", "E")
    # Before the network is back: what waits is sent at once.
    one.page.route("**/record**", lambda route: route.abort())
    cut(one, False)
    one.pick("Workshop in Montréal")
    tab = one.page.locator(".blended-picker-tab", has_text=PLACE)
    expect(tab).to_contain_text("1 to send")
    one.page.unroute_all()
    one.send()
    expect(tab).not_to_contain_text("to send")


def test_a_roll_closed_by_somebody_else_is_shown_as_closed(device) -> None:
    """The last one here: nobody marks on it afterwards."""
    one = device()
    session = one.script("return panel.session;")
    one.script("panel.live.now();")
    two = device(COLLEAGUE)
    two.script(
        """const { post } = await net();
        panel.live.stop();
        await post(panel.urls.urlCloseRoll, { session: value });""",
        session,
    )
    one.script("panel.live.now();")
    one.page.locator('[data-roll-state="closed"]').wait_for()
    expect(one.page.locator("[data-live]")).to_have_text("Somebody else has closed this roll.")
