"""What a learner's page says of their absences, appeals and records, and what it offers."""

from __future__ import annotations

from typing import Any

import pytest

from blended_xblock import api
from blended_xblock.models import CheckInDesk
from blended_xblock.pages.learner import LearnerSession, learner_page
from tests import factories as f
from tests.ask import ask
from tests.counting import Counted

pytestmark = pytest.mark.usefixtures("clock", "db")


def here(n: int = 1) -> dict[str, str]:
    return {"session": str(f.session_id(n))}


def item(user: Any, n: int = 1, zone: str | None = None) -> LearnerSession:
    """Return one session of the learner's page."""
    view = learner_page(f.unit(), user, zone=zone)
    shown = [view.next_session, *view.upcoming, *view.past]
    (found,) = [each for each in shown if each and each.card.id == str(f.session_id(n))]
    return found


def told(user: Any, n: int = 2, instead: int | None = None) -> None:
    api.announce_absence(f.session_id(n), user=user, reason="Ill")
    if instead:
        api.choose_alternative(f.session_id(n), f.session_id(instead), user=user)


# Absences


def test_only_what_has_not_begun_can_be_announced(ana, clock) -> None:
    f.build_course(unit=f.design(f.meeting(1), f.meeting(2)))
    assert [item(ana, n).own.can_announce for n in (1, 2)] == [False, True]
    told(ana)
    assert not item(ana, 2).own.can_announce


def test_an_announced_absence_says_when_why_and_where_instead(ana) -> None:
    f.build_course(unit=f.design(f.meeting(1), f.meeting(2), f.meeting(3)))
    told(ana, instead=3)
    absence = item(ana, 2, zone="Asia/Tokyo").own.absence
    assert (absence.reason, absence.announced) == ("Ill", "Tue 12 May, 17:00")
    assert absence.instead == (
        "Workshop 3 · Tue 26 May, 09:00–12:00 (Paris time); "
        "for you: Tue 26 May, 16:00–19:00 (Tokyo time)",
    )
    assert "Workshop 2 · Tue 19 May" in item(ana, 3).own.replaces


def test_a_session_of_another_cohort_appears_once_it_is_chosen() -> None:
    f.build_course(unit=f.design(f.meeting(2, audience=["Paris"]), f.meeting(3, audience=["Lyon"])))
    paris = f.person("p", cohort="Paris")
    view = learner_page(f.unit(), paris)
    assert view.upcoming == ()
    told(paris, instead=3)
    assert item(paris, 3).calendar
    assert ask(paris, "calendar", here(3)).status_code == 200


def test_what_can_still_be_changed(ana, clock) -> None:
    f.build_course(unit=f.design(f.meeting(2), f.meeting(3), f.meeting(4)))
    told(ana, instead=3)

    def can() -> tuple[bool, bool, bool]:
        absence = item(ana, 2).own.absence
        return absence.can_change, absence.can_choose, absence.can_withdraw

    assert can() == (True, True, True)
    clock.move_to(f.session(2).starts_at)
    assert can() == (True, True, False)
    clock.move_to(f.session(3).starts_at)
    assert can() == (False, False, False)


def test_no_other_date_is_promised_where_there_is_none(ana) -> None:
    f.build_course(unit=f.design(f.meeting(1), f.meeting(2)))
    told(ana)
    assert not item(ana, 2).own.absence.can_choose


# Appeals and history


def test_an_appeal_is_offered_once_something_is_recorded_or_over(ana, trainer, clock) -> None:
    f.build_course(unit=f.design(f.meeting(1), f.meeting(2)))
    assert [item(ana, n).own.can_appeal for n in (1, 2)] == [False, False]
    f.take_roll(trainer, {ana: "A"})
    assert item(ana).own.can_appeal
    api.make_appeal(f.session_id(), user=ana, text="I was there.")
    assert not item(ana).own.can_appeal
    present = f.person("present")
    f.give(trainer, [api.Mark(present.pk, "P")])
    assert not item(present).own.can_appeal, "she is in the room"
    clock.move_to(f.session(2).ends_at)
    assert item(ana, 2).own.can_appeal
    assert item(present).own.can_appeal


def test_the_answer_stands_below_the_record_with_who_and_when(ana, trainer, clock) -> None:
    f.build_course()
    f.take_roll(trainer, {ana: "A"})
    made = api.make_appeal(f.session_id(), user=ana, text="I was there.")
    clock.move_to("2026-05-13T08:00:00Z")
    colleague = f.person("colleague", f.Role.TRAINER, first_name="Cleo")
    api.answer_appeal(made.id, actor=colleague, accept=True, answer="You are right.", status="P")
    (appeal,) = item(ana, zone="Europe/Paris").own.appeals
    assert (appeal.state, appeal.text, appeal.made) == (
        "accepted",
        "I was there.",
        "Tue 12 May, 10:00",
    )
    assert (appeal.answer, appeal.answered) == ("You are right.", "Cleo, Wed 13 May, 10:00")
    assert learner_page(f.unit(), ana).has_past_news


def test_what_was_taken_back_is_not_shown(ana, trainer) -> None:
    f.build_course()
    f.take_roll(trainer, {ana: "A"})
    api.make_appeal(f.session_id(), user=ana, text="I was there.")
    api.withdraw_appeal(f.session_id(), user=ana)
    assert item(ana).own.appeals == ()


def test_the_history_says_who_when_and_why_and_never_the_note(ana, ben, trainer) -> None:
    f.build_course()
    f.take_roll(trainer, {ana: "A", ben: "P"})
    f.give(trainer, [api.Mark(ana.pk, "A", note="Argued.")])
    f.give(trainer, [api.Mark(ana.pk, "L", note="Argued.", reason="Seen at the door.")])
    answer = ask(ana, "own_history", here()).text
    assert "Absent → Late" in answer
    assert "trainer · Tue 12 May, 10:00" in answer
    assert "Seen at the door." in answer
    assert "Argued" not in answer
    assert "Present" not in answer, "that is somebody else's"


def test_a_history_names_nobody_else_whatever_is_asked_for(ana, ben, trainer) -> None:
    f.build_course()
    f.take_roll(trainer, {ana: "A", ben: "P"})
    answer = ask(ana, "own_history", here() | {"user": str(ben.pk), "user_id": str(ben.pk)})
    assert "Absent" in answer.text
    assert "Present" not in answer.text


def test_another_cohorts_session_has_no_history_and_no_offers() -> None:
    f.build_course(unit=f.design(f.meeting(1), f.meeting(2, audience=["Paris"])))
    lyon = f.person("l", cohort="Lyon")
    for handler in ("own_history", "absence_options"):
        assert ask(lyon, handler, here(2)).status_code == 404
        assert ask(lyon, handler, here(1)).status_code == 200


# Check-in


@pytest.mark.parametrize(
    ("moment", "state", "shown"),
    [
        ("2026-05-12T05:00:00Z", None, None),
        ("2026-05-12T08:00:00Z", None, (True, False)),
        ("2026-05-12T08:00:00Z", "auto", (True, True)),
        ("2026-05-12T08:00:00Z", "open", (True, True)),
        ("2026-05-12T08:00:00Z", "paused", (False, False)),
        ("2026-05-12T10:00:00Z", None, None),
        ("2026-05-12T10:00:00Z", "auto", None),
    ],
)
def test_check_in_shows_while_there_is_one(ana, clock, moment, state, shown) -> None:
    f.build_course()
    if state:
        CheckInDesk.objects.create(session=f.session(), secret="0" * 64, state=state)
    clock.move_to(moment)
    check_in = item(ana).own.check_in
    assert (check_in and (check_in.is_open, check_in.is_expected)) == shown


def test_whoever_is_recorded_has_nothing_to_check_in_for(ana, trainer) -> None:
    f.build_course()
    f.take_roll(trainer, {ana: "P"})
    assert item(ana).own.check_in is None


# What it costs, and hostile words


@pytest.mark.parametrize("sessions", [2, 12])
def test_the_page_costs_ten_queries_with_all_of_it(trainer, sessions) -> None:
    ana = f.person("ana", cohort="Lyon")
    f.build_course(
        unit=f.design(
            *(f.meeting(n, audience=["Lyon"]) for n in range(1, sessions + 1)),
            make_ups=[{"block": "sequence_demo@instead"}],
        )
    )
    f.take_roll(trainer, {ana: "A"})
    CheckInDesk.objects.create(session=f.session(), secret="0" * 64, state="open")
    made = api.make_appeal(f.session_id(), user=ana, text="x")
    api.answer_appeal(made.id, actor=f.person("c", f.Role.TRAINER), accept=False, answer="No.")
    told(ana, instead=sessions if sessions > 2 else None)
    with Counted() as counted:
        assert ask(ana, "own_page").status_code == 200
    # Two of them are the campus's: it loads the stored course, and asks for its gates.
    assert counted.n <= 12, str(counted)


SCRIPT = '<script>alert("x")</script><img src=x onerror=alert(1)>'


def test_words_are_shown_as_words(ana, trainer) -> None:
    f.build_course(unit=f.design(f.meeting(1), f.meeting(2)))
    f.take_roll(trainer, {ana: "A"})
    made = api.make_appeal(f.session_id(), user=ana, text=SCRIPT)
    api.announce_absence(f.session_id(2), user=ana, reason=SCRIPT)
    inbox = [ask(trainer, "inbox", here(n)).text for n in (1, 2)]
    api.answer_appeal(made.id, actor=trainer, accept=True, answer=SCRIPT, status="P")
    answers = [
        ask(ana, "own_page").text,
        ask(ana, "own_history", here()).text,
        ask(trainer, "inbox", here()).text,
        ask(trainer, "board", here(2)).text,
        *inbox,
    ]
    for answer in answers:
        assert "&lt;script&gt;" in answer
        assert "<script>" not in answer
        assert "<img" not in answer


@pytest.mark.parametrize("text", [None, 7, [], {}, "", "x" * 2001, "a\0b", "\ud800"])
def test_what_is_no_text_is_refused(ana, trainer, text) -> None:
    f.build_course(unit=f.design(f.meeting(1), f.meeting(2)))
    f.take_roll(trainer, {ana: "A"})
    assert ask(ana, "appeal", here() | {"text": text, "key": "k"}).status_code == 400
    if text != "":
        assert ask(ana, "announce_absence", here(2) | {"reason": text}).status_code == 400
        instead = here(2) | {"instead": text}
        assert ask(ana, "choose_alternative", instead).status_code in {400, 404}


def test_five_megabytes_are_refused_at_once(ana, trainer) -> None:
    f.build_course(unit=f.design(f.meeting(1), f.meeting(2)))
    f.take_roll(trainer, {ana: "A"})
    much = "x" * 5_000_000
    assert ask(ana, "appeal", here() | {"text": much}).status_code == 400
    assert ask(ana, "announce_absence", here(2) | {"reason": much}).status_code == 400
    assert ask(ana, "appeal", here() | {"text": "x", "key": much}).status_code == 400
