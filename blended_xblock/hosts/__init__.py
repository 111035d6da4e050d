"""The system around us: one small protocol, and the place that knows which side of it we run on."""

from __future__ import annotations

from functools import lru_cache
from typing import cast

from django.conf import settings
from django.core.signals import setting_changed
from django.dispatch import receiver
from django.utils.module_loading import import_string

from blended_xblock.hosts.base import Host

__all__ = ["Host", "get_host"]

DEFAULT_HOST = "blended_xblock.hosts.openedx.OpenEdxHost"


@lru_cache(maxsize=1)
def _host(path: str) -> Host:
    return cast(Host, import_string(path)())


def get_host() -> Host:
    """Return the host named by ``settings.BLENDED_XBLOCK_HOST`` (the platform's by default)."""
    return _host(getattr(settings, "BLENDED_XBLOCK_HOST", DEFAULT_HOST))


@receiver(setting_changed)
def _forget(*, setting: str, **_kwargs: object) -> None:
    if setting == "BLENDED_XBLOCK_HOST":
        _host.cache_clear()
