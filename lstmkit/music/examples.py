"""Snippets of a corpus as training examples: one-hot only once a batch is gathered."""

import numpy as np
import tensorflow as tf


class SnippetExamples:
    """Snippets of values, each with what follows it.

    Args:
        inputs: Ids, (snippets, time).
        targets: Ids of what follows each, (snippets, time). An unknown value becomes a row of
            zeros, which adds nothing to the loss.
        n_values: Size of the vocabulary.
    """

    def __init__(self, inputs: np.ndarray, targets: np.ndarray, n_values: int) -> None:
        """Move the ids into tensors, once."""
        self._ids = tf.constant(inputs, tf.int32), tf.constant(targets, tf.int32)
        self._n_values = n_values

    def __len__(self) -> int:
        return int(self._ids[0].shape[0])

    def gather(self, indices: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Return inputs and targets, both (batch, time, values)."""
        x, y = (tf.one_hot(tf.gather(ids, indices), self._n_values) for ids in self._ids)
        return x, y
