"""What the network is told beside the last value: where it is, and what it played before.

An LSTM of 64 units cannot count 12 bars, nor keep what it played two bars ago: what it must know of
place and past is said to it with every value. The idea is that of Magenta's Lookback RNN (Waite,
"Generating Long-Term Structure in Songs and Stories", 2016), which is given the events of one and
two bars ago, whether it is repeating them, and the place in the bar. Here, for the place where the
next value stands:

    place     beat and part of the beat; bar in its group of four and in the chorus; bars left
    phrase    how long the phrase has lasted, or the silence
    harmony   the kind of chord, how soon it changes, the last pitch above both roots
    register  the last pitch about the instrument's usual one
    past      what stood here one bar and two bars ago: note, rest or held, its length, its
              interval, its kind over the chord of now, the interval that would say it again; and
              whether the last note repeats what stood there

All are numbers from -1 to 1, most of them one of several that is 1.
"""

from bisect import bisect_right
from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from lstmkit.music.files.score import Measure, kind_of
from lstmkit.music.theory.chords import Chord

TICKS = 24  # of a quarter
BEATS, GROUP = 4, 4
PARTS = tuple(TICKS * n // d for n, d in ((0, 1), (1, 4), (1, 3), (1, 2), (2, 3), (3, 4)))
SUNG = (0, 1, 2, 4, 6, 8)  # quarters of the phrase, at most
SILENT = (0, 0.5, 1, 2, 4)
SOON = (0.5, 1, 2)  # quarters until the chord changes, at most
LENGTHS = (1 / 3, 0.5, 1, 2)
WIDEST = 7  # semitones; what is wider counts as this
LOOKBACK = (1, 2)  # bars
KINDS = "CSAX"
FORM_RETURNS = 0.75  # share of bars that have the chord of a chorus before
BREATH = Fraction(1, 2)  # quarters of silence that end a phrase

_PLACE = BEATS + len(PARTS) + 1 + GROUP + 2 + 3 + 2
_PHRASE = len(SUNG) + 1 + len(SILENT) + 1
_HARMONY = 6 + len(SOON) + 1 + 24
_PAST = 3 + len(LENGTHS) + 1 + 2 * (2 * WIDEST + 1) + len(KINDS) + 1
SIZE = _PLACE + _PHRASE + _HARMONY + 1 + len(LOOKBACK) * _PAST


class _Event(NamedTuple):
    """A note or rest that was played; times in ticks; no pitch, no interval: a rest."""

    onset: int
    length: int
    pitch: int | None
    interval: int | None


class Context:
    """Follow a melody value by value.

    Args:
        measures: The bars that are played over; their notes are not looked at.
        chorus: Bars after which the form begins again.
        home: The usual pitch of the instrument.
    """

    def __init__(self, measures: Sequence[Measure], chorus: int, home: int) -> None:
        """Begin before the first value."""
        self._bars = [(_ticks(m.bar.start), _ticks(m.bar.end)) for m in measures]
        timed = [t for m in measures for t in m.chords]
        self._changes = [_ticks(t.onset) for t in timed]
        self._chords = [t.chord for t in timed]
        self._chorus, self._home = chorus, home
        self._bar = 0
        self._now = self._bars[0][0]
        self._events: list[_Event] = []
        self._onsets: list[int] = []
        self._pitch: int | None = None
        self._sung = self._silent = 0
        self._repeats = [0.0] * len(LOOKBACK)

    def take(self, duration: Fraction, pitch: int | None) -> None:
        """Take a note, or a rest, which has no pitch."""
        if pitch is None:
            self._rest(duration)
        else:
            self._note(duration, pitch)

    def _note(self, duration: Fraction, pitch: int) -> None:
        interval = None if self._pitch is None else pitch - self._pitch
        length = _ticks(duration)
        past = [self._past(bars) for bars in LOOKBACK]
        self._repeats = [
            float(event is not None and event == (at, length, event.pitch, interval))
            for event, at in past
        ]
        if self._silent >= _ticks(BREATH):
            self._sung = 0
        self._add(_Event(self._now, length, pitch, interval))
        self._sung, self._silent, self._pitch = self._sung + length, 0, pitch

    def _rest(self, duration: Fraction) -> None:
        self._add(_Event(self._now, _ticks(duration), None, None))
        self._silent += self._events[-1].length
        self._repeats = [0.0] * len(LOOKBACK)

    def bar_line(self) -> None:
        """Take the end of a bar."""
        self._bar = min(self._bar + 1, len(self._bars) - 1)
        self._now = max(self._now, self._bars[self._bar][0])

    def vector(self) -> np.ndarray:
        """Return what is said of the place where the next value stands, (SIZE,)."""
        index = max(0, bisect_right(self._changes, self._now) - 1)
        chord = self._chords[index]
        numbers = self._place() + self._phrase() + self._harmony(index, chord)
        numbers.append(0.0 if self._pitch is None else (self._pitch - self._home) / 12)
        for bars, repeats in zip(LOOKBACK, self._repeats, strict=True):
            numbers += [*self._before(*self._past(bars), chord), repeats]
        return np.clip(np.array(numbers, np.float32), -1, 1)

    def _add(self, event: _Event) -> None:
        self._events.append(event)
        self._onsets.append(event.onset)
        self._now += event.length

    def _place(self) -> list[float]:
        start, end = self._bars[self._bar]
        offset = min(self._now, end) - start
        beat, part = divmod(offset, TICKS)
        parts = [float(part == p) for p in PARTS]
        number = self._bar % self._chorus
        left, ahead = self._chorus - number, len(self._bars) - self._bar
        return [
            *_one_of(BEATS, min(beat, BEATS - 1)), *parts, float(self._now >= end),
            *_one_of(GROUP, self._bar % GROUP), number / self._chorus, number // GROUP % 2,
            float(left == 1), float(left == 2), float(left in (3, 4)),
            float(ahead == 1), float(ahead == 2),
        ]  # fmt: skip

    def _phrase(self) -> list[float]:
        sung = 0 if self._silent >= _ticks(BREATH) else self._sung
        return _up_to(SUNG, sung) + _up_to(SILENT, self._silent)

    def _harmony(self, index: int, chord: Chord) -> list[float]:
        last = index + 1 == len(self._chords)
        until = 1 << 30 if last else self._changes[index + 1] - self._now
        above: list[float] = [0.0] * 24
        if self._pitch is not None:
            above[(self._pitch - chord.root) % 12] = 1.0
            if until <= TICKS:
                above[12 + (self._pitch - self._chords[index + 1].root) % 12] = 1.0
        return _one_of(6, _quality(chord)) + _up_to(SOON, until) + above

    def _past(self, bars: int) -> tuple[_Event | None, int]:
        """Return what sounded at this place of an earlier bar, and that moment."""
        if self._bar < bars:
            return None, 0
        at = self._bars[self._bar - bars][0] + self._now - self._bars[self._bar][0]
        index = bisect_right(self._onsets, at) - 1
        return (self._events[index] if index >= 0 else None), at

    def _before(self, event: _Event | None, at: int, chord: Chord) -> list[float]:
        if event is None:
            return [0.0] * (_PAST - 1)
        begins, sounds = event.onset == at, event.pitch is not None
        states = [float(begins and sounds), float(not sounds), float(not begins and sounds)]
        if not begins:
            return states + [0.0] * (_PAST - 4)
        intervals: list[float] = [0.0] * (2 * (2 * WIDEST + 1))
        kinds = [0.0] * len(KINDS)
        if event.pitch is not None:
            kinds = [float(kind_of(event.pitch, chord) == kind) for kind in KINDS]
            again = None if self._pitch is None else event.pitch - self._pitch
            for place, interval in enumerate((event.interval, again)):
                if interval is not None:
                    clipped = min(max(interval, -WIDEST), WIDEST)
                    intervals[place * (2 * WIDEST + 1) + clipped + WIDEST] = 1.0
        return states + _up_to(LENGTHS, event.length) + intervals + kinds


def chorus_of(measures: Sequence[Measure]) -> int:
    """Return after how many bars the chords of a tune begin again; all of it if they never do."""
    names = [m.chords[0].chord.symbol for m in measures]
    alike = {
        length: float(np.mean([a == b for a, b in zip(names, names[length:], strict=False)]))
        for length in range(8, len(names) // 2 + 1)
    }
    best = max(alike.values(), default=0.0)
    if best < FORM_RETURNS:
        return max(1, len(names))
    return next(length for length, share in alike.items() if share > best - 0.02)


def _quality(chord: Chord) -> int:
    above = chord.above
    if 4 in above:
        return 1 if 10 in above else 0
    if 3 in above and 6 in above and 7 not in above:
        return 3 if 10 in above else 4
    return 2 if 3 in above else 5


def _one_of(count: int, which: int) -> list[float]:
    return [float(number == which) for number in range(count)]


def _up_to(limits: Sequence[float], ticks: int) -> list[float]:
    """Return which of the limits, in quarters, is the first that is not exceeded; else the last."""
    reached = next((i for i, q in enumerate(limits) if ticks <= q * TICKS), len(limits))
    return _one_of(len(limits) + 1, reached)


def _ticks(time: Fraction) -> int:
    return int(time * TICKS)
