"""The piano roll."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.patches import Patch

from lstmkit import plots
from lstmkit.music.grammar import Measure, chord_at, kind_of
from lstmkit.music.pitch import name

BARS_PER_LINE = 8
LETTER = 0.0075  # width of a letter of a chord's name, as a share of a line
LINES_AT_MOST = 16  # longer music is drawn as far as this reaches
COLORS = {"C": "#1f6fb4", "S": "#4fb286", "A": "#e8a33d", "X": "#c0392b"}
MEANINGS = {"C": "chord tone", "S": "scale tone", "A": "approach", "X": "other"}


def piano_roll(measures: Sequence[Measure], path: Path, *, title: str) -> None:
    """Draw a melody as a piano roll, eight bars to a line, the chords named above the bars.

    Args:
        measures: Bars with notes and chords.
        path: The PNG to write.
        title: What is shown.
    """
    shown = measures[: BARS_PER_LINE * LINES_AT_MOST]
    lines = [shown[first : first + BARS_PER_LINE] for first in range(0, len(shown), BARS_PER_LINE)]
    figure, panels = plots.new_figure(
        title=title, size=(12, 0.6 + 2.3 * len(lines)), panels=(len(lines), 1)
    )
    pitches = [note.pitch for measure in shown for note in measure.notes] or [60]
    low, high = min(pitches) - 2, max(pitches) + 2
    widest = max(float(line[-1].bar.end - line[0].bar.start) for line in lines)
    number = 1
    for axes, line in zip([panels] if len(lines) == 1 else panels, lines, strict=True):
        _line(axes, line, number, low, high, widest * LETTER)
        axes.set_xlim(0, widest)
        number += len(line)
    handles = [Patch(color=COLORS[kind], label=MEANINGS[kind]) for kind in COLORS]
    figure.legend(handles=handles, loc="outside upper right", ncols=4, frameon=False, fontsize=8)
    plots.save(figure, path)


def _name_chords(
    axes: Axes, measures: Sequence[Measure], low: int, high: int, quarters_per_letter: float
) -> None:
    """Write each new chord at its beginning, on a second row where the first is taken."""
    start = measures[0].bar.start
    free = [-1.0, -1.0]  # where each row is free from, in quarters
    previous = None
    for measure in measures:
        left = float(measure.bar.start - start)
        for timed in measure.chords:
            symbol, at = timed.chord.symbol, max(left, float(timed.onset - start))
            row = next((row for row, begin in enumerate(free) if begin <= at), None)
            if symbol != previous and row is not None:
                height = high + (0.015 + 0.08 * row) * (high - low)
                axes.text(at + 0.06, height, symbol, fontsize=8.5, fontweight="bold")
                free[row] = at + (len(symbol) + 1) * quarters_per_letter
            previous = symbol


def _line(
    axes: Axes,
    measures: Sequence[Measure],
    first_number: int,
    low: int,
    high: int,
    quarters_per_letter: float,
) -> None:
    start = measures[0].bar.start
    for number, measure in enumerate(measures, first_number):
        left = float(measure.bar.start - start)
        axes.axvline(left, color="0.55", linewidth=1)
        axes.text(left + 0.06, low + 0.2, str(number), fontsize=7, color="0.5", va="bottom")
    _name_chords(axes, measures, low, high, quarters_per_letter)
    notes = [(note, chord_at(m.chords, note.onset)) for m in measures for note in m.notes]
    axes.barh(
        [note.pitch for note, _ in notes],
        [max(float(note.duration) - 0.04, 0.06) for note, _ in notes],
        left=[float(note.onset - start) for note, _ in notes],
        color=[COLORS[kind_of(note.pitch, chord)] for note, chord in notes],
        height=0.86,
        linewidth=0,
    )
    axes.axvline(float(measures[-1].bar.end - start), color="0.55", linewidth=1)
    axes.set_ylim(low, high)
    octaves = range(12 * math.ceil(low / 12), high + 1, 12)
    axes.set_yticks(list(octaves), [name(pitch) for pitch in octaves], fontsize=8)
    axes.set_yticks(range(low, high + 1), minor=True)
    axes.set_xticks([])
    axes.tick_params(which="minor", length=0)
    axes.grid(visible=True, which="minor", axis="y", color="0.96", linewidth=0.5)
    axes.spines["bottom"].set_visible(False)
