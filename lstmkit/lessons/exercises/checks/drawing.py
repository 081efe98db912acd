"""Exercises 6, 7 and 17: clipping, sampling, temperature."""

from typing import Any

import numpy as np

from lstmkit.cells.activations import softmax
from lstmkit.cells.rnn import rnn_cell_forward
from lstmkit.cells.types import Array, Gradients, Parameters
from lstmkit.lessons.exercises.checks.exercise import NONE, Call, Exercise, Faults


def clip(gradients: Gradients, largest: float, *, faults: Faults = NONE) -> Gradients:
    """Clip, with faults."""
    if "above only" in faults:
        return {name: np.minimum(g, largest) for name, g in gradients.items()}
    if "norm" in faults:
        norm = np.sqrt(sum(float((g**2).sum()) for g in gradients.values()))
        return {name: g * min(1.0, largest / norm) for name, g in gradients.items()}
    if "norm of each" in faults:
        norms = {name: np.linalg.norm(g) for name, g in gradients.items()}
        return {name: g * min(1.0, largest / norms[name]) for name, g in gradients.items()}
    if "absolute" in faults:
        return {name: np.minimum(np.abs(g), largest) for name, g in gradients.items()}
    if "zero" in faults:
        return {name: np.where(np.abs(g) > largest, 0.0, g) for name, g in gradients.items()}
    return {name: np.clip(g, -largest, largest) for name, g in gradients.items()}


def draw(probabilities: Array, u: float, *, faults: Faults = NONE) -> int:
    """Draw an index, with faults."""
    if "likeliest" in faults:
        return int(np.argmax(probabilities))
    if "no sums" in faults:
        return int(np.argmax(probabilities > u))
    side = "left" if "edge" in faults else "right"
    drawn = int(np.searchsorted(np.cumsum(probabilities), u, side=side))  # type: ignore[call-overload]
    return drawn + 1 if "one too far" in faults else min(drawn, len(probabilities) - 1)


def sample(parameters: Parameters, u: list[float], end: int, *, faults: Faults = NONE) -> list[int]:
    """Draw a sequence from a network, with faults."""
    n_a, n_x = parameters["Wax"].shape
    a: Array = np.zeros((n_a, 1))
    x: Array = np.zeros((n_x, 1))
    drawn: list[int] = []
    for number in u:
        a_next, y, _ = rnn_cell_forward(x, a, parameters)
        a = a if "a not carried" in faults else a_next
        one = int(y[:, 0].argmax()) if "likeliest" in faults else draw(y[:, 0], number)
        if one == end and "end ignored" not in faults:
            return [*drawn, end] if "end kept" in faults else drawn
        drawn.append(one)
        if "probabilities fed" in faults:
            x = y
        elif "nothing fed" not in faults:
            x = np.eye(n_x)[:, [one]]
    return drawn


def temper(probabilities: Array, temperature: float, *, faults: Faults = NONE) -> Any:
    """Temper probabilities, with faults."""
    p = np.asarray(probabilities)
    if "softmax of probabilities" in faults:
        return softmax(p / temperature)
    if "multiplied" in faults:
        return softmax(np.log(p) * temperature)
    if "no sum" in faults:
        return p ** (1 / temperature)
    if "divided" in faults:
        return p / temperature / (p / temperature).sum()
    if "tiny added" in faults:
        return softmax(np.log(p + 1e-3) / temperature)
    return softmax(np.log(p) / temperature)


def _clip_calls(rng: np.random.Generator) -> list[Call]:
    gradients = {"dWax": 3 * rng.normal(size=(3, 4)), "dba": 3 * rng.normal(size=(3, 1))}
    return [Call("clip", (gradients, 2.0), clip)]


def _sample_calls(rng: np.random.Generator) -> list[Call]:
    p = np.array([0.0, 0.2, 0.5, 0.0, 0.3])
    drawn = [Call("draw", (p, float(u)), draw) for u in (0.0, 0.1, 0.2, 0.45, 0.7, 0.999)]
    n_x, n_a, end = 5, 4, 4
    shapes = {"Wax": (n_a, n_x), "Waa": (n_a, n_a), "ba": (n_a, 1), "Wya": (n_x, n_a)}
    parameters = {name: 2 * rng.normal(size=shape) for name, shape in shapes.items()}
    parameters["by"] = np.zeros((n_x, 1))
    never = {**parameters, "by": np.array([[0.0], [0.0], [0.0], [0.0], [-50.0]])}
    u = rng.uniform(size=9).tolist()
    return [
        *drawn,
        Call("sample", (never, u, end), sample),
        *(Call("sample", (parameters, rng.uniform(size=9).tolist(), end), sample) for _ in "123"),
    ]


def _temper_calls(rng: np.random.Generator) -> list[Call]:
    p = rng.dirichlet(np.ones(5))
    return [
        *(Call("temper", (p, t), temper) for t in (0.5, 1.0, 2.0)),
        Call("temper", (np.array([0.5, 0.5, 0.0]), 0.7), temper),
    ]


CLIP = Exercise(
    6,
    "clip",
    "clip gradients",
    "05-rnn-problem.md",
    _clip_calls,
    {
        "above only": "Entries far below zero stay as they are: clip them at -largest too.",
        "norm": "You scale by the norm. That is another good way; here each entry by itself is"
        " held between -largest and largest.",
        "norm of each": "You scale each array by its norm; here each entry by itself is held"
        " between -largest and largest.",
        "absolute": "The signs are gone: a gradient below zero must stay below zero.",
        "zero": "Entries that are too large become 0; they should become largest, or -largest.",
    },
    (
        "Every entry above largest becomes largest, every entry below -largest becomes -largest.",
        "np.clip does both at once; loop over gradients.items() and build a new dictionary.",
    ),
)
SAMPLE = Exercise(
    7,
    "sample",
    "draw from the network",
    "05-rnn-problem.md",
    _sample_calls,
    {
        "likeliest": "You take the likeliest each time: the network would write the same thing for"
        " ever. Draw with u.",
        "no sums": "You compare u with single probabilities; it must be compared with their running"
        " sums, np.cumsum.",
        "edge": "At the very edge the index is one too small: an index of probability 0 can come"
        " (u = 0 drew index 0). Stop at the first running sum that is larger than u.",
        "one too far": "The index is one too large: the first running sum belongs to index 0.",
        "nothing fed": "What was drawn never goes back in: x is zeros only at the first step, then"
        " one-hot of what was drawn.",
        "probabilities fed": "You hand the probabilities back as x; hand back what was drawn, as"
        " one-hot.",
        "a not carried": "Every step starts from the same state: hand a_next on.",
        "end kept": "The end sign itself does not belong to the text: stop before it is added.",
        "end ignored": "The loop goes on after the end sign: stop there.",
    },
    (
        "Lay the probabilities end to end on a line from 0 to 1; u is a point on it. In whose piece"
        " does it lie? np.cumsum gives the ends of the pieces.",
        "np.searchsorted(np.cumsum(p), u, side='right') finds the piece.",
        "In sample: x is a column of zeros at first; after each draw make it one-hot,"
        " x = np.zeros((n_x, 1)); x[drawn] = 1.",
    ),
)
TEMPERATURE = Exercise(
    17,
    "temperature",
    "temperature: bolder or safer",
    "11-music.md",
    _temper_calls,
    {
        "softmax of probabilities": "That is a softmax of probabilities, a double softmax: at"
        " temperature 1 the probabilities must come back unchanged. Take their logarithms first.",
        "multiplied": "You multiply by the temperature; a high one must flatten, so divide by it.",
        "no sum": "They do not sum to 1: divide by their sum.",
        "divided": "Dividing all probabilities by one number changes nothing once they are divided"
        " by their sum. The logarithms must be divided.",
        "tiny added": "A small number added before the logarithm lets the impossible happen. log(0)"
        " is -inf and exp(-inf) is 0: that is right already.",
    },
    (
        "softmax undoes log: softmax(log p) is p. Where does the temperature come in between?",
        "np.log(p) / temperature, then softmax along the only axis. log(0) = -inf is fine; only the"
        " warning is a nuisance: with np.errstate(divide='ignore').",
    ),
)
