"""Prediction intervals: conformal calibration of a forecast scale, kept true while time goes on.

Conformal prediction needs no bell curve: it takes the errors of the training span, each divided by
the scale that was forecast for it, and promises that a new one exceeds their 90 % quantile about
one time in ten, if the days are exchangeable. Prices are not quite: so the quantile keeps learning,
a little wider after a miss, a very little narrower after a hit. Many misses in a row are repaid
within a year, and over a long stretch the share that is held must come out right.

Several rows ahead the scale of the next row says less and less: it is mixed with the long-run mean,
as much as the training span likes best, row by row.

Sources: Papadopoulos et al. (2002), "Inductive confidence machines for regression", for the split;
Lei et al. (2018), "Distribution-free predictive inference for regression", section 5.2, for
locally weighted errors; Gibbs and Candes (2021), "Adaptive conformal inference under distribution
shift", for the quantile that learns; Gneiting and Raftery (2007), section 6.2, for the interval
score that Winkler proposed in 1972.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

INNER = 0.5
ROWS_AT_ONCE = 65_536
LEVELS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99)
MIXTURES = (0.0, 0.25, 0.5, 0.75, 1.0)


@dataclass(frozen=True)
class Interval:
    """A calibrated interval.

    Attributes:
        coverage: Share of rows that should fall inside.
        rate: How fast the quantile learns, per row.
        quantiles: Scaled error that `coverage` of the calibration rows stay below, 1 row ahead,
            2 rows ahead, ..., never falling.
        inner: The same for the half that is nearest.
        mixtures: Weight of the next row's scale beside the long-run mean, 1 row ahead, 2, ...
        curve: Quantiles one row ahead for the shares in `LEVELS`.
        constant: One row ahead without scaling: a band of constant width.
        unit: Root mean square of the scaled errors, which makes a scale a standard deviation.
        calibration_rows: How many errors the first quantile was taken from.
    """

    coverage: float
    rate: float
    quantiles: tuple[float, ...]
    inner: tuple[float, ...]
    mixtures: tuple[float, ...]
    curve: tuple[float, ...]
    constant: float
    unit: float
    calibration_rows: int

    def half_width(
        self, scale: ArrayLike, long_run: ArrayLike, horizon: int = 1, *, inner: bool = False
    ) -> np.ndarray:
        """Return half the width, in the unit of the errors, `horizon` rows ahead.

        Beyond the last calibrated horizon it grows with the square root of time, as a random
        walk's does.

        Args:
            scale: Of the next row.
            long_run: Mean size of all changes so far.
            horizon: Rows ahead.
            inner: Of the inner band instead.
        """
        last = len(self.quantiles)
        row = min(horizon, last) - 1
        quantile = (self.inner if inner else self.quantiles)[row]
        grown = quantile * np.sqrt(max(1.0, horizon / last))
        return np.asarray(
            mixed(np.asarray(scale), np.asarray(long_run), self.mixtures[row]) * grown
        )

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> Interval:
        """Build an interval from its fields in a JSON file."""
        lists = ("quantiles", "inner", "mixtures", "curve")
        return cls(**{**content, **{name: tuple(content[name]) for name in lists}})


def mixed(scale: np.ndarray, long_run: np.ndarray, weight: float) -> np.ndarray:
    """Return the geometric mean of scale and long-run mean."""
    return np.asarray(scale**weight * long_run ** (1 - weight))


def adapted(errors: np.ndarray, half: np.ndarray, coverage: float, rate: float) -> np.ndarray:
    """Return the factor on the width that is known before each row.

    Args:
        errors: One row ahead, in time order, (n,).
        half: Half the width before it is adapted, (n,).
        coverage: Share of rows that should fall inside.
        rate: How fast the logarithm of the factor learns, per row.

    Returns:
        (n + 1,): entry t uses errors before row t only; the last entry is for the row to come.
    """
    found, factor, log_factor = np.ones(len(errors) + 1), 1.0, 0.0
    for start in range(0, len(errors), ROWS_AT_ONCE):
        piece = slice(start, start + ROWS_AT_ONCE)
        factors = []
        for error, width in zip(np.abs(errors[piece]).tolist(), half[piece].tolist(), strict=True):
            log_factor += rate * ((error > width * factor) - (1 - coverage))
            factor = math.exp(log_factor)
            factors.append(factor)
        found[start + 1 : start + 1 + len(factors)] = factors
    return found


def choose_mixture(
    errors: np.ndarray, scale: np.ndarray, long_run: np.ndarray, coverage: float
) -> float:
    """Return the weight of the next row's scale that gives the sharpest honest interval.

    Args:
        errors: Some rows ahead, (n,).
        scale: Of the row after each origin, (n,).
        long_run: Mean size at each origin, (n,).
        coverage: Share of rows that should fall inside.
    """

    def score(weight: float) -> float:
        unit = mixed(scale, long_run, weight)
        half = conformal_quantile(np.abs(errors) / unit, coverage) * unit
        return float(interval_score(errors, -half, half, coverage).mean())

    return max(MIXTURES, key=lambda weight: -score(weight))


def conformal_quantile(scores: np.ndarray, coverage: float) -> float:
    """Return the smallest score with at least `ceil((n + 1) * coverage)` scores up to it.

    With too few scores for that, the largest one.
    """
    rank = min(int(np.ceil((len(scores) + 1) * coverage)), len(scores))
    return float(np.partition(scores, rank - 1)[rank - 1])


def interval_score(
    actual: np.ndarray, lower: np.ndarray, upper: np.ndarray, coverage: float
) -> np.ndarray:
    """Return Winkler's score of each row: width, plus 2 / (1 - coverage) times any miss.

    In the unit of `actual`; lower is better.
    """
    penalty = 2 / (1 - coverage)
    below, above = np.maximum(lower - actual, 0), np.maximum(actual - upper, 0)
    return np.asarray(upper - lower + penalty * (below + above))
