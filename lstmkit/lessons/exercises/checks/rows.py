"""Exercises 12 to 15: scaling, windows, the baseline, the interval."""

import math
from typing import Any

import numpy as np

from lstmkit.cells.types import Array
from lstmkit.lessons.exercises.checks.exercise import NONE, Call, Exercise, Faults

FRESH = 200
COVERAGE = 0.8


def scale(prices: Array, n_train: int, *, faults: Faults = NONE) -> Array:
    """Scale to [0, 1] by the training rows, with faults."""
    seen = prices if "all rows" in faults else prices[:n_train]
    if "one row too many" in faults:
        seen = prices[: n_train + 1]
    if "each part" in faults:
        parts = prices[:n_train], prices[n_train:]
        return np.concatenate([(p - p.min()) / (p.max() - p.min()) for p in parts])
    if "test rows" in faults:
        seen = prices[n_train:]
    if "by the maximum" in faults:
        return prices / seen.max()
    if "standard" in faults:
        return (prices - seen.mean()) / seen.std()
    scaled = (prices - seen.min()) / (seen.max() - seen.min())
    return np.clip(scaled, 0, 1) if "cut" in faults else scaled


def unscale(scaled: Array, prices: Array, n_train: int, *, faults: Faults = NONE) -> Array:
    """Bring scaled prices back, with faults."""
    seen = prices if "all rows" in faults else prices[:n_train]
    span = seen.max() - seen.min()
    return scaled * span if "no minimum" in faults else scaled * span + seen.min()


def windows(values: Array, T_x: int, *, faults: Faults = NONE) -> Any:
    """Cut windows, with faults."""
    last = len(values) - T_x - (1 if "last one missing" in faults else 0)
    starts = np.arange(1 if "first one missing" in faults else 0, last)
    x = np.stack([values[s : s + T_x] for s in starts])
    if "answer inside" in faults:
        return x, values[starts + T_x - 1]
    if "gap" in faults:
        return x[: len(starts) - 1], values[starts[:-1] + T_x + 1]
    if "side by side" in faults:
        return x[::T_x], values[starts + T_x][::T_x]
    return x, values[starts + T_x]


def naive(prices: Array, *, faults: Faults = NONE) -> Array:
    """Forecast every price but the first by the one before, with faults."""
    if "looks ahead" in faults:
        return prices[1:]
    if "mean" in faults:
        return np.full(len(prices) - 1, prices.mean())
    if "one too many" in faults:
        return prices
    return prices[:-1]


def skill(prices: Array, predicted: Array, *, faults: Faults = NONE) -> float:
    """Score forecasts of every price but the first, with faults."""
    actual = prices[:-1] if "shifted" in faults else prices[1:]

    def error(forecast: Array) -> float:
        if "mean absolute" in faults:
            return float(np.abs(actual - forecast).mean())
        squared = float(((actual - forecast) ** 2).mean())
        return squared if "no root" in faults else math.sqrt(squared)

    base = error(np.full(len(actual), actual.mean())) if "mean" in faults else None
    own, base = error(predicted), error(prices[:-1]) if base is None else base
    share = np.divide(base, own) if "upside down" in faults else np.divide(own, base)
    return float(share if "ratio" in faults else 1 - share)


def half_width(errors: Array, coverage: float, *, faults: Faults = NONE) -> float:
    """Return half the width of an interval that covers, with faults."""
    size = errors if "signed" in faults else np.abs(errors)
    if "bell curve" in faults:
        return float(1.2815515655446004 * np.std(errors))
    if "plain quantile" in faults:
        return float(np.quantile(size, coverage))
    n = len(size)
    rank = math.ceil((n if "n for n + 1" in faults else n + 1) * coverage)
    rank = math.floor((n + 1) * coverage) if "rounded down" in faults else rank
    if rank > n:
        return float(size.max()) if "largest" in faults else math.inf
    return float(np.sort(size)[rank if "index" in faults and rank < n else rank - 1])


def _scale_calls(rng: np.random.Generator) -> list[Call]:
    prices = 100 * np.exp(np.cumsum(rng.normal(0.01, 0.05, 30)))
    prices[22], prices[20] = prices.max() * 1.3, prices.max() * 1.1
    other = prices.copy()
    other[20:] *= 3
    return [
        Call("scale", (prices, 20), scale),
        Call("scale", (other, 20), scale),
        Call("unscale", (scale(prices, 20), prices, 20), unscale),
    ]


def _leak(calls: list[Call], values: list[Any]) -> str:
    """Say whether the training rows feel the test rows."""
    one, other = (np.asarray(value, float) for value in values[:2])
    train = calls[0].arguments[1]
    if one.shape != other.shape or one.shape != calls[0].arguments[0].shape:
        return ""
    if np.allclose(one[:train], other[:train]):
        return "" if np.isfinite(one).all() else "Some scaled prices are no numbers."
    moved = float(np.abs(one[:train] - other[:train]).max())
    return (
        f"It leaks: we tripled the test rows only, and scaled training rows moved by up to"
        f" {moved:.2f}."
    )


def _window_calls(rng: np.random.Generator) -> list[Call]:
    values = rng.normal(size=12)
    return [
        Call("windows", (values, 4), windows, ("X", "y")),
        Call("windows", (values[:6], 4), windows, ("X", "y")),
    ]


def _skill_calls(rng: np.random.Generator) -> list[Call]:
    prices = 100 + np.cumsum(rng.normal(size=40))
    predicted = prices[:-1] + rng.normal(0, 0.7, 39)
    return [
        Call("naive", (prices,), naive),
        Call("skill", (prices, predicted), skill),
        Call("skill", (prices, prices[:-1].copy()), skill),
    ]


def _interval_calls(rng: np.random.Generator) -> list[Call]:
    draws = [Call("half_width", (rng.standard_t(3, 9), COVERAGE), half_width) for _ in range(FRESH)]
    few = Call("half_width", (rng.normal(size=3), COVERAGE), half_width)
    even = Call("half_width", (rng.standard_t(3, 50), 0.9), half_width)
    low = Call("half_width", (rng.normal(size=12), 0.6), half_width)
    return [*draws, few, even, low]


def _coverage(_calls: list[Call], values: list[Any]) -> str:
    """Measure how many new errors the reader's widths cover."""
    widths = np.array([np.nan if value is None else float(value) for value in values[:FRESH]])
    fresh = np.random.default_rng(5).standard_t(3, (FRESH, 500))
    share = float((np.abs(fresh) <= widths[:, None]).mean())
    return f"Of {fresh.size:,} new errors {share:.1%} fell inside; {COVERAGE:.0%} were promised."


SCALE = Exercise(
    12,
    "scale",
    "scaling that does not leak",
    "09-prices.md",
    _scale_calls,
    {
        "all rows": "The smallest and largest price are taken from all rows: the test rows leak"
        " into training (the tutorial's own fault). Take them from prices[:n_train].",
        "one row too many": "Row n_train is the first test row; prices[:n_train] ends before it.",
        "each part": "Training and test rows are scaled each by its own extremes: the same price"
        " then means two things. Scale both by the training rows.",
        "test rows": "You take the extremes of the test rows; take those of the training rows.",
        "by the maximum": "The smallest training price must become 0: subtract it first.",
        "standard": "That is (x - mean) / deviation; here the training rows go to [0, 1].",
        "cut": "Test prices beyond the training range are cut off at 1: leave them above 1, they"
        " are true.",
        "no minimum": "unscale forgets the smallest price: add it back.",
    },
    (
        "What may be known when the model is fitted? Only rows before n_train.",
        "low, high = prices[:n_train].min(), prices[:n_train].max()",
        "scale: (prices - low) / (high - low), for all rows. unscale is its inverse.",
    ),
    judge="the right values, and a trial for leaks",
    remark=_leak,
)
WINDOWS = Exercise(
    13,
    "windows",
    "windows without an off-by-one",
    "09-prices.md",
    _window_calls,
    {
        "last one missing": "The last window is missing: n values give n - T_x windows with an"
        " answer.",
        "first one missing": "The first window, values[0:T_x], is missing.",
        "answer inside": "The answer stands inside its window: y is values[s + T_x], the value"
        " after the window (values[s + T_x - 1] is its last).",
        "gap": "The answer is one too late: between window and answer lies a value.",
        "side by side": "The windows stand side by side; each should begin one value after the one"
        " before.",
    },
    (
        "Window s is values[s : s + T_x]; its answer is the very next value.",
        "The last answer is values[n - 1], so the last window starts at n - 1 - T_x.",
        "range(len(values) - T_x) are the starts.",
    ),
)
SKILL = Exercise(
    14,
    "skill",
    "the naive baseline and skill",
    "09-prices.md",
    _skill_calls,
    {
        "looks ahead": "naive returns the prices themselves: the forecast for day t may use days"
        " before t only.",
        "mean": "The baseline is tomorrow = today, not the mean: the mean of a price series is easy"
        " to beat.",
        "one too many": "naive has one entry too many: the first price has none before it.",
        "shifted": "Forecast and actual price are a day apart: predicted[k] is for prices[k + 1]."
        " (The tutorial's own fault.)",
        "mean absolute": "That is the mean absolute error; skill is with the root of the mean"
        " square.",
        "no root": "The roots are missing: skill compares RMSE, not MSE.",
        "upside down": "The fraction is upside down: 1 - own / naive.",
        "ratio": "That is own / naive; skill is 1 minus it, so that 0 is as good as naive.",
    },
    (
        "naive: the forecast for each day but the first is the price of the day before.",
        "RMSE is np.sqrt(np.mean((actual - forecast) ** 2)), on the same days for both.",
        "skill = 1 - rmse(model) / rmse(naive).",
    ),
)
INTERVAL = Exercise(
    15,
    "interval",
    "an interval that covers",
    "09-prices.md",
    _interval_calls,
    {
        "plain quantile": "np.quantile of the errors you have seen is a little too small for one"
        " you have not: the new error is the (n + 1)-th. Take the ceil((n + 1) coverage)-th"
        " smallest.",
        "n for n + 1": "Count the new error too: ceil((n + 1) * coverage), not ceil(n * coverage).",
        "rounded down": "Round up, not down: ceil((n + 1) * coverage).",
        "bell curve": "1.28 deviations are 80 % of a bell curve; errors of prices have fatter"
        " tails.",
        "signed": "Take the size of the errors, np.abs: half of them are below zero.",
        "largest": "With 3 errors nobody can promise 80 %: ceil(4 * 0.8) is 4, and there is no 4th"
        " smallest of 3. The honest answer is np.inf.",
        "index": "Python counts from 0: the k-th smallest is np.sort(...)[k - 1].",
    },
    (
        "Put the new error among the n old ones: each of the n + 1 places is equally likely.",
        "k = ceil((n + 1) * coverage); the half width is the k-th smallest size of the errors.",
        "If k > n there is no such error: return np.inf.",
    ),
    judge="the exact rank, and the coverage of new errors",
    errors={
        "IndexError": "With 3 errors nobody can promise 80 %: ceil(4 * 0.8) is 4, and there is no"
        " 4th smallest of 3. The honest answer is np.inf."
    },
    remark=_coverage,
)
