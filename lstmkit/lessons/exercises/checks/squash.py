"""Exercise 1: sigmoid and softmax that do not overflow."""

from typing import Any

import numpy as np

from lstmkit.cells import activations
from lstmkit.cells.types import Array
from lstmkit.lessons.exercises.checks.exercise import NONE, Call, Exercise, Faults


def sigmoid(x: Array, *, faults: Faults = NONE) -> Any:
    """Return sigmoid, or what is written instead."""
    if "sign" in faults:
        return activations.sigmoid(-x)
    return activations.sigmoid(x)


def softmax(x: Array, *, faults: Faults = NONE) -> Any:
    """Return softmax, or what is written instead."""
    if "rows" in faults:
        return activations.softmax(x.T).T
    if "all" in faults:
        e = np.exp(x - x.max())
        return e / e.sum()
    if "sum of all" in faults:
        e = np.exp(x - x.max(axis=0))
        return e / e.sum()
    if "whole maximum" in faults:
        e = np.exp(x - x.max())
        return e / e.sum(axis=0)
    if "no division" in faults:
        return np.exp(x - x.max(axis=0))
    if "twice" in faults:
        return activations.softmax(activations.softmax(x))
    return activations.softmax(x)


def _calls(rng: np.random.Generator) -> list[Call]:
    large = np.array([[1000.0, -1000.0, 0.0], [-750.0, 37.0, 3.0]])
    apart = np.array([[900.0, -900.0], [901.0, -899.0], [899.0, -901.0]])
    return [
        Call("sigmoid", (rng.normal(size=(3, 4)),), sigmoid),
        Call("sigmoid", (large,), sigmoid, truth={"sigmoid": activations.sigmoid(large)}),
        Call("softmax", (rng.normal(size=(4, 3)),), softmax),
        Call("softmax", (apart,), softmax),
    ]


EXERCISE = Exercise(
    1,
    "squash",
    "sigmoid and softmax without overflow",
    "02-rnn.md",
    _calls,
    {
        "sign": "This is sigmoid(-x): look at the sign in the exponent.",
        "rows": "Each row sums to 1; the columns are the examples. Along which axis do you sum?",
        "all": "All entries together sum to 1. Each column is an example of its own: sum along"
        " axis 0.",
        "sum of all": "All entries together sum to 1. Each column is an example of its own: divide"
        " by the sum along axis 0.",
        "whole maximum": "You take off the largest score of the whole array; a column far below it"
        " becomes 0 / 0. Take off each column's own maximum.",
        "no division": "The columns do not sum to 1: divide by their sum.",
        "twice": "Softmax is applied twice. The second one takes probabilities for scores and"
        " flattens them: nothing can be surer than e / (e + n - 1).",
    },
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
