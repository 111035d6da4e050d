"""Settings of an LMS that serves people, added after the platform's own for production."""

from __future__ import annotations

from typing import Any

from blended_xblock.settings import lms


def plugin_settings(settings: Any) -> None:
    """See to it that the modulestore asks the providers at all; without it nothing is gated."""
    lms.plugin_settings(settings)
    wrappers = tuple(getattr(settings, "XBLOCK_FIELD_DATA_WRAPPERS", ()))
    if lms.WRAPPER not in wrappers:
        settings.XBLOCK_FIELD_DATA_WRAPPERS = (*wrappers, lms.WRAPPER)
