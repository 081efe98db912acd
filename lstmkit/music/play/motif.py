"""Motifs return: a phrase is answered by one that was played before, moved to the new chords.

The network is told what it played one and two bars ago, and learns from the training music to take
it up; by itself it rarely keeps to a motif for longer than a bar. So a player remembers phrases.
Where a new one is to begin, some of the time (`generate.answers`) an earlier one is taken up: at
the same place in the bar, at the pitch at which it fits the chords of now best (repeated, or
sequenced), single notes bent by a half step to fit (varied); the network takes over where the
motif ends. Over 20 default solos of the model that ships, notes that begin a motif (four intervals
with their rhythm) found again in the same solo: 3.4 % with `generate.answers=0`, 25.5 % with 0.6;
motifs shared with another of the solos: 22 % and 24 %. `tests/benchmarks/solos.py` counts them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from lstmkit.music.corpus.grammar import heard
from lstmkit.music.corpus.rendering import Compass
from lstmkit.music.files.score import Note, bar_index, kind_of
from lstmkit.music.play.line import Line
from lstmkit.music.play.stage import Stage

FEWEST, MOST = 5, 10  # notes of a motif: with fewer, nobody hears that it returns
REMEMBERED = 4  # the latest phrases, and the first
LONGEST_WAIT = Fraction(4)  # quarters until the place of the motif in the bar comes
FARTHEST = 7  # semitones up or down
FITS = {"C": 1.0, "S": 0.75, "A": 0.3, "X": -1.0}
GOOD_ENOUGH = 0.6
BENT = 0.35  # what a bent note costs
LEAP = 9  # semitones from the last note; what is more breaks the line


@dataclass(frozen=True)
class Answer:
    """A motif at a new place.

    Attributes:
        notes: What is to be played.
        ends_phrase: Whether the phrase that it was taken from ended with it.
    """

    notes: tuple[Note, ...]
    ends_phrase: bool


def answer(line: Line, compass: Compass, generator: np.random.Generator) -> Answer | None:
    """Return an earlier phrase, or its beginning, as it fits what comes now; None if none does.

    Args:
        line: The solo so far.
        compass: Range of the instrument.
        generator: Chooses among what fits about as well.
    """
    phrases = [p for p in line.phrases if len(p) >= FEWEST]
    best: tuple[float, Answer] | None = None
    for phrase in dict.fromkeys(map(tuple, phrases[:1] + phrases[-REMEMBERED:])):
        count = len(phrase) if len(phrase) <= MOST else int(generator.integers(FEWEST + 2, MOST))
        placed = _placed(line, phrase[:count])
        if placed is None:
            continue
        for shift in range(-FARTHEST, FARTHEST + 1):
            notes, worth = _moved(line, placed, shift, compass)
            worth += 0.12 * float(generator.random()) + 0.05 * (shift == 0)
            if best is None or worth > best[0]:
                best = worth, Answer(notes, count == len(phrase))
    return None if best is None or best[0] < GOOD_ENOUGH else best[1]


def _placed(line: Line, phrase: Sequence[Note]) -> list[Note] | None:
    """Return a phrase at the next such place in a bar, as far as the bars before the last reach."""
    stage = line.stage
    bars = [measure.bar for measure in stage.measures]
    source = bars[bar_index(bars, phrase[0].onset)]
    offset = phrase[0].onset - source.start
    for bar in bars[line.bar : line.bar + 2]:
        start = bar.start + offset
        if start >= line.now and offset < bar.length:
            break
    else:
        return None
    if start - line.now > LONGEST_WAIT:
        return None
    moved = [note._replace(onset=note.onset - phrase[0].onset + start) for note in phrase]
    end = bars[-2 if stage.ends and len(bars) > 1 else -1].end
    inside = [note for note in moved if note.end <= end]
    return inside if len(inside) >= FEWEST else None


def _moved(
    line: Line, placed: Sequence[Note], shift: int, compass: Compass
) -> tuple[tuple[Note, ...], float]:
    """Return a motif moved by some semitones and bent to the chords, and how well it fits."""
    notes, worth, weight = [], 0.0, 0.0
    for place, note in enumerate(placed):
        last = place == len(placed) - 1
        heavy = 2.0 if last or note.duration >= 1 else 1.0
        pitch, fit = _bent(line.stage, note, note.pitch + shift, last=last)
        if pitch not in compass:
            return (), -1.0
        notes.append(note._replace(pitch=pitch))
        worth, weight = worth + heavy * fit, weight + heavy
    far = line.pitch is not None and abs(notes[0].pitch - line.pitch) > LEAP
    return tuple(notes), worth / weight - 0.3 * far


def _bent(stage: Stage, note: Note, pitch: int, *, last: bool) -> tuple[int, float]:
    """Return the pitch that is played in the place of one, and how well it fits.

    A last note must be of the chord, and what is foreign to chord and scale goes a half step.
    """
    bars = [measure.bar for measure in stage.measures]
    chord = heard(stage.measures, bar_index(bars, note.onset), note.onset, note.end)
    kind = kind_of(pitch, chord)
    if kind == "C" or (kind in "SA" and not last):
        return pitch, FITS[kind]
    for near in (pitch - 1, pitch + 1):
        if kind_of(near, chord) in ("C" if last else "CS"):
            return near, FITS["C"] - BENT
    return pitch, FITS["X"]
