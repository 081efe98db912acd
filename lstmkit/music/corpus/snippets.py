"""A corpus to snippets for the network: values one-hot, beside them what `context` says."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from lstmkit.errors import InputError

UNKNOWN = -1  # id of a value that the vocabulary does not hold; it becomes a row of zeros


class Span(NamedTuple):
    """A stretch of a piece.

    Attributes:
        ids: Of its values, (values,).
        said: What is said beside each of them, (values, `context.SIZE`); (values, 0) in a dialect
            that does not keep time.
    """

    ids: np.ndarray
    said: np.ndarray


class Snippets(NamedTuple):
    """Stretches of equal length, each value with what follows it.

    Attributes:
        inputs: Ids, (snippets, time).
        targets: Ids of what follows each, (snippets, time).
        places: Which row of `said` goes with each input, (snippets, time).
        said: What is said beside every value there is, (values, numbers).
    """

    inputs: np.ndarray
    targets: np.ndarray
    places: np.ndarray
    said: np.ndarray

    def __len__(self) -> int:
        return len(self.inputs)

    def network_inputs(self, chosen: slice, n_values: int) -> np.ndarray:
        """Return what the network takes for some snippets, (snippets, time, values + numbers)."""
        values = one_hot(self.inputs[chosen], n_values)
        return np.concatenate([values, self.said[self.places[chosen]]], axis=-1)


def every(spans: Sequence[Span], window: int) -> Snippets:
    """Cut every snippet of a length from every span.

    Args:
        spans: The music.
        window: Values in a snippet, at most; shortened to fit the longest span.
    """
    size = min(window + 1, max((len(span.ids) for span in spans), default=0))
    ends = np.cumsum([len(span.ids) for span in spans], dtype=np.int32)
    views = [
        np.lib.stride_tricks.sliding_window_view(np.arange(end - len(span.ids), end), size)
        for span, end in zip(spans, ends, strict=True)
        if len(span.ids) >= max(size, 2)
    ]
    empty = np.zeros((0, window + 1), np.int32)
    return _snippets(spans, np.concatenate(views) if views else empty)


def drawn(spans: Sequence[Span], window: int, count: int, seed: int) -> Snippets:
    """Draw snippets at random places of all spans strung together, as the tutorial does.

    Args:
        spans: The music.
        window: Values in a snippet.
        count: Snippets to draw.
        seed: Decides the places.

    Raises:
        InputError: There is less music than one snippet.
    """
    total = sum(len(span.ids) for span in spans)
    if total <= window:
        raise InputError(
            f"the corpus has {total} values, too few for one snippet of {window} and the next; set"
            " train.window lower"
        )
    starts = np.random.default_rng(seed).integers(0, total - window, count)
    return _snippets(spans, starts[:, None] + np.arange(window + 1))


def one_hot(ids: np.ndarray, size: int) -> np.ndarray:
    """Return ids as rows with a single one, (..., size); an unknown value is a row of zeros."""
    return (ids[..., None] == np.arange(size)).astype(np.float32)


def _snippets(spans: Sequence[Span], places: np.ndarray) -> Snippets:
    """Gather snippets from the places of their values in all spans, (snippets, time + 1)."""
    ids = np.concatenate([np.zeros(0, np.int32), *(span.ids for span in spans)])
    said = np.concatenate([span.said for span in spans]) if spans else np.zeros((0, 0), np.float32)
    both = ids[places]
    return Snippets(both[:, :-1], both[:, 1:], places[:, :-1].astype(np.int32), said)
