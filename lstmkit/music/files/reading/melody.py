"""Played notes to a written line: one note at a time, on a grid of sixteenths and triplets.

Two readings. `skyline` is for any file: the highest voice, snapped beat by beat to whichever of the
grids the beat is played on. `struck` is the tutorial's (music21's converter as it was then):
notes struck together are a chord and no melody, and each time is rounded by itself.
"""

import itertools
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from fractions import Fraction
from math import floor
from statistics import median

from lstmkit.music.files.score import Note, in_order

GRIDS = (4, 3)  # parts of a quarter: sixteenths, triplet eighths
CHORD_SPREAD = Fraction(1, 16)  # quarters within which notes are struck together
HANDS_SPAN = Fraction(8)  # quarters before and after a note in which its hand is looked for
FEWEST_BELOW = 0.1  # of the notes of a part, under others, from which there is a left hand
MOST_HEARD = 64  # notes there that are looked at
OCTAVE = 12
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
    played = _right_hand(in_order(notes))
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


def _right_hand(notes: Sequence[Note]) -> list[Note]:
    """Return the highest voice, less what the left hand plays while the right one rests.

    A note that sounds alone is the left hand's if it lies over an octave below what is usually
    heard above other notes thereabouts, and nearer to what is heard below them.
    """
    top, below = _voices(notes)
    if len(below) < FEWEST_BELOW * len(notes):
        return top
    floor_of = [note.onset for note in below]
    over = {id(a) for a in top if _over_another(a, below, floor_of)}
    certain = [note for note in top if id(note) in over]
    line = []
    for note in top:
        high, low = _level(certain, note.onset), _level(below, note.onset)
        left = high is not None and low is not None and note.pitch < high - OCTAVE
        if id(note) in over or not left or note.pitch * 2 > (high or 0) + (low or 0):
            line.append(note)
    return line


def _over_another(note: Note, below: Sequence[Note], onsets: Sequence[Fraction]) -> bool:
    """Tell whether a lower note begins while a note sounds, or just before it."""
    first = bisect_left(onsets, note.onset - CHORD_SPREAD)
    return first < len(onsets) and onsets[first] < note.end and below[first].pitch < note.pitch


def _level(notes: Sequence[Note], moment: Fraction) -> float | None:
    """Return the median pitch of what begins within two bars or so of a moment."""
    first = bisect_left(notes, moment - HANDS_SPAN, key=lambda note: note.onset)
    last = bisect_left(notes, moment + HANDS_SPAN, key=lambda note: note.onset)
    if first >= last:
        return None
    thinned = 1 + (last - first) // MOST_HEARD
    return median(note.pitch for note in notes[first:last:thinned])


def _voices(notes: Sequence[Note]) -> tuple[list[Note], list[Note]]:
    """Part the highest voice from what begins below a note that is still held."""
    top: list[Note] = []
    below: list[Note] = []
    for note in notes:
        held = top[-1] if top else None
        if held is not None and note.pitch < held.pitch - 2 and _still_held(held, note):
            below.append(note)
            continue
        while top and top[-1].pitch < note.pitch and note.onset - top[-1].onset <= CHORD_SPREAD:
            below.append(top.pop())
        top.append(note)
    return top, list(in_order(below))


def _still_held(held: Note, note: Note) -> bool:
    """Tell whether a note goes on well beyond the beginning of another.

    One that ends before the other does is played legato: it makes way, and the other is its
    successor.
    """
    if note.onset - held.onset <= CHORD_SPREAD:
        return True
    legato = note.end > held.end and note.onset - held.onset >= held.duration / 3
    return not legato and min(held.end, note.end) - note.onset > note.duration / 2


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
