"""Names as tools display them: pronouns taken off, the original name where the column shows it."""

from __future__ import annotations

import re
from typing import Final

from blended_xblock.imports.words import HOSTS, fold

# "(she/her)", "(elle/iel)": short words joined by slashes.
_PRONOUNS: Final = re.compile(r"\s*\(\s*[^\W\d_]{1,7}(?:\s*/\s*[^\W\d_]{1,7})+\s*\)$")
# "(Host)", "(Co-host, me)".
_HOST: Final = re.compile(r"\s*\((?:co-?\s?)?([^\W\d_]+)(?:,[^()]*)?\)\s*$", re.IGNORECASE)
MOST: Final = 255


def read_name(cell: str, *, is_original: bool = False) -> str:
    """Return the name displayed; with ``is_original`` the one in the last parentheses, if any."""
    name = " ".join(cell.split())
    if "(" not in name:
        return name[:MOST].rstrip()
    name = _PRONOUNS.sub("", name)
    if is_original and name.endswith(")"):
        place = _opening(name)
        inner = name[place + 1 : -1].strip() if place >= 0 else ""
        name = _PRONOUNS.sub("", inner) or name[: max(place, 0)].strip() or name
    return name[:MOST].rstrip()


def split_host(cell: str) -> tuple[str, bool]:
    """Return a cell without "(Host)" or "(Co-host, me)" at its end, and whether it was there."""
    match = _HOST.search(cell) if "(" in cell else None
    if match and fold(match[1]) in HOSTS:
        return cell[: match.start()], True
    return cell, False


def read_email(cell: str) -> str | None:
    """Return an e-mail address as it is written, or None for what is none."""
    text = cell.strip()
    return text if "@" in text and len(text) <= 254 and len(text.split()) == 1 else None


def _opening(name: str) -> int:
    depth = 0
    for place in range(len(name) - 1, -1, -1):
        if name[place] == ")":
            depth += 1
        elif name[place] == "(":
            depth -= 1
            if depth == 0:
                return place
    return -1
