"""``blended_sync`` and ``blended_results``: what an operator types, reads and gets as exit code."""

from __future__ import annotations

from io import StringIO
from typing import Any, ClassVar

import pytest
from completion.waffle import ENABLE_COMPLETION_TRACKING_SWITCH
from django.core.management import call_command
from django.core.management.base import CommandError
from waffle.models import Switch

from blended_xblock import api
from blended_xblock.hosts.base import PublishedUnit
from blended_xblock.hosts.workbench import WorkbenchHost
from blended_xblock.models import AttendanceRecord, BlendedUnit, CourseGate, GatedBlock, Standing
from blended_xblock.results.score import Score
from blended_xblock.workbench.scores import get_scores
from tests import factories as f
from tests.ask import all_rows

COMMANDS = ("blended_sync", "blended_results")
FULL = (100, 100)


def run(command: str, *arguments: str) -> tuple[int, str, str]:
    """Return the exit code, and what stands on the two outputs."""
    out, err = StringIO(), StringIO()
    code = 0
    try:
        call_command(command, *arguments, stdout=out, stderr=err)
    except CommandError as error:
        code = error.returncode
        err.write(f"{error}\n")
    return code, out.getvalue(), err.getvalue()


class TroubledHost(WorkbenchHost):
    """A platform of two courses, one of which cannot be read, and a learner without a gradebook."""

    unlucky: ClassVar[int] = 0

    def course_keys(self) -> list[str]:
        return [f.OTHER_COURSE, f.COURSE]

    def has_units(self, course_key: str) -> bool:
        return course_key == f.OTHER_COURSE or super().has_units(course_key)

    def published_units(self, course_key: str) -> list[PublishedUnit]:
        return super().published_units(course_key)

    def outline(self, course_key: str) -> Any:
        if course_key == f.OTHER_COURSE:
            raise OSError("the module store is away")
        return super().outline(course_key)

    def publish_score(
        self, course_key: str, usage_key: str, user_id: int, score: Score | None
    ) -> None:
        if user_id == TroubledHost.unlucky:
            raise OSError("the gradebook is away")
        super().publish_score(course_key, usage_key, user_id, score)


@pytest.fixture
def trouble(settings: Any) -> None:
    settings.BLENDED_XBLOCK_HOST = f"{__name__}.TroubledHost"


@pytest.fixture
def marked(course: None, trainer: Any, ana: Any, ben: Any) -> None:
    """Record two learners, without publishing anything: nothing is committed here."""
    Switch.objects.create(name=ENABLE_COMPLETION_TRACKING_SWITCH.name, active=True)
    f.take_roll(trainer, {ana: "P", ben: "A"})


def scores(*users: Any) -> list[tuple[int, int] | None]:
    return [get_scores(user).get(f.unit_key()) for user in users]


# Both


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("arguments", [(), (f.COURSE, "--all")])
def test_it_asks_which_courses(db, command, arguments) -> None:
    assert run(command, *arguments) == (1, "", "Name the courses, or say --all.\n")


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("unknown", [f.OTHER_COURSE, "course-v1:Typo", "no key at all"])
def test_a_course_it_does_not_know_is_said(marked, command, unknown) -> None:
    before = all_rows()
    assert run(command, unknown) == (0, f"{unknown}: no blended units\n", "")
    assert all_rows() == before


@pytest.mark.parametrize("command", COMMANDS)
def test_all_courses_of_an_empty_platform_are_none(db, command) -> None:
    assert run(command, "--all") == (0, "", "")


# blended_sync


@pytest.mark.parametrize("which", [f.COURSE, "--all"])
def test_a_sync_mends_the_tables_and_says_what_it_found(course, which) -> None:
    gates = CourseGate.objects.get().gates
    GatedBlock.objects.all().delete()
    CourseGate.objects.all().delete()
    said = f"{f.COURSE}: 1 units, 1 sessions (0 to confirm, 0 removed), 4 gated blocks\n"
    assert run("blended_sync", which) == (0, said, "")
    assert CourseGate.objects.get().gates == gates
    before = all_rows()
    assert run("blended_sync", which) == (0, said, ""), "and again the same"
    assert all_rows() == before


def test_a_sync_tells_what_the_course_team_should_know(course) -> None:
    f.redesign(follow_ups=[{"block": "sequence_demo@gone"}])
    code, said, _errors = run("blended_sync", f.COURSE)
    first, *warnings = said.splitlines()
    assert (code, first.endswith("0 gated blocks")) == (0, True)
    assert any("sequence_demo@gone" in warning for warning in warnings)
    assert all(warning.startswith("  ") for warning in warnings)


def test_a_sync_keeps_what_was_recorded(marked) -> None:
    before = list(AttendanceRecord.objects.order_by("pk").values())
    f.move("blended_unit@unit", None)
    assert run("blended_sync", f.COURSE)[0] == 0
    assert not BlendedUnit.objects.get().is_active
    assert list(AttendanceRecord.objects.order_by("pk").values()) == before


def test_a_sync_decides_again_about_every_learner(marked, ana, ben) -> None:
    """Of an enrolment, or of a mark in a restored database, nobody may have told us."""
    Standing.objects.filter(user=ana).update(is_met=False, openings=[])
    Standing.objects.filter(user=ben).delete()
    assert not api.is_open(f.AFTER, ana.pk)
    assert run("blended_sync", f.COURSE)[0] == 0
    assert api.is_open(f.AFTER, ana.pk)
    assert not f.standing(ben).is_met


def test_a_sync_goes_on_after_a_course_that_fails(course, trouble) -> None:
    code, said, errors = run("blended_sync", "--all")
    assert code == 1
    assert said.startswith(f"{f.COURSE}: 1 units")
    assert errors == f"{f.OTHER_COURSE}: failed: the module store is away\n1 failed.\n"


# blended_results


@pytest.mark.parametrize("which", [f.COURSE, "--all"])
def test_results_are_published_again(marked, ana, ben, which) -> None:
    assert scores(ana, ben) == [None, None]
    said = f"{f.unit()}: 2 of 2 published\n"
    assert run("blended_results", which) == (0, said, "")
    assert scores(ana, ben) == [FULL, (0, 100)]
    assert run("blended_results", which) == (0, said, ""), "and again the same"
    assert scores(ana, ben) == [FULL, (0, 100)]


def test_results_of_a_course_named_beside_an_unknown_one(marked, ana) -> None:
    code, said, _errors = run("blended_results", f.OTHER_COURSE, f.COURSE)
    assert (code, said.splitlines()) == (
        0,
        [f"{f.OTHER_COURSE}: no blended units", f"{f.unit()}: 2 of 2 published"],
    )
    assert scores(ana) == [FULL]


def test_a_learner_who_fails_is_counted_and_the_others_are_done(marked, trouble, ana, ben) -> None:
    TroubledHost.unlucky = ana.pk
    code, said, errors = run("blended_results", f.COURSE)
    assert (code, errors) == (1, "1 failed; the log says why.\n")
    assert said == f"{f.unit()}: 1 of 2 published\n"
    assert scores(ana, ben) == [None, (0, 100)]
    TroubledHost.unlucky = 0
    assert run("blended_results", f.COURSE)[0] == 0
    assert scores(ana) == [FULL]


def test_more_learners_than_fit_into_one_piece_are_all_published(course, trainer) -> None:
    Switch.objects.create(name=ENABLE_COMPLETION_TRACKING_SWITCH.name, active=True)
    users = f.crowd(101)
    f.take_roll(trainer, dict.fromkeys(users, "P"))
    assert run("blended_results", f.COURSE)[1] == f"{f.unit()}: 101 of 101 published\n"
    assert scores(users[0], users[-1]) == [FULL, FULL]
