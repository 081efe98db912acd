"""The last step from the network's scale to that of one file, by maximum likelihood.

A network that learned from many stocks knows how sizes die away; how strongly this one answers to a
fall, or to its day's range, the file itself says best, and a regression of a dozen weights needs no
epochs to hear it. The log of the scale becomes

    s = level + share * (what the network said) + weights [newest row]

A ridge pulls share towards 1 and the weights towards 0: softly for inputs that the network knows of
this file alone, such as the day's range; for those that it has read of many stocks, where it knows
more than one file tells, softly or hard, as held-out rows like better. The fewer the rows, the more
they keep the network's word.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

DEGREES = 30.0
SOFT, HARD = 0.3, 3.0
SHARE_RIDGE = 0.03
ENOUGH_ROWS = 1_000  # below, a ridge is the stronger for it
LARGEST = 3.0
MAX_STEPS, CLOSE = 50, 1e-8
BLOCK = 100_000  # rows


@dataclass(frozen=True)
class Head:
    """A linear correction of the network's log scale.

    Attributes:
        level: Added, so that the scale is that of a Student-t.
        share: Of what the network said.
        weights: Of the scaled inputs of the newest row; empty: none of them counts.
    """

    level: float = 0.0
    share: float = 1.0
    weights: tuple[float, ...] = ()

    def apply(self, said: np.ndarray, newest: np.ndarray) -> np.ndarray:
        """Return the log of the scale in units of the usual size, (n,).

        Args:
            said: By the network, (n,).
            newest: The scaled inputs of the newest row, (n, inputs).
        """
        found = self.level + self.share * said.astype(np.float64)
        if self.weights:
            found += _product(newest, np.asarray(self.weights))
        return np.asarray(np.clip(found, -LARGEST, LARGEST))

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> Head:
        """Build a head from its fields in a JSON file."""
        return cls(content["level"], content["share"], tuple(content["weights"]))


def fit_head(
    said: np.ndarray, newest: np.ndarray, changes: np.ndarray, *, read: int, held_out: int
) -> Head:
    """Return the head that the rows make most likely.

    Args:
        said: By the network of every row, (n,).
        newest: The scaled inputs of the row before, (n, inputs).
        changes: What happened, in units of the usual size, (n,).
        read: How many of the inputs, from the first, the network has read of other series.
        held_out: Rows at the end that choose the ridge of these; all rows are fitted on then.
    """
    design = np.column_stack([np.ones(len(said), np.float32), said, newest])
    soft = np.array([0.0, SHARE_RIDGE, *[SOFT] * newest.shape[1]])
    soft *= max(1.0, ENOUGH_ROWS / len(said))
    hard = soft.copy()
    hard[2 : 2 + read] *= HARD / SOFT
    chosen = hard
    if read and min(held_out, len(said) - held_out) > design.shape[1]:
        split = len(said) - held_out
        learned = [_most_likely(design[:split], changes[:split], pull) for pull in (hard, soft)]
        losses = [_loss(design[split:], changes[split:], weights) for weights in learned]
        chosen = (hard, soft)[int(np.argmin(losses))]
    level, share, *weights = _most_likely(design, changes, chosen).tolist()
    return Head(level, share, tuple(weights))


def _most_likely(design: np.ndarray, changes: np.ndarray, pull: np.ndarray) -> np.ndarray:
    """Return the weights by Fisher scoring: the information of a scale is the same everywhere."""
    rows, count = design.shape
    start = np.zeros(count)
    start[1] = 1.0
    information = 2 * DEGREES / (DEGREES + 3)
    seen = sum(block.T @ block for _, block in _blocks(design))
    curvature = information * seen / rows + np.diag(pull) + 1e-9 * np.eye(count)
    weights = start.copy()
    for _ in range(MAX_STEPS):
        squared = (changes * np.exp(-np.clip(_product(design, weights), -50, 50))) ** 2
        slope = 1 - (DEGREES + 1) * squared / (DEGREES + squared)
        pushed = sum(block.T @ slope[part] for part, block in _blocks(design))
        gradient = pushed / rows + pull * (weights - start)
        step = np.linalg.solve(curvature, gradient)
        weights = weights - step / max(1.0, float(np.abs(step).max()))
        if np.abs(step).max() < CLOSE:
            break
    return weights


def _loss(design: np.ndarray, changes: np.ndarray, weights: np.ndarray) -> float:
    log_scale = _product(design, weights)
    tail = np.log1p((changes * np.exp(-np.clip(log_scale, -50, 50))) ** 2 / DEGREES)
    return float((log_scale + (DEGREES + 1) / 2 * tail).mean())


def _product(rows: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return the product in float64, (n,), of float32 rows, (n, inputs)."""
    found = np.empty(len(rows))
    for part, block in _blocks(rows):
        found[part] = block @ weights
    return found


def _blocks(rows: np.ndarray) -> Iterator[tuple[slice, np.ndarray]]:
    """Yield where some rows stand, and they in float64: all of them at once are large."""
    for start in range(0, len(rows), BLOCK):
        part = slice(start, start + BLOCK)
        yield part, rows[part].astype(np.float64)
