"""What a layer is, what flows through it and what it is made from; the checks that layers share."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

import numpy as np
from numpy.typing import NDArray

from lstmkit.cells.types import Array
from lstmkit.errors import InputError
from lstmkit.runtime.archive import Weights

T = TypeVar("T")

MAX_ENTRIES = 1 << 27
MAX_UNITS = 1 << 24


@dataclass(frozen=True)
class Signal:
    """A batch of values, and which of their steps count.

    Attributes:
        values: Shape `(batch, ...)`.
        mask: False where a step is padding, `(batch, time)`; None where every step counts.
    """

    values: Array
    mask: NDArray[np.bool_] | None = None


class Settings:
    """The settings of one layer.

    Each method reads one value and raises `InputError` where it is missing, of another type, or
    beyond what the runtime can do. The message names the layer.
    """

    def __init__(self, data: Any) -> None:
        """Take what `config.json` holds for the layer: `class_name` and `config`."""
        if not isinstance(data, dict) or not isinstance(data.get("config"), dict):
            raise InputError("config.json: expected a layer with a class_name and a config.")
        self._values: dict[str, Any] = data["config"]
        self.class_name = str(data.get("class_name"))[:80]
        name = data.get("name", self._values.get("name"))
        self.name = str(name)[:80]

    def refuse(self, reason: str) -> InputError:
        """Return the error that names this layer."""
        return InputError(f"layer {self.name!r} ({self.class_name}): {reason}")

    def value(self, key: str, default: Any = None) -> Any:
        """Return the value of `key` as it is."""
        return self._values.get(key, default)

    def whole(self, key: str) -> int:
        """Return a whole number of at least 1."""
        value = self._values.get(key)
        if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MAX_UNITS:
            raise self.refuse(
                f"expected {key} to be a whole number of 1 to {MAX_UNITS}, found {value!r:.40}."
            )
        return value

    def flag(self, key: str, *, default: bool = False) -> bool:
        """Return true or false."""
        value = self._values.get(key, default)
        if not isinstance(value, bool):
            raise self.refuse(f"expected {key} to be true or false, found {value!r:.40}.")
        return value

    def axis(self) -> int:
        """Return an axis other than that of the batch."""
        axis = self._values.get("axis")
        if isinstance(axis, bool) or not isinstance(axis, int) or axis == 0 or abs(axis) > 8:
            raise self.refuse(f"expected an axis other than 0, found {axis!r:.40}.")
        return axis

    def choice(self, key: str, choices: Mapping[str, T]) -> T:
        """Return what `choices` has for the name under `key`."""
        value = self._values.get(key)
        if not isinstance(value, str) or value not in choices:
            raise self.refuse(
                f"{key} {value!r:.40} is not supported; supported are {', '.join(choices)}."
            )
        return choices[value]

    def require_plain(self) -> None:
        """Refuse what would change the numbers silently: states between batches, other floats."""
        if self._values.get("stateful"):
            raise self.refuse("a stateful layer is not supported; save it with stateful=False.")
        if self._values.get("quantization_config") is not None:
            raise self.refuse("quantised weights are not supported.")
        policy = self._values.get("dtype", "float32")
        if isinstance(policy, dict):
            policy = (policy.get("config") or {}).get("name")
        if policy != "float32":
            raise self.refuse(f"expected float32, found {policy!r:.40}.")


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
    def from_archive(cls, settings: Settings, weights: Weights) -> Layer:
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
