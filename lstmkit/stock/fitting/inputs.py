"""What the network is shown of a series: how big the last change was beside what is usual.

Everything here is free of the series' unit: a change is divided by the moving average of the sizes
before it, and averages of several spans stand beside one another as logarithms of their ratios, as
HAR has them (Corsi, 2009). So one network can read a stock at 3 and an index at 3,000, and a calm
and a wild decade look alike to it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

SIZE_DECAYS = (0.6, 0.8, 0.9, 0.97, 0.99)
SIGN_DECAYS = (0.8, 0.95)
RANGE_DECAYS = (0.0, 0.6, 0.8, 0.94)
OWN = 3 + len(SIZE_DECAYS) + 2 * len(SIGN_DECAYS)
"""Inputs that come from the changes alone; those of the day's range and of other columns follow."""

LEAST = 0.02
TINY = 1e-300


@dataclass(frozen=True)
class Track:
    """A series row by row: what is known once the row is.

    Attributes:
        changes: What was not foreseen of the change from the row before, (rows,); 0 in row 0.
        usual: Moving average of their sizes up to and with the row, (rows,).
        long_run: Mean of all sizes up to and with the row, (rows,).
    """

    changes: np.ndarray
    usual: np.ndarray
    long_run: np.ndarray

    @classmethod
    def of(cls, changes: np.ndarray, *, decay: float) -> Track:
        """Return the track of a series.

        Args:
            changes: What was not foreseen of every change, (rows,); row 0 has no change before it.
            decay: Weight of the past, per row, in the average that is called usual.
        """
        sizes = _sizes(changes)
        long_run = np.maximum(np.cumsum(sizes) / np.arange(1, len(sizes) + 1), TINY)
        (average,) = moving_averages(sizes, (decay,))
        return cls(changes, np.maximum(average, LEAST * long_run), long_run)

    def until(self, stop: int) -> Track:
        """Return the rows before `stop`."""
        return Track(*(part[:stop] for part in (self.changes, self.usual, self.long_run)))

    def inputs(self, ranges: np.ndarray | None, others: np.ndarray) -> Iterator[np.ndarray]:
        """Yield what the network is shown, before scaling, one input of (rows,) at a time.

        All at once, in float64, they would be the largest thing in memory.

        Args:
            ranges: High less low of every row, in the unit of the changes, (rows,), or None.
            others: Changes of further columns, (rows, columns).
        """
        surprise = np.arcsinh(self.changes / np.concatenate([self.usual[:1], self.usual[:-1]]))
        yield surprise
        yield np.abs(surprise)
        yield from self._beside(moving_averages(_sizes(self.changes), SIZE_DECAYS))
        yield np.log(self.long_run / self.usual)
        yield from moving_averages(surprise, SIGN_DECAYS)
        yield from self._beside(moving_averages(np.maximum(-self.changes, 0), SIGN_DECAYS))
        if ranges is not None:
            yield from self._beside(moving_averages(ranges, RANGE_DECAYS))
        yield from others.T

    def _beside(self, averages: Iterator[np.ndarray]) -> Iterator[np.ndarray]:
        """Yield the logarithm of each average over the usual size; an average may be nothing."""
        return (np.log(average / self.usual + LEAST) for average in averages)


def _sizes(changes: np.ndarray) -> np.ndarray:
    sizes = np.abs(changes)
    sizes[0] = sizes[1] if len(sizes) > 1 else 0.0
    return sizes


def moving_averages(values: np.ndarray, decays: Sequence[float]) -> Iterator[np.ndarray]:
    """Yield the exponential moving averages of a series up to and with each row, (rows,) each.

    The weights of the rows there are sum to one from the first row on, as Adam's do (Kingma and
    Ba, 2015), so that no start has to be guessed.

    Args:
        values: (rows,).
        decays: Weight of the past per row, one for each average.
    """
    import pandas as pd  # a forecast from what a run kept does without

    series = pd.Series(values)
    return (series.ewm(alpha=1 - decay).mean().to_numpy() for decay in decays)
