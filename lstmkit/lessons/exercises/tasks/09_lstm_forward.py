"""Exercise 9: the LSTM over time.

As in exercise 3, but two states walk from step to step: a, which is shown, and c, the memory.

A trap: in NumPy `c = a` does not copy. It gives the same array a second name, and writing into one
writes into the other. The tutorial's own code has this fault.

The step is given: `lstm_cell_forward` of lstmkit returns a_next, c_next, yt_pred and a cache.

Fill in every `...`, then run `lstmkit exercise check 9` (with `--keras`, Keras judges too).
"""

import numpy as np

from lstmkit.cells.lstm import lstm_cell_forward


def lstm_forward(x, a0, parameters, c0):
    """Run the cell over a sequence.

    x: (n_x, m, T_x). a0, c0: (n_a, m).
    Returns: a (n_a, m, T_x), y_pred (n_y, m, T_x), c (n_a, m, T_x).
    """
    n_a, m = a0.shape
    T_x = x.shape[2]
    n_y = parameters["by"].shape[0]
    a = np.zeros((n_a, m, T_x))
    c = ...  # (n_a, m, T_x)
    y_pred = np.zeros((n_y, m, T_x))
    a_next, c_next = ..., ...
    for t in range(T_x):
        a_next, c_next, yt_pred, _ = lstm_cell_forward(..., ..., ..., parameters)
        a[:, :, t] = ...
        c[:, :, t] = ...
        y_pred[:, :, t] = ...
    return a, y_pred, c
