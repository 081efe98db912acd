"""The network: an LSTM that is told a musical value and says which may follow.

    a<t>, c<t> = LSTM(x<t>, a<t-1>, c<t-1>)         # (batch, units)
    y<t> = softmax(W a<t> + b)                      # (batch, values)

Source: Jazz Improvisation with LSTM, assignment of the course Sequence Models (deeplearning.ai),
itself after deepjazz; `course` has the functions that the assignment asks for.
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


class SnippetExamples:
    """Snippets of a corpus as training examples: one-hot only once a batch is gathered.

    Args:
        inputs: Ids, (snippets, time).
        targets: Ids of what follows each, (snippets, time). An unknown value becomes a row of
            zeros, which adds nothing to the loss.
        n_values: Size of the vocabulary.
    """

    def __init__(self, inputs: np.ndarray, targets: np.ndarray, n_values: int) -> None:
        """Move the ids into tensors, once."""
        self._ids = [ops.convert_to_tensor(ids, "int32") for ids in (inputs, targets)]
        self._n_values = n_values

    def __len__(self) -> int:
        return int(self._ids[0].shape[0])

    def gather(self, indices: Any) -> tuple[Any, Any]:
        """Return inputs and targets, both (batch, time, values)."""
        x, y = (
            ops.one_hot(ops.take(ids, indices, axis=0), self._n_values, dtype="float32")
            for ids in self._ids
        )
        return x, y
