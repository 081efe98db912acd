"""Answers after every row of long stretches: two steps a row rather than a whole window.

A network that answers once a window reads each row as often as a window is long. One that was
trained to answer after every row of a stretch of almost two windows (`train.supervision:
every_step`) may be asked the same way: each of its answers has then seen a whole window, and at
most two. On a file of many rows this is the difference between minutes and hours.
"""

from __future__ import annotations

import numpy as np

from lstmkit import runtime
from lstmkit.runtime.layer import Signal
from lstmkit.runtime.layers import Dense
from lstmkit.runtime.recurrent import RecurrentLayer
from lstmkit.stock.fitting.scaling import windows

MANY_ROWS = 100_000
"""Rows to answer for from which on stretches are used."""

AT_ONCE = 256


def fits(model: runtime.Model) -> bool:
    """Return whether a model is made as `stock.model` makes it: LSTM layers and one Dense."""
    recurrent = [layer for layer in model.layers if isinstance(layer, RecurrentLayer)]
    forward = all(not layer.go_backwards for layer in recurrent)
    return bool(recurrent) and forward and isinstance(model.layers[-1], Dense)


def answers(
    model: runtime.Model, features: np.ndarray, rows: np.ndarray, window: int
) -> np.ndarray:
    """Return what a network says before each of some consecutive rows.

    Args:
        model: One that `fits`.
        features: Scaled inputs of the whole series, float32, (all rows, inputs).
        rows: Consecutive, none smaller than `window`, at least `window` of them, (n,).
        window: Rows that each answer has seen, at least.

    Returns:
        float32, (n, answers).
    """
    starts = np.minimum(np.arange(rows[0], rows[-1] + 1, window), rows[-1] + 1 - window)
    parts = []
    for begin in range(0, len(starts), AT_ONCE):
        ends = starts[begin : begin + AT_ONCE] + window - 1
        stretches = windows(features, 2 * window - 1, ends)
        parts.append(_after_every_row(model, stretches, window))
    told = np.concatenate(parts)  # (stretches, window, answers)
    whole = told[:-1].reshape(-1, told.shape[-1])
    return np.concatenate([whole, told[-1][len(whole) - len(rows) :]])


def _after_every_row(model: runtime.Model, x: np.ndarray, window: int) -> np.ndarray:
    """Return what is said after each row that ends a window, (n, rows + 1 - window, answers)."""
    said = x
    for layer in model.layers:
        if isinstance(layer, RecurrentLayer):
            said = layer.recurrence.run(said, sequences=True).a  # (n, rows, units)
    said, newest = said[:, window - 1 :], x[:, window - 1 :]
    dense = model.layers[-1]
    if isinstance(dense, Dense) and len(dense.kernel) > said.shape[-1]:
        said = np.concatenate([said, newest], axis=-1)
    return np.asarray(dense(Signal(said))[0].values)
