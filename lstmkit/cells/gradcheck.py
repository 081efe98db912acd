"""Prove a backward pass: compare it with differences of the loss.

A derivative is the limit of a difference, so any gradient can be checked by nudging one number and
running forward twice. The five-point form takes two nudges to each side, so that the error of the
difference itself is of fourth order in the step:

    dJ/dw = (8 (J(w + h) - J(w - h)) - (J(w + 2h) - J(w - 2h))) / 12 h + O(h^4)

What is left is the rounding of J, about 1e-16 |J| / h. The loss is the cross-entropy of the softmax
output at every step, so the check goes through the whole network, and `y` is random.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from lstmkit.cells.lstm import LSTMCache, lstm_backward, lstm_cell_backward, lstm_forward
from lstmkit.cells.output import cross_entropy, output_backward
from lstmkit.cells.rnn import rnn_backward, rnn_forward
from lstmkit.cells.types import Array, Gradients, Parameters

STEP = 5e-4
TOLERANCE = 1e-7
# A gradient below this share of the loss is lost in the rounding of the loss, 1e-16 / STEP of it
# for each entry, and cannot be seen to TOLERANCE. Its error is measured against this share instead.
RESOLUTION = 1e-4

LSTMBackward = Callable[[Array, tuple[list[LSTMCache], Array]], Gradients]


@dataclass(frozen=True)
class Comparison:
    """One line of the table: one array, computed in two ways.

    Attributes:
        name: What the gradient is with respect to.
        analytic: Norm of the gradient by the backward pass.
        numeric: Norm of the gradient by differences, or by another implementation.
        relative_error: Norm of their difference, over the larger of the two.
        passed: Whether that is within the tolerance.
    """

    name: str
    analytic: float
    numeric: float
    relative_error: float
    passed: bool


@dataclass(frozen=True)
class Problem:
    """A small network with its data, on which gradients are checked.

    Attributes:
        cell: `rnn` or `lstm`.
        inputs: `x` `(n_x, m, T_x)`, `a0` `(n_a, m)` and, for an LSTM, `c0` `(n_a, m)`.
        parameters: Weights by their course names.
        y: What came, one-hot, `(n_y, m, T_x)`.
    """

    cell: str
    inputs: dict[str, Array]
    parameters: Parameters
    y: Array

    def forward(self) -> tuple[Array, Array, tuple[list[LSTMCache], Array]]:
        """Return `a`, `y_pred` and the caches."""
        x, a0 = self.inputs["x"], self.inputs["a0"]
        if self.cell == "rnn":
            return rnn_forward(x, a0, self.parameters)  # type: ignore[return-value]
        a, y_pred, _, caches = lstm_forward(x, a0, self.parameters, c0=self.inputs["c0"])
        return a, y_pred, caches

    def arrays(self) -> dict[str, Array]:
        """Return every input and every parameter by name."""
        return {**self.inputs, **self.parameters}

    def loss(self) -> float:
        """Return the cross-entropy over all examples and steps."""
        return cross_entropy(self.forward()[1], self.y)

    def gradients(self, backward: LSTMBackward | None = None) -> Gradients:
        """Return `d<name>` for every input and parameter by the backward pass.

        Args:
            backward: Another backward pass to try; `rnn_backward` or `lstm_backward` if left out.
        """
        a, y_pred, caches = self.forward()
        W_name = "Wya" if self.cell == "rnn" else "Wy"
        da, dWy, dby = output_backward(y_pred, self.y, a, self.parameters[W_name])
        default = rnn_backward if self.cell == "rnn" else lstm_backward
        return {**(backward or default)(da, caches), f"d{W_name}": dWy, "dby": dby}  # type: ignore[arg-type]


def random_problem(
    cell: str,
    rng: np.random.Generator,
    *,
    n_x: int = 3,
    n_a: int = 4,
    n_y: int = 3,
    m: int = 2,
    T_x: int = 6,
    bias_scale: float = 1.0,
) -> Problem:
    """Draw a network and its data.

    Args:
        cell: `rnn` or `lstm`.
        rng: Where the numbers come from.
        n_x: Features of a step.
        n_a: Units.
        n_y: Classes of the output.
        m: Examples.
        T_x: Steps.
        bias_scale: Spread of the gates' biases; 20 saturates most gates.

    Returns:
        The problem, in float64.
    """

    def normal(*shape: int) -> Array:
        return rng.normal(size=shape)

    inputs = {"x": normal(n_x, m, T_x), "a0": normal(n_a, m)}
    spread = 1 / np.sqrt(n_a + n_x)
    if cell == "rnn":
        parameters = {
            "Wax": spread * normal(n_a, n_x),
            "Waa": spread * normal(n_a, n_a),
            "ba": bias_scale * normal(n_a, 1),
            "Wya": normal(n_y, n_a),
        }
    else:
        inputs["c0"] = normal(n_a, m)
        parameters = {"Wy": normal(n_y, n_a)}
        for gate in "fico":
            parameters[f"W{gate}"] = spread * normal(n_a, n_a + n_x)
            parameters[f"b{gate}"] = bias_scale * normal(n_a, 1)
    y = np.eye(n_y)[:, rng.integers(n_y, size=(m, T_x))]  # (n_y, m, T_x)
    return Problem(cell, inputs, {**parameters, "by": normal(n_y, 1)}, y)


def numeric_gradient(
    loss: Callable[[], float], array: Array, entries: np.ndarray[tuple[int], np.dtype[np.intp]]
) -> Array:
    """Differentiate a loss by differences.

    Args:
        loss: Computes the loss from the arrays as they are now.
        array: The array to nudge, entry by entry; unchanged afterwards.
        entries: Which entries, counted through the flattened array.

    Returns:
        One derivative for each of `entries`.
    """
    flat = array.reshape(-1)
    if not np.shares_memory(flat, array):
        raise ValueError("expected a contiguous array")
    gradient = np.empty(len(entries))
    for k, entry in enumerate(entries):
        at = flat[entry]
        values = {}
        for nudges in (-2, -1, 1, 2):
            flat[entry] = at + nudges * STEP
            values[nudges] = loss()
        flat[entry] = at
        inner, outer = values[1] - values[-1], values[2] - values[-2]
        gradient[k] = (8 * inner - outer) / (12 * STEP)
    return gradient


def check_gradients(
    problem: Problem,
    *,
    gradients: Gradients | None = None,
    rng: np.random.Generator | None = None,
    entries: int | None = None,
) -> list[Comparison]:
    """Compare the backward pass with differences, for every input and every parameter.

    Args:
        problem: The network and its data.
        gradients: The gradients to check; `problem.gradients()` where left out.
        rng: Chooses entries; needed with `entries`.
        entries: Check so many random entries of each array, for long sequences; all where left out.

    Returns:
        A comparison for every array.
    """
    gradients = problem.gradients() if gradients is None else gradients
    floor = RESOLUTION * problem.loss()
    comparisons = []
    for name, array in problem.arrays().items():
        chosen = np.arange(array.size)
        if rng is not None and entries is not None and entries < array.size:
            chosen = rng.choice(array.size, entries, replace=False)
        numeric = numeric_gradient(problem.loss, array, chosen)
        analytic = gradients[f"d{name}"].reshape(-1)[chosen]
        comparisons.append(compare(name, analytic, numeric, tolerance=TOLERANCE, floor=floor))
    return comparisons


def compare(
    name: str, analytic: Array, numeric: Array, *, tolerance: float, floor: float = 0.0
) -> Comparison:
    """Compare two computations of one array.

    Args:
        name: What it is.
        analytic: One of them.
        numeric: The other.
        tolerance: Largest relative error that passes.
        floor: Smallest norm that the error is measured against.

    Returns:
        The comparison.
    """
    norms = float(np.linalg.norm(analytic)), float(np.linalg.norm(numeric))
    scale = max(*norms, floor) or 1.0
    error = float(np.linalg.norm(analytic - numeric)) / scale
    return Comparison(name, *norms, error, error <= tolerance)


def lstm_backward_without_carry(da: Array, caches: tuple[list[LSTMCache], Array]) -> Gradients:
    """Go back over each step as if it were alone: the tutorial's fault, kept to be seen.

    `da_prev` and `dc_prev` are computed and dropped, so nothing is learnt across steps.

    Args:
        da: As `lstm_backward` takes it.
        caches: As `lstm_backward` takes them.

    Returns:
        The keys of `lstm_backward`, with wrong numbers.
    """
    steps, x = caches
    nothing = np.zeros(da.shape[:2])
    alone = [lstm_cell_backward(da[:, :, t], nothing, steps[t]) for t in range(x.shape[2])]
    total = {key: sum((step[key] for step in alone), np.zeros(())) for key in alone[0]}
    first: Mapping[str, Array] = alone[0]
    return {
        "dx": np.stack([step["dxt"] for step in alone], axis=2),
        "da0": first["da_prev"],
        "dc0": first["dc_prev"],
        **{key: value for key, value in total.items() if key.startswith(("dW", "db"))},
    }
