"""Script in everything that people write: a course full of it, and no page that runs any.

Each page is read as a browser reads it, so that it does not matter in which way it would break out.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from freezegun import freeze_time

from blended_xblock import api
from blended_xblock.gate import waivers
from blended_xblock.hosts import openedx_messages
from blended_xblock.messages.reminders import send_queued
from blended_xblock.models import BlendedUnit, Guest, SentMessage, Session, SessionTrainer
from blended_xblock.workbench.models import CampusMail
from blended_xblock.workbench.runtime import CampusRuntime
from tests import factories as f
from tests.ask import READS, ask
from tests.check_in import on_screen
from tests.hosts.test_openedx_messages import message, platform
from tests.room import fill_the_room
from tests.test_permissions import WITHOUT_SESSION

__all__ = ["platform"]

# It breaks out of a text, of an attribute in either quotes, of a script, of a comment.
EVIL = "\"'>--></script></textarea></title><img src=x onerror=alert(1)><svg/onload=alert(1)>{{7*7}}"
SHORT = '"><b onclick=a()>'
STATUSES = [
    {"code": "P", "label": SHORT, "credit": 1, "attended": True, "counted": True},
    {"code": "L", "label": "Late", "credit": 1, "attended": True, "counted": True},
    {"code": "<b>", "label": SHORT, "credit": 0, "attended": False, "counted": True},
    {"code": "A", "label": "Absent", "credit": 0, "attended": False, "counted": True},
]


class Page(HTMLParser):
    """Collects what a page would run or show though nobody of ours wrote it."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.foreign: list[str] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        runs = [name for name in said if name.startswith("on") or name.endswith("--")]
        is_ours = not runs and said.get("src") != "x"
        links = [said.get(name) or "" for name in ("href", "src", "action", "formaction")]
        if not is_ours or any(link.strip().lower().startswith("javascript:") for link in links):
            self.foreign.append(self.get_starttag_text() or tag)
        # What stands in an attribute is text as well, once it is whole.
        self.text += " ".join(value or "" for value in said.values())

    handle_startendtag = handle_starttag

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture
def hostile(db) -> Iterator[dict[str, Any]]:
    """Fill a course in which every person, title, note, reason, cohort and status is an attack."""
    with freeze_time("2026-05-12T08:00:00Z", tick=True):
        f.build_course(unit=f.design(f.meeting(1), f.meeting(2), statuses=STATUSES))
        BlendedUnit.objects.update(title=EVIL)
        Session.objects.update(title=EVIL, venue=EVIL, address=EVIL)
        names = {"first_name": EVIL, "last_name": "", "email": f"{SHORT}@example.org"}
        people = {
            name: f.person(f"{name}{SHORT}", role, cohort=EVIL, **names)
            for name, role in (
                ("learner", f.Role.LEARNER),
                ("other", f.Role.LEARNER),
                ("walk_in", f.Role.LEARNER),
                ("staff", f.Role.TRAINER),
                ("author", f.Role.AUTHOR),
            )
        }
        people["trainer"] = f.person(f"trainer{SHORT}", course=f.OTHER_COURSE, **names)
        staff, learner, here = people["staff"], people["learner"], f.session_id()
        for n in (1, 2):
            SessionTrainer.objects.create(
                session=f.session(n), user=people["trainer"], invited_by=staff
            )
        api.announce_absence(f.session_id(2), user=learner, reason=EVIL)
        api.open_roll(here, actor=staff)
        mark = api.Mark(learner.pk, "P", note=EVIL, reason=EVIL, request_key=EVIL[:60])
        f.give(staff, [mark])
        old = replace(
            mark, status="L", base=0, at=timezone.now() - timedelta(minutes=1), request_key=None
        )
        f.give(people["trainer"], [old])
        api.record_many(here, "<b>", actor=staff, user_ids=[people["other"].pk], reason=EVIL)
        for n in range(2):
            guest = api.add_guest(here, f"{EVIL}{n}", f"g{n}@example.org", actor=staff, status="P")
            api.mark_guest(here, guest.id, "<b>", actor=staff, note=EVIL, reason=EVIL)
        Guest.objects.update(email=f"{SHORT}@example.org")
        api.make_appeal(here, user=learner, text=EVIL)
        waivers.grant_waiver(f.unit_key(), people["other"].pk, actor=staff, reason=EVIL)
        fill_the_room(f.session(), people["other"], staff, EVIL)
        api.set_desk(here, "open", actor=staff)
        yield people | {"guest": Guest.objects.order_by("pk").first()}


def handler(action: str, as_whom: str, **more: Any) -> Callable[[dict[str, Any]], str]:
    def asked(hostile: dict[str, Any]) -> str:
        values = {name: make(hostile) for name, make in more.items()}
        here = {} if action in WITHOUT_SESSION else {"session": str(f.session_id())}
        response = ask(hostile[as_whom], action, here | values)
        assert response.status_code == 200
        assert response.content_type == "text/html"
        return response.text

    return asked


def view(as_whom: str, name: str, *, in_studio: bool = False) -> Callable[[dict[str, Any]], str]:
    def shown(hostile: dict[str, Any]) -> str:
        runtime = CampusRuntime(hostile[as_whom], is_author_mode=in_studio)
        block = runtime.get_block(f.unit_key())
        block.display_name = EVIL
        return str(runtime.render(block, name).body_html())

    return shown


def address(name: str, as_whom: str, *args: Any, **query: str) -> Callable[[dict[str, Any]], str]:
    def visited(hostile: dict[str, Any]) -> str:
        client = Client()
        client.force_login(hostile[as_whom])
        where = [arg() if callable(arg) else arg for arg in args]
        response = client.get(reverse(name, args=where), query)
        assert response.status_code == 200, response
        return str(response.getvalue().decode())

    return visited


def ticket() -> str:
    return api.current_codes(f.session(), timezone.now())[0].ticket


PAGES: dict[str, Callable[[dict[str, Any]], str]] = {
    "roll": handler("roll", "staff"),
    "roll searched": handler("roll", "staff", q=lambda _h: EVIL, cohort=lambda _h: EVIL),
    "roll by cohort": handler("roll", "staff", cohort=lambda _h: EVIL),
    "roll by status": handler("roll", "staff", only=lambda _h: "<b>"),
    "board": handler("board", "trainer"),
    "board searched": handler("board", "trainer", q=lambda _h: EVIL, only=lambda _h: EVIL),
    "inbox": handler("inbox", "trainer"),
    "alarms": handler("alarms", "staff", uid=lambda _h: EVIL),
    "reminder": handler("reminder_preview", "staff"),
    "history": handler("history", "staff", user=lambda h: h["learner"].pk),
    "guests": handler("guests", "trainer"),
    "guest's history": handler("guest_history", "staff", guest=lambda h: h["guest"].pk),
    "own page": handler("own_page", "learner"),
    "own history": handler("own_history", "learner"),
    "learner's view": view("learner", "student_view"),
    "staff's panel": view("staff", "student_view"),
    "trainer's panel in the course": view("trainer", "student_view"),
    "author's view": view("author", "author_view", in_studio=True),
    "editor": view("author", "studio_view", in_studio=True),
    "trainer's sessions": address("blended_xblock:sessions", "trainer"),
    "panel": address("blended_xblock:panel", "trainer", f.session_id()),
    "screen": address("blended_xblock:screen", "trainer", f.session_id()),
    "scan": address("blended_xblock:scan", "trainer", f.session_id()),
    "sheet": address("blended_xblock:sheet", "trainer", f.session_id(), status="1"),
    "check-in scanned": address("blended_xblock:check_in", "other", ticket),
    "check-in typed": address("blended_xblock:check_in_typed", "other", f.session_id()),
    "campus": address("campus_home", "learner"),
    "outline": address("campus_course", "learner"),
}
# Those that hold nothing which people can write freely.
WITHOUT_WORDS = {"campus"}


@pytest.mark.parametrize("name", PAGES)
def test_no_page_runs_what_people_write(hostile, name) -> None:
    html = PAGES[name](hostile)
    page = Page(html)
    assert page.foreign == []
    if name not in WITHOUT_WORDS:
        assert "alert(1)" in page.text or "onclick=a()" in page.text, "nothing hostile is on it"


def test_a_page_that_would_run_it_is_found() -> None:
    """The reader above reads as it should: each way out of our markup is seen."""
    for html in (f"<p>{EVIL}</p>", f'<p title="{EVIL}">', f"<script>x = '{EVIL}'</script>"):
        assert Page(html).foreign
    assert Page('<a href=" JavaScript:alert(1)">x</a>').foreign
    assert Page(f'<p title="{SHORT}">').foreign
    assert not Page('<p title="&quot;&gt;&lt;img src=x onerror=a()&gt;">&lt;img src=x&gt;').foreign


@pytest.mark.parametrize("action", sorted(READS))
def test_what_is_no_page_is_never_read_as_one(hostile, action) -> None:
    """JSON and files say what they are; the browser runs none of it whatever stands in it."""
    more = {
        "history": {"user": hostile["learner"].pk},
        "guest_history": {"guest": hostile["guest"].pk},
        "roll_changes": {"since": "0"},
        "find_people": {"q": "img"},
    }
    data = {"session": str(f.session_id())} | more.get(action, {})
    for who in ("staff", "learner"):
        response = ask(hostile[who], action, data)
        if response.content_type == "text/html":
            assert Page(response.text).foreign == []
        else:
            assert response.content_type in {"application/json", "text/csv", "text/calendar"}
        if response.content_type == "application/json" and "qr" in json.loads(response.text):
            assert Page(json.loads(response.text)["qr"]).foreign == []


def test_the_code_on_the_screen_is_a_drawing_and_nothing_else(hostile) -> None:
    data = {"session": str(f.session_id())}
    drawings = [ask(hostile["learner"], "own_pass", data).json["qr"]]
    client = Client()
    client.force_login(hostile["staff"])
    url = reverse("blended_xblock:act", args=(f.unit().pk, "desk"))
    drawings += [code["qr"] for code in client.get(url, data).json()["codes"]]
    assert len(drawings) > 1
    for drawing in drawings:
        assert Page(drawing).foreign == []


def test_what_is_refused_says_it_as_text(hostile) -> None:
    scanned, _digits = on_screen()
    client = Client()
    client.force_login(hostile["learner"])
    url = reverse("blended_xblock:check_in_typed", args=(f.session_id(),))
    for code in (EVIL, scanned):
        assert Page(client.post(url, {"code": code}).content.decode()).foreign == []
    for path in ("/blended/in/<script>/", f"/blended/in/{'x' * 48}/", "/blended/<img src=x>/"):
        assert Page(client.get(path).content.decode()).foreign == []


# Mail


def test_mail_of_the_campus_is_text_and_its_page_runs_nothing(hostile) -> None:
    api.send_reminders(f.session_id(2), actor=hostile["staff"], key="k", text=EVIL)
    assert send_queued(list(SentMessage.objects.values_list("pk", flat=True)), EVIL) == []
    assert CampusMail.objects.exists()
    for sent in CampusMail.objects.select_related("user"):
        client = Client()
        client.force_login(sent.user)
        page = Page(client.get(reverse("campus_mail")).content.decode())
        assert page.foreign == []
        assert "alert(1)" in page.text
        assert "\n" not in sent.subject


@pytest.mark.parametrize("kind", ["prework_reminder", "alarm_digest"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\u2028", "\x0b", "\x85", "%0d%0a"])
def test_mail_of_a_platform_is_escaped_and_has_one_subject(platform, db, kind, end) -> None:
    ana = f.person("ana", email="ana@example.org")
    ana.set_password("x")
    ana.save()
    subject = f"Before “{EVIL}”{end}Bcc: everybody@example.org{end}{end}<p>"
    said = message(
        ana, kind, subject=subject, paragraphs=(EVIL,), link_label=EVIL,
        link=f"https://lms.example.org/{EVIL}",
    )  # fmt: skip
    assert openedx_messages.send(said)
    (sent,) = mail.outbox
    assert sent.recipients() == ["ana@example.org"]
    raw = sent.message()
    assert raw["Bcc"] is None
    assert raw.get_all("Subject") == [raw["Subject"]]
    assert raw["To"] == "ana@example.org"
    page = Page(sent.alternatives[0][0])
    assert page.foreign == []
    assert "alert(1)" in page.text
