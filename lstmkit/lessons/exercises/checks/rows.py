"""Exercises 12 to 15: scaling, windows, the baseline, the interval."""

from typing import Any

import numpy as np

from lstmkit.lessons.exercises.checks.exercise import Call, Exercise

FRESH = 200
COVERAGE = 0.8


def _scale_calls(rng: np.random.Generator) -> list[Call]:
    prices = 100 * np.exp(np.cumsum(rng.normal(0.01, 0.05, 30)))
    prices[22], prices[20] = prices.max() * 1.3, prices.max() * 1.1
    other = prices.copy()
    other[20:] *= 3
    return [
        Call("scale", (prices, 20)),
        Call("scale", (other, 20)),
        Call("unscale", ((prices - 90) / 200, prices, 20)),
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
        Call("windows", (values, 4), ("X", "y")),
        Call("windows", (values[:6], 4), ("X", "y")),
    ]


def _skill_calls(rng: np.random.Generator) -> list[Call]:
    prices = 100 + np.cumsum(rng.normal(size=40))
    predicted = prices[:-1] + rng.normal(0, 0.7, 39)
    return [
        Call("naive", (prices,)),
        Call("skill", (prices, predicted)),
        Call("skill", (prices, prices[:-1].copy())),
    ]


def _interval_calls(rng: np.random.Generator) -> list[Call]:
    draws = [Call("half_width", (rng.standard_t(3, 9), COVERAGE)) for _ in range(FRESH)]
    few = Call("half_width", (rng.normal(size=3), COVERAGE))
    even = Call("half_width", (rng.standard_t(3, 50), 0.9))
    low = Call("half_width", (rng.normal(size=12), 0.6))
    return [*draws, few, even, low]


def _coverage(_calls: list[Call], values: list[Any]) -> str:
    """Measure how many new errors the reader's widths cover."""
    widths = np.array([np.nan if value is None else float(value) for value in values[:FRESH]])
    fresh = np.random.default_rng(5).standard_t(3, (FRESH, 500))
    share = float((np.abs(fresh) <= widths[:, None]).mean())
    return f"Of {fresh.size:,} new errors {share:.1%} fell inside; {COVERAGE:.0%} were promised."


SCALE = Exercise(
    "12_scale.py",
    "09-prices.md",
    _scale_calls,
    """
    prices[:n_train] -> prices
        The smallest and largest price are taken from all rows: the test rows leak into training
        (the tutorial's own fault). Take them from prices[:n_train].
    prices[:n_train] -> prices[: n_train + 1]
        Row n_train is the first test row; prices[:n_train] ends before it.
    return (prices -> parts = np.split(prices, [n_train]); return (prices
    (prices - low) / (high - low) -> np.concatenate([(p - p.min()) / np.ptp(p) for p in parts])
        Training and test rows are scaled each by its own extremes: the same price then means two
        things. Scale both by the training rows.
    prices[:n_train] -> prices[n_train:]
        You take the extremes of the test rows; take those of the training rows.
    (prices - low) / (high - low) -> prices / high
        The smallest training price must become 0: subtract it first.
    (prices - low) / (high - low) -> (prices - prices[:n_train].mean()) / prices[:n_train].std()
        That is (x - mean) / deviation; here the training rows go to [0, 1].
    (prices - low) / (high - low) -> np.clip((prices - low) / (high - low), 0, 1)
        Test prices beyond the training range are cut off at 1: leave them above 1, they are true.
    * (high - low) + low -> * (high - low)
        unscale forgets the smallest price: add it back.
    """,
    (
        "What may be known when the model is fitted? Only rows before n_train.",
        "low, high = prices[:n_train].min(), prices[:n_train].max()",
        "scale: (prices - low) / (high - low), for all rows. unscale is its inverse.",
    ),
    judge="the right values, and a trial for leaks",
    remark=_leak,
)
WINDOWS = Exercise(
    "13_windows.py",
    "09-prices.md",
    _window_calls,
    """
    - T_x) -> - T_x - 1)
        The last window is missing: n values give n - T_x windows with an answer.
    range( -> range(1,
        The first window, values[0:T_x], is missing.
    [s + T_x] -> [s + T_x - 1]
        The answer stands inside its window: y is values[s + T_x], the value after the window
        (values[s + T_x - 1] is its last).
    [s + T_x] -> [s + T_x + 1]
    - T_x) -> - T_x - 1)
        The answer is one too late: between window and answer lies a value.
    range(len(values) - T_x) -> range(0, len(values) - T_x, T_x)
        The windows stand side by side; each should begin one value after the one before.
    """,
    (
        "Window s is values[s : s + T_x]; its answer is the very next value.",
        "The last answer is values[n - 1], so the last window starts at n - 1 - T_x.",
        "range(len(values) - T_x) are the starts.",
    ),
)
SKILL = Exercise(
    "14_skill.py",
    "09-prices.md",
    _skill_calls,
    """
    return prices[:-1] -> return prices[1:]
        naive returns the prices themselves: the forecast for day t may use days before t only.
    return prices[:-1] -> return np.full(len(prices) - 1, prices.mean())
        The baseline is tomorrow = today, not the mean: the mean of a price series is easy to beat.
    return prices[:-1] -> return prices
        naive has one entry too many: the first price has none before it.
    actual = prices[1:] -> actual = prices[:-1]
        Forecast and actual price are a day apart: predicted[k] is for prices[k + 1]. (The
        tutorial's own fault.)
    np.sqrt(np.mean(( -> np.mean(np.abs(
    ) ** 2)) -> ))
        That is the mean absolute error; skill is with the root of the mean square.
    np.sqrt( -> (
        The roots are missing: skill compares RMSE, not MSE.
    own / base -> base / own
        The fraction is upside down: 1 - own / naive.
    1 - own -> own
        That is own / naive; skill is 1 minus it, so that 0 is as good as naive.
    """,
    (
        "naive: the forecast for each day but the first is the price of the day before.",
        "RMSE is np.sqrt(np.mean((actual - forecast) ** 2)), on the same days for both.",
        "skill = 1 - rmse(model) / rmse(naive).",
    ),
)
INTERVAL = Exercise(
    "15_interval.py",
    "09-prices.md",
    _interval_calls,
    """
    sizes = np -> return np.quantile(np.abs(errors), coverage); sizes = np
        np.quantile of the errors you have seen is a little too small for one you have not: the new
        error is the (n + 1)-th. Take the ceil((n + 1) coverage)-th smallest.
    (len(sizes) + 1) -> len(sizes)
        Count the new error too: ceil((n + 1) * coverage), not ceil(n * coverage).
    math.ceil -> math.floor
        Round up, not down: ceil((n + 1) * coverage).
    sizes = np -> return 1.2815515655446004 * np.std(errors); sizes = np
        1.28 deviations are 80 % of a bell curve; errors of prices have fatter tails.
    np.abs(errors) -> errors
        Take the size of the errors, np.abs: half of them are below zero.
    np.inf -> sizes[-1]
        With 3 errors nobody can promise 80 %: ceil(4 * 0.8) is 4, and there is no 4th smallest of
        3. The honest answer is np.inf.
    sizes[k - 1] -> sizes[min(k, len(sizes) - 1)]
        Python counts from 0: the k-th smallest is np.sort(...)[k - 1].
    """,
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
