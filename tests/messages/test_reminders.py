"""Reminders reach who is not ready when they go out, once for each press, in their own language."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from blended_xblock import api
from blended_xblock.errors import (
    ConflictError,
    InvalidInputError,
    MessageNotSentError,
    SessionNotLiveError,
)
from blended_xblock.hosts.base import Message
from blended_xblock.hosts.workbench import WorkbenchHost
from blended_xblock.messages.reminders import send_queued
from blended_xblock.models import AbsenceNotice, SentMessage, Session
from blended_xblock.workbench.models import CampusMail
from tests import factories as f
from tests.reports.test_readiness import done

pytestmark = pytest.mark.usefixtures("course")


class NoServerHost(WorkbenchHost):
    """The campus, where the server that takes messages is away, or breaks off for one person."""

    broken_for: int | None = None

    def send(self, message: Message) -> bool:
        if self.broken_for in (None, message.user_id):
            raise MessageNotSentError("No server.")
        return super().send(message)


@pytest.fixture
def no_server(settings, monkeypatch) -> Any:
    settings.BLENDED_XBLOCK_HOST = f"{__name__}.NoServerHost"
    return lambda user: monkeypatch.setattr(NoServerHost, "broken_for", user and user.pk)


def press(trainer: Any, key: str = "k", **kwargs: Any) -> api.ReminderProgress:
    return api.send_reminders(f.session_id(), actor=trainer, key=key, **kwargs)


def deliver(text: str = "") -> list[int]:
    """Do what the worker does."""
    return send_queued(list(SentMessage.objects.values_list("pk", flat=True)), text)


def readers() -> list[str]:
    return sorted(CampusMail.objects.values_list("user__username", flat=True))


def set_language(user: Any, language: str) -> None:
    user.campus_enrollments.update(language=language)


def test_only_who_is_not_ready_is_written_to(ana, ben, trainer) -> None:
    gone, absent = f.person("gone"), f.person("absent")
    api.open_roll(f.session_id(), actor=trainer)
    gone.campus_enrollments.all().delete()
    AbsenceNotice.objects.create(session=f.session(), user=absent, announced_at=timezone.now())
    done(ana, "html_demo@read", "html_demo@watch")
    done(ben, "html_demo@read")
    preview = api.preview_reminders(f.session_id(), actor=trainer)
    assert [person.username for person in preview.people] == ["ben"]
    assert (preview.absent, preview.gone) == (1, 1)
    assert SentMessage.objects.count() == 0
    assert press(trainer).waiting == 1
    assert deliver() == []
    assert readers() == ["ben"]


def test_the_message_says_when_what_and_in_whose_words(ben, trainer) -> None:
    f.person("camille", f.Role.TRAINER, first_name="Camille", last_name="Laurent")
    trainer.first_name = "Camille"
    trainer.save()
    ben.campus_enrollments.update(timezone="America/Toronto")
    done(ben, "html_demo@read")
    (sample,) = api.preview_reminders(f.session_id(), actor=trainer).samples
    press(trainer, text="See you on Tuesday <3")
    deliver("See you on Tuesday <3")
    mail = CampusMail.objects.get()
    assert (
        mail.subject == sample.message.subject == "Before “Workshop 1” on Tue 12 May: your prework"
    )
    assert mail.paragraphs == [
        "Hello ben,",
        "“Workshop 1” is on Tue 12 May, 09:00–12:00 (Paris time).",
        "By your clock that is Tue 12 May, 03:00–06:00 (Toronto time).",
        "Camille writes: See you on Tuesday <3",
        "Please do this before you come:\n• before (1 of 2 done)",
    ]
    expected = [text.replace("See you on Tuesday <3", "…") for text in mail.paragraphs]
    assert list(sample.message.paragraphs) == expected, "what was shown is what was sent"
    assert f.key("blended_unit@unit") in mail.link


def test_everybody_reads_it_in_their_own_language(ana, ben, trainer) -> None:
    set_language(ana, "fr")
    samples = api.preview_reminders(f.session_id(), actor=trainer).samples
    assert [(s.name, s.message.language) for s in samples] == [("ana", "fr"), ("ben", "en")]
    press(trainer)
    deliver()
    mails = {mail.user_id: mail for mail in CampusMail.objects.all()}
    assert (mails[ana.pk].language, mails[ben.pk].language) == ("fr", "en")
    assert "mar. 12 mai" in mails[ana.pk].paragraphs[1].lower()


def test_a_press_sent_again_reaches_nobody_twice(ana, ben, trainer) -> None:
    assert press(trainer).total == 2
    assert press(trainer).total == 2
    deliver()
    deliver()
    press(trainer)
    deliver()
    assert readers() == ["ana", "ben"]
    progress = api.get_reminder_progress(f.session_id(), "k")
    assert (progress.total, progress.sent, progress.waiting) == (2, 2, 0)


def test_within_an_hour_nobody_is_reminded_again_unless_somebody_says_so(
    ana, ben, trainer, clock
) -> None:
    press(trainer, "first", user_ids=[ana.pk])
    deliver()
    assert api.preview_reminders(f.session_id(), actor=trainer).recent == {ana.pk}
    assert press(trainer, "second").total == 1
    deliver()
    assert readers() == ["ana", "ben"]
    with pytest.raises(ConflictError, match="nobody to remind"):
        press(trainer, "third")
    assert press(trainer, "fourth", user_ids=[ben.pk], again=True).total == 1
    deliver()
    assert readers() == ["ana", "ben", "ben"]
    clock.tick(timedelta(minutes=61))
    assert press(trainer, "fifth").total == 2


def test_the_same_key_at_another_session_is_another_press(ana, trainer) -> None:
    f.redesign(sessions=[f.meeting(1), f.meeting(2)])
    f.publish()
    press(trainer)
    assert api.send_reminders(f.session_id(2), actor=trainer, key="k").total == 1


def test_who_gets_ready_before_the_worker_comes_is_left_alone(ana, ben, trainer) -> None:
    press(trainer)
    done(ana, "html_demo@read", "html_demo@watch")
    assert deliver() == []
    assert readers() == ["ben"]
    progress = api.get_reminder_progress(f.session_id(), "k")
    assert (progress.sent, progress.not_needed, progress.waiting) == (1, 1, 0)


def test_a_shut_account_is_told_apart_from_a_failure(ana, ben, trainer) -> None:
    press(trainer)
    ana.is_active = False
    ana.save()
    assert deliver() == []
    progress = api.get_reminder_progress(f.session_id(), "k")
    assert (progress.sent, progress.waiting, progress.failed) == (1, 0, ())
    assert progress.not_needed + progress.unwanted == 1


def test_one_failure_keeps_nobody_else_from_theirs_and_is_tried_again(
    ana, ben, trainer, no_server
) -> None:
    no_server(ana)
    press(trainer)
    (failed,) = deliver()
    assert readers() == ["ben"]
    progress = api.get_reminder_progress(f.session_id(), "k")
    assert (progress.sent, progress.failed, progress.waiting) == (1, (ana.pk,), 0)
    assert SentMessage.objects.get(pk=failed).user_id == ana.pk
    no_server(f.person("somebody else"))
    assert press(trainer, user_ids=[ana.pk, ben.pk]).waiting == 1, "the same press again"
    assert deliver() == []
    assert readers() == ["ana", "ben"]


def test_what_cannot_be_is_refused(ana, trainer, clock) -> None:
    with pytest.raises(InvalidInputError, match="at most 500"):
        press(trainer, text="x" * 501)
    for key in ("", "k" * 41, "\ud800"):
        with pytest.raises(InvalidInputError):
            press(trainer, key)
    Session.objects.update(state="cancelled")
    with pytest.raises(SessionNotLiveError):
        press(trainer)
    Session.objects.update(state="scheduled")
    clock.move_to(f.session().ends_at)
    for ask in (press, lambda actor: api.preview_reminders(f.session_id(), actor=actor)):
        with pytest.raises(ConflictError, match="over"):
            ask(trainer)
    assert SentMessage.objects.count() == 0
