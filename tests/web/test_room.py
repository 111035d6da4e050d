"""The pages for the room: what they hold before a script runs, and what they cost."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

import pytest
from django.urls import resolve, reverse

from blended_xblock import api
from blended_xblock.models import Session
from tests import factories as f
from tests.ask import ask
from tests.counting import Counted

pytestmark = pytest.mark.django_db
PAGES = ("screen", "scan")


class Root(HTMLParser):
    """Reads the attributes of the page's ``.blended`` root."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.values: dict[str, str] = {}
        self.links: list[dict[str, str]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if "data-module" in values:
            self.values = values
        if tag == "a":
            self.links.append(values)


def url(page: str, n: int = 1) -> str:
    return reverse(f"blended_xblock:{page}", args=(f.session_id(n),))


@pytest.mark.parametrize("page", PAGES)
def test_a_page_knows_its_session_and_where_to_ask(client, course, trainer, page) -> None:
    client.force_login(trainer)
    root = Root(client.get(url(page)).content.decode()).values
    assert root["data-session"] == str(f.session_id())
    wanted = {"screen": ("desk", "set-desk"), "scan": ("scan-pass", "record")}[page]
    for action in wanted:
        match = resolve(root[f"data-url-{action}"])
        assert match.kwargs == {"unit_id": f.unit().pk, "action": action.replace("-", "_")}


@pytest.mark.parametrize("page", PAGES)
def test_a_page_brings_the_token_its_posts_need(client, course, trainer, page) -> None:
    client.force_login(trainer)
    assert client.get(url(page)).cookies["csrftoken"].value


@pytest.mark.parametrize("page", PAGES)
def test_titles_are_hostile_text(client, trainer, clock, page) -> None:
    f.build_course(unit=f.design(f.meeting(title="</title><script>alert(1)</script>")))
    client.force_login(trainer)
    html = client.get(url(page)).content.decode()
    assert "<script>alert" not in html
    assert html.count("alert(1)") >= 2


@pytest.mark.parametrize("people", [10, 1000])
@pytest.mark.parametrize("page", PAGES)
def test_a_page_costs_the_same_for_any_number_of_learners(client, page, people) -> None:
    f.build_course()
    f.crowd(people)
    staff = f.person("colleague", f.Role.TRAINER)
    api.open_roll(f.session_id(), actor=staff)
    client.force_login(staff)
    with Counted() as counted:
        client.get(url(page))
    # Django's session and its person, the course session, and what that person may do.
    assert counted.n <= 5, str(counted)


# A scan that is taken back


@pytest.mark.parametrize("has_other_come_between", [False, True])
def test_a_scan_is_taken_back_and_nobody_elses_mark_with_it_silently(
    desk, trainer, ana, has_other_come_between
) -> None:
    here = {"session": str(f.session_id())}
    scan = ask(trainer, "scan_pass", here | {"text": api.pass_of(f.session(), ana.pk)}).json
    assert (scan["is_new"], scan["user"]) == (True, ana.pk)
    if has_other_come_between:
        f.give(f.person("colleague", f.Role.TRAINER), [api.Mark(ana.pk, "E")])
    undo = {"user_id": ana.pk, "status": None, "base": scan["revision"], "key": "undo"}
    answer = ask(trainer, "record", here | {"marks": [undo]}).json
    assert f.record(ana).status is None
    assert answer["conflicts"] == ([ana.pk] if has_other_come_between else [])


# From the roll to these pages


def links_of(trainer: Any) -> dict[str, dict[str, str]]:
    html = ask(trainer, "roll", {"session": str(f.session_id())}).text
    ours = [a for a in Root(html).links if a["href"].startswith("/blended/sessions/")]
    return {a["href"].rstrip("/").rsplit("/", 1)[-1]: a for a in ours}


def test_a_roll_leads_to_the_pages_of_its_room(course, trainer) -> None:
    links = links_of(trainer)
    assert set(links) == {"screen", "scan", "sheet"}
    for page, link in links.items():
        assert link["href"] == url(page)
        # In the course the panel stands in a frame, where none of them would be of use.
        assert (link["target"], link["rel"]) == ("_blank", "noopener")


def test_after_a_roll_was_closed_only_the_sheet_is_of_use(course, trainer, ana) -> None:
    f.take_roll(trainer, {ana: "P"})
    api.close_roll(f.session_id(), actor=trainer)
    assert set(links_of(trainer)) == {"sheet"}


@pytest.mark.parametrize("state", ["draft", "cancelled", "removed"])
def test_where_nobody_can_check_in_no_screen_is_offered(course, trainer, state) -> None:
    Session.objects.update(state=state)
    assert set(links_of(trainer)) == {"sheet"}
