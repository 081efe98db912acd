"""One layer taken apart, step by step: every sum, gate, state and gradient of every unit."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from lstmkit.cells.lstm import lstm_cell_backward
from lstmkit.cells.rnn import rnn_cell_backward
from lstmkit.cells.types import Array, Parameters

GATES = "fico"


@dataclass(frozen=True)
class Step:
    """One step of one layer.

    Attributes:
        text: What stands there: a word, a date, a note.
        units: A number for each unit, `(n_a,)` each, by the names of `lines`.
        x: The input, `(n_x,)`.
        dx: Gradient of the loss with respect to it, `(n_x,)`.
        answer: What the network answers after this step, `(n_y,)`.
    """

    text: str
    units: dict[str, Array]
    x: Array
    dx: Array
    answer: Array


@dataclass(frozen=True)
class Trace:
    """A layer over a sequence, there and back.

    Attributes:
        title: Of what.
        cell: `rnn` or `lstm`.
        layer: Name of the layer.
        parameters: Its weights.
        loss_name: What L is, in words.
        loss: Its value.
        answers: Name of each entry of the answer; empty where they have none.
        steps: The steps.
    """

    title: str
    cell: str
    layer: str
    parameters: Parameters
    loss_name: str
    loss: float
    answers: Sequence[str]
    steps: Sequence[Step]

    @property
    def n_a(self) -> int:
        """Units."""
        return len(self.steps[0].units["a"])

    @property
    def n_x(self) -> int:
        """Features of the input."""
        return len(self.steps[0].x)


def take_apart(cell: str, p: Parameters, kept: Any, da: Array) -> list[dict[str, Any]]:
    """Walk back over a layer and write down all that happens at each step.

    Args:
        cell: `rnn` or `lstm`.
        p: The parameters.
        kept: `(caches, x)` of the forward pass over one sequence.
        da: dL/da<t> by the direct road, `(n_a, 1, T_x)`.

    Returns:
        For each step, in the order of time, the arrays of `Step` but the answer.
    """
    caches, _ = kept
    future, memory = np.zeros(da.shape[:2]), np.zeros(da.shape[:2])
    found = []
    for t in reversed(range(da.shape[2])):
        direct = da[:, :, t]
        one = _lstm if cell == "lstm" else _rnn
        units, x, back = one(p, caches[t], direct, future, memory)
        flat = {name: np.asarray(value)[:, 0] for name, value in units.items()}
        found.append({"units": flat, "x": x[:, 0], "dx": back["dxt"][:, 0]})
        future, memory = back["da_prev"], back.get("dc_prev", memory)
    return found[::-1]


def _lstm(p: Parameters, cache: Any, direct: Array, future: Array, memory: Array) -> Any:
    a, c, a_prev, c_prev, f, i, g, o, x, _ = cache
    n_a = len(a)
    da = direct + future
    back = lstm_cell_backward(da, memory, cache)
    tanh_c = np.tanh(c)
    dc = memory + da * o * (1 - tanh_c**2)
    units = {"a_prev": a_prev, "c_prev": c_prev}
    for gate in GATES:
        W = p[f"W{gate}"]
        units |= {f"W{gate}a": W[:, :n_a] @ a_prev, f"W{gate}x": W[:, n_a:] @ x}
        units |= {f"b{gate}": p[f"b{gate}"]}
        units |= {f"z{gate}": units[f"W{gate}a"] + units[f"W{gate}x"] + p[f"b{gate}"]}
    units |= {"f": f, "i": i, "g": g, "o": o, "c": c, "tanh_c": tanh_c, "a": a}
    units |= {"slope_c": 1 - tanh_c**2}
    units |= {"da_y": direct, "da_next": future, "da": da, "dc_next": memory, "dc": dc}
    units |= {f"dz{gate}": back[f"db{gate}"] for gate in GATES}  # one example: db is dz
    units |= {"da_prev": back["da_prev"], "dc_prev": back["dc_prev"]}
    return units, x, back


def _rnn(p: Parameters, cache: Any, direct: Array, future: Array, memory: Array) -> Any:
    a, a_prev, x, _ = cache
    da = direct + future
    back = rnn_cell_backward(da, cache)
    units = {"a_prev": a_prev, "Waaa": p["Waa"] @ a_prev, "Waxx": p["Wax"] @ x, "ba": p["ba"]}
    units |= {"z": units["Waaa"] + units["Waxx"] + p["ba"], "a": a}
    units |= {"da_y": direct, "da_next": future, "da": da, "dz": back["dba"]}
    units |= {"da_prev": back["da_prev"]}
    return units, x, back
