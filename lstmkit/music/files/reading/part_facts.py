"""What can be said of the parts of a score by counting."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np

from lstmkit.music.files.reading import ticks
from lstmkit.music.files.reading.ticks import Ticked
from lstmkit.music.files.score import Part, Score

STRUM = 8  # a quarter parted by it: notes within that ring on are struck as one chord
SHARED = 8  # likewise: what sounds together for no longer is legato
MOST_SOUNDING = 16  # notes that are looked at
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
    every = (note for part in score.parts for note in part.notes)
    quarter = ticks.per_quarter(every, *(bar.start for bar in score.bars))
    played = [ticks.of(part.notes, quarter) for part in score.parts]
    end = max((note.end for notes in played for note in notes), default=0)
    silence = np.zeros(end * CELL // quarter + 1, np.int16)
    heights = [
        silence if part.drums else _height(notes, silence, quarter)
        for part, notes in zip(score.parts, played, strict=True)
    ]
    highest = np.max(heights or [silence], axis=0)
    bars = [ticks.whole(bar.start, quarter) for bar in score.bars]
    return [
        _facts(index, part, played[index], bars, quarter, _share_on_top(heights[index], highest))
        for index, part in enumerate(score.parts)
    ]


def _height(notes: Sequence[Ticked], silence: np.ndarray, quarter: int) -> np.ndarray:
    """Return the highest pitch of a part at each moment; 0 where it is silent."""
    cells = silence.copy()
    for note in notes:
        first = note.onset * CELL // quarter
        until = min(note.end, note.onset + LONGEST_SEEN * quarter)
        sounding = cells[first : max(first + 1, until * CELL // quarter)]
        np.maximum(sounding, note.pitch, out=sounding)
    return cells


def _share_on_top(height: np.ndarray, highest: np.ndarray) -> float:
    played = height > 0
    return float((height[played] >= highest[played]).mean()) if played.any() else 0.0


def _facts(
    index: int, part: Part, notes: Sequence[Ticked], starts: list[int], quarter: int, top: float
) -> PartFacts:
    pitches = [note.pitch for note in notes]
    bars = [max(1, bisect_right(starts, note.onset)) for note in notes]
    struck = _struck(notes, quarter)
    line = [int(max(note.pitch for note in together)) for together in struck]
    intervals = np.abs(np.diff(line))
    return PartFacts(
        index=index,
        name=part.name,
        program=part.program,
        drums=part.drums,
        notes=len(notes),
        low=min(pitches),
        high=max(pitches),
        middle=float(median(line)),
        overlap=_overlap(notes, quarter),
        chord_size=len(notes) / len(struck),
        first_bar=min(bars),
        last_bar=max(bars),
        coverage=len(set(bars)) / len(starts),
        top=top,
        chords=len({frozenset(note.pitch % 12 for note in together) for together in struck}),
        steps=float(((intervals > 0) & (intervals <= THIRD)).mean()) if len(intervals) else 0.0,
    )


def _struck(notes: Sequence[Ticked], quarter: int) -> list[list[Ticked]]:
    """Group notes that are struck together, or strummed: one after the other while all ring on."""
    groups: list[list[Ticked]] = []
    strum = quarter // STRUM
    for note in notes:
        apart = note.onset - groups[-1][0].onset if groups else strum
        if apart == 0 or (apart < strum and groups[-1][-1].end > note.onset + strum):
            groups[-1].append(note)
        else:
            groups.append([note])
    return groups


def _overlap(notes: Sequence[Ticked], quarter: int) -> float:
    """Return the share of notes that sound with another for more than an eighth of a quarter."""
    shared: set[int] = set()
    sounding: list[int] = []
    for index, note in enumerate(notes):
        until = note.onset + quarter // SHARED
        sounding = [i for i in sounding if notes[i].end > until]
        if sounding:
            shared.update(sounding, (index,))
        sounding = [*sounding, index][-MOST_SOUNDING:]
    return len(shared) / len(notes)
