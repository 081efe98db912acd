"""The layers of a saved model that are not recurrent, and the activations, as Keras defines them.

Forward only. A layer is made by `from_archive(settings, weights)` and called with signals; it
returns a tuple of signals. Shapes are Keras's, batch first.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from lstmkit.cells import activations
from lstmkit.cells.activations import sigmoid
from lstmkit.cells.types import Array
from lstmkit.errors import InputError
from lstmkit.runtime.archive import Weights
from lstmkit.runtime.layer import (
    Elementwise,
    Layer,
    Settings,
    Signal,
    require_features,
    require_rank,
)


def _softmax(x: Array) -> Array:
    probabilities: Array = np.moveaxis(activations.softmax(np.moveaxis(x, -1, 0)), 0, -1)
    return probabilities


def _relu(x: Array) -> Array:
    return np.maximum(x, 0)


def _elu(x: Array) -> Array:
    y: Array = np.where(x > 0, x, np.expm1(np.minimum(x, 0)))
    return y


def _softplus(x: Array) -> Array:
    y: Array = np.logaddexp(x, x.dtype.type(0))
    return y


#: Name in `config.json` -> function of an array whose last axis is the features.
ACTIVATIONS: Final[dict[str, Callable[[Array], Array]]] = {
    "elu": _elu,
    "exponential": np.exp,
    "hard_sigmoid": lambda x: np.clip(x / 6 + 0.5, 0, 1),
    "hard_tanh": lambda x: np.clip(x, -1, 1),
    "leaky_relu": lambda x: np.where(x >= 0, x, 0.2 * x),
    "linear": lambda x: x,
    "mish": lambda x: x * np.tanh(_softplus(x)),
    "relu": _relu,
    "relu6": lambda x: np.clip(x, 0, 6),
    "selu": lambda x: 1.0507009873554805 * np.where(x > 0, x, 1.6732632423543772 * _elu(x)),
    "sigmoid": sigmoid,
    "silu": lambda x: x * sigmoid(x),
    "softmax": _softmax,
    "softplus": _softplus,
    "softsign": lambda x: x / (1 + np.abs(x)),
    "tanh": np.tanh,
}


@dataclass(frozen=True)
class Identity(Elementwise):
    """Dropout and its kin, which do nothing outside training."""

    @classmethod
    def from_archive(cls, settings: Settings, weights: Weights) -> Identity:
        """Make the layer; it has no weights."""
        return cls(settings.name)


@dataclass(frozen=True)
class Activation(Elementwise):
    """An activation function by itself."""

    function: Callable[[Array], Array]

    @classmethod
    def from_archive(cls, settings: Settings, weights: Weights) -> Activation:
        """Make the layer; it has no weights."""
        return cls(settings.name, settings.choice("activation", ACTIVATIONS))

    def _transform(self, x: Array) -> Array:
        return self.function(x)


@dataclass(frozen=True)
class Softmax(Elementwise):
    """Softmax along one axis."""

    axis: int

    @classmethod
    def from_archive(cls, settings: Settings, weights: Weights) -> Softmax:
        """Make the layer; it has no weights."""
        return cls(settings.name, settings.axis())

    def _pass(self, signal: Signal) -> Signal:
        if signal.mask is not None:
            raise InputError(f"layer {self.name!r}: softmax of a masked input is not supported.")
        x = np.moveaxis(signal.values, self.axis, -1)
        return Signal(np.moveaxis(ACTIVATIONS["softmax"](x), -1, self.axis))


@dataclass(frozen=True)
class Dense(Elementwise):
    """`activation(x kernel + bias)` on the last axis."""

    kernel: Array  # (features, units)
    bias: Array | None  # (units,)
    activation: Callable[[Array], Array]

    @classmethod
    def from_archive(cls, settings: Settings, weights: Weights) -> Dense:
        """Make the layer from its kernel and bias."""
        units, use_bias = settings.whole("units"), settings.flag("use_bias", default=True)
        kernel, *bias = weights.read((None, units), *([(units,)] if use_bias else []))
        activation = settings.choice("activation", ACTIVATIONS)
        return cls(settings.name, kernel, bias[0] if bias else None, activation)

    def _transform(self, x: Array) -> Array:
        require_features(self, x, self.kernel.shape[0])
        z = x @ self.kernel  # (batch, ..., units)
        if self.bias is not None:
            z += self.bias
        return self.activation(z)


@dataclass(frozen=True)
class Embedding(Elementwise):
    """A row of a table for each whole number."""

    table: Array  # (input_dim, output_dim)
    mask_zero: bool

    @classmethod
    def from_archive(cls, settings: Settings, weights: Weights) -> Embedding:
        """Make the layer from its table."""
        (table,) = weights.read((settings.whole("input_dim"), settings.whole("output_dim")))
        return cls(settings.name, table, settings.flag("mask_zero"))

    def _pass(self, signal: Signal) -> Signal:
        rows = signal.values.astype(np.int64)
        if rows.size and not 0 <= rows.min() <= rows.max() < len(self.table):
            raise InputError(
                f"layer {self.name!r}: expected numbers of 0 to {len(self.table) - 1}, "
                f"found {rows.min()} to {rows.max()}."
            )
        return Signal(self.table[rows], rows != 0 if self.mask_zero else None)


@dataclass(frozen=True)
class Masking(Elementwise):
    """Mask the steps where every feature is one value, and make them zero."""

    value: float

    @classmethod
    def from_archive(cls, settings: Settings, weights: Weights) -> Masking:
        """Make the layer; it has no weights."""
        value = settings.value("mask_value")
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise settings.refuse(f"expected mask_value to be a number, found {value!r:.40}.")
        return cls(settings.name, float(value))

    def _pass(self, signal: Signal) -> Signal:
        require_rank(self, signal.values, 3)
        mask = (signal.values != np.float32(self.value)).any(axis=-1)
        return Signal(np.where(mask[..., None], signal.values, np.float32(0)), mask)


@dataclass(frozen=True)
class TimeDistributed(Elementwise):
    """A layer applied to every step."""

    layer: Elementwise

    @classmethod
    def from_archive(cls, settings: Settings, weights: Weights) -> TimeDistributed:
        """Make the layer and the one that it applies."""
        inner = Settings(settings.value("layer"))
        inner.require_plain()
        if inner.class_name not in ("Dense", "Activation", "Dropout"):
            raise settings.refuse(f"a {inner.class_name} inside it is not supported.")
        layer = PLAIN_LAYERS[inner.class_name].from_archive(inner, weights.part("layer"))
        if not isinstance(layer, Elementwise):
            raise settings.refuse(f"a {inner.class_name} inside it is not supported.")
        return cls(settings.name, layer)

    def _pass(self, signal: Signal) -> Signal:
        require_rank(self, signal.values, 3)
        return replace(self.layer(signal)[0], mask=signal.mask)


PLAIN_LAYERS: dict[str, type[Layer]] = {
    "Activation": Activation,
    "Dense": Dense,
    "Dropout": Identity,
    "Embedding": Embedding,
    "Identity": Identity,
    "Masking": Masking,
    "Softmax": Softmax,
    "SpatialDropout1D": Identity,
    "TimeDistributed": TimeDistributed,
}
