"""The network: an LSTM that is told a musical value and says which may follow.

    a<t>, c<t> = LSTM(x<t>, a<t-1>, c<t-1>)         # (batch, units)
    y<t> = softmax(W a<t> + b)                      # (batch, values)

Source: Jazz Improvisation with LSTM, assignment of the course Sequence Models (deeplearning.ai),
    itself
after deepjazz. The three functions that the assignment asks for keep its names, shapes and results;
where it writes 30 copies of a cell one after the other, here one recurrent layer runs over time.
"""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import layers, ops

from lstmkit.music.config import MusicConfig


def build_model(config: MusicConfig, n_values: int) -> keras.Model:
    """Build the network that is trained and saved; it takes sequences of any length.

    Args:
        config: Units and dropout.
        n_values: Size of the vocabulary.
    """
    x = keras.Input((None, n_values), name="values")  # (batch, time, values), one-hot
    a = layers.LSTM(config.model.units, return_sequences=True, name="lstm")(
        x
    )  # (batch, time, units)
    a = layers.Dropout(config.model.dropout, name="dropout")(a)
    y = layers.Dense(n_values, activation="softmax", name="next_value")(a)  # (batch, time, values)
    return keras.Model(x, y, name="music")


def djmodel(Tx: int, n_a: int, n_values: int) -> keras.Model:
    """Build the assignment's training model.

    Args:
        Tx: Values in a snippet.
        n_a: Units of the LSTM.
        n_values: Size of the vocabulary.

    Returns:
        A model of inputs X (m, Tx, n_values), a0 (m, n_a), c0 (m, n_a) and of Tx outputs, each
        (m, n_values), with layers named `lstm` and `next_value`.
    """
    X = keras.Input((Tx, n_values), name="X")
    a0 = keras.Input((n_a,), name="a0")
    c0 = keras.Input((n_a,), name="c0")
    a = layers.LSTM(n_a, return_sequences=True, name="lstm")(X, initial_state=[a0, c0])
    y = layers.Dense(n_values, activation="softmax", name="next_value")(a)  # (m, Tx, n_values)
    outputs = [y[:, t] for t in range(Tx)]
    return keras.Model([X, a0, c0], outputs, name="djmodel")


def music_inference_model(
    LSTM_cell: layers.LSTM, densor: layers.Dense, n_values: int, n_a: int = 64, Ty: int = 100
) -> keras.Model:
    """Build the assignment's inference model: each likeliest value is the next input.

    Args:
        LSTM_cell: The trained recurrent layer.
        densor: The trained softmax layer.
        n_values: Size of the vocabulary.
        n_a: Units of the LSTM.
        Ty: Values to generate.

    Returns:
        A model of inputs x0 (m, 1, n_values), a0 (m, n_a), c0 (m, n_a) and of Ty outputs, each
        (m, n_values).
    """
    x0 = keras.Input((1, n_values), name="x0")
    a0 = keras.Input((n_a,), name="a0")
    c0 = keras.Input((n_a,), name="c0")
    rolled = _Rollout(LSTM_cell.cell, densor, n_values, Ty, name="rollout")([x0, a0, c0])
    return keras.Model([x0, a0, c0], [rolled[:, t] for t in range(Ty)], name="music_inference")


class _Rollout(layers.Layer):  # type: ignore[misc]
    """Feed the likeliest value back, `steps` times, through one cell."""

    def __init__(
        self, cell: Any, densor: layers.Dense, n_values: int, steps: int, **options: Any
    ) -> None:
        super().__init__(**options)
        self.cell, self.densor, self.n_values, self.steps = cell, densor, n_values, steps

    def call(self, inputs: Any) -> Any:
        """Return the probabilities of every step, (m, steps, n_values)."""
        x, a, c = inputs[0][:, 0], inputs[1], inputs[2]
        results = []
        for _ in range(self.steps):
            a, (a, c) = self.cell(x, [a, c])
            y = self.densor(a)  # (m, n_values)
            results.append(y)
            x = ops.one_hot(ops.argmax(y, axis=-1), self.n_values, dtype=y.dtype)
        return ops.stack(results, axis=1)

    def compute_output_shape(self, input_shape: Any) -> tuple[int | None, int, int]:
        """Return (m, steps, n_values)."""
        return (input_shape[0][0], self.steps, self.n_values)


def predict_and_sample(
    inference_model: keras.Model,
    x_initializer: np.ndarray,
    a_initializer: np.ndarray,
    c_initializer: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Generate values with the inference model, as the assignment does.

    Args:
        inference_model: From `music_inference_model`.
        x_initializer: First input, (1, 1, n_values).
        a_initializer: First hidden state, (1, n_a).
        c_initializer: First cell state, (1, n_a).

    Returns:
        One-hot results (Ty, n_values), and their indices (Ty, 1).
    """
    inputs = [x_initializer, a_initializer, c_initializer]
    probabilities = np.stack([np.asarray(y) for y in inference_model(inputs)], axis=1)[0]
    indices = probabilities.argmax(axis=-1)[:, None]  # (Ty, 1)
    return np.eye(probabilities.shape[-1], dtype=np.float32)[indices[:, 0]], indices
