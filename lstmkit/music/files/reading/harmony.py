"""The chords of a score, bar by bar: from its symbols, as its chord parts strike them, or inferred.

Inferred are those that an accompaniment and a melody imply, where nobody has written them.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

import numpy as np

from lstmkit.music.files.reading import melody, ticks
from lstmkit.music.files.score import Bar, Note, Score, TimedChord, is_compound
from lstmkit.music.theory import chords, functions, naming

Harmony = list[tuple[TimedChord, ...]]  # the chords of each bar; each bar has at least one
CHANGE = 0.03  # what a change of chord costs, as a share of a span
KEY_SPANS = 16  # spans before and after, eight bars, that decide the key
MELODY_SHARE = 0.2  # how much a melody counts beside its accompaniment
LONGEST_HELD = 16  # quarters; a note that is held longer no longer names the chord

_Span = tuple[Fraction, Fraction]


def from_symbols(score: Score) -> Harmony:
    """Take the chord symbols of a score; a chord holds until the next.

    Over `N.C.` nobody plays: the chord before (at the start, the first) goes on under that name, so
    that a melody over it can still be described.
    """
    sounding = [(at, symbol) for at, symbol in score.symbols if symbol not in chords.NO_CHORDS]
    if not sounding:
        return [() for _ in score.bars]
    current = chords.parse(sounding[0][1])
    timed = []
    for onset, symbol in score.symbols:
        if symbol in chords.NO_CHORDS:
            timed.append(TimedChord(onset, replace(current, symbol=chords.NO_CHORDS[0])))
            continue
        current = chords.parse(symbol)
        timed.append(TimedChord(onset, current))
    return by_bar(timed, score.bars)


def struck(notes: Sequence[Note], bars: Sequence[Bar]) -> Harmony:
    """Take each chord that is struck, as it sounds, the way the tutorial does."""
    _, together = melody.struck(notes)
    timed = [
        TimedChord(chord[0].onset, naming.from_pitches([note.pitch for note in chord]))
        for chord in together
    ]
    return by_bar(timed, bars, carry=False)


def by_bar(timed: Sequence[TimedChord], bars: Sequence[Bar], *, carry: bool = True) -> Harmony:
    """Sort chords into bars, in which the last chord goes on.

    Args:
        timed: Chords by onset.
        bars: The bars.
        carry: Whether a bar begins with the chord before it until its own first chord; else its own
            first chord also holds before it is struck.
    """
    result: Harmony = []
    if not timed:
        return [() for _ in bars]
    current = timed[0].chord
    place = 0
    for bar in bars:
        inside = []
        while place < len(timed) and timed[place].onset < bar.end:
            inside.append(timed[place])
            place += 1
        if not inside or (carry and inside[0].onset > bar.start):
            inside.insert(0, TimedChord(bar.start, current))
        current = inside[-1].chord
        result.append(tuple(inside))
    return result


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
    spans = _spans(bars, [2 if bar.length >= 4 else 1 for bar in bars])
    below, basses = _weights(notes, spans)
    above, _ = _weights(melody, spans)
    heard = below + MELODY_SHARE * above
    heard[below.sum(axis=1) == 0] = 0
    keys = [naming.key_of(weights) for weights in _smoothed(below + above, KEY_SPANS)]
    silent: np.ndarray = heard.sum(axis=1) == 0
    states = len(naming.INFERABLE)
    fits = np.array(
        [
            np.zeros(states) if nothing else naming.fit(list(weights), bass, key)
            for nothing, weights, bass, key in zip(silent, heard, basses, keys, strict=True)
        ]
    )
    change = CHANGE * (np.eye(states) - 1)
    path = functions.viterbi(fits, [change] * (len(fits) - 1))
    timed: list[TimedChord] = []
    for (start, _), index, key, nothing in zip(spans, path, keys, silent, strict=True):
        chord = naming.inferred(index, key)
        if not nothing and (not timed or timed[-1].chord.tones != chord.tones):
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
    in_halves = (2, 3, 4, 6) if compound else (2, 4, 6)
    spans = _spans(bars, [2 if bar.length in in_halves else 1 for bar in bars])
    begins = {bar.start for bar in bars}
    weights, _ = _weights(notes, spans)
    last = max(notes, key=lambda note: note.onset)
    key = functions.key_of_melody(weights.sum(axis=0), last.pitch % 12)
    starts = {start: index for index, (start, _) in enumerate(spans)}
    for note in notes:  # what begins with a span says more about it
        if note.onset in starts:
            weights[starts[note.onset], note.pitch % 12] += 0.5
    named = functions.harmonise(weights, [start in begins for start, _ in spans], key)
    timed: list[TimedChord] = []
    for (start, _), chord in zip(spans, named, strict=True):
        if not timed or timed[-1].chord != chord:
            timed.append(TimedChord(start, chord))
    return by_bar(timed, bars)


def _spans(bars: Sequence[Bar], halves: Sequence[int]) -> list[_Span]:
    """Part each bar into as many spans as are said."""
    return [
        (bar.start + half * bar.length / count, bar.start + (half + 1) * bar.length / count)
        for bar, count in zip(bars, halves, strict=True)
        for half in range(count)
    ]


def _weights(notes: Sequence[Note], spans: Sequence[_Span]) -> tuple[np.ndarray, list[int | None]]:
    """Return how long each pitch class sounds in each span, (spans, 12), and the lowest of each."""
    quarter = ticks.per_quarter(notes, *(time for span in spans for time in span))
    starts = [ticks.whole(start, quarter) for start, _ in spans]
    ends = [ticks.whole(end, quarter) for _, end in spans]
    weights = [[0.0] * 12 for _ in spans]
    lowest: list[int | None] = [None] * len(spans)
    for note in ticks.of(notes, quarter):
        until = min(note.end, note.onset + LONGEST_HELD * quarter)
        index = max(bisect_right(starts, note.onset) - 1, 0)
        while index < len(spans) and starts[index] < until:
            length = min(until, ends[index]) - max(note.onset, starts[index])
            if length > 0:
                weights[index][note.pitch % 12] += length / quarter
                low = lowest[index]
                lowest[index] = note.pitch if low is None else min(low, note.pitch)
            index += 1
    return np.reshape(weights, (-1, 12)), [None if low is None else low % 12 for low in lowest]


def _smoothed(rows: np.ndarray, reach: int) -> np.ndarray:
    """Add to each row the rows up to `reach` before and after it."""
    sums = np.vstack([np.zeros(12), rows.cumsum(axis=0)])
    places = np.arange(len(rows))
    around = sums[np.minimum(places + reach + 1, len(rows))] - sums[np.maximum(places - reach, 0)]
    return np.asarray(around.round(9))
