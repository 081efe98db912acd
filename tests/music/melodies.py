"""Notes and bars written out, for the music tests."""

from fractions import Fraction

import numpy as np

from lstmkit.music.files.score import Bar, Measure, Note, TimedChord
from lstmkit.music.theory import chords


def line(*notes: tuple[str, str, int]) -> list[Note]:
    """Return notes from (onset, duration, pitch), times as fractions of a quarter."""
    return [Note(Fraction(on), Fraction(length), pitch, 90) for on, length, pitch in notes]


def bar_over(
    symbols: str, *notes: tuple[str, str, int], start: int = 0, length: int = 4
) -> Measure:
    """Return a bar whose chords share it equally."""
    names = symbols.split()
    timed = tuple(
        TimedChord(start + Fraction(length * i, len(names)), chords.parse(name))
        for i, name in enumerate(names)
    )
    return Measure(Bar(Fraction(start), Fraction(length)), tuple(line(*notes)), timed)


def random_melody(generator: np.random.Generator, bars: int, *, length: int = 4) -> list[Note]:
    """Return a melody of eighths and quarters with rests."""
    notes, now, pitch = [], Fraction(0), 67
    while now < bars * length:
        duration = Fraction(int(generator.integers(1, 3)), 2)
        pitch = int(np.clip(pitch + generator.integers(-4, 5), 58, 80))
        if generator.random() < 0.85:
            notes.append(Note(now, min(duration, bars * length - now), pitch, 90))
        now += duration
    return notes
