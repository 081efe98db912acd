"""The independent judges: central differences, and Keras."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from lstmkit.cells.gradcheck import Comparison, Problem, numeric_gradient
from lstmkit.cells.types import Array


def differences(loss: Callable[[], float], arrays: Mapping[str, Array]) -> dict[str, Array]:
    """Return `d<name>` of every array by central differences of a loss.

    Args:
        loss: Computes the loss from the arrays as they are now.
        arrays: What to nudge, by name.
    """
    return {
        f"d{name}": numeric_gradient(loss, array, np.arange(array.size)).reshape(array.shape)
        for name, array in arrays.items()
    }


@dataclass(frozen=True)
class _Answered(Problem):
    """A problem whose forward pass is the reader's."""

    a: Array
    y_pred: Array

    def forward(self) -> Any:
        """Return the reader's `a` and `y_pred`, and our caches."""
        return self.a, self.y_pred, super().forward()[2]


def with_keras(problem: Problem, answer: Mapping[str, Array]) -> list[Comparison]:
    """Hold the reader's numbers against Keras's own layer on the same weights.

    Args:
        problem: The network that the reader's function was called on.
        answer: The reader's numbers: `a` and `y_pred`, or gradients.

    Returns:
        A comparison for each name of `answer` that Keras knows.
    """
    from lstmkit.cells import keras_parity

    if "dx" not in answer:
        network = problem.cell, problem.inputs, problem.parameters, problem.y
        one = _Answered(*network, answer["a"], answer["y_pred"])
        return [c for c in keras_parity.compare_with_keras(one) if c.name in answer]
    found = keras_parity.compare_with_keras(problem, lambda da, caches: dict(answer))
    return [c for c in found if f"d{c.name}" in answer]
