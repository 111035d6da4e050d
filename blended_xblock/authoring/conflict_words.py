"""Name what two authors changed differently: where it is, what each wrote, and what is kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from blended_xblock.authoring.model_cards import list_models
from blended_xblock.authoring.places import part_labels
from blended_xblock.authoring.session_changes import SHOWN, describe_when, shorten
from blended_xblock.authoring.wording import quote
from blended_xblock.design import Design
from blended_xblock.design.problems import shown
from blended_xblock.errors import DesignError
from blended_xblock.gate.reasons import describe_rule_to_author

NO_TITLES: Final[Mapping[str, str]] = MappingProxyType({})
_DESIGN: Final = "design"


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a version something stands.

    ``part`` is a name of the version ("title") or of its design ("sessions"), ``element`` what a
    sentence calls one of the elements of a list, ``name`` the field in it. ``titles`` names linked
    blocks by ``type@id``.
    """

    titles: Mapping[str, str]
    part: str = ""
    element: str = ""
    name: str = ""
    is_element: bool = False
    is_list: bool = False

    @property
    def leaf(self) -> str:
        """The innermost name."""
        return self.name or self.part

    def inside(self, name: str, mine: Mapping[str, Any], theirs: Mapping[str, Any]) -> Place:
        """Return the place of what both versions call ``name`` here."""
        if self.part in {"", _DESIGN}:
            # A part of the design is a list of elements, or one by itself.
            is_list = isinstance(mine.get(name), list) or isinstance(theirs.get(name), list)
            return replace(self, part=name, is_element=not is_list, is_list=is_list)
        # Other lists inside an element are one value: of two narrowed lists of cohorts nothing may
        # be left, and that would be everybody.
        is_list = name == "extra_elements"
        return replace(self, name=self.name or name, is_element=False, is_list=is_list)

    def element_of(self, *versions: Any) -> Place:
        """Return the place of one element of this list, called as the first version calls it."""
        called = self.element or _called(self.part, versions, self.titles)
        return replace(self, element=called, is_element=not self.name, is_list=False)


def both_changed(place: Place, mine: Any, theirs: Any) -> str:
    """Return the sentence for what both changed differently, with both values where short.

    For values that belong together, ``mine`` and ``theirs`` are the elements they stand in.
    """
    own, other = _in_words(place, mine), _in_words(place, theirs)
    if own and other and own != other:
        text = _("%(place)s: you chose %(mine)s, the other author %(theirs)s. Yours is kept.")
        return text % {"place": _named(place), "mine": own, "theirs": other}
    text = _("%(place)s: you and the other author changed it differently. Yours is kept.")
    return text % {"place": _named(place)}


def kept_anyway(place: Place, *, is_mine: bool) -> str:
    """Return the sentence for what one side removed and the other, whose it is now, changed."""
    if is_mine:
        text = _("%(place)s: the other author removed it, but you changed it. It is kept.")
    else:
        text = _("%(place)s: you removed it, but the other author changed it. It is kept.")
    return text % {"place": _named(place)}


def both_ordered(place: Place) -> str:
    """Return the sentence for a list that both put into another order."""
    text = _("%(place)s: you and the other author changed the order. Yours is kept.")
    return text % {"place": _named(place)}


def _called(part: str, versions: Sequence[Any], titles: Mapping[str, str]) -> str:
    names = {"sessions": ("title",), "statuses": ("label", "code")}.get(part, ("block",))
    for version in versions:
        if isinstance(version, str):
            return quote(shorten(version))
        for name in names if isinstance(version, Mapping) else ():
            title = version.get(name)
            if isinstance(title, str) and title.strip():
                return quote(shorten(titles.get(title) or title))
    return ""


def _named(place: Place) -> str:
    what = place.element or part_labels().get(place.part, "") or _("The unit")
    label = _field_labels().get(place.name, "")
    return _("%(what)s, %(field)s") % {"what": what, "field": label} if label else what


def _in_words(place: Place, value: Any) -> str:
    """Return a value as a sentence can hold it, or "" where it cannot."""
    if place.part == "sessions" and place.name == "start":
        return _date(value)
    if place.part == "rule" and place.name == "kind":
        return _rule(value)
    if place.part == "check_in" and place.name == "late_after":
        return _lateness(value)
    if place.part == "from_minutes" and place.name == "late_after" and isinstance(value, int):
        text = ngettext("late after %(n)s minute", "late after %(n)s minutes", value)
        return text % {"n": shown(value)}
    if place.part == "from_minutes" and place.name == "present_from":
        return _shares(value)
    if isinstance(value, str) and place.part == "model":
        names = {card.model: card.name for card in list_models()}
        return quote(names.get(value, shorten(value)))
    if isinstance(value, str) and place.name in {"mode", "when_unmarked"}:
        return _choices().get(value) or quote(shorten(value))
    if value is None or value == "":
        return _("nothing")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, int | float):
        return f"{value:.10g}" if isinstance(value, float) else shown(value)
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return quote(", ".join(value)) if 0 < len(", ".join(value)) <= SHOWN else ""
    return quote(value) if isinstance(value, str) and len(value) <= SHOWN else ""


def _date(session: Any) -> str:
    # The rest of what somebody is still typing need not be right.
    date = {name: session.get(name) for name in ("start", "end", "timezone")}
    try:
        (read,) = Design.from_dict(
            {"sessions": [{**date, "id": str(UUID(int=0)), "title": "-"}]}
        ).sessions
    except DesignError:
        return ""
    return describe_when(read, timezone.now())


def _rule(rule: Any) -> str:
    known = {name: rule.get(name) for name in ("kind", "at_least", "percent")}
    try:
        return quote(describe_rule_to_author(Design.from_dict({"rule": known}).rule))
    except DesignError:
        return ""


def _lateness(settings: Any) -> str:
    late, too_late = (settings.get(name) for name in ("late_after", "too_late_after"))
    if not isinstance(late, int) or not isinstance(too_late, int):
        return ""
    # Translators: from when on learners are late, and too late, in minutes after the start
    text = _("late after %(late)s minutes and too late after %(too_late)s")
    return text % {"late": shown(late), "too_late": shown(too_late)}


def _shares(settings: Any) -> str:
    present, absent = (settings.get(name) for name in ("present_from", "absent_below"))
    if not isinstance(present, int) or not isinstance(absent, int):
        return ""
    # Translators: shares of a session, as a report measured them
    text = _("present from %(present)s%% and absent below %(absent)s%%")
    return text % {"present": shown(present), "absent": shown(absent)}


def _choices() -> dict[str, str]:
    return {
        "in_person": _("in the room"),
        "online": _("online"),
        "hybrid": _("in the room and online"),
        "wait": _("learners wait"),
        "open": _("follow-ups open by themselves"),
    }


def _field_labels() -> dict[str, str]:
    return {
        "title": _("title"),
        "start": _("date"),
        "mode": _("how it is held"),
        "occurrence": _("occurrence"),
        "venue": _("room"),
        "address": _("address"),
        "join_url": _("join link"),
        "capacity": _("number of places"),
        "audience": _("cohorts"),
        "cancelled": _("cancelled"),
        "label": _("label"),
        "code": _("code"),
        "credit": _("credit"),
        "attended": _("took part"),
        "counted": _("counts"),
        "after_hours": _("number of hours"),
        "delay_days": _("delay in days"),
        "within_days": _("deadline in days"),
        "opens_before": _("minutes before the start"),
        "late_after": _("lateness"),
        "rotate_seconds": _("seconds for each code"),
        "early": _("status before the start"),
        "on_time": _("status on time"),
        "late": _("status when late"),
        "too_late": _("status when too late"),
        "present_from": _("shares of the session"),
        "left_before": _("minutes before the end"),
        "present": _("status when present"),
        "left_early": _("status when left early"),
        "absent": _("status when absent"),
        "extra": _("other details"),
        "extra_elements": _("other details"),
        "audience_xml": _("other details"),
    }
