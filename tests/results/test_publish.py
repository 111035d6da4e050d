"""What is published is what is true when it runs: late, twice, or overtaken by a correction."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any, ClassVar

import pytest
from celery import Celery
from celery.signals import before_task_publish
from completion.models import BlockCompletion
from django.contrib.auth import get_user_model
from django.db import transaction
from submissions.models import Score as StoredScore

from blended_xblock import api, tasks
from blended_xblock.attendance.recording import clear_records
from blended_xblock.hosts.workbench import WorkbenchHost
from blended_xblock.models import AttendanceChange, AttendanceRecord, BlendedUnit, Waiver
from blended_xblock.results.publish import publish_results, results_of
from blended_xblock.results.score import Score
from blended_xblock.workbench.celery import app
from blended_xblock.workbench.people import anonymous_id
from blended_xblock.workbench.runtime import CampusRuntime
from blended_xblock.workbench.scores import get_scores
from tests import factories as f
from tests.counting import Counted

pytestmark = pytest.mark.usefixtures("tracking")
THREE = f.design(*(f.meeting(n) for n in (1, 2, 3)))


def score_of(user: Any, name: str = "unit") -> tuple[int, int] | None:
    """Return the points earned and possible that the gradebook has."""
    return get_scores(user).get(f.unit_key(name))


def completion_of(user: Any, name: str = "unit") -> float | None:
    row = BlockCompletion.objects.filter(user=user, block_key=f.unit_key(name)).first()
    return row and row.completion


@pytest.fixture
def three(db: None, clock: Any) -> None:
    """Give a unit of three sessions, of which one runs and two are to come."""
    f.build_course(unit=THREE)


@pytest.fixture
def committed(django_capture_on_commit_callbacks: Any) -> Callable[..., Any]:
    """Return a context whose end commits: what waits for a commit then runs, Celery's tasks too."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


class HostOfTheseTests(WorkbenchHost):
    """The campus, where something happens just before a score is written."""

    before: ClassVar[Callable[[int], None] | None] = None

    def publish_score(
        self, course_key: str, usage_key: str, user_id: int, score: Score | None
    ) -> None:
        if HostOfTheseTests.before:
            HostOfTheseTests.before(user_id)
        super().publish_score(course_key, usage_key, user_id, score)


@pytest.fixture
def just_before(settings: Any) -> Iterator[Callable[[Callable[[int], None]], None]]:
    """Return what sets the thing that happens before each score is written."""
    settings.BLENDED_XBLOCK_HOST = f"{__name__}.HostOfTheseTests"

    def do(call: Callable[[int], None]) -> None:
        HostOfTheseTests.before = staticmethod(call)  # type: ignore[assignment]

    yield do
    HostOfTheseTests.before = None


# What others read once it is committed


@pytest.mark.parametrize(
    ("marks", "score", "completion"),
    [
        ("", None, None),
        ("P", (100, 100), 1.0),
        ("A", (0, 100), None),
        ("E", None, None),
        ("PA", (50, 100), 1.0),
        ("PE", (100, 100), 1.0),
        ("PAA", (33, 100), 1.0),
        ("PPA", (67, 100), 1.0),
    ],
)
def test_a_score_is_that_of_the_sessions_marked_so_far(
    three, trainer, ana, ben, committed, marks, score, completion
) -> None:
    with committed():
        for n in (1, 2, 3):
            api.open_roll(f.session_id(n), actor=trainer)
        for n, status in enumerate(marks, start=1):
            f.give(trainer, [api.Mark(ana.pk, status)], n)
    assert (score_of(ana), completion_of(ana)) == (score, completion)
    assert (score_of(ben), completion_of(ben)) == (None, None), "nobody said anything of Ben"


@pytest.mark.parametrize(
    ("first", "then", "score", "completion"),
    [
        ("P", "A", (0, 100), 0.0),
        ("A", "P", (100, 100), 1.0),
        ("P", "E", None, 0.0),
        ("P", None, None, 0.0),
    ],
)
def test_a_correction_is_published_in_both_directions(
    course, trainer, ana, committed, first, then, score, completion
) -> None:
    with committed():
        f.take_roll(trainer, {ana: first})
    before = score_of(ana)
    with committed():
        f.give(trainer, [api.Mark(ana.pk, then)])
    assert before != score
    assert (score_of(ana), completion_of(ana)) == (score, completion)


def test_a_waiver_completes_and_is_no_score(course, trainer, ana, committed) -> None:
    with committed():
        api.grant_waiver(f.unit_key(), ana.pk, actor=trainer, reason="Was ill.")
    assert (score_of(ana), completion_of(ana)) == (None, 1.0)
    with committed():
        api.revoke_waiver(f.unit_key(), ana.pk, actor=trainer)
    assert (score_of(ana), completion_of(ana)) == (None, 0.0)


def test_new_points_reach_those_who_have_a_score(course, trainer, ana, committed) -> None:
    with committed():
        f.take_roll(trainer, {ana: "P"})
    with committed():
        block = CampusRuntime().get_block(f.unit_key())
        block.weight = 7.0
        block.save()
        f.publish()
    assert score_of(ana) == (7, 7)


@pytest.mark.parametrize("status", ["P", "A"])
def test_a_cancelled_session_asks_nothing_and_what_people_did_stays(
    three, trainer, ana, committed, status
) -> None:
    with committed():
        f.take_roll(trainer, {ana: "P"}, 1)
        f.take_roll(trainer, {ana: status}, 2)
    with committed():
        f.redesign(sessions=[f.meeting(1), f.meeting(2, cancelled=True), f.meeting(3)])
        f.publish()
    assert score_of(ana) == (100, 100)
    assert len(results_of(f.unit(), [ana.pk])) == 1


# Again, late, overtaken


def test_publishing_again_writes_nothing(course, trainer, ana, ben, committed) -> None:
    with committed():
        f.take_roll(trainer, {ana: "P", ben: "A"})

    def stored() -> tuple[list[Any], list[Any]]:
        return (
            list(StoredScore.objects.order_by("pk").values()),
            list(BlockCompletion.objects.order_by("pk").values()),
        )

    before = stored()
    assert publish_results(f.unit().pk, [ana.pk, ben.pk]) == []
    assert stored() == before


@pytest.mark.parametrize("order", [(0, 1), (1, 0), (0, 1, 0, 1)])
def test_a_task_that_runs_late_publishes_what_is_true_by_then(
    course, trainer, ana, django_capture_on_commit_callbacks, order
) -> None:
    with django_capture_on_commit_callbacks() as callbacks:
        f.take_roll(trainer, {ana: "P"})
    with django_capture_on_commit_callbacks() as later:
        f.give(trainer, [api.Mark(ana.pk, "A")])
    assert score_of(ana) is None, "nothing is published before the commit"
    for i in order:
        (callbacks[-1], later[-1])[i]()
        assert score_of(ana) == (0, 100)


def test_a_mark_changed_while_it_is_published_is_read_again(
    course, trainer, ana, just_before
) -> None:
    f.take_roll(trainer, {ana: "P"})
    corrections = ["A"]

    def correct(user_id: int) -> None:
        if corrections:
            f.give(trainer, [api.Mark(user_id, corrections.pop())])

    just_before(correct)
    assert publish_results(f.unit().pk, [ana.pk]) == []
    assert (score_of(ana), completion_of(ana)) == ((0, 100), 0.0)


def test_whoever_was_overtaken_puts_it_right_after_the_other(
    course, trainer, ana, just_before
) -> None:
    """The first has read "present"; a correction and all of its publish come before it writes."""
    f.take_roll(trainer, {ana: "P"})
    corrections = ["A"]

    def overtake(user_id: int) -> None:
        if corrections:
            f.give(trainer, [api.Mark(user_id, corrections.pop())])
            assert publish_results(f.unit().pk, [user_id]) == []
            assert score_of(ana) == (0, 100)

    just_before(overtake)
    assert publish_results(f.unit().pk, [ana.pk]) == []
    assert score_of(ana) == (0, 100)
    earned = StoredScore.objects.order_by("pk").values_list("points_earned", flat=True)
    assert list(earned) == [0, 100, 0], "the stale score was written, and put right"


def test_what_never_comes_to_rest_is_said_to_be_undone(course, trainer, ana, just_before) -> None:
    f.take_roll(trainer, {ana: "P"})
    just_before(
        lambda user_id: f.give(
            trainer, [api.Mark(user_id, "A" if f.record(ana).status == "P" else "P")]
        )
    )
    assert publish_results(f.unit().pk, [ana.pk]) == [ana.pk]


def test_a_learner_whose_score_fails_keeps_nobody_else_waiting(
    course, trainer, ana, ben, just_before, caplog
) -> None:
    f.take_roll(trainer, {ana: "P", ben: "P"})

    def refuse(user_id: int) -> None:
        if user_id == ana.pk:
            raise OSError("the gradebook is away")

    just_before(refuse)
    assert publish_results(f.unit().pk, [ana.pk, ben.pk]) == [ana.pk]
    assert (score_of(ana), score_of(ben)) == (None, (100, 100))
    assert f"user {ana.pk} " in caplog.text
    just_before(lambda user_id: None)
    assert publish_results(f.unit().pk, [ana.pk]) == []
    assert score_of(ana) == (100, 100)


def test_a_task_tries_again_until_the_gradebook_is_back(
    course, trainer, ana, just_before, committed
) -> None:
    failures = [1, 2]

    def refuse(user_id: int) -> None:
        if failures:
            raise OSError(f"away {failures.pop()}")

    just_before(refuse)
    with committed():
        f.take_roll(trainer, {ana: "P"})
    assert (failures, score_of(ana)) == ([], (100, 100))


def test_a_gradebook_away_for_good_fails_no_roll(
    course, trainer, ana, just_before, committed, caplog
) -> None:
    def refuse(user_id: int) -> None:
        raise OSError("away")

    just_before(refuse)
    with committed():
        f.take_roll(trainer, {ana: "P"})
    assert (f.record(ana).status, score_of(ana)) == ("P", None)
    assert f"user {ana.pk} " in caplog.text


def test_a_unit_that_is_no_longer_published_keeps_its_results(
    course, trainer, ana, committed
) -> None:
    with committed():
        f.take_roll(trainer, {ana: "P"})
    AttendanceRecord.objects.update(status="A")
    BlendedUnit.objects.update(is_active=False)
    assert publish_results(f.unit().pk, [ana.pk]) == []
    assert publish_results(10**6, [ana.pk]) == [], "nor one that never was"
    assert score_of(ana) == (100, 100)


def test_what_is_true_is_two_queries_however_many_learners(course, trainer) -> None:
    users = f.crowd(50)
    f.take_roll(trainer, dict.fromkeys(users, "P"))
    unit = f.unit()
    with Counted() as counted:
        results = results_of(unit, [user.pk for user in users])
    assert counted.n == 2, counted
    assert {result.score for result in results.values()} == {Score(100, 100)}


# After the commit only, and few messages


@pytest.fixture
def queued() -> Iterator[list[tuple[Any, ...]]]:
    """Return the arguments of each task that went to a broker; here one in memory, as JSON."""
    messages: list[tuple[Any, ...]] = []

    def seen(body: Any, **_signal: Any) -> None:
        messages.append(tuple(json.loads(json.dumps(body[0]))))

    before_task_publish.connect(seen)
    with Celery("queue", broker="memory://", set_as_current=False) as queue:
        queue.set_current()
        yield messages
        app.set_current()
    before_task_publish.disconnect(seen)


@pytest.mark.django_db(transaction=True)
def test_nothing_leaves_a_transaction_that_is_rolled_back(course, trainer, ana, queued) -> None:
    api.open_roll(f.session_id(), actor=trainer)
    queued.clear()
    with transaction.atomic():
        f.give(trainer, [api.Mark(ana.pk, "P")])
        assert f.standing(ana).is_met
        transaction.set_rollback(True)
    assert (queued, f.record(ana).status) == ([], None)
    with transaction.atomic():
        f.give(trainer, [api.Mark(ana.pk, "P")])
        assert queued == [], "not before the commit either"
    assert queued == [(f.unit().pk, [ana.pk])]


@pytest.mark.django_db(transaction=True)
def test_a_refused_mark_publishes_nothing(course, trainer, ana, queued) -> None:
    api.open_roll(f.session_id(), actor=trainer)
    queued.clear()
    with pytest.raises(api.BlendedError):
        f.give(trainer, [api.Mark(ana.pk, "P"), api.Mark(ana.pk, "?")])
    assert queued == []


def test_a_thousand_learners_are_ten_messages_of_ids(course, trainer, queued, committed) -> None:
    users = f.crowd(1000)
    with committed():
        api.open_roll(f.session_id(), actor=trainer)
    queued.clear()
    with committed():
        f.give(trainer, [api.Mark(user.pk, "P") for user in users])
    assert len(queued) == 1000 / tasks.CHUNK == 10
    assert {unit_id for unit_id, _users in queued} == {f.unit().pk}
    assert [user_id for _unit, ids in queued for user_id in ids] == [user.pk for user in users]


def test_saying_the_same_again_is_no_message(course, trainer, ana, queued, committed) -> None:
    with committed():
        f.take_roll(trainer, {ana: "P"})
    queued.clear()
    with committed():
        f.give(trainer, [api.Mark(ana.pk, "P")])
    assert queued == []


# "Delete learner state"


def clear(user: Any, actor: Any, name: str = "unit") -> None:
    """Do what Open edX does: ids are anonymous, and the block is asked."""
    CampusRuntime(actor).get_block(f.unit_key(name)).clear_student_state(
        user_id=anonymous_id(user.pk),
        course_id=f.COURSE,
        item_id=f.unit_key(name),
        requesting_user_id=anonymous_id(actor.pk),
    )


def test_a_cleared_state_is_gone_and_its_history_stays(
    three, trainer, ana, ben, committed, clock
) -> None:
    with committed():
        f.take_roll(trainer, {ana: "P", ben: "P"}, 1)
        f.take_roll(trainer, {}, 2)
        f.give(trainer, [api.Mark(ana.pk, "L", 90, "room", "Argued.")], 2)
        api.grant_waiver(f.unit_key(), ana.pk, actor=trainer, reason="Was ill.")
    told = list(AttendanceChange.objects.order_by("pk").values())
    clock.tick(60)
    admin = f.person("admin", f.Role.OPERATOR)
    with committed():
        clear(ana, admin)

    for n in (1, 2):
        record = f.record(ana, n)
        assert (record.status, record.minutes, record.modality, record.note) == (None, None, "", "")
    assert (score_of(ana), completion_of(ana)) == (None, 0.0)
    assert not api.is_open(f.AFTER, ana.pk)
    assert (score_of(ben), f.record(ben).status) == ((100, 100), "P"), "nobody else is touched"

    assert list(AttendanceChange.objects.order_by("pk").values())[: len(told)] == told
    new = AttendanceChange.objects.filter(source="reset").order_by("session__starts_at")
    assert [(line.user, line.actor) for line in new] == [(ana, admin)] * 2
    assert [line.before["status"] for line in new] == ["P", "L"]
    assert [line.before["note"] for line in new] == ["", "Argued."]
    assert [line.after["status"] for line in new] == [None, None]
    waiver = Waiver.objects.get()
    assert (waiver.reason, waiver.revoked_by) == ("Was ill.", admin)


def test_clearing_twice_is_clearing_once(course, trainer, ana, clock) -> None:
    f.take_roll(trainer, {ana: "P"})
    clear(ana, trainer)
    before = f.written(), f.record(ana).revision
    clock.tick(60)
    clear(ana, trainer)
    assert (f.written(), f.record(ana).revision) == before


def test_a_mark_after_the_clearing_counts_again(course, trainer, ana, committed) -> None:
    with committed():
        f.take_roll(trainer, {ana: "A"})
        clear(ana, trainer)
        f.give(trainer, [api.Mark(ana.pk, "P")])
    assert (score_of(ana), completion_of(ana)) == ((100, 100), 1.0)


def test_a_session_taken_off_the_plan_is_cleared_too(three, trainer, ana, committed) -> None:
    with committed():
        f.take_roll(trainer, {ana: "P"}, 1)
        f.redesign(sessions=[f.meeting(2), f.meeting(3)])
        f.publish()
    assert score_of(ana) == (100, 100)
    with committed():
        clear(ana, trainer)
    assert (score_of(ana), f.record(ana).status) == (None, None)


def test_another_unit_of_the_course_is_left_alone(trainer, ana, clock) -> None:
    f.build_course(unit=f.design(), other=f.design(f.meeting(2)))
    f.take_roll(trainer, {ana: "P"})
    f.take_roll(trainer, {ana: "P"}, 2, "other")
    clear(ana, trainer)
    assert (f.record(ana).status, f.record(ana, 2, "other").status) == (None, "P")


def test_clearing_nobody_and_nothing_writes_nothing(course, trainer, ana, ben) -> None:
    f.take_roll(trainer, {ana: "P"})
    before = f.written()
    clear_records("no-unit", ana.pk, actor=trainer)
    clear(get_user_model()(pk=10**6), trainer)
    clear(ben, trainer)
    assert f.record(ana).status == "P"
    assert f.written() == before
