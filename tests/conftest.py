"""What every test shares: the rule for programs that may be missing, and a small course.

A fixture that one folder needs belongs into that folder's own conftest.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from freezegun import freeze_time
from freezegun.api import FrozenDateTimeFactory
from hypothesis import settings

# How long an example takes says nothing of whether it is right; `make bench` measures.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
REDIS = shutil.which("redis-server")
# For each marker: what its tests run with, where that is, and the variable that requires it.
_NEEDED = {
    "browser": ("chromium", CHROMIUM, "BLENDED_REQUIRE_BROWSER"),
    "redis": ("redis-server", REDIS, "BLENDED_REQUIRE_REDIS"),
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip tests whose program is not here; where they are required, say so and fail."""
    for marker, (program, place, variable) in _NEEDED.items():
        marked = [item for item in items if item.get_closest_marker(marker)]
        if place or not marked:
            continue
        if os.environ.get(variable) == "1":
            raise pytest.UsageError(
                f"{variable}=1, but there is no {program}: apt-get install {program}."
            )
        for item in marked:
            item.add_marker(
                pytest.mark.skip(reason=f"no {program} here; to run: apt-get install {program}")
            )


@pytest.fixture(autouse=True)
def _nothing_cached_is_left() -> Iterator[None]:
    """Let no test leave a cached switch or gate behind: its rows are gone, the caches are not."""
    from django.core.cache import cache
    from edx_django_utils.cache import RequestCache

    yield
    cache.clear()
    RequestCache.clear_all_namespaces()


@pytest.fixture
def clock() -> Iterator[FrozenDateTimeFactory]:
    """Stop the clock an hour into the first session of the factories' course."""
    with freeze_time("2026-05-12T08:00:00Z") as frozen:
        yield frozen


@pytest.fixture
def course(db: None, clock: FrozenDateTimeFactory) -> None:
    """Store and publish a course with one blended unit of one session."""
    from django.core.cache import cache

    from tests.factories import build_course

    cache.clear()
    build_course()


@pytest.fixture
def trainer(db: None) -> Any:
    """Return somebody of the course's staff."""
    from tests.factories import Role, person

    return person("trainer", Role.TRAINER)


@pytest.fixture
def ana(db: None) -> Any:
    """Return a learner."""
    from tests.factories import person

    return person("ana")


@pytest.fixture
def ben(db: None) -> Any:
    """Return another learner."""
    from tests.factories import person

    return person("ben")


@pytest.fixture
def desk(
    course: None, trainer: Any, ana: Any, ben: Any, clock: FrozenDateTimeFactory
) -> Callable[[float], None]:
    """Open the check-in for Ana and Ben; return what moves the clock, in minutes after the start.

    It stands two minutes after the start.
    """
    from blended_xblock import api
    from tests import factories as f

    def at(minutes: float) -> None:
        clock.move_to(f.session().starts_at + timedelta(minutes=minutes))

    at(-20)
    api.set_desk(f.session_id(), "auto", actor=trainer)
    at(2)
    return at


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None) -> None:
    """Let the test database be made on MariaDB.

    There, and only there, a migration of edx-submissions converts UUID columns of older databases,
    and stops at one that its table never had. A database made just now has nothing to convert.
    """
    with contextlib.suppress(ModuleNotFoundError):
        conversion = importlib.import_module("submissions.migrations.0006_mariadb_uuid_conversion")
        conversion.Migration.operations = []
