"""One way to do exercise 5."""

import numpy as np

from lstmkit.cells.rnn import rnn_cell_backward


def rnn_backward(da, caches):
    """Go back through time."""
    steps, x = caches
    n_a, m, T_x = da.shape
    dx = np.zeros(x.shape)
    da_prev = np.zeros((n_a, m))
    sums = {"dWax": 0, "dWaa": 0, "dba": 0}
    for t in reversed(range(T_x)):
        step = rnn_cell_backward(da[:, :, t] + da_prev, steps[t])
        dx[:, :, t] = step["dxt"]
        da_prev = step["da_prev"]
        for name in sums:
            sums[name] = sums[name] + step[name]
    return {"dx": dx, "da0": da_prev, **sums}
