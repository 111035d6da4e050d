"""Keep the translations true: collect the texts, compile them, check that nothing was forgotten.

Open edX reads the domain ``django`` from an app's ``locale`` and ``text`` from an XBlock's
``translations``: ``text`` is a copy of ``django``, and both folders are links to ``translations/``.
"""

from __future__ import annotations

import argparse
import gettext
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = "blended_xblock"
FOLDER = "translations"
DATE = '"POT-Creation-Date:'


def catalogues(root: Path) -> list[Path]:
    """Return the files people translate in: one for each language."""
    found = sorted((root / FOLDER).glob("*/LC_MESSAGES/django.po"))
    if not found:
        raise SystemExit(f"{FOLDER}/ holds no language. To begin one: tools/translations.py add fr")
    return found


def run(*command: str | Path, cwd: Path = ROOT) -> str:
    """Run one command of gettext or Django and return what it printed; stop when it fails."""
    done = subprocess.run(
        [str(part) for part in command], cwd=cwd, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"{command[0]} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


def collect(root: Path, languages: list[str]) -> None:
    """Write the texts of code and templates into the catalogues of a checkout."""
    options = [part for language in languages for part in ("--locale", language)]
    run(
        *(sys.executable, "-m", "django", "makemessages", *options),
        *("--no-location", "--no-wrap", "--no-obsolete", "--symlinks"),
        cwd=root / PACKAGE,
    )


def extract(languages: list[str]) -> None:
    """Collect the texts; a catalogue that gained or lost none keeps its date, and so its bytes."""
    before = {path: path.read_text(encoding="utf-8") for path in catalogues_or_none()}
    collect(ROOT, languages or [path.parts[-3] for path in before])
    for path in catalogues(ROOT):
        after = path.read_text(encoding="utf-8")
        if path in before and undated(before[path]) == undated(after):
            path.write_text(before[path], encoding="utf-8")
        shutil.copyfile(path, path.with_name("text.po"))
        print(f"collected {path.relative_to(ROOT)}")


def catalogues_or_none() -> list[Path]:
    return sorted((ROOT / FOLDER).glob("*/LC_MESSAGES/django.po"))


def undated(text: str) -> list[str]:
    return [line for line in text.splitlines() if not line.startswith(DATE)]


def compile_all() -> None:
    """Compile each catalogue; msgfmt refuses placeholders that differ from the original's."""
    for path in catalogues(ROOT):
        compiled = path.with_suffix(".mo")
        run("msgfmt", "--check", "-o", compiled, path)
        shutil.copyfile(path, path.with_name("text.po"))
        shutil.copyfile(compiled, path.with_name("text.mo"))
        print(f"compiled {compiled.relative_to(ROOT)}")


def messages(path: Path) -> dict[object, str]:
    """Read a compiled catalogue: two builds of gettext may order its bytes as they like."""
    if not path.exists():
        return {}
    with path.open("rb") as file:
        found = dict(gettext.GNUTranslations(file)._catalog)  # type: ignore[attr-defined]
    found.pop("", None)
    return found


def check() -> list[str]:
    """Return what is wrong, one sentence each; nothing in the checkout changes."""
    wrong = []
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        for name in (PACKAGE, "static", "templates", FOLDER):
            shutil.copytree(
                *(ROOT / name, copy / name),
                symlinks=True,
                ignore=shutil.ignore_patterns("__pycache__", "*.mo"),
            )
        paths = catalogues(ROOT)
        collect(copy, [path.parts[-3] for path in paths])
        for path in paths:
            wrong += check_one(path, copy / path.relative_to(ROOT), copy)
    return wrong


def check_one(path: Path, collected: Path, copy: Path) -> list[str]:
    """Check one language: its texts, that each is translated, and its three copies."""
    wrong = []
    name = path.relative_to(ROOT)
    if texts(path) != texts(collected):
        wrong.append(f"{name} lacks texts of the code, or holds some that are gone.")
    for option, state in (("--untranslated", "not translated"), ("--only-fuzzy", "fuzzy")):
        wrong += [f"{name}: {state}: {text}" for text in sorted(texts(path, option))]
    fresh = copy / "fresh.mo"
    run("msgfmt", "--check", "-o", fresh, path)
    for compiled in (path.with_suffix(".mo"), path.with_name("text.mo")):
        if messages(compiled) != messages(fresh):
            wrong.append(f"{compiled.relative_to(ROOT)} is not what its catalogue compiles to.")
    text = path.with_name("text.po")
    if not text.exists() or text.read_bytes() != path.read_bytes():
        wrong.append(f"{text.relative_to(ROOT)} is not a copy of {name.name}.")
    return wrong


def texts(path: Path, *only: str) -> set[str]:
    """Return the texts of a catalogue as gettext writes them, translated or not."""
    which = only or ("--clear-fuzzy", "--empty")
    plain = run("msgattrib", "--no-obsolete", "--no-wrap", *which, path)
    found = set()
    for entry in plain.split("\n\n"):
        text = re.search(r"^(?:msgctxt|msgid) .*?(?=^msgstr)", entry, re.MULTILINE | re.DOTALL)
        if text and text[0].strip() != 'msgid ""':
            found.add(" ".join(text[0].split()).removeprefix("msgid "))
    return found


def main() -> None:
    """Run one step; a missing gettext is said before Django fails on it."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("step", choices=["extract", "compile", "check", "add"])
    parser.add_argument("languages", nargs="*", help="add: the languages to begin, such as fr")
    options = parser.parse_args()
    if not shutil.which("msgfmt"):
        raise SystemExit("gettext is not installed. On Debian or Ubuntu: apt-get install gettext")
    os.environ.pop("DJANGO_SETTINGS_MODULE", None)
    if options.step in ("extract", "add"):
        extract(options.languages)
    elif options.step == "compile":
        compile_all()
    elif wrong := check():
        print("\n".join(wrong), file=sys.stderr)
        raise SystemExit("Translations are not up to date: make translations, then translate.")
    else:
        print("Translations are complete and compiled.")


if __name__ == "__main__":
    main()
