"""The story of a sweep: plan, try, choose by validation, train the winner, write."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from lstmkit import config as configs
from lstmkit import runs
from lstmkit.config import Config
from lstmkit.errors import RunError
from lstmkit.parallel import Pool, Workers, perform_all, said_of, started
from lstmkit.runs import Run
from lstmkit.sweep import report
from lstmkit.sweep.over import OPTION, Setting, axes, overrides
from lstmkit.sweep.result import Result, Tried, ranked, verdict
from lstmkit.sweep.search import JOURNAL, Listed, Search, Tpe, listed
from lstmkit.task import Source, Task, sources
from lstmkit.trials import VERB
from lstmkit.work import work

TOGETHER = ("music",)  # pipelines that learn from all of their sources at once


@dataclass(frozen=True)
class Asked:
    """What the user wants tried.

    Attributes:
        over: What is varied, as given.
        seeds: Seeds of every setting, from the config's on.
        trials: Settings to draw; None: the whole grid.
        search: random or tpe.
    """

    over: tuple[str, ...]
    seeds: int = 1
    trials: int | None = None
    search: str = "random"


def sweep(
    pipeline: str,
    given: Sequence[str],
    config: Config,
    output: Path,
    *,
    asked: Asked,
    pool: Pool | None = None,
) -> Result:
    """Try settings, choose one by what is held out, and train and judge it once.

    Args:
        pipeline: Its name.
        given: Files; each has a model of its own, and the setting is chosen for all of them.
            Music learns from all at once. Empty: what ships.
        config: The resolved config that the settings change.
        output: Folder of all runs.
        asked: What to try.
        pool: Where; None: on the cores of this machine.

    Raises:
        ConfigError: What is varied does not fit the config.
        InputError: A source cannot be found, or a package is missing.
        RunError: No setting has all of its trials.
        InterruptedRunError: The user stopped it; the message tells how to go on.
    """
    varied = axes(asked.over, pipeline, config)
    if asked.search != "tpe":
        listed(varied, trials=asked.trials, seed=config.seed)  # an error ends here, without a run
    found = _sources(pipeline, given)
    name = found[0].name if len(found) == 1 else f"{len(found)}-sources"
    run = runs.create(
        *(output, pipeline, name, config),
        inputs=_inputs(found),
        verb=runs.SWEEP,
        sources=_given(found),
        over=list(asked.over),
        seeds=asked.seeds,
        trials=asked.trials,
        search=asked.search,
    )
    return _swept(run, pool or Pool())


def resume(pipeline: str, wanted: Path, output: Path, *, pool: Pool | None = None) -> Result:
    """Go on with an interrupted sweep, under its own settings; what is done is not done again.

    Raises:
        InputError: There is nothing to go on with, or a file has changed.
    """
    run = runs.resumable(output, pipeline, wanted, verb=runs.SWEEP)
    runs.unchanged(run, _inputs(_sources(pipeline, run.manifest["sources"])))
    return _swept(run, pool or Pool())


def _swept(run: Run, pool: Pool) -> Result:
    noted = run.manifest
    pipeline = str(noted["pipeline"])
    config = run.config(configs.schema_of(pipeline))
    found = _sources(pipeline, noted["sources"])
    command = "cells" if pipeline == "letters" else pipeline
    resumed_by = f"lstmkit sweep {command} --resume {run.path}"
    with work(run, resumed_by) as timings, started(pool) as workers:
        plan = _Plan(run, config, found, int(noted["seeds"]), workers)
        search = _search(run, config)
        while settings := search.ask():
            search.tell(plan.attempt(settings))
        timings.note("trials")
        tried = ranked(plan.tried)
        if np.isnan(tried[0].mean):
            raise RunError(f"no setting has all of its trials; {said_of(plan.failed)}")
        winners = plan.crown(tried[0].setting)
        timings.note("winner")
        result = _judged(run, plan, tried, winners)
        report.write(result)
    if result.failed:
        run.update(status="failed", error=said_of(result.failed))
    return result


class _Plan:
    """The tasks of a sweep, and what came of them."""

    def __init__(
        self, run: Run, config: Config, sources: Sequence[Source], seeds: int, workers: Workers
    ) -> None:
        self.run, self.config, self.sources, self.workers = run, config, sources, workers
        self.seeds = [(config.seed + i) % 2**32 for i in range(seeds)]
        self.tried: list[Tried] = []
        self.rows: list[dict[str, Any]] = []
        self.failed: dict[str, str] = {}

    def attempt(self, settings: Sequence[Setting]) -> list[float | None]:
        """Return the mean validation loss of every setting; None where a trial is missing."""
        tasks = [
            [[self._task(s, seed, VERB, one) for one in self.sources] for seed in self.seeds]
            for s in settings
        ]
        every = [task for setting in tasks for seed in setting for task in seed]
        self.failed |= perform_all(every, self.run, runs.TRIALS, self.workers, label="sweep")
        for setting, grid in zip(settings, tasks, strict=True):
            number = len(self.tried) + 1
            losses = [[self._seen(number, setting, task) for task in row] for row in grid]
            self.tried.append(Tried(number, setting, np.array(losses)))
        means = [one.mean for one in self.tried[-len(settings) :]]
        return [None if np.isnan(mean) else mean for mean in means]

    def crown(self, setting: Setting) -> list[Run]:
        """Train with the setting that was chosen, and return the run of every source."""
        tasks = [self._task(setting, self.seeds[0], "train", one) for one in self.sources]
        self.failed |= perform_all(tasks, self.run, runs.WINNERS, self.workers, label="winner")
        found = [Run(self.run.path / runs.WINNERS / task.folder) for task in tasks]
        return [run for run in found if runs.is_run(run.path)]

    def _task(self, setting: Setting, seed: int, verb: str, source: Source) -> Task:
        pipeline = str(self.run.manifest["pipeline"])
        chosen = [*overrides(setting), f"seed={seed}"]
        data = getattr(self.config, "data", None)
        if getattr(data, "split_seed", 0) is None:
            chosen.append(f"data.split_seed={self.config.seed}")  # no seed sees another's test rows
        config = configs.changed(self.config, chosen, option=OPTION)
        text = configs.show(config, pipeline)
        return Task(pipeline, verb, source, text)

    def _seen(self, number: int, setting: Setting, task: Task) -> float:
        """Note a trial, and return its validation loss; NaN where it has none."""
        run = Run(self.run.path / runs.TRIALS / task.folder)
        there = runs.is_run(run.path)
        metrics = run.metrics if there else {}
        self.rows.append(
            {
                "setting": number,
                **setting,
                "source": task.source.name,
                "seed": run.manifest["seed"] if there else None,
                **{name: metrics.get(name) for name in ("validation", "epoch", "epochs")},
                "run": f"{runs.TRIALS}/{task.folder}" if there else None,
            }
        )
        return float(metrics.get("validation", np.nan))


def _judged(run: Run, plan: _Plan, tried: Sequence[Tried], winners: Sequence[Run]) -> Result:
    verdicts = [str(winner.metrics.get("verdict", "")) for winner in winners]
    best = tried[0]
    metrics = {
        "verdict": verdict(tried, verdicts),
        "settings": len(tried),
        "seeds": len(plan.seeds),
        "best": best.setting,
        "validation": best.mean,
        "spread": best.spread,
        "failed": len(plan.failed),
        "winners": [
            {
                "source": winner.manifest["name"],
                "run": winner.path.relative_to(run.path).as_posix(),
                "verdict": told,
            }
            for winner, told in zip(winners, verdicts, strict=True)
        ],
    }
    return Result(
        run=run.path, metrics=metrics, tried=tried, rows=plan.rows, failed=dict(plan.failed)
    )


def _search(run: Run, config: Config) -> Search:
    noted = run.manifest
    varied, trials = axes(noted["over"], str(noted["pipeline"]), config), noted["trials"]
    if noted["search"] == "tpe":
        return Tpe(varied, trials=trials, seed=config.seed, journal=run.path / JOURNAL)
    return Listed(listed(varied, trials=trials, seed=config.seed))


def _sources(pipeline: str, given: Sequence[str]) -> list[Source]:
    return sources(given, ships=pipeline, together=pipeline in TOGETHER)


def _inputs(found: Sequence[Source]) -> list[Mapping[str, Any]]:
    return [file for one in found for file in one.files]


def _given(found: Sequence[Source]) -> list[str]:
    """Return what names the sources again."""
    paths = (one.path if isinstance(one.path, tuple) else (one.path,) for one in found)
    return [path for several in paths for path in several if path is not None]
