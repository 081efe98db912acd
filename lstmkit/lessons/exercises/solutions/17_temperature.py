"""One way to do exercise 17."""

import numpy as np

from lstmkit.cells.activations import softmax


def temper(probabilities, temperature):
    """Sharpen or flatten probabilities."""
    with np.errstate(divide="ignore"):
        scores = np.log(probabilities) / temperature
    return softmax(scores)
