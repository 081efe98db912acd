"""Exercise 13: windows without an off-by-one.

The network sees T_x values in a row and is asked for the next one:

    values    v0 v1 v2 v3 v4 v5          T_x = 4
    X[0]      v0 v1 v2 v3                y[0] = v4
    X[1]         v1 v2 v3 v4             y[1] = v5

Two windows, no more: after v5 nothing is known. One index too few and the answer stands inside its
own window; the model then looks brilliant and has learnt to copy.

Fill in every `...`, then run `lstmkit exercise check 13`.
"""

import numpy as np


def windows(values, T_x):
    """Cut a series into windows with the value that follows each.

    values: (n,), n > T_x. Returns: X (n - T_x, T_x), y (n - T_x,).
    """
    starts = ...  # where the windows start
    X = np.array([... for s in starts])
    y = np.array([... for s in starts])
    return X, y
