"""What an action answers with: JSON, a rendered part, or JSON that says when it was saved."""

from __future__ import annotations

import json
import re
from typing import Any
from zoneinfo import ZoneInfo

from django.template.loader import render_to_string
from django.utils import timezone
from webob import Response

from blended_xblock.models import Session


def as_saved(session: Session, data: dict[str, Any]) -> Response:
    return as_json({"saved_at": clock_of(session.timezone)} | data)


def clock_of(zone: str) -> str:
    return timezone.now().astimezone(ZoneInfo(zone)).strftime("%H:%M:%S")


def as_html(template: str, context: dict[str, Any]) -> Response:
    # A hundred rows are mostly indentation otherwise; inside tags and texts nothing is touched.
    html = re.sub(r"\n\s+(?=<)", "\n", render_to_string(f"blended_xblock/{template}.html", context))
    return Response(
        html,
        content_type="text/html",
        charset="utf-8",
    )


def as_json(data: dict[str, Any], status: int = 200) -> Response:
    return Response(
        json.dumps(data), status=status, content_type="application/json", charset="utf-8"
    )
