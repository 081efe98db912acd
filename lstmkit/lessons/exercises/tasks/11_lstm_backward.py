"""Exercise 11: the LSTM back through time.

Walk from the last step to the first, as in exercise 5, and carry two gradients: da_prev is added to
what reaches a<t> directly, dc_prev is all that reaches c<t> from the future. It is this second
carry that passes a hundred steps when the forget gate is open. The tutorial's code drops both, runs
all the same, and is wrong by tens of per cent.

The step back is given: `lstm_cell_backward(da_next, dc_next, cache)` of lstmkit.

Fill in every `...`, then run `lstmkit exercise check 11` (with `--keras`, Keras judges too).
"""

import numpy as np

from lstmkit.cells.lstm import lstm_cell_backward


def lstm_backward(da, caches):
    """Go back through time.

    da: (n_a, m, T_x), by the direct road only.
    caches: (steps, x): the cache of every step, and the inputs (n_x, m, T_x).
    Returns: a dictionary of dx (n_x, m, T_x), da0, dc0 (n_a, m), dWf, dbf, dWi, dbi, dWc, dbc, dWo,
    dbo.
    """
    steps, x = caches
    n_a, m, T_x = da.shape
    dx = np.zeros(x.shape)
    da_prev = ...  # (n_a, m)
    dc_prev = ...  # (n_a, m)
    sums = {"dW" + gate: 0 for gate in "fico"} | {"db" + gate: 0 for gate in "fico"}
    for t in ...:
        step = lstm_cell_backward(..., ..., steps[t])
        dx[:, :, t] = ...
        da_prev, dc_prev = ..., ...
        for name in sums:
            sums[name] = ...
    return {"dx": dx, "da0": ..., "dc0": ..., **sums}
