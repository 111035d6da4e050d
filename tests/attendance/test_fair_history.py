"""What happens to a course afterwards changes no figure of a session that was taken."""

from __future__ import annotations

from typing import Any

import pytest

from blended_xblock import api
from blended_xblock.attendance.roster import list_audience
from blended_xblock.models import AttendanceRecord, SessionTrainer, Standing
from blended_xblock.pages.instructor import instructor_page
from blended_xblock.pages.learner import learner_page
from blended_xblock.pages.roll import roll_page
from blended_xblock.reports.readiness import list_readiness
from blended_xblock.workbench.models import CampusEnrollment
from tests import factories as f

pytestmark = pytest.mark.usefixtures("course")


def figures() -> dict[str, Any]:
    """Return every figure of the first session that a page or a report shows."""
    page = roll_page(f.session(), may_waive=False, sees_addresses=True)
    panel = instructor_page(f.unit(), may_waive=False)
    return {
        "counts": {count.status.code: count.n for count in page.counts},
        "expected": page.expected_count,
        "unmarked": page.unmarked_count,
        "found": sorted(row.username for row in page.rows),
        "waiting": [tab.waiting for tab in panel.sessions],
        "close": api.preview_close(f.session_id()).user_ids,
        "standings": {
            row.user_id: (row.is_met, row.pending_from, row.figures)
            for row in Standing.objects.all()
        },
    }


@pytest.fixture
def taken(trainer, ana, ben, clock) -> dict[str, Any]:
    """Take a roll of Paris: Ana was there, Ben not, Cleo is unmarked."""
    f.redesign(sessions=[f.meeting(audience=["Paris"])])
    f.publish()
    f.person("cleo", cohort="Paris")
    CampusEnrollment.objects.filter(user__in=[ana, ben]).update(cohort="Paris")
    f.take_roll(trainer, {ana: "P", ben: "A"})
    clock.move_to("2026-05-13")
    return figures()


def changed(*users: Any) -> None:
    """Let the host tell us, as it does after each change."""
    api.learners_changed(f.COURSE, [user.pk for user in users])


def test_who_left_the_course_stays_in_the_record(taken, ana, ben) -> None:
    CampusEnrollment.objects.filter(user__in=[ana, ben]).delete()
    changed(ana, ben)
    assert figures() == taken
    assert {
        row.username for row in roll_page(f.session(), may_waive=False, sees_addresses=True).rows
    } >= {"ana", "ben"}


def test_who_changed_cohort_stays_where_they_were(taken, ana, ben) -> None:
    CampusEnrollment.objects.filter(user__in=[ana, ben]).update(cohort="Lyon")
    changed(ana, ben)
    assert figures() == taken


@pytest.mark.parametrize("cohort", ["Paris", "Lyon"])
def test_who_came_into_the_cohort_afterwards_was_not_expected(taken, cohort) -> None:
    late = f.person("late", cohort="Lyon")
    changed(late)
    CampusEnrollment.objects.filter(user=late).update(cohort=cohort)
    changed(late)
    now = figures()
    standings = now.pop("standings")
    assert standings.pop(late.pk)[1] is None, "no session is owed to them"
    assert (now | {"standings": standings}) == taken


def test_a_change_of_the_audience_changes_no_roll(taken) -> None:
    f.redesign(sessions=[f.meeting(audience=["Lyon"])])
    f.publish()
    assert figures() == taken


def test_a_roll_that_is_reopened_keeps_its_roster(taken, trainer, ana) -> None:
    f.person("late", cohort="Paris")
    CampusEnrollment.objects.filter(user=ana).delete()
    api.close_roll(f.session_id(), actor=trainer)
    api.reopen_roll(f.session_id(), actor=trainer, undo_absences=True)
    assert figures() == taken


def test_who_enrolled_after_a_session_was_not_expected_at_it(trainer, ana, clock) -> None:
    """Also where nobody has opened its roll yet."""
    clock.move_to("2026-06-01")
    late = f.person("late", enrolled_at=f.FIRST_END.replace(day=20))
    changed(late)
    assert [learner.username for learner in list_audience(f.session())] == ["ana"]
    assert roll_page(f.session(), may_waive=False, sees_addresses=True).expected_count == 1
    assert instructor_page(f.unit(), may_waive=False).sessions[0].waiting.startswith("1 ")
    assert api.open_roll(f.session_id(), actor=trainer).expected == 1
    assert f.standing(late).pending_from is None


# Who teaches a session is no learner of it


@pytest.fixture
def teaching(ana, ben) -> Any:
    SessionTrainer.objects.create(session=f.session(), user=ana)
    return ana


def test_who_teaches_a_session_is_not_expected_as_a_learner(teaching, trainer, ben) -> None:
    assert roll_page(f.session(), may_waive=False, sees_addresses=True).expected_count == 1
    assert [row.user_id for row in list_readiness(f.session())] == [ben.pk]
    assert api.open_roll(f.session_id(), actor=trainer).expected == 1
    assert not AttendanceRecord.objects.filter(user=teaching).exists()


def test_nothing_is_owed_to_who_teaches(teaching, ana, ben, clock) -> None:
    changed(ana, ben)
    assert (f.standing(ana).pending_from, f.standing(ben).pending_from) == (None, f.FIRST_END)
    page = learner_page(f.unit(), ana, zone=None)
    assert (page.next_session, page.upcoming, page.past) == (None, (), ())


def test_who_no_longer_teaches_is_expected_again(teaching, trainer, ana, clock) -> None:
    changed(ana)
    api.revoke_trainer(f.session_id(), ana.pk, actor=trainer)
    assert f.standing(ana).pending_from == f.FIRST_END
    assert api.open_roll(f.session_id(), actor=trainer).expected == 2


def test_who_teaches_one_session_is_a_learner_of_the_others(teaching, trainer, ana) -> None:
    f.redesign(sessions=[f.meeting(1), f.meeting(2)])
    f.publish()
    assert api.open_roll(f.session_id(2), actor=trainer).expected == 2


def test_invited_after_the_roll_was_opened_they_do_not_become_absent(trainer, ana, ben) -> None:
    api.open_roll(f.session_id(), actor=trainer)
    api.invite_trainer(f.session_id(), "ana", actor=trainer)
    assert api.preview_close(f.session_id()).user_ids == (ben.pk,)
    api.revoke_trainer(f.session_id(), ana.pk, actor=trainer)
    assert set(api.preview_close(f.session_id()).user_ids) == {ana.pk, ben.pk}


@pytest.mark.parametrize("status", ["P", "A"])
def test_invited_after_they_were_marked_the_mark_stays(trainer, ana, status) -> None:
    f.take_roll(trainer, {ana: status})
    before = figures()
    api.invite_trainer(f.session_id(), "ana", actor=trainer)
    assert figures() == before
