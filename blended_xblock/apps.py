"""The Django app: how the LMS and Studio find and wire it."""

from __future__ import annotations

from typing import Any, ClassVar

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BlendedXBlockConfig(AppConfig):
    """Plugs the tables and services into both projects; an operator has nothing to edit."""

    name = "blended_xblock"
    label = "blended_xblock"
    verbose_name = _("Blended learning")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Listen to what happens around us, publish what is committed, check the settings."""
        from django.core import checks

        from blended_xblock import events, tasks
        from blended_xblock.checks import TAG, check_installation
        from blended_xblock.hosts import get_host

        checks.register(check_installation, TAG)
        events.decided.connect(tasks.enqueue_results, dispatch_uid="blended_xblock.results")
        events.queued.connect(tasks.enqueue_messages, dispatch_uid="blended_xblock.messages")
        events.file_received.connect(tasks.enqueue_file, dispatch_uid="blended_xblock.files")
        get_host().listen()

    plugin_app: ClassVar[dict[str, Any]] = {
        "url_config": {
            "lms.djangoapp": {
                "namespace": "blended_xblock",
                "regex": "^blended/",
                "relative_path": "web.urls",
            },
        },
        "settings_config": {
            "lms.djangoapp": {
                "common": {"relative_path": "settings.lms"},
                "production": {"relative_path": "settings.lms_served"},
            },
            "cms.djangoapp": {"common": {"relative_path": "settings.common"}},
        },
    }
