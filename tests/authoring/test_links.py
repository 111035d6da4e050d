"""What the course says of a unit's links, and the tree they are picked from."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from blended_xblock.authoring.links import check_links, describe_links, outline_for_picker
from blended_xblock.design import Design, Problem
from blended_xblock.hosts import get_host
from blended_xblock.hosts.base import OutlineNode
from tests import factories as f
from tests.designs import SECOND, session

UNIT = "key of blended_unit@unit"


def node(link: str, *children: OutlineNode, **fields: Any) -> OutlineNode:
    """Return a block titled after its id: "after" is "The after"."""
    block_type, _at, block_id = link.partition("@")
    return OutlineNode(
        usage_key=f"key of {link}",
        block_type=block_type,
        block_id=block_id,
        title=f"The {block_id}",
        children=children,
        **fields,
    )


def course(*more: OutlineNode) -> OutlineNode:
    """Return a course of two sections; the blended unit stands in the first one."""
    return node(
        "course@course",
        node(
            "chapter@first",
            node("sequential@before", node("vertical@read", node("html@text"))),
            node("sequential@live", node("vertical@page", node("blended_unit@unit"))),
        ),
        node(
            "chapter@second",
            node(
                "sequential@after",
                node("vertical@apply", node("problem@quiz", graded=True), graded=True),
                graded=True,
            ),
            *more,
        ),
    )


def design(**links: str | list[str]) -> Design:
    """Return a design with one session, 12 May 2026 at 09:00 in Paris, and these links."""
    return Design.from_dict(
        {
            "sessions": [session()],
            **{
                name: [{"block": link} for link in ([value] if isinstance(value, str) else value)]
                for name, value in links.items()
            },
        }
    )


def check(outline: OutlineNode | None = None, **links: Any) -> list[Problem]:
    return check_links(design(**links), outline or course(), UNIT)


def only(outline: OutlineNode | None = None, **links: Any) -> Problem:
    """Return the one problem of a design with these links."""
    (problem,) = check(outline, **links)
    return problem


def walk(tree: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for child in tree["children"]:
        yield child
        yield from walk(child)


# Where a linked block stands


def test_a_linked_block_is_described_by_its_place_in_the_course() -> None:
    found = describe_links(
        design(
            prework="html@text",
            follow_ups="sequential@after",
            make_ups=["vertical@read", "chapter@second", "blended_unit@unit"],
        ),
        course(),
    )
    assert {
        link: (info.title, info.path, info.state, info.graded, info.block_type, info.kind)
        for link, info in found.items()
    } == {
        "html@text": (
            "The text",
            ("The first", "The before", "The read"),
            "published",
            False,
            "html",
            "component",
        ),
        "sequential@after": (
            "The after",
            ("The second",),
            "published",
            True,
            "sequential",
            "subsection",
        ),
        "vertical@read": (
            "The read",
            ("The first", "The before"),
            "published",
            False,
            "vertical",
            "unit",
        ),
        "chapter@second": ("The second", (), "published", False, "chapter", "section"),
        "blended_unit@unit": (
            "The unit",
            ("The first", "The live", "The page"),
            "published",
            False,
            "blended_unit",
            "blended unit",
        ),
    }


@pytest.mark.parametrize("outline", [course(), None])
def test_a_block_that_is_gone_is_named_by_its_link(outline: OutlineNode | None) -> None:
    found = describe_links(design(prework="sequential@gone"), outline)["sequential@gone"]
    assert (found.title, found.path, found.state, found.graded, found.kind) == (
        "sequential@gone",
        (),
        "deleted",
        False,
        "subsection",
    )


@pytest.mark.parametrize("state", ["draft", "unpublished"])
def test_the_state_of_a_linked_block_is_told(state: str) -> None:
    outline = course(node("sequential@new", state=state))
    found = describe_links(design(prework="sequential@new"), outline)
    assert found["sequential@new"].state == state


# Errors


@pytest.mark.parametrize("name", ["prework", "follow_ups", "make_ups"])
@pytest.mark.parametrize(
    ("link", "words"),
    [
        ("blended_unit@unit", "is this blended unit itself"),
        ("vertical@page", "holds this blended unit"),
        ("sequential@live", "holds this blended unit"),
        ("chapter@first", "holds this blended unit"),
        ("course@course", "is the whole course"),
    ],
)
def test_a_unit_cannot_link_to_itself_or_to_what_holds_it(name: str, link: str, words: str) -> None:
    problem = only(**{name: link})
    assert (problem.severity, problem.path, problem.attribute) == (
        "error",
        (name, 0, "block"),
        "block",
    )
    assert words in problem.detail()
    assert "Choose" in problem.detail()
    assert link in problem.element


def test_a_problem_leads_to_the_link_it_is_about() -> None:
    problem = only(make_ups=["vertical@read", "vertical@page"])
    assert problem.path == ("make_ups", 1, "block")
    assert problem.message().startswith("make_up 2 (vertical@page), block: holds this blended unit")


def test_the_whole_course_is_refused_to_a_unit_that_is_not_in_it() -> None:
    problem = check_links(design(prework="course@course"), course(), "key of another")
    assert [each.severity for each in problem] == ["error"]


def test_of_a_course_that_cannot_be_read_nothing_is_said() -> None:
    assert check_links(design(prework="sequential@gone"), None, UNIT) == []


# Warnings


def test_sound_links_are_not_warned_about() -> None:
    outline = course(node("sequential@instead"), node("sequential@more", state="draft"))
    links = {
        "prework": ["sequential@before", "sequential@more"],
        "follow_ups": "sequential@after",
        "make_ups": "sequential@instead",
    }
    assert check(outline, **links) == []


@pytest.mark.parametrize("name", ["prework", "follow_ups", "make_ups"])
@pytest.mark.parametrize(
    ("link", "words"),
    [
        ("sequential@gone", "is not in this course any more"),
        ("sequential@new", "is not published"),
    ],
)
def test_what_learners_cannot_get_is_warned_about(name: str, link: str, words: str) -> None:
    outline = course(node("sequential@new", state="unpublished", graded=True))
    problem = only(outline, **{name: link})
    assert (problem.severity, problem.path) == ("warning", (name, 0, "block"))
    assert words in problem.detail()


@pytest.mark.parametrize("name", ["prework", "follow_ups", "make_ups"])
def test_only_a_follow_up_should_be_graded(name: str) -> None:
    found = [problem.detail() for problem in check(**{name: "sequential@before"})]
    assert [text[:14] for text in found] == (["is not graded:"] if name == "follow_ups" else [])
    assert all("nothing of it counts" in text for text in found)


DUE = "2026-05-12T07:00+00:00"


@pytest.mark.parametrize(
    ("due", "start", "words"),
    [
        (None, "2026-05-12T09:00", ""),
        (DUE, "2026-05-12T09:00", ""),
        (
            "2026-05-12T07:01+00:00",
            "2026-05-12T09:00",
            "is due on Tue 12 May, 09:01, but the first session starts on Tue 12 May, 09:00 "
            "(Paris time).",
        ),
        (
            "2027-01-04T22:30+00:00",
            "2026-05-12T09:00",
            "is due on Mon 4 Jan 2027, 23:30, but the first session starts on "
            "Tue 12 May 2026, 09:00 (Paris time).",
        ),
    ],
)
def test_prework_due_after_the_first_session_starts_is_warned_about(
    due: str | None, start: str, words: str
) -> None:
    """The first session is the earliest that is held, wherever it stands in the list."""
    when = datetime.fromisoformat(due).astimezone(UTC) if due else None
    outline = course(node("sequential@late", due=when, graded=True))
    held = session(id=SECOND, start=start, end=start.replace("09:00", "12:00"))
    cancelled = session(start="2026-05-01T09:00", end="2026-05-01T12:00", cancelled=True)
    later = session(
        id="00000000-0000-4000-8000-000000000003",
        start="2028-05-01T09:00",
        end="2028-05-01T12:00",
    )
    for name in ("prework", "follow_ups", "make_ups"):
        data = {"sessions": [cancelled, later, held], name: [{"block": "sequential@late"}]}
        found = check_links(Design.from_dict(data), outline, UNIT)
        is_warned = bool(words) and name == "prework"
        assert [each.path for each in found] == ([("prework", 0, "block")] if is_warned else [])
        assert all(each.detail().startswith(words) for each in found)


def test_prework_of_a_unit_without_sessions_is_never_late() -> None:
    outline = course(node("sequential@late", due=datetime(2026, 5, 12, tzinfo=UTC)))
    data = {"prework": [{"block": "sequential@late"}]}
    assert check_links(Design.from_dict(data), outline, UNIT) == []


@pytest.mark.parametrize("name", ["prework", "make_ups"])
@pytest.mark.parametrize(
    ("link", "follow_up", "words"),
    [
        ("problem@quiz", "sequential@after", "stands in the follow-up “The after”"),
        ("vertical@apply", "sequential@after", "stands in the follow-up “The after”"),
        ("sequential@after", "vertical@apply", "holds the follow-up “The apply”"),
        ("sequential@before", "sequential@after", ""),
    ],
)
def test_what_a_follow_up_shuts_away_is_warned_about(
    name: str, link: str, follow_up: str, words: str
) -> None:
    found = check(**{name: link, "follow_ups": follow_up})
    assert [each.path for each in found] == ([(name, 0, "block")] if words else [])
    assert all(each.detail().startswith(words) for each in found)


def test_a_follow_up_may_hold_another_blended_unit_or_follow_up() -> None:
    inside = node("vertical@next", node("blended_unit@second", graded=True), graded=True)
    outline = course(node("sequential@more", inside, graded=True))
    assert check(outline, follow_ups=["sequential@more", "vertical@next"]) == []


# The tree to pick from


def test_the_tree_shows_everything_below_the_course() -> None:
    tree = outline_for_picker(course(node("sequential@new", state="unpublished")), UNIT)
    first, second = tree["children"]
    assert (first["title"], first["kind"]) == ("The first", "section")
    links = [each["link"] for each in walk(tree)]
    assert links == [each.link for each in course(node("sequential@new")).walk()][1:]
    new = second["children"][1]
    assert new == {
        "link": "sequential@new",
        "title": "The new",
        "kind": "subsection",
        "state": "unpublished",
        "graded": False,
        "refused": "",
        "children": [],
    }
    assert second["children"][0]["graded"]


def test_what_cannot_be_picked_says_why() -> None:
    awkward = node("sequential@a b")
    refused = {
        each["link"]: each["refused"]
        for each in walk(outline_for_picker(course(awkward), UNIT))
        if each["refused"]
    }
    assert refused == {
        "chapter@first": "Choose a subsection, a unit or a component.",
        "chapter@second": "Choose a subsection, a unit or a component.",
        "sequential@live": "It holds this blended unit.",
        "vertical@page": "It holds this blended unit.",
        "blended_unit@unit": "This is the blended unit itself.",
        "sequential@a b": (
            "No link can be made of its identifier. Duplicate it, and choose the copy."
        ),
    }


def test_what_can_be_picked_makes_no_error() -> None:
    outline = course(node("sequential@a b"))
    for each in walk(outline_for_picker(outline, UNIT)):
        if not each["refused"]:
            found = check(outline, make_ups=each["link"])
            assert [problem for problem in found if problem.severity == "error"] == []


def test_what_stands_in_a_unit_is_a_component_whatever_it_holds() -> None:
    experiment = node("split_test@x", node("vertical@group", node("html@a")))
    outline = course(node("sequential@s", node("vertical@v", experiment)))
    kinds = {each["link"]: each["kind"] for each in walk(outline_for_picker(outline, UNIT))}
    assert [kinds[link] for link in ("vertical@v", "split_test@x", "vertical@group", "html@a")] == [
        "unit",
        "component",
        "component",
        "component",
    ]


def test_containers_of_unknown_types_are_named_by_what_they_hold() -> None:
    outline = node(
        "course@course",
        node("part@one", node("sequential@s")),
        node("lesson@two", node("vertical@v", node("html@a"))),
        node("video@three"),
    )
    children = outline_for_picker(outline, UNIT)["children"]
    assert [each["kind"] for each in children] == ["section", "subsection", "component"]


@pytest.mark.django_db
def test_on_the_campus_subsections_stand_at_the_top() -> None:
    f.build_course()
    outline = get_host().authored_outline(f.COURSE)
    assert outline is not None
    tree = outline_for_picker(outline, f.unit_key())
    by_link = {each["link"]: each for each in walk(tree)}
    assert {each["kind"] for each in tree["children"]} == {"subsection"}
    assert by_link["vertical_demo@after-unit"]["kind"] == "unit"
    assert by_link["html_demo@apply"]["kind"] == "component"
    assert by_link["sequence_demo@live"]["refused"] == "It holds this blended unit."
    assert by_link["sequence_demo@after"]["refused"] == ""
