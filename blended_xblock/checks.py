"""System checks: what an operator should hear before a learner finds a gate that stands open.

They read settings and what installed packages say of themselves; none asks the database. Where the
host is not Open edX they say nothing. What only a system that serves people needs is not asked
where there is no database server: images are built and tests run without one, and an error there
would stop them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib.metadata import entry_points
from typing import Any, Final

from django.conf import settings
from django.core.cache import caches
from django.core.cache.backends.dummy import DummyCache
from django.core.cache.backends.locmem import LocMemCache
from django.core.checks import CheckMessage, Error, Warning

from blended_xblock.hosts import get_host
from blended_xblock.hosts.openedx import OpenEdxHost
from blended_xblock.settings.lms import CALLBACKS, PROVIDER, WRAPPER

TAG: Final = "blended_xblock"
ENTRY_POINTS: Final = (
    ("xblock.v1", "blended_unit"),
    ("openedx.user_partition_scheme", "blended_unit"),
    ("openedx.dynamic_partition_generator", "blended_unit"),
    ("openedx.block_structure_transformer", "blended_gate"),
)
_NO_SERVER: Final = ("django.db.backends.dummy", "django.db.backends.sqlite3")
_ISOLATION: Final = "read committed"


def check_installation(*, app_configs: Any = None, **_kwargs: Any) -> list[CheckMessage]:
    """Return what keeps the gate from holding in this process, most serious first."""
    if not isinstance(get_host(), OpenEdxHost):
        return []
    messages = list(_entry_points())
    if getattr(settings, "SERVICE_VARIANT", "lms") != "cms":
        messages += _callbacks()
        messages += _providers(list(getattr(settings, "MODULESTORE_FIELD_OVERRIDE_PROVIDERS", ())))
        if _serves_people():
            messages += _wrappers()
    if _serves_people():
        messages += _cache()
        messages += _isolation()
    return messages


def _entry_points() -> Iterator[CheckMessage]:
    for group, name in ENTRY_POINTS:
        found = entry_points(group=group, name=name)
        if any(each.module.startswith("blended_xblock.") for each in found):
            continue
        yield Error(
            f"The entry point {name} of {group} is not installed.",
            hint="Open edX finds the plugin by its package's metadata. Install it again with pip "
            "in the environment of this process (an editable checkout too, after an upgrade), and "
            "restart the LMS, Studio and their workers.",
            id="blended_xblock.E001",
        )


def _providers(providers: Sequence[str]) -> Iterator[CheckMessage]:
    if PROVIDER not in providers:
        yield Error(
            "Follow-ups are open to everybody: MODULESTORE_FIELD_OVERRIDE_PROVIDERS does not name "
            "the gate.",
            hint=f"The plugin adds {PROVIDER} by itself; settings of yours set the list anew. "
            "Add to the list instead of setting it, or put this in front of it.",
            id="blended_xblock.E002",
        )
    elif ahead := providers[: providers.index(PROVIDER)]:
        yield Error(
            "Follow-ups may be open: in MODULESTORE_FIELD_OVERRIDE_PROVIDERS others stand before "
            f"the gate: {', '.join(ahead)}.",
            hint="Of those who answer for a field the platform hears the first only. Put "
            f"{PROVIDER} first: it asks the others itself. If those before it never answer for "
            "group_access, silence this with SILENCED_SYSTEM_CHECKS.",
            id="blended_xblock.E003",
        )


def _callbacks() -> Iterator[CheckMessage]:
    if CALLBACKS not in settings.MIDDLEWARE:
        yield Error(
            "A locked problem can be read and answered at the platform's address for callbacks: "
            "MIDDLEWARE does not name the gate.",
            hint=f"The plugin adds {CALLBACKS} by itself; settings of yours set the list anew. "
            "Add to the list instead of setting it, or put this at its end.",
            id="blended_xblock.E005",
        )


def _wrappers() -> Iterator[CheckMessage]:
    if WRAPPER not in getattr(settings, "XBLOCK_FIELD_DATA_WRAPPERS", ()):
        yield Error(
            "Follow-ups are open to everybody: XBLOCK_FIELD_DATA_WRAPPERS does not name the "
            "platform's wrapper, so no field override is asked for.",
            hint=f"Put {WRAPPER} into XBLOCK_FIELD_DATA_WRAPPERS of the LMS. The platform's "
            "production settings do, and so does the plugin where they are used.",
            id="blended_xblock.E004",
        )


def _cache() -> Iterator[CheckMessage]:
    if isinstance(caches["default"], DummyCache | LocMemCache):
        yield Warning(
            "The default cache is not shared by the processes of the platform.",
            hint="A publish renews the gates of a course through the default cache: without a "
            "shared one the other processes may hold old gates for a minute, or every request "
            "reads them anew. Name Redis or Memcached in CACHES, the same for LMS, Studio and "
            "workers.",
            id="blended_xblock.W001",
        )


def _isolation() -> Iterator[CheckMessage]:
    database: dict[str, Any] = settings.DATABASES["default"]
    if not database["ENGINE"].endswith(".mysql"):
        return
    options = database.get("OPTIONS") or {}
    # Django sets read committed where nothing is named, and leaves it to the server for None.
    level = options.get("isolation_level", _ISOLATION)
    if str(level or "").lower() != _ISOLATION:
        yield Warning(
            f"The isolation level of the default database is not {_ISOLATION}.",
            hint="A writer waits for its turn and then reads what those before it wrote; at a "
            "stricter level it may still be shown what stood there before it waited. Leave "
            f"isolation_level out of the OPTIONS of DATABASES, or set it to “{_ISOLATION}”.",
            id="blended_xblock.W002",
        )


def _serves_people() -> bool:
    return settings.DATABASES["default"].get("ENGINE", _NO_SERVER[0]) not in _NO_SERVER
