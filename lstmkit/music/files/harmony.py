"""The chords of a score, bar by bar: from its symbols, from its chord parts, or inferred."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from lstmkit.music.files import melody
from lstmkit.music.files.score import Bar, Note, Score, TimedChord
from lstmkit.music.theory import chords, naming

CHANGE = 0.03  # what a change of chord costs, as a share of a span
CHANGE_ALONE = 0.25  # the same under a lone melody, whose every step is not a change
NEARBY = 0.5  # share of what sounds just before and after a span that a lone melody's chord hears
KEY_SPANS = 16  # spans before and after, eight bars, that decide the key
LONGEST_HELD = Fraction(
    16
)  # quarters after which a note that is still held no longer names the chord

Harmony = list[tuple[TimedChord, ...]]  # the chords of each bar; each bar has at least one


def from_symbols(score: Score) -> Harmony:
    """Take the chord symbols of a score; a chord holds until the next."""
    timed = [TimedChord(onset, chords.parse(symbol)) for onset, symbol in score.symbols]
    return _by_bar(timed, score.bars)


def struck(notes: Sequence[Note], bars: Sequence[Bar]) -> Harmony:
    """Take each chord that is struck, as it sounds, the way the tutorial does."""
    _, together = melody.struck(notes)
    timed = [
        TimedChord(chord[0].onset, naming.from_pitches([note.pitch for note in chord]))
        for chord in together
    ]
    return _by_bar(timed, bars, carry=False)


def inferred(notes: Sequence[Note], bars: Sequence[Bar], *, alone: bool = False) -> Harmony:
    """Name the chord of each half bar (of each bar, where it is shorter than 4 quarters).

    Every note speaks for its pitch class as long as it sounds; the lowest speaks for the root; what
    is not heard is thought of in the key of the bars around. A new chord must fit better than the
    one before by more than a little. Where nothing sounds, the chord before goes on.

    Args:
        notes: What sounds.
        bars: The bars.
        alone: Whether the notes are a lone melody: it has no bass, moves through its chords rather
            than strike them, and is heard with what is near.
    """
    spans = [
        (bar.start + half * bar.length / halves, bar.start + (half + 1) * bar.length / halves)
        for bar in bars
        for halves in ((2 if bar.length >= 4 else 1),)
        for half in range(halves)
    ]
    heard = _heard(notes, spans)
    keys = [naming.key_of(weights) for weights in _smoothed([w for w, _ in heard], KEY_SPANS, 1.0)]
    if alone:
        near = _smoothed([w for w, _ in heard], 1, NEARBY)
        heard = [(w if any(own) else own, None) for w, (own, _) in zip(near, heard, strict=True)]
    fits = [
        naming.fit(weights, bass, key) if any(weights) else None
        for (weights, bass), key in zip(heard, keys, strict=True)
    ]
    timed: list[TimedChord] = []
    for (start, _), index, key in zip(spans, _likeliest(fits, alone), keys, strict=True):
        chord = None if index is None else naming.inferred(index, key)
        if chord is not None and (not timed or timed[-1].chord.tones != chord.tones):
            timed.append(TimedChord(start, chord))
    return _by_bar(timed, bars)


_Heard = tuple[list[float], int | None]  # how long each pitch class sounds, (12,); the bass


def _heard(notes: Sequence[Note], spans: Sequence[tuple[Fraction, Fraction]]) -> list[_Heard]:
    in_time = sorted(notes, key=lambda note: note.onset)
    onsets = [note.onset for note in in_time]
    longest = min(max((note.duration for note in in_time), default=Fraction(0)), LONGEST_HELD)
    result: list[_Heard] = []
    for start, end in spans:
        near = in_time[bisect_left(onsets, start - longest) : bisect_left(onsets, end)]
        sounding = [note for note in near if note.end > start]
        weights = [0.0] * 12
        for note in sounding:
            weights[note.pitch % 12] += float(min(note.end, end) - max(note.onset, start))
        lowest = min((note.pitch for note in sounding), default=None)
        result.append((weights, None if lowest is None else lowest % 12))
    return result


def _smoothed(weights: Sequence[list[float]], reach: int, share: float) -> list[list[float]]:
    """Add to each row a share of the rows up to `reach` before and after it."""
    rows = np.array(weights).reshape(-1, 12)
    sums = np.vstack([np.zeros(12), rows.cumsum(axis=0)])
    places = np.arange(len(rows))
    around = sums[np.minimum(places + reach + 1, len(rows))] - sums[np.maximum(places - reach, 0)]
    result: list[list[float]] = (rows + share * (around - rows)).round(9).tolist()
    return result


def _likeliest(fits: Sequence[list[float] | None], alone: bool) -> list[int | None]:
    """Return the chord of each span that make the best sum of fits, less a price for each change.

    The Viterbi algorithm, where every change costs the same.
    """
    price = CHANGE_ALONE if alone else CHANGE
    total = [0.0] * len(naming.INFERABLE)
    back: list[list[int]] = []
    for scores in fits:
        best = max(range(len(total)), key=total.__getitem__)
        stays = [total[c] >= total[best] - price for c in range(len(total))]
        back.append([c if stays[c] else best for c in range(len(total))])
        own = scores if scores is not None else [0.0] * len(total)
        total = [max(total[c], total[best] - price) + own[c] for c in range(len(total))]
    path: list[int | None] = []
    chord = max(range(len(total)), key=total.__getitem__)
    for before, scores in zip(reversed(back), reversed(fits), strict=True):
        path.append(None if scores is None else chord)
        chord = before[chord]
    return path[::-1]


def _by_bar(timed: Sequence[TimedChord], bars: Sequence[Bar], *, carry: bool = True) -> Harmony:
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
