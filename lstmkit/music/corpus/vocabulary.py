"""The values a network knows, and where in a beat each may begin."""

from collections.abc import Iterable, Sequence
from fractions import Fraction

import numpy as np

from lstmkit.music.corpus.grammar import BAR, BAR_LINES, REPEAT, Token
from lstmkit.music.files.score import Measure


class Vocabulary:
    """The values a network knows, read once.

    Args:
        values: Token texts, in the order of the network's outputs.
    """

    def __init__(self, values: Sequence[str]) -> None:
        """Parse every value."""
        self.values = tuple(values)
        self.ids = {text: number for number, text in enumerate(self.values)}
        self.tokens = [None if text in BAR_LINES else Token.parse(text) for text in self.values]
        bar = self.ids.get(BAR, self.ids.get(REPEAT))
        self.bar_lines = {BAR: bar, REPEAT: self.ids.get(REPEAT, bar)}
        self.is_note = np.array([t is not None and t.kind != "R" for t in self.tokens])
        self.is_chord_tone = np.array([t is not None and t.kind == "C" for t in self.tokens])
        self.is_rest = np.array([t is not None and t.kind == "R" for t in self.tokens])
        self.durations = [Fraction(0) if t is None else t.duration for t in self.tokens]
        self.lengths = sorted(set(self.durations))
        self.length_of = np.array([self.lengths.index(d) for d in self.durations])

    def nearest(self, token: Token) -> int | None:
        """Return the value that is most like a note: its length, then its kind and interval.

        None if no note has its length.
        """
        semitones = 0 if token.interval is None else token.interval.semitones

        def unlike(value: int) -> tuple[bool, int, int]:
            known = self.tokens[value]
            interval = None if known is None else known.interval
            distance = abs(semitones - (0 if interval is None else interval.semitones))
            return known is None or known.kind != token.kind, distance, value

        notes = np.flatnonzero(self.is_note).tolist()
        alike = [value for value in notes if self.durations[value] == token.duration]
        return min(alike, key=unlike) if alike else None

    def __len__(self) -> int:
        return len(self.values)


Rhythm = frozenset[tuple[Fraction, Fraction]]


def rhythm_of(passages: Iterable[tuple[Sequence[Measure], Sequence[Sequence[Token]]]]) -> Rhythm:
    """Return which durations begin where within a beat in music.

    A triplet eighth begins at 0, 1/3 or 2/3, an eighth at 0 or 1/2: that is what keeps a line on
    the grid.

    Args:
        passages: Runs of consecutive bars, and the tokens of each bar.
    """
    pairs = set()
    for measures, tokens in passages:
        now = measures[0].bar.start
        for measure, bar in zip(measures, tokens, strict=True):
            now = max(now, measure.bar.start)
            for token in bar:
                pairs.add(((now - measure.bar.start) % 1, token.duration))
                now += token.duration
    return frozenset(pairs)
