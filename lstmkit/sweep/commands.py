"""The commands that try many settings of a pipeline."""

from pathlib import Path

import click

from lstmkit.config import Config
from lstmkit.errors import InputError, RunError
from lstmkit.options import (
    cluster_option,
    config_options,
    jobs_option,
    json_option,
    output_option,
    resume_option,
)
from lstmkit.system import command_line
from lstmkit.terminal import show

EXAMPLE = "--over model.units=16,32,64 --seeds 3"
COMMANDS = {  # by name: the pipeline, what it works on, an example
    "stock": (
        *("stock", "[CSV...]"),
        "PRICES.csv --over model.units=[16],[25] --over train.learning_rate=1e-4..1e-2:log "
        "--seeds 3 --trials 30",
    ),
    "emoji": ("emoji", "[CSV]", "--over model.dropout=0.3..0.6 --trials 5"),
    "music": ("music", "[FILE...]", EXAMPLE),
    "cells": ("letters", "[TEXT]", EXAMPLE),
}


@click.group()
def sweep() -> None:
    """Try many settings; choose by what is held out, judge once: stock, emoji, music, cells."""


def _command(name: str, pipeline: str, works_on: str, example: str) -> click.Command:
    @click.command(name, epilog=f"Example: lstmkit sweep {name} {example}")
    @click.argument("sources", nargs=-1, metavar=works_on)
    @click.option(
        "--over",
        multiple=True,
        metavar="KEY=VALUES",
        help="What is varied: KEY=V,V,V or KEY=LOW..HIGH or KEY=LOW..HIGH:log; may be repeated.",
    )
    @click.option(
        "--trials", type=click.IntRange(1, 100_000), help="Settings to draw; default: all of them."
    )
    @click.option(
        "--seeds",
        type=click.IntRange(1, 1000),
        default=1,
        show_default=True,
        help="Trainings of each setting, each with a seed of its own.",
    )
    @click.option(
        "--search",
        type=click.Choice(["random", "tpe"]),
        default="random",
        show_default=True,
        help="How settings are drawn; tpe needs the extra lstmkit[sweep].",
    )
    @config_options(pipeline)
    @jobs_option
    @cluster_option
    @output_option
    @resume_option
    @json_option
    def run(
        sources: tuple[str, ...],
        over: tuple[str, ...],
        trials: int | None,
        seeds: int,
        search: str,
        config: Config,
        jobs: int | None,
        cluster: str | None,
        output: Path,
        resume: Path | None,
        as_json: bool,
    ) -> None:
        if resume is None:
            _check(pipeline, over, trials, search, config)
        from lstmkit.parallel import Pool
        from lstmkit.sweep import pipeline as story
        from lstmkit.sweep import report

        pool = Pool(jobs, cluster)
        if resume is not None:
            result = story.resume(pipeline, resume, output, pool=pool)
        else:
            asked = story.Asked(over, seeds=seeds, trials=trials, search=search)
            result = story.sweep(pipeline, sources, config, output, asked=asked, pool=pool)
        show(result, report.shown(result), as_json=as_json)
        if result.failed:
            again = command_line(["--resume", str(result.run)])
            raise RunError(f"{result.complaint}\nTry these again with {again}")

    what = {"letters": "the letters model on the NumPy cells"}.get(pipeline, f"the {name} model")
    run.help = f"Try many settings of {what}, and train the one that does best on held-out rows."
    return run


def _check(
    pipeline: str, over: tuple[str, ...], trials: int | None, search: str, config: Config
) -> None:
    """Let what is wrong with the settings end here, before anything heavy is imported."""
    from lstmkit.sweep.over import axes
    from lstmkit.sweep.search import listed, require_optuna

    if not over:
        raise InputError("nothing is varied; name what with --over, such as model.dropout=0,0.2")
    varied = axes(over, pipeline, config)
    if search == "tpe":
        require_optuna()
        if trials is None:
            raise InputError("--search tpe: say how many settings to try with --trials N")
    else:
        listed(varied, trials=trials, seed=config.seed)


for _name, (_pipeline, _works_on, _example) in COMMANDS.items():
    sweep.add_command(_command(_name, _pipeline, _works_on, _example))
