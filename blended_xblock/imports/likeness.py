"""How much a name is like those of a course: only ever a suggestion, for a person to confirm.

A name is looked up by the pieces it shares with others, whose rows alone are then compared; what
shares none, mistyped or written in one word, is searched for by rapidfuzz.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from rapidfuzz import process
from rapidfuzz.distance import OSA

from blended_xblock.imports.spellings import Spelling, plain, spellings, words

LEAST: Final = 60
"""Below this nobody is suggested."""
MOST: Final = 5
_LIKE: Final = 0.75
_INITIAL: Final = 0.8
_NO_PIECE: Final = (0.0, _INITIAL)
# What a piece that only one of two names has takes off, and another order of the same ones.
_EXTRA: Final = 4
_TURNED: Final = 2
_ONE_OF_TWO: Final = 66
_BEHIND: Final = 20
# Evidence other than the name shown: an e-mail's local part, a username.
_BESIDE: Final = 90
_SQUASHED: Final = 75
_SURE: Final = 85
# A piece that so many bear finds nobody by itself.
_COMMON: Final = 200
_MOST_COMPARED: Final = 1000
_DIGITS: Final = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Somebody who could be meant; ``score`` is from 0 to 100."""

    user_id: int
    score: int


@dataclass(frozen=True, slots=True)
class _Form:
    """One way in which somebody of the course may be named, and the most it can be worth."""

    user_id: int
    spelling: Spelling
    most: int


class Names:
    """The names of a course, ready to be searched."""

    def __init__(self, people: Iterable[tuple[int, str, Sequence[str]]]) -> None:
        """Take (user id, name, usernames and local parts of e-mail addresses) of each person."""
        self._forms: list[_Form] = []
        self._by_piece: dict[str, list[int]] = defaultdict(list)
        self._by_joined: dict[str, list[int]] = defaultdict(list)
        self._by_initial: dict[str, list[int]] = defaultdict(list)
        self._alike: dict[tuple[str, str], float] = {}
        self._near: dict[str, list[str]] = {}
        self._found: dict[Spelling, dict[int, int]] = {}
        shown: list[tuple[int, Spelling]] = []
        bearers: dict[tuple[str, ...], set[int]] = defaultdict(set)
        for user_id, name, others in people:
            for spelling in spellings(name):
                shown.append((user_id, spelling))
                bearers[spelling.pieces].add(user_id)
            for other in others:
                for spelling in in_address(other):
                    self._add(_Form(user_id, spelling, _BESIDE))
        for user_id, spelling in shown:
            # "ACME" behind a name, or what stands there with several.
            is_vague = spelling.is_part and (
                _is_one_word(spelling) or len(bearers[spelling.pieces]) > 1
            )
            self._add(_Form(user_id, spelling, _ONE_OF_TWO if is_vague else 100))
        self._pieces = [piece for piece in self._by_piece if len(piece) > 3 and piece.isalpha()]
        self._joined = [joined for joined in self._by_joined if len(joined) > 3]

    def _add(self, form: _Form) -> None:
        place = len(self._forms)
        self._forms.append(form)
        pieces = form.spelling.pieces
        for piece in dict.fromkeys(pieces):
            self._by_piece[piece].append(place)
        turned = "".join((*pieces[1:], pieces[0]))
        for joined in {form.spelling.joined, "".join(pieces), turned}:
            self._by_joined[joined].append(place)
        if len(pieces) > 1:
            self._by_initial[pieces[0][0] + pieces[-1]].append(place)
            self._by_initial[pieces[-1][0] + pieces[0]].append(place)

    def suggest(
        self, name: str, others: Sequence[str] = (), after: Collection[int] = ()
    ) -> tuple[Suggestion, ...]:
        """Return who could be meant, best first; of equals those of ``after`` come last.

        ``others`` are the usernames and local parts of e-mail addresses that stand beside the name.
        """
        scores: dict[int, int] = {}
        for spelling in spellings(name):
            is_vague = spelling.is_part and _is_one_word(spelling)
            _better(scores, self._scores(spelling), most=_ONE_OF_TWO if is_vague else 100)
        # What has no space may be a username.
        for other in others if " " in name else (*others, name):
            for spelling in in_address(other):
                _better(scores, self._scores(spelling), most=_BESIDE)
                _better(scores, self._by_initials(spelling.joined))
        if not scores:
            return ()
        best = max(scores.values())
        if best < LEAST:
            return ()
        # Of the fifty who are called Maria nobody is meant.
        if best <= _ONE_OF_TWO and sum(score == best for score in scores.values()) > MOST:
            return ()
        least = max(LEAST, best - _BEHIND)
        ranked = sorted(
            (-score, user_id in after, user_id)
            for user_id, score in scores.items()
            if score >= least
        )
        return tuple(Suggestion(user_id, -score) for score, _after, user_id in ranked[:MOST])

    def _scores(self, spelling: Spelling) -> dict[int, int]:
        found = self._found.get(spelling)
        if found is None:
            found = self._found[spelling] = self._compare(spelling)
        return found

    def _compare(self, spelling: Spelling) -> dict[int, int]:
        scores: dict[int, int] = {}
        for place in self._pool(spelling.pieces):
            form = self._forms[place]
            score = min(self._score(spelling.pieces, form.spelling.pieces), form.most)
            if score > scores.get(form.user_id, LEAST - 1):
                scores[form.user_id] = score
        joined = "".join(spelling.pieces)
        turned = "".join((*spelling.pieces[1:], spelling.pieces[0]))
        for whole in {spelling.joined, joined, turned}:
            # In one word, or with a space elsewhere: as good as the same, for a person to see.
            for place in self._by_joined.get(whole, ()):
                form = self._forms[place]
                if len(form.spelling.pieces) > 1 or len(spelling.pieces) > 1 or whole == joined:
                    _better(scores, {form.user_id: min(100 - _TURNED, form.most)})
        # What has a piece like none of the course may be parted elsewhere, and mistyped as well.
        is_strange = not all(self._alternatives(piece) for piece in spelling.pieces)
        if is_strange and len(joined) > 3 and max(scores.values(), default=0) < _SURE:
            for whole, like, _index in process.extract(
                joined,
                self._joined,
                scorer=OSA.normalized_similarity,
                score_cutoff=0.85,
                limit=2 * MOST,
            ):
                if _DIGITS.findall(whole) == _DIGITS.findall(joined):
                    for place in self._by_joined[whole]:
                        form = self._forms[place]
                        _better(scores, {form.user_id: min(int(100 * like) - 4, form.most)})
        return scores

    def _by_initials(self, joined: str) -> dict[int, int]:
        """Return who could be "aexample" in an e-mail address."""
        if len(joined) < 5:
            return {}
        return {self._forms[place].user_id: _SQUASHED for place in self._by_initial.get(joined, ())}

    def _pool(self, pieces: Sequence[str]) -> set[int]:
        """Return the places of the forms that share a piece that is not everybody's."""
        pool: set[int] = set()
        common: list[list[int]] = []
        for piece in dict.fromkeys(pieces):
            for near in self._alternatives(piece):
                places = self._by_piece[near]
                if len(places) > _COMMON:
                    common.append(places)
                else:
                    pool.update(places)
        if len(common) > 1:
            shared = set(common[0]).intersection(*common[1:])
            # Of a thousand namesakes those written alike are found without comparing.
            if len(shared) <= _MOST_COMPARED:
                pool |= shared
        return pool

    def _alternatives(self, piece: str) -> Sequence[str]:
        if piece in self._by_piece:
            return (piece,)
        if len(piece) < 4 or not piece.isalpha():
            return ()
        near = self._near.get(piece)
        if near is None:
            near = self._near[piece] = [
                found
                for found, _like, _index in process.extract(
                    piece,
                    self._pieces,
                    scorer=OSA.normalized_similarity,
                    score_cutoff=_LIKE,
                    limit=8,
                )
            ]
        return near

    def _score(self, one: tuple[str, ...], two: tuple[str, ...]) -> int:
        """Return how alike two names are, piece by piece, whatever their order."""
        if one == two:
            return 100
        short, long = (one, two) if len(one) <= len(two) else (two, one)
        if len(short) == 1:
            return self._single(short[0], long)
        if len(long) == 2:
            return self._pair(short, long)
        rest = list(long)
        total, missing, is_whole = 0.0, 0, False
        for piece in sorted(short, key=len, reverse=True):
            place, like = 0, 0.0
            for index, other in enumerate(rest):
                this = 1.0 if piece == other else self._like(piece, other)
                if this > like:
                    place, like = index, this
            if like:
                is_whole = is_whole or (like != _INITIAL and len(piece) > 1)
                del rest[place]
            elif 1 < len(piece) < 4 and "".join(other[0] for other in rest) == piece:
                # "JP Example" for Jean-Pierre.
                like, rest = _INITIAL, []
            else:
                missing += 1
            total += like
        if not is_whole:
            return 0
        extra = min(max(len(rest) - missing, 0), 3)
        is_turned = total == len(long)
        return int(100 * total / len(short)) - _EXTRA * extra - _TURNED * is_turned

    def _pair(self, one: tuple[str, ...], two: tuple[str, ...]) -> int:
        """Return the same for two pieces each, which is what most names have."""
        best = 0.0
        for left, right in ((two[0], two[1]), (two[1], two[0])):
            first = 1.0 if one[0] == left else self._like(one[0], left)
            second = 1.0 if one[1] == right else self._like(one[1], right)
            is_whole = (first not in _NO_PIECE and len(one[0]) > 1) or (
                second not in _NO_PIECE and len(one[1]) > 1
            )
            if is_whole and first + second > best:
                best = first + second
        if best == 2:
            return 100 - _TURNED
        return int(50 * best)

    def _single(self, piece: str, others: Sequence[str]) -> int:
        like = max(1.0 if piece == other else self._like(piece, other) for other in others)
        if len(piece) == 1 or like == _INITIAL:
            return 0
        if len(others) == 1:
            return int(98 * like)
        return int(_ONE_OF_TWO * like)

    def _like(self, one: str, two: str) -> float:
        """Return how alike two pieces are, 0 where they are not; numbers are alike or not."""
        key = (one, two) if one < two else (two, one)
        like = self._alike.get(key)
        if like is None:
            like = self._alike[key] = _likeness(*key)
        return like


def in_address(text: str) -> tuple[Spelling, ...]:
    """Return the name that a username or the local part of an e-mail address may hold."""
    pieces = words(_DIGITS.sub(" ", plain(text)))
    joined = "".join(pieces)
    return (Spelling(tuple(pieces), joined),) if len(joined) > 3 else ()


def _is_one_word(spelling: Spelling) -> bool:
    """Tell whether this is one word, unless it is a whole name in Chinese characters."""
    (first, *rest) = spelling.pieces
    return not rest and not (first > "\u2e7f" and len(first) > 2)


def _likeness(one: str, two: str) -> float:
    short, long = (one, two) if len(one) <= len(two) else (two, one)
    if not (one.isalpha() and two.isalpha()):
        return 0.0
    if len(short) == 1:
        return _INITIAL if long[0] == short else 0.0
    if len(short) < 3:
        return 0.0
    # "Alex" for Alexandra.
    if long.startswith(short):
        return _INITIAL + 0.01
    return OSA.normalized_similarity(one, two, score_cutoff=_LIKE)


def _better(scores: dict[int, int], others: dict[int, int], most: int = 100) -> None:
    for user_id, score in others.items():
        score = min(score, most)
        if score > scores.get(user_id, 0):
            scores[user_id] = score
