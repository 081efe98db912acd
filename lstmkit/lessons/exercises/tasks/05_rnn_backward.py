"""Exercise 5: back through time.

A loss reaches the memory a<t> along two roads:

    directly, through the prediction y<t>:      da[:, :, t], which is given
    from the future, through a<t+1>:            the da_prev of step t + 1, which you carry

Both add up. Leave the second one out and the code still runs, but nothing is learnt across time.
So walk from the last step to the first and carry da_prev along. At the last step there is no
future: da_prev is zeros there. The parameters serve every step, so their gradients are summed.

The step back is given: `rnn_cell_backward` of lstmkit returns dxt, da_prev, dWax, dWaa, dba.

Fill in every `...`, then run `lstmkit exercise check 5` (with `--keras`, Keras judges too).
"""

import numpy as np

from lstmkit.cells.rnn import rnn_cell_backward


def rnn_backward(da, caches):
    """Go back through time.

    da: (n_a, m, T_x), by the direct road only.
    caches: (steps, x): the cache of every step, and the inputs (n_x, m, T_x).
    Returns: a dictionary of dx (n_x, m, T_x), da0 (n_a, m), dWax, dWaa, dba.
    """
    steps, x = caches
    n_a, m, T_x = da.shape
    dx = np.zeros(x.shape)
    da_prev = np.zeros((n_a, m))
    sums = {"dWax": 0, "dWaa": 0, "dba": 0}
    for t in ...:  # from the last step to the first
        step = rnn_cell_backward(..., steps[t])  # both roads: (n_a, m)
        dx[:, :, t] = ...
        da_prev = ...
        for name in sums:
            sums[name] = ...
    return {"dx": dx, "da0": ..., **sums}
