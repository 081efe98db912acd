"""Exercises 6, 7 and 17: clipping, sampling, temperature."""

import numpy as np

from lstmkit.lessons.exercises.checks.exercise import Call, Exercise


def _clip_calls(rng: np.random.Generator) -> list[Call]:
    gradients = {"dWax": 3 * rng.normal(size=(3, 4)), "dba": 3 * rng.normal(size=(3, 1))}
    return [Call("clip", (gradients, 2.0))]


def _sample_calls(rng: np.random.Generator) -> list[Call]:
    p = np.array([0.0, 0.2, 0.5, 0.0, 0.3])
    drawn = [Call("draw", (p, float(u))) for u in (0.0, 0.1, 0.2, 0.45, 0.7, 0.999)]
    n_x, n_a, end = 5, 4, 4
    shapes = {"Wax": (n_a, n_x), "Waa": (n_a, n_a), "ba": (n_a, 1), "Wya": (n_x, n_a)}
    parameters = {name: 2 * rng.normal(size=shape) for name, shape in shapes.items()}
    parameters["by"] = np.zeros((n_x, 1))
    never = {**parameters, "by": np.array([[0.0], [0.0], [0.0], [0.0], [-50.0]])}
    u = rng.uniform(size=9).tolist()
    return [
        *drawn,
        Call("sample", (never, u, end)),
        *(Call("sample", (parameters, rng.uniform(size=9).tolist(), end)) for _ in "123"),
    ]


def _temper_calls(rng: np.random.Generator) -> list[Call]:
    p = rng.dirichlet(np.ones(5))
    return [
        *(Call("temper", (p, t)) for t in (0.5, 1.0, 2.0)),
        Call("temper", (np.array([0.5, 0.5, 0.0]), 0.7)),
    ]


CLIP = Exercise(
    "06_clip.py",
    "05-rnn-problem.md",
    _clip_calls,
    """
    np.clip(gradient, -largest, largest) -> np.minimum(gradient, largest)
        Entries far below zero stay as they are: clip them at -largest too.
    np.clip(gradient, -largest, largest) -> gradient * min(1, largest / norm)
    return -> norm = np.sqrt(sum((g**2).sum() for g in gradients.values())); return
        You scale by the norm. That is another good way; here each entry by itself is held between
        -largest and largest.
    np.clip(gradient, -largest, largest) -> gradient * min(1, largest / np.linalg.norm(gradient))
        You scale each array by its norm; here each entry by itself is held between -largest and
        largest.
    np.clip(gradient, -largest, largest) -> np.minimum(np.abs(gradient), largest)
        The signs are gone: a gradient below zero must stay below zero.
    np.clip(gradient, -largest, largest) -> np.where(np.abs(gradient) > largest, 0, gradient)
        Entries that are too large become 0; they should become largest, or -largest.
    """,
    (
        "Every entry above largest becomes largest, every entry below -largest becomes -largest.",
        "np.clip does both at once; loop over gradients.items() and build a new dictionary.",
    ),
)
SAMPLE = Exercise(
    "07_sample.py",
    "05-rnn-problem.md",
    _sample_calls,
    """
    np.argmax(ends > u) -> np.argmax(probabilities)
        You take the likeliest each time: the network would write the same thing for ever. Draw with
        u.
    ends > u -> probabilities > u
        You compare u with single probabilities; it must be compared with their running sums,
        np.cumsum.
    ends > u -> ends >= u
        At the very edge the index is one too small: an index of probability 0 can come (u = 0 drew
        index 0). Stop at the first running sum that is larger than u.
    return int( -> return 1 + int(
        The index is one too large: the first running sum belongs to index 0.
    x[index] = 1 -> pass
        What was drawn never goes back in: x is zeros only at the first step, then one-hot of what
        was drawn.
    x[index] = 1 -> x = y
        You hand the probabilities back as x; hand back what was drawn, as one-hot.
    a, y, _ = -> _, y, _ =
        Every step starts from the same state: hand a_next on.
    break -> return [*drawn, end]
        The end sign itself does not belong to the text: stop before it is added.
    index == end -> False
        The loop goes on after the end sign: stop there.
    """,
    (
        "Lay the probabilities end to end on a line from 0 to 1; u is a point on it. In whose piece"
        " does it lie? np.cumsum gives the ends of the pieces.",
        "np.searchsorted(np.cumsum(p), u, side='right') finds the piece.",
        "In sample: x is a column of zeros at first; after each draw make it one-hot,"
        " x = np.zeros((n_x, 1)); x[drawn] = 1.",
    ),
)
TEMPERATURE = Exercise(
    "17_temperature.py",
    "11-music.md",
    _temper_calls,
    """
    np.log(probabilities) -> probabilities
        That is a softmax of probabilities, a double softmax: at temperature 1 the probabilities
        must come back unchanged. Take their logarithms first.
    / temperature -> * temperature
        You multiply by the temperature; a high one must flatten, so divide by it.
    softmax(scores) -> np.exp(scores)
        They do not sum to 1: divide by their sum.
    softmax(scores) -> probabilities / probabilities.sum()
        Dividing all probabilities by one number changes nothing once they are divided by their sum.
        The logarithms must be divided.
    np.log(probabilities) -> np.log(probabilities + 1e-3)
        A small number added before the logarithm lets the impossible happen. log(0) is -inf and
        exp(-inf) is 0: that is right already.
    """,
    (
        "softmax undoes log: softmax(log p) is p. Where does the temperature come in between?",
        "np.log(p) / temperature, then softmax along the only axis. log(0) = -inf is fine; only the"
        " warning is a nuisance: with np.errstate(divide='ignore').",
    ),
)
