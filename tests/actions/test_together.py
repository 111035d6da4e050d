"""What is done to many at once, what disagrees, what is corrected late: as pages ask for it."""

from __future__ import annotations

from typing import Any

import pytest

from blended_xblock import api
from blended_xblock.models import AbsenceNotice, SessionTrainer
from tests import factories as f
from tests.ask import all_rows, ask

HERE = {"session": str(f.session_id())}


@pytest.fixture(autouse=True)
def _open(course, trainer, ana, ben) -> None:
    api.open_roll(f.session_id(), actor=trainer)


@pytest.fixture
def invited(course) -> Any:
    """Return a trainer who is not of the course's staff."""
    user = f.person("invited", course=f.OTHER_COURSE)
    SessionTrainer.objects.create(session=f.session(), user=user)
    return user


def press(actor: Any, **data: Any) -> Any:
    return ask(actor, "record_many", HERE | {"status": "P", "key": "k"} | data)


# Many at once


def test_those_chosen_are_marked_and_it_can_be_undone(trainer, ana, ben) -> None:
    f.give(trainer, [api.Mark(ben.pk, "P")])
    answer = press(trainer, users=[ana.pk, ben.pk]).json
    assert (answer["n"], answer["unchanged"], answer["unmarked"]) == (1, 1, 0)
    assert [(row["user_id"], row["status"]) for row in answer["rows"]] == [(ana.pk, "P")]
    (action,) = ask(trainer, "bulk_actions", HERE).json["actions"]
    assert action == {
        "id": answer["bulk"],
        "kind": "selection",
        "status": "P",
        "n": 1,
        "text": "1 learner: Present",
        "how": "several marked at once",
        "by": "trainer",
        "at": "2026-05-12T08:00:00+00:00",
        "when": "Tue 12 May, 10:00",
        "undone": "",
        "can_undo": True,
    }
    undone = ask(trainer, "undo_bulk", HERE | {"bulk": answer["bulk"]}).json
    assert (undone["restored"], undone["kept"], undone["unmarked"]) == (1, [], 1)
    (action,) = ask(trainer, "bulk_actions", HERE).json["actions"]
    assert (action["undone"], action["can_undo"]) == (
        "Undone by trainer, Tue 12 May, 10:00",
        False,
    )


def test_all_not_marked_yet_of_a_cohort(trainer, ana, ben) -> None:
    paris = f.person("cleo", cohort="Paris")
    f.give(trainer, [api.Mark(paris.pk, "A")])
    f.give(trainer, [api.Mark(paris.pk, None)])
    answer = press(trainer, unmarked=True, cohort="Paris", users=None).json
    assert answer["n"] == 0, "a walk-in is not expected, so nothing is assumed of them"
    assert press(trainer, unmarked=True, key="k2").json["n"] == 2


def test_a_press_sent_twice_is_answered_the_same(trainer, ana) -> None:
    first = press(trainer, users=[ana.pk])
    before = all_rows()
    assert press(trainer, users=[ana.pk]).json == first.json
    assert all_rows() == before


def test_a_press_that_did_not_see_a_colleagues_mark_says_so(trainer, invited, ana, ben) -> None:
    f.give(invited, [api.Mark(ana.pk, "A")])
    answer = press(trainer, users=[ana.pk, ben.pk], seen={str(ana.pk): 0, str(ben.pk): 0}).json
    assert (answer["n"], answer["conflicts"]) == (2, [ana.pk])
    (conflict,) = api.list_conflicts(f.session_id())
    assert (conflict.standing.values["status"], conflict.other.values["status"]) == ("P", "A")
    seen = {str(ana.pk): f.record(ana).revision}
    later = press(trainer, users=[ana.pk], seen=seen, status="L", key="k2").json
    assert (later["conflicts"], api.list_conflicts(f.session_id())) == ([], [])


def test_everyone_as_before_can_be_undone_too(trainer) -> None:
    answer = ask(trainer, "record_all", HERE | {"status": "P", "key": "k"}).json
    assert answer["n"] == 2
    assert ask(trainer, "undo_bulk", HERE | {"bulk": answer["bulk"]}).json["restored"] == 2


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"users": None},
        {"users": "ana"},
        {"users": [None]},
        {"users": [True]},
        {"users": ["x"]},
        {"users": [10**30]},
        {"users": [-1]},
        {"unmarked": "yes"},
        {"unmarked": True, "cohort": 5},
        {"unmarked": True, "key": None},
        {"unmarked": True, "key": ""},
        {"unmarked": True, "key": "k" * 65},
        {"unmarked": True, "key": "\ud800"},
        {"unmarked": True, "status": 1},
        {"unmarked": True, "status": "X"},
        {"unmarked": True, "seen": [1]},
        {"unmarked": True, "seen": {"x": 1}},
        {"unmarked": True, "reason": ["x"]},
        {"unmarked": True, "reason": "x" * 2001},
        {"unmarked": True, "reason": "x" * 5_000_000},
    ],
    ids=lambda wrong: f"{wrong}"[:50],
)
def test_rubbish_is_refused_and_nothing_is_written(trainer, wrong) -> None:
    before = all_rows()
    answer = press(trainer, **wrong)
    assert answer.status_code == 400
    assert len(answer.json["message"]) < 300
    assert all_rows() == before


@pytest.mark.parametrize("bulk", [None, "", "x", 0, -1, 10**9, 10**30, [], {}])
def test_what_is_no_action_is_not_undone(trainer, bulk) -> None:
    assert ask(trainer, "undo_bulk", HERE | {"bulk": bulk}).status_code in {400, 404}


def test_an_invited_trainer_undoes_their_own_actions_only(trainer, invited, ana, ben) -> None:
    own = press(invited, users=[ana.pk]).json["bulk"]
    other = press(trainer, users=[ben.pk], key="k2").json["bulk"]
    actions = ask(invited, "bulk_actions", HERE).json["actions"]
    assert [(a["id"], a["can_undo"]) for a in actions] == [(other, False), (own, True)]
    refused = ask(invited, "undo_bulk", HERE | {"bulk": other})
    assert (refused.status_code, refused.json["code"]) == (403, "not_allowed")
    assert f.record(ben).status == "P"
    assert ask(invited, "undo_bulk", HERE | {"bulk": own}).json["restored"] == 1
    third = press(invited, users=[ana.pk], key="k3").json["bulk"]
    assert ask(trainer, "undo_bulk", HERE | {"bulk": third}).json["restored"] == 1


# Marks that met


def mark(actor: Any, user: Any, status: str, **more: Any) -> Any:
    item = {"user_id": user.pk, "status": status} | more
    return ask(actor, "record", HERE | {"marks": [item]})


def test_a_page_hears_of_what_others_marked_and_of_what_disagrees(trainer, ana) -> None:
    colleague = f.person("colleague", f.Role.TRAINER, first_name="<b>", last_name="Co")
    mark(colleague, ana, "A", base=0, key="k1", at="2026-05-12T07:30:00Z")
    answer = mark(trainer, ana, "L", base=0, key="k2", at="2026-05-12T07:40:00Z").json
    assert (answer["superseded"], answer["conflicts"]) == ([], [ana.pk])
    assert answer["rows"][0]["revision"] == 2
    heard = ask(colleague, "roll_changes", HERE | {"since": "0"}).json
    assert [(row["user_id"], row["status"], row["revision"]) for row in heard["rows"]] == [
        (ana.pk, "L", 2)
    ]
    assert (heard["touched"], heard["guests"], heard["roll_state"]) == (1, [], "open")
    (conflict,) = heard["conflicts"]
    assert (conflict["user_id"], conflict["name"]) == (ana.pk, "ana")
    assert conflict["standing"] == {
        "status": "L",
        "text": "Late",
        "by": "trainer",
        "at": "2026-05-12T07:40:00+00:00",
        "when": "Tue 12 May, 09:40",
    }
    assert (conflict["other"]["text"], conflict["other"]["by"]) == ("Absent", "<b> Co")
    settled = ask(
        colleague, "settle_conflict", HERE | {"conflict": conflict["id"], "take": "other"}
    ).json
    assert (settled["conflicts"], settled["rows"][0]["status"]) == ([], "A")
    quiet = ask(colleague, "roll_changes", HERE | {"since": str(heard["cursor"])}).json
    assert quiet["touched"] == 1
    quiet = ask(colleague, "roll_changes", HERE | {"since": str(quiet["cursor"])}).json
    assert (quiet["touched"], quiet["rows"]) == (0, [])


@pytest.mark.parametrize("since", ["", "x", "1.5", "9" * 30, None])
def test_a_cursor_that_is_no_number_is_refused(trainer, since) -> None:
    data = HERE if since is None else HERE | {"since": since}
    assert ask(trainer, "roll_changes", data).status_code == 400


@pytest.mark.parametrize("take", [None, "", "both", 1, ["other"]])
def test_one_of_two_must_be_chosen(trainer, take) -> None:
    data = HERE | {"conflict": 1, "take": take}
    assert ask(trainer, "settle_conflict", data).status_code == 400


@pytest.mark.parametrize("conflict", [None, "x", 10**9])
def test_what_is_no_conflict_is_not_settled(trainer, conflict) -> None:
    data = HERE | {"conflict": conflict, "take": "other"}
    assert ask(trainer, "settle_conflict", data).status_code in {400, 404}


def test_times_and_a_reason_are_read(trainer, ana) -> None:
    came = {"arrived_at": "2026-05-12T09:05:00+02:00", "reason": " The train. "}
    row = mark(trainer, ana, "L", key="k1", **came).json["rows"][0]
    assert (row["arrived_at"], row["left_at"]) == ("2026-05-12T07:05:00+00:00", None)
    row = mark(trainer, ana, "D", key="k2", left_at="2026-05-12T09:00:00Z").json["rows"][0]
    assert row["arrived_at"] == "2026-05-12T07:05:00+00:00", "what is not sent stays"
    row = mark(trainer, ana, "D", key="k3", left_at="").json["rows"][0]
    assert row["left_at"] is None
    text = ask(trainer, "history", HERE | {"user": ana.pk}).text
    assert "arrived 09:05" in text
    assert "reason: The train." in text


@pytest.mark.parametrize(
    "wrong",
    [
        {"base": "x"},
        {"base": -1},
        {"base": 1.5},
        {"reason": 5},
        {"reason": "x" * 2001},
        {"arrived_at": "yesterday"},
        {"arrived_at": "2026-05-12T09:00:00"},
        {"arrived_at": 5},
        {"left_at": "0001-01-01T00:00:00+14:00"},
        {"arrived_at": "2026-05-12T09:00:00Z", "left_at": "2026-05-12T08:00:00Z"},
    ],
    ids=lambda wrong: f"{wrong}"[:50],
)
def test_a_wrong_mark_is_refused(trainer, ana, wrong) -> None:
    before = all_rows()
    assert mark(trainer, ana, "P", key="k", **wrong).status_code == 400
    assert all_rows() == before


# After closing


@pytest.fixture
def _closed(_open, trainer, clock) -> None:
    api.close_roll(f.session_id(), actor=trainer)
    clock.tick(600)


@pytest.mark.usefixtures("_closed")
@pytest.mark.parametrize("reason", [{}, {"reason": ""}, {"reason": "  "}])
def test_a_closed_roll_is_corrected_with_a_reason_only(trainer, ana, ben, reason) -> None:
    before = all_rows()
    answer = mark(trainer, ana, "P", key="k", **reason)
    assert (answer.status_code, answer.json["code"]) == (400, "reason_needed")
    assert (answer.json["user_ids"], answer.json["keys"]) == ([ana.pk], ["k"])
    assert press(trainer, users=[ana.pk], **reason).json["code"] == "reason_needed"
    everyone = ask(trainer, "record_all", HERE | {"status": "P", "key": "all"})
    assert everyone.json["code"] == "reason_needed"
    assert all_rows() == before
    assert mark(trainer, ana, "P", key="k", reason="Sat in the back.").status_code == 200
    assert press(trainer, users=[ben.pk], reason="He too.").json["n"] == 1


@pytest.mark.usefixtures("_closed")
def test_what_was_marked_before_the_closing_passes_however_late(trainer, ana) -> None:
    before, after = "2026-05-12T07:59:00Z", "2026-05-12T08:01:00Z"
    assert mark(trainer, ana, "P", key="k1", at=before).status_code == 200
    assert f.record(ana).status == "P"
    assert mark(trainer, ana, "P", key="k2", at=after).json["code"] == "reason_needed"


@pytest.mark.usefixtures("_closed")
def test_a_closed_roll_is_reopened(trainer, ana, ben) -> None:
    answer = ask(trainer, "reopen_roll", HERE | {"undo_absences": True}).json
    assert answer["roll"] == {"state": "open", "expected": 2}
    assert (answer["restored"], answer["kept"]) == (2, [])
    again = ask(trainer, "reopen_roll", HERE | {"undo_absences": True})
    assert (again.status_code, again.json["code"]) == (409, "conflict")
    assert mark(trainer, ana, "P", key="k").status_code == 200, "no reason on an open roll"


@pytest.mark.usefixtures("_closed")
def test_reopening_needs_a_clear_answer(trainer) -> None:
    answer = ask(trainer, "reopen_roll", HERE | {"undo_absences": "no"})
    assert answer.status_code == 400
    assert f.session().roll_state == "closed"


def test_before_closing_who_announced_an_absence_is_named(trainer, ana, ben) -> None:
    AbsenceNotice.objects.create(session=f.session(), user=ana, announced_at=f.LONG_AGO)
    answer = ask(trainer, "close_preview", HERE).json
    assert (answer["n"], sorted(answer["names"])) == (2, ["ana", "ben"])
    announced = answer["announced"]
    assert (announced["users"], announced["names"]) == ([ana.pk], ["ana"])
    assert announced["excused"]["code"] == "E"
