"""Numbers about a melody over chords.

Formulas are those of MusPy (Dong et al., 2020) and of the references it gives, where there is one;
where ours differ, the docstring says so. A number that cannot be had (of no notes, of one bar) is
NaN.
"""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import pairwise

import numpy as np

from lstmkit.music.corpus.grammar import heard
from lstmkit.music.files.score import Measure, Note, kind_of
from lstmkit.music.theory.chords import DORIAN, IONIAN

STEPS_PER_QUARTER = 4  # a grid of sixteenths: 16 steps in a bar of 4/4

# Minor is counted too: natural minor holds the notes of its major, so dorian adds nothing but
# itself.
_SCALES = tuple(
    frozenset((tonic + step) % 12 for step in pattern)
    for pattern in (IONIAN, DORIAN)
    for tonic in range(12)
)


def all_of(measures: Sequence[Measure]) -> dict[str, float]:
    """Return every metric of a melody, by name.

    Args:
        measures: Bars with notes and chords.
    """
    pitches = [note.pitch for measure in measures for note in measure.notes]
    kinds = Counter(
        kind_of(note.pitch, heard(measures, place, note.onset, note.end))
        for place, measure in enumerate(measures)
        for note in measure.notes
    )
    return {
        "notes": float(len(pitches)),
        "chord_tone_share": _share(kinds["C"], len(pitches)),
        "chord_or_scale_tone_share": _share(kinds["C"] + kinds["S"], len(pitches)),
        "pitch_class_entropy_bits": entropy(pitch % 12 for pitch in pitches),
        "scale_consistency": scale_consistency(pitches),
        "groove_consistency": groove_consistency(measures),
        "empty_beat_rate": empty_beat_rate(measures),
        "range_semitones": float(max(pitches) - min(pitches)) if pitches else math.nan,
        "note_density_per_quarter": note_density(measures),
        "rhythmic_variety_bits": entropy(n.duration for m in measures for n in m.notes),
    }


def entropy(items: Iterable[object]) -> float:
    """Return the Shannon entropy of how often each item occurs, in bits."""
    counts = Counter(items)
    total = sum(counts.values())
    if not total:
        return math.nan
    return -sum(n / total * math.log2(n / total) for n in counts.values()) + 0.0


def scale_consistency(pitches: Sequence[int]) -> float:
    """Return the largest share of notes that one major or minor scale holds (Mogren, 2016)."""
    classes = [pitch % 12 for pitch in pitches]
    if not classes:
        return math.nan
    return max(sum(c in scale for c in classes) for scale in _SCALES) / len(classes)


def groove_consistency(measures: Sequence[Measure]) -> float:
    """Return how alike the onsets of neighbouring bars are, 1 being the same (Wu and Yang, 2020).

    On a grid of sixteenths. MusPy counts one bar too many, which is always empty, and so compares
    the last one with nothing; here there are only bars that exist. Bars of different lengths are
    not compared.
    """
    grids = [(m.bar.length, _onset_grid(m)) for m in measures]
    distances = [
        float(np.mean(a != b)) for (length, a), (other, b) in pairwise(grids) if length == other
    ]
    return 1 - sum(distances) / len(distances) if distances else math.nan


def empty_beat_rate(measures: Sequence[Measure]) -> float:
    """Return the share of beats (quarters) in which nothing sounds."""
    beats = filled = 0
    held: tuple[Note, ...] = ()  # the note that sounds into the bar
    for measure in measures:
        start, length = measure.bar
        sounding: set[int] = set()
        for note in held + measure.notes:
            last = min(math.ceil(note.end - start), math.ceil(length))
            sounding.update(range(max(0, int(note.onset - start)), last))
        held = tuple(n for n in (held + measure.notes)[-1:] if n.end > measure.bar.end)
        beats += math.ceil(length)
        filled += len(sounding)
    return _share(beats - filled, beats)


def note_density(measures: Sequence[Measure]) -> float:
    """Return notes per quarter."""
    quarters = sum((measure.bar.length for measure in measures), Fraction(0))
    return _share(sum(len(m.notes) for m in measures), float(quarters))


def excerpts(measures: Sequence[Measure], bars: int) -> list[Sequence[Measure]]:
    """Return every run of that many bars; all of a piece that is shorter."""
    count = max(1, len(measures) - bars + 1)
    return [measures[first : first + bars] for first in range(count)]


def spread(pieces: Iterable[Sequence[Measure]], bars: int) -> dict[str, dict[str, float]]:
    """Return what each metric is in music: its mean, and its range over excerpts.

    Args:
        pieces: The bars of each piece.
        bars: Length of an excerpt; a metric of 16 bars is only to be compared with that of 16 bars.

    Returns:
        For each metric `mean`, `low` and `high`.
    """
    rows = [all_of(excerpt) for piece in pieces for excerpt in excerpts(piece, bars)]
    result = {}
    for name in rows[0] if rows else ():
        known = [row[name] for row in rows if not math.isnan(row[name])]
        if known:
            result[name] = {"mean": sum(known) / len(known), "low": min(known), "high": max(known)}
    return result


def faults(known: dict[str, float], usual: dict[str, dict[str, float]]) -> int:
    """Count in how many respects a solo is not like its training music.

    Pitch-class entropy and groove should lie within the range of the training music, and the
    share of chord and scale tones no more than five points below its mean.

    Args:
        known: Metrics of the solo.
        usual: From `spread`, over excerpts as long as the solo.
    """
    count = 0
    for name in ("pitch_class_entropy_bits", "groove_consistency"):
        if name in usual:
            count += not usual[name]["low"] <= known[name] <= usual[name]["high"]
    name = "chord_or_scale_tone_share"
    return count + (name in usual and known[name] < usual[name]["mean"] - 0.05)


def _onset_grid(measure: Measure) -> np.ndarray:
    grid = np.zeros(max(1, math.ceil(measure.bar.length * STEPS_PER_QUARTER)), bool)
    for note in measure.notes:
        grid[min(int((note.onset - measure.bar.start) * STEPS_PER_QUARTER), len(grid) - 1)] = True
    return grid


def _share(part: float, whole: float) -> float:
    return part / whole if whole else math.nan
