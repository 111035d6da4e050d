"""Who in the course somebody at the door may be: found by name, or suggested for a guest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from blended_xblock.hosts import get_host
from blended_xblock.hosts.base import Learner
from blended_xblock.models import AttendanceRecord, Guest, Session
from blended_xblock.pages.search import fold, search

SHOWN: Final = 20
SUGGESTED: Final = 5
FEWEST_LETTERS: Final = 2
# A name's word that says something: "de", "al" or "Mc" alone makes nobody the same person.
_TELLING: Final = 3

Match = Literal["", "email", "name"]


@dataclass(frozen=True, slots=True)
class Person:
    """A learner of the course; ``email`` is empty where the person who asks may not see it.

    ``is_guest``: a guest of this session is linked to them. ``match``: why they are suggested.
    """

    user_id: int
    name: str
    username: str
    email: str
    is_on_roll: bool
    is_guest: bool
    match: Match = ""


def find_people(session: Session, query: str, *, sees_addresses: bool) -> tuple[list[Person], bool]:
    """Return at most twenty learners of the course, and whether there are more.

    Those who are on the roll already come last. Words are found in names and usernames, whatever
    their case and accents. Whoever may not see e-mail addresses finds somebody by the whole address
    only, and then has seen it already. Fewer than two letters find nobody. Four queries, for any
    number of learners.
    """
    if len("".join(fold(query).split())) < FEWEST_LETTERS:
        return [], False
    here = set(AttendanceRecord.objects.filter(session=session).values_list("user_id", flat=True))
    found = sorted(
        filter(
            search(query, sees_addresses=sees_addresses),
            get_host().learners(session.unit.course_key),
        ),
        key=lambda learner: (learner.user_id in here, fold(learner.name), learner.user_id),
    )
    shown = [(learner, _no_match(learner)) for learner in found[:SHOWN]]
    said = query.strip().casefold() if not sees_addresses else None
    return _people(session, shown, said=said), len(found) > SHOWN


def suggest_people(session: Session, guest: Guest, *, sees_addresses: bool) -> list[Person]:
    """Return who a guest may well be: of the same e-mail address, then of a name like theirs.

    A suggestion, never more: two people can have one name, and an address can be mistyped.
    """
    name = _telling(guest.name)
    address = guest.email.casefold()

    def match(learner: Learner) -> tuple[int, Match]:
        if address and learner.email.casefold() == address:
            return 0, "email"
        own = _telling(learner.name)
        if name and (own == name or len(own & name) >= min(2, len(own), len(name))):
            return (1 if own == name else 2), "name"
        return 9, ""

    ranked = [(match(each), each) for each in get_host().learners(session.unit.course_key)]
    best = sorted(
        (item for item in ranked if item[0][1]),
        key=lambda item: (item[0][0], fold(item[1].name), item[1].user_id),
    )[:SUGGESTED]
    shown = [(learner, why) for (_rank, why), learner in best]
    return _people(session, shown, said=None if sees_addresses else address)


def _no_match(_learner: Learner) -> Match:
    return ""


def _telling(name: str) -> frozenset[str]:
    words = fold(name).split()
    return frozenset(word for word in words if len(word) >= _TELLING) or frozenset(words)


def _people(
    session: Session, shown: list[tuple[Learner, Match]], *, said: str | None
) -> list[Person]:
    """Return these learners as a page shows them; ``said``: the one address that may be shown."""
    users = [learner.user_id for learner, _why in shown]
    if not users:
        return []
    records = AttendanceRecord.objects.filter(session=session, user_id__in=users)
    guests = Guest.objects.filter(session=session, user_id__in=users)
    on_roll = set(records.values_list("user_id", flat=True))
    linked = set(guests.values_list("user_id", flat=True))
    return [
        Person(
            user_id=learner.user_id,
            name=learner.name,
            username=learner.username,
            email=learner.email if said is None or learner.email.casefold() == said else "",
            is_on_roll=learner.user_id in on_roll,
            is_guest=learner.user_id in linked,
            match=why,
        )
        for learner, why in shown
    ]
