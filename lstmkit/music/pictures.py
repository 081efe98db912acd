"""The piano roll, drawn with Pillow: it is done before a plotting library is imported."""

import importlib.util
import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from lstmkit.chart import INK, KINDS, PAPER
from lstmkit.files import atomic
from lstmkit.music.corpus.grammar import heard
from lstmkit.music.files.score import Measure, kind_of
from lstmkit.music.theory.pitch import name

BARS_PER_LINE = 8
LINES_AT_MOST = 16  # longer music is drawn as far as this reaches
MEANINGS = {"C": "chord tone", "S": "scale tone", "A": "approach", "X": "other"}
BLACK_KEYS = (1, 3, 6, 8, 10)
SOFT, BAR_LINE, GRID = "#808080", "#8c8c8c", "#f1f3f4"

WIDTH, MARGIN, HEAD = 1320, 16, 44  # all lengths in pixels
LEFT, SYMBOLS, GAP = 48, 42, 18  # room for octave names, chord names, between lines
SEMITONE, FEWEST_SEMITONES = 9, 18


@dataclass(frozen=True)
class _Line:
    """Where one line of bars stands in the picture."""

    draw: ImageDraw.ImageDraw
    measures: Sequence[Measure]
    first_number: int
    top: int
    low: int
    high: int
    pixels_per_quarter: float

    @property
    def bottom(self) -> int:
        return self.top + (self.high - self.low + 1) * SEMITONE

    def x(self, moment: Fraction) -> float:
        """Return the pixel of a moment, in quarters from the start of the piece."""
        return LEFT + float(moment - self.measures[0].bar.start) * self.pixels_per_quarter

    def y(self, pitch: int) -> int:
        """Return the upper edge of a pitch."""
        return self.top + (self.high - pitch) * SEMITONE


def piano_roll(measures: Sequence[Measure], path: Path, *, title: str) -> None:
    """Draw a melody as a piano roll, eight bars to a line, the chords named above the bars.

    Args:
        measures: Bars with notes and chords.
        path: The PNG to write.
        title: What is shown.
    """
    shown = measures[: BARS_PER_LINE * LINES_AT_MOST]
    lines = [shown[first : first + BARS_PER_LINE] for first in range(0, len(shown), BARS_PER_LINE)]
    pitches = [note.pitch for measure in shown for note in measure.notes] or [60]
    low, high = min(pitches) - 1, max(pitches) + 1
    low -= max(0, FEWEST_SEMITONES - (high - low))
    height = SYMBOLS + (high - low + 1) * SEMITONE + GAP
    longest = max(float(line[-1].bar.end - line[0].bar.start) for line in lines)
    image = Image.new("RGB", (WIDTH, HEAD + height * len(lines)), PAPER)
    draw = ImageDraw.Draw(image)
    _head(draw, title)
    for number, line in enumerate(lines):
        top = HEAD + number * height + SYMBOLS
        scale = (WIDTH - LEFT - MARGIN) / longest
        _draw(_Line(draw, line, 1 + number * BARS_PER_LINE, top, low, high, scale))
    with atomic(path, "wb") as stream:
        image.quantize(64, dither=Image.Dither.NONE).save(stream, format="PNG", optimize=True)


def _head(draw: ImageDraw.ImageDraw, title: str) -> None:
    """Write the title, and at the right what the colours mean."""
    right = float(WIDTH - MARGIN)
    for kind in reversed(KINDS):
        right -= draw.textlength(MEANINGS[kind], _font(13))
        draw.text((right, 24), MEANINGS[kind], INK, _font(13), anchor="lm")
        draw.rectangle((right - 22, 19, right - 7, 29), KINDS[kind])
        right -= 38
    font = _font(17, bold=True)
    while title and draw.textlength(title, font) > right - MARGIN:
        title = title.removesuffix("…")[:-1] + "…" if len(title) > 1 else ""
    draw.text((MARGIN, 24), title, INK, font, anchor="lm")


def _draw(line: _Line) -> None:
    right = line.x(line.measures[-1].bar.end)
    for pitch in range(line.low, line.high + 1):
        if pitch % 12 in BLACK_KEYS:
            line.draw.rectangle((LEFT, line.y(pitch), right, line.y(pitch) + SEMITONE - 1), GRID)
        if pitch % 12 == 0:
            middle = line.y(pitch) + SEMITONE // 2
            line.draw.text((LEFT - 8, middle), name(pitch), SOFT, _font(12), anchor="rm")
    for number, measure in enumerate(line.measures, line.first_number):
        x = line.x(measure.bar.start)
        line.draw.line((x, line.top - 4, x, line.bottom), BAR_LINE)
        line.draw.text((x + 4, line.bottom + 1), str(number), SOFT, _font(11), anchor="la")
    line.draw.line((right, line.top - 4, right, line.bottom), BAR_LINE)
    _name_chords(line)
    for place, measure in enumerate(line.measures):
        for note in measure.notes:
            kind = kind_of(note.pitch, heard(line.measures, place, note.onset, note.end))
            x, y = line.x(note.onset), line.y(note.pitch)
            end = max(min(line.x(note.end), right + MARGIN / 2) - 2, x + 2)
            line.draw.rounded_rectangle((x + 1, y, end, y + SEMITONE - 1), 2, KINDS[kind])


def _name_chords(line: _Line) -> None:
    """Write each new chord at its beginning, on a second row where the first is taken."""
    font = _font(14, bold=True)
    free = [-math.inf, -math.inf]  # where each row is free from
    previous = None
    for measure in line.measures:
        for timed in measure.chords:
            symbol, x = timed.chord.symbol, line.x(max(timed.onset, measure.bar.start))
            row = next((row for row, begin in enumerate(free) if begin <= x), None)
            if symbol != previous and row is not None:
                line.draw.text((x + 4, line.top - 8 - 16 * row), symbol, INK, font, anchor="ls")
                free[row] = x + line.draw.textlength(symbol, font) + 10
            previous = symbol


def _font(size: int, *, bold: bool = False) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Return DejaVu Sans, which Matplotlib brings and which has ♭, Δ and ø; else Pillow's own."""
    spec = importlib.util.find_spec("matplotlib")
    face = f"DejaVuSans{'-Bold' if bold else ''}.ttf"
    for folder in (spec.submodule_search_locations if spec else None) or ():
        path = Path(folder) / "mpl-data" / "fonts" / "ttf" / face
        if path.is_file():
            return ImageFont.truetype(path, size)
    return ImageFont.load_default(size)
