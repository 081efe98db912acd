"""One way to do exercise 1."""

import numpy as np


def sigmoid(x):
    """Return sigmoid of every entry."""
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, 1 / (1 + e), e / (1 + e))


def softmax(x):
    """Return the softmax of every column."""
    e = np.exp(x - x.max(axis=0, keepdims=True))
    return e / e.sum(axis=0, keepdims=True)
