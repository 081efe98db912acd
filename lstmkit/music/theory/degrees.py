"""Chords as degrees above their root, and the symbol that says so.

Notation programs keep a chord as a kind and the degrees that were added, altered and left out;
Roman numerals name its root as a degree of a key. Here degrees become a symbol that `chords.parse`
reads back with the same tones.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import NamedTuple

from lstmkit.music.theory import chords

MAJOR_STEPS = (0, 2, 4, 5, 7, 9, 11)
MINOR_STEPS = (0, 2, 3, 5, 7, 8, 10)
FLAT_NAMES = ("C", "Db", "D", "Eb", "E", "F", "Gb", "G", "Ab", "A", "Bb", "B")
SHARP_NAMES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
_SIGNS = {-2: "bb", -1: "b", 0: "", 1: "#", 2: "##"}
_ROMAN = {"I": 1, "II": 2, "III": 3, "IV": 4, "V": 5, "VI": 6, "VII": 7}
_NUMERAL = re.compile(r"([b#♭♯-]?)(VII|VI|IV|V|III|II|I)", re.IGNORECASE)


class Degree(NamedTuple):
    """A degree above a root: 7 of the major scale, altered by -1, is the minor seventh."""

    number: int
    alter: int = 0


class Key(NamedTuple):
    """A key: pitch class of its tonic, and whether it is minor."""

    tonic: int
    minor: bool = False

    @classmethod
    def of_fifths(cls, fifths: int, *, minor: bool = False) -> Key:
        """Return the key of a signature: -1 is F major or D minor."""
        return cls((7 * fifths + (9 if minor else 0)) % 12, minor)

    def degree(self, number: int, alter: int = 0) -> int:
        """Return the pitch class of a degree, counted from 1."""
        steps = MINOR_STEPS if self.minor else MAJOR_STEPS
        return (self.tonic + steps[(number - 1) % 7] + alter) % 12

    def name(self, pitch_class: int, *, raised: bool = False) -> str:
        """Return the name of a pitch class as this key writes it, with sharps or with flats.

        Args:
            pitch_class: 0 to 11.
            raised: Whether it is a degree with a sharp.
        """
        major = (self.tonic + 3 * self.minor) % 12
        sharps = raised or major in (7, 2, 9, 4, 11, 6)
        return (SHARP_NAMES if sharps else FLAT_NAMES)[pitch_class % 12]


def root_of_numeral(text: str, key: Key) -> int | None:
    """Return the root of a function such as `V`, `bVII` or `V/ii`; None if it is none."""
    head, slash, tail = text.strip().partition("/")
    within = key
    if slash:
        of = root_of_numeral(tail, key)
        if of is None:
            return None
        within = Key(of, minor=tail.strip()[:1].islower())
    match = _NUMERAL.match(head.strip())
    if match is None:
        return None
    alter = {"": 0, "b": -1, "♭": -1, "-": -1}.get(match[1], 1)
    return within.degree(_ROMAN[match[2].upper()], alter)


def degrees_of(text: str) -> frozenset[Degree]:
    """Read degrees such as `b3 5 b7`."""
    found = (re.fullmatch(r"([b#]*)(\d+)", word) for word in text.split())
    return frozenset(
        Degree(int(match[2]), match[1].count("#") - match[1].count("b")) for match in found if match
    )


def suffix(degrees: Collection[Degree]) -> str:
    """Return what follows the root in the symbol of a chord, such as `m7b5` or `13b9`."""
    of: dict[int, list[int]] = {}
    for number, alter in sorted(degrees):
        of.setdefault(number, []).append(alter)
    third, fifth = of.get(3, [None])[0], of.get(5, [None])[0]
    text, said = _quality(of)
    text += _suspension(of, third) if third is None else ""
    if fifth in (-1, 1) and 5 not in said:
        text += f"({_SIGNS[fifth]}5)"
    altered = [(number, alter) for number in (9, 11, 13) for alter in of.get(number, ()) if alter]
    text += "".join(f"({_SIGNS[alter]}{number})" for number, alter in altered)
    for number in (9, 11, 13):
        if 0 in of.get(number, ()) and number not in said and not (third is None and number == 11):
            text += f"(add{number})"
    if fifth is None and third is not None:
        text += "(no5)"
    return _without_brackets(text)


def _quality(of: dict[int, list[int]]) -> tuple[str, set[int]]:
    """Return the third, the fifth where it belongs to the quality, and the seventh or sixth."""
    third, fifth, seventh = (of.get(number, [None])[0] for number in (3, 5, 7))
    if third == -1 and fifth == -1 and seventh in (None, -2):
        return "dim" + ("7" if seventh == -2 else ""), {5}
    if third == 0 and fifth == 1 and seventh is None and 6 not in of:
        return "aug", {5}
    minor = "m" if third == -1 else ""
    if seventh is None:
        if 6 not in of:
            return minor, set()
        nine = of.get(9) == [0]
        return minor + ("6/9" if nine else "6"), {9} if nine else set()
    stack, said = "7", {7}
    for number, below in ((9, 7), (11, 9), (13, 9)):
        if 0 in of.get(number, ()) and (below == 7 or below in of) and not _is_fourth(of, number):
            stack, said = str(number), {9, number}
    if seventh == 0:
        return (f"m(maj{stack})" if minor else f"maj{stack}"), said
    return minor + stack, said


def _is_fourth(of: dict[int, list[int]], number: int) -> bool:
    """Tell whether an eleventh is the fourth of a suspended chord, or left out of a thirteenth."""
    return number == 11 and (3 not in of or 13 in of)


def _suspension(of: dict[int, list[int]], third: int | None) -> str:
    if 4 in of or 0 in of.get(11, ()):
        return "sus4"
    if 2 in of:
        return "sus2"
    return "5" if set(of) <= {1, 5} else "(no3)"


def _without_brackets(text: str) -> str:
    """Leave brackets away where nothing is read otherwise: C7(b9) is C7b9, and m(maj7) stays."""
    plain = re.sub(r"\(([^()]*)\)", r"\1", text)
    if "m(maj" in text or not chords.is_symbol("C" + plain):
        return text
    return plain if chords.parse("C" + plain).tones == chords.parse("C" + text).tones else text
