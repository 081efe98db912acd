"""Played notes to a written line: one note at a time, on a grid of sixteenths and triplets.

Two readings. `skyline` is for any file: the highest voice, snapped beat by beat to whichever of the
grids the beat is played on. `struck` is the tutorial's (music21's converter as it was then):
notes struck together are a chord and no melody, and each time is rounded by itself.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable, Sequence
from fractions import Fraction
from math import floor

from lstmkit.music.score import Note, in_order

GRIDS = (4, 3)  # parts of a quarter: sixteenths, triplet eighths
CHORD_SPREAD = Fraction(1, 16)  # quarters within which notes are struck together
MOST_TOGETHER = 64  # notes of one chord; ten fingers and a file of errors have fewer
SHORTEST = Fraction(1, 4)  # what the tutorial makes of a note that rounds to nothing


def rounded(time: Fraction) -> Fraction:
    """Return the nearest sixteenth or triplet eighth; the sixteenth where both are as near."""
    near = [Fraction(round(time * grid), grid) for grid in GRIDS]
    return min(near, key=lambda candidate: abs(candidate - time))


def struck(notes: Sequence[Note]) -> tuple[list[Note], list[list[Note]]]:
    """Part single notes from chords the way the tutorial's file reader does.

    Notes that begin and end within a 16th of a quarter of each other make a chord. A note may end
    up in two chords, and a chord's notes never in the melody.

    Returns:
        The single notes, and the chords with their notes in the order of the file; all times
        rounded.
    """
    single, together = [], []
    taken: set[int] = set()
    for index, note in enumerate(notes):
        if index in taken:
            continue
        chord = [note]
        for other in range(index + 1, min(index + MOST_TOGETHER, len(notes))):
            if notes[other].onset - note.onset > CHORD_SPREAD:
                break
            if abs(notes[other].end - note.end) <= CHORD_SPREAD:
                chord.append(notes[other])
                taken.add(other)
        if len(chord) > 1:
            together.append([_rounded_note(member) for member in chord])
        else:
            written = _rounded_note(note)
            single.append(written._replace(duration=written.duration or SHORTEST))
    return list(in_order(single)), together


def _rounded_note(note: Note) -> Note:
    return note._replace(onset=rounded(note.onset), duration=rounded(note.duration))


def skyline(notes: Iterable[Note], *, close_gaps: Fraction) -> list[Note]:
    """Return the highest line of a part on the grid, no note overlapping the next.

    Args:
        notes: The notes of the part.
        close_gaps: Silence between two notes, in quarters, up to which the first is held.
    """
    played = _highest_voice(in_order(notes))
    grids = _grid_of_beats(played)
    highest: dict[Fraction, Note] = {}
    for note in played:
        onset = _snap(note.onset, grids)
        other = highest.get(onset)
        if other is None or note.pitch > other.pitch:
            highest[onset] = note
    onsets = sorted(highest)
    line = []
    for onset, following in zip(onsets, [*onsets, None][1:], strict=True):
        note = highest[onset]
        end = _snap(note.end, grids)
        if end <= onset:
            end = onset + Fraction(1, grids[floor(onset)])
        if following is not None and (end > following or following - end <= close_gaps):
            end = following
        line.append(Note(onset, end - onset, note.pitch, note.velocity))
    return line


def is_single(notes: Sequence[Note]) -> bool:
    """Tell whether notes are one voice: hardly one begins well before the last has ended."""
    pairs = list(itertools.pairwise(in_order(notes)))
    together = sum(a.end - b.onset > min(a.duration, b.duration) / 2 for a, b in pairs)
    return together <= 0.05 * len(pairs)


def _highest_voice(notes: Sequence[Note]) -> list[Note]:
    """Leave out what begins below a note that is still held: inner voices, not the melody."""
    line: list[Note] = []
    for note in notes:
        held = line[-1] if line else None
        below = held is not None and note.pitch < held.pitch - 2
        if below and held is not None and _still_held(held, note):
            continue
        line.append(note)
    return line


def _still_held(held: Note, note: Note) -> bool:
    """Tell whether a note goes on well beyond the beginning of another."""
    together = note.onset - held.onset <= CHORD_SPREAD
    return together or min(held.end, note.end) - note.onset > note.duration / 2


def _grid_of_beats(notes: Iterable[Note]) -> defaultdict[int, int]:
    """Return the number of parts each beat is played in: 4, or 3 where that fits better."""
    onsets: defaultdict[int, list[Fraction]] = defaultdict(list)
    for note in notes:
        onsets[floor(note.onset)].append(note.onset)
    grids: defaultdict[int, int] = defaultdict(lambda: GRIDS[0])
    for beat, times in onsets.items():
        errors = {g: sum(abs(t - Fraction(round(t * g), g)) for t in times) for g in GRIDS}
        grids[beat] = min(GRIDS, key=lambda g: errors[g])
    return grids


def _snap(time: Fraction, grids: defaultdict[int, int]) -> Fraction:
    grid = grids[floor(time)]
    return Fraction(round(time * grid), grid)
