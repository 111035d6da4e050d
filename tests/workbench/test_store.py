"""The store: one query for a page, nothing written by reading, nobody reads another's state."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from workbench.models import XBlockState
from xblock.fields import Scope
from xblock.runtime import KeyValueStore

from blended_xblock.workbench.keys import COURSE_KEY
from blended_xblock.workbench.store import CampusStore, forget_course

BLOCK = COURSE_KEY.make_usage_key("html_demo", "page")
CHILD = COURSE_KEY.make_usage_key("html_demo", "child")

pytestmark = pytest.mark.django_db


def key(name: str, scope: object = Scope.settings, user_id: int | None = None) -> KeyValueStore.Key:
    block = None if scope == Scope.user_info else BLOCK
    if scope == Scope.preferences:
        block = "html_demo"
    return KeyValueStore.Key(scope, user_id, block, name)


def test_what_is_written_is_read_by_the_next_store() -> None:
    CampusStore(None).set_many({key("title"): "A", key("graded"): True})

    store = CampusStore(None)

    assert (store.get(key("title")), store.get(key("graded"))) == ("A", True)
    assert XBlockState.objects.count() == 1


def test_reading_writes_nothing_and_asks_once() -> None:
    CampusStore(None).set(key("title"), "A")

    store = CampusStore(7)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert store.has(key("title"))
        assert not store.has(key("done", Scope.user_state, 7))
        assert not store.has(key("theme", Scope.preferences, 7))
        with pytest.raises(KeyError):
            store.get(key("other"))

    assert len(queries) == 1
    assert XBlockState.objects.count() == 1


@pytest.mark.parametrize("scope", [Scope.user_state, Scope.preferences, Scope.user_info])
def test_a_persons_state_is_theirs(scope: object) -> None:
    CampusStore(7).set(key("answer", scope, 7), "mine")

    assert CampusStore(7).get(key("answer", scope, 7)) == "mine"
    assert not CampusStore(8).has(key("answer", scope, 8))
    assert not CampusStore(8).has(key("answer", scope, 7))


def test_parents_and_children_are_keys_again() -> None:
    store = CampusStore(None)
    store.set_many({key("parent", Scope.parent): BLOCK, key("children", Scope.children): [CHILD]})

    again = CampusStore(None)

    assert again.get(key("parent", Scope.parent)) == BLOCK
    assert again.get(key("children", Scope.children)) == [CHILD]
    assert again.holds(BLOCK)
    assert not again.holds(CHILD)


def test_a_list_changed_in_place_is_not_changed_for_others() -> None:
    store = CampusStore(None)
    store.set(key("items"), ["a"])

    store.get(key("items")).append("b")

    assert store.get(key("items")) == ["a"]


def test_two_writers_of_one_row_keep_each_others_fields() -> None:
    first, second = CampusStore(7), CampusStore(7)
    for store in (first, second):
        assert not store.has(key("a", Scope.user_state, 7))

    first.set(key("a", Scope.user_state, 7), 1)
    second.set(key("b", Scope.user_state, 7), 2)

    third = CampusStore(7)
    assert third.get(key("a", Scope.user_state, 7)) == 1
    assert third.get(key("b", Scope.user_state, 7)) == 2


def test_a_deleted_field_is_gone_and_one_that_never_was_says_so() -> None:
    store = CampusStore(None)
    store.set_many({key("title"): "A", key("graded"): True})

    store.delete(key("title"))

    assert not CampusStore(None).has(key("title"))
    assert CampusStore(None).has(key("graded"))
    with pytest.raises(KeyError):
        store.delete(key("title"))


def test_forgetting_the_course_keeps_what_people_did() -> None:
    CampusStore(7).set_many({key("title"): "A", key("answer", Scope.user_state, 7): "mine"})

    forget_course()

    assert not CampusStore(7).has(key("title"))
    assert CampusStore(7).get(key("answer", Scope.user_state, 7)) == "mine"
