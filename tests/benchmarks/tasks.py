"""The tasks of the training benchmarks: numbers, sizes and first weights, the same for everyone."""

from typing import Any

import numpy as np

WORDS, DIMENSIONS, SENTENCES, LONGEST, EMOJIS = 40_001, 100, 132, 10, 5
SNIPPETS, SNIPPET, VALUES = 60, 30, 78


def arrays(spec: dict[str, Any]) -> tuple[np.ndarray, np.ndarray]:
    """Return inputs and targets of a task."""
    rng = np.random.default_rng(0)
    if spec["model"] == "stock":
        series, window = np.load(spec["series"]), spec["window"]
        x = np.lib.stride_tricks.sliding_window_view(series[:-1], window)
        return np.ascontiguousarray(x)[..., None], series[window:, None]
    if spec["model"].startswith("emoji"):
        words = rng.integers(1, WORDS, (SENTENCES, LONGEST))
        lengths = rng.integers(2, LONGEST + 1, (SENTENCES, 1))
        x = np.where(np.arange(LONGEST) < lengths, words, 0)
        return x.astype(np.int32), rng.integers(0, EMOJIS, SENTENCES)
    values = rng.integers(0, VALUES, (SNIPPETS, SNIPPET + 1))
    return np.eye(VALUES, dtype=np.float32)[values[:, :-1]], values[:, 1:]


def layer_sizes(spec: dict[str, Any]) -> tuple[list[tuple[int, int]], tuple[int, int]]:
    """Return (inputs, units) of every LSTM layer, and of the dense layer after them."""
    if spec["model"] == "stock":
        units = spec["units"]
        return list(zip([1, *units], units, strict=False)), (units[-1], 1)
    if spec["model"].startswith("emoji"):
        return [(DIMENSIONS, 128), (128, 128)], (128, EMOJIS)
    return [(VALUES, 64)], (64, VALUES)


def first_weights(spec: dict[str, Any]) -> list[np.ndarray]:
    """Return kernel, recurrent kernel and bias per LSTM layer, then the dense layer's, as Keras."""
    rng = np.random.default_rng(1)
    lstms, dense = layer_sizes(spec)
    weights = []
    for inputs, units in lstms:
        forget = np.repeat([0.0, 1.0, 0.0, 0.0], units)
        shapes = (inputs, 4 * units), (units, 4 * units)
        weights += [rng.normal(0, 0.1, shape) for shape in shapes] + [forget]
    weights += [rng.normal(0, 0.1, dense), np.zeros(dense[1])]
    return [weight.astype(np.float32) for weight in weights]


def embedding() -> np.ndarray:
    """Return a table of word vectors, its first row zeros."""
    table = np.random.default_rng(2).normal(0, 0.4, (WORDS, DIMENSIONS)).astype(np.float32)
    table[0] = 0
    return table
