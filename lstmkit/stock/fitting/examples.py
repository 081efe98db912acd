"""Stretches of series as training examples, gathered inside the graph, never copied whole."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import tensorflow as tf


class WindowExamples:
    """Windows with the scaled values that follow.

    With one target per example this is a window and the row after it. With more, an example is a
    longer stretch whose every step that has seen a full window is answered for: neighbouring
    windows overlap in all but one row, and one pass over the stretch serves them all.

    Memory follows the rows of the series, not rows times window.

    Args:
        features: Scaled inputs of all series below each other, float32, (rows, columns); an array,
            or a tensor that several share.
        answers: What should be said of every row, float32, (rows, 1), likewise.
        stretches: Of each series the consecutive rows to predict, (n,), none with less than a
            window before it. Where `n` is no multiple of the targets the last example overlaps the
            one before it; where it is smaller, the series gives none.
        window: Rows the network has seen, at least, when it answers.
        targets: Rows to predict per example.
    """

    def __init__(
        self,
        features: Any,
        answers: Any,
        stretches: Sequence[np.ndarray],
        window: int,
        *,
        targets: int = 1,
    ) -> None:
        """Move series and rows into tensors, once."""
        starts = [
            np.minimum(np.arange(rows[0], rows[-1] + 1, targets), rows[-1] + 1 - targets)
            for rows in stretches
            if len(rows) >= targets
        ]
        self.tensors = (
            tf.convert_to_tensor(features),
            tf.convert_to_tensor(answers),
            tf.constant(np.concatenate(starts), tf.int32),
        )
        self._seen = tf.range(-window, targets - 1)
        self._answered = tf.range(targets)

    def __len__(self) -> int:
        return int(self.tensors[-1].shape[0])

    def gather(self, tensors: Any, indices: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Return (batch, window + targets - 1, columns) and the answers, (batch, targets, 1)."""
        features, answers, starts = tensors
        rows = tf.gather(starts, indices)[:, None]
        seen = tf.gather(features, rows + self._seen)
        return seen, tf.gather(answers, rows + self._answered)
