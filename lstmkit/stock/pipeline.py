"""The stock story: train, evaluate, forecast, backtest."""

import logging
import time
from dataclasses import replace
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from lstmkit import config as configs
from lstmkit import files, runs, runtime
from lstmkit.errors import InputError
from lstmkit.stock import forecaster
from lstmkit.stock.baselines import fit_baselines
from lstmkit.stock.calendar import gaps, infer
from lstmkit.stock.config import StockConfig
from lstmkit.stock.forecaster import Context, Forecaster, Network
from lstmkit.stock.intervals import recent_error
from lstmkit.stock.report import Forecast, Result, write, write_forecast
from lstmkit.stock.scaling import fit_scaling
from lstmkit.training.stopping import resumable_by

if TYPE_CHECKING:
    from lstmkit.stock.data import Dataset

CONTEXT_ROWS = 120

log = logging.getLogger(__name__)


def train(csv: Path | None, config: StockConfig, output: Path) -> Result:
    """Train on a price file, score the test span, forecast the rows after it, write the run.

    Args:
        csv: The price file; None: the sample that ships with matplotlib.
        config: The resolved config.
        output: Folder of all runs.

    Raises:
        InputError: The file cannot be used.
        InterruptedRunError: The user stopped it; the message tells how to go on.
    """
    from lstmkit.stock import data

    dataset = data.load(csv, config.data)
    data.require_rows(dataset, config.data)
    inputs = [files.fingerprint(dataset.path)]
    run = runs.create(output, "stock", dataset.name, config, inputs=inputs)
    return _train(run, dataset, config)


def resume(folder: Path, output: Path) -> Result:
    """Go on with an interrupted training, under its own config.

    Raises:
        InputError: There is nothing to go on with, or the price file has changed.
    """
    run = runs.resumable(output, "stock", folder, verb="train")
    config = config_of(run)
    return _train(run, _dataset_of(run, config), config)


def evaluate(folder: Path | None, csv: Path | None, output: Path) -> Result:
    """Score a trained model on its own test span, or on every row of another file.

    Args:
        folder: The run; None: the newest.
        csv: A file the model may never have seen; None, or the one it was trained on: the test
            span of that.
        output: Folder of all runs.
    """
    from lstmkit.page import build
    from lstmkit.stock import evaluation

    run = runs.find(output, "stock", folder)
    config, trained = config_of(run), forecaster.load(run)
    dataset = _dataset_of(run, config) if csv is None else _unseen(csv, config, trained)
    if csv is not None and _is_own(run, dataset.path):
        log.warning("%s: the model was trained on it; only its test span is scored", csv)
        dataset = _dataset_of(run, config)
    inputs = [files.fingerprint(path) for path in (dataset.path, run.path / runs.MODEL)]
    made = runs.create(output, "stock", dataset.name, config, inputs=inputs, verb="evaluate")
    with runs.recorded(made):
        first_test = dataset.train_rows + trained.network.window
        result = evaluation.score(made.path, dataset, trained, first_test=first_test)
        write(result)
    build.write(made)
    return result


def forecast(
    folder: Path | None, csv: Path | None, steps: int | None, output: Path, *, plot: bool = False
) -> tuple[Path, Forecast]:
    """Forecast the rows after the last one, with dates from the file's own calendar.

    Args:
        folder: The run; None: the newest.
        csv: A newer file of the same series; None: go on from the training file's last row.
        steps: Rows ahead; None: as many as the config calibrates.
        output: Folder of all runs.
        plot: Whether to draw the fan as well.

    Returns:
        The folder it was written to, and the forecast.
    """
    run = runs.find(output, "stock", folder)
    config, trained = config_of(run), forecaster.load(run)
    if csv is None:
        context = forecaster.load_context(run)
    else:
        context = _latest(_unseen(csv, config, trained), trained)
    read = [path for path in (csv, run.path / runs.MODEL) if path is not None]
    inputs = [files.fingerprint(path) for path in read]
    made = runs.create(output, "stock", trained.name, config, inputs=inputs, verb="forecast")
    with runs.recorded(made):
        ahead = trained.look_ahead(context, steps or config.interval.horizons)
        write_forecast(ahead, made.path / "forecast.csv")
        if plot:
            from lstmkit.stock import pictures

            path = made.path / "plots" / "forecast.png"
            pictures.fan(ahead, context.dates, context.prices, path, name=trained.name)
    return made.path, ahead


def backtest(csv: Path | None, config: StockConfig, output: Path, *, folds: int) -> Result:
    """Walk forward: cut the rows after the training share into folds, train anew before each.

    Args:
        csv: The price file; None: the sample that ships with matplotlib.
        config: The resolved config; `data.train_fraction` is what the first fold learns from.
        output: Folder of all runs.
        folds: Number of folds; each one's window may reach back into the rows before it.
    """
    from lstmkit.stock import data

    dataset = data.load(csv, config.data)
    data.require_rows(dataset, config.data)
    most = (len(dataset.dates) - dataset.train_rows) // data.MIN_TEST_ROWS
    if folds > most:
        raise InputError(
            f"--folds {folds}: expected at most {most}, so that each has {data.MIN_TEST_ROWS} of "
            f"the {len(dataset.dates) - dataset.train_rows:,} test rows of {dataset.path}"
        )
    inputs = [files.fingerprint(dataset.path)]
    run = runs.create(
        output, "stock", dataset.name, config, inputs=inputs, verb="backtest", folds=folds
    )
    return _backtest(run, dataset, config, folds)


def resume_backtest(folder: Path, output: Path) -> Result:
    """Go on with an interrupted backtest, under its own config.

    Raises:
        InputError: There is nothing to go on with, or the price file has changed.
    """
    run = runs.resumable(output, "stock", folder, verb="backtest")
    config = config_of(run)
    return _backtest(run, _dataset_of(run, config), config, int(run.manifest["folds"]))


def inspect(csv: Path | None, config: StockConfig) -> dict[str, Any]:
    """Return what would be read from a file: span, columns, calendar, gaps, repairs."""
    from lstmkit.stock import data

    dataset = data.load(csv, config.data)
    calendar = infer(dataset.dates)
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
        "calendar": calendar.describe(),
        "gaps": gaps(dataset.dates, calendar),
        "repairs": list(dataset.repairs),
        "train_rows": dataset.train_rows,
        "test_rows": rows - dataset.train_rows,
        "scored_rows": max(0, rows - dataset.train_rows - config.data.window),
    }


def _train(run: runs.Run, dataset: "Dataset", config: StockConfig) -> Result:
    """Fit, calibrate, score, look ahead and write one run; a checkpoint in it is gone on from."""
    from lstmkit.page import build

    log.warning("run folder: %s", run.path)
    resume_command = f"lstmkit stock train --resume {run.path}"
    with runs.recorded(run), resumable_by(resume_command):
        first_test = dataset.train_rows + config.data.window
        result = _train_span(run, dataset, config, first_test, resume_command, label="train")
    build.write(run)
    return result


def _train_span(
    run: runs.Run,
    dataset: "Dataset",
    config: StockConfig,
    first_test: int,
    resume_command: str,
    *,
    label: str,
) -> Result:
    """Train on a dataset's training span, score the rest, write it all into one run folder."""
    from lstmkit.stock import evaluation
    from lstmkit.training import loop

    began = time.monotonic()
    history = fit(run, dataset, config, resume_command, label=label)
    fitted_at = time.monotonic()
    trained = calibrated(run, dataset, config)
    result = evaluation.score(run.path, dataset, trained, first_test=first_test)
    context = _latest(dataset, trained)
    ahead = trained.look_ahead(context, config.interval.horizons)
    trained.save(run, context)
    result = replace(result, history=history, forecast=ahead)
    write(result)
    loop.forget_checkpoint(run)
    run.note_seconds(train=fitted_at - began, total=time.monotonic() - began)
    return result


def _backtest(run: runs.Run, dataset: "Dataset", config: StockConfig, folds: int) -> Result:
    """Train one model per fold on everything before it; finished folds are not trained again."""
    from lstmkit.page import build
    from lstmkit.stock import evaluation

    log.warning("run folder: %s", run.path)
    resume_command = f"lstmkit stock backtest --resume {run.path}"
    edges = np.linspace(dataset.train_rows, len(dataset.dates), folds + 1).astype(int)
    results = []
    with runs.recorded(run), resumable_by(resume_command):
        for number, (start, stop) in enumerate(pairwise(edges), start=1):
            fold = runs.nested(run, f"fold-{number}")
            span = dataset.until(stop, train_rows=start)
            if fold.status == "done":
                trained = forecaster.load(fold)
                results.append(evaluation.score(fold.path, span, trained, first_test=start))
                continue
            label = f"fold {number}/{folds}"
            with runs.recorded(fold):
                results.append(_train_span(fold, span, config, start, resume_command, label=label))
        unit = float(np.abs(np.diff(dataset.prices[: dataset.train_rows])).mean())
        whole = evaluation.join(run.path, results, naive_mae=unit)
        write(whole)
    build.write(run)
    return whole


def fit(
    run: runs.Run,
    dataset: "Dataset",
    config: StockConfig,
    resume_command: str,
    *,
    label: str = "train",
) -> list[dict[str, Any]]:
    """Train the network on the training span, its tail held out, and save it.

    Returns:
        The history, one row per epoch.
    """
    from lstmkit.stock.examples import WindowExamples
    from lstmkit.stock.model import build_model
    from lstmkit.training import loop

    loop.seed_everything(config.seed)
    window, target = config.data.window, config.data.target
    values = dataset.values[: dataset.train_rows]
    features = fit_scaling(values, target).features(values)
    rows, held_out = _split(dataset.train_rows, config)
    targets = _targets_per_example(len(rows), len(held_out), config)
    network = partial(
        build_model,
        config.model,
        window=window,
        columns=features.shape[1],
        calm_start=target != "price",
    )
    model = network(targets=targets)
    model.compile(loop.optimizer(config.train), "mse", jit_compile=False)
    loop.accelerate(model, config.train)
    history = loop.fit(
        model,
        WindowExamples(features, rows, window, targets=targets),
        WindowExamples(features, held_out, window, targets=targets) if len(held_out) else None,
        batch_size=max(1, config.train.batch_size // targets),
        config=config.train,
        seed=config.seed,
        run=run,
        resume_command=resume_command,
        label=label,
    )
    answering = network()
    answering.set_weights(model.get_weights())
    loop.save_model(answering, run.path / runs.MODEL)
    return history


def calibrated(run: runs.Run, dataset: "Dataset", config: StockConfig) -> Forecaster:
    """Return the saved network with baselines and interval fitted on the training span."""
    values = dataset.values[: dataset.train_rows]
    scaling = fit_scaling(values, config.data.target)
    network = Network(runtime.load(run.path / runs.MODEL), config.data.window, scaling)
    rows, held_out = _split(dataset.train_rows, config)
    return Forecaster(
        name=dataset.name,
        column=dataset.columns[0],
        network=network,
        baselines=fit_baselines(
            values[:, 0],
            in_logs=scaling.in_logs,
            moving_average=config.baselines.moving_average,
            lags=config.baselines.lags,
        ),
        interval=forecaster.calibrate(
            network, values, held_out if len(held_out) else rows, config.interval
        ),
        step_seconds=infer(dataset.dates).step_seconds,
    )


def config_of(run: runs.Run) -> StockConfig:
    """Return the config a run was made with."""
    return configs.load(StockConfig, "stock", run.path / "config.yaml")


def _split(train_rows: int, config: StockConfig) -> tuple[np.ndarray, np.ndarray]:
    """Return the rows to learn from and the tail that is held out, both to be predicted."""
    rows = np.arange(config.data.window, train_rows)
    kept = len(rows) - int(len(rows) * config.train.validation_fraction)
    return rows[:kept], rows[kept:]


def _targets_per_example(rows: int, held_out: int, config: StockConfig) -> int:
    """Return the answers per example: one, or about a window's length where every step counts."""
    if config.train.supervision == "last_step":
        return 1
    shortest = min(rows, held_out) if held_out else rows
    return min(config.data.window, shortest)


def _latest(dataset: "Dataset", trained: Forecaster) -> Context:
    """Return the newest rows, and how wrong the model was on them lately."""
    network, interval = trained.network, trained.interval
    first = max(network.window, len(dataset.dates) - forecaster.WARM_UP_ROWS)
    rows = np.arange(first, len(dataset.dates))
    predicted = network.predict(dataset.values, rows, label="newest rows")
    errors = network.scaling.error(dataset.prices[rows], predicted)
    keep = slice(-max(CONTEXT_ROWS, network.window), None)
    return Context(
        window=network.scaling.features(dataset.values)[-network.window :],
        dates=dataset.dates[keep],
        prices=dataset.prices[keep],
        recent_error=float(recent_error(errors, interval.decay, interval.start)[-1]),
        calendar=infer(dataset.dates),
    )


def _is_own(run: runs.Run, csv: Path) -> bool:
    """Return whether a run was trained on a file with this content."""
    own = {one["sha256"] for one in run.manifest.get("inputs", ())}
    return files.fingerprint(csv)["sha256"] in own


def _unseen(csv: Path, config: StockConfig, trained: Forecaster) -> "Dataset":
    """Read a file the model was not trained on; none of its rows count as training."""
    from lstmkit.stock import data

    dataset = replace(data.load(csv, config.data), train_rows=0)
    window = trained.network.window
    if len(dataset.dates) <= window:
        raise InputError(
            f"{dataset.path}: too short: the model sees {window} rows and predicts the next; "
            f"expected more than {window} rows, found {len(dataset.dates)}"
        )
    usual, here = trained.step_seconds, infer(dataset.dates).step_seconds
    if usual != here:
        log.warning(
            "%s: rows every %s seconds; the model learned from rows every %s seconds",
            *(dataset.path, f"{here:,}", f"{usual:,}"),
        )
    return dataset


def _dataset_of(run: runs.Run, config: StockConfig) -> "Dataset":
    """Read a run's own file again, and refuse it if it has changed since."""
    from lstmkit.stock import data

    path = runs.unchanged_input(run)
    is_sample = path == data.sample_path().resolve()
    return data.load(None if is_sample else path, config.data)
