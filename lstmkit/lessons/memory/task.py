"""The task: see a symbol, then noise for so many steps, then say which symbol it was."""

import numpy as np
from numpy.typing import NDArray

from lstmkit.cells.types import Array

SYMBOLS, NOISE = 4, 2
FEATURES = SYMBOLS + NOISE
GUESSING = 1 / SYMBOLS


def draw(lag: int, examples: int, rng: np.random.Generator) -> tuple[Array, NDArray[np.intp]]:
    """Draw sequences.

    Args:
        lag: Steps of noise between the symbol and the question.
        examples: How many.
        rng: Where they come from.

    Returns:
        `x`, one-hot, `(FEATURES, examples, lag + 1)`: a symbol, then noise; and the symbols,
        `(examples,)`, which are asked for at the last step.
    """
    symbols = rng.integers(SYMBOLS, size=examples)
    noise = SYMBOLS + rng.integers(NOISE, size=(examples, lag))
    shown = np.concatenate([symbols[:, None], noise], axis=1)  # (examples, lag + 1)
    return np.eye(FEATURES)[:, shown], symbols
