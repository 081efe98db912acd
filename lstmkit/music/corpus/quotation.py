"""How much of a solo stands in the training music, and where."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass


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
