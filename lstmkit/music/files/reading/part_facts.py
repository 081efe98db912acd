"""What can be said of the parts of a score by counting."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from statistics import median

import numpy as np

from lstmkit.music.files.score import Note, Part, Score, bar_index

STRUM = Fraction(1, 8)  # quarters within which notes that ring on are struck as one chord
CELL = 2  # moments of a quarter at which it is seen who is on top
LONGEST_SEEN = 16  # quarters of a note for which it is
THIRD = 4  # semitones, at most


@dataclass(frozen=True)
class PartFacts:
    """What can be said of a part by counting.

    Attributes:
        index: Its place in the score.
        name: Its name in the file, or empty.
        program: General MIDI instrument.
        drums: Whether its pitches are drums.
        notes: Number of notes.
        low: Lowest MIDI pitch.
        high: Highest MIDI pitch.
        middle: Median MIDI pitch of its highest line.
        overlap: Share of notes that sound together with another of the part, 0 to 1.
        chord_size: Notes per onset, on average; what is strummed has one.
        first_bar: First bar with a note, counted from 1.
        last_bar: Last bar with a note, counted from 1.
        coverage: Share of all bars in which it plays.
        top: Share of the time it plays in which no other pitched part is higher.
        steps: Share of the intervals of its highest line that are thirds or less and no unison.
        chords: How many different sets of pitch classes it strikes; a drone has one.
    """

    index: int
    name: str
    program: int
    drums: bool
    notes: int
    low: int
    high: int
    middle: float
    overlap: float
    chord_size: float
    first_bar: int
    last_bar: int
    coverage: float
    top: float
    steps: float
    chords: int


def facts(score: Score) -> list[PartFacts]:
    """Count what there is to know about each part of a score."""
    end = score.end  # looks at every note of every part
    heights = np.stack([_height(part, end) for part in score.parts] or [np.zeros(0)])
    highest = heights.max(axis=0)
    return [
        _facts(score, index, part, _share_on_top(heights[index], highest))
        for index, part in enumerate(score.parts)
    ]


def _height(part: Part, end: Fraction) -> np.ndarray:
    """Return the highest pitch of a part at each moment; 0 where it is silent, and for drums."""
    cells = np.zeros(int(end * CELL) + 1, np.int16)
    for note in () if part.drums else part.notes:
        first = int(note.onset * CELL)
        length = min(note.duration, Fraction(LONGEST_SEEN))
        last = max(first + 1, int((note.onset + length) * CELL))
        np.maximum(cells[first:last], note.pitch, out=cells[first:last])
    return cells


def _share_on_top(height: np.ndarray, highest: np.ndarray) -> float:
    played = height > 0
    return float((height[played] >= highest[played]).mean()) if played.any() else 0.0


def _facts(score: Score, index: int, part: Part, top: float) -> PartFacts:
    pitches = [note.pitch for note in part.notes]
    bars = [max(0, bar_index(score.bars, note.onset)) + 1 for note in part.notes]
    struck = _struck(part.notes)
    line = [int(max(note.pitch for note in together)) for together in struck]
    intervals = np.abs(np.diff(line))
    return PartFacts(
        index=index,
        name=part.name,
        program=part.program,
        drums=part.drums,
        notes=len(part.notes),
        low=min(pitches),
        high=max(pitches),
        middle=float(median(line)),
        overlap=_overlap(part.notes),
        chord_size=len(part.notes) / len(struck),
        first_bar=min(bars),
        last_bar=max(bars),
        coverage=len(set(bars)) / len(score.bars),
        top=top,
        chords=len({frozenset(note.pitch % 12 for note in together) for together in struck}),
        steps=float(((intervals > 0) & (intervals <= THIRD)).mean()) if len(intervals) else 0.0,
    )


def _struck(notes: Sequence[Note]) -> list[list[Note]]:
    """Group notes that are struck together, or strummed: one after the other while all ring on."""
    groups: list[list[Note]] = []
    for note in notes:
        first = groups[-1][0] if groups else None
        together = first is not None and (
            note.onset == first.onset
            or (note.onset - first.onset < STRUM and groups[-1][-1].end > note.onset + STRUM)
        )
        if together:
            groups[-1].append(note)
        else:
            groups.append([note])
    return groups


def _overlap(notes: Sequence[Note]) -> float:
    """Return the share of notes that sound with another for more than an eighth of a quarter."""
    shared = [False] * len(notes)
    sounding: list[int] = []
    ends = [note.end for note in notes]
    for index, note in enumerate(notes):
        until = note.onset + Fraction(1, 8)
        sounding = [i for i in sounding if ends[i] > until]
        if note.duration > Fraction(1, 8) or sounding:
            for i in sounding:
                shared[i] = shared[index] = True
        sounding = [*sounding, index][-16:]
    return sum(shared) / len(notes)
