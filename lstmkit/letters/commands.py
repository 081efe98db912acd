"""The commands of the cells."""

import json
from pathlib import Path
from typing import Any

import click

from lstmkit import config as configs
from lstmkit.completion import models_of_any, runs_of_command
from lstmkit.errors import InputError, RunError
from lstmkit.letters.config import LettersConfig
from lstmkit.options import (
    Number,
    config_options,
    json_option,
    output_option,
    resume_option,
    with_seed,
)

run_type = click.Path(path_type=Path)


@click.group()
def cells() -> None:
    """The RNN and LSTM cells in NumPy: check, gates, learn, write."""


@cells.command(epilog="Example: lstmkit cells check --tutorial")
@click.option("--keras", is_flag=True, help="Compare with Keras's own layers as well.")
@click.option("--tutorial", is_flag=True, help="Show the LSTM with the carry left out.")
@click.option("--seed", type=click.IntRange(0, 2**32 - 1), default=0, help="Draws the networks.")
@json_option
def check(keras: bool, tutorial: bool, seed: int, as_json: bool) -> None:
    """Check the gradients of both cells against differences of the loss."""
    from lstmkit.letters import pipeline

    lines = pipeline.check(seed, keras=keras, tutorial=tutorial)
    failed = sum(not line.comparison.passed for line in lines)
    if as_json:
        checks = [line.to_json() for line in lines]
        click.echo(json.dumps({"passed": not failed, "checks": checks}))
    else:
        if tutorial:
            click.echo("Backpropagation with the carry left out, as in the tutorial:\n")
        for against in dict.fromkeys(line.against for line in lines):
            _table([line.row() for line in lines if line.against == against], ".2e")
            click.echo()
        click.echo(f"{len(lines) - failed} of {len(lines)} agree (norms over all entries)")
    if failed and not tutorial:
        raise RunError(f"{failed} gradients are wrong; this is a bug in lstmkit")


@cells.command(epilog="Example: lstmkit cells gates outputs/stock/20261123T210800Z-DIS")
@click.argument(
    "run_folder", metavar="[RUN]", required=False, type=run_type, shell_complete=models_of_any
)
@click.option("--text", "sentence", help="What a model of sentences should read.")
@click.option("--layer", help="Name of the LSTM; default: the first.")
@output_option
@json_option
def gates(
    run_folder: Path | None, sentence: str | None, layer: str | None, output: Path, as_json: bool
) -> None:
    """Watch the gates of a trained LSTM over one of its own inputs: a heat map and a CSV."""
    from lstmkit.letters import pipeline

    result = pipeline.gates(run_folder, output, sentence=sentence, layer=layer)
    content = result.to_json()
    if as_json:
        click.echo(json.dumps(content))
        return
    _table(content["gates"], ".4f")
    for path in content["files"]:
        click.echo(path, err=True)


@cells.command(epilog="Example: lstmkit cells learn names.txt --set train.epochs=40")
@click.argument("text", required=False, type=click.Path(path_type=Path))
@config_options
@output_option
@resume_option
@json_option
def learn(
    text: Path | None,
    config_file: Path | None,
    overrides: tuple[str, ...],
    seed: int | None,
    output: Path,
    resume: Path | None,
    as_json: bool,
) -> None:
    """Learn to write lines like those in TEXT, or like the names that ship, on the NumPy LSTM."""
    if resume is not None and (text or config_file or overrides or seed is not None):
        raise InputError("--resume goes on under the run's own file and config; give it alone")
    settings = configs.load(LettersConfig, "letters", config_file, with_seed(overrides, seed))
    from lstmkit.letters import pipeline

    if resume is not None:
        result = pipeline.resume(resume, output)
    else:
        result = pipeline.learn(text, settings, output)
    content = result.to_json()
    if as_json:
        click.echo(json.dumps(content, ensure_ascii=False))
        return
    click.echo("\n".join(content["written"]) + f"\n\n{result.verdict}")
    for path in content["files"]:
        click.echo(path, err=True)


@cells.command(epilog="Example: lstmkit cells write --primer Bram --count 5 --temperature 1")
@click.argument(
    "run_folder", metavar="[RUN]", required=False, type=run_type, shell_complete=runs_of_command
)
@click.option("--temperature", type=Number(0.01, 100), help="Default: the run's, 0.7.")
@click.option("--primer", default="", help="What each begins with.")
@click.option("--count", type=click.IntRange(1, 100_000), default=10, show_default=True)
@click.option("--seed", type=click.IntRange(0, 2**32 - 1), help="Default: the run's.")
@output_option
@json_option
def write(
    run_folder: Path | None,
    temperature: float | None,
    primer: str,
    count: int,
    seed: int | None,
    output: Path,
    as_json: bool,
) -> None:
    """Write new lines with what `cells learn` learnt."""
    from lstmkit.letters import pipeline

    run, written = pipeline.write(
        run_folder, output, count=count, seed=seed, temperature=temperature, primer=primer
    )
    if as_json:
        click.echo(json.dumps({"run": str(run.path), "written": written}, ensure_ascii=False))
        return
    click.echo("\n".join(written))


def _table(rows: list[dict[str, Any]], number: str) -> None:
    from tabulate import tabulate

    click.echo(tabulate(rows, headers="keys", floatfmt=number))
