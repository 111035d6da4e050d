"""Say to a course team what changed in how learners check themselves in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from blended_xblock.authoring.status_changes import describe_statuses
from blended_xblock.design import CheckIn


def describe_changes(
    old: CheckIn, new: CheckIn, labels: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    """Yield the name of each setting that changed, and a sentence; ``labels`` by code."""
    if old.opens_before != new.opens_before:
        text = _("Check-in now opens with the start of each session.")
        if new.opens_before:
            text = ngettext(
                "Check-in now opens %(n)d minute before each session.",
                "Check-in now opens %(n)d minutes before each session.",
                new.opens_before,
            )
        yield "opens_before", text % {"n": new.opens_before}
    if old.late_after != new.late_after:
        text = ngettext(
            "Who checks in is now late from %(n)d minute after the start.",
            "Who checks in is now late from %(n)d minutes after the start.",
            new.late_after,
        )
        yield "late_after", text % {"n": new.late_after}
    if old.too_late_after != new.too_late_after:
        text = ngettext(
            "Who checks in is now too late from %(n)d minute after the start.",
            "Who checks in is now too late from %(n)d minutes after the start.",
            new.too_late_after,
        )
        yield "too_late_after", text % {"n": new.too_late_after}
    if old.rotate_seconds != new.rotate_seconds:
        text = ngettext(
            "The code on the screen now changes every %(n)d second.",
            "The code on the screen now changes every %(n)d seconds.",
            new.rotate_seconds,
        )
        yield "rotate_seconds", text % {"n": new.rotate_seconds}
    yield from describe_statuses(old, new, labels, _status_sentences())


def _status_sentences() -> dict[str, tuple[str, str]]:
    """Return by setting the sentence that names a status, and the one for what is usual."""
    return {
        "early": (
            _("Who checks in before the start is now recorded as %(status)s."),
            _("Who checks in before the start is now recorded as those on time are."),
        ),
        "on_time": (
            _("Who checks in on time is now recorded as %(status)s."),
            _("Who checks in on time now has the usual status."),
        ),
        "late": (
            _("Who checks in late is now recorded as %(status)s."),
            _("Who checks in late now has the usual status."),
        ),
        "too_late": (
            _("Who checks in too late is now recorded as %(status)s."),
            _("Who comes too late to check in is now left to the trainer."),
        ),
    }
