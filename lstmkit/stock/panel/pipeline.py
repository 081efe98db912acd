"""The story of many series: one network trained on all, each scored and forecast by itself."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from lstmkit import runs, runtime
from lstmkit.errors import InputError
from lstmkit.progress import Progress
from lstmkit.stock.config import StockConfig
from lstmkit.stock.fitting import start
from lstmkit.stock.fitting.fit import fit
from lstmkit.stock.fitting.panel import Panel
from lstmkit.stock.fitting.span import Span
from lstmkit.stock.panel import judging, member, report, rows, scores
from lstmkit.stock.panel.data import Group, say_left_out
from lstmkit.stock.panel.result import PanelResult
from lstmkit.stock.result import Forecast, Scored
from lstmkit.work import Timings

log = logging.getLogger(__name__)


def train(run: runs.Run, group: Group, timings: Timings) -> PanelResult:
    """Train one network on all series, score each, look ahead, and write it all."""
    config = run.config(StockConfig)
    panel = Panel.of(_spans(group, config))
    timings.note("prepare")
    history = fit(run, panel)
    timings.note("train")
    _keep_start(run, panel)
    scored, ahead = score_each(run, len(panel.spans), _completed(run, panel), config)
    result = judged(run, group, scored, config)
    metrics = {**result.metrics, "loss": _loss(panel), "overlap": overlap(panel)}
    result = replace(result, epochs=history, forecasts=ahead, metrics=metrics)
    report.write(result, config.data.tables)
    timings.note("score")
    return result


def evaluate(found: runs.Run, made: runs.Run, group: Group, *, own: bool) -> PanelResult:
    """Score every series with the model of a run.

    Args:
        found: The model's run.
        made: The run that is written.
        group: The series.
        own: Whether they are those that the model was trained on.

    Raises:
        InputError: None can be scored.
    """
    config = found.config(StockConfig)
    left_out: dict[str, str] = {}
    each = scored_with(found, made, group, left_out, own=own)
    scored, _ = score_each(made, len(group.members), each, config)
    result = judged(made, group, scored, config, left_out)
    report.write(result, config.data.tables)
    return result


def _spans(group: Group, config: StockConfig) -> list[Span]:
    with Progress(len(group.members), label="prepare", unit="series") as progress:
        found = []
        for dataset in group.members:
            found.append(Span.of(dataset, config, dataset.train_rows + config.data.window))
            progress.update(1)
    return found


def _keep_start(run: runs.Run, panel: Panel) -> None:
    first = panel.spans[0]
    start.keep(
        run,
        window=panel.config.data.window,
        trained_on=[span.dataset.name for span in panel.spans],
        until=max(span.dataset.dates[span.dataset.train_rows - 1] for span in panel.spans),
        scaling=first.lent,
    )


def _completed(run: runs.Run, panel: Panel) -> Iterator[Scored]:
    model = runtime.load(run.path / runs.MODEL)
    for number, span in enumerate(panel.spans):
        part = member.folder(run, number, span.dataset.name)
        yield judging.complete(run, part, span, model)


def scored_with(
    found: runs.Run, made: runs.Run, group: Group, left_out: dict[str, str], *, own: bool
) -> Iterator[Scored]:
    """Yield the scores of every series by the model of a run; note which has no row to score."""
    model = runtime.load(found.path / runs.MODEL)
    for dataset in group.members:
        try:
            judge = judging.judged(found, dataset, own=own, model=model)
        except InputError as error:
            left_out[dataset.name] = str(error)
            continue
        first = judge.dataset.train_rows + judge.trained.network.window
        yield replace(judge.score(made, first_test=first), name=dataset.name)


def score_each(
    run: runs.Run, count: int, scored: Iterator[Scored], config: StockConfig
) -> tuple[list[scores.Row], dict[str, Forecast]]:
    """Write the predictions and the metrics of each series as it comes.

    Returns:
        The row of scores of each, and its forecast where there is one.
    """
    found: list[scores.Row] = []
    ahead: dict[str, Forecast] = {}
    with (
        rows.writer(run.path, "predictions", rows.PREDICTIONS, config.data.tables) as written,
        Progress(count, label="score", unit="series") as progress,
    ):
        for one in scored:
            rows.add_scored(written, one)
            found.append(scores.row_of(one))
            judging.keep_metrics(run, len(found) - 1, one)
            if one.ahead is not None:
                ahead[one.name] = one.ahead
            progress.update(1)
    return found, ahead


def judged(
    run: runs.Run,
    group: Group,
    scored: list[scores.Row],
    config: StockConfig,
    left_out: dict[str, str] | None = None,
) -> PanelResult:
    """Judge all series together.

    Raises:
        InputError: None could be scored.
    """
    say_left_out(left_out or {}, len(group.members), bool(scored))
    metrics = scores.judge(scored, coverage=config.interval.coverage)
    return PanelResult(
        run=run.path,
        name=group.name,
        coverage=config.interval.coverage,
        metrics={**metrics, "left_out": {**group.left_out, **(left_out or {})}},
    )


def overlap(panel: Panel) -> dict[str, Any]:
    """Return until when the network learned, and how many series are tested on earlier days."""
    until = max(span.dataset.dates[span.dataset.train_rows - 1] for span in panel.spans)
    early = [s for s in panel.spans if s.dataset.dates[s.first_test] <= until]
    if early:
        log.warning(
            "%s of %s series have test rows from before %s, until when the network learned from "
            "others: what moved all of them it may have seen",
            *(f"{len(early):,}", f"{len(panel.spans):,}", until.astype("datetime64[D]")),
        )
    return {"learned_until": str(until.astype("datetime64[D]")), "series": len(early)}


def _loss(panel: Panel) -> str:
    return "minus log likelihood" if panel.with_scale else "mean squared error, scaled"
