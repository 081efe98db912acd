"""The times of notes as whole numbers: as exact as fractions, and compared many times faster."""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from math import lcm
from typing import NamedTuple

from lstmkit.music.files.score import Note

FEWEST = 48  # of a quarter: sixteenths of it, each in three


class Ticked(NamedTuple):
    """A note whose times are whole ticks.

    Attributes:
        onset: Ticks from the start of the piece.
        end: Ticks from there to the end of the note.
        pitch: MIDI number.
        velocity: Loudness, 1 to 127.
    """

    onset: int
    end: int
    pitch: int
    velocity: int


def per_quarter(notes: Iterable[Note], *times: Fraction) -> int:
    """Return how many ticks make a quarter so that each time of some notes is whole, and others."""
    found = {time.denominator for time in times}
    for note in notes:
        found.add(note.onset.denominator)
        found.add(note.duration.denominator)
    return lcm(FEWEST, *found)


def whole(time: Fraction, quarter: int) -> int:
    """Return a time in ticks, of which a quarter has so many."""
    return time.numerator * (quarter // time.denominator)


def of(notes: Sequence[Note], quarter: int) -> list[Ticked]:
    """Return notes in ticks, of which a quarter has so many."""
    found = []
    for onset, duration, pitch, velocity in notes:
        began = onset.numerator * (quarter // onset.denominator)
        length = duration.numerator * (quarter // duration.denominator)
        found.append(Ticked(began, began + length, pitch, velocity))
    return found
