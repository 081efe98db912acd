"""One way to do exercise 13."""

import numpy as np


def windows(values, T_x):
    """Cut a series into windows with the value that follows each."""
    starts = range(len(values) - T_x)
    X = np.array([values[s : s + T_x] for s in starts])
    y = np.array([values[s + T_x] for s in starts])
    return X, y
