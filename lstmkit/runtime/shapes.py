"""The layers that lay arrays out anew, average them, join several, or work out their masks.

A `Sequential` file leaves masks to its layers. A `Functional` one spells them out: for a layer that
makes a mask, Keras writes the comparison with the padding beside it, and hands the result to every
later layer as an argument.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from lstmkit.cells.types import Array
from lstmkit.errors import InputError
from lstmkit.runtime.archive import Weights
from lstmkit.runtime.layer import Elementwise, Layer, Settings, Signal, require_rank, require_room


@dataclass(frozen=True)
class Reshape(Elementwise):
    """Lay the features of each example out anew; `(-1,)` flattens them."""

    shape: tuple[int, ...]
    supports_masking: ClassVar[bool] = False

    @classmethod
    def from_archive(cls, settings: Settings, weights: Weights) -> Reshape:
        """Make the layer; it has no weights."""
        if settings.class_name == "Flatten":
            _require_channels_last(settings)
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
class Cropping1D(Elementwise):
    """The steps without the first and the last few."""

    first: int
    last: int
    supports_masking: ClassVar[bool] = False

    @classmethod
    def from_archive(cls, settings: Settings, weights: Weights) -> Cropping1D:
        """Make the layer; it has no weights."""
        cropping = settings.value("cropping")
        if not isinstance(cropping, list) or len(cropping) != 2:
            raise settings.refuse(f"expected cropping to be two numbers, found {cropping!r:.40}.")
        if not all(type(count) is int and count >= 0 for count in cropping):
            raise settings.refuse(f"expected cropping to be counts, found {cropping!r:.40}.")
        return cls(settings.name, *cropping)

    def _transform(self, x: Array) -> Array:
        require_rank(self, x, 3)
        return x[:, self.first : x.shape[1] - self.last]


@dataclass(frozen=True)
class GlobalAveragePooling1D(Elementwise):
    """The average over the steps that count."""

    keepdims: bool

    @classmethod
    def from_archive(cls, settings: Settings, weights: Weights) -> GlobalAveragePooling1D:
        """Make the layer; it has no weights."""
        _require_channels_last(settings)
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
class Merge(Layer):
    """Several inputs of one shape made one, entry by entry."""

    function: Callable[[list[Array]], Array]

    @classmethod
    def from_archive(cls, settings: Settings, weights: Weights) -> Merge:
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
    def from_archive(cls, settings: Settings, weights: Weights) -> Concatenate:
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


@dataclass(frozen=True)
class MaskOperation(Layer):
    """One step of working out a mask."""

    function: Callable[..., Array]

    @classmethod
    def from_archive(cls, settings: Settings, weights: Weights) -> MaskOperation:
        """Make the operation; it has no weights."""
        return cls(settings.name, OPERATIONS[settings.class_name](settings))

    def __call__(self, *signals: Signal) -> tuple[Signal, ...]:
        """Run the operation on one or two arrays."""
        values = [signal.values for signal in signals]
        require_room(self, math.prod(np.broadcast_shapes(*(value.shape for value in values))))
        try:
            return (Signal(self.function(*values)),)
        except TypeError as error:
            raise InputError(f"layer {self.name!r}: called with {len(values)} inputs.") from error


def _require_channels_last(settings: Settings) -> None:
    """Refuse the other order of axes."""
    if settings.value("data_format", "channels_last") != "channels_last":
        raise settings.refuse("only data_format channels_last is supported.")


def _any(settings: Settings) -> Callable[[Array], Array]:
    axis, keepdims = settings.axis(), settings.flag("keepdims")
    return lambda x: np.any(x, axis=axis, keepdims=keepdims)


def _expand_dims(settings: Settings) -> Callable[[Array], Array]:
    axis = settings.axis()
    return lambda x: np.expand_dims(x, axis)


MERGES: dict[str, Any] = {
    "Add": sum,
    "Average": lambda inputs: sum(inputs) / np.float32(len(inputs)),
}

OPERATIONS: dict[str, Callable[[Settings], Callable[..., Array]]] = {
    "Any": _any,
    "ExpandDims": _expand_dims,
    "LogicalOr": lambda _: np.logical_or,
    "NotEqual": lambda _: np.not_equal,
    "OnesLike": lambda _: lambda x: np.ones(x.shape, np.bool_),
    "ZerosLike": lambda _: lambda x: np.zeros(x.shape, np.bool_),
}

SHAPE_LAYERS: dict[str, type[Layer]] = {
    "Concatenate": Concatenate,
    "Cropping1D": Cropping1D,
    "Flatten": Reshape,
    "GlobalAveragePooling1D": GlobalAveragePooling1D,
    "Reshape": Reshape,
    **dict.fromkeys(MERGES, Merge),
    **dict.fromkeys(OPERATIONS, MaskOperation),
}
