"""Asks a handler of a blended unit as somebody, through the campus's runtime, as a page would."""

from __future__ import annotations

import functools
import json
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.db import connection, models
from webob import Request, Response
from workbench.models import XBlockState

from blended_xblock import models as ours
from blended_xblock.hosts.base import Viewer
from blended_xblock.hosts.workbench import WorkbenchHost
from blended_xblock.workbench.runtime import CampusRuntime
from tests import factories as f

IN_STUDIO = ("save_design", "studio_tool")
READS = (
    "calendar",
    "student_view_user_state",
    "own_page",
    "own_history",
    "absence_options",
    "inbox",
    "roll",
    "roll_changes",
    "export_roll",
    "alarms",
    "board",
    "reminder_preview",
    "reminder_progress",
    "close_preview",
    "history",
    "bulk_actions",
    "desk",
    "own_pass",
    "find_people",
    "guests",
    "guest_history",
    "imports",
    "import_state",
    "import_page",
)


class MasqueradeHost(WorkbenchHost):
    """The campus, where whoever looks does so through somebody else's eyes."""

    def viewer(self, block: Any) -> Viewer:
        return replace(super().viewer(block), is_masquerading=True)

    def viewer_of(self, request: Any, course_key: str, usage_key: str) -> Viewer:
        viewer = super().viewer_of(request, course_key, usage_key)
        return replace(viewer, is_masquerading=True)


def ask(
    user: Any,
    handler: str,
    data: dict[str, Any] | None = None,
    *,
    method: str = "",
    name: str = "unit",
    body: bytes | None = None,
    in_studio: bool | None = None,
    tool: str = "check_design",
) -> Response:
    """Call a handler; refused by the runtime is 403, as on a page. Studio's are called there."""
    method = method or ("GET" if handler in READS else "POST")
    data = data or {}
    if method == "GET":
        request = Request.blank(f"/?{urlencode(data)}")
    else:
        body = json.dumps(data).encode() if body is None else body
        request = Request.blank("/", method=method, body=body)
    in_studio = handler in IN_STUDIO if in_studio is None else in_studio
    runtime = CampusRuntime(user, is_author_mode=in_studio)
    try:
        return runtime.handle(
            runtime.get_block(f.unit_key(name)),
            handler,
            request,
            tool if handler == "studio_tool" else "",
        )
    except PermissionDenied:
        return Response(status=403)


@functools.cache
def _tables() -> dict[str, tuple[str, list[models.Field]]]:
    """Return what reads each table of ours and the stored course's, and its columns."""
    tables = [t for t in vars(ours).values() if isinstance(t, type) and issubclass(t, models.Model)]
    read = {}
    for table in (*tables, XBlockState):
        if not table._meta.abstract:
            fields = list(table._meta.concrete_fields)
            names = ", ".join(connection.ops.quote_name(field.column) for field in fields)
            place, key = map(
                connection.ops.quote_name, (table._meta.db_table, table._meta.pk.column)
            )
            read[table.__name__] = (f"SELECT {names} FROM {place} ORDER BY {key}", fields)
    return read


def all_rows() -> dict[str, list[dict[str, Any]]]:
    """Return every row of ours and of the stored course, to see that nothing was written.

    As the database has them, but for JSON: this is asked often, and models would cost the most.
    """
    found = {}
    with connection.cursor() as cursor:
        for name, (statement, fields) in _tables().items():
            cursor.execute(statement)
            found[name] = [
                {
                    field.attname: json.loads(value)
                    if isinstance(field, models.JSONField)
                    else value
                    for field, value in zip(fields, row, strict=True)
                }
                for row in cursor.fetchall()
            ]
    return found
