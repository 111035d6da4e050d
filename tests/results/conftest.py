"""A campus that tracks completion, as its seed and every platform with course progress does."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from completion.waffle import ENABLE_COMPLETION_TRACKING
from django.core.cache import cache
from waffle.testutils import override_switch


@pytest.fixture
def tracking(db: None) -> Iterator[None]:
    """Turn the switch of edx-completion on."""
    cache.clear()
    with override_switch(f"completion.{ENABLE_COMPLETION_TRACKING}", active=True):
        yield
