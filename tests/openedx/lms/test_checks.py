"""``manage.py lms check`` with the real settings and the real entry points of an LMS."""

from __future__ import annotations

from io import StringIO
from types import SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("lms.djangoapps.courseware", reason="there is no Open edX here")

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.test import SimpleTestCase, override_settings

from blended_xblock.settings import lms_served
from blended_xblock.settings.lms import PROVIDER

pytestmark = pytest.mark.filterwarnings("ignore:Overriding setting DATABASES")

_SELF_PACED = "lms.djangoapps.courseware.self_paced_overrides.SelfPacedDateOverrideProvider"
_SERVER = {
    "DATABASES": {"default": {"ENGINE": "django.db.backends.mysql"}},
    "CACHES": {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": "redis://",
        }
    },
}


def _check() -> str:
    """Return all that the command prints."""
    out = StringIO()
    call_command("check", "--tag", "blended_xblock", stdout=out, stderr=out)
    return out.getvalue()


def _served(**changes: Any) -> dict[str, Any]:
    """Return what production adds to the settings at hand, and then our plugin."""
    own = SimpleNamespace(
        MODULESTORE_FIELD_OVERRIDE_PROVIDERS=(
            *settings.MODULESTORE_FIELD_OVERRIDE_PROVIDERS,
            _SELF_PACED,
        ),
        XBLOCK_FIELD_DATA_WRAPPERS=settings.XBLOCK_FIELD_DATA_WRAPPERS,
    )
    lms_served.plugin_settings(own)
    return {
        **_SERVER,
        "MODULESTORE_FIELD_OVERRIDE_PROVIDERS": own.MODULESTORE_FIELD_OVERRIDE_PROVIDERS,
        "XBLOCK_FIELD_DATA_WRAPPERS": own.XBLOCK_FIELD_DATA_WRAPPERS,
        **changes,
    }


class ChecksTest(SimpleTestCase):
    """No database: a query would fail these tests."""

    def test_settings_of_production_are_silent(self) -> None:
        """Installed by pip, and nothing else done."""
        with override_settings(**_served()):
            assert "no issues" in _check()

    def test_the_platforms_own_tests_are_silent(self) -> None:
        """They serve nobody, and must run with the plugin installed."""
        assert "no issues" in _check()

    def test_settings_that_drop_the_gate_stop_a_command(self) -> None:
        """An operator hears of it from the next command, not from a learner."""
        others = tuple(
            name for name in settings.MODULESTORE_FIELD_OVERRIDE_PROVIDERS if name != PROVIDER
        )
        with (
            override_settings(**_served(MODULESTORE_FIELD_OVERRIDE_PROVIDERS=others)),
            pytest.raises(SystemCheckError, match=r"blended_xblock\.E002"),
        ):
            _check()

    def test_a_missing_wrapper_stops_a_command(self) -> None:
        """The providers would stand in a list that nobody reads."""
        with (
            override_settings(**_served(XBLOCK_FIELD_DATA_WRAPPERS=())),
            pytest.raises(SystemCheckError, match=r"blended_xblock\.E004"),
        ):
            _check()
