"""The chords that an accompaniment and a melody imply, where no one has written them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from lstmkit.music.files.reading.harmony import Harmony, by_bar
from lstmkit.music.files.score import Bar, Note, TimedChord, is_compound
from lstmkit.music.theory import functions, naming

CHANGE = 0.03  # what a change of chord costs, as a share of a span
KEY_SPANS = 16  # spans before and after, eight bars, that decide the key
MELODY_SHARE = 0.2  # how much a melody counts beside its accompaniment
LONGEST_HELD = Fraction(16)  # quarters; a note that is held longer no longer names the chord

_Span = tuple[Fraction, Fraction]


def of_accompaniment(
    notes: Sequence[Note], bars: Sequence[Bar], *, melody: Sequence[Note] = ()
) -> Harmony:
    """Name the chord of each half bar (of each bar, where it is shorter than 4 quarters).

    Every note speaks for its pitch class as long as it sounds; the lowest of the accompaniment
    speaks for the root; the melody speaks more softly, for the third of an open fifth above all;
    what is not heard is thought of in the key of the bars around. A new chord must fit better than
    the one before by more than a little. Where no one accompanies, the chord before goes on.

    Args:
        notes: The accompaniment.
        bars: The bars.
        melody: What is sung or played above it, if that is not among `notes`.
    """
    spans = [
        (bar.start + half * bar.length / halves, bar.start + (half + 1) * bar.length / halves)
        for bar in bars
        for halves in ((2 if bar.length >= 4 else 1),)
        for half in range(halves)
    ]
    below, basses = _weights(notes, spans)
    above, _ = _weights(melody, spans)
    heard = below + MELODY_SHARE * above
    heard[below.sum(axis=1) == 0] = 0
    keys = [naming.key_of(weights) for weights in _smoothed(below + above, KEY_SPANS)]
    fits = [
        naming.fit(list(weights), bass, key) if weights.any() else None
        for weights, bass, key in zip(heard, basses, keys, strict=True)
    ]
    timed: list[TimedChord] = []
    for (start, _), index, key in zip(spans, _likeliest(fits), keys, strict=True):
        chord = None if index is None else naming.inferred(index, key)
        if chord is not None and (not timed or timed[-1].chord.tones != chord.tones):
            timed.append(TimedChord(start, chord))
    return by_bar(timed, bars)


def of_melody(
    notes: Sequence[Note], bars: Sequence[Bar], *, signature: tuple[int, int] | None = None
) -> Harmony:
    """Give a lone melody triads: one for each bar, or for each half of it where it has two halves.

    Args:
        notes: One voice.
        bars: The bars.
        signature: Of most bars; 6/8 has two halves, and 3/4 has none.
    """
    if not notes:
        return [() for _ in bars]
    compound = signature is not None and is_compound(signature)
    spans: list[_Span] = []
    begins: list[bool] = []
    for bar in bars:
        halves = 2 if bar.length in (2, 4, 6) or (compound and bar.length == 3) else 1
        length = bar.length / halves
        spans += [
            (bar.start + half * length, bar.start + (half + 1) * length) for half in range(halves)
        ]
        begins += [True, False][:halves]
    weights, _ = _weights(notes, spans)
    key = functions.key_of_melody(weights.sum(axis=0), max(notes, key=_onset).pitch % 12)
    starts = {start: index for index, (start, _) in enumerate(spans)}
    for note in notes:  # what begins with a span says more about it
        if note.onset in starts:
            weights[starts[note.onset], note.pitch % 12] += 0.5
    named = functions.harmonise(weights, begins, key)
    timed: list[TimedChord] = []
    for (start, _), chord in zip(spans, named, strict=True):
        if not timed or timed[-1].chord != chord:
            timed.append(TimedChord(start, chord))
    return by_bar(timed, bars)


def _onset(note: Note) -> Fraction:
    return note.onset


def _weights(notes: Sequence[Note], spans: Sequence[_Span]) -> tuple[np.ndarray, list[int | None]]:
    """Return how long each pitch class sounds in each span, (spans, 12), and the lowest of each."""
    starts = [start for start, _ in spans]
    weights = np.zeros((len(spans), 12))
    lowest: list[int | None] = [None] * len(spans)
    for note in notes:
        until = min(note.end, note.onset + LONGEST_HELD)
        index = max(bisect_left(starts, note.onset + Fraction(1, 10**6)) - 1, 0)
        while index < len(spans) and spans[index][0] < until:
            start, end = spans[index]
            length = float(min(until, end) - max(note.onset, start))
            if length > 0:
                weights[index, note.pitch % 12] += length
                low = lowest[index]
                lowest[index] = note.pitch if low is None else min(low, note.pitch)
            index += 1
    return weights, [None if low is None else low % 12 for low in lowest]


def _smoothed(rows: np.ndarray, reach: int) -> np.ndarray:
    """Add to each row the rows up to `reach` before and after it."""
    sums = np.vstack([np.zeros(12), rows.cumsum(axis=0)])
    places = np.arange(len(rows))
    around = sums[np.minimum(places + reach + 1, len(rows))] - sums[np.maximum(places - reach, 0)]
    return np.asarray(around.round(9))


def _likeliest(fits: Sequence[list[float] | None]) -> list[int | None]:
    """Return the chord of each span that make the best sum of fits, less a price for each change.

    The Viterbi algorithm, where every change costs the same.
    """
    total = [0.0] * len(naming.INFERABLE)
    back: list[list[int]] = []
    for scores in fits:
        best = max(range(len(total)), key=total.__getitem__)
        stays = [total[c] >= total[best] - CHANGE for c in range(len(total))]
        back.append([c if stays[c] else best for c in range(len(total))])
        own = scores if scores is not None else [0.0] * len(total)
        total = [max(total[c], total[best] - CHANGE) + own[c] for c in range(len(total))]
    path: list[int | None] = []
    chord = max(range(len(total)), key=total.__getitem__)
    for before, scores in zip(reversed(back), reversed(fits), strict=True):
        path.append(None if scores is None else chord)
        chord = before[chord]
    return path[::-1]
