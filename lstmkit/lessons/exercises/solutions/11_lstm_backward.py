"""One way to do exercise 11."""

import numpy as np

from lstmkit.cells.lstm import lstm_cell_backward


def lstm_backward(da, caches):
    """Go back through time."""
    steps, x = caches
    n_a, m, T_x = da.shape
    dx = np.zeros(x.shape)
    da_prev = np.zeros((n_a, m))
    dc_prev = np.zeros((n_a, m))
    sums = {"dW" + gate: 0 for gate in "fico"} | {"db" + gate: 0 for gate in "fico"}
    for t in reversed(range(T_x)):
        step = lstm_cell_backward(da[:, :, t] + da_prev, dc_prev, steps[t])
        dx[:, :, t] = step["dxt"]
        da_prev, dc_prev = step["da_prev"], step["dc_prev"]
        for name in sums:
            sums[name] = sums[name] + step[name]
    return {"dx": dx, "da0": da_prev, "dc0": dc_prev, **sums}
