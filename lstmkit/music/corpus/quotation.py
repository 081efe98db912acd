"""How much of a solo stands in the training music, and where; and how not to quote at length."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from lstmkit.music.corpus.grammar import BAR_LINES
from lstmkit.music.files.score import Note


@dataclass(frozen=True)
class Quotation:
    """The longest run that two sequences share.

    Attributes:
        length: Items in the run; 0 if there is none.
        at: Where it begins in the solo.
        piece: Index of the training piece, or None.
        piece_at: Where it begins there.
    """

    length: int
    at: int = 0
    piece: int | None = None
    piece_at: int = 0


def longest_quotation(solo: Sequence[Hashable], pieces: Sequence[Sequence[Hashable]]) -> Quotation:
    """Return the longest run of a solo that stands in a piece, the first if several are as long.

    Args:
        solo: Items in order, such as token texts.
        pieces: The same kind of items for each training piece.
    """
    best = Quotation(0)
    for number, piece in enumerate(pieces):
        places: defaultdict[Hashable, list[int]] = defaultdict(list)
        for index, item in enumerate(piece):
            places[item].append(index)
        runs: dict[int, int] = {}  # end in the piece -> length of the run that ends there and here
        for here, item in enumerate(solo):
            runs = {there: runs.get(there - 1, 0) + 1 for there in places.get(item, ())}
            for there, length in runs.items():
                if length > best.length:
                    best = Quotation(length, here - length + 1, number, there - length + 1)
    return best


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
