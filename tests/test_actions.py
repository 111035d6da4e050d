"""What the handlers answer, and that no rubbish sent to them is answered with a crash."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from blended_xblock import api
from tests import factories as f
from tests.ask import all_rows, ask

pytestmark = pytest.mark.usefixtures("course")
HERE = {"session": str(f.session_id())}
WRITES = ("open_roll", "record", "record_all", "close_roll", "grant_waiver", "revoke_waiver")


@pytest.fixture
def _open(course, trainer, ana, ben) -> None:
    api.open_roll(f.session_id(), actor=trainer)


def record(actor: Any, *marks: dict[str, Any]) -> Any:
    return ask(actor, "record", HERE | {"marks": list(marks)})


# What they answer


def test_opening_answers_the_state_and_the_sessions_own_time(trainer, ana, ben) -> None:
    answer = ask(trainer, "open_roll", HERE).json
    assert answer == {"saved_at": "10:00:00", "roll": {"state": "open", "expected": 2}}


@pytest.mark.usefixtures("_open")
def test_a_record_answers_with_the_rows_touched_and_the_counts(trainer, ana, ben) -> None:
    mark = {"user_id": ana.pk, "status": "P", "minutes": 170, "note": "Hi", "key": "k1"}
    answer = record(trainer, mark).json
    assert answer["saved_at"] == "10:00:00"
    assert {each["code"]: each["n"] for each in answer["counts"]} == {
        "P": 1,
        "L": 0,
        "D": 0,
        "E": 0,
        "A": 0,
    }
    assert (answer["unmarked"], answer["superseded"]) == (1, [])
    (row,) = answer["rows"]
    assert row == {
        "user_id": ana.pk,
        "status": "P",
        "minutes": 170,
        "modality": "",
        "arrived_at": None,
        "left_at": None,
        "note": "Hi",
        "revision": 1,
        "recorded": "trainer, Tue 12 May, 10:00",
        "by_id": trainer.pk,
        "by": "trainer",
        "outcome": "met",
    }
    assert record(trainer, mark).json["rows"] == [row], "a retry is answered like the first"


@pytest.mark.usefixtures("_open")
def test_a_mark_that_lost_is_answered_with_what_stands_there(trainer, ana, clock) -> None:
    f.give(f.person("colleague", f.Role.TRAINER), [api.Mark(ana.pk, "A")])
    clock.tick(60)
    mark = {"user_id": ana.pk, "status": "P", "key": "k1", "at": "2026-05-12T09:55:00+02:00"}
    answer = record(trainer, mark).json
    assert answer["superseded"] == [ana.pk]
    assert answer["rows"][0]["status"] == "A"


@pytest.mark.usefixtures("_open")
def test_marks_kept_for_somebody_else_are_not_taken_and_not_refused_for_good(trainer, ana) -> None:
    """The page was made for one person, and another one has logged in since."""
    sent = HERE | {"marks": [{"user_id": ana.pk, "status": "P", "key": "k1"}]}
    for actor in (f.person("colleague", f.Role.TRAINER), ana):
        answer = ask(actor, "record", sent | {"owner": str(trainer.pk)})
        assert (answer.status_code, answer.json["code"]) == (401, "another_account")
    assert f.record(ana).status is None
    assert ask(trainer, "record", sent | {"owner": str(trainer.pk)}).json["rows"]


@pytest.mark.usefixtures("_open")
def test_everyone_means_who_is_unmarked(trainer, ana, ben) -> None:
    record(trainer, {"user_id": ana.pk, "status": "A", "key": "k1"})
    everyone = HERE | {"status": "P", "key": "all"}
    answer = ask(trainer, "record_all", everyone).json
    assert [(row["user_id"], row["status"]) for row in answer["rows"]] == [(ben.pk, "P")]
    assert answer["unmarked"] == 0
    before = all_rows()
    assert ask(trainer, "record_all", everyone).status_code == 200
    assert all_rows() == before


@pytest.mark.usefixtures("_open")
def test_everyone_spares_who_was_marked_in_the_meantime(trainer, ana, ben) -> None:
    """A colleague marks Ana absent between our first query and the lock on the session."""
    colleague = f.person("colleague", f.Role.TRAINER)
    done = []

    def meanwhile(execute, sql, params, many, context):
        result = execute(sql, params, many, context)
        if not done and sql.startswith("SELECT") and "blended_xblock_session" in sql:
            done.append(sql)
            f.give(colleague, [api.Mark(ana.pk, "A")])
        return result

    with connection.execute_wrapper(meanwhile):
        ask(trainer, "record_all", HERE | {"status": "P", "key": "all"})
    assert done
    assert f.record(ana).status == "A"
    assert f.record(ben).status == "P"


@pytest.mark.usefixtures("_open")
def test_a_close_preview_names_people_and_their_status_to_be(trainer, ana) -> None:
    record(trainer, {"user_id": ana.pk, "status": "P", "key": "k1"})
    answer = ask(trainer, "close_preview", HERE).json
    assert (answer["n"], answer["names"]) == (1, ["ben"])
    assert (answer["status"]["code"], answer["status"]["kind"]) == ("A", "absent")
    assert ask(trainer, "close_roll", HERE).json["roll"] == {"state": "closed", "expected": 2}
    assert f.record(ana).status == "P"


def test_waivers_answer_with_the_new_outcome(trainer, ana) -> None:
    granted = ask(trainer, "grant_waiver", {"user": ana.pk, "reason": "Was ill."})
    assert granted.json["outcome"] == "met"
    assert ask(trainer, "revoke_waiver", {"user": ana.pk}).json["outcome"] == "not_met"
    assert ask(trainer, "revoke_waiver", {"user": ana.pk}).status_code == 404


@pytest.mark.usefixtures("_open")
def test_the_history_is_of_people_of_this_roll_only(trainer, ana) -> None:
    record(trainer, {"user_id": ana.pk, "status": "P", "key": "k1"})
    assert "Present" in ask(trainer, "history", HERE | {"user": ana.pk}).text
    stranger = f.person("zz", course=f.OTHER_COURSE, first_name="Secret", last_name="Person")
    answer = ask(trainer, "history", HERE | {"user": stranger.pk})
    assert "Secret" not in answer.text, "every name of the site could be read by counting"


def test_the_calendar_is_a_file(ana) -> None:
    answer = ask(ana, "calendar", HERE)
    assert answer.content_type == "text/calendar"
    assert "attachment" in answer.headers["Content-Disposition"]
    assert answer.body.startswith(b"BEGIN:VCALENDAR\r\n")


# Rubbish


@pytest.mark.usefixtures("_open")
@pytest.mark.parametrize("handler", WRITES)
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"text"',
        b"7",
        b"NaN",
        b"\xff\xfe",
        b"\x00",
        b'{"session": {"a": 1}, "marks": 5, "user": [], "key": 1}',
        b'{"session": "\\ud800", "user": "\\ud800"}',
    ],
    ids=lambda body: repr(body[:30]),
)
def test_rubbish_is_refused_and_nothing_is_written(trainer, handler, body) -> None:
    before = all_rows()
    answer = ask(trainer, handler, body=body)
    assert 400 <= answer.status_code < 500
    assert answer.json["message"]
    assert all_rows() == before


@pytest.mark.usefixtures("_open")
@pytest.mark.parametrize(
    "wrong",
    [
        {"user_id": None},
        {"user_id": "ana"},
        {"user_id": True},
        {"user_id": 1.0},
        {"user_id": []},
        {"user_id": 10**30},
        {"user_id": "9" * 5000},
        {"status": 1},
        {"status": ["P"]},
        {"minutes": "many"},
        {"minutes": 1.5},
        {"minutes": -1},
        {"minutes": 10**30},
        {"minutes": {}},
        {"note": 5},
        {"note": "x" * 2001},
        {"note": "\ud800"},
        {"key": 5},
        {"key": ""},
        {"key": "\ud800"},
        {"modality": "telepathy"},
        {"at": "yesterday"},
        {"at": "2026-05-12T09:00:00"},
        {"at": 5},
        {"at": "0001-01-01T00:00:00+14:00"},
        {"at": "0500-01-01T00:00:00Z"},
    ],
    ids=lambda wrong: f"{wrong}"[:40],
)
def test_a_wrong_mark_is_refused_with_its_whole_batch(trainer, ana, ben, wrong) -> None:
    before = all_rows()
    good = {"user_id": ben.pk, "status": "P", "key": "good"}
    answer = record(trainer, good, {"user_id": ana.pk, "status": "P", "key": "k"} | wrong)
    assert answer.status_code == 400
    assert answer.json["message"]
    assert all_rows() == before


@pytest.mark.usefixtures("_open")
@pytest.mark.parametrize(
    "wrong",
    [
        {"status": None},
        {"status": "X"},
        {"key": None},
        {"key": ""},
        {"key": "k" * 41},
        {"status": ["P"]},
    ],
)
def test_everyone_needs_a_status_and_a_key(trainer, wrong) -> None:
    before = all_rows()
    answer = ask(trainer, "record_all", HERE | {"status": "P", "key": "k"} | wrong)
    assert answer.status_code == 400
    assert all_rows() == before


@pytest.mark.parametrize(
    "data",
    [
        {"reason": "Why not?"},
        {"user": "x", "reason": "Why not?"},
        {"user": 10**30, "reason": "Why not?"},
        {"reason": ""},
        {"reason": None},
        {"reason": ["x"]},
        {"reason": {"a": "b"}},
        {"reason": "x" * 2001},
    ],
    ids=str,
)
def test_a_waiver_needs_a_person_and_a_reason(trainer, ana, data) -> None:
    before = all_rows()
    data = data if "user" in data or "Why" in str(data) else data | {"user": ana.pk}
    assert ask(trainer, "grant_waiver", data).status_code in {400, 404}
    assert all_rows() == before


@pytest.mark.parametrize(
    "data",
    [
        {"page": "0"},
        {"page": "-3"},
        {"page": "99999999999999999999"},
        {"q": "x" * 100_000},
        {"q": "%_\\'\""},
        {"cohort": "nobody"},
        {"only": "X"},
        {"only": "not_ready"},
    ],
    ids=lambda data: f"{data}"[:40],
)
def test_a_roll_is_shown_whatever_is_asked_for(trainer, ana, data) -> None:
    assert ask(trainer, "roll", HERE | data).status_code == 200


@pytest.mark.parametrize("data", [{"page": "one"}, {"page": "1.5"}, {"page": ""}], ids=str)
def test_a_page_that_is_no_number_is_refused(trainer, data) -> None:
    assert ask(trainer, "roll", HERE | data).status_code == 400


@pytest.mark.parametrize("user", ["", "x", "1.5", "-1", "9" * 30, None])
def test_the_history_of_nobody_is_no_crash(trainer, user) -> None:
    data = HERE if user is None else HERE | {"user": user}
    assert ask(trainer, "history", data).status_code in {200, 400, 404}


def test_json_nested_beyond_all_measure_is_refused(trainer) -> None:
    assert ask(trainer, "record", body=b"[" * 100_000).status_code == 400


def test_the_clock_is_read_on_the_server(trainer, ana) -> None:
    api.open_roll(f.session_id(), actor=trainer)
    record(trainer, {"user_id": ana.pk, "status": "P", "key": "k", "at": "2031-01-01T00:00:00Z"})
    assert f.record(ana).recorded_at == timezone.now()
