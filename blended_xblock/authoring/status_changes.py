"""Say to a course team which status a setting gives now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from blended_xblock.authoring.session_changes import shorten
from blended_xblock.authoring.wording import quote


def describe_statuses(
    old: object, new: object, labels: Mapping[str, str], sentences: Mapping[str, tuple[str, str]]
) -> Iterator[tuple[str, str]]:
    """Yield the name of each status that changed between two versions of a setting, and a sentence.

    ``sentences`` has two by name: one with a place for the status, and the one for what is usual.
    ``labels`` are those of the unit's statuses by code.
    """
    for name, (now_as, as_usual) in sentences.items():
        code = getattr(new, name)
        if getattr(old, name) != code:
            status = quote(shorten(labels.get(code, code)))
            yield name, now_as % {"status": status} if code else as_usual
