"""The chords of a score, bar by bar: from its symbols, from its chord parts, or inferred."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from fractions import Fraction

from lstmkit.music import chords, line, naming
from lstmkit.music.grammar import TimedChord
from lstmkit.music.score import Bar, Note, Score

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
    _, together = line.struck(notes)
    timed = [
        TimedChord(chord[0].onset, naming.from_pitches([note.pitch for note in chord]))
        for chord in together
    ]
    return _by_bar(timed, bars, carry=False)


def inferred(notes: Sequence[Note], bars: Sequence[Bar]) -> Harmony:
    """Name the chord of each half bar (of each bar, where it is shorter than 4 quarters).

    Every note speaks for its pitch class as long as it sounds; the lowest speaks for the root.
    Where nothing sounds, the chord before goes on.
    """
    timed: list[TimedChord] = []
    remaining = sorted(notes, key=lambda note: note.onset)
    onsets = [note.onset for note in remaining]
    longest = min(max((note.duration for note in remaining), default=Fraction(0)), LONGEST_HELD)
    for bar in bars:
        halves = 2 if bar.length >= 4 else 1
        first, last = bisect_left(onsets, bar.start - longest), bisect_left(onsets, bar.end)
        near = remaining[first:last]
        for half in range(halves):
            start = bar.start + half * bar.length / halves
            chord = _infer(near, start, start + bar.length / halves)
            if chord is not None and (not timed or timed[-1].chord.symbol != chord.symbol):
                timed.append(TimedChord(start, chord))
    return _by_bar(timed, bars)


def _infer(notes: Sequence[Note], start: Fraction, end: Fraction) -> chords.Chord | None:
    weights = [0.0] * 12
    sounding = [note for note in notes if note.onset < end and note.end > start]
    for note in sounding:
        weights[note.pitch % 12] += float(min(note.end, end) - max(note.onset, start))
    bass = min(sounding, key=lambda note: (note.pitch, note.onset)).pitch % 12 if sounding else None
    return None if bass is None else naming.infer(weights, bass)


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
