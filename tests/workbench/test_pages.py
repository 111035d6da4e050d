"""The campus's pages: who you are is always said, any key leads somewhere, refusals help."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from blended_xblock.models import BlendedUnit
from blended_xblock.workbench import seed
from blended_xblock.workbench.keys import COURSE_KEY

LogIn = Callable[[str], Client]

SUBSECTIONS = ("before", "workshop", "after", "look-back", "recording")
PEOPLE = (
    "lea.martin",
    "maelle.tremblay",
    "noah.oconnor",
    "misaki.sato",
    "camille.laurent",
    "sofia.almeida",
    "robin.achterberg",
)


def page_of(url_name: str, block_type: str = "sequence_demo") -> str:
    return f"/course/{COURSE_KEY.make_usage_key(block_type, url_name)}/"


def language_of(page: Any) -> tuple[str, str]:
    """Return language and direction as the page declares them."""
    found = re.search(r'<html\s+lang="([^"]+)"\s+dir="([^"]+)"', page.content.decode())
    assert found
    return found[1], found[2]


@pytest.mark.parametrize("username", PEOPLE)
def test_every_page_of_the_course_opens_for_everybody_and_says_who_they_are(
    as_person: LogIn, username: str
) -> None:
    client = as_person(username)
    name = get_user_model().objects.get(username=username).get_full_name()

    for address in ("/", "/course/", *map(page_of, SUBSECTIONS)):
        page = client.get(address)
        text = page.content.decode()
        assert page.status_code == 200, address
        assert "Demonstration on this machine" in text
        assert name.replace("'", "&#x27;") in text


def test_the_first_page_is_for_nobody_yet_and_offers_everybody(campus: None) -> None:
    text = Client().get("/").content.decode()

    assert "You are nobody yet" in text
    for name in ("Léa Martin", "Maëlle Tremblay", "Camille Laurent", "Sofia Almeida"):
        assert f"Be <bdi>{name}</bdi>" in text


@pytest.mark.parametrize("address", ["/course/", page_of("before"), "/studio/"])
def test_nobody_is_sent_to_choose_and_then_on(campus: None, address: str) -> None:
    client = Client()
    user = get_user_model().objects.get(username="sofia.almeida")

    response = client.get(address)
    assert response.status_code == 302
    assert response["Location"].startswith("/?next=")
    chosen = client.post("/who/", {"user": user.pk, "next": address})

    assert chosen["Location"] == address
    assert client.get(address).status_code == 200


def test_switching_is_a_post_and_clears_nothing(as_person: LogIn) -> None:
    client = as_person("lea.martin")
    other = get_user_model().objects.get(username="maelle.tremblay")

    assert client.get("/who/", {"user": other.pk})["Location"] == "/"
    assert "Léa Martin" in client.get("/course/").content.decode()
    client.post("/who/", {"user": other.pk, "next": "/course/"})

    assert "You are <bdi>Maëlle Tremblay" in client.get("/course/").content.decode()
    assert seed.is_seeded()


def test_a_question_of_another_tab_answered_after_the_switch_takes_nobody_out(
    as_person: LogIn,
) -> None:
    """It comes with the cookie of before: the answer must not delete the new one."""
    client = as_person("lea.martin")
    late = Client()
    late.cookies.load({"campus_session": client.cookies["campus_session"].value})
    sofia = get_user_model().objects.get(username="sofia.almeida")

    client.post("/who/", {"user": sofia.pk})
    answer = late.get("/course/")

    assert "campus_session" not in answer.cookies
    assert "Sofia Almeida" in client.get("/course/").content.decode()


def test_switching_leads_to_no_other_site(campus: None) -> None:
    user = get_user_model().objects.get(username="lea.martin")

    for address in ("https://example.org/", "//example.org/", "javascript:alert(1)"):
        response = Client().post("/who/", {"user": user.pk, "next": address})
        assert response["Location"] == "/course/"


@pytest.mark.parametrize("user", ["", "0", "999999", "x", "1 OR 1=1"])
def test_one_cannot_become_somebody_who_does_not_exist(campus: None, user: str) -> None:
    assert Client().post("/who/", {"user": user}).status_code == 404


def test_somebody_without_a_place_in_the_course_cannot_be_chosen(campus: None) -> None:
    stranger = get_user_model().objects.create(username="stranger")

    assert Client().post("/who/", {"user": stranger.pk}).status_code == 404


@pytest.mark.parametrize(
    ("block_type", "url_name", "subsection"),
    [
        ("vertical_demo", "check", "before"),
        ("problem_demo", "self-check", "before"),
        ("textinput_demo", "self-check-reply", "before"),
        ("html_demo", "why-conflicts-escalate", "before"),
        ("blended_unit", "handling-conflict", "workshop"),
        ("drag-and-drop-v2", "five-steps", "after"),
    ],
)
def test_any_key_leads_to_the_page_that_shows_it(
    as_person: LogIn, block_type: str, url_name: str, subsection: str
) -> None:
    response = as_person("lea.martin").get(page_of(url_name, block_type))

    shown = "self-check" if url_name.startswith("self-check") else url_name
    assert response.status_code == 302
    assert response["Location"] == f"{page_of(subsection)}#{shown}"


@pytest.mark.parametrize(
    "usage_key",
    [
        "nothing",
        str(COURSE_KEY),
        "block-v1:Blended+CONFLICT+demo+type@html_demo+block@never",
        "block-v1:Other+CONFLICT+demo+type@html_demo+block@why-conflicts-escalate",
        "block-v1:Blended+CONFLICT+demo+type@no_such_type+block@before",
    ],
)
def test_an_unknown_key_is_not_found_in_a_friendly_way(as_person: LogIn, usage_key: str) -> None:
    page = as_person("sofia.almeida").get(f"/course/{usage_key}/")

    assert page.status_code == 404
    assert "There is no such page" in page.content.decode()
    assert as_person("sofia.almeida").get(f"/studio/{usage_key}/").status_code == 404
    assert as_person("sofia.almeida").post(f"/handler/{usage_key}/check").status_code == 404


def test_a_handler_that_does_not_exist_is_not_found(as_person: LogIn) -> None:
    client = as_person("lea.martin")

    for name in ("student_view", "no_such", "__init__"):
        assert client.post(f"/handler/{seed.PREWORK[0]}/{name}").status_code == 404


def test_the_outline_tells_what_is_done_and_why_something_is_locked(as_person: LogIn) -> None:
    text = as_person("lea.martin").get("/course/").content.decode()

    assert "2 of 3 done" in text
    locked = re.findall(
        r'href="([^"]+)">\s*<span class="campus-part-title">[^<]+</span>\s*'
        r'<span class="campus-state campus-state-locked">.*?</a>',
        text,
        re.DOTALL,
    )
    assert locked == [page_of("after"), page_of("look-back")]
    assert text.count("Opens when you have taken part") == 2


def test_the_outline_of_one_who_was_there_has_one_lock(as_person: LogIn) -> None:
    text = as_person("maelle.tremblay").get("/course/").content.decode()

    assert text.count("campus-state-locked") == 1
    assert "You took part" in text


def test_the_score_of_the_exercise_stands_in_the_outline(as_person: LogIn) -> None:
    assert "Score: " in as_person("etienne.gagnon").get("/course/").content.decode()


@pytest.mark.parametrize("username", ["lea.martin", "camille.laurent", "piotr.zielinski"])
def test_studio_is_for_the_course_team(as_person: LogIn, username: str) -> None:
    client = as_person(username)

    for address in ("/studio/", f"/studio/{seed.UNIT_KEY}/"):
        page = client.get(address)
        assert page.status_code == 403
        assert "Switch to the course author" in page.content.decode()
    assert client.post(f"/studio/{seed.UNIT_KEY}/publish/").status_code == 403
    response = client.post(
        f"/studio/handler/{seed.UNIT_KEY}/save_design", content_type="application/json"
    )
    assert response.status_code == 403


def test_the_author_sees_editor_and_preview(as_person: LogIn) -> None:
    page = as_person("sofia.almeida").get(f"/studio/{seed.UNIT_KEY}/")

    assert page.status_code == 200
    assert 'data-handlers="/studio/handler/"' in page.content.decode()
    assert '<h2 id="campus-editor">' in page.content.decode()


@pytest.mark.parametrize("usage_key", [seed.PREWORK[0], seed.PREWORK[2], seed.EXERCISE])
def test_the_author_sees_blocks_that_have_no_authors_view(
    as_person: LogIn, usage_key: object
) -> None:
    assert as_person("sofia.almeida").get(f"/studio/{usage_key}/").status_code == 200


def test_publishing_makes_what_was_saved_count(as_person: LogIn) -> None:
    from blended_xblock.workbench.runtime import CampusRuntime

    runtime = CampusRuntime()
    block = runtime.get_block(seed.UNIT_KEY)
    block.display_name = "Handling conflict, revised"
    block.save()
    assert BlendedUnit.objects.get().title == "Handling conflict"

    page = as_person("sofia.almeida").post(f"/studio/{seed.UNIT_KEY}/publish/", follow=True)

    assert "Published." in page.content.decode()
    assert BlendedUnit.objects.get().title == "Handling conflict, revised"


def test_following_a_link_publishes_nothing(as_person: LogIn) -> None:
    address = f"/studio/{seed.UNIT_KEY}/"

    assert as_person("sofia.almeida").get(f"{address}publish/")["Location"] == address


def test_who_one_becomes_in_studio_sees_the_block_in_the_course(as_person: LogIn) -> None:
    text = as_person("sofia.almeida").get(f"/studio/{seed.UNIT_KEY}/").content.decode()

    assert f'value="/course/{seed.UNIT_KEY}/"' in text


def test_forms_and_handlers_need_the_pages_token(campus: None) -> None:
    client = Client(enforce_csrf_checks=True)
    user = get_user_model().objects.get(username="lea.martin")
    client.force_login(user)
    address = f"/handler/{seed.PREWORK[0]}/publish_completion"

    page = client.get(page_of("before"))
    token = page.cookies["csrftoken"].value

    for path in ("/who/", "/i18n/setlang/", address):
        refused = client.post(path, {"user": user.pk})
        assert refused.status_code == 403
        assert "out of date" in refused.content.decode()
    assert (
        client.post(
            address, "{}", content_type="application/json", headers={"X-CSRFToken": token}
        ).status_code
        == 200
    )


def test_cookies_are_kept_to_the_site_and_pages_to_this_machine(as_person: LogIn) -> None:
    page = Client().get("/")
    assert page.cookies["csrftoken"]["samesite"] == "Lax"
    assert "default-src 'self'" in page["Content-Security-Policy"]
    assert page["X-Frame-Options"] == "SAMEORIGIN"

    for username in ("maelle.tremblay", "sofia.almeida"):
        client = as_person(username)
        for address in ("/", "/course/", *map(page_of, SUBSECTIONS)):
            text = client.get(address).content.decode()
            assert not re.findall(r'(?:src|href)="(?:https?:)?//(?!meet\.example\.org)', text)


def test_another_host_name_is_refused(campus: None) -> None:
    assert Client().get("/", headers={"host": "campus.example.org"}).status_code == 400


def test_the_pages_speak_french_after_one_click(as_person: LogIn) -> None:
    client = as_person("lea.martin")

    client.post("/i18n/setlang/", {"language": "fr", "next": "/course/"})

    assert language_of(client.get("/course/")) == ("fr", "ltr")


def test_files_are_served_without_debug(db: None, settings: object) -> None:
    assert settings.DEBUG is False  # type: ignore[attr-defined]
    for path in (
        "campus.css",
        "campus.js",
        "runtime.js",
        "two-openings.webm",
        "two-openings.en.vtt",
    ):
        response = Client().get(f"/static/blended_xblock/campus/{path}")
        assert response.status_code == 200
        assert b"".join(response.streaming_content)
    assert Client().get("/static/blended_xblock/campus/no-such.css").status_code == 404
    assert Client().get("/static/../settings.py").status_code == 400
    assert Client().get("/resource/blended_unit/block.py").status_code == 404
    assert (
        Client().get("/resource/drag-and-drop-v2/public/css/drag_and_drop.css").status_code == 200
    )


@pytest.mark.parametrize(
    ("asked", "part", "said"),
    [
        ("bytes=0-3", slice(0, 4), "bytes 0-3/{size}"),
        ("bytes=100-", slice(100, None), "bytes 100-{last}/{size}"),
        ("bytes=-5", slice(-5, None), "bytes {tail}-{last}/{size}"),
        ("bytes=10-99999999", slice(10, None), "bytes 10-{last}/{size}"),
    ],
)
def test_a_video_can_be_had_in_parts(db: None, asked: str, part: slice, said: str) -> None:
    address = "/static/blended_xblock/campus/two-openings.webm"
    whole = b"".join(Client().get(address).streaming_content)

    response = Client().get(address, headers={"range": asked})

    size = len(whole)
    assert response.status_code == 206
    assert response.content == whole[part]
    assert response["Content-Range"] == said.format(size=size, last=size - 1, tail=size - 5)


def test_a_part_beyond_the_end_is_refused_and_an_odd_one_ignored(db: None) -> None:
    address = "/static/blended_xblock/campus/icon.svg"

    assert Client().get(address, headers={"range": "bytes=99999-"}).status_code == 416
    for asked in ("bytes=-", "bytes=0-1,4-5", "lines=1-2"):
        assert Client().get(address, headers={"range": asked}).status_code == 200


def test_a_page_from_right_to_left_says_so(as_person: LogIn, settings: object) -> None:
    settings.LANGUAGES = [("en", "English"), ("ar", "Arabic")]  # type: ignore[attr-defined]
    client = as_person("lea.martin")

    client.post("/i18n/setlang/", {"language": "ar", "next": "/course/"})

    assert language_of(client.get("/course/")) == ("ar", "rtl")


def test_the_course_team_adds_an_empty_unit_and_nobody_else_does(as_person: LogIn) -> None:
    author = as_person("sofia.almeida")
    assert author.get("/studio/add/").headers["Location"] == "/studio/"
    opened = author.post("/studio/add/").headers["Location"]
    assert author.get(opened).status_code == 200
    assert "New blended unit" in author.get("/course/").content.decode()
    assert as_person("lea.martin").post("/studio/add/").status_code == 403
