"""What flows from layer to layer."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lstmkit.cells.types import Array


@dataclass(frozen=True)
class Signal:
    """A batch of values, and which of their steps count.

    Attributes:
        values: Shape `(batch, ...)`.
        mask: False where a step is padding, `(batch, time)`; None where every step counts.
    """

    values: Array
    mask: NDArray[np.bool_] | None = None
