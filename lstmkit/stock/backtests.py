"""The story of backtests: of one file here, of many files each as a task of its own."""

from __future__ import annotations

import csv
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lstmkit import config as configs
from lstmkit import result, runs, terminal
from lstmkit.errors import RunError
from lstmkit.files import atomic, write_json
from lstmkit.parallel import Pool, perform_all, said_of, started
from lstmkit.runs import Run
from lstmkit.stock import pipeline, report
from lstmkit.stock.config import StockConfig
from lstmkit.stock.dated import NUMBER
from lstmkit.stock.panel.scores import corrected
from lstmkit.stock.scores.metrics import SIGNIFICANT
from lstmkit.task import Source, Task, sources
from lstmkit.work import work

TABLE = "series.csv"
COLUMNS = ("n", "rmse", "naive_rmse", "skill", "dm_p_value", "coverage")
SHOWN = 20

Row = dict[str, Any]


@dataclass(frozen=True, kw_only=True, repr=False)
class Many(result.Result):
    """What backtests of many files found.

    `metrics` holds `verdict`, the counts `beat`, `lose`, `equal`, and `series`.

    Attributes:
        rows: What `series.csv` holds: one mapping per file.
        failed: What is wrong with the files that have no result.
    """

    rows: Sequence[Row] = ()
    failed: Mapping[str, str] = field(default_factory=dict)


def backtest(
    given: Sequence[str],
    config: StockConfig,
    output: Path,
    *,
    folds: int,
    pool: Pool | None = None,
) -> tuple[result.Result, str]:
    """Walk forward through each file; one file is done in this process, on all cores.

    Args:
        given: Files and folders; empty: the sample that ships with matplotlib.
        config: The resolved config.
        output: Folder of all runs.
        folds: Number of folds of each file.
        pool: Where many files are done; None: on the cores of this machine.

    Returns:
        The result, and what the terminal shows of it.
    """
    pool = pool or Pool()
    if not given or (len(given) == 1 and not os.path.isdir(given[0]) and pool.cluster is None):
        path = Path(given[0]) if given else None
        one = pipeline.backtest(path, config, output, folds=folds)
        return one, report.shown(one)
    found = sources(given, ships="stock")
    run = runs.create(
        *(output, "stock", f"{len(found)}-series", config),
        inputs=[file for source in found for file in source.files],
        verb="backtest",
        folds=folds,
        sources=[source.path for source in found],
    )
    return _many(run, found, pool)


def resume(wanted: Path, output: Path, *, pool: Pool | None = None) -> tuple[result.Result, str]:
    """Go on with interrupted backtests, under their own config.

    Raises:
        InputError: There is nothing to go on with, or a file has changed.
    """
    run = runs.resumable(output, "stock", wanted, verb="backtest")
    if "sources" not in run.manifest:
        one = pipeline.resume_backtest(wanted, output)
        return one, report.shown(one)
    found = sources(run.manifest["sources"], ships="stock")
    runs.unchanged(run, [file for source in found for file in source.files])
    return _many(run, found, pool or Pool())


def complain(made: result.Result) -> None:
    """Raise a RunError that names the files without a result, where there are any."""
    if isinstance(made, Many) and made.failed:
        raise RunError(f"{said_of(made.failed)}\nTry these again with --resume {made.run}")


def _many(run: Run, found: Sequence[Source], pool: Pool) -> tuple[Many, str]:
    text = configs.show(run.config(StockConfig), "stock")
    options = (("folds", int(run.manifest["folds"])),)
    tasks = [Task("stock", "backtest", source, text, options) for source in found]
    with work(run, f"lstmkit stock backtest --resume {run.path}"), started(pool) as workers:
        failed = perform_all(tasks, run, runs.TRIALS, workers, label="backtest")
        done = [task for task in tasks if task.folder not in failed]
        if not done:
            raise RunError(said_of(failed))
        rows = _judged([_row(run, task) for task in done])
        metrics = {"verdict": _verdict(rows), **_counts(rows), "series": rows}
        made = Many(run=run.path, metrics=metrics, rows=rows, failed=failed)
        _write(rows, run.path / TABLE)
        write_json(run.path / runs.METRICS, metrics)
    if failed:
        run.update(status="failed", error=said_of(failed))
    more = f"\n({len(rows) - SHOWN} more in {TABLE})" if len(rows) > SHOWN else ""
    names = ("series", *COLUMNS, "verdict")
    shown = terminal.table([{name: row[name] for name in names} for row in rows[:SHOWN]])
    return made, shown + more


def _row(run: Run, task: Task) -> Row:
    path = f"{runs.TRIALS}/{task.folder}"
    test = Run(run.path / path).metrics["test"]
    return {"series": task.source.name, **{name: test[name] for name in COLUMNS}, "run": path}


def _judged(rows: Sequence[Row]) -> list[Row]:
    """Return rows with what their p-values say, corrected for their number.

    The rule is Benjamini and Hochberg's (1995): of those that are called better or worse, one in
    a hundred at most is expected to be so by chance.
    """
    judged = []
    for row, q_value in zip(rows, corrected([row["dm_p_value"] for row in rows]), strict=True):
        told = q_value is not None and q_value < SIGNIFICANT
        verdict = ("beats naive" if row["skill"] > 0 else "loses to naive") if told else "equals"
        judged.append({**row, "q_value": q_value, "verdict": verdict})
    return judged


def _counts(rows: Sequence[Row]) -> dict[str, int]:
    told = [row["verdict"].partition(" ")[0] for row in rows]
    return {"beat": told.count("beats"), "lose": told.count("loses"), "equal": told.count("equals")}


def _verdict(rows: Sequence[Row]) -> str:
    counts = _counts(rows)
    return (
        f'Of {len(rows)} series, {counts["beat"]} beat "tomorrow = today", {counts["lose"]} lose '
        f"to it and {counts['equal']} equal it (Diebold-Mariano, corrected for {len(rows)} tests "
        f"after Benjamini and Hochberg, {SIGNIFICANT:.0%})."
    )


def _write(rows: Sequence[Row], path: Path) -> None:
    with atomic(path) as stream:
        lines = csv.writer(stream, lineterminator="\n")
        lines.writerow(rows[0])
        for row in rows:
            lines.writerow([NUMBER % v if isinstance(v, float) else v for v in row.values()])
