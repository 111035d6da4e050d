"""Why a follow-up is shut and what to do about it, in words for the learner."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from blended_xblock import models
from blended_xblock.design import Rule
from blended_xblock.gate.standing import Opening, outcome_at
from blended_xblock.schedule.wording import (
    describe_day,
    describe_instant,
    describe_span,
    describe_zone,
)


def describe_rule(rule: Rule) -> str:
    """Return what counts as taking part: "Opens when you have taken part in one session."."""
    if rule.kind == "minutes":
        return ngettext(
            "Opens when you have taken part live for %(n)d minute.",
            "Opens when you have taken part live for %(n)d minutes.",
            rule.at_least,
        ) % {"n": rule.at_least}
    if rule.kind == "occurrence":
        if rule.percent >= 100:
            return _("Opens when you have taken part in every session of one run of this event.")
        return _(
            "Opens when you have taken part in %(percent)d%% of the sessions of one run "
            "of this event."
        ) % {"percent": rule.percent}
    return ngettext(
        "Opens when you have taken part in a session.",
        "Opens when you have taken part in %(n)d sessions.",
        rule.at_least,
    ) % {"n": rule.at_least}


def describe_rule_to_author(rule: Rule) -> str:
    """Return what counts as taking part, as said to the course team."""
    if rule.kind == "minutes":
        return ngettext(
            "Follow-ups open to learners who took part live for at least %(n)d minute.",
            "Follow-ups open to learners who took part live for at least %(n)d minutes.",
            rule.at_least,
        ) % {"n": rule.at_least}
    if rule.kind == "occurrence":
        return _(
            "Follow-ups open to learners who took part in %(percent)d%% of the sessions "
            "of one occurrence."
        ) % {"percent": rule.percent}
    return ngettext(
        "Follow-ups open to learners who took part in any one session.",
        "Follow-ups open to learners who took part in at least %(n)d sessions.",
        rule.at_least,
    ) % {"n": rule.at_least}


def explain(
    rule: Rule,
    row: models.Standing,
    opening: Opening,
    sessions: Sequence[models.Session],
    *,
    zone: str,
    now: datetime,
) -> str:
    """Return why it is shut, or how it came to be open, for one learner.

    ``sessions`` are those the learner is or was expected at; dates are read in ``zone``, a
    session's own dates in the session's zone.
    """
    if row.is_waived:
        return _("Your course team opened this for you.")
    if opening.is_open:
        return _("You took part. This is open.") if row.is_met else _("This is open.")
    if row.is_met and opening.opens_at is not None:
        return _("You took part. This opens on %(when)s.") % {
            "when": describe_instant(opening.opens_at, zone, now)
        }
    if outcome_at(row, now) == "pending":
        return _explain_pending(row, opening, zone=zone, now=now)
    ahead = [session for session in sessions if session.is_live and session.ends_at > now]
    sentences = [describe_rule(rule)]
    if ahead:
        first = min(ahead, key=lambda session: session.starts_at)
        if first.starts_at <= now:
            sentences.append(_("%(title)s is happening now.") % {"title": first.title})
        else:
            when = describe_span(first.starts_at, first.ends_at, first.timezone, now)
            sentences.append(
                _("Your next session: %(title)s, %(when)s (%(zone)s).")
                % {"title": first.title, "when": when.text, "zone": when.zone}
            )
    else:
        sentences.append(_("No further session is planned for you. Ask your course team."))
    return " ".join(sentences)


def explain_lock(
    title: str, rule: Rule, row: models.Standing, opening: Opening, now: datetime
) -> str:
    """Return why a block is shut, from the standing alone, where the block itself is met.

    It is read in outlines, for many blocks at once; the blended unit's page says the rest. Dates
    are read in the zone of the session they are counted from.
    """
    if row.is_met and opening.opens_at is not None:
        return _("You took part in “%(title)s”. This opens on %(when)s (%(zone)s).") % {
            "title": title,
            "when": describe_instant(opening.opens_at, row.zone, now),
            "zone": describe_zone(row.zone),
        }
    if outcome_at(row, now) == "pending":
        return _explain_pending(row, opening, zone=row.zone, now=now)
    return _("%(rule)s See “%(title)s” for the dates.") % {
        "rule": describe_rule(rule),
        "title": title,
    }


def _explain_pending(row: models.Standing, opening: Opening, *, zone: str, now: datetime) -> str:
    assert row.pending_from is not None
    day = describe_day(row.pending_from.astimezone(ZoneInfo(row.zone)), now)
    said = _("Your attendance on %(day)s is not recorded yet.") % {"day": day}
    if opening.opens_at is None:
        return said + " " + _("This opens as soon as your trainer has recorded that you took part.")
    return (
        said
        + " "
        + _("This opens on %(when)s at the latest.")
        % {"when": describe_instant(opening.opens_at, zone, now)}
    )
