"""Names → the pieces that their spellings share: order, accents and titles do not count."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from blended_xblock.imports.machines import DEVICES


def _listed(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Letters that Unicode does not take apart, as people write them without the mark.
_LETTERS: Final = str.maketrans(
    {
        **{"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "\u0131": "i", "ħ": "h", "ŧ": "t"},
        **{"æ": "ae", "œ": "oe", "ß": "ss", "ŋ": "n", "ə": "e", "ĸ": "k", "ɓ": "b", "ɗ": "d"},
        # Arabic and Persian: what is written one way or the other; a tatweel only widens.
        **{"\u0640": None, "\u0621": None, "\u0671": "\u0627", "\u0649": "\u064a"},
        **{"\u0629": "\u0647", "\u06cc": "\u064a", "\u06a9": "\u0643", "\u06c1": "\u0647"},
        # Katakana as hiragana.
        **{chr(code): chr(code - 0x60) for code in range(0x30A1, 0x30F7)},
    }
)
# ruff: noqa: RUF001 - letters that look like Latin ones are the point here.
_CYRILLIC: Final = (
    "а:a б:b в:v г:g ґ:g д:d е:e є:e ж:zh з:z и:i і:i ї:i й:i к:k л:l м:m н:n о:o п:p р:r с:s т:t "
    "у:u ф:f х:kh ц:ts ч:ch ш:sh щ:shch ъ: ы:y ь: э:e ю:yu я:ya ђ:dj ј:j љ:lj њ:nj ћ:c џ:dz ў:u"
)
_GREEK: Final = (
    "α:a β:v γ:g δ:d ε:e ζ:z η:i θ:th ι:i κ:k λ:l μ:m ν:n ξ:x ο:o π:p ρ:r σ:s ς:s τ:t υ:y φ:f χ:ch "
    "ψ:ps ω:o"
)
_LATIN: Final = str.maketrans(dict(pair.split(":") for pair in f"{_CYRILLIC} {_GREEK}".split()))
_OTHER_ALPHABET: Final = re.compile(r"[\u0370-\u052f]")
# Jörg signs as Joerg, Søren as Soeren, Åse as Aase.
_TWO_LETTERS: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"})
# Accents, vowel signs, marks of direction; kana keep the mark that makes another letter of them.
_DROPPED: Final = frozenset({"Mn", "Mc", "Me", "Cf"})
_VOICED: Final = frozenset("\u3099\u309a")
_APOSTROPHES: Final = str.maketrans(
    dict.fromkeys("\u2019\u2018\u02bc\u02bb\u00b4`\u2032\uff07", "'")
)

_INNER: Final = re.compile(
    r"\(([^()]*)\)|\[([^\[\]]*)\]|\"([^\"]*)\"|“([^”]*)”|«([^»]*)»|„([^“”]*)[“”]|【([^】]*)】|「([^」]*)」"
)
_SEPARATOR: Final = re.compile(r"\s+[-–—:~]+\s+|\s*[|/@·•]+\s*")
_ELISION: Final = re.compile(r"(?<!\w)(?:o|d|l|m|n|t|dell|dall|nell|all|sant)'(?=\w)")
_POSSESSIVE: Final = re.compile(r"'s?(?!\w)")
_PIECE: Final = re.compile(r"[^\W_]+")

# Of one name, and ways to mean it: more is somebody at play.
_MOST_PIECES: Final = 8

PARTICLES: Final = _listed(
    "van von vom der den de la le les du des di da do dos das del della dello degli ben bin ibn "
    "bint al el abu af av zu zum zur ter ten te y e i und o st saint san the"
)
TITLES: Final = _listed(
    "dr doctor docteur doktor dra drs prof professor professeur profesor mr mrs ms miss mister sir "
    "mme mlle madame monsieur mademoiselle m herr frau fr hr sr sra srta don dona "
    "senor senora dott dottssa sig signora signor ing dipl mgr inz pan pani dhr mevr mw ir phd md "
    "msc bsc mba jr maitre me rev"
)


@dataclass(frozen=True, slots=True)
class Spelling:
    """One way of writing a name: its pieces that count, and all of it in one.

    ``is_part`` says that more stands beside it, so that it may be a company's or a town's name.
    """

    pieces: tuple[str, ...]
    joined: str
    is_part: bool = False


def plain(text: str) -> str:
    """Return text in small letters without accents, in Latin where it is Cyrillic or Greek."""
    if text.isascii():
        return text.casefold()
    letters = unicodedata.normalize("NFKC", text).translate(_APOSTROPHES).casefold()
    parts = unicodedata.normalize("NFKD", letters.translate(_LETTERS))
    kept = "".join(
        char for char in parts if char in _VOICED or unicodedata.category(char) not in _DROPPED
    ).translate(_LETTERS)
    if _OTHER_ALPHABET.search(kept):
        kept = kept.translate(_LATIN)
    return unicodedata.normalize("NFC", kept)


def same(text: str) -> str:
    """Return text without case, kinds of spaces, of apostrophes and of width: written alike."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text).translate(_APOSTROPHES)
        text = "".join(char for char in text if unicodedata.category(char) != "Cf")
    return " ".join(text.casefold().split())


def spellings(name: str) -> tuple[Spelling, ...]:
    """Return the ways in which a name can be meant, without those that say nothing.

    What stands in parentheses or quotes is a name by itself (the original one, or the one by which
    somebody is called), and so is each side of a dash: "Ada Example - ACME".
    """
    found: dict[tuple[str, ...], Spelling] = {}
    for part, is_part in _parts(name)[:_MOST_PIECES]:
        for pieces in _written(part):
            spelling = _spelling(pieces, is_part)
            if spelling.pieces:
                found.setdefault(spelling.pieces, spelling)
    return tuple(found.values())


def words(text: str) -> list[str]:
    """Return the words of a text that is plain."""
    if "'" in text:
        text = _POSSESSIVE.sub(" ", _ELISION.sub("", text)).replace("'", "")
    return _PIECE.findall(text)


def _parts(name: str) -> list[tuple[str, bool]]:
    """Return what may be meant, the whole first, and whether it is only a part of it."""
    text = unicodedata.normalize("NFKC", name)
    inner = [next(filter(None, found), "") for found in _INNER.findall(text)]
    outer = " ".join(_INNER.sub(" ", text).split()) if inner else text
    parts = [(outer, False)]
    called = outer.split()
    for part in inner:
        parts.append((part, bool(called)))
        if len(called) > 1 and len(part.split()) == 1:
            parts.append((" ".join([part, *called[1:]]), False))
    found: list[tuple[str, bool]] = []
    for part, is_part in parts:
        sides = _SEPARATOR.split(part)
        # "Ada - Example" is one name; beside "Ada Example" there is another.
        if all(len(side.split()) < 2 for side in sides) or len(sides) < 2:
            found.append((part, is_part))
        if len(sides) > 1:
            found.extend((side, True) for side in sides)
    return found


def _written(part: str) -> list[list[str]]:
    found = [words(plain(part))]
    if not part.isascii():
        letters = part.casefold()
        two = letters.translate(_TWO_LETTERS)
        if two != letters:
            found.append(words(plain(two)))
    return found


def _spelling(pieces: list[str], is_part: bool) -> Spelling:
    joined = "".join(pieces)
    kept = [piece for piece in pieces if piece not in DEVICES]
    if len(kept) > 1:
        kept = _scottish(kept)
        # What is nothing but a title or a particle is a name: "Al", "Le".
        kept = [piece for piece in kept if piece not in TITLES] or kept
        last = len(kept) - 1
        kept = [
            piece
            for place, piece in enumerate(kept)
            # "Ada E." has an initial, "Ortega y Gasset" a particle.
            if piece not in PARTICLES or (len(piece) == 1 and place in {0, last})
        ] or kept
    return Spelling(tuple(kept[:_MOST_PIECES]), joined, is_part)


def _scottish(pieces: list[str]) -> list[str]:
    """Return MacDonald, Mac Donald and McDonald as one."""
    found: list[str] = []
    for piece in pieces:
        if found and found[-1] in {"mac", "mc"}:
            found[-1] = "mc" + piece
        else:
            long = len(piece) > 6 and piece.startswith("mac")
            found.append("mc" + piece[3:] if long else piece)
    return found
