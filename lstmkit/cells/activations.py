"""The three squashing functions of a recurrent cell, safe at every float.

`tanh` is NumPy's own. Both functions here never call `exp` on a positive number, so nothing
overflows: not at 1e308, not at infinity.
"""

import numpy as np

from lstmkit.cells.types import Array


def sigmoid(x: Array) -> Array:
    """Squash every entry to between 0 and 1: how far a gate is open.

        sigmoid(x) = 1 / (1 + exp(-x))            where x >= 0
                   = exp(x) / (1 + exp(x))        where x < 0: the same number, without overflow

    Args:
        x: Pre-activations, any shape.

    Returns:
        Array of the shape of `x`, each entry in [0, 1]; 0 and 1 only where the float can do no
        better, from about -745 down and 37 up in float64.
    """
    e = np.exp(-np.abs(x))
    squashed: Array = np.where(np.signbit(x), e, 1) / (1 + e)
    return squashed


def softmax(x: Array) -> Array:
    """Turn every column of scores into probabilities.

        softmax(x)_k = exp(x_k) / sum_j exp(x_j)

    The largest score of each column is taken off first. The result is the same, since it cancels
    above and below the line, and the largest exponent becomes 0.

    Args:
        x: Scores, one column for each example. Shape `(n_y, ...)`.

    Returns:
        Probabilities, shape of `x`; they sum to 1 along the first axis.
    """
    e = np.exp(x - x.max(axis=0, keepdims=True))
    probabilities: Array = e / e.sum(axis=0, keepdims=True)
    return probabilities
