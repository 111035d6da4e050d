"""How a record came to be, in words: for whoever takes the roll, and for the learner."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from blended_xblock import api
from blended_xblock.models import AttendanceChange
from blended_xblock.pages.history import history_lines, own_history_lines
from tests import factories as f

pytestmark = pytest.mark.usefixtures("course")


@pytest.fixture(autouse=True)
def _open(course, trainer, ana) -> None:
    api.open_roll(f.session_id(), actor=trainer)


def newest(user: Any) -> tuple[str, str]:
    line = history_lines(f.session(), user.pk)[0]
    return line.text, line.detail


def test_all_that_was_said_is_said_in_words(trainer, ana) -> None:
    at = timezone.now()
    mark = api.Mark(
        ana.pk,
        "D",
        90,
        "remote",
        "Sound was bad.",
        reason="Left for the train.",
        arrived_at=at - timedelta(minutes=50),
        left_at=at,
    )
    f.give(trainer, [mark])
    text, detail = newest(ana)
    assert text == (
        "not marked → Left early, 90 minutes, online, arrived 09:10, left 10:00, “Sound was bad.”"
    )
    assert detail == "trainer · Tue 12 May, 10:00 · on the roll · reason: Left for the train."


def test_a_mark_that_came_later_says_when(trainer, ana, clock) -> None:
    made = timezone.now()
    clock.tick(40)
    f.give(trainer, [api.Mark(ana.pk, "P", at=made)])
    assert "arrived later" not in newest(ana)[1]
    clock.tick(3600)
    f.give(trainer, [api.Mark(ana.pk, "L", at=made, base=1)])
    assert "10:00 · arrived later, at Tue 12 May, 11:00" in newest(ana)[1]


def test_a_mark_that_lost_says_so(trainer, ana) -> None:
    f.give(trainer, [api.Mark(ana.pk, "A", base=0)])
    f.give(trainer, [api.Mark(ana.pk, "P", base=0, at=timezone.now() - timedelta(seconds=5))])
    line = history_lines(f.session(), ana.pk)[0]
    assert (line.is_applied, line.text) == (False, "Absent → Present")
    assert line.detail.endswith("not applied: a newer mark stood there")


def test_confirming_what_stood_is_no_arrow(trainer, ana) -> None:
    f.give(trainer, [api.Mark(ana.pk, "P")])
    f.give(trainer, [api.Mark(ana.pk, "P", request_key="k")])
    assert newest(ana)[0] == "Present"


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("everyone", "undone: everyone marked at once"),
        ("selection", "undone: several marked at once"),
    ],
)
def test_an_undo_says_what_it_undid(trainer, ana, kind, words) -> None:
    report = api.record_many(f.session_id(), "P", actor=trainer, kind=kind)
    api.undo_bulk(f.session_id(), report.bulk_id, actor=trainer)
    assert words in newest(ana)[1]


@pytest.mark.parametrize(
    "source",
    [
        *("roll", "everyone", "selection", "close", "check_in", "pass", "settled"),
        *("undo", "reset", "guest", "appeal", "import", "absence"),
    ],
)
def test_every_source_has_words(trainer, ana, source) -> None:
    f.give(trainer, [api.Mark(ana.pk, "P")], source=source)
    assert newest(ana)[1].split(" · ")[-1] not in {source, ""}


def test_a_learner_reads_their_own_history_without_notes(trainer, ana, ben, clock) -> None:
    f.redesign(sessions=[f.meeting(1), f.meeting(2)])
    f.publish()
    f.take_roll(trainer, {ben: "P"}, 2)
    f.give(trainer, [api.Mark(ana.pk, "L", 90, note="Smelled of beer.")])
    f.give(trainer, [api.Mark(ana.pk, "L", 90, note="No.")])
    f.give(trainer, [api.Mark(ana.pk, "P", 90, reason="The clock was wrong.")])
    lines = own_history_lines(ana, f.unit())
    assert set(lines) == {f.session_id(1)}
    assert [line.text for line in lines[f.session_id(1)]] == [
        "Late, 90 minutes → Present, 90 minutes",
        "not marked → Late, 90 minutes",
    ], "a line about a note alone is none of theirs"
    assert "reason: The clock was wrong." in lines[f.session_id(1)][0].detail
    changes = api.list_own_changes(ana, f.unit())
    assert "beer" not in str(changes)
    assert AttendanceChange.objects.filter(user=ana).count() == 3


def test_somebody_without_a_history_has_none(ana) -> None:
    assert own_history_lines(ana, f.unit()) == {}
