"""The campus's Celery as it is, with a slow host, and with little patience for a dead worker."""

from __future__ import annotations

from django.conf import settings

from blended_xblock.workbench.celery import app

__all__ = ["app"]

settings.BLENDED_XBLOCK_HOST = "tests.results.slow_host.SlowHost"
# Without these nobody would take over for a minute what a killed worker had begun.
app.conf.broker_transport_options = {
    "visibility_timeout": 2,
    "unacked_restore_interval": 1,
    "unacked_restore_throttle": 1,
}
