"""The forecasts that an LSTM has to beat: one row ahead, fitted on the training span only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

BLOCK = 100_000
LEAST_SEASON, SEASONAL = 4, 0.3


@dataclass(frozen=True)
class Baselines:
    """What the simple forecasts learned from the training span.

    Attributes:
        in_logs: Whether drift and autoregression work on changes of the logarithm.
        drift: Mean change per row.
        moving_average: Rows averaged.
        season: Rows of the season that the training span shows; None: it shows none.
        intercept: Of the autoregression.
        coefficients: Of the autoregression: weight of the last change, the one before, ...
        naive_mae: Mean absolute change over the training span, the unit of MASE.
    """

    in_logs: bool
    drift: float
    moving_average: int
    season: int | None
    intercept: float
    coefficients: tuple[float, ...]
    naive_mae: float

    def predict(self, prices: np.ndarray, rows: np.ndarray) -> dict[str, np.ndarray]:
        """Return every baseline's forecast of the given rows.

        Args:
            prices: The whole series, (n,).
            rows: Rows to forecast, consecutive and far enough from the start, (k,).

        Returns:
            `naive` (tomorrow = today), `drift` (today plus the mean change), `moving_average`,
            `autoregression`, and, where there is a season, `seasonal_naive` (as a season ago),
            each (k,), in the unit of `prices`.
        """
        last = prices[rows - 1]
        summed = np.concatenate([[0.0], np.cumsum(prices)])
        average = (summed[rows] - summed[rows - self.moving_average]) / self.moving_average
        changes = changes_of(prices, in_logs=self.in_logs)
        step = np.full(len(rows), self.intercept)
        for lag, weight in enumerate(self.coefficients, start=1):
            step += weight * changes[rows - lag]
        seasonal = {}
        if self.season is not None:
            seasonal["seasonal_naive"] = prices[np.maximum(rows - self.season, 0)]
        return {
            "naive": last,
            "drift": self._move(last, np.full(len(rows), self.drift)),
            "moving_average": average,
            "autoregression": self._move(last, step),
            **seasonal,
        }

    def _move(self, last: np.ndarray, change: np.ndarray) -> np.ndarray:
        return np.asarray(last * np.exp(change) if self.in_logs else last + change)

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> Baselines:
        """Build baselines from their fields in a JSON file."""
        return cls(**{**content, "coefficients": tuple(content["coefficients"])})


def fit_baselines(
    prices: np.ndarray, *, in_logs: bool, moving_average: int, lags: int, season: int | None = None
) -> Baselines:
    """Fit the baselines.

    The autoregression is ordinary least squares of a change on the `lags` changes before it,
    accumulated in blocks, so that memory does not grow with the rows.

    Args:
        prices: The training span only, (n,).
        in_logs: Whether to work on changes of the logarithm.
        moving_average: Rows to average.
        season: Rows of the season, as `find_season` found it; None: there is none.
        lags: Order of the autoregression; lowered where the span is too short for it.
    """
    changes = changes_of(prices, in_logs=in_logs)
    lags = max(1, min(lags, (len(prices) - 2) // 3))
    rows = np.arange(lags + 1, len(prices))
    solution = regress(changes, rows, range(1, lags + 1))
    return Baselines(
        in_logs=in_logs,
        drift=float(changes[1:].mean()),
        moving_average=moving_average,
        season=season,
        intercept=float(solution[0]),
        coefficients=tuple(map(float, solution[1:])),
        naive_mae=float(np.abs(np.diff(prices)).mean()),
    )


def regress(changes: np.ndarray, rows: np.ndarray, lags: Sequence[int]) -> np.ndarray:
    """Return intercept and weights of the least-squares regression of changes on earlier ones.

    Args:
        changes: Of every row, (n,).
        rows: Rows to explain, (k,); none smaller than the largest lag.
        lags: How many rows back to look, one by one.

    Returns:
        (1 + lags,).
    """
    gram, moment = np.zeros((len(lags) + 1,) * 2), np.zeros(len(lags) + 1)
    for start in range(0, len(rows), BLOCK):
        block = rows[start : start + BLOCK]
        design = np.column_stack([np.ones(len(block)), *(changes[block - lag] for lag in lags)])
        gram += design.T @ design
        moment += design.T @ changes[block]
    return np.asarray(np.linalg.lstsq(gram, moment, rcond=None)[0])


def changes_of(prices: np.ndarray, *, in_logs: bool) -> np.ndarray:
    """Return change t = level t - level t-1, in logarithms or not; change 0 is 0."""
    levels = np.log(prices) if in_logs else prices
    return np.diff(levels, prepend=levels[:1])


def find_season(changes: np.ndarray, *, longest: int) -> int | None:
    """Return the rows after which the changes repeat themselves, or None.

    The season is where the autocorrelation of the changes has its highest peak, if it is both large
    and far above what chance leaves; at least three seasons must be there.

    Args:
        changes: Of the training span, (n,).
        longest: Rows of the longest season to look for.
    """
    longest = min(longest, len(changes) // 3)
    centred = changes - changes.mean()
    power = float(centred @ centred)
    if longest < LEAST_SEASON + 1 or power == 0:
        return None
    size = 2 * len(centred)
    spectrum = np.abs(np.fft.rfft(centred, size)) ** 2
    repeats = np.fft.irfft(spectrum, size)[: longest + 2] / power
    peaks = [
        lag
        for lag in range(LEAST_SEASON, longest + 1)
        if repeats[lag] > max(repeats[lag - 1], repeats[lag + 1])
    ]
    if not peaks:
        return None
    best = max(peaks, key=lambda lag: repeats[lag])
    clear = max(SEASONAL, 4 / np.sqrt(len(changes)))
    shorter = [lag for lag in peaks if repeats[lag] > 0.9 * repeats[best]]
    return min(shorter) if repeats[best] > clear else None
