"""Exercises 8 to 11: the LSTM cell, forward and backward."""

from typing import Any

import numpy as np

from lstmkit.cells import lstm
from lstmkit.cells.activations import sigmoid, softmax
from lstmkit.cells.gradcheck import Problem, random_problem
from lstmkit.cells.output import output_backward
from lstmkit.cells.types import Array, Gradients, Parameters
from lstmkit.lessons.exercises.checks import truth
from lstmkit.lessons.exercises.checks.exercise import NONE, Call, Exercise, Faults

STEP = ("a_next", "c_next", "yt_pred")


def cell_forward(
    xt: Array, a_prev: Array, c_prev: Array, p: Parameters, *, faults: Faults = NONE
) -> Any:
    """Take one step, with faults."""
    stacked = [xt, a_prev] if "x before a" in faults else [a_prev, xt]
    concat = np.concatenate(stacked)
    ft, it, ot = (sigmoid(p[f"W{k}"] @ concat + p[f"b{k}"]) for k in "fio")
    z = p["Wc"] @ concat + p["bc"]
    cct = sigmoid(z) if "sigmoid candidate" in faults else np.tanh(z)
    if "gates swapped" in faults:
        ft, it = it, ft
    kept = c_prev if "never forgets" in faults else ft * c_prev
    c_next = ft * a_prev + it * cct if "a for c" in faults else kept + it * cct
    if "coupled" in faults:
        c_next = ft * c_prev + (1 - ft) * cct
    shown = c_next if "c not squashed" in faults else np.tanh(c_next)
    a_next = shown if "no output gate" in faults else ot * shown
    scores = p["Wy"] @ (c_next if "y from c" in faults else a_next) + p["by"]
    y = softmax(scores)
    return a_next, c_next, softmax(y) if "softmax twice" in faults else y


def forward(x: Array, a0: Array, p: Parameters, c0: Array, *, faults: Faults = NONE) -> Any:
    """Run over a sequence, with faults."""
    hidden, cell, predictions = [], [], []
    a_next, c_next = a0, np.zeros_like(c0) if "c0 ignored" in faults else c0
    for t in range(x.shape[2]):
        a_prev = a0 if "a not carried" in faults else a_next
        c_prev = c0 if "c not carried" in faults else c_next
        a_next, c_next, y, _ = lstm.lstm_cell_forward(x[:, :, t], a_prev, c_prev, p)
        hidden.append(a_next)
        cell.append(c_next)
        predictions.append(y)
    axis = 0 if "time first" in faults else 2
    a, y, c = (np.stack(steps, axis=axis) for steps in (hidden, predictions, cell))
    if "one array" in faults:
        a = c
    if "one array of a" in faults:
        c = a
    return a, y, c


def cell_backward(da_next: Array, dc_next: Array, cache: Any, *, faults: Faults = NONE) -> Any:
    """Go back over one step, with faults."""
    _, c_next, a_prev, c_prev, ft, it, cct, ot, xt, p = cache
    concat = np.concatenate([a_prev, xt])
    tanh_c = np.tanh(c_next)
    slope_c = 1 - (c_next**2 if "c for tanh c" in faults else tanh_c**2)
    dc = (0 if "no dc_next" in faults else dc_next) + da_next * ot * slope_c
    if "dc from c only" in faults:
        dc = dc_next
    f_slope, i_slope, o_slope = (one * (1 - one) for one in (ft, it, ot))
    if "no gate slope" in faults:
        f_slope = i_slope = o_slope = np.ones_like(ft)
    slopes = {
        "f": dc * (c_next if "c_next in dft" in faults else c_prev) * f_slope,
        "i": dc * cct * i_slope,
        "c": dc * it * (cct * (1 - cct) if "sigmoid slope of cct" in faults else 1 - cct**2),
        "o": da_next * (c_next if "c for tanh c" in faults else tanh_c) * o_slope,
    }
    back = dict.fromkeys("fico", 1.0) | ({"o": 0.0} if "da_prev lacks o" in faults else {})
    dconcat = sum(back[k] * (p[f"W{k}"].T @ dz) for k, dz in slopes.items())
    n_a = a_prev.shape[0]
    da_prev, dxt = dconcat[:n_a], dconcat[n_a:]
    if "x before a" in faults:
        dxt, da_prev = dconcat[: len(xt)], dconcat[len(xt) :]
    gradients: Gradients = {}
    for gate, dz in slopes.items():
        gradients[f"dW{gate}"] = dz @ concat.T
        total = dz.mean if "mean" in faults else dz.sum
        gradients[f"db{gate}"] = total(axis=1, keepdims=True)
    dc_prev = dc_next * ft if "dc_prev from dc_next" in faults else dc * ft
    dc_prev = dc if "dc_prev without f" in faults else dc_prev
    return {"dxt": dxt, "da_prev": da_prev, "dc_prev": dc_prev, **gradients}


def backward(da: Array, caches: Any, *, faults: Faults = NONE) -> Gradients:
    """Go back through time, with faults."""
    steps, x = caches
    dx: Array = np.zeros(x.shape)
    da_prev: Array = np.zeros(da.shape[:2])
    dc_prev: Array = np.zeros(da.shape[:2])
    total: Gradients = {}
    for t in reversed(range(x.shape[2])):
        future = 0 if "no da_prev" in faults else da_prev
        memory = np.zeros_like(dc_prev) if "no dc_prev" in faults else dc_prev
        if "one array" in faults:
            memory = da_prev
        if "dc added twice" in faults:
            memory = dc_prev + da_prev
        step = lstm.lstm_cell_backward(da[:, :, t] + future, memory, steps[t])
        dx[:, :, t] = step.pop("dxt")
        da_prev, dc_prev = step.pop("da_prev"), step.pop("dc_prev")
        keep = total and "last step only" not in faults
        total = {key: total[key] + step[key] if keep else step[key] for key in step}
    if "mean over time" in faults:
        total = {key: value / x.shape[2] for key, value in total.items()}
    return {"dx": dx, "da0": da_prev, "dc0": dc_prev, **total}


def _step_problem(rng: np.random.Generator) -> Problem:
    return random_problem("lstm", rng, n_a=3, m=2, T_x=1)


def _step_calls(rng: np.random.Generator) -> list[Call]:
    one = _step_problem(rng)
    arguments = one.inputs["x"][:, :, 0], one.inputs["a0"], one.inputs["c0"], one.parameters
    return [Call("lstm_cell_forward", arguments, cell_forward, STEP)]


def _forward_calls(rng: np.random.Generator) -> list[Call]:
    one = random_problem("lstm", rng)
    arguments = one.inputs["x"], one.inputs["a0"], one.parameters, one.inputs["c0"]
    return [Call("lstm_forward", arguments, forward, ("a", "y_pred", "c"), problem=one)]


def _step_back_calls(rng: np.random.Generator) -> list[Call]:
    one = _step_problem(rng)
    xt, a_prev, c_prev = one.inputs["x"][:, :, 0].copy(), one.inputs["a0"], one.inputs["c0"]
    p = one.parameters
    da_next, dc_next = rng.normal(size=a_prev.shape), rng.normal(size=a_prev.shape)
    cache = lstm.lstm_cell_forward(xt, a_prev, c_prev, p)[3]

    def loss() -> float:
        a_next, c_next, _, _ = lstm.lstm_cell_forward(xt, a_prev, c_prev, p)
        return float((da_next * a_next + dc_next * c_next).sum())

    weights = {name: p[name] for name in p if name not in ("Wy", "by")}
    right = truth.differences(loss, {"xt": xt, "a_prev": a_prev, "c_prev": c_prev, **weights})
    return [Call("lstm_cell_backward", (da_next, dc_next, cache), cell_backward, truth=right)]


def _back_calls(rng: np.random.Generator) -> list[Call]:
    one = random_problem("lstm", rng, n_a=3, m=2, T_x=5)
    a, y_pred, caches = one.forward()
    da = output_backward(y_pred, one.y, a, one.parameters["Wy"])[0]
    arrays = {k: v for k, v in one.arrays().items() if k not in ("Wy", "by")}
    right = truth.differences(one.loss, arrays)
    return [Call("lstm_backward", (da, caches), backward, truth=right, problem=one)]


STEP_FORWARD = Exercise(
    8,
    "lstm_step",
    "one step of the LSTM cell",
    "07-lstm-forward.md",
    _step_calls,
    {
        "x before a": "concat is [xt; a_prev]; the weights expect a_prev first: [a_prev; xt].",
        "sigmoid candidate": "The candidate cct is squashed by tanh, not by sigmoid: a memory must"
        " be able to go down too.",
        "gates swapped": "Forget and update gate have changed places: ft keeps the old memory, it"
        " lets in the new.",
        "never forgets": "c_prev is added whole: the forget gate ft must scale it.",
        "a for c": "ft scales a_prev: it should scale c_prev. Hidden state and cell state are two"
        " arrays.",
        "coupled": "You let in (1 - ft) of the candidate, as a GRU does; here it has a gate of its"
        " own, it.",
        "c not squashed": "a_next shows tanh(c_next), not c_next.",
        "no output gate": "The output gate ot is missing from a_next.",
        "y from c": "The prediction is made from a_next, not from c_next.",
        "softmax twice": "Softmax is applied twice.",
    },
    (
        "Stack a_prev on xt with np.concatenate: all four gates read the same concat.",
        "Three gates are sigmoids (f, i, o), the candidate is a tanh.",
        "c_next = ft * c_prev + it * cct, then a_next = ot * np.tanh(c_next).",
    ),
)
OVER_TIME = Exercise(
    9,
    "lstm_forward",
    "the LSTM over time",
    "07-lstm-forward.md",
    _forward_calls,
    {
        "one array": "a holds the cell states: a and c are one array (the tutorial's own fault)."
        " `c = a` makes a second name, not a second array.",
        "one array of a": "c holds the hidden states: a and c are one array (the tutorial's own"
        " fault). `c = a` makes a second name, not a second array.",
        "a not carried": "Every step starts from a0: hand a_next to the next step.",
        "c not carried": "Every step starts from c0: hand c_next to the next step as well.",
        "c0 ignored": "The memory starts from zeros; it should start from c0.",
        "time first": "Time stands first; a is (n_a, m, T_x): stack along axis 2.",
    },
    (
        "Two states walk from step to step: a_next and c_next.",
        "Make two arrays (or two lists). Writing c = a gives one array two names.",
        "a_next, c_next, yt_pred, _ = lstm_cell_forward(x[:, :, t], a_next, c_next, parameters)",
    ),
)
STEP_BACK = Exercise(
    10,
    "lstm_step_back",
    "back over one step of the LSTM",
    "08-lstm-backward.md",
    _step_back_calls,
    {
        "no dc_next": "dc_next takes no part: c_next hears from the future too. dc = dc_next +"
        " da_next * ot * (1 - tanh(c_next)^2).",
        "dc from c only": "dc is dc_next alone: what reaches a_next goes on to c_next as well,"
        " da_next * ot * (1 - tanh(c_next)^2).",
        "c for tanh c": "You take c_next where tanh(c_next) belongs: in dot, and in the slope"
        " 1 - tanh(c_next)^2.",
        "no gate slope": "The slopes of the sigmoids are missing: each gate's gradient is times"
        " gate * (1 - gate).",
        "sigmoid slope of cct": "The candidate is a tanh: its slope is 1 - cct^2.",
        "c_next in dft": "The forget gate was multiplied by c_prev, so dft takes c_prev, not"
        " c_next.",
        "da_prev lacks o": "da_prev and dxt hear from all four gates; the output gate's share,"
        " Wo^T dot, is missing.",
        "x before a": "The first n_a rows of W^T dz belong to a_prev, the rest to xt; yours have"
        " changed places.",
        "mean": "The bias gradients are means over the examples; they are sums.",
        "dc_prev from dc_next": "dc_prev is dc * ft with the whole dc, not dc_next * ft.",
        "dc_prev without f": "dc_prev is dc * ft: the forget gate scales what goes back as it"
        " scaled what came.",
    },
    (
        "Begin with dc, all that reaches c_next: from the future, dc_next, and through a_next.",
        "Then each gate: dc (or da_next for the output gate) times what the gate was multiplied"
        " by, times the slope of its own squashing function.",
        "dconcat = Wf^T dft + Wi^T dit + Wc^T dcct + Wo^T dot; its first n_a rows are da_prev.",
    ),
    judge="central differences at hidden seeds",
)
THROUGH_TIME = Exercise(
    11,
    "lstm_backward",
    "the LSTM back through time",
    "08-lstm-backward.md",
    _back_calls,
    {
        "no dc_prev": "Does dc_prev reach this step? Along c the gradient goes back further than"
        " along a: hand dc_prev of step t + 1 to step t as dc_next.",
        "no da_prev": "da_prev never reaches the step before: hand da[:, :, t] + da_prev to the"
        " cell.",
        "one array": "da_prev is handed on in the place of dc_prev: a and c, and their gradients,"
        " are two arrays.",
        "dc added twice": "da_prev is added to the gradient of c; it belongs to that of a only.",
        "last step only": "dWf ... dbo are overwritten at each step; add them up.",
        "mean over time": "The weights' gradients are means over the steps; they are sums.",
    },
    (
        "Two gradients walk back from step to step: da_prev and dc_prev, both zeros at the end.",
        "lstm_cell_backward(da[:, :, t] + da_prev, dc_prev, steps[t])",
        "dx[:, :, t] is the step's dxt; the weights' gradients are summed; da0 and dc0 are what"
        " is left after step 0.",
    ),
    judge="central differences at hidden seeds",
)
