"""What the cells pass around: arrays of floats, and dictionaries of them by their course names."""

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.floating[Any]]
Parameters: TypeAlias = dict[str, Array]
Gradients: TypeAlias = dict[str, Array]
