"""Check what a reader has written, one exercise or all, and put it in words."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from tabulate import tabulate

from lstmkit.errors import InputError
from lstmkit.lessons.exercises import catalogue
from lstmkit.lessons.exercises.folder import Folder
from lstmkit.lessons.exercises.judge import POINTS, Verdict

MAX_PARTS_SHOWN = 14


def check(
    folder: Path, wanted: Sequence[str], *, every: bool = False, keras: bool = False
) -> Iterator[Verdict]:
    """Judge exercises one after the other.

    Args:
        folder: Where the reader's files are.
        wanted: Numbers or names; none: all that are begun.
        every: Also those that are not begun, as not passed.
        keras: Ask Keras as well, where it has a say.

    Returns:
        The verdicts, as they come.

    Raises:
        InputError: An exercise is not known or not begun, or none is begun.
    """
    place = Folder(folder)
    chosen = [catalogue.find(one) for one in wanted] if wanted else list(place.begun())
    chosen = list(catalogue.EXERCISES) if every else chosen
    if not chosen:
        raise InputError(
            f"{folder}: no exercise is begun there; begin with `lstmkit exercise start 1`"
        )
    for one in chosen:
        missing = every and not place.file(one).exists()
        yield place.not_begun(one) if missing else place.check(one, keras=keras)


def in_words(verdict: Verdict) -> str:
    """Return what a verdict says to the reader.

    Args:
        verdict: What became of an exercise.
    """
    head = f"{verdict.exercise.number} {verdict.exercise.name}: "
    if verdict.passed:
        lines = [head + verdict.message]
        lines += [verdict.remark] if verdict.remark else []
        return "\n".join([*lines, *_printed(verdict)])
    lines = [f"{head}not yet, {verdict.points} of {POINTS} points", "", verdict.message]
    if verdict.parts:
        lines[2:] = [_table(verdict)]
    lines += ["", verdict.remark] if verdict.remark else []
    for number, cause in enumerate(verdict.causes):
        lines += ["", f"{'Likely cause' if number == 0 else 'And'}: {cause}"]
    if not verdict.causes:
        lines += ["", f"A hint: lstmkit exercise hint {verdict.exercise.number}"]
    return "\n".join([*lines, *_printed(verdict)])


def _table(verdict: Verdict) -> str:
    rows = [
        {
            "part": part.name,
            "": "right" if part.right else "wrong",
            "relative error": "" if part.error is None else f"{part.error:.1e}",
            "what": part.said,
        }
        for part in verdict.parts[:MAX_PARTS_SHOWN]
    ]
    return tabulate(rows, headers="keys", disable_numparse=True)


def _printed(verdict: Verdict) -> list[str]:
    return ["", "Your code printed:", verdict.printed.rstrip()] if verdict.printed.strip() else []
