"""The commands of the music pipeline."""

from pathlib import Path
from typing import Any

import click

from lstmkit.config import Changes
from lstmkit.music.config import MusicConfig
from lstmkit.options import (
    Number,
    change_options,
    config_options,
    json_option,
    output_option,
    resume_option,
    run_option,
)
from lstmkit.terminal import say, show, show_json, table


@click.group()
def music() -> None:
    """Learn from music and improvise: train, generate, evaluate, inspect."""


@music.command(epilog="Example: lstmkit music train my_solos/ --set train.epochs=50")
@click.argument("files", nargs=-1)
@config_options("music")
@click.option("--strict", is_flag=True, help="Refuse a file that cannot be used, not leave it out.")
@output_option
@resume_option
@json_option
def train(
    files: tuple[str, ...],
    config: MusicConfig,
    strict: bool,
    output: Path,
    resume: Path | None,
    as_json: bool,
) -> None:
    """Learn from FILES (MIDI, MusicXML, folders, corpus:NAME), or from the music that ships."""
    from lstmkit.music import pipeline, report

    if resume is not None:
        result = pipeline.resume(resume, output)
    else:
        result = pipeline.train(files, config, output, strict=strict)
    show(result, report.shown(result), as_json=as_json)


@music.command(epilog='Example: lstmkit music generate --chords "Dm7 G7 | Cmaj7" --bars 16 --wav')
@run_option
@click.option(
    "--bars", type=click.IntRange(1, 1000), help="Bars of the solo; default: the config's."
)
@click.option(
    "--chords", help='Such as "Dm7 G7 | Cmaj7", "|: ii V | I :|", or a FILE; default: a tune\'s.'
)
@click.option("--key", help="Key of Roman numerals in --chords: Bb, F#m.")
@click.option("--metre", help="Such as 3/4; default: the tune's own.")
@click.option("--instrument", help="Who plays the solo: trumpet, tenor sax (General MIDI).")
@click.option("--temperature", type=Number(0, 10), help="0: always the likeliest value.")
@click.option("--top-p", type=Number(0, 1, min_open=True), help="Share to draw from.")
@click.option("--count", type=click.IntRange(1, 1000), default=1, help="Number of solos.")
@click.option("--tempo", type=Number(10, 1000), help="Quarters per minute.")
@click.option("--swing", type=Number(0.5, 0.8), help="0.5 straight, 0.667 triplets.")
@click.option("--primer", help="Music the network hears before it begins.")
@click.option("--accompaniment/--no-accompaniment", default=True, help="Piano and bass.")
@click.option("--drums/--no-drums", default=True, help="Ride and hi-hat, or brushes.")
@click.option("--wav", is_flag=True, help="Render sound as well.")
@click.option("--musicxml", is_flag=True, help="Write the lead sheet as well.")
@change_options
@output_option
@json_option
def generate(
    run: Path | None,
    temperature: float | None,
    top_p: float | None,
    swing: float | None,
    changes: Changes,
    output: Path,
    as_json: bool,
    **asked: Any,
) -> None:
    """Improvise over chords and write MIDI, a piano roll and metrics."""
    from lstmkit.music import pipeline, report
    from lstmkit.music.play.band import Request

    for key, value in {"temperature": temperature, "top_p": top_p, "swing": swing}.items():
        changes = changes.and_set(f"generate.{key}", value)
    result = pipeline.generate(run, output, request=Request(**asked), changes=changes)
    show(result, report.shown(result), as_json=as_json)


@music.command(epilog="Example: lstmkit music evaluate solo-01.mid")
@click.argument("file")
@run_option
@config_options("music")
@output_option
@json_option
def evaluate(file: str, run: Path | None, config: MusicConfig, output: Path, as_json: bool) -> None:
    """Measure FILE beside the music that a model learned from."""
    from lstmkit.music import pipeline, report

    result = pipeline.evaluate(file, run, output, config=config)
    show(result, report.shown(result), as_json=as_json)


@music.command(epilog="Example: lstmkit music inspect original_metheny.mid")
@click.argument("file")
@config_options("music")
@json_option
def inspect(file: str, config: MusicConfig, as_json: bool) -> None:
    """Show the parts of FILE, which would be melody and chords, and the chords bar by bar."""
    from lstmkit.music import pipeline

    found = pipeline.inspect(file, config)
    if as_json:
        show_json(found)
        return
    reasons = "\n".join(found["reasons"])
    tables = (table(found["parts"], texts=True), table(found["chords"], texts=True))
    say("\n\n".join(filter(None, (*tables, reasons))))
