"""Windows of a series as training examples: gathered inside the graph, never copied as a whole."""

import numpy as np
import tensorflow as tf


class WindowExamples:
    """Every window with the scaled value of the row after it.

    Memory follows the rows of the series, not rows times window.

    Args:
        features: Scaled inputs, float32, (rows, columns).
        rows: Rows to predict, (n,); none smaller than `window`.
        window: Rows in a window.
    """

    def __init__(self, features: np.ndarray, rows: np.ndarray, window: int) -> None:
        """Move series and rows into tensors, once."""
        self._features = tf.constant(features)
        self._rows = tf.constant(rows, tf.int32)
        self._before = tf.range(-window, 0)

    def __len__(self) -> int:
        return int(self._rows.shape[0])

    def gather(self, indices: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Return windows (batch, window, columns) and targets (batch, 1)."""
        rows = tf.gather(self._rows, indices)
        windows = tf.gather(self._features, rows[:, None] + self._before)
        return windows, tf.gather(self._features, rows)[:, :1]
