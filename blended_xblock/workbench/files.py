"""Static files, served by Django itself, and in parts to a player that asks for a part."""

from __future__ import annotations

import re
from typing import Final

from django.contrib.staticfiles.views import serve
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

_ONE_RANGE: Final = re.compile(r"bytes=(\d*)-(\d*)")


def static_file(request: HttpRequest, path: str) -> HttpResponseBase:
    """Return a file of an app, or the part of it that the Range header names.

    Without parts a browser can play a video but not wind it, and some do not play it at all.
    """
    response = serve(request, path, insecure=True)
    asked = _ONE_RANGE.fullmatch(request.headers.get("Range", ""))
    if not isinstance(response, FileResponse):
        return response
    response["Accept-Ranges"] = "bytes"
    if asked is None or not any(asked.groups()):
        return response
    # The files of the demonstration are small enough to be read whole.
    content = response.getvalue()
    # Closing the response would tell Django that the request is over.
    if response.file_to_stream is not None:
        response.file_to_stream.close()
    first, last = asked.groups()
    start = int(first) if first else max(len(content) - int(last), 0)
    end = min(int(last), len(content) - 1) if first and last else len(content) - 1
    if start > end:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{len(content)}"})
    return HttpResponse(
        content[start : end + 1],
        status=206,
        content_type=response["Content-Type"],
        headers={
            "Accept-Ranges": "bytes",
            "Content-Range": f"bytes {start}-{end}/{len(content)}",
            "Last-Modified": response["Last-Modified"],
        },
    )
