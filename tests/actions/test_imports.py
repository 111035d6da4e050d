"""Attendance from a file, as pages send it piece by piece, settle it, apply it and take it back."""

from __future__ import annotations

import base64
import json
import re
from typing import Any

import pytest
from django.utils.html import escape

from blended_xblock import api
from blended_xblock.attendance.intake.receiving import PIECE_BYTES
from blended_xblock.models import AttendanceRecord, ImportBatch, SessionTrainer
from blended_xblock.pages.import_check import import_page
from tests import factories as f
from tests import intake
from tests.ask import all_rows, ask

pytestmark = pytest.mark.usefixtures("course")

HERE = {"session": str(f.session_id())}
HOSTILE = "<script>alert(1)</script> {{ 7|add:7 }} \u202egnp.csv"


@pytest.fixture
def ada(course) -> Any:
    return f.person("ada", first_name="Ada", last_name="Lovelace", email="ada@example.org")


@pytest.fixture
def cy(course) -> Any:
    return f.person("cy", first_name="Cyrille", last_name="Durand", email="cy@example.org")


REPORT = intake.zoom(
    "Ada,ada@example.org,09:00,12:00",
    "DURAND Cyrille,,09:00,12:00",
    "Otter.ai Notetaker,,09:00,12:00",
)


def upload(
    actor: Any, data: bytes, name: str = "report.csv", changes: dict[str, Any] | None = None
) -> Any:
    """Send a file as a page does and return the last answer."""
    answer = None
    for number in range(-(-len(data) // PIECE_BYTES)):
        piece = data[number * PIECE_BYTES : (number + 1) * PIECE_BYTES]
        sent = {
            "key": f"key of {name}",
            "name": name,
            "size": len(data),
            "number": number,
            "data": base64.b64encode(piece).decode(),
        }
        answer = ask(actor, "upload_import", HERE | sent | (changes or {}))
    return answer


def page(actor: Any, number: int, **params: Any) -> str:
    response = ask(actor, "import_page", HERE | {"import": number} | params)
    assert response.status_code == 200
    return response.text


def attribute(html: str, name: str) -> str:
    found = re.search(rf'data-{name}="([^"]*)"', html)
    assert found, name
    return found.group(1)


def people_of(html: str) -> list[str]:
    return re.findall(r"data-import-name>([^<]*)<", html)


def test_a_file_is_sent_settled_applied_and_taken_back(trainer, ada, cy) -> None:
    sent = upload(trainer, REPORT).json
    assert sent["state"] == "ready"
    assert re.fullmatch(r"\d\d:\d\d:\d\d", sent["saved_at"])
    number = sent["import"]
    html = page(trainer, number)
    assert people_of(html) == ["DURAND Cyrille", "Otter.ai Notetaker", "Ada"]
    assert (attribute(html, "to-settle"), attribute(html, "record")) == ("1", "1")
    for words in ("1 matched", "1 to settle", "1 set aside", "Confirm Cyrille Durand"):
        assert words in html
    assert "checked" not in html.partition("data-import-settle")[2].partition("</fieldset>")[0], (
        "nobody is chosen before a person does"
    )
    revision = int(attribute(html, "revision"))
    decided = [{"number": 1, "as": "learner", "user": cy.pk}]
    settled = ask(trainer, "settle_import", HERE | {"import": number, "people": decided}).json
    assert (settled["import"], settled["revision"]) == (number, revision + 1)
    html = page(trainer, number, numbers="1", show="to_settle")
    assert people_of(html) == ["DURAND Cyrille"], "the row stays where it is"
    assert "This is Cyrille Durand" in html
    assert "2 matched" in html
    done = ask(trainer, "apply_import", HERE | {"import": number, "revision": revision + 1}).json
    assert done["applied"]["recorded"] == 2
    assert done["applied"]["left_out"] == 1
    assert {row["status"] for row in done["rows"]} == {"P"}
    assert done["roll_state"] == f.session().roll_state == "open"
    listed = ask(trainer, "imports", HERE).text
    assert "2 people recorded" in listed
    assert "Applied by trainer" in listed
    undone = ask(trainer, "undo_import", HERE | {"import": number}).json
    assert undone["undone"] == {
        "restored": 2, "kept": 0, "names": [], "guests": 0, "is_repeated": False,
    }  # fmt: skip
    assert undone["roll_state"] == f.session().roll_state == "not_opened"
    assert "2 were recorded" in page(trainer, number)
    again = ask(trainer, "check_import_again", HERE | {"import": number}).json
    assert again["state"] == "ready"
    assert "This is Cyrille Durand" in page(trainer, again["import"])


def test_who_keeps_a_mark_made_since_is_named(trainer, ada, cy) -> None:
    number = upload(trainer, REPORT).json["import"]
    revision = int(attribute(page(trainer, number), "revision"))
    ask(trainer, "apply_import", HERE | {"import": number, "revision": revision})
    f.give(trainer, [api.Mark(ada.pk, "E")])
    undone = ask(trainer, "undo_import", HERE | {"import": number}).json["undone"]
    assert (undone["restored"], undone["kept"], undone["names"]) == (0, 1, ["Ada Lovelace"])


def test_a_closed_roll_is_corrected_with_a_reason_that_names_the_file(trainer, ada) -> None:
    f.take_roll(trainer, {})
    number = upload(trainer, REPORT, name="<b>zoom.csv").json["import"]
    assert "data-import-reason" not in page(trainer, number)
    api.close_roll(f.session_id(), actor=trainer)
    html = page(trainer, number)
    assert f'value="{escape("From the file “<b>zoom.csv”.")}"' in html
    sent = {"import": number, "revision": int(attribute(html, "revision"))}
    refused = ask(trainer, "apply_import", HERE | sent)
    assert (refused.status_code, refused.json["code"]) == (400, "reason_needed")
    done = ask(trainer, "apply_import", HERE | sent | {"reason": "From the report."}).json
    assert (done["applied"]["recorded"], done["roll_state"]) == (1, "closed")
    assert "data-import-reason" not in page(trainer, number)


def test_hostile_names_are_text(trainer, ada) -> None:
    report = intake.zoom("<img src=x onerror=alert(1)>,,09:00,12:00")
    answer = upload(trainer, report, name=HOSTILE)
    for html in (page(trainer, answer.json["import"]), ask(trainer, "imports", HERE).text):
        assert "<script" not in html
        assert "<img" not in html
        assert escape("<script>alert(1)</script> {{ 7|add:7 }}").rpartition("/")[2] in html
    assert escape("<img src=x onerror=alert(1)>") in page(trainer, answer.json["import"])


def test_a_mark_that_stands_is_shown_with_whose_it_is(trainer, ada, cy) -> None:
    f.take_roll(trainer, {ada: "E"})
    number = upload(trainer, REPORT).json["import"]
    html = page(trainer, number, show="kept")
    assert people_of(html) == ["Ada"]
    for words in ("Stands: Excused (trainer, Tue 12 May, 10:00)", "The file says: Present"):
        assert words in html
    assert re.search(r'value="keep"[^>]*checked', html)
    decided = [{"number": 0, "overrules": True}]
    ask(trainer, "settle_import", HERE | {"import": number, "people": decided})
    html = page(trainer, number, numbers="0")
    assert re.search(r'value="take"[^>]*checked', html)
    assert attribute(html, "record") == "1"


def test_groups_search_and_pages(trainer, ada, cy) -> None:
    rows = [f"Person {n},p{n}@else.example,09:00,12:00" for n in range(250)]
    number = upload(trainer, intake.zoom(*rows, "Ada,ada@example.org,09:00,12:00")).json["import"]
    first, last = page(trainer, number), page(trainer, number, page=99)
    assert (len(people_of(first)), len(people_of(last))) == (100, 51)
    assert people_of(last)[-1] == "Ada"
    assert people_of(page(trainer, number, show="change")) == ["Ada"]
    assert people_of(page(trainer, number, q="PÉRSON p24")) == [
        f"Person {n}" for n in (24, *range(240, 250))
    ]
    assert people_of(page(trainer, number, show="no such group", q="nobody at all")) == []


def test_only_single_strong_suggestions_are_confirmed_together(trainer, ada, cy) -> None:
    f.person("ada2", first_name="Ada", last_name="Lovelace", email="other@example.org")
    report = intake.zoom("Durand Cyrille,,09:00,12:00", "Lovelace Ada,,09:00,12:00")
    number = upload(trainer, report).json["import"]
    preview = api.preview_import(f.session_id(), number)
    singles = json.loads(import_page(preview, may=None).singles)
    assert singles == [[0, cy.pk]], "of two of one name nobody is guessed"
    html = page(trainer, number)
    assert "Confirm Ada Lovelace" not in html


@pytest.mark.parametrize(
    ("handler", "data", "status", "code"),
    [
        ("import_page", {"import": 999_999}, 404, "not_found"),
        ("import_page", {}, 400, "invalid_input"),
        ("import_page", {"numbers": "1,x"}, 400, "invalid_input"),
        ("import_state", {"import": "x"}, 400, "invalid_input"),
        ("settle_import", {"people": "all"}, 400, "invalid_input"),
        ("settle_import", {"people": [{"number": 77, "as": "out"}]}, 404, "not_found"),
        ("settle_import", {"people": [{"number": 0, "as": "teacher"}]}, 400, "invalid_input"),
        ("settle_import", {"people": [{"number": 0, "as": "learner"}]}, 400, "invalid_input"),
        ("settle_import", {"people": [{"number": 0, "status": "?"}]}, 400, "invalid_input"),
        ("settle_import", {"sessions": []}, 400, "invalid_input"),
        ("settle_import", {"sessions": ["x"]}, 400, "invalid_input"),
        ("apply_import", {"revision": 99}, 409, "import_changed"),
        ("apply_import", {"revision": "now"}, 400, "invalid_input"),
        ("apply_import", {"revision": 99, "reason": 7}, 400, "invalid_input"),
        ("undo_import", {}, 409, "conflict"),
        ("check_import_again", {}, 409, "conflict"),
        ("read_import", {"mapping": "by name"}, 400, "invalid_input"),
        ("read_import", {"mapping": {"columns": {"0": "status"}}}, 400, "invalid_input"),
    ],
)
def test_what_makes_no_sense_is_refused_and_nothing_is_written(
    trainer, ada, cy, handler, data, status, code
) -> None:
    number = upload(trainer, REPORT).json["import"]
    before = all_rows()
    if (handler, data) != ("import_page", {}):
        data = {"import": number} | data
    answer = ask(trainer, handler, HERE | data)
    assert (answer.status_code, answer.json["code"]) == (status, code)
    assert answer.json["message"]
    assert all_rows() == before


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"size": 50 * 1024 * 1024 + 1}, 413),
        ({"size": 0}, 400),
        ({"data": "not base64!"}, 400),
        ({"number": 7}, 400),
        ({"number": -1}, 400),
        ({"key": ""}, 400),
        ({"name": 7}, 400),
    ],
)
def test_a_piece_that_is_none_is_refused(trainer, changes, status) -> None:
    answer = upload(trainer, REPORT, changes=changes)
    assert answer.status_code == status
    assert not ImportBatch.objects.exists()


def test_the_same_file_is_asked_about_once_more(trainer, ada, cy) -> None:
    for name in ("one.csv", "two.csv"):
        number = upload(trainer, REPORT, name=name).json["import"]
        html = page(trainer, number)
        seen = {"import": number, "revision": int(attribute(html, "revision"))}
        answer = ask(trainer, "apply_import", HERE | seen)
    assert "This very file was applied by trainer" in html
    assert (answer.status_code, answer.json["code"]) == (409, "same_file")
    done = ask(trainer, "apply_import", HERE | seen | {"again": True}).json
    assert (done["applied"]["recorded"], done["applied"]["unchanged"]) == (0, 1)


def test_columns_are_named_by_hand(trainer, ada) -> None:
    table = "Kürzel;Wer kam;Wie lange\nx;Lovelace Ada;170\ny;Ada Lovelace;?\n".encode("cp1252")
    sent = upload(trainer, table, name="liste.csv").json
    assert sent["state"] == "columns"
    html = page(trainer, sent["import"])
    for words in ("Wer kam", "Lovelace Ada", "Column 3 is", "Line 1: Kürzel, Wer kam, Wie lange"):
        assert words in html
    said = {"sheet": 0, "header": 1, "columns": {"1": "name", "2": "minutes"}}
    answer = ask(trainer, "read_import", HERE | {"import": sent["import"], "mapping": said}).json
    assert answer["state"] == "ready"
    html = page(trainer, sent["import"])
    assert "Line 3: “?” cannot be read as minutes" in html
    assert "Name the columns differently" in html
    html = page(trainer, sent["import"], columns="1")
    assert re.search(r'value="minutes" selected', html)
    answer = ask(trainer, "read_import", HERE | {"import": sent["import"]}).json
    assert answer["state"] == "columns", "what was said is forgotten"


def test_a_refused_file_says_why_and_shows_its_beginning(trainer) -> None:
    sent = upload(trainer, b"just a note\nto nobody\n", name="note.txt").json
    assert sent["state"] == "refused"
    html = page(trainer, sent["import"])
    assert "just a note / to nobody" in html
    assert "Choose another file" in html
    gone = ask(trainer, "discard_import", HERE | {"import": sent["import"]}).json
    assert gone["state"] == "discarded"
    assert "note.txt" not in ask(trainer, "imports", HERE).text
    assert not AttendanceRecord.objects.exists()


def test_a_large_file_tells_how_far_it_is(trainer, ada) -> None:
    batch = intake.receive(trainer, REPORT)
    ImportBatch.objects.filter(pk=batch.pk).update(progress=40)
    answer = ask(trainer, "import_state", HERE | {"import": batch.pk}).json
    assert answer == {"state": "reading", "percent": 40, "is_stalled": False}
    html = page(trainer, batch.pk)
    assert 'value="40"' in html
    assert "The file is being read" in html


def test_a_file_that_nobody_reads_any_more_is_asked_for_again(trainer, ada, clock) -> None:
    batch = intake.receive(trainer, REPORT)
    one = HERE | {"import": batch.pk}
    clock.tick(60)
    assert ask(trainer, "read_import", one).status_code == 409, "somebody may be at it"
    clock.tick(60)
    assert ask(trainer, "import_state", one).json["is_stalled"] is True
    assert ask(trainer, "read_import", one).json["state"] == "ready"
    assert ask(trainer, "import_state", one).json["is_stalled"] is False


def test_an_invited_trainer_sees_which_sessions_are_theirs(trainer, ada) -> None:
    f.redesign(sessions=[f.meeting(1), f.meeting(2)])
    f.publish()
    guest = f.person("guest", course=f.OTHER_COURSE)
    SessionTrainer.objects.create(session=f.session(), user=guest)
    second = f.session(2).starts_at
    days = (
        intake.zoom("Ada,ada@example.org,09:00,12:00")
        + intake.zoom("Ada,ada@example.org,09:00,12:00", day=second.strftime("%m/%d/%Y")).split(
            b"\n", 1
        )[1]
    )
    number = upload(guest, days).json["import"]
    html = page(guest, number)
    assert "This file covers several sessions" in html
    assert html.count("You are not invited to this session.") == 1
    assert "You are not invited" not in page(trainer, number)
    both = [str(f.session_id(n)) for n in (1, 2)]
    answer = ask(guest, "settle_import", HERE | {"import": number, "sessions": both})
    assert answer.status_code == 403
    answer = ask(trainer, "settle_import", HERE | {"import": number, "sessions": both})
    assert answer.status_code == 200
    assert attribute(page(trainer, number), "record") == "1", "one person, at two sessions"
    assert "Workshop 2" in page(trainer, number).partition("data-import-list")[2]
    assert "Workshop 2" not in page(guest, number).partition("data-import-list")[2]
