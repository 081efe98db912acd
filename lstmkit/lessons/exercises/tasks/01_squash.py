"""Exercise 1: sigmoid and softmax without overflow.

A gate of a cell is a number between 0 (shut) and 1 (open). Sigmoid makes it from any number:

    sigmoid(x) = 1 / (1 + exp(-x))

Softmax turns a column of scores into probabilities that sum to 1:

    softmax(x)_k = exp(x_k) / sum_j exp(x_j)

Written down like this, both break: exp(710) is too large for a float. The checker asks for numbers
up to 1000, and stops your code where something overflows. Two facts help:

    sigmoid(x) = exp(x) / (1 + exp(x))                      the same number, written otherwise
    softmax(x) = softmax(x - any number)                    it cancels above and below the line

Fill in every `...`, then run `lstmkit exercise check 1`.
"""

import numpy as np


def sigmoid(x):
    """Return sigmoid of every entry.

    x: any shape. Returns: the same shape.
    """
    e = ...  # the exp of something that is never above 0; shape of x
    return ...  # one formula where x >= 0, the other where x < 0; np.where chooses


def softmax(x):
    """Return the softmax of every column.

    x: (n_y, m), one column for each example. Returns: (n_y, m), columns sum to 1.
    """
    e = ...  # (n_y, m): exp of scores whose largest in each column is 0
    return ...  # (n_y, m)
