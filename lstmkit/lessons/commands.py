"""The commands of the lessons: exercises, a step in numbers, the RNN problem."""

import json
import sys
from pathlib import Path
from typing import Any

import click

from lstmkit.options import json_option

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
    """Learn by doing: 18 functions with holes, in the order of the tutorial, that check themselves."""


@exercise.command("list", epilog="Example: lstmkit exercise list")
@folder_option
@json_option
def list_command(folder: Path, as_json: bool) -> None:
    """List the exercises and how far you are."""
    from lstmkit.lessons.exercises import catalogue
    from lstmkit.lessons.exercises.folder import Folder

    rows = [Folder(folder).to_json(one) for one in catalogue.EXERCISES]
    if as_json:
        click.echo(json.dumps({"folder": str(folder), "exercises": rows}))
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
    _table(shown)
    done = sum(row["state"] == "solved" for row in rows)
    click.echo(f"\n{done} of {len(rows)} solved")


@exercise.command(epilog="Example: lstmkit exercise start 1")
@number
@folder_option
def start(wanted: str | None, folder: Path) -> None:
    """Write exercise N, or the next one, as a Python file with holes."""
    one, place = _exercise(wanted, folder)
    path = place.start(one)
    click.echo(f"{path}: {one.title}")
    click.echo(f"Fill in every ..., then: lstmkit exercise check {one.number}", err=True)


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
        click.echo(json.dumps(verdict.to_json()) if as_json else marking.in_words(verdict))
    if not passed:
        sys.exit(1)


@exercise.command(epilog="Example: lstmkit exercise hint 1")
@number
@folder_option
def hint(wanted: str | None, folder: Path) -> None:
    """Give the next hint for exercise N; each time a little more."""
    one, place = _exercise(wanted, folder)
    count, text = place.hint(one)
    click.echo(f"{one.name}, hint {count} of {len(one.nudges)}: {text}")


@exercise.command(epilog="Example: lstmkit exercise solution 1")
@number
@folder_option
def solution(wanted: str | None, folder: Path) -> None:
    """Print one way to do exercise N."""
    one, place = _exercise(wanted, folder)
    click.echo(place.solution(one), nl=False)


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
        click.echo(json.dumps({"next": None if one is None else place.to_json(one)}))
    elif one is None:
        click.echo("All exercises are solved.")
    else:
        click.echo(f"{place.file(one)}: {one.title} (read docs/learn/{one.page})")
        click.echo(f"Fill in every ..., then: lstmkit exercise check {one.number}", err=True)


def _exercise(wanted: str | None, folder: Path) -> tuple[Any, Any]:
    """Return the exercise that is meant, the next one where none is named, and the folder."""
    from lstmkit.lessons.exercises import catalogue
    from lstmkit.lessons.exercises.folder import Folder

    place = Folder(folder)
    upcoming = place.next() or catalogue.EXERCISES[-1]
    return upcoming if wanted is None else catalogue.find(wanted), place


def _table(rows: list[dict[str, Any]], number: str = "g") -> None:
    from tabulate import tabulate

    click.echo(tabulate(rows, headers="keys", floatfmt=number))
