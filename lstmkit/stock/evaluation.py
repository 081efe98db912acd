"""Score a trained model on the rows of a series, or several models on stretches that follow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from lstmkit.stock import metrics
from lstmkit.stock.forecaster import Forecaster
from lstmkit.stock.intervals import interval_score, recent_error
from lstmkit.stock.result import Bounds, Result

if TYPE_CHECKING:
    from lstmkit.stock.data import Dataset


def score(
    folder: Path,
    dataset: Dataset,
    trained: Forecaster,
    predicted: np.ndarray,
    *,
    first_test: int,
) -> Result:
    """Score the train and the test rows.

    Args:
        folder: Where the result will be written.
        dataset: The series.
        trained: The model with its statistics.
        predicted: Its forecast of every row that has a window before it, (rows - window,).
        first_test: The first row to score as test.
    """
    network, interval, prices = trained.network, trained.interval, dataset.prices
    rows = np.arange(network.window, len(prices))
    test, seen = rows >= first_test, rows < dataset.train_rows
    errors = network.scaling.error(prices[rows], predicted)
    known = recent_error(errors, interval.decay, interval.start)[:-1]
    unit = trained.baselines.naive_mae
    result = Result(
        run=folder,
        name=dataset.name,
        column=dataset.columns[0],
        dates=dataset.dates,
        prices=prices,
        rows=rows[test],
        predicted=predicted[test],
        interval=_bounds(trained, predicted[test], interval.half_width(known[test])),
        constant=_bounds(trained, predicted[test], np.full(test.sum(), interval.constant)),
        baselines=trained.baselines.predict(prices, rows[test]),
        coverage=interval.coverage,
    )
    train = None
    if seen.any():
        actual, naive = prices[rows][seen], prices[rows - 1][seen]
        train = metrics.score(actual, predicted[seen], naive, naive_mae=unit)
    return replace(result, metrics=_judge(result, unit) | {"train": train})


def join(folder: Path, folds: Sequence[Result], *, naive_mae: float) -> Result:
    """Put stretches of one series, each forecast by its own model, together and score the whole.

    Args:
        folder: Where the result will be written.
        folds: Results in time order; the last one holds the whole series.
        naive_mae: What MASE divides by, from the first fold's training span.
    """
    last = folds[-1]

    def joined(pick: Any) -> np.ndarray:
        return np.concatenate([pick(fold) for fold in folds])

    result = Result(
        run=folder,
        name=last.name,
        column=last.column,
        dates=last.dates,
        prices=last.prices,
        rows=joined(lambda fold: fold.rows),
        predicted=joined(lambda fold: fold.predicted),
        interval=Bounds(
            joined(lambda fold: fold.interval.lower), joined(lambda fold: fold.interval.upper)
        ),
        constant=Bounds(
            joined(lambda fold: fold.constant.lower), joined(lambda fold: fold.constant.upper)
        ),
        baselines={
            name: joined(lambda fold, name=name: fold.baselines[name]) for name in last.baselines
        },
        coverage=last.coverage,
    )
    tests = [{"fold": number, **fold.metrics["test"]} for number, fold in enumerate(folds, 1)]
    return replace(result, metrics=_judge(result, naive_mae) | {"train": None, "folds": tests})


def _judge(result: Result, unit: float) -> dict[str, Any]:
    """Return the scores of the test rows, of the interval and of the baselines."""
    actual, naive = result.actual, result.naive
    test = metrics.score(actual, result.predicted, naive, naive_mae=unit)
    test |= _interval_scores(actual, result.interval, result.coverage, "")
    test |= _interval_scores(actual, result.constant, result.coverage, "constant_")
    baselines = {
        name: metrics.score(actual, predicted, naive, naive_mae=unit)
        for name, predicted in result.baselines.items()
    }
    return {"verdict": metrics.verdict(test, baselines), "test": test, "baselines": baselines}


def _bounds(trained: Forecaster, predicted: np.ndarray, half: np.ndarray) -> Bounds:
    shift = trained.network.scaling.shift
    return Bounds(shift(predicted, -half), shift(predicted, half))


def _interval_scores(
    actual: np.ndarray, bounds: Bounds, coverage: float, prefix: str
) -> dict[str, float]:
    inside = (actual >= bounds.lower) & (actual <= bounds.upper)
    scores = interval_score(actual, bounds.lower, bounds.upper, coverage)
    return {
        f"{prefix}coverage": float(inside.mean()),
        f"{prefix}interval_score": float(scores.mean()),
    }
