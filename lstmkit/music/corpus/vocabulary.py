"""The values a network knows, and where in a beat each may begin."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from lstmkit.music.corpus.grammar import BAR, BAR_LINES, REPEAT, Token


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
        self.is_rest = np.array([t is not None and t.kind == "R" for t in self.tokens])
        self.durations = [Fraction(0) if t is None else t.duration for t in self.tokens]
        self.lengths = sorted(set(self.durations))
        self.length_of = np.array([self.lengths.index(d) for d in self.durations])
        self.shortest_note = min(
            (d for d, note in zip(self.durations, self.is_note, strict=True) if note),
            default=Fraction(1),
        )

    def __len__(self) -> int:
        return len(self.values)


Rhythm = frozenset[tuple[Fraction, Fraction]]


def rhythm_of(corpora: Sequence[Sequence[str]]) -> Rhythm:
    """Return which durations begin where within a beat in music with bar lines and rests.

    A triplet eighth begins at 0, 1/3 or 2/3, an eighth at 0 or 1/2: that is what keeps a line on
    the grid. Empty if the corpora have no bar lines, since then nobody knows where a value stands.

    Args:
        corpora: Token texts of each piece.
    """
    pairs = set()
    texts = {text for corpus in corpora for text in corpus if text not in BAR_LINES}
    durations = {text: Token.parse(text).duration for text in texts}
    for corpus in corpora:
        if not set(BAR_LINES) & set(corpus):
            return frozenset()
        place = Fraction(0)
        for text in corpus:
            if text in BAR_LINES:
                place = Fraction(0)
                continue
            duration = durations[text]
            pairs.add((place % 1, duration))
            place += duration
    return frozenset(pairs)
