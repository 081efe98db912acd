"""One way to do exercise 9."""

import numpy as np

from lstmkit.cells.lstm import lstm_cell_forward


def lstm_forward(x, a0, parameters, c0):
    """Run the cell over a sequence."""
    n_a, m = a0.shape
    T_x = x.shape[2]
    n_y = parameters["by"].shape[0]
    a = np.zeros((n_a, m, T_x))
    c = np.zeros((n_a, m, T_x))
    y_pred = np.zeros((n_y, m, T_x))
    a_next, c_next = a0, c0
    for t in range(T_x):
        a_next, c_next, yt_pred, _ = lstm_cell_forward(x[:, :, t], a_next, c_next, parameters)
        a[:, :, t] = a_next
        c[:, :, t] = c_next
        y_pred[:, :, t] = yt_pred
    return a, y_pred, c
