"""Exercise 17: temperature, bolder or safer.

Before a note is drawn, its probabilities can be sharpened or flattened:

    p_T = softmax(log(p) / T)

T = 1 changes nothing, since softmax undoes the logarithm. Below 1 the likely becomes likelier:
safe, dull. Above 1 the unlikely gets its chance: bold, and wrong more often. What is impossible
stays so: log(0) is -inf, and exp(-inf) is 0.

The well-known slip: softmax(p / T). It takes probabilities for scores, a double softmax, and
flattens everything, even at T = 1.

Fill in every `...`, then run `lstmkit exercise check 17`.
"""

import numpy as np

from lstmkit.cells.activations import softmax


def temper(probabilities, temperature):
    """Sharpen or flatten probabilities.

    probabilities: (n,), sum to 1, some may be 0. temperature: a number above 0. Returns: (n,).
    """
    with np.errstate(divide="ignore"):  # log(0) is meant
        scores = ...  # (n,)
    return ...  # (n,)
