"""The command that looks into the gates of a trained model."""

from pathlib import Path

import click

from lstmkit.options import json_option, output_option, run_option
from lstmkit.terminal import show, table


@click.command(epilog='Example: lstmkit cells gates --text "I am not happy"')
@run_option
@click.option("--text", "sentence", help="What a model of sentences should read.")
@click.option("--layer", help="Name of the LSTM; default: the first.")
@output_option
@json_option
def gates(
    run: Path | None, sentence: str | None, layer: str | None, output: Path, as_json: bool
) -> None:
    """Watch the gates of a trained LSTM over one of its own inputs: a heat map and a CSV."""
    from lstmkit.gates import pipeline

    result = pipeline.look(run, output, sentence=sentence, layer=layer)
    show(result, table(result.rows()), as_json=as_json)
