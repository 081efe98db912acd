"""Score a trained model on the rows of a series, or several models on stretches that follow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from lstmkit.stock.fitting.intervals import adapted
from lstmkit.stock.fitting.network import Answers, View
from lstmkit.stock.fitting.scaling import range_of
from lstmkit.stock.forecaster import Forecaster
from lstmkit.stock.result import Scored
from lstmkit.stock.scores import bands, metrics
from lstmkit.stock.scores.bands import Band, Ends, band

if TYPE_CHECKING:
    from lstmkit.stock.data import Dataset

OURS = "lstm"


def score(
    folder: Path,
    dataset: Dataset,
    trained: Forecaster,
    view: View,
    told: np.ndarray,
    *,
    first_test: int,
) -> Scored:
    """Score the train and the test rows.

    Args:
        folder: Where the result will be written.
        dataset: The series.
        trained: The model with its statistics.
        view: The series as the network sees it.
        told: What it said of every row that has a window before it, and of the row to come.
        first_test: The first row to score as test.
    """
    network, prices = trained.network, dataset.prices
    answers = network.read(view, told)
    first = len(prices) + 1 - len(told)
    first_test = max(first, first_test)
    rows, test = np.arange(first_test, len(prices)), slice(first_test - first, len(prices) - first)
    unit = trained.baselines.naive_mae
    ours, ends = _ours(trained, prices[first:], answers, test)
    train, learned = None, slice(first, dataset.train_rows)
    if learned.start < learned.stop:
        actual, naive = prices[learned], prices[first - 1 : dataset.train_rows - 1]
        said = answers.predicted[: dataset.train_rows - first]
        train = metrics.score(actual, said, naive, naive_mae=unit)
    predicted = answers.predicted[test].copy()
    del answers  # of all rows, and the rivals need as much again
    result = Scored(
        run=folder,
        name=dataset.name,
        column=dataset.columns[0],
        dates=dataset.dates,
        prices=prices,
        rows=rows,
        predicted=predicted,
        bands={OURS: ours} | _rivals(trained, dataset, view, rows),
        interval=ends,
        baselines=trained.baselines.predict(prices, rows),
        coverage=trained.interval.coverage,
    )
    loss = "minus log likelihood" if network.scaling.with_scale else "mean squared error, scaled"
    judged = _judge(result, unit, network.anchor.name) | {"train": train, "loss": loss}
    return replace(result, metrics=judged)


def join(folder: Path, folds: Sequence[Scored], *, naive_mae: float) -> Scored:
    """Put stretches of one series, each forecast by its own model, together and score the whole.

    Args:
        folder: Where the result will be written.
        folds: Results in time order; the last one holds the whole series.
        naive_mae: What MASE divides by, from the first fold's training span.
    """
    last = folds[-1]
    names = [name for name in last.baselines if all(name in fold.baselines for fold in folds)]
    result = replace(
        last,
        run=folder,
        rows=np.concatenate([fold.rows for fold in folds]),
        predicted=np.concatenate([fold.predicted for fold in folds]),
        bands=bands.join([fold.bands for fold in folds]),
        interval=Ends.joined([fold.interval for fold in folds]),
        baselines={
            name: np.concatenate([fold.baselines[name] for fold in folds]) for name in names
        },
        metrics={},
        history=(),
        forecast=None,
    )
    tests = [{"fold": number, **fold.metrics["test"]} for number, fold in enumerate(folds, 1)]
    anchor = last.metrics["test"]["anchor"]
    return replace(
        result, metrics=_judge(result, naive_mae, anchor) | {"train": None, "folds": tests}
    )


def _judge(result: Scored, unit: float, anchor: str) -> dict[str, Any]:
    """Return the scores of the test rows, of the baselines and of the intervals."""
    actual, naive = result.actual, result.naive
    baselines = {
        name: metrics.score(actual, predicted, naive, naive_mae=unit)
        for name, predicted in result.baselines.items()
    }
    intervals = {name: one.summary() for name, one in result.bands.items()}
    test = metrics.score(actual, result.predicted, naive, naive_mae=unit) | {"anchor": anchor}
    test |= intervals.pop(OURS)
    constant = intervals["constant"]
    test |= {f"constant_{key}": constant[key] for key in ("coverage", "interval_score")}
    test["interval_test"] = metrics.sharper(
        {name: one.winkler for name, one in result.bands.items()}, OURS
    )
    sentences = [
        metrics.verdict(test, baselines),
        metrics.interval_verdict(test, intervals, result.coverage),
    ]
    return {
        "verdict": " ".join(sentences),
        "test": test,
        "baselines": baselines,
        "intervals": intervals,
    }


def _ours(
    trained: Forecaster, actual: np.ndarray, answers: Answers, test: slice
) -> tuple[Band, Ends]:
    interval, scaling = trained.interval, trained.network.scaling
    half = interval.half_width(answers.scale, answers.long_run)[:-1]
    errors = scaling.error(actual, answers.predicted[:-1])
    factors = adapted(errors, half, interval.coverage, interval.rate)[:-1]
    centre, scale = answers.predicted[:-1][test], (answers.scale[:-1] * factors)[test]
    quantile = interval.quantiles[0]
    found = band(
        actual[test],
        centre,
        scale,
        quantile=quantile,
        curve=interval.curve,
        unit=interval.unit,
        coverage=interval.coverage,
        scaling=scaling,
    )
    return found, Ends.around(centre, quantile * scale, scaling)


def _rivals(trained: Forecaster, dataset: Dataset, view: View, rows: np.ndarray) -> dict[str, Band]:
    """Return the intervals of the others, around what the network starts from."""
    scaling = trained.network.scaling
    ranges = range_of(dataset.extremes, in_logs=scaling.in_logs)
    centre = scaling.shift(view.prices[rows - 1], view.foreseen[rows])
    fitted = trained.rivals.fitted
    return {
        name: band(
            view.prices[rows],
            centre,
            scale[rows],
            quantile=fitted[name].quantile,
            curve=fitted[name].curve,
            unit=fitted[name].unit,
            coverage=trained.interval.coverage,
            scaling=scaling,
        )
        for name, scale in trained.rivals.scales(view.unforeseen, ranges)
    }
