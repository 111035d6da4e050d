"""What the editor starts from: the unit, its course, the author's own clock and zones."""

from __future__ import annotations

from typing import Any

import pytest

from blended_xblock.design import CheckIn, FromMinutes
from blended_xblock.hosts import get_host
from blended_xblock.pages.editor import check_draft, editor_page
from blended_xblock.studio_actions import stored_version
from blended_xblock.workbench.runtime import CampusRuntime
from tests import designs
from tests import factories as f
from tests.test_publishing_copies import TwoRunsHost, own_elsewhere

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _course() -> None:
    f.build_course(unit=f.design(f.meeting(1, timezone="America/Toronto"), f.meeting(2)))


def info(user: Any = None) -> dict[str, Any]:
    """Return what the page's script is told, for an author (or somebody with a clock)."""
    user = user or f.person("author", f.Role.AUTHOR)
    block = CampusRuntime(user, is_author_mode=True).get_block(f.unit_key())
    return editor_page(stored_version(block), get_host().viewer(block)).info


def test_it_starts_from_what_is_stored() -> None:
    version = info()["version"]
    assert version == stored_version(CampusRuntime().get_block(f.unit_key()))
    assert [session["title"] for session in version["design"]["sessions"]] == [
        "Workshop 1",
        "Workshop 2",
    ]


def test_the_course_team_s_own_zones_come_first_and_each_once() -> None:
    author = f.person("author", f.Role.AUTHOR, timezone="Europe/Lisbon")
    names = [zone for zone, _label in info(author)["zones"]]
    assert names[:3] == ["Europe/Lisbon", "America/Toronto", "Europe/Paris"]
    assert len(names) == len(set(names)) > 400
    assert info(author)["author_zone"] == "Europe/Lisbon"


def test_an_unsaved_draft_is_kept_for_one_person_and_one_unit() -> None:
    mine = info(f.person("one", f.Role.AUTHOR))["draft_key"]
    theirs = info(f.person("two", f.Role.AUTHOR))["draft_key"]
    assert mine != theirs
    assert f.unit_key() in mine


def test_cohorts_of_the_course_and_what_is_linked_are_told() -> None:
    f.person("ana", cohort="Client A")
    told = info()
    assert told["cohorts"] == ["Client A"]
    assert told["links"]["sequence_demo@after"]["state"] == "published"


def test_sessions_with_records_are_told(trainer, ana) -> None:
    f.take_roll(trainer, {ana: "P"})
    held = info()["records"]
    assert list(held) == [f.meeting(1)["id"]]
    assert held[f.meeting(1)["id"]]["records"] == 1


def test_sessions_of_another_run_are_offered_with_the_dates_of_the_tables(settings, clock) -> None:
    assert info()["unconfirmed"] == []
    settings.BLENDED_XBLOCK_HOST = f"{TwoRunsHost.__module__}.TwoRunsHost"
    own_elsewhere(f.meeting(3))
    f.redesign(sessions=[f.meeting(1), f.meeting(2), f.meeting(3)])
    f.publish()
    (waiting,) = info(f.person("other", f.Role.AUTHOR))["unconfirmed"]
    assert (waiting["id"], waiting["start"], waiting["end"]) == (
        f.meeting(3)["id"],
        "2026-07-25T09:00",
        "2026-07-25T12:00",
    )
    assert waiting["text"] == "Workshop 3: Sat 25 Jul, 09:00–12:00 (Paris time)"


def test_statuses_are_offered_in_the_author_s_language() -> None:
    from django.utils.translation import override

    with override("fr"):
        labels = [status["label"] for status in info()["default_statuses"]]
    assert labels[0] == "Présent"


def checked(check_in: Any = None, **design: Any) -> dict[str, Any]:
    """Return what an author is told while the form holds these settings of the check-in."""
    user = f.person("author", f.Role.AUTHOR)
    block = CampusRuntime(user, is_author_mode=True).get_block(f.unit_key())
    stored = stored_version(block)
    draft = {**stored, "design": {**stored["design"], **design, "check_in": check_in}}
    return check_draft(draft, get_host().viewer(block))


def test_the_usual_check_in_is_told() -> None:
    assert info()["usual_check_in"] == CheckIn().to_dict()


def test_a_check_in_is_judged_in_the_words_of_the_form() -> None:
    answer = checked({"late_after": 70, "late": "X", "opens_before": ""})
    assert [(each["path"], each["place"]) for each in answer["problems"]] == [
        ("design.check_in.too_late_after", "Check-in"),
        ("design.check_in.opens_before", "Check-in"),
        ("design.check_in.late", "Check-in"),
    ]
    texts = [each["text"] for each in answer["problems"]]
    assert texts[0].startswith("“Too late after” is 60 minutes, but")
    assert texts[1].startswith("“Opens before” is “”. Write a whole number")
    assert texts[2].startswith("The status when late is “X”, which is no code")


@pytest.mark.parametrize("settings", [None, {}, {"opens_before": 30, "late": ""}])
def test_nothing_is_said_of_the_usual_check_in(settings: Any) -> None:
    assert not any("check themselves in" in each for each in checked(settings)["sentences"])


def test_a_check_in_that_is_not_the_usual_one_is_said_with_the_rest() -> None:
    assert "check themselves in from 5 minutes" in checked({"opens_before": 5})["sentences"][-1]


def test_the_usual_minutes_are_told() -> None:
    assert info()["usual_from_minutes"] == FromMinutes().to_dict()


def test_minutes_are_judged_in_the_words_of_the_form() -> None:
    answer = checked(from_minutes={"absent_below": 80, "left_before": "", "left_early": "X"})
    assert [(each["path"], each["place"]) for each in answer["problems"]] == [
        ("design.from_minutes.absent_below", "Attendance from a report"),
        ("design.from_minutes.left_before", "Attendance from a report"),
        ("design.from_minutes.left_early", "Attendance from a report"),
    ]
    texts = [each["text"] for each in answer["problems"]]
    assert texts[0].startswith("“Absent below” is 80%, but learners count as present from 75% on")
    assert texts[1].startswith("“Stayed until” is “”. Write a whole number")
    assert texts[2].startswith("The status when left early is “X”, which is no code")
    # They mean nothing yet.
    assert answer["minutes"] is None


@pytest.mark.parametrize(
    ("settings", "lengths", "last"),
    [
        (None, "“Present” from 135, “Left early” from 18 and “Absent” below 18.", ""),
        (
            {"present_from": 50},
            "“Present” from 90, “Left early” from 18 and “Absent” below 18.",
            "“Present” from 50%",
        ),
    ],
)
def test_what_the_minutes_mean_is_said_of_a_session(settings: Any, lengths: str, last: str) -> None:
    sessions = [designs.session(end="2026-05-12T12:00")]
    answer = checked(sessions=sessions, from_minutes=settings)
    assert answer["minutes"] == f"Of the 180 minutes of “Workshop”: {lengths}"
    assert last in answer["sentences"][-1]
    assert last or "report" not in "".join(answer["sentences"])


def test_without_a_session_no_minutes_are_said() -> None:
    assert checked(sessions=[])["minutes"] == ""
