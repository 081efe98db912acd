"""All exercises, in the order in which they are done."""

from pathlib import PureWindowsPath

from lstmkit.errors import InputError
from lstmkit.lessons.exercises.checks import drawing, lstm, rnn, rows, squash, tokens
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
    tokens.SENTENCES,
    drawing.TEMPERATURE,
    tokens.JAZZ,
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
