"""From written notes to played ones: accents and swing."""

from collections import defaultdict
from collections.abc import Sequence
from fractions import Fraction
from math import floor

import numpy as np

from lstmkit.music.files.score import Bar, Note, bar_index

LOUDNESS = 82
STRAIGHT = 0.5
FINEST_TICK = 480  # swung onsets are rounded to this part of a quarter


def accented(notes: Sequence[Note], generator: np.random.Generator) -> list[Note]:
    """Give each note of a line its loudness.

    A note is louder at the beginning of a phrase, at a peak of the line and off the beat before a
    rest; what runs down from a peak is softer.

    Args:
        notes: One line, by onset.
        generator: Adds the little that no rule explains.
    """
    result = []
    for index, note in enumerate(notes):
        before = notes[index - 1] if index else None
        after = notes[index + 1] if index + 1 < len(notes) else None
        velocity = LOUDNESS
        if before is None or note.onset > before.end:
            velocity += 8
        if before is not None and after is not None and before.pitch < note.pitch > after.pitch:
            velocity += 12
        if before is not None and note.pitch < before.pitch:
            velocity -= 5
        if note.onset.denominator != 1 and (after is None or after.onset > note.end):
            velocity += 10
        velocity += int(generator.integers(-4, 5))
        result.append(note._replace(velocity=min(max(velocity, 1), 127)))
    return result


def swung(
    parts: Sequence[Sequence[Note]], swing: float, bars: Sequence[Bar] = ()
) -> list[list[Note]]:
    """Move the off-beat eighth of each beat that is played in eighths.

    Triplets and sixteenths stay as they are; an off-beat beside triplets falls on the last of them.
    All parts swing together: what a beat is played in is read from all of them.

    Args:
        parts: Notes of each part.
        swing: Place of the off-beat within the beat: 0.5 is straight, 0.667 a triplet.
        bars: Where beats are counted from; what a bar has beyond its last whole beat is played as
            it is written. Without bars, beats are counted from the start.
    """

    def placed(time: Fraction) -> tuple[Fraction, Fraction]:
        """Return the beginning of a beat, and how far into it a moment is."""
        index = bar_index(bars, time)
        start = bars[index].start if index >= 0 else Fraction(0)
        beat = start + floor(time - start)
        return beat, time - beat

    inside: defaultdict[Fraction, set[Fraction]] = defaultdict(set)
    for notes in parts:
        for note in notes:
            beat, place = placed(note.onset)
            inside[beat].add(place)
    eighths = {beat for beat, places in inside.items() if places <= {Fraction(0), Fraction(1, 2)}}
    thirds = {Fraction(1, 3), Fraction(2, 3)}
    triplets = {beat for beat, places in inside.items() if places & thirds}
    off_beat = Fraction(round(swing * FINEST_TICK), FINEST_TICK)

    def played(time: Fraction) -> Fraction:
        beat, place = placed(time)
        if place != Fraction(1, 2):
            return time
        if beat in triplets and swing > STRAIGHT:
            return beat + Fraction(2, 3)
        return beat + off_beat if beat in eighths else time

    return [
        [_between(note, played(note.onset), played(note.end)) for note in notes] for notes in parts
    ]


def _between(note: Note, onset: Fraction, end: Fraction) -> Note:
    return note._replace(onset=onset, duration=end - onset)
