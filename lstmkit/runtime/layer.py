"""What a layer is, and the checks that layers share."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from lstmkit.cells.types import Array
from lstmkit.errors import InputError
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


def require_features(layer: Layer, x: Array, features: int) -> None:
    """Refuse an input whose last axis does not fit the weights."""
    if x.ndim < 2 or x.shape[-1] != features:
        raise InputError(f"layer {layer.name!r}: expected {features} features, found {x.shape}.")


def require_rank(layer: Layer, x: Array, rank: int) -> None:
    """Refuse an input of another number of axes."""
    if x.ndim != rank:
        raise InputError(f"layer {layer.name!r}: expected {rank} axes, found shape {x.shape}.")


def require_room(layer: Layer, entries: int) -> None:
    """Refuse an array that no model of ours comes near: a hostile file can double and double."""
    if entries > MAX_ENTRIES:
        raise InputError(
            f"layer {layer.name!r}: would make an array of {entries} numbers; expected at most "
            f"{MAX_ENTRIES}. Use a smaller batch, if the model is meant to be so large."
        )
