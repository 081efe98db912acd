"""Exercises 2 to 5: the plain cell, forward and backward."""

from typing import Any

import numpy as np

from lstmkit.cells import rnn
from lstmkit.cells.activations import sigmoid, softmax
from lstmkit.cells.gradcheck import Problem, random_problem
from lstmkit.cells.output import output_backward
from lstmkit.cells.types import Array, Gradients, Parameters
from lstmkit.lessons.exercises.checks import truth
from lstmkit.lessons.exercises.checks.exercise import NONE, Call, Exercise, Faults

STEP = ("a_next", "yt_pred")


def cell_forward(xt: Array, a_prev: Array, p: Parameters, *, faults: Faults = NONE) -> Any:
    """Take one step, with faults."""
    Waa = p["Waa"].T if "Waa transposed" in faults else p["Waa"]
    past = 0 if "no past" in faults else Waa @ a_prev
    bias = 0 if "no bias" in faults else p["ba"]
    z = p["Wax"] @ xt + past + bias
    a_next = z if "no tanh" in faults else sigmoid(z) if "sigmoid" in faults else np.tanh(z)
    scores = p["Wya"] @ a_next + p["by"]
    y = scores if "no softmax" in faults else softmax(scores)
    return a_next, softmax(y) if "softmax twice" in faults else y


def forward(x: Array, a0: Array, p: Parameters, *, faults: Faults = NONE) -> Any:
    """Run over a sequence, with faults."""
    states, predictions = [], []
    a_next = np.zeros_like(a0) if "a0 ignored" in faults else a0
    steps = range(x.shape[2])
    for t in reversed(steps) if "from the end" in faults else steps:
        a_next, y = cell_forward(x[:, :, t], a0 if "a not carried" in faults else a_next, p)[:2]
        states.append(a_next)
        predictions.append(y)
    axis = 0 if "time first" in faults else 2
    return np.stack(states, axis=axis), np.stack(predictions, axis=axis)


def cell_backward(da_next: Array, cache: Any, *, faults: Faults = NONE) -> Gradients:
    """Go back over one step, with faults."""
    a_next, a_prev, xt, p = cache
    slope = 1 - a_next**2
    if "no slope" in faults:
        slope = np.ones_like(a_next)
    if "a for a squared" in faults:
        slope = 1 - a_next
    if "slope of sigmoid" in faults:
        slope = a_next * (1 - a_next)
    dz = da_next * slope
    Waa = p["Waa"] if "Waa not transposed" in faults else p["Waa"].T
    dba = dz.mean(axis=1, keepdims=True) if "mean" in faults else dz.sum(axis=1, keepdims=True)
    dWaa = a_prev @ dz.T if "dWaa transposed" in faults else dz @ a_prev.T
    return {
        "dxt": p["Wax"].T @ dz,
        "da_prev": Waa @ dz,
        "dWax": dz @ xt.T,
        "dWaa": dz @ a_next.T if "a_next in dWaa" in faults else dWaa,
        "dba": dba,
    }


def backward(da: Array, caches: Any, *, faults: Faults = NONE) -> Gradients:
    """Go back through time, with faults."""
    steps, x = caches
    dx: Array = np.zeros(x.shape)
    da_prev: Array = np.zeros(da.shape[:2])
    total: Gradients = {}
    order = range(x.shape[2]) if "from the start" in faults else reversed(range(x.shape[2]))
    for t in order:
        future = np.zeros_like(da_prev) if "no carry" in faults else da_prev
        direct = da[:, :, t] * ("only the future" not in faults or t == x.shape[2] - 1)
        step = rnn.rnn_cell_backward(direct + future, steps[t])
        dx[:, :, t] = step.pop("dxt")
        da_prev = step.pop("da_prev")
        keep = total and "last step only" not in faults
        total = {key: total[key] + step[key] if keep else step[key] for key in step}
    if "mean over time" in faults:
        total = {key: value / x.shape[2] for key, value in total.items()}
    return {"dx": dx, "da0": da_prev, **total}


def step_problem(rng: np.random.Generator) -> Problem:
    """Draw a network and one step, all sizes 3, so that no transposition ends in an error."""
    return random_problem("rnn", rng, n_a=3, m=3, T_x=1)


def _step_calls(rng: np.random.Generator) -> list[Call]:
    problem = step_problem(rng)
    xt, a_prev = problem.inputs["x"][:, :, 0], problem.inputs["a0"]
    return [Call("rnn_cell_forward", (xt, a_prev, problem.parameters), cell_forward, STEP)]


def _forward_calls(rng: np.random.Generator) -> list[Call]:
    problem = random_problem("rnn", rng)
    arguments = problem.inputs["x"], problem.inputs["a0"], problem.parameters
    return [Call("rnn_forward", arguments, forward, ("a", "y_pred"), problem=problem)]


def _step_back_calls(rng: np.random.Generator) -> list[Call]:
    problem = step_problem(rng)
    xt, a_prev, p = problem.inputs["x"][:, :, 0], problem.inputs["a0"], problem.parameters
    da_next = rng.normal(size=a_prev.shape)
    cache = rnn.rnn_cell_forward(xt, a_prev, p)[2]

    def loss() -> float:
        return float((da_next * rnn.rnn_cell_forward(xt, a_prev, p)[0]).sum())

    arrays = {"xt": xt, "a_prev": a_prev} | {name: p[name] for name in ("Wax", "Waa", "ba")}
    right = truth.differences(loss, arrays)
    return [Call("rnn_cell_backward", (da_next, cache), cell_backward, truth=right)]


def _back_calls(rng: np.random.Generator) -> list[Call]:
    problem = random_problem("rnn", rng, n_a=3, m=2, T_x=5)
    a, y_pred, caches = problem.forward()
    da = output_backward(y_pred, problem.y, a, problem.parameters["Wya"])[0]
    arrays = {k: v for k, v in problem.arrays().items() if k not in ("Wya", "by")}
    right = truth.differences(problem.loss, arrays)
    return [Call("rnn_backward", (da, caches), backward, truth=right, problem=problem)]


STEP_FORWARD = Exercise(
    2,
    "rnn_step",
    "one step of the plain cell",
    "03-rnn-forward.md",
    _step_calls,
    {
        "no past": "a_prev takes no part: without Waa a_prev the cell remembers nothing.",
        "Waa transposed": "Waa is transposed. Columns are examples here: Waa @ a_prev, as in the"
        " equation.",
        "no bias": "The bias ba is missing.",
        "no tanh": "The tanh is missing: a_next must stay between -1 and 1.",
        "sigmoid": "That is a sigmoid; this cell squashes with tanh.",
        "no softmax": "yt_pred holds scores, not probabilities: softmax turns them into some.",
        "softmax twice": "Softmax is applied twice: it flattens the probabilities (the tutorial's"
        " own fault in its emoji model).",
    },
    (
        "Three things add up inside the tanh: what the cell sees, what it remembers, and the bias.",
        "`W @ v` is the matrix product. Shapes tell the order: (n_a, n_x) @ (n_x, m) is (n_a, m).",
        "a_next = np.tanh(Wax @ xt + Waa @ a_prev + ba)",
    ),
)
OVER_TIME = Exercise(
    3,
    "rnn_forward",
    "the plain cell over time",
    "03-rnn-forward.md",
    _forward_calls,
    {
        "a not carried": "Every step starts from a0: hand a_next of each step to the next one.",
        "a0 ignored": "The first step starts from zeros; it should start from a0.",
        "from the end": "The steps run from the last to the first.",
        "time first": "Time stands first; a is (n_a, m, T_x): stack along axis 2.",
    },
    (
        "Keep one variable for the state: it is a0 before the loop and a_next after each step.",
        "x[:, :, t] is what the cell sees at step t. Collect a_next and yt_pred in two lists.",
        "np.stack(list_of_states, axis=2) makes (n_a, m, T_x).",
    ),
)
STEP_BACK = Exercise(
    4,
    "rnn_step_back",
    "back over one step of the plain cell",
    "04-rnn-backward.md",
    _step_back_calls,
    {
        "no slope": "The slope of tanh is missing: dz = da_next * (1 - a_next^2).",
        "a for a squared": "The slope of tanh is 1 - a_next^2; you have 1 - a_next.",
        "slope of sigmoid": "a (1 - a) is the slope of a sigmoid; that of tanh is 1 - a^2.",
        "Waa not transposed": "da_prev = Waa^T dz: going back, the matrix is transposed.",
        "mean": "dba is a mean over the examples; the loss is a sum, so its gradient is one too.",
        "dWaa transposed": "dWaa is transposed: it has the shape of Waa, dz a_prev^T.",
        "a_next in dWaa": "dWaa takes a_prev, what Waa was multiplied by, not a_next.",
    },
    (
        "Write z for what is inside the tanh. First find dz: da_next times the slope of tanh, and"
        " that slope needs only a_next.",
        "Each gradient has the shape of what it is the gradient of; that settles every transpose.",
        "z = Wax xt + ... gives dWax = dz xt^T and dxt = Wax^T dz; ba is added to every column, so"
        " dba is the sum over the columns.",
    ),
    judge="central differences at hidden seeds",
)
THROUGH_TIME = Exercise(
    5,
    "rnn_backward",
    "back through time",
    "04-rnn-backward.md",
    _back_calls,
    {
        "no carry": "da_prev never reaches the step before. The loss meets a<t> along two roads:"
        " directly (da[:, :, t]) and through a<t+1> (da_prev of step t + 1). Add both.",
        "only the future": "Only the last step hears its own loss: add da[:, :, t] at every step.",
        "from the start": "The loop runs from the first step to the last; what comes from the"
        " future is then not known yet. Go from T_x - 1 down to 0.",
        "last step only": "The parameters serve every step: add up dWax, dWaa and dba over the"
        " steps instead of overwriting them.",
        "mean over time": "dWax, dWaa and dba are means over the steps; the loss is a sum, so they"
        " are sums.",
    },
    (
        "Go from the last step to the first and keep one variable: what reaches a<t> from the"
        " future. It is zeros at the last step.",
        "What reaches a<t> in all is da[:, :, t] + da_prev; hand that to rnn_cell_backward.",
        "dx[:, :, t] belongs to the step alone; dWax, dWaa, dba are summed; da0 is the da_prev of"
        " step 0.",
    ),
    judge="central differences at hidden seeds",
)
