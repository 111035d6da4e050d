"""Settings of the LMS: the gate stands where the platform asks for a block's fields."""

from __future__ import annotations

from typing import Any, Final

from blended_xblock.settings import common

PROVIDER: Final = "blended_xblock.gate.overrides.BlendedGateOverride"
CALLBACKS: Final = "blended_xblock.gate.callbacks.CallbackGate"
WRAPPER: Final = "lms.djangoapps.courseware.field_overrides:OverrideModulestoreFieldData.wrap"


def plugin_settings(settings: Any) -> None:
    """Put our provider first: the platform hears only the first that answers, and ours asks on."""
    common.plugin_settings(settings)
    providers = tuple(getattr(settings, "MODULESTORE_FIELD_OVERRIDE_PROVIDERS", ()))
    if PROVIDER not in providers:
        settings.MODULESTORE_FIELD_OVERRIDE_PROVIDERS = (PROVIDER, *providers)
    # Last, so that it is known who asks.
    middleware = tuple(getattr(settings, "MIDDLEWARE", ()))
    if CALLBACKS not in middleware:
        settings.MIDDLEWARE = [*middleware, CALLBACKS]
