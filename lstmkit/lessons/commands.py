"""The commands of the lessons: exercises, a step in numbers, the RNN problem."""

import sys
from pathlib import Path
from typing import Any

import click

from lstmkit.options import Number, json_option, output_option, run_option
from lstmkit.terminal import json_line, say, show_json, table

folder_option = click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("exercises"),
    show_default=True,
    help="Where your files and your progress are.",
)
number = click.argument("wanted", metavar="[N]", required=False)


@click.group()
def exercise() -> None:
    """Learn by doing: 18 functions with holes, in the order of the tutorial, each checked."""


@exercise.command("list", epilog="Example: lstmkit exercise list")
@folder_option
@json_option
def list_command(folder: Path, as_json: bool) -> None:
    """List the exercises and how far you are."""
    from lstmkit.lessons.exercises import catalogue
    from lstmkit.lessons.exercises.folder import Folder

    rows = [Folder(folder).to_json(one) for one in catalogue.EXERCISES]
    if as_json:
        show_json({"folder": str(folder), "exercises": rows})
        return
    shown = [
        {
            "": row["exercise"],
            "name": row["name"],
            "what you write": row["title"],
            "state": row["state"],
            "page": row["page"],
        }
        for row in rows
    ]
    say(table(shown))
    done = sum(row["state"] == "solved" for row in rows)
    say(f"\n{done} of {len(rows)} solved")


@exercise.command(epilog="Example: lstmkit exercise start 1")
@number
@folder_option
def start(wanted: str | None, folder: Path) -> None:
    """Write exercise N, or the next one, as a Python file with holes."""
    one, place = _exercise(wanted, folder)
    path = place.start(one)
    say(f"{path}: {one.title}")
    say(f"Fill in every ..., then: lstmkit exercise check {one.number}", err=True)


@exercise.command(epilog="Example: lstmkit exercise check 1")
@click.argument("wanted", metavar="[N]...", nargs=-1)
@click.option("--all", "every", is_flag=True, help="Those not begun as well, for graders.")
@click.option("--keras", is_flag=True, help="Let Keras judge too (3, 5, 9, 11; needs TensorFlow).")
@folder_option
@json_option
def check(wanted: tuple[str, ...], every: bool, keras: bool, folder: Path, as_json: bool) -> None:
    """Check exercise N, or all that are begun; run your functions in a process of their own.

    Says what is wrong and what may be the cause. The exit code is 0 only if all are right. With
    --json, one object for each exercise: passed, points, message, causes.
    """
    from lstmkit.lessons.exercises import marking

    verdicts = marking.check(folder, wanted, every=every, keras=keras)
    passed = True
    for verdict in verdicts:
        passed = passed and verdict.passed
        say(json_line(verdict.to_json()) if as_json else marking.in_words(verdict))
    if not passed:
        sys.exit(1)


@exercise.command(epilog="Example: lstmkit exercise hint 1")
@number
@folder_option
def hint(wanted: str | None, folder: Path) -> None:
    """Give the next hint for exercise N; each time a little more."""
    one, place = _exercise(wanted, folder)
    count, text = place.hint(one)
    say(f"{one.name}, hint {count} of {len(one.nudges)}: {text}")


@exercise.command(epilog="Example: lstmkit exercise solution 1")
@number
@folder_option
def solution(wanted: str | None, folder: Path) -> None:
    """Print one way to do exercise N."""
    one, place = _exercise(wanted, folder)
    say(place.solution(one), nl=False)


@exercise.command("next", epilog="Example: lstmkit exercise next")
@folder_option
@json_option
def next_command(folder: Path, as_json: bool) -> None:
    """Say which exercise comes next, and begin it."""
    from lstmkit.lessons.exercises.folder import Folder

    place = Folder(folder)
    one = place.next()
    if one is not None and not place.file(one).exists():
        place.start(one)
    if as_json:
        show_json({"next": None if one is None else place.to_json(one)})
    elif one is None:
        say("All exercises are solved.")
    else:
        say(f"{place.file(one)}: {one.title} (read docs/learn/{one.page})")
        say(f"Fill in every ..., then: lstmkit exercise check {one.number}", err=True)


def _exercise(wanted: str | None, folder: Path) -> tuple[Any, Any]:
    """Return the exercise that is meant, the next one where none is named, and the folder."""
    from lstmkit.lessons.exercises import catalogue
    from lstmkit.lessons.exercises.folder import Folder

    place = Folder(folder)
    upcoming = place.next() or catalogue.EXERCISES[-1]
    return upcoming if wanted is None else catalogue.find(wanted), place


@click.command(epilog="Example: lstmkit cells memory")
@click.option("--orthogonal", is_flag=True, help="Begin recurrent matrices as rotations.")
@click.option("--clip", type=Number(0, 1e6, min_open=True), help="Largest entry of a gradient.")
@click.option(
    "--forget-bias",
    type=Number(-20, 20),
    default=5.0,
    show_default=True,
    help="Bias of the LSTM's forget gate: 5 opens it to 0.993; 1, as in Keras, to 0.73.",
)
@click.option("--seeds", type=click.IntRange(1, 100), default=3, show_default=True)
@click.option("--seed", type=click.IntRange(0, 2**32 - 1), default=0, help="Draws them all.")
@click.option(
    "--to",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("memory"),
    show_default=True,
    help="Folder for two pictures and the numbers.",
)
@json_option
def memory(
    orthogonal: bool,
    clip: float | None,
    forget_bias: float,
    seeds: int,
    seed: int,
    to: Path,
    as_json: bool,
) -> None:
    """Measure what an RNN forgets and an LSTM keeps: gradients back in time, accuracy over a lag.

    Each network sees one of four symbols, then noise for 5, 10, 20, 50 or 100 steps, and has to say
    which symbol it was.
    """
    from lstmkit.lessons.memory import pipeline

    result = pipeline.remember(
        to, orthogonal=orthogonal, clip=clip, forget_bias=forget_bias, seeds=seeds, seed=seed
    )
    if as_json:
        show_json(result.to_json())
        return
    say(result.table())
    for path in result.files(to):
        say(path, err=True)


@click.command(epilog='Example: lstmkit cells trace --text "I am not happy" --unit 7')
@run_option
@click.option("--text", help="What a model of sentences, or of characters, should read.")
@click.option("--cell", type=click.Choice(["rnn", "lstm"]), help="A tiny cell, to redo by hand.")
@click.option(
    "--units", type=click.IntRange(1, 64), default=2, show_default=True, help="Of --cell."
)
@click.option("--seed", type=click.IntRange(0, 2**32 - 1), default=0, help="Draws --cell.")
@click.option("--layer", help="Name of the LSTM; default: the first.")
@click.option("--step", type=click.IntRange(1), help="From 1, as x<1>; default: the last.")
@click.option("--unit", type=click.IntRange(0), default=0, show_default=True, help="From 0.")
@click.option(
    "--to", type=click.Path(path_type=Path, dir_okay=False), help="Write a page with a slider."
)
@output_option
@json_option
def trace(
    run: Path | None,
    text: str | None,
    cell: str | None,
    units: int,
    seed: int,
    layer: str | None,
    step: int | None,
    unit: int,
    to: Path | None,
    output: Path,
    as_json: bool,
) -> None:
    """Show one step of a cell in numbers: every sum, gate and state, and the gradient back.

    With --json: all units, and all steps or the one of --step.
    """
    from lstmkit.lessons.trace import pipeline

    if cell is not None:
        found = pipeline.tiny(cell, units, seed)
    else:
        found = pipeline.of_run(run, output, text=text, layer=layer)
    shown = pipeline.show(found, step=step, unit=unit, to=to)
    say(json_line(shown.content) if as_json else shown.text)
    if to is not None:
        say(to, err=True)
