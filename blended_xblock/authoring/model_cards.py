"""The blended models as a course team chooses between them: when each fits, and what to ask."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _

from blended_xblock.design.problems import shown
from blended_xblock.errors import InvalidInputError

# Options that are usually as many as another one, and those that cannot be more than it.
_USUALLY_AS: Final = {"slots": "stations", "groups": "stations"}
_AT_MOST: Final = {"needed": "drop_ins"}


@dataclass(frozen=True, slots=True)
class Option:
    """A whole number from ``low`` to ``high`` that a model's shape depends on."""

    name: str
    label: str
    default: int
    low: int
    high: int
    kind: str = "number"


@dataclass(frozen=True, slots=True)
class ModelCard:
    """A model in words.

    ``defaults`` are for links added later: {"follow_up": {"delay_days": 7}, "make_up": …}.
    """

    model: str
    name: str
    when: str
    steps: tuple[str, ...]
    options: tuple[Option, ...]
    defaults: Mapping[str, Mapping[str, int]]


def list_models() -> list[ModelCard]:
    """Return the models in the order in which they are offered, in the reader's language."""
    return [_flipped_classroom(), _rotation(), _flex(), _enriched_virtual(), _project(), _blank()]


def get_model(model: str) -> ModelCard:
    """Return one model; raises InvalidInputError for an unknown one."""
    cards = list_models()
    for card in cards:
        if card.model == model:
            return card
    names = ", ".join(card.name for card in cards)
    raise InvalidInputError(_("Choose one of the models: %(names)s.") % {"names": names})


def read_options(card: ModelCard, options: Mapping[str, Any]) -> dict[str, int]:
    """Return a number for each of the model's options, the usual one where nothing is said.

    Options of other models are left unread. Raises InvalidInputError with the label and the range.
    """
    if not isinstance(options, Mapping):
        raise InvalidInputError(_("Send the options by name."))
    values: dict[str, int] = {}
    for option in card.options:
        default = values.get(_USUALLY_AS.get(option.name, ""), option.default)
        high = min(option.high, values.get(_AT_MOST.get(option.name, ""), option.high))
        value = options.get(option.name, min(default, high))
        is_whole = isinstance(value, int) and not isinstance(value, bool)
        if not is_whole or not option.low <= value <= high:
            raise InvalidInputError(
                _("%(label)s: write a whole number from %(low)s to %(high)s, not “%(value)s”.")
                % {
                    "label": option.label,
                    "low": option.low,
                    "high": high,
                    "value": "" if value is None else shown(value),
                }
            )
        values[option.name] = value
    return values


def _flipped_classroom() -> ModelCard:
    return ModelCard(
        model="flipped_classroom",
        name=_("Flipped classroom"),
        when=_(
            "Choose it when learners can take in the content on their own, and the time together "
            "should go into practice. It suits a workshop of half a day or a day."
        ),
        steps=(
            _("Before: short content online, and a check that it was understood."),
            _("Live: one workshop, to practise together."),
            _("After: applying it at work, opened by taking part."),
        ),
        options=(Option("groups", _("Groups, with a workshop for each"), 1, 1, 12),),
        defaults=_defaults(delay_days=7, within_days=14),
    )


def _rotation() -> ModelCard:
    return ModelCard(
        model="rotation",
        name=_("Rotation"),
        when=_(
            "Choose it when groups take turns at several stations on a fixed timetable, because "
            "trainers, rooms or machines are shared."
        ),
        steps=(
            _("Before: what everybody must know at their first station."),
            _("Live: every group goes from station to station, slot by slot."),
            _("After: one task that brings the stations together."),
        ),
        options=(
            Option("stations", _("Stations"), 3, 2, 6),
            Option("slots", _("Time slots"), 3, 2, 6),
            Option("groups", _("Groups"), 3, 2, 12),
            Option("minutes", _("Minutes in each slot"), 45, 15, 240),
        ),
        defaults=_defaults(delay_days=0, within_days=14),
    )


def _flex() -> ModelCard:
    return ModelCard(
        model="flex",
        name=_("Flex"),
        when=_(
            "Choose it when learners work online at their own pace and need a person now and then. "
            "You offer several live drop-ins, and each learner comes to some of them."
        ),
        steps=(
            _("Before: most of the course, online and at one’s own pace."),
            _("Live: drop-ins online, of which a learner picks some."),
            _("After: what opens once enough drop-ins were attended."),
        ),
        options=(
            Option("drop_ins", _("Drop-ins"), 6, 2, 30),
            Option("needed", _("Drop-ins a learner needs"), 3, 1, 30),
            Option("days", _("Days from one drop-in to the next"), 7, 1, 60),
        ),
        defaults=_defaults(delay_days=0, within_days=30),
    )


def _enriched_virtual() -> ModelCard:
    return ModelCard(
        model="enriched_virtual",
        name=_("Enriched virtual"),
        when=_(
            "Choose it when nearly everything happens online, but a few meetings in the room are "
            "required, for example to practise with equipment or to be assessed."
        ),
        steps=(
            _("Before: online work that prepares the meetings."),
            _("Live: a few meetings in the room, all of them required."),
            _("After: online work that builds on the meetings."),
        ),
        options=(Option("meetings", _("Meetings in the room"), 2, 1, 12),),
        defaults=_defaults(delay_days=0, within_days=30),
    )


def _project() -> ModelCard:
    return ModelCard(
        model="project",
        name=_("Project"),
        when=_(
            "Choose it when learners work on one task for some weeks and show what came of it. "
            "Whoever takes part in most of the meetings took part in the project."
        ),
        steps=(
            _("Before: the assignment, and what is needed to start."),
            _("Live: a kick-off, meetings at the milestones and a final presentation."),
            _("After: looking back on the project, and what comes next."),
        ),
        options=(Option("milestones", _("Milestones with a meeting"), 3, 1, 12),),
        defaults=_defaults(delay_days=0, within_days=14),
    )


def _blank() -> ModelCard:
    return ModelCard(
        model="custom",
        name=_("Blank"),
        when=_(
            "Choose it when none of the others fits, or when you already know what you want. "
            "Nothing is filled in."
        ),
        steps=(
            _("Before: the content you choose."),
            _("Live: the sessions you schedule."),
            _("After: what you want to open by taking part."),
        ),
        options=(),
        defaults={"follow_up": {}, "make_up": {}},
    )


def _defaults(*, delay_days: int, within_days: int) -> Mapping[str, Mapping[str, int]]:
    return {"follow_up": {"delay_days": delay_days}, "make_up": {"within_days": within_days}}
