"""Asks a handler of a blended unit as somebody, through the campus's runtime, as a page would."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.db import models
from webob import Request, Response
from workbench.models import XBlockState

from blended_xblock import models as ours
from blended_xblock.hosts.base import Viewer
from blended_xblock.hosts.workbench import WorkbenchHost
from blended_xblock.workbench.runtime import CampusRuntime
from tests import factories as f

IN_STUDIO = ("save_design", "studio_tool")
READS = ("calendar", "student_view_user_state", "roll", "close_preview", "history")


class MasqueradeHost(WorkbenchHost):
    """The campus, where whoever looks does so through somebody else's eyes."""

    def viewer(self, block: Any) -> Viewer:
        return replace(super().viewer(block), is_masquerading=True)


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


def all_rows() -> dict[str, list[dict[str, Any]]]:
    """Return every row of ours and of the stored course, to see that nothing was written."""
    tables = [t for t in vars(ours).values() if isinstance(t, type) and issubclass(t, models.Model)]
    return {
        table.__name__: list(table.objects.order_by("pk").values())
        for table in (*tables, XBlockState)
        if not table._meta.abstract
    }
