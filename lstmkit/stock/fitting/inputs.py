"""What the network is shown of a series: how big the last change was beside what is usual.

Everything here is free of the series' unit: a change is divided by the moving average of the sizes
before it, and averages of several spans stand beside one another as logarithms of their ratios, as
HAR has them (Corsi, 2009). So one network can read a stock at 3 and an index at 3,000, and a calm
and a wild decade look alike to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

SIZE_DECAYS = (0.6, 0.8, 0.9, 0.97, 0.99)
SIGN_DECAYS = (0.8, 0.95)
RANGE_DECAYS = (0.0, 0.6, 0.8, 0.94)
OWN = 3 + len(SIZE_DECAYS) + 2 * len(SIGN_DECAYS)
"""Inputs that come from the changes alone; those of the day's range and of other columns follow."""

LEAST = 0.02
TINY = 1e-300
BLOCK = 100_000  # rows at once, so that memory is what is kept


@dataclass(frozen=True)
class Track:
    """A series row by row: what is known once the row is.

    Attributes:
        changes: What was not foreseen of the change from the row before, (rows,); 0 in row 0.
        usual: Moving average of their sizes up to and with the row, (rows,).
        long_run: Mean of all sizes up to and with the row, (rows,).
        raw: Inputs before they are scaled, (rows, inputs).
    """

    changes: np.ndarray
    usual: np.ndarray
    long_run: np.ndarray
    raw: np.ndarray

    def until(self, stop: int) -> Track:
        """Return the rows before `stop`."""
        parts = (self.changes, self.usual, self.long_run, self.raw)
        return Track(*(part[:stop] for part in parts))


def observe(
    changes: np.ndarray, ranges: np.ndarray | None, others: np.ndarray, *, decay: float
) -> Track:
    """Return what the network is shown, before scaling.

    Args:
        changes: What was not foreseen of every change, (rows,); row 0 has no change before it.
        ranges: High less low of every row, in the unit of the changes, (rows,), or None.
        others: Changes of further columns, (rows, columns).
        decay: Weight of the past, per row, in the average that is called usual.
    """
    sizes = np.abs(changes)
    sizes[0] = sizes[1] if len(sizes) > 1 else 0.0
    averages = moving_averages(sizes[:, None], (decay, *SIZE_DECAYS))
    long_run = np.maximum(np.cumsum(sizes) / np.arange(1, len(sizes) + 1), TINY)
    usual = np.maximum(averages[:, 0], LEAST * long_run)
    surprise = np.arcsinh(changes / np.concatenate([usual[:1], usual[:-1]]))
    parts = [
        surprise[:, None],
        np.abs(surprise)[:, None],
        _beside(averages[:, 1:], usual),
        np.log(long_run / usual)[:, None],
        moving_averages(surprise[:, None], SIGN_DECAYS),
        _beside(moving_averages(np.maximum(-changes, 0)[:, None], SIGN_DECAYS), usual),
    ]
    del averages
    if ranges is not None:
        parts.append(_beside(moving_averages(ranges[:, None], RANGE_DECAYS), usual))
    return Track(changes, usual, long_run, np.column_stack([*parts, others]))


def moving_averages(values: np.ndarray, decays: Sequence[float]) -> np.ndarray:
    """Return the exponential moving averages of a column up to and with each row.

    The weights of the rows there are sum to one from the first row on, as Adam's do (Kingma and
    Ba, 2015), so that no start has to be guessed.

    Args:
        values: (rows, 1).
        decays: Weight of the past per row, one for each average.

    Returns:
        (rows, averages).
    """
    kept, total = np.asarray(decays), np.zeros(len(decays))
    logs = np.log(np.maximum(kept, TINY))
    found = np.empty((len(values), len(kept)))
    for start in range(0, len(values), BLOCK):
        fresh = (1 - kept) * values[start : start + BLOCK]
        for row, new in enumerate(fresh):
            total = total * kept + new
            fresh[row] = total
        weights = -np.expm1(np.outer(np.arange(start + 1, start + 1 + len(fresh)), logs))
        found[start : start + BLOCK] = fresh / weights
    return found


def _beside(averages: np.ndarray, usual: np.ndarray) -> np.ndarray:
    """Return the logarithm of each average over the usual size; an average may be nothing."""
    averages /= usual[:, None]
    averages += LEAST
    return np.asarray(np.log(averages, out=averages))
