"""The learner's page: scanned, logged in or not, one press; and each refusal says what to do."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from blended_xblock import api
from blended_xblock.models import CheckInAttempt
from tests import factories as f
from tests.ask import MasqueradeHost, all_rows
from tests.check_in import START


def address(n: int = 1) -> str:
    """Return what the QR code on the screen leads to now."""
    shown = api.current_codes(f.session(n), timezone.now())[0]
    return reverse("blended_xblock:check_in", args=(shown.ticket,))


def as_user(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def text_of(response) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


def turn_in(response) -> str:
    found = re.search(r'name="turn" value="([^"]*)"', response.content.decode())
    return found[1] if found else ""


def press(client: Client, url: str, **data):
    """Press the button of the page at an address, as a person who sees it would."""
    page = client.get(url)
    return client.post(urlsplit(url).path, {"turn": turn_in(page)} | data, follow=True)


def test_one_press_after_the_scan_and_the_page_says_what_is_recorded(desk, ana) -> None:
    ana.first_name, ana.last_name = "Ana", "<b>Ruiz</b>"
    ana.save()
    client, url = as_user(ana), address()
    before = all_rows()
    page = text_of(client.get(url))
    assert all_rows() == before, "looking writes nothing"
    assert "Check in as Ana &lt;b&gt;Ruiz&lt;/b&gt;" in page
    assert "Workshop 1" in page
    done = text_of(press(client, url))
    assert "You are checked in" in done
    assert "Present" in done
    assert "09:02" in done
    assert "Not you? Log out" in done
    assert f.record(ana).status == "P"
    again = text_of(client.get(url))
    assert "Check in as" not in again


def test_who_reads_slowly_does_not_lose_their_turn(desk, ana, clock) -> None:
    client, url = as_user(ana), address()
    turn = turn_in(client.get(url))
    came = timezone.now()
    desk(11.5)
    assert client.post(url, {"turn": turn}, follow=True).status_code == 200
    assert (f.record(ana).status, f.record(ana).arrived_at) == ("P", came)


def test_without_a_turn_an_old_code_is_refused_with_a_way_out(desk, ana, clock) -> None:
    client, url = as_user(ana), address()
    clock.tick(60)
    page = text_of(client.get(url))
    assert "Scan again" in page
    assert reverse("blended_xblock:check_in_typed", args=(f.session_id(),)) in page
    refused = client.post(url)
    assert refused.status_code == 400
    assert "The code has changed" in text_of(refused)
    assert f.record(ana).status is None


def test_a_login_in_between_does_not_cost_the_window(desk, ana, clock) -> None:
    client, url = Client(), address()
    before = all_rows()
    response = client.get(url)
    assert all_rows() == before
    assert response.status_code == 302
    after_login = parse_qs(urlsplit(response["Location"]).query)["next"][0]
    assert urlsplit(after_login).path == url
    came = timezone.now()
    desk(9)
    # Becoming somebody on the campus, in the same browser.
    client.post(reverse("campus_switch"), {"user": ana.pk, "next": after_login})
    page = client.get(after_login)
    assert "Check in as" in text_of(page)
    done = client.post(url, {"turn": turn_in(page)}, follow=True)
    assert "You are checked in" in text_of(done)
    assert f.record(ana).arrived_at == came


def test_a_turn_is_worth_nothing_in_another_browser(desk, ana, clock) -> None:
    sent = parse_qs(urlsplit(Client().get(address())["Location"]).query)["next"][0]
    clock.tick(60)
    friend = as_user(ana)
    assert "Scan again" in text_of(friend.get(sent))
    turn = parse_qs(urlsplit(sent).query)["turn"][0]
    assert friend.post(urlsplit(sent).path, {"turn": turn}).status_code == 400
    assert f.record(ana).status is None


def test_a_turn_is_of_one_learner_and_the_second_is_flagged(desk, ana, ben, clock) -> None:
    client, url = Client(), address()
    after_login = parse_qs(urlsplit(client.get(url)["Location"]).query)["next"][0]
    clock.tick(60)
    client.post(reverse("campus_switch"), {"user": ana.pk})
    press(client, after_login)
    client.post(reverse("campus_switch"), {"user": ben.pk})
    turn = turn_in(client.get(after_login))
    refused = client.post(url, {"turn": turn})
    assert "Somebody else has checked in with this scan" in text_of(refused)
    assert f.record(ana).status == "P"
    assert f.record(ben).status is None
    assert [anomaly.kind for anomaly in api.list_anomalies(f.session())] == ["shared_device"]


def test_a_turn_ends_after_ten_minutes(desk, ana, clock) -> None:
    client, url = as_user(ana), address()
    turn = turn_in(client.get(url))
    clock.tick(601)
    assert client.post(url, {"turn": turn}).status_code == 400


def test_the_browser_keeps_a_number_that_scripts_do_not_see(desk, ana) -> None:
    client = as_user(ana)
    client.get(address())
    cookie = client.cookies["blended_device"]
    assert cookie["httponly"]
    assert (cookie["samesite"], cookie["secure"]) == ("Lax", "")
    number = cookie.value
    press(client, address())
    assert client.cookies["blended_device"].value == number
    device = CheckInAttempt.objects.get(user=ana).device
    assert len(device) == 64
    assert number not in device
    secure = as_user(ana)
    secure.get(address(), secure=True)
    assert secure.cookies["blended_device"]["secure"]


def test_typing_is_for_those_who_cannot_scan(desk, ana) -> None:
    client = as_user(ana)
    url = reverse("blended_xblock:check_in_typed", args=(f.session_id(),))
    before = all_rows()
    assert "Code on the screen" in text_of(client.get(url))
    assert all_rows() == before
    wrong = client.post(url, {"code": "12345"})
    assert wrong.status_code == 400
    assert "Look again" in text_of(wrong)
    assert 'name="code"' in text_of(wrong), "they may try again at once"
    shown = api.current_codes(f.session(), timezone.now())[0]
    done = client.post(url, {"code": f" {shown.typed}\n"}, follow=True)
    assert "You are checked in" in text_of(done)
    assert f.record(ana).status == "P"


def test_typing_wants_a_login_and_leads_back(desk) -> None:
    url = reverse("blended_xblock:check_in_typed", args=(f.session_id(),))
    response = Client().get(url)
    assert response.status_code == 302
    assert parse_qs(urlsplit(response["Location"]).query)["next"] == [url]


@pytest.mark.parametrize(
    ("minutes", "said"),
    [
        (-31, "Check-in opens Tue 12 May, 08:30"),
        (65, "too late to check in by yourself"),
        (181, "This session is over"),
    ],
)
def test_outside_its_times_the_page_says_what_to_do(desk, ana, minutes, said) -> None:
    desk(minutes)
    typed = reverse("blended_xblock:check_in_typed", args=(f.session_id(),))
    page = text_of(as_user(ana).get(typed))
    assert said in page
    assert 'name="code"' not in page


@pytest.mark.parametrize(
    ("state", "said"), [("paused", "Check-in is paused"), ("closed", "Check-in is closed")]
)
def test_shut_by_hand_the_page_says_so(desk, ana, trainer, state, said) -> None:
    url = address()
    api.set_desk(f.session_id(), state, actor=trainer)
    assert said in text_of(as_user(ana).get(url))
    response = as_user(ana).post(url)
    assert response.status_code == 409
    assert said in text_of(response)


def test_who_is_recorded_absent_can_tell_and_changes_nothing(desk, ana, trainer) -> None:
    f.give(trainer, [api.Mark(ana.pk, "A")])
    client, url = as_user(ana), address()
    page = client.get(url)
    assert "recorded as “Absent”" in text_of(page)
    told = client.post(url, {"turn": turn_in(page)})
    assert "Your trainer is told" in text_of(told)
    assert f.record(ana).status == "A"
    assert [anomaly.kind for anomaly in api.list_anomalies(f.session())] == ["contradicted"]


def test_the_wrong_person_is_told_who_they_are(desk, trainer) -> None:
    elsewhere = f.person("elsewhere", course=f.OTHER_COURSE, first_name="Elsa")
    for user in (elsewhere, trainer):
        response = as_user(user).get(address())
        assert response.status_code == 403
        assert "Not you? Log out" in text_of(response)
        assert as_user(user).post(address()).status_code == 403
    assert "You are logged in as Elsa" in text_of(as_user(elsewhere).get(address()))
    assert not CheckInAttempt.objects.exists()


def test_only_people_of_the_course_read_where_it_is(desk, ana) -> None:
    f.redesign(sessions=[f.meeting(venue="Atelier 3, code of the door 4711")])
    f.publish()
    url = address()
    stranger = f.person("stranger", course=f.OTHER_COURSE)
    assert "4711" in as_user(ana).get(url).content.decode()
    assert "4711" not in as_user(stranger).get(url).content.decode()


def test_nobody_checks_in_through_somebody_elses_eyes(desk, ana, settings) -> None:
    settings.BLENDED_XBLOCK_HOST = f"{MasqueradeHost.__module__}.MasqueradeHost"
    response = as_user(ana).get(address())
    assert response.status_code == 403
    assert "viewing this as somebody else" in text_of(response)


@pytest.mark.parametrize("ticket", ["x", "A" * 44, "A" * 43, "-" * 44])
def test_what_is_no_code_of_a_session_says_so(desk, ana, ticket) -> None:
    url = reverse("blended_xblock:check_in", args=(ticket,))
    for client in (Client(), as_user(ana)):
        response = client.get(url)
        assert response.status_code == 404
        assert "Scan the code on the screen again" in text_of(response)


def test_the_pages_are_kept_by_no_cache(desk, ana) -> None:
    assert "no-store" in as_user(ana).get(address())["Cache-Control"]


def test_an_early_learner_is_there_once_the_window_opens(desk, ana, clock) -> None:
    clock.move_to(START)
    press(as_user(ana), address())
    assert f.record(ana).status == "P"
