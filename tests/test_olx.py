"""A course file holds the whole design: out and in again nothing changes; mistakes are named."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from blended_xblock import olx
from blended_xblock.design import Design, Problem
from blended_xblock.errors import DesignError
from tests.designs import FIRST, complete, texts, valid

S1 = "session 1 (3f0c1d5e…)"
EXAMPLE = """
<blended_unit display_name="Handling conflict" model="flipped_classroom" weight="1">
  <objective>Name the five steps of a difficult conversation</objective>
  <prework block="sequential@before"/>
  <session id="3f0c1d5e-6f57-4f0a-9d2c-0d6d3b0c8f11" title="Workshop" start="2026-05-12T09:00"
           end="2026-05-12T12:30" timezone="Europe/Paris" mode="hybrid" occurrence="spring"
           venue="Room 4" address="" join_url="https://meet.example.org/x" capacity="20">
    <audience cohort="Client A"/>
  </session>
  <status code="P" label="Present" credit="1" attended="true" counted="true"/>
  <rule kind="sessions" at_least="1"/>
  <gate when_unmarked="wait" after_hours="72"/>
  <follow_up block="sequential@after" delay_days="7"/>
  <make_up block="sequential@recording" within_days="14"/>
</blended_unit>
"""
SESSION = {
    "id": FIRST,
    "title": "Workshop",
    "start": "2026-05-12T09:00",
    "end": "2026-05-12T12:30",
    "timezone": "Europe/Paris",
}
STATUS = {
    "code": "P",
    "label": "Present",
    "credit": "1",
    "attended": "true",
    "counted": "true",
}


def element(tag: str, values: dict[str, Any]) -> str:
    node = etree.Element(tag)
    for name, value in values.items():
        if value is not None:
            node.set(name, value)
    return etree.tostring(node, encoding="unicode")


def with_session(**changes: str | None) -> str:
    return f"<blended_unit>{element('session', SESSION | changes)}</blended_unit>"


def with_status(**changes: str | None) -> str:
    return f"<blended_unit>{element('status', STATUS | changes)}</blended_unit>"


def unit(*children: str, attributes: str = "") -> str:
    return f"<blended_unit {attributes}>{''.join(children)}</blended_unit>"


def written(design: Design) -> str:
    node = etree.Element("blended_unit")
    olx.write(design, node)
    return etree.tostring(node, encoding="unicode")


def problems_of(xml: str | bytes) -> list[Problem]:
    with pytest.raises(DesignError) as caught:
        olx.parse_string(xml)
    return list(caught.value.problems)


def test_the_example_is_understood() -> None:
    parsed = olx.parse_string(EXAMPLE)
    assert (parsed.display_name, parsed.weight) == ("Handling conflict", 1.0)
    assert (parsed.warnings, parsed.foreign_attributes) == ((), {})
    expected = {
        "model": "flipped_classroom",
        "objectives": ["Name the five steps of a difficult conversation"],
        "prework": [{"block": "sequential@before"}],
        "sessions": [
            SESSION
            | {
                "mode": "hybrid",
                "occurrence": "spring",
                "venue": "Room 4",
                "join_url": "https://meet.example.org/x",
                "capacity": 20,
                "audience": ["Client A"],
            }
        ],
        "statuses": [STATUS | {"credit": 1.0, "attended": True, "counted": True}],
        "rule": {"kind": "sessions", "at_least": 1},
        "gate": {"when_unmarked": "wait", "after_hours": 72},
        "follow_ups": [{"block": "sequential@after", "delay_days": 7}],
        "make_ups": [{"block": "sequential@recording", "within_days": 14}],
    }
    assert parsed.design == Design.from_dict(expected)


def test_what_is_written_bears_the_frozen_names() -> None:
    xml = etree.fromstring(written(Design.from_dict(complete())))
    assert [child.tag for child in xml] == [
        *["objective"] * 2,
        "prework",
        *["session"] * 2,
        *["status"] * 2,
        "rule",
        "gate",
        "follow_up",
        "make_up",
        *["reminder"] * 2,
        "check_in",
        "from_minutes",
        "badge",
    ]
    assert dict(xml.attrib) == {
        "model": "flipped_classroom",
        "confirmed_for": "course-v1:Org+Course+Run",
    }
    first, second = xml.findall("session")
    assert dict(first.attrib) == SESSION | {
        "mode": "hybrid",
        "occurrence": "spring",
        "venue": "Room 4",
        "address": "12 rue des Lilas\nParis",
        "join_url": "https://meet.example.org/x",
        "capacity": "20",
        "cancelled": "true",
    }
    assert [dict(child.attrib) for child in first] == [
        {"cohort": "Client A"},
        {"cohort": "Client B"},
    ]
    assert "cancelled" not in second.attrib
    assert second.get("room_type") == "lab"
    assert [dict(child.attrib) for child in xml.findall("reminder")] == [
        {"hours_before": "168"},
        {"hours_before": "24"},
    ]
    assert dict(xml.find("check_in").attrib) == {
        "opens_before": "45",
        "late_after": "5",
        "too_late_after": "90",
        "rotate_seconds": "20",
        "early": "P",
        "on_time": "P",
        "late": "P",
        "too_late": "A",
        "beep": "on",
    }
    assert dict(xml.find("from_minutes").attrib) == {
        "present_from": "80",
        "late_after": "5",
        "absent_below": "20",
        "left_before": "15",
        "present": "P",
        "late": "P",
        "left_early": "P",
        "absent": "A",
        "breaks": "out",
    }
    assert dict(xml.find("rule").attrib) == {"kind": "occurrence", "percent": "80"}
    assert dict(xml.findall("status")[1].attrib) == {
        "code": "A",
        "label": "Absent",
        "credit": "0",
        "attended": "false",
        "counted": "true",
    }


@given(valid())
def test_a_design_comes_back_from_a_file_the_same(data: dict[str, Any]) -> None:
    design = Design.from_dict(data)
    first = written(design)
    parsed = olx.parse_string(first)
    assert parsed.design == design
    assert parsed.design.digest() == design.digest()
    assert written(parsed.design) == first
    assert olx.parse_string(first.encode()).design == design


@given(valid())
def test_a_file_may_be_indented(data: dict[str, Any]) -> None:
    design = Design.from_dict(data | {"extra_elements": []})
    node = etree.Element("blended_unit")
    olx.write(design, node)
    indented = etree.tostring(node, pretty_print=True)
    back = olx.parse_string(b"<?xml version='1.0'?>\n" + indented).design.to_dict()
    for values in (back, expected := design.to_dict()):
        # White space in an element that is not known may mean something there: it is kept.
        for item in [i for part in values.values() if isinstance(part, list) for i in part]:
            if isinstance(item, dict):
                item.pop("extra_elements", None)
        values["rule"].pop("extra_elements", None)
        values["gate"].pop("extra_elements", None)
    assert back == expected


@given(texts(), texts(), texts())
def test_any_text_survives_a_file(title: str, objective: str, address: str) -> None:
    data = {"objectives": [objective], "sessions": [SESSION | {"title": title, "address": address}]}
    design = Design.from_dict(data)
    assert olx.parse_string(written(design)).design == design
    assert design.sessions[0].title.split() == title.split()
    assert design.sessions[0].address == address.replace("\r\n", "\n").strip(" \t\r\n")


WRONG: list[tuple[str, str, str, str, str]] = [
    ("zone", with_session(timezone="Paris/Europe"), S1, "timezone", "the region and the city"),
    ("end", with_session(end="2026-05-12T08:00"), S1, "end", "Choose a later end"),
    ("gap", with_session(start="2026-03-29T02:30"), S1, "start", "from 2026-03-29 03:00 on"),
    ("join_url", with_session(join_url="http://x.example"), S1, "join_url", "https://"),
    ("mode", with_session(mode="online "), S1, "mode", "Use one of: in_person, online, hybrid"),
    ("capacity", with_session(capacity="twenty"), S1, "capacity", "whole number from 1 to 100000"),
    ("empty capacity", with_session(capacity=""), S1, "capacity", "whole number"),
    ("capacity 1e3", with_session(capacity="1e3"), S1, "capacity", "whole number"),
    ("cancelled", with_session(cancelled="yes"), S1, "cancelled", "Write true or false"),
    ("no title", with_session(title=None), S1, "title", 'Add it, for example title="Workshop"'),
    ("no id", with_session(id=None), "session 1", "id", 'Add it, for example id="'),
    ("bad id", with_session(id="one"), "session 1 (one)", "id", "Give it one, for example "),
    (
        "duplicate id",
        unit(*[element("session", SESSION)] * 2),
        "session 2 (3f0c1d5e…)",
        "id",
        f"is also that of {S1}. Give this one its own, for example ",
    ),
    ("credit", with_status(credit="1.5"), "status 1 (P)", "credit", "number from 0 to 1"),
    ("credit nan", with_status(credit="nan"), "status 1 (P)", "credit", "number from 0 to 1"),
    ("bad credit", with_status(credit="half"), "status 1 (P)", "credit", "number from 0 to 1"),
    ("attended", with_status(attended="True"), "status 1 (P)", "attended", "Write true or false"),
    ("no counted", with_status(counted=None), "status 1 (P)", "counted", "Add it"),
    (
        "none attended",
        with_status(attended="false"),
        "status",
        "attended",
        "Set it to true for one",
    ),
    (
        "duplicate code",
        unit(*[element("status", STATUS)] * 2),
        "status 2 (P)",
        "code",
        "same as that of status 1 (P). Change it",
    ),
    ("model", unit(attributes='model="x"'), "blended_unit", "model", "one of: flipped_classroom"),
    ("weight", unit(attributes='weight="much"'), "blended_unit", "weight", "number from 0"),
    ("weight below 0", unit(attributes='weight="-1"'), "blended_unit", "weight", "number from 0"),
    ("weight inf", unit(attributes='weight="inf"'), "blended_unit", "weight", "number from 0"),
    ("rule", unit('<rule kind="days"/>'), "rule", "kind", "one of: sessions, occurrence, minutes"),
    ("no kind", unit("<rule/>"), "rule", "kind", "Add it"),
    ("two rules", unit(*['<rule kind="sessions"/>'] * 2), "rule", "", "Keep one and remove"),
    ("when", unit('<gate when_unmarked="no"/>'), "gate", "when_unmarked", "one of: wait, open"),
    (
        "prework and follow-up",
        unit('<prework block="a@b"/>', '<follow_up block="a@b"/>'),
        "follow_up 1 (a@b)",
        "block",
        "Remove one of the two",
    ),
    (
        "no cohort",
        unit(element("session", SESSION).replace("/>", "><audience/></session>")),
        f"{S1}, audience 1",
        "cohort",
        "Add it",
    ),
    ("hours", unit('<reminder hours_before="1.5"/>'), "reminder 1", "hours_before", "whole number"),
    (
        "check-in",
        unit('<check_in late_after="soon"/>'),
        "check_in",
        "late_after",
        "whole number from 0 to 1440",
    ),
    (
        "check-in status",
        unit('<check_in late="l"/>'),
        "check_in",
        "late",
        "Use one of P, L, D, E, A",
    ),
    ("two check-ins", unit("<check_in/><check_in/>"), "check_in", "", "more than once"),
    (
        "minutes",
        unit('<from_minutes present_from="75%"/>'),
        "from_minutes",
        "present_from",
        "whole number from 1 to 100",
    ),
    (
        "shares the wrong way round",
        unit('<from_minutes present_from="20" absent_below="30"/>'),
        "from_minutes",
        "absent_below",
        "Choose 20 or less",
    ),
    (
        "status of minutes",
        unit('<from_minutes left_early="Left"/>'),
        "from_minutes",
        "left_early",
        "Shorten it to 3",
    ),
    ("minutes twice", unit("<from_minutes/>" * 2), "from_minutes", "", "more than once"),
    (
        "reminder twice",
        unit(*['<reminder hours_before="24"/>'] * 2),
        "reminder 2",
        "hours_before",
        "same as that of reminder 1",
    ),
    ("no block", unit("<prework/>"), "prework 1", "block", "Add it"),
    ("objective", unit("<objective/>"), "objective 1", "text", "Write a text"),
    ("201", unit(*[element("session", SESSION)] * 201), "session", "", "Keep 200 at most"),
]


@pytest.mark.parametrize(
    ("xml", "place", "attribute", "remedy"), [row[1:] for row in WRONG], ids=[r[0] for r in WRONG]
)
def test_a_mistake_in_a_file_is_named_with_its_place_and_its_remedy(
    xml: str, place: str, attribute: str, remedy: str
) -> None:
    found = [p for p in problems_of(xml) if remedy in p.message()]
    assert [(p.element, p.attribute) for p in found] == [(place, attribute)]


def test_all_mistakes_of_a_file_are_named_at_once() -> None:
    xml = unit(
        element("session", SESSION | {"mode": "x", "capacity": "x"}),
        *['<gate when_unmarked="x"/>'] * 2,
        attributes='weight="x" model="x"',
    )
    assert [(p.element, p.attribute) for p in problems_of(xml)] == [
        ("gate", ""),
        ("blended_unit", "weight"),
        ("blended_unit", "model"),
        (S1, "mode"),
        (S1, "capacity"),
        ("gate", "when_unmarked"),
    ]


def test_a_file_and_the_editor_read_the_same() -> None:
    xml, data = complete_but_wrong()
    with pytest.raises(DesignError) as caught:
        Design.from_dict(data)
    assert [p.message() for p in problems_of(xml)] == [p.message() for p in caught.value.problems]


def complete_but_wrong() -> tuple[str, dict[str, Any]]:
    session = SESSION | {"start": "tomorrow", "mode": "x", "title": " "}
    xml = unit(element("session", session), '<rule kind="x"/>', '<prework block="x"/>')
    return xml, {"sessions": [session], "rule": {"kind": "x"}, "prework": [{"block": "x"}]}


UNKNOWN = """
<blended_unit xmlns:v="urn:vendor" due="2026-06-01" v:own="left to XBlock">
  <objective level="apply">Name the <b>five</b> steps</objective>
  <objective>Plain <!-- a comment --> text</objective>
  <session id="3f0c1d5e-6f57-4f0a-9d2c-0d6d3b0c8f11" title="Workshop" start="2026-05-12T09:00"
           end="2026-05-12T12:30" timezone="Europe/Paris" colour="blue &amp; &quot;green&quot;">
    <audience cohort="Client A" from="2026"/>
    <audience cohort="Client B"/>
    <equipment kind="projector">two &lt; three<v:cable xml:lang="fr">HDMI</v:cable> tail</equipment>
  </session>
  <status code="P" label="Present" credit="1" attended="true" counted="true" colour="green"/>
  <rule kind="sessions" at_least="1" grace="15"><note/></rule>
  <gate when_unmarked="wait" v:mood="mild"/>
  <make_up block="video@x" quiz="y"/>
  <reminder hours_before="24" by="mail"><text>Bring shoes</text></reminder>
  <check_in late_after="5" late="P" sound="bell"><poster/></check_in>
  <from_minutes present_from="90" late="P" breaks="out"><lobby/></from_minutes>
  <certificate><!-- kept with it -->gold</certificate>
  <?skipped?>
  <option:data xmlns:option="http://code.edx.org/xblock/option">of XBlock</option:data>
</blended_unit>
"""


def test_what_is_not_known_is_kept_and_warned_about() -> None:
    parsed = olx.parse_string(UNKNOWN)
    assert sorted(map(str, parsed.warnings)) == sorted(
        [
            "objective 1, level: is not known here. It is kept without effect.",
            kept_element("objective 1", "b"),
            f"{S1}, colour: is not known here. It is kept without effect.",
            f"{S1}, audience 1, from: is not known here. It is kept without effect.",
            kept_element(S1, "equipment"),
            "status 1 (P), colour: is not known here. It is kept without effect.",
            "rule, grace: is not known here. It is kept without effect.",
            kept_element("rule", "note"),
            "gate, {urn:vendor}mood: is not known here. It is kept without effect.",
            "make_up 1 (video@x), quiz: is not known here. It is kept without effect.",
            "reminder 1, by: is not known here. It is kept without effect.",
            kept_element("reminder 1", "text"),
            "check_in, sound: is not known here. It is kept without effect.",
            kept_element("check_in", "poster"),
            "from_minutes, breaks: is not known here. It is kept without effect.",
            kept_element("from_minutes", "lobby"),
            kept_element("blended_unit", "certificate"),
        ]
    )
    design = parsed.design
    assert design.objectives == ("Name the five steps", "Plain text")
    assert design.sessions[0].audience == ("Client A", "Client B")
    assert parsed.foreign_attributes == {"due": "2026-06-01"}
    back = etree.fromstring(written(design))
    assert back.find("objective").get("level") == "apply"
    assert back.findtext("objective/b") == "five"
    assert back.find("session").get("colour") == 'blue & "green"'
    assert [dict(child.attrib) for child in back.iterfind("session/audience")] == [
        {"cohort": "Client A", "from": "2026"},
        {"cohort": "Client B"},
    ]
    assert etree.tostring(back.find("session/equipment"), encoding="unicode") == (
        '<equipment xmlns:v="urn:vendor" kind="projector">two &lt; three<v:cable xml:lang="fr">'
        "HDMI</v:cable> tail</equipment>"
    )
    assert back.find("status").get("colour") == "green"
    assert back.find("rule").get("grace") == "15"
    assert back.find("rule/note") is not None
    assert back.find("gate").get("{urn:vendor}mood") == "mild"
    assert back.find("make_up").get("quiz") == "y"
    assert dict(back.find("reminder").attrib) == {"hours_before": "24", "by": "mail"}
    assert back.findtext("reminder/text") == "Bring shoes"
    assert (back.find("check_in").get("late_after"), back.find("check_in").get("late")) == (
        "5",
        "P",
    )
    assert back.find("check_in").get("sound") == "bell"
    assert back.find("check_in/poster") is not None
    assert back.find("from_minutes").get("present_from") == "90"
    assert back.find("from_minutes").get("breaks") == "out"
    assert back.find("from_minutes/lobby") is not None
    assert etree.tostring(back.find("certificate")) == (
        b"<certificate><!-- kept with it -->gold</certificate>"
    )
    assert back.find("{*}data") is None
    again = olx.parse_string(written(design))
    assert again.design == design
    assert again.design.digest() == design.digest()
    assert Design.from_dict(design.to_dict()) == design


def kept_element(place: str, tag: str) -> str:
    return f"{place}: holds the element {tag}, which is not known here. It is kept without effect."


@given(valid())
def test_each_unknown_thing_is_warned_about(data: dict[str, Any]) -> None:
    design = Design.from_dict(data)
    items = [
        *design.prework,
        *design.sessions,
        *design.statuses,
        design.rule,
        design.gate,
        *design.follow_ups,
        *design.make_ups,
        *design.reminders,
        design.check_in,
        design.from_minutes,
    ]
    count = sum(len(item.extra) + len(item.extra_elements) for item in items)
    assert len(olx.parse_string(written(design)).warnings) == count + len(design.extra_elements)


def test_an_objective_that_was_rewritten_leaves_its_old_markup_behind() -> None:
    data = olx.parse_string(UNKNOWN).design.to_dict()
    assert list(data["objective_xml"]) == ["Name the five steps"]
    data["objectives"][0] = "Name six steps"
    rewritten = Design.from_dict(data)
    assert rewritten.objective_xml == ()
    assert "<objective>Name six steps</objective>" in written(rewritten)


@pytest.mark.parametrize(
    "objective",
    ["<objective>Name <b>five</b></objective>", '<objective level="apply">Name</objective>'],
)
def test_an_objective_is_written_with_all_it_held(objective: str) -> None:
    assert objective in written(olx.parse_string(unit(objective)).design)


def test_moved_objectives_keep_their_markup() -> None:
    data = olx.parse_string(UNKNOWN).design.to_dict()
    data["objectives"].reverse()
    assert [
        (child.get("level"), child.findtext("b"))
        for child in etree.fromstring(written(Design.from_dict(data))).iterfind("objective")
    ] == [(None, None), ("apply", "five")]


def test_text_between_elements_is_not_lost_in_silence() -> None:
    parsed = olx.parse_string(unit("hello", '<prework block="a@b">there</prework>'))
    assert tuple(map(str, parsed.warnings)) == (
        "blended_unit: holds text between its elements. It is not kept.",
        "prework 1 (a@b): holds text between its elements. It is not kept.",
    )


def test_what_stands_around_an_unknown_element_is_not_kept_with_it() -> None:
    alone = olx.parse_string(unit("<badge/>"))
    assert alone.design.extra_elements == ("<badge/>",)
    around = olx.parse_string(unit("<badge/> and so on", attributes='xmlns:v="urn:vendor"'))
    assert around.design == alone.design
    assert len(around.warnings) == len(alone.warnings) + 1
    declared = olx.parse_string(unit('<badge xmlns:v="urn:vendor"/>'))
    assert declared.design == alone.design


def test_parsing_does_not_change_the_element() -> None:
    node = etree.fromstring(UNKNOWN)
    before = etree.tostring(node)
    olx.parse(node)
    assert etree.tostring(node) == before


@pytest.mark.parametrize(("text", "weight"), [("2.5", 2.5), ("0", 0.0), ("-0", 0.0)])
def test_a_weight_is_a_number(text: str, weight: float) -> None:
    parsed = olx.parse_string(element("blended_unit", {"weight": text}))
    assert repr(parsed.weight) == repr(weight)


@pytest.mark.parametrize("weight", [None, "null"])
def test_a_block_may_have_no_weight(weight: str | None) -> None:
    parsed = olx.parse_string(element("blended_unit", {"weight": weight}))
    assert (parsed.weight, parsed.display_name, parsed.design) == (None, None, Design())


@pytest.mark.parametrize(
    ("xml", "remedy"),
    [
        ("", "Mend the file"),
        ("<blended_unit>", "Mend the file"),
        ("<blended_unit>\x00</blended_unit>", "Mend the file"),
        ("<blended_unit>\ud800</blended_unit>", "Mend the file"),
        ("<!DOCTYPE blended_unit []><blended_unit/>", "document type is not allowed"),
        ("<problem/>", "Choose another file"),
    ],
)
def test_a_file_that_is_none_is_refused(xml: str, remedy: str) -> None:
    (problem,) = problems_of(xml)
    assert (problem.element, problem.attribute) == ("blended_unit", "")
    assert remedy in problem.message()


def test_entities_are_never_resolved(tmp_path: Any) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("of the server")
    xml = (
        f'<!DOCTYPE blended_unit [<!ENTITY x SYSTEM "{secret.as_uri()}">]>'
        "<blended_unit><objective>a&x;</objective></blended_unit>"
    )
    (problem,) = problems_of(xml)
    assert "of the server" not in problem.message()


def test_an_entity_left_in_by_the_callers_parser_is_named() -> None:
    parser = etree.XMLParser(resolve_entities=False)
    xml = (
        '<!DOCTYPE blended_unit [<!ENTITY x "y">]>'
        "<blended_unit><objective>a&x;</objective></blended_unit>"
    )
    with pytest.raises(DesignError) as caught:
        olx.parse(etree.fromstring(xml, parser))
    (problem,) = caught.value.problems
    assert problem.message() == (
        "objective 1: holds the entity &x;. Write the character itself instead."
    )


def test_a_text_may_declare_another_encoding_than_it_has() -> None:
    xml = '<?xml version="1.0" encoding="iso-8859-1"?><blended_unit display_name="é"/>'
    assert olx.parse_string(xml).display_name == "é"
    assert olx.parse_string(xml.encode("iso-8859-1")).display_name == "é"


@given(st.text(st.sampled_from("<>/ab=\"'& x1"), max_size=12))
def test_no_file_breaks_the_parser(middle: str) -> None:
    try:
        design = olx.parse_string(f"<blended_unit>{middle}</blended_unit>").design
    except DesignError:
        return
    assert olx.parse_string(written(design)).design == design
