"""Settings for every environment: defaults only, whatever the operator set stays."""

from __future__ import annotations

from typing import Any


def plugin_settings(settings: Any) -> None:
    """Add our defaults where the operator set nothing."""
    if not hasattr(settings, "BLENDED_XBLOCK_HOST"):
        settings.BLENDED_XBLOCK_HOST = "blended_xblock.hosts.openedx.OpenEdxHost"
