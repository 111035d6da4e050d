"""What looks odd: one device with many learners, a code against a mark, many wrong codes."""

from __future__ import annotations

import pytest

from blended_xblock import api
from blended_xblock.errors import WrongCodeError
from tests import factories as f
from tests.check_in import START, scan, typed
from tests.counting import Counted


def kinds() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for anomaly in api.list_anomalies(f.session()):
        found.setdefault(anomaly.kind, []).append(anomaly.sentence)
    return found


def test_a_room_of_people_with_a_phone_each_is_not_odd(desk) -> None:
    for i, user in enumerate(f.crowd(5)):
        scan(user, device=f"device{i}")
        scan(user, device=f"laptop{i}")
    for user in (f.person("x"), f.person("y")):
        scan(user, device="")
    assert api.list_anomalies(f.session()) == ()


def test_one_device_with_several_learners_is_named_and_nobody_is_refused(desk, ana, ben) -> None:
    for user, name in ((ana, "Ana"), (ben, "Ben <b>")):
        user.first_name = name
        user.save()
        assert scan(user, device="one").is_new
    (sentence,) = kinds()["shared_device"]
    assert "Ana, Ben <b>" in sentence
    (anomaly,) = api.list_anomalies(f.session())
    assert set(anomaly.user_ids) == {ana.pk, ben.pk}
    assert anomaly.session_id == f.session_id()


def test_a_device_of_a_whole_class_is_one_line(desk) -> None:
    for user in f.crowd(13):
        scan(user, device="one")
    (sentence,) = kinds()["shared_device"]
    assert sentence.count("Name") == 10
    assert "3 more" in sentence


def test_a_code_of_somebody_marked_absent_is_told_until_the_mark_is_changed(
    desk, ana, trainer
) -> None:
    f.give(trainer, [api.Mark(ana.pk, "A")])
    scan(ana)
    assert "ana" in kinds()["contradicted"][0]
    f.give(trainer, [api.Mark(ana.pk, "P")])
    assert kinds() == {}


def test_many_wrong_codes_of_one_learner_are_told_with_their_number(desk, ana, ben, clock) -> None:
    for user, times in ((ana, 5), (ben, 4)):
        for _ in range(times):
            with pytest.raises(WrongCodeError):
                typed(user, code="x")
    (sentence,) = kinds()["many_refused"]
    assert "ana typed a wrong code 5 times" in sentence


def test_many_sessions_are_looked_through_with_as_many_queries(trainer, ana, clock, db) -> None:
    f.build_course(unit=f.design(*(f.meeting(n, start="2026-05-12T09:00") for n in range(1, 6))))
    clock.move_to(START)
    people = [ana, *f.crowd(5)]
    sessions = [f.session(n) for n in range(1, 6)]
    for n in range(1, 6):
        api.set_desk(f.session_id(n), "open", actor=trainer)
        f.give(trainer, [api.Mark(ana.pk, "A")], n)
        for user in people:
            scan(user, n, device=f"one at {n}")
    with Counted() as counted:
        found = api.anomalies_of(sessions)
    assert {len(anomalies) for anomalies in found.values()} == {2}
    assert len(found) == 5
    assert counted.n <= 6, str(counted)
    with Counted() as nothing:
        assert api.anomalies_of([]) == {}
    assert nothing.n <= 4, str(nothing)
