"""One way to do exercise 15."""

import math

import numpy as np


def half_width(errors, coverage):
    """Return half the width of an interval that covers."""
    sizes = np.sort(np.abs(errors))
    k = math.ceil((len(sizes) + 1) * coverage)
    if k > len(sizes):
        return np.inf
    return sizes[k - 1]
