"""The campus as a Django app of its own: a platform that installs the package never gets it."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CampusConfig(AppConfig):
    """People of the demonstration; the course itself lives in the workbench's store."""

    name = "blended_xblock.workbench"
    label = "blended_campus"
    verbose_name = _("Demonstration campus")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Make the campus's Celery the one that tasks go to."""
        from blended_xblock.workbench.celery import app

        app.set_default()
