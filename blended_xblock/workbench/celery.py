"""The campus's Celery: in the same process, or on a worker where a broker is named.

``BLENDED_XBLOCK_BROKER_URL`` names it, for example ``redis://127.0.0.1:6379/0``; then start
``celery --app blended_xblock.workbench.celery worker`` beside the campus. Without it a task runs at
once, after the commit that asked for it.
"""

from __future__ import annotations

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "blended_xblock.workbench.settings")

_broker = os.environ.get("BLENDED_XBLOCK_BROKER_URL")

app = Celery("campus", broker=_broker, include=["blended_xblock.tasks"])
app.conf.update(
    task_always_eager=not _broker,
    task_ignore_result=True,
    # A worker that is killed in the middle of a task leaves it to the next.
    task_reject_on_worker_lost=True,
    broker_transport_options={"visibility_timeout": 60},
    broker_connection_retry_on_startup=True,
)
