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
from statistics import median

from lstmkit.music.files.reading import ticks
from lstmkit.music.files.reading.ticks import Ticked
from lstmkit.music.files.score import Note, in_order

GRIDS = (4, 3)  # parts of a quarter: sixteenths, triplet eighths
CHORD_SPREAD = Fraction(1, 16)  # quarters within which notes are struck together
HANDS_SPAN = 8  # quarters before and after a note in which its hand is looked for
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


def skyline(notes: Sequence[Note], *, close_gaps: Fraction) -> list[Note]:
    """Return the highest line of a part on the grid, no note overlapping the next.

    Args:
        notes: The notes of the part.
        close_gaps: Silence between two notes, in quarters, up to which the first is held.
    """
    quarter = ticks.per_quarter(notes, close_gaps)
    played = _right_hand(ticks.of(in_order(notes), quarter), quarter)
    grid = _Grid(played, quarter)
    highest: dict[int, Ticked] = {}
    for note in played:
        onset = grid.snap(note.onset)
        other = highest.get(onset)
        if other is None or note.pitch > other.pitch:
            highest[onset] = note
    onsets, held = sorted(highest), ticks.whole(close_gaps, quarter)
    line = []
    for onset, following in zip(onsets, [*onsets, None][1:], strict=True):
        note = highest[onset]
        end = grid.snap(note.end)
        if end <= onset:
            end = onset + grid.step(onset)
        if following is not None and (end > following or following - end <= held):
            end = following
        times = Fraction(onset, quarter), Fraction(end - onset, quarter)
        line.append(Note(*times, note.pitch, note.velocity))
    return line


def is_single(notes: Sequence[Note]) -> bool:
    """Tell whether notes are one voice: hardly one begins well before the last has ended."""
    pairs = list(itertools.pairwise(ticks.of(in_order(notes), ticks.per_quarter(notes))))
    together = sum(2 * (a.end - b.onset) > min(a.end - a.onset, b.end - b.onset) for a, b in pairs)
    return together <= 0.05 * len(pairs)


def _right_hand(notes: Sequence[Ticked], quarter: int) -> list[Ticked]:
    """Return the highest voice, less what the left hand plays while the right one rests.

    A note that sounds alone is the left hand's if it lies over an octave below what is usually
    heard above other notes thereabouts, and nearer to what is heard below them.
    """
    top, below = _voices(notes, quarter)
    if len(below) < FEWEST_BELOW * len(notes):
        return top
    onsets = [note.onset for note in below]
    over = [_over_another(note, below, onsets, quarter) for note in top]
    heard = _Hand(list(itertools.compress(top, over)), quarter), _Hand(below, quarter)
    return [
        note
        for note, certain in zip(top, over, strict=True)
        if certain or not _in_left_hand(note, *heard)
    ]


class _Hand:
    """What one hand plays, and how high it plays at a moment."""

    def __init__(self, notes: Sequence[Ticked], quarter: int) -> None:
        self._onsets = [note.onset for note in notes]
        self._pitches = [note.pitch for note in notes]
        self._span = HANDS_SPAN * quarter

    def level(self, moment: int) -> float | None:
        """Return the median pitch of what begins within two bars or so of a moment."""
        first = bisect_left(self._onsets, moment - self._span)
        last = bisect_left(self._onsets, moment + self._span)
        if first >= last:
            return None
        return median(self._pitches[first : last : 1 + (last - first) // MOST_HEARD])


def _in_left_hand(note: Ticked, right: _Hand, left: _Hand) -> bool:
    high = right.level(note.onset)
    if high is None or note.pitch >= high - OCTAVE:
        return False
    low = left.level(note.onset)
    return low is not None and note.pitch * 2 <= high + low


def _over_another(
    note: Ticked, below: Sequence[Ticked], onsets: Sequence[int], quarter: int
) -> bool:
    """Tell whether a lower note begins while a note sounds, or just before it."""
    first = bisect_left(onsets, note.onset - ticks.whole(CHORD_SPREAD, quarter))
    return first < len(onsets) and onsets[first] < note.end and below[first].pitch < note.pitch


def _voices(notes: Sequence[Ticked], quarter: int) -> tuple[list[Ticked], list[Ticked]]:
    """Part the highest voice from what begins below a note that is still held."""
    spread = ticks.whole(CHORD_SPREAD, quarter)
    top: list[Ticked] = []
    below: list[Ticked] = []
    for note in notes:
        held = top[-1] if top else None
        if held is not None and note.pitch < held.pitch - 2 and _still_held(held, note, spread):
            below.append(note)
            continue
        while top and top[-1].pitch < note.pitch and note.onset - top[-1].onset <= spread:
            below.append(top.pop())
        top.append(note)
    return top, sorted(below, key=lambda note: note.onset)


def _still_held(held: Ticked, note: Ticked, spread: int) -> bool:
    """Tell whether a note goes on well beyond the beginning of another.

    One that ends before the other does is played legato: it makes way, and the other is its
    successor.
    """
    apart = note.onset - held.onset
    if apart <= spread:
        return True
    legato = note.end > held.end and 3 * apart >= held.end - held.onset
    return not legato and 2 * (min(held.end, note.end) - note.onset) > note.end - note.onset


class _Grid:
    """The number of parts each beat is played in: 4, or 3 where that fits better."""

    def __init__(self, notes: Iterable[Ticked], quarter: int) -> None:
        self._quarter = quarter
        onsets: defaultdict[int, list[int]] = defaultdict(list)
        for note in notes:
            onsets[note.onset // quarter].append(note.onset)
        self._steps = {beat: self._best(times) for beat, times in onsets.items()}

    def step(self, time: int) -> int:
        """Return how many ticks lie between two lines of the grid."""
        return self._steps.get(time // self._quarter, self._quarter // GRIDS[0])

    def snap(self, time: int) -> int:
        """Return the nearest line of the grid; the even one where two are as near."""
        return _nearest(time, self.step(time))

    def _best(self, times: Sequence[int]) -> int:
        steps = [self._quarter // parts for parts in GRIDS]
        return min(steps, key=lambda step: sum(abs(t - _nearest(t, step)) for t in times))


def _nearest(time: int, step: int) -> int:
    """Return the nearest multiple of a step; the even one where two are as near."""
    lines, rest = divmod(time, step)
    up = 2 * rest > step or (2 * rest == step and lines % 2 == 1)
    return (lines + up) * step
