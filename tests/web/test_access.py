"""Who gets our own pages about a session: every page and every role."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from tests import factories as f
from tests.ask import all_rows
from tests.web.people import ROLES, WHO_TAKES_THE_ROLL, LookingHost, client_of

pytestmark = pytest.mark.django_db
PAGES = ("panel", "sheet", "screen", "scan")


def url(page: str, n: int = 1) -> str:
    return reverse(f"blended_xblock:{page}", args=(f.session_id(n),))


@pytest.mark.parametrize(("role", "expected"), list(zip(ROLES, WHO_TAKES_THE_ROLL, strict=True)))
def test_each_role_gets_the_pages_of_those_who_take_the_roll(
    clock, settings, role, expected
) -> None:
    f.build_course(unit=f.design(f.meeting(1), f.meeting(2)))
    if role == "staff looking as a learner":
        settings.BLENDED_XBLOCK_HOST = f"{LookingHost.__module__}.LookingHost"
    client = client_of(role)
    before = all_rows()
    got = {page: client.get(url(page)).status_code for page in PAGES}
    assert got == dict.fromkeys(PAGES, expected)
    assert all_rows() == before, "looking writes nothing"


@pytest.mark.parametrize("page", PAGES)
def test_a_visitor_comes_back_after_the_login(course, page) -> None:
    response = Client().get(url(page) + "?status=1")
    assert response.status_code == 302
    assert response.url.endswith(f"?next={url(page)}%3Fstatus%3D1")


@pytest.mark.parametrize("page", PAGES)
def test_pages_are_only_looked_at(course, client, trainer, page) -> None:
    client.force_login(trainer)
    for method in (client.post, client.put, client.delete):
        assert method(url(page)).status_code == 405


@pytest.mark.parametrize("page", PAGES)
def test_a_session_that_is_none_is_not_found(course, client, trainer, page) -> None:
    client.force_login(trainer)
    nowhere = reverse(f"blended_xblock:{page}", args=("00000000-0000-0000-0000-000000000000",))
    assert client.get(nowhere).status_code == 404
