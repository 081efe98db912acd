"""The forecasts that an LSTM has to beat: one row ahead, fitted on the training span only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

BLOCK = 100_000


@dataclass(frozen=True)
class Baselines:
    """What the simple forecasts learned from the training span.

    Attributes:
        in_logs: Whether drift and autoregression work on changes of the logarithm.
        drift: Mean change per row.
        moving_average: Rows averaged.
        intercept: Of the autoregression.
        coefficients: Of the autoregression: weight of the last change, the one before, ...
        naive_mae: Mean absolute change over the training span, the unit of MASE.
    """

    in_logs: bool
    drift: float
    moving_average: int
    intercept: float
    coefficients: tuple[float, ...]
    naive_mae: float

    def predict(self, prices: np.ndarray, rows: np.ndarray) -> dict[str, np.ndarray]:
        """Return every baseline's forecast of the given rows.

        Args:
            prices: The whole series, (n,).
            rows: Rows to forecast, consecutive and far enough from the start, (k,).

        Returns:
            `naive` (tomorrow = today), `drift` (today plus the mean change), `moving_average`
            and `autoregression`, each (k,), in the unit of `prices`.
        """
        last = prices[rows - 1]
        summed = np.concatenate([[0.0], np.cumsum(prices)])
        average = (summed[rows] - summed[rows - self.moving_average]) / self.moving_average
        changes = _changes(prices, self.in_logs)
        step = np.full(len(rows), self.intercept)
        for lag, weight in enumerate(self.coefficients, start=1):
            step += weight * changes[rows - lag]
        return {
            "naive": last,
            "drift": self._move(last, np.full(len(rows), self.drift)),
            "moving_average": average,
            "autoregression": self._move(last, step),
        }

    def _move(self, last: np.ndarray, change: np.ndarray) -> np.ndarray:
        return np.asarray(last * np.exp(change) if self.in_logs else last + change)

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> Baselines:
        """Build baselines from their fields in a JSON file."""
        return cls(**{**content, "coefficients": tuple(content["coefficients"])})


def fit_baselines(
    prices: np.ndarray, *, in_logs: bool, moving_average: int, lags: int
) -> Baselines:
    """Fit the baselines.

    The autoregression is ordinary least squares of a change on the `lags` changes before it,
    accumulated in blocks, so that memory does not grow with the rows.

    Args:
        prices: The training span only, (n,).
        in_logs: Whether to work on changes of the logarithm.
        moving_average: Rows to average.
        lags: Order of the autoregression; lowered where the span is too short for it.
    """
    changes = _changes(prices, in_logs)
    lags = max(1, min(lags, (len(prices) - 2) // 3))
    gram, moment = np.zeros((lags + 1, lags + 1)), np.zeros(lags + 1)
    for start in range(lags + 1, len(prices), BLOCK):
        rows = np.arange(start, min(start + BLOCK, len(prices)))
        design = np.column_stack(
            [np.ones(len(rows)), *(changes[rows - i] for i in range(1, lags + 1))]
        )
        gram += design.T @ design
        moment += design.T @ changes[rows]
    solution = np.linalg.lstsq(gram, moment, rcond=None)[0]
    return Baselines(
        in_logs=in_logs,
        drift=float(changes[1:].mean()),
        moving_average=moving_average,
        intercept=float(solution[0]),
        coefficients=tuple(map(float, solution[1:])),
        naive_mae=float(np.abs(np.diff(prices)).mean()),
    )


def _changes(prices: np.ndarray, in_logs: bool) -> np.ndarray:
    """Return change t = level t - level t-1; change 0 is 0."""
    levels = np.log(prices) if in_logs else prices
    return np.diff(levels, prepend=levels[:1])
