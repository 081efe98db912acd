"""What a player knows by heart: the values of the network, and the music they come from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import pairwise

import numpy as np

from lstmkit.music.corpus.grammar import BAR, BAR_LINES, REPEAT, Token
from lstmkit.music.files.score import Note


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


def steps(notes: Sequence[Note]) -> list[tuple[int, Fraction]]:
    """Return a melody as steps: the interval in semitones to each next note, and the time to it."""
    return [
        (after.pitch - before.pitch, after.onset - before.onset)
        for before, after in pairwise(notes)
    ]


class Repertoire:
    """What the training music says, so as not to repeat it at length.

    Args:
        corpora: Token texts of each piece.
        melodies: The steps of each piece, see `steps`.
        longest: Run that may be repeated.
    """

    def __init__(
        self,
        corpora: Iterable[Sequence[str]],
        melodies: Iterable[Sequence[tuple[int, Fraction]]],
        longest: int,
    ) -> None:
        """Remember every run that is one longer than allowed."""
        self.longest = longest
        self.texts = _runs([without_bar_lines(corpus) for corpus in corpora], longest + 1)
        self.steps = _runs(melodies, longest + 1)

    def has_texts(self, before: Sequence[str], text: str) -> bool:
        """Tell whether a value would complete a run that is too long."""
        return (*before[len(before) - self.longest :], text) in self.texts

    def has_steps(self, before: Sequence[tuple[int, Fraction]], step: tuple[int, Fraction]) -> bool:
        """Tell whether a melody step would complete a run that is too long."""
        return (*before[len(before) - self.longest :], step) in self.steps


def without_bar_lines(texts: Iterable[str]) -> list[str]:
    """Return the tokens that are notes and rests."""
    return [text for text in texts if text not in BAR_LINES]


def _runs(sequences: Iterable[Sequence[object]], length: int) -> set[tuple[object, ...]]:
    return {
        tuple(s[i : i + length]) for s in map(list, sequences) for i in range(len(s) - length + 1)
    }


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
