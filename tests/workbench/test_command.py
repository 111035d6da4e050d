"""`demo`: one command from nothing to a served campus; a taken port is said at once."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from completion.models import BlockCompletion
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import CommandError
from workbench.models import XBlockState

from blended_xblock.models import AttendanceRecord, Session
from blended_xblock.workbench import seed
from blended_xblock.workbench.models import CampusEnrollment

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        yield holder.getsockname()[1]


def demo(*arguments: str) -> str:
    out = StringIO()
    call_command("demo", *arguments, stdout=out)
    return out.getvalue()


@pytest.mark.django_db
def test_a_taken_port_is_one_clear_line_before_any_work(taken_port: int) -> None:
    with pytest.raises(CommandError) as refused:
        demo("--port", str(taken_port))

    assert str(refused.value).count("\n") == 0
    assert f"Port {taken_port} on 127.0.0.1" in str(refused.value)
    assert f"--port {taken_port + 1}" in str(refused.value)
    assert refused.value.returncode == 1
    assert not seed.is_seeded()


@pytest.mark.django_db
def test_an_impossible_port_is_refused_as_well() -> None:
    with pytest.raises(CommandError, match="70000"):
        demo("--port", "70000")


@pytest.mark.django_db(transaction=True)
def test_preparing_fills_once_and_then_keeps(settings: object) -> None:
    assert "Filling the campus" in demo("--no-serve", "--seed-size", "3")
    people = CampusEnrollment.objects.count()
    CampusEnrollment.objects.filter(persona="expected").update(cohort="changed by hand")

    again = demo("--no-serve", "--seed-size", "5")

    assert "Filling" not in again
    assert "no learners were added" in again
    assert CampusEnrollment.objects.count() == people
    assert CampusEnrollment.objects.get(persona="expected").cohort == "changed by hand"


@pytest.mark.django_db(transaction=True)
def test_a_reset_wipes_fills_and_says_so_without_serving() -> None:
    demo("--no-serve")
    CampusEnrollment.objects.filter(persona="expected").update(cohort="changed by hand")

    said = demo("--reset")

    assert "Wiped" in said
    assert "Nothing is served" in said
    assert CampusEnrollment.objects.get(persona="expected").cohort != "changed by hand"
    assert seed.is_seeded()


@pytest.mark.django_db(transaction=True)
def test_wiping_leaves_no_row_and_every_table() -> None:
    seed.seed()

    seed.reset()

    assert not seed.is_seeded()
    for model in (get_user_model(), Session, AttendanceRecord, XBlockState, BlockCompletion):
        assert not model.objects.exists()


def test_it_serves_on_this_machine_and_keeps_its_data(tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | {
        "BLENDED_XBLOCK_DATA_DIR": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "blended_xblock.workbench.settings",
        "PYTHONUNBUFFERED": "1",
    }
    command = [sys.executable, "-m", "django", "demo", "--port", str(port)]
    for _start in range(2):
        with subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True,
        ) as server:  # fmt: skip
            try:
                page = _get(f"http://127.0.0.1:{port}/")
            finally:
                server.terminate()
            said = server.stdout.read() if server.stdout else ""
        assert "Léa Martin" in page
        assert f"http://127.0.0.1:{port}/" in said
        assert ("Filling the campus" in said) is (_start == 0)
    assert (tmp_path / "secret_key").stat().st_mode & 0o077 == 0


def _get(address: str) -> str:
    for _attempt in range(150):
        try:
            with urllib.request.urlopen(address, timeout=30) as response:
                return str(response.read().decode())
        except OSError:
            time.sleep(0.2)
    raise AssertionError(f"{address} was never served")
