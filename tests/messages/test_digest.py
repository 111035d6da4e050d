"""Digests: one a day to each who gives a course, of what is theirs; none where nothing waits."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from blended_xblock import jobs
from blended_xblock.hosts.base import Addressee
from blended_xblock.hosts.workbench import WorkbenchHost
from blended_xblock.messages.digest import send_digests
from blended_xblock.models import BlendedUnit, SentMessage, SessionTrainer
from blended_xblock.workbench.models import CampusMail
from tests import factories as f
from tests.counting import Counted
from tests.messages.test_reminders import NoServerHost

pytestmark = pytest.mark.django_db
AFTER_FIRST = datetime(2026, 5, 13, 5, tzinfo=UTC)
BEFORE_SECOND = datetime(2026, 5, 18, 8, tzinfo=UTC)


class HalfAHost(WorkbenchHost):
    """The campus, where one course is not to be had just now."""

    def course_team(self, course_key: str) -> list[Addressee]:
        if course_key == f.OTHER_COURSE:
            raise ConnectionError
        return super().course_team(course_key)


@pytest.fixture(autouse=True)
def _two_sessions(clock, ana) -> None:
    f.build_course(unit=f.design(f.meeting(1), f.meeting(2)))
    clock.move_to(AFTER_FIRST)


@pytest.fixture
def guest() -> Any:
    """Return somebody who gives the second session and nothing else."""
    user = f.person("guest", course=f.OTHER_COURSE)
    SessionTrainer.objects.create(session=f.session(2), user=user)
    return user


def run(**kwargs: Any) -> dict[str, list[str]]:
    (report,) = send_digests(**kwargs)
    lists = {name: getattr(report, name) for name in ("sent", "known", "unwanted", "failed")}
    return {name: people for name, people in lists.items() if people}


def texts(username: str) -> list[list[str]]:
    return [m.paragraphs for m in CampusMail.objects.filter(user__username=username)]


def test_staff_read_what_waits_and_a_trainer_of_their_own_only(trainer, guest, ana, clock) -> None:
    assert run() == {"sent": ["trainer"]}
    (paragraphs,) = texts("trainer")
    assert paragraphs == [
        "Hello trainer,",
        "This waits for you:\n"
        "• Workshop 1, Tue 12 May: The roll was not taken: 1 learner waits for it. Take the roll.",
    ]
    mail = CampusMail.objects.get()
    assert mail.subject == "1 thing waits for you"
    assert f.unit_key() in mail.link
    clock.move_to(BEFORE_SECOND)
    assert run() == {"sent": ["trainer", "guest"]}
    assert texts("guest") == [
        [
            "Hello guest,",
            "You meet within the next 24 hours:\n"
            "• Workshop 2, Tue 19 May, 09:00–12:00 (Paris time)",
        ]
    ]
    mail = CampusMail.objects.get(user=guest)
    assert mail.subject == "Your sessions of the next 24 hours"
    assert mail.link.endswith("/blended/sessions/")
    assert not texts("ana")


def test_where_there_is_nothing_to_say_nothing_is_sent(trainer, clock) -> None:
    clock.move_to(f.session().starts_at - timedelta(hours=25))
    assert run() == {}
    SessionTrainer.objects.create(session=f.session(), user=f.person("g"), revoked_at=f.LONG_AGO)
    clock.move_to(f.session().starts_at - timedelta(hours=23))
    assert run() == {"sent": ["trainer"]}


def test_at_most_one_a_day_by_the_readers_own_calendar(trainer, clock) -> None:
    trainer.campus_enrollments.update(timezone="Asia/Tokyo")
    clock.move_to(datetime(2026, 5, 13, 14, 30, tzinfo=UTC))  # 23:30 in Tokyo
    assert run() == {"sent": ["trainer"]}
    assert run() == {"known": ["trainer"]}
    clock.tick(timedelta(hours=1))
    assert run() == {"sent": ["trainer"]}
    assert CampusMail.objects.count() == 2


def test_each_reads_in_their_own_language_and_by_their_own_clock(trainer, clock) -> None:
    trainer.campus_enrollments.update(language="fr", timezone="America/Toronto")
    clock.move_to(BEFORE_SECOND)
    run()
    mail = CampusMail.objects.get()
    assert mail.language == "fr"
    assert "mar. 19 mai" in mail.paragraphs[-1].lower()
    assert "03:00–06:00" in mail.paragraphs[-1]


def test_only_staff_read_of_jobs_that_failed(trainer, guest, clock) -> None:
    jobs.keep_failure("blended_xblock.sync_course", [f.COURSE], KeyError(), course_key=f.COURSE)
    clock.move_to(BEFORE_SECOND)
    run()
    assert "publish" in texts("trainer")[0][1]
    assert "publish" not in str(texts("guest"))


def test_a_failure_is_sent_by_the_next_run_and_keeps_nobody_from_theirs(
    trainer, settings, monkeypatch
) -> None:
    f.person("author", f.Role.AUTHOR)
    settings.BLENDED_XBLOCK_HOST = "tests.messages.test_reminders.NoServerHost"
    monkeypatch.setattr(NoServerHost, "broken_for", trainer.pk)
    assert run() == {"sent": ["author"], "failed": ["trainer"]}
    with pytest.raises(CommandError, match="1 failed"):
        call_command("blended_digest", "--all", stdout=StringIO())
    monkeypatch.setattr(NoServerHost, "broken_for", -1)
    assert run() == {"sent": ["trainer"], "known": ["author"]}


def test_a_course_that_cannot_be_read_keeps_no_other_from_its_digests(trainer, settings) -> None:
    BlendedUnit.objects.create(usage_key="x", course_key=f.OTHER_COURSE, partition_id=1)
    settings.BLENDED_XBLOCK_HOST = "tests.messages.test_digest.HalfAHost"
    reports = {report.course_key: report for report in send_digests()}
    assert reports[f.OTHER_COURSE].failed == [f.OTHER_COURSE]
    assert reports[f.COURSE].sent == ["trainer"]


def test_a_dry_run_says_who_would_get_what(trainer) -> None:
    said = StringIO()
    call_command("blended_digest", f.COURSE, "--dry-run", stdout=said)
    assert "to trainer: 1 thing waits for you" in said.getvalue()
    assert "Take the roll." in said.getvalue()
    assert (SentMessage.objects.count(), CampusMail.objects.count()) == (0, 0)
    run()
    said = StringIO()
    call_command("blended_digest", f.COURSE, "--dry-run", stdout=said)
    assert said.getvalue() == ""


@pytest.mark.parametrize("arguments", [(), (f.COURSE, "--all")])
def test_the_command_wants_courses_or_all(arguments) -> None:
    with pytest.raises(CommandError, match="Name the courses"):
        call_command("blended_digest", *arguments)


@pytest.mark.parametrize("many", [2, 100])
def test_any_number_of_sessions_costs_the_same(many, trainer, clock) -> None:
    f.redesign(sessions=[f.meeting(n) for n in range(1, many + 1)])
    f.publish()
    clock.move_to(f.session(many).ends_at)
    with Counted() as counted:
        run()
    assert counted.n <= 24, str(counted)
