"""How good the forecasts are, always beside the forecasts they have to beat."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from dieboldmariano import NegativeVarianceException, ZeroVarianceException, dm_test
from scipy.stats import binomtest

# Users try many series, and at 5 % one random walk in twenty would be told that it is none.
SIGNIFICANT = 0.01
MAX_SHIFT = 10
MIN_ROWS = 3


def rmse(actual: np.ndarray, predicted: np.ndarray) -> float:
    """Return the root of the mean squared error, in the unit of `actual`."""
    return float(np.sqrt(np.mean((actual - predicted) ** 2)))


def score(
    actual: np.ndarray, predicted: np.ndarray, naive: np.ndarray, *, naive_mae: float
) -> dict[str, Any]:
    """Score one-row-ahead forecasts.

    Args:
        actual: What happened, (n,).
        predicted: The model's forecasts, (n,).
        naive: Last values, "tomorrow = today", (n,).
        naive_mae: Mean absolute change over the training span, which MASE divides by
            (Hyndman and Koehler, 2006).

    Returns:
        `n`; `rmse`, `naive_rmse` and `mae` in the unit of the prices; `skill`, 1 - rmse /
        naive_rmse; `mape`, a fraction, None where a price is 0; `mase`; `directional_accuracy`,
        the share of rows that moved in the predicted direction, with `directional_n` and its 95 %
        Wilson interval; `dm_statistic` and `dm_p_value` of the Diebold-Mariano test of squared
        errors against naive (negative statistic: the model is better); `best_shift`, the number
        of rows the forecast lags behind what it matches best (0 is good, 1 is "it repeats today").
    """
    error = actual - predicted
    own, base = rmse(actual, predicted), rmse(actual, naive)
    statistic, p_value = diebold_mariano(actual, predicted, naive)
    has_zero = bool((actual == 0).any())
    return {
        "n": len(actual),
        "rmse": own,
        "naive_rmse": base,
        "skill": 1 - own / base if base > 0 else None,
        "mae": float(np.abs(error).mean()),
        "mape": None if has_zero else float(np.abs(error / actual).mean()),
        "mase": float(np.abs(error).mean() / naive_mae) if naive_mae > 0 else None,
        **direction(actual, predicted, naive),
        "dm_statistic": statistic,
        "dm_p_value": p_value,
        "best_shift": best_shift(actual, predicted),
    }


def direction(actual: np.ndarray, predicted: np.ndarray, last: np.ndarray) -> dict[str, Any]:
    """Return the share of rows whose direction was right, rows without a move left out."""
    moved = (actual != last) & (predicted != last)
    count = int(moved.sum())
    if not count:
        keys = ("directional_accuracy", "directional_low", "directional_high")
        return {**dict.fromkeys(keys), "directional_n": 0}
    right = int((np.sign(actual - last) == np.sign(predicted - last))[moved].sum())
    bounds = binomtest(right, count).proportion_ci(0.95, method="wilson")
    return {
        "directional_accuracy": right / count,
        "directional_low": float(bounds.low),
        "directional_high": float(bounds.high),
        "directional_n": count,
    }


def diebold_mariano(
    actual: np.ndarray, first: np.ndarray, second: np.ndarray
) -> tuple[float | None, float | None]:
    """Return statistic and two-sided p-value; None where the errors never differ."""
    if len(actual) < MIN_ROWS or np.array_equal(first, second):
        return None, None
    try:
        statistic, p_value = dm_test(actual.tolist(), first.tolist(), second.tolist())
    except (ZeroVarianceException, NegativeVarianceException, ZeroDivisionError):
        return None, None
    return float(statistic), float(p_value)


def best_shift(actual: np.ndarray, predicted: np.ndarray) -> int:
    """Return how many rows late the forecast looks: the shift with the lowest RMSE, 0 to 10."""
    limit = min(MAX_SHIFT, len(actual) // 4)
    stop = len(actual) - limit
    late = [rmse(actual[limit - k : limit - k + stop], predicted[limit:]) for k in range(limit + 1)]
    return int(np.argmin(late))


def verdict(test: dict[str, Any], baselines: Mapping[str, dict[str, Any]] | None = None) -> str:
    """Say whether the model beats, equals or loses to "tomorrow = today", and who does better.

    Args:
        test: What `score` returned for the model.
        baselines: The same for each baseline, on the same rows.
    """
    better = _best_baseline(test, baselines or {})
    sentence = _against_naive(test, beaten=bool(better))
    return f"{sentence} {better}" if better else sentence


def _against_naive(test: dict[str, Any], *, beaten: bool) -> str:
    skill, p_value = test["skill"], test["dm_p_value"]
    figures = f"RMSE {test['rmse']:.4g} against {test['naive_rmse']:.4g} on {test['n']:,} rows"
    if skill is None:
        return f'Cannot be judged: "tomorrow = today" makes no error at all here ({figures}).'
    change = f"{abs(skill):.2%} {'lower' if skill > 0 else 'higher'}"
    if p_value is None and skill == 0:
        return f'Equals "tomorrow = today": {figures}, the same errors on every row.'
    if test["n"] < MIN_ROWS:
        return f'Cannot be judged on so few rows: {figures}, {change} than "tomorrow = today".'
    ahead = "Is better than" if beaten else "Beats"
    word = ahead if skill > 0 else "Loses to"
    if p_value is None:
        return f'{word} "tomorrow = today": {figures}, {change}, by the same margin on every row.'
    test_name = f"Diebold-Mariano p = {p_value:.2g}"
    if p_value >= SIGNIFICANT:
        return (
            f'Equals "tomorrow = today": {figures}, {change}, '
            f"a difference that is not significant at {SIGNIFICANT:.0%} ({test_name})."
        )
    return (
        f'{word} "tomorrow = today": {figures}, {change}, significant at {SIGNIFICANT:.0%} '
        f"({test_name})."
    )


def _best_baseline(test: dict[str, Any], baselines: Mapping[str, dict[str, Any]]) -> str:
    """Name the best baseline, where it is better than naive beyond chance and than the model."""
    able = {
        name: scores
        for name, scores in baselines.items()
        if (scores["skill"] or 0) > 0
        and scores["dm_p_value"] is not None
        and scores["dm_p_value"] < SIGNIFICANT
    }
    best = min(able, key=lambda name: able[name]["rmse"], default=None)
    if best is None or able[best]["rmse"] >= test["rmse"]:
        return ""
    name = best.replace("_", " ")
    return f"The {name} baseline does better: RMSE {able[best]['rmse']:.4g}."
