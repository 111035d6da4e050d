"""People of a report → people of a course: accepted for certain, or left for a person to settle.

An e-mail address, a username or another id of one person alone is certain, and so is what a person
confirmed before. A name, however exact, only suggests.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from blended_xblock.imports.likeness import Names, Suggestion
from blended_xblock.imports.recognise import is_anybody, recognise
from blended_xblock.imports.report import Participant
from blended_xblock.imports.spellings import same

Why = Literal["email", "account", "alias", "name", "several", "host", "bot", "room", "unknown"]
"""The first three are accepted; a "name" has suggestions; "several" are named and none is taken.

A "host", "bot" or "room" is set aside: a host who is somebody of the course is suggested as such.
"""
_LONGEST: Final = 255
_MOST_NAMES: Final = 10_000
# As exact as a name can be: such a learner may well be called Room.
_EXACT: Final = 98


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody of the course; ``name`` is as the course shows it.

    ``is_team`` says that they are a trainer of the session or of the course's staff.
    """

    user_id: int
    username: str
    name: str
    emails: tuple[str, ...] = ()
    external_ids: tuple[str, ...] = ()
    is_team: bool = False


@dataclass(frozen=True, slots=True)
class Match:
    """Who a participant is: ``user_id`` where that is certain.

    ``suggestions`` are at most five, best first, for a person to confirm.
    """

    user_id: int | None
    why: Why
    suggestions: tuple[Suggestion, ...] = ()


def match_people(
    participants: Sequence[Participant],
    candidates: Sequence[Candidate],
    aliases: Mapping[str, int],
) -> list[Match]:
    """Return a match for each participant, in their order.

    ``aliases`` are those a person confirmed in this course, by ``alias_keys``; one that leads to
    nobody among the candidates is left out. Names are compared for at most 10 000 participants:
    more is no meeting.
    """
    ids = _Ids(candidates)
    known = {key: user_id for key, user_id in aliases.items() if user_id in ids.by_user}
    certain = [_certain(each, ids, known) for each in participants]
    taken = {match.user_id for match in certain if match and match.user_id is not None}
    if all(match is not None for match in certain):
        return [match for match in certain if match]
    names = Names((each.user_id, each.name, _beside(each)) for each in candidates)
    found, nobody, left = [], Names(()), _MOST_NAMES
    for participant, match in zip(participants, certain, strict=True):
        if match is None:
            among = names if left else nobody
            match = _settle(participant, among, ids, known, taken)
            left -= left > 0
        found.append(match)
    return found


def alias_keys(participant: Participant) -> tuple[str, ...]:
    """Return what a person is remembered by once somebody confirmed who they are.

    That is the e-mail address, or the name where there is none: at most 255 characters, the same
    for the same person in the next file. A name that could be anybody's, such as that of a device
    or a single short first name, gives none.
    """
    if participant.email:
        return (_key("email", same(participant.email)),)
    if recognise(participant.name) or is_anybody(participant.name):
        return ()
    return (_key("name", same(participant.name)),)


class _Ids:
    """Who bears an address or an id, letter case aside."""

    def __init__(self, candidates: Sequence[Candidate]) -> None:
        self.by_user = {each.user_id: each for each in candidates}
        self.emails: dict[str, set[int]] = defaultdict(set)
        self.accounts: dict[str, set[int]] = defaultdict(set)
        for each in candidates:
            for email in each.emails:
                self.emails[same(email)].add(each.user_id)
            for account in (each.username, *each.external_ids):
                self.accounts[same(account)].add(each.user_id)
                # An id may be an address: Teams' user principal name, say.
                if "@" in account:
                    self.emails[same(account)].add(each.user_id)
        self.emails.pop("", None)
        self.accounts.pop("", None)

    def by_email(self, participant: Participant) -> frozenset[int]:
        return frozenset(self.emails.get(same(participant.email or ""), ()))

    def by_account(self, participant: Participant) -> frozenset[int]:
        account = same(participant.account)
        found = set(self.accounts.get(account, ()))
        return frozenset(found | self.emails.get(account, set()))


def _certain(participant: Participant, ids: _Ids, aliases: Mapping[str, int]) -> Match | None:
    """Return a match that needs no name: accepted, several, or a host who is in the course."""
    by_email, by_account = ids.by_email(participant), ids.by_account(participant)
    alias = next((aliases[key] for key in alias_keys(participant) if key in aliases), None)
    named = by_email | by_account
    if alias is not None and named and alias not in named:
        alias = None
    if alias is not None and (not named or len(named) > 1 or participant.is_host):
        return _accepted(alias, "alias", ids)
    if len(named) > 1:
        return Match(None, "several", _all(sorted(named)))
    if not named:
        return None
    (user_id,) = named
    if participant.is_host:
        return Match(None, "host", _all([user_id]))
    return _accepted(user_id, "email" if by_email else "account", ids)


def _accepted(user_id: int, why: Why, ids: _Ids) -> Match:
    if ids.by_user[user_id].is_team:
        return Match(None, "host", _all([user_id]))
    return Match(user_id, why)


def _settle(
    participant: Participant,
    names: Names,
    ids: _Ids,
    aliases: Mapping[str, int],
    taken: set[int],
) -> Match:
    """Return what the name says of somebody of whom nothing is certain."""
    local = (participant.email or "").rpartition("@")[0]
    others = [text for text in (local, participant.account.partition("@")[0]) if text]
    found = names.suggest(participant.name, others, after=taken)
    by_name = aliases.get(_key("name", same(participant.name)))
    if by_name is not None and not is_anybody(participant.name):
        # Confirmed for this name, but an address nobody knows stands beside it.
        rest = tuple(each for each in found if each.user_id != by_name)
        found = (Suggestion(by_name, 100), *rest)[:5]
    best = [each for each in found if each.score >= max(_EXACT, found[0].score)]
    if participant.is_host or (best and all(ids.by_user[b.user_id].is_team for b in best)):
        return Match(None, "host", found)
    kind = recognise(participant.name)
    if kind and not best:
        return Match(None, kind)
    return Match(None, "name", found) if found else Match(None, "unknown")


def _beside(candidate: Candidate) -> list[str]:
    locals_ = [email.rpartition("@")[0] for email in candidate.emails]
    return [text for text in dict.fromkeys((candidate.username, *locals_)) if text]


def _all(user_ids: Sequence[int]) -> tuple[Suggestion, ...]:
    return tuple(Suggestion(user_id, 100) for user_id in user_ids[:5])


def _key(kind: str, text: str) -> str:
    """Return a key that differs from any other also where a database ignores accents."""
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    key = f"{kind}:{text}" if text.isascii() else f"{kind}:{text}#{digest[:16]}"
    return key if len(key) <= _LONGEST else f"{kind}:{digest}"
