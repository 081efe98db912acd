"""The commands of the letters pipeline, which stand under `lstmkit cells`."""

from pathlib import Path

import click

from lstmkit.config import Changes
from lstmkit.letters.config import LettersConfig
from lstmkit.options import (
    Number,
    change_options,
    config_options,
    json_option,
    output_option,
    resume_option,
    run_option,
)
from lstmkit.terminal import say, show, show_json


@click.command(epilog="Example: lstmkit cells learn names.txt --set train.epochs=40")
@click.argument("text", required=False, type=click.Path(path_type=Path))
@config_options("letters")
@output_option
@resume_option
@json_option
def learn(
    text: Path | None, config: LettersConfig, output: Path, resume: Path | None, as_json: bool
) -> None:
    """Learn to write lines like those in TEXT, or like the names that ship, on the NumPy LSTM."""
    from lstmkit.letters import pipeline

    if resume is not None:
        result = pipeline.resume(resume, output)
    else:
        result = pipeline.train(text, config, output)
    show(result, "\n".join(result.shown), as_json=as_json)


@click.command(epilog="Example: lstmkit cells write --primer Bram --count 5 --temperature 1")
@run_option
@click.option("--temperature", type=Number(0.01, 100), help="Same as --set write.temperature=N.")
@click.option("--primer", default="", help="What each begins with.")
@click.option("--count", type=click.IntRange(1, 100_000), default=10, show_default=True)
@change_options
@output_option
@json_option
def write(
    run: Path | None,
    temperature: float | None,
    primer: str,
    count: int,
    changes: Changes,
    output: Path,
    as_json: bool,
) -> None:
    """Write new lines with what `cells learn` learned."""
    from lstmkit.letters import pipeline

    changes = changes.and_set("write.temperature", temperature)
    found, written = pipeline.write(run, output, count=count, primer=primer, changes=changes)
    if as_json:
        show_json({"run": str(found.path), "written": written})
    else:
        say("\n".join(written))
