"""From prices to what the network sees and answers, and back: statistics of the training span only.

With `log_return`, the default, the network sees and predicts the logarithm of today's price over
yesterday's. Prices wander out of the range any scaler was fitted on; returns stay in it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

Target = Literal["log_return", "difference", "price"]


@dataclass(frozen=True)
class Scaling:
    """Center and scale of every input column; the first column is the one to forecast.

    Attributes:
        target: What the network predicts.
        center: Subtracted, per column: training mean (minimum for `price`).
        scale: Divided by, per column: training standard deviation (range for `price`).
    """

    target: Target
    center: tuple[float, ...]
    scale: tuple[float, ...]

    @property
    def in_logs(self) -> bool:
        """Whether errors and drifts are counted in logarithms of the price."""
        return self.target == "log_return"

    def features(self, values: np.ndarray) -> np.ndarray:
        """Return what the network sees.

        Args:
            values: Prices and further columns in their own units, (rows, columns).

        Returns:
            Scaled inputs, float32, (rows, columns). Row t holds nothing later than row t. The
            first row has no change before it and is 0 for returns and differences.
        """
        raw = _raw_features(values, self.target)
        scaled = (raw - np.asarray(self.center)) / np.asarray(self.scale)
        if self.target != "price":
            scaled[0] = 0.0
        return scaled.astype(np.float32)

    def to_price(self, output: np.ndarray, last: np.ndarray) -> np.ndarray:
        """Turn network outputs into prices; the inverse of the target's scaling.

        Args:
            output: Scaled predictions, (n,).
            last: Price of the row before each predicted row, (n,).

        Returns:
            Predicted prices in the file's unit, float64, (n,).
        """
        change = output.astype(np.float64) * self.scale[0] + self.center[0]
        if self.target == "log_return":
            return np.asarray(last * np.exp(change))
        return np.asarray(last + change) if self.target == "difference" else change

    def error(self, actual: np.ndarray, predicted: np.ndarray) -> np.ndarray:
        """Return actual minus predicted, in logarithms where `in_logs`."""
        if self.in_logs:
            return np.log(actual / predicted)
        return np.asarray(actual - predicted)

    def shift(self, price: np.ndarray, by: np.ndarray) -> np.ndarray:
        """Move prices by an error: the inverse of `error`."""
        return np.asarray(price * np.exp(by)) if self.in_logs else np.asarray(price + by)

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> Scaling:
        """Build a scaling from its fields in a JSON file."""
        return cls(content["target"], tuple(content["center"]), tuple(content["scale"]))


def fit_scaling(values: np.ndarray, target: Target) -> Scaling:
    """Fit the scaling on the training span.

    Args:
        values: Training rows only, (rows, columns).
        target: What the network predicts.
    """
    raw = _raw_features(values, target)
    if target == "price":
        center, scale = raw.min(axis=0), np.ptp(raw, axis=0)
    else:
        center, scale = raw[1:].mean(axis=0), raw[1:].std(axis=0)
    scale = np.where(scale > 0, scale, 1.0)
    return Scaling(target, tuple(map(float, center)), tuple(map(float, scale)))


def windows(features: np.ndarray, window: int, rows: np.ndarray) -> np.ndarray:
    """Return the windows that end just before the given rows.

    Args:
        features: What `Scaling.features` returned, (rows, columns).
        window: Rows in a window.
        rows: Rows to predict, (n,); none smaller than `window`.

    Returns:
        float32, (n, window, columns).
    """
    view = np.lib.stride_tricks.sliding_window_view(features, window, axis=0)
    return np.ascontiguousarray(view[rows - window].transpose(0, 2, 1))


def roll_forward(
    predict: Callable[[np.ndarray], np.ndarray],
    last_windows: np.ndarray,
    last_prices: np.ndarray,
    scaling: Scaling,
    steps: int,
) -> np.ndarray:
    """Forecast several rows ahead by feeding every prediction back as the newest input.

    Further input columns are unknown in the future; they stay at their training mean change (for
    the `price` target at their last value).

    Args:
        predict: The network: (n, window, columns) -> (n, 1).
        last_windows: The newest window of every series, (n, window, columns).
        last_prices: The newest price of every series, (n,).
        scaling: The fitted scaling.
        steps: Rows ahead.

    Returns:
        Predicted prices, (n, steps).
    """
    series = np.array(last_windows, dtype=np.float32)
    price = np.asarray(last_prices, dtype=np.float64)
    path = np.empty((len(series), steps))
    for step in range(steps):
        output = predict(series)[:, 0]
        price = path[:, step] = scaling.to_price(output, price)
        newest = series[:, -1].copy() if scaling.target == "price" else np.zeros_like(series[:, -1])
        newest[:, 0] = output
        series = np.concatenate([series[:, 1:], newest[:, None]], axis=1)
    return path


def _raw_features(values: np.ndarray, target: Target) -> np.ndarray:
    if target == "price":
        return values.astype(np.float64)
    levels = values.astype(np.float64)
    if target == "log_return":
        # arcsinh grows like a logarithm and takes the zeros that volumes have
        levels = np.arcsinh(levels)
        levels[:, 0] = np.log(values[:, 0])
    return np.diff(levels, axis=0, prepend=levels[:1])
