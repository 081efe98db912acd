"""Carry weights between the cells here and Keras's `SimpleRNN` and `LSTM`.

Keras multiplies rows by matrices, `x W`; the course multiplies matrices by columns, `W x`: every
matrix is transposed. Keras keeps the four gates of an LSTM side by side in one matrix, in the order
input, forget, candidate, output, and the weights of `x` and of `a` apart.
"""

from collections.abc import Sequence

import numpy as np

from lstmkit.cells.types import Array, Parameters

KERAS_GATES = "ifco"  # the order of the gates in a Keras kernel


def from_keras(weights: Sequence[Array]) -> Parameters:
    """Name the weights of a Keras layer as the course does.

    Args:
        weights: `layer.get_weights()` of a `SimpleRNN` or `LSTM`: kernel `(n_x, k n_a)`, recurrent
            kernel `(n_a, k n_a)`, bias `(k n_a,)`, with k = 1 or 4. May go on with kernel
            `(n_a, n_y)` and bias `(n_y,)` of a `Dense` softmax on top.

    Returns:
        Parameters for `rnn_forward` or `lstm_forward`. Where `weights` has no output layer, its
        matrix and bias are one row of zeros and the prediction is always 1.
    """
    kernel, recurrent, bias = weights[:3]
    n_a = recurrent.shape[0]
    if len(weights) > 3:
        Wy, by = weights[3].T, weights[4][:, None]
    else:
        Wy, by = np.zeros((1, n_a), kernel.dtype), np.zeros((1, 1), kernel.dtype)
    if recurrent.shape[1] == n_a:
        return {"Wax": kernel.T, "Waa": recurrent.T, "ba": bias[:, None], "Wya": Wy, "by": by}
    stacked = np.concatenate([recurrent, kernel]).T  # (4 n_a, n_a + n_x)
    parameters: Parameters = {"Wy": Wy, "by": by}
    for k, gate in enumerate(KERAS_GATES):
        rows = slice(k * n_a, (k + 1) * n_a)
        parameters |= {f"W{gate}": stacked[rows], f"b{gate}": bias[rows, None]}
    return parameters


def to_keras(parameters: Parameters) -> list[Array]:
    """Turn course parameters into Keras weights.

    Args:
        parameters: Those of `rnn_forward` or of `lstm_forward`.

    Returns:
        Kernel, recurrent kernel and bias for `set_weights` of a `SimpleRNN` or an `LSTM`, then
        kernel and bias of the `Dense` softmax.
    """
    p = parameters
    if "Waa" in p:
        return [p["Wax"].T, p["Waa"].T, p["ba"][:, 0], p["Wya"].T, p["by"][:, 0]]
    n_a = p["Wf"].shape[0]
    stacked = np.concatenate([p[f"W{gate}"] for gate in KERAS_GATES]).T  # (n_a + n_x, 4 n_a)
    bias = np.concatenate([p[f"b{gate}"][:, 0] for gate in KERAS_GATES])
    return [stacked[n_a:], stacked[:n_a], bias, p["Wy"].T, p["by"][:, 0]]
