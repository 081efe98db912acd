"""Exercise 15: an interval that covers.

A forecast is a number; how far off may it be? You have n errors of the model on days it was not
fitted on. How wide must an interval be to hold the next error with a probability of 80 %?

Put the new error among the n old ones, by size: each of the n + 1 places is equally likely (if the
days are alike). It is among the k smallest with a probability of at least 80 % if

    k = ceil((n + 1) * 0.8)

so half the width is the k-th smallest size of the old errors. No bell curve is needed. With n
errors and k > n nobody can promise anything: the honest answer is infinity, np.inf.

The checker draws 100,000 new errors and counts how many fall inside yours.

Fill in every `...`, then run `lstmkit exercise check 15`.
"""

import math

import numpy as np


def half_width(errors, coverage):
    """Return half the width of an interval that covers.

    errors: (n,), above and below zero. coverage: such as 0.8. Returns: a number.
    """
    sizes = ...  # (n,), from the smallest to the largest
    k = ...
    if ...:
        return np.inf
    return ...  # the k-th smallest; Python counts from 0
