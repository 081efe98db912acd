"""Exercise 1: sigmoid and softmax that do not overflow."""

import numpy as np

from lstmkit.cells import activations
from lstmkit.cells.types import Array
from lstmkit.lessons.exercises.checks.exercise import Call, Exercise


def _calls(rng: np.random.Generator) -> list[Call]:
    large = np.array([[1000.0, -1000.0, 0.0], [-750.0, 37.0, 3.0]])
    apart = np.array([[900.0, -900.0], [901.0, -899.0], [899.0, -901.0]])

    def call(name: str, x: Array) -> Call:
        return Call(name, (x,), truth={name: getattr(activations, name)(x)})

    return [
        *(call("sigmoid", x) for x in (rng.normal(size=(3, 4)), large)),
        *(call("softmax", x) for x in (rng.normal(size=(4, 3)), apart)),
    ]


EXERCISE = Exercise(
    "01_squash.py",
    "02-rnn.md",
    _calls,
    """
    x >= 0 -> x < 0
        This is sigmoid(-x): look at the sign in the exponent.
    axis=0 -> axis=1
        Each row sums to 1; the columns are the examples. Along which axis do you sum?
    (axis=0, keepdims=True) -> ()
        All entries together sum to 1. Each column is an example of its own: sum along axis 0.
    e.sum(axis=0, keepdims=True) -> e.sum()
        All entries together sum to 1. Each column is an example of its own: divide by the sum along
        axis 0.
    x.max(axis=0, keepdims=True) -> x.max()
        You take off the largest score of the whole array; a column far below it becomes 0 / 0. Take
        off each column's own maximum.
    e / e.sum(axis=0, keepdims=True) -> e
        The columns do not sum to 1: divide by their sum.
    return e / e -> e = np.exp(e / e.sum(axis=0)); return e / e
        Softmax is applied twice. The second one takes probabilities for scores and flattens them:
        nothing can be surer than e / (e + n - 1).
    """,
    (
        "For softmax: subtracting the same number from all scores of a column changes nothing,"
        " since it cancels above and below the line. Which number makes the largest exponent 0?",
        "For sigmoid: 1 / (1 + exp(-x)) is safe for x >= 0, exp(x) / (1 + exp(x)) for x < 0; both"
        " need exp(-|x|) only. np.where chooses.",
        "`x.max(axis=0, keepdims=True)` keeps the axis, so that it can be subtracted from x.",
    ),
    judge="the exact values, up to x = 1000",
    errors={
        "sigmoid:FloatingPointError": "exp(x) overflows from x = 710 on. Never call exp on a"
        " positive number: exp(-|x|) is safe. (np.where computes both of its sides everywhere.)",
        "softmax:FloatingPointError": "exp(900) overflows. What is left of a column if its largest"
        " score is taken off every score first?",
    },
)
