"""Note names and spelled intervals, as far as the jazz grammar needs them.

A MIDI pitch number carries no spelling. The grammar's interval ranges (`<P4,m-2>`) do, so every
pitch class is given the one name that music21 gives it by default: `E-` and `B-` are flats, `F#`,
`C#` and `G#` are sharps. A spelled interval is then a vector (letter steps, semitones) and adding
is vector addition; nothing else of music21's interval algebra is needed.

Conventions: pitch 60 is C4. `-` is a flat in names, a descending direction in intervals.
"""

from __future__ import annotations

import re
from typing import NamedTuple

NAMES = ("C", "C#", "D", "E-", "E", "F", "F#", "G", "G#", "A", "B-", "B")

_LETTERS = "CDEFGAB"
_NATURAL = (0, 2, 4, 5, 7, 9, 11)  # semitones above C, per letter
_PERFECT = frozenset((0, 3, 4))  # letter steps of the intervals that are P, not M or m
_INTERVAL = re.compile(r"(P|M|m|A+|d+)(-?)(\d+)")


def name(pitch: int) -> str:
    """Return the default name of a pitch with its octave, such as `E-4` for 63."""
    return f"{NAMES[pitch % 12]}{pitch // 12 - 1}"


def spell(letter: int, pitch_class: int) -> str:
    """Name a pitch class on a given letter, with as many accidentals as that takes.

    Args:
        letter: Index into C D E F G A B.
        pitch_class: 0 to 11.
    """
    accidentals = (pitch_class - _NATURAL[letter] + 6) % 12 - 6
    return _LETTERS[letter] + ("#" * accidentals if accidentals > 0 else "-" * -accidentals)


class Interval(NamedTuple):
    """A directed, spelled interval.

    Attributes:
        steps: Letter names between the two notes; negative when descending.
        semitones: Half steps between them; negative when descending.
    """

    steps: int
    semitones: int

    @classmethod
    def between(cls, start: int, end: int) -> Interval:
        """Return the interval from one MIDI pitch to another, both in their default spelling."""
        return cls(_diatonic_number(end) - _diatonic_number(start), end - start)

    @classmethod
    def parse(cls, text: str) -> Interval:
        """Read a directed name such as `P4`, `m-2` or `dd5`.

        Raises:
            ValueError: If the text names no interval.
        """
        match = _INTERVAL.fullmatch(text)
        if match is None or not 1 <= int(match[3]) <= 99:
            raise ValueError(f"{text!r} is not an interval; expected one such as P4, m-2, A1 or d5")
        quality, minus, number = match.groups()
        steps = int(number) - 1
        perfect = steps % 7 in _PERFECT
        if (quality == "P") != perfect and quality in "PMm":
            raise ValueError(f"{text!r} is not an interval: {number} cannot be {quality}")
        offset = {"P": 0, "M": 0, "m": -1}.get(quality)
        if offset is None:
            offset = len(quality) if quality[0] == "A" else -len(quality) - (not perfect)
        semitones = 12 * (steps // 7) + _NATURAL[steps % 7] + offset
        return cls(-steps, -semitones) if minus else cls(steps, semitones)

    def __add__(self, other: object) -> Interval:
        """Return the interval that spans both, one after the other."""
        if not isinstance(other, Interval):
            return NotImplemented
        return Interval(self.steps + other.steps, self.semitones + other.semitones)

    def __neg__(self) -> Interval:
        """Return the same interval in the other direction."""
        return Interval(-self.steps, -self.semitones)

    def __str__(self) -> str:
        """Return the directed name; a unison (0 steps) has no direction of its own."""
        steps, semitones = self if self.steps >= 0 else -self
        offset = semitones - 12 * (steps // 7) - _NATURAL[steps % 7]
        if offset > 0:
            quality = "A" * offset
        elif steps % 7 in _PERFECT:
            quality = "d" * -offset or "P"
        else:
            quality = ("M", "m")[-offset] if offset > -2 else "d" * (-offset - 1)
        return f"{quality}{'-' if self.steps < 0 else ''}{steps + 1}"


MINOR_THIRD = Interval(2, 3)

_PLAIN_STEPS = (0, 1, 1, 2, 2, 3, 4, 4, 5, 5, 6, 6)  # P1 m2 M2 m3 M3 P4 d5 P5 m6 M6 m7 M7


def plain_interval(semitones: int) -> Interval:
    """Return the most usual spelling of a distance: 3 is always m3, never A2."""
    octaves, simple = divmod(abs(semitones), 12)
    interval = Interval(7 * octaves + _PLAIN_STEPS[simple], abs(semitones))
    return -interval if semitones < 0 else interval


def _diatonic_number(pitch: int) -> int:
    return 7 * (pitch // 12) + _LETTERS.index(NAMES[pitch % 12][0])
