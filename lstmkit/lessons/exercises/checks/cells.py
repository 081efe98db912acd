"""The calls of exercises 2 to 5 and 8 to 11: a step and a sequence, there and back."""

from collections.abc import Callable
from typing import Any

import numpy as np

from lstmkit.cells import lstm, rnn
from lstmkit.cells.gradcheck import Problem, random_problem
from lstmkit.cells.output import output_backward
from lstmkit.cells.types import Array
from lstmkit.lessons.exercises.checks import truth
from lstmkit.lessons.exercises.checks.exercise import Call

FORWARD: dict[str, Callable[..., Any]] = {
    "rnn": rnn.rnn_cell_forward,
    "lstm": lstm.lstm_cell_forward,
}
STEP = {"rnn": ("a_next", "yt_pred"), "lstm": ("a_next", "c_next", "yt_pred")}
EXAMPLES = {"rnn": 3, "lstm": 2}  # where all sizes are 3, no transposition ends in an error
ANSWER = ("Wya", "Wy", "by")  # weights that no gradient of the cell is asked for


def step_forward(cell: str, rng: np.random.Generator) -> list[Call]:
    """Return a call of one step of `rnn` or `lstm`."""
    problem, inputs = _step(cell, rng)
    arguments = (*inputs, problem.parameters)
    right = dict(zip(STEP[cell], FORWARD[cell](*arguments), strict=False))
    return [Call(f"{cell}_cell_forward", arguments, STEP[cell], right)]


def over_time(cell: str, rng: np.random.Generator) -> list[Call]:
    """Return a call over a sequence."""
    problem = random_problem(cell, rng)
    arguments = problem.inputs["x"], problem.inputs["a0"], problem.parameters
    if cell == "rnn":
        a, y_pred, _ = rnn.rnn_forward(*arguments)
        right = {"a": a, "y_pred": y_pred}
        return [Call("rnn_forward", arguments, tuple(right), right, problem)]
    c0 = problem.inputs["c0"]
    a, y_pred, c, _ = lstm.lstm_forward(*arguments, c0=c0)
    right = {"a": a, "y_pred": y_pred, "c": c}
    return [Call("lstm_forward", (*arguments, c0), tuple(right), right, problem)]


def step_back(cell: str, rng: np.random.Generator) -> list[Call]:
    """Return a call back over one step; differences say what is right."""
    problem, inputs = _step(cell, rng)
    p, forward = problem.parameters, FORWARD[cell]
    reached = [rng.normal(size=state.shape) for state in inputs[1:]]  # dL/da_next, dL/dc_next
    cache = forward(*inputs, p)[-1]

    def loss() -> float:
        states = forward(*inputs, p)
        return float(sum((d * state).sum() for d, state in zip(reached, states, strict=False)))

    arrays = dict(zip(("xt", "a_prev", "c_prev"), inputs, strict=False))
    arrays |= {name: weight for name, weight in p.items() if name not in ANSWER}
    right = truth.differences(loss, arrays)
    return [Call(f"{cell}_cell_backward", (*reached, cache), truth=right)]


def through_time(cell: str, rng: np.random.Generator) -> list[Call]:
    """Return a call back through a sequence; differences say what is right."""
    problem = random_problem(cell, rng, n_a=3, m=2, T_x=5)
    a, y_pred, caches = problem.forward()
    weights = problem.parameters["Wya" if cell == "rnn" else "Wy"]
    da = output_backward(y_pred, problem.y, a, weights)[0]
    arrays = {name: one for name, one in problem.arrays().items() if name not in ANSWER}
    right = truth.differences(problem.loss, arrays)
    return [Call(f"{cell}_backward", (da, caches), truth=right, problem=problem)]


def _step(cell: str, rng: np.random.Generator) -> tuple[Problem, list[Array]]:
    """Draw a network and what goes into one step: xt, a_prev and, for an LSTM, c_prev."""
    problem = random_problem(cell, rng, n_a=3, m=EXAMPLES[cell], T_x=1)
    states = [state for name, state in problem.inputs.items() if name != "x"]
    return problem, [problem.inputs["x"][:, :, 0].copy(), *states]
