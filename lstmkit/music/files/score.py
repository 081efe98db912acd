"""What a music file holds, whatever its format: parts of notes, bars, tempo, chord symbols.

Time is counted in quarter notes from the start, exactly (`fractions.Fraction`), so that triplets
stay triplets.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import Any, NamedTuple

from lstmkit.music.theory.chords import Chord

MAX_QUARTERS = 10_000  # 83 minutes at 120 quarters a minute; hardly a piece is longer
DEFAULT_TEMPO = 120.0
SLOWEST, FASTEST = 4.0, 2000.0  # quarters per minute; what is beyond is damage, and ignored
BAR_GRID = 8  # bars begin and end on a 32nd note: nothing that is written needs a finer one


class Note(NamedTuple):
    """One sounding note.

    Attributes:
        onset: Quarters from the start of the piece.
        duration: Quarters; zero occurs in files and is kept.
        pitch: MIDI number, 60 is C4.
        velocity: Loudness, 1 to 127.
    """

    onset: Fraction
    duration: Fraction
    pitch: int
    velocity: int

    @property
    def end(self) -> Fraction:
        """Quarters from the start of the piece to the end of the note."""
        return self.onset + self.duration


class Bar(NamedTuple):
    """One measure: its first moment and its length, in quarters."""

    start: Fraction
    length: Fraction

    @property
    def end(self) -> Fraction:
        """The first moment after the bar, in quarters."""
        return self.start + self.length


class TimedChord(NamedTuple):
    """A chord and the moment, in quarters from the start of the piece, from which it holds."""

    onset: Fraction
    chord: Chord


class Measure(NamedTuple):
    """One bar of melody and its chords.

    Attributes:
        bar: Where it stands.
        notes: One line of melody, by onset.
        chords: The chords of the bar, by onset; the first one also holds before its onset.
    """

    bar: Bar
    notes: tuple[Note, ...]
    chords: tuple[TimedChord, ...]


@dataclass(frozen=True)
class Part:
    """The notes of one player, by onset and, at one onset, in the order of the file.

    Attributes:
        name: As the file names it, or empty.
        program: General MIDI instrument, 0 to 127.
        drums: Whether the pitches are drums.
        notes: All notes.
    """

    name: str
    program: int
    drums: bool
    notes: tuple[Note, ...]


@dataclass(frozen=True)
class Score:
    """A piece of music.

    Attributes:
        name: Stem of the file, or the name in music21's corpus.
        parts: The parts that have notes, in the order of the file.
        bars: All measures, without a gap, from the first moment to the last.
        tempos: Onset in quarters and quarters per minute, by onset; never empty.
        symbols: Onset in quarters and chord symbol, by onset; empty in most files.
        signature: Numerator and denominator that the file gives for the most frequent bar: 6/8 and
            3/4 are as long and not the same; None where the file gives none.
        repairs: What was mended, guessed or left out in reading, a sentence each.
        fingerprint: Path, bytes and SHA-256 of the file, as `files.fingerprint` gives them; a piece
            of the corpus is known by its name.
    """

    name: str
    parts: tuple[Part, ...]
    bars: tuple[Bar, ...]
    tempos: tuple[tuple[Fraction, float], ...]
    symbols: tuple[tuple[Fraction, str], ...] = ()
    signature: tuple[int, int] | None = None
    repairs: tuple[str, ...] = ()
    fingerprint: dict[str, Any] = field(default_factory=dict, compare=False)

    @cached_property
    def end(self) -> Fraction:
        """Quarters to the end of the last note; of the last bar where there is none."""
        ends = (note.end for part in self.parts for note in part.notes)
        return max(ends, default=self.bars[-1].end)

    @property
    def metre(self) -> Fraction:
        """The most frequent bar length, in quarters."""
        counts = Counter(bar.length for bar in self.bars)
        return max(counts, key=lambda length: (counts[length], length))

    @property
    def tempo(self) -> float:
        """Quarters per minute that hold for the longest time."""
        onsets = [onset for onset, _ in self.tempos[1:]] + [max(self.end, self.tempos[-1][0])]
        spans: dict[float, Fraction] = {}
        for (onset, bpm), until in zip(self.tempos, onsets, strict=True):
            spans[bpm] = spans.get(bpm, Fraction(0)) + max(until - onset, Fraction(0))
        return max(spans, key=lambda bpm: spans[bpm])


def bars_from_metres(metres: Sequence[tuple[Fraction, Fraction]], end: Fraction) -> tuple[Bar, ...]:
    """Lay bars over a piece.

    Args:
        metres: Onset and bar length in quarters of each time signature, by onset. A change within a
            bar shortens that bar, which is how MIDI files write a pick-up. What changes
            after the end changes nothing.
        end: Quarters to the end of the piece.
    """
    changes = [change for change in metres if change[0] < end]
    if not changes or changes[0][0] > 0:
        changes.insert(0, (Fraction(0), Fraction(4)))
    bars: list[Bar] = []
    for (start, length), until in zip(changes, [c[0] for c in changes[1:]] + [end], strict=True):
        at = start
        while at < until:
            last = until == end and at + length >= end
            bars.append(Bar(at, length if last else min(length, until - at)))
            at += length
    return tuple(bars)


def usual_signature(length: Fraction) -> tuple[int, int]:
    """Return the simplest signature of a bar: 4 quarters are 4/4, 3/2 are 3/8, 3 are 3/4."""
    for denominator in (4, 8, 16, 32):
        beats = length * denominator / 4
        if beats.denominator == 1:
            return int(beats), denominator
    return max(1, round(length)), 4


def is_compound(signature: tuple[int, int]) -> bool:
    """Tell whether beats are parted in three, as in 6/8, 9/8 and 12/8."""
    return signature[1] == 8 and signature[0] > 3 and signature[0] % 3 == 0


def on_bar_grid(time: Fraction) -> Fraction:
    """Return the nearest moment at which a bar may begin."""
    return Fraction(round(time * BAR_GRID), BAR_GRID)


def sensible_tempos(found: Iterable[tuple[Fraction, float]]) -> tuple[tuple[Fraction, float], ...]:
    """Return tempo marks by onset, from quarter 0 on, without those that nobody can play.

    Args:
        found: Onset in quarters and quarters per minute; the last one counts where onsets agree.
    """
    tempos = {onset: bpm for onset, bpm in found if SLOWEST <= bpm <= FASTEST}
    first = tempos[min(tempos)] if tempos else DEFAULT_TEMPO
    return tuple(sorted(({Fraction(0): first} | tempos).items()))


def bar_index(bars: Sequence[Bar], moment: Fraction) -> int:
    """Return which bar holds a moment; -1 before the first."""
    return bisect_right(bars, moment, key=lambda bar: bar.start) - 1


def in_order(notes: Iterable[Note]) -> tuple[Note, ...]:
    """Sort notes by onset alone, so that a chord keeps the order of the file."""
    return tuple(sorted(notes, key=lambda note: note.onset))


def kind_of(pitch: int, chord: Chord) -> str:
    """Return what a pitch is to a chord: C, S, A or X."""
    pitch_class = pitch % 12
    if pitch_class in chord.tones:
        return "C"
    if pitch_class in chord.scale:
        return "S"
    if {(pitch_class + 1) % 12, (pitch_class - 1) % 12} & chord.tones:
        return "A"
    return "X"


def chord_at(chords: Sequence[TimedChord], moment: Fraction) -> Chord:
    """Return the chord that holds at a moment; before the first chord, the first."""
    begun = [timed for timed in chords if timed.onset <= moment]
    return (begun[-1] if begun else chords[0]).chord
