"""All exercises, in the order in which they are done, and their files."""

from importlib import resources
from pathlib import PureWindowsPath

from lstmkit.errors import InputError
from lstmkit.lessons.exercises.checks import drawing, jazz, lstm, rnn, rows, squash, words
from lstmkit.lessons.exercises.checks.exercise import Exercise

EXERCISES: tuple[Exercise, ...] = (
    squash.EXERCISE,
    rnn.STEP_FORWARD,
    rnn.OVER_TIME,
    rnn.STEP_BACK,
    rnn.THROUGH_TIME,
    drawing.CLIP,
    drawing.SAMPLE,
    lstm.STEP_FORWARD,
    lstm.OVER_TIME,
    lstm.STEP_BACK,
    lstm.THROUGH_TIME,
    rows.SCALE,
    rows.WINDOWS,
    rows.SKILL,
    rows.INTERVAL,
    words.EXERCISE,
    drawing.TEMPERATURE,
    jazz.EXERCISE,
)


def find(wanted: str) -> Exercise:
    """Return an exercise by its number, its name or its file.

    Raises:
        InputError: There is none; the message says which there are.
    """
    short = PureWindowsPath(wanted.removesuffix(".py")).name  # it takes / and \\ alike
    for one in EXERCISES:
        if short in (str(one.number), f"{one.number:02d}", one.name, one.file.removesuffix(".py")):
            return one
    raise InputError(
        f"no exercise {wanted!r}; expected 1 to {len(EXERCISES)} or a name of `lstmkit exercise"
        f" list`, such as {EXERCISES[0].name}"
    )


def task(exercise: Exercise) -> str:
    """Return the file that the reader fills in."""
    return _text("tasks", exercise)


def solution(exercise: Exercise) -> str:
    """Return one way to do it."""
    return _text("solutions", exercise)


def _text(folder: str, exercise: Exercise) -> str:
    place = resources.files("lstmkit.lessons.exercises") / folder / exercise.file
    return place.read_text(encoding="utf-8")
