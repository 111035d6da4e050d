"""A seeded campus, and a client for each of its people."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import transaction
from django.test import Client

from blended_xblock.workbench import seed


@pytest.fixture
def course(db: None) -> None:
    """Store and publish the course; nobody is in it."""
    seed.seed_course()


@pytest.fixture(scope="module")
def _filled(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Fill the campus once for a module; each test works in a savepoint above it."""
    with django_db_blocker.unblock(), transaction.atomic():
        seed.seed()
        yield
        transaction.set_rollback(True)


@pytest.fixture
def campus(_filled: None, db: None) -> None:
    """Give the whole campus, history included; what a test changes in it is undone."""


@pytest.fixture
def as_person(campus: None) -> Callable[[str], Client]:
    """Return a client who is the named person."""

    def log_in(username: str) -> Client:
        client = Client()
        client.force_login(get_user_model().objects.get(username=username))
        return client

    return log_in
