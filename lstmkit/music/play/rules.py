"""What the network cannot be trusted with: bars that add up, phrases that end, no long quotations.

What stands here are rules a player keeps without thinking. They say which values fit at a place;
which of those is played, the network says.
"""

from fractions import Fraction

import numpy as np

from lstmkit.music.corpus.quotation import Repertoire, without_bar_lines
from lstmkit.music.corpus.vocabulary import Rhythm, Vocabulary
from lstmkit.music.play.line import Line

LONGEST_SILENCE = Fraction(6)  # quarters: a player who waits longer has stopped


class Rules:
    """Say which values fit.

    Args:
        vocabulary: The values.
        rhythm: Which durations may begin where in a beat, see `rhythm_of`; empty: any.
        repertoire: What must not be quoted at length, or None.
    """

    def __init__(
        self, vocabulary: Vocabulary, rhythm: Rhythm, repertoire: Repertoire | None
    ) -> None:
        """Keep what is needed."""
        self.vocabulary, self.rhythm, self.repertoire = vocabulary, rhythm, repertoire
        self._fits: dict[tuple[Fraction, Fraction], np.ndarray] = {}
        self._ways: dict[tuple[Fraction, Fraction], bool] = {}

    def fitting(self, line: Line) -> np.ndarray:
        """Return which values fit the bar, (values,), bool.

        What is left after a value can be filled exactly. A note may last over the bar line, though
        not into a last bar that ends the solo. A rest comes once, and not for ever.
        """
        known = self.vocabulary
        fitting = self._within(line.offset % 1, line.left).copy()
        if line.silent and line.offset > 0:
            fitting &= ~known.is_rest
        if line.silent:
            too_long = np.array([line.silent + d > LONGEST_SILENCE for d in known.lengths])
            fitting &= ~(known.is_rest & too_long[known.length_of])
        return fitting | (known.is_note & self._over_the_bar_line(line)[known.length_of])

    def original(self, line: Line, fitting: np.ndarray) -> np.ndarray:
        """Return which fitting values do not complete a run of the training music."""
        if self.repertoire is None:
            return fitting
        before = without_bar_lines(line.texts)[-self.repertoire.longest :]
        original = fitting.copy()
        for value in np.flatnonzero(fitting):
            original[value] = not self.repertoire.has_texts(before, self.vocabulary.values[value])
        return original

    def quotes(self, line: Line, pitch: int | None) -> bool:
        """Tell whether a pitch would complete a melody of the training music."""
        if self.repertoire is None or pitch is None:
            return False
        step = line.step_to(pitch)
        return step is not None and self.repertoire.has_steps(line.steps, step)

    def _within(self, beat: Fraction, left: Fraction) -> np.ndarray:
        """Return which values may begin here and leave what can be filled."""
        if (beat, left) not in self._fits:
            known = self.vocabulary
            lengths = np.array([self._leads_on(beat, d, left) for d in known.lengths])
            self._fits[beat, left] = lengths[known.length_of]
        return self._fits[beat, left]

    def _over_the_bar_line(self, line: Line) -> np.ndarray:
        """Return which lengths end in the next bar, where they may."""
        bars = line.bars_left - 1
        if not self.rhythm or bars < 1 or (line.stage.ends and bars == 1):
            return np.zeros(len(self.vocabulary.lengths), bool)
        room = line.stage.measures[line.bar + 1].bar.length
        return np.array(
            [
                0 < d - line.left <= room and (line.offset % 1, d) in self.rhythm
                for d in self.vocabulary.lengths
            ]
        )

    def _leads_on(self, beat: Fraction, duration: Fraction, left: Fraction) -> bool:
        """Tell whether a value may begin here and the bar can be filled exactly after it."""
        if not 0 < duration <= left or (self.rhythm and (beat, duration) not in self.rhythm):
            return False
        after = ((beat + duration) % 1, left - duration)
        if after[1] == 0:
            return True
        if after not in self._ways:
            sizes = self.vocabulary.lengths
            self._ways[after] = any(self._leads_on(after[0], size, after[1]) for size in sizes)
        return self._ways[after]
