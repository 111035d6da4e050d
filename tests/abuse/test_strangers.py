"""Numbers of other places: a guest, a mark, a bulk action, an appeal, a person that is not here."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from blended_xblock import api
from blended_xblock.models import MarkConflict, SessionTrainer
from blended_xblock.roles import WRITES, Role
from tests import factories as f
from tests.abuse.doors import DOORS
from tests.ask import IN_STUDIO, READS, all_rows
from tests.test_permissions import data, invited, learner

__all__ = ["data"]

NOWHERE = 2**40
# Each number that an action takes besides its session, and of what it is the number.
NUMBERS = {
    "history": ("user", "person"),
    "undo_bulk": ("bulk", "bulk"),
    "settle_conflict": ("conflict", "conflict"),
    "answer_appeal": ("appeal", "appeal"),
    "find_people": ("guest", "guest"),
    "guest_history": ("guest", "guest"),
    "mark_guest": ("guest", "guest"),
    "edit_guest": ("guest", "guest"),
    "remove_guest": ("guest", "guest"),
    "restore_guest": ("guest", "guest"),
    "link_guest": ("guest", "guest"),
    "unlink_guest": ("guest", "guest"),
    "add_walk_in": ("user", "person"),
    "remove_walk_in": ("user", "person"),
    "revoke_trainer": ("user", "person"),
    "grant_waiver": ("user", "person"),
    "revoke_waiver": ("user", "person"),
}


def things_of(n: int, name: str, actor: Any) -> dict[str, int]:
    """Fill a session with one of each and return their numbers."""
    session_id = f.session_id(n, name)
    user = f.person(f"learner_of_{name}_{n}", course=f.COURSE)
    api.open_roll(session_id, actor=actor)
    bulk = api.record_many(session_id, "P", actor=actor, user_ids=[user.pk])
    old = api.Mark(user.pk, "L", base=0, at=timezone.now() - timedelta(minutes=1))
    f.give(invited(f"colleague_{name}_{n}", n), [old], n, name)
    guest = api.add_guest(session_id, "There", actor=actor)
    appeal = api.make_appeal(session_id, user=user, text="There.")
    return {
        "bulk": bulk.bulk_id or 0,
        "conflict": MarkConflict.objects.get(session=session_id).pk,
        "guest": guest.id,
        "appeal": appeal.id,
        "person": f.person(f"stranger_of_{name}_{n}", course=f.OTHER_COURSE).pk,
    }


@pytest.fixture
def elsewhere(data, trainer, clock) -> list[dict[str, int]]:
    """Return numbers that are none of the session's: of another unit, and of nothing at all."""
    there = things_of(1, "neighbour", trainer)
    return [there, dict.fromkeys(there, NOWHERE), dict.fromkeys(there, -1)]


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("action", NUMBERS)
def test_a_number_of_another_place_is_refused_and_changes_nothing(
    data, trainer, elsewhere, door, action
) -> None:
    field, kind = NUMBERS[action]
    for numbers in elsewhere:
        said = data[action] | {field: numbers[kind]}
        if action == "find_people":
            said["q"] = ""
        before = all_rows()
        answer = DOORS[door](trainer, action, said)
        assert answer.status in {400, 404}, (answer, numbers)
        assert answer.code in {"not_found", "invalid_input", "not_on_roster"}
        assert "stranger" not in answer.text
        assert all_rows() == before


@pytest.mark.parametrize("door", DOORS)
def test_people_of_another_course_are_written_nowhere(data, trainer, elsewhere, door) -> None:
    here = {"session": str(f.session_id())}
    for user in (numbers["person"] for numbers in elsewhere):
        mark = {"user_id": user, "status": "P", "key": f"k{user}"}
        mine = data["record"]["marks"][0]
        sent = [
            ("record", {"marks": [mark]}),
            ("record", {"marks": [mine, mark]}),
            ("record_many", {"status": "P", "key": f"many{user}", "users": [user]}),
            ("send_reminders", {"key": f"mail{user}", "users": [user]}),
            ("link_guest", {"guest": data["link_guest"]["guest"], "user": user}),
        ]
        for action, values in sent:
            before = all_rows()
            answer = DOORS[door](trainer, action, here | values)
            assert answer.status < 500
            assert all_rows() == before, (action, user, answer)


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("instead", ["neighbour", "same", "nothing", "text"])
def test_a_replacement_is_an_occurrence_of_the_same_session(data, door, instead) -> None:
    learner = f.person("x")
    api.announce_absence(f.session_id(2), user=learner)
    chosen = {
        "neighbour": str(f.session_id(1, "neighbour")),
        "same": str(f.session_id(2)),
        "nothing": "00000000-0000-0000-0000-000000000000",
        "text": "' OR 1=1 --",
    }[instead]
    before = all_rows()
    said = data["choose_alternative"] | {"instead": chosen}
    assert DOORS[door](learner, "choose_alternative", said).status in {400, 404, 409}
    assert all_rows() == before


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("kind", ["staff of another course", "trainer of another course"])
def test_the_people_of_another_course_do_nothing_here(data, door, kind) -> None:
    if kind == "staff of another course":
        user = f.person("stranger", f.Role.TRAINER, course=f.OTHER_COURSE)
    else:
        user = f.person("stranger", course=f.OTHER_COURSE)
        session = f.session(1, "neighbour")
        session.unit.pk = None
        session.unit.usage_key = "block-v1:Blended+OTHER+2026+type@blended_unit+block@unit"
        session.unit.course_key = f.OTHER_COURSE
        session.unit.save(force_insert=True)
        session.pk, session.unit_id = uuid.uuid4(), session.unit.pk
        session.save(force_insert=True)
        SessionTrainer.objects.create(session=session, user=user)
    before = all_rows()
    for action, values in data.items():
        if action not in IN_STUDIO:
            assert DOORS[door](user, action, values).status == 403, action
    assert all_rows() == before


NAMES_OF_PEOPLE = (
    "user", "user_id", "users", "username", "learner", "actor", "actor_id", "by", "recorded_by",
    "person", "owner", "student", "as", "masquerade", "stand_in", "anonymous_id",
)  # fmt: skip
OF_A_LEARNER = sorted(action for action in WRITES if WRITES[action] == {Role.LEARNER})


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("action", OF_A_LEARNER)
def test_a_learner_writes_of_nobody_else(data, ana, ben, door, action) -> None:
    """Whomever a request names: what is written is of who is logged in."""
    # With an absence, records and an appeal of their own, as in the table of roles.
    cleo = learner()
    if action == "announce_absence":
        api.withdraw_absence(f.session_id(2), user=cleo)

    def of_others() -> dict[str, list[Any]]:
        return {
            table: [row for row in rows if row.get("user_id") not in (None, cleo.pk)]
            for table, rows in all_rows().items()
        }

    before, everything = of_others(), all_rows()
    named: dict[str, Any] = dict.fromkeys(NAMES_OF_PEOPLE, ben.pk)
    answer = DOORS[door](cleo, action, named | data[action])
    assert answer.status == 200, answer
    assert of_others() == before
    assert all_rows() != everything


@pytest.mark.parametrize("door", DOORS)
def test_a_learner_marks_nobody_not_even_themselves(data, ana, ben, door) -> None:
    before = all_rows()
    for action in sorted(WRITES):
        if Role.LEARNER in WRITES[action] or action in IN_STUDIO:
            continue
        for user in (ana, ben):
            said = data[action] | {
                "user": user.pk,
                "users": [user.pk],
                "marks": [{"user_id": user.pk, "status": "P", "key": "mine"}],
            }
            assert DOORS[door](ana, action, said).status == 403, action
    assert all_rows() == before


@pytest.mark.parametrize("door", DOORS)
def test_a_learner_reads_of_nobody_else(data, ana, ben, door) -> None:
    """Their own pages hold no other learner's name, whatever they ask for."""
    ben.first_name, ben.email = "Benedictus", "ben@example.org"
    ben.save()
    named: dict[str, Any] = dict.fromkeys(NAMES_OF_PEOPLE, ben.pk)
    for action in READS:
        answer = DOORS[door](ana, action, named | data[action])
        assert "Benedictus" not in answer.text, action
        assert "ben@example.org" not in answer.text
