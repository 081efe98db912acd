"""Play piano and bass to a harmony, as a rhythm section would, and without chance."""

import itertools
from collections.abc import Iterator
from fractions import Fraction

from notation import VOICINGS, Chord, Note

# Onset and duration of each comping chord, in quarters. One figure per bar, taken in turn; every
# figure strikes within half a beat of beats 1 and 3, so that no chord change goes unheard.
COMPING = {
    "swing": (
        ((0, 1.5), (2.5, 0.5)),  # Charleston, and its answer
        ((0, 1), (2, 1.5)),
        ((0.5, 0.5), (2.5, 1)),  # all off the beat
        ((0, 0.5), (1.5, 0.5), (2.5, 0.5)),
        ((0, 1.5), (2, 0.5), (3.5, 0.5)),
        ((0.5, 1), (2, 1)),
    ),
    "ballad": (((0, 2), (2, 2)), ((0, 2), (2, 1.5)), ((0, 1.5), (2, 1), (3.5, 0.5))),
    "bossa": (
        ((0, 1), (1.5, 0.5), (2.5, 1)),
        ((0.5, 0.5), (1.5, 0.5), (2, 1), (3.5, 0.5)),
    ),
    "waltz": (((0, 1), (2, 1)), ((0, 1.5), (2, 0.5)), ((0.5, 1), (2, 1))),
}
COMPING_RANGE = range(53, 74)  # above the bass, below most of the melody
BASS_RANGE = range(28, 53)


def comp(chords: tuple[Chord, ...], feel: str, bars: int, bar_length: int = 4) -> list[Note]:
    """Play the piano part.

    Each chord takes the voicing nearest to the one before it; a chord that stays is voiced anew.

    Args:
        chords: The harmony of the piece.
        feel: A key of ``COMPING``.
        bars: Length of the piece.
        bar_length: Quarters in a bar.

    Returns:
        Notes of four-part chords; each lies within its own chord's time.
    """
    voiced = []
    hand = (53, 57, 60, 64)  # where a pianist's left hand starts
    for chord in chords:
        others = (voicing for voicing in inversions(chord) if voicing != hand)
        hand = min(others, key=lambda voicing: movement(hand, voicing))
        voiced.append((chord, hand))
    notes = []
    for bar, figure in zip(range(bars), itertools.cycle(COMPING[feel])):
        for start, length in figure:
            onset = Fraction(bar * bar_length) + Fraction(start)
            chord, pitches = next(cv for cv in voiced if cv[0].onset <= onset < cv[0].end)
            duration = min(Fraction(length), chord.end - onset)
            velocity = 62 if start % 1 else 54
            notes += [Note(onset, duration, pitch, velocity) for pitch in pitches]
    return notes


def movement(hand: tuple[int, ...], voicing: tuple[int, ...]) -> tuple[int, int]:
    """Return how far the hand moves: its widest step, and all steps together, in semitones."""
    steps = [abs(a - b) for a, b in zip(hand, voicing, strict=True)]
    return max(steps), sum(steps)


def inversions(chord: Chord) -> Iterator[tuple[int, ...]]:
    """Yield the close voicings within the piano's range; no semitone at the bottom, it is muddy."""
    classes = {(chord.root + step) % 12 for step in VOICINGS[chord.quality]}
    for bottom in COMPING_RANGE:
        voicing = tuple(p for p in range(bottom, bottom + 12) if p % 12 in classes)
        if voicing[0] == bottom and voicing[1] > bottom + 1 and voicing[-1] in COMPING_RANGE:
            yield voicing


def walk(chords: tuple[Chord, ...], feel: str) -> list[Note]:
    """Play the bass part: the root on each chord, then towards the next root.

    Args:
        chords: The harmony of the piece.
        feel: ``swing`` and ``waltz`` walk in quarters, ``ballad`` plays halves, ``bossa`` dotted
            quarters.

    Returns:
        One note at a time, each within its own chord's time.
    """
    notes: list[Note] = []
    pitch = 40
    for i, chord in enumerate(chords):
        following = chords[(i + 1) % len(chords)]
        root = nearest(chord.root, pitch)
        target = nearest(following.root, root)
        third, fifth, *_ = (root + step for step in VOICINGS[chord.quality])
        approach = target + (1 if target < root else -1)
        if feel in ("swing", "waltz"):
            middle = ((third, fifth), (fifth, third), (third, root), (fifth, root))[i % 4]
            walk = [root, *middle, approach][: int(chord.duration) - 1]
            pitches = [*walk, approach]
            pitches = pitches if chord.duration > 1 else [root]
            lengths = [Fraction(1)] * len(pitches)
        elif feel == "bossa" and chord.duration == 4:
            pitches = [root, fifth, fifth, root]
            lengths = [Fraction(3, 2), Fraction(1, 2)] * 2
        else:
            pitches = [root, fifth][: int(chord.duration / 2)]
            lengths = [Fraction(2)] * len(pitches)
        time = chord.onset
        for pitch, length in zip(pitches, lengths, strict=True):
            notes.append(Note(time, length, pitch, 70 if (time - chord.onset) % 2 else 76))
            time += length
    return notes


def nearest(pitch_class: int, pitch: int) -> int:
    """Return the bass note of a pitch class that lies nearest to a pitch."""
    choices = [p for p in BASS_RANGE if p % 12 == pitch_class]
    return min(choices, key=lambda p: (abs(p - pitch), p))
