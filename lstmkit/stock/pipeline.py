"""The stock story: train, evaluate, forecast, backtest, inspect."""

from __future__ import annotations

import logging
from collections.abc import Sequence
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
from lstmkit.stock.fitting.panel import Panel
from lstmkit.stock.fitting.span import Span
from lstmkit.stock.panel import member
from lstmkit.stock.result import Outlook, Result, Scored
from lstmkit.training.loop import forget_checkpoint
from lstmkit.work import Timings, recorded, work

if TYPE_CHECKING:
    from lstmkit.parallel import Pool
    from lstmkit.stock.data import Dataset
    from lstmkit.stock.panel.data import Group
    from lstmkit.stock.panel.result import PanelOutlook

log = logging.getLogger(__name__)


def train(source: Path | None, config: StockConfig, output: Path) -> Result:
    """Train one network on every series of a source, score the test spans, forecast, write the run.

    Args:
        source: A price file, or a folder of them; None: the sample that ships with matplotlib.
        config: The resolved config; `data.series` says how one file holds many series.
        output: Folder of all runs.

    Raises:
        InputError: The source cannot be used.
        InterruptedRunError: The user stopped it; the message tells how to go on.
    """
    group, config = _to_learn_from(source, config, "train")
    run = runs.create(output, "stock", group.name, config, inputs=group.inputs)
    if group.left_out:
        run.update(left_out=group.left_out)
    return _train(run, group)


def trial(source: Path | None, config: StockConfig, output: Path) -> trials.Trial:
    """Train on a price file and see the held-out tail of its training span, never its test span.

    Args:
        source: The price file; None: the sample that ships with matplotlib.
        config: The resolved config.
        output: Folder of all runs.
    """
    group, config = _to_learn_from(source, config, trials.VERB)
    run = runs.create(output, "stock", group.name, config, inputs=group.inputs, verb=trials.VERB)
    with trials.fitting(run):
        window = config.data.window
        spans = [Span.of(one, config, one.train_rows + window) for one in group.members]
        return trials.seen(run, fit(run, Panel.of(spans)))


def resume(wanted: Path, output: Path) -> Result:
    """Go on with an interrupted training, under its own config.

    Raises:
        InputError: There is nothing to go on with, or the price file has changed.
    """
    backend.require("stock train")
    run = runs.resumable(output, "stock", wanted, verb="train")
    return _train(run, _group_of(run))


def evaluate(
    source: Path | None,
    run: Path | None,
    output: Path,
    *,
    series: str | None = None,
    pool: Pool | None = None,
) -> Result:
    """Score a trained model on its own test spans, or on rows of files that it has not seen.

    Args:
        source: A file or a folder; rows that the model was fitted on, recognised by date and
            value, are not scored. None: what it was trained on.
        run: The run; None: the newest.
        output: Folder of all runs.
        series: The only one of many series to score; None: all.
        pool: Where many series are scored; None: on all cores of this machine.
    """
    found = runs.find(output, run, "stock")
    config = found.config(StockConfig)
    group = _sources(source, found, series)
    inputs = [*group.inputs, fingerprint(found.path / runs.MODEL)]
    own = source is None

    def new(name: str) -> runs.Run:
        return runs.create(output, "stock", name, config, inputs=inputs, verb="evaluate")

    from lstmkit.stock.panel import judging, pipeline

    if len(group.members) > 1:
        made = new(group.name)
        with work(made):
            from lstmkit.stock.panel import shares

            if pool is None and len(group.members) <= shares.SIZE:
                return pipeline.evaluate(found, made, group, own=own)
            return shares.evaluate(found, made, group, pool, own=own)
    judge = judging.judged(found, group.members[0], own=own)
    made = new(judge.dataset.name)
    with work(made):
        first_test = judge.dataset.train_rows + judge.trained.network.window
        result = judge.score(made, first_test=first_test)
        report.write(result)
    return result


def share(
    source: Sequence[str],
    config: StockConfig,
    output: Path,
    *,
    run: str,
    wanted: Sequence[tuple[int, str]],
    own: bool,
) -> Result:
    """Score some of the many series that `evaluate` was asked for, as a task of its own."""
    from lstmkit.stock.panel import shares

    found = runs.find(output, Path(run), "stock")
    group = shares.again(source, wanted, config)
    made = runs.create(output, "stock", group.name, config, inputs=group.inputs, verb=shares.VERB)
    with trials.fitting(made):
        return shares.score(made, found, group, own=own)


def forecast(
    source: Path | None,
    run: Path | None,
    output: Path,
    *,
    steps: int | None,
    series: str | None = None,
    plot: bool = False,
) -> Outlook | PanelOutlook:
    """Forecast the rows after the last one, with dates from the file's own calendar.

    Args:
        source: A newer file of the same series, or of one that a model of many never saw; None:
            go on from the last row of what the model was trained on.
        run: The run; None: the newest.
        output: Folder of all runs.
        steps: Rows ahead; None: as many as the config calibrates.
        series: The only one of many series to forecast; None: all.
        plot: Whether to draw the fan as well, of a single series.
    """
    found = runs.find(output, run, "stock")
    config = found.config(StockConfig)
    inputs = [fingerprint(found.path / runs.MODEL)]
    if source is None and (member.names_of(found) or not shipped.lends(found)):
        outsets = member.kept(found, series)
        name = found.manifest["name"]
    else:
        from lstmkit.stock.panel import ahead

        group = _sources(source, found, series)
        outsets, name = ahead.outsets(found, group), group.name
        inputs = [*group.inputs, *inputs]
    trained, context = outsets[0].trained, outsets[0].context
    alone = len(outsets) == 1
    name = trained.name if alone else name
    made = runs.create(output, "stock", name, config, inputs=inputs, verb="forecast")
    with work(made):
        steps = steps or config.interval.horizons
        if not alone:
            from lstmkit.stock.panel import ahead

            return ahead.forecast(made, outsets, steps)
        future = trained.look_ahead(context, steps)
        report.write_forecast(future, made.path / "forecast.csv")
        if plot:
            folder = made.path / "plots"
            report.draw_forecast(
                future,
                context.dates,
                context.prices,
                folder,
                trained.name,
                coverage=trained.interval.coverage,
            )
    return Outlook(run=made.path, name=trained.name, forecast=future)


def backtest(source: Path | None, config: StockConfig, output: Path, *, folds: int) -> Result:
    """Walk forward: cut the rows after the training share into folds, train anew before each.

    Args:
        source: The price file; None: the sample that ships with matplotlib.
        config: The resolved config; `data.train_fraction` is what the first fold learns from.
        output: Folder of all runs.
        folds: Number of folds; each one's window may reach back into the rows before it.
    """
    group, config = _to_learn_from(source, config, "backtest")
    if len(group.members) > 1:
        raise InputError(f"{source}: a backtest walks through one series; leave out data.series")
    (dataset,) = group.members
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
        "scored_rows": _scored_rows(dataset, config),
    }


def _scored_rows(dataset: Dataset, config: StockConfig) -> int:
    """Return how many rows training would score on, with the window that the file can bear."""
    from lstmkit.stock import data

    try:
        window = data.window_for(dataset, config).data.window
    except InputError as error:
        log.warning("%s", error)
        return 0
    return len(dataset.dates) - dataset.train_rows - window


def _to_learn_from(
    source: Path | None, config: StockConfig, verb: str
) -> tuple[Group, StockConfig]:
    """Return the series of a source, and the config with a window that they can bear."""
    backend.require(f"stock {verb}")
    from lstmkit.stock.panel import data, rows

    rows.require(config.data.tables)
    return data.bearing(data.load(source, config.data), config)


def _train(run: runs.Run, group: Group) -> Result:
    from lstmkit.stock.panel import pipeline

    config = run.config(StockConfig)
    with work(run, f"lstmkit stock train --resume {run.path}") as timings:
        if len(group.members) > 1:
            return pipeline.train(run, group, timings)
        (dataset,) = group.members
        span = Span.of(dataset, config, dataset.train_rows + config.data.window)
        return _train_span(run, span, timings, label="train")


def _train_span(run: runs.Run, span: Span, timings: Timings, *, label: str) -> Scored:
    """Fit, calibrate, score, look ahead, and write it all into one run folder."""
    from lstmkit.stock.panel import judging

    panel = Panel.of([span])
    history = fit(run, panel, label=label)
    timings.note(label)
    model = runtime.load(run.path / runs.MODEL)
    result = replace(judging.complete(run, run, panel.spans[0], model), history=history)
    report.write(result)
    return result


def _backtest(run: runs.Run, dataset: Dataset) -> Scored:
    """Train one model per fold on everything before it; finished folds are not trained again."""
    from lstmkit.stock.scores import evaluation

    config, folds = run.config(StockConfig), int(run.manifest["folds"])
    edges = np.linspace(dataset.train_rows, len(dataset.dates), folds + 1).astype(int)
    with work(run, f"lstmkit stock backtest --resume {run.path}") as timings:
        results = []
        for number, (start, stop) in enumerate(pairwise(edges), start=1):
            fold = runs.nested(run, f"fold-{number}")
            span = Span.of(dataset.until(stop, train_rows=start), config, int(start))
            label = f"fold {number}/{folds}"
            results.append(_fold(fold, span, timings, label=label))
        unit = float(np.abs(np.diff(dataset.prices[: dataset.train_rows])).mean())
        whole = evaluation.join(run.path, results, naive_mae=unit)
        report.write(whole)
    return whole


def _fold(fold: runs.Run, span: Span, timings: Timings, *, label: str) -> Scored:
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


def _sources(source: Path | None, run: runs.Run, series: str | None) -> Group:
    """Read what a model is to be used on: its own files where none is named."""
    from lstmkit.stock.panel import data

    if source is None and not (shipped.lends(run) and not member.names_of(run)):
        return _group_of(run, series)
    config = run.config(StockConfig).data
    return data.load_like(source, config, member.names_of(run)).only(series)


def _group_of(run: runs.Run, series: str | None = None) -> Group:
    """Read a run's own files again, and refuse them if they have changed since."""
    from lstmkit.stock.panel import data

    config = run.config(StockConfig)
    group = data.again(run, config.data, series).only(series)
    return group if series else data.bearing(group, config)[0]


def _dataset_of(run: runs.Run) -> Dataset:
    """Read a run's only file again, and refuse it if it has changed since."""
    return _group_of(run).members[0]
