"""How good the forecasts are, always beside the forecasts they have to beat."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy.stats import binomtest, ttest_1samp

from lstmkit.stock.baselines.volatility import NAMES

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
    statistic, p_value = diebold_mariano(error**2, (actual - naive) ** 2)
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


def diebold_mariano(ours: np.ndarray, theirs: np.ndarray) -> tuple[float | None, float | None]:
    """Return statistic and two-sided p-value; None where the losses never differ.

    One row ahead, the statistic of Diebold and Mariano (1995) with the correction of Harvey,
    Leybourne and Newbold (1997) is Student's t of the differences.

    Args:
        ours: Loss of every row, lower is better, (n,).
        theirs: The same of the forecasts to judge ours by.
    """
    differences = ours - theirs
    if len(differences) < MIN_ROWS or not np.ptp(differences):
        return None, None
    with warnings.catch_warnings():  # differences that are almost the same lose digits
        warnings.simplefilter("ignore", RuntimeWarning)
        found = ttest_1samp(differences, 0.0)
    if not np.isfinite([found.statistic, found.pvalue]).all():
        return None, None
    return float(found.statistic), float(found.pvalue)


def best_shift(actual: np.ndarray, predicted: np.ndarray) -> int:
    """Return how many rows late the forecast looks: the shift with the lowest RMSE, 0 to 10."""
    limit = min(MAX_SHIFT, len(actual) // 4)
    stop = len(actual) - limit
    late = [rmse(actual[limit - k : limit - k + stop], predicted[limit:]) for k in range(limit + 1)]
    return int(np.argmin(late))


def sharper(scores: Mapping[str, np.ndarray], ours: str) -> dict[str, Any] | None:
    """Test our interval score against the best of the others (Diebold and Mariano, 1995).

    Args:
        scores: Interval score of every row by name, (n,) each.
        ours: Which of them is ours.

    Returns:
        `best`, its name; `gain`, the fraction by which ours is lower; `statistic` (negative: we
        are sharper) and `p_value`, None where they cannot be reckoned.
    """
    others = {name: float(rows.mean()) for name, rows in scores.items() if name != ours}
    best = min(others, key=lambda name: others[name])
    own, theirs = scores[ours], scores[best]
    gain = 1 - float(own.mean()) / others[best] if others[best] > 0 else 0.0
    statistic, p_value = diebold_mariano(own, theirs)
    return {"best": best, "gain": gain, "statistic": statistic, "p_value": p_value}


def interval_verdict(
    test: dict[str, Any], intervals: Mapping[str, dict[str, Any]], coverage: float
) -> str:
    """Say in one sentence how sharp the interval is beside EWMA and the best of the others."""
    own = test["interval_score"]
    found = test["interval_test"]
    parts = [_compared(own, intervals["ewma"]["interval_score"], "EWMA's")]
    if found["best"] != "ewma":
        parts.append(_compared(own, intervals[found["best"]]["interval_score"], _possessive(found)))
    p_value = found["p_value"]
    doubt = "that cannot be tested"
    if p_value is not None:
        clear = p_value < SIGNIFICANT
        doubt = "that is significant" if clear else "not significant at 1 %"
        doubt += f" (Diebold-Mariano p = {p_value:.2g})"
    return (
        f"Its {coverage:.0%} interval held {test['coverage']:.1%} of the rows and is "
        f"{' and '.join(parts)}, a difference {doubt}."
    )


def _possessive(found: dict[str, Any]) -> str:
    return f"{NAMES[found['best']]}'s, the best of the others"


def _compared(own: float, other: float, whose: str) -> str:
    if other <= 0 or own == other:
        return f"as sharp as {whose}"
    change = own / other - 1
    return f"{abs(change):.1%} {'less sharp' if change > 0 else 'sharper'} than {whose}"


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
