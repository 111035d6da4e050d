"""The two doors to an action, asked alike: the block's handler, and our own address."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final, NamedTuple

from django.test import Client
from django.urls import reverse

from tests import factories as f
from tests.ask import READS, ask


class Answer(NamedTuple):
    """What came back; ``code`` is that of a refusal in words, empty without one."""

    status: int
    text: str
    code: str


def block(user: Any, action: str, data: Any, *, body: bytes | None = None) -> Answer:
    response = ask(user, action, data, body=body)
    return _answer(response.status_code, response.text)


def web(user: Any, action: str, data: Any, *, body: bytes | None = None) -> Answer:
    client = Client()
    client.force_login(user)
    url = reverse("blended_xblock:act", args=(f.unit().pk, action))
    if action in READS:
        response = client.get(url, data)
    else:
        sent = json.dumps(data).encode() if body is None else body
        response = client.post(url, sent, "application/json")
    return _answer(response.status_code, response.getvalue().decode())


DOORS: Final[dict[str, Callable[..., Answer]]] = {"block": block, "web": web}


def _answer(status: int, text: str) -> Answer:
    try:
        said = json.loads(text)
    except ValueError:
        said = None
    is_refusal = status >= 400 and isinstance(said, dict)
    return Answer(status, text, str(said.get("code", "")) if is_refusal else "")
