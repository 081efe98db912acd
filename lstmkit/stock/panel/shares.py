"""Many series scored by workers, a share of them each, and put together again."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from lstmkit import config as configs
from lstmkit import runs
from lstmkit.errors import RunError
from lstmkit.files import write_json
from lstmkit.parallel import Pool, perform_all, said_of, started
from lstmkit.runs import Run
from lstmkit.stock.config import StockConfig
from lstmkit.stock.panel import data, member, pipeline, report, rows
from lstmkit.stock.panel.data import Group
from lstmkit.stock.panel.result import PanelResult
from lstmkit.stock.result import Result
from lstmkit.task import Source, Task

SIZE = 25  # series of a share
VERB = "share"


def evaluate(found: Run, made: Run, group: Group, pool: Pool | None, *, own: bool) -> PanelResult:
    """Score every series with the model of a run, on the cores of this machine or a cluster.

    Args:
        found: The model's run.
        made: The run that is written; its `trials` hold the shares.
        group: The series.
        pool: Where the work is done; None: on all cores of this machine.
        own: Whether they are those that the model was trained on.

    Raises:
        InputError: None can be scored.
        RunError: A share killed its worker twice, or could not be made.
    """
    config = found.config(StockConfig)
    tasks = _tasks(found, group, config, own=own)
    with started(pool or Pool()) as workers:
        failed = perform_all(tasks, made, runs.TRIALS, workers, label="score")
    if failed:
        raise RunError(said_of(failed))
    shares = [Run(made.path / runs.TRIALS / task.folder) for task in tasks]
    metrics = [share.metrics for share in shares]
    scored = [row for one in metrics for row in one["series"]]
    left_out = {name: why for one in metrics for name, why in one["left_out"].items()}
    outcome = pipeline.judged(made, group, scored, config, left_out)
    rows.join([share.path for share in shares], made.path, "predictions", config.data.tables)
    parts = [part for share in shares for part in sorted((share.path / member.SERIES).iterdir())]
    for number, (row, part) in enumerate(zip(scored, parts, strict=True)):
        shutil.copytree(part, member.folder(made, number, row["series"]).path)
    report.write(outcome, config.data.tables)
    shutil.rmtree(made.path / runs.TRIALS)
    return outcome


def score(share: Run, found: Run, group: Group, *, own: bool) -> Result:
    """Score some of many series, and write what they are put together from.

    Args:
        share: The run that is written.
        found: The model's.
        group: The series of this share.
        own: Whether they are of those that the model was trained on.
    """
    left_out: dict[str, str] = {}
    config = found.config(StockConfig)
    scored = pipeline.scored_with(found, share, group, left_out, own=own)
    done, _ = pipeline.score_each(share, len(group.members), scored, config)
    (share.path / member.SERIES).mkdir(exist_ok=True)
    verdict = f"{len(done):,} series of many are scored here; the verdict is on all."
    metrics = {"verdict": verdict, "series": done, "left_out": left_out}
    write_json(share.path / runs.METRICS, metrics)
    coverage = config.interval.coverage
    return Result(run=share.path, name=group.name, coverage=coverage, metrics=metrics)


def again(files: Sequence[str], wanted: Sequence[tuple[int, str]], config: StockConfig) -> Group:
    """Read the series of a share.

    Args:
        files: Their files, in the order in which all were read.
        wanted: Of each series its place among those of the files, and its name among all.
        config: Of the model's run.
    """
    paths = [Path(one) for one in files]
    group = data.load_files(paths[0].parent, paths, config.data)
    members = tuple(replace(group.members[place], name=name) for place, name in wanted)
    return replace(group, members=members)


def _tasks(found: Run, group: Group, config: StockConfig, *, own: bool) -> list[Task]:
    text = configs.show(config, "stock")
    prints = {str(one.fingerprint["path"]): one.fingerprint for one in group.members}
    tasks = []
    for first in range(0, len(group.members), SIZE):
        members = group.members[first : first + SIZE]
        files = list(dict.fromkeys(str(one.fingerprint["path"]) for one in members))
        there = [name for path, name in group.read if path in files]
        wanted = tuple((there.index(one.name), one.name) for one in members)
        source = Source(f"from-{first + 1}", tuple(files), tuple(prints[one] for one in files))
        options = (("run", str(found.path.resolve())), ("wanted", wanted), ("own", own))
        tasks.append(Task("stock", VERB, source, text, options))
    return tasks
