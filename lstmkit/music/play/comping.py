"""The rhythm section: piano voicings that move little, and a bass that walks."""

import itertools
from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from lstmkit.music.files.score import Measure, Note, TimedChord
from lstmkit.music.theory.chords import NO_CHORDS, Chord

PIANO_LOW, PIANO_HIGH = 50, 69  # D3 to A4: above the bass, below the solo
BASS_LOW, BASS_HIGH = 29, 50  # F1 to D3
PIANO_VELOCITY, BASS_VELOCITY = 58, 72

# Where the piano strikes within the time of a chord, in quarters from its beginning: onset, length.
_RHYTHMS: tuple[tuple[tuple[str, str], ...], ...] = (
    (("0", "3/2"), ("3/2", "1/2")),  # the Charleston
    (("0", "1"), ("5/2", "1/2")),
    (("1/2", "1"), ("2", "3/2")),
    (("0", "2"),),
    (("1", "1/2"), ("5/2", "1")),
    (("0", "1/2"), ("3/2", "3/2")),
)


def voicing_classes(chord: Chord) -> list[int]:
    """Return the pitch classes a pianist plays above a bass: third, fifth, seventh, and a colour.

    Args:
        chord: Any chord; one read from sounding notes may lack some of these.
    """
    above, second = chord.above, (chord.root + 2) % 12
    third = next((t for t in (4, 3, 5, 2) if t in above), None)
    seventh = next((t for t in (10, 11, 9) if t in above), None)
    fifth = next((t for t in (7, 6, 8) if t in above), None)
    natural = 2 if second in chord.tones | chord.scale else None
    ninth = next((t for t in (1, 3) if t in above and t != third), natural)
    colour = ninth if seventh is not None else 0
    chosen = dict.fromkeys(t for t in (third, fifth, seventh, colour) if t is not None)
    if len(chosen) < 3:
        chosen |= dict.fromkeys(sorted(above)[: 4 - len(chosen)])
    return [(chord.root + t) % 12 for t in chosen]


def voice(chord: Chord, previous: Sequence[int]) -> list[int]:
    """Return the voicing nearest to the one before, as MIDI pitches from low to high.

    Args:
        chord: The chord to play.
        previous: The voicing before; empty at the beginning.
    """
    middle = (PIANO_LOW + PIANO_HIGH) / 2
    classes = voicing_classes(chord)
    choices = [[p for p in range(PIANO_LOW, PIANO_HIGH + 1) if p % 12 == c] for c in classes]
    best: tuple[float, list[int]] | None = None
    for pitches in map(sorted, itertools.product(*choices)):
        close = sum(b - a for a, b in itertools.pairwise(pitches) if b - a < 2) * 2
        cost = movement(previous, pitches) + 0.1 * abs(sum(pitches) / len(pitches) - middle)
        cost += close + max(0, pitches[-1] - pitches[0] - 14)
        if best is None or cost < best[0]:
            best = (cost, pitches)
    return [] if best is None else best[1]


def movement(previous: Sequence[int], pitches: Sequence[int]) -> float:
    """Return how far each voice goes, in semitones, from its nearest in the voicing before."""
    return float(sum(min((abs(p - q) for q in previous), default=0) for p in pitches))


def piano(
    measures: Sequence[Measure], generator: np.random.Generator, *, ends: bool = False
) -> list[Note]:
    """Comp: strike each chord in one of a few jazz rhythms.

    Args:
        measures: Bars with their chords.
        generator: Chooses the rhythms.
        ends: Whether the last chord is an ending: struck once, and held.
    """
    notes: list[Note] = []
    hands: list[int] = []
    timed = spans(measures)
    for start, end, chord in timed:
        hands = voice(chord, hands)
        if ends and end == timed[-1][1]:
            return notes + [Note(start, end - start, p, PIANO_VELOCITY) for p in hands]
        rhythm = _RHYTHMS[int(generator.integers(len(_RHYTHMS)))]
        strokes = [(start + Fraction(at), Fraction(length)) for at, length in rhythm]
        inside = [(at, min(length, end - at)) for at, length in strokes if at < end]
        for at, length in inside or [(start, end - start)]:
            accent = 6 if at > start else 0
            notes += [Note(at, length, p, PIANO_VELOCITY + accent) for p in hands]
    return notes


def bass(
    measures: Sequence[Measure], *, beat: Fraction = Fraction(1), ends: bool = False
) -> list[Note]:
    """Walk: the root on each chord, chord tones on the beats, a half step into the next root.

    Args:
        measures: Bars with their chords.
        beat: Quarters in a beat: 3/2 in 6/8.
        ends: Whether the last chord is an ending: its root, held.
    """
    line: list[Note] = []
    timed = list(spans(measures))
    here = _nearest(timed[0][2].bass, 38) if timed else 0
    for (start, end, chord), following in itertools.zip_longest(timed, timed[1:]):
        here = _nearest(chord.bass, here)
        target = _nearest(following[2].bass, here) if following is not None else here
        beats = [(start, end - start)] if ends and following is None else _beats(start, end, beat)
        for number, (at, length) in enumerate(beats):
            if number == 0:
                pitch = here
            elif number == len(beats) - 1 and len(beats) > 1:
                pitch = target + (1 if here > target else -1)
            else:
                pitch = _chord_step(chord, here, target, number)
            line.append(Note(at, length, min(max(pitch, BASS_LOW), BASS_HIGH), BASS_VELOCITY))
    return line


def spans(measures: Sequence[Measure]) -> list[tuple[Fraction, Fraction, Chord]]:
    """Return each chord that is to be played, none reaching over a bar line.

    Returns:
        Beginning, end and chord; nothing where there is no chord (`N.C.`).
    """
    result = []
    for measure in measures:
        chords = [
            TimedChord(max(timed.onset, measure.bar.start), timed.chord) for timed in measure.chords
        ]
        chords[0] = TimedChord(measure.bar.start, chords[0].chord)
        ends = [timed.onset for timed in chords[1:]] + [measure.bar.end]
        result += [
            (timed.onset, end, timed.chord)
            for timed, end in zip(chords, ends, strict=True)
            if end > timed.onset and timed.chord.symbol not in NO_CHORDS
        ]
    return result


def _beats(start: Fraction, end: Fraction, beat: Fraction) -> list[tuple[Fraction, Fraction]]:
    count = max(1, int((end - start) / beat))
    onsets = [start + i * beat for i in range(count)]
    return [(at, until - at) for at, until in zip(onsets, [*onsets[1:], end], strict=True)]


def _nearest(pitch_class: int, to: int) -> int:
    """Return the bass pitch of a class that is nearest to another."""
    inside = [p for p in range(BASS_LOW, BASS_HIGH + 1) if p % 12 == pitch_class]
    return min(inside, key=lambda p: (abs(p - to), p))


def _chord_step(chord: Chord, root: int, target: int, number: int) -> int:
    """Return a chord tone above the root, or below it where the next root is lower."""
    tones = sorted({(tone - root) % 12 for tone in chord.tones} - {0}) or [7]
    step = tones[(number - 1) % len(tones)]
    up = root + step
    return up - 12 if (target < root and up - 12 >= BASS_LOW) or up > BASS_HIGH else up
