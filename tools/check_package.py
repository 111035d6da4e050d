"""Build what users install and try it where no checkout helps: a test in the tree cannot see that.

The steps: wheel and sdist, a wheel from the sdist, their files, their description, a fresh
environment with the wheel's hard dependencies only, then with the demo's, its tables on SQLite, and
the demo itself over HTTP.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import tarfile
import tempfile
import time
import urllib.error
import urllib.request
import zipfile
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DIST = ROOT / "dist"
PACKAGE = "blended_xblock"
LINKS = ("static", "templates", "translations", "locale")
START_SECONDS = 120

# What the platform gives or what only the demo needs: not importable from the wheel alone.
NEEDS_MORE = ("blended_xblock.workbench", "blended_xblock.hosts.workbench")

IMPORT_ALL = f"""
import importlib, pkgutil
import django
from django.conf import settings
class Nowhere:
    # No platform is here, so none of its signals.
    def listen(self): pass
settings.configure(
    BLENDED_XBLOCK_HOST="__main__.Nowhere",
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.admin",
                    "django.contrib.messages", "blended_xblock.apps.BlendedXBlockConfig"],
    SECRET_KEY="x", USE_TZ=True,
)
django.setup()
import blended_xblock
assert "site-packages" in blended_xblock.__file__, blended_xblock.__file__
names = [m.name for m in pkgutil.walk_packages(blended_xblock.__path__, "blended_xblock.")
         if not m.name.startswith({NEEDS_MORE!r})]
for name in names:
    importlib.import_module(name)
print(len(names), "modules import with the hard dependencies only")
"""

DISCOVER = """
import django
django.setup()
import blended_xblock
assert "site-packages" in blended_xblock.__file__, blended_xblock.__file__
from edx_django_utils.plugins import get_plugin_apps
for project in ("lms.djangoapp", "cms.djangoapp"):
    found = get_plugin_apps(project)
    assert "blended_xblock.apps.BlendedXBlockConfig" in found, (project, found)
from xblock.core import XBlock
block = XBlock.load_class("blended_unit")
assert block.__module__ == "blended_xblock.block", block.__module__
print("the plugin is found in both projects, its block loads as", block.__name__)
"""


class CheckFailedError(Exception):
    """A check that did not hold, as a sentence."""


def say(text: str) -> None:
    print(f"--> {text}", flush=True)


def require(holds: object, complaint: str) -> None:
    """Stop with a sentence when something does not hold."""
    if not holds:
        raise CheckFailedError(complaint)


def run(*command: str | Path, cwd: Path, env: dict[str, str] | None = None) -> None:
    """Run a command with its output shown; stop when it fails."""
    done = subprocess.run([str(part) for part in command], cwd=cwd, env=env, check=False)
    require(done.returncode == 0, f"{' '.join(map(str, command))[:200]} failed.")


def newest(folder: Path, pattern: str) -> Path:
    found = list(folder.glob(pattern))
    require(len(found) == 1, f"Expected one {pattern} in {folder}, found {len(found)}.")
    return found[0]


def build(scratch: Path) -> tuple[Path, Path, Path]:
    """Build the sdist, the wheel of the checkout, and the wheel of the sdist."""
    for place in (DIST, ROOT / "build"):
        shutil.rmtree(place, ignore_errors=True)
    # Setuptools would add what an older list of sources names, though it is gone.
    for place in ROOT.glob("*.egg-info/SOURCES.txt"):
        place.unlink()
    run(sys.executable, "-m", "build", "--sdist", "--wheel", "--outdir", DIST, ROOT, cwd=scratch)
    sdist, wheel = newest(DIST, "*.tar.gz"), newest(DIST, "*.whl")
    with tarfile.open(sdist) as archive:
        archive.extractall(scratch / "sdist", filter="data")
    unpacked = newest(scratch / "sdist", "*")
    again = scratch / "wheel-of-sdist"
    run(sys.executable, "-m", "build", "--wheel", "--outdir", again, unpacked, cwd=scratch)
    return sdist, wheel, newest(again, "*.whl")


def wanted_files() -> set[str]:
    """Return what an archive must hold: code, and assets through the links."""
    walked = (
        (Path(folder), name)
        for folder, _, names in os.walk(ROOT / PACKAGE, followlinks=True)
        for name in names
    )
    return {
        (folder / name).relative_to(ROOT).as_posix()
        for folder, name in walked
        if "__pycache__" not in folder.parts and not name.startswith(".")
    } - unread_copies()


def unread_copies() -> set[str]:
    """Return the domains that nobody asks for: XBlock reads ``text``, Django reads ``django``."""
    package = ROOT / PACKAGE
    found = [*package.glob("translations/**/django.*"), *package.glob("locale/**/text.*")]
    return {path.relative_to(ROOT).as_posix() for path in found}


def check_files(wheel: Path, rebuilt: Path, sdist: Path) -> None:
    """Compare the three archives with the tree and with each other."""
    wanted = wanted_files()
    in_wheel = names_in_wheel(wheel)
    ours = {name for name in in_wheel if name.startswith(f"{PACKAGE}/")}
    require(ours == wanted, f"Wheel and tree differ in: {shown(ours ^ wanted)}")
    for pattern in (
        rf"{PACKAGE}/static/{PACKAGE}/css/.+\.css",
        rf"{PACKAGE}/static/{PACKAGE}/js/.+\.js",
        rf"{PACKAGE}/templates/{PACKAGE}/.+\.html",
        rf"{PACKAGE}/translations/fr/LC_MESSAGES/text\.mo",
        rf"{PACKAGE}/locale/fr/LC_MESSAGES/django\.mo",
        rf"{PACKAGE}/migrations/0001_.+\.py",
        rf"{PACKAGE}/workbench/migrations/0001_.+\.py",
        rf"{PACKAGE}/workbench/olx/.+\.xml",
        rf"{PACKAGE}/workbench/management/commands/demo\.py",
        r"blended_xblock-.+\.dist-info/licenses/LICENSE",
    ):
        require(any(re.fullmatch(pattern, name) for name in in_wheel), f"No {pattern} in {wheel}.")
    strangers = {
        name for name in in_wheel if not re.match(rf"{PACKAGE}/|{PACKAGE}-[^/]+\.dist-info/", name)
    }
    require(not strangers, f"The wheel brings strangers: {shown(strangers)}")
    require(names_in_wheel(rebuilt) == in_wheel, "The wheel of the sdist has other files.")
    check_sdist(sdist, wanted)
    say(f"{len(in_wheel)} files in the wheel, the same ones when it is built from the sdist")


def check_sdist(sdist: Path, wanted: set[str]) -> None:
    """The sdist must hold the package once: no tests, no second copy of the assets."""
    with tarfile.open(sdist) as archive:
        held = {
            member.name.partition("/")[2]: member
            for member in archive.getmembers()
            if not member.isdir()
        }
    missing = wanted - held.keys()
    require(not missing, f"The sdist lacks: {shown(missing)}")
    extra = {name for name in held if name.split("/")[0] in (*LINKS, "tests", "docs", ".demo")}
    require(not extra, f"The sdist holds more than the package: {shown(extra)}")
    links = {name for name, member in held.items() if member.issym()}
    require(not links, f"The sdist holds links, which a wheel cannot: {shown(links)}")


def names_in_wheel(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return {name for name in archive.namelist() if not name.endswith("/")}


def shown(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)[:12]) or "nothing"


def check_installed(wheel: Path, scratch: Path) -> None:
    """Install the wheel where the checkout cannot be seen, and use it."""
    environment = scratch / "venv"
    run(sys.executable, "-m", "venv", environment, cwd=scratch)
    python = environment / "bin" / "python"
    env = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    env.pop("DJANGO_SETTINGS_MODULE", None)
    pip = (python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check")

    say("the wheel alone, with what it requires")
    run(*pip, wheel, cwd=scratch, env=env)
    run(python, "-c", IMPORT_ALL, cwd=scratch, env=env)
    run(python, "-m", "pip", "check", cwd=scratch, env=env)

    say("the wheel with its demo")
    run(*pip, f"{wheel}[demo]", cwd=scratch, env=env)
    env |= {
        "DJANGO_SETTINGS_MODULE": "blended_xblock.workbench.settings",
        "BLENDED_XBLOCK_DATA_DIR": str(scratch / "data"),
    }
    run(python, "-c", DISCOVER, cwd=scratch, env=env)
    django = (python, "-m", "django")
    run(*django, "migrate", "--run-syncdb", "--verbosity", "0", cwd=scratch, env=env)
    run(*django, "migrate", "--check", "--verbosity", "0", cwd=scratch, env=env)
    check_demo(django, scratch, env)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def check_demo(django: tuple[str | Path, ...], scratch: Path, env: dict[str, str]) -> None:
    """Serve the demo from the wheel and read its first page and a stylesheet of that page."""
    port = free_port()
    log = scratch / "demo.log"
    with log.open("wb") as output:
        server = subprocess.Popen(
            [*map(str, django), "demo", "--port", str(port)],
            cwd=scratch,
            env=env,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            base = f"http://127.0.0.1:{port}"
            page = fetch_when_up(f"{base}/", server)
            styles = re.findall(rf'href="(/static/{PACKAGE}/[^"]+\.css)"', page)
            require(styles, "The demo's first page names no stylesheet of ours.")
            require(fetch(base + styles[0]).strip(), f"{styles[0]} is empty.")
        except (CheckFailedError, OSError):
            print(log.read_text(encoding="utf-8", errors="replace")[-4000:], file=sys.stderr)
            raise
        finally:
            server.terminate()
            try:
                server.wait(timeout=20)
            except subprocess.TimeoutExpired:
                server.kill()
    say(f"the demo serves its first page and {styles[0]} from the wheel")


def fetch(url: str) -> str:
    with urllib.request.urlopen(url, timeout=30) as answer:
        return str(answer.read().decode("utf-8"))


def fetch_when_up(url: str, server: subprocess.Popen[bytes]) -> str:
    """Fetch a page of a server that is still starting; its own end ends the wait."""
    deadline = time.monotonic() + START_SECONDS
    while True:
        require(server.poll() is None, "The demo stopped by itself.")
        try:
            return fetch(url)
        except urllib.error.HTTPError:
            raise
        except OSError:
            require(time.monotonic() < deadline, f"No answer in {START_SECONDS} s: {url}")
            time.sleep(0.3)


def main() -> None:
    """Run all steps in a folder of their own, which is removed again."""
    with tempfile.TemporaryDirectory(prefix="blended-package-") as folder:
        scratch = Path(folder)
        try:
            sdist, wheel, rebuilt = build(scratch)
            check_files(wheel, rebuilt, sdist)
            run(
                *(sys.executable, "-m", "twine", "check", "--strict", sdist, wheel, rebuilt),
                cwd=scratch,
            )
            check_installed(rebuilt, scratch)
        except CheckFailedError as error:
            raise SystemExit(f"The package is not right. {error}") from None
    for built in (sdist, wheel):
        say(f"{built.relative_to(ROOT)}  {built.stat().st_size // 1024} KiB")


if __name__ == "__main__":
    main()
