"""Both cells behind one face: initialise, go forward, go backward and see every step."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstmkit.cells.lstm import lstm_cell_backward, lstm_forward
from lstmkit.cells.rnn import rnn_cell_backward, rnn_forward
from lstmkit.cells.types import Array, Gradients, Parameters
from lstmkit.lessons.memory.task import FEATURES, SYMBOLS

CELLS = ("rnn", "lstm")


@dataclass(frozen=True)
class Start:
    """How the weights begin.

    Attributes:
        units: Size of a state.
        orthogonal: Whether recurrent matrices begin as rotations, which keep every length.
        forget_bias: Bias of the forget gate: 5 opens it to 0.993, nearly the cell of 1997, which
            had no forget gate and forgot nothing; 1, as in Keras, opens it to 0.73.
    """

    units: int = 16
    orthogonal: bool = False
    forget_bias: float = 5.0


def initialize(cell: str, start: Start, rng: np.random.Generator) -> Parameters:
    """Draw the first weights: Glorot and Bengio (2010), uniform.

    Args:
        cell: `rnn` or `lstm`.
        start: How they begin.
        rng: Where they come from.

    Returns:
        The parameters of `rnn_forward` or `lstm_forward`.
    """
    n_a = start.units

    def glorot(rows: int, columns: int) -> Array:
        return rng.uniform(-1, 1, size=(rows, columns)) * np.sqrt(6 / (rows + columns))

    def recurrent() -> Array:
        square = glorot(n_a, n_a)
        return np.linalg.qr(square)[0] if start.orthogonal else square

    by = np.zeros((SYMBOLS, 1))
    if cell == "rnn":
        p: Parameters = {"Wax": glorot(n_a, FEATURES), "Waa": recurrent(), "ba": np.zeros((n_a, 1))}
        return {**p, "Wya": glorot(SYMBOLS, n_a), "by": by}
    p = {}
    for gate in "fico":
        p[f"W{gate}"] = np.hstack([recurrent(), glorot(n_a, FEATURES)])
        p[f"b{gate}"] = np.full((n_a, 1), start.forget_bias if gate == "f" else 0.0)
    return {**p, "Wy": glorot(SYMBOLS, n_a), "by": by}


def predict(cell: str, p: Parameters, x: Array) -> tuple[Array, Array, Any]:
    """Return the last hidden state, the last prediction `(SYMBOLS, m)`, and the caches."""
    n_a = p["Wya" if cell == "rnn" else "Wy"].shape[1]
    a0 = np.zeros((n_a, x.shape[1]))
    if cell == "rnn":
        a, y, caches = rnn_forward(x, a0, p)
        return a[:, :, -1], y[:, :, -1], caches
    a, y, _, caches_of_lstm = lstm_forward(x, a0, p)
    return a[:, :, -1], y[:, :, -1], caches_of_lstm


@dataclass(frozen=True)
class Back:
    """What the way back gave.

    Attributes:
        gradients: `d<name>` of the mean loss for every parameter.
        a: Norm of dL/da at each step back, the last step first, mean over the examples, `(T_x,)`.
    """

    gradients: Gradients
    a: Array


def go_back(cell: str, p: Parameters, x: Array, symbols: NDArray[np.intp]) -> tuple[Back, Array]:
    """Go forward, and back from the one answer at the last step, step by step.

    Args:
        cell: `rnn` or `lstm`.
        p: The parameters.
        x: Sequences, `(FEATURES, m, T_x)`.
        symbols: What is asked for, `(m,)`.

    Returns:
        The way back, and the predictions `(SYMBOLS, m)`.
    """
    a, y, (steps, _) = predict(cell, p, x)
    m = len(symbols)
    dz = y.copy()
    dz[symbols, np.arange(m)] -= 1
    dz /= m  # of the mean cross-entropy
    name = "Wya" if cell == "rnn" else "Wy"
    total: Gradients = {f"d{name}": dz @ a.T, "dby": dz.sum(axis=1, keepdims=True)}
    da, dc = p[name].T @ dz, np.zeros_like(a)
    norms = []
    for cache in reversed(steps):
        norms.append(_norm(da))
        step: Mapping[str, Array]
        if cell == "rnn":
            step = rnn_cell_backward(da, cache)
        else:
            step = lstm_cell_backward(da, dc, cache)
            dc = step["dc_prev"]
        da = step["da_prev"]
        for key in p:
            if f"d{key}" in step:
                total[f"d{key}"] = total.get(f"d{key}", 0) + step[f"d{key}"]
    return Back(total, np.array(norms)), y


def _norm(gradient: Array) -> float:
    """Return the mean length of the columns, times their number: the loss is a mean over them."""
    return float(np.linalg.norm(gradient, axis=0).sum())
