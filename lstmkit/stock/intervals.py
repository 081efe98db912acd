"""Prediction intervals: split-conformal calibration, scaled by how wrong the model was lately.

Conformal prediction needs no bell curve: it takes the errors on rows held out from the fit, and
promises that a new error exceeds their 90 % quantile about one time in ten, if the days are
exchangeable. Prices are not: calm and wild years alternate. So every error is divided by the recent
average error before the quantile is taken, and multiplied by it again for the day at hand.

Sources: Papadopoulos et al. (2002), "Inductive confidence machines for regression", for the split;
Lei et al. (2018), "Distribution-free predictive inference for regression", section 5.2, for
locally weighted errors; J.P. Morgan, "RiskMetrics" (1996), for the decay of 0.94 a day; Gneiting
and Raftery (2007), section 6.2, for the interval score that Winkler proposed in 1972.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike


@dataclass(frozen=True)
class Interval:
    """A calibrated interval.

    Attributes:
        coverage: Share of days that should fall inside.
        decay: Of the moving average of absolute errors, per row.
        start: Mean absolute training error: the moving average before the first row.
        quantiles: Scaled error that `coverage` of the calibration rows stay below, 1 row ahead,
            2 rows ahead, ..., never falling.
        constant: The same for one row ahead without scaling: a band of constant width.
        calibration_rows: How many errors the first quantile was taken from.
    """

    coverage: float
    decay: float
    start: float
    quantiles: tuple[float, ...]
    constant: float
    calibration_rows: int

    def half_width(self, scale: ArrayLike, horizon: int = 1) -> np.ndarray:
        """Return half the width, in the unit of the errors, `horizon` rows ahead.

        Beyond the last calibrated horizon it grows with the square root of time, as a random
        walk's does.
        """
        last = len(self.quantiles)
        quantile = self.quantiles[min(horizon, last) - 1] * np.sqrt(max(1.0, horizon / last))
        return np.asarray(scale) * quantile

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> Interval:
        """Build an interval from its fields in a JSON file."""
        return cls(**{**content, "quantiles": tuple(content["quantiles"])})


def recent_error(errors: np.ndarray, decay: float, start: float) -> np.ndarray:
    """Return the exponential moving average of absolute errors that is known before each row.

    Args:
        errors: One-row-ahead errors in time order, (n,).
        decay: Weight of the past, per row.
        start: The average before the first row.

    Returns:
        (n + 1,): entry t uses errors before row t only; the last entry is for the row to come.
    """
    steps = pd.Series(np.concatenate([[start], np.abs(errors)]))
    return steps.ewm(alpha=1 - decay, adjust=False).mean().to_numpy()


def conformal_quantile(scores: np.ndarray, coverage: float) -> float:
    """Return the smallest score with at least `ceil((n + 1) * coverage)` scores up to it.

    With too few scores for that, the largest one.
    """
    rank = int(np.ceil((len(scores) + 1) * coverage))
    return float(np.sort(scores)[min(rank, len(scores)) - 1])


def interval_score(
    actual: np.ndarray, lower: np.ndarray, upper: np.ndarray, coverage: float
) -> np.ndarray:
    """Return Winkler's score of each row: width, plus 2 / (1 - coverage) times any miss.

    In the unit of `actual`; lower is better.
    """
    penalty = 2 / (1 - coverage)
    below, above = np.maximum(lower - actual, 0), np.maximum(actual - upper, 0)
    return np.asarray(upper - lower + penalty * (below + above))
