"""Say in words what changed in each part of a blended unit."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from blended_xblock.authoring import check_in_changes, from_minutes_changes
from blended_xblock.authoring.differences import Change, Words, compare, is_other
from blended_xblock.authoring.model_cards import list_models
from blended_xblock.authoring.places import part_labels
from blended_xblock.authoring.session_changes import (
    describe_changed_session,
    describe_when,
    other_details,
    shorten,
)
from blended_xblock.authoring.wording import describe_hours, quote
from blended_xblock.design import (
    CheckIn,
    Design,
    FollowUp,
    FromMinutes,
    Gate,
    Link,
    MakeUp,
    Reminder,
    Rule,
    SessionDesign,
    Status,
)
from blended_xblock.gate.reasons import describe_rule_to_author


def other_part(name: str) -> str:
    """Return the general sentence about a part of the unit."""
    return other_details(part_labels().get(name) or _("The unit"))


def _objectives(old: Sequence[str], new: Sequence[str], _words: Words) -> Iterator[Change]:
    found = compare(old, new, str)
    for index, text in found.added:
        said = _("New objective: %(text)s") % {"text": quote(shorten(text))}
        yield Change("added", said, ("objectives", index))
    for text in found.removed:
        said = _("Objective removed: %(text)s") % {"text": quote(shorten(text))}
        yield Change("removed", said, ("objectives",))
    if found.is_reordered:
        yield Change("order", _("The objectives stand in another order."), ("objectives",))


def _prework(old: Sequence[Link], new: Sequence[Link], words: Words) -> Iterator[Change]:
    found = compare(old, new, lambda link: link.block)
    for index, link in found.added:
        text = _("%(block)s is now prework.") % {"block": words.block(link.block)}
        yield Change("added", text, ("prework", index))
    for link in found.removed:
        text = _("%(block)s is no longer prework.") % {"block": words.block(link.block)}
        yield Change("removed", text, ("prework",))
    for index, _before, link in found.changed:
        yield Change("other", other_details(words.block(link.block)), ("prework", index))
    if found.is_reordered:
        yield Change("order", _("The prework stands in another order."), ("prework",))


def _sessions(
    old: Sequence[SessionDesign], new: Sequence[SessionDesign], words: Words
) -> Iterator[Change]:
    found = compare(old, new, lambda session: session.id)

    def named(text: str, session: SessionDesign) -> str:
        title = quote(shorten(session.title))
        return text % {"title": title, "when": describe_when(session, words.now)}

    for index, session in found.added:
        text = named(_("New session: %(title)s, %(when)s."), session)
        yield Change("added", text, ("sessions", index))
    for session in found.removed:
        text = named(_("Session removed: %(title)s, %(when)s."), session)
        yield Change("removed", text, ("sessions",))
    for index, before, session in found.changed:
        for kind, text, name in describe_changed_session(before, session, words.now):
            yield Change(kind, text, ("sessions", index, *([name] if name else ())))
    if found.is_reordered:
        yield Change("order", _("The sessions stand in another order."), ("sessions",))


def _statuses(old: Sequence[Status], new: Sequence[Status], _words: Words) -> Iterator[Change]:
    # An empty list means the defaults; what it is compared with is what they say.
    found = compare(
        Design(statuses=tuple(old)).effective_statuses,
        Design(statuses=tuple(new)).effective_statuses,
        lambda status: status.code,
    )
    for index, status in found.added:
        text = _("New status: %(label)s.") % {"label": _label(status)}
        yield Change("added", text, ("statuses", index))
    for status in found.removed:
        text = _("Status removed: %(label)s.") % {"label": _label(status)}
        yield Change("removed", text, ("statuses",))
    for index, before, status in found.changed:
        for name, text in _changed_status(before, status):
            yield Change("changed", text, ("statuses", index, name))
        if is_other(before, status, "label", "credit", "attended", "counted"):
            yield Change("other", other_details(_label(status)), ("statuses", index))
    if found.is_reordered:
        yield Change("order", _("The statuses stand in another order."), ("statuses",))


def _changed_status(old: Status, new: Status) -> Iterator[tuple[str, str]]:
    label = {"label": _label(new)}
    if old.label != new.label:
        yield "label", _("%(before)s is now called %(label)s.") % {"before": _label(old), **label}
    if old.credit != new.credit:
        # Translators: a status and its part of the grade, such as “Late” and 50 %
        text = _("%(label)s now earns %(percent)s%% of the credit.")
        yield "credit", text % {"percent": f"{new.credit * 100:.4g}", **label}
    if old.attended != new.attended:
        yield (
            "attended",
            (
                _("%(label)s now means that the learner took part.")
                if new.attended
                else _("%(label)s no longer means that the learner took part.")
            )
            % label,
        )
    if old.counted != new.counted:
        yield (
            "counted",
            (
                _("A session with %(label)s now counts.")
                if new.counted
                else _("A session with %(label)s is now left out of the count.")
            )
            % label,
        )


def _label(status: Status) -> str:
    return quote(shorten(_(status.label) if status.label else status.code))


def _follow_ups(old: Sequence[FollowUp], new: Sequence[FollowUp], words: Words) -> Iterator[Change]:
    found = compare(old, new, lambda item: item.block)
    for index, item in found.added:
        # Translators: what follows is a sentence, such as “Reading” opens 7 days after the session.
        text = _("New follow-up: %(sentence)s") % {"sentence": _opens(item, words)}
        yield Change("added", text, ("follow_ups", index))
    for item in found.removed:
        text = _("%(block)s is no longer a follow-up: it is not locked any more.")
        text %= {"block": words.block(item.block)}
        yield Change("removed", text, ("follow_ups",))
    for index, before, item in found.changed:
        if before.delay_days != item.delay_days:
            yield Change("changed", _opens(item, words), ("follow_ups", index, "delay_days"))
        if is_other(before, item, "delay_days"):
            yield Change("other", other_details(words.block(item.block)), ("follow_ups", index))
    if found.is_reordered:
        yield Change("order", _("The follow-ups stand in another order."), ("follow_ups",))


def _opens(item: FollowUp, words: Words) -> str:
    block = words.block(item.block)
    if not item.delay_days:
        return _("%(block)s opens as soon as a learner took part.") % {"block": block}
    return ngettext(
        "%(block)s opens %(n)d day after the session attended.",
        "%(block)s opens %(n)d days after the session attended.",
        item.delay_days,
    ) % {"block": block, "n": item.delay_days}


def _make_ups(old: Sequence[MakeUp], new: Sequence[MakeUp], words: Words) -> Iterator[Change]:
    found = compare(old, new, lambda item: item.block)
    for index, item in found.added:
        # Translators: what follows is a sentence, such as “Film” must be done within 14 days.
        text = _("New make-up: %(sentence)s") % {"sentence": _due(item, words)}
        yield Change("added", text, ("make_ups", index))
    for item in found.removed:
        text = _("%(block)s is no longer a make-up.") % {"block": words.block(item.block)}
        yield Change("removed", text, ("make_ups",))
    for index, before, item in found.changed:
        if before.within_days != item.within_days:
            yield Change("changed", _due(item, words), ("make_ups", index, "within_days"))
        if is_other(before, item, "within_days"):
            yield Change("other", other_details(words.block(item.block)), ("make_ups", index))
    if found.is_reordered:
        yield Change("order", _("The make-ups stand in another order."), ("make_ups",))


def _due(item: MakeUp, words: Words) -> str:
    block = words.block(item.block)
    if item.within_days is None:
        return _("%(block)s can be done at any time after a session missed.") % {"block": block}
    return ngettext(
        "%(block)s must be done within %(n)d day after a session missed.",
        "%(block)s must be done within %(n)d days after a session missed.",
        item.within_days,
    ) % {"block": block, "n": item.within_days}


def _reminders(old: Sequence[Reminder], new: Sequence[Reminder], _words: Words) -> Iterator[Change]:
    found = compare(old, new, lambda item: item.hours_before)
    for index, item in found.added:
        text = _("Learners are now reminded %(time)s before each session.")
        yield Change(
            "added", text % {"time": describe_hours(item.hours_before)}, ("reminders", index)
        )
    for item in found.removed:
        text = _("Learners are no longer reminded %(time)s before each session.")
        yield Change("removed", text % {"time": describe_hours(item.hours_before)}, ("reminders",))
    if found.changed:
        yield Change("other", other_part("reminders"), ("reminders",))


def _check_in(old: CheckIn, new: CheckIn, words: Words) -> Iterator[Change]:
    for name, text in check_in_changes.describe_changes(old, new, words.statuses):
        yield Change("changed", text, ("check_in", name))
    if (old.extra, old.extra_elements) != (new.extra, new.extra_elements):
        yield Change("other", other_part("check_in"), ("check_in",))


def _from_minutes(old: FromMinutes, new: FromMinutes, words: Words) -> Iterator[Change]:
    for name, text in from_minutes_changes.describe_changes(old, new, words.statuses):
        yield Change("changed", text, ("from_minutes", name))
    if (old.extra, old.extra_elements) != (new.extra, new.extra_elements):
        yield Change("other", other_part("from_minutes"), ("from_minutes",))


# -- single values -----------------------------------------------------------------------------


def _title(old: str, new: str, _words: Words) -> Iterator[Change]:
    titles = {"before": quote(shorten(old)), "after": quote(shorten(new))}
    yield Change("renamed", _("The unit %(before)s is now called %(after)s.") % titles, ("title",))


def _weight(old: float | None, new: float | None, _words: Words) -> Iterator[Change]:
    if new is None:
        text = _("The points are no longer set, so that the unit has the usual number.")
    elif old is None:
        text = _("The points are now %(after)s.") % {"after": f"{new:.10g}"}
    else:
        text = _("The points change from %(before)s to %(after)s.") % {
            "before": f"{old:.10g}",
            "after": f"{new:.10g}",
        }
    yield Change("changed", text, ("weight",))


def _model(old: str, new: str, _words: Words) -> Iterator[Change]:
    names = {card.model: card.name for card in list_models()}
    text = _("The model is now %(name)s.") % {"name": quote(names.get(new, new))}
    yield Change("changed", text, ("model",))


def _rule(old: Rule, new: Rule, _words: Words) -> Iterator[Change]:
    before, after = describe_rule_to_author(old), describe_rule_to_author(new)
    if before != after:
        yield Change("changed", _("What counts is new: %(rule)s") % {"rule": after}, ("rule",))
    if is_other(old, new, "kind", "at_least", "percent"):
        yield Change("other", other_part("rule"), ("rule",))


def _gate(old: Gate, new: Gate, _words: Words) -> Iterator[Change]:
    opens = new.when_unmarked == "open"
    if old.when_unmarked != new.when_unmarked or (opens and old.after_hours != new.after_hours):
        text = _("While a roll is not done, learners now wait.")
        if opens:
            text = ngettext(
                "While a roll is not done, follow-ups now open by themselves %(n)d hour after the "
                "session.",
                "While a roll is not done, follow-ups now open by themselves %(n)d hours after the "
                "session.",
                new.after_hours,
            ) % {"n": new.after_hours}
        yield Change("changed", text, ("gate",))
    # While learners wait, the hours say nothing.
    spoken = ("when_unmarked", "after_hours") if opens else ("when_unmarked",)
    if is_other(old, new, *spoken):
        yield Change("other", other_part("gate"), ("gate",))


def _confirmed_for(old: str, new: str, _words: Words) -> Iterator[Change]:
    text = (
        _("The dates of the sessions are confirmed for this course.")
        if new
        else _("The dates of the sessions are no longer confirmed.")
    )
    yield Change("changed", text, ("confirmed_for",))


# By part, in the order of the page: each yields changes of two values that differ.
DESCRIBERS: Final[Mapping[str, Callable[[Any, Any, Words], Iterator[Change]]]] = {
    "title": _title,
    "weight": _weight,
    "model": _model,
    "objectives": _objectives,
    "prework": _prework,
    "sessions": _sessions,
    "statuses": _statuses,
    "rule": _rule,
    "gate": _gate,
    "follow_ups": _follow_ups,
    "make_ups": _make_ups,
    "check_in": _check_in,
    "from_minutes": _from_minutes,
    "reminders": _reminders,
    "confirmed_for": _confirmed_for,
}
