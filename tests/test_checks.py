"""What ``manage.py check`` tells an operator, and where it keeps quiet."""

from __future__ import annotations

from importlib.metadata import EntryPoint, EntryPoints, entry_points
from typing import Any

import pytest
from django.core.checks import CheckMessage, run_checks

from blended_xblock import checks
from blended_xblock.checks import ENTRY_POINTS, TAG
from blended_xblock.settings import lms_served
from blended_xblock.settings.lms import CALLBACKS, PROVIDER, WRAPPER

# The databases are named, not asked.
pytestmark = pytest.mark.filterwarnings("ignore:Overriding setting DATABASES")

GATING = "openedx.features.content_type_gating.field_override.ContentTypeGatingFieldOverride"


def said() -> list[CheckMessage]:
    """Return what ``manage.py check --tag blended_xblock`` tells; any query would fail it."""
    return run_checks(tags=[TAG])


def ids() -> list[str]:
    """Return the ids of what is told."""
    return [message.id or "" for message in said()]


@pytest.fixture
def lms(settings: Any) -> Any:
    """Return settings of an LMS that serves people, as the platform and the plugin make them."""
    settings.BLENDED_XBLOCK_HOST = "blended_xblock.hosts.openedx.OpenEdxHost"
    settings.SERVICE_VARIANT = "lms"
    settings.DATABASES = {"default": {"ENGINE": "django.db.backends.mysql"}}
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": "redis://",
        }
    }
    settings.MODULESTORE_FIELD_OVERRIDE_PROVIDERS = (GATING,)
    settings.XBLOCK_FIELD_DATA_WRAPPERS = ()
    lms_served.plugin_settings(settings)
    return settings


@pytest.fixture
def studio(lms: Any) -> Any:
    """Return settings of Studio, whose process has no field overrides."""
    lms.SERVICE_VARIANT = "cms"
    lms.MODULESTORE_FIELD_OVERRIDE_PROVIDERS = lms.XBLOCK_FIELD_DATA_WRAPPERS = ()
    return lms


def test_an_lms_with_the_settings_of_the_plugin_hears_nothing(lms: Any) -> None:
    """What the plugin adds by itself is all that is needed."""
    assert said() == []


def test_studio_is_not_asked_for_field_overrides(studio: Any) -> None:
    """The gate stands in the LMS."""
    assert said() == []


def test_the_demo_hears_nothing(settings: Any) -> None:
    """Without Open edX there is nobody to set up, whatever is missing."""
    settings.MODULESTORE_FIELD_OVERRIDE_PROVIDERS = ()
    settings.DATABASES = {"default": {"ENGINE": "django.db.backends.mysql"}}
    assert said() == []


def test_settings_that_drop_the_gate_are_an_error(lms: Any) -> None:
    """An operator's own settings came later and set the list anew."""
    lms.MODULESTORE_FIELD_OVERRIDE_PROVIDERS = (GATING,)
    (error,) = said()
    assert (error.id, error.is_serious()) == ("blended_xblock.E002", True)
    assert PROVIDER in (error.hint or "")


def test_settings_that_drop_the_gate_for_callbacks_are_an_error(lms: Any) -> None:
    """An operator's own settings set the middleware anew."""
    lms.MIDDLEWARE = [name for name in lms.MIDDLEWARE if name != CALLBACKS]
    (error,) = said()
    assert (error.id, error.is_serious()) == ("blended_xblock.E005", True)


def test_a_provider_before_the_gate_is_named(lms: Any) -> None:
    """The platform would hear that one alone."""
    lms.MODULESTORE_FIELD_OVERRIDE_PROVIDERS = [GATING, PROVIDER]
    (error,) = said()
    assert error.id == "blended_xblock.E003"
    assert GATING in error.msg


def test_a_provider_after_the_gate_is_as_it_should_be(lms: Any) -> None:
    """The gate asks those."""
    lms.MODULESTORE_FIELD_OVERRIDE_PROVIDERS = [PROVIDER, GATING]
    assert said() == []


def test_a_platform_that_asks_no_provider_is_an_error(lms: Any) -> None:
    """Without the wrapper the list of providers is read by nobody."""
    lms.XBLOCK_FIELD_DATA_WRAPPERS = ()
    (error,) = said()
    assert (error.id, error.is_serious()) == ("blended_xblock.E004", True)
    assert WRAPPER in (error.hint or "")


@pytest.mark.parametrize("backend", ["dummy.DummyCache", "locmem.LocMemCache"])
@pytest.mark.parametrize("service", ["lms", "studio"])
def test_a_cache_of_one_process_is_a_warning(
    request: pytest.FixtureRequest, service: str, backend: str
) -> None:
    """It costs time and delays gates; it opens none, and stops no command."""
    settings = request.getfixturevalue(service)
    settings.CACHES = {"default": {"BACKEND": f"django.core.cache.backends.{backend}"}}
    (warning,) = said()
    assert (warning.id, warning.is_serious()) == ("blended_xblock.W001", False)


@pytest.mark.parametrize("level", ["repeatable read", "SERIALIZABLE", "read uncommitted", None])
@pytest.mark.parametrize("service", ["lms", "studio"])
def test_another_isolation_than_read_committed_is_a_warning(
    request: pytest.FixtureRequest, service: str, level: str | None
) -> None:
    """None leaves it to the server, whose own default is repeatable read."""
    settings = request.getfixturevalue(service)
    settings.DATABASES["default"]["OPTIONS"] = {"isolation_level": level}
    (warning,) = said()
    assert (warning.id, warning.is_serious()) == ("blended_xblock.W002", False)


@pytest.mark.parametrize("options", [{}, {"isolation_level": "Read Committed"}])
def test_read_committed_is_as_it_should_be(lms: Any, options: dict[str, str]) -> None:
    """Said, or left to Django; other databases have it by themselves."""
    lms.DATABASES["default"]["OPTIONS"] = options
    assert said() == []
    lms.DATABASES["default"] = {
        "ENGINE": "django.db.backends.postgresql",
        "OPTIONS": {"isolation_level": 3},
    }
    assert said() == []


@pytest.mark.parametrize(
    "database", [{}, {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}]
)
def test_an_image_being_built_hears_nothing(lms: Any, database: dict[str, Any]) -> None:
    """Its settings are no production's; an error would stop the build."""
    lms.DATABASES = {"default": database}
    lms.XBLOCK_FIELD_DATA_WRAPPERS = ()
    lms.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
    assert said() == []


@pytest.mark.parametrize(("group", "name"), ENTRY_POINTS)
def test_an_entry_point_that_pip_did_not_install_is_an_error(
    studio: Any, monkeypatch: pytest.MonkeyPatch, group: str, name: str
) -> None:
    """As in a checkout that was upgraded and not installed again; another's does not count."""

    def installed(**wanted: str) -> EntryPoints:
        if wanted == {"group": group, "name": name}:
            return EntryPoints([EntryPoint(name, "somebody_elses.module:Thing", group)])
        return entry_points(**wanted)

    monkeypatch.setattr(checks, "entry_points", installed)
    (error,) = said()
    assert (error.id, error.is_serious()) == ("blended_xblock.E001", True)
    assert name in error.msg
    assert group in error.msg


def test_every_message_says_what_to_do(lms: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """All at once, where everything is wrong."""
    lms.MODULESTORE_FIELD_OVERRIDE_PROVIDERS = ()
    lms.XBLOCK_FIELD_DATA_WRAPPERS = ()
    lms.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
    lms.DATABASES["default"]["OPTIONS"] = {"isolation_level": "serializable"}
    monkeypatch.setattr(checks, "entry_points", lambda **_wanted: EntryPoints())
    assert ids() == [
        *["blended_xblock.E001"] * len(ENTRY_POINTS),
        "blended_xblock.E002",
        "blended_xblock.E004",
        "blended_xblock.W001",
        "blended_xblock.W002",
    ]
    assert all(message.hint for message in said())
