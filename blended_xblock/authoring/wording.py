"""The sentences that say what the settings of a blended unit mean, for the course team."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from blended_xblock.design import (
    CheckIn,
    Design,
    FollowUp,
    FromMinutes,
    Gate,
    MakeUp,
    Reminder,
    Rule,
    SessionDesign,
    Status,
)
from blended_xblock.design.arrivals import arrivals_of
from blended_xblock.design.measured import Measured, measured_of, minutes_for

# So many are named one by one in a sentence; the rest are counted.
NAMED: Final = 3
_HOURS_OF_A_DAY: Final = 24


def describe_design(design: Design, titles: Mapping[str, str]) -> list[str]:
    """Return what the settings mean: one to six items, each of one or two sentences.

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
    if live and design.check_in != CheckIn():
        said.append(_describe_check_in(design))
    if live and design.from_minutes != FromMinutes():
        said.append(_describe_from_minutes(design))
    return said


def describe_minutes(design: Design, now: datetime) -> str:
    """Return what a report's minutes mean in the next session, or the last one; "" without any."""
    sessions = [each for each in design.sessions if not each.cancelled]
    if not sessions:
        return ""
    ahead = [each for each in sessions if each.ends_at > now]
    session = min(ahead, key=_start) if ahead else max(sessions, key=_start)
    start, end = session.starts_at, session.ends_at
    settings = design.from_minutes
    steps = _steps(
        measured_of(design),
        minutes_for(settings.present_from, start, end),
        minutes_for(settings.absent_below, start, end),
        "%(n)d",
    )
    length = (end - start) // timedelta(minutes=1)
    return ngettext(
        "Of the %(n)d minute of %(title)s: %(steps)s.",
        "Of the %(n)d minutes of %(title)s: %(steps)s.",
        length,
    ) % {"n": length, "title": quote(session.title), "steps": steps}


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
        "times": _join([describe_hours(each) for each in hours])
    }


def _describe_check_in(design: Design) -> str:
    """Return one or two sentences: from when on learners check in, and with which status."""
    settings, arrivals = design.check_in, arrivals_of(design)
    ends = (0, settings.late_after, settings.too_late_after)
    steps: list[tuple[int, Status]] = []
    for start, status, end in zip(
        (-settings.opens_before, *ends),
        (arrivals.early, arrivals.on_time, arrivals.late, arrivals.too_late),
        (*ends, None),
        strict=True,
    ):
        # What lasts no minute is nobody's time of arrival.
        if status is None or start == end:
            continue
        if not steps or steps[-1][1] != status:
            steps.append((start, status))
    if not steps:
        return _("Learners cannot check themselves in: only the trainer can record them.")
    parts = [
        _("%(when)s as %(status)s")
        % {"when": _from(start, is_first=not n), "status": _name(status)}
        for n, (start, status) in enumerate(steps)
    ]
    said = _("Learners check themselves in %(steps)s.") % {"steps": _join(parts)}
    return said if arrivals.too_late else f"{said} {_needs_a_person(settings.too_late_after)}"


def _describe_from_minutes(design: Design) -> str:
    """Return one or two sentences: with which share of a session a report gives which status."""
    settings, measured = design.from_minutes, measured_of(design)
    steps = _steps(measured, settings.present_from, settings.absent_below, _("%(n)d%%"))
    said = _("From a report, learners are recorded by their share of the session: %(steps)s.") % {
        "steps": steps
    }
    if measured.late == measured.present:
        return said
    text = _("Whoever joins after the start and stays is recorded as %(status)s.")
    if settings.late_after:
        text = ngettext(
            "Whoever joins %(n)d minute or more after the start and stays is recorded as "
            "%(status)s.",
            "Whoever joins %(n)d minutes or more after the start and stays is recorded as "
            "%(status)s.",
            settings.late_after,
        )
    return f"{said} {text % {'n': settings.late_after, 'status': _name(measured.late)}}"


def _steps(measured: Measured, present: int, absent: int, amount: str) -> str:
    """Return which status is given from which amount on, from the most to the least."""
    steps: list[tuple[int, Status | None]] = []
    for least, status in (
        (present, measured.present),
        (absent, measured.left_early),
        (0, measured.absent),
    ):
        # What holds nothing is nobody's share.
        if steps and steps[-1][0] == least:
            continue
        if steps and steps[-1][1] == status:
            steps.pop()
        steps.append((least, status))
    parts = []
    for n, (least, status) in enumerate(steps):
        text = _("%(status)s from %(amount)s")
        if not least:
            text = _("%(status)s below %(amount)s") if n else _("%(status)s for everybody")
        named = _name(status) if status else _("left to the trainer")
        parts.append(text % {"status": named, "amount": amount % {"n": least or steps[n - 1][0]}})
    return _join(parts)


def _start(session: SessionDesign) -> datetime:
    return session.starts_at


def _from(minute: int, *, is_first: bool) -> str:
    if minute < 0:
        text = ngettext(
            "from %(n)d minute before each session",
            "from %(n)d minutes before each session",
            -minute,
        )
    elif not minute:
        text = _("from the start of each session") if is_first else _("from its start")
    elif is_first:
        text = ngettext(
            "from %(n)d minute after the start of each session",
            "from %(n)d minutes after the start of each session",
            minute,
        )
    else:
        text = ngettext(
            "from %(n)d minute after its start", "from %(n)d minutes after its start", minute
        )
    return text % {"n": abs(minute)}


def _needs_a_person(minute: int) -> str:
    if not minute:
        return _("From its start, only the trainer can record them.")
    return ngettext(
        "From %(n)d minute after its start, only the trainer can record them.",
        "From %(n)d minutes after its start, only the trainer can record them.",
        minute,
    ) % {"n": minute}


def describe_hours(hours: int) -> str:
    """Return so many hours in words: in days, where they are whole days."""
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


def _name(status: Status) -> str:
    return quote(_(status.label) if status.label else status.code)
