"""A lecture hall checks in: 200 learners, each a browser with a login, four workers, real HTTP.

It wants MariaDB (``BLENDED_TEST_DATABASE_URL``), since SQLite has one writer, and Redis, since
scores and completions are published by a worker of their own, as on a platform: here they are
queued. Each learner looks at the page behind the code of the moment and presses its button; all of
them at once.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

import dj_database_url
from django.conf import settings
from django.db import connection
from django.utils import timezone

from bench.lines import Line
from blended_xblock import api
from blended_xblock.attendance.check_in.codes import scanned_code, step_of, ticket_of
from blended_xblock.attendance.check_in.desk import find_desk
from blended_xblock.models import Session
from tests import factories as f

LEARNERS: Final = 200
WORKERS: Final = 4
SECONDS: Final = 10
ROTATE: Final = 15
_ROOT: Final = Path(__file__).resolve().parents[1]
_TOKEN: Final = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
_TURN: Final = re.compile(r'name="turn" value="([^"]*)"')


@dataclass(slots=True)
class Phone:
    """A learner's browser: it keeps cookies and sends what forms hold."""

    port: int
    user_id: int
    cookies: dict[str, str] = field(default_factory=dict)
    refusals: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def log_in(self) -> None:
        page = self._ask("GET", "/")[1]
        token = _TOKEN.search(page)
        assert token, "the first page has no form"
        self._ask("POST", "/who/", csrfmiddlewaretoken=token[1], user=str(self.user_id))
        assert "campus_session" in self.cookies, "not logged in"

    def look_around(self) -> None:
        self._ask("GET", f"/blended/check-in/{f.session_id()}/")

    def check_in(self, address: str) -> None:
        """Look at the page behind the code and press its button, as one person would."""
        start = time.perf_counter()
        status, page = self._ask("GET", address)
        token, turn = _TOKEN.search(page), _TURN.search(page)
        if status == 200 and token and turn:
            status, page = self._ask("POST", address, csrfmiddlewaretoken=token[1], turn=turn[1])
        if status != 302:
            self.refusals.append(f"{status}: {page[:300]}")
        self.seconds = time.perf_counter() - start

    def _ask(self, method: str, path: str, **data: str) -> tuple[int, str]:
        server = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if data:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        server.request(method, path, urlencode(data) if data else None, headers)
        answer = server.getresponse()
        body = answer.read().decode()
        for line in answer.headers.get_all("Set-Cookie", []):
            self.cookies |= {name: cookie.value for name, cookie in SimpleCookie(line).items()}
        server.close()
        return answer.status, body


def measure(folder: Path, broker: str) -> tuple[list[Line], list[str]]:
    """Let all of them check in at once; return the times, and what was refused."""
    learners = _fill()
    with _serve(folder, broker) as port:
        phones = [Phone(port, user.pk) for user in learners]
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(Phone.log_in, phones))
            # As on a server that has answered before: its workers have read their templates.
            list(pool.map(Phone.look_around, phones[: 10 * WORKERS]))
        # A display asks for its codes anew for each step; here that costs the server nothing.
        desk = find_desk(f.session())
        assert desk is not None
        start = time.perf_counter()
        threads = [
            threading.Thread(target=lambda phone=phone: phone.check_in(_address(desk)))
            for phone in phones
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        total = time.perf_counter() - start
    slowest = max(phone.seconds for phone in phones)
    lines = [
        Line(f"check-in of {LEARNERS} learners, {WORKERS} workers", 0, total * 1000),
        Line("the slowest of them, page and press", 0, slowest * 1000),
    ]
    return lines, [refusal for phone in phones for refusal in phone.refusals]


def _fill() -> list[Any]:
    f.build_course(unit=f.design(check_in={"rotate_seconds": ROTATE}))
    now = timezone.now()
    Session.objects.filter(pk=f.session_id()).update(
        starts_at=now - timedelta(minutes=1), ends_at=now + timedelta(hours=3)
    )
    learners = f.crowd(LEARNERS)
    api.set_desk(f.session_id(), "open", actor=f.person("trainer", f.Role.TRAINER))
    return learners


def _address(desk: Any) -> str:
    """Return what the QR code on the screen leads to at this moment."""
    code = scanned_code(desk.secret, desk.session_id, step_of(timezone.now(), ROTATE))
    return f"/blended/in/{ticket_of(desk.session_id, code)}/"


@contextlib.contextmanager
def _serve(folder: Path, broker: str) -> Iterator[int]:
    """Serve the campus on the test's own database, and yield the port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    url = os.environ["BLENDED_TEST_DATABASE_URL"]
    name = dj_database_url.parse(url)["NAME"]
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "BLENDED_XBLOCK_DATA_DIR": str(settings.DATA_DIR),
        "BLENDED_TEST_DATABASE_URL": url.replace(
            f"/{name}", f"/{connection.settings_dict['NAME']}", 1
        ),
        "BLENDED_XBLOCK_BROKER_URL": broker,
    }
    command = [
        sys.executable, "-m", "gunicorn", "--workers", str(WORKERS), "--backlog", "512",
        "--timeout", "60", "--bind", f"127.0.0.1:{port}",
        "django.core.wsgi:get_wsgi_application()",
    ]  # fmt: skip
    log = folder / "gunicorn.log"
    with log.open("wb") as out:
        server = subprocess.Popen(
            command, cwd=_ROOT, env=environment, stdout=out, stderr=subprocess.STDOUT
        )
    try:
        _wait(port, server, log)
        yield port
    finally:
        server.terminate()
        server.wait(20)


def _wait(port: int, server: subprocess.Popen[bytes], log: Path) -> None:
    for _attempt in range(240):
        assert server.poll() is None, f"the server stopped:\n{log.read_text()}"
        with contextlib.suppress(OSError):
            server_there = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
            server_there.request("GET", "/")
            if server_there.getresponse().status == 200:
                return
        time.sleep(0.25)
    raise AssertionError(f"the server did not answer:\n{log.read_text()}")
