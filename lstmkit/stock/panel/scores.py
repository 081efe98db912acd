"""Many series scored beside "tomorrow = today", with the correction that many tests need.

One test in a hundred comes out "significant" by chance, so of 500 random walks five would. The
p-values are corrected together by the rule of Benjamini and Hochberg (1995), which bounds the
share of false ones among those that are called significant.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from scipy.stats import false_discovery_control

from lstmkit.stock.baselines.volatility import NAMES
from lstmkit.stock.result import Scored
from lstmkit.stock.scores.metrics import SIGNIFICANT, diebold_mariano

Row = dict[str, Any]
OURS, RIVAL = "lstm", "ewma"
PRICE = ("beats", "equals", "loses")
WIDTH = ("sharper", "equal", "less sharp")


def row_of(result: Scored) -> Row:
    """Return what the table says of one series; the two verdicts come from `judge`."""
    test, bands = result.metrics["test"], result.bands
    names = ("n", "rmse", "naive_rmse", "skill", "dm_p_value", "coverage", "interval_score")
    others = {name: scores["rmse"] for name, scores in result.metrics["baselines"].items()}
    best = min(others, key=lambda name: others[name])
    _, p_value = diebold_mariano(bands[OURS].winkler, bands[RIVAL].winkler)
    return {
        "series": result.name,
        "first": str(result.dates[result.rows[0]].astype("datetime64[D]")),
        **{name: test[name] for name in names},
        "best_baseline": best,
        "best_baseline_rmse": others[best],
        "relative": _relative(result),
        "interval_p_value": p_value,
    }


def judge(rows: Sequence[Row], *, coverage: float) -> dict[str, Any]:
    """Return the metrics of a panel, the corrected verdict on every series among them.

    Args:
        rows: Of `row_of`, one per series.
        coverage: Share of rows that intervals aim to hold.

    Returns:
        `verdict`; `test`, of all series together; `intervals`, mean interval score relative to
        each rival's; `series`, the rows with `q_value`, `beside_naive`, `interval_q_value` and
        `beside_ewma`.
    """
    judged, test = beside_naive(rows)
    widths = _corrected([row["interval_p_value"] for row in rows])
    judged = [
        {
            **row,
            "interval_q_value": width,
            "beside_ewma": _word(WIDTH, 1 - row["relative"].get(RIVAL, 1.0), width),
        }
        for row, width in zip(judged, widths, strict=True)
    ]
    count = np.array([row["n"] for row in rows])
    test |= {
        "coverage": float(count @ np.array([row["coverage"] for row in rows]) / count.sum()),
        **_counted(judged, "beside_ewma", WIDTH),
    }
    intervals = _mean_of(rows)
    return {
        "verdict": f"{price_verdict(test)} {_width_verdict(test, intervals, coverage)}",
        "test": test,
        "intervals": intervals,
        "series": judged,
    }


def beside_naive(rows: Sequence[Row]) -> tuple[list[Row], dict[str, Any]]:
    """Judge many series beside "tomorrow = today".

    Args:
        rows: Of each series at least `n`, `skill` and `dm_p_value`.

    Returns:
        The rows with `q_value` and `beside_naive`, and what holds of all: how many series and
        rows, the median and mean skill, and how many series beat, equal and lose.
    """
    q_values = _corrected([row["dm_p_value"] for row in rows])
    judged = [
        {**row, "q_value": q, "beside_naive": _word(PRICE, row["skill"], q)}
        for row, q in zip(rows, q_values, strict=True)
    ]
    skills = [row["skill"] for row in rows if row["skill"] is not None]
    return judged, {
        "series": len(rows),
        "n": sum(row["n"] for row in rows),
        "median_skill": float(np.median(skills)) if skills else None,
        "mean_skill": float(np.mean(skills)) if skills else None,
        **_counted(judged, "beside_naive", PRICE),
    }


def price_verdict(test: Mapping[str, Any]) -> str:
    """Return the sentence on what `beside_naive` found of all series."""
    median = test["median_skill"]
    skill = "" if median is None else f" On the median series RMSE is {_change(-median)}."
    return (
        f'Beside "tomorrow = today", {test["series"]:,} series: {test["beats"]:,} beat it, '
        f"{test['loses']:,} lose to it and {test['equals']:,} equal it, tested at "
        f"{SIGNIFICANT:.0%} after the correction for many tests (Diebold-Mariano, "
        f"Benjamini-Hochberg).{skill}"
    )


def _corrected(p_values: Sequence[float | None]) -> list[float | None]:
    """Return the p-values corrected for their number; None, where nothing differs, stays None."""
    tested = [index for index, value in enumerate(p_values) if value is not None]
    found: list[float | None] = [None] * len(p_values)
    if tested:
        known = [p_values[index] for index in tested]
        for index, q in zip(tested, false_discovery_control(known, method="bh"), strict=True):
            found[index] = float(q)
    return found


def _word(words: tuple[str, str, str], gain: float | None, q_value: float | None) -> str:
    better, equal, worse = words
    if gain is None or q_value is None or q_value >= SIGNIFICANT:
        return equal
    return better if gain > 0 else worse


def _counted(rows: Sequence[Row], key: str, words: Sequence[str]) -> dict[str, int]:
    found = [row[key] for row in rows]
    return {word.replace(" ", "_"): found.count(word) for word in words}


def _relative(result: Scored) -> dict[str, float]:
    """Return the mean interval score beside that of each rival, 1 where they are equal."""
    ours = float(result.bands[OURS].winkler.mean())
    others = {n: float(band.winkler.mean()) for n, band in result.bands.items() if n != OURS}
    return {name: ours / score for name, score in others.items() if score > 0}


def _mean_of(rows: Sequence[Row]) -> dict[str, dict[str, float]]:
    """Return the geometric mean of the relative scores, and on how many series ours is lower."""
    found = {}
    for name in NAMES:
        ratios = np.array([row["relative"][name] for row in rows if name in row["relative"]])
        if len(ratios):
            found[name] = {
                "relative": float(np.exp(np.log(np.maximum(ratios, 1e-300)).mean())),
                "sharper_on": int((ratios < 1).sum()),
                "series": len(ratios),
            }
    return found


def _width_verdict(
    test: Mapping[str, Any], intervals: Mapping[str, Mapping[str, float]], coverage: float
) -> str:
    held = f"Their {coverage:.0%} intervals held {test['coverage']:.1%} of {test['n']:,} rows"
    if RIVAL not in intervals:
        return f"{held}."
    relative = intervals[RIVAL]["relative"]
    best = min(intervals, key=lambda name: -intervals[name]["relative"])
    others = "" if best == RIVAL else f" {_sharp(intervals[best]['relative'])} {NAMES[best]}'s,"
    return (
        f"{held} and are on average {_sharp(relative)} EWMA's{' and' if others else ','}{others} "
        f"clearly sharper than EWMA's on {test['sharper']:,} series and clearly less sharp on "
        f"{test['less_sharp']:,}, after the same correction."
    )


def _change(change: float) -> str:
    if not change:
        return "the same"
    return f"{abs(change):.2%} {'higher' if change > 0 else 'lower'}"


def _sharp(relative: float) -> str:
    change = relative - 1
    return f"{abs(change):.1%} {'less sharp' if change > 0 else 'sharper'} than"
