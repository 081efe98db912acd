"""How the layers of a model are joined."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from lstmkit.runtime.layer import Layer

#: One array on its way: layer, number of its call, number of its output.
Wire = tuple[str, int, int]


@dataclass(frozen=True)
class InputSpec:
    """What one input of the model is like.

    Attributes:
        shape: Batch first; None for a size that is free.
        dtype: Whole numbers or float32, as the file has it.
    """

    shape: tuple[int | None, ...]
    dtype: np.dtype[Any]


@dataclass(frozen=True)
class Call:
    """One use of a layer.

    Attributes:
        layer: The layer; one that is shared has several calls, all with the same weights.
        output: Where its outputs go: the name and the number of the call.
        inputs: The arrays and plain numbers it takes, in order.
        states: Initial states of a recurrent layer, which follow the inputs.
        mask: The mask of its first input, where the file says it.
    """

    layer: Layer
    output: tuple[str, int]
    inputs: tuple[Wire | float, ...]
    states: tuple[Wire, ...] = ()
    mask: Wire | None = None

    @property
    def wires(self) -> tuple[Wire, ...]:
        """Every array it takes."""
        inputs = tuple(each for each in self.inputs if isinstance(each, tuple))
        return (*inputs, *self.states, *([self.mask] if self.mask else []))


@dataclass(frozen=True)
class Graph:
    """A model's calls in an order in which they can run.

    Attributes:
        inputs: The arrays the model takes, and what they are like.
        outputs: The arrays it returns.
        layers: Every layer, in the order of the file.
        calls: Every call, in an order in which each finds its inputs ready.
    """

    inputs: dict[Wire, InputSpec]
    outputs: tuple[Wire, ...]
    layers: tuple[Layer, ...]
    calls: tuple[Call, ...] = field(repr=False)
