"""The plain recurrent cell: forward, and backward through time.

At every step the cell mixes what it sees, `x<t>`, with what it remembers, `a<t-1>`:

    a<t> = tanh(Wax x<t> + Waa a<t-1> + ba)          the new memory, which is also the output
    y<t> = softmax(Wya a<t> + by)                    a prediction from it

The same five parameters serve every step. Going backward, a loss reaches `a<t>` along two roads:
directly, through `y<t>`, and from the future, through `a<t+1>`. Both add up; leave the second one
out and there is no learning across time.

Shapes. Columns are examples: `x` is `(n_x, m, T_x)` for `n_x` features, `m` examples and `T_x`
steps; `a` is `(n_a, m, T_x)`; `y` is `(n_y, m, T_x)`.

Parameters. `Wax` `(n_a, n_x)`, `Waa` `(n_a, n_a)`, `Wya` `(n_y, n_a)`, `ba` `(n_a, 1)`,
`by` `(n_y, 1)`.

Names, shapes and keys are those of Andrew Ng, Sequence Models (deeplearning.ai), week 1, "Building
your Recurrent Neural Network - Step by Step". The cell is Elman's (1990, "Finding Structure in
Time"); the backward pass is backpropagation through time (Werbos, 1990).
"""

from typing import TypeAlias

import numpy as np

from lstmkit.cells.activations import softmax
from lstmkit.cells.types import Array, Gradients, Parameters

RNNCache: TypeAlias = tuple[Array, Array, Array, Parameters]


def rnn_cell_forward(
    xt: Array, a_prev: Array, parameters: Parameters
) -> tuple[Array, Array, RNNCache]:
    """Take one step.

    Args:
        xt: Input of this step, `(n_x, m)`.
        a_prev: Hidden state of the step before, `(n_a, m)`.
        parameters: `Wax`, `Waa`, `Wya`, `ba`, `by`.

    Returns:
        `a_next`, the hidden state, `(n_a, m)`; `yt_pred`, the prediction, `(n_y, m)`; and the
        cache `(a_next, a_prev, xt, parameters)` that the backward step needs.
    """
    Wax, Waa, Wya = parameters["Wax"], parameters["Waa"], parameters["Wya"]
    a_next = np.tanh(Wax @ xt + Waa @ a_prev + parameters["ba"])  # (n_a, m)
    yt_pred = softmax(Wya @ a_next + parameters["by"])  # (n_y, m)
    return a_next, yt_pred, (a_next, a_prev, xt, parameters)


def rnn_forward(
    x: Array, a0: Array, parameters: Parameters
) -> tuple[Array, Array, tuple[list[RNNCache], Array]]:
    """Run the cell over a sequence.

    Args:
        x: Inputs, `(n_x, m, T_x)`.
        a0: Hidden state before the first step, `(n_a, m)`.
        parameters: `Wax`, `Waa`, `Wya`, `ba`, `by`.

    Returns:
        `a`, every hidden state, `(n_a, m, T_x)`; `y_pred`, every prediction, `(n_y, m, T_x)`; and
        `(caches, x)` with the cache of every step.
    """
    caches, states, predictions = [], [], []
    a_next = a0
    for t in range(x.shape[2]):
        a_next, yt_pred, cache = rnn_cell_forward(x[:, :, t], a_next, parameters)
        states.append(a_next)
        predictions.append(yt_pred)
        caches.append(cache)
    return np.stack(states, axis=2), np.stack(predictions, axis=2), (caches, x)


def rnn_cell_backward(da_next: Array, cache: RNNCache) -> Gradients:
    """Go back over one step.

    With `z` for what is inside the tanh, and since tanh' = 1 - tanh^2:

        dz = da_next * (1 - a_next^2)
        dWax = dz xt^T      dWaa = dz a_prev^T      dba = sum of dz over the examples
        dxt = Wax^T dz      da_prev = Waa^T dz

    Args:
        da_next: Gradient of the loss with respect to `a_next`, from every road, `(n_a, m)`.
        cache: What `rnn_cell_forward` kept.

    Returns:
        `dxt` `(n_x, m)`, `da_prev` `(n_a, m)`, `dWax`, `dWaa`, `dba`, each shaped like what it is
        the gradient of.
    """
    a_next, a_prev, xt, parameters = cache
    dz = da_next * (1 - a_next**2)  # (n_a, m)
    return {
        "dxt": parameters["Wax"].T @ dz,
        "da_prev": parameters["Waa"].T @ dz,
        "dWax": dz @ xt.T,
        "dWaa": dz @ a_prev.T,
        "dba": dz.sum(axis=1, keepdims=True),
    }


def rnn_backward(da: Array, caches: tuple[list[RNNCache], Array]) -> Gradients:
    """Backpropagate through time, from the last step to the first.

    `da_prev` of step t + 1 is carried to step t and added to what reaches `a<t>` directly.

    Args:
        da: Gradient of the loss with respect to each `a<t>` by the direct road only (through
            `y<t>`, see `lstmkit.cells.output`), `(n_a, m, T_x)`.
        caches: What `rnn_forward` kept.

    Returns:
        `dx` `(n_x, m, T_x)`, `da0` `(n_a, m)`, and `dWax`, `dWaa`, `dba` summed over the steps.
    """
    steps, x = caches
    dx = np.empty(x.shape, da.dtype)
    da_prev = np.zeros(da.shape[:2], da.dtype)
    total: Gradients = {}
    for t in reversed(range(x.shape[2])):
        step = rnn_cell_backward(da[:, :, t] + da_prev, steps[t])
        dx[:, :, t] = step.pop("dxt")
        da_prev = step.pop("da_prev")
        total = {key: total[key] + step[key] if total else step[key] for key in step}
    return {"dx": dx, "da0": da_prev, **total}
