"""Stretches of a series as training examples, gathered inside the graph, never copied whole."""

import numpy as np
import tensorflow as tf


class WindowExamples:
    """Windows with the scaled values that follow.

    With one target per example this is a window and the row after it. With more, an example is a
    longer stretch whose every step that has seen a full window is answered for: neighbouring
    windows overlap in all but one row, and one pass over the stretch serves them all.

    Memory follows the rows of the series, not rows times window.

    Args:
        features: Scaled inputs, float32, (rows, columns).
        answers: What should be said of every row, float32, (rows, 1).
        rows: Consecutive rows to predict, (n,); none smaller than `window`.
        window: Rows the network has seen, at least, when it answers.
        targets: Rows to predict per example; the last example overlaps the one before it where
            `n` is not a multiple.
    """

    def __init__(
        self,
        features: np.ndarray,
        answers: np.ndarray,
        rows: np.ndarray,
        window: int,
        *,
        targets: int = 1,
    ) -> None:
        """Move series and rows into tensors, once."""
        starts = np.arange(rows[0], rows[-1] + 1, targets)
        self._features = tf.constant(features)
        self._answers = tf.constant(answers)
        self._rows = tf.constant(np.minimum(starts, rows[-1] + 1 - targets), tf.int32)
        self._seen = tf.range(-window, targets - 1)
        self._answered = tf.range(targets)

    def __len__(self) -> int:
        return int(self._rows.shape[0])

    def gather(self, indices: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Return (batch, window + targets - 1, columns) and the answers, (batch, targets, 1)."""
        rows = tf.gather(self._rows, indices)[:, None]
        seen = tf.gather(self._features, rows + self._seen)
        return seen, tf.gather(self._answers, rows + self._answered)
