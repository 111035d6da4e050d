"""Who looks, inside Open edX: the request's own user, since only that one carries a masquerade."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from crum import set_current_user
from django.contrib.auth import get_user_model
from opaque_keys.edx.keys import UsageKey

from blended_xblock.hosts import openedx
from blended_xblock.hosts.base import StandIn

KEY = "block-v1:Blended+CONFLICT+demo+type@blended_unit+block@unit"


class Host(openedx.OpenEdxHost):
    """Answers what only a platform could; notes whom it was asked about."""

    def __init__(self) -> None:
        self.asked: list[Any] = []

    def is_course_staff(self, user: Any, course_key: str) -> bool:
        self.asked.append(user)
        return not hasattr(user, "masquerade_settings")

    def is_enrolled(self, user: Any, course_key: str) -> bool:
        return True

    def may_author(self, user: Any, course_key: str) -> bool:
        return False

    def timezone_of(self, user: Any) -> str | None:
        return None


@pytest.fixture
def look(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return a function that looks at the block as ``shown`` while ``real`` is logged in."""
    monkeypatch.setattr(
        openedx, "_masquerade", lambda user, key: getattr(user, "masquerade_settings", None)
    )

    def as_person(shown: Any, real: Any) -> tuple[Host, Any]:
        person = SimpleNamespace(opt_attrs={"edx-platform.user_id": shown.pk if shown else None})
        service = SimpleNamespace(get_current_user=lambda: person)
        block = SimpleNamespace(
            scope_ids=SimpleNamespace(usage_id=UsageKey.from_string(KEY)),
            runtime=SimpleNamespace(service=lambda block, name: service),
        )
        host = Host()
        set_current_user(real)
        try:
            return host, host.viewer(block)
        finally:
            set_current_user(None)

    return as_person


@pytest.fixture
def staff(db: None) -> Any:
    return get_user_model().objects.create(username="staff")


@pytest.fixture
def learner(db: None) -> Any:
    return get_user_model().objects.create(username="learner")


def test_somebody_looks_as_themselves(look: Any, staff: Any) -> None:
    host, viewer = look(staff, staff)
    assert host.asked == [staff]
    assert (viewer.user, viewer.is_staff, viewer.is_masquerading) == (staff, True, False)
    assert (viewer.course_key, viewer.usage_key) == ("course-v1:Blended+CONFLICT+demo", KEY)


def masquerade(user_name: str | None = None) -> Any:
    return SimpleNamespace(user_name=user_name, user_partition_id=None, group_id=None)


def test_staff_viewing_as_a_learner_stand_in_for_one_and_write_nothing(
    look: Any, staff: Any
) -> None:
    staff.masquerade_settings = masquerade()
    host, viewer = look(staff, staff)
    assert host.asked[0] is staff, "a user fetched anew has no masquerade"
    assert (viewer.is_staff, viewer.is_learner, viewer.is_masquerading) == (False, True, True)
    assert viewer.stand_in == StandIn()


def test_staff_viewing_as_one_learner_write_nothing(look: Any, staff: Any, learner: Any) -> None:
    _host, viewer = look(learner, staff)
    assert (viewer.user, viewer.is_masquerading) == (learner, True)
    learner.real_user = staff
    _host, viewer = look(learner, learner)
    assert viewer.is_masquerading
    assert viewer.stand_in is None


def test_whom_staff_look_at_is_a_learner_in_a_handler_too(
    look: Any, staff: Any, learner: Any
) -> None:
    """There the user is fetched anew; on the page it carries the masquerade itself."""
    staff.masquerade_settings = masquerade(learner.username)
    host, viewer = look(learner, staff)
    assert host.asked[0] is viewer.user
    assert (viewer.user, viewer.is_staff, viewer.stand_in) == (learner, False, None)


def test_nobody_is_nobody(look: Any) -> None:
    _host, viewer = look(None, None)
    assert viewer.user is None
    assert (viewer.is_staff, viewer.is_learner, viewer.is_author) == (False, False, False)
