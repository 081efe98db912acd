"""The commands of the music pipeline."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lstmkit import config as configs
from lstmkit.errors import InputError
from lstmkit.music.config import MusicConfig
from lstmkit.options import (
    Number,
    config_options,
    json_option,
    output_option,
    resume_option,
    run_option,
    with_seed,
)

if TYPE_CHECKING:
    from lstmkit.music.report import Result


@click.group()
def music() -> None:
    """Learn from music and improvise: train, generate, evaluate, inspect."""


@music.command(epilog="Example: lstmkit music train my_solos/ --set train.epochs=50")
@click.argument("files", nargs=-1)
@config_options
@output_option
@resume_option
@json_option
def train(
    files: tuple[str, ...],
    config_file: Path | None,
    overrides: tuple[str, ...],
    seed: int | None,
    output: Path,
    resume: Path | None,
    as_json: bool,
) -> None:
    """Learn from FILES (MIDI, MusicXML, folders, corpus:NAME), or from the music that ships."""
    if resume is not None and (files or config_file or overrides or seed is not None):
        raise InputError("--resume goes on under the run's own files and config; give it alone")
    settings = configs.load(MusicConfig, "music", config_file, with_seed(overrides, seed))
    from lstmkit.music import pipeline

    if resume is not None:
        result = pipeline.resume(resume, output)
    else:
        result = pipeline.train(files, settings, output)
    _show(result, as_json)


@music.command(epilog='Example: lstmkit music generate --chords "Dm7 G7 | Cmaj7" --bars 16 --wav')
@run_option
@click.option(
    "--bars", type=click.IntRange(1, 1000), help="Bars of the solo; default: the config's."
)
@click.option("--chords", help='Such as "Dm7 G7 | Cmaj7"; default: those of a training tune.')
@click.option("--temperature", type=Number(0, 10), help="0: always the likeliest value.")
@click.option("--top-p", type=Number(0, 1, min_open=True), help="Share to draw from.")
@click.option("--seed", type=click.IntRange(0, 2**32 - 1), help="Decides all that is drawn.")
@click.option("--count", type=click.IntRange(1, 1000), default=1, help="Number of solos.")
@click.option("--tempo", type=Number(10, 1000), help="Quarters per minute.")
@click.option("--swing", type=Number(0.5, 0.8), help="0.5 straight, 0.667 triplets.")
@click.option("--primer", help="Music the network hears before it begins.")
@click.option("--accompaniment/--no-accompaniment", default=True, help="Piano and bass.")
@click.option("--wav", is_flag=True, help="Render sound as well.")
@output_option
@json_option
def generate(
    run_folder: Path | None,
    seed: int | None,
    temperature: float | None,
    top_p: float | None,
    swing: float | None,
    output: Path,
    as_json: bool,
    **asked: Any,
) -> None:
    """Improvise over chords and write MIDI, a piano roll and metrics."""
    from lstmkit.music import pipeline
    from lstmkit.music.play.band import Request

    changes = {"temperature": temperature, "top_p": top_p, "swing": swing}
    given = {name: value for name, value in changes.items() if value is not None}
    request = Request(**asked)
    _show(pipeline.generate(run_folder, request, given, seed, output), as_json)


@music.command(epilog="Example: lstmkit music evaluate solo-01.mid")
@click.argument("file")
@run_option
@config_options
@output_option
@json_option
def evaluate(
    file: str,
    run_folder: Path | None,
    config_file: Path | None,
    overrides: tuple[str, ...],
    seed: int | None,
    output: Path,
    as_json: bool,
) -> None:
    """Measure FILE beside the music that a model learned from."""
    settings = configs.load(MusicConfig, "music", config_file, with_seed(overrides, seed))
    from lstmkit.music import pipeline

    _show(pipeline.evaluate(file, run_folder, settings, output), as_json)


@music.command(epilog="Example: lstmkit music inspect original_metheny.mid")
@click.argument("file")
@config_options
@json_option
def inspect(
    file: str,
    config_file: Path | None,
    overrides: tuple[str, ...],
    seed: int | None,
    as_json: bool,
) -> None:
    """Show the parts of FILE, which would be melody and chords, and the chords bar by bar."""
    settings = configs.load(MusicConfig, "music", config_file, with_seed(overrides, seed))
    from lstmkit.music import pipeline

    found = pipeline.inspect(file, settings)
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False))
        return
    _table(found["parts"])
    click.echo()
    _table(found["chords"])
    click.echo("\n" + "\n".join(found["reasons"]))


def _show(result: "Result", as_json: bool) -> None:
    from lstmkit.music import report

    content = result.to_json()
    if as_json:
        click.echo(json.dumps(content, ensure_ascii=False))
        return
    _table(report.result_rows(result))
    click.echo(f"\n{result.verdict}")
    for path in content["files"]:
        click.echo(path, err=True)


def _table(rows: list[dict[str, Any]]) -> None:
    from tabulate import tabulate

    if rows:
        click.echo(tabulate(rows, headers="keys", disable_numparse=True))
