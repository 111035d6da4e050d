"""The sentences that say what the settings of a blended unit mean, for the course team."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from blended_xblock.design import Design, FollowUp, Gate, MakeUp, Reminder, Rule

# So many are named one by one in a sentence; the rest are counted.
NAMED: Final = 3
_HOURS_OF_A_DAY: Final = 24


def describe_design(design: Design, titles: Mapping[str, str]) -> list[str]:
    """Return what the settings mean: one to four items, each of one or two sentences.

    ``titles`` names linked blocks by ``type@id``; one that has no title is named by its link.
    """
    live = sum(not session.cancelled for session in design.sessions)
    said = [_describe_rule(design, titles, live)]
    if not design.sessions:
        said.append(_("No session is planned yet: nobody can take part."))
    elif not live:
        said.append(_("Every session is cancelled: nobody can take part."))
    elif design.follow_ups:
        said.append(_describe_gate(design.gate))
    if design.make_ups:
        said.append(_describe_make_ups(design.make_ups, titles))
    if design.reminders:
        said.append(_describe_reminders(design.reminders))
    return said


def by_delay(follow_ups: Iterable[FollowUp], titles: Mapping[str, str]) -> dict[int, list[str]]:
    """Return the titles of follow-ups by days of delay, the shortest first."""
    groups: dict[int, list[str]] = {}
    for item in sorted(follow_ups, key=lambda item: item.delay_days):
        groups.setdefault(item.delay_days, []).append(_title(item.block, titles))
    return groups


def name_all(titles: Sequence[str]) -> str:
    """Return titles as a sentence names them: "“A” and “B”", "“A”, “B”, “C” and 2 more"."""
    named = [quote(title) for title in titles[:NAMED]]
    return _join(named, len(titles) - len(named))


def quote(title: str) -> str:
    """Return a title in quotation marks."""
    return _("“%(title)s”") % {"title": title}


def _describe_rule(design: Design, titles: Mapping[str, str], live: int) -> str:
    if not design.follow_ups:
        locked = _("Nothing is locked: there is no follow-up.")
        return f"{_who_takes_part(design.rule, live)} {locked}"
    groups = by_delay(design.follow_ups, titles)
    named = [_with_delay(days, names) for days, names in list(groups.items())[:NAMED]]
    more = sum(len(names) for names in list(groups.values())[NAMED:])
    return _who_opens(design.rule, live, _join_delays(named, more))


def _who_opens(rule: Rule, live: int, what: str) -> str:
    values = {"what": what, "n": rule.at_least, "percent": rule.percent}
    if rule.kind == "minutes":
        text = ngettext(
            "A learner who takes part live for at least %(n)d minute opens %(what)s.",
            "A learner who takes part live for at least %(n)d minutes opens %(what)s.",
            rule.at_least,
        )
    elif rule.kind == "occurrence" and rule.percent >= 100:
        text = _("A learner who attends every session of one occurrence opens %(what)s.")
    elif rule.kind == "occurrence":
        text = _(
            "A learner who attends at least %(percent)d%% of the sessions of one occurrence "
            "opens %(what)s."
        )
    elif rule.at_least == 1 and live == 1:
        text = _("A learner who attends the session opens %(what)s.")
    else:
        text = ngettext(
            "A learner who attends any one session opens %(what)s.",
            "A learner who attends at least %(n)d sessions opens %(what)s.",
            rule.at_least,
        )
    return text % values


def _who_takes_part(rule: Rule, live: int) -> str:
    values = {"n": rule.at_least, "percent": rule.percent}
    if rule.kind == "minutes":
        text = ngettext(
            "A learner who takes part live for at least %(n)d minute has taken part.",
            "A learner who takes part live for at least %(n)d minutes has taken part.",
            rule.at_least,
        )
    elif rule.kind == "occurrence" and rule.percent >= 100:
        text = _("A learner who attends every session of one occurrence has taken part.")
    elif rule.kind == "occurrence":
        text = _(
            "A learner who attends at least %(percent)d%% of the sessions of one occurrence "
            "has taken part."
        )
    elif rule.at_least == 1 and live == 1:
        text = _("A learner who attends the session has taken part.")
    else:
        text = ngettext(
            "A learner who attends any one session has taken part.",
            "A learner who attends at least %(n)d sessions has taken part.",
            rule.at_least,
        )
    return text % values


def _with_delay(days: int, titles: Sequence[str]) -> str:
    if not days:
        # Translators: what a learner opens, and when: “After the workshop” at once
        return _("%(items)s at once") % {"items": name_all(titles)}
    # Translators: what a learner opens, and when: “After the workshop” 7 days later
    text = ngettext("%(items)s %(n)d day later", "%(items)s %(n)d days later", days)
    return text % {"items": name_all(titles), "n": days}


def _join_delays(parts: Sequence[str], more: int) -> str:
    """Join what opens at different times; each part may hold an "and" of its own."""
    if more:
        text = ngettext(
            "%(items)s, and %(n)d more after that", "%(items)s, and %(n)d more after that", more
        )
        return text % {"items": ", ".join(parts), "n": more}
    if len(parts) == 1:
        return parts[0]
    return _("%(items)s, and %(last)s") % {"items": ", ".join(parts[:-1]), "last": parts[-1]}


def _describe_gate(gate: Gate) -> str:
    if gate.when_unmarked != "open":
        return _("While a roll is not done, learners wait.")
    if not gate.after_hours:
        return _(
            "As soon as a session is over, a learner who is not marked counts as having attended: "
            "follow-ups open by themselves."
        )
    return ngettext(
        "A learner who is still not marked %(n)d hour after a session counts as having attended: "
        "follow-ups open by themselves.",
        "A learner who is still not marked %(n)d hours after a session counts as having attended: "
        "follow-ups open by themselves.",
        gate.after_hours,
    ) % {"n": gate.after_hours}


def _describe_make_ups(make_ups: Sequence[MakeUp], titles: Mapping[str, str]) -> str:
    """Say what a make-up does: it is offered, and opens no follow-up."""
    groups: dict[int | None, list[str]] = {}
    for item in make_ups:
        groups.setdefault(item.within_days, []).append(_title(item.block, titles))
    parts = []
    for days, names in list(groups.items())[:NAMED]:
        if days is None:
            parts.append(name_all(names))
        else:
            text = ngettext("%(items)s (within %(n)d day)", "%(items)s (within %(n)d days)", days)
            parts.append(text % {"items": name_all(names), "n": days})
    more = sum(len(names) for names in list(groups.values())[NAMED:])
    return _(
        "A learner who missed a session and has not taken part otherwise can do %(what)s. "
        "This opens no follow-up by itself."
    ) % {"what": _join(parts, more)}


def _describe_reminders(reminders: Sequence[Reminder]) -> str:
    hours = sorted((item.hours_before for item in reminders), reverse=True)
    return _("Calendar entries remind learners %(times)s before each session.") % {
        "times": _join([_stretch(each) for each in hours])
    }


def _stretch(hours: int) -> str:
    days, rest = divmod(hours, _HOURS_OF_A_DAY)
    if rest:
        return ngettext("%(n)d hour", "%(n)d hours", hours) % {"n": hours}
    return ngettext("%(n)d day", "%(n)d days", days) % {"n": days}


def _join(parts: Sequence[str], more: int = 0) -> str:
    """Join parts of a sentence with commas and an "and"; ``more`` are counted, not named."""
    if more:
        text = ngettext("%(items)s and %(n)d more", "%(items)s and %(n)d more", more)
        return text % {"items": ", ".join(parts), "n": more}
    if len(parts) < 2:
        return "".join(parts)
    return _("%(items)s and %(last)s") % {"items": ", ".join(parts[:-1]), "last": parts[-1]}


def _title(link: str, titles: Mapping[str, str]) -> str:
    return titles.get(link) or link
