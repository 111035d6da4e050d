"""What the editor starts from: the unit, its course, the author's own clock and zones."""

from __future__ import annotations

from typing import Any

import pytest

from blended_xblock.hosts import get_host
from blended_xblock.pages.editor import editor_page
from blended_xblock.studio_actions import stored_version
from blended_xblock.workbench.runtime import CampusRuntime
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


def test_sessions_of_another_run_are_offered_with_the_dates_of_the_tables(settings) -> None:
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
