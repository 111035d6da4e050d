"""What the editor asks: saving, two authors at once, and answers that write nothing."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from blended_xblock import olx
from blended_xblock.design import Design
from blended_xblock.studio_actions import TOOLS, stored_version
from blended_xblock.workbench.runtime import CampusRuntime
from tests import designs
from tests import factories as f
from tests.ask import all_rows, ask

pytestmark = pytest.mark.django_db


@pytest.fixture
def author() -> Any:
    f.build_course(unit=f.design(f.meeting(1), f.meeting(2)))
    return f.person("author", f.Role.AUTHOR)


@pytest.fixture
def other(author: Any) -> Any:
    return f.person("other", f.Role.AUTHOR)


def stored() -> dict[str, Any]:
    return stored_version(CampusRuntime().get_block(f.unit_key()))


def edited(**changes: Any) -> dict[str, Any]:
    """Return a version that starts from what is stored, with other values in its design."""
    base = stored()
    version = copy.deepcopy(base)
    version["design"].update(changes)
    return version | {"base": base}


def tool(user: Any, name: str, data: dict[str, Any], status: int = 200) -> dict[str, Any]:
    answer = ask(user, "studio_tool", data, tool=name)
    assert answer.status_code == status, answer.text
    return dict(answer.json)


# Saving


def test_what_is_saved_is_the_block_s_and_not_published(author) -> None:
    version = edited(rule={"kind": "sessions", "at_least": 2}) | {"title": "  Two of  three "}
    answer = ask(author, "save_design", version | {"weight": 12.5})
    assert answer.status_code == 200, answer.text
    assert answer.json["saved_at"]
    assert stored() == answer.json["version"]
    assert (stored()["title"], stored()["weight"]) == ("Two of three", 12.5)
    assert stored()["design"]["rule"]["at_least"] == 2
    assert f.unit().title == "unit", "saved is not published"


def test_what_nobody_knows_here_survives_the_editor(author) -> None:
    design = designs.complete() | {"sessions": stored()["design"]["sessions"]}
    design["sessions"][0]["extra"] = {"room_type": "lab"}
    design |= {"prework": [], "follow_ups": [], "make_ups": []}
    assert ask(author, "save_design", edited(**design)).status_code == 200
    assert stored()["design"]["extra_elements"] == designs.complete()["extra_elements"]
    assert stored()["design"]["sessions"][0]["extra"] == {"room_type": "lab"}


@pytest.mark.parametrize(
    ("changes", "path", "words"),
    [
        ({"title": " "}, "title", "The title is empty"),
        ({"title": None}, "title", "The title is missing. Fill it in."),
        ({"title": "x" * 256}, "title", "256 characters"),
        ({"weight": "many"}, "weight", "The number of points is “many”"),
        ({"weight": -1}, "weight", "-1"),
        ({"design": {"rule": {"kind": "magic"}}}, "design.rule.kind", "magic"),
        ({"design": {"objectives": ["x" * 2001]}}, "design.objectives.0.text", "2001"),
        ({"design": {"sessions": ["x"]}}, "design.sessions.0", "x"),
        ({"design": 7}, "design", "7"),
    ],
)
def test_an_error_points_at_its_field_and_nothing_is_saved(author, changes, path, words) -> None:
    before = all_rows()
    answer = ask(author, "save_design", edited() | changes)
    assert answer.status_code == 400
    fields = {each["path"]: each["text"] for each in answer.json["fields"]}
    assert words in fields[path]
    assert all_rows() == before


def test_more_than_200_sessions_are_refused_with_the_limit(author) -> None:
    many = [f.meeting(n) for n in range(201)]
    answer = ask(author, "save_design", edited(sessions=many))
    texts = [each["text"] for each in answer.json["fields"] if each["path"] == "design.sessions"]
    assert "200" in texts[0]


def test_every_problem_is_named_at_once_in_the_form_s_words(author) -> None:
    session = f.meeting(1) | {"title": "Workshop", "start": "T09:00", "join_url": "http://x.org"}
    wrong = edited(sessions=[session], rule={"kind": "minutes"}) | {"title": ""}
    found = ask(author, "save_design", wrong).json["fields"]
    assert [(each["place"], each["path"]) for each in found] == [
        ("Title", "title"),
        ("Session 1 “Workshop”", "design.sessions.0.start"),
        ("Session 1 “Workshop”", "design.sessions.0.join_url"),
        ("What counts", "design.rule.at_least"),
    ]
    assert found[1]["text"] == "The start is not complete. Give the day and the time."
    assert found[3]["text"] == "The number is missing. Fill it in."


@pytest.mark.parametrize("role", ["prework", "follow_ups", "make_ups"])
def test_a_unit_links_neither_to_itself_nor_to_what_holds_it(author, role) -> None:
    for link in ("blended_unit@unit", "vertical_demo@live-unit", "sequence_demo@live"):
        before = all_rows()
        answer = ask(author, "save_design", edited(**{role: [{"block": link}]}))
        assert answer.status_code == 400, link
        assert answer.json["fields"][0]["path"] == f"design.{role}.0.block"
        assert all_rows() == before


def test_a_save_without_the_version_it_started_from_is_refused(author) -> None:
    before = all_rows()
    for base in (None, 7, {}, {"design": "x"}):
        answer = ask(author, "save_design", edited(model="flex") | {"base": base})
        assert (answer.status_code, answer.json["code"]) == (400, "invalid_input")
    assert all_rows() == before


# Two authors


def test_the_second_save_says_what_the_first_changed_and_overwrites_nothing(author, other) -> None:
    mine, theirs = edited(objectives=["Mine"]), edited(model="flex") | {"title": "Theirs"}
    assert ask(other, "save_design", theirs).status_code == 200
    before = all_rows()
    answer = ask(author, "save_design", mine)
    assert (answer.status_code, answer.json["code"]) == (409, "changed")
    assert any("Theirs" in change for change in answer.json["changes"])
    assert answer.json["theirs"] == stored()
    assert all_rows() == before

    merged = answer.json["merged"]
    assert merged["title"] == "Theirs"
    assert (merged["design"]["model"], merged["design"]["objectives"]) == ("flex", ["Mine"])
    assert answer.json["conflicts"] == []
    together = merged | {"base": answer.json["theirs"]}
    assert ask(author, "save_design", together).status_code == 200
    assert stored() == merged


def test_what_both_changed_is_named(author, other) -> None:
    mine, theirs = edited() | {"title": "Mine"}, edited() | {"title": "Theirs"}
    ask(other, "save_design", theirs)
    answer = ask(author, "save_design", mine).json
    assert answer["merged"]["title"] == "Mine"
    (conflict,) = answer["conflicts"]
    assert "Theirs" in conflict


def test_a_save_whose_answer_was_lost_may_be_sent_again(author) -> None:
    version = edited(model="flex")
    first = ask(author, "save_design", version)
    again = ask(author, "save_design", version)
    assert (first.status_code, again.status_code) == (200, 200)
    assert again.json["version"] == first.json["version"] == stored()


def test_a_broken_design_is_mended_by_saving(author) -> None:
    f.redesign(rule={"kind": "magic"})
    version = edited(rule={"kind": "sessions", "at_least": 1})
    assert version["base"]["design"]["rule"] == {"kind": "magic"}
    assert ask(author, "save_design", version).status_code == 200
    assert stored()["design"]["rule"] == {"kind": "sessions", "at_least": 1}


# Answers


def test_a_sound_draft_is_told_what_it_means(author) -> None:
    answer = tool(author, "check_design", edited())
    assert not [each for each in answer["problems"] if each["severity"] == "error"]
    assert answer["sentences"][0].startswith("A learner who")
    assert "<table" in answer["what_if"]
    first, second = stored()["design"]["sessions"]
    assert set(answer["sessions"]) == {first["id"], second["id"]}


def test_a_draft_with_errors_is_told_them_and_its_sessions_in_words(author) -> None:
    answer = tool(author, "check_design", edited(model="magic"))
    assert [each["path"] for each in answer["problems"]] == ["design.model"]
    assert answer["sentences"] is None
    assert len(answer["sessions"]) == 2


def test_an_author_elsewhere_reads_both_clocks(author) -> None:
    session = f.meeting(1) | {
        "start": "2026-05-12T09:00",
        "end": "2026-05-12T12:00",
        "timezone": "America/Toronto",
    }
    answer = tool(author, "check_design", edited(sessions=[session]) | {"timezone": "Europe/Paris"})
    (words,) = answer["sessions"].values()
    assert "09:00–12:00" in words["when"]
    assert "15:00–18:00 (Paris time)" in words["yours"]


@pytest.mark.parametrize(
    ("day", "start", "end", "said"),
    [
        ("2026-10-25", "02:30", "05:00", "02:30 twice"),
        ("2026-10-25", "01:00", "05:00", "it lasts 5 h 00 min"),
        ("2026-03-29", "01:00", "05:00", "it lasts 3 h 00 min"),
    ],
)
def test_clock_changes_are_explained(author, day, start, end, said) -> None:
    session = f.meeting(1) | {
        "start": f"{day}T{start}",
        "end": f"{day}T{end}",
        "timezone": "Europe/Paris",
    }
    answer = tool(author, "check_design", edited(sessions=[session]))
    (words,) = answer["sessions"].values()
    assert any(said in note for note in words["notes"])


def test_a_time_the_clock_jumps_over_is_an_error_with_the_reason(author) -> None:
    session = f.meeting(1) | {
        "start": "2026-03-29T02:30",
        "end": "2026-03-29T05:00",
        "timezone": "Europe/Paris",
    }
    (problem,) = tool(author, "check_design", edited(sessions=[session]))["problems"]
    assert problem["path"] == "design.sessions.0.start"
    assert "the clock jumps from 2026-03-29 02:00 to 2026-03-29 03:00" in problem["text"]


def test_the_course_is_offered_as_a_tree_without_what_cannot_be_picked(author) -> None:
    tree = tool(author, "outline", {})["outline"]

    def walk(node: dict[str, Any]) -> Any:
        for child in node["children"]:
            yield child
            yield from walk(child)

    nodes = {node["link"]: node for node in walk(tree)}
    assert nodes["blended_unit@unit"]["refused"]
    assert any(not node["refused"] for node in nodes.values())


def test_olx_goes_into_the_form_and_out_of_it(author) -> None:
    text = tool(author, "write_olx", edited(objectives=["<b>&"]))["olx"]
    assert olx.parse_string(text).design.objectives == ("<b>&",)
    back = tool(author, "read_olx", {"olx": text})["version"]
    assert back["design"] == Design.from_dict(edited(objectives=["<b>&"])["design"]).to_dict()


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "<blended_unit>",
        "<html/>",
        "x" * 1_000_001,
        "<blended_unit>\x00</blended_unit>",
        '<blended_unit><rule kind="magic"/></blended_unit>',
        '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
        "<blended_unit><objective>&e;</objective></blended_unit>",
    ],
    ids=lambda text: f"{text}"[:40],
)
def test_olx_that_cannot_be_used_is_refused_with_a_sentence(author, text) -> None:
    before = all_rows()
    answer = tool(author, "read_olx", {"olx": text}, status=400)
    assert answer["message"]
    assert "root:" not in answer["message"]
    assert all_rows() == before


def test_a_model_fills_the_form_and_saves_nothing(author) -> None:
    before = all_rows()
    wish = edited(sessions=[]) | {
        "model": "flipped_classroom",
        "options": {},
        "first": "2027-03-02T09:00",
        "timezone": "Europe/Paris",
    }
    answer = tool(author, "start_from", wish)
    assert Design.from_dict(answer["design"]).sessions
    assert answer["makes"]
    assert all_rows() == before


@pytest.mark.parametrize(
    "changes",
    [
        {"model": None},
        {"model": "magic"},
        {"options": None},
        {"first": "T09:00"},
        {"first": None},
        {"timezone": "Mars"},
        {"design": []},
    ],
)
def test_a_model_that_cannot_be_filled_in_says_why(author, changes) -> None:
    wish = {"model": "flex", "options": {}, "first": "2027-03-02T09:00", "timezone": "UTC"}
    answer = tool(author, "start_from", wish | {"design": {}} | changes, status=400)
    assert answer["message"]


def test_a_series_is_planned_from_a_session(author) -> None:
    first = stored()["design"]["sessions"][0]
    weekday = Design.from_dict({"sessions": [first]}).sessions[0].start.weekday()
    wish = {"session": first, "every": 1, "weekdays": [weekday], "count": 3, "holidays": []}
    answer = tool(author, "plan_series", wish)
    assert len(answer["sessions"]) == 2
    assert answer["days"]


def test_sessions_go_out_as_a_table_and_come_back_the_same(author) -> None:
    sessions = stored()["design"]["sessions"]
    text = tool(author, "write_sessions", {"sessions": sessions})["text"]
    answer = tool(author, "read_sessions", {"text": text, "sessions": sessions})
    assert answer["sessions"] == sessions
    assert [row["effect"] for row in answer["rows"]] == ["same", "same"]


@pytest.mark.parametrize("name", TOOLS)
@pytest.mark.parametrize(
    "data",
    [
        {},
        {"design": None, "sessions": None, "text": None},
        {"design": {"sessions": "x", "prework": [7, {"block": 7}], "statuses": {"a": 1}}},
        {"sessions": [[], 7], "text": "a,b\n1,2", "session": 7, "options": {"groups": "many"}},
        {"title": 7, "weight": [], "design": {"sessions": [{"id": []}], "rule": []}},
    ],
    ids=str,
)
def test_rubbish_is_answered_with_a_sentence_and_writes_nothing(author, name, data) -> None:
    before = all_rows()
    answer = ask(author, "studio_tool", data, tool=name)
    assert answer.status_code in {200, 400}
    assert answer.json
    assert all_rows() == before


def test_an_unknown_tool_is_not_found(author) -> None:
    tool(author, "drop_tables", {}, status=404)
