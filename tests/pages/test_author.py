"""The author's view: what learners will meet, and what is missing or broken, beforehand."""

from __future__ import annotations

import pytest

from blended_xblock.design import Design
from blended_xblock.pages.author import AuthorPage, author_page
from tests import factories as f

pytestmark = pytest.mark.usefixtures("course")


def page(weight: float | None = None, **changes) -> AuthorPage:
    design = Design.from_dict({**f.design(), **changes})
    return author_page("Unit", design, weight=weight, usage_key=f.unit_key(), course_key=f.COURSE)


def test_a_whole_unit_is_shown_with_its_links_resolved() -> None:
    view = page(objectives=["Listen"], rule={"kind": "minutes", "at_least": 90})
    assert [link.title for link in view.prework] == ["before"]
    assert [(link.title, link.detail) for link in view.follow_ups] == [("after", "opens at once")]
    assert "90 minutes" in view.rule
    assert view.sessions[0].when.text == "Tue 12 May, 09:00–12:00"
    assert not [finding for finding in view.findings if finding.severity == "error"]


def test_a_link_that_leads_nowhere_is_an_error_and_named() -> None:
    view = page(follow_ups=[{"block": "html_demo@gone"}])
    assert view.follow_ups[0].is_broken
    assert view.findings[0].severity == "error"
    assert "html_demo@gone" in view.findings[0].text


def test_a_session_in_the_past_or_cancelled_says_so(clock) -> None:
    clock.move_to(f.FIRST_END)
    view = page(sessions=[f.meeting(1), f.meeting(2, cancelled=True), f.meeting(3)])
    assert [session.note for session in view.sessions] == ["in the past", "cancelled", ""]


def test_it_says_whether_learners_see_this_already() -> None:
    assert page().published == "This is what learners see."
    assert "Publish to show them" in page(objectives=["New"]).published
    f.move("blended_unit@unit", None)
    f.publish()
    assert page().published.startswith("Not published yet")


def test_the_delay_of_a_follow_up_is_said_in_days() -> None:
    follow_ups = [{"block": "sequence_demo@after", "delay_days": days} for days in (7,)]
    assert "7 days after" in page(follow_ups=follow_ups).follow_ups[0].detail
    one = page(follow_ups=[{"block": "sequence_demo@after", "delay_days": 1}]).follow_ups[0].detail
    assert "1 day after" in one


@pytest.mark.parametrize(
    ("weight", "expected"),
    [
        (None, []),
        (0, []),
        (2, []),
        (2.4, ["Points are whole: 2.4 is taken as 2."]),
        (1, ["With 1 point for 2 sessions"]),
        (0.5, ["Points are whole: 0.5 is taken as 1.", "With 1 point for 2 sessions"]),
    ],
)
def test_points_too_few_or_broken_are_said(weight: float | None, expected: list[str]) -> None:
    sessions = [f.meeting(1), f.meeting(2), f.meeting(3, cancelled=True)]
    found = [each.text for each in page(weight, sessions=sessions).findings if "oint" in each.text]
    assert len(found) == len(expected)
    assert all(text.startswith(start) for text, start in zip(found, expected, strict=True))
