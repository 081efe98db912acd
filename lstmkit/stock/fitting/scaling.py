"""From prices to what the network sees and answers, and back: statistics of the training span only.

With `log_return` and `difference` the network sees changes in units of their usual size and answers
in the same unit (`lstmkit.stock.fitting.inputs`); with `price`, as the tutorial has it, the price
itself, scaled to between 0 and 1 on the training span.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any, Literal

import numpy as np

from lstmkit.stock.baselines.prices import changes_of
from lstmkit.stock.fitting.anchor import Anchor
from lstmkit.stock.fitting.inputs import Track

Target = Literal["log_return", "difference", "price"]

FURTHEST = 3.0
"""Scaled inputs stay within this; a quiet spell or a bad tick makes no input of 1,000."""


@dataclass(frozen=True)
class Scaling:
    """Center and scale of every input.

    Attributes:
        target: What the network predicts.
        center: Subtracted, per input: training mean (minimum for `price`).
        scale: Divided by, per input: training standard deviation (range for `price`).
        decay: Of the moving average that is the usual size of a change.
        ranges: Whether the range of each row is among the inputs.
    """

    target: Target
    center: tuple[float, ...]
    scale: tuple[float, ...]
    decay: float
    ranges: bool

    @property
    def in_logs(self) -> bool:
        """Whether errors and drifts are counted in logarithms of the price."""
        return self.target == "log_return"

    @property
    def with_scale(self) -> bool:
        """Whether the network answers the scale of a change beside its mean."""
        return self.target != "price"

    def track(
        self, values: np.ndarray, extremes: np.ndarray | None, anchor: Anchor
    ) -> tuple[Track, Iterator[np.ndarray]]:
        """Return what is known after every row, and the inputs before they are scaled.

        Not for `price`, whose inputs are the values themselves.

        Args:
            values: Prices and further columns in their own units, (rows, columns).
            extremes: Highest and lowest price of every row, (rows, 2); None: not known, and where
                they are among the inputs their mean is taken.
            anchor: Says what was foreseen.
        """
        changes = changes_of(values[:, 0], in_logs=self.in_logs)
        ranges = None
        if self.ranges:
            ranges = range_of(extremes, in_logs=self.in_logs)
            ranges = np.full(len(changes), np.nan) if ranges is None else ranges
        further = _changes_of_others(values[:, 1:], in_logs=self.in_logs)
        if anchor.lags:
            further = np.column_stack([changes, further])
        track = Track.of(changes - anchor.foreseen(changes)[:-1], decay=self.decay)
        return track, track.inputs(ranges, further)

    def features(self, inputs: Iterable[np.ndarray]) -> np.ndarray:
        """Return what the network sees, float32, (rows, inputs).

        Args:
            inputs: Beside the track, or the columns of the values for `price`, (rows,) each.
        """
        scaled = (self._scaled(*one) for one in zip(inputs, self.center, self.scale, strict=True))
        first = next(scaled)
        found = np.empty((len(first), len(self.center)), np.float32)
        for column, one in enumerate(chain([first], scaled)):
            found[:, column] = one
        if self.with_scale:
            found[:1] = 0.0
        return found

    def _scaled(self, values: np.ndarray, center: float, scale: float) -> np.ndarray:
        scaled = (values - center) / scale
        if self.with_scale:
            scaled = np.nan_to_num(FURTHEST * np.tanh(scaled / FURTHEST))
        return scaled

    def borrowing(self, lent: Scaling) -> Scaling:
        """Return it with the first inputs scaled as `lent` has them."""
        kept = slice(len(lent.center), None)
        return replace(
            self,
            center=(*lent.center, *self.center[kept]),
            scale=(*lent.scale, *self.scale[kept]),
        )

    def to_price(self, output: np.ndarray) -> np.ndarray:
        """Turn the answers of a network for `price` into prices."""
        return np.asarray(output.astype(np.float64) * self.scale[0] + self.center[0])

    def error(self, actual: np.ndarray, predicted: np.ndarray) -> np.ndarray:
        """Return actual minus predicted, in logarithms where `in_logs`."""
        if self.in_logs:
            with np.errstate(all="ignore"):
                return np.log(actual / predicted)
        return np.asarray(actual - predicted)

    def shift(self, price: np.ndarray, by: np.ndarray) -> np.ndarray:
        """Move prices by an error: the inverse of `error`; a price without bounds is infinite."""
        with np.errstate(over="ignore", invalid="ignore"):
            return np.asarray(price * np.exp(by)) if self.in_logs else np.asarray(price + by)

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> Scaling:
        """Build a scaling from its fields in a JSON file."""
        return cls(
            content["target"],
            tuple(content["center"]),
            tuple(content["scale"]),
            content["decay"],
            content["ranges"],
        )


def fit_scaling(
    values: np.ndarray,
    target: Target,
    *,
    extremes: np.ndarray | None = None,
    anchor: Anchor | None = None,
    decay: float = 0.94,
) -> Scaling:
    """Fit the scaling on the training span.

    Args:
        values: Training rows only, (rows, columns).
        target: What the network predicts.
        extremes: Highest and lowest price of every training row, (rows, 2), or None.
        anchor: Says what was foreseen; None: that nothing changes.
        decay: Of the moving average that is the usual size of a change.
    """
    columns = values.shape[1]
    unit = Scaling(target, (0.0,) * columns, (1.0,) * columns, decay, extremes is not None)
    if target == "price":
        center, scale = values.min(axis=0), np.ptp(values, axis=0)
    else:
        _, inputs = unit.track(values, extremes, anchor or Anchor())
        found = [(float(one[1:].mean()), float(one[1:].std())) for one in inputs]
        center, scale = np.array(found).T
    scale = np.where(scale > 0, scale, 1.0)
    return Scaling(target, tuple(map(float, center)), tuple(map(float, scale)), decay, unit.ranges)


def pooled(scalings: Sequence[Scaling], rows: Sequence[int], inputs: int) -> Scaling:
    """Return center and scale of the first inputs of several series, as if they were one.

    Args:
        scalings: Of each series, from its own training rows.
        rows: How many rows each of them was fitted on.
        inputs: How many inputs they share.
    """
    centers = np.array([one.center[:inputs] for one in scalings])
    scales = np.array([one.scale[:inputs] for one in scalings])
    weights = (np.array(rows) / sum(rows))[:, None]
    center = (weights * centers).sum(axis=0)
    scale = np.sqrt((weights * (scales**2 + (centers - center) ** 2)).sum(axis=0))
    return replace(
        scalings[0], center=tuple(map(float, center)), scale=tuple(map(float, scale)), ranges=False
    )


def range_of(extremes: np.ndarray | None, *, in_logs: bool) -> np.ndarray | None:
    """Return high less low of every row, in logarithms or not, (rows,)."""
    if extremes is None:
        return None
    high, low = extremes.T
    return np.asarray(np.log(high / low) if in_logs else high - low)


def windows(features: np.ndarray, window: int, rows: np.ndarray) -> np.ndarray:
    """Return the windows that end just before the given rows.

    Args:
        features: What `Scaling.features` returned, (rows, columns).
        window: Rows in a window.
        rows: Rows to predict, (n,); none smaller than `window`, none beyond the row to come.

    Returns:
        float32, (n, window, columns).
    """
    view = np.lib.stride_tricks.sliding_window_view(features, window, axis=0)
    return np.ascontiguousarray(view[rows - window].transpose(0, 2, 1))


def _changes_of_others(values: np.ndarray, *, in_logs: bool) -> np.ndarray:
    """Return the changes of further columns.

    The inverse hyperbolic sine grows like a logarithm and takes the zeros that volumes have.
    """
    levels = np.arcsinh(values) if in_logs else values.astype(np.float64)
    return np.diff(levels, axis=0, prepend=levels[:1])
