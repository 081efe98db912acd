"""The commands of the emoji pipeline."""

import io
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TextIO

import click

from lstmkit.emoji.config import EmojiConfig
from lstmkit.errors import InputError
from lstmkit.options import (
    Number,
    config_options,
    json_option,
    output_option,
    resume_option,
    run_option,
)
from lstmkit.terminal import encoding, has_color, say, show, show_json

file_type = click.Path(path_type=Path)
csv_argument = click.argument("csv", required=False, type=file_type)
vectors_option = click.option(
    "--embeddings",
    "vectors",
    type=file_type,
    help="GloVe or word2vec text file; packed once into your cache. Default: the one that ships.",
)


@click.group()
def emoji() -> None:
    """Answer a sentence with an emoji: predict, chat, train, evaluate."""


@emoji.command(epilog='Example: lstmkit emoji predict "I love you!" --explain')
@click.argument("texts", nargs=-1, metavar="[TEXT...]")
@click.option("--top", type=click.IntRange(1, 100), help="Show the K most probable emojis.")
@click.option("--explain", is_flag=True, help="Show what each word adds to the answer.")
@click.option(
    "--min-confidence",
    type=Number(0, 1),
    default=0.0,
    metavar="P",
    help="No emoji where its probability is below P.",
)
@click.option(
    "--input", "source", type=file_type, help="File of texts: CSV, JSON lines, one a line."
)
@click.option("--column", help="Its text column; default: text, or the only one.")
@click.option("--to", "target", type=file_type, help="CSV to write, with --input; - is stdout.")
@run_option
@output_option
@vectors_option
@json_option
def predict(
    texts: tuple[str, ...],
    top: int | None,
    explain: bool,
    min_confidence: float,
    source: Path | None,
    column: str | None,
    target: Path | None,
    run: Path | None,
    output: Path,
    vectors: Path | None,
    as_json: bool,
) -> None:
    """Print each TEXT with its emoji; - reads lines from stdin, --input a whole CSV."""
    from lstmkit.emoji import answers, pipeline

    if source is not None or target is not None or column is not None:
        from lstmkit.emoji import batch

        if source is None or target is None or texts or explain or as_json or top:
            raise InputError(
                "--input FILE.csv needs --to OUT.csv, and takes --column, --min-confidence, "
                "--run and --embeddings only"
            )
        told = batch.predict_file(
            source, target, column,
            run=run, output=output, vectors=vectors, min_confidence=min_confidence,
        )  # fmt: skip
        say(batch.summary(told, target), err=True)
        return
    if not texts:
        raise InputError('nothing to read; give texts, such as: lstmkit emoji predict "I love you"')
    model, readings = pipeline.predict(_lines(texts), run, output, vectors=vectors)
    style = answers.Style(
        top=top,
        explain=explain,
        min_confidence=min_confidence,
        color=has_color(),
        encoding=encoding(),
    )
    for reading in readings:
        if as_json:
            show_json(answers.to_json(model, reading, style))
        else:
            click.echo(answers.to_text(model, reading, style))
        for remark in answers.remarks(model, reading):
            say(remark, err=True)


@emoji.command(epilog="Example: lstmkit emoji chat")
@click.option("--explain", is_flag=True, help="Show what each word adds to the answer.")
@run_option
@output_option
@vectors_option
def chat(explain: bool, run: Path | None, output: Path, vectors: Path | None) -> None:
    """Type a line, see its emoji; Ctrl-D ends."""
    from lstmkit.emoji import answers, pipeline

    model = pipeline.load(run, output, vectors=vectors)
    style = answers.Style(explain=explain, color=has_color(), encoding=encoding())
    stdin = _stdin()
    say("Type a line; Ctrl-D ends.", err=True)
    while line := _typed(stdin):
        if line.strip():
            [reading] = model.read([line.rstrip("\n")])
            click.echo(answers.to_text(model, reading, style))
            for remark in answers.remarks(model, reading):
                say(remark, err=True)


@emoji.command(epilog="Example: lstmkit emoji train train_emoji.csv --test test_emoji.csv")
@csv_argument
@click.option("--test", type=file_type, help="CSV to score on; default: a share of the first.")
@click.option("--column", help="Text column of CSV; default: one called text, or the wordiest.")
@click.option("--label", help="Label column of CSV; default: one called label, or of few values.")
@click.option(
    "--taught",
    type=file_type,
    help="Further texts to learn from: a CSV with the probability of each label, from a model.",
)
@vectors_option
@config_options("emoji")
@output_option
@resume_option
@json_option
def train(
    csv: Path | None,
    test: Path | None,
    column: str | None,
    label: str | None,
    taught: Path | None,
    vectors: Path | None,
    config: EmojiConfig,
    output: Path,
    resume: Path | None,
    as_json: bool,
) -> None:
    """Train on the sentences in CSV (text,label or text,emoji), or on those that ship."""
    from lstmkit.emoji import pipeline, report

    if resume is not None:
        result = pipeline.resume(resume, output)
    else:
        result = pipeline.train(
            csv, config, output,
            test=test, vectors=vectors, taught=taught, columns=(column, label),
        )  # fmt: skip
    show(result, report.shown(result), as_json=as_json)


@emoji.command(epilog="Example: lstmkit emoji evaluate test_emoji.csv")
@csv_argument
@run_option
@vectors_option
@output_option
@json_option
def evaluate(
    csv: Path | None, run: Path | None, vectors: Path | None, output: Path, as_json: bool
) -> None:
    """Score a model on the sentences in CSV, or on the test sentences that ship."""
    from lstmkit.emoji import pipeline, report

    result = pipeline.evaluate(csv, run, output, vectors=vectors)
    show(result, report.shown(result), as_json=as_json)


def _lines(texts: Iterable[str]) -> Iterator[str]:
    """Yield the texts; in the place of `-`, the lines of stdin."""
    for text in texts:
        if text == "-":
            yield from (line.rstrip("\r\n") for line in _stdin())
        else:
            yield text


def _typed(stdin: TextIO) -> str:
    """Return the next line with its line end; an empty text at the end of the input."""
    if stdin.isatty():
        say("> ", nl=False, err=True)
    return stdin.readline()


def _stdin() -> TextIO:
    """Return stdin, with a sign in the place of bytes that are no UTF-8; ask before reading."""
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(encoding="utf-8", errors="replace")
    return sys.stdin
