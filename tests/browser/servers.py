"""The campus as a server that can be killed and started again, and a network that loses answers."""

from __future__ import annotations

import atexit
import contextlib
import functools
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HOST = "127.0.0.1"
DEMO = (sys.executable, "manage.py", "demo")


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as free:
        free.bind((HOST, 0))
        return int(free.getsockname()[1])


@functools.cache
def _filled_campus() -> Path:
    """Return the folder of a campus that the demo's command has filled: once for all journeys."""
    folder = Path(tempfile.mkdtemp(prefix="blended-campus-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    subprocess.run([*DEMO, "--no-serve"], cwd=ROOT, env=_environment(folder), check=True)
    return folder


def _environment(folder: Path) -> dict[str, str]:
    return os.environ | {
        "BLENDED_XBLOCK_DATA_DIR": str(folder),
        "DJANGO_SETTINGS_MODULE": "blended_xblock.workbench.settings",
    }


class DemoServer:
    """The campus, served by the command that `make demo` runs: on one port, from one folder."""

    def __init__(self, folder: Path, *, seed_size: int = 0, **variables: str) -> None:
        self.folder = folder
        self.port = free_port()
        self.address = f"http://{HOST}:{self.port}"
        self._seed_size = seed_size
        self._environment = _environment(folder) | variables
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def database(self) -> Path:
        return self.folder / "demo.sqlite3"

    @property
    def log(self) -> Path:
        return self.folder / "log"

    def start(self) -> None:
        """Start it and wait until it answers; what the folder holds is served as it is."""
        command = [*DEMO, "--port", str(self.port)]
        if not self.database.exists():
            if self._seed_size:
                command += ["--seed-size", str(self._seed_size)]
            else:
                shutil.copytree(_filled_campus(), self.folder, dirs_exist_ok=True)
        with self.log.open("ab") as out:
            self._process = subprocess.Popen(
                command, cwd=ROOT, env=self._environment, stdout=out, stderr=subprocess.STDOUT
            )
        self._wait(self._process)

    def kill(self) -> None:
        """End it in the middle of whatever it does."""
        assert self._process is not None
        self._process.kill()
        self._process.wait(10)

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(10)

    def _wait(self, process: subprocess.Popen[bytes]) -> None:
        for _attempt in range(240):
            if process.poll() is not None:
                pytest.fail(f"The demo stopped:\n{self.log.read_text()}")
            try:
                # Bound before it is filled: the first answer comes when everything is ready.
                with urllib.request.urlopen(self.address, timeout=60):
                    return
            except OSError:
                time.sleep(0.25)
        pytest.fail(f"The demo did not answer:\n{self.log.read_text()}")


@contextlib.contextmanager
def serve_demo(folder: Path, **variables: str) -> Iterator[str]:
    """Serve a fresh campus and yield its address."""
    server = DemoServer(folder, **variables)
    try:
        server.start()
        yield server.address
    finally:
        server.stop()


class LossyNetwork:
    """A way to a server that can lose answers: what was asked arrives, what is said does not.

    ``lose``: how many of the next answers to a request for ``path`` are lost. ``is_cut``: nothing
    passes.
    """

    def __init__(self, server: DemoServer, path: bytes) -> None:
        self.port = free_port()
        self.address = f"http://{HOST}:{self.port}"
        self.lose = 0
        self.lost = 0
        self.passed = 0
        self.is_cut = False
        self.asked = threading.Event()
        """Set once a request for the path has been handed on."""
        self._server = server
        self._path = path
        self._lock = threading.Lock()
        self._listener = socket.create_server((HOST, self.port), backlog=64)
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _address = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._join, args=(client,), daemon=True).start()

    def _join(self, client: socket.socket) -> None:
        if self.is_cut:
            client.close()
            return
        try:
            server = socket.create_connection((HOST, self._server.port), timeout=60)
        except OSError:
            client.close()
            return
        state = {"is_asked": False}
        threading.Thread(target=self._hand_on, args=(client, server, state), daemon=True).start()
        try:
            while data := server.recv(65536):
                if state["is_asked"]:
                    state["is_asked"] = False
                    if self._is_lost():
                        break
                client.sendall(data)
        except OSError:
            pass
        _close(client, server)

    def _hand_on(
        self, client: socket.socket, server: socket.socket, state: dict[str, bool]
    ) -> None:
        try:
            while data := client.recv(65536):
                if self.is_cut:
                    break
                if data.startswith(b"POST") and self._path in data.split(b"\r\n", 1)[0]:
                    state["is_asked"] = True
                server.sendall(data)
                if state["is_asked"]:
                    self.asked.set()
        except OSError:
            pass
        _close(client, server)

    def _is_lost(self) -> bool:
        with self._lock:
            if self.lose <= 0:
                self.passed += 1
                return False
            self.lose -= 1
            self.lost += 1
            return True


def _close(*sockets: socket.socket) -> None:
    for each in sockets:
        with contextlib.suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)
        each.close()
