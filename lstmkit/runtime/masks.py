"""The operations by which a `Functional` file works out masks.

A `Sequential` file leaves masks to its layers. A `Functional` one spells them out: for a layer that
makes a mask, Keras writes the comparison with the padding beside it, and hands the result to every
later layer as an argument.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from lstmkit.cells.types import Array
from lstmkit.errors import InputError
from lstmkit.runtime.archive import Weights
from lstmkit.runtime.layer import Layer, require_room
from lstmkit.runtime.settings import Settings
from lstmkit.runtime.signal import Signal


@dataclass(frozen=True)
class MaskOperation(Layer):
    """One step of working out a mask."""

    function: Callable[..., Array]

    @classmethod
    def from_archive(cls, settings: Settings, weights: Weights) -> "MaskOperation":
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


def _any(settings: Settings) -> Callable[[Array], Array]:
    axis, keepdims = settings.axis(), settings.flag("keepdims")
    return lambda x: np.any(x, axis=axis, keepdims=keepdims)


def _expand_dims(settings: Settings) -> Callable[[Array], Array]:
    axis = settings.axis()
    return lambda x: np.expand_dims(x, axis)


OPERATIONS: dict[str, Callable[[Settings], Callable[..., Array]]] = {
    "Any": _any,
    "ExpandDims": _expand_dims,
    "LogicalOr": lambda _: np.logical_or,
    "NotEqual": lambda _: np.not_equal,
    "OnesLike": lambda _: lambda x: np.ones(x.shape, np.bool_),
    "ZerosLike": lambda _: lambda x: np.zeros(x.shape, np.bool_),
}
