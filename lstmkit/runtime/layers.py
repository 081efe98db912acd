"""The layers of a saved model, forward only, each as Keras defines it.

A layer is made by `from_archive(settings, weights)` and called with signals; it returns a tuple of
signals. Shapes are Keras's, batch first. The recurrent layers are in `lstmkit.runtime.recurrent`.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from lstmkit.cells.types import Array
from lstmkit.errors import InputError
from lstmkit.runtime.activations import ACTIVATIONS
from lstmkit.runtime.archive import Weights
from lstmkit.runtime.settings import Settings
from lstmkit.runtime.signal import Signal

MAX_ENTRIES = 1 << 27


@dataclass(frozen=True)
class Layer(ABC):
    """One layer.

    Attributes:
        name: The name it has in the model.
        supports_masking: Whether the mask of its input goes on to its output.
    """

    name: str
    supports_masking: ClassVar[bool] = True

    @classmethod
    @abstractmethod
    def from_archive(cls, settings: Settings, weights: Weights) -> "Layer":
        """Make the layer from its settings and its weights."""

    @abstractmethod
    def __call__(self, *signals: Signal) -> tuple[Signal, ...]:
        """Run the layer; a ValueError means that the shapes do not fit."""


class Elementwise(Layer):
    """A layer of one input, one output and, unless it says otherwise, the same mask."""

    def __call__(self, *signals: Signal) -> tuple[Signal, ...]:
        """Run the layer on its one input."""
        if len(signals) != 1:
            raise InputError(f"layer {self.name!r} takes one input, found {len(signals)}.")
        return (self._pass(signals[0]),)

    def apply(self, x: Array) -> Array:
        """Return the output for plain values, `(batch, ...)`."""
        return self._pass(Signal(x)).values

    def _pass(self, signal: Signal) -> Signal:
        mask = signal.mask if self.supports_masking else None
        return Signal(self._transform(signal.values), mask)

    def _transform(self, x: Array) -> Array:
        return x


@dataclass(frozen=True)
class Identity(Elementwise):
    """Dropout and its kin, which do nothing outside training."""

    @classmethod
    def from_archive(cls, settings: Settings, weights: Weights) -> "Identity":
        """Make the layer; it has no weights."""
        return cls(settings.name)


@dataclass(frozen=True)
class Activation(Elementwise):
    """An activation function by itself."""

    function: Callable[[Array], Array]

    @classmethod
    def from_archive(cls, settings: Settings, weights: Weights) -> "Activation":
        """Make the layer; it has no weights."""
        return cls(settings.name, settings.choice("activation", ACTIVATIONS))

    def _transform(self, x: Array) -> Array:
        return self.function(x)


@dataclass(frozen=True)
class Softmax(Elementwise):
    """Softmax along one axis."""

    axis: int

    @classmethod
    def from_archive(cls, settings: Settings, weights: Weights) -> "Softmax":
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
    def from_archive(cls, settings: Settings, weights: Weights) -> "Dense":
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
    def from_archive(cls, settings: Settings, weights: Weights) -> "Embedding":
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
    def from_archive(cls, settings: Settings, weights: Weights) -> "Masking":
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
class Reshape(Elementwise):
    """Lay the features of each example out anew; `(-1,)` flattens them."""

    shape: tuple[int, ...]
    supports_masking: ClassVar[bool] = False

    @classmethod
    def from_archive(cls, settings: Settings, weights: Weights) -> "Reshape":
        """Make the layer; it has no weights."""
        if settings.class_name == "Flatten":
            require_channels_last(settings)
            return cls(settings.name, (-1,))
        shape = settings.value("target_shape")
        if not isinstance(shape, list) or not all(type(size) is int for size in shape):
            raise settings.refuse(f"expected target_shape to be sizes, found {shape!r:.40}.")
        return cls(settings.name, tuple(shape))

    def _transform(self, x: Array) -> Array:
        if self.shape == (-1,):
            return x.reshape(len(x), int(np.prod(x.shape[1:])))
        return x.reshape(len(x), *self.shape)


@dataclass(frozen=True)
class GlobalAveragePooling1D(Elementwise):
    """The average over the steps that count."""

    keepdims: bool

    @classmethod
    def from_archive(cls, settings: Settings, weights: Weights) -> "GlobalAveragePooling1D":
        """Make the layer; it has no weights."""
        require_channels_last(settings)
        return cls(settings.name, settings.flag("keepdims"))

    def _pass(self, signal: Signal) -> Signal:
        require_rank(self, signal.values, 3)
        if signal.mask is None:
            return Signal(signal.values.mean(axis=1, keepdims=self.keepdims))
        counts = signal.mask[..., None].astype(np.float32)  # (batch, time, 1)
        total = (signal.values * counts).sum(axis=1, keepdims=self.keepdims)
        with np.errstate(invalid="ignore"):  # nothing to average: not a number, as in Keras
            return Signal(total / counts.sum(axis=1, keepdims=self.keepdims))


@dataclass(frozen=True)
class TimeDistributed(Elementwise):
    """A layer applied to every step."""

    layer: Elementwise

    @classmethod
    def from_archive(cls, settings: Settings, weights: Weights) -> "TimeDistributed":
        """Make the layer and the one that it applies."""
        inner = Settings(settings.value("layer"))
        inner.require_plain()
        if inner.class_name not in ("Dense", "Activation", "Dropout"):
            raise settings.refuse(f"a {inner.class_name} inside it is not supported.")
        layer = LAYERS[inner.class_name].from_archive(inner, weights.part("layer"))
        if not isinstance(layer, Elementwise):
            raise settings.refuse(f"a {inner.class_name} inside it is not supported.")
        return cls(settings.name, layer)

    def _pass(self, signal: Signal) -> Signal:
        require_rank(self, signal.values, 3)
        return replace(self.layer(signal)[0], mask=signal.mask)


@dataclass(frozen=True)
class Merge(Layer):
    """Several inputs of one shape made one, entry by entry."""

    function: Callable[[list[Array]], Array]

    @classmethod
    def from_archive(cls, settings: Settings, weights: Weights) -> "Merge":
        """Make the layer; it has no weights."""
        return cls(settings.name, MERGES[settings.class_name])

    def __call__(self, *signals: Signal) -> tuple[Signal, ...]:
        """Merge the inputs; a step counts where it counts in any of them."""
        if len({signal.values.shape for signal in signals}) != 1:
            shapes = ", ".join(str(signal.values.shape) for signal in signals)
            raise InputError(f"layer {self.name!r}: expected inputs of one shape, found {shapes}.")
        masks = [signal.mask for signal in signals if signal.mask is not None]
        mask = np.any(masks, axis=0) if len(masks) == len(signals) else None
        return (Signal(self.function([signal.values for signal in signals]), mask),)


@dataclass(frozen=True)
class Concatenate(Layer):
    """Several inputs side by side."""

    axis: int

    @classmethod
    def from_archive(cls, settings: Settings, weights: Weights) -> "Concatenate":
        """Make the layer; it has no weights."""
        return cls(settings.name, settings.axis())

    def __call__(self, *signals: Signal) -> tuple[Signal, ...]:
        """Join the inputs, and their masks as Keras does."""
        require_room(self, sum(signal.values.size for signal in signals))
        joined = np.concatenate([signal.values for signal in signals], axis=self.axis)
        if all(signal.mask is None for signal in signals):
            return (Signal(joined),)
        masks = [
            np.ones(signal.values.shape, np.bool_)
            if signal.mask is None
            else np.broadcast_to(signal.mask[..., None], signal.values.shape)
            for signal in signals
        ]
        mask: NDArray[np.bool_] = np.any(np.concatenate(masks, axis=self.axis), axis=-1)
        return (Signal(joined, mask),)


def require_features(layer: Layer, x: Array, features: int) -> None:
    """Refuse an input whose last axis does not fit the weights."""
    if x.ndim < 2 or x.shape[-1] != features:
        raise InputError(f"layer {layer.name!r}: expected {features} features, found {x.shape}.")


def require_rank(layer: Layer, x: Array, rank: int) -> None:
    """Refuse an input of another number of axes."""
    if x.ndim != rank:
        raise InputError(f"layer {layer.name!r}: expected {rank} axes, found shape {x.shape}.")


def require_channels_last(settings: Settings) -> None:
    """Refuse the other order of axes."""
    if settings.value("data_format", "channels_last") != "channels_last":
        raise settings.refuse("only data_format channels_last is supported.")


def require_room(layer: Layer, entries: int) -> None:
    """Refuse an array that no model of ours comes near: a hostile file can double and double."""
    if entries > MAX_ENTRIES:
        raise InputError(
            f"layer {layer.name!r}: would make an array of {entries} numbers; expected at most "
            f"{MAX_ENTRIES}. Use a smaller batch, if the model is meant to be so large."
        )


MERGES: dict[str, Any] = {
    "Add": sum,
    "Average": lambda inputs: sum(inputs) / np.float32(len(inputs)),
}

LAYERS: dict[str, type[Layer]] = {
    "Activation": Activation,
    "Concatenate": Concatenate,
    "Dense": Dense,
    "Dropout": Identity,
    "Embedding": Embedding,
    "Flatten": Reshape,
    "GlobalAveragePooling1D": GlobalAveragePooling1D,
    "Identity": Identity,
    "Masking": Masking,
    "Reshape": Reshape,
    "Softmax": Softmax,
    "SpatialDropout1D": Identity,
    "TimeDistributed": TimeDistributed,
    **dict.fromkeys(MERGES, Merge),
}
