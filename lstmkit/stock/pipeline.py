"""The stock story: train, evaluate, forecast, backtest, inspect."""

from __future__ import annotations

import logging
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from lstmkit import backend, runs, runtime, trials
from lstmkit.errors import InputError
from lstmkit.files import fingerprint
from lstmkit.stock import forecaster, report, shipped
from lstmkit.stock.calendar.ahead import gaps
from lstmkit.stock.config import StockConfig
from lstmkit.stock.fitting.fit import fit
from lstmkit.stock.fitting.network import Network, View
from lstmkit.stock.fitting.span import Span
from lstmkit.stock.fitting.start import Start
from lstmkit.stock.forecaster import Forecaster
from lstmkit.stock.result import Outlook, Result
from lstmkit.training.loop import forget_checkpoint
from lstmkit.work import Timings, recorded, work

if TYPE_CHECKING:
    from lstmkit.stock.data import Dataset

log = logging.getLogger(__name__)


def train(source: Path | None, config: StockConfig, output: Path) -> Result:
    """Train on a price file, score the test span, forecast the rows after it, write the run.

    Args:
        source: The price file; None: the sample that ships with matplotlib.
        config: The resolved config.
        output: Folder of all runs.

    Raises:
        InputError: The file cannot be used.
        InterruptedRunError: The user stopped it; the message tells how to go on.
    """
    dataset, config = _to_learn_from(source, config, "train")
    inputs = [dataset.fingerprint]
    return _train(runs.create(output, "stock", dataset.name, config, inputs=inputs), dataset)


def trial(source: Path | None, config: StockConfig, output: Path) -> trials.Trial:
    """Train on a price file and see the held-out tail of its training span, never its test span.

    Args:
        source: The price file; None: the sample that ships with matplotlib.
        config: The resolved config.
        output: Folder of all runs.
    """
    dataset, config = _to_learn_from(source, config, trials.VERB)
    inputs = [dataset.fingerprint]
    run = runs.create(output, "stock", dataset.name, config, inputs=inputs, verb=trials.VERB)
    with trials.fitting(run):
        span = Span(dataset, config, dataset.train_rows + config.data.window)
        return trials.seen(run, fit(run, span))


def resume(wanted: Path, output: Path) -> Result:
    """Go on with an interrupted training, under its own config.

    Raises:
        InputError: There is nothing to go on with, or the price file has changed.
    """
    backend.require("stock train")
    run = runs.resumable(output, "stock", wanted, verb="train")
    return _train(run, _dataset_of(run))


def evaluate(source: Path | None, run: Path | None, output: Path) -> Result:
    """Score a trained model on its own test span, or on the rows of a file that it has not seen.

    Args:
        source: A file; rows that the model was fitted on, recognised by date and value, are not
            scored. None: the one it was trained on.
        run: The run; None: the newest.
        output: Folder of all runs.
    """
    from lstmkit.stock.fitting import familiar
    from lstmkit.stock.scores import evaluation

    found = runs.find(output, run, "stock")
    config = found.config(StockConfig)
    if shipped.ships(found):
        start = Start(found.path).file
        dataset = _readable(source, config)
        dataset = shipped.tested_after(dataset, start.trained_until, start.window)
        trained, view, told = shipped.forecaster_for(found, dataset, rivals=True)
    else:
        trained = forecaster.load(found)
        if source is None:
            dataset = _dataset_of(found)
        else:
            other = _other(source, config, trained)
            dataset = familiar.without_seen(other, found, trained.network.window)
        window = trained.network.window
        dataset = shipped.tested_after(dataset, trained.learned_until, window)
        view = trained.network.view(dataset.values, dataset.extremes)
        told = trained.network.tell(view)
    inputs = [dataset.fingerprint, fingerprint(found.path / runs.MODEL)]
    made = runs.create(output, "stock", dataset.name, config, inputs=inputs, verb="evaluate")
    with work(made):
        first_test = dataset.train_rows + trained.network.window
        result = evaluation.score(made.path, dataset, trained, view, told, first_test=first_test)
        report.write(result)
    return result


def forecast(
    source: Path | None, run: Path | None, output: Path, *, steps: int | None, plot: bool = False
) -> Outlook:
    """Forecast the rows after the last one, with dates from the file's own calendar.

    Args:
        source: A newer file of the same series; None: go on from the training file's last row.
        run: The run; None: the newest.
        output: Folder of all runs.
        steps: Rows ahead; None: as many as the config calibrates.
        plot: Whether to draw the fan as well.
    """
    found = runs.find(output, run, "stock")
    config = found.config(StockConfig)
    inputs = [fingerprint(found.path / runs.MODEL)]
    if source is None and not shipped.ships(found):
        trained = forecaster.load(found)
        context = forecaster.load_context(found)
    else:
        dataset, trained, view, told = _fitted_to(source, found, config)
        inputs.insert(0, dataset.fingerprint)
        context = trained.latest(dataset, view, told)
    made = runs.create(output, "stock", trained.name, config, inputs=inputs, verb="forecast")
    with work(made):
        ahead = trained.look_ahead(context, steps or config.interval.horizons)
        report.write_forecast(ahead, made.path / "forecast.csv")
        if plot:
            folder = made.path / "plots"
            report.draw_forecast(
                ahead,
                context.dates,
                context.prices,
                folder,
                trained.name,
                coverage=trained.interval.coverage,
            )
    return Outlook(run=made.path, name=trained.name, forecast=ahead)


def backtest(source: Path | None, config: StockConfig, output: Path, *, folds: int) -> Result:
    """Walk forward: cut the rows after the training share into folds, train anew before each.

    Args:
        source: The price file; None: the sample that ships with matplotlib.
        config: The resolved config; `data.train_fraction` is what the first fold learns from.
        output: Folder of all runs.
        folds: Number of folds; each one's window may reach back into the rows before it.
    """
    dataset, config = _to_learn_from(source, config, "backtest")
    from lstmkit.stock.data import MIN_TEST_ROWS

    most = (len(dataset.dates) - dataset.train_rows) // MIN_TEST_ROWS
    if folds > most:
        raise InputError(
            f"--folds {folds}: expected at most {most}, so that each has {MIN_TEST_ROWS} of "
            f"the {len(dataset.dates) - dataset.train_rows:,} test rows of {dataset.path}"
        )
    inputs = [dataset.fingerprint]
    run = runs.create(
        output, "stock", dataset.name, config, inputs=inputs, verb="backtest", folds=folds
    )
    return _backtest(run, dataset)


def resume_backtest(wanted: Path, output: Path) -> Result:
    """Go on with an interrupted backtest, under its own config.

    Raises:
        InputError: There is nothing to go on with, or the price file has changed.
    """
    backend.require("stock backtest")
    run = runs.resumable(output, "stock", wanted, verb="backtest")
    return _backtest(run, _dataset_of(run))


def inspect(csv: Path | None, config: StockConfig) -> dict[str, Any]:
    """Return what would be read from a file: span, columns, calendar, gaps, repairs."""
    from lstmkit.stock import data

    dataset = data.load(csv, config.data)
    rows = len(dataset.dates)
    return {
        "file": str(dataset.path),
        "layout": dataset.layout,
        "columns": list(dataset.all_columns),
        "inputs": list(dataset.columns),
        "rows": rows,
        "first": str(dataset.dates[0]),
        "last": str(dataset.dates[-1]),
        "lowest": float(dataset.prices.min()),
        "highest": float(dataset.prices.max()),
        "calendar": dataset.calendar.describe(),
        "gaps": gaps(dataset.dates, dataset.calendar),
        "repairs": list(dataset.repairs),
        "train_rows": dataset.train_rows,
        "test_rows": rows - dataset.train_rows,
        "scored_rows": max(0, rows - dataset.train_rows - config.data.window),
    }


def _to_learn_from(
    source: Path | None, config: StockConfig, verb: str
) -> tuple[Dataset, StockConfig]:
    """Return a file, and the config with a window that it can bear."""
    backend.require(f"stock {verb}")
    from lstmkit.stock import data

    dataset = data.load(source, config.data)
    return dataset, data.window_for(dataset, config)


def _train(run: runs.Run, dataset: Dataset) -> Result:
    config = run.config(StockConfig)
    with work(run, f"lstmkit stock train --resume {run.path}") as timings:
        span = Span(dataset, config, dataset.train_rows + config.data.window)
        return _train_span(run, span, timings, label="train")


def _train_span(run: runs.Run, span: Span, timings: Timings, *, label: str) -> Result:
    """Fit, calibrate, score, look ahead, and write it all into one run folder."""
    from lstmkit.stock.fitting import familiar
    from lstmkit.stock.scores import evaluation

    history = fit(run, span, label=label)
    timings.note(label)
    dataset, view = span.dataset, span.view
    model = runtime.load(run.path / runs.MODEL)
    every_step = span.config.train.supervision == "every_step"
    network = Network(
        model, span.config.data.window, span.scaling, span.aim.anchor, every_step=every_step
    )
    told = network.tell(view)
    trained = span.calibrated(network, told)
    result = evaluation.score(run.path, dataset, trained, view, told, first_test=span.first_test)
    context = trained.latest(dataset, view, told)
    trained.save(run, context)
    familiar.save(run, dataset)
    ahead = trained.look_ahead(context, span.config.interval.horizons)
    result = replace(result, history=history, forecast=ahead)
    report.write(result)
    return result


def _backtest(run: runs.Run, dataset: Dataset) -> Result:
    """Train one model per fold on everything before it; finished folds are not trained again."""
    from lstmkit.stock.scores import evaluation

    config, folds = run.config(StockConfig), int(run.manifest["folds"])
    edges = np.linspace(dataset.train_rows, len(dataset.dates), folds + 1).astype(int)
    with work(run, f"lstmkit stock backtest --resume {run.path}") as timings:
        results = []
        for number, (start, stop) in enumerate(pairwise(edges), start=1):
            fold = runs.nested(run, f"fold-{number}")
            span = Span(dataset.until(stop, train_rows=start), config, int(start))
            label = f"fold {number}/{folds}"
            results.append(_fold(fold, span, timings, label=label))
        unit = float(np.abs(np.diff(dataset.prices[: dataset.train_rows])).mean())
        whole = evaluation.join(run.path, results, naive_mae=unit)
        report.write(whole)
    return whole


def _fold(fold: runs.Run, span: Span, timings: Timings, *, label: str) -> Result:
    from lstmkit.stock.scores import evaluation

    if fold.status == "done":
        trained, first = forecaster.load(fold), span.first_test
        view = trained.network.view(span.dataset.values, span.dataset.extremes)
        told = trained.network.tell(view)
        return evaluation.score(fold.path, span.dataset, trained, view, told, first_test=first)
    with recorded(fold):
        result = _train_span(fold, span, timings, label=label)
        fold.update(status="done", error=None)
    forget_checkpoint(fold)
    return result


def _fitted_to(
    source: Path | None, run: runs.Run, config: StockConfig
) -> tuple[Dataset, Forecaster, View, np.ndarray]:
    """Return a file, the model that forecasts it, and what its network said of the file."""
    from lstmkit.stock.fitting import familiar

    if shipped.ships(run):
        dataset = shipped.newest(run, _readable(source, config))
        return (dataset, *shipped.forecaster_for(run, dataset, rivals=False))
    trained = forecaster.load(run)
    dataset = _other(source, config, trained)
    familiar.warn(dataset, run, trained.name)
    view = trained.network.view(dataset.values, dataset.extremes)
    return dataset, trained, view, trained.network.tell(view)


def _readable(source: Path | None, config: StockConfig) -> Dataset:
    from lstmkit.stock import data

    return data.load(source, config.data)


def _other(source: Path | None, config: StockConfig, trained: Forecaster) -> Dataset:
    """Read another file than the one that was trained on; none of its rows count as training."""
    from lstmkit.stock import data

    dataset = replace(data.load(source, config.data), train_rows=0)
    window = trained.network.window
    if len(dataset.dates) <= window:
        raise InputError(
            f"{dataset.path}: too short: the model sees {window} rows and predicts the next; "
            f"expected more than {window} rows, found {len(dataset.dates)}"
        )
    usual, here = trained.step_seconds, dataset.calendar.step_seconds
    if usual != here:
        log.warning(
            "%s: rows every %s seconds; the model learned from rows every %s seconds",
            *(dataset.path, f"{here:,}", f"{usual:,}"),
        )
    return dataset


def _dataset_of(run: runs.Run) -> Dataset:
    """Read a run's own file again, and refuse it if it has changed since."""
    from lstmkit.stock import data

    path = runs.unchanged_input(run)
    is_sample = path == data.sample_path().resolve()
    return data.load(None if is_sample else path, run.config(StockConfig).data)
