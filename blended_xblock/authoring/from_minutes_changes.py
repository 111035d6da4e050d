"""Say to a course team what changed in how the minutes of a report become a status."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from blended_xblock.authoring.status_changes import describe_statuses
from blended_xblock.design import FromMinutes


def describe_changes(
    old: FromMinutes, new: FromMinutes, labels: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    """Yield the name of each setting that changed, and a sentence; ``labels`` by code."""
    if old.present_from != new.present_from:
        text = _("In a report, learners now count as present from %(n)d%% of a session.")
        yield "present_from", text % {"n": new.present_from}
    if old.absent_below != new.absent_below:
        text = _("In a report, nobody counts as absent any more.")
        if new.absent_below:
            text = _("In a report, learners now count as absent below %(n)d%% of a session.")
        yield "absent_below", text % {"n": new.absent_below}
    if old.late_after != new.late_after:
        text = _("In a report, whoever joins after the start now counts as late.")
        if new.late_after:
            text = ngettext(
                "In a report, whoever joins from %(n)d minute after the start now counts as late.",
                "In a report, whoever joins from %(n)d minutes after the start now counts as late.",
                new.late_after,
            )
        yield "late_after", text % {"n": new.late_after}
    if old.left_before != new.left_before:
        text = _("In a report, only who is there at the end now counts as having stayed.")
        if new.left_before:
            text = ngettext(
                "In a report, whoever is there %(n)d minute before the end now counts as having "
                "stayed.",
                "In a report, whoever is there %(n)d minutes before the end now counts as having "
                "stayed.",
                new.left_before,
            )
        yield "left_before", text % {"n": new.left_before}
    yield from describe_statuses(old, new, labels, _status_sentences())


def _status_sentences() -> dict[str, tuple[str, str]]:
    """Return by setting the sentence that names a status, and the one for what is usual."""
    return {
        "present": (
            _("Whoever counts as present in a report is now recorded as %(status)s."),
            _("Whoever counts as present in a report now has the usual status."),
        ),
        "late": (
            _("Whoever counts as late in a report is now recorded as %(status)s."),
            _("Whoever counts as late in a report now has the usual status."),
        ),
        "left_early": (
            _("Whoever counts as having left early in a report is now recorded as %(status)s."),
            _("Whoever counts as having left early in a report now has the usual status."),
        ),
        "absent": (
            _("Whoever counts as absent in a report is now recorded as %(status)s."),
            _("Whoever counts as absent in a report now has the usual status."),
        ),
    }
