"""The roll as a file: everybody on it, in cells that a spreadsheet opens and none it runs."""

from __future__ import annotations

import csv
import io
import itertools
import tracemalloc
from email.message import Message
from email.utils import collapse_rfc2231_value
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from blended_xblock import api
from blended_xblock.models import AttendanceRecord, Guest, Session, SessionTrainer
from blended_xblock.reports import export
from blended_xblock.reports.cells import unguard
from tests import factories as f
from tests.ask import all_rows, ask
from tests.counting import Counted
from tests.reports.test_cells import ATTACKS, runs

HEADINGS = [
    "Name", "Username", "E-mail", "Cohort", "On the roll as", "Status code", "Status", "Minutes",
    "How", "Arrived (Europe/Paris)", "Left (Europe/Paris)", "Note", "Recorded by",
    "Recorded (Europe/Paris)",
]  # fmt: skip


def file_of(session: Session | None = None, *, sees_addresses: bool = True) -> bytes:
    return b"".join(api.export_roll(session or f.session(), sees_addresses=sees_addresses).chunks)


def cells_of(body: bytes, separator: str = ",") -> list[list[str]]:
    text = body.decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))


def rows_of(body: bytes, separator: str = ",") -> list[dict[str, str]]:
    headings, *rows = cells_of(body, separator)
    return [dict(zip(headings, map(unguard, row), strict=True)) for row in rows]


def test_everybody_on_the_roll_has_one_row(roll) -> None:
    rows = rows_of(file_of())
    assert [(row["Name"], row["On the roll as"], row["Status code"]) for row in rows] == [
        ("Ana", "expected", "L"),
        ("ben", "expected", ""),
        ("Gone", "expected", "P"),
        ("walk_in", "not expected", "P"),
        ("Zoë", "guest", "P"),
    ]
    assert list(rows[0]) == HEADINGS
    assert list(rows[0].values()) == [
        "Ana", "ana", "ana@example.org", "", "expected", "L", "Late", "95", "online",
        "2026-05-12 09:25:00", "", "Bus; said so", "trainer", "2026-05-12 10:00:00",
    ]  # fmt: skip
    ben = rows[1]
    assert (ben["Cohort"], ben["Status"], ben["Recorded by"]) == ("Paris", "Not marked", "")
    assert rows[2]["E-mail"] == "gone@example.org", "who left the course stays in the record"


def test_before_the_roll_opens_it_is_todays_audience(course, ana, trainer) -> None:
    (row,) = rows_of(file_of())
    assert (row["Name"], row["Status"], row["On the roll as"]) == ("ana", "Not marked", "expected")
    assert not AttendanceRecord.objects.exists()


def test_another_sessions_learners_are_not_in_it(clock, trainer) -> None:
    f.build_course(unit=f.design(f.meeting(1, audience=["Paris"]), f.meeting(2)))
    f.person("p", cohort="Paris")
    other = f.person("other", cohort="Oslo")
    f.take_roll(trainer, {other: "P"}, 2)
    for _ in range(2):
        assert [row["Username"] for row in rows_of(file_of())] == ["p"]
        api.open_roll(f.session_id(), actor=trainer)


def test_an_invited_trainer_gets_no_addresses(roll, trainer) -> None:
    invited = f.person("invited", course=f.OTHER_COURSE)
    SessionTrainer.objects.create(session=f.session(), user=invited)
    here = {"session": str(f.session_id())}
    for text in (ask(invited, "export_roll", here).text, through_django(invited).decode()):
        assert "@" not in text
        assert "E-mail" not in text
        assert "Zoë" in text
    assert "ana@example.org" in ask(trainer, "export_roll", here).text


def through_django(user: Any) -> bytes:
    client = Client()
    client.force_login(user)
    url = reverse("blended_xblock:act", args=(f.unit().pk, "export_roll"))
    response = client.get(url, {"session": str(f.session_id())})
    assert response.status_code == 200
    assert response.streaming
    return response.getvalue()


def test_both_doors_give_the_same_file_and_write_nothing(roll, trainer) -> None:
    before = all_rows()
    response = ask(trainer, "export_roll", {"session": str(f.session_id())})
    assert response.body == through_django(trainer) == file_of()
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert response.headers["Cache-Control"] == "private, no-store"
    assert all_rows() == before


def test_the_roll_links_to_it(roll, trainer) -> None:
    html = ask(trainer, "roll", {"session": str(f.session_id())}).text
    url = reverse("blended_xblock:act", args=(f.unit().pk, "export_roll"))
    assert f'href="{url}?session={f.session_id()}"' in html


# Spreadsheets


@pytest.mark.parametrize(
    ("language", "separator"),
    [("en", ","), ("fr", ";"), ("fr-ca", ";"), ("de-de", ";"), ("en-gb", ","), ("ja-jp", ",")],
)
def test_the_separator_is_that_of_the_readers_spreadsheet(roll, language, separator) -> None:
    with translation.override(language):
        body = file_of()
    assert body.startswith(b"\xef\xbb\xbf"), "without it a spreadsheet takes ë for Ã«"
    assert body.count(b"\r\n") == body.count(b"\n") == 6
    rows = cells_of(body, separator)
    assert {len(row) for row in rows} == {len(HEADINGS)}
    assert rows[-1][0] == "Zoë"
    assert rows[1][11] == "Bus; said so"


def test_the_words_are_those_of_who_asked_though_the_file_is_sent_later(roll) -> None:
    with translation.override("fr"):
        chunks = api.export_roll(f.session(), sees_addresses=True).chunks
    with translation.override("en"):
        text = b"".join(chunks).decode("utf-8-sig")
    assert "Pas encore noté" in text or "Not marked" not in text


class TestReadBack(TestCase):
    """Whatever people write is in the file as they wrote it, and no cell of it runs."""

    def setUp(self) -> None:
        f.build_course()
        self.trainer = f.person("trainer", f.Role.TRAINER)
        self.learner = f.person("learner")
        api.open_roll(f.session_id(), actor=self.trainer)

    hostile = st.text(
        st.sampled_from("=+-@\uff1d\t\r\n ',;\"\u3000\ufeffaé") | st.characters(codec="utf-8"),
        min_size=1,
        max_size=40,
    )

    @settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(note=hostile, name=hostile, username=hostile, language=st.sampled_from(["en", "fr"]))
    @example(*ATTACKS[:3], "en")
    @example(*ATTACKS[4:7], "fr")
    @example('"', '""\r\n"', ";\n,", "fr")
    def test_what_was_written_is_read_back(self, note, name, username, language) -> None:
        f.session().records.update(note=note)
        type(self.learner).objects.filter(pk=self.learner.pk).update(
            username=username, first_name="x", last_name=name
        )
        Guest.objects.all().delete()
        Guest.objects.create(
            session=f.session(), name=name, note=note, added_at=f.LONG_AGO, email=username
        )
        with translation.override(language):
            body = file_of()
        separator = ";" if language == "fr" else ","
        learner, guest = (list(row.values()) for row in rows_of(body, separator))
        assert (learner[1], learner[11]) == (username, note)
        assert (guest[0], guest[2], guest[11]) == (name, username, note)
        assert not any(runs(cell) for row in cells_of(body, separator) for cell in row if cell)


def test_statuses_cohorts_and_zones_are_texts_of_people_too(clock, trainer) -> None:
    statuses = [
        {"code": "=1", "label": "=1+1", "credit": 1, "attended": True, "counted": True},
        {"code": "A", "label": "@x", "credit": 0, "attended": False, "counted": True},
    ]
    f.build_course(unit=f.design(statuses=statuses))
    f.take_roll(trainer, {f.person("x", cohort="+cohort"): "=1"})
    cells = itertools.chain.from_iterable(cells_of(file_of()))
    assert not any(runs(cell) for cell in cells if cell)


# The file's name


def name_in(header: str) -> str:
    """Read the name as a browser does (RFC 6266 with RFC 5987)."""
    message = Message()
    message["Content-Disposition"] = header
    assert message.get_content_disposition() == "attachment"
    return collapse_rfc2231_value(message.get_param("filename", "", "content-disposition"))


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Workshop 1", "Workshop 1 2026-05-12.csv"),
        ("Été à l’école", "Été à l’école 2026-05-12.csv"),
        ("対面 1", "対面 1 2026-05-12.csv"),
        ('A"; filename="x.exe', "A ; filename= x.exe 2026-05-12.csv"),
        ("A\r\nSet-Cookie: a=b", "A Set-Cookie a=b 2026-05-12.csv"),
        ("../../etc/passwd\0", "etc passwd 2026-05-12.csv"),
        ("a\u202egpj.exe", "a gpj.exe 2026-05-12.csv"),
        ("\u2028\u2029", "2026-05-12.csv"),
        ("", "2026-05-12.csv"),
        ("x" * 255, f"{'x' * 80} 2026-05-12.csv"),
        ("CON", "CON 2026-05-12.csv"),
        ("a;b=c, d", "a;b=c, d 2026-05-12.csv"),
    ],
)
def test_the_file_is_called_after_its_session_whatever_the_title(
    roll, trainer, title, name
) -> None:
    Session.objects.filter(pk=f.session_id()).update(title=title)
    headers = ask(trainer, "export_roll", {"session": str(f.session_id())}).headers
    assert "Set-Cookie" not in headers
    header = headers["Content-Disposition"]
    assert header.isascii()
    assert "\n" not in header
    assert name_in(header) == name


# Costs


@pytest.mark.parametrize("people", [10, 1000])
def test_a_thousand_people_cost_as_many_queries_as_ten(course, trainer, people) -> None:
    f.crowd(people)
    api.open_roll(f.session_id(), actor=trainer)
    f.give(trainer, [api.Mark(row.user_id, "P") for row in f.session().records.all()])
    api.add_guest(f.session_id(), "Zoë", actor=trainer)
    session = f.session()
    with Counted() as counted:
        body = file_of(session)
    assert len(cells_of(body)) == people + 2
    assert counted.n <= 6, str(counted)


def test_what_is_in_memory_does_not_grow_with_the_notes(course, trainer, monkeypatch) -> None:
    """A file of four megabytes is never there as a whole."""
    monkeypatch.setattr(export, "ROWS_AT_ONCE", 100)
    f.crowd(2000)
    api.open_roll(f.session_id(), actor=trainer)
    AttendanceRecord.objects.update(note="é" * 2000)
    file = api.export_roll(f.session(), sees_addresses=True)
    sizes = [len(next(file.chunks))]
    tracemalloc.start()
    sizes += map(len, file.chunks)
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert sum(sizes) > 8_000_000
    assert max(sizes) < 20_000
    assert peak < 3_000_000
