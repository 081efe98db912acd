"""The story of backtests: of one file here, of many files each as a task of its own."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lstmkit import config as configs
from lstmkit import result, runs
from lstmkit.errors import RunError
from lstmkit.files import write_json
from lstmkit.parallel import Pool, perform_all, said_of, started
from lstmkit.runs import Run
from lstmkit.stock import pipeline
from lstmkit.stock.config import StockConfig
from lstmkit.stock.panel.report import write_series
from lstmkit.stock.panel.scores import beside_naive, price_verdict
from lstmkit.system import command_line
from lstmkit.task import Source, Task, sources
from lstmkit.work import work

SCORES = ("n", "rmse", "naive_rmse", "skill", "dm_p_value", "coverage")
COLUMNS = ("series", *SCORES, "q_value", "beside_naive", "run")


@dataclass(frozen=True, kw_only=True, repr=False)
class Many(result.Result):
    """What backtests of many files found.

    `metrics` holds `verdict`, `test`, of all series together, and `series`.

    Attributes:
        failed: What is wrong with the files that have no result.
    """

    failed: Mapping[str, str] = field(default_factory=dict)


def backtest(
    given: Sequence[str],
    config: StockConfig,
    output: Path,
    *,
    folds: int,
    pool: Pool | None = None,
) -> result.Result:
    """Walk forward through each file; one file is done in this process, on all cores.

    Args:
        given: Files and folders; empty: the sample that ships with matplotlib.
        config: The resolved config.
        output: Folder of all runs.
        folds: Number of folds of each file.
        pool: Where many files are done; None: on the cores of this machine.
    """
    pool = pool or Pool()
    if not given or (len(given) == 1 and not os.path.isdir(given[0]) and pool.cluster is None):
        path = Path(given[0]) if given else None
        return pipeline.backtest(path, config, output, folds=folds)
    found = sources(given, ships="stock")
    run = runs.create(
        *(output, "stock", f"{len(found)}-series", config),
        inputs=[file for source in found for file in source.files],
        verb="backtest",
        folds=folds,
        sources=[source.path for source in found],
    )
    return _many(run, found, pool)


def resume(wanted: Path, output: Path, *, pool: Pool | None = None) -> result.Result:
    """Go on with interrupted backtests, under their own config.

    Raises:
        InputError: There is nothing to go on with, or a file has changed.
    """
    run = runs.resumable(output, "stock", wanted, verb="backtest")
    if "sources" not in run.manifest:
        return pipeline.resume_backtest(wanted, output)
    found = sources(run.manifest["sources"], ships="stock")
    runs.unchanged(run, [file for source in found for file in source.files])
    return _many(run, found, pool or Pool())


def complain(made: result.Result) -> None:
    """Raise a RunError that names the files without a result, where there are any."""
    if isinstance(made, Many) and made.failed:
        again = command_line(["--resume", str(made.run)])
        raise RunError(f"{said_of(made.failed)}\nTry these again with {again}")


def _many(run: Run, found: Sequence[Source], pool: Pool) -> Many:
    text = configs.show(run.config(StockConfig), "stock")
    options = (("folds", int(run.manifest["folds"])),)
    tasks = [Task("stock", "backtest", source, text, options) for source in found]
    with work(run, f"lstmkit stock backtest --resume {run.path}"), started(pool) as workers:
        failed = perform_all(tasks, run, runs.TRIALS, workers, label="backtest")
        done = [task for task in tasks if task.folder not in failed]
        if not done:
            raise RunError(said_of(failed))
        rows, test = beside_naive([_row(run, task) for task in done])
        metrics = {"verdict": price_verdict(test), "test": test, "series": rows}
        write_series(rows, run.path, COLUMNS)
        write_json(run.path / runs.METRICS, metrics)
    if failed:
        run.update(status="failed", error=said_of(failed))
    return Many(run=run.path, metrics=metrics, failed=failed)


def _row(run: Run, task: Task) -> dict[str, Any]:
    path = f"{runs.TRIALS}/{task.folder}"
    test = Run(run.path / path).metrics["test"]
    return {"series": task.source.name, **{name: test[name] for name in SCORES}, "run": path}
