"""The people one can be on the campus: a card each, with one sentence on what they will see."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from blended_xblock.workbench.keys import COURSE_KEY
from blended_xblock.workbench.models import CampusEnrollment

# In the order of the cards; the slugs stand in CampusEnrollment.persona.
SENTENCES: dict[str, Promise] = {
    "expected": _(
        "Expected at the workshop in Paris and not there yet: what to prepare, where to go, "
        "and why the follow-up is still locked."
    ),
    "attended": _(
        "Was at the workshop in Montréal: the exercise is open, the look back opens a week later."
    ),
    "excused": _(
        "Excused from the workshop in Montréal: what counts, and which session comes next."
    ),
    "remote": _("Joins from Tokyo: every time in the session's zone and in her own."),
    "trainer": _("Takes the roll, sees who is ready, opens a follow-up for a good reason."),
    "guest": _("Invited to one session: takes its roll and sees nothing else."),
    "author": _("Writes the blended unit in Studio and publishes it."),
    "operator": _("Looks after the site: the tables behind it all."),
}


@dataclass(frozen=True, slots=True)
class Persona:
    """Somebody to be, as the menus show them."""

    user_id: int
    name: str
    place: CampusEnrollment
    sentence: Promise


def get_personas() -> list[Persona]:
    """Return the people with a card, in the order of the cards; one query."""
    order = list(SENTENCES)
    places = CampusEnrollment.objects.filter(
        course_key=str(COURSE_KEY), persona__in=order
    ).select_related("user")
    return [
        Persona(
            user_id=place.user_id,
            name=place.user.get_full_name(),
            place=place,
            sentence=SENTENCES[place.persona],
        )
        for place in sorted(places, key=lambda place: order.index(place.persona))
    ]
