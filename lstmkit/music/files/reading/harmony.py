"""The chords of a score, bar by bar: from its symbols or as its chord parts strike them.

`inference` names them where nobody has written or struck them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from lstmkit.music.files.reading import melody
from lstmkit.music.files.score import Bar, Note, Score, TimedChord
from lstmkit.music.theory import chords, naming

Harmony = list[tuple[TimedChord, ...]]  # the chords of each bar; each bar has at least one


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
