"""The assignment's own functions, with its names, shapes and results.

Where the assignment writes 30 copies of a cell one after the other, here one recurrent layer runs
over time; its data function reads its file the way it did.

Source: Jazz Improvisation with LSTM, assignment of the course Sequence Models (deeplearning.ai).
"""

from pathlib import Path
from typing import Any

import keras
import numpy as np
from keras import layers, ops

from lstmkit import config as configs
from lstmkit.music import data
from lstmkit.music.config import MusicConfig
from lstmkit.music.corpus.snippets import one_hot
from lstmkit.music.files.score import TimedChord


def load_music_utils(
    path: str | Path,
) -> tuple[np.ndarray, np.ndarray, int, dict[int, str], dict[int, tuple[TimedChord, ...]]]:
    """Load a file as the assignment does: 60 snippets of 30 values, drawn at random.

    Args:
        path: The tutorial's `original_metheny.mid`.

    Returns:
        X (60, 30, n_values), one-hot, the first input filled in. Y (30, 60, n_values), one-hot,
        time first, the last target filled in. The number of values, the value of each index
        (sorted, so the same in every process), and the chords of each bar.

    Raises:
        InputError: If the file cannot be used.
    """
    config = configs.load(MusicConfig, "music", Path("music-tutorial"))
    dataset = data.load([str(path)], config)
    values = dataset.songbook.values
    snippets, _ = data.cut(dataset, config)
    X = one_hot(snippets.inputs, len(values))  # (m, Tx, n_values)
    Y = one_hot(snippets.targets.T, len(values))  # (Tx, m, n_values)
    chords = {i: m.chords for i, m in enumerate(dataset.songbook.tunes[0].measures)}
    return X, Y, len(values), dict(enumerate(values)), chords


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
