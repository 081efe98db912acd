"""The LSTM cell: forward, and backward through time.

A plain recurrent cell overwrites its memory at each step, and what it learnt fades. The LSTM keeps
a second memory, the cell state `c`, which is only ever scaled and added to, and three gates, each
between 0 (shut) and 1 (open) for every unit, which decide what happens to it:

    concat = [a<t-1>; x<t>]                          what the cell knows at this step

    ft  = sigmoid(Wf concat + bf)     forget gate    how much of the old memory to keep
    it  = sigmoid(Wi concat + bi)     update gate    how much of the new candidate to let in
    cct = tanh(Wc concat + bc)        candidate      what could be remembered of this step
    ot  = sigmoid(Wo concat + bo)     output gate    how much of the memory to show

    c<t> = ft * c<t-1> + it * cct     cell state     the memory: one product, one sum
    a<t> = ot * tanh(c<t>)            hidden state   what the next step and the next layer see
    y<t> = softmax(Wy a<t> + by)                     a prediction from it

The update gate is Keras's and most papers' input gate.

Going backward, `a<t>` and `c<t>` each hear from the future, through step t + 1: `da_prev` and
`dc_prev` are carried from step to step. Along `c` the gradient is multiplied by `ft` alone, so with
an open forget gate it passes a hundred steps unharmed: that is what the LSTM is for. A backward
pass that drops this carry still runs, and is wrong by tens of per cent; see
`lstmkit cells check --tutorial`.

Shapes. Columns are examples: `x` is `(n_x, m, T_x)` for `n_x` features, `m` examples and `T_x`
steps; `a` and `c` are two arrays, `(n_a, m, T_x)` each; `y` is `(n_y, m, T_x)`.

Parameters. `Wf`, `Wi`, `Wc`, `Wo`, each `(n_a, n_a + n_x)`: the first `n_a` columns meet `a<t-1>`,
the rest `x<t>`. `bf`, `bi`, `bc`, `bo`, each `(n_a, 1)`. `Wy` `(n_y, n_a)`, `by` `(n_y, 1)`.

Names, shapes and keys are those of Andrew Ng, Sequence Models (deeplearning.ai), week 1, "Building
your Recurrent Neural Network - Step by Step". The cell is Hochreiter and Schmidhuber's (1997), with
the forget gate of Gers, Schmidhuber and Cummins (2000).
"""

from typing import TypeAlias

import numpy as np

from lstmkit.cells.activations import sigmoid, softmax
from lstmkit.cells.types import Array, Gradients, Parameters

LSTMCache: TypeAlias = tuple[
    Array, Array, Array, Array, Array, Array, Array, Array, Array, Parameters
]


def lstm_cell_forward(
    xt: Array, a_prev: Array, c_prev: Array, parameters: Parameters
) -> tuple[Array, Array, Array, LSTMCache]:
    """Take one step.

    Args:
        xt: Input of this step, `(n_x, m)`.
        a_prev: Hidden state of the step before, `(n_a, m)`.
        c_prev: Cell state of the step before, `(n_a, m)`.
        parameters: `Wf`, `bf`, `Wi`, `bi`, `Wc`, `bc`, `Wo`, `bo`, `Wy`, `by`.

    Returns:
        `a_next` and `c_next`, the two states, `(n_a, m)` each; `yt_pred`, the prediction,
        `(n_y, m)`; and the cache
        `(a_next, c_next, a_prev, c_prev, ft, it, cct, ot, xt, parameters)`.
    """
    p = parameters
    concat = np.concatenate([a_prev, xt])  # (n_a + n_x, m)
    ft = sigmoid(p["Wf"] @ concat + p["bf"])  # (n_a, m)
    it = sigmoid(p["Wi"] @ concat + p["bi"])  # (n_a, m)
    cct = np.tanh(p["Wc"] @ concat + p["bc"])  # (n_a, m)
    ot = sigmoid(p["Wo"] @ concat + p["bo"])  # (n_a, m)
    c_next = ft * c_prev + it * cct  # (n_a, m)
    a_next = ot * np.tanh(c_next)  # (n_a, m)
    yt_pred = softmax(p["Wy"] @ a_next + p["by"])  # (n_y, m)
    return a_next, c_next, yt_pred, (a_next, c_next, a_prev, c_prev, ft, it, cct, ot, xt, p)


def lstm_forward(
    x: Array, a0: Array, parameters: Parameters, *, c0: Array | None = None
) -> tuple[Array, Array, Array, tuple[list[LSTMCache], Array]]:
    """Run the cell over a sequence.

    Args:
        x: Inputs, `(n_x, m, T_x)`.
        a0: Hidden state before the first step, `(n_a, m)`.
        parameters: `Wf`, `bf`, `Wi`, `bi`, `Wc`, `bc`, `Wo`, `bo`, `Wy`, `by`.
        c0: Cell state before the first step, `(n_a, m)`; zeros where left out, as in the course.

    Returns:
        `a`, every hidden state, `(n_a, m, T_x)`; `y`, every prediction, `(n_y, m, T_x)`; `c`, every
        cell state, `(n_a, m, T_x)`; and `(caches, x)` with the cache of every step.
    """
    caches, hidden, cell, predictions = [], [], [], []
    a_next, c_next = a0, np.zeros_like(a0) if c0 is None else c0
    for t in range(x.shape[2]):
        a_next, c_next, yt_pred, cache = lstm_cell_forward(x[:, :, t], a_next, c_next, parameters)
        hidden.append(a_next)
        cell.append(c_next)
        predictions.append(yt_pred)
        caches.append(cache)
    a, y, c = (np.stack(steps, axis=2) for steps in (hidden, predictions, cell))
    return a, y, c, (caches, x)


def lstm_cell_backward(da_next: Array, dc_next: Array, cache: LSTMCache) -> Gradients:
    """Go back over one step.

    `dc`, all that reaches the cell state, is what comes from the future plus what comes through
    the hidden state of this step. Each gate then gets its share, times the slope of its own
    squashing function: sigmoid' = sigmoid (1 - sigmoid), tanh' = 1 - tanh^2.

        dc   = dc_next + da_next * ot * (1 - tanh(c_next)^2)
        dot  = da_next * tanh(c_next) * ot * (1 - ot)
        dft  = dc * c_prev * ft * (1 - ft)
        dit  = dc * cct * it * (1 - it)
        dcct = dc * it * (1 - cct^2)

        dWf = dft concat^T, dbf = sum of dft over the examples, and so for i, c and o
        [da_prev; dxt] = Wf^T dft + Wi^T dit + Wc^T dcct + Wo^T dot
        dc_prev = dc * ft

    Args:
        da_next: Gradient of the loss with respect to `a_next`, from every road, `(n_a, m)`.
        dc_next: Gradient with respect to `c_next` from later steps, `(n_a, m)`.
        cache: What `lstm_cell_forward` kept.

    Returns:
        `dxt` `(n_x, m)`, `da_prev` and `dc_prev` `(n_a, m)`, `dWf`, `dbf`, `dWi`, `dbi`, `dWc`,
        `dbc`, `dWo`, `dbo`, each shaped like what it is the gradient of.
    """
    _, c_next, a_prev, c_prev, ft, it, cct, ot, xt, parameters = cache
    n_a = a_prev.shape[0]
    concat = np.concatenate([a_prev, xt])  # (n_a + n_x, m)
    tanh_c = np.tanh(c_next)
    dc = dc_next + da_next * ot * (1 - tanh_c**2)  # (n_a, m)
    slopes = {
        "f": dc * c_prev * ft * (1 - ft),
        "i": dc * cct * it * (1 - it),
        "c": dc * it * (1 - cct**2),
        "o": da_next * tanh_c * ot * (1 - ot),
    }
    dconcat = np.zeros_like(concat)
    gradients: Gradients = {}
    for gate, dz in slopes.items():
        dconcat += parameters[f"W{gate}"].T @ dz
        gradients[f"dW{gate}"] = dz @ concat.T
        gradients[f"db{gate}"] = dz.sum(axis=1, keepdims=True)
    return {"dxt": dconcat[n_a:], "da_prev": dconcat[:n_a], "dc_prev": dc * ft, **gradients}


def lstm_backward(da: Array, caches: tuple[list[LSTMCache], Array]) -> Gradients:
    """Backpropagate through time, from the last step to the first.

    `da_prev` and `dc_prev` of step t + 1 are carried to step t: the first is added to what reaches
    `a<t>` directly, the second is all that reaches `c<t>` from the future.

    Args:
        da: Gradient of the loss with respect to each `a<t>` by the direct road only (through
            `y<t>`, see `lstmkit.cells.output`), `(n_a, m, T_x)`.
        caches: What `lstm_forward` kept.

    Returns:
        `dx` `(n_x, m, T_x)`, `da0` and `dc0` `(n_a, m)`, and `dWf`, `dbf`, `dWi`, `dbi`, `dWc`,
        `dbc`, `dWo`, `dbo` summed over the steps.
    """
    steps, x = caches
    dx = np.empty(x.shape, da.dtype)
    da_prev = np.zeros(da.shape[:2], da.dtype)
    dc_prev = np.zeros(da.shape[:2], da.dtype)
    total: Gradients = {}
    for t in reversed(range(x.shape[2])):
        step = lstm_cell_backward(da[:, :, t] + da_prev, dc_prev, steps[t])
        dx[:, :, t] = step.pop("dxt")
        da_prev, dc_prev = step.pop("da_prev"), step.pop("dc_prev")
        total = {key: total[key] + step[key] if total else step[key] for key in step}
    return {"dx": dx, "da0": da_prev, "dc0": dc_prev, **total}
